//! Taking an order in: every figure is checked, sums are computed, shares are stored.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::event::Placed;
use domain::order::{self, Order, OrderKind, Party, Source};
use domain::{Code, Refusal, limits};
use given::{at, fen, id, less, order_of, placed, shop, with_freight};
use money::{Currency, Money};

fn take(placed: &Placed) -> Result<Order, Refusal> {
    order::place(&shop(), placed, at("10T10:00:00"))
}

/// The fields at fault and their codes.
fn faults(placed: &Placed) -> Vec<(String, Code)> {
    let refusal = take(placed).err();
    let violations = refusal.into_iter().flat_map(|refusal| refusal.violations);
    violations.map(|v| (v.field, v.code)).collect()
}

fn shares(order: &Order) -> Vec<Vec<i64>> {
    let of = |line: &order::Line| line.shares.iter().map(|share| share.minor()).collect();
    order.lines.iter().map(of).collect()
}

/// T31, A-G-5: shares by largest remainder, ties to the first line; they sum to the discount.
#[test]
fn t31_a_g_5_shares() {
    for (lines, amount, expected) in [
        (&[(30_00, 1), (30_00, 1), (30_00, 1)][..], 10_00, &[3_34, 3_33, 3_33][..]),
        (&[(19_99, 1), (29_99, 1), (49_99, 1)], 5_00, &[1_00, 1_50, 2_50]),
        (&[(10_00, 3), (30_00, 1)], 1, &[1, 0]),
        (&[(0, 5), (1, 1), (1, 1)], 1, &[0, 1, 0]),
        (&[(1, 1), (1, 1), (2, 1)], 4, &[1, 1, 2]),
        (&[(7, 1)], 0, &[0]),
    ] {
        let order = order_of(&less(placed(lines), "order_promotion", amount, Party::Merchant));
        let found: Vec<i64> = shares(&order).concat();
        assert_eq!(found, expected, "{amount} over {lines:?}");
    }
}

/// A-G-5, S0-R26: each discount is spread over what the earlier ones left, and never over the freight.
#[test]
fn a_g_5_s0_r26_one_after_the_other() {
    let goods = less(placed(&[(10_00, 1), (30_00, 1)]), "shop_coupon", 20_00, Party::Merchant);
    let goods = less(goods, "beans", 20_00, Party::Platform);
    let order = order_of(&with_freight(goods, 6_00));
    assert_eq!(shares(&order), [[5_00, 5_00], [15_00, 15_00]]);
    assert_eq!(order.lines.iter().map(order::Line::payable).sum::<Money>(), fen(0));
    assert_eq!((order.gross(), order.payable), (fen(46_00), fen(6_00)));
}

/// A-G-5: a discount may take all that is left and not one fen more, freight or not.
#[test]
fn a_g_5_discount_too_high() {
    for (amounts, fine) in
        [(&[40_00][..], true), (&[40_01], false), (&[30_00, 10_00], true), (&[30_00, 10_01], false)]
    {
        let mut goods = with_freight(placed(&[(10_00, 1), (30_00, 1)]), 6_00);
        for amount in amounts {
            goods = less(goods, "shop_coupon", *amount, Party::Merchant);
        }
        let code = take(&goods).err().map(|refusal| refusal.code);
        assert_eq!(code, (!fine).then_some(Code::DiscountTooHigh), "{amounts:?}");
    }
}

/// A-G-4, S0-R25: the sum is ours; a payable that is one fen off is refused with both figures.
#[test]
fn a_g_4_s0_r25_payable_mismatch() {
    let goods = with_freight(less(placed(&[(50_00, 2)]), "beans", 5_00, Party::Platform), 6_00);
    assert_eq!(take(&goods).unwrap().payable, fen(101_00));
    for payable in [100_99, 101_01, 0, 106_00] {
        let refusal = take(&Placed { payable: fen(payable), ..goods.clone() }).unwrap_err();
        assert_eq!((refusal.code, refusal.violations[0].field.as_str()), (Code::PayableMismatch, "payable"));
        let told = refusal.detail.text(Currency::CNY);
        let said = Currency::CNY.text(fen(payable));
        assert!(told.contains("101.00 CNY") && told.contains(&said), "{told}");
    }
}

/// A-G-4: negative, too large and overflowing figures are refused by field, never computed with.
#[test]
fn a_g_4_figures() {
    use Code::{NegativeAmount, OutOfRange};
    let (price, quantity) = ("lines[0].unit_price", "lines[0].quantity");
    for (unit_price, units, expected) in [
        (1_000_000_000_000, 1, &[][..]),
        (1_000_000, 1_000_000, &[]),
        (0, 1, &[]),
        (1_000_001, 1_000_000, &[(price, OutOfRange)]),
        (1_000_000_000_001, 1, &[(price, OutOfRange), (price, OutOfRange)]),
        (1, 0, &[(quantity, OutOfRange)]),
        (1, 1_000_001, &[(quantity, OutOfRange)]),
        (0, 1 << 63, &[(quantity, OutOfRange), (price, OutOfRange)]),
        (0, u64::MAX, &[(quantity, OutOfRange), (price, OutOfRange)]),
        (i64::MAX, u64::MAX, &[(quantity, OutOfRange), (price, OutOfRange), (price, OutOfRange)]),
        (i64::MAX, 2, &[(price, OutOfRange), (price, OutOfRange)]),
        (-1, 1, &[(price, NegativeAmount)]),
        (i64::MIN, 1, &[(price, NegativeAmount)]),
        (i64::MIN, 2, &[(price, NegativeAmount), (price, OutOfRange)]),
    ] {
        let goods = Placed { payable: fen(0), ..placed(&[(unit_price, units)]) };
        let right = Placed {
            payable: fen(unit_price.wrapping_mul(i64::try_from(units).unwrap_or(0))),
            ..goods.clone()
        };
        let found = faults(if expected.is_empty() { &right } else { &goods });
        let found: Vec<(&str, Code)> = found.iter().map(|(field, code)| (field.as_str(), *code)).collect();
        assert_eq!(found, expected, "{unit_price} x {units}");
    }
}

/// A-G-4: the same for freight, payable and discounts.
#[test]
fn a_g_4_other_figures() {
    let goods = placed(&[(10_00, 1)]);
    for (minor, code) in [
        (-1, Code::NegativeAmount),
        (i64::MIN, Code::NegativeAmount),
        (1_000_000_000_001, Code::OutOfRange),
        (i64::MAX, Code::OutOfRange),
    ] {
        let freight = Placed { freight: fen(minor), ..goods.clone() };
        assert_eq!(faults(&freight), [("freight".to_owned(), code)], "{minor}");
        let payable = Placed { payable: fen(minor), ..goods.clone() };
        assert_eq!(faults(&payable), [("payable".to_owned(), code)], "{minor}");
        let mut discount = less(goods.clone(), "beans", 0, Party::Platform);
        discount.discounts[0].amount = fen(minor);
        assert_eq!(faults(&discount), [("discounts[0].amount".to_owned(), code)], "{minor}");
    }
}

/// A-G-4: on the wire an amount is a whole number that fits; nothing else is taken for one.
#[test]
fn a_g_4_text() {
    let good = serde_json::to_string(&placed(&[(10_00, 1)])).unwrap();
    let read = |text: &str| serde_json::from_str::<Placed>(text);
    assert_eq!(read(&good).unwrap(), placed(&[(10_00, 1)]));
    for bad in ["-0", "10.0", "1e3", "1e308", "9223372036854775808", "\"1000\"", "null", "true"] {
        let text = good.replace("\"payable\":1000", &format!("\"payable\":{bad}"));
        assert_ne!(text, good);
        assert!(read(&text).is_err(), "{bad}");
        let text = good.replace("\"quantity\":1", &format!("\"quantity\":{bad}"));
        assert!(bad == "9223372036854775808" || read(&text).is_err(), "{bad}");
    }
    let text = good.replace("\"quantity\":1", "\"quantity\":-1");
    assert!(read(&text).is_err());
}

/// A-G-5: 500 lines and 50 discounts are the most; lines have names of their own.
#[test]
fn a_g_5_limits() {
    let of = |lines: usize| placed(&vec![(1_00, 1); lines]);
    assert_eq!(faults(&of(limits::ORDER_LINES)), []);
    assert_eq!(faults(&of(limits::ORDER_LINES + 1)), [("lines".to_owned(), Code::TooMany)]);
    assert_eq!(faults(&of(0)), [("lines".to_owned(), Code::Required)]);
    let discounts = |count| (0..count).fold(of(1), |goods, _| less(goods, "beans", 1, Party::Platform));
    assert_eq!(faults(&discounts(limits::ORDER_DISCOUNTS)), []);
    assert_eq!(faults(&discounts(limits::ORDER_DISCOUNTS + 1)), [("discounts".to_owned(), Code::TooMany)]);
    let mut twice = of(2);
    twice.lines[1].line_id = id("l0");
    assert_eq!(faults(&twice), [("lines[1].line_id".to_owned(), Code::Duplicate)]);
    let mut largest = placed(&vec![(1_000_000_000_000, 1); limits::ORDER_LINES]);
    largest.payable = fen(0);
    assert_eq!(take(&largest).unwrap_err().code, Code::PayableMismatch, "the largest order is added up");
}

/// Words that are shown and written into the books hold no control characters.
#[test]
fn a_g_5_words() {
    let goods = less(placed(&[(10_00, 1)]), "beans", 1, Party::Platform);
    for bad in ["a\0b", "\u{1b}[2J", "a\nb", "\u{7f}"] {
        let source = Placed { source: Source::Other(bad.into()), ..goods.clone() };
        assert_eq!(faults(&source), [("source".to_owned(), Code::InvalidValue)], "{bad:?}");
        let mut kind = goods.clone();
        kind.discounts[0].kind = bad.into();
        assert_eq!(faults(&kind), [("discounts[0].kind".to_owned(), Code::InvalidValue)], "{bad:?}");
        let mut named = goods.clone();
        named.discounts[0].id = Some(bad.into());
        assert_eq!(faults(&named), [("discounts[0].id".to_owned(), Code::InvalidValue)], "{bad:?}");
    }
    let mut good = Placed { source: Source::Other("小程序".into()), ..goods };
    good.discounts[0].kind = "满减".into();
    assert_eq!(faults(&good), []);
}

/// A-S0-12: the platform's deadline, else the shop's setting, for presale orders that of the deposit.
#[test]
fn a_s0_12_deadline() {
    let of = |kind, cancel_at| {
        let goods = Placed { kind, cancel_at, ..placed(&[(10_00, 1)]) };
        take(&goods).unwrap().cancel_at.unwrap()
    };
    let platform = at("10T10:15:00");
    assert_eq!(of(OrderKind::Normal, None), at("11T10:00:00"));
    assert_eq!(of(OrderKind::Presale, None), at("10T10:30:00"));
    assert_eq!(of(OrderKind::Normal, Some(platform)), platform);
    let order = take(&placed(&[(10_00, 1)])).unwrap();
    assert!(order.is_open(at("11T09:59:59.999999")));
    assert!(!order.is_open(at("11T10:00:00")));
}

/// S1-R02: a presale line in an ordinary order would be sold as ordinary goods: it is refused.
#[test]
fn s1_r02_presale_lines_come_in_presale_orders() {
    let mut goods = placed(&[(10_00, 1), (30_00, 1)]);
    goods.lines[1].presale_campaign_id = Some(id("pre"));
    assert_eq!(faults(&goods), [("lines[1].presale_campaign_id".to_owned(), Code::InvalidValue)]);
    goods.kind = OrderKind::Presale;
    assert_eq!(faults(&goods), []);
}
