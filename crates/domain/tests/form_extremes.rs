//! Forms filled in with the largest and smallest numbers there are: a violation, never a panic (A-G-4).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::presale::Gain;
use domain::campaign::promotion::{Floor, FloorTerms, ItemTerms, OrderTerms, Tier};
use domain::campaign::{Terms, Version};
use domain::coupon::{Batch, CouponKind};
use domain::{Code, campaign::recovery, catalog::Scope, order::Party};
use given::presale::{expansion, item, presale, presale_terms, reduction};
use given::{at, fen, id, shop, version};

const ENDS: [i64; 2] = [i64::MIN, i64::MAX];

fn tier(spend: i64, save: i64, cap: i64) -> Tier {
    Tier { spend: fen(spend), save: Some(fen(save)), percent_off: None, cap: Some(fen(cap)) }
}

/// Three amounts, one of them out of all bounds.
fn off_the_end() -> impl Iterator<Item = [i64; 3]> {
    ENDS.into_iter().flat_map(|end| [[end, 5, 5], [100, end, 5], [100, 5, end], [end; 3]])
}

fn check(terms: Terms) {
    let version = Version { terms, ..version(given::terms()) };
    let found = version.violations(&shop(), at("09T00:00:00"));
    assert!(found.iter().any(|v| v.code == Code::OutOfRange), "{:?}: {found:?}", version.terms);
    let _ = version.warnings(&shop());
}

/// A-S1-4: a deposit far out of range is the deposit's fault alone.
#[test]
fn a_s1_4_presale_amounts() {
    for (price, deposit, gain, field, code) in [
        (100_00, i64::MIN, reduction(5), "deposit", Code::OutOfRange),
        (100_00, i64::MIN, Gain::default(), "deposit", Code::OutOfRange),
        (100_00, i64::MAX, Gain::default(), "deposit", Code::RatioTooHigh),
        (i64::MAX, 10_00, Gain::default(), "presale_price", Code::OutOfRange),
        (i64::MIN, i64::MAX, reduction(i64::MAX), "presale_price", Code::OutOfRange),
        (100_00, 10_00, reduction(i64::MIN), "gain.amount", Code::OutOfRange),
        (100_00, 10_00, reduction(i64::MAX), "gain.amount", Code::OutOfRange),
    ] {
        let terms = presale_terms(vec![item("s0", price, deposit, gain)]);
        let campaign = presale(terms.clone());
        let found = campaign.versions[0].violations(&shop(), at("09T00:00:00"));
        let found: Vec<_> = found.into_iter().map(|v| (v.field, v.code)).collect();
        assert_eq!(found, [(format!("terms.items[0].{field}"), code)], "{price} {deposit}");
        let _ = (
            terms.slips(money::Currency::CNY),
            terms.line(&terms.items[0], u64::MAX),
            terms.line(&terms.items[0], 1),
        );
    }
    for [price, deposit, amount] in off_the_end() {
        for gain in [reduction(amount), expansion("999999"), Gain::default()] {
            let terms = presale_terms(vec![item("s0", price, deposit, gain)]);
            let _ = (terms.line(&terms.items[0], 3), terms.slips(money::Currency::CNY));
        }
    }
}

#[test]
fn a_g_4_promotion_and_recovery_amounts() {
    for [spend, save, cap] in off_the_end() {
        for every in [false, true] {
            let tiers = vec![tier(spend, save, cap), tier(cap, spend, save)];
            check(Terms::OrderPromotion(OrderTerms { tiers, every, ..OrderTerms::default() }));
        }
    }
    for end in ENDS {
        let price = ItemTerms { price: Some(fen(end)), ..ItemTerms::default() };
        let amount_off = ItemTerms { amount_off: Some(fen(end)), ..ItemTerms::default() };
        check(Terms::ItemPromotion(price));
        check(Terms::ItemPromotion(amount_off));
        let floor = Floor { sku: id("s0"), floor: fen(end), list_price: Some(fen(end)) };
        check(Terms::PriceFloor(FloorTerms::from(vec![floor])));
        for (spend, save) in [(end, 5_00), (100_00, end), (end, end)] {
            let terms = recovery::Terms { spend: fen(spend), save: fen(save), ..given::terms() };
            let version = version(terms);
            assert!(!version.violations(&shop(), at("09T00:00:00")).is_empty(), "{spend} {save}");
            let _ = version.warnings(&shop());
        }
    }
}

#[test]
fn a_g_4_batch_amounts() {
    for kind in [CouponKind::Dong, CouponKind::Payment] {
        for [spend, save, cap] in off_the_end() {
            let batch = Batch {
                batch_id: id("b1"),
                name: "June".into(),
                kind,
                benefit: tier(spend, save, cap),
                quantity: u64::MAX,
                per_customer_limit: u32::MAX,
                scope: Scope::default(),
                starts_at: at("10T12:00:00"),
                ends_at: at("10T18:00:00"),
                funded_by: Party::Merchant,
                return_on_full_refund: false,
                sprint: None,
            };
            let found = batch.violations();
            assert!(found.iter().filter(|v| v.code == Code::OutOfRange).count() >= 3, "{found:?}");
        }
    }
}
