//! Turns: so many requests are worked on at once, so many wait, and more are refused.
//!
//! Always holds: who is refused is refused before anything was done for it. Those who wait are served in the order of
//! coming; but where more wait than can be served in one round, the newest is served first, so that the same few
//! connections are served over and over, at full speed, and the others are refused when their time is up. Served in
//! turn, each would be cold when it comes to it: 1,600 connections got a quarter of what 64 get. Who was refused and
//! asks again before the answer said to is served once half of the turns are free.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// So many times as long as others waits who asks again before it was told to.
const UNHEEDED: u32 = 4;

/// The turns.
#[derive(Debug)]
pub struct Turns {
    line: Mutex<Line>,
    at_once: usize,
    most_waiting: usize,
    longest: Duration,
}

#[derive(Debug)]
struct Line {
    free: usize,
    /// The oldest first. Some may have gone meanwhile.
    waiting: VecDeque<oneshot::Sender<Turn>>,
    /// Those that were refused a moment ago.
    impatient: VecDeque<oneshot::Sender<Turn>>,
}

/// A turn. Dropped, it goes to the next.
#[derive(Debug)]
pub struct Turn(Arc<Turns>);

/// There is no turn.
#[derive(Debug, PartialEq, Eq)]
pub struct NoTurn;

impl Turns {
    /// So many at once, so many that wait, and no longer than that.
    pub fn new(at_once: usize, most_waiting: usize, longest: Duration) -> Arc<Self> {
        let line = Mutex::new(Line { free: at_once, waiting: VecDeque::new(), impatient: VecDeque::new() });
        Arc::new(Self { line, at_once, most_waiting, longest })
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether as many wait as may: whoever comes now is refused, so nobody needs to look at it first.
    pub fn is_full(&self) -> bool {
        let line = self.line();
        line.free == 0 && line.len() >= self.most_waiting
    }

    /// Waits for a turn.
    pub async fn take(self: Arc<Self>, is_impatient: bool) -> Result<Turn, NoTurn> {
        let turn = {
            let mut line = self.line();
            let kept = if is_impatient { self.at_once / 2 } else { 0 };
            if line.free > kept {
                line.free -= 1;
                return Ok(Turn(self.clone()));
            }
            line.forget_gone();
            if line.len() >= self.most_waiting {
                return Err(NoTurn);
            }
            let (give, turn) = oneshot::channel();
            if is_impatient {
                line.impatient.push_back(give);
            } else {
                line.waiting.push_back(give);
            }
            turn
        };
        // To refuse is work, too: who does not heed a refusal is given the next one later.
        let longest = if is_impatient { self.longest * UNHEEDED } else { self.longest };
        tokio::time::timeout(longest, turn).await.map_err(|_| NoTurn)?.map_err(|_| NoTurn)
    }

    /// Who is next; where nobody is, the turn is free again.
    fn next(&self) -> Option<oneshot::Sender<Turn>> {
        let mut line = self.line();
        line.forget_gone();
        let is_long = line.waiting.len() > self.at_once;
        let is_calm = line.free >= self.at_once / 2;
        loop {
            let next = if is_long { line.waiting.pop_back() } else { line.waiting.pop_front() };
            let next = next.or_else(|| if is_calm { line.impatient.pop_front() } else { None });
            match next {
                Some(next) if next.is_closed() => {}
                Some(next) => return Some(next),
                None => break,
            }
        }
        line.free += 1;
        None
    }
}

impl Line {
    fn len(&self) -> usize {
        self.waiting.len() + self.impatient.len()
    }

    /// The oldest lose patience first.
    fn forget_gone(&mut self) {
        for line in [&mut self.waiting, &mut self.impatient] {
            while line.front().is_some_and(oneshot::Sender::is_closed) {
                line.pop_front();
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(next) = self.0.next() {
            // One that has gone gives the turn back, and that is dropped here in its turn.
            drop(next.send(Self(self.0.clone())));
        }
    }
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use tokio::task::JoinHandle;

    async fn waits(turns: &Arc<Turns>) -> JoinHandle<Result<Turn, NoTurn>> {
        let waiting = tokio::spawn(turns.clone().take(false));
        tokio::task::yield_now().await;
        waiting
    }

    #[tokio::test]
    async fn the_newest_is_refused_and_those_before_it_are_served_in_order() {
        let turns = Turns::new(2, 2, Duration::from_hours(1));
        let served = turns.clone().take(false).await.expect("it is free");
        let beside = turns.clone().take(false).await.expect("it is free");
        let first = waits(&turns).await;
        assert!(!turns.is_full());
        let second = waits(&turns).await;
        assert!(turns.is_full());
        assert_eq!(turns.clone().take(false).await.err(), Some(NoTurn));
        drop(served);
        let served = first.await.expect("it runs").expect("its turn");
        assert!(!turns.is_full() && !second.is_finished());
        drop(served);
        drop(second.await.expect("it runs").expect("its turn"));
        drop(beside);
        assert_eq!(turns.line().free, 2);
    }

    #[tokio::test]
    async fn where_more_wait_than_one_round_serves_the_newest_comes_first() {
        let turns = Turns::new(1, 3, Duration::from_hours(1));
        let served = turns.clone().take(false).await.expect("it is free");
        let (first, second, third) = (waits(&turns).await, waits(&turns).await, waits(&turns).await);
        drop(served);
        let served = third.await.expect("it runs").expect("the newest");
        drop(served);
        let served = second.await.expect("it runs").expect("the newer of two");
        assert!(!first.is_finished());
        drop(served);
        drop(first.await.expect("it runs").expect("the last"));
        assert_eq!(turns.line().free, 1);
    }

    #[tokio::test]
    async fn who_asks_again_too_soon_comes_last() {
        let turns = Turns::new(1, 4, Duration::from_hours(1));
        let served = turns.clone().take(false).await.expect("it is free");
        let impatient = tokio::spawn(turns.clone().take(true));
        tokio::task::yield_now().await;
        let other = waits(&turns).await;
        drop(served);
        let served = other.await.expect("it runs").expect("its turn");
        assert!(!impatient.is_finished());
        drop(served);
        drop(impatient.await.expect("it runs").expect("nobody else waits"));
        assert_eq!(turns.line().free, 1);
    }

    #[tokio::test]
    async fn nobody_waits_longer_than_is_said_and_who_has_gone_keeps_nobody_out() {
        let turns = Turns::new(1, 1, Duration::ZERO);
        let served = turns.clone().take(false).await.expect("it is free");
        assert_eq!(turns.clone().take(false).await.err(), Some(NoTurn));
        assert_eq!(turns.clone().take(false).await.err(), Some(NoTurn), "the one before has gone");
        drop(served);
        assert!(turns.clone().take(false).await.is_ok());
        assert_eq!(turns.line().free, 1);
    }

    #[tokio::test]
    async fn a_turn_that_was_given_to_one_who_left_goes_on() {
        let turns = Turns::new(1, 4, Duration::from_hours(1));
        let served = turns.clone().take(false).await.expect("it is free");
        let (first, second) = (waits(&turns).await, waits(&turns).await);
        second.abort();
        assert!(second.await.is_err());
        drop(served);
        drop(first.await.expect("it runs").expect("its turn"));
        let line = turns.line();
        assert_eq!((line.free, line.waiting.len()), (1, 0));
    }
}
