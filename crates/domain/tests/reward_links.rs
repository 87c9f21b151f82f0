//! Links of rewards at a desk, and names of rewards: who has one is shown what became of it.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::Code;
use domain::campaign::{self, Action, post_payment::Do};
use domain::reward::{Reward, RewardStatus};
use given::id;
use given::rewards::{book, draw_terms, follow, got, head, open, pay, refund, urn, world_of};
use serde_json::json;

/// S2-R07: a link brings its owner an extra chance with a name of its own; not for the own link, not twice, not by who
/// takes part, so not in a circle; not above the cap, not from an empty urn, not for a void reward, not while it rests.
#[test]
fn s2_r07_a_shared_link_brings_an_extra_chance() {
    let mut terms = draw_terms(urn(2));
    terms["extra_chances"] = json!(2);
    let world = world_of(&terms);
    let mut desk = open(&world);
    let order = pay(&mut desk, "o1", 50_00);
    let reward = got(&desk, &order).unwrap();
    assert_eq!(follow(&mut desk, &reward, "c-o1"), Err(Code::OwnLink));
    assert_eq!(follow(&mut desk, &reward, "f1"), Ok(()));
    assert_eq!(follow(&mut desk, &reward, "f1"), Ok(()), "told again, and once counted");
    let owned = got(&desk, &order).unwrap();
    assert_eq!(owned.extras.len(), 1);
    let extra = desk.rewards[&owned.extras[0]].clone();
    assert_eq!((extra.chance().as_str(), extra.customer_id.as_str()), ("o1#1", "c-o1"));
    let named_so = Reward { order_id: id("o1#1"), extra: 0, ..extra.clone() };
    assert_eq!(named_so.chance(), "o1##1", "an order that is called so has another chance (A-S2-16)");
    assert_eq!(follow(&mut desk, &extra, "f9"), Err(Code::NotFound), "an extra chance has no link");
    let other = pay(&mut desk, "o2", 50_00);
    let other = got(&desk, &other).unwrap();
    assert_eq!(follow(&mut desk, &other, "f1"), Err(Code::AlreadyTakesPart), "each helps once");
    assert_eq!(
        follow(&mut desk, &other, "c-o1"),
        Err(Code::AlreadyTakesPart),
        "and who takes part helps nobody"
    );
    assert_eq!(follow(&mut desk, &reward, "c-o2"), Err(Code::AlreadyTakesPart));
    let pause = |paused| Action::PostPayment(Do::Pause { campaign_id: id("c"), paused });
    campaign::act(&mut desk, &pause(true)).unwrap();
    assert_eq!(follow(&mut desk, &reward, "f2"), Err(Code::CampaignPaused));
    campaign::act(&mut desk, &pause(false)).unwrap();
    assert_eq!(follow(&mut desk, &reward, "f2"), Ok(()));
    assert_eq!(follow(&mut desk, &reward, "f3"), Err(Code::TotalLimit), "two, and no more");
    // Five tickets: two orders and two extra chances have four of them.
    assert_eq!(follow(&mut desk, &other, "f3"), Ok(()));
    assert_eq!(follow(&mut desk, &other, "f4"), Err(Code::SoldOut));
    let mut order = order;
    refund(&mut desk, &mut order);
    assert_eq!(follow(&mut desk, &reward, "f5"), Err(Code::RewardVoid));
    assert!(
        got(&desk, &order).unwrap().extras.iter().all(|id| desk.rewards[id].status == RewardStatus::Void)
    );
    assert_eq!(head(&desk), book(&desk).drawing.unwrap().standing.head);
}

/// A-S2-16: a reward's name is told to whoever it belongs to: nobody makes it up who knows others, nor by the seed, which is
/// told at the end.
#[test]
fn a_s2_16_names_of_rewards_cannot_be_guessed() {
    let mut terms = draw_terms(urn(4));
    terms["extra_chances"] = json!(1);
    terms["tiers"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "min_paid": 10_000, "action": { "kind": "coupon", "batch_id": "b1" } }));
    let world = world_of(&terms);
    let mut desk = open(&world);
    let order = pay(&mut desk, "o1", 50_00);
    let reward = got(&desk, &order).unwrap();
    follow(&mut desk, &reward, "f1").unwrap();
    pay(&mut desk, "o2", 100_00);
    let (secret, seed) = (&desk.charters[&id("c")].secret, book(&desk).seed);
    let by_seed = domain::reward::Secret::from_bytes(*seed.secret_bytes());
    assert_eq!(desk.rewards.len(), 3, "an order's, an extra chance, a coupon");
    for name in desk.rewards.keys().map(domain::RewardId::as_str) {
        let (running, _) = name.rsplit_once('_').unwrap();
        assert_eq!(name, secret.name(running));
        assert_ne!(name, by_seed.name(running));
    }
}
