//! The auditor: a store that the engine made is clean, and each planted fault is found by name.

mod support;

use domain::{
    coupon::CouponStatus,
    ledger::{Account, Entry},
    message::{Message, MessageStatus},
    order::{OfferStatus, Order, PaymentStatus, State},
};
use engine::{
    audit::audit,
    port::Store,
    rows::{Changes, CouponChange, OrderChange},
};
use money::Money;
use store_memory::MemoryStore;
use store_sqlite::SqliteStore;
use support::*;

/// A shop with an order of every kind: `open` shows an offer, `claimed` has a coupon, `locked` is
/// being paid, `used` was paid with a coupon, `refunded` went back in part, `undone` was cancelled
/// before its payment, `pushed` was reminded.
fn stocked() -> (Run, MemoryStore) {
    let (run, store) = Run::in_memory();
    let run = run.with_campaign(&Deal::default());
    for name in [
        "open", "claimed", "locked", "used", "refunded", "undone", "pushed",
    ] {
        run.apply(&placed(name, &format!("of.{name}"), at(0)));
    }
    run.advance(at(15));
    for name in ["claimed", "locked", "used", "undone"] {
        run.claim(name);
    }
    let [locked, used] = ["locked", "used"].map(|name| {
        let id = run.order(name).claimed_coupon().cloned();
        run.coupons()
            .into_iter()
            .find(|c| Some(&c.coupon_id) == id.as_ref())
            .unwrap()
    });
    run.start_payment("used", "pu", Some(&used));
    run.apply(&paid("used", "pu", PAYABLE - SAVE, at(16)));
    run.apply(&paid("refunded", "pr", PAYABLE, at(14)));
    let ask = units("l1", 1);
    run.ok(engine::Command::CreateRefund {
        order_id: id("refunded"),
        refund_id: id("r1"),
        ask,
    });
    run.apply(&paid("undone", "pn", PAYABLE, at(15)));
    run.apply(&cancelled("undone", at(10)));
    // The push goes out before the night: the deadline is ten the next morning.
    run.advance(at(60 * 23));
    run.start_payment("locked", "pl", Some(&locked));
    (run, store)
}

#[test]
fn a_store_that_the_engine_made_is_clean() {
    let (run, _store) = stocked();
    let mut heard = Vec::new();
    let report = audit(run.reader(), run.engine.now(), &mut |what, count| {
        heard.push((what.to_owned(), count));
    });
    let report = report.unwrap();
    assert!(
        report.findings.is_empty() && !report.truncated,
        "{:#?}",
        report.findings
    );
    let unused: Vec<_> = report
        .checked
        .iter()
        .filter(|(_, rows)| **rows == 0)
        .collect();
    assert!(
        unused.is_empty(),
        "every check looked at something: {unused:?}"
    );
    assert!(heard.contains(&("orders".into(), 7)), "{heard:?}");
    assert_eq!(
        run.messages("pushed").last().unwrap().status,
        MessageStatus::Sent
    );
}

/// What is needed to plant a fault.
struct Planter {
    run: Run,
    store: MemoryStore,
}

impl Planter {
    fn write(&mut self, changes: &Changes) {
        self.store.transact(&mut |tx| tx.write(changes)).unwrap();
    }
    fn order(&mut self, name: &str, doctor: impl FnOnce(&mut Order)) {
        let mut order = self.run.order(name);
        doctor(&mut order);
        self.put_order(order, |_| {});
    }
    fn put_order(&mut self, order: Order, doctor: impl FnOnce(&mut OrderChange)) {
        let mut change = OrderChange {
            shop_id: self.run.shop.clone(),
            order,
            is_new: false,
            old_wake: None,
            wake_at: None,
            timeline: String::new(),
        };
        doctor(&mut change);
        self.write(&Changes {
            orders: vec![change],
            ..Changes::default()
        });
    }
    fn coupon(&mut self, name: &str, doctor: impl FnOnce(&mut CouponChange)) {
        let id = self.run.order(name).claimed_coupon().cloned().unwrap();
        let coupon = self
            .run
            .reader()
            .coupon(&self.run.shop, &id)
            .unwrap()
            .unwrap();
        let mut change = CouponChange {
            shop_id: self.run.shop.clone(),
            old_wake: coupon.wake_at,
            coupon,
            is_new: false,
        };
        doctor(&mut change);
        self.write(&Changes {
            coupons: vec![change],
            ..Changes::default()
        });
    }
    fn counters(&mut self, doctor: impl FnOnce(&mut domain::campaign::Counters)) {
        let mut counters = self.run.counters("c1");
        doctor(&mut counters);
        self.write(&Changes {
            counters: vec![(self.run.shop.clone(), id("c1"), counters)],
            ..Changes::default()
        });
    }
    fn standing(&mut self, customer: &str, doctor: impl FnOnce(&mut domain::customer::Standing)) {
        let customer = id(customer);
        let found = self
            .run
            .reader()
            .standing(&self.run.shop, &customer)
            .unwrap();
        let mut standing = found.unwrap_or_default();
        doctor(&mut standing);
        self.write(&Changes {
            standings: vec![(self.run.shop.clone(), customer, standing)],
            ..Changes::default()
        });
    }
    fn entry(&mut self, name: &str, account: Account, minor: i64) {
        let mut order = self.run.order(name);
        let entry = Entry {
            shop_id: self.run.shop.clone(),
            order_id: order.order_id.clone(),
            number: order.ledger_entries,
            account,
            amount: Money::from_minor(minor),
            reason: "planted".into(),
            funded_by: None,
            at: at(0),
        };
        order.ledger_entries += 1;
        self.put_order(order, |_| {});
        self.write(&Changes {
            entries: vec![entry],
            ..Changes::default()
        });
    }
    fn message(&mut self, doctor: impl FnOnce(&mut Message)) {
        let mut message = self.run.messages("pushed").pop().unwrap();
        doctor(&mut message);
        self.write(&Changes {
            messages: vec![message],
            ..Changes::default()
        });
    }
}

/// Plants a fault into a fresh store; the auditor has to find it, with that subject and no other.
fn finds(check: &str, subject: &str, plant: impl FnOnce(&mut Planter)) {
    let (run, store) = stocked();
    let mut planter = Planter { run, store };
    plant(&mut planter);
    let report = planter.run.audit();
    let named = report
        .findings
        .iter()
        .any(|f| f.check == check && f.subject.starts_with(subject));
    assert!(
        named,
        "{check} of {subject} is not among {:#?}",
        report.findings
    );
    let others = report
        .findings
        .iter()
        .filter(|f| f.shop != planter.run.shop);
    assert_eq!(others.count(), 0);
    for finding in &report.findings {
        assert!(!finding.detail.is_empty() && !finding.subject.is_empty());
    }
}

#[test]
fn s0_r19_a_s0_20_figures_that_differ_from_the_coupons_are_found() {
    finds("campaign_counters", "campaign c1", |p| {
        p.counters(|c| c.available += 1)
    });
    finds("campaign_counters", "campaign c1", |p| {
        p.counters(|c| (c.issued, c.void) = (c.issued + 1, c.void + 1));
    });
    finds("campaign_quantity", "campaign c1", |p| {
        p.counters(|c| (c.issued, c.available) = (1_001, 998));
    });
    finds("campaign_quantity", "campaign c1", |p| {
        p.counters(|c| c.expired += 1)
    });
}

#[test]
fn a_s0_8_coupons_and_offers_that_disagree_are_found() {
    finds("coupon_origin", "coupon", |p| {
        p.order("claimed", |order| {
            let offer = order.recovery.offer.as_mut().unwrap();
            (offer.coupon_id, offer.status) = (None, OfferStatus::Displayed);
        });
    });
    finds("coupon_origin", "order claimed", |p| {
        p.order("claimed", |order| {
            order.recovery.offer.as_mut().unwrap().coupon_id = Some(id("cp-none"));
        });
    });
    finds("coupon_origin", "coupon", |p| {
        p.coupon("claimed", |c| c.coupon.origin_order_id = id("nowhere"));
    });
}

#[test]
fn coupons_whose_fields_do_not_fit_their_state_are_found() {
    finds("coupon_state", "coupon", |p| {
        p.coupon("claimed", |c| c.coupon.ended_at = Some(at(1)))
    });
    finds("coupon_state", "coupon", |p| {
        p.coupon("claimed", |c| c.coupon.version = 9)
    });
    finds("coupon_state", "coupon", |p| {
        p.coupon("claimed", |c| c.coupon.wake_at = Some(at(99_999)));
    });
}

#[test]
fn a_s0_11_locks_without_a_payment_or_an_end_are_found() {
    finds("coupon_lock", "coupon", |p| {
        p.order("locked", |order| {
            order.payments[0].status = PaymentStatus::Failed
        });
    });
    finds("coupon_lock", "coupon", |p| {
        p.coupon("locked", |c| {
            c.coupon.lock.as_mut().unwrap().payment_id = id("other")
        });
    });
    finds("coupon_lock", "coupon", |p| {
        p.coupon("locked", |c| c.coupon.wake_at = None)
    });
}

#[test]
fn s0_r24_coupons_used_twice_or_without_a_payment_are_found() {
    finds("coupon_used_once", "order claimed", |p| {
        let used = p.run.order("used");
        p.order("claimed", |order| {
            (order.payments, order.state) = (used.payments, used.state);
        });
    });
    finds("coupon_used_once", "coupon", |p| {
        p.order("used", |order| order.payments[0].coupon_id = None);
    });
    finds("coupon_used_once", "order used", |p| {
        p.coupon("used", |c| {
            (c.coupon.status, c.coupon.used_on) = (CouponStatus::Void, None);
        });
    });
}

#[test]
fn s0_r29_s0_r30_claims_that_are_not_counted_or_too_many_are_found() {
    finds("claims_counted", "customer of.claimed", |p| {
        p.standing("of.claimed", |s| {
            s.claims.values_mut().for_each(|claims| claims.total += 1);
        });
    });
    finds("claims_counted", "coupon", |p| {
        p.standing("of.claimed", |s| s.claims.clear())
    });
    finds("claim_limits", "customer of.claimed", |p| {
        // A second coupon of the same day, on an order of its own.
        let original = p.run.order("claimed").claimed_coupon().cloned().unwrap();
        let mut coupon = p
            .run
            .reader()
            .coupon(&p.run.shop, &original)
            .unwrap()
            .unwrap();
        coupon.coupon_id = id("cp-second");
        let change = CouponChange {
            shop_id: p.run.shop.clone(),
            coupon,
            is_new: true,
            old_wake: None,
        };
        p.write(&Changes {
            coupons: vec![change],
            ..Changes::default()
        });
    });
}

#[test]
fn a_g_5_sums_and_shares_that_do_not_add_up_are_found() {
    finds("order_amounts", "order open", |p| {
        p.order("open", |o| o.payable = fen(295_01))
    });
    finds("order_amounts", "order open", |p| {
        p.order("open", |order| {
            let line = &mut order.lines[0];
            line.shares[0] -= fen(1);
            line.unit_price = line.unit_price + fen(0);
            order.payable = order.payable + fen(1);
        });
    });
    finds("order_amounts", "order used", |p| {
        p.order("used", |order| order.payments[0].shares[0] += fen(1));
    });
}

#[test]
fn a_g_9_orders_whose_state_does_not_fit_are_found() {
    finds("order_stages", "order refunded", |p| {
        p.order("refunded", |order| order.payments[0].amount = fen(1));
    });
    finds("order_stages", "order open", |p| {
        p.order("open", |order| order.state = State::Paid { at: at(20) });
    });
    finds("order_stages", "order used", |p| {
        let offer = p.run.order("open").recovery.offer;
        p.order("used", |order| order.recovery.offer = offer);
    });
    finds("order_stages", "order used", |p| {
        let order = p.run.order("used");
        p.put_order(order, |change| {
            change.timeline = r#"{"at":0,"what":"offer.displayed"}"#.to_owned() + "\n";
        });
    });
}

#[test]
fn a_s0_22_refunds_above_what_was_paid_are_found() {
    finds("refunds", "order refunded", |p| {
        p.order("refunded", |order| order.refunds[0].amount = fen(300_00));
    });
    finds("refunds", "order refunded", |p| {
        p.order("refunded", |order| order.refunds[0].lines[0].quantity = 3);
    });
}

#[test]
fn s0_r27_a_s0_22_books_that_do_not_balance_are_found() {
    finds("ledger", "order used", |p| {
        p.entry("used", Account::MerchantSales, 1)
    });
    finds("ledger", "order open", |p| {
        p.entry("open", Account::MerchantSales, 5);
        p.entry("open", Account::CustomerCash, -5);
    });
    finds("ledger", "order undone", |p| {
        p.entry("undone", Account::MerchantSales, 5);
        p.entry("undone", Account::PlatformSubsidy, -5);
    });
    finds("ledger", "order used", |p| {
        p.order("used", |order| order.ledger_entries += 1)
    });
}

#[test]
fn s0_r36_s0_r37_s0_r38_s0_r40_pushes_that_should_not_have_gone_out_are_found() {
    finds("push_once", "message", |p| {
        p.message(|m| m.message_id = id("ms_zzz"))
    });
    finds("push_quiet_hours", "message", |p| {
        p.message(|m| m.sent_at = Some(at(60 * 13)))
    });
    finds("push_category_day", "message", |p| {
        p.message(|m| {
            (m.message_id, m.order_id) = (id("ms_zzz"), id("open"));
        });
    });
    finds("push_once", "order claimed", |p| {
        let order = p.run.order("claimed");
        p.put_order(order, |change| {
            change.timeline = r#"{"at":0,"what":"push.sent"}"#.to_owned() + "\n";
        });
    });
}

#[test]
fn timers_that_are_missing_or_lead_nowhere_are_found() {
    finds("timers", "order open", |p| {
        let order = p.run.order("open");
        p.put_order(order, |change| change.old_wake = change.order.cancel_at);
    });
    finds("timers", "order used", |p| {
        let order = p.run.order("used");
        p.put_order(order, |change| change.wake_at = Some(at(77)));
    });
    finds("timers", "coupon", |p| {
        // The wish goes, the timer stays.
        p.coupon("used", |c| c.coupon.wake_at = Some(at(77)));
        p.coupon("used", |c| (c.coupon.wake_at, c.old_wake) = (None, None));
    });
    finds("timers", "coupon", |p| {
        // The timer goes, the wish stays.
        let before = p.run.order("locked").claimed_coupon().cloned().unwrap();
        let wish = p
            .run
            .reader()
            .coupon(&p.run.shop, &before)
            .unwrap()
            .unwrap()
            .wake_at;
        p.coupon("locked", |c| c.coupon.wake_at = None);
        p.coupon("locked", |c| (c.coupon.wake_at, c.old_wake) = (wish, wish));
    });
}

/// The engine goes on working while the auditor walks: what is just being changed is no finding.
fn stays_clean_under_load(store: Box<dyn Store>, orders: usize) {
    let run = Run::on(store).with_campaign(&Deal::default());
    let placings = (0..orders).map(|n| ingest(&placed(&format!("o{n}"), &format!("u{n}"), at(0))));
    run.many(placings.collect());
    run.advance(at(15));
    let audits = std::thread::scope(|scope| {
        let worker = scope.spawn(|| {
            for n in 0..orders {
                let name = format!("o{n}");
                let coupon = run.claim(&name);
                run.start_payment(&name, "p1", Some(&coupon));
                match n % 4 {
                    0 => run.apply(&paid(&name, "p1", PAYABLE - SAVE, at(15))),
                    1 => run.apply(&failed(&name, "p1", at(15))),
                    2 => run.apply(&cancelled(&name, at(15))),
                    _ => {}
                }
                if n % 16 == 0 {
                    run.advance(at(16 + i64::try_from(n).unwrap() / 16));
                }
            }
        });
        let mut audits = 0;
        while !worker.is_finished() || audits == 0 {
            run.assert_clean();
            audits += 1;
        }
        audits
    });
    assert!(audits > 0);
    run.assert_clean();
}

#[test]
fn a_live_store_in_memory_is_clean_too() {
    stays_clean_under_load(Box::new(MemoryStore::new()), 400);
}

#[test]
fn a_live_sqlite_file_is_clean_too() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("a.db")).unwrap();
    stays_clean_under_load(Box::new(store), 150);
}
