//! What clients ask, and whether an answer came before the process was killed.

use crate::support::{Answer, Client, Request, Server};
use serde_json::Value;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What a request is about, as far as the answer has to be remembered.
#[derive(Debug, Clone)]
pub enum What {
    /// A claim on this order.
    Claim { order: String },
    /// A payment started.
    Start,
    /// Order events, in the order of the results.
    Events { events: Vec<Value> },
    /// A move of the clock.
    Clock,
}

/// A request that changes something, and its answer if one came.
#[derive(Debug)]
pub struct Act {
    pub what: What,
    pub request: Request,
    pub answer: Option<Answer>,
}

/// One life of the process: it ends when the clients have heard so many answers.
#[derive(Debug)]
pub struct Life {
    server: Mutex<Server>,
    heard: AtomicUsize,
    kill_at: usize,
    killed: AtomicBool,
}

impl Life {
    pub fn new(server: Server, kill_at: usize) -> Self {
        Self {
            server: Mutex::new(server),
            heard: AtomicUsize::new(0),
            kill_at,
            killed: AtomicBool::new(false),
        }
    }

    /// A client's connection.
    pub fn caller(&self) -> Caller<'_> {
        let client = self.server.lock().expect("no client panicked").client();
        let (life, acts) = (self, Vec::new());
        Caller { life, client, acts }
    }

    /// `kill -9`, if it has not come to that yet.
    pub fn end(self) {
        let mut server = self.server.into_inner().expect("no client panicked");
        server.kill();
    }

    fn is_over(&self) -> bool {
        self.killed.load(Ordering::SeqCst)
    }

    fn hear(&self) {
        if self.heard.fetch_add(1, Ordering::SeqCst) + 1 == self.kill_at {
            // First said, then done: a client whose connection breaks finds the reason.
            self.killed.store(true, Ordering::SeqCst);
            self.server.lock().expect("no client panicked").kill();
        }
    }
}

/// One client in one life, with the record of what it asked.
#[derive(Debug)]
pub struct Caller<'l> {
    life: &'l Life,
    client: Client,
    pub acts: Vec<Act>,
}

impl Caller<'_> {
    /// The answer; none when the process was killed before it came.
    fn send(&mut self, request: &Request) -> Option<Answer> {
        if self.life.is_over() {
            return None;
        }
        match self.client.send(request) {
            Ok(answer) => {
                self.life.hear();
                Some(answer)
            }
            Err(_) if self.life.is_over() => None,
            Err(error) => panic!("nobody killed it, but {request:?} came to {error}"),
        }
    }

    /// Asks for something that changes the store, on the record.
    pub fn act(&mut self, what: What, request: Request) -> Option<Answer> {
        let answer = self.send(&request);
        let copy = answer.clone();
        self.acts.push(Act { what, request, answer });
        copy
    }

    /// Reads something.
    pub fn look(&mut self, path: String) -> Option<Value> {
        self.send(&Request::get(path)).map(|answer| answer.expect(200))
    }
}
