//! The bill is the wallet: whatever providers answer and report, what it says that packs paid for or hold is what the wallet
//! has sent and reserved, on both stores (A-S2-12).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    Code,
    message::{Charge, Kind, Message, MessageStatus, sending::Report},
};
use engine::{Answered, Command, MessageCommand, Says};
use port::{BillRow, Store};
use serde_json::Value;
use store_memory::MemoryStore;
use store_sqlite::SqliteStore;
use support::{messages::*, random::Random, *};

fn bill(run: &Run) -> Vec<BillRow> {
    run.reader().message_bill(&run.shop, START, START.plus_hours(24 * 365)).unwrap()
}

/// Segments that the packs paid for and hold, and those that went back to them.
fn sums(run: &Run) -> (u64, u64, u64) {
    let of = |charge| bill(run).iter().filter(|row| row.charge == charge).map(|row| row.segments).sum();
    (of(Charge::Charged), of(Charge::Held), of(Charge::GivenBack))
}

fn shop_with(store: Box<dyn Store>) -> Run {
    let run = Run::on(store);
    run.ok(Command::PutShop(Box::new(shop("s1"))));
    run.advance(START);
    settings(&run, on(&[Kind::Shipped, Kind::Received]), None);
    run
}

fn report(run: &Run, message: &Message, is_delivered: bool, is_charged: bool) {
    let at = run.engine.now();
    let report = Report { part: None, is_delivered, code: "X".into(), segments: Some(2), at, is_charged };
    let message_id = message.message_id.clone();
    told(run, MessageCommand::Reported { message_id, numbers: None, report: Box::new(report) });
}

fn random_life(run: &Run, seed: u64) {
    let mut random = Random::of(seed);
    // What is sent before the first pack is bought costs the shop nothing.
    let free = ships(run, "o0", "u1");
    run.buys_sms("p", 100);
    answer(run, &free, Answered::Taken { provider_id: None, segments: Some(3) });
    let mut sent = Vec::new();
    for number in 1..12 {
        if random.below(2) == 0 {
            let order = format!("o{number}");
            sent.push(ships(run, &order, "u1"));
        }
        if sent.is_empty() {
            continue;
        }
        let message = sent[random.below(sent.len())].clone();
        let next_at = run.engine.now().plus_minutes(2);
        match random.below(8) {
            6 => answer(run, &message, Answered::Later { attempt: 1, next_at }),
            7 => answer(run, &message, Answered::Unknown { next_at }),
            0 => answer(run, &message, TAKEN),
            1 => answer(run, &message, Answered::Taken { provider_id: None, segments: Some(3) }),
            2 => {
                let says = Says::Nothing;
                answer(
                    run,
                    &message,
                    Answered::Refused { code: Code::ProviderFailed, provider_code: None, says },
                );
            }
            3 => report(run, &message, true, true),
            4 => report(run, &message, false, false),
            _ => report(run, &message, false, true),
        }
        let wallet = wallet(run);
        let (charged, held, _) = sums(run);
        assert_eq!((charged, held), (wallet.sent, wallet.reserved), "seed {seed}: {:#?}", bill(run));
        run.assert_clean();
    }
    let billed = difference(run);
    run.advance(START.plus_hours(23));
    let told = run.reader().outbox(&run.shop, &all()).unwrap().into_iter();
    let told = told.filter(|row| row.event_type == "sms.difference");
    let told: Vec<Value> = told.map(|row| serde_json::from_str(&row.body).unwrap()).collect();
    let told: i64 = told.iter().map(|data| data["difference"].as_i64().unwrap()).sum();
    assert_eq!(told, billed, "seed {seed}: {:#?}", bill(run));
}

/// The bill's difference: of what the packs paid for or hold.
fn difference(run: &Run) -> i64 {
    let rows = bill(run).into_iter().filter(|row| matches!(row.charge, Charge::Held | Charge::Charged));
    let signed = |count: u64| i64::try_from(count).unwrap();
    rows.map(|row| signed(row.provider_segments) - signed(row.segments - row.uncounted)).sum()
}

/// A-S2-12: the bill's sums are the wallet's, and its difference on the next morning is the one that the merchant is told:
/// neither is of what is free or was given back.
#[test]
fn a_s2_12_the_bill_is_the_wallet() {
    for seed in 0..u64::from(testkit::seeds(20)) {
        random_life(&shop_with(Box::new(MemoryStore::new())), seed);
        let folder = tempfile::tempdir().unwrap();
        random_life(&shop_with(Box::new(SqliteStore::open(&folder.path().join("shop.db")).unwrap())), seed);
    }
}

/// What failed and is charged is told apart from what failed and went back to the packs.
#[test]
fn a_s2_12_failed_and_charged_is_told_apart_from_failed_and_given_back() {
    for (is_charged, expected) in [(true, (1, 0, 0)), (false, (0, 0, 1))] {
        let folder = tempfile::tempdir().unwrap();
        let stores: [Box<dyn Store>; 2] = [
            Box::new(MemoryStore::new()),
            Box::new(SqliteStore::open(&folder.path().join("shop.db")).unwrap()),
        ];
        for store in stores {
            let run = shop_with(store);
            run.buys_sms("p", 10);
            let message = ships(&run, "o1", "u1");
            answer(&run, &message, TAKEN);
            report(&run, &message, false, is_charged);
            assert_eq!(sums(&run), expected, "{is_charged}");
        }
    }
}

/// A-S2-18: what its provider did not take, or may not have taken, is not called sent; once that is known it is.
#[test]
fn a_s2_18_what_is_not_known_to_be_taken_has_words_of_its_own() {
    let run = shop_with(Box::new(MemoryStore::new()));
    run.buys_sms("p", 10);
    let next_at = run.engine.now().plus_minutes(2);
    let (later, unknown) = (Answered::Later { attempt: 1, next_at }, Answered::Unknown { next_at });
    let message = ships(&run, "o1", "u1");
    let status = || sms(&run, "o1", Kind::Shipped).status;
    for (answered, expected) in [
        (later.clone(), MessageStatus::Retrying),
        (unknown.clone(), MessageStatus::Unknown),
        (later.clone(), MessageStatus::Retrying),
        (TAKEN, MessageStatus::Sent),
        (unknown.clone(), MessageStatus::Sent),
        (later.clone(), MessageStatus::Sent),
    ] {
        answer(&run, &message, answered);
        assert_eq!(status(), expected);
    }
    report(&run, &message, false, true);
    assert_eq!(status(), MessageStatus::Failed);
    // A report says that it was taken, a refusal that it was not.
    let reported = ships(&run, "o2", "u1");
    answer(&run, &reported, unknown.clone());
    report(&run, &reported, true, true);
    assert_eq!(sms(&run, "o2", Kind::Shipped).status, MessageStatus::Sent);
    let refused = ships(&run, "o3", "u1");
    answer(&run, &refused, unknown);
    let says = Says::Nothing;
    answer(&run, &refused, Answered::Refused { code: Code::ProviderFailed, provider_code: None, says });
    assert_eq!(sms(&run, "o3", Kind::Shipped).status, MessageStatus::Failed);
    run.assert_clean();
}
