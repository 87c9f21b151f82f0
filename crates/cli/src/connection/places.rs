//! Who may be connected: so many in all, so many from one peer.
//!
//! Always holds: no more than that are connected. One that comes when there is no place takes that of one that waits
//! for its peer: of its own peer where that has all it may have, else of the peer that has most. Those go first that have
//! asked nothing yet, then the one that rests longest. Who has few places loses none to who has many; who works on all
//! that it may have loses none to itself; and a connection that the service is at work for is never ended.

use super::watch::{Ending, Rest, Watch};
use ipnet::IpNet;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// A peer's own connection goes for another of its own only after so much rest: else those that work would end each
/// other.
const RESTED: Duration = Duration::from_secs(1);

/// How many may be connected.
#[derive(Debug, Clone)]
pub struct Most {
    /// In all.
    pub all: usize,
    /// From one peer.
    pub of_a_peer: usize,
    /// Proxies, which speak for many: their connections are not counted by peer.
    pub trusted: Vec<IpNet>,
}

/// The places.
#[derive(Debug)]
pub struct Places {
    most: Most,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    next: u64,
    /// By peer, the oldest first.
    peers: HashMap<Peer, BTreeMap<u64, Arc<Watch>>>,
}

/// Who counts as one: an address, in IPv6 the network that a host commonly has to itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Peer {
    network: IpAddr,
    is_trusted: bool,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    peer: Peer,
    number: u64,
}

impl Places {
    /// So many places.
    pub fn new(most: Most) -> Arc<Self> {
        Arc::new(Self { most, taken: Mutex::default() })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn peer(&self, address: IpAddr) -> Peer {
        let address = address.to_canonical();
        let is_trusted = self.most.trusted.iter().any(|network| network.contains(&address));
        let network = match address {
            IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
            IpAddr::V4(_) => address,
        };
        Peer { network, is_trusted }
    }

    /// A place for a connection from that address; none if the service is at work for all that could go.
    pub fn take(self: &Arc<Self>, address: IpAddr, watch: &Arc<Watch>, now: Instant) -> Option<Place> {
        let peer = self.peer(address);
        let mut taken = self.taken();
        let own = taken.peers.get(&peer).map_or(0, BTreeMap::len);
        if !peer.is_trusted && own >= self.most.of_a_peer {
            taken.end_one_of(peer, now.checked_sub(RESTED))?;
        } else if taken.all >= self.most.all {
            match taken.has_most().filter(|(_, most)| *most > own) {
                Some((other, _)) => taken.end_one_of(other, Some(now))?,
                None => taken.end_one_of(peer, now.checked_sub(RESTED))?,
            }
        }
        let number = taken.next;
        taken.next += 1;
        taken.all += 1;
        taken.peers.entry(peer).or_default().insert(number, watch.clone());
        Some(Place { places: self.clone(), peer, number })
    }

    /// How many are taken.
    pub fn count(&self) -> usize {
        self.taken().all
    }
}

impl Taken {
    /// The peer with the most places, but for proxies.
    fn has_most(&self) -> Option<(Peer, usize)> {
        let peers = self.peers.iter().filter(|(peer, _)| !peer.is_trusted);
        peers.map(|(peer, places)| (*peer, places.len())).max_by_key(|(_, places)| *places)
    }

    /// Ends one of the peer's connections that waits for it, of those that were answered one that rests since then.
    fn end_one_of(&mut self, peer: Peer, since: Option<Instant>) -> Option<()> {
        let mut rested: Option<(u64, Instant)> = None;
        let mut unheard = None;
        for (number, watch) in self.peers.get(&peer)? {
            match watch.rest() {
                Rest::Unheard => {
                    unheard = Some(*number);
                    break;
                }
                Rest::Since(at) if rested.is_none_or(|(_, longest)| at < longest) => {
                    rested = Some((*number, at));
                }
                Rest::Since(_) | Rest::AtWork => {}
            }
        }
        let rested = rested.filter(|(_, at)| since.is_some_and(|since| *at <= since));
        let number = unheard.or(rested.map(|(number, _)| number))?;
        self.peers.get(&peer)?.get(&number)?.end(Ending::Room);
        self.leave(peer, number);
        Some(())
    }

    fn leave(&mut self, peer: Peer, number: u64) {
        let Some(places) = self.peers.get_mut(&peer) else { return };
        if places.remove(&number).is_some() {
            self.all -= 1;
        }
        if places.is_empty() {
            self.peers.remove(&peer);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // It may have been given to another already.
        self.places.taken().leave(self.peer, self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::super::watch::{Exchange, Patience};
    use super::*;

    struct Peers {
        places: Arc<Places>,
        here: Vec<(Arc<Watch>, Place)>,
    }

    impl Peers {
        fn new(all: usize, of_a_peer: usize) -> Self {
            let trusted = vec!["10.0.0.0/8".parse().expect("a network")];
            Self { places: Places::new(Most { all, of_a_peer, trusted }), here: Vec::new() }
        }

        /// Another connection, and whether it has a place.
        fn comes(&mut self, from: &str) -> bool {
            self.comes_at(from, Instant::now())
        }

        fn comes_at(&mut self, from: &str, now: Instant) -> bool {
            let while_ = Duration::from_mins(1);
            let watch = Watch::new(Patience { head: while_, idle: while_, body: while_, answer: while_ });
            let place = self.places.take(from.parse().expect("an address"), &watch, now);
            let has_one = place.is_some();
            self.here.extend(place.map(|place| (watch, place)));
            has_one
        }

        /// Which were told to go, by their order.
        fn gone(&self) -> Vec<usize> {
            let gone = |watch: &Watch| watch.ending() == Some(Ending::Room);
            let all = self.here.iter().enumerate();
            all.filter(|(_, (watch, _))| gone(watch)).map(|(at, _)| at).collect()
        }

        /// A connection gets an answer.
        fn answers(&self, at: usize) {
            self.works(at).answered();
        }

        fn works(&self, at: usize) -> Exchange {
            self.here[at].0.begin()
        }
    }

    #[test]
    fn a_peer_at_its_cap_gives_its_own_oldest_quiet_connection() {
        let mut peers = Peers::new(10, 2);
        assert!(peers.comes("192.0.2.1") && peers.comes("192.0.2.1") && peers.comes("192.0.2.2"));
        let at_work = peers.works(0);
        assert!(peers.comes("192.0.2.1"));
        assert_eq!(peers.gone(), [1]);
        assert_eq!(peers.places.count(), 3);
        let _also_at_work = peers.works(3);
        assert!(!peers.comes("192.0.2.1"), "the service is at work for both");
        drop(at_work);
        assert!(peers.comes("192.0.2.1"));
        assert_eq!(peers.gone(), [0, 1]);
        peers.here.clear();
        assert_eq!(peers.places.count(), 0);
    }

    /// Else more connections than the cap would end each other's work.
    #[test]
    fn a_peer_that_works_on_all_it_may_have_loses_none_of_them_to_itself() {
        let mut peers = Peers::new(3, 2);
        assert!(peers.comes("192.0.2.1") && peers.comes("192.0.2.1"));
        let before = Instant::now();
        peers.answers(0);
        peers.answers(1);
        assert!(!peers.comes_at("192.0.2.1", before));
        assert!(!peers.comes_at("192.0.2.1", before + RESTED / 2));
        assert!(peers.comes("192.0.2.2") && peers.comes_at("192.0.2.3", Instant::now()));
        assert_eq!(peers.gone(), [0], "another takes the place of the one that rests longest");
        assert!(!peers.comes_at("192.0.2.1", before), "nobody has more than it");
    }

    #[test]
    fn at_the_cap_of_all_the_peer_with_most_makes_room() {
        let mut peers = Peers::new(4, 3);
        assert!(peers.comes("192.0.2.9") && peers.comes("192.0.2.1"));
        assert!(peers.comes("192.0.2.1") && peers.comes("192.0.2.1"));
        assert!(peers.comes("192.0.2.2"));
        assert_eq!(peers.gone(), [1], "not the oldest of all, which is alone");
        assert!(peers.comes("192.0.2.2"));
        assert_eq!(peers.gone(), [1, 2]);
        assert!(peers.comes("192.0.2.2"));
        assert_eq!(peers.gone(), [1, 2, 4], "nobody has more than it by now, so it gives its own");
        assert_eq!(peers.places.count(), 4);
    }

    #[test]
    fn proxies_are_not_counted_and_a_network_of_ipv6_is_one_peer() {
        let mut peers = Peers::new(9, 1);
        assert!(peers.comes("10.1.1.1") && peers.comes("10.1.1.1") && peers.comes("::ffff:10.1.1.1"));
        assert_eq!(peers.gone(), [0; 0]);
        assert!(peers.comes("2001:db8::1") && peers.comes("2001:db8:0:1::1"));
        assert_eq!(peers.gone(), [0; 0]);
        assert!(peers.comes("2001:db8::ffff:2"));
        assert_eq!(peers.gone(), [3]);
    }
}
