//! A provider on loopback that answers from a script, byte for byte, and keeps what it was asked.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What it does about one request.
#[derive(Debug, Clone)]
pub enum Act {
    /// Answers with this status and body.
    Answer(u16, String),
    /// The same with another header.
    With(u16, &'static str, String),
    /// Says nothing, and keeps the connection.
    Silence,
    /// Closes the connection after it has read everything.
    Close,
}

impl Act {
    pub fn json(body: &serde_json::Value) -> Self {
        Self::Answer(200, body.to_string())
    }

    pub fn html() -> Self {
        Self::With(200, "content-type: text/html", "<html><body>portal</body></html>".to_owned())
    }
}

/// What it was asked.
#[derive(Debug, Clone)]
pub struct Request {
    /// Path and query.
    pub target: String,
    /// In lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map_or("", |(_, value)| value)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The parameters of the query, decoded.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let url = url::Url::parse(&format!("http://h{}", self.target)).unwrap();
        let found = url.query_pairs().find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned())
    }
}

pub struct Provider {
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    script: Arc<Mutex<VecDeque<Act>>>,
}

impl Provider {
    /// Does each of `script` once; after that `then`, for ever.
    pub async fn scripted(script: impl IntoIterator<Item = Act>, then: Act) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let script = Arc::new(Mutex::new(script.into_iter().collect::<VecDeque<_>>()));
        let provider = Self { address, requests: Arc::clone(&requests), script: Arc::clone(&script) };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (requests, script, then) = (Arc::clone(&requests), Arc::clone(&script), then.clone());
                tokio::spawn(serve(stream, requests, script, then));
            }
        });
        provider
    }

    /// Always does the same.
    pub async fn always(act: Act) -> Self {
        Self::scripted([], act).await
    }

    /// An address where nobody listens.
    pub async fn absent() -> String {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Does this next, before what is left of the script.
    pub fn next(&self, act: Act) {
        self.script.lock().unwrap().push_front(act);
    }
}

async fn serve(
    mut stream: TcpStream,
    requests: Arc<Mutex<Vec<Request>>>,
    script: Arc<Mutex<VecDeque<Act>>>,
    then: Act,
) {
    let Some(request) = read(&mut stream).await else { return };
    let act = script.lock().unwrap().pop_front().unwrap_or(then);
    requests.lock().unwrap().push(request);
    let (status, header, body) = match act {
        Act::Answer(status, body) => (status, "content-type: application/json", body),
        Act::With(status, header, body) => (status, header, body),
        Act::Close => return,
        Act::Silence => return std::future::pending().await,
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{header}\r\n\r\n");
    let _ = stream.write_all((head + &body).as_bytes()).await;
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let mut lines = head.lines();
    let target = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut request = Request { target, headers, body: String::new() };
    let length: usize = request.header("content-length").parse().unwrap_or(0);
    while bytes.len() < head_end + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    request.body = String::from_utf8(bytes[head_end + 4..].to_vec()).unwrap();
    Some(request)
}
