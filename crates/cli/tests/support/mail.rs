//! A mail server on loopback that takes every mail, and keeps it.

use base64::{Engine, engine::general_purpose::STANDARD};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

/// How long a mail may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

/// A mail as it came, head and all.
#[derive(Debug)]
pub struct Mail(String);

impl Mail {
    /// A line of its head, such as `To`, decoded.
    pub fn head(&self, name: &str) -> String {
        let head = self.0.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        let found = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        let (mut text, mut was_coded) = (String::new(), true);
        for word in found.unwrap_or_default().split(' ') {
            let coded = word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?="));
            // A space between two coded words is none.
            if !(was_coded && (coded.is_some() || text.is_empty())) {
                text.push(' ');
            }
            was_coded = coded.is_some();
            text.push_str(&coded.map_or_else(|| word.to_owned(), decoded));
        }
        text
    }
    /// Its text.
    pub fn text(&self) -> String {
        let body = self.0.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let body = body.trim_end_matches("\r\n.\r\n");
        if self.head("Content-Transfer-Encoding") == "base64" {
            return decoded(&body.replace("\r\n", ""));
        }
        body.to_owned()
    }
}

fn decoded(text: &str) -> String {
    let bytes = STANDARD.decode(text).expect("it is base64");
    String::from_utf8(bytes).expect("it is UTF-8")
}

/// The server. Its threads end with the test's process.
pub struct MailServer {
    pub port: u16,
    arrived: mpsc::Receiver<Mail>,
}

impl MailServer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let port = listener.local_addr().expect("it has an address").port();
        let (send, arrived) = mpsc::channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let send = send.clone();
                std::thread::spawn(move || talk(stream, &send));
            }
        });
        Self { port, arrived }
    }

    /// The next mail.
    #[track_caller]
    pub fn next(&self) -> Mail {
        self.arrived.recv_timeout(PATIENCE).expect("a mail arrives")
    }
}

fn talk(stream: TcpStream, send: &mpsc::Sender<Mail>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    stream.get_mut().write_all(b"220 ready\r\n").ok()?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let answer = match line.split([' ', '\r']).next()? {
            "EHLO" => "250-mail.test\r\n250 8BITMIME",
            "QUIT" => "221 bye",
            "DATA" => {
                stream.get_mut().write_all(b"354 go on\r\n").ok()?;
                let mut mail = String::new();
                while !mail.ends_with("\r\n.\r\n") {
                    stream.read_line(&mut mail).ok().filter(|read| *read > 0)?;
                }
                send.send(Mail(mail)).ok()?;
                "250 taken"
            }
            _ => "250 ok",
        };
        stream.get_mut().write_all(format!("{answer}\r\n").as_bytes()).ok()?;
    }
}
