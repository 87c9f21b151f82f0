//! A receiver of webhooks on loopback: it keeps what came and answers as it is told.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

/// How long something may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

/// One delivery as it came.
#[derive(Debug, Clone)]
pub struct Delivered {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Delivered {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// How the next deliveries are answered, as `STATUS REASON` with further head lines; `200 OK` when
/// nothing is said. An empty answer means that none is given and the connection stays open.
type Script = Arc<Mutex<VecDeque<String>>>;

/// The receiver. Its threads end with the test's process.
#[derive(Debug)]
pub struct Receiver {
    pub url: String,
    script: Script,
    arrived: mpsc::Receiver<Delivered>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("it has an address");
        let script = Script::default();
        let (send, arrived) = mpsc::channel();
        let answers = script.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (send, answers) = (send.clone(), answers.clone());
                std::thread::spawn(move || serve(stream, &send, &answers));
            }
        });
        Self { url: format!("http://{address}/hook"), script, arrived }
    }

    /// Says how the deliveries to come are answered, one after the other.
    pub fn answer(&self, heads: &[&str]) {
        let mut script = self.script.lock().expect("nobody panicked");
        script.extend(heads.iter().map(ToString::to_string));
    }

    /// The next delivery.
    #[track_caller]
    pub fn next(&self) -> Delivered {
        let next = self.arrived.recv_timeout(PATIENCE);
        next.expect("a delivery arrives")
    }

    /// The next delivery, if there is one within the time in which the service looks twice.
    pub fn soon(&self) -> Option<Delivered> {
        self.arrived.recv_timeout(Duration::from_millis(2_200)).ok()
    }

    /// Whether nothing has arrived that was not asked for.
    pub fn is_idle(&self) -> bool {
        self.arrived.try_recv().is_err()
    }
}

fn serve(stream: TcpStream, send: &mpsc::Sender<Delivered>, script: &Script) {
    let mut stream = BufReader::new(stream);
    while let Some(delivered) = read(&mut stream) {
        let head = script.lock().expect("nobody panicked").pop_front();
        let head = head.unwrap_or_else(|| "200 OK".to_owned());
        if send.send(delivered).is_err() {
            return;
        }
        if !head.is_empty() {
            let answer = format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\n\r\n");
            let _ = stream.get_mut().write_all(answer.as_bytes());
        }
    }
}

fn read(stream: &mut BufReader<TcpStream>) -> Option<Delivered> {
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.to_owned())),
            None if line.trim_end().is_empty() => break,
            // The request line; its path is known.
            None => {}
        }
    }
    let mut delivered = Delivered { headers, body: Vec::new() };
    let length = delivered.header("content-length").parse().unwrap_or(0);
    delivered.body = vec![0; length];
    stream.read_exact(&mut delivered.body).ok()?;
    Some(delivered)
}
