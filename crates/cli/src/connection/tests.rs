//! Connections on real sockets, before a router whose work the test holds in its hand.

use super::*;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::routing::{get, post};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Semaphore;

/// Work that is done when the test says so.
#[derive(Clone)]
struct Work {
    begun: Arc<Semaphore>,
    goes_on: Arc<Semaphore>,
}

async fn work(State(work): State<Work>, body: Body) -> &'static str {
    let body = axum::body::to_bytes(body, usize::MAX).await;
    if body.is_err() {
        return "no turn";
    }
    work.begun.add_permits(1);
    work.goes_on.acquire().await.expect("it is open").forget();
    "done"
}

/// It reads nothing of what is sent.
async fn refuse(_: State<Work>) -> (axum::http::StatusCode, &'static str) {
    (axum::http::StatusCode::FORBIDDEN, "refused")
}

struct Served {
    address: SocketAddr,
    work: Work,
    stop: told::Sender<bool>,
    serving: tokio::task::JoinHandle<()>,
}

async fn served(at_once: usize, waiting: usize) -> Served {
    let work_of = Work { begun: Arc::new(Semaphore::new(0)), goes_on: Arc::new(Semaphore::new(0)) };
    let router = Router::new()
        .route("/work", get(work).post(work))
        .route("/refuse", post(refuse))
        .route("/healthz", get(|| async { "ok" }))
        .with_state(work_of.clone());
    let minute = Duration::from_mins(1);
    let terms = Terms {
        most: Most { all: 100, of_a_peer: 100, trusted: Vec::new() },
        patience: Patience { head: minute, idle: minute, body: minute, answer: minute },
        at_once,
        waiting,
        longest_wait: minute,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("it has an address");
    let (stop, stopped) = told::channel(false);
    let serving = tokio::spawn(serve(listener, router, terms, stopped));
    Served { address, work: work_of, stop, serving }
}

impl Served {
    /// Sends a request, and goes on reading while the test does other things.
    fn ask(&self, request: impl Into<Bytes>) -> tokio::task::JoinHandle<String> {
        let (address, request) = (self.address, request.into());
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.expect("it connects");
            stream.write_all(&request).await.expect("all of it is taken");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.expect("an answer");
            answer
        })
    }
}

fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
}

fn posted(path: &str, bytes: usize) -> Vec<u8> {
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {bytes}\r\n\r\n");
    [head.as_bytes(), &vec![b' '; bytes]].concat()
}

#[tokio::test]
async fn more_than_can_be_worked_on_is_refused_and_what_was_begun_is_done() {
    let served = served(1, 0).await;
    let first = served.ask(request("/work"));
    served.work.begun.acquire().await.expect("it is open").forget();
    let refused = served.ask(request("/work")).await.expect("it runs");
    assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains("retry-after: 1"), "{refused}");
    assert!(refused.contains("\"overloaded\""), "{refused}");
    let with_body = served.ask(posted("/work", 4 << 20)).await.expect("it runs");
    assert!(with_body.starts_with("HTTP/1.1 503 "), "{with_body}");
    let health = served.ask(request("/healthz")).await.expect("it runs");
    assert!(health.starts_with("HTTP/1.1 200 "), "who watches over it is answered: {health}");
    served.work.goes_on.add_permits(2);
    assert!(first.await.expect("it runs").ends_with("done"));
    assert!(served.ask(posted("/work", 1_000)).await.expect("it runs").ends_with("done"));
}

/// A body that has not come holds no turn: the others go on.
#[tokio::test]
async fn who_is_slow_to_send_keeps_nobody_from_a_turn() {
    let served = served(1, 0).await;
    let mut slow = TcpStream::connect(served.address).await.expect("it connects");
    let body = posted("/work", 10);
    slow.write_all(&body[..body.len() - 1]).await.expect("it is taken");
    served.work.goes_on.add_permits(2);
    assert!(served.ask(request("/work")).await.expect("it runs").ends_with("done"));
    slow.write_all(b" ").await.expect("it is taken");
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.ends_with("done"), "{answer}");
}

/// A client that sends first and reads then sees why it was refused.
#[tokio::test]
async fn a_refusal_is_seen_by_who_is_still_sending() {
    let served = served(1, 0).await;
    let refused = served.ask(posted("/refuse", 20 << 20)).await.expect("it runs");
    assert!(refused.starts_with("HTTP/1.1 403 ") && refused.ends_with("refused"), "{refused}");
}

#[tokio::test]
async fn a_stop_waits_for_what_was_begun_and_for_nobody_who_is_idle() {
    let served = served(1, 0).await;
    let _idle = TcpStream::connect(served.address).await.expect("it connects");
    let begun = served.ask(request("/work"));
    served.work.begun.acquire().await.expect("it is open").forget();
    served.stop.send(true).expect("it is served");
    served.work.goes_on.add_permits(1);
    assert!(begun.await.expect("it runs").ends_with("done"));
    served.serving.await.expect("it ends");
}
