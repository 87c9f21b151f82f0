//! What campaigns say of themselves is what was done to their orders, whenever these were placed.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::Instant;
use domain::campaign::{Terms, Version, order_promotion::Terms as OrderTerms, promotion::Tier};
use domain::catalog::Scope;
use domain::event::Body;
use engine::Command;
use serde_json::json;
use support::{batch::*, presale::*, rewards::*, *};

fn brought(run: &Run, campaign: &str, figures: &[&str]) -> Vec<i64> {
    let counters = run.counters(campaign).as_of(run.engine.now());
    figures.iter().map(|figure| counters.brought(figure)).collect()
}

/// A shop whose clock stands two hours before the start, with a batch to give coupons of.
fn shop_before() -> Run {
    let run = Run::in_memory().0.that_rewards();
    run.ok(BatchDeal { quantity: 100, ..BatchDeal::default() }.create("b1"));
    run.advance(at(-120));
    run
}

fn coupon_terms() -> serde_json::Value {
    tier(&json!({ "kind": "coupon", "batch_id": "b1" }))
}

/// A-S2-6, A-S2-21: what a campaign rewards it counts, also an order that was placed before the campaign was made; and who
/// comes into the comparison with such an order is in it.
#[test]
fn a_s2_6_a_s2_21_orders_that_are_older_than_the_campaign_count_for_it() {
    let run = shop_before();
    for customer in ["a", "b", "c", "d"] {
        run.apply(&placed(&format!("o-{customer}"), customer, at(-120)));
    }
    run.apply(&paid("o-a", "p-a", PAYABLE, at(-110)));
    run.advance(at(-60));
    let mut terms = coupon_terms();
    terms["holdout_percent"] = json!(50);
    run.rewards("c", &terms);
    run.advance(at(10));
    for customer in ["b", "c", "d"] {
        let name = format!("o-{customer}");
        run.apply(&paid(&name, &format!("p-{customer}"), PAYABLE, at(5)));
    }
    run.advance(at(60 * 24 * 40));
    let rewards = run.rewards_of("c").len();
    let told = brought(&run, "c", &["orders", "paid", "offered", "withheld"]);
    assert_eq!(told, [3, 3 * PAYABLE, i64::try_from(rewards).unwrap(), 3 - i64::try_from(rewards).unwrap()]);
    let customers = brought(&run, "c", &["treated_customers", "holdout_customers"]);
    assert_eq!(customers.iter().sum::<i64>(), 3, "{customers:?}");
    run.assert_clean();
}

/// A-S2-6: the order of a presale whose deposit was paid before the campaign was made is rewarded for its balance, and counts.
#[test]
fn a_s2_6_a_balance_within_the_campaign_counts_whenever_the_deposit_came() {
    let (run, _store) = Run::in_memory();
    let run = run.that_rewards().with_presale(&Offer::default());
    for order in ["o1", "o2"] {
        run.deposit(order, order, START);
    }
    run.ok(BatchDeal { quantity: 100, ..BatchDeal::default() }.create("b1"));
    run.advance(hours(24 * 2));
    run.rewards_from("c", &coupon_terms(), hours(24 * 3));
    run.advance(hours(24 * 11));
    for order in ["o1", "o2"] {
        run.apply(&balance_paid(order, 700_00, &[], hours(24 * 11)));
    }
    assert_eq!(run.rewards_of("c").len(), 2);
    assert_eq!(brought(&run, "c", &["orders", "paid", "offered"]), [2, 2 * 800_00, 2]);
    run.assert_clean();
}

/// A-G-8: a presale that is set up after its deposits were paid counts those that are told of then, by their own times.
#[test]
fn a_g_8_a_presale_counts_orders_that_are_older_than_it() {
    let (run, _store) = Run::in_memory();
    run.ok(engine::Command::PutShop(Box::new(shop(run.shop.as_str()))));
    run.advance(hours(24));
    let offer = Offer { sms: false, ..Offer::default() };
    run.ok(offer.create("p1"));
    run.deposit("o1", "u1", START.plus_minutes(5));
    assert_eq!(brought(&run, "p1", &["orders", "deposits", "deposited"]), [1, 1, 100_00]);
    run.assert_clean();
}

/// A-S2-21: the audit holds what is kept for a comparison against the order, and its figures against what is kept.
#[test]
fn a_s2_21_the_audit_finds_an_order_that_is_kept_otherwise_than_it_stands() {
    let bought = |doctor: fn(&mut Vec<domain::reward::Bought>)| {
        let (run, store) = Run::in_memory();
        let run = run.that_rewards();
        run.ok(BatchDeal { quantity: 100, ..BatchDeal::default() }.create("b1"));
        run.advance(at(0));
        let mut terms = coupon_terms();
        terms["holdout_percent"] = json!(50);
        run.rewards("c", &terms);
        let late = 60 * 24 * 2;
        run.advance(at(late + 60));
        for (order, when) in [("o1", late), ("o2", late + 30)] {
            run.apply(&placed(order, "u", at(when)));
            run.apply(&paid(order, &format!("p-{order}"), PAYABLE, at(when + 1)));
        }
        run.assert_clean();
        let mut taker = run.reader().taker(&run.shop, &id("c"), &id("u")).unwrap().unwrap();
        assert_eq!(taker.bought.len(), 2);
        doctor(&mut taker.bought);
        let key = (run.shop.clone(), id("c"), id("u"));
        let mut planter = planter::Planter::of(run, store);
        planter
            .write(&port::Changes { takers: vec![port::Change::of(key, taker, None)], ..Default::default() });
        let found =
            planter.run.audit().findings.into_iter().filter(|found| found.check == "campaign_figures");
        found.map(|found| found.subject).collect::<std::collections::BTreeSet<String>>()
    };
    let set = |subjects: &[&str]| subjects.iter().map(|subject| (*subject).to_owned()).collect();
    assert_eq!(bought(|_| ()), set(&[]));
    assert_eq!(bought(|bought| drop(bought.pop())), set(&["campaign c", "order o2"]));
    assert_eq!(bought(|bought| bought[0].paid_at = START), set(&["order o1"]));
    assert_eq!(bought(|bought| bought[1].refunded = true), set(&["campaign c", "order o2"]));
}

/// An order promotion of 5.00 from 50.00 on.
fn promotion(name: &str, from: Instant) -> Command {
    let tier = Tier { spend: fen(50_00), save: Some(fen(5_00)), percent_off: None, cap: None };
    let version = Version {
        name: name.into(),
        starts_at: from,
        ends_at: from.plus_hours(24 * 20),
        scope: Scope::default(),
        terms: Terms::OrderPromotion(OrderTerms { tiers: vec![tier], ..OrderTerms::default() }),
        made_at: from,
    };
    Command::CreateCampaign {
        campaign_id: Some(id(name)),
        version: Box::new(version),
        publish: true,
        digest: name.into(),
    }
}

/// What the books say came off for a campaign.
fn booked(run: &Run, order: &str, campaign: &str) -> i64 {
    let entries = run.reader().entries(&run.shop, &id(order)).unwrap();
    let of = entries.iter().filter(|entry| entry.source.campaign_id == Some(id(campaign)));
    -of.map(|entry| entry.amount.minor()).sum::<i64>()
}

/// A-S1-6, A-G-17: what comes off with a balance counts for the promotion that it names, though that was set up, or began,
/// after the order was placed; and the figures say what the books say.
#[test]
fn a_s1_6_a_g_17_what_comes_off_a_balance_counts_whenever_its_promotion_began() {
    let (run, _store) = Run::in_memory();
    let run = run.with_presale(&Offer { sms: false, ..Offer::default() });
    run.ok(promotion("early", START));
    run.ok(promotion("sched", hours(24 * 8)));
    let orders = [("o1", "early"), ("o2", "sched"), ("o3", "late"), ("o4", "unknown")];
    for (order, _) in orders {
        run.deposit(order, order, START.plus_minutes(10));
    }
    run.advance(hours(24 * 5));
    run.ok(promotion("late", hours(24 * 7)));
    run.advance(hours(24 * 11));
    for (order, campaign) in orders {
        let mut event = balance_paid(order, 695_00, &[("order_promotion", 5_00)], hours(24 * 11));
        let Body::PaymentSucceeded(paying) = &mut event.body else { unreachable!() };
        paying.discounts[0].id = Some(campaign.into());
        run.apply(&event);
    }
    for (order, campaign) in &orders[..3] {
        assert_eq!(brought(&run, campaign, &["orders", "saved", "paid"]), [1, 5_00, 795_00], "{campaign}");
        assert_eq!(booked(&run, order, campaign), 5_00, "{campaign}");
    }
    // Made only after it was booked: nothing came off for it, in neither.
    run.ok(promotion("unknown", hours(24 * 11)));
    run.apply(&shipped("o4", hours(24 * 11)));
    assert_eq!(
        (brought(&run, "unknown", &["orders", "saved"]), booked(&run, "o4", "unknown")),
        (vec![0, 0], 0)
    );
    run.assert_clean();
}

/// S2-R07, A-G-17: a reward's coupon costs what it took off the order that it was used on, a percentage too; nothing where
/// that order is undone or refunded whole.
#[test]
fn s2_r07_a_g_17_a_rewards_coupon_costs_what_it_took_off() {
    for percent in [false, true] {
        let (run, _store) = Run::in_memory();
        let run = run.that_rewards();
        let Command::CreateBatch { batch_id, mut batch, digest } = BatchDeal::default().create("b1") else {
            unreachable!()
        };
        if percent {
            let off = domain::campaign::promotion::PercentOff::from_basis_points(2_000).unwrap();
            batch.benefit =
                Tier { spend: fen(0), save: None, percent_off: Some(off), cap: Some(fen(100_00)) };
        }
        run.ok(Command::CreateBatch { batch_id, batch, digest });
        run.advance(at(0));
        run.rewards("c", &coupon_terms());
        run.advance(at(10));
        run.apply(&placed("o1", "u", at(5)));
        run.apply(&paid("o1", "p1", PAYABLE, at(6)));
        let coupon = run.coupons().remove(0);
        let mut event = placed_with("o2", "u", &coupon, at(8));
        let Body::Placed(placing) = &mut event.body else { unreachable!() };
        let off = if percent { 55_00 } else { 5_00 };
        let own = placing.discounts.iter_mut().find(|off| off.id.is_some()).unwrap();
        let before = own.amount.minor();
        own.amount = fen(off);
        placing.payable = fen(placing.payable.minor() + before - off);
        let payable = placing.payable.minor();
        run.apply(&event);
        assert_eq!(brought(&run, "c", &["saved"]), [0], "it is only held");
        run.apply(&paid("o2", "p2", payable, at(9)));
        assert_eq!(brought(&run, "c", &["saved"]), [off]);
        assert_eq!(run.counters("c").used, 1);
        run.assert_clean();
        run.ok(Command::CreateRefund { order_id: id("o2"), refund_id: id("r1"), ask: amount(1_00) });
        assert_eq!(brought(&run, "c", &["saved"]), [off], "a part that goes back leaves it");
        run.ok(Command::CreateRefund {
            order_id: id("o2"),
            refund_id: id("r2"),
            ask: amount(payable - 1_00),
        });
        assert_eq!(brought(&run, "c", &["saved"]), [0]);
        run.assert_clean();
    }
}

/// A-S2-7: coupons that became void with their order are told apart from those of a batch that was taken back.
#[test]
fn a_s2_7_coupons_void_with_their_order_are_not_those_of_a_batch_that_was_taken_back() {
    let (run, _store) = Run::in_memory();
    let run = run.that_rewards();
    run.ok(BatchDeal::default().create("b1"));
    run.advance(at(0));
    run.rewards("c", &coupon_terms());
    run.advance(at(10));
    for order in ["o1", "o2", "o3"] {
        run.apply(&placed(order, order, at(5)));
        run.apply(&paid(order, &format!("p-{order}"), PAYABLE, at(6)));
    }
    run.ok(Command::CreateRefund { order_id: id("o1"), refund_id: id("r1"), ask: amount(PAYABLE) });
    // A batch that was taken back takes a coupon back once the order that holds it lets it go.
    let coupon = run.held("o2").remove(0);
    run.apply(&placed_with("x", "o2", &coupon, at(8)));
    run.ok(Command::VoidBatch { batch_id: id("b1") });
    run.apply(&cancelled("x", at(9)));
    let counters = run.counters("c");
    assert_eq!((counters.void, counters.forfeited), (2, 1));
    run.assert_clean();
}
