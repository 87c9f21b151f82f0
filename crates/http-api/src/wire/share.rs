//! What a key may take of the service: requests a second, memory for its bodies, and threads that read big ones.
//!
//! Always holds: what is not there is not waited for with memory in hand; the newest request is the one refused, and
//! it has done nothing.

use crate::wire::keys::ApiKey;
use crate::wire::limits;
use crate::wire::problem::Problem;
use crate::wire::rate::RateStanding;
use governor::clock::{Clock, MonotonicClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

type Rate = RateLimiter<NotKeyed, InMemoryState, MonotonicClock, StateInformationMiddleware>;

/// Room is given out in pieces of so many bytes.
const PIECE: usize = 1024;

/// The shares of all keys.
#[derive(Debug)]
pub struct Shares {
    rate: Option<NonZeroU32>,
    room: Arc<Semaphore>,
    readers: Arc<Semaphore>,
    // One for each key that was ever in force here; a file of keys has few.
    of_keys: Mutex<HashMap<String, Arc<OfKey>>>,
}

#[derive(Debug)]
struct OfKey {
    rate: Option<(NonZeroU32, Rate)>,
    room: Arc<Semaphore>,
}

/// A key's share.
#[derive(Debug, Clone)]
pub struct Share {
    of_key: Arc<OfKey>,
    room: Arc<Semaphore>,
    readers: Arc<Semaphore>,
}

/// Room for a body, until it is dropped.
#[derive(Debug, Default)]
pub struct Room {
    pieces: u32,
    held: Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
}

impl Default for Shares {
    fn default() -> Self {
        Self::new(None)
    }
}

impl Shares {
    /// So many requests a second for each key, as many at once; any number without one.
    pub fn new(rate: Option<NonZeroU32>) -> Self {
        // One core is left for those who ask small things.
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            rate,
            room: Arc::new(Semaphore::new(limits::BODIES_BYTES / PIECE)),
            readers: Arc::new(Semaphore::new(cores.saturating_sub(1).max(1))),
            of_keys: Mutex::default(),
        }
    }

    /// The share of a key.
    pub fn of(&self, key: &ApiKey) -> Share {
        let mut of_keys = self.of_keys.lock().unwrap_or_else(PoisonError::into_inner);
        let of_key = match of_keys.get(&key.hash) {
            Some(of_key) => of_key.clone(),
            None => {
                of_keys.entry(key.hash.clone()).or_insert_with(|| Arc::new(OfKey::new(self.rate))).clone()
            }
        };
        drop(of_keys);
        Share { of_key, room: self.room.clone(), readers: self.readers.clone() }
    }
}

impl OfKey {
    fn new(rate: Option<NonZeroU32>) -> Self {
        let limiter = |most| (most, RateLimiter::direct(Quota::per_second(most)).with_middleware());
        let room = Arc::new(Semaphore::new(limits::BODIES_OF_A_KEY / PIECE));
        Self { rate: rate.map(limiter), room }
    }
}

impl Share {
    /// Counts a request: where the key stands with it, nothing where it has no rate, or how it is refused.
    pub fn count(&self) -> Result<Option<RateStanding>, Problem> {
        let Some((most, rate)) = &self.of_key.rate else { return Ok(None) };
        match rate.check() {
            Ok(state) => {
                let left = state.remaining_burst_capacity();
                Ok(Some(RateStanding { limit: most.get(), left, reset_seconds: u32::from(left == 0) }))
            }
            Err(until) => {
                let wait = until.wait_time_from(rate.clock().now());
                let reset_seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
                Err(Problem::too_fast(RateStanding { limit: most.get(), left: 0, reset_seconds }))
            }
        }
    }

    /// Enlarges the room of a body to so many bytes; `overloaded` when memory for bodies is used up.
    pub fn enlarge(&self, room: &mut Room, bytes: usize) -> Result<(), Problem> {
        let wanted = u32::try_from(bytes.div_ceil(PIECE)).unwrap_or(u32::MAX);
        let more = wanted.saturating_sub(room.pieces);
        if more == 0 {
            return Ok(());
        }
        let own = self.of_key.room.clone().try_acquire_many_owned(more);
        let own = own.map_err(|_| Problem::no_room("this key's bodies", limits::BODIES_OF_A_KEY))?;
        let all = self.room.clone().try_acquire_many_owned(more);
        let all = all.map_err(|_| Problem::no_room("all bodies", limits::BODIES_BYTES))?;
        match &mut room.held {
            None => room.held = Some((own, all)),
            Some((held_own, held_all)) => {
                held_own.merge(own);
                held_all.merge(all);
            }
        }
        room.pieces = wanted;
        Ok(())
    }

    /// Reads what has come: here if it is small, else on one of few threads that may be busy with it.
    pub async fn read<T: Send + 'static>(
        &self,
        bytes: usize,
        read: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        if bytes <= limits::READ_AT_ONCE {
            return read();
        }
        // Never closed: then it would be read here, as it must be read somewhere.
        let _turn = self.readers.acquire().await;
        match tokio::task::spawn_blocking(read).await {
            Ok(read) => read,
            // It ends as it would have ended here.
            Err(broken) => std::panic::resume_unwind(broken.into_panic()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::keys::Scope;
    use domain::Instant;

    fn share(shares: &Shares, name: u8) -> Share {
        let (_, key) = ApiKey::make(&[name; 32], "x", None, vec![Scope::Read], Instant::from_micros(0));
        shares.of(&key)
    }

    #[test]
    fn a_key_that_asks_too_fast_is_refused_and_others_are_not() {
        let shares = Shares::new(NonZeroU32::new(2));
        let one = share(&shares, 1);
        let left = |share: &Share| share.count().map(|standing| standing.map(|found| found.left));
        assert_eq!(left(&one).expect("first"), Some(1));
        assert_eq!(left(&share(&shares, 1)).expect("second, of the same key"), Some(0));
        let refused = one.count().expect_err("third");
        assert_eq!((refused.status, &*refused.code), (429, "too_many_requests"));
        assert_eq!(left(&share(&shares, 2)).expect("another key"), Some(1));
        let unlimited = share(&Shares::new(None), 1);
        assert!(unlimited.count().expect("no rate").is_none());
    }

    #[test]
    fn a_key_has_room_for_its_own_share_and_all_keys_for_no_more_than_there_is() {
        let shares = Shares::new(None);
        let mut rooms = Vec::new();
        for key in 0..4 {
            let share = share(&shares, key);
            let mut room = Room::default();
            share.enlarge(&mut room, limits::BODIES_OF_A_KEY).expect("a key's own");
            let more = share.enlarge(&mut room, limits::BODIES_OF_A_KEY + 1).expect_err("no more");
            assert_eq!((more.status, &*more.code), (503, "overloaded"));
            rooms.push(room);
        }
        let late = share(&shares, 9);
        let mut room = Room::default();
        late.enlarge(&mut room, 1).expect_err("all is taken");
        rooms.pop();
        late.enlarge(&mut room, 1).expect("one has gone");
        late.enlarge(&mut room, PIECE).expect("within its piece");
        assert_eq!(room.pieces, 1);
    }

    #[tokio::test]
    async fn what_is_big_is_read_apart() {
        let share = share(&Shares::new(None), 1);
        let here = std::thread::current().id();
        let on = |bytes| share.read(bytes, || std::thread::current().id());
        assert_eq!(on(limits::READ_AT_ONCE).await, here);
        assert_ne!(on(limits::READ_AT_ONCE + 1).await, here);
    }
}
