//! What goes back to other parties with refunds, on every path through the engine (A-G-16), and what each entry of
//! the books carries (A-G-17).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    coupon::CouponKind,
    event::Body,
    ledger::{Account, Entry, Source, Way},
    order::{Discount, Method, Party, Refund},
};
use engine::Command;
use support::{batch::*, presale::*, *};

/// Four units of 25.00 with beans of 20.00 that the platform bears: 80.00.
fn with_beans(run: &Run, order: &str) {
    let mut placed = placing(order, "u1");
    placed.lines.truncate(1);
    (placed.lines[0].quantity, placed.lines[0].unit_price) = (4, fen(25_00));
    placed.discounts.remove(0);
    placed.discounts[0].amount = fen(20_00);
    (placed.freight, placed.payable) = (fen(0), fen(80_00));
    run.apply(&event(&format!("{order}.placed"), Body::Placed(Box::new(placed)), run.engine.now()));
}

fn refunded(run: &Run, order: &str, name: &str, ask: &domain::order::RefundAsk) -> Refund {
    let Ok(engine::Reply::Refund { refund }) = run.refund(order, name, ask) else {
        panic!("{name} is refused")
    };
    refund
}

fn entries(run: &Run, order: &str) -> Vec<Entry> {
    run.reader().entries(&run.shop, &id(order)).unwrap()
}

/// A-G-16: a refund whose amount was answered is kept when an earlier payment turns up, and the platform's part is
/// that of the amount.
#[test]
fn a_g_16_a_kept_refund_has_its_part() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.ok(BatchDeal { kind: CouponKind::Payment, ..BatchDeal::default() }.create("pay"));
    let coupon = run.claim_batch("pay", "u1", 1).remove(0);
    with_beans(&run, "o1");
    run.start_payment("o1", "p1", Some(&coupon));
    run.apply(&paid("o1", "p2", 80_00, at(5)));
    let first = refunded(&run, "o1", "r1", &units("l1", 2));
    assert_eq!((first.amount, first.parts.of(Party::Platform)), (fen(40_00), fen(10_00)));
    let mut earlier = paying("o1", "p1", 75_00);
    earlier.coupon_id = Some(coupon.coupon_id);
    run.apply(&event("o1.p1", Body::PaymentSucceeded(earlier), at(3)));
    let kept = run.order("o1").refunds.remove(0);
    // 20.00 x 40.00 / 75.00
    assert_eq!((kept.amount, kept.parts.of(Party::Platform)), (fen(40_00), fen(10_67)));
    run.assert_clean();
    let last = refunded(&run, "o1", "r2", &units("l1", 2));
    assert_eq!((last.amount, last.parts.of(Party::Platform)), (fen(35_00), fen(9_33)));
    assert_eq!(run.books("o1"), (100_00, 0, 0));
    run.assert_clean();
}

/// A-G-16: a refund that was booked whole before its figures were told is made anew, with its part, and so are the
/// parts of refunds that were granted after it.
#[test]
fn a_g_16_a_corrected_refund_has_its_part() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    with_beans(&run, "o1");
    run.apply(&paid("o1", "p1", 80_00, at(1)));
    run.apply(&event("bare", Body::RefundSucceeded(refunding("o1", "r1", &rest())), at(5)));
    assert_eq!(run.books("o1"), (100_00, 0, 0));
    run.apply(&event("told", Body::RefundApproved(refunding("o1", "r1", &amount(30_00))), at(4)));
    let refund = run.order("o1").refunds.remove(0);
    assert_eq!((refund.amount, refund.parts.of(Party::Platform)), (fen(30_00), fen(7_50)));
    assert_eq!(refund.granted_since(), at(4), "the approval was the earlier");
    assert_eq!(run.books("o1"), (100_00, 50_00, 62_50));
    run.assert_clean();
    let undone = entries(&run, "o1").into_iter().filter(|entry| entry.reason == "refund_undone");
    let source = Source {
        payment_id: Some(id("p1")),
        refund_id: Some(id("r1")),
        method: Some(Way::Payment(Method::JdPay)),
        ..Source::default()
    };
    assert!(undone.clone().count() == 3 && undone.into_iter().all(|entry| entry.source == source));
}

/// Every order of these.
fn orders<T: Copy>(things: &[T]) -> Vec<Vec<T>> {
    let Some((first, others)) = things.split_first() else { return vec![Vec::new()] };
    let with_first = |rest: Vec<T>| {
        let at = |place: usize| [&rest[..place], &[*first], &rest[place..]].concat();
        (0..=rest.len()).map(at).collect::<Vec<_>>()
    };
    orders(others).into_iter().flat_map(with_first).collect()
}

/// A-G-8, A-G-16: parts go by the order in which refunds were granted, in whatever order they are heard of, each twice.
#[test]
fn a_g_8_a_g_16_parts_go_by_when_refunds_were_granted() {
    let told = |name: &str, ask: &domain::order::RefundAsk, approved: bool, minutes: i64| {
        let facts = refunding("o1", name, ask);
        let body = if approved { Body::RefundApproved(facts) } else { Body::RefundSucceeded(facts) };
        event(&format!("{name}.{approved}"), body, at(minutes))
    };
    let events = [
        told("r1", &amount(120_00), true, 6),
        told("r1", &amount(120_00), false, 9),
        told("r2", &units("l2", 1), false, 7),
        told("r3", &amount(30_00), false, 8),
    ];
    for heard in orders(&[0, 1, 2, 3]) {
        let run = Run::in_memory().0.with_campaign(&Deal::default());
        run.apply(&placed("o1", "u1", at(0)));
        run.apply(&paid("o1", "p1", PAYABLE, at(1)));
        for &index in &heard {
            run.event(&events[index]);
            run.event(&events[index]);
        }
        let mut refunds = run.order("o1").refunds;
        refunds.sort_by(|a, b| a.refund_id.cmp(&b.refund_id));
        let parts: Vec<i64> = refunds.iter().map(|refund| refund.parts.sum().minor()).collect();
        // 100 x 120.00 / 295.00; l2 bore 33; then 26 are left beside 78.66.
        assert_eq!(parts, [41, 33, 10], "heard as {heard:?}");
        assert_eq!(refunds[0].granted_since(), at(6));
        run.assert_clean();
    }
}

/// A-G-16, A-S1-20: of a deposit nothing goes back to others; what came off with the balance goes with the money.
#[test]
fn a_g_16_before_the_balance_nothing_was_borne() {
    let run = Run::in_memory().0.with_presale(&Offer::default());
    run.deposit("o1", "u1", at(0));
    run.deposit("o2", "u2", at(10));
    run.advance(hours(24 * 10 + 20));
    let deposit = refunded(&run, "o1", "r1", &rest());
    assert_eq!((deposit.amount, deposit.parts.sum()), (fen(100_00), fen(0)));
    run.apply(&balance_paid("o2", 690_00, &[("beans", 10_00)], hours(24 * 10 + 20)));
    // 10.00 x 395.00 / 790.00
    assert_eq!(refunded(&run, "o2", "r1", &amount(395_00)).parts.of(Party::Platform), fen(5_00));
    assert_eq!(refunded(&run, "o2", "r2", &rest()).parts.of(Party::Platform), fen(5_00));
    assert_eq!(run.books("o2"), (1000_00, 0, 0));
    let by = |reason: &str| {
        let all = entries(&run, "o2").into_iter().filter(|entry| entry.reason == reason);
        all.map(|e| (e.amount.minor(), e.source.payment_id.unwrap().to_string())).collect::<Vec<_>>()
    };
    // The deposit and the balance came each with a payment of its own.
    assert_eq!(by("payment"), [(-100_00, "o2-d".to_owned()), (-690_00, "o2-b".to_owned())]);
    let gain: Vec<Entry> =
        entries(&run, "o2").into_iter().filter(|entry| entry.reason == "presale_gain").collect();
    assert_eq!(gain[0].source.campaign_id, Some(id("p1")));
    run.assert_clean();
}

/// A-G-16: the auditor names books of before the rule: those that the next refund mends, and those that nothing does.
#[test]
fn a_g_16_the_auditor_names_parts_that_stayed() {
    for (asks, then) in [
        (vec![amount(40_00)], "the next refund of the order books the difference"),
        (vec![amount(40_00), units("l1", 4)], "all the money went back, so no refund will book the rest"),
    ] {
        let (run, store) = Run::in_memory();
        let run = run.with_campaign(&Deal::default());
        with_beans(&run, "o1");
        run.apply(&paid("o1", "p1", 80_00, at(1)));
        for (index, ask) in asks.iter().enumerate() {
            refunded(&run, "o1", &format!("r{index}"), ask);
        }
        run.assert_clean();
        // As it was booked before: by amount nothing went back to the platform.
        let mut planter = support::planter::Planter::of(run, store);
        planter.order("o1", |order| order.refunds[0].parts = domain::order::Parts::default());
        planter.entry("o1", Account::MerchantRefund, 10_00);
        planter.entry("o1", Account::PlatformSubsidy, -10_00);
        let findings = planter.run.audit().findings;
        let named: Vec<_> = findings.iter().filter(|finding| finding.check == "refund_parts").collect();
        assert_eq!(named.len(), 1, "{findings:#?}");
        assert_eq!(named[0].subject, "order o1");
        assert!(named[0].detail.contains("10.00") && named[0].detail.ends_with(then), "{}", named[0].detail);
        if asks.len() == 1 {
            // The next refund books what was left out.
            let run = &planter.run;
            assert_eq!(refunded(run, "o1", "last", &rest()).parts.of(Party::Platform), fen(10_00));
            let moved = entries(run, "o1").into_iter().filter(|entry| entry.reason == "refund_part");
            assert_eq!(moved.map(|entry| entry.amount.minor()).collect::<Vec<_>>(), [-10_00, 10_00]);
            assert!(run.timeline("o1").contains(&"refund.parts_changed".to_owned()));
            assert_eq!(run.books("o1").2, 0);
        }
    }
}

/// A-G-17: every entry of a shop has the next number and the moment of its booking, whatever order it is of, and says
/// when it happened; what is refused uses up no number.
#[test]
fn a_g_17_entries_are_numbered_as_they_are_booked() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    for order in ["o1", "o2"] {
        with_beans(&run, order);
    }
    run.advance(at(30));
    run.apply(&paid("o1", "p1", 80_00, at(7)));
    assert_eq!(run.event(&paid("o2", "p2", 79_00, at(8))).outcome, engine::EventOutcome::Rejected);
    run.advance(at(40));
    let commands = vec![
        ingest(&paid("o2", "p3", 80_00, at(9))),
        Command::CreateRefund { order_id: id("o1"), refund_id: id("r1"), ask: amount(8_00) },
        Command::CreateRefund { order_id: id("o1"), refund_id: id("r2"), ask: amount(800_00) },
        Command::CreateRefund { order_id: id("o2"), refund_id: id("r1"), ask: units("l1", 1) },
    ];
    assert_eq!(run.many(commands).iter().filter(|outcome| outcome.is_err()).count(), 1);
    let mut all: Vec<Entry> = ["o1", "o2"].into_iter().flat_map(|order| entries(&run, order)).collect();
    all.sort_by_key(|entry| entry.booked.map(|booked| booked.number));
    let numbers: Vec<u64> = all.iter().map(|entry| entry.booked.unwrap().number).collect();
    assert_eq!(numbers, (1..=12).collect::<Vec<_>>(), "none is left out, none is given twice");
    assert!(all.iter().map(|entry| entry.booked.unwrap().at).is_sorted());
    let when = |entry: &Entry| (entry.at, entry.booked.unwrap().at);
    assert_eq!((when(&all[0]), when(&all[3])), ((at(7), at(30)), (at(9), at(40))));
    run.assert_clean();
}

/// A-G-17: an entry says its coupon, batch and campaign, its payment, its refund and the method; one that takes another
/// back says the same.
#[test]
fn a_g_17_entries_say_what_they_come_from() {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    let mut create = BatchDeal::default().create("b1");
    let Command::CreateBatch { batch, .. } = &mut create else { panic!() };
    batch.funded_by = Party::Platform;
    run.ok(create);
    let ours = run.claim_batch("b1", "u1", 1).remove(0);
    let mut placed = placing("o1", "u1");
    let promotion = |kind: &str, name: &str, party| Discount {
        kind: kind.into(),
        id: Some(name.into()),
        amount: fen(5_00),
        funded_by: party,
        lines: Vec::new(),
    };
    // A coupon of ours, one that nobody knows, a campaign of ours, one of the platform's own.
    placed.discounts = vec![
        promotion("shop_coupon", ours.coupon_id.as_str(), Party::Platform),
        promotion("shop_coupon", "cp_nobody", Party::Merchant),
        promotion("order_promotion", "c1", Party::Merchant),
        promotion("order_promotion", "618", Party::Merchant),
    ];
    placed.payable = fen(286_00);
    run.apply(&event("o1.placed", Body::Placed(Box::new(placed)), at(0)));
    run.advance(at(20));
    let claimed = run.claim("o1");
    let mut body = paying("o1", "p1", 286_00 - SAVE);
    (body.coupon_id, body.method) = (Some(claimed.coupon_id.clone()), Method::Baitiao);
    run.apply(&event("o1.p1", Body::PaymentSucceeded(body), at(20)));
    refunded(&run, "o1", "r1", &amount(26_60));
    let booked = entries(&run, "o1");
    let paid = Source {
        payment_id: Some(id("p1")),
        method: Some(Way::Payment(Method::Baitiao)),
        ..Source::default()
    };
    let coupon = Source { coupon_id: Some(ours.coupon_id.clone()), batch_id: Some(id("b1")), ..paid.clone() };
    let campaign = Source { campaign_id: Some(id("c1")), ..paid.clone() };
    let payment_coupon = Source { coupon_id: Some(claimed.coupon_id), ..campaign.clone() };
    let back = Source { refund_id: Some(id("r1")), ..paid.clone() };
    let subsidy_back = Source { refund_id: Some(id("r1")), ..coupon.clone() };
    let wanted = [
        ("goods", &paid),
        ("freight", &paid),
        ("shop_coupon", &coupon),
        ("shop_coupon", &paid),
        ("order_promotion", &campaign),
        ("order_promotion", &paid),
        ("payment_coupon", &payment_coupon),
        ("payment", &paid),
        ("refund", &back),
        ("refund", &subsidy_back),
        ("refund", &back),
    ];
    let found: Vec<_> = booked.iter().map(|entry| (entry.reason.as_str(), &entry.source)).collect();
    assert_eq!(found, wanted);
    // Cancelled before all that: each entry is taken back, of the same source.
    run.apply(&cancelled("o1", at(10)));
    let all = entries(&run, "o1");
    let undone: Vec<_> = all[booked.len()..].iter().map(|entry| (-entry.amount, &entry.source)).collect();
    assert_eq!(undone, booked.iter().map(|entry| (entry.amount, &entry.source)).collect::<Vec<_>>());
    run.assert_clean();
}
