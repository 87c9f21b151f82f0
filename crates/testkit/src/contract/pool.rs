//! The presale pool: settings, orders, rankings and the ranks in them.

use super::{Answer, all, load, page, refused, write};
use crate::build::{self, at, id};
use domain::{
    Code, OrderId, ShopId,
    pool::{Candidate, Exception, Pass, PassKind, PoolOrder, RankKey, Stage, Standing, Stock},
};
use port::{
    CandidateChange, CandidateKey, Change, Keys, PageKey, PoolChanges, PoolKeys, PoolRow, PoolRows,
    PresaleChange, RunChange, Store, Subject, WalkKey,
};
use std::collections::BTreeMap;
use std::sync::Arc;

mod families;
mod many;
mod pages;

pub use families::*;
pub use many::*;
pub use pages::*;

fn s1() -> ShopId {
    id("s1")
}

fn with_shops(store: &mut dyn Store) {
    write(store, |changes| changes.shops.extend(["s1", "s2"].map(build::shared_shop)));
}

fn pool_rows(store: &mut dyn Store, pool: PoolKeys) -> PoolRows {
    load(store, &Keys { pool, ..Keys::default() }).pool
}

fn new_order(order: PoolOrder) -> Change<Box<PoolOrder>> {
    Change::new((s1(), order.order_id.clone()), order.into())
}

fn changed_order(order: PoolOrder, old: &PoolOrder) -> Change<Box<PoolOrder>> {
    Change::of((s1(), order.order_id.clone()), order.into(), old.wake_at())
}

fn change_of(shop: &ShopId, run: u64, before: Option<bool>, after: Candidate) -> CandidateChange {
    let key = after.key.clone();
    CandidateChange { shop_id: shop.clone(), run, key, before, after: Some(after) }
}

fn walk(run: u64, after: Option<RankKey>, through: i64, limit: usize) -> WalkKey {
    WalkKey { shop_id: s1(), run, after, through, limit }
}

fn names(candidates: &[Candidate]) -> Vec<&str> {
    candidates.iter().map(|candidate| candidate.order_id.as_str()).collect()
}

/// Something in every table of the pool.
pub fn everything(shop: &ShopId, to: &mut PoolChanges) {
    let presale =
        PresaleChange { shop_id: shop.clone(), record: build::presale("p-1").into(), old_wake: None };
    to.presales.push(presale);
    to.gifts.push((shop.clone(), build::gift("g-1").into()));
    to.runs.push(RunChange { shop_id: shop.clone(), run: build::run("g-1", 1, Some(at(3))), old_wake: None });
    to.stock.push((shop.clone(), id("toy"), Stock { quantity: 9, given: 2 }));
    to.openings.push((shop.clone(), id("sku-1001"), at(3_600)));
    to.watermarks.push((shop.clone(), at(60)));
    to.gaps.push((shop.clone(), "june.csv".into(), Some(build::gap("june.csv").into())));
    let order = build::pool_order("o-1", Stage::PresalePool);
    to.orders.push(Change::new((shop.clone(), order.order_id.clone()), order.into()));
    to.candidates.push(change_of(shop, 1, None, build::candidate(5, "o-1")));
    to.buyers.push(((shop.clone(), 1, id("u-1")), vec![build::place(5, "o-1")]));
}

/// The rows that [`change`] may change.
pub fn keys(shop: &ShopId, number: u8) -> PoolKeys {
    let order = format!("o-{number}");
    let place = (shop.clone(), 1 + u64::from(number % 2), build::place(i64::from(number), &order));
    PoolKeys {
        orders: vec![(shop.clone(), id(&order))],
        candidates: vec![place.clone()],
        ranks: vec![place.clone()],
        buyers: vec![(shop.clone(), 1, id("u-1"))],
        walks: vec![WalkKey {
            shop_id: shop.clone(),
            run: place.1,
            after: Some(place.2),
            through: at(3).micros() / 1_000_000,
            limit: 2,
        }],
        pages: vec![PageKey {
            shop_id: shop.clone(),
            strategy_id: id("p-1"),
            kind: kind(number),
            after: None,
            limit: 2,
        }],
        families: vec![(shop.clone(), parent(number))],
        ..PoolKeys::default()
    }
}

/// The parent of the orders with that number that have one.
fn parent(number: u8) -> OrderId {
    id(&format!("parent-{}", number % 2))
}

fn kind(number: u8) -> PassKind {
    [PassKind::Activate, PassKind::Rerun, PassKind::Cover, PassKind::Judge][usize::from(number) % 4]
}

/// One change, chosen by small numbers.
pub fn change(table: u8, shop: &ShopId, (number, value): (u8, u8), rows: &PoolRows, to: &mut PoolChanges) {
    let (name, shop_id) = (format!("o-{number}"), shop.clone());
    match table {
        24 | 25 => {
            let known = rows.orders[0].1.as_ref();
            let stage = Stage::ALL[usize::from(value) % Stage::ALL.len()];
            let mut order = build::pool_order(&name, stage);
            order.parent_id = (value % 3 == 0).then(|| parent(number));
            if value % 2 == 1 {
                order.note(Code::LateEarlierOrder, Some(&id("g-1")), at(value.into()));
                order.times.balance_closes_at = Some(at(100 + i64::from(value)));
            }
            let (is_new, old_wake) = (known.is_none(), known.and_then(|order| order.wake_at()));
            to.orders.push(Change {
                key: (shop_id, order.order_id.clone()),
                row: order.into(),
                is_new,
                old_wake,
                is_beside: false,
            });
        }
        26..=28 => {
            let ((_, run, key), known) = &rows.candidates[0];
            let mut candidate = build::candidate(i64::from(number), &name);
            (candidate.counts, candidate.rank) = (value % 2 == 0, Some(u64::from(value) + 1));
            let after = (value > 1).then_some(candidate);
            let (run, key, before) = (*run, key.clone(), known.as_ref().map(|known| known.counts));
            if before.is_some() || after.is_some() {
                to.candidates.push(CandidateChange { shop_id, run, key, before, after });
            }
        }
        29 => {
            let places = (0..value % 3).map(|second| build::place(second.into(), &name)).collect();
            to.buyers.push(((shop_id, 1, id("u-1")), places));
        }
        30 => to.stock.push((shop_id, id(&name), Stock { quantity: 9, given: value.into() })),
        _ if value > 2 => to.gifts.push((shop_id, build::gift(&format!("g-{number}")).into())),
        _ if value == 2 => {
            let gap = (number % 2 == 0).then(|| build::gap("june.csv").into());
            to.gaps.push((shop_id, "june.csv".into(), gap));
        }
        _ => to.watermarks.push((shop_id, at(value.into()))),
    }
}

/// Everything that is set up comes back with the shop and by itself, also after it changed.
pub fn what_a_shop_sets_up_for_its_pool(store: &mut dyn Store) {
    with_shops(store);
    let of_shop = |store: &mut dyn Store| {
        let rows = load(store, &Keys { shops: vec![s1(), id("s2")], ..Keys::default() }).shops;
        let pools: Vec<PoolRow> = rows.into_iter().filter_map(|(_, row)| Some(row?.pool)).collect();
        assert_eq!(store.reader().pool(&s1()).answer(), pools[0]);
        assert_eq!(pools[1], PoolRow::default());
        pools[0].clone()
    };
    assert_eq!(of_shop(store), PoolRow::default());
    write(store, |changes| everything(&s1(), &mut changes.pool));
    let mut expected = PoolRow {
        presales: BTreeMap::from([(id("p-1"), Arc::new(build::presale("p-1")))]),
        gifts: BTreeMap::from([(id("g-1"), Arc::new(build::gift("g-1")))]),
        runs: BTreeMap::from([(id("g-1"), build::run("g-1", 1, Some(at(3))))]),
        stock: BTreeMap::from([(id("toy"), Stock { quantity: 9, given: 2 })]),
        openings: BTreeMap::from([(id("sku-1001"), at(3_600))]),
        watermark: Some(at(60)),
        gaps: BTreeMap::from([("june.csv".into(), Arc::new(build::gap("june.csv")))]),
    };
    assert_eq!(of_shop(store), expected);
    // A pass goes on: the strategy is the same.
    let mut passing = build::presale("p-1");
    passing.activated_at = Some(at(86_400));
    passing.pass = Some(Pass { after: Some(id("o-7")), ..Pass::new(PassKind::Activate) });
    let put = |record: &domain::pool::PresaleRecord, old_wake| {
        vec![PresaleChange { shop_id: s1(), record: Arc::new(record.clone()), old_wake }]
    };
    let old_wake = build::presale("p-1").wake_at();
    write(store, |changes| changes.pool.presales = put(&passing, old_wake));
    expected.presales.insert(id("p-1"), Arc::new(passing.clone()));
    assert_eq!(of_shop(store), expected);
    // It changes, and everything else with it.
    let mut edited = passing.clone();
    (edited.version, edited.pass) = (2, None);
    Arc::make_mut(&mut edited.strategy).goods = vec![id("sku-1"), id("sku-2")].into();
    let mut gift = build::gift("g-1");
    gift.versions.push(build::gift("g-1").versions[0].clone());
    let mut run = build::run("g-1", 7, None);
    (run.finished, run.given, run.cursor) = (true, 3, Some(build::place(5, "o-1")));
    write(store, |changes| {
        let pool = &mut changes.pool;
        pool.presales = put(&edited, passing.wake_at());
        pool.gifts.push((s1(), Arc::new(gift.clone())));
        pool.runs.push(RunChange { shop_id: s1(), run: run.clone(), old_wake: Some(at(3)) });
        pool.stock.push((s1(), id("toy"), Stock { quantity: 9, given: 9 }));
        pool.openings.push((s1(), id("sku-1001"), at(7_200)));
        pool.watermarks.push((s1(), at(61)));
        pool.gaps.push((s1(), "june.csv".into(), None));
        pool.gaps.push((s1(), "july.csv".into(), Some(build::gap("july.csv").into())));
    });
    expected.presales.insert(id("p-1"), Arc::new(edited));
    expected.gifts.insert(id("g-1"), Arc::new(gift));
    expected.runs.insert(id("g-1"), run);
    expected.stock.insert(id("toy"), Stock { quantity: 9, given: 9 });
    expected.openings.insert(id("sku-1001"), at(7_200));
    expected.watermark = Some(at(61));
    expected.gaps = BTreeMap::from([("july.csv".into(), Arc::new(build::gap("july.csv")))]);
    assert_eq!(of_shop(store), expected);
    let due = store.due_timers(at(1_000_000), 10).answer();
    assert_eq!(due.len(), 1, "only the order's is left: {due:?}");
}

/// Strategies without a shop are refused.
pub fn a_pool_belongs_to_a_shop(store: &mut dyn Store) {
    refused(store, |changes| {
        let record = build::presale("p-1").into();
        changes.pool.presales.push(PresaleChange { shop_id: s1(), record, old_wake: None });
    });
    refused(store, |changes| changes.pool.gifts.push((s1(), build::gift("g-1").into())));
    assert_eq!(store.reader().pool(&s1()).answer(), PoolRow::default());
}

/// Orders are found by id, by stage and when people must look at them, and move between lists.
pub fn pooled_orders_by_id_stage_and_exception(store: &mut dyn Store) {
    let stages = [Stage::ShopOrder, Stage::PresalePool, Stage::PresalePool, Stage::Closed];
    let orders: Vec<_> =
        (1..).zip(stages).map(|(number, stage)| build::pool_order(&format!("o-{number}"), stage)).collect();
    write(store, |changes| {
        changes.pool.orders.extend(orders.iter().cloned().map(new_order));
        let other = build::pool_order("o-2", Stage::Review);
        changes.pool.orders.push(Change::new((id("s2"), other.order_id.clone()), other.into()));
    });
    let asked = ["o-3", "o-9", "o-1", "o-3"].map(|order| (s1(), id::<OrderId>(order)));
    let found = pool_rows(store, PoolKeys { orders: asked.to_vec(), ..PoolKeys::default() }).orders;
    assert!(found.iter().map(|(key, _)| key).eq(&asked));
    let found: Vec<_> = found.into_iter().map(|(_, order)| order).collect();
    let [one, three] = [0, 2].map(|index: usize| Some(Box::new(orders[index].clone())));
    assert_eq!(found, [three.clone(), None, one, three]);
    let reader = store.reader();
    let list = |stage, page| reader.pool_orders(&s1(), stage, &page).answer();
    let exceptions = |page| reader.pool_exceptions(&s1(), &page).answer();
    assert_eq!(list(None, all()), orders);
    assert_eq!(list(None, page(Some("o-1"), 2)), orders[1..3]);
    assert_eq!(list(Some(Stage::PresalePool), all()), orders[1..3]);
    assert_eq!(list(Some(Stage::PresalePool), page(Some("o-2"), 5)), orders[2..3]);
    assert_eq!(list(Some(Stage::PresalePool), page(None, 1)), orders[1..2]);
    assert_eq!(list(Some(Stage::Review), all()), []);
    assert_eq!(exceptions(all()), []);
    let mut moved = orders[1].clone();
    moved.go(Stage::Review, at(50));
    moved.exceptions.push(Exception {
        code: Code::LateEarlierOrder,
        strategy_id: Some(id("g-1")),
        at: at(50),
        reached: None,
    });
    let mut learned = orders[2].clone();
    learned.times.balance_paid_at = Some(at(4_000));
    write(store, |changes| {
        changes.pool.orders.push(changed_order(moved.clone(), &orders[1]));
        changes.pool.orders.push(changed_order(learned.clone(), &orders[2]));
    });
    assert_eq!(list(Some(Stage::PresalePool), all()), [learned]);
    assert_eq!(list(Some(Stage::Review), all()), [moved.clone()]);
    assert_eq!(exceptions(all()), [moved.clone()]);
    assert_eq!(exceptions(page(Some("o-2"), 5)), []);
    assert_eq!(reader.pool_order(&s1(), &id("o-2")).answer(), Some(moved.clone()));
    assert_eq!(reader.pool_order(&s1(), &id("o-9")).answer(), None);
    let settled = PoolOrder { exceptions: Vec::new(), ..moved.clone() };
    write(store, |changes| changes.pool.orders.push(changed_order(settled, &moved)));
    assert_eq!(exceptions(all()), []);
}

/// A candidate is put, changed in everything, and taken away.
pub fn candidates_come_change_and_go(store: &mut dyn Store) {
    let before = build::candidate(5, "o-1");
    let mut after = before.clone();
    after.amount = money::Money::from_minor(9_900);
    after.amount_state = domain::pool::AmountState::Final;
    (after.counts, after.standing) = (false, Standing::Given);
    (after.rank, after.tier, after.code) = (Some(3), Some(1), Some(Code::BeyondFirstN));
    let key = |run, place: &RankKey| -> CandidateKey { (s1(), run, place.clone()) };
    let read = |store: &mut dyn Store| {
        let asked = vec![key(2, &before.key), key(1, &before.key), key(1, &build::place(5, "o-2"))];
        let rows = pool_rows(store, PoolKeys { candidates: asked.clone(), ..PoolKeys::default() }).candidates;
        for (key, candidate) in &rows {
            assert_eq!(store.reader().candidate(key).answer(), *candidate);
        }
        rows.into_iter().map(|(_, candidate)| candidate).collect::<Vec<_>>()
    };
    write(store, |changes| changes.pool.candidates.push(change_of(&s1(), 1, None, before.clone())));
    assert_eq!(read(store), [None, Some(before.clone()), None]);
    write(store, |changes| changes.pool.candidates.push(change_of(&s1(), 1, Some(true), after.clone())));
    assert_eq!(read(store), [None, Some(after.clone()), None]);
    for standing in Standing::ALL {
        let after = Candidate { standing, ..after.clone() };
        write(store, |changes| changes.pool.candidates.push(change_of(&s1(), 1, Some(false), after.clone())));
        assert_eq!(read(store)[1], Some(after));
    }
    let gone = CandidateChange { after: None, ..change_of(&s1(), 1, Some(false), after) };
    write(store, |changes| changes.pool.candidates.push(gone));
    assert_eq!(read(store), [None, None, None]);
}

/// A walk reads places in their order: by second, then by order number; after one, through a second.
pub fn walks_go_by_place(store: &mut dyn Store) {
    let second = at(0).micros() / 1_000_000;
    write(store, |changes| {
        let places = [(9, "o-1"), (5, "o-10"), (5, "o-9"), (-2_000_000_000, "o-old"), (7, "o-2")];
        for (seconds, order) in places {
            changes.pool.candidates.push(change_of(&s1(), 1, None, build::candidate(seconds, order)));
        }
        changes.pool.candidates.push(change_of(&s1(), 2, None, build::candidate(6, "o-3")));
        changes.pool.candidates.push(change_of(&id("s2"), 1, None, build::candidate(6, "o-4")));
    });
    let cases: [(WalkKey, &[&str]); 9] = [
        (walk(1, None, i64::MAX, 100), &["o-old", "o-9", "o-10", "o-2", "o-1"]),
        (walk(1, None, i64::MAX, 3), &["o-old", "o-9", "o-10"]),
        (walk(1, None, second + 7, 100), &["o-old", "o-9", "o-10", "o-2"]),
        (walk(1, Some(build::place(5, "o-9")), i64::MAX, 2), &["o-10", "o-2"]),
        (walk(1, Some(build::place(5, "o-9")), second + 5, 2), &["o-10"]),
        (walk(1, Some(build::place(6, "o-3")), i64::MAX, 100), &["o-2", "o-1"]),
        (walk(1, Some(build::place(9, "o-1")), i64::MAX, 100), &[]),
        (walk(1, None, i64::MIN, 100), &[]),
        (walk(3, None, i64::MAX, 100), &[]),
    ];
    for (key, expected) in cases {
        let keys = PoolKeys { walks: vec![key.clone()], ..PoolKeys::default() };
        assert_eq!(names(&pool_rows(store, keys).walks[0].1), expected, "{key:?}");
        assert_eq!(names(&store.reader().walk(&key).answer()), expected, "{key:?}");
    }
}

/// A rank is the number of places that count at or before one, whatever came, changed and went.
pub fn ranks_count_the_places_before(store: &mut dyn Store) {
    let mut places: BTreeMap<CandidateKey, bool> = BTreeMap::new();
    let mut random = 1_u64;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    for _ in 0..30 {
        let mut moves = BTreeMap::new();
        for _ in 0..40 {
            let order = format!("o-{}", next(60));
            // Some in one second, others days and decades away.
            let spread =
                [1, 10, 5_000, 1_000_000, 3_000_000_000][usize::try_from(next(5)).unwrap_or_default()];
            let seconds = i64::try_from(next(spread)).unwrap_or_default() * if next(2) == 0 { 1 } else { -1 };
            let shop = id::<ShopId>(["s1", "s2"][usize::from(next(4) == 0)]);
            moves.insert((shop, 1 + next(2), build::place(seconds, &order)), (next(3), order, seconds));
        }
        let mut changed = Vec::new();
        for (key, (kind, order, seconds)) in moves {
            let before = places.get(&key).copied();
            let after = match kind {
                0 => before.is_none().then_some(true),
                kind => Some(kind == 1),
            };
            let candidate = after.map(|counts| Candidate { counts, ..build::candidate(seconds, &order) });
            match after {
                Some(counts) => places.insert(key.clone(), counts),
                None => places.remove(&key),
            };
            let (shop_id, run, key) = key;
            changed.push(CandidateChange { shop_id, run, key, before, after: candidate });
        }
        write(store, |changes| changes.pool.candidates = changed);
        let mut ranks: Vec<CandidateKey> = places.keys().cloned().collect();
        let last = port::last_of_second(at(0).micros() / 1_000_000);
        ranks.extend([(s1(), 1, last), (s1(), 9, build::place(0, "o-1"))]);
        ranks.extend([i64::MIN, i64::MAX].map(|second| (s1(), 1, port::last_of_second(second))));
        let half = ranks.len() / 2;
        ranks.rotate_left(half);
        let found = pool_rows(store, PoolKeys { ranks: ranks.clone(), ..PoolKeys::default() }).ranks;
        assert_eq!(found.len(), ranks.len());
        for (key, rank) in found {
            let first = (key.0.clone(), key.1, RankKey { second: i64::MIN, number: "".into() });
            let expected = places.range(first..=key.clone()).filter(|(_, counts)| **counts).count() as u64;
            assert_eq!(rank, expected, "{key:?}");
            if key.2.second % 7 == 0 {
                assert_eq!(store.reader().rank(&key).answer(), expected, "{key:?}");
            }
        }
    }
}

/// A buyer's places are put, replaced and taken away.
pub fn buyers_places(store: &mut dyn Store) {
    let key = |run, customer: &str| (s1(), run, id(customer));
    let read = |store: &mut dyn Store| {
        let buyers = vec![key(1, "u-2"), key(1, "u-1"), key(2, "u-1")];
        let rows = pool_rows(store, PoolKeys { buyers, ..PoolKeys::default() }).buyers;
        rows.into_iter().map(|(_, places)| places).collect::<Vec<_>>()
    };
    let places = vec![build::place(5, "o-1"), build::place(7, "o-2")];
    write(store, |changes| changes.pool.buyers.push((key(1, "u-1"), places.clone())));
    assert_eq!(read(store), [vec![], places.clone(), vec![]]);
    write(store, |changes| {
        changes.pool.buyers.push((key(1, "u-1"), places[1..].to_vec()));
        changes.pool.buyers.push((key(2, "u-1"), places[..1].to_vec()));
    });
    assert_eq!(read(store), [vec![], places[1..].to_vec(), places[..1].to_vec()]);
    write(store, |changes| {
        changes.pool.buyers.push((key(1, "u-1"), Vec::new()));
        changes.pool.buyers.push((key(1, "u-2"), Vec::new()));
    });
    assert_eq!(read(store), [vec![], vec![], places[..1].to_vec()]);
}

/// Timers of strategies, runs and orders stand in the order of firing behind orders and coupons.
pub fn timers_of_the_pool_fire_in_order(store: &mut dyn Store) {
    with_shops(store);
    let mut presale = build::presale("a");
    Arc::make_mut(&mut presale.strategy).activation_at = at(10);
    let order = |name: &str, closes: i64| {
        let mut order = build::pool_order(name, Stage::PresalePool);
        order.times.balance_closes_at = Some(at(closes));
        order
    };
    write(store, |changes| {
        changes.pool.orders.extend([order("a", 10), order("b", 9)].map(new_order));
        let run = build::run("a", 1, Some(at(10)));
        changes.pool.runs.push(RunChange { shop_id: s1(), run, old_wake: None });
        let record = presale.clone().into();
        changes.pool.presales.push(PresaleChange { shop_id: s1(), record, old_wake: None });
        changes.orders.push(super::new_order("z", Some(10)));
        let mut coupon = build::coupon("z", "u-1", "z", at(0));
        coupon.wake_at = Some(at(10));
        changes.coupons.push(build::new_coupon(&s1(), coupon));
    });
    let due = |store: &mut dyn Store| store.due_timers(at(10), 100).answer();
    let subjects: Vec<_> = due(store).into_iter().map(|timer| timer.subject).collect();
    let expected = [
        Subject::PoolOrder(id("b")),
        Subject::Order(id("z")),
        Subject::Coupon(id("z")),
        Subject::PresaleStrategy(id("a")),
        Subject::GiftRun(id("a")),
        Subject::PoolOrder(id("a")),
    ];
    assert_eq!(subjects, expected);
    assert!(due(store).is_sorted());
    let listed = due(store);
    for (cut, timer) in listed.iter().enumerate() {
        let (kind, subject) = timer.subject.parts();
        let key = format!("{}|{kind}|{subject}", timer.due_at.micros());
        let rest = store.reader().timers(&s1(), &page(Some(&key), 100)).answer();
        assert_eq!(rest, listed[cut + 1..], "after {key}");
    }
    let (old, mut paid) = (order("b", 9), order("b", 9));
    paid.times.balance_paid_at = Some(at(8));
    let run = build::run("a", 1, Some(at(11)));
    write(store, |changes| {
        changes.pool.orders.push(changed_order(paid, &old));
        changes.pool.runs.push(RunChange { shop_id: s1(), run, old_wake: Some(at(10)) });
        let activated = domain::pool::PresaleRecord { activated_at: Some(at(10)), ..presale.clone() };
        let (record, old_wake) = (activated.into(), presale.wake_at());
        changes.pool.presales.push(PresaleChange { shop_id: s1(), record, old_wake });
    });
    let subjects: Vec<_> = due(store).into_iter().map(|timer| timer.subject).collect();
    assert_eq!(subjects, [expected[1].clone(), expected[2].clone(), expected[5].clone()]);
    assert_eq!(store.due_timers(at(11), 100).answer().len(), 4);
}

/// What exists is not new, and what is missing cannot change; neither leaves anything.
pub fn a_change_must_fit_what_is_stored(store: &mut dyn Store) {
    let order = build::pool_order("o-1", Stage::ShopOrder);
    let candidate = build::candidate(5, "o-1");
    let gone = |before| CandidateChange { after: None, ..change_of(&s1(), 1, before, candidate.clone()) };
    refused(store, |changes| changes.pool.orders.push(changed_order(order.clone(), &order)));
    refused(store, |changes| {
        changes.pool.orders.push(new_order(build::pool_order("o-2", Stage::ShopOrder)));
        changes.pool.candidates.push(change_of(&s1(), 1, Some(true), candidate.clone()));
    });
    refused(store, |changes| changes.pool.candidates.push(gone(Some(true))));
    write(store, |changes| {
        changes.pool.orders.push(new_order(order.clone()));
        changes.pool.candidates.push(change_of(&s1(), 1, None, candidate.clone()));
    });
    refused(store, |changes| changes.pool.orders.push(new_order(order.clone())));
    refused(store, |changes| {
        changes.pool.buyers.push(((s1(), 1, id("u-1")), vec![candidate.key.clone()]));
        changes.pool.candidates.push(change_of(&s1(), 1, None, candidate.clone()));
    });
    refused(store, |changes| changes.pool.candidates.push(gone(None)));
    let reader = store.reader();
    assert_eq!(reader.pool_orders(&s1(), None, &all()).answer(), [order]);
    let key = (s1(), 1, candidate.key.clone());
    assert_eq!(reader.rank(&key).answer(), 1);
    assert_eq!(reader.candidate(&key).answer(), Some(candidate));
}
