//! Where the time comes from: the system, or a clock that only the API moves.

use domain::Instant;
use port::{Reader, StoreError};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The engine's source of time. It asks once for each batch.
pub trait Clock: Send + Sync {
    /// The moment now.
    fn now(&self) -> Instant;
}

/// The machine's clock. It never goes back: a step backwards holds it until time has caught up.
#[derive(Debug, Default)]
pub struct SystemClock {
    latest: AtomicI64,
}

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = i64::try_from(since.as_micros()).unwrap_or(i64::MAX);
        let latest = self.latest.fetch_max(micros, Ordering::Relaxed);
        Instant::from_micros(micros.max(latest))
    }
}

/// A clock that stands still until it is set. Before it is first set it shows the time it was made
/// with, and the first setting may go anywhere; after that it only goes forward.
#[derive(Debug)]
pub struct SandboxClock {
    micros: AtomicI64,
    is_set: std::sync::atomic::AtomicBool,
    outside: SystemClock,
}

impl SandboxClock {
    /// A clock that shows `at` and may still be set to any moment.
    pub fn unset(at: Instant) -> Self {
        Self { micros: AtomicI64::new(at.micros()), is_set: false.into(), outside: SystemClock::default() }
    }
    /// A clock that was set before, for a store that is opened again.
    pub fn resumed(at: Instant) -> Self {
        Self { micros: AtomicI64::new(at.micros()), is_set: true.into(), outside: SystemClock::default() }
    }
    /// Whether `to` would be a step back.
    pub fn goes_back(&self, to: Instant) -> bool {
        self.is_set.load(Ordering::Acquire) && to < self.now()
    }
    /// Moves the clock. The engine calls this when everything due has been done.
    pub fn set(&self, to: Instant) {
        self.micros.store(to.micros(), Ordering::Release);
        self.is_set.store(true, Ordering::Release);
    }
}

impl Clock for SandboxClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.micros.load(Ordering::Acquire))
    }
}

/// What marks a store as a sandbox whose clock has not been set yet.
pub const SANDBOX_UNSET: Instant = Instant::from_micros(0);

/// Which clock the engine goes by.
#[derive(Clone)]
pub enum EngineClock {
    /// The machine's, or what a simulation takes for it: timers fire by themselves.
    System(Arc<dyn Clock>),
    /// One that only [`Engine::advance`] moves.
    Sandbox(Arc<SandboxClock>),
}

impl EngineClock {
    /// The moment now.
    pub fn now(&self) -> Instant {
        match self {
            Self::System(clock) => clock.now(),
            Self::Sandbox(clock) => clock.now(),
        }
    }
    /// The moment by the machine's clock, whatever the sandbox's shows: what leaves the house goes by it.
    pub fn outside(&self) -> Instant {
        match self {
            Self::System(clock) => clock.now(),
            Self::Sandbox(clock) => clock.outside.now(),
        }
    }
    /// From when on deliveries are due that are published now, where that is not the moment of the event: a sandbox's
    /// clock stands still, and they leave at once.
    pub fn deliver_from(&self) -> Option<Instant> {
        self.sandbox().map(|clock| clock.outside.now())
    }
    /// The sandbox clock, where there is one.
    pub fn sandbox(&self) -> Option<&SandboxClock> {
        match self {
            Self::System(_) => None,
            Self::Sandbox(clock) => Some(clock),
        }
    }
    /// A sandbox clock that goes on where the store left it, or may be set anywhere.
    pub fn sandbox_of(reader: &dyn Reader) -> Result<Self, StoreError> {
        let clock = match reader.sandbox_clock()? {
            Some(at) if at != SANDBOX_UNSET => SandboxClock::resumed(at),
            Some(_) | None => SandboxClock::unset(SystemClock::default().now()),
        };
        Ok(Self::Sandbox(Arc::new(clock)))
    }
    /// The machine's clock.
    pub fn system() -> Self {
        Self::System(Arc::new(SystemClock::default()))
    }
}
