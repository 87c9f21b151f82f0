//! Clients in a closed loop: each claims, waits for the answer, claims again.
//!
//! The same loop drives the floors and our engine, so both carry the same client cost.
//! Users are numbered; a number is asked for as often as the plan says, then never again.

use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use tokio::runtime::Runtime;

use crate::{
    latency::{LatencyRecorder, Percentiles},
    samples::scatter,
};

/// What a claim was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// One unit of stock is now this user's, durably.
    Granted,
    /// No stock left.
    SoldOut,
    /// The user holds as many as one user may.
    AlreadyClaimed,
    /// The same request came before; it is answered as it was then, and nothing is counted again.
    Repeated,
}

/// One client; cloned for every client in flight.
pub trait Claimant: Clone + Send + 'static {
    /// Claims for a user and returns once the answer is durable.
    fn claim(&mut self, user: u64) -> impl Future<Output = Result<Answer>> + Send;
}

/// In which order users come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Users {
    /// By their number: a store keeps neighbours together, so this is its best case.
    InOrder,
    /// As they come on a real day: every claim lands somewhere else.
    Scattered,
}

/// When to stop, and who asks.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Clients in flight.
    pub clients: usize,
    /// No claim starts after this many seconds.
    pub seconds: f64,
    /// No more than this many claims.
    pub attempts: u64,
    /// How often each user asks.
    pub tries_per_user: u64,
    /// The first user's number; runs against one store must not overlap.
    pub first_user: u64,
    /// In which order users come.
    pub users: Users,
}

impl Plan {
    /// As many claims as fit into the time, each by a new user.
    pub fn for_seconds(clients: usize, seconds: f64, users: Users) -> Self {
        Self { clients, seconds, attempts: u64::MAX, tries_per_user: 1, first_user: 1, users }
    }
}

/// What a run of claims gave.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClaimRun {
    /// Claims granted.
    pub granted: u64,
    /// Claims refused because stock was gone.
    pub sold_out: u64,
    /// Claims refused because the user had one.
    pub already_claimed: u64,
    /// Claims that were answered as before.
    pub repeated: u64,
    /// How long the run took, to the last answer.
    pub seconds: f64,
    /// From asking to the answer.
    pub latency: Percentiles,
}

impl ClaimRun {
    /// Granted claims per second.
    pub fn claims_per_second(&self) -> f64 {
        self.granted as f64 / self.seconds
    }
}

/// A runtime for clients: one thread, so that the other cores are left to what is measured.
pub fn client_runtime() -> Result<Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// Runs the plan with one task a client and returns when every client has its last answer.
///
/// A task a client, not one joined future: the cooperative budget of a single task would starve some clients.
pub async fn drive<C: Claimant>(claimant: &C, plan: Plan) -> Result<ClaimRun> {
    let started = Instant::now();
    let shared = Arc::new(Shared { plan, started, next: AtomicU64::new(0), tally: Mutex::default() });
    let clients: Vec<_> = (0..plan.clients)
        .map(|_| tokio::spawn(keep_claiming(claimant.clone(), Arc::clone(&shared))))
        .collect();
    for client in clients {
        client.await.context("a client panicked")??;
    }
    let tally = shared.tally.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(ClaimRun {
        seconds: started.elapsed().as_secs_f64(),
        latency: tally.recorder.percentiles(),
        ..tally.run
    })
}

struct Shared {
    plan: Plan,
    started: Instant,
    next: AtomicU64,
    tally: Mutex<Tally>,
}

#[derive(Default)]
struct Tally {
    run: ClaimRun,
    recorder: LatencyRecorder,
}

impl Shared {
    /// The next user to ask for, or none when the plan is done.
    fn next_user(&self) -> Option<u64> {
        let attempt = self.next.fetch_add(1, Ordering::Relaxed);
        let in_time = self.started.elapsed().as_secs_f64() < self.plan.seconds;
        let number = self.plan.first_user + attempt / self.plan.tries_per_user;
        let user = match self.plan.users {
            Users::InOrder => number,
            Users::Scattered => scatter(number),
        };
        (in_time && attempt < self.plan.attempts).then_some(user)
    }

    fn record(&self, answer: Answer, took: Duration) {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.recorder.record(took);
        match answer {
            Answer::Granted => tally.run.granted += 1,
            Answer::SoldOut => tally.run.sold_out += 1,
            Answer::AlreadyClaimed => tally.run.already_claimed += 1,
            Answer::Repeated => tally.run.repeated += 1,
        }
    }
}

async fn keep_claiming<C: Claimant>(mut claimant: C, shared: Arc<Shared>) -> Result<()> {
    while let Some(user) = shared.next_user() {
        let asked = Instant::now();
        let answer = claimant.claim(user).await?;
        shared.record(answer, asked.elapsed());
    }
    Ok(())
}
