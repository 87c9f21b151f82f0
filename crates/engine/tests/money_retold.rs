//! The smallest stories of money that once ended wrongly, told as they were heard then: each ends as the model says.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod money_model;
mod money_play;
mod support;

use money_model::story::{
    Bearer, Benefit, By, Coupon, Event, Fen, How, Line, Minute, OPEN, Of, Off, On, Order, Payment, Refund,
    Sale, Stage, Story, What,
};
use money_play::perform::{Plan, Told, in_time, play};

fn ordinary(price: Fen, units: u64, placed: Minute) -> Order {
    Order { lines: vec![Line { price, units, sale: None }], placed, ..Order::default() }
}
/// The first item of the presale: 100.00, deposit 10.00, 20.00 off.
fn presale(units: u64, placed: Minute) -> Order {
    let sale = Some(Sale { item: 0, deposit: 10_00, gain: 20_00 });
    Order { lines: vec![Line { price: 100_00, units, sale }], placed, ..Order::default() }
}
fn paid(at: Minute, id: &str, stage: Stage, amount: Fen) -> (Minute, What) {
    (at, What::Paid(Payment { id: id.into(), stage, amount, offs: Vec::new(), voucher: None }))
}
fn back(at: Minute, id: &str, of: Of) -> (Minute, What) {
    (at, What::Refunded(Refund { id: id.into(), of, payment: None, how: How::Went }))
}

/// Told of so, as that of a payment where it names one.
fn back_how(at: Minute, id: &str, of: Of, payment: Option<&str>, how: How) -> (Minute, What) {
    let payment = payment.map(str::to_owned);
    (at, What::Refunded(Refund { id: id.into(), of, payment, how }))
}
fn asked(at: Minute, id: &str, of: Of, payment: Option<&str>) -> (Minute, What) {
    back_how(at, id, of, payment, How::Asked)
}
/// With a discount of the balance.
fn less((at, mut paid): (Minute, What), amount: Fen, bearer: Bearer) -> (Minute, What) {
    let What::Paid(payment) = &mut paid else { unreachable!("a payment") };
    payment.offs.push(Off { amount, bearer, on: On::Goods, coupon: None });
    (at, paid)
}

/// Plays it in time, and with its events heard in that order, all late.
fn tell(order: Order, events: Vec<(Minute, What)>, heard: &[usize]) {
    tell_with(order, Vec::new(), events, heard);
}
/// Plays what is asked for here: in time alone.
fn tell_asked(order: Order, events: Vec<(Minute, What)>) {
    let events = events.into_iter().map(|(at, what)| Event { order: 0, at, what }).collect();
    let story = Story { orders: vec![order], coupons: Vec::new(), events, until: 20_000 };
    play(&story, &in_time(&story)).unwrap_or_else(|why| panic!("{}{why}", story.tell()));
}
fn tell_with(order: Order, coupons: Vec<Coupon>, events: Vec<(Minute, What)>, heard: &[usize]) {
    let events = events.into_iter().map(|(at, what)| Event { order: 0, at, what }).collect();
    let story = Story { orders: vec![order], coupons, events, until: 20_000 };
    let late = heard.iter().map(|event| (1_500, Told::Event(*event)));
    let late: Plan = std::iter::once((story.orders[0].placed, Told::Placed(0))).chain(late).collect();
    for plan in [in_time(&story), late] {
        play(&story, &plan).unwrap_or_else(|why| panic!("{}{why}", story.tell()));
    }
}

/// A refund above the deposit is of a balance that was refused, and not early for ever.
#[test]
fn a_g_15_a_s1_24_a_refused_balance_goes_back() {
    let events = vec![
        paid(79, "d", Stage::Deposit, 10_00),
        back(1207, "r1", Of::Units(vec![(0, 1)])),
        paid(1238, "b", Stage::Balance, 70_00),
        back(1250, "r2", Of::Amount(70_00)),
    ];
    tell(presale(1, 75), events, &[0, 1, 3, 2]);
}

/// Amounts and units of one order are judged by when they were told of.
#[test]
fn a_g_8_refunds_that_are_heard_in_another_order() {
    let events = vec![
        paid(36, "b", Stage::Full, 200_00),
        back(45, "r1", Of::Amount(101_00)),
        back(54, "r2", Of::Amount(98_00)),
        back(60, "r3", Of::Units(vec![(0, 1)])),
    ];
    tell(ordinary(100_00, 2, 17), events, &[0, 3, 2, 1]);
}

/// A refund of the deposit from before the balance counts, though all had gone back when it was heard.
#[test]
fn a_s1_24_a_refund_before_the_balance_is_heard_last() {
    let events = vec![
        paid(216, "d", Stage::Deposit, 30_00),
        back(1422, "r1", Of::Units(vec![(0, 1)])),
        paid(1428, "b", Stage::Balance, 210_00),
        back(1433, "r2", Of::Rest),
    ];
    tell(presale(3, 207), events, &[0, 2, 3, 1]);
}

/// Of two deposits the earlier stands, and with it what went back and what ended the order between them.
#[test]
fn a_g_8_a_s1_12_of_two_deposits_the_earlier_stands() {
    let deposits = || vec![paid(241, "d1", Stage::Deposit, 20_00), paid(263, "d2", Stage::Deposit, 20_00)];
    tell(presale(2, 240), deposits(), &[1, 0]);
    let with = |more| deposits().into_iter().chain([more]).collect();
    tell(presale(2, 240), with(back(255, "r", Of::Units(vec![(0, 1)]))), &[2, 1, 0]);
    tell(presale(2, 240), with((257, What::Cancelled(By::Customer))), &[1, 2, 0]);
    tell(presale(2, 240), with(paid(1300, "b", Stage::Balance, 140_00)), &[1, 2, 0]);
}

/// A cancellation after the deposit's time-out is not forgotten: the deposit may have been in time.
#[test]
fn a_g_8_a_cancellation_after_the_time_out_of_the_deposit() {
    let events = vec![
        paid(129, "d", Stage::Deposit, 20_00),
        (169, What::Cancelled(By::Customer)),
        paid(1300, "b", Stage::Balance, 140_00),
    ];
    tell(presale(2, 128), events, &[1, 0, 2]);
}

/// An amount stays with the money that was there when it was told of.
#[test]
fn a_g_15_money_that_comes_later_is_not_meant() {
    let events = vec![
        paid(126, "b1", Stage::Full, 79_76),
        back(135, "r", Of::Amount(79_75)),
        paid(141, "b2", Stage::Full, 79_75),
        paid(151, "b3", Stage::Full, 79_75),
    ];
    tell(ordinary(79_75, 1, 116), events, &[0, 1, 2, 3]);
    let events = vec![
        paid(17, "d", Stage::Deposit, 30_00),
        back(21, "r1", Of::Amount(29_99)),
        paid(1217, "b", Stage::Balance, 210_00),
        back(1263, "r2", Of::Units(vec![(0, 2)])),
    ];
    tell(presale(3, 15), events, &[0, 1, 2, 3]);
}

/// A refund waits for its money, also where other money came first.
#[test]
fn a_g_15_a_refund_waits_for_the_money_that_it_is_of() {
    let events = vec![
        paid(25, "b1", Stage::Full, 5_84),
        back(35, "r", Of::Amount(5_84)),
        paid(51, "b2", Stage::Full, 5_83),
    ];
    tell(ordinary(5_83, 1, 23), events.clone(), &[1, 2, 0]);
    tell(ordinary(5_83, 1, 23), events, &[2, 1, 0]);
}

/// A cancellation takes back the payment that a refund was of, and an earlier payment takes the order over: the refund
/// is of the order after all.
#[test]
fn a_g_15_a_refund_outlives_the_payment_that_it_came_with() {
    let events = vec![
        paid(62, "b1", Stage::Full, 100_00),
        (64, What::Cancelled(By::Customer)),
        paid(67, "b2", Stage::Full, 100_00),
        back(81, "r", Of::Units(vec![(0, 1)])),
    ];
    tell(ordinary(50_00, 2, 60), events, &[2, 3, 1, 0]);
}

/// A refund of whatever is left waits too, from before its order was placed on.
#[test]
fn a_g_15_a_refund_of_the_rest_waits_for_its_payment() {
    let events = vec![
        paid(62, "b1", Stage::Full, 100_00),
        paid(65, "b2", Stage::Full, 100_00),
        back(73, "r1", Of::Amount(100_00)),
        back(78, "r2", Of::Rest),
    ];
    tell(ordinary(50_00, 2, 60), events.clone(), &[1, 2, 3, 0]);
    let events = events.into_iter().map(|(at, what)| Event { order: 0, at, what }).collect();
    let story = Story { orders: vec![ordinary(50_00, 2, 60)], coupons: Vec::new(), events, until: 20_000 };
    let heard = [Told::Event(1), Told::Event(2), Told::Event(3), Told::Placed(0), Told::Event(0)];
    let plan: Plan = heard.into_iter().map(|told| (1_500, told)).collect();
    play(&story, &plan).unwrap_or_else(|why| panic!("{}{why}", story.tell()));
}

/// The balance of a cancelled presale comes late and goes back, and nobody says which payment it was.
#[test]
fn a_g_15_a_late_balance_of_a_cancelled_presale_goes_back() {
    for amount in [70_00, 35_00] {
        let events = vec![
            paid(79, "d", Stage::Deposit, 10_00),
            (84, What::Cancelled(By::Customer)),
            paid(1238, "b", Stage::Balance, 70_00),
            back(1250, "r", Of::Amount(amount)),
        ];
        tell(presale(1, 75), events.clone(), &[0, 1, 2, 3]);
        tell(presale(1, 75), events, &[2, 3, 1, 0]);
    }
}

/// What an earlier refund took away from a later one comes back with the money for both.
#[test]
fn a_g_15_a_refund_that_was_short_is_judged_again() {
    let events = vec![
        paid(65, "b1", Stage::Full, 95_00),
        paid(70, "b2", Stage::Full, 90_00),
        back(75, "r1", Of::Amount(80_00)),
        back(82, "r2", Of::Amount(40_00)),
    ];
    tell(ordinary(100_00, 1, 60), events, &[1, 3, 2, 0]);
}

/// A grant without figures waits with those that were told under its name, and takes nothing meanwhile; told of without
/// any it takes all, until they come.
#[test]
fn a_g_15_a_bare_grant_waits_with_its_figures() {
    for how in [How::Steps, How::Backwards, How::Twofold] {
        for amount in [219_00, 30_01, 100_00] {
            let events = vec![
                paid(15, "d", Stage::Deposit, 30_00),
                back_how(1299, "r", Of::Amount(amount), None, how),
                less(paid(1358, "b", Stage::Balance, 189_00), 21_00, Bearer::Merchant),
            ];
            for heard in [&[0, 1, 2][..], &[1, 0, 2], &[2, 0, 1], &[2, 1, 0], &[1, 2, 0], &[0, 1, 1, 2, 1]] {
                // Without a word of what it is of it is of the deposit, and the balance that had come is undone.
                let undoes = how == How::Backwards && heard == [2, 0, 1];
                if !undoes {
                    tell(presale(3, 10), events.clone(), heard);
                }
            }
        }
    }
}

/// A balance of nothing counts as before a refund whose clock may be behind, as any other does.
#[test]
fn a_s1_24_a_g_14_a_refund_just_before_a_balance_of_nothing_opens() {
    let sale = Some(Sale { item: 4, deposit: 20_00, gain: 80_00 });
    let order =
        || Order { lines: vec![Line { price: 100_00, units: 3, sale }], placed: 238, ..Order::default() };
    for at in [OPEN - 5, OPEN - 4, OPEN - 2, OPEN, OPEN + 1] {
        for of in [Of::Amount(30_00), Of::Units(vec![(0, 1)]), Of::Rest] {
            let events = vec![paid(267, "d", Stage::Deposit, 60_00), back(at, "r", of)];
            tell(order(), events.clone(), &[0, 1]);
            tell(order(), events, &[1, 0, 1]);
        }
    }
}

/// A refund of a deposit ends the order before a cancellation that is told of a minute later, also heard after it.
#[test]
fn a_s1_20_a_s1_24_what_was_agreed_before_the_merchant_cancelled() {
    for (refunded, cancelled) in [(251, 252), (251, 255), (251, 256), (252, 251), (251, 251), (240, 270)] {
        let events = vec![
            paid(220, "d", Stage::Deposit, 10_00),
            back(refunded, "r", Of::Amount(5_00)),
            (cancelled, What::Cancelled(By::Merchant)),
        ];
        for heard in [[0, 1, 2], [0, 2, 1], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
            tell(presale(1, 211), events.clone(), &heard);
        }
    }
}

/// The same of an amount of an ordinary order that others have taken before it is heard of.
#[test]
fn a_g_8_a_bare_grant_is_judged_by_its_figures() {
    for how in [How::Steps, How::Backwards] {
        let events = vec![
            paid(62, "b", Stage::Full, 100_00),
            back_how(70, "r1", Of::Amount(34_00), Some("b"), how),
            back(80, "r2", Of::Units(vec![(0, 2)])),
        ];
        tell(ordinary(50_00, 2, 60), events.clone(), &[0, 2, 1]);
        tell(ordinary(50_00, 2, 60), events, &[2, 1, 0]);
    }
}

/// What was asked for here beside refused money keeps its units: it has its place in time as any other refund.
#[test]
fn a_g_15_an_answered_refund_keeps_its_units() {
    let sale = |item, deposit, gain| Some(Sale { item, deposit, gain });
    let lines = vec![
        Line { price: 100_00, units: 1, sale: sale(0, 10_00, 20_00) },
        Line { price: 33_33, units: 1, sale: sale(2, 3_33, 0) },
    ];
    let balance = |at, id, amount| less(paid(at, id, Stage::Balance, amount), 50_00, Bearer::Platform);
    let events = vec![
        paid(20, "d", Stage::Deposit, 13_33),
        balance(1300, "b1", 50_00),
        back_how(1310, "r1", Of::Amount(1), Some("b1"), How::Went),
        balance(1320, "b2", 50_01),
        back(1330, "r2", Of::Units(vec![(0, 1)])),
        asked(1340, "r3", Of::Units(vec![(1, 1)]), None),
    ];
    tell_asked(Order { lines, placed: 10, ..Order::default() }, events);
    for rest in [Of::Rest, Of::Units(vec![(0, 1)])] {
        let events = vec![
            paid(62, "b1", Stage::Full, 100_00),
            back_how(70, "r1", Of::Units(vec![(0, 1)]), Some("b1"), How::Went),
            paid(75, "b2", Stage::Full, 100_00),
            asked(80, "r2", rest, None),
        ];
        tell_asked(ordinary(50_00, 2, 60), events);
    }
}

/// What was told of before an answer was given stays before it.
#[test]
fn a_g_15_an_answer_is_judged_after_what_was_told_before() {
    for amount in [1, 24_00] {
        let events = vec![
            paid(57, "b1", Stage::Full, 25_01),
            paid(58, "b2", Stage::Full, 30_00),
            paid(59, "b3", Stage::Full, 30_00),
            back(65, "r1", Of::Amount(30_00)),
            paid(75, "b4", Stage::Full, 30_00),
            back(80, "r2", Of::Units(vec![(0, 1)])),
            asked(90, "r3", Of::Amount(amount), Some("b3")),
        ];
        tell_asked(ordinary(10_00, 3, 50), events);
    }
    let balance = |at, id| less(paid(at, id, Stage::Balance, 124_00), 16_00, Bearer::Merchant);
    let events = vec![
        paid(20, "d1", Stage::Deposit, 20_00),
        paid(25, "d2", Stage::Deposit, 20_01),
        balance(1300, "b1"),
        back(1310, "r1", Of::Units(vec![(0, 1)])),
        balance(1320, "b2"),
        asked(1340, "r2", Of::Amount(124_00), None),
    ];
    tell_asked(presale(2, 10), events);
}

/// A free order is cancelled, and what had seemed to give it back was of money that was refused: the cancellation gives it
/// back then, with its coupon.
#[test]
fn a_g_14_a_cancellation_stands_whatever_its_refunds_were_of() {
    let off = Off { amount: 30_00, bearer: Bearer::Merchant, on: On::Goods, coupon: Some(0) };
    let order = Order { offs: vec![off], ..ordinary(10_00, 3, 120) };
    for how in [How::Steps, How::Backwards] {
        for by in [By::Merchant, By::Customer] {
            let events = vec![
                paid(133, "b", Stage::Full, 1),
                back_how(140, "r", Of::Amount(1), None, how),
                (150, What::Cancelled(by)),
            ];
            for heard in [&[0, 1, 2][..], &[1, 2, 0], &[1, 2, 0, 1], &[2, 1, 0], &[2, 0, 1], &[1, 0, 2, 2]] {
                let coupons = vec![Coupon::of(Benefit::Save(30_00), false)];
                tell_with(order.clone(), coupons, events.clone(), heard);
            }
        }
    }
}
