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
/// Room of all bodies beyond what small ones have for themselves.
const LARGE: usize = limits::BODIES_BYTES - limits::SMALL_BODIES_BYTES;

/// The shares of all keys.
#[derive(Debug)]
pub struct Shares {
    rate: Option<NonZeroU32>,
    room: Rooms,
    threads: Threads,
    // One for each key that was ever in force here; a file of keys has few.
    of_keys: Mutex<HashMap<String, Arc<OfKey>>>,
}

/// Room for bodies. What a small body takes has a room of its own: large ones may come slowly and stay long, and those
/// that fill theirs keep no small one out.
#[derive(Debug, Clone)]
struct Rooms {
    small: Arc<Semaphore>,
    large: Arc<Semaphore>,
}

/// Threads that do long work: one less than there are cores, and half of them for one key.
#[derive(Debug, Clone)]
struct Threads {
    all: Arc<Semaphore>,
    of_a_key: usize,
}

#[derive(Debug)]
struct OfKey {
    rate: Option<(NonZeroU32, Rate)>,
    room: Arc<Semaphore>,
    threads: Arc<Semaphore>,
    files: Arc<Semaphore>,
}

/// A key's share.
#[derive(Debug, Clone)]
pub struct Share {
    of_key: Arc<OfKey>,
    room: Rooms,
    threads: Arc<Semaphore>,
}

/// One of the files that a key is sent at once, until it is dropped.
#[derive(Debug)]
pub struct Sending {
    share: Share,
    _place: OwnedSemaphorePermit,
}

/// Room for a body, until it is dropped.
#[derive(Debug, Default)]
pub struct Room {
    pieces: u32,
    held: Option<[OwnedSemaphorePermit; 3]>,
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
            room: Rooms {
                small: Arc::new(Semaphore::new(limits::SMALL_BODIES_BYTES / PIECE)),
                large: Arc::new(Semaphore::new(LARGE / PIECE)),
            },
            threads: Threads::of(cores),
            of_keys: Mutex::default(),
        }
    }

    /// The share of a key.
    pub fn of(&self, key: &ApiKey) -> Share {
        let mut of_keys = self.of_keys.lock().unwrap_or_else(PoisonError::into_inner);
        let of_key = match of_keys.get(&key.hash) {
            Some(of_key) => of_key.clone(),
            None => of_keys.entry(key.hash.clone()).or_insert_with(|| Arc::new(self.new_key())).clone(),
        };
        drop(of_keys);
        Share { of_key, room: self.room.clone(), threads: self.threads.all.clone() }
    }

    fn new_key(&self) -> OfKey {
        let limiter = |most| (most, RateLimiter::direct(Quota::per_second(most)).with_middleware());
        let most = |most| Arc::new(Semaphore::new(most));
        OfKey {
            rate: self.rate.map(limiter),
            room: most(limits::BODIES_OF_A_KEY / PIECE),
            threads: most(self.threads.of_a_key),
            files: most(limits::FILES_OF_A_KEY),
        }
    }
}

impl Threads {
    fn of(cores: usize) -> Self {
        let all = cores.saturating_sub(1).max(1);
        Self { all: Arc::new(Semaphore::new(all)), of_a_key: (all / 2).max(1) }
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
        // Of what a body holds the first pieces are small ones, however large it becomes.
        let small = u32::try_from(limits::READ_AT_ONCE / PIECE).unwrap_or(u32::MAX);
        let more_small = wanted.min(small) - room.pieces.min(small);
        let taken = |of: &Arc<Semaphore>, pieces| of.clone().try_acquire_many_owned(pieces);
        let full = |_| Problem::no_room("all bodies", limits::BODIES_BYTES);
        let in_small = taken(&self.room.small, more_small).map_err(full)?;
        let in_large = taken(&self.room.large, more - more_small).map_err(full)?;
        let more = [own, in_small, in_large];
        match &mut room.held {
            None => room.held = Some(more),
            Some(held) => held.iter_mut().zip(more).for_each(|(held, more)| held.merge(more)),
        }
        room.pieces = wanted;
        Ok(())
    }

    /// A file that the key is going to be sent; `overloaded` where it takes as many already.
    pub fn file(&self) -> Result<Sending, Problem> {
        let place = self.of_key.files.clone().try_acquire_owned();
        let place = place.map_err(|_| Problem::no_file(limits::FILES_OF_A_KEY))?;
        Ok(Sending { share: self.clone(), _place: place })
    }

    /// Does long work on one of few threads: those that answer stay free, and no key keeps others waiting for longer
    /// than one piece of its work takes.
    pub async fn apart<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        // Never closed: then it would be done all the same, as it must be done somewhere.
        let own = self.of_key.threads.clone().acquire_owned().await;
        let turn = self.threads.clone().acquire_owned().await;
        let done = tokio::task::spawn_blocking(move || {
            // Held here: who asked may have gone, and the work goes on.
            let _held = (own, turn);
            work()
        });
        match done.await {
            Ok(done) => done,
            // It ends as it would have ended here.
            Err(broken) => std::panic::resume_unwind(broken.into_panic()),
        }
    }

    /// Reads what has come: here if it is small, else apart.
    pub async fn read<T: Send + 'static>(
        &self,
        bytes: usize,
        read: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        if bytes <= limits::READ_AT_ONCE {
            return read();
        }
        self.apart(read).await
    }
}

impl Sending {
    /// Makes the next piece of it, see [`Share::apart`].
    pub async fn piece<T: Send + 'static>(&self, make: impl FnOnce() -> T + Send + 'static) -> T {
        self.share.apart(make).await
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
        for key in 0..3 {
            let share = share(&shares, key);
            let mut room = Room::default();
            share.enlarge(&mut room, limits::BODIES_OF_A_KEY).expect("a key's own");
            let more = share.enlarge(&mut room, limits::BODIES_OF_A_KEY + 1).expect_err("no more");
            assert_eq!((more.status, &*more.code), (503, "overloaded"));
            rooms.push(room);
        }
        let late = share(&shares, 9);
        let mut room = Room::default();
        late.enlarge(&mut room, 1).expect("small ones have room of their own");
        late.enlarge(&mut room, PIECE).expect("within its piece");
        assert_eq!(room.pieces, 1);
        late.enlarge(&mut room, limits::BODIES_OF_A_KEY).expect_err("large room is short");
        rooms.pop();
        late.enlarge(&mut room, limits::BODIES_OF_A_KEY).expect("one has gone");
    }

    /// Else a few keys whose large bodies come slowly would keep everybody's small ones out.
    #[test]
    fn large_bodies_keep_no_small_one_out() {
        let shares = Shares::new(None);
        let mut rooms = Vec::new();
        for key in 0..8 {
            let share = share(&shares, key);
            for bytes in (0..7).rev().map(|at| limits::BATCH >> (2 * at)).rev() {
                let mut room = Room::default();
                while share.enlarge(&mut room, bytes).is_ok() {
                    rooms.push(std::mem::take(&mut room));
                    if bytes <= limits::READ_AT_ONCE {
                        break;
                    }
                }
            }
        }
        share(&shares, 9).enlarge(&mut Room::default(), limits::BATCH).expect_err("all is taken");
        share(&shares, 9).enlarge(&mut Room::default(), limits::BODY_BYTES).expect("a small one");
    }

    #[test]
    fn many_small_bodies_are_bounded_too() {
        let shares = Shares::new(None);
        let keys: Vec<_> = (0..8).map(|key| share(&shares, key)).collect();
        let mut rooms = Vec::new();
        for at in 0..limits::SMALL_BODIES_BYTES / limits::READ_AT_ONCE {
            let mut room = Room::default();
            keys[at % keys.len()].enlarge(&mut room, limits::READ_AT_ONCE).expect("there is room");
            rooms.push(room);
        }
        share(&shares, 9).enlarge(&mut Room::default(), 1).expect_err("all small room is taken");
    }

    #[test]
    fn a_key_is_sent_so_many_files_at_once_and_others_are_sent_theirs() {
        let shares = Shares::new(None);
        let one = share(&shares, 1);
        let mut sent: Vec<_> = (0..limits::FILES_OF_A_KEY).map(|_| one.file().expect("a place")).collect();
        let refused = one.file().expect_err("no more");
        assert_eq!((refused.status, &*refused.code), (503, "overloaded"));
        share(&shares, 2).file().expect("another key");
        sent.pop();
        one.file().expect("one is through");
    }

    /// A key's long work waits in the key's own line: another's is not behind all of it.
    #[tokio::test]
    async fn long_work_of_one_key_does_not_stand_before_that_of_another() {
        let mut shares = Shares::new(None);
        shares.threads = Threads::of(2);
        let (one, other) = (share(&shares, 1), share(&shares, 2));
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let busy = one.clone();
        let first = tokio::spawn(async move { busy.apart(move || wait.recv()).await });
        let order = Arc::new(Mutex::new(Vec::new()));
        let note = |name| {
            let order = order.clone();
            move || order.lock().unwrap_or_else(PoisonError::into_inner).push(name)
        };
        let mut later = Vec::new();
        for share in [&one, &one, &one, &other] {
            let name = if Arc::ptr_eq(&share.of_key, &one.of_key) { "one" } else { "other" };
            let (share, work) = (share.clone(), note(name));
            later.push(tokio::spawn(async move { share.apart(work).await }));
            tokio::task::yield_now().await;
        }
        go.send(()).expect("it waits");
        first.await.expect("it runs").expect("it was told");
        for work in later {
            work.await.expect("it runs");
        }
        let order = order.lock().unwrap_or_else(PoisonError::into_inner).clone();
        assert_eq!(order.len(), 4);
        assert!(order[..2].contains(&"other"), "{order:?}");
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
