//! Bad input: each fault has its field and its code, and nothing is priced.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod core_carts;

use core_carts::*;
use domain::{Code, OrderId, limits};
use pricing::{
    Scratch,
    cart::{Assets, Cart, CartLine, Freight, Stage},
    explain, price,
};

fn check(cart: &Cart, field: &str, code: Code) {
    let set = rules(vec![]);
    let mut scratch = Scratch::new();
    let refused = explain(&set, cart, &mut scratch).unwrap_err();
    assert_eq!(refused.code, Code::InvalidValue);
    let found = refused.violations.iter().any(|v| v.field == field && v.code == code);
    assert!(found, "{field} {code}: {:?}", refused.violations);
    assert_eq!(price(&set, cart, &mut scratch).map(|price| price.payable()), Err(refused));
}

fn normal(lines: Vec<CartLine>) -> Cart {
    cart(Stage::Normal, lines)
}

#[test]
fn lines_within_their_limits() {
    let many = |count: usize| (0..count).map(|n| line(&format!("l{n}"), 1_00)).collect::<Vec<_>>();
    check(&normal(vec![]), "lines", Code::Required);
    check(&normal(many(501)), "lines", Code::TooMany);
    assert_eq!(quote(&rules(vec![]), &normal(many(500))).payable, fen(500_00));
    let most = limits::AMOUNT_MINOR;
    for (line, field, code) in [
        (times(0, line("a", 1)), "lines[1].quantity", Code::OutOfRange),
        (times(1_000_001, line("a", 1)), "lines[1].quantity", Code::OutOfRange),
        (times(u64::MAX, line("a", 1)), "lines[1].quantity", Code::OutOfRange),
        (line("a", -1), "lines[1].unit_price", Code::NegativeAmount),
        (line("a", i64::MIN), "lines[1].unit_price", Code::NegativeAmount),
        (line("a", most + 1), "lines[1].unit_price", Code::OutOfRange),
        (line("a", i64::MAX), "lines[1].unit_price", Code::OutOfRange),
        (times(2, line("a", most)), "lines[1].unit_price", Code::OutOfRange),
        (line("b", 1), "lines[1].line_id", Code::Duplicate),
        (presale("a", 10, 1, 0), "lines[1].presale", Code::StageNotAllowed),
    ] {
        check(&normal(vec![core_carts::line("b", 1), line]), field, code);
    }
    let deep =
        CartLine { categories: vec![within("x", line("a", 1)).categories[0].clone(); 4], ..line("a", 1) };
    check(&normal(vec![deep]), "lines[0].categories", Code::TooMany);
}

#[test]
fn amounts_within_their_limits() {
    let cart = normal(vec![line("a", 1_00)]);
    let assets = |red_packet, beans, e_card| Cart {
        assets: Assets { red_packet: fen(red_packet), beans: fen(beans), e_card: fen(e_card) },
        ..cart.clone()
    };
    check(&assets(-1, 0, 0), "assets.red_packet", Code::NegativeAmount);
    check(&assets(0, i64::MIN, 0), "assets.beans", Code::NegativeAmount);
    check(&assets(0, 0, i64::MAX), "assets.e_card", Code::OutOfRange);
    let freight = |threshold, fee| Cart {
        freight: Some(Freight { threshold: fen(threshold), fee: fen(fee) }),
        ..cart.clone()
    };
    check(&freight(-1, 0), "freight.threshold", Code::NegativeAmount);
    check(&freight(0, i64::MAX), "freight.fee", Code::OutOfRange);
    check(&Cart { segments: vec!["s".into(); 51], ..cart.clone() }, "segments", Code::TooMany);
}

#[test]
fn presale_figures_within_the_price() {
    let balance = |line| cart(Stage::Balance, vec![line]);
    check(&balance(presale("a", 100, -1, 0)), "lines[0].presale.deposit", Code::NegativeAmount);
    check(&balance(presale("a", 100, 0, -1)), "lines[0].presale.gain", Code::NegativeAmount);
    check(&balance(presale("a", 100, 60, 41)), "lines[0].presale.deposit", Code::OutOfRange);
    check(&balance(presale("a", 100, i64::MAX, i64::MAX)), "lines[0].presale.deposit", Code::OutOfRange);
    check(&cart(Stage::Deposit, vec![line("a", 1)]), "lines[0].presale", Code::StageNotAllowed);
}

#[test]
fn the_largest_cart_is_priced_exactly() {
    let lines: Vec<CartLine> = (0..500).map(|n| line(&format!("l{n}"), limits::AMOUNT_MINOR)).collect();
    let set =
        rules(vec![order_rule("o", order(vec![percent(0, 50)])), item_price("i", limits::AMOUNT_MINOR - 1)]);
    let told = quote(&set, &normal(lines));
    assert_eq!(told.payable, fen((limits::AMOUNT_MINOR - 1) * 250));
}

/// Each order names its lines by itself: of balances the order belongs to the name (A-G-11).
#[test]
fn a_g_11_lines_of_two_orders_may_have_one_name() {
    let of = |order: &str, line: CartLine| CartLine { order_id: Some(order.parse().unwrap()), ..line };
    let presale = |order: &str| of(order, presale("1", 100_00, 10_00, 0));
    let both = vec![presale("a:1"), line("1", 5_00), presale("a")];
    let answer = explain(&rules(vec![]), &cart(Stage::Balance, both.clone()), &mut Scratch::new()).unwrap();
    let names: Vec<_> = answer
        .lines
        .iter()
        .map(|l| (l.order_id.as_deref().map(OrderId::as_str), l.line_id.as_str()))
        .collect();
    assert_eq!(names, [(Some("a:1"), "1"), (None, "1"), (Some("a"), "1")]);
    let json = serde_json::to_value(&answer).unwrap();
    assert_eq!((&json["lines"][0]["order_id"], &json["lines"][0]["line_id"]), (&"a:1".into(), &"1".into()));
    assert!(json["lines"][1].get("order_id").is_none());
    let twice = [both, vec![presale("a")]].concat();
    check(&cart(Stage::Balance, twice), "lines[3].line_id", Code::Duplicate);
}
