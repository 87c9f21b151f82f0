//! The engine from outside: start it, give it inputs, read what is committed, stop it.

use crate::clock::EngineClock;
use crate::error::EngineError;
use crate::writer::{Job, Settled, Writer};
use decide::{Input, Platform, Reply};
use domain::{Code, Instant, Refusal};
use port::{Generations, Handing, Reader, Store, StoreError, StoreErrorKind};
use std::sync::{Arc, Mutex, mpsc};
use tokio::runtime::Handle;
use tokio::sync::{Notify, oneshot, watch};

/// Jobs that may wait for the writer; beyond it callers are told to come back.
const QUEUE: usize = 8_192;

/// A running engine. Clones share it; it stops when [`Engine::stop`] is called or all are gone.
#[derive(Clone)]
pub struct Engine {
    jobs: mpsc::SyncSender<Job>,
    reader: Arc<dyn Reader>,
    clock: EngineClock,
    published: Arc<Notify>,
    generations: Arc<Generations>,
    thread: Arc<Mutex<Option<std::thread::JoinHandle<()>>>>,
    /// Closed when the writer's thread has ended, however it ended.
    alive: watch::Receiver<()>,
}

impl Engine {
    /// Starts the writer on its own thread, on a platform as most are.
    pub fn start(store: Box<dyn Store>, clock: EngineClock) -> Result<Self, StoreError> {
        Self::start_on(store, clock, Platform::default())
    }
    /// The same on a platform of its own kind.
    pub fn start_on(
        store: Box<dyn Store>,
        clock: EngineClock,
        platform: Platform,
    ) -> Result<Self, StoreError> {
        let (jobs, queue) = mpsc::sync_channel(QUEUE);
        let reader = store.reader();
        let published = Arc::new(Notify::new());
        let generations = Arc::new(Generations::default());
        let (told, raised) = (published.clone(), generations.clone());
        let writer = Writer::new(store, clock.clone(), queue, told, raised, platform);
        let (living, alive) = watch::channel(());
        let spawned = std::thread::Builder::new().name("promenade-writer".into()).spawn(move || {
            // Dropped with this thread, also by a panic.
            let _alive = living;
            writer.run();
        });
        let thread =
            spawned.map_err(|e| StoreError::new(StoreErrorKind::Other, format!("no writer thread: {e}")))?;
        let thread = Arc::new(Mutex::new(Some(thread)));
        Ok(Self { jobs, reader, clock, published, generations, thread, alive })
    }

    /// What is committed.
    pub fn reader(&self) -> &Arc<dyn Reader> {
        &self.reader
    }
    /// The moment now, by the engine's clock.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }
    /// How often each shop's rules have changed: tells readers that what they have compiled is stale.
    pub fn generations(&self) -> &Arc<Generations> {
        &self.generations
    }
    /// The clock.
    pub fn clock(&self) -> &EngineClock {
        &self.clock
    }
    /// Told whenever something waits to be sent.
    pub fn published(&self) -> Arc<Notify> {
        self.published.clone()
    }
    /// Whether the writer still runs.
    pub fn is_running(&self) -> bool {
        let thread = self.thread.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Answers when the writer has ended. Nothing can be changed from then on: where nobody told it to stop, the process
    /// had better end, too.
    pub async fn ended(&self) {
        let mut alive = self.alive.clone();
        while alive.changed().await.is_ok() {}
    }

    /// Decides one input; answers when it is durable.
    pub async fn submit(&self, input: Input) -> Result<Reply, EngineError> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::One(Box::new(input), reply, Handle::try_current().ok()))?;
        answer.await.map_err(|_| EngineError::Stopped)?
    }

    /// Decides many, each with its own outcome; answers when all are durable.
    pub async fn submit_many(
        &self,
        inputs: Vec<Input>,
    ) -> Result<Vec<Result<Reply, EngineError>>, EngineError> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Many(inputs, reply))?;
        answer.await.map_err(|_| EngineError::Stopped)
    }

    /// [`Engine::submit_many`] for callers outside an async runtime: long work on a thread of its own, which waits
    /// for room in the queue where others are told to come back.
    pub fn submit_many_blocking(
        &self,
        inputs: Vec<Input>,
    ) -> Result<Vec<Result<Reply, EngineError>>, EngineError> {
        let (reply, answer) = oneshot::channel();
        self.jobs.send(Job::Many(inputs, reply)).map_err(|_| EngineError::Stopped)?;
        answer.blocking_recv().map_err(|_| EngineError::Stopped)
    }

    /// Moves the sandbox clock: fires everything due up to `to`, in order, then answers how many
    /// timers fired. Going back is refused (`clock_backwards`).
    pub async fn advance(&self, to: Instant) -> Result<u64, EngineError> {
        let (reply, answer) = oneshot::channel();
        self.send(self.advance_job(to, reply)?)?;
        answer.await.map_err(|_| EngineError::Stopped)?
    }

    /// [`Engine::advance`] for callers outside an async runtime.
    pub fn advance_blocking(&self, to: Instant) -> Result<u64, EngineError> {
        let (reply, answer) = oneshot::channel();
        self.send(self.advance_job(to, reply)?)?;
        answer.blocking_recv().map_err(|_| EngineError::Stopped)?
    }

    fn advance_job(
        &self,
        to: Instant,
        reply: oneshot::Sender<Result<u64, EngineError>>,
    ) -> Result<Job, EngineError> {
        match self.clock.sandbox() {
            Some(_) => Ok(Job::Advance(to, reply)),
            None => Err(Refusal::with(Code::NotFound, "only a sandbox has a clock to set").into()),
        }
    }

    /// Writes down what became of deliveries and messages.
    pub async fn settle(&self, settled: Settled) -> Result<(), EngineError> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Settle(settled, reply))?;
        answer.await.map_err(|_| EngineError::Stopped)?
    }

    /// Judges messages that are to be handed over, and marks those that may go, durably; whether each may be sent. What may
    /// not is settled or put off.
    pub async fn hand_over(&self, messages: Vec<Handing>) -> Result<Vec<bool>, EngineError> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::HandOver(messages, reply))?;
        answer.await.map_err(|_| EngineError::Stopped)?
    }

    fn send(&self, job: Job) -> Result<(), EngineError> {
        self.jobs.try_send(job).map_err(|error| match error {
            mpsc::TrySendError::Full(_) => EngineError::Busy,
            mpsc::TrySendError::Disconnected(_) => EngineError::Stopped,
        })
    }

    /// Finishes what waits and stops the writer.
    pub fn stop(&self) {
        // A full queue is drained by the writer, so a blocking send always gets through.
        let _ = self.jobs.send(Job::Stop);
        let thread = self.thread.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}
