//! Who has bought the goods in another order is shown no coupon and sent no push for the open one (A-S0-25).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    Code,
    event::{Body, OrderEvent},
    message::MessageStatus,
    order::{Goods, OfferStatus},
    shop::Shop,
};
use engine::Command;
use store_memory::MemoryStore;
use store_sqlite::SqliteStore;
use support::*;

/// A shop with the setting, its campaign running.
fn run() -> Run {
    hiding(Run::in_memory().0)
}

fn hiding(run: Run) -> Run {
    let run = run.with_campaign(&Deal::default());
    set(&run, true);
    run
}

fn set(run: &Run, hides: bool) {
    let shop = Shop { hide_bought_elsewhere: hides, ..shop(run.shop.as_str()) };
    run.ok(Command::PutShop(Box::new(shop)));
}

fn offer(run: &Run, order: &str) -> Option<OfferStatus> {
    run.order(order).recovery.offer.map(|offer| offer.status)
}
fn hidden(run: &Run, order: &str) -> Option<String> {
    run.order(order).recovery.bought_elsewhere.map(|by| by.order_id.to_string())
}
fn pushes(run: &Run, order: &str) -> Vec<(MessageStatus, Option<Code>)> {
    run.messages(order).into_iter().map(|message| (message.status, message.code)).collect()
}
fn pay(run: &Run, order: &str, when: i64) {
    run.apply(&paid(order, &format!("{order}-p"), PAYABLE, at(when)));
}
/// The order of only these of the usual goods.
fn of(order: &str, customer: &str, lines: usize, when: i64) -> OrderEvent {
    let mut event = placed(order, customer, at(when));
    let Body::Placed(placed) = &mut event.body else { unreachable!() };
    placed.lines.truncate(lines);
    placed.discounts.clear();
    let sum = placed.lines.iter().map(|line| line.unit_price.minor() * i64::try_from(line.quantity).unwrap());
    placed.payable = fen(sum.sum::<i64>() + placed.freight.minor());
    event
}

/// A-G-14: one that cost nothing is a purchase, until it is cancelled.
#[test]
fn a_s0_25_a_g_14_a_cancelled_order_of_nothing_hides_nothing() {
    let run = run();
    run.apply(&placed("o1", "u1", at(0)));
    run.advance(at(15));
    assert_eq!(offer(&run, "o1"), Some(OfferStatus::Displayed));
    let mut free = placed("o2", "u1", at(16));
    let Body::Placed(order) = &mut free.body else { unreachable!() };
    let left = order.payable;
    order.discounts.push(domain::order::Discount {
        kind: "shop_coupon".into(),
        id: None,
        amount: left,
        funded_by: domain::order::Party::Merchant,
        lines: Vec::new(),
    });
    order.freight = fen(0);
    let goods: i64 =
        order.lines.iter().map(|l| l.unit_price.minor() * i64::try_from(l.quantity).unwrap()).sum();
    let off: i64 = order.discounts.iter().rev().skip(1).map(|d| d.amount.minor()).sum();
    order.discounts.last_mut().unwrap().amount = fen(goods - off);
    order.payable = fen(0);
    run.apply(&free);
    assert_eq!(hidden(&run, "o1").as_deref(), Some("o2"));
    run.apply(&cancelled("o2", at(20)));
    assert_eq!((hidden(&run, "o1"), offer(&run, "o1")), (None, Some(OfferStatus::Displayed)));
    run.assert_clean();
}

/// Shown, then bought elsewhere: withdrawn, its push called off; undone: shown and planned again.
#[test]
fn a_s0_25_a_payment_of_another_order_hides_the_coupon_until_it_is_undone() {
    let folder = tempfile::tempdir().unwrap();
    let stores: [Box<dyn port::Store>; 2] =
        [Box::new(MemoryStore::new()), Box::new(SqliteStore::open(&folder.path().join("r.db")).unwrap())];
    for store in stores {
        let run = hiding(Run::on(store));
        run.apply(&placed("o1", "u1", at(0)));
        run.advance(at(15));
        assert_eq!(offer(&run, "o1"), Some(OfferStatus::Displayed));
        run.apply(&placed("o2", "u1", at(16)));
        pay(&run, "o2", 17);
        assert_eq!(hidden(&run, "o1").as_deref(), Some("o2"));
        assert_eq!(offer(&run, "o1"), Some(OfferStatus::Withdrawn));
        assert_eq!(pushes(&run, "o1"), [(MessageStatus::Suppressed, Some(Code::BoughtElsewhere))]);
        assert_eq!(run.refused(run.claiming("o1")), "not_displayed");
        // A part that goes back undoes nothing; the whole does.
        let refund =
            |id: &str, ask| Command::CreateRefund { order_id: id_of("o2"), refund_id: id_of(id), ask };
        run.ok(refund("r1", amount(100_00)));
        assert!(hidden(&run, "o1").is_some());
        run.ok(refund("r2", amount(PAYABLE - 100_00)));
        assert_eq!((hidden(&run, "o1"), offer(&run, "o1")), (None, Some(OfferStatus::Displayed)));
        let planned = pushes(&run, "o1").into_iter().filter(|(status, _)| *status == MessageStatus::Planned);
        assert_eq!(planned.count(), 1);
        run.claim("o1");
        run.advance(at(60 * 30));
        assert!(pushes(&run, "o1").iter().all(|(status, _)| *status != MessageStatus::Sent));
        run.assert_clean();
    }
}

fn id_of<T: std::str::FromStr>(text: &str) -> T {
    id(text)
}

/// Bought before the trigger: never shown; undone: shown at once.
#[test]
fn a_s0_25_what_was_bought_before_the_trigger_is_not_shown() {
    let run = run();
    run.apply(&placed("o1", "u1", at(0)));
    run.apply(&placed("o2", "u1", at(1)));
    pay(&run, "o2", 2);
    run.advance(at(20));
    assert_eq!((offer(&run, "o1"), hidden(&run, "o1").as_deref()), (None, Some("o2")));
    assert_eq!(run.counters("c1").withheld.get(&Code::BoughtElsewhere), Some(&1));
    // It turns out that o2 had been cancelled before the money came.
    run.apply(&cancelled("o2", at(1)));
    run.advance(at(21));
    assert_eq!((offer(&run, "o1"), hidden(&run, "o1")), (Some(OfferStatus::Displayed), None));
    run.assert_clean();
}

/// The order of arrival does not matter: placed late, paid before we heard of it, cancelled first.
#[test]
fn a_s0_25_arrival_order_does_not_matter() {
    // The open order is heard of after the other was paid.
    let late = run();
    late.apply(&placed("o2", "u1", at(1)));
    pay(&late, "o2", 5);
    late.apply(&placed("o1", "u1", at(0)));
    late.advance(at(20));
    assert_eq!((offer(&late, "o1"), hidden(&late, "o1").as_deref()), (None, Some("o2")));
    late.assert_clean();
    // The payment waits for its order.
    let parked = run();
    parked.apply(&placed("o1", "u1", at(0)));
    parked.advance(at(16));
    let result = parked.event(&paid("o2", "o2-p", PAYABLE, at(18)));
    assert_eq!(result.outcome, engine::EventOutcome::Parked);
    parked.apply(&placed("o2", "u1", at(17)));
    assert_eq!(hidden(&parked, "o1").as_deref(), Some("o2"));
    parked.assert_clean();
}

/// An order whose goods had been bought elsewhere is no evidence of farming, whichever is heard of first.
#[test]
fn a_s0_25_a_s0_21_such_an_order_is_no_evidence() {
    let unpaid = |run: &Run| run.customer("u1").unpaid.len();
    for paid_first in [true, false] {
        let run = run();
        run.apply(&placed("o1", "u1", at(0)));
        run.advance(at(16));
        run.apply(&placed("o2", "u1", at(16)));
        if paid_first {
            pay(&run, "o2", 17);
        }
        run.advance(at(30));
        run.apply(&cancelled("o1", at(30)));
        if !paid_first {
            assert_eq!(unpaid(&run), 1);
            pay(&run, "o2", 17);
        }
        assert_eq!(unpaid(&run), 0, "paid first: {paid_first}");
        run.assert_clean();
    }
    // Paid for after the order had been left: it was left.
    let run = run();
    run.apply(&placed("o1", "u1", at(0)));
    run.advance(at(16));
    run.apply(&cancelled("o1", at(17)));
    run.apply(&placed("o2", "u1", at(18)));
    pay(&run, "o2", 19);
    assert_eq!(unpaid(&run), 1);
    run.assert_clean();
}

/// What does not count: other goods, another buyer, a payment from before, virtual goods, a claimed coupon, the
/// setting switched off.
#[test]
fn a_s0_25_what_does_not_hide() {
    let shown = |first: &OrderEvent, second: &OrderEvent, hides: bool| {
        let run = run();
        set(&run, hides);
        run.apply(first);
        run.advance(at(16));
        run.apply(second);
        let Body::Placed(placed) = &second.body else { unreachable!() };
        run.apply(&paid("o2", "o2-p", placed.payable.minor(), at(18)));
        run.advance(at(19));
        run.assert_clean();
        offer(&run, "o1") == Some(OfferStatus::Displayed)
    };
    let (first, second) = (placed("o1", "u1", at(0)), placed("o2", "u1", at(17)));
    assert!(!shown(&first, &second, true));
    assert!(shown(&first, &second, false), "switched off");
    assert!(shown(&first, &placed("o2", "u2", at(17)), true), "another buyer");
    assert!(shown(&first, &of("o2", "u1", 1, 17), true), "not every SKU");
    let mut digital = first.clone();
    if let Body::Placed(placed) = &mut digital.body {
        placed.goods = Goods::Virtual;
    }
    assert!(shown(&digital, &second, true), "virtual goods");
    // More goods, and another quantity, hide as well.
    assert!(!shown(&of("o1", "u1", 1, 0), &second, true), "it holds every SKU and more");

    let run = run();
    run.apply(&placed("o2", "u1", at(0)));
    pay(&run, "o2", 1);
    run.apply(&placed("o1", "u1", at(2)));
    run.advance(at(20));
    assert_eq!(offer(&run, "o1"), Some(OfferStatus::Displayed), "paid before this one was placed");
    run.claim("o1");
    run.apply(&placed("o3", "u1", at(21)));
    pay(&run, "o3", 22);
    assert_eq!(offer(&run, "o1"), Some(OfferStatus::Claimed), "a claimed coupon stays");
    run.assert_clean();
}
