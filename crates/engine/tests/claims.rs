//! What claims are counted over, and what counts against a customer, through versions and late news.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    campaign::recovery::FrequencyScope,
    coupon::CouponStatus,
    customer::Standing,
    order::{Method, OfferStatus, PaymentStatus},
};
use engine::{Command, Input};
use support::*;

fn standing(run: &Run, customer: &str) -> Standing {
    let found = run.reader().standing(&run.shop, &id(customer)).unwrap();
    found.unwrap_or_default()
}

#[test]
fn a_s0_9_a_g_10_an_offer_is_claimed_by_the_terms_of_its_own_version() {
    // It saved 20.00 when it was shown, and saves 10.00 since.
    let mut deal = Deal { frequency: FrequencyScope::Platform, ..Deal::default() };
    let run = Run::in_memory().0.with_campaign(&deal);
    for name in ["o1", "o2"] {
        run.apply(&placed(name, "u1", at(0)));
    }
    run.advance(at(15));
    deal.save = SAVE / 2;
    run.ok(Command::ReviseCampaign { campaign_id: id("c1"), version: Box::new(deal.version()) });
    assert_eq!(run.claim("o1").save, fen(SAVE));
    assert_eq!(run.refused(run.claiming("o2")), "daily_limit");
    let platform = domain::ShopId::platform();
    let counted = run.reader().standing(&platform, &id("u1")).unwrap().unwrap();
    assert_eq!(counted.claims.len(), 1);
    run.assert_clean();
}

#[test]
fn a_s0_9_a_change_does_not_begin_the_count_anew() {
    let scopes = [FrequencyScope::Campaign, FrequencyScope::Shop, FrequencyScope::Platform];
    for frequency in scopes {
        let deal = Deal { frequency, ..Deal::default() };
        let run = Run::in_memory().0.with_campaign(&deal);
        for name in ["o1", "o2"] {
            run.apply(&placed(name, "u1", at(0)));
        }
        run.advance(at(15));
        run.claim("o1");
        for frequency in scopes {
            let changed = Deal { frequency, save: SAVE / 2, ..deal.clone() };
            let version = Box::new(changed.version());
            let answer = run.send(Command::ReviseCampaign { campaign_id: id("c1"), version });
            let expected = if frequency == deal.frequency { "ok" } else { "invalid_terms" };
            assert_eq!(code(&answer), expected, "from {:?} to {frequency:?}", deal.frequency);
            assert_eq!(run.refused(run.claiming("o2")), "daily_limit");
        }
        run.assert_clean();
    }
}

#[test]
fn a_s0_9_one_a_day_over_the_whole_platform() {
    let deal = Deal { frequency: FrequencyScope::Platform, ..Deal::default() };
    let (first, store) = Run::in_memory();
    let mut run = first;
    for name in ["s2", "s1"] {
        run.shop = id(name);
        run.ok(Command::PutShop(Box::new(shop(name))));
        run.ok(create("c1", &deal));
    }
    run.advance(START);
    for name in ["s2", "s1"] {
        run.shop = id(name);
        run.apply(&placed("o1", "u1", at(0)));
        run.apply(&placed("o2", "u2", at(0)));
    }
    run.advance(at(15));
    // Both shops in one batch: the second shop sees what the first one's claim counted.
    let inputs: Vec<Input> = ["s1", "s2"]
        .into_iter()
        .map(|name| {
            run.shop = id(name);
            run.input(run.claiming("o1"))
        })
        .collect();
    let outcomes = run.engine.submit_many_blocking(inputs).unwrap();
    let codes: Vec<_> = outcomes.iter().map(code).collect();
    assert_eq!(codes, ["ok", "daily_limit"]);
    run.shop = id("s2");
    run.claim("o2");
    run.assert_clean();
    drop(store);
}

#[test]
fn s0_r29_a_g_2_the_day_ends_at_midnight_in_the_shop() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    let midnight = at(60 * 14);
    for (name, before) in [("o1", 40), ("o2", 30), ("o3", 20)] {
        run.advance(midnight.plus_minutes(-before));
        run.apply(&placed(name, "u1", midnight.plus_minutes(-before)));
    }
    run.advance(domain::Instant::from_micros(midnight.micros() - 1));
    run.claim("o1");
    assert_eq!(run.refused(run.claiming("o2")), "daily_limit");
    run.advance(midnight);
    run.claim("o2");
    assert_eq!(run.refused(run.claiming("o3")), "daily_limit");
    run.assert_clean();
}

#[test]
fn a_s0_21_an_order_that_turns_out_to_be_paid_is_no_evidence() {
    for paid_at in [10, 20] {
        let run = Run::in_memory().0.with_campaign(&Deal::default());
        run.apply(&placed("o1", "u1", at(0)));
        run.advance(at(60 * 24));
        assert_eq!(standing(&run, "u1").unpaid.len(), 1);
        // It had been paid: before the coupon was shown, or after.
        run.apply(&paid("o1", "p1", PAYABLE, at(paid_at)));
        assert_eq!(standing(&run, "u1").unpaid, [], "paid after {paid_at} minutes");
        run.assert_clean();
    }
}

#[test]
fn a_s0_21_a_cancellation_before_the_coupon_was_shown_is_no_evidence() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.apply(&placed("o1", "u1", at(0)));
    run.advance(at(30));
    run.apply(&cancelled("o1", at(25)));
    assert_eq!(standing(&run, "u1").unpaid.len(), 1);
    run.apply(&cancelled("o1", at(10)));
    assert_eq!(standing(&run, "u1").unpaid, [], "it had ended before");
    run.assert_clean();
}

#[test]
fn s0_r32_a_s0_21_five_unpaid_orders_block_and_ordering_goes_on() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    for day in 0..5 {
        let morning = at(60 * 24 * day);
        run.advance(morning);
        run.apply(&placed(&format!("o{day}"), "u1", morning));
        run.advance(morning.plus_minutes(60 * 24));
    }
    let now = run.engine.now();
    run.apply(&placed("o9", "u1", now));
    run.advance(now.plus_minutes(15));
    assert_eq!(run.order("o9").recovery.offer, None);
    assert!(run.timeline("o9").contains(&"offer.withheld".to_owned()));
    run.apply(&paid("o9", "p9", PAYABLE, now.plus_minutes(15)));
    run.assert_clean();
}

#[test]
fn s0_r33_a_s0_19_closing_stops_claims_and_leaves_coupons() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    for name in ["o1", "o2"] {
        run.apply(&placed(name, &format!("u.{name}"), at(0)));
    }
    run.advance(at(15));
    let coupon = run.claim("o1");
    run.ok(Command::CloseCampaign { campaign_id: id("c1"), closing: engine::Closing::Asked });
    assert_eq!(run.refused(run.claiming("o2")), "campaign_closed");
    let shown = run.order("o2").recovery.offer.unwrap();
    assert_eq!(shown.status, OfferStatus::Displayed);
    run.start_payment("o1", "p1", Some(&coupon));
    run.apply(&paid("o1", "p1", PAYABLE - SAVE, at(15)));
    run.advance(at(60 * 23));
    assert!(!run.timeline("o2").contains(&"push.sent".to_owned()));
    run.assert_clean();
}

#[test]
fn a_s0_11_an_order_paid_otherwise_lets_go_of_a_coupon_that_lives_on() {
    let deal = Deal { bind: domain::coupon::Bind::ShopScope, ..Deal::default() };
    let run = Run::in_memory().0.with_campaign(&deal);
    for name in ["o1", "o2"] {
        run.apply(&placed(name, "u1", at(0)));
    }
    run.advance(at(15));
    let coupon = run.claim("o1");
    run.start_payment("o2", "p1", Some(&coupon));
    assert_eq!(run.refused(starting("o1", "p2", Method::JdPay, Some(&coupon))), "coupon_locked");
    // The money comes in full, by another attempt.
    run.apply(&paid("o2", "p9", PAYABLE, at(16)));
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Available);
    run.assert_clean();
    run.start_payment("o1", "p2", Some(&coupon));
    // Switching the method moves it from one attempt to the next (S0-R24).
    run.ok(starting("o1", "p3", Method::Baitiao, Some(&coupon)));
    assert_eq!(run.order("o1").payments[0].status, PaymentStatus::Failed);
    run.ok(starting("o1", "p4", Method::Card, None));
    assert_eq!(run.coupon(&coupon).status, CouponStatus::Available);
    run.assert_clean();
}
