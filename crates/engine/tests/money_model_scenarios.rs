//! The model of money beside the worked scenarios: what it says is what the rules say.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod money_model;

use money_model::{
    CouponEnd, OrderEnd,
    coupons::standings,
    course::course,
    story::{
        Bearer, Benefit, By, Coupon, Event, Fen, How, Line, Minute, OPEN, Of, Off, On, Order, Payment,
        Refund, Sale, Stage, Story, What,
    },
};

const FULL: Stage = Stage::Full;

fn lines(units: &[(Fen, u64)]) -> Order {
    let line = |&(price, units)| Line { price, units, sale: None };
    Order { lines: units.iter().map(line).collect(), ..Order::default() }
}
fn off(amount: Fen, bearer: Bearer, on: On) -> Off {
    Off { amount, bearer, on, coupon: None }
}
/// 100.00 with a deposit of 10.00 and so much off for it.
fn presale(gain: Fen) -> Order {
    let sale = Some(Sale { item: 0, deposit: 10_00, gain });
    Order { lines: vec![Line { price: 100_00, units: 1, sale }], ..Order::default() }
}
fn paid(at: Minute, id: &str, stage: Stage, amount: Fen) -> (Minute, What) {
    let payment = Payment { id: id.into(), stage, amount, offs: Vec::new(), voucher: None };
    (at, What::Paid(payment))
}
fn back(at: Minute, id: &str, of: Of) -> (Minute, What) {
    (at, What::Refunded(Refund { id: id.into(), of, payment: None, how: How::Went }))
}
fn back_of(at: Minute, id: &str, amount: Fen, payment: &str) -> (Minute, What) {
    let of = Of::Amount(amount);
    let payment = Some(payment.into());
    (at, What::Refunded(Refund { id: id.into(), of, payment, how: How::Went }))
}

fn story(order: Order, events: Vec<(Minute, What)>) -> Story {
    let events = events.into_iter().map(|(at, what)| Event { order: 0, at, what }).collect();
    Story { orders: vec![order], coupons: Vec::new(), events, until: 20_000 }
}

/// Paid, settled and borne by the platform at the end.
fn figures(end: &OrderEnd) -> (Fen, Fen, Fen) {
    (end.paid, end.settled, end.subsidy)
}
fn end(order: Order, events: Vec<(Minute, What)>) -> OrderEnd {
    course(&story(order, events), 0).end()
}

fn twice() -> Vec<(Minute, What)> {
    vec![paid(1, "b1", FULL, 100_00), paid(2, "b2", FULL, 100_00)]
}
fn twice_and(more: Vec<(Minute, What)>) -> OrderEnd {
    end(lines(&[(100_00, 1)]), twice().into_iter().chain(more).collect())
}

/// T-F1.
#[test]
fn a_g_15_a_payment_twice() {
    let told = twice_and(Vec::new());
    assert_eq!((figures(&told), told.to_return.len()), ((100_00, 100_00, 0), 1));
    let returned = twice_and(vec![back_of(3, "r1", 100_00, "b2")]);
    assert_eq!((figures(&returned), returned.to_return.len()), ((100_00, 100_00, 0), 0));
    let unclear = twice_and(vec![back(3, "r1", Of::Amount(100_00))]);
    assert_eq!((figures(&unclear), unclear.to_return.len()), ((100_00, 100_00, 0), 1));
    assert_eq!(unclear.ambiguous.len(), 1);
    let both = vec![back(3, "r1", Of::Amount(100_00)), back(4, "r2", Of::Amount(100_00))];
    let both = twice_and(both);
    assert_eq!((figures(&both), both.to_return.len(), both.ambiguous.len()), ((0, 0, 0), 0, 0));
    let cleared = twice_and(vec![back(3, "r1", Of::Amount(100_00)), back_of(4, "r1", 100_00, "b2")]);
    assert_eq!(
        (figures(&cleared), cleared.to_return.len(), cleared.ambiguous.len()),
        ((100_00, 100_00, 0), 0, 0)
    );
}

/// T-F1b.
#[test]
fn a_g_15_money_that_can_hold_it() {
    let some = twice_and(vec![back(3, "r1", Of::Amount(10_00)), back(4, "r2", Of::Amount(100_00))]);
    assert_eq!((figures(&some), some.to_return.len(), some.ambiguous.len()), ((90_00, 90_00, 0), 0, 0));
    let late = vec![
        (1, What::Cancelled(By::Customer)),
        paid(2, "b1", FULL, 100_00),
        back(3, "r1", Of::Amount(100_00)),
    ];
    let late = end(lines(&[(100_00, 1)]), late);
    assert_eq!((late.state, figures(&late), late.to_return.len()), ("cancelled", (0, 0, 0), 0));
}

/// A-G-15: told in the other order, T-F1b ends alike.
#[test]
fn a_g_15_what_was_ambiguous_is_judged_again() {
    let events = vec![back(3, "r2", Of::Amount(100_00)), back(4, "r1", Of::Amount(10_00))];
    let some = twice_and(events);
    assert_eq!((figures(&some), some.to_return.len(), some.ambiguous.len()), ((90_00, 90_00, 0), 0, 0));
}

/// T-F2.
#[test]
fn a_s4_21_the_coupon_of_the_balance_is_off_the_amount() {
    let mut events = vec![paid(1, "d", Stage::Deposit, 10_00), paid(OPEN, "b", Stage::Balance, 60_00)];
    let What::Paid(balance) = &mut events[1].1 else { unreachable!("a payment") };
    balance.offs = vec![off(10_00, Bearer::Merchant, On::Goods)];
    let told = end(presale(20_00), events);
    assert_eq!((figures(&told), told.pool), ((70_00, 70_00, 0), Some(70_00)));
}

/// T-F3.
#[test]
fn a_g_14_a_free_order() {
    let coupon = Some(0);
    let offs = vec![
        Off { coupon, ..off(99_00, Bearer::Merchant, On::Goods) },
        off(12_00, Bearer::Merchant, On::Freight),
    ];
    let order = Order { freight: 12_00, offs, ..lines(&[(99_00, 1)]) };
    let mut told = story(order, Vec::new());
    told.coupons = vec![Coupon::of(Benefit::Save(99_00), true)];
    assert_eq!(course(&told, 0).end().state, "paid");
    assert_eq!(standings(&told)[0].end, CouponEnd::Used);
    told.events.push(Event { order: 0, at: 5, what: What::Cancelled(By::Customer) });
    assert_eq!(standings(&told)[0].end, CouponEnd::Available);
}

/// T-F4.
#[test]
fn a_g_16_subsidy_and_refunds() {
    let order = Order { offs: vec![off(20_00, Bearer::Platform, On::Goods)], ..lines(&[(25_00, 4)]) };
    let mut events = vec![paid(1, "b1", FULL, 80_00), back(2, "r1", Of::Amount(40_00))];
    assert_eq!(figures(&end(order.clone(), events.clone())), (40_00, 50_00, 10_00));
    events.push(back(3, "r2", Of::Units(vec![(0, 4)])));
    assert_eq!(figures(&end(order, events)), (0, 0, 0));
}

/// T-F5.
#[test]
fn a_g_16_the_platforms_coupon_on_one_line() {
    let order =
        Order { offs: vec![off(50_00, Bearer::Platform, On::Line(0))], ..lines(&[(100_00, 1), (50_00, 1)]) };
    let mut events = vec![paid(1, "b1", FULL, 100_00)];
    assert_eq!(figures(&end(order.clone(), events.clone())), (100_00, 150_00, 50_00));
    events.push(back(2, "r1", Of::Units(vec![(1, 1)])));
    assert_eq!(figures(&end(order.clone(), events.clone())), (50_00, 100_00, 50_00));
    events.push(back(3, "r2", Of::Units(vec![(0, 1)])));
    assert_eq!(figures(&end(order, events)), (0, 0, 0));
}

/// A-G-16: what cost nothing keeps the platform's part of it until it comes back.
#[test]
fn a_g_16_free_units_take_their_part_along() {
    let order =
        Order { offs: vec![off(100_00, Bearer::Platform, On::Line(0))], ..lines(&[(100_00, 1), (50_00, 1)]) };
    let mut events = vec![paid(1, "b1", FULL, 50_00), back(2, "r1", Of::Units(vec![(1, 1)]))];
    assert_eq!(figures(&end(order.clone(), events.clone())), (0, 100_00, 100_00));
    events.push(back(3, "r2", Of::Units(vec![(0, 1)])));
    assert_eq!(figures(&end(order.clone(), events)), (0, 0, 0));
    let events = vec![paid(1, "b1", FULL, 50_00), back(2, "r1", Of::Amount(50_00))];
    assert_eq!(figures(&end(order, events)), (0, 0, 0));
}

/// T17, T19, T29: what a presale costs, and what becomes of its deposit.
#[test]
fn a_s1_20_a_deposit_is_kept_or_given_back() {
    let deposit = || paid(1, "d", Stage::Deposit, 10_00);
    assert_eq!(presale(20_00).payable(), 80_00);
    assert_eq!(figures(&end(presale(20_00), vec![deposit()])), (10_00, 10_00, 0));
    let agreed = end(presale(20_00), vec![deposit(), back(5, "r", Of::Amount(4_00))]);
    assert_eq!((agreed.state, figures(&agreed)), ("cancelled", (6_00, 6_00, 0)));
    let whole = vec![deposit(), paid(OPEN, "b", Stage::Balance, 70_00), back(OPEN + 9, "r", Of::Rest)];
    assert_eq!(figures(&end(presale(20_00), whole)), (0, 0, 0));
}

/// A-S1-24: five minutes, the payment's name and the amount say what a refund was after.
#[test]
fn a_s1_24_a_clock_that_is_behind() {
    let with = |at, of, payment: Option<&str>| {
        let payment = payment.map(str::to_owned);
        let refund = Refund { id: "r".into(), of, payment, how: How::Went };
        let events = vec![
            paid(1, "d", Stage::Deposit, 10_00),
            paid(OPEN + 60, "b", Stage::Balance, 70_00),
            (at, What::Refunded(refund)),
        ];
        let end = end(presale(20_00), events);
        (end.state, end.paid, end.to_return.values().sum::<Fen>())
    };
    assert_eq!(with(OPEN + 56, Of::Rest, None), ("paid", 0, 0));
    assert_eq!(with(OPEN + 55, Of::Rest, None), ("cancelled", 0, 70_00));
    assert_eq!(with(OPEN, Of::Amount(9_00), Some("b")), ("paid", 71_00, 0));
    assert_eq!(with(OPEN, Of::Amount(11_00), None), ("paid", 69_00, 0));
    assert_eq!(with(OPEN, Of::Amount(9_00), None), ("cancelled", 1_00, 70_00));
}

/// T31, A-G-5, and a part of a line by its units (A-G-6).
#[test]
fn a_g_5_a_g_6_amounts_over_lines_and_units() {
    use money_model::split::{over, span};
    let thirty = [30_00; 3];
    assert_eq!(over(10_00, &thirty, &thirty), [3_34, 3_33, 3_33]);
    let odd = [19_99, 29_99, 49_99];
    assert_eq!(over(5_00, &odd, &odd), [1_00, 1_50, 2_50]);
    assert_eq!(over(90, &[50, 50], &[20, 100]), [20, 70]);
    assert_eq!([span(10_00, 3, 0, 1), span(10_00, 3, 1, 2), span(10_00, 3, 2, 3)], [3_33, 3_34, 3_33]);
}
