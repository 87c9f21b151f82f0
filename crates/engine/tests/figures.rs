//! What campaigns say of themselves is what was done to their orders, whenever these were placed.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

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
