//! The comparison group: customers who are shown nothing, always the same ones.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::Counters;
use domain::campaign::recovery::{Terms, show};
use domain::holdout::bucket;
use domain::order::Order;
use domain::{Code, CustomerId};
use given::{at, campaign, id, live, order, terms};

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
