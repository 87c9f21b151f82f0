//! What the platform tells, and what comes of any number of doors.

use super::*;

/// The platform may tell of the promise itself: as it was promised, with other figures, or that it was refused.
#[test]
fn a_g_8_a_s2_4_the_platform_tells_of_a_promise() {
    let tell =
        |run: &Run, what: fn(domain::event::RefundFacts) -> Body, ask: &RefundAsk, payment: Option<&str>| {
            let body = what(facts("r1", ask, payment));
            run.event(&event(&format!("{body:?}"), body, run.engine.now())).outcome
        };
    for ask in [rest(), amount(UNIT), units("l1", 1)] {
        for payment in [None, Some("b1")] {
            let run = old();
            asked(&run, "r1", &units("l1", 1));
            assert_eq!(
                tell(&run, Body::RefundApproved, &ask, payment),
                EventOutcome::Applied,
                "{ask:?} {payment:?}"
            );
            let refund = refund_of(&run, "r1");
            assert_eq!((refund.status, refund.total()), (RefundStatus::Approved, fen(UNIT)));
            assert!(refund.offline.is_none() && refund.lines.len() == 1, "{refund:?}");
            assert_eq!(run.books("o1").1, PAYABLE - UNIT);
            assert_eq!(entry(&run, "refund.past_window").unwrap().code, Some(Code::ChannelWindowClosed));
            assert_eq!(code(&record(&run, "r1", UNIT)), "transfer_not_required");
            run.assert_clean();
        }
    }
    // Other figures are what went back.
    let run = old();
    asked(&run, "r1", &units("l1", 1));
    assert_eq!(tell(&run, Body::RefundSucceeded, &amount(60_00), None), EventOutcome::Applied);
    assert_eq!(refund_of(&run, "r1").total(), fen(60_00));
    assert_eq!((run.books("o1").1, listed(&run)), (PAYABLE - 60_00, vec![]));
    run.assert_clean();
    // More than there is of it is refused, and the promise stays.
    let run = old();
    asked(&run, "r1", &units("l1", 1));
    let snapshot = run.snapshot();
    assert_eq!(tell(&run, Body::RefundSucceeded, &amount(PAYABLE + 1), None), EventOutcome::Rejected);
    assert_eq!(run.snapshot(), snapshot);
    assert_eq!(tell(&run, Body::RefundRequested, &units("l1", 1), None), EventOutcome::Duplicate);
    // A rejection of before it was promised was answered already.
    let before = event("before", Body::RefundRejected(facts("r1", &rest(), None)), at(YEAR - 1));
    assert_eq!(run.event(&before).outcome, EventOutcome::Duplicate);
    assert_eq!(refund_of(&run, "r1").status, HELD);
    assert_eq!(tell(&run, Body::RefundRejected, &rest(), None), EventOutcome::Applied);
    assert_eq!((refund_of(&run, "r1").status, listed(&run)), (RefundStatus::Rejected, vec![]));
    assert_eq!(code(&record(&run, "r1", UNIT)), "transfer_not_required");
    assert_eq!(asked(&run, "r2", &rest()).total(), fen(PAYABLE));
    run.assert_clean();
}

/// Events are facts. One that went back after its window is noted, one of before it is not, however late it is told.
#[test]
fn s2_r01_a_s2_4_events_are_taken_whatever_the_window_says() {
    for (minutes, noted) in [(YEAR - 1, None), (YEAR, Some(Code::ChannelWindowClosed))] {
        let run = old();
        run.advance(at(2 * YEAR));
        run.apply(&went("e1", &amount(10_00), None, minutes));
        assert_eq!(entry(&run, "refund.past_window").and_then(|entry| entry.code), noted, "{minutes}");
        assert_eq!(run.books("o1").1, PAYABLE - 10_00);
        // Told again, and told to have succeeded later, it is noted once.
        run.event(&went("e1", &amount(10_00), None, minutes));
        let approved =
            event("e1.approved", Body::RefundApproved(facts("e1", &amount(10_00), None)), at(YEAR + 5));
        run.event(&approved);
        let count = run.timeline("o1").iter().filter(|what| *what == "refund.past_window").count();
        assert_eq!(count, usize::from(noted.is_some()));
        run.assert_clean();
    }
}

/// A-S2-3: each payment has its own count, both doors count, an id counts once, and a transfer does not.
#[test]
fn a_s2_3_partial_refunds_are_counted_by_payment() {
    let run = old_at(60);
    for number in 0..25 {
        assert_eq!(asked(&run, &format!("a{number}"), &amount(1_00)).status, RefundStatus::Approved);
        run.event(&went(&format!("a{number}"), &amount(1_00), Some("b1"), 60));
        run.apply(&went(&format!("b{number}"), &amount(1_00), None, 60));
    }
    assert_eq!(run.order("o1").refunds_by(&id("b1")), 50);
    let held = asked(&run, "c1", &amount(1_00));
    assert_eq!(held.offline.as_ref().unwrap().code(), Code::TooManyPartialRefunds);
    answered(record(&run, "c1", 1_00));
    assert_eq!(run.order("o1").refunds_by(&id("b1")), 50);
    run.apply(&went("d1", &amount(1_00), None, 60));
    assert_eq!(entry(&run, "refund.past_window").unwrap().code, Some(Code::TooManyPartialRefunds));
    // Summed up they count as many as they were.
    for number in 0..200 {
        run.apply(&went(&format!("e{number}"), &amount(1), None, 61));
    }
    assert!(run.order("o1").has_sums());
    assert_eq!(run.order("o1").refunds_by(&id("b1")), 251);
    run.assert_clean();
}

/// The buyer hears of a refund once its money has left: not of a promise, not of one that gave way.
#[test]
fn s2_r02_s2_r12_notices() {
    let run = Run::in_memory().0;
    run.ok(Command::PutShop(Box::new(shop("s1"))));
    run.advance(START);
    run.buys_sms("p", 100);
    let sms = Switch { sms: true, wechat: false };
    let kinds = [Kind::RefundApproved, Kind::RefundRejected];
    let chosen = Chosen { switches: kinds.iter().map(|kind| (*kind, sms)).collect(), ..Chosen::default() };
    let put = MessageCommand::PutSettings { chosen: Box::new(chosen), from: None, by: "key".into() };
    run.ok(Command::Messages(put));
    run.apply(&placed("o1", "u1", at(0)));
    run.apply(&by_wechat("o1", "b1", PAYABLE, at(0)));
    run.advance(at(YEAR));
    let told = || {
        run.messages("o1").into_iter().map(|it| it.kind).filter(|it| kinds.contains(it)).collect::<Vec<_>>()
    };
    asked(&run, "r1", &amount(100_00));
    asked(&run, "r2", &amount(195_00));
    assert!(told().is_empty());
    run.apply(&went("e1", &amount(195_00), None, YEAR));
    assert_eq!(told(), [Kind::RefundApproved], "of what went back");
    assert_eq!(refund_of(&run, "r2").status, RefundStatus::Rejected);
    // However long the transfer took.
    run.advance(at(YEAR).plus_hours(24 * 30));
    answered(record(&run, "r1", 100_00));
    assert_eq!(told(), [Kind::RefundApproved, Kind::RefundApproved]);
    assert!(run.messages("o1").iter().all(|it| it.code != Some(Code::TooLate)));
    // Whoever sends money back when told so hears that it has gone.
    let published = run.reader().outbox(&run.shop, &all()).unwrap();
    let booked: Vec<_> = published.iter().filter(|row| row.event_type == "refund.booked").collect();
    let transferred = booked.iter().filter(|row| row.body.contains("offline_transfer")).count();
    assert_eq!((booked.len(), transferred), (2, 1));
    run.assert_clean();
}

/// Any number of doors in any order: the books balance after every step, nothing is given twice, and in the end all that
/// came has gone back to the fen.
#[test]
fn a_s2_4_random_lives() {
    for seed in 0..u64::from(testkit::seeds(150)) {
        let mut random = support::random::Random::of(seed);
        let run = Run::in_memory().0.with_campaign(&Deal::default());
        run.apply(&placed("o1", "u1", at(0)));
        run.apply(&by_wechat("o1", "b1", PAYABLE, at(0)));
        if random.below(3) == 0 {
            run.event(&by_wechat("o1", "b2", 100_00, at(1)));
        }
        run.advance(at(if random.below(3) == 0 { YEAR - 3 } else { YEAR }));
        for number in 0..12 {
            step(&run, &mut random, number);
            run.assert_clean();
        }
        finish(&run);
        let listed: Vec<_> = listed(&run).into_iter().filter(|row| row.2 != Code::ExceedsPaid).collect();
        assert_eq!((run.books("o1").1, listed), (0, vec![]), "seed {seed}");
        run.assert_clean();
    }
}

fn step(run: &Run, random: &mut support::random::Random, number: usize) {
    let what = match random.below(4) {
        0 => units("l1", 1),
        1 => units("l2", 1),
        2 => rest(),
        _ => amount(1 + i64::try_from(random.below(80_00)).unwrap()),
    };
    let late = run.order("o1").late_payments().next().is_some();
    let payment = (late && random.below(4) == 0).then_some("b2");
    let name = format!("r{}", random.below(number + 1));
    match random.below(6) {
        0 | 1 => drop(ask(run, "o1", &format!("r{number}"), &what, payment)),
        2 => drop(run.event(&went(&format!("e{number}"), &what, payment, run_minutes(run)))),
        3 => drop(run.event(&event(
            &format!("x{number}"),
            Body::RefundRejected(facts(&name, &rest(), None)),
            run.engine.now(),
        ))),
        4 => drop(run.event(&event(
            &format!("y{number}"),
            Body::RefundSucceeded(facts(&name, &rest(), None)),
            run.engine.now(),
        ))),
        _ => {
            let known = run.order("o1").refunds.into_iter().find(|refund| refund.refund_id == id(&name));
            let minor = known.map_or(1, |refund| refund.total().minor());
            drop(record(run, &name, minor));
        }
    }
    run.advance(run.engine.now().plus_minutes(i64::try_from(random.below(3)).unwrap()));
}

pub fn run_minutes(run: &Run) -> i64 {
    run.engine.now().since(at(0)) / 60_000_000
}

/// It is said what each refund is of, everything that is promised is transferred, and what is left asked for and transferred.
fn finish(run: &Run) {
    let unclear = |run: &Run| run.order("o1").refunds.into_iter().find(Refund::is_unclear);
    while let Some(refund) = unclear(run) {
        let of = Assigned::Payment(id("b1"));
        let assigned = Command::AssignRefund { order_id: id("o1"), refund_id: refund.refund_id.clone(), of };
        if run.send(assigned).is_err() {
            let of = Assigned::Payment(id("b2"));
            run.ok(Command::AssignRefund { order_id: id("o1"), refund_id: refund.refund_id, of });
        }
    }
    for payment in ["b1", "b2"] {
        let outcome = ask(run, "o1", &format!("last.{payment}"), &rest(), Some(payment));
        let nothing =
            |outcome: &Outcome| code(outcome) == "nothing_to_refund" || code(outcome) == "not_found";
        assert!(outcome.is_ok() || nothing(&outcome), "{outcome:?}");
    }
    let promised: Vec<Refund> = run.order("o1").promises().cloned().collect();
    for refund in promised {
        answered(record(run, refund.refund_id.as_str(), refund.total().minor()));
    }
}
