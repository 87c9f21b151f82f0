//! Orders that are taken in together go in rounds of one transaction, whose places are written together: they come to what
//! they come to in small jobs, and all of it is there or nothing.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use domain::pool::{Basis, BuyerLimit, Candidate, GiftStrategy, PoolOrder, ShopOrder, Timing};
use engine::Command;
use port::{Page, Store, StoreErrorKind, WalkKey};
use std::sync::Arc;
use store_memory::MemoryStore;
use store_sqlite::SqliteStore;
use support::{
    faulty::{Faulty, How, Plan, Point},
    pool::*,
    *,
};

/// Orders of the first round and some of the second; a round is 8,192.
const NEW: i64 = 8_400;

/// A shop where one order of a buyer counts, and one where every order does.
fn shop_on(store: Box<dyn Store>) -> Run {
    let run = pool_on(store);
    let one =
        GiftStrategy { buyers: BuyerLimit::OncePerBuyer, ..first(40, gift("one", Basis::FirstPayment)) };
    for gift in [one, first(60, gift("all", Basis::FirstPayment))] {
        run.ok(Command::PutGiftStrategy(Box::new(gift)));
    }
    run.ok(Command::PutPresaleStrategy(Box::new(presale(Timing::Activation, &["one", "all"]))));
    run.advance(t("10-21"));
    run
}

/// New orders, whose buyers come again every now and then, and then orders of the first round once more: as they were,
/// paid at another second, closed, or split off another.
fn told() -> Vec<Command> {
    let new = |number: i64| {
        let mut order = order(&format!("O{number}"), &format!("u{}", number % 3_001), "10-20 20:00:00");
        let paid = t("10-20 20:00:00").plus_seconds(number * 7_919 % 1_000);
        (order.times.ordered_at, order.times.first_paid_at) = (paid, Some(paid));
        order.said.parent_id = (number % 50 == 0).then(|| id(&format!("P{}", number % 400)));
        order
    };
    let again = |number: i64| {
        let mut order = new(number);
        order.said.as_of = Some(t("10-21"));
        match number % 4 {
            0 => {}
            1 => order.times.first_paid_at = order.times.first_paid_at.map(|at| at.plus_seconds(1)),
            2 => order.times.first_paid_at = order.times.first_paid_at.map(|at| at.plus_seconds(300)),
            _ => order.times.closed_at = Some(t("10-20 23:00:00")),
        }
        order
    };
    let take = |order: ShopOrder| Command::TakeShopOrder(Arc::new(order));
    (0..NEW).map(new).chain((0..120).map(again)).map(take).collect()
}

fn submits() -> Vec<Command> {
    (0..NEW).map(|number| Command::SubmitOrder { order_id: id(&format!("O{number}")) }).collect()
}

/// Every order, every place, and here and there the rank of one.
fn pooled(run: &Run) -> (Vec<PoolOrder>, Vec<Candidate>, Vec<u64>) {
    let all = Page { after: None, limit: 100_000 };
    let orders = run.reader().pool_orders(&run.shop, None, &all).unwrap();
    let (mut places, mut ranks) = (Vec::new(), Vec::new());
    for number in ["one", "all"].map(|name| run.run_state(name).number) {
        let shop_id = run.shop.clone();
        let walk = WalkKey { shop_id, run: number, after: None, through: i64::MAX, limit: 100_000 };
        let found = run.reader().walk(&walk).unwrap();
        for candidate in found.iter().step_by(97) {
            ranks.push(run.reader().rank(&(run.shop.clone(), number, candidate.key.clone())).unwrap());
        }
        places.extend(found);
    }
    (orders, places, ranks)
}

fn small_jobs(run: &Run, commands: Vec<Command>) {
    for some in commands.chunks(700) {
        run.many(some.to_vec());
    }
}

#[test]
fn a_s4_5_a_s4_7_places_of_many_rounds_are_those_of_small_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = SqliteStore::open(&folder.path().join("shop.db")).unwrap();
    let wanted = shop_on(Box::new(MemoryStore::new()));
    small_jobs(&wanted, told());
    small_jobs(&wanted, submits());
    let placed = pooled(&wanted);
    assert!(placed.1.len() > usize::try_from(NEW).unwrap(), "{} places", placed.1.len());
    wanted.advance(t("10-29"));
    watermark(&wanted, "10-29");
    let given = ["one", "all"].map(|name| wanted.winners(name));
    assert!(given.iter().all(|given| given.len() > 30), "{given:?}");
    for store in [Box::new(MemoryStore::new()) as Box<dyn Store>, Box::new(sqlite)] {
        let run = shop_on(store);
        run.many(told().into_iter().chain(submits()).collect());
        assert!(pooled(&run) == placed, "other orders or places");
        run.advance(t("10-29"));
        watermark(&run, "10-29");
        assert_eq!(["one", "all"].map(|name| run.winners(name)), given);
        run.assert_clean();
    }
}

/// A-S4-7: where ranks are final already, places of an earlier round count for those of a later one.
#[test]
fn a_s4_7_final_ranks_count_what_earlier_rounds_brought() {
    let shops = [(); 2].map(|()| {
        let run = shop_on(Box::new(MemoryStore::new()));
        run.advance(t("10-29"));
        watermark(&run, "10-29");
        run
    });
    let [wanted, run] = &shops;
    small_jobs(wanted, told());
    run.many(told());
    small_jobs(wanted, submits());
    run.many(submits());
    assert!(pooled(run) == pooled(wanted), "other orders or places");
    assert_eq!(run.winners("all"), wanted.winners("all"));
    run.assert_clean();
}

#[test]
fn a_commit_that_fails_takes_every_round_back() {
    let plan = Plan::default();
    let run = shop_on(Box::new(Faulty { inner: MemoryStore::new(), plan: plan.clone() }));
    for point in [Point::Write, Point::BeforeCommit] {
        plan.always(point, How::Fail(StoreErrorKind::Full));
        assert!(run.many(told()).iter().all(|outcome| code(outcome) == "store"));
        assert_eq!(pooled(&run), (Vec::new(), Vec::new(), Vec::new()), "{point:?}");
        plan.heal();
    }
    run.many(told());
    let wanted = shop_on(Box::new(MemoryStore::new()));
    small_jobs(&wanted, told());
    assert!(pooled(&run) == pooled(&wanted), "other orders or places");
}
