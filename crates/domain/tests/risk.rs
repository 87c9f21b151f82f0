//! Who is kept from farming coupons: the edges of the rule, and what a block does not touch.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::Counters;
use domain::campaign::recovery::{ClaimFacts, cashier, claim, show};
use domain::customer::{List, Listed, Standing};
use domain::order::{Method, PayOutcome};
use domain::risk::{Ground, is_blocked, judge};
use domain::time::Zone;
use domain::{Code, Instant, OrderId};
use given::{at, by, campaign, coupon, fen, id, live, order, payment, shop, terms};

const DAY: i64 = 24 * 3600 * 1_000_000;

/// Orders cancelled unpaid at these moments, each after its coupon was shown.
fn farmed(moments: &[Instant]) -> Standing {
    let mut standing = Standing::default();
    for (number, moment) in moments.iter().enumerate() {
        standing.note_unpaid(&id::<OrderId>(&format!("o{number}")), *moment);
    }
    standing
}

/// S0-R32, A-S0-21, A-G-3: five within thirty days, half-open to the microsecond; the block lasts
/// thirty days from the fifth, half-open too.
#[test]
fn s0_r32_a_s0_21_a_g_3_edges() {
    let first = at("10T10:00:00");
    let four = [first, by(first, DAY), by(first, 2 * DAY), by(first, 3 * DAY)];
    for (fifth, blocked) in [(3 * DAY, true), (30 * DAY - 1, true), (30 * DAY, false), (30 * DAY + 1, false)]
    {
        let fifth = by(first, fifth);
        let standing = farmed(&[four[0], four[1], four[2], four[3], fifth]);
        assert_eq!(judge(&standing, fifth).blocked, blocked, "{fifth}");
        let end = by(fifth, 30 * DAY);
        assert_eq!(is_blocked(&standing, by(end, -1)), blocked, "{fifth}");
        assert!(!is_blocked(&standing, end), "{fifth}");
    }
}

/// S0-R32, A-S0-21: more of them while blocked push the end out; the same order counts once, however
/// often it is heard of; heard in another order they block all the same.
#[test]
fn s0_r32_a_s0_21_counting() {
    let moment = |n: i64| at("10T10:00:00").plus_hours(n);
    let mut standing = farmed(&[moment(4), moment(3), moment(2), moment(1), moment(0)]);
    assert!(is_blocked(&standing, moment(4)));
    standing.note_unpaid(&id("o9"), moment(10));
    let verdict = judge(&standing, moment(10));
    assert_eq!((verdict.by, verdict.evidence.len()), (Ground::FarmingRule, 6));
    assert_eq!(verdict.until, Some(moment(10 + 24 * 30)));
    let mut one = Standing::default();
    (0..50).for_each(|n| one.note_unpaid(&id("o1"), moment(n)));
    assert_eq!((one.unpaid.len(), is_blocked(&one, moment(50))), (1, false));
    assert_eq!(judge(&Standing::default(), moment(0)).by, Ground::Clear);
}

/// A-S0-21, S0-R31: a blocked customer is shown nothing and claims nothing; the order is paid as ever,
/// with a coupon claimed before too.
#[test]
fn a_s0_21_s0_r31_what_a_block_touches() {
    let june = campaign("june", terms());
    let (mut waiting, now) = (order(100_00), at("10T13:00:00"));
    let counters = Counters::default();
    let shown = show(&waiting, live(&june), &counters, true, id("of1"), now);
    assert_eq!(shown, Err(Code::CustomerBlocked));
    let facts = ClaimFacts {
        shop: &shop(),
        platform_zone: &Zone::shanghai(),
        order: &waiting,
        live: live(&june),
        counters: &counters,
        counted_in: &Standing::default(),
        blocked: true,
    };
    let refusal = claim(&facts, id("cp2"), now).unwrap_err();
    assert_eq!(refusal.code, Code::CustomerBlocked);
    assert_eq!(cashier(&waiting, &[coupon()], money::Currency::CNY, now)[0].saving, fen(5_00));
    assert_eq!(coupon().check(&waiting, Method::JdPay, now), Ok(()));
    let paid = payment(&waiting, "p1", 5_00, now);
    assert_eq!(waiting.pay(paid), Ok(PayOutcome::Paid));
}

/// A-S0-21: the list can be edited: its entry decides alone, and taking it away brings the rule back.
#[test]
fn a_s0_21_list() {
    let now = at("10T10:00:00");
    let mut standing = farmed(&[now; 5]);
    for (list, blocked, by) in [
        (None, true, Ground::FarmingRule),
        (Some(List::Allow), false, Ground::AllowList),
        (Some(List::Block), true, Ground::BlockList),
        (None, true, Ground::FarmingRule),
    ] {
        standing.listed = list.map(|list| Listed { list, reason: "known".into(), by: "op".into(), at: now });
        let verdict = judge(&standing, now);
        assert_eq!((verdict.blocked, verdict.by), (blocked, by), "{list:?}");
        assert_eq!(is_blocked(&standing, now), blocked, "{list:?}");
        assert_eq!(verdict.evidence.len(), 5, "the evidence is shown in any case");
    }
}
