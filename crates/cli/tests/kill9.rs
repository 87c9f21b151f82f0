//! `kill -9` on the real program under load, again and again, on one file.
//!
//! What was acknowledged is there afterwards, once; what was not answered is sent again with the
//! same ids and done once (A-G-8). No coupon is given out twice or above the campaign's quantity
//! (S0-R19, A-S0-20), none is used twice (S0-R24), and the auditor finds nothing.
//!
//! The moment of the kill follows from a seed, counted in answers heard; nobody sleeps.

mod support;

#[path = "kill9/act.rs"]
mod act;
#[path = "kill9/book.rs"]
mod book;
#[path = "kill9/load.rs"]
mod load;

use act::Life;
use book::Book;
use load::{Order, Plan};
use std::path::Path;
use support::dice::Dice;
use support::shop::{self, TEN};
use support::{Server, run};

const SEED: u64 = 0x5eed_0001;
const ROUNDS: u64 = 100;
/// Rounds between two audits while the service runs.
const AUDIT_EVERY: u64 = 20;
/// Fewer than the customers want: it runs out before the last round.
const QUANTITY: u64 = 1_800;
/// Orders placed in a round; their coupons are claimed two rounds later.
const ORDERS: u64 = 52;
const BATCH: usize = 13;
/// Minutes that the clock moves in a round.
const STEP: i64 = 20;
/// The kill comes at the latest after so many answers; a whole round has about as many.
const ANSWERS: u64 = 220;

fn begins(round: u64) -> i64 {
    TEN + STEP * i64::try_from(round).expect("a small number")
}

/// The orders that are placed in a round, spread over its minutes. Some customers come back.
fn orders(round: u64) -> Vec<Order> {
    let order = |number: u64| Order {
        id: format!("o{round:03}-{number:02}"),
        customer: match number {
            0..3 => format!("regular-{}", (round * 3 + number) % 50),
            _ => format!("u{round:03}-{number:02}"),
        },
        placed_at: begins(round) + i64::try_from(number).expect("a small number") % STEP,
    };
    (0..ORDERS).map(order).collect()
}

fn plan(round: u64, dice: &Dice) -> Plan {
    let shown = round.checked_sub(2).map(orders).unwrap_or_default();
    let batches = orders(round).chunks(BATCH).map(<[Order]>::to_vec).collect();
    let stops = (1..=4).map(|quarter| begins(round) + STEP / 4 * quarter);
    Plan { shown, batches, stops: stops.collect(), dice: dice.part(round) }
}

/// Says where the test stood when it failed.
struct Stood(u64);

impl Drop for Stood {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {SEED:#x}, round {} of {ROUNDS}", self.0);
        }
    }
}

fn audit(folder: &Path) {
    let audited = run(folder, &["audit", "--store", "sqlite:shop.db"]);
    let clean = audited.code == Some(0) && audited.out.ends_with("clean\n");
    assert!(clean, "{audited:?}");
}

/// One life of the process and what is found after it; the life that follows.
fn round(folder: &Path, server: Server, round: u64, book: &mut Book) -> Server {
    let dice = Dice::new(SEED).part(round);
    let kill_at = 1 + dice.part(7).below(ANSWERS);
    let life = Life::new(server, usize::try_from(kill_at).expect("a small number"));
    let mut acts = load::run(&life, &plan(round, &dice));
    life.end();
    for act in &acts {
        book.note(act);
    }
    let server = Server::sandbox(folder);
    book.compare(&folder.join("shop.db"), QUANTITY);
    let mut client = server.client();
    for act in acts.iter_mut().filter(|act| act.answer.is_none()) {
        book.send_again(&mut client, act);
    }
    for act in &acts {
        book::ask_again(&mut client, act);
    }
    server
}

/// S0-R19, S0-R24, S0-R31, A-S0-20, A-G-8: a hundred lives and one file.
#[test]
fn nothing_acknowledged_is_lost_and_nothing_happens_twice() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut server = Server::sandbox(folder.path());
    shop::open(&mut server.client(), 1_440, QUANTITY);
    let mut book = Book::default();
    for number in 0..ROUNDS {
        let _stood = Stood(number);
        server = round(folder.path(), server, number, &mut book);
        if number % AUDIT_EVERY == AUDIT_EVERY - 1 {
            audit(folder.path());
        }
    }
    let _stood = Stood(ROUNDS);
    server.kill();
    let issued = book.compare(&folder.path().join("shop.db"), QUANTITY);
    audit(folder.path());
    println!("{issued} of {QUANTITY} coupons; {:?}", book.seen);
    assert_eq!(issued, QUANTITY, "the load is to reach the campaign's last coupon");
}
