//! The comparison group: customers who are shown nothing, always the same ones.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::recovery::{Terms, show};
use domain::campaign::{Campaign, Count, Counters, Version};
use domain::holdout::{bucket, counts_from};
use domain::order::Order;
use domain::{Code, CustomerId};
use given::{at, by, campaign, id, live, order, shop, terms, version};

/// The comparison group: a customer's place is BLAKE3 of campaign, zero byte and customer, the first
/// eight bytes little-endian modulo 10,000 (figures computed by another implementation).
#[test]
fn holdout_golden_values() {
    for (campaign, customer, expected) in [
        ("june", "c1", 7_427),
        ("june", "c2", 8_125),
        ("july", "c1", 7_251),
        ("a", "bc", 1_733),
        ("ab", "c", 9_949),
    ] {
        assert_eq!(bucket(&id(campaign), &id(customer)), expected, "{campaign} {customer}");
    }
    let june = campaign("june", Terms { holdout_percent: 30, ..terms() });
    let mut held = 0;
    for n in 0..10_000 {
        let customer: CustomerId = id(&format!("c{n}"));
        let in_group = bucket(&june.campaign_id, &customer) < 3_000;
        held += u32::from(in_group);
        let order = Order { customer_id: customer, ..order(100_00) };
        let shown = show(&order, live(&june), &Counters::default(), false, id("of1"), at("10T10:15:00"));
        assert_eq!(shown.err(), in_group.then_some(Code::Holdout));
    }
    assert!((2_800..=3_200).contains(&held), "{held} of 10,000 at 30 percent");
}

/// A-S2-21: an order counts once its own time is over, from a moment that many orders share.
#[test]
fn a_s2_21_orders_count_from_the_end_of_their_time() {
    for (placed, ends, counts) in [
        ("10T10:00:00", "10T10:30:00", "10T11:00:00"),
        ("10T10:00:00", "11T10:00:00", "11T10:00:00"),
        ("10T10:00:01", "11T10:00:01", "11T11:00:00"),
        ("10T10:00:00", "12T10:00:00", "12T10:00:00"),
        // Of more than two days, to the full day of UTC.
        ("10T10:00:00", "12T10:00:01", "13T08:00:00"),
        ("10T10:00:00", "13T08:00:00", "13T08:00:00"),
    ] {
        assert_eq!(counts_from(at(placed), at(ends)), at(counts), "{placed} {ends}");
    }
    assert_eq!(counts_from(at("10T10:00:00"), by(at("10T10:00:00"), 1)), at("10T11:00:00"));
    let last = domain::Instant::from_micros(i64::MAX);
    assert!(counts_from(at("10T10:00:00"), last) >= at("10T10:00:00"), "a moment that never comes");
}

/// A-S2-21: what is brought for later counts from then on, whoever looks and whatever came in between, and is taken back
/// where it was put.
#[test]
fn a_s2_21_a_figure_counts_from_its_moment() {
    let [before, from, after] = ["10T09:00:00", "10T10:00:00", "10T11:00:00"].map(at);
    let brought = |by, now, from| Count::Brought { figure: "orders", by, placed_at: before, now, from };
    let counted = |figures: &Counters, now| figures.as_of(now).brought("orders");
    let mut figures = Counters::of_new();
    brought(1, before, Some(from)).add_to(&mut figures);
    brought(1, before, Some(from)).add_to(&mut figures);
    brought(5, before, Some(after)).add_to(&mut figures);
    assert_eq!([by(from, -1), from, by(after, -1), after].map(|now| counted(&figures, now)), [0, 2, 2, 7]);
    assert_eq!(
        (figures.brought("orders"), figures.later.ahead("orders")),
        (0, 7),
        "nothing was moved by looking"
    );

    // One is taken back before its moment, one after it.
    brought(-1, before, Some(from)).add_to(&mut figures);
    brought(-1, by(from, 1), Some(from)).add_to(&mut figures);
    assert_eq!([by(from, 1), after].map(|now| counted(&figures, now)), [0, 5]);
    brought(-5, before, Some(after)).add_to(&mut figures);
    assert!(figures.later.is_empty(), "what is taken back leaves nothing");

    let text = |figures: &Counters| serde_json::to_string(figures).unwrap();
    brought(1, before, Some(after)).add_to(&mut figures);
    assert_eq!(serde_json::from_str::<Counters>(&text(&figures)).unwrap(), figures);
    assert!(!text(&Counters::default()).contains("later"), "left out where it is empty");
}

fn revised(campaign: &mut Campaign, percent: u8, now: &str) -> Option<Code> {
    let next = Version {
        terms: domain::campaign::Terms::Recovery(Terms { holdout_percent: percent, ..terms() }),
        ..version(terms())
    };
    let refused = campaign.revise(next, &shop(), 0, at(now)).err();
    refused.map(|refusal| refusal.violations[0].code)
}

/// A-S2-21: a share that customers met stands; 0 ends the comparison, and nothing takes it up again: some of the group
/// would have been shown the coupon. So would they where there was no group before. In a draft it is free.
#[test]
fn a_s2_21_the_share_stands_once_it_is_published() {
    let mut june = campaign("june", Terms { holdout_percent: 20, ..terms() });
    let fixed = Some(Code::ImmutableField);
    for (percent, expected) in [(20, None), (30, fixed), (0, None), (30, fixed), (20, fixed), (0, None)] {
        assert_eq!(revised(&mut june, percent, "11T00:00:00"), expected, "{percent}");
    }
    let (_, plan) = domain::campaign::compared(&june).unwrap();
    assert_eq!(plan.percent, 20, "what was compared is still told");

    let mut never = campaign("june", terms());
    assert!(domain::campaign::compared(&never).is_none());
    assert_eq!(revised(&mut never, 30, "11T00:00:00"), fixed);

    let mut draft =
        Campaign { published_at: None, ..campaign("june", Terms { holdout_percent: 20, ..terms() }) };
    assert_eq!(revised(&mut draft, 30, "09T00:00:01"), None);
    assert_eq!(revised(&mut draft, 0, "09T00:00:02"), None);
    draft.publish(&shop(), at("09T00:00:03")).unwrap();
    assert!(domain::campaign::compared(&draft).is_none(), "customers never met the share of the draft");
    assert_eq!(revised(&mut draft, 40, "09T00:00:04"), fixed);
}
