//! Presale lines: thresholds, the balance, freight, and what stands in which payment (S1, T17-T26).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod core_carts;

use core_carts::*;
use domain::{Code, campaign::promotion::ItemTerms, coupon::CouponKind};
use pricing::{
    cart::{Assets, Cart, CartLine, Freight, Stage},
    quote::{AdjustmentKind, Effect, LineName},
};

fn balance(lines: Vec<CartLine>) -> Cart {
    cart(Stage::Balance, lines)
}

#[test]
fn t17_t18_t19_s1_r16_to_r20_the_base_is_price_less_gain() {
    // price, deposit, gain -> base, balance: reduction of 20, expansion of 10 x3 (worth 30, so 20), neither.
    let expansion = 10_00 * 3 - 10_00;
    for (price, deposit, gain, base, due) in [
        (100_00, 10_00, 20_00, 80_00, 70_00),
        (100_00, 10_00, expansion, 80_00, 70_00),
        (100_00, 10_00, 0, 100_00, 90_00),
    ] {
        let line = presale("a", price, deposit, gain);
        let plain = quote(&rules(vec![]), &balance(vec![line.clone()]));
        assert_eq!(plain.payable, fen(due));
        let coupons = vec![coupon("c", CouponKind::Dong, base, 10_00)];
        let taken = quote(&rules(vec![]), &with_coupons(balance(vec![line.clone()]), coupons));
        assert_eq!(
            (taken.payable, applied(&taken, "c").unwrap().threshold_base),
            (fen(due - 10_00), fen(base))
        );
        let coupons = vec![coupon("c", CouponKind::Dong, base + 1, 10_00)];
        let refused = quote(&rules(vec![]), &with_coupons(balance(vec![line.clone()]), coupons));
        assert_eq!((refused.payable, left(&refused, "c")), (fen(due), Some(Code::BelowThreshold)));
        // Order promotions count the same.
        let promotion = rules(vec![order_rule("o", order(vec![tier(base, 10_00)]))]);
        assert_eq!(quote(&promotion, &balance(vec![line])).payable, fen(due - 10_00));
    }
}

#[test]
fn t21_a_s1_5_no_more_than_the_balance_comes_off() {
    let lines = vec![presale("a", 100_00, 10_00, 0)];
    let promotion = rules(vec![order_rule("o", order(vec![tier(100_00, 95_00)]))]);
    let by_promotion = quote(&promotion, &balance(lines.clone()));
    let o = applied(&by_promotion, "o").unwrap();
    assert_eq!((by_promotion.payable, o.amount, o.lost), (fen(0), fen(90_00), fen(5_00)));
    let coupons = vec![coupon("c", CouponKind::Dong, 100_00, 95_00)];
    let by_coupon = quote(&rules(vec![]), &with_coupons(balance(lines), coupons));
    let c = applied(&by_coupon, "c").unwrap();
    assert_eq!((by_coupon.payable, c.amount, c.lost), (fen(0), fen(90_00), fen(5_00)));
    let deposit = by_coupon.adjustments.iter().find(|a| a.kind == AdjustmentKind::DepositPaid).unwrap();
    assert_eq!((deposit.amount, deposit.effect), (fen(10_00), Effect::Payment));
}

#[test]
fn t21_a_s1_5_require_greater_refuses_instead() {
    let mut line = presale("a", 100_00, 10_00, 0);
    line.presale.as_mut().unwrap().require_greater = true;
    let coupons = vec![coupon("c", CouponKind::Dong, 100_00, 95_00)];
    let quote = quote(&rules(vec![]), &with_coupons(balance(vec![line]), coupons));
    assert_eq!((quote.payable, left(&quote, "c")), (fen(90_00), Some(Code::BalanceTooSmall)));
}

#[test]
fn t22_s1_r02_a_s1_6_a_merged_cart_shares_by_contribution() {
    for (ordinary, payable, shares) in [(120_00, 160_00, Some([58_00, 102_00])), (119_99, 189_99, None)] {
        let lines = vec![presale("a", 100_00, 10_00, 20_00), line("b", ordinary)];
        let promotion = rules(vec![order_rule("o", order(vec![tier(200_00, 30_00)]))]);
        let coupons = vec![coupon("c", CouponKind::Dong, 200_00, 30_00)];
        for quote in [
            quote(&promotion, &balance(lines.clone())),
            quote(&rules(vec![]), &with_coupons(balance(lines.clone()), coupons)),
        ] {
            assert_eq!(quote.payable, fen(payable));
            assert_eq!(payables(&quote), shares.unwrap_or([70_00, ordinary]));
            let code = quote.rejected.first().map(|rejected| rejected.code);
            assert_eq!(code, shares.is_none().then_some(Code::BelowThreshold));
        }
    }
}

#[test]
fn t24_s1_r25_presale_ships_free_and_counts_for_nothing() {
    let freight = Some(Freight { threshold: fen(99_00), fee: fen(6_00) });
    for (lines, expected) in [
        (vec![presale("a", 110_00, 10_00, 0), line("b", 50_00)], (156_00, 6_00)),
        (vec![presale("a", 110_00, 10_00, 0), line("b", 99_00)], (199_00, 0)),
        (vec![presale("a", 60_00, 10_00, 0)], (50_00, 0)),
        (vec![outside(presale("a", 60_00, 10_00, 0))], (50_00, 0)),
    ] {
        let quote = quote(&rules(vec![]), &Cart { freight, ..balance(lines) });
        assert_eq!((quote.payable.minor(), quote.freight.minor()), expected);
    }
}

#[test]
fn s1_r12_a_freight_coupon_finds_no_freight_on_presale() {
    let freight = Some(Freight { threshold: fen(99_00), fee: fen(6_00) });
    for line in [presale("a", 60_00, 10_00, 0), outside(presale("a", 60_00, 10_00, 0))] {
        let coupons = vec![coupon("f", CouponKind::Freight, 0, 6_00)];
        let quote = quote(&rules(vec![]), &with_coupons(Cart { freight, ..balance(vec![line]) }, coupons));
        assert_eq!((quote.payable, left(&quote, "f")), (fen(50_00), Some(Code::NoFreightToReduce)));
    }
}

#[test]
fn t25_s1_r06_ordinary_goods_stand_beside_a_balance() {
    let cart = balance(vec![presale("a", 100_00, 10_00, 0), line("global", 40_00)]);
    assert_eq!(quote(&rules(vec![]), &cart).payable, fen(130_00));
}

/// Everything that a shop may have, each named like its kind.
fn everything() -> pricing::RuleSet {
    let member = ItemTerms { price: Some(fen(1_00)), member_only: true, ..ItemTerms::default() };
    rules(vec![
        item_price("item", 2_00),
        item_rule("member", member),
        order_rule("order", order(vec![tier(1_00, 1_00)])),
        gift_rule("main", "a", &[("mug", 1)], false),
        gift_rule("pool", "a", &[("cup", 1), ("pen", 1)], true),
    ])
}

#[test]
fn s1_r05_to_r15_a_s1_9_a_s1_11_a_s1_23_what_stands_in_which_payment() {
    use Code::{NotInMainProcess as Outside, StageNotAllowed as Stage_};
    const YES: Option<Code> = None;
    // name, deposit in the main process, deposit outside, balance in the main process, balance outside.
    let table: [(&str, [Option<Code>; 4]); 8] = [
        ("item", [Some(Stage_), Some(Stage_), Some(Stage_), Some(Outside)]),
        ("member", [Some(Stage_), Some(Stage_), Some(Stage_), Some(Outside)]),
        ("order", [Some(Stage_), Some(Stage_), YES, Some(Outside)]),
        ("main", [YES, YES, Some(Stage_), Some(Stage_)]),
        ("pool", [YES, Some(Outside), Some(Stage_), Some(Outside)]),
        ("red_packet", [Some(Stage_), Some(Stage_), YES, Some(Outside)]),
        ("beans", [Some(Stage_), Some(Stage_), YES, Some(Outside)]),
        ("e_card", [Some(Stage_), Some(Stage_), YES, Some(Outside)]),
    ];
    let main = presale("a", 100_00, 10_00, 0);
    let columns = [
        (Stage::Deposit, main.clone()),
        (Stage::Deposit, outside(main.clone())),
        (Stage::Balance, main.clone()),
        (Stage::Balance, outside(main)),
    ];
    let assets = Assets { red_packet: fen(1_00), beans: fen(1_00), e_card: fen(1_00) };
    for (column, (stage, line)) in columns.into_iter().enumerate() {
        let cart = Cart { member: true, assets, ..cart(stage, vec![line]) };
        let quote = quote(&everything(), &cart);
        let taken: Vec<&str> = quote.applied().iter().map(|id| id.as_str()).collect();
        for (name, cells) in &table {
            assert_eq!(left(&quote, name), cells[column], "{name}, column {column}");
            assert_eq!(taken.contains(name), cells[column].is_none(), "{name}, column {column}");
        }
    }
}

#[test]
fn s1_r09_s1_r12_s1_r13_a_s1_26_which_coupons_work_on_a_balance() {
    use CouponKind::{Dong, Freight, Jing, Jingtie, Payment, Product, Shop};
    let main = presale("a", 100_00, 10_00, 0);
    // kind, threshold, in the main process, outside.
    for (kind, spend, main_code, outside_code) in [
        (Shop, 1_00, None, None),
        (Dong, 1_00, None, None),
        (Jingtie, 1_00, None, None),
        // A-S1-26: with a threshold a product coupon counts as a Dong coupon.
        (Product, 1_00, None, None),
        (Product, 0, None, Some(Code::NotInMainProcess)),
        (Jing, 1_00, None, Some(Code::NotInMainProcess)),
        (Freight, 1_00, Some(Code::NoFreightToReduce), Some(Code::NoFreightToReduce)),
        (Payment, 1_00, Some(Code::StageNotAllowed), Some(Code::StageNotAllowed)),
    ] {
        for (line, code) in [(main.clone(), main_code), (outside(main.clone()), outside_code)] {
            let coupons = vec![coupon("c", kind, spend, 5_00)];
            let cart = with_coupons(balance(vec![line.clone()]), coupons.clone());
            let quote_ = quote(&rules(vec![]), &cart);
            assert_eq!(left(&quote_, "c"), code, "{kind:?}");
            assert_eq!(quote_.payable, fen(if code.is_none() { 85_00 } else { 90_00 }), "{kind:?}");
            // S1-R07: none with the deposit.
            let at_deposit = quote(&rules(vec![]), &with_coupons(cart_of_deposit(line), coupons));
            assert_eq!(left(&at_deposit, "c"), Some(Code::StageNotAllowed), "{kind:?}");
        }
    }
}

fn cart_of_deposit(line: CartLine) -> Cart {
    cart(Stage::Deposit, vec![line])
}

#[test]
fn s1_r07_with_the_deposit_the_deposit_is_paid() {
    let quote = quote(&everything(), &cart_of_deposit(presale("a", 100_00, 10_00, 20_00)));
    assert_eq!(quote.payable, fen(10_00));
    assert_eq!(quote.lines[0].list, fen(100_00));
    let later = &quote.adjustments[0];
    assert_eq!(
        (later.kind, later.effect, later.amount),
        (AdjustmentKind::BalanceLater, Effect::Deferred, fen(90_00))
    );
}

#[test]
fn a_s1_9_the_switch_lets_assets_pay_outside() {
    let mut line = outside(presale("a", 100_00, 10_00, 0));
    line.presale.as_mut().unwrap().assets_outside = true;
    let assets = Assets { red_packet: fen(1_00), beans: fen(2_00), e_card: fen(200_00) };
    let quote_ = quote(&rules(vec![]), &Cart { assets, ..balance(vec![line.clone()]) });
    assert_eq!((quote_.payable, applied(&quote_, "e_card").unwrap().amount), (fen(0), fen(87_00)));
    let with_deposit = quote(&rules(vec![]), &Cart { assets, ..cart_of_deposit(line) });
    assert_eq!(left(&with_deposit, "red_packet"), Some(Code::StageNotAllowed));
}

#[test]
fn s1_r08_a_merged_cart_gives_item_prices_to_ordinary_lines_only() {
    let quote = quote(&everything(), &balance(vec![presale("a", 100_00, 10_00, 0), line("b", 50_00)]));
    let of_item: Vec<_> = quote.rejected.iter().filter(|r| r.source_id.as_str() == "item").collect();
    assert_eq!(of_item.len(), 1);
    assert_eq!(of_item[0].line, Some(LineName::Alone("a".parse().unwrap())));
    assert_eq!(applied(&quote, "item").unwrap().amount, fen(48_00));
    let told = serde_json::to_value(of_item[0]).unwrap();
    assert_eq!((told.get("order_id"), told["line_id"].as_str()), (None, Some("a")));
}

/// A reason that is about the balance of an order names the order, too.
#[test]
fn s1_r08_what_is_left_of_a_balance_names_its_order() {
    let of_order = CartLine { order_id: Some("o1".parse().unwrap()), ..presale("a", 100_00, 10_00, 0) };
    let quote = quote(&everything(), &balance(vec![of_order, line("a", 50_00)]));
    let of_item: Vec<_> = quote.rejected.iter().filter(|r| r.source_id.as_str() == "item").collect();
    let name = LineName::OfOrder(Box::new(("o1".parse().unwrap(), "a".parse().unwrap())));
    assert_eq!(of_item.iter().map(|left| left.line.clone()).collect::<Vec<_>>(), [Some(name)]);
    let told = serde_json::to_value(of_item[0]).unwrap();
    let keys: Vec<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!((&told["order_id"], &told["line_id"]), (&"o1".into(), &"a".into()));
    assert!(!keys.contains(&"line"), "{keys:?}");
}

#[test]
fn s1_r01_outside_the_main_process_a_presale_settles_alone() {
    let mixed = balance(vec![outside(presale("a", 100_00, 10_00, 0)), line("b", 50_00)]);
    let refused = pricing::explain(&rules(vec![]), &mixed, &mut pricing::Scratch::new()).unwrap_err();
    let violation = &refused.violations[0];
    assert_eq!((violation.field.as_str(), violation.code), ("lines[0].presale", Code::NotInMainProcess));
}
