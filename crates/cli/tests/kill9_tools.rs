//! `kill -9` while every tool is at work, again and again, on one file: coupons of batches that are claimed, locked and
//! taken back, refunds, a presale, the pool's walks, imports of downloaded orders, and the clock that sets all of it off.
//!
//! Each shop is one client's, so what it comes to does not depend on the others; after a kill the client says all of its
//! round again, under the same ids and keys. What was acknowledged is answered as before, byte for byte where it had a
//! key, and in the end every shop looks as on a server that was never killed (A-G-8, A-S4-23).
//!
//! The moment of a kill follows from a seed, counted in answers heard or in turns of the scheduler; nobody sleeps.
//! `SEEDS_TIMES=10` goes on for ten times as many lives.

mod support;

#[path = "kill9_tools/life.rs"]
mod life;
#[path = "kill9_tools/stories.rs"]
mod stories;

use life::{Caller, Life, Memory};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use stories::STORIES;
use support::dice::Dice;
use support::shop::{self, TEN};
use support::{Client, Server, run};

const SEED: u64 = 0x5eed_0002;
const LIVES: u64 = 50;
/// Lives between two audits.
const AUDIT_EVERY: u64 = 25;
/// Minutes that the clock moves in a life.
const STEP: i64 = 20;
/// The kill comes after so many answers at the latest; a round has about as many.
const ANSWERS: u64 = 24;
/// Of a hundred kills so many come while the clock moves.
const AT_THE_CLOCK: u64 = 40;

fn lives() -> u64 {
    std::env::var("SEEDS_TIMES").map_or(LIVES, |times| LIVES * times.parse::<u64>().expect("a whole number"))
}

/// Everybody's round; each answer is remembered and compared with what was answered before.
fn tell(life: &Life, round: u64, memories: &mut [Memory]) {
    std::thread::scope(|scope| {
        for (story, memory) in STORIES.iter().zip(memories) {
            scope.spawn(move || {
                memory.begin();
                let mut caller = Caller::new(life, memory);
                // Nothing more is said once the service is dead.
                let _ = (story.tell)(&mut caller, round, now(round));
            });
        }
    });
}

fn now(round: u64) -> i64 {
    TEN + STEP * i64::try_from(round).expect("a small number")
}

fn audit(folder: &Path) {
    let audited = run(folder, &["audit", "--store", "sqlite:shop.db"]);
    assert!(audited.code == Some(0) && audited.out.ends_with("clean\n"), "{audited:?}");
}

/// One life that is killed, and the next one in which all of it is said again; that one goes on.
fn round(folder: &Path, server: Server, round: u64, memories: &mut [Memory]) -> Server {
    let mut dice = Dice::new(SEED).part(round);
    let (kill_at, at_the_clock) = (1 + dice.below(ANSWERS), dice.chance(AT_THE_CLOCK));
    let life = Life::new(server, (!at_the_clock).then_some(kill_at));
    tell(&life, round, memories);
    if at_the_clock {
        life.kill_during(&shop::clock(now(round + 1)), dice.below(400));
    }
    life.end();
    // Nothing is swept away: what was acknowledged is in the file, and nothing says otherwise.
    let life = Life::new(Server::sandbox(folder), None);
    if life.client().get("/v1/sandbox/clock")["now"].as_str() < Some(shop::at(now(round + 1)).as_str()) {
        tell(&life, round, memories);
    }
    life.client().call(&shop::clock(now(round + 1))).expect(200);
    life.into_server()
}

/// What every shop shows.
fn views(client: &mut Client) -> BTreeMap<String, Value> {
    let paths = STORIES.iter().flat_map(|story| (story.views)());
    paths.map(|path| (path.clone(), client.get(path))).collect()
}

fn set_up(client: &mut Client) {
    client.call(&shop::clock(TEN - 120)).expect(200);
    for story in &STORIES {
        for request in (story.set_up)() {
            let answer = client.call(&request);
            assert!(answer.status < 300, "{request:?}: {}", answer.text());
        }
    }
    client.call(&shop::clock(TEN)).expect(200);
}

#[test]
fn every_tool_keeps_its_word_through_kills() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut server = Server::sandbox(folder.path());
    set_up(&mut server.client());
    let mut memories: Vec<Memory> = STORIES.iter().map(|_| Memory::default()).collect();
    for number in 0..lives() {
        let _stood = Stood(number);
        memories.iter_mut().for_each(Memory::forget);
        server = round(folder.path(), server, number, &mut memories);
        if number % AUDIT_EVERY == AUDIT_EVERY - 1 {
            audit(folder.path());
        }
    }
    let killed = views(&mut server.client());

    // The same without a kill.
    let other = tempfile::tempdir().expect("a temporary folder");
    let never = Server::start(other.path(), &["--sandbox"]);
    set_up(&mut never.client());
    let life = Life::new(never, None);
    for number in 0..lives() {
        memories.iter_mut().for_each(Memory::forget);
        tell(&life, number, &mut memories);
        life.client().call(&shop::clock(now(number + 1))).expect(200);
    }
    let unharmed = views(&mut life.client());
    for (path, view) in &unharmed {
        assert_eq!(killed.get(path), Some(view), "{path}");
    }
    let heard: u64 = memories.iter().map(Memory::heard).sum();
    assert!(heard > 0 && unharmed.len() > 20, "{heard} answers, {} views", unharmed.len());
    audit(folder.path());
}

/// Says where the test stood when it failed.
struct Stood(u64);

impl Drop for Stood {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {SEED:#x}, life {}", self.0);
        }
    }
}
