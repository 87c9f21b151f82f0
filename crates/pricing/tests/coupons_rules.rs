//! The rules of coupons, one by one.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "yuan and fen: 12_34 is 12.34")]

mod coupon_carts;

use coupon_carts::{Terms, held, line, name, presale, saves, settle_balance};
use domain::{Code, CustomerId, Instant, coupon::CouponKind};
use pricing::{
    cart::{CartLine, Coupons, Held, Stage},
    coupons::{MOST_COUPONS, Outcome, Request, settle},
    slots::Slot,
};

use CouponKind::{Dong, Freight, Jing, Jingtie, Payment, Product, Shop};

/// A cart at the balance payment: its lines as they are before coupons.
fn cart(mut lines: Vec<CartLine>) -> (Vec<CartLine>, Vec<Slot>) {
    name(&mut lines);
    let slot = |line: &CartLine| {
        let base = line.unit_price.minor();
        Slot { base, room: base - line.presale.as_ref().map_or(0, |presale| presale.deposit.minor()) }
    };
    let slots = lines.iter().map(slot).collect();
    (lines, slots)
}

fn coupons(terms: &[Terms], lines: usize) -> Vec<Held> {
    terms.iter().enumerate().map(|(at, terms)| held(at, terms, lines)).collect()
}

/// What is taken, as (place in the list, amount), and why the others are left; the same for the list and
/// for the best of it.
#[track_caller]
fn check(
    lines: Vec<CartLine>,
    freight: i64,
    terms: &[Terms],
    taken: &[(usize, i64)],
    left: &[(usize, Code)],
) -> Vec<Slot> {
    let (lines, slots) = cart(lines);
    let held = coupons(terms, lines.len());
    let mut after = slots.clone();
    for coupons in [Coupons::Listed(held.clone()), Coupons::Best(held)] {
        after.clone_from(&slots);
        let outcome = settle_balance(&coupons, &lines, &mut after, freight);
        assert_eq!(took(&outcome), taken, "{coupons:?}");
        assert_eq!(outcome.left.iter().map(|l| (l.index, l.code)).collect::<Vec<_>>(), left, "{coupons:?}");
    }
    after
}

fn took(outcome: &Outcome) -> Vec<(usize, i64)> {
    outcome.taken.iter().map(|taken| (taken.index, taken.amount)).collect()
}

fn on(lines: u32, terms: Terms) -> Terms {
    Terms { lines, ..terms }
}

/// T06: 300 less 20 is 280, less 10 is 270, whatever the order of the list.
#[test]
fn a_s1_7_t06_each_kind_finds_what_the_kinds_before_it_left() {
    let (shop, product) = (saves(Shop, 200_00, 20_00), saves(Product, 100_00, 10_00));
    let after =
        check(vec![line(300_00)], 0, &[shop.clone(), product.clone()], &[(0, 20_00), (1, 10_00)], &[]);
    assert_eq!(after[0], Slot { base: 270_00, room: 270_00 });
    check(vec![line(300_00)], 0, &[product, shop], &[(1, 20_00), (0, 10_00)], &[]);
    // Kinds in their order, each ten percent of what is left.
    let tenth = |kind| Terms { save: None, points: Some(1_000), ..saves(kind, 0, 0) };
    let kinds = [tenth(Jingtie), tenth(Dong), tenth(Product), tenth(Shop)];
    check(vec![line(100_00)], 0, &kinds, &[(3, 10_00), (2, 9_00), (1, 8_10), (0, 7_29)], &[]);
}

/// A-S1-7: a coupon before can take the threshold of one after; the list takes it all the same, the best does not.
#[test]
fn a_s1_7_an_earlier_saving_can_cost_a_later_threshold() {
    let (lines, slots) = cart(vec![line(300_00)]);
    let held = coupons(&[saves(Shop, 0, 5_00), saves(Dong, 300_00, 30_00)], 1);
    let listed = settle_balance(&Coupons::Listed(held.clone()), &lines, &mut slots.clone(), 0);
    assert_eq!(took(&listed), [(0, 5_00)]);
    let left = listed.left[0].clone();
    assert_eq!((left.code, left.base, left.shortfall), (Code::BelowThreshold, 295_00, Some(5_00)));
    let best = settle_balance(&Coupons::Best(held), &lines, &mut slots.clone(), 0);
    assert_eq!(took(&best), [(1, 30_00)]);
    assert_eq!(best.left[0].code, Code::BetterOffer);
    let bound = best.bound.unwrap();
    assert_eq!((bound.payable, bound.at_least, bound.proven), (270_00, 270_00, true));
}

/// T21: deposit 10 of 100, coupon 100-95: 90 come off the balance, 5 are lost, the deposit stays.
#[test]
fn a_s1_5_t21_a_coupon_over_the_balance_is_capped_at_it() {
    let coupon = [saves(Shop, 100_00, 95_00)];
    let after = check(vec![presale(100_00, 10_00, [true, false, false])], 0, &coupon, &[(0, 90_00)], &[]);
    assert_eq!(after[0], Slot { base: 10_00, room: 0 });
    let strict = || vec![presale(100_00, 10_00, [true, true, false])];
    check(strict(), 0, &coupon, &[], &[(0, Code::BalanceTooSmall)]);
    check(strict(), 0, &[saves(Shop, 100_00, 90_00)], &[], &[(0, Code::BalanceTooSmall)]);
    check(strict(), 0, &[saves(Shop, 100_00, 89_99)], &[(0, 89_99)], &[]);
}

/// T22: a presale line of 10 + 70 and one of 120: 200 reaches 200-30 exactly, shares 12 and 18.
#[test]
fn a_s1_6_t22_a_merged_cart_counts_deposit_and_balance() {
    let presale = || presale(80_00, 10_00, [true, false, false]);
    let coupon = [saves(Shop, 200_00, 30_00)];
    let after = check(vec![presale(), line(120_00)], 0, &coupon, &[(0, 30_00)], &[]);
    assert_eq!(after.iter().map(|slot| slot.room).collect::<Vec<_>>(), [58_00, 102_00]);
    check(vec![presale(), line(119_99)], 0, &coupon, &[], &[(0, Code::BelowThreshold)]);
}

/// A-S1-6: what a balance cannot take goes to the other lines in scope, never beyond; with the switch it is lost.
#[test]
fn a_s1_6_overflow_stays_in_scope_or_is_lost() {
    let lines =
        |no_resplit| vec![presale(100_00, 95_00, [true, false, no_resplit]), line(100_00), line(50_00)];
    let coupon = [on(0b011, saves(Shop, 0, 40_00))];
    let after = check(lines(false), 0, &coupon, &[(0, 40_00)], &[]);
    assert_eq!(after.iter().map(|slot| slot.room).collect::<Vec<_>>(), [0, 65_00, 50_00]);
    let after = check(lines(true), 0, &coupon, &[(0, 25_00)], &[]);
    assert_eq!(after.iter().map(|slot| slot.room).collect::<Vec<_>>(), [0, 80_00, 50_00]);
}

/// T31: three lines of 30.00 and a coupon of 10.00.
#[test]
fn a_g_5_t31_shares_sum_to_the_coupon() {
    let after =
        check(vec![line(30_00), line(30_00), line(30_00)], 0, &[saves(Shop, 0, 10_00)], &[(0, 10_00)], &[]);
    assert_eq!(after.iter().map(|slot| slot.base).collect::<Vec<_>>(), [26_66, 26_67, 26_67]);
}

#[test]
fn a_s1_10_dong_and_jing_never_stand_together() {
    let lines = || vec![line(100_00), line(100_00)];
    let (dong, jing) = (on(0b01, saves(Dong, 50_00, 20_00)), on(0b10, saves(Jing, 0, 5_00)));
    check(lines(), 0, &[jing, dong], &[(1, 20_00)], &[(0, Code::NotStackable)]);
}

#[test]
fn a_s1_10_dong_coupons_stand_together_when_they_share_no_line() {
    let lines = || vec![line(100_00), line(100_00), line(100_00)];
    let dong = |lines, save| on(lines, saves(Dong, 50_00, save));
    check(lines(), 0, &[dong(0b001, 10_00), dong(0b010, 9_00)], &[(0, 10_00), (1, 9_00)], &[]);
    let refused = [(1, Code::NotStackable)];
    check(lines(), 0, &[dong(0b011, 10_00), dong(0b110, 9_00)], &[(0, 10_00)], &refused);
    check(lines(), 0, &[dong(0b011, 10_00), dong(0b011, 9_00)], &[(0, 10_00)], &refused);
}

#[test]
fn a_s1_10_jing_coupons_stand_together_on_the_same_lines_or_on_none_in_common() {
    let lines = || vec![line(100_00), line(100_00), line(100_00)];
    let jing = |lines, save| on(lines, saves(Jing, 0, save));
    let same = [jing(0b011, 10_00), jing(0b011, 9_00), jing(0b100, 1_00)];
    check(lines(), 0, &same, &[(0, 10_00), (1, 9_00), (2, 1_00)], &[]);
    check(lines(), 0, &[jing(0b011, 10_00), jing(0b110, 9_00)], &[(0, 10_00)], &[(1, Code::NotStackable)]);
    // On the same lines the room runs out in the order of the ids.
    let pile = [jing(0b001, 60_00), jing(0b001, 50_00)];
    check(lines(), 0, &pile, &[(0, 60_00), (1, 40_00)], &[]);
}

/// A-S1-10: compared are the lines of the cart, not the lists of the coupons.
#[test]
fn a_s1_10_scopes_are_compared_over_the_lines_of_the_cart() {
    let jing = [saves(Jing, 0, 10_00), on(0b1, saves(Jing, 0, 5_00))];
    check(vec![line(100_00)], 0, &jing, &[(0, 10_00), (1, 5_00)], &[]);
    check(vec![line(100_00), line(100_00)], 0, &jing, &[(0, 10_00)], &[(1, Code::NotStackable)]);
}

#[test]
fn a_s1_10_one_shop_coupon_one_jingtie_one_freight_coupon() {
    for kind in [Shop, Jingtie, Freight] {
        let two = [on(0b01, saves(kind, 0, 3_00)), on(0b10, saves(kind, 0, 4_00))];
        check(vec![line(100_00), line(100_00)], 9_00, &two, &[(1, 4_00)], &[(0, Code::NotStackable)]);
    }
    let product =
        [on(0b01, saves(Product, 0, 3_00)), on(0b10, saves(Product, 0, 4_00)), saves(Product, 0, 6_00)];
    let (lines, slots) = cart(vec![line(100_00), line(100_00)]);
    let held = coupons(&product, 2);
    let listed = settle_balance(&Coupons::Listed(held.clone()), &lines, &mut slots.clone(), 0);
    assert_eq!(took(&listed), [(2, 6_00)]);
    let best = settle_balance(&Coupons::Best(held), &lines, &mut slots.clone(), 0);
    assert_eq!(took(&best), [(0, 3_00), (1, 4_00)]);
}

#[test]
fn s1_r12_freight_coupons_take_off_freight_alone_and_not_for_presale_goods() {
    let freight = [saves(Freight, 50_00, 8_00)];
    let after = check(vec![line(60_00)], 6_00, &freight, &[(0, 6_00)], &[]);
    assert_eq!(after[0], Slot { base: 60_00, room: 60_00 });
    let none = [(0, Code::NoFreightToReduce)];
    check(vec![line(60_00)], 0, &freight, &[], &none);
    check(vec![presale(100_00, 10_00, [true, false, false])], 6_00, &freight, &[], &none);
    // Presale goods do not help to reach its threshold, and it is reached after the other coupons.
    let mixed = vec![presale(100_00, 10_00, [true, false, false]), line(49_99)];
    check(mixed, 6_00, &freight, &[], &[(0, Code::BelowThreshold)]);
    let both = [saves(Freight, 50_00, 8_00), saves(Shop, 0, 20_00)];
    check(vec![line(60_00)], 6_00, &both, &[(1, 20_00)], &[(0, Code::BelowThreshold)]);
}

#[test]
fn s1_r13_outside_the_main_process_dong_works_and_jing_does_not() {
    let outside = || presale(100_00, 10_00, [false, false, false]);
    check(vec![outside()], 0, &[saves(Dong, 100_00, 10_00)], &[(0, 10_00)], &[]);
    check(vec![outside()], 0, &[saves(Jingtie, 100_00, 10_00)], &[(0, 10_00)], &[]);
    check(vec![outside()], 0, &[saves(Jing, 0, 10_00)], &[], &[(0, Code::NotInMainProcess)]);
    // In a merged cart a Jing coupon works on the other lines.
    let after = check(vec![outside(), line(50_00)], 0, &[saves(Jing, 0, 10_00)], &[(0, 10_00)], &[]);
    assert_eq!(after.iter().map(|slot| slot.room).collect::<Vec<_>>(), [90_00, 40_00]);
}

#[test]
fn coupons_that_cannot_be_used_say_why() {
    let (lines, slots) = cart(vec![line(100_00)]);
    let coupon = |at, terms: &Terms| held(at, terms, 1);
    let shop = saves(Shop, 0, 1_00);
    let customer = |id: &str| Some(CustomerId::try_new(id).unwrap());
    let cases = [
        (Held { barred: Some(Code::CouponUsed), ..coupon(0, &shop) }, Code::CouponUsed),
        (Held { owner: customer("other"), ..coupon(1, &shop) }, Code::NotOwner),
        (Held { starts_at: Instant::from_micros(501), ..coupon(2, &shop) }, Code::NotStarted),
        (Held { ends_at: Instant::from_micros(500), ..coupon(3, &shop) }, Code::Expired),
        (coupon(4, &saves(Payment, 0, 1_00)), Code::StageNotAllowed),
        (coupon(5, &on(0b10, shop.clone())), Code::OutOfScope),
        (coupon(6, &saves(Shop, 100_01, 1_00)), Code::BelowThreshold),
    ];
    let list: Vec<Held> = cases.iter().map(|(coupon, _)| coupon.clone()).collect();
    let me = customer("me");
    let none = Coupons::None;
    let request = Request {
        coupons: &none,
        lines: &lines,
        customer_id: me.as_ref(),
        stage: Stage::Balance,
        now: Some(Instant::from_micros(500)),
        freight: 0,
    };
    for coupons in [Coupons::Listed(list.clone()), Coupons::Best(list.clone())] {
        let outcome = settle(&Request { coupons: &coupons, ..request }, &mut slots.clone()).unwrap();
        assert_eq!(outcome.taken, []);
        let codes: Vec<Code> = outcome.left.iter().map(|left| left.code).collect();
        assert_eq!(codes, cases.iter().map(|(_, code)| *code).collect::<Vec<_>>());
    }
    // The window is half-open, and with the deposit there are no coupons at all.
    let open = Held { starts_at: Instant::from_micros(500), owner: me.clone(), ..coupon(2, &shop) };
    let coupons = Coupons::Listed(vec![open]);
    for (stage, taken) in [(Stage::Balance, 1), (Stage::Normal, 1), (Stage::Deposit, 0)] {
        let outcome = settle(&Request { coupons: &coupons, stage, ..request }, &mut slots.clone()).unwrap();
        assert_eq!(outcome.taken.len(), taken, "{stage:?}");
        assert!(outcome.left.iter().all(|left| left.code == Code::StageNotAllowed));
    }
}

#[test]
fn a_coupon_twice_or_too_many_are_refused() {
    let (lines, slots) = cart(vec![line(100_00)]);
    let shop = saves(Shop, 0, 1_00);
    let twice = vec![held(0, &shop, 1), held(1, &shop, 1), held(0, &shop, 1)];
    let many = (0..=MOST_COUPONS).map(|at| held(at, &shop, 1)).collect();
    for (list, field, code) in [(twice, "coupons[2]", Code::Duplicate), (many, "coupons", Code::TooMany)] {
        for coupons in [Coupons::Listed(list.clone()), Coupons::Best(list)] {
            let request = Request {
                coupons: &coupons,
                lines: &lines,
                customer_id: None,
                stage: Stage::Normal,
                now: None,
                freight: 0,
            };
            let mut after = slots.clone();
            let violations = settle(&request, &mut after).unwrap_err();
            assert_eq!(
                (violations[0].field.as_str(), violations[0].code, violations.len()),
                (field, code, 1)
            );
            assert_eq!(after, slots);
        }
    }
}

/// More coupons than the search can tell apart: the most valuable compete, and it does not claim a proof.
#[test]
fn a_wallet_too_large_to_prove_says_so() {
    let (lines, slots) = cart(vec![line(10_000_00)]);
    let held: Vec<Held> =
        (0..MOST_COUPONS).map(|at| held(at, &saves(Shop, 0, 1_00 + i64::try_from(at).unwrap()), 1)).collect();
    let outcome = settle_balance(&Coupons::Best(held), &lines, &mut slots.clone(), 0);
    assert_eq!(took(&outcome), [(MOST_COUPONS - 1, 1_00 + 199)]);
    let bound = outcome.bound.unwrap();
    assert!(!bound.proven && bound.at_least < bound.payable);
}

#[test]
fn nearby_coupons_name_what_is_missing_and_what_it_would_bring() {
    let (lines, slots) = cart(vec![line(190_00)]);
    let terms = [
        saves(Shop, 100_00, 10_00),
        saves(Shop, 200_00, 30_00),
        saves(Shop, 195_00, 9_00),
        saves(Product, 185_00, 5_00),
        on(0b10, saves(Product, 10_00, 5_00)),
    ];
    let outcome = settle_balance(&Coupons::Best(coupons(&terms, 1)), &lines, &mut slots.clone(), 0);
    assert_eq!(took(&outcome), [(0, 10_00)]);
    let near: Vec<(usize, i64, i64)> =
        outcome.nearby.iter().map(|n| (n.index, n.shortfall, n.saving)).collect();
    // 200-30 would displace 100-10; 195-9 would lose against it.
    assert_eq!(near, [(3, 5_00, 5_00), (1, 10_00, 20_00)]);
}

/// Among equal payables the fewest coupons, then the smallest ids.
#[test]
fn a_s1_7_ties_go_to_fewer_coupons_and_smaller_ids() {
    let (lines, slots) = cart(vec![line(100_00), line(100_00)]);
    let best = |terms: &[Terms]| {
        let held = coupons(terms, 2);
        took(&settle_balance(&Coupons::Best(held), &lines, &mut slots.clone(), 0))
    };
    let product = |lines, save| on(lines, saves(Product, 0, save));
    assert_eq!(best(&[product(0b01, 3_00), product(0b10, 4_00), product(0b11, 7_00)]), [(2, 7_00)]);
    assert_eq!(best(&[saves(Shop, 0, 7_00), saves(Shop, 0, 7_00)]), [(0, 7_00)]);
    assert_eq!(best(&[product(0b11, 7_00), product(0b11, 7_00)]), [(0, 7_00)]);
}
