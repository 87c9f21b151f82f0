//! What one connection is doing, and when it is given up.
//!
//! Always holds: a connection is waited for only as long as somebody gains by it. Without a request it has a while for
//! the next head, however slowly that comes; an answer that was handed over has a while to be taken. While the service
//! itself works, it has as long as the work takes. Bodies that come too slowly end by themselves ([`super::coming`]).

use super::turns::Turn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// How slow a peer may be; each with its setting.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the head of the first request.
    pub head: Duration,
    /// For the head of the next one.
    pub idle: Duration,
    /// For each [`PACE`] of a body.
    pub body: Duration,
    /// For each [`PACE`] of an answer.
    pub answer: Duration,
}

/// So many bytes at least move in the time that a body or an answer is given.
pub const PACE: u64 = 128 << 10;
/// So many requests that the peer itself took back are no accident any more.
const TAKEN_BACK: u32 = 100;

/// Why a connection ends before its peer or the service ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// No request came.
    Quiet,
    /// An answer was not taken.
    Stalled,
    /// It asked and took back, over and over.
    TakesBack,
    /// Others need the place.
    Room,
}

impl Ending {
    /// For logs and figures.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Stalled => "stalled",
            Self::TakesBack => "takes_back",
            Self::Room => "room",
        }
    }
}

/// Whether a connection could go when others need its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// The service is at work for it: it may not.
    AtWork,
    /// It has asked nothing yet, or not to the end: it goes first.
    Unheard,
    /// It was answered, and rests since then.
    Since(Instant),
}

/// Who is refused is told to come back after so long.
const COME_BACK: Duration = Duration::from_secs(1);

/// One connection.
#[derive(Debug)]
pub struct Watch {
    patience: Patience,
    state: Mutex<State>,
    ended: Notify,
}

#[derive(Debug)]
struct State {
    /// What is going on, by number: one over HTTP/1, several over HTTP/2.
    exchanges: Vec<(u64, Stage)>,
    next: u64,
    /// When a request last began or ended.
    changed: Instant,
    quiet_until: Instant,
    taken_back: u32,
    answered: u32,
    /// When it was last refused for want of a turn.
    refused: Option<Instant>,
    ending: Option<Ending>,
}

/// Where an exchange stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The service works.
    Working,
    /// The peer has to send.
    Waiting,
    /// The peer has to take what it was given, until then.
    Handed(Instant),
}

impl Watch {
    /// A connection that was just opened.
    pub fn new(patience: Patience) -> Arc<Self> {
        let now = Instant::now();
        let state = State {
            exchanges: Vec::new(),
            next: 0,
            changed: now,
            quiet_until: now + patience.head,
            taken_back: 0,
            answered: 0,
            refused: None,
            ending: None,
        };
        Arc::new(Self { patience, state: Mutex::new(state), ended: Notify::new() })
    }

    /// How slow its peer may be.
    pub fn patience(&self) -> &Patience {
        &self.patience
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it could go.
    pub fn rest(&self) -> Rest {
        let state = self.state();
        if state.exchanges.iter().any(|(_, stage)| *stage == Stage::Working) {
            Rest::AtWork
        } else if state.answered == 0 {
            Rest::Unheard
        } else {
            Rest::Since(state.changed)
        }
    }

    /// Ends it.
    pub fn end(&self, ending: Ending) {
        self.state().ending.get_or_insert(ending);
        self.ended.notify_one();
    }

    /// Why it was ended, if it was.
    #[cfg(test)]
    pub fn ending(&self) -> Option<Ending> {
        self.state().ending
    }

    /// A request begins.
    pub fn begin(self: &Arc<Self>) -> Exchange {
        let mut state = self.state();
        let number = state.next;
        state.next += 1;
        state.changed = Instant::now();
        state.exchanges.push((number, Stage::Working));
        drop(state);
        Exchange { watch: self.clone(), number, turn: Mutex::new(None) }
    }

    /// Waits until it is given up.
    pub async fn given_up(&self) -> Ending {
        // Looked at now and then, so that a request moves no timer.
        let now_and_then = self.patience.head.min(self.patience.idle).min(self.patience.answer);
        loop {
            let now = Instant::now();
            let due = match self.state().due() {
                Err(ending) => return ending,
                Ok(Some((due, ending))) if due <= now => return ending,
                Ok(due) => due.map(|(due, _)| due),
            };
            let next = due.map_or(now + now_and_then, |due| due.min(now + now_and_then));
            tokio::select! {
                () = self.ended.notified() => {}
                () = tokio::time::sleep_until(next) => {}
            }
        }
    }
}

impl State {
    /// When it is given up if nothing changes, and why.
    fn due(&self) -> Result<Option<(Instant, Ending)>, Ending> {
        if let Some(ending) = self.ending {
            return Err(ending);
        }
        if self.exchanges.is_empty() {
            return Ok(Some((self.quiet_until, Ending::Quiet)));
        }
        let handed = self.exchanges.iter().filter_map(|(_, stage)| match stage {
            Stage::Handed(until) => Some(*until),
            Stage::Working | Stage::Waiting => None,
        });
        Ok(handed.min().map(|until| (until, Ending::Stalled)))
    }
}

/// A request and its answer, until both are through.
#[derive(Debug)]
pub struct Exchange {
    watch: Arc<Watch>,
    number: u64,
    turn: Mutex<Option<Turn>>,
}

impl Exchange {
    /// The connection that it goes over.
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// There was no turn for it; the answer says to ask again in a second.
    pub fn refused(&self) {
        self.watch.state().refused = Some(Instant::now());
    }

    /// Whether its connection was refused and asks again before it was told to.
    pub fn is_impatient(&self) -> bool {
        self.watch.state().refused.is_some_and(|at| at.elapsed() < COME_BACK)
    }

    /// Keeps its turn until the service has answered.
    pub fn keep(&self, turn: Turn) {
        *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = Some(turn);
    }

    /// The service has answered: others may have their turn.
    pub fn answered(&self) {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.watch.state().answered += 1;
    }

    /// The peer has to send more of its request.
    pub fn waits(&self) {
        self.set(Stage::Waiting);
    }

    /// The service goes on.
    pub fn works(&self) {
        self.set(Stage::Working);
    }

    /// The peer was handed so many bytes.
    pub fn hands(&self, bytes: usize) {
        let paces = u32::try_from(bytes as u64 / PACE + 1).unwrap_or(u32::MAX);
        self.set(Stage::Handed(Instant::now() + self.watch.patience.answer * paces));
    }

    fn set(&self, stage: Stage) {
        let mut known = self.watch.state();
        if let Some((_, now)) = known.exchanges.iter_mut().find(|(number, _)| *number == self.number) {
            *now = stage;
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let mut known = self.watch.state();
        let place = known.exchanges.iter().position(|(number, _)| *number == self.number);
        let stage = place.map(|place| known.exchanges.swap_remove(place).1);
        known.changed = Instant::now();
        let mut quiet_until = known.changed + self.watch.patience.idle;
        match stage {
            // Its last bytes may still be on their way.
            Some(Stage::Handed(until)) => quiet_until = quiet_until.max(until),
            Some(Stage::Working | Stage::Waiting) | None => known.taken_back += 1,
        }
        known.quiet_until = quiet_until;
        let is_too_much = known.taken_back > TAKEN_BACK && known.taken_back > known.answered;
        drop(known);
        if is_too_much {
            self.watch.end(Ending::TakesBack);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience {
        head: Duration::from_secs(10),
        idle: Duration::from_mins(1),
        body: Duration::from_secs(10),
        answer: Duration::from_secs(30),
    };

    /// It is given up so many seconds after it became what it is, since `before` at the earliest; none while it is not.
    fn assert_given_up(watch: &Watch, before: Instant, expected: Option<(u64, Ending)>, why: &str) {
        let due = watch.state().due().expect("nothing ended it");
        assert_eq!(due.map(|(_, ending)| ending), expected.map(|(_, ending)| ending), "{why}");
        if let (Some((due, _)), Some((seconds, _))) = (due, expected) {
            let patience = Duration::from_secs(seconds);
            assert!(due >= before + patience && due <= Instant::now() + patience, "{why}");
        }
    }

    #[test]
    fn a_peer_has_a_while_for_its_first_head_and_for_the_next() {
        let opened = Instant::now();
        let watch = Watch::new(PATIENCE);
        assert_given_up(&watch, opened, Some((10, Ending::Quiet)), "the first head");
        let exchange = watch.begin();
        assert_given_up(&watch, opened, None, "the service works");
        exchange.waits();
        assert_given_up(&watch, opened, None, "its body ends by itself");
        let answered = Instant::now();
        drop(exchange);
        assert_given_up(&watch, answered, Some((60, Ending::Quiet)), "the next head");
    }

    #[test]
    fn an_answer_has_a_while_to_be_taken_by_its_size() {
        let watch = Watch::new(PATIENCE);
        let exchange = watch.begin();
        let handed = Instant::now();
        exchange.hands(10);
        let other = watch.begin();
        assert_given_up(&watch, handed, Some((30, Ending::Stalled)), "though another is in progress");
        exchange.works();
        assert_given_up(&watch, handed, None, "it makes the next piece");
        let handed = Instant::now();
        exchange.hands(9 * usize::try_from(PACE).expect("it fits"));
        assert_given_up(&watch, handed, Some((300, Ending::Stalled)), "a long one");
        drop(other);
        let handed = Instant::now();
        exchange.hands(9 * usize::try_from(PACE).expect("it fits"));
        drop(exchange);
        assert_given_up(&watch, handed, Some((300, Ending::Quiet)), "the last bytes are on their way");
    }

    #[test]
    fn asking_and_taking_back_over_and_over_ends_it() {
        let watch = Watch::new(PATIENCE);
        for _ in 0..TAKEN_BACK {
            drop(watch.begin());
        }
        assert_eq!(watch.ending(), None);
        drop(watch.begin());
        assert_eq!(watch.ending(), Some(Ending::TakesBack));
        let steady = Watch::new(PATIENCE);
        for _ in 0..3 * TAKEN_BACK {
            for bytes in [Some(1), None] {
                let exchange = steady.begin();
                exchange.answered();
                if let Some(bytes) = bytes {
                    exchange.hands(bytes);
                }
            }
        }
        assert_eq!(steady.ending(), None, "an answer that came too late is a matter of luck");
    }

    #[tokio::test]
    async fn what_is_ended_is_given_up_at_once() {
        let watch = Watch::new(PATIENCE);
        let exchange = watch.begin();
        watch.end(Ending::Room);
        watch.end(Ending::Quiet);
        assert_eq!(watch.given_up().await, Ending::Room);
        drop(exchange);
        let impatient = Watch::new(Patience { head: Duration::ZERO, ..PATIENCE });
        assert_eq!(impatient.given_up().await, Ending::Quiet);
    }
}
