//! A small HTTP/1.1 client that keeps its connection, says when no answer came, and can send what
//! no decent client would.

use serde_json::Value;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is asked.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// A request without a body.
    pub fn new(method: &'static str, path: impl Into<String>) -> Self {
        let (headers, body) = (Vec::new(), Vec::new());
        Self { method, path: path.into(), headers, body }
    }
    pub fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path)
    }
    pub fn post(path: impl Into<String>, body: &Value) -> Self {
        Self::new("POST", path).json(body)
    }
    pub fn put(path: impl Into<String>, body: &Value) -> Self {
        Self::new("PUT", path).json(body)
    }
    /// With a body of JSON.
    pub fn json(self, body: &Value) -> Self {
        self.typed("application/json", body.to_string().into_bytes())
    }
    /// With a body of another type.
    pub fn typed(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", kind)
    }
    /// With an `Idempotency-Key`.
    pub fn key(self, key: impl Into<String>) -> Self {
        self.header("idempotency-key", key)
    }
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
    /// The stable code of a problem; empty when it is none.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
    /// The body of the answer that was hoped for.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }
}

/// One connection to the service, opened when it is needed.
#[derive(Debug)]
pub struct Client {
    address: String,
    /// The API key; none is sent when it is empty.
    pub key: String,
    stream: Option<BufReader<TcpStream>>,
}

impl Client {
    pub fn new(address: &str, key: &str) -> Self {
        let (address, key, stream) = (address.to_owned(), key.to_owned(), None);
        Self { address, key, stream }
    }

    /// The answer; an error when none came.
    pub fn send(&mut self, request: &Request) -> io::Result<Answer> {
        let answer = self.exchange(request);
        let stays = |answer: &Answer| answer.header("connection") != Some("close");
        if !answer.as_ref().is_ok_and(stays) {
            self.stream = None;
        }
        answer
    }

    /// The answer of a service that is there.
    #[track_caller]
    pub fn call(&mut self, request: &Request) -> Answer {
        let answer = self.send(request);
        answer.unwrap_or_else(|error| panic!("{} {}: {error}", request.method, request.path))
    }

    #[track_caller]
    pub fn get(&mut self, path: impl Into<String>) -> Value {
        self.call(&Request::get(path)).expect(200)
    }

    fn exchange(&mut self, request: &Request) -> io::Result<Answer> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(&self.address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            self.stream = Some(BufReader::new(stream));
        }
        let Some(stream) = &mut self.stream else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        // A service that refuses a body may close before it has read all of it.
        let sent = stream.get_mut().write_all(&write(&self.key, request));
        read(stream).map_err(|error| sent.err().unwrap_or(error))
    }
}

fn write(key: &str, request: &Request) -> Vec<u8> {
    let mut head = vec![
        format!("{} {} HTTP/1.1", request.method, request.path),
        "host: promenade.test".to_owned(),
        format!("content-length: {}", request.body.len()),
    ];
    if !key.is_empty() {
        head.push(format!("authorization: Bearer {key}"));
    }
    let named = request.headers.iter();
    head.extend(named.map(|(name, value)| format!("{name}: {value}")));
    [head.join("\r\n").as_bytes(), b"\r\n\r\n", &request.body].concat()
}

/// A line of the head; the end of the connection is an error.
fn line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    match stream.read_line(&mut line)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(line.trim_end().to_owned()),
    }
}

fn read(stream: &mut impl BufRead) -> io::Result<Answer> {
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let first = line(stream)?;
    let status = first.split(' ').nth(1).and_then(|text| text.parse().ok());
    let status = status.ok_or_else(|| wrong(&first))?;
    let mut headers = Vec::new();
    loop {
        let line = line(stream)?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut answer = Answer { status, headers, body: Vec::new() };
    if answer.header("transfer-encoding").is_some() {
        answer.body = chunks(stream)?;
        return Ok(answer);
    }
    if let Some(length) = answer.header("content-length") {
        let length = length.parse().map_err(|_| wrong("content-length"))?;
        answer.body = vec![0; length];
        stream.read_exact(&mut answer.body)?;
    }
    Ok(answer)
}

/// A body that is sent as it comes, to its end; one that breaks off is an error.
fn chunks(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(stream)?;
        let size = usize::from_str_radix(&size, 16);
        let size = size.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        let from = body.len();
        body.resize(from + size, 0);
        stream.read_exact(&mut body[from..])?;
        line(stream)?;
        if size == 0 {
            return Ok(body);
        }
    }
}
