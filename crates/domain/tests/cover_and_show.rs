//! Which campaigns cover an order that was placed, which shows its coupon, and who is shown nothing.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::recovery::{Live, Terms, cover, show};
use domain::campaign::{Campaign, Counters};
use domain::catalog::{Scope, ScopeMode};
use domain::order::{Goods, Order, OrderKind, Party, Source};
use domain::{Code, Instant};
use given::{at, by, campaign, fen, id, less, live, order, order_of, placed, terms};
use std::sync::Arc;

/// The campaigns that may show their coupon, and the others with their reasons.
fn covered(order: &Order, campaigns: &[Campaign]) -> (Vec<String>, Vec<(String, Code)>) {
    let found = cover(order, campaigns.iter().filter_map(Live::current));
    let candidates = found.candidates.iter().map(|c| c.campaign_id.to_string());
    let withheld = found.withheld.iter().map(|w| (w.campaign_id.to_string(), w.code));
    (candidates.collect(), withheld.collect())
}

fn placed_at(at: Instant) -> Order {
    Order { placed_at: at, cancel_at: Some(at.plus_hours(24)), ..order(100_00) }
}

fn shows(campaign: &Campaign, issued: u64, blocked: bool, now: Instant) -> Result<(), Code> {
    let counters = Counters { issued, ..Counters::default() };
    let order = order(100_00);
    show(&order, live(campaign), &counters, blocked, id("of1"), now).map(|_| ())
}

/// T03, S0-R14, S0-R15: the coupon is due so many minutes after the order, to the second.
#[test]
fn t03_s0_r14_s0_r15_trigger() {
    for (delay, due) in [(5, "10T10:05:00"), (15, "10T10:15:00"), (120, "10T12:00:00")] {
        let june = campaign("june", Terms { trigger_after_minutes: delay, ..terms() });
        let found = cover(&order(100_00), std::iter::once(live(&june)));
        assert_eq!(found.candidates[0].trigger_at, at(due));
    }
}

/// A-S0-4, A-G-3: placed within the period, half-open, and the trigger before the end.
#[test]
fn a_s0_4_a_g_3_period() {
    let (starts_at, ends_at) = (at("10T00:00:00"), at("30T00:00:00"));
    let last = ends_at.plus_minutes(-15);
    for (moment, candidate, withheld) in [
        (by(starts_at, -1), false, None),
        (starts_at, true, None),
        (by(last, -1), true, None),
        (last, false, Some(Code::TriggerAfterEnd)),
        (by(ends_at, -1), false, Some(Code::TriggerAfterEnd)),
        (ends_at, false, None),
    ] {
        let (candidates, reasons) = covered(&placed_at(moment), &[campaign("june", terms())]);
        assert_eq!(!candidates.is_empty(), candidate, "{moment}");
        assert_eq!(reasons.first().map(|(_, code)| *code), withheld, "{moment}");
    }
}

/// S0-R11, A-S0-4: one line in scope is enough; none is not.
#[test]
fn s0_r11_a_s0_4_scope() {
    use ScopeMode::{All, Blacklist, Whitelist};
    for (mode, list, is_covered) in [
        (All, &[][..], true),
        (Whitelist, &["s0"], true),
        (Whitelist, &["s1", "x"], true),
        (Whitelist, &["x"], false),
        (Blacklist, &["s0"], true),
        (Blacklist, &["s0", "s1"], false),
        (Blacklist, &[], true),
    ] {
        let mut june = campaign("june", terms());
        let skus = Arc::new(list.iter().map(|sku| id(sku)).collect());
        june.versions[0].scope = Scope { mode, skus, ..Scope::default() };
        let order = order_of(&placed(&[(60_00, 1), (40_00, 1)]));
        let (candidates, reasons) = covered(&order, &[june]);
        assert_eq!(!candidates.is_empty(), is_covered, "{mode:?} {list:?}");
        let reason = (!is_covered).then(|| ("june".to_owned(), Code::OutOfScope));
        assert_eq!(reasons, Vec::from_iter(reason), "{mode:?} {list:?}");
    }
}

/// T06, A-S0-6, S0-R26: the amount left at the cashier is what counts, and what is missing is said.
#[test]
fn t06_a_s0_6_s0_r26_threshold() {
    let mut goods = placed(&[(300_00, 1)]);
    for (kind, amount) in [("shop_coupon", 20_00), ("product_coupon", 10_00), ("beans", 5_00)] {
        goods = less(goods, kind, amount, Party::Merchant);
    }
    let order = order_of(&goods);
    for (spend, missing) in [(200_00, None), (265_00, None), (265_01, Some(1)), (266_00, Some(1_00))] {
        let june = campaign("june", Terms { spend: fen(spend), ..terms() });
        let found = cover(&order, std::iter::once(live(&june)));
        let withheld = found.withheld.first();
        assert_eq!(withheld.map(|w| w.code), missing.map(|_| Code::BelowThreshold), "{spend}");
        assert_eq!(withheld.and_then(|w| w.shortfall), missing.map(fen), "{spend}");
    }
}

/// A-S0-10: the largest saving that applies, then the earliest start, then the smallest id, whatever
/// the order they are looked at in.
#[test]
fn a_s0_10_best_first() {
    let save = |save| Terms { save: fen(save), ..terms() };
    let mut early = campaign("early", save(5_00));
    early.versions[0].starts_at = at("09T00:00:00");
    let too_dear = campaign("dear", Terms { spend: fen(100_01), ..save(20_00) });
    let mut all = vec![
        campaign("b", save(5_00)),
        early,
        campaign("big", save(6_00)),
        too_dear,
        campaign("a", save(5_00)),
    ];
    for _ in 0..all.len() {
        all.rotate_left(1);
        let (candidates, reasons) = covered(&order(100_00), &all);
        assert_eq!(candidates, ["big", "early", "a", "b"]);
        assert_eq!(reasons, [("dear".to_owned(), Code::BelowThreshold)]);
    }
}

/// A-S0-17, A-S0-18: any source gets the coupon and virtual goods too; presale orders do not.
#[test]
fn a_s0_17_a_s0_18_kinds_of_orders() {
    let june = [campaign("june", terms())];
    for source in [Source::App, Source::Pc, Source::MiniProgram, Source::Other("kiosk".into())] {
        let order = Order { source, ..order(100_00) };
        assert_eq!(covered(&order, &june).0, ["june"]);
    }
    let bought = Order { goods: Goods::Virtual, ..order(100_00) };
    assert_eq!(covered(&bought, &june).0, ["june"]);
    let presale = Order { kind: OrderKind::Presale, ..order(100_00) };
    assert_eq!(covered(&presale, &june), (vec![], vec![("june".into(), Code::PresaleOrder)]));
}

/// A-S0-4, T08: nothing is shown on an order whose own deadline comes first.
#[test]
fn a_s0_4_t08_deadline_before_the_trigger() {
    for (minutes, is_covered) in [(14, false), (15, false), (16, true)] {
        let mut order = order(100_00);
        order.cancel_at = Some(order.placed_at.plus_minutes(minutes));
        let (candidates, reasons) = covered(&order, &[campaign("june", terms())]);
        assert_eq!(!candidates.is_empty(), is_covered, "{minutes}");
        assert_eq!(reasons.is_empty(), is_covered, "{minutes}");
    }
}

/// S0-R33, T14, A-S0-19, A-S0-20, A-S0-21, A-G-3: nothing is shown from the closing or the end on, to
/// a blocked customer, or without stock.
#[test]
fn s0_r33_t14_a_s0_19_a_s0_20_a_s0_21_what_keeps_a_coupon_back() {
    let open = campaign("june", terms());
    let mut closed = open.clone();
    closed.close(at("10T12:00:00"));
    closed.close(at("10T11:00:00"));
    assert_eq!(closed.closed_at, Some(at("10T12:00:00")), "the first closing stands");
    let (noon, end) = (at("10T12:00:00"), at("30T00:00:00"));
    let off = Err(Code::CampaignClosed);
    for (campaign, issued, blocked, now, expected) in [
        (&open, 0, false, noon, Ok(())),
        (&closed, 0, false, by(noon, -1), Ok(())),
        (&closed, 0, false, noon, off),
        (&open, 0, false, by(end, -1), Ok(())),
        (&open, 0, false, end, off),
        (&open, 9, false, noon, Ok(())),
        (&open, 10, false, noon, Err(Code::SoldOut)),
        (&open, 0, true, noon, Err(Code::CustomerBlocked)),
    ] {
        assert_eq!(shows(campaign, issued, blocked, now), expected, "{issued} {blocked} {now}");
    }
    let closed_early = Campaign { closed_at: Some(at("10T10:00:00")), ..open };
    let (candidates, reasons) = covered(&order(100_00), &[closed_early]);
    assert_eq!((candidates.len(), reasons[0].1), (0, Code::CampaignClosed));
}
