//! One writer thread: it takes what has queued up, makes it durable together, and only then answers.

use std::thread;

use anyhow::{Context as _, Result, anyhow};
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot},
};

use crate::closed_loop::{Answer, ClaimRun, Claimant, Plan, client_runtime, drive};

/// Decides claims and makes them durable.
pub trait GroupWriter: Send + 'static {
    /// Decides a group, commits it as one, and gives an answer for each user of the group in its order.
    fn commit(&mut self, users: &[u64]) -> Result<Vec<Answer>>;
}

/// How answers go back to the clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// Each wakes the clients' thread by itself, as floors have always been measured.
    OneByOne,
    /// Those of a group wake it once, as our engine does it.
    Together,
}

/// Runs the plan with at most `most` claims in one commit; the writer comes back when every client is gone.
pub fn run<W: GroupWriter>(writer: W, plan: Plan, most: usize, answers: Answers) -> Result<(ClaimRun, W)> {
    let (queue, requests) = mpsc::channel(plan.clients.max(1));
    let runtime = client_runtime()?;
    let clients = match answers {
        Answers::OneByOne => None,
        Answers::Together => Some(runtime.handle().clone()),
    };
    let work = move || write_groups(writer, requests, most, clients);
    let writer = thread::Builder::new().name("group commit".into()).spawn(work)?;
    let run = runtime.block_on(drive(&Client(queue), plan));
    // What stopped the writer is the cause of what the clients saw.
    let writer = writer.join().map_err(|_| anyhow!("the writer panicked"))??;
    Ok((run?, writer))
}

struct Request {
    user: u64,
    reply: oneshot::Sender<Answer>,
}

#[derive(Clone)]
struct Client(mpsc::Sender<Request>);

impl Claimant for Client {
    async fn claim(&mut self, user: u64) -> Result<Answer> {
        let (reply, answer) = oneshot::channel();
        self.0.send(Request { user, reply }).await.context("the writer stopped")?;
        answer.await.context("the writer stopped")
    }
}

fn write_groups<W: GroupWriter>(
    mut writer: W,
    mut requests: mpsc::Receiver<Request>,
    most: usize,
    clients: Option<Handle>,
) -> Result<W> {
    let mut group = Vec::with_capacity(most);
    let mut users = Vec::with_capacity(most);
    while requests.blocking_recv_many(&mut group, most) > 0 {
        users.clear();
        users.extend(group.iter().map(|request: &Request| request.user));
        let answers = writer.commit(&users)?;
        let answered: Vec<_> = group.drain(..).map(|request| request.reply).zip(answers).collect();
        match &clients {
            None => give(answered),
            Some(runtime) => drop(runtime.spawn(async move { give(answered) })),
        }
    }
    Ok(writer)
}

fn give(answered: Vec<(oneshot::Sender<Answer>, Answer)>) {
    for (reply, answer) in answered {
        // A client that went away has its claim all the same.
        let _ = reply.send(answer);
    }
}
