//! A server over HTTP/1.1, a connection for each request.

use super::{Door, read};
use serde_json::Value;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How long an answer may take; a server that hangs fails the scenario instead of the test run.
const PATIENCE: Duration = Duration::from_mins(1);

/// A door to a server.
#[derive(Debug, Clone)]
pub struct HttpDoor {
    address: String,
}

impl HttpDoor {
    /// To the server at `127.0.0.1:8080` or the like.
    pub fn new(address: impl Into<String>) -> Self {
        Self { address: address.into() }
    }

    fn exchange(
        &self,
        (key, method): (&str, &str),
        path: &str,
        content_type: &str,
        body: &[u8],
    ) -> io::Result<(u16, Value)> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (host, length) = (&self.address, body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\n\
            content-type: {content_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(&[head.as_bytes(), body].concat())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        split(&answer).ok_or_else(|| {
            let text = String::from_utf8_lossy(&answer);
            io::Error::other(format!("not an answer in HTTP/1.1: {text}"))
        })
    }
}

/// Status and body of a whole answer. Chunked bodies are not expected of this server.
fn split(answer: &[u8]) -> Option<(u16, Value)> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding:");
    (!chunked).then(|| (status, read(&answer[end + 4..])))
}

impl Door for HttpDoor {
    fn call_with(&mut self, key: &str, method: &str, path: &str, kind: &str, body: &[u8]) -> (u16, Value) {
        self.exchange((key, method), path, kind, body)
            .unwrap_or_else(|wrong| (0, Value::String(format!("{}: {wrong}", self.address))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_status_and_body() {
        let answer = b"HTTP/1.1 409 Conflict\r\ncontent-length: 2\r\n\r\n[]";
        assert_eq!(split(answer), Some((409, Value::Array(vec![]))));
        assert_eq!(split(b"SSH-2.0-OpenSSH"), None);
    }

    #[test]
    fn no_server_is_said_and_not_a_panic() {
        let (status, said) = HttpDoor::new("127.0.0.1:1").call("GET", "/", "", b"");
        assert_eq!(status, 0);
        assert!(said.as_str().is_some_and(|text| text.starts_with("127.0.0.1:1: ")));
    }
}
