//! A-G-15 as a table: money that came, refunds in words, and what each is of.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::order::{self, Order, Refund, RefundAsk, RefundOf, RefundStatus};
use domain::{Instant, event::RefundLine};
use given::{at, fen, id, order_of, payment, placed};

/// `r1=100`, `r1=100@b2` names a payment, `r1=l0` a unit of the first line, `r1=*` the whole rest; in the order in
/// which they were told, a minute apart from 12:00 on. Behind a `!` it was told before the refused payments came.
fn refund(word: &str, minute: i64) -> Refund {
    let (word, early) = (word.trim_start_matches('!'), word.starts_with('!'));
    let (name, ask) = word.split_once('=').unwrap();
    let (ask, payment) = ask.split_once('@').map_or((ask, None), |(ask, payment)| (ask, Some(id(payment))));
    let ask = match ask {
        "*" => RefundAsk { lines: Vec::new(), amount: None, fault: None },
        "l0" => {
            let lines = vec![RefundLine { line_id: id("l0"), quantity: 1 }];
            RefundAsk { lines, amount: None, fault: None }
        }
        amount => {
            let amount = Some(fen(amount.parse::<i64>().unwrap() * 100));
            RefundAsk { lines: Vec::new(), amount, fault: None }
        }
    };
    let when: Instant = if early { at("10T11:10:00") } else { at("10T12:00:00").plus_minutes(minute) };
    Refund { status: RefundStatus::Succeeded, ..Refund::told(id(name), ask, payment, when) }
}

/// An order of 60.00 and 40.00, paid with `b1` unless it was cancelled; then late payments of these amounts, `b2`, `b3`, ...
fn order(is_paid: bool, late: &[i64], refunds: &[&str]) -> Order {
    let mut order = order_of(&placed(&[(60_00, 1), (40_00, 1)]));
    if is_paid {
        order.pay(payment(&order, "b1", 0, at("10T11:00:00"))).unwrap();
    } else {
        order.cancel(at("10T11:00:00"), order::CancelReason::Customer).unwrap();
    }
    for (number, amount) in late.iter().enumerate() {
        let when = at("10T11:20:00").plus_minutes(i64::try_from(number).unwrap());
        let mut late = payment(&order, &format!("b{}", number + 2), 0, when);
        late.amount = fen(amount * 100);
        assert!(order.keep_late(late));
    }
    order.refunds = refunds.iter().zip(0..).map(|(word, minute)| refund(word, minute)).collect();
    order
}

/// `r1:order 100`, `r1:b2 60+b3 40`, `r1:unclear`, `r1:none`.
fn told(order: &Order) -> String {
    let found = order::whose(order);
    let one = |(known, found): (&Refund, Result<Refund, domain::Refusal>)| {
        let Ok(refund) = found else { return format!("{}:none", known.refund_id) };
        let own = (refund.amount.is_positive()).then(|| format!("order {}", refund.amount.minor() / 100));
        let parts = refund.payments.iter().map(|p| format!("{} {}", p.payment_id, p.amount.minor() / 100));
        let what = match refund.of {
            RefundOf::Unclear => "unclear".to_owned(),
            RefundOf::Order | RefundOf::Refused | RefundOf::Both => {
                own.into_iter().chain(parts).collect::<Vec<_>>().join("+")
            }
        };
        format!("{}:{what}", known.refund_id)
    };
    order.refunds.iter().zip(found).map(one).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_g_15_which_money_a_refund_is_of() {
    for (is_paid, late, refunds, expected) in [
        // By name.
        (true, &[100][..], &["r1=100@b2"][..], "r1:b2 100"),
        (true, &[100], &["r1=30@b2", "r2=*@b2"], "r1:b2 30 r2:b2 70"),
        (true, &[100], &["r1=100@b1"], "r1:order 100"),
        (true, &[100], &["r1=l0@b2"], "r1:order 60"),
        // By amount: the money that can hold it.
        (true, &[100], &["r1=100"], "r1:unclear"),
        (true, &[100], &["r1=30"], "r1:order 30"),
        (true, &[100], &["r1=10", "r2=100"], "r1:order 10 r2:b2 100"),
        (true, &[100], &["r1=100", "r2=10"], "r1:b2 100 r2:order 10"),
        (true, &[60], &["r1=100"], "r1:order 100"),
        (true, &[60], &["r1=60"], "r1:unclear"),
        (true, &[60], &["r1=60", "r2=100"], "r1:b2 60 r2:order 100"),
        (true, &[60], &["r1=60", "r2=40"], "r1:unclear r2:order 40"),
        (true, &[60], &["r1=60", "r2=40", "r3=60"], "r1:order 60 r2:order 40 r3:b2 60"),
        (true, &[150], &["r1=120"], "r1:b2 120"),
        (true, &[100], &["r1=50@b2", "r2=50"], "r1:b2 50 r2:unclear"),
        (true, &[100], &["r1=50", "r2=50@b2"], "r1:order 50 r2:b2 50"),
        (true, &[100], &["r1=100", "r2=100@b2"], "r1:order 100 r2:b2 100"),
        (true, &[100], &["r1=100", "r2=l0"], "r1:b2 100 r2:order 60"),
        // Told before the refused money came.
        (true, &[100], &["!r1=100"], "r1:order 100"),
        // All that came.
        (true, &[100], &["r1=100", "r2=100"], "r1:order 100 r2:b2 100"),
        (true, &[100], &["r1=200"], "r1:order 100+b2 100"),
        (true, &[100], &["r1=201"], "r1:none"),
        (true, &[100, 100], &["r1=100", "r2=100"], "r1:unclear r2:unclear"),
        (true, &[100, 100], &["r1=100", "r2=100", "r3=100"], "r1:order 100 r2:b2 100 r3:b3 100"),
        // The oldest first.
        (true, &[100, 50], &["r1=*", "r2=50"], "r1:order 100 r2:b2 50"),
        (true, &[100, 50], &["r1=*", "r2=120"], "r1:order 100 r2:b2 100+b3 20"),
        // The whole rest.
        (true, &[100], &["r1=40", "r2=*"], "r1:order 40 r2:order 60"),
        (true, &[100], &["r1=100", "r2=*"], "r1:b2 100 r2:order 100"),
        // No money but late money.
        (false, &[100], &["r1=100"], "r1:b2 100"),
        (false, &[100, 50], &["r1=*"], "r1:b2 100+b3 50"),
        (false, &[100], &["r1=l0"], "r1:none"),
        (false, &[100], &["r1=101"], "r1:none"),
    ] {
        let order = order(is_paid, late, refunds);
        assert_eq!(told(&order), expected, "{late:?} {refunds:?}");
        // In whatever order they are kept.
        let mut turned = order.clone();
        turned.refunds.reverse();
        let words = |text: &str| {
            let mut words: Vec<String> =
                text.split(" r").map(|word| word.trim_start_matches('r').to_owned()).collect();
            words.sort();
            words
        };
        let (words, wanted) = (words(&told(&turned)), words(expected));
        assert_eq!(words, wanted, "{late:?} {refunds:?} turned round");
    }
}

/// A-G-15: an answered refund stays the order's, and its amount with it, whatever turns up.
#[test]
fn a_g_15_what_was_answered_stays() {
    let mut order = order(true, &[100], &["r1=100", "r2=100@b2"]);
    let mut answered =
        order::refund(&order, &id("r1"), order.refunds[0].ask.clone(), at("10T12:00:00")).unwrap();
    answered.answered = true;
    order.refunds = vec![answered];
    assert_eq!(told(&order), "r1:order 100");
    // Though it names the payment that turned out to be late.
    order.refunds[0].payment_id = Some(id("b2"));
    assert_eq!(told(&order), "r1:order 100");
}

/// A-G-15: an answer comes at its time, and first of all where what is heard of afterwards would take it away.
#[test]
fn a_g_15_what_is_heard_after_an_answer_takes_what_it_leaves() {
    for (late, answered, heard, expected) in [
        // It was before, and there is money for both.
        (&[90][..], "r1=l0", "!r2=40", "r1:order 60 r2:order 40"),
        (&[90], "r1=70", "!r2=30@b1", "r1:order 70 r2:order 30"),
        // It was before, and would take the answer's money: all that is left is its own.
        (&[90], "r1=l0", "!r2=50@b1", "r1:order 60 r2:none"),
        (&[90], "r1=*", "!r2=l0", "r1:order 100 r2:none"),
        // It takes other money.
        (&[90], "r1=l0", "!r2=90@b2", "r1:order 60 r2:b2 90"),
        (&[100, 50], "r1=120", "!r2=100@b2", "r1:b2 100+b3 20 r2:none"),
        (&[100, 50], "r1=120", "!r2=30@b3", "r1:b2 100+b3 20 r2:b3 30"),
        // It was after.
        (&[100, 50], "r1=120", "r2=100", "r1:b2 100+b3 20 r2:order 100"),
        (&[90], "r1=*", "r2=90", "r1:order 100 r2:b2 90"),
    ] {
        let mut order = order(true, late, &[answered]);
        let said = order::whose(&order).remove(0).unwrap();
        let units = said.lines.len();
        order.refunds = vec![Refund { answered: true, ..said }, refund(heard, 5)];
        assert_eq!(told(&order), expected, "{late:?} {answered} {heard}");
        let again = order::whose(&order).remove(0).unwrap();
        assert_eq!(again.lines.len(), units, "{late:?} {answered} {heard}");
    }
}

/// A-G-15: what is left of refused money, until it has gone.
#[test]
fn a_g_15_what_has_to_go_back() {
    let listed = |order: &Order| {
        let mut order = order.clone();
        let found = order::whose(&order);
        order.refunds = found.into_iter().map(Result::unwrap).collect();
        order.tell_ways_back();
        let row = |row: order::ToReturn| {
            format!("{} {} {}", row.payment_id.unwrap(), row.amount.minor() / 100, row.reason.as_str())
        };
        order.to_return().into_iter().map(row).collect::<Vec<_>>()
    };
    for (is_paid, refunds, expected) in [
        (true, &[][..], vec!["b2 100 order_paid", "b3 50 order_paid"]),
        (true, &["r1=30@b2"][..], vec!["b2 70 order_paid", "b3 50 order_paid"]),
        (true, &["r1=50"], vec!["b2 100 order_paid", "b3 50 refund_ambiguous"]),
        (true, &["r1=100@b2", "r2=50@b3"], vec![]),
        (false, &[], vec!["b2 100 order_cancelled", "b3 50 order_cancelled"]),
        (false, &["r1=120"], vec!["b3 30 order_cancelled"]),
    ] {
        assert_eq!(listed(&order(is_paid, &[100, 50], refunds)), expected, "{refunds:?}");
    }
}
