//! Coupons that an order is placed with follow it: held, used, free again, back after a full refund.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    Instant,
    catalog::{Scope, ScopeMode},
    coupon::{Coupon, CouponKind, CouponStatus},
    event::{Body, RefundFacts},
    order::{Discount, Fault, LineShare, Method, Party, RefundAsk, Stage},
    shop::FreeShipping,
};
use engine::{Command, Reply};
use preview::{Ask, AskCoupons, AskLine};
use pricing::Quote;
use support::{
    batch::*,
    presale::{self, hours},
    *,
};

/// A shop with a batch `b1` and a coupon of it in the hands of `u1`.
fn with_coupon(deal: &BatchDeal) -> (Run, Coupon) {
    let run = Run::in_memory().0.with_campaign(&Deal::default());
    run.ok(deal.create("b1"));
    let coupon = run.claim_batch("b1", "u1", 1).remove(0);
    (run, coupon)
}

fn status(run: &Run, coupon: &Coupon) -> CouponStatus {
    run.coupon(coupon).status
}

fn refund(run: &Run, order: &str, refund: &str, ask: RefundAsk) {
    run.ok(Command::CreateRefund { order_id: id(order), refund_id: id(refund), ask });
}

#[test]
fn an_order_holds_its_coupon_and_uses_it_when_it_is_paid() {
    let (run, coupon) = with_coupon(&BatchDeal::default());
    run.apply(&placed_with("o1", "u1", &coupon, at(0)));
    let held = run.coupon(&coupon);
    assert_eq!((held.status, held.lock.unwrap().until), (CouponStatus::Locked, at(60 * 24)));
    // Another order cannot have it, and is taken all the same.
    run.apply(&placed_with("o2", "u1", &coupon, at(1)));
    assert_eq!(run.conflicts("o2"), ["coupon_locked"]);
    run.apply(&paid("o2", "p2", PAYABLE, at(2)));
    assert_eq!(run.conflicts("o2"), ["coupon_locked"]);
    run.apply(&paid("o1", "p1", PAYABLE, at(3)));
    let used = run.coupon(&coupon);
    assert_eq!((used.status, used.used_on), (CouponStatus::Used, Some(id("o1"))));
    assert_eq!(run.conflicts("o1"), [""; 0]);
    run.assert_clean();
}

#[test]
fn an_order_that_ends_unpaid_lets_its_coupon_go() {
    for by_timer in [true, false] {
        let (run, coupon) = with_coupon(&BatchDeal::default());
        run.apply(&placed_with("o1", "u1", &coupon, at(0)));
        if by_timer {
            run.advance(at(60 * 24));
        } else {
            run.apply(&cancelled("o1", at(5)));
        }
        let free = run.coupon(&coupon);
        assert_eq!(
            (free.status, free.lock, free.wake_at),
            (CouponStatus::Available, None, Some(free.usable_until))
        );
        run.assert_clean();
        // Paid before it ended, heard of late: the order is revived, and the coupon used after all.
        run.apply(&paid("o1", "p1", PAYABLE, at(4)));
        assert_eq!(status(&run, &coupon), CouponStatus::Used);
        // And that payment undone again.
        run.apply(&cancelled("o1", at(3)));
        assert_eq!(status(&run, &coupon), CouponStatus::Available);
        run.assert_clean();
    }
}

#[test]
fn what_cannot_follow_is_noted_and_the_order_goes_on() {
    let (run, coupon) = with_coupon(&BatchDeal::default());
    let mut unknown = coupon.clone();
    unknown.coupon_id = id("cp_0000000000000000000");
    for (order, customer, coupon, code) in
        [("o1", "u2", &coupon, "not_owner"), ("o2", "u1", &unknown, "not_found")]
    {
        run.apply(&placed_with(order, customer, coupon, at(0)));
        assert_eq!(run.conflicts(order), [code]);
    }
    // Ids that are not ours are the platform's affair.
    unknown.coupon_id = id("JD-123");
    run.apply(&placed_with("o3", "u1", &unknown, at(0)));
    assert_eq!(run.conflicts("o3"), [""; 0]);
    assert_eq!(status(&run, &coupon), CouponStatus::Available);
    run.assert_clean();
}

#[test]
fn a_coupon_is_spent_at_the_placing_however_long_the_payment_takes() {
    let (run, coupon) = with_coupon(&BatchDeal { until: 60, ..BatchDeal::default() });
    run.advance(at(59));
    run.apply(&placed_with("o1", "u1", &coupon, at(59)));
    run.advance(at(120));
    assert_eq!(status(&run, &coupon), CouponStatus::Locked, "its batch has ended, its order has not");
    run.assert_clean();
    run.apply(&paid("o1", "p1", PAYABLE, at(119)));
    assert_eq!(status(&run, &coupon), CouponStatus::Used);
    run.assert_clean();

    let (run, coupon) = with_coupon(&BatchDeal { until: 60, ..BatchDeal::default() });
    run.apply(&placed_with("o1", "u1", &coupon, at(0)));
    run.advance(at(60 * 24));
    assert_eq!(status(&run, &coupon), CouponStatus::Expired, "free again, but too late");
    run.apply(&placed_with("o2", "u1", &coupon, at(60)));
    assert_eq!(run.conflicts("o2"), ["coupon_expired"]);
    run.assert_clean();
}

#[test]
fn the_order_of_arrival_does_not_matter() {
    let events = |coupon: &Coupon| {
        [placed_with("o1", "u1", coupon, at(0)), paid("o1", "p1", PAYABLE, at(5)), cancelled("o1", at(9))]
    };
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let (run, coupon) = with_coupon(&BatchDeal::default());
        let events = events(&coupon);
        run.advance(at(10));
        for index in order {
            run.event(&events[index]);
        }
        assert_eq!(status(&run, &coupon), CouponStatus::Used, "{order:?}");
        run.assert_clean();
    }
}

#[test]
fn a_checkout_elsewhere_holds_a_coupon_for_a_time() {
    let (run, coupon) = with_coupon(&BatchDeal::default());
    run.ok(locking(&coupon, "o1", Some(10)));
    assert_eq!(run.refused(locking(&coupon, "o2", None)), "coupon_locked");
    assert_eq!(run.refused(releasing(&coupon, "o2")), "coupon_locked");
    assert_eq!(run.refused(locking(&coupon, "o1", Some(1_441))), "out_of_range");
    run.assert_clean();
    run.advance(at(9));
    run.ok(locking(&coupon, "o1", Some(10)));
    run.advance(at(18));
    assert_eq!(status(&run, &coupon), CouponStatus::Locked, "held again, for longer");
    run.advance(at(19));
    assert_eq!(status(&run, &coupon), CouponStatus::Available, "every lock ends");
    run.ok(locking(&coupon, "o2", None));
    run.ok(releasing(&coupon, "o2"));
    run.ok(releasing(&coupon, "o2"));
    assert_eq!(status(&run, &coupon), CouponStatus::Available);
    // The order that was checked out takes it over.
    run.ok(locking(&coupon, "o3", Some(10)));
    run.apply(&placed_with("o3", "u1", &coupon, at(19)));
    run.advance(at(40));
    assert_eq!(status(&run, &coupon), CouponStatus::Locked);
    assert_eq!(run.refused(releasing(&coupon, "o3")), "coupon_locked", "it goes with its order now");
    run.apply(&paid("o3", "p3", PAYABLE, at(40)));
    assert_eq!(status(&run, &coupon), CouponStatus::Used);
    assert_eq!(run.refused(locking(&coupon, "o4", None)), "coupon_used");
    run.assert_clean();
}

#[test]
fn a_full_refund_gives_the_coupon_back_where_its_batch_says_so() {
    for (returns, until, expected, noted) in [
        (true, 60 * 48, CouponStatus::Available, "coupon.returned"),
        (false, 60 * 48, CouponStatus::Used, ""),
        (true, 30, CouponStatus::Used, "coupon.not_returned"),
    ] {
        let (run, coupon) = with_coupon(&BatchDeal { until, returns, ..BatchDeal::default() });
        run.apply(&placed_with("o1", "u1", &coupon, at(0)));
        run.apply(&paid("o1", "p1", PAYABLE, at(1)));
        run.advance(at(30));
        refund(&run, "o1", "r1", units("l1", 1));
        assert_eq!(status(&run, &coupon), CouponStatus::Used, "a partial refund never returns it");
        refund(&run, "o1", "r2", rest());
        assert_eq!(status(&run, &coupon), expected, "{returns} {until}");
        let noticed =
            run.timeline("o1").into_iter().filter(|what| what.starts_with("coupon.")).collect::<Vec<_>>();
        assert_eq!(noticed, if noted.is_empty() { vec![] } else { vec![noted] });
        run.assert_clean();
        if expected == CouponStatus::Available {
            // It can be used again, once.
            run.apply(&placed_with("o2", "u1", &coupon, at(30)));
            run.apply(&paid("o2", "p2", PAYABLE, at(30)));
            assert_eq!(run.coupon(&coupon).used_on, Some(id("o2")));
            run.assert_clean();
        }
    }
}

#[test]
fn payment_coupons_of_a_batch_work_at_the_cashier_and_others_do_not() {
    let payment = BatchDeal { kind: CouponKind::Payment, ..BatchDeal::default() };
    let (run, coupon) = with_coupon(&payment);
    run.ok(BatchDeal::default().create("b2"));
    let other = run.claim_batch("b2", "u1", 1).remove(0);
    run.apply(&placed("o1", "u1", at(0)));
    assert_eq!(run.refused(starting("o1", "p0", Method::JdPay, Some(&other))), "stage_not_allowed");
    assert_eq!(run.refused(starting("o1", "p0", Method::Card, Some(&coupon))), "method_not_supported");
    let Reply::Payment { saving, .. } = run.start_payment("o1", "p1", Some(&coupon)) else { panic!() };
    assert_eq!(saving, coupon.save);
    run.assert_clean();
    run.advance(at(15));
    assert_eq!(status(&run, &coupon), CouponStatus::Available, "the payment did not come");
    run.start_payment("o1", "p2", Some(&coupon));
    run.apply(&paid("o1", "p2", PAYABLE - coupon.save.minor(), at(16)));
    assert_eq!(run.coupon(&coupon).used_on, Some(id("o1")));
    assert_eq!(run.batch("b1").counters.used, 1);
    run.assert_clean();
}

#[test]
fn a_presale_uses_a_coupon_with_its_balance() {
    let run = Run::in_memory().0.with_presale(&presale::Offer::default());
    run.ok(BatchDeal::default().create("b1"));
    let coupon = run.claim_batch("b1", "u1", 1).remove(0);
    let open = hours(24 * 10 + 20);
    run.deposit("o1", "u1", at(0));
    run.advance(open);
    let mut event = presale::balance_paid("o1", 695_00, &[("shop_coupon", 5_00)], open);
    let Body::PaymentSucceeded(paid) = &mut event.body else { panic!() };
    paid.discounts[0].id = Some(coupon.coupon_id.as_str().into());
    run.apply(&event);
    let used = run.coupon(&coupon);
    assert_eq!((used.status, used.used_on, used.ended_at), (CouponStatus::Used, Some(id("o1")), Some(open)));
    assert_eq!(run.conflicts("o1"), [""; 0]);
    run.assert_clean();
    // The order turns out to have been cancelled before: payment and coupon are undone.
    run.apply(&cancelled("o1", open.plus_seconds(-1)));
    assert_eq!(status(&run, &coupon), CouponStatus::Available);
    run.assert_clean();
}

/// A deposit that goes back ends its order, and the coupon that the order was placed with is free at once, whether the
/// merchant asks for the refund or the platform tells of it (A-S1-20).
#[test]
fn a_s1_20_a_deposit_that_goes_back_frees_the_coupon() {
    for by_event in [false, true] {
        let run = Run::in_memory().0.with_presale(&presale::Offer::default());
        run.ok(BatchDeal::default().create("b1"));
        let coupon = run.claim_batch("b1", "u1", 1).remove(0);
        let mut event = presale::presale_placed("o1", "u1", at(0));
        let Body::Placed(placing) = &mut event.body else { panic!() };
        placing.discounts.push(Discount {
            kind: "shop_coupon".into(),
            id: Some(coupon.coupon_id.as_str().into()),
            amount: fen(5_00),
            funded_by: Party::Merchant,
            lines: Vec::new(),
        });
        placing.payable -= fen(5_00);
        run.apply(&event);
        assert_eq!(status(&run, &coupon), CouponStatus::Locked);
        run.apply(&presale::deposit_paid("o1", at(5)));
        run.advance(at(6));
        if by_event {
            let facts = RefundFacts {
                order_id: id("o1"),
                refund_id: id("r1"),
                payment_id: None,
                lines: Vec::new(),
                amount: None,
            };
            run.apply(&support::event("o1.back", Body::RefundSucceeded(facts), at(6)));
        } else {
            refund(
                &run,
                "o1",
                "r1",
                RefundAsk { lines: Vec::new(), amount: None, fault: Some(Fault::Merchant) },
            );
        }
        assert_eq!(status(&run, &coupon), CouponStatus::Available, "by event: {by_event}");
        run.assert_clean();
    }
}

/// A shop whose freight is 6.00 under 99.00, with a batch of that kind for those SKUs and a coupon of it.
fn with_scoped(kind: CouponKind, save: i64, skus: &[&str]) -> (Run, Coupon) {
    let run = Run::in_memory().0.with_presale(&presale::Offer::default());
    let mut settings = shop("s1");
    settings.free_shipping = Some(FreeShipping { threshold: fen(99_00), fee: fen(6_00) });
    run.ok(Command::PutShop(Box::new(settings)));
    let mut create = BatchDeal { kind, spend: 0, ..BatchDeal::default() }.create("b1");
    let Command::CreateBatch { batch, .. } = &mut create else { panic!() };
    batch.benefit.save = Some(fen(save));
    if !skus.is_empty() {
        let skus = std::sync::Arc::new(skus.iter().map(|sku| id(sku)).collect());
        batch.scope = Scope { mode: ScopeMode::Whitelist, skus, ..Scope::default() };
    }
    run.ok(create);
    let coupon = run.claim_batch("b1", "u1", 1).remove(0);
    (run, coupon)
}

fn quote(run: &Run, coupon: &Coupon, stage: pricing::cart::Stage, lines: Vec<AskLine>) -> Quote {
    let coupons = AskCoupons::Listed(vec![coupon.coupon_id.clone()]);
    let ask = Ask { customer_id: Some(id("u1")), stage, lines, coupons, ..Ask::default() };
    run.quoting.quote(&run.shop, &ask, run.engine.now()).unwrap().quote
}

fn goods(lines: &[(&str, &str, i64)]) -> Vec<AskLine> {
    let line = |(line, sku, minor): &(&str, &str, i64)| AskLine::Goods {
        line_id: id(line),
        sku: id(sku),
        categories: Vec::new(),
        quantity: 1,
        unit_price: fen(*minor),
        presale: None,
    };
    lines.iter().map(line).collect()
}

/// The quote's coupon as a discount of the order, with its shares or without.
fn discount(quote: &Quote, with_shares: bool) -> Discount {
    let of_coupon =
        |adjustment: &&pricing::quote::Adjustment| adjustment.source_id.as_str().starts_with("cp_");
    let taken = quote.adjustments.iter().find(of_coupon).unwrap();
    let shares = quote.lines.iter().flat_map(|line| {
        let own = line.adjustments.iter().filter(|share| std::ptr::eq(quote.of_share(**share), taken));
        own.map(|share| LineShare { line_id: line.line_id.clone(), amount: share.amount })
    });
    Discount {
        kind: serde_json::to_value(taken.kind).unwrap().as_str().unwrap().into(),
        id: Some(taken.source_id.as_str().into()),
        amount: taken.amount,
        funded_by: Party::Merchant,
        lines: if with_shares { shares.collect() } else { Vec::new() },
    }
}

/// The order of a quoted cart, paid.
fn buy(run: &Run, cart: &[(&str, &str, i64)], quote: &Quote, discounts: Vec<Discount>, when: Instant) {
    let mut placed = placing("o1", "u1");
    let template = placed.lines[0].clone();
    let line = |(line, sku, minor): &(&str, &str, i64)| domain::event::PlacedLine {
        line_id: id(line),
        sku: id(sku),
        categories: Vec::new(),
        quantity: 1,
        unit_price: fen(*minor),
        ..template.clone()
    };
    placed.lines = cart.iter().map(line).collect();
    (placed.discounts, placed.freight, placed.payable) = (discounts, quote.freight_fee, quote.payable);
    run.apply(&event("o1.placed", Body::Placed(Box::new(placed)), when));
    run.apply(&paid("o1", "p1", quote.payable.minor(), when));
}

/// A-G-5, A-S1-6: a product coupon takes from its goods alone, so a line goes back for what it was quoted.
#[test]
fn a_s1_6_a_line_goes_back_for_what_the_quote_said() {
    let cart = [("l1", "A", 10_00), ("l2", "B", 90_00)];
    for with_shares in [true, false] {
        let (run, coupon) = with_scoped(CouponKind::Product, 9_00, &["A"]);
        let quote = quote(&run, &coupon, pricing::cart::Stage::Normal, goods(&cart));
        assert_eq!(quote.lines.iter().map(|line| line.payable.minor()).collect::<Vec<_>>(), [1_00, 90_00]);
        buy(&run, &cart, &quote, vec![discount(&quote, with_shares)], at(1));
        assert_eq!(run.conflicts("o1"), [""; 0]);
        for line in &quote.lines {
            refund(&run, "o1", line.line_id.as_str(), units(line.line_id.as_str(), 1));
            let back = run.order("o1").refunds.last().unwrap().clone();
            assert_eq!(back.amount - back.freight, line.payable, "{}", line.line_id);
        }
        run.assert_clean();
    }
}

/// A-S1-6: goods that cannot bear their coupon never stop an order; it is spread over all and noted.
#[test]
fn a_s1_6_a_coupon_that_its_goods_cannot_bear_is_noted() {
    for (sku, amount, expected) in
        [("A", 9_00, ""), ("A", 10_01, "out_of_scope"), ("Z", 9_00, "out_of_scope")]
    {
        let (run, coupon) = with_scoped(CouponKind::Product, 9_00, &[sku]);
        let cart = [("l1", "A", 10_00), ("l2", "B", 90_00)];
        let mut quoted = quote(&run, &coupon, pricing::cart::Stage::Normal, goods(&cart));
        quoted.payable = fen(100_00 - amount);
        (quoted.freight, quoted.freight_fee) = (fen(0), fen(0));
        let named = Discount {
            kind: "product_coupon".into(),
            id: Some(coupon.coupon_id.as_str().into()),
            amount: fen(amount),
            funded_by: Party::Merchant,
            lines: Vec::new(),
        };
        buy(&run, &cart, &quoted, vec![named], at(1));
        let noted = run.conflicts("o1");
        assert_eq!(noted, if expected.is_empty() { vec![] } else { vec![expected] }, "{sku} {amount}");
        assert_eq!(status(&run, &coupon), CouponStatus::Used);
        run.assert_clean();
    }
}

/// A-S1-5, A-S1-6: the same with the balance of a presale.
#[test]
fn a_s1_6_a_balance_goes_back_for_what_the_quote_said() {
    let open = hours(24 * 10 + 20);
    for with_shares in [true, false] {
        let (run, coupon) = with_scoped(CouponKind::Product, 300_00, &["sku-1"]);
        let mut placed = presale::presale_placing("o1", "u1");
        let second =
            domain::event::PlacedLine { line_id: id("l2"), sku: id("sku-2"), ..placed.lines[0].clone() };
        placed.lines.push(second);
        placed.payable = fen(800_00 + 1000_00);
        run.apply(&event("o1.placed", Body::Placed(Box::new(placed)), at(0)));
        let mut deposit = paying("o1", "d1", 200_00);
        deposit.stage = Stage::Deposit;
        run.apply(&event("o1.deposit", Body::PaymentSucceeded(deposit), at(5)));
        run.advance(open);
        let lines = ["l1", "l2"].map(|line| AskLine::Balance { order_id: id("o1"), line_id: id(line) });
        let quote = quote(&run, &coupon, pricing::cart::Stage::Balance, lines.into());
        let mut balance = paying("o1", "b1", quote.payable.minor());
        (balance.stage, balance.discounts) = (Stage::Balance, vec![discount(&quote, with_shares)]);
        run.apply(&event("o1.balance", Body::PaymentSucceeded(balance), open));
        assert_eq!(run.conflicts("o1"), [""; 0]);
        for line in &quote.lines {
            refund(&run, "o1", line.line_id.as_str(), units(line.line_id.as_str(), 1));
            let back = run.order("o1").refunds.last().unwrap().amount;
            assert_eq!(back, line.payable + fen(100_00), "the balance of {} and its deposit", line.line_id);
        }
        run.assert_clean();
    }
}

/// S1-R12: a freight coupon takes freight off, however dear the goods, and is in the books as such.
#[test]
fn s1_r12_a_freight_coupon_is_ordered_and_refunded_as_quoted() {
    for (minor, save) in [(5_00, 6_00), (5_00, 2_00), (98_00, 6_00)] {
        let (run, coupon) = with_scoped(CouponKind::Freight, save, &[]);
        let cart = [("l1", "A", minor), ("l2", "B", 50)];
        let quote = quote(&run, &coupon, pricing::cart::Stage::Normal, goods(&cart));
        assert_eq!((quote.payable, quote.freight), (fen(minor + 50 + 6_00 - save), fen(6_00 - save)));
        buy(&run, &cart, &quote, vec![discount(&quote, true)], at(1));
        for (index, line) in quote.lines.iter().enumerate() {
            refund(&run, "o1", line.line_id.as_str(), units(line.line_id.as_str(), 1));
            let back = run.order("o1").refunds.last().unwrap().clone();
            assert_eq!(back.amount - back.freight, line.payable, "{}", line.line_id);
            assert_eq!(back.freight, if index == 1 { quote.freight } else { fen(0) });
        }
        assert_eq!(run.order("o1").refunded(), quote.payable);
        run.assert_clean();
    }
}

/// A coupon that an order names twice is taken twice, as the platform says, and noted.
#[test]
fn a_coupon_named_twice_is_noted() {
    let (run, coupon) = with_coupon(&BatchDeal::default());
    let mut event = placed_with("o1", "u1", &coupon, at(0));
    let Body::Placed(placed) = &mut event.body else { panic!() };
    placed.discounts[1] = Discount { amount: fen(1_00), ..placed.discounts[0].clone() };
    run.apply(&event);
    assert_eq!(run.conflicts("o1"), ["duplicate"]);
    run.apply(&paid("o1", "p1", PAYABLE, at(1)));
    assert_eq!(run.conflicts("o1"), ["duplicate"]);
    assert_eq!(status(&run, &coupon), CouponStatus::Used);
    run.assert_clean();

    let run = Run::in_memory().0.with_presale(&presale::Offer::default());
    run.ok(BatchDeal::default().create("b1"));
    let coupon = run.claim_batch("b1", "u1", 1).remove(0);
    let open = hours(24 * 10 + 20);
    run.deposit("o1", "u1", at(0));
    run.advance(open);
    let off = [("shop_coupon", 5_00), ("shop_coupon", 5_00), ("beans", 1_00)];
    let mut event = presale::balance_paid("o1", 689_00, &off, open);
    let Body::PaymentSucceeded(paid) = &mut event.body else { panic!() };
    for index in [0, 1] {
        paid.discounts[index].id = Some(coupon.coupon_id.as_str().into());
    }
    run.apply(&event);
    assert_eq!(run.conflicts("o1"), ["duplicate"]);
    run.assert_clean();
}
