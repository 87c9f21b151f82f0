//! One life of the process, the clients in it, and what each of them was answered.

use crate::support::{Answer, Client, Request, Server};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A life ends when the clients have heard so many answers, where a number is given.
pub struct Life {
    server: Mutex<Server>,
    address: String,
    heard: AtomicU64,
    kill_at: Option<u64>,
    is_killed: AtomicBool,
}

impl Life {
    pub fn new(server: Server, kill_at: Option<u64>) -> Self {
        let (address, heard) = (server.address.clone(), AtomicU64::new(0));
        Self { server: Mutex::new(server), address, heard, kill_at, is_killed: AtomicBool::new(false) }
    }

    pub fn client(&self) -> Client {
        Client::new(&self.address, "sandbox")
    }

    fn is_over(&self) -> bool {
        self.is_killed.load(Ordering::SeqCst)
    }

    fn hear(&self) {
        if Some(self.heard.fetch_add(1, Ordering::SeqCst) + 1) == self.kill_at {
            self.kill();
        }
    }

    /// First said, then done: a client whose connection breaks finds the reason.
    fn kill(&self) {
        self.is_killed.store(true, Ordering::SeqCst);
        self.server.lock().expect("no client panicked").kill();
    }

    /// Asks for something and kills the process so many turns later, answered or not.
    pub fn kill_during(&self, request: &Request, turns: u64) {
        std::thread::scope(|scope| {
            scope.spawn(|| drop(self.client().send(request)));
            (0..turns).for_each(|_| std::thread::yield_now());
            self.kill();
        });
    }

    /// The end, if it has not come yet.
    pub fn end(self) {
        if !self.is_over() {
            self.kill();
        }
    }

    pub fn into_server(self) -> Server {
        self.server.into_inner().expect("no client panicked")
    }
}

/// What a client asked in its round, in order, and what it was answered.
#[derive(Default)]
pub struct Memory {
    answers: Vec<Option<Answer>>,
    next: usize,
    heard: u64,
}

impl Memory {
    /// Another round.
    pub fn forget(&mut self) {
        self.answers.clear();
    }
    /// The round is told, again or for the first time.
    pub fn begin(&mut self) {
        self.next = 0;
    }
    /// Answers in all.
    pub fn heard(&self) -> u64 {
        self.heard
    }
}

/// A client in a life.
pub struct Caller<'l> {
    life: &'l Life,
    client: Client,
    memory: &'l mut Memory,
}

impl<'l> Caller<'l> {
    pub fn new(life: &'l Life, memory: &'l mut Memory) -> Self {
        Self { life, client: life.client(), memory }
    }

    /// Asks; what was answered before must be answered again. `None` when the process was killed before it came.
    pub fn ask(&mut self, request: &Request) -> Option<Answer> {
        let answer = self.send(request)?;
        assert!(answer.status < 300, "{request:?}: {}", answer.text());
        let at = self.memory.next;
        self.memory.next += 1;
        self.memory.heard += 1;
        if self.memory.answers.len() <= at {
            self.memory.answers.resize(at + 1, None);
        }
        let before = self.memory.answers[at].replace(answer.clone());
        if let Some(before) = before {
            same(request, &before, &answer);
        }
        self.life.hear();
        Some(answer)
    }

    /// Reads something, which is not counted: nobody knows how often it is read.
    pub fn look(&mut self, path: &str) -> Option<Answer> {
        self.send(&Request::get(path))
    }

    fn send(&mut self, request: &Request) -> Option<Answer> {
        if self.life.is_over() {
            return None;
        }
        match self.client.send(request) {
            Ok(answer) => Some(answer),
            Err(_) if self.life.is_over() => None,
            Err(error) => panic!("nobody killed it, but {request:?} came to {error}"),
        }
    }
}

/// Under a key the same bytes; events that were taken are duplicates.
fn same(request: &Request, before: &Answer, now: &Answer) {
    if request.headers.iter().any(|(name, _)| *name == "idempotency-key") {
        let is_same = (before.status, &before.body) == (now.status, &now.body);
        // An import says where it stands.
        assert!(
            is_same || request.path.ends_with("/imports"),
            "{request:?}: {} was {}",
            now.text(),
            before.text()
        );
    } else if request.path.ends_with("/events") {
        let results = now.json();
        for result in results["results"].as_array().expect("results") {
            assert_eq!(result["outcome"], "duplicate", "{request:?}: {results}");
        }
    }
}
