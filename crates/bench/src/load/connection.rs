//! One kept-open HTTP/1.1 connection: write a prepared request, read one answer.
//!
//! It understands what a JSON server answers: a head and a body of stated length. Chunked bodies are refused
//! rather than misread.

use std::{fmt::Write as _, net::SocketAddr};

use anyhow::{Context as _, Result, bail};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::Request;

const HEAD_ENDS: &[u8] = b"\r\n\r\n";
const BUFFER_BYTES: usize = 16 * 1024;
const QUOTED_BYTES: usize = 300;

/// The bytes of a request, ready to be sent again and again.
pub fn prepare(request: &Request, address: SocketAddr, headers: &[String]) -> Vec<u8> {
    let method = if request.body.is_empty() { "GET" } else { "POST" };
    let mut head = format!("{method} {} HTTP/1.1\r\nHost: {address}\r\n", request.path);
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    if !request.body.is_empty() {
        let typed = |header: &String| header.to_ascii_lowercase().starts_with("content-type:");
        if !headers.iter().any(typed) {
            head.push_str("Content-Type: application/json\r\n");
        }
        let _ = write!(head, "Content-Length: {}\r\n", request.body.len());
    }
    head.push_str("\r\n");
    head.push_str(&request.body);
    head.into_bytes()
}

/// An open connection and what was read from it.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("connect to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(BUFFER_BYTES) })
    }

    /// Sends a prepared request and reads its answer. After an error the connection is of no more use.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Exchange<'_>> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        let head = loop {
            self.read_more().await?;
            if let Some(head) = parse_head(&self.buffer)? {
                break head;
            }
        };
        while self.buffer.len() < head.length + head.body_length {
            self.read_more().await?;
        }
        Ok(Exchange { status: head.status, answer: &self.buffer })
    }

    async fn read_more(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

/// One answer.
pub struct Exchange<'connection> {
    status: u16,
    answer: &'connection [u8],
}

impl Exchange<'_> {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The beginning of the answer, for people.
    pub fn quote(&self) -> String {
        let end = self.answer.len().min(QUOTED_BYTES);
        String::from_utf8_lossy(&self.answer[..end]).into_owned()
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    length: usize,
    body_length: usize,
}

/// The head of an answer, or none while it is still incomplete.
fn parse_head(bytes: &[u8]) -> Result<Option<Head>> {
    let Some(end) = bytes.windows(HEAD_ENDS.len()).position(|window| window == HEAD_ENDS) else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&bytes[..end])?;
    let mut lines = text.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .context("an answer without a status")?
        .parse()?;
    let mut body_length = 0;
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            body_length = value.trim().parse()?;
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            bail!("chunked answers are not measured");
        }
    }
    Ok(Some(Head { status, length: end + HEAD_ENDS.len(), body_length }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_whole() -> Result<()> {
        let answer = b"HTTP/1.1 201 Created\r\ncontent-LENGTH: 12\r\nx: y\r\n\r\n{}";
        assert_eq!(parse_head(&answer[..30])?, None);
        let expected = Head { status: 201, length: answer.len() - 2, body_length: 12 };
        assert_eq!(parse_head(answer)?, Some(expected));
        assert!(parse_head(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").is_err());
        Ok(())
    }

    #[test]
    fn a_request_states_its_type_once() {
        let request = Request { path: "/events".into(), body: "{}".into() };
        let address = SocketAddr::from(([127, 0, 0, 1], 80));
        let typed = ["content-type: application/cloudevents+json".to_owned()];
        assert_eq!(
            prepare(&request, address, &typed),
            b"POST /events HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\
              content-type: application/cloudevents+json\r\nContent-Length: 2\r\n\r\n{}"
        );
    }
}
