//! The auditor: a store that the engine made is clean, and each planted fault is found by name.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

#[path = "audit/refunds.rs"]
mod refunds;
mod support;

use audit::audit;
use domain::{
    coupon::{BatchCounters, Coupon, CouponStatus, FromOffer, Origin},
    ledger::Account,
    message::MessageStatus,
    order::{
        ClosedWay, CouponConflict, OfferStatus, Offline, PaymentStatus, Refund, RefundStatus, State, Transfer,
    },
};
use port::{BatchClaims, Change, Changes, ConflictRow};
use support::{
    planter::{finds, stocked},
    *,
};

fn offer(change: &mut Change<Coupon>) -> &mut FromOffer {
    match &mut change.row.origin {
        Origin::Offer(offer) => offer,
        Origin::Batch(_) => panic!("a coupon of a batch"),
    }
}

#[test]
fn a_store_that_the_engine_made_is_clean() {
    let (run, _store) = stocked();
    let mut heard = Vec::new();
    let report = audit(run.reader(), run.engine.now(), &mut |what, count| {
        heard.push((what.to_owned(), count));
    });
    let report = report.unwrap();
    assert!(report.findings.is_empty() && !report.truncated, "{:#?}", report.findings);
    let unused: Vec<_> = report.checked.iter().filter(|(_, rows)| **rows == 0).collect();
    assert!(unused.is_empty(), "every check looked at something: {unused:?}");
    assert!(heard.contains(&("orders".into(), 7)), "{heard:?}");
    assert_eq!(run.messages("pushed").last().unwrap().status, MessageStatus::Sent);
}

#[test]
fn s0_r19_a_s0_20_figures_that_differ_from_the_coupons_are_found() {
    finds("campaign_counters", "campaign c1", |p| {
        p.counters(|c| c.available += 1);
    });
    finds("campaign_counters", "campaign c1", |p| {
        p.counters(|c| (c.issued, c.void) = (c.issued + 1, c.void + 1));
    });
    finds("campaign_quantity", "campaign c1", |p| {
        p.counters(|c| (c.issued, c.available) = (1_001, 998));
    });
    finds("campaign_quantity", "campaign c1", |p| {
        p.counters(|c| c.expired += 1);
    });
}

/// Figures of a kind are the sums over its orders as they are: paid, refunded and undone ones.
#[test]
fn figures_that_differ_from_what_orders_bring_are_found() {
    let (run, _store) = stocked();
    let figures = run.counters("cost").brought;
    let figures: Vec<_> = figures.iter().map(|(name, sum)| (name.as_str(), *sum)).collect();
    // `used` and `refunded` were paid, two units of sku-1 each; one unit of `refunded` went back.
    let back = run.order("refunded").refunded().minor();
    let paid = PAYABLE - SAVE + PAYABLE;
    assert_eq!(figures, [("lines", 2), ("orders", 2), ("paid", paid), ("refunded", back), ("units", 4)]);
    finds("campaign_figures", "campaign cost", |p| {
        p.counters_of("cost", |c| *c.brought.entry("orders".into()).or_default() += 1);
    });
    finds("campaign_figures", "campaign cost", |p| {
        p.counters_of("cost", |c| c.brought.retain(|name, _| name != "paid"));
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
        p.coupon("claimed", |c| offer(c).origin_order_id = id("nowhere"));
    });
}

#[test]
fn coupons_whose_fields_do_not_fit_their_state_are_found() {
    finds("coupon_state", "coupon", |p| {
        p.coupon("claimed", |c| c.row.ended_at = Some(at(1)));
    });
    finds("coupon_state", "coupon", |p| {
        p.coupon("claimed", |c| offer(c).version = 9);
    });
    finds("coupon_state", "coupon", |p| {
        p.coupon("claimed", |c| c.row.wake_at = Some(at(99_999)));
    });
}

#[test]
fn a_s0_11_locks_without_a_payment_or_an_end_are_found() {
    finds("coupon_lock", "coupon", |p| {
        p.order("locked", |order| {
            order.payments[0].status = PaymentStatus::Failed;
        });
    });
    finds("coupon_lock", "coupon", |p| {
        p.coupon("locked", |c| {
            c.row.lock.as_mut().unwrap().payment_id = Some(id("other"));
        });
    });
    finds("coupon_lock", "coupon", |p| {
        p.coupon("locked", |c| c.row.wake_at = None);
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
            (c.row.status, c.row.used_on) = (CouponStatus::Void, None);
        });
    });
}

#[test]
fn a_s1_6_orders_that_share_a_coupon_without_it_are_found() {
    for other in ["nowhere", "open", "undone"] {
        finds("coupon_shared", "coupon", |p| p.coupon("used", |c| c.row.also_on = vec![id(other)]));
    }
}

#[test]
fn s0_r29_s0_r30_claims_that_are_not_counted_or_too_many_are_found() {
    finds("claims_counted", "customer of.claimed", |p| {
        p.standing("of.claimed", |s| {
            s.claims.values_mut().for_each(|claims| claims.total += 1);
        });
    });
    finds("claims_counted", "coupon", |p| {
        p.standing("of.claimed", |s| s.claims.clear());
    });
    finds("claim_limits", "customer of.claimed", |p| {
        // A second coupon of the same day, on an order of its own.
        let original = p.run.order("claimed").claimed_coupon().cloned().unwrap();
        let mut coupon = p.run.reader().coupon(&p.run.shop, &original).unwrap().unwrap();
        coupon.coupon_id = id("cp-second");
        let change = Change::new((p.run.shop.clone(), coupon.coupon_id.clone()), coupon);
        p.write(&Changes { coupons: vec![change], ..Changes::default() });
    });
}

#[test]
fn a_g_5_sums_and_shares_that_do_not_add_up_are_found() {
    finds("order_amounts", "order open", |p| {
        p.order("open", |o| o.payable = fen(295_01));
    });
    finds("order_amounts", "order open", |p| {
        p.order("open", |order| {
            let line = &mut order.lines[0];
            line.shares[0] -= fen(1);
            order.payable += fen(1);
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
            change.row.timeline = r#"{"at":0,"what":"offer.displayed"}"#.to_owned() + "\n";
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

/// A-S2-4: promises above what is left, promises and transfers that do not fit their refund, and books of another way.
#[test]
fn a_s2_4_promises_and_transfers_that_do_not_fit_are_found() {
    let offline = |minor: Option<i64>| {
        let closed = vec![ClosedWay { payment_id: id("pr"), code: domain::Code::WindowClosed }];
        let transfer = minor.map(|minor| Transfer {
            amount: fen(minor),
            account_tail: "4412".into(),
            proof: "slip".into(),
            at: at(20),
            recorded_at: at(20),
            by: "key".into(),
        });
        Some(Box::new(Offline { closed, transfer, gave_way: false }))
    };
    let (promised, back) = (RefundStatus::OfflineTransferRequired, RefundStatus::Succeeded);
    for (check, status, wrong) in [
        ("refunds", promised, None),
        ("refunds", promised, offline(Some(1))),
        ("refunds", back, offline(Some(1))),
        ("refunds", back, offline(None)),
        ("refunds", RefundStatus::Rejected, offline(Some(1))),
    ] {
        finds(check, "order refunded", |p| {
            p.order("refunded", |order| {
                (order.refunds[0].status, order.refunds[0].offline) = (status, wrong.clone());
            });
        });
    }
    // It was booked as going back by its payment.
    let amount = stocked().0.order("refunded").refunds[0].total().minor();
    finds("ledger", "order refunded", |p| {
        p.order("refunded", |order| {
            (order.refunds[0].status, order.refunds[0].offline) = (back, offline(Some(amount)));
        });
    });
    let beside = |doctor: fn(&mut Refund)| {
        move |p: &mut planter::Planter| {
            let offline = offline(None);
            p.order("refunded", |order| {
                let mut more = order.refunds[0].clone();
                (more.refund_id, more.status, more.offline) = (id("r2"), promised, offline);
                doctor(&mut more);
                order.refunds.push(more);
            });
        }
    };
    finds("refunds", "order refunded", beside(|more| more.amount = fen(PAYABLE)));
    finds("refunds", "order refunded", beside(|more| more.lines[0].quantity = 2));
    finds("refunds", "order refunded", beside(|more| more.payments[0].amount = fen(PAYABLE)));
}

#[test]
fn s0_r27_a_s0_22_books_that_do_not_balance_are_found() {
    finds("ledger", "order used", |p| {
        p.entry("used", Account::MerchantSales, 1);
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
        p.order("used", |order| order.ledger_entries += 1);
    });
}

#[test]
fn s0_r36_s0_r37_s0_r38_s0_r40_pushes_that_should_not_have_gone_out_are_found() {
    finds("push_once", "message", |p| {
        p.message(|m| m.message_id = id("ms_zzz"));
    });
    finds("push_quiet_hours", "message", |p| {
        p.message(|m| m.sent_at = Some(at(60 * 13)));
    });
    finds("push_category_day", "message", |p| {
        p.message(|m| {
            (m.message_id, m.order_id) = (id("ms_zzz"), Some(id("open")));
        });
    });
    finds("push_once", "order claimed", |p| {
        let order = p.run.order("claimed");
        p.put_order(order, |change| {
            change.row.timeline = r#"{"at":0,"what":"push.sent"}"#.to_owned() + "\n";
        });
    });
}

#[test]
fn timers_that_are_missing_or_lead_nowhere_are_found() {
    finds("timers", "order open", |p| {
        let order = p.run.order("open");
        p.put_order(order, |change| change.old_wake = change.row.order.cancel_at);
    });
    finds("timers", "order used", |p| {
        let order = p.run.order("used");
        p.put_order(order, |change| change.row.wake_at = Some(at(77)));
    });
    finds("timers", "coupon", |p| {
        // The wish goes, the timer stays.
        p.coupon("used", |c| c.row.wake_at = Some(at(77)));
        p.coupon("used", |c| (c.row.wake_at, c.old_wake) = (None, None));
    });
    finds("timers", "coupon", |p| {
        // The timer goes, the wish stays.
        let before = p.run.order("locked").claimed_coupon().cloned().unwrap();
        let wish = p.run.reader().coupon(&p.run.shop, &before).unwrap().unwrap().wake_at;
        p.coupon("locked", |c| c.row.wake_at = None);
        p.coupon("locked", |c| (c.row.wake_at, c.old_wake) = (wish, wish));
    });
}

#[test]
fn batches_whose_figures_or_limits_do_not_fit_are_found() {
    let counters = |doctor: fn(&mut BatchCounters)| {
        move |p: &mut planter::Planter| {
            let mut counters = p.run.batch("b1").counters;
            doctor(&mut counters);
            let batch_counters = vec![(p.run.shop.clone(), id("b1"), counters)];
            p.write(&Changes { batch_counters, ..Changes::default() });
        }
    };
    finds("batch_counters", "coupon batch b1", counters(|c| c.available += 1));
    finds("batch_counters", "coupon batch b1", counters(|c| (c.issued, c.void) = (2, 1)));
    finds("batch_counters", "coupon batch b1", counters(|c| c.codes = 10));
    for had in [0, 3] {
        finds("batch_limits", "coupon", |p| {
            let key = (p.run.shop.clone(), id("of.claimed"), id("b1"));
            let batch_claims = vec![Change::new(key, BatchClaims(had))];
            p.write(&Changes { batch_claims, ..Changes::default() });
        });
    }
}

#[test]
fn a_s4_15_gifts_and_stock_that_disagree_are_found() {
    finds("gift_stock", "gift toy", |p| {
        let shop = p.run.shop.clone();
        p.pool(|row, changes| {
            let (sku, stock) = row.stock.iter().next().unwrap();
            let stock = domain::pool::Stock { given: stock.given + 1, ..*stock };
            changes.stock.push((shop, sku.clone(), stock));
        });
    });
    finds("gifts_given", "gift strategy g", |p| {
        let shop_id = p.run.shop.clone();
        p.pool(|row, changes| {
            let mut run = row.runs.values().next().unwrap().clone();
            let old_wake = run.wake_at;
            run.given += 1;
            changes.runs.push(port::RunChange { shop_id, run, old_wake });
        });
    });
}

#[test]
fn a_s4_25_a_gap_of_which_nothing_is_missing_is_found() {
    for (source, kept) in [("june.csv", "june.csv"), ("july.csv", "june.csv")] {
        let wrong = move |p: &mut support::planter::Planter| {
            let mut gap = domain::pool::Gap::new(source, None);
            if source != kept {
                gap.add_unnamed(domain::pool::Since::Always);
            }
            let shop = p.run.shop.clone();
            p.pool(|_, changes| changes.gaps.push((shop, kept.into(), Some(gap.into()))));
        };
        finds("download_gaps", "gap june.csv", wrong);
    }
}

#[test]
fn s4_r20_a_place_that_is_gone_is_found() {
    let gone = |p: &mut support::planter::Planter| {
        let order = p.run.reader().pool_order(&p.run.shop, &id("pooled")).unwrap().unwrap();
        let (shop_id, entered) = (p.run.shop.clone(), order.entered[0].clone());
        let (run, key) = (entered.run, entered.key);
        let change = port::CandidateChange { shop_id, run, key, before: Some(true), after: None };
        p.pool(|_, changes| changes.candidates.push(change));
    };
    finds("pool_places", "pool order pooled", gone);
    finds("gifts_given", "gift strategy g", gone);
}

/// S0-R31: the list of conflicts and the documents of orders say the same.
#[test]
fn s0_r31_conflicts_that_are_listed_wrongly_are_found() {
    let conflict = || CouponConflict {
        conflict_id: id("cf_1"),
        coupon_id: None,
        kind: "beans".into(),
        code: domain::Code::CouponUsed,
        at: at(1),
    };
    let row = |order: &str| ConflictRow { order_id: id(order), conflict: conflict(), is_over: false };
    let list = |p: &mut planter::Planter, row: ConflictRow| {
        let conflicts = vec![Change::new((p.run.shop.clone(), row.conflict.conflict_id.clone()), row)];
        p.write(&Changes { conflicts, ..Changes::default() });
    };
    finds("coupon_conflicts", "order open", |p| p.order("open", |order| order.conflicts.push(conflict())));
    finds("coupon_conflicts", "order open", |p| {
        p.order("open", |order| order.conflicts.push(conflict()));
        list(p, row("used"));
    });
    finds("coupon_conflicts", "conflict cf_1", |p| list(p, row("open")));
    finds("coupon_conflicts", "conflict cf_1", |p| list(p, row("nobody")));
    finds("coupon_conflicts", "conflict cf_1", |p| {
        p.order("undone", |order| order.conflicts.push(conflict()));
        list(p, row("undone"));
    });
    // As it must be, nothing is found.
    let (run, store) = stocked();
    let mut planter = planter::Planter::of(run, store);
    planter.order("open", |order| order.conflicts.push(conflict()));
    list(&mut planter, row("open"));
    let found = planter.run.audit().findings;
    assert!(found.iter().all(|found| found.check != "coupon_conflicts"), "{found:#?}");
}

/// A-S4-24: orders that were split from one have its gift once.
#[test]
fn a_s4_24_a_gift_that_a_parent_has_twice_is_found() {
    use domain::pool::{Basis, Candidate, RankKey, Timing};
    use support::{families::child, pool::*};
    let store = store_memory::MemoryStore::new();
    let run = pool_on(Box::new(store.clone()));
    run.ok(engine::Command::PutGiftStrategy(Box::new(gift("g", Basis::FirstPayment))));
    run.ok(engine::Command::PutPresaleStrategy(Box::new(presale(Timing::Activation, &["g"]))));
    run.advance(t("10-21"));
    run.bring(&[child("C1", "P", "10-20 20:00:01", 100_00), child("C2", "P", "10-20 20:00:01", 100_00)]);
    support::families::activate(&run);
    run.assert_clean();
    let mut planter = planter::Planter::of(run, store);
    let pooled = |p: &planter::Planter, name: &str| p.run.pooled(name);
    let enters = !pooled(&planter, "C1").entered.is_empty();
    let (has, other) = if enters { ("C1", "C2") } else { ("C2", "C1") };
    let entered = pooled(&planter, has).entered[0].clone();
    let shop_id = planter.run.shop.clone();
    let given = planter.run.reader().candidate(&(shop_id.clone(), entered.run, entered.key.clone()));
    let given = given.unwrap().unwrap();
    // As if the other had been given it a second later.
    let key = RankKey { second: entered.key.second + 1, ..entered.key.clone() };
    let mut order = pooled(&planter, other);
    order.entered.push(domain::pool::Entered { key: key.clone(), ..entered.clone() });
    let after = Some(Candidate { key: key.clone(), order_id: order.order_id.clone(), ..given });
    planter.pool(|_, changes| {
        let id = (shop_id.clone(), order.order_id.clone());
        changes.candidates.push(port::CandidateChange {
            shop_id,
            run: entered.run,
            key,
            before: None,
            after,
        });
        changes.orders.push(Change::of(id, Box::new(order), None));
    });
    let found = planter.run.audit().findings;
    let twice = found.iter().filter(|found| found.check == "gift_once_a_parent");
    assert_eq!(twice.count(), 1, "{found:#?}");
}
