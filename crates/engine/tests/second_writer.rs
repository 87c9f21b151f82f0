//! Two engines on one store that has several writers: each sees what the other did, and no limit is passed.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use engine::Command;
use port::{Changes, Keys, Rows, Store};
use std::collections::BTreeSet;
use store_memory::MemoryStore;
use support::batch::{BatchDeal, claiming};
use support::*;

/// The first of two engines, with a shop and orders `o0` to `o19` on which a coupon is shown, and the second.
fn two_on(store: &MemoryStore, deal: &Deal) -> [Run; 2] {
    let first = Run::on(Box::new(store.clone())).with_campaign(deal);
    for number in 0..20 {
        first.apply(&placed(&format!("o{number}"), &format!("u{number}"), at(0)));
    }
    first.advance(at(15));
    first.ok(BatchDeal { quantity: 10, ..BatchDeal::default() }.create("b1"));
    let second = Run::on(Box::new(store.clone()));
    [first, second]
}

fn sequence(store: &mut MemoryStore) -> u64 {
    let keys = Keys { shops: vec![id("s1")], ..Keys::default() };
    let mut rows = Rows::default();
    store.transact(&mut |tx| tx.load(&keys, &mut rows)).unwrap();
    rows.shops.remove(0).1.unwrap().sequence
}

/// Ten coupons of a campaign and ten of a batch, whoever gives them out; each has an id of its own.
#[test]
fn two_engines_share_a_limit() {
    let store = MemoryStore::elsewhere();
    let engines = two_on(&store, &Deal { quantity: 10, ..Deal::default() });
    let (mut claimed, mut refused) = (BTreeSet::new(), 0);
    for number in 0..20 {
        let run = &engines[number % 2];
        let commands = [run.claiming(&format!("o{number}")), claiming("b1", &format!("u{number}"), 1)];
        for outcome in commands.map(|command| run.send(command)) {
            match outcome {
                Ok(engine::Reply::Coupon { coupon }) => assert!(claimed.insert(coupon.coupon_id)),
                Ok(engine::Reply::Coupons { coupons }) => {
                    assert!(coupons.into_iter().all(|coupon| claimed.insert(coupon.coupon_id)));
                }
                Ok(other) => panic!("{other:?}"),
                Err(_) => refused += 1,
            }
        }
    }
    assert_eq!((claimed.len(), refused), (20, 20));
    assert_eq!(engines[0].counters("c1").issued, 10);
    engines.iter().for_each(Run::assert_clean);
}

/// Settings, running numbers and figures that were changed behind it are those that it decides by.
#[test]
fn what_another_writer_changed_is_seen() {
    let mut store = MemoryStore::elsewhere();
    let [first, second] = two_on(&store, &Deal::default());
    first.claim("o0");
    second.claim("o1");
    let before = sequence(&mut store);
    let changes = Changes { sequences: vec![(id("s1"), before + 1_000)], ..Changes::default() };
    store.transact(&mut |tx| tx.write(&changes)).unwrap();
    first.claim("o2");
    assert!(sequence(&mut store) > before + 1_000, "ids go on behind those of others");
    second.ok(Command::CloseCampaign { campaign_id: id("c1"), closing: engine::Closing::Asked });
    assert_eq!(first.refused(first.claiming("o3")), "campaign_closed");
    second.ok(Command::VoidBatch { batch_id: id("b1") });
    assert_eq!(first.refused(claiming("b1", "u1", 1)), "campaign_closed");
}

/// A store that says it has one writer is taken at its word: that is what keeps a shop in memory.
#[test]
fn one_writer_need_not_look_again() {
    let mut store = MemoryStore::new();
    let [first, _] = two_on(&store, &Deal::default());
    first.claim("o0");
    let before = sequence(&mut store);
    let changes = Changes { sequences: vec![(id("s1"), before + 1_000)], ..Changes::default() };
    store.transact(&mut |tx| tx.write(&changes)).unwrap();
    first.claim("o1");
    assert!(sequence(&mut store) < before + 1_000);
}
