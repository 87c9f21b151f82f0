//! A peer that sends what it likes over a bare socket, from an address of its own.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;
use tokio::net::TcpSocket;

/// How long anything may take before the test calls it hung.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long a dripping peer looks for an answer between two drops.
const DROP: Duration = Duration::from_millis(20);

/// A connection to the service.
pub struct Peer(TcpStream);

impl Peer {
    /// From the usual address.
    pub fn new(address: &str) -> Self {
        Self::from("127.0.0.1", address)
    }

    /// From one of 127.0.0.0/8.
    pub fn from(own: &str, address: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let connected = runtime.expect("a runtime").block_on(async {
            let socket = TcpSocket::new_v4()?;
            socket.bind(SocketAddr::new(own.parse().expect("an address"), 0))?;
            socket.connect(address.parse().expect("an address")).await?.into_std()
        });
        let stream = connected.expect("it connects");
        stream.set_nonblocking(false).expect("it can wait");
        stream.set_read_timeout(Some(PATIENCE)).expect("it has a limit");
        stream.set_write_timeout(Some(PATIENCE)).expect("it has a limit");
        Self(stream)
    }

    /// Sends; a service that has gone takes nothing more, and that is for the reader to see.
    pub fn say(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.0.write_all(bytes.as_ref()).is_ok()
    }

    /// Everything that comes until the service closes; panics when it does not.
    pub fn rest(&mut self) -> String {
        let mut bytes = Vec::new();
        match self.0.read_to_end(&mut bytes) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                panic!("the connection is still open: {}", String::from_utf8_lossy(&bytes))
            }
            // A reset closes it too.
            Ok(_) | Err(_) => String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// So many bytes that came.
    pub fn exactly(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.0.read_exact(&mut bytes).expect("they come");
        bytes
    }

    /// One answer, by its length.
    pub fn answer(&mut self) -> String {
        self.try_answer().expect("an answer")
    }

    fn try_answer(&mut self) -> io::Result<String> {
        let mut bytes = Vec::new();
        let mut byte = [0];
        while !bytes.ends_with(b"\r\n\r\n") {
            self.0.read_exact(&mut byte)?;
            bytes.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&bytes).to_lowercase();
        let length = head.split_once("content-length: ").and_then(|(_, rest)| rest.split_once('\r'));
        let length = length.map_or(0, |(length, _)| length.parse().expect("a number"));
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok(head + &String::from_utf8_lossy(&body))
    }

    /// Sends drop by drop until the service answers or closes; what it said.
    pub fn drip(&mut self, drop: &[u8]) -> String {
        self.0.set_read_timeout(Some(DROP)).expect("it has a limit");
        let mut said = Vec::new();
        let mut piece = [0; 4_096];
        loop {
            match self.0.read(&mut piece) {
                Ok(0) => break,
                Ok(count) => said.extend_from_slice(&piece[..count]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    // What it answered is whole once it takes no more.
                    if self.0.write_all(drop).is_err() {
                        break;
                    }
                }
                Err(_) => break,
            }
        }
        String::from_utf8_lossy(&said).into_owned()
    }

    /// Whether the service still answers here.
    pub fn is_served(&mut self) -> bool {
        self.say("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
        self.try_answer().is_ok_and(|answer| answer.starts_with("http/1.1 200 "))
    }
}
