//! Turns: so many requests are worked on at once, so many wait, and more are refused.
//!
//! Always holds: who waits is served in the order of coming; the newest is the one refused, before anything was done
//! for it. So what is served is served as fast as ever, however much is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The turns.
#[derive(Debug)]
pub struct Turns {
    free: Arc<Semaphore>,
    most_waiting: usize,
    waiting: AtomicUsize,
    longest: Duration,
}

/// There is no turn.
#[derive(Debug, PartialEq, Eq)]
pub struct NoTurn;

impl Turns {
    /// So many at once, so many that wait, and no longer than that.
    pub fn new(at_once: usize, most_waiting: usize, longest: Duration) -> Arc<Self> {
        let free = Arc::new(Semaphore::new(at_once));
        Arc::new(Self { free, most_waiting, waiting: AtomicUsize::new(0), longest })
    }

    /// Whether as many wait as may: whoever comes now is refused, so nobody needs to look at it first.
    pub fn is_full(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) >= self.most_waiting && self.free.available_permits() == 0
    }

    /// A turn that is free now.
    pub fn take_now(&self) -> Option<OwnedSemaphorePermit> {
        self.free.clone().try_acquire_owned().ok()
    }

    /// Waits for a turn.
    pub async fn take(self: Arc<Self>) -> Result<OwnedSemaphorePermit, NoTurn> {
        if let Some(turn) = self.take_now() {
            return Ok(turn);
        }
        let waits = Waits(&self.waiting);
        if waits.0.fetch_add(1, Ordering::Relaxed) >= self.most_waiting {
            return Err(NoTurn);
        }
        let turn = tokio::time::timeout(self.longest, self.free.clone().acquire_owned()).await;
        turn.map_err(|_| NoTurn)?.map_err(|_| NoTurn)
    }
}

/// Counted as waiting until it is dropped.
struct Waits<'a>(&'a AtomicUsize);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_newest_is_refused_and_those_before_it_are_served_in_order() {
        let turns = Turns::new(1, 2, Duration::from_hours(1));
        let served = turns.clone().take().await.expect("it is free");
        let first = tokio::spawn(turns.clone().take());
        tokio::task::yield_now().await;
        assert!(!turns.is_full());
        let second = tokio::spawn(turns.clone().take());
        tokio::task::yield_now().await;
        assert!(turns.is_full());
        assert_eq!(turns.clone().take().await.err(), Some(NoTurn));
        drop(served);
        let served = first.await.expect("it runs").expect("its turn");
        assert!(!turns.is_full() && !second.is_finished());
        drop(served);
        drop(second.await.expect("it runs").expect("its turn"));
        assert!(turns.take_now().is_some());
    }

    #[tokio::test]
    async fn nobody_waits_longer_than_is_said() {
        let turns = Turns::new(1, 2, Duration::ZERO);
        let served = turns.take_now().expect("it is free");
        assert_eq!(turns.clone().take().await.err(), Some(NoTurn));
        drop(served);
        assert!(turns.take().await.is_ok());
    }
}
