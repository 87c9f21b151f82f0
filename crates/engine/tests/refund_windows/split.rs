//! One split of the money, used for the judgement, for the answer and for the books: what is asked for here takes what all
//! that went back or is promised leaves (A-G-15, A-G-17, A-S2-3).

use super::{told::run_minutes, *};
use domain::order::Stage;
use std::collections::BTreeMap;

/// The presale order `o1` of 100.00 by `d`, on 10 June, and 700.00 by `b`, on 20 June at 20:00.
fn two_payments(deposit: Method, balance: Method) -> Run {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    let paid = |payment: &str, minor, method, stage| {
        let facts = domain::event::PaymentSucceeded { method, stage, ..paying("o1", payment, minor) };
        Body::PaymentSucceeded(facts)
    };
    run.apply(&presale_placed("o1", "u1", at(0)));
    run.apply(&event("d", paid("d", 100_00, deposit, Stage::Deposit), at(5)));
    run.advance(hours(24 * 10 + 21));
    run.apply(&event("b", paid("b", 700_00, balance, Stage::Balance), hours(24 * 10 + 20)));
    run
}

/// `b 700 d 50`, with a `!` behind what is closed.
fn ways(refund: &Refund) -> String {
    let one = |part: &domain::order::PaymentPart| {
        let closed = refund.offline.as_ref().and_then(|offline| offline.code_of(&part.payment_id));
        let closed = if closed.is_some() { "!" } else { "" };
        format!("{} {}{closed}", part.payment_id, part.amount.minor() / 100)
    };
    refund.payments.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// What is told or asked in words: `went r1 700@b`, `asks r2 50`.
fn does(run: &Run, words: &str) {
    let [door, name, what] = words.split(' ').collect::<Vec<_>>()[..] else { panic!("{words}") };
    let (what, payment) = what.split_once('@').map_or((what, None), |(what, payment)| (what, Some(payment)));
    let what = amount(what.parse::<i64>().unwrap() * 100);
    match door {
        "went" => run.apply(&went(name, &what, payment, run_minutes(run))),
        _ => drop(answered(ask(run, "o1", name, &what, payment))),
    }
}

/// A-S2-3: an event that named its payment stays of that, and one that named none is before what is asked for after it; the
/// window is judged of the payments that are told.
#[test]
fn a_s2_3_a_g_15_what_has_happened_comes_before_what_is_promised() {
    // In the balance's year, and when the deposit's channel takes it no more.
    let (open, closed) = (hours(24 * 20), at(YEAR).plus_hours(24 * 5));
    let late = at(YEAR).plus_hours(24 * 20);
    let card = (Method::Wechat, Method::Card);
    let both = (Method::Wechat, Method::Wechat);
    for (methods, now, steps, expected) in [
        (card, open, &["went r1 700@b", "asks r2 50"][..], "r1 b 700, r2 d 50"),
        (card, open, &["went r1 700", "asks r2 50"], "r1 b 700, r2 d 50"),
        (card, open, &["went r1 750", "asks r2 50@b"], "r1 b 700 d 50, r2 d 50"),
        (card, open, &["went r1 400", "went r2 340", "asks r3 50"], "r1 b 400, r2 b 300 d 40, r3 d 50"),
        (card, open, &["went r1 50", "went r2 700@b"], "r1 d 50, r2 b 700"),
        (card, open, &["asks r1 50", "went r2 700@b"], "r1 b 50, r2 b 650 d 50"),
        (card, closed, &["went r1 750", "asks r2 50"], "r1 b 700 d 50, r2 d 50!"),
        (card, closed, &["went r1 700@b", "asks r2 50"], "r1 b 700, r2 d 50!"),
        (card, closed, &["asks r1 50@d", "asks r2 50"], "r1 d 50!, r2 b 50"),
        (card, closed, &["asks r1 750", "asks r2 50"], "r1 b 700 d 50!, r2 d 50!"),
        // What went back takes a promise's money: it is of other payments then, and says which of these were closed.
        (card, closed, &["asks r1 720", "went r2 80@d"], "r1 b 700 d 20!, r2 d 80"),
        (both, late, &["asks r1 90", "went r2 700@b"], "r1 d 90!, r2 b 700"),
    ] {
        let run = two_payments(methods.0, methods.1);
        run.advance(now);
        for words in steps {
            does(&run, words);
            run.assert_clean();
        }
        let refunds = run.order("o1").refunds;
        let told: Vec<_> =
            refunds.iter().map(|refund| format!("{} {}", refund.refund_id, ways(refund))).collect();
        assert_eq!(told.join(", "), expected, "{steps:?}");
    }
}

/// The balance's window is closed and the deposit's is open: what is left of the deposit goes back by it.
#[test]
fn a_s2_3_what_is_left_is_open() {
    let run = two_payments(Method::Alipay, Method::Wechat);
    // 2023-06-10 is the last day of the deposit's year, WeChat's balance is closed once 50 refunds went back by it.
    for number in 0..50 {
        run.apply(&went(&format!("e{number}"), &amount(1_00), Some("b"), run_minutes(&run)));
    }
    assert_eq!(ways(&asked(&run, "r1", &amount(1_00))), "b 1!");
    run.apply(&went("whole", &amount(649_00), Some("b"), run_minutes(&run)));
    let open = asked(&run, "r2", &amount(50_00));
    assert_eq!((open.status, ways(&open).as_str()), (RefundStatus::Approved, "d 50"));
    run.assert_clean();
}

/// Any number of doors: an answer moves no money of what went back before, `approved` goes back by payments that are open,
/// what is to be transferred says which of its payments is closed, and no payment gives back more than came with it.
#[test]
fn a_s2_3_a_g_15_random_splits() {
    for seed in 0..u64::from(testkit::seeds(120)) {
        let mut random = support::random::Random::of(seed);
        let methods = [Method::Wechat, Method::Card, Method::Alipay];
        let mut method = || methods[random.below(3)];
        let run = two_payments(method(), method());
        let later = [0, 24 * 364, 24 * 366, 24 * 380][random.below(4)];
        run.advance(run.engine.now().plus_hours(later));
        for number in 0..8 {
            let what = match random.below(8) {
                0 => units("l1", 1),
                1 => amount(700_00),
                _ => amount(1 + i64::try_from(random.below(300_00)).unwrap()),
            };
            let payment = [None, None, Some("b"), Some("d")][random.below(4)];
            let before = run.order("o1");
            if random.below(2) == 0 {
                run.event(&went(&format!("r{number}"), &what, payment, run_minutes(&run)));
            } else if let Ok(Reply::Refund { refund }) =
                ask(&run, "o1", &format!("r{number}"), &what, payment)
            {
                check_answer(&run, &refund, &format!("seed {seed} r{number}"));
                for known in before.refunds {
                    let now = refund_of(&run, known.refund_id.as_str());
                    assert_eq!(ways(&now), ways(&known), "seed {seed} r{number} moved {}", known.refund_id);
                }
            }
            check_payments(&run, seed);
            run.assert_clean();
            run.advance(run.engine.now().plus_minutes(i64::try_from(random.below(3)).unwrap()));
        }
    }
}

fn check_answer(run: &Run, refund: &Refund, what: &str) {
    let order = run.order("o1");
    let zone = domain::time::Zone::shanghai();
    let is_closed = |part: &domain::order::PaymentPart| {
        let payment = order.payment(&part.payment_id).unwrap();
        domain::way_back::Ends::of(&zone, payment.method, payment.at).closed(run.engine.now()).is_some()
    };
    assert_eq!(
        refund.payments.iter().map(|part| part.amount.minor()).sum::<i64>(),
        refund.total().minor(),
        "{what}"
    );
    let closed = refund.payments.iter().any(is_closed);
    let wanted = if closed { HELD } else { RefundStatus::Approved };
    assert_eq!(refund.status, wanted, "{what}: {}", ways(refund));
    assert_eq!(ways(refund).contains('!'), closed, "{what}: {}", ways(refund));
}

fn check_payments(run: &Run, seed: u64) {
    let order = run.order("o1");
    let mut back: BTreeMap<&str, i64> = BTreeMap::new();
    let agreed = order.refunds.iter().filter(|refund| refund.status.is_agreed());
    for part in agreed.flat_map(|refund| &refund.payments) {
        *back.entry(part.payment_id.as_str()).or_default() += part.amount.minor();
    }
    for (payment, back) in back {
        let came = order.payment(&id(payment)).unwrap().amount.minor();
        assert!(back <= came, "seed {seed}: {back} of {payment}");
    }
}
