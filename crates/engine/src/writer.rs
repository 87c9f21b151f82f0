//! The writer: one thread that takes what has queued up, runs it as a batch, and answers after the
//! commit. While one batch is being made durable the next one gathers: that is the group commit.

use crate::batch::{self, Committed, Firing, Outcome};
use crate::clock::EngineClock;
use crate::error::EngineError;
use decide::{Facts, Input, Platform};
use domain::{Code, Instant, Refusal, ShopId, WebhookId};
use port::{
    Changes, DeliveryUpdate, DispatchUpdate, Generations, Handing, Store, StoreError, StoreErrorKind, Timer,
    Turn,
};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant as Stopwatch};
use tokio::runtime::Handle;
use tokio::sync::{Notify, oneshot};

/// Inputs at which the writer takes no more jobs into a batch.
const BATCH: usize = 4_096;
/// Inputs of one transaction: a job of many is not cut below it, as nobody is answered before all of it is done. Where
/// rows come in no order, as downloaded orders do, a larger transaction writes each page for more of them.
const TRANSACTION: usize = 49_152;
/// Timers of one transaction by the machine's clock: inputs wait for no more.
const TIMERS: usize = 1_024;
/// Timers of one transaction where the clock of a sandbox is moved: nothing is answered before all are done.
const LEAP: usize = 4_096;
/// How long the writer sleeps at most when nothing is due.
const IDLE: Duration = Duration::from_secs(1);

/// What became of attempts to deliver, of receivers' turns, and of messages that were handed over.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the types say it")]
pub struct Settled {
    pub deliveries: Vec<DeliveryUpdate>,
    pub turns: Vec<(ShopId, WebhookId, Turn)>,
    pub dispatches: Vec<DispatchUpdate>,
}

/// What callers hand over.
pub enum Job {
    /// With the runtime of the caller, where the answer is handed over.
    One(Box<Input>, oneshot::Sender<Outcome>, Option<Handle>),
    Many(Vec<Input>, oneshot::Sender<Vec<Outcome>>),
    Advance(Instant, oneshot::Sender<Result<u64, EngineError>>),
    Settle(Settled, oneshot::Sender<Result<(), EngineError>>),
    HandOver(Vec<Handing>, oneshot::Sender<Result<Vec<bool>, EngineError>>),
    Stop,
}

/// Whom the outcomes of a batch belong to, in the order of its inputs.
enum Route {
    One(oneshot::Sender<Outcome>, Option<Handle>),
    Many(usize, oneshot::Sender<Vec<Outcome>>),
}

/// Answers on their way to the callers of one runtime. They are given when this is dropped, so every
/// caller hears, also when the runtime ends before.
struct Answers(Vec<(oneshot::Sender<Outcome>, Outcome)>);

impl Drop for Answers {
    fn drop(&mut self) {
        for (reply, outcome) in self.0.drain(..) {
            // A caller that went away hears nothing; what it asked for is done all the same.
            let _ = reply.send(outcome);
        }
    }
}

/// The single writer.
pub struct Writer {
    store: Box<dyn Store>,
    facts: Facts,
    clock: EngineClock,
    queue: mpsc::Receiver<Job>,
    published: Arc<Notify>,
    generations: Arc<Generations>,
    /// What is being taken from the queue; kept, as its room is large.
    inputs: Vec<Input>,
    /// When the next timer is due; nothing is due before it.
    next_due: Option<Instant>,
    /// After a failure timers rest until then.
    timers_rest_until: Option<Stopwatch>,
}

impl Writer {
    pub fn new(
        store: Box<dyn Store>,
        clock: EngineClock,
        queue: mpsc::Receiver<Job>,
        published: Arc<Notify>,
        generations: Arc<Generations>,
        platform: Platform,
    ) -> Self {
        let facts = Facts::new(platform);
        Self {
            store,
            facts,
            clock,
            queue,
            published,
            generations,
            inputs: Vec::new(),
            next_due: None,
            timers_rest_until: None,
        }
    }

    /// Works until it is told to stop or every handle is gone.
    pub fn run(mut self) {
        self.look_ahead();
        loop {
            match self.queue.recv_timeout(self.patience()) {
                Ok(job) => {
                    if !self.work(job) {
                        return;
                    }
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
            }
            if self.clock.sandbox().is_none() {
                self.fire_due();
            }
        }
    }

    /// Takes one job and all that wait behind it. `false` when told to stop.
    fn work(&mut self, first: Job) -> bool {
        let mut inputs = std::mem::take(&mut self.inputs);
        let mut routes = Vec::new();
        let mut next = Some(first);
        // Where its callers have no other core, they bring more before it goes on: fewer and larger commits.
        std::thread::yield_now();
        while let Some(job) = next.take() {
            match job {
                Job::One(input, reply, callers) => {
                    inputs.push(*input);
                    routes.push(Route::One(reply, callers));
                }
                Job::Many(many, reply) => {
                    routes.push(Route::Many(many.len(), reply));
                    inputs.extend(many);
                }
                Job::Advance(to, reply) => {
                    self.run_inputs(&mut inputs, &mut routes);
                    let _ = reply.send(self.advance(to));
                }
                Job::Settle(settled, reply) => {
                    self.run_inputs(&mut inputs, &mut routes);
                    let _ = reply.send(self.settle(settled));
                }
                Job::HandOver(messages, reply) => {
                    self.run_inputs(&mut inputs, &mut routes);
                    let _ = reply.send(self.hand_over(&messages));
                }
                Job::Stop => {
                    self.run_inputs(&mut inputs, &mut routes);
                    return false;
                }
            }
            if inputs.len() < BATCH {
                next = self.queue.try_recv().ok();
            }
        }
        self.run_inputs(&mut inputs, &mut routes);
        self.inputs = inputs;
        true
    }

    /// Runs what was taken, then answers.
    fn run_inputs(&mut self, inputs: &mut Vec<Input>, routes: &mut Vec<Route>) {
        let mut outcomes = Vec::new();
        let mut work_due: Option<Instant> = None;
        for chunk in inputs.chunks(TRANSACTION) {
            let at = (self.clock.now(), self.clock.deliver_from());
            let mut of_chunk = run_chunk(&mut *self.store, &mut self.facts, chunk, at, &mut |committed| {
                self.generations.raise(&committed.rules_changed);
                work_due = work_due.into_iter().chain(committed.work_due).min();
                after_commit(&self.published, &mut self.next_due, &committed);
            });
            if outcomes.is_empty() {
                outcomes = of_chunk;
            } else {
                outcomes.append(&mut of_chunk);
            }
        }
        let now = self.clock.now();
        if self.clock.sandbox().is_some() && work_due.is_some_and(|due| due <= now) {
            self.finish_work(now);
        }
        inputs.clear();
        answer(routes, outcomes);
    }

    /// In a sandbox nothing fires until the clock is moved, but long work that an input has begun goes
    /// to its end before that input is answered, as it would in a moment by the machine's clock.
    fn finish_work(&mut self, now: Instant) {
        loop {
            let due = match self.store.due_timers(now, TIMERS) {
                Ok(due) => due,
                Err(error) => {
                    tracing::error!(%error, "the timers cannot be read");
                    return;
                }
            };
            let due: Vec<Timer> = due.into_iter().filter(|timer| timer.subject.is_work()).collect();
            if due.is_empty() {
                return;
            }
            let from = self.clock.deliver_from();
            match batch::fire(&mut *self.store, &mut self.facts, &due, now, Firing::Now, from) {
                Ok((_, committed)) => after_commit(&self.published, &mut self.next_due, &committed),
                Err(error) => {
                    self.facts.forget();
                    tracing::error!(%error, "work cannot go on; the next move of the clock tries again");
                    return;
                }
            }
        }
    }

    /// Fires what is due by the machine's clock, one batch, so that inputs are not kept waiting.
    fn fire_due(&mut self) {
        let now = self.clock.now();
        if self.next_due.is_none_or(|due| due > now) || self.is_resting() {
            return;
        }
        match self.fire_batch(now, TIMERS, now, Firing::Now) {
            Ok(_) => self.look_ahead(),
            Err(error) => {
                tracing::error!(%error, "timers cannot be fired; trying again in a second");
                self.timers_rest_until = Some(Stopwatch::now() + IDLE);
            }
        }
    }

    fn is_resting(&self) -> bool {
        self.timers_rest_until.is_some_and(|until| Stopwatch::now() < until)
    }

    /// Fires so many timers at most that are due at or before `until`; how many, 0 when none is left.
    fn fire_batch(
        &mut self,
        until: Instant,
        most: usize,
        now: Instant,
        firing: Firing,
    ) -> Result<usize, StoreError> {
        let timers = self.store.due_timers(until, most)?;
        if timers.is_empty() {
            return Ok(0);
        }
        match self.fire_together(&timers, now, firing) {
            Err(error) if matches!(error.kind, StoreErrorKind::Corrupt | StoreErrorKind::Newer) => {
                tracing::error!(%error, "timers cannot be fired together; firing them one by one");
                self.fire_singly(&timers, now, firing)
            }
            fired => fired,
        }
    }

    fn fire_together(&mut self, timers: &[Timer], now: Instant, firing: Firing) -> Result<usize, StoreError> {
        let from = self.clock.deliver_from();
        let fired = batch::fire(&mut *self.store, &mut self.facts, timers, now, firing, from);
        let (fired, committed) = fired.inspect_err(|_| self.facts.forget())?;
        metrics::counter!("promenade_timers_fired_total").increment(fired as u64);
        after_commit(&self.published, &mut self.next_due, &committed);
        Ok(fired)
    }

    /// So that a row which cannot be read holds up no other shop's. It stays due; the error is the answer where
    /// nothing else was.
    fn fire_singly(&mut self, timers: &[Timer], now: Instant, firing: Firing) -> Result<usize, StoreError> {
        let (mut fired, mut failed) = (0, None);
        for timer in timers {
            match self.fire_together(std::slice::from_ref(timer), now, firing) {
                Ok(done) => fired += done,
                Err(error) => failed = Some(error),
            }
            // What it set may come before the others.
            if firing == Firing::WhenDue && fired > 0 {
                break;
            }
        }
        match failed {
            Some(error) if fired == 0 => Err(error),
            Some(_) | None => Ok(fired),
        }
    }

    /// Moves the sandbox clock: everything due up to there happens first, each at its own time.
    fn advance(&mut self, to: Instant) -> Result<u64, EngineError> {
        let EngineClock::Sandbox(clock) = self.clock.clone() else {
            return Ok(0);
        };
        if clock.goes_back(to) {
            return Err(Refusal::with(
                Code::ClockBackwards,
                format!("the clock stands at {}", domain::time::Zone::shanghai().format(self.clock.now())),
            )
            .into());
        }
        let mut fired = 0;
        let start = self.clock.now().min(to);
        loop {
            match self.fire_batch(to, LEAP, start, Firing::WhenDue)? {
                0 => break,
                count => fired += count as u64,
            }
        }
        let changes = Changes { sandbox_clock: Some(to), ..Changes::default() };
        self.store.transact(&mut |tx| tx.write(&changes))?;
        clock.set(to);
        Ok(fired)
    }

    fn settle(&mut self, settled: Settled) -> Result<(), EngineError> {
        let changes = Changes {
            delivery_updates: settled.deliveries,
            turns: settled.turns,
            dispatch_updates: settled.dispatches,
            ..Changes::default()
        };
        Ok(self.store.transact(&mut |tx| tx.write(&changes))?)
    }

    fn hand_over(&mut self, messages: &[Handing]) -> Result<Vec<bool>, EngineError> {
        let at = (self.clock.now(), self.clock.deliver_from());
        let handed = batch::hand_over(&mut *self.store, &mut self.facts, messages, at);
        let (may_be_sent, committed) = handed.inspect_err(|_| self.facts.forget())?;
        self.generations.raise(&committed.rules_changed);
        after_commit(&self.published, &mut self.next_due, &committed);
        Ok(may_be_sent)
    }

    fn look_ahead(&mut self) {
        match self.store.next_due() {
            Ok(due) => self.next_due = due,
            Err(error) => tracing::error!(%error, "the timers cannot be read"),
        }
    }

    /// How long to wait for a job.
    fn patience(&self) -> Duration {
        if self.clock.sandbox().is_some() || self.is_resting() {
            return IDLE;
        }
        let Some(due) = self.next_due else {
            return IDLE;
        };
        let micros = u64::try_from(due.since(self.clock.now())).unwrap_or(0);
        Duration::from_micros(micros).min(IDLE)
    }
}

/// Answers callers. Those of one runtime are answered by one task there: waking each from here would
/// cost a system call each.
fn answer(routes: &mut Vec<Route>, outcomes: Vec<Outcome>) {
    let mut outcomes = outcomes.into_iter();
    let mut runtimes: Vec<(Handle, Answers)> = Vec::new();
    for route in routes.drain(..) {
        match route {
            Route::One(reply, runtime) => {
                let outcome = outcomes.next().unwrap_or(Err(EngineError::Stopped));
                let Some(runtime) = runtime else {
                    let _ = reply.send(outcome);
                    continue;
                };
                let known = runtimes.iter_mut().find(|(known, _)| known.id() == runtime.id());
                match known {
                    Some((_, answers)) => answers.0.push((reply, outcome)),
                    None => runtimes.push((runtime, Answers(vec![(reply, outcome)]))),
                }
            }
            // Mostly they are all that there are, and are handed over as they lie.
            Route::Many(count, reply) if count == outcomes.len() => {
                let _ = reply.send(std::mem::take(&mut outcomes).collect());
            }
            Route::Many(count, reply) => {
                let _ = reply.send(outcomes.by_ref().take(count).collect());
            }
        }
    }
    for (runtime, answers) in runtimes.into_iter().filter(|(_, answers)| answers.0.len() > 1) {
        runtime.spawn(async move { drop(answers) });
    }
}

fn after_commit(published: &Notify, next_due: &mut Option<Instant>, committed: &Committed) {
    *next_due = next_due.iter().copied().chain(committed.earliest_wake).min();
    if committed.publishes {
        published.notify_one();
    }
}

/// Runs a chunk; when its commit fails, each input on its own, so that one cannot spoil the others.
/// A full or held store fails them all alike. `at` is the moment, and from when on deliveries are due if that is another.
fn run_chunk(
    store: &mut dyn Store,
    facts: &mut Facts,
    chunk: &[Input],
    at: (Instant, Option<Instant>),
    committed: &mut dyn FnMut(Committed),
) -> Vec<Outcome> {
    let clock = Stopwatch::now();
    let error = match batch::run(store, facts, chunk, at.0, at.1) {
        Ok((outcomes, done)) => {
            metrics::histogram!("promenade_batch_seconds").record(clock.elapsed().as_secs_f64());
            metrics::counter!("promenade_inputs_total").increment(chunk.len() as u64);
            committed(done);
            return outcomes;
        }
        Err(error) => error,
    };
    facts.forget();
    tracing::error!(%error, inputs = chunk.len(), "a batch could not be committed");
    let hopeless = matches!(error.kind, StoreErrorKind::Full | StoreErrorKind::Busy);
    if hopeless || chunk.len() == 1 {
        return chunk.iter().map(|_| Err(EngineError::Store(error.clone()))).collect();
    }
    let singly =
        chunk.iter().flat_map(|input| run_chunk(store, facts, std::slice::from_ref(input), at, committed));
    singly.collect()
}
