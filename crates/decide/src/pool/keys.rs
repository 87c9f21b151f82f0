//! LOAD for the pool: the places that orders hold or may take, their ranks where they may be judged, the
//! stretch of a walk or a pass.

use super::{ORDERS, STEP};
use crate::book::Facts;
use domain::{
    GiftStrategyId, Instant, OrderId, PresaleStrategyId, ShopId, Sku,
    pool::{BuyerLimit, GiftStrategy, PassKind, PoolOrder, Run, ShopOrder, Timing},
};
use port::{Keys, PageKey, PoolKeys, PoolRow, WalkKey, last_of_second};
use std::borrow::Cow;

/// What the loaded rows of the pool name in turn, as far as it is not loaded.
pub fn second_keys(facts: &Facts, first: &Keys, keys: &mut PoolKeys) {
    let known = &first.pool;
    for (shop, id) in &known.passes {
        pass(facts, shop, id, keys);
    }
    for (shop, id) in &known.runs {
        run(facts, shop, id, keys);
    }
    for page in &known.pages {
        let orders = facts.pool().page(page).iter();
        for id in orders.filter(|id| !leaves_as_it_is(facts, page, id)) {
            stored(facts, &page.shop_id, id, keys);
        }
    }
    for walk in &known.walks {
        siblings(facts, walk, keys);
    }
    for (shop, told) in &known.told {
        told_order(facts, shop, told, keys);
    }
    for (shop, id) in &known.orders {
        stored(facts, shop, id, keys);
    }
    for (shop, parent) in &known.families {
        for id in facts.pool().family(&(shop.clone(), parent.clone())) {
            stored(facts, shop, id, keys);
        }
    }
    for (shop, run, customer) in &known.buyers {
        let key = (shop.clone(), *run, customer.clone());
        let places = facts.pool().buyer(&key).iter();
        let places = places.map(|place| (shop.clone(), *run, place.clone()));
        keys.candidates.extend(places.filter(|key| !facts.pool().knows_candidate(key)));
    }
    keys.candidates.sort_unstable();
    keys.candidates.dedup();
    keys.ranks.sort_unstable();
    keys.ranks.dedup();
    keys.buyers.sort_unstable();
    keys.buyers.dedup();
    keys.orders.sort_unstable();
    keys.orders.dedup();
    keys.families.sort_unstable();
    keys.families.dedup();
}

fn settings<'a>(facts: &'a Facts, shop: &ShopId) -> Option<&'a PoolRow> {
    facts.shop(shop).map(|row| &row.pool)
}

/// Whether an order that is activated keeps its places as they are, and its gifts are the walk's: then they
/// need not be looked up, which for a pass over millions of orders is most of the work.
fn leaves_as_it_is(facts: &Facts, page: &PageKey, id: &OrderId) -> bool {
    let row = settings(facts, &page.shop_id);
    let Some((row, record)) = row.and_then(|row| Some((row, row.presales.get(&page.strategy_id)?))) else {
        return false;
    };
    if page.kind != PassKind::Activate || record.strategy.timing != Timing::Activation {
        return false;
    }
    let Some(order) = facts.pool().order(&(page.shop_id.clone(), id.clone())) else { return false };
    if order.parent_id.is_some() {
        return false;
    }
    let mut kept = 0;
    for gift in &record.strategy.gift_strategies {
        let Some(run) = row.runs.get(gift) else { continue };
        let wanted = row.version_for(run, order).and_then(|strategy| strategy.place(order));
        let held = order.place(gift).filter(|held| held.run == run.number).map(|held| &held.key);
        if wanted.as_ref() != held {
            return false;
        }
        kept += usize::from(held.is_some());
    }
    kept == order.entered.len()
}

/// A pooled order that is loaded: its places, and those that it may take.
fn stored(facts: &Facts, shop: &ShopId, id: &OrderId, keys: &mut PoolKeys) {
    if let Some(order) = facts.pool().order(&(shop.clone(), id.clone())) {
        places(facts, shop, order, keys);
    }
}

/// A download: what the order needs with what it says.
fn told_order(facts: &Facts, shop: &ShopId, told: &std::sync::Arc<ShopOrder>, keys: &mut PoolKeys) {
    let known = facts.pool().order(&(shop.clone(), told.order_id.clone()));
    if let Some(parent) = &told.said.parent_id
        && !facts.pool().knows_family(&(shop.clone(), parent.clone()))
    {
        keys.families.push((shop.clone(), parent.clone()));
        keys.told.push((shop.clone(), told.clone()));
    }
    let Some(mut order) = known.cloned() else {
        // When it was taken in decides nothing about its places.
        return places(facts, shop, &PoolOrder::new(told, told.times.ordered_at), keys);
    };
    // What came in without a time of its own is the newest, whenever that is.
    if order.learn(told, Instant::from_micros(i64::MAX)).is_ok() {
        places(facts, shop, &order, keys);
    }
}

/// The buyer's places of an order that comes in.
pub fn buyers(facts: &Facts, shop: &ShopId, told: &ShopOrder, keys: &mut PoolKeys) {
    places(facts, shop, &PoolOrder::new(told, told.times.ordered_at), keys);
}

/// The places that an order holds, the ranks of those it may be judged by, and its buyer's other places.
/// A place that it does not hold yet is looked up among frozen ranks only: nobody else can hold it.
fn places(facts: &Facts, shop: &ShopId, order: &PoolOrder, keys: &mut PoolKeys) {
    let Some(row) = settings(facts, shop) else { return };
    let pool = facts.pool();
    let whole = as_parent(facts, shop, order, keys);
    let order = &*whole;
    let held = order.entered.iter().map(|entered| (shop.clone(), entered.run, entered.key.clone()));
    keys.candidates.extend(held.filter(|key| !pool.knows_candidate(key)));
    // Places that it gives up are taken off its buyer's list by the version that it entered under.
    for entered in &order.entered {
        let version = row.gifts.get(&entered.strategy_id).and_then(|record| record.version(entered.version));
        let buyer = (shop.clone(), entered.run, order.customer_id.clone());
        if version.is_some_and(|it| it.buyers == BuyerLimit::OncePerBuyer) && !pool.knows_buyer(&buyer) {
            keys.buyers.push(buyer);
        }
    }
    for run in row.runs.values() {
        // By the version that it entered under, and by the one that it goes by when it enters again.
        let (own, newest) = (row.version_for(run, order), row.version_of(run));
        let newest = newest.filter(|newest| own.is_none_or(|own| !std::sync::Arc::ptr_eq(own, newest)));
        for strategy in own.into_iter().chain(newest).filter(|strategy| strategy.takes(order)) {
            place(facts, (shop, row), order, (run, strategy), keys);
        }
    }
}

/// An order as its parent stands. While the other children are not loaded they are asked for, and its own times
/// are looked at meanwhile.
fn as_parent<'o>(
    facts: &Facts,
    shop: &ShopId,
    order: &'o PoolOrder,
    keys: &mut PoolKeys,
) -> Cow<'o, PoolOrder> {
    let Some(parent) = &order.parent_id else { return Cow::Borrowed(order) };
    let key = (shop.clone(), parent.clone());
    if !facts.pool().knows_family(&key) {
        keys.families.push(key);
        return Cow::Owned(order.together(&[]));
    }
    let others = facts.pool().family(&key).iter().filter(|id| **id != order.order_id);
    let others: Vec<PoolOrder> =
        others.filter_map(|id| facts.pool().order(&(shop.clone(), id.clone())).cloned()).collect();
    Cow::Owned(order.together(&others))
}

/// The place that an order may take in a run by a version of its strategy.
fn place(
    facts: &Facts,
    (shop, row): (&ShopId, &PoolRow),
    order: &PoolOrder,
    (run, strategy): (&Run, &GiftStrategy),
    keys: &mut PoolKeys,
) {
    let pool = facts.pool();
    if strategy.buyers == BuyerLimit::OncePerBuyer {
        let buyer = (shop.clone(), run.number, order.customer_id.clone());
        if !pool.knows_buyer(&buyer) {
            keys.buyers.push(buyer);
        }
    }
    let Some(place) = strategy.place(order) else { return };
    let key = (shop.clone(), run.number, place);
    // Among frozen ranks a slot may have been kept for it.
    if strategy.first_n.is_some() && run.is_frozen(&key.2) && !pool.knows_candidate(&key) {
        keys.candidates.push(key.clone());
    }
    let certain = row.certain(strategy.activity.starts_at);
    if strategy.first_n.is_some() && run.is_certain(&key.2, certain) && !pool.knows_rank(&key) {
        keys.ranks.push(key);
    }
}

/// The stretch that a pass goes on with.
fn pass(facts: &Facts, shop: &ShopId, id: &PresaleStrategyId, keys: &mut PoolKeys) {
    let key = settings(facts, shop).and_then(|row| pass_key(row, shop, id));
    keys.pages.extend(key.filter(|key| !facts.pool().knows_page(key)));
}

/// The stretch of orders that a strategy's pass looks at next.
pub fn pass_key(row: &PoolRow, shop: &ShopId, id: &PresaleStrategyId) -> Option<PageKey> {
    let record = row.presales.get(id)?;
    let (kind, after) = match &record.pass {
        Some(pass) => (pass.kind, pass.after.clone()),
        None if record.activated_at.is_none() => (PassKind::Activate, None),
        None => return None,
    };
    Some(PageKey { shop_id: shop.clone(), strategy_id: id.clone(), kind, after, limit: ORDERS })
}

/// The stretch that a run's walk goes on with, and how many places are certain before the first look.
fn run(facts: &Facts, shop: &ShopId, id: &GiftStrategyId, keys: &mut PoolKeys) {
    let Some(row) = settings(facts, shop) else { return };
    let Some(key) = walk_key(row, shop, id) else { return };
    let certain = (shop.clone(), key.run, last_of_second(key.through));
    let started = row.runs.get(id).is_some_and(|run| run.started);
    if !started && !facts.pool().knows_rank(&certain) {
        keys.ranks.push(certain);
    }
    if !facts.pool().knows_walk(&key) {
        keys.walks.push(key);
    }
}

/// The stretch of a run's ranking that is to be walked next. Ranks are walked as far as they are certain.
pub fn walk_key(row: &PoolRow, shop: &ShopId, id: &GiftStrategyId) -> Option<WalkKey> {
    let run = row.runs.get(id)?;
    let strategy = row.lead_of(run)?;
    let through = match strategy.first_n {
        Some(_) => run.certain_through(row.certain(strategy.activity.starts_at)).unwrap_or(i64::MIN),
        None => i64::MAX,
    };
    // Of the first N no more are read than are missing.
    let missing = strategy.first_n.map_or(u64::MAX, |n| n.saturating_sub(run.walked));
    let limit = usize::try_from(missing).unwrap_or(STEP).clamp(1, STEP);
    Some(WalkKey { shop_id: shop.clone(), run: run.number, after: run.cursor.clone(), through, limit })
}

/// Whether the stock of a gift may not last for a step of every run that gives it, for they may walk in one
/// batch: then its orders are to be listed (A-S4-15).
fn may_run_short(row: &PoolRow, strategy: &GiftStrategy) -> bool {
    let step = u64::try_from(STEP).unwrap_or(u64::MAX);
    let of_sku = |strategy: &GiftStrategy, sku: &Sku| -> u64 {
        let gifts = strategy.tiers.iter().flat_map(|tier| &tier.gifts);
        gifts.filter(|gift| gift.sku == *sku).map(|gift| gift.quantity).max().unwrap_or_default()
    };
    strategy.tiers.iter().flat_map(|tier| &tier.gifts).any(|gift| {
        let Some(stock) = row.stock.get(&gift.sku).filter(|stock| stock.is_counted()) else { return false };
        let walking = row.runs.values().filter(|run| run.opened_at.is_some() && !run.finished);
        let versions = walking.filter_map(|run| row.version_of(run));
        let at_once: u64 = versions.map(|other| of_sku(other, &gift.sku)).sum();
        stock.left() < step.saturating_mul(at_once.max(gift.quantity))
    })
}

/// Where other strategies of the group go first, or stock may run short, a walk looks at its orders.
fn siblings(facts: &Facts, walk: &WalkKey, keys: &mut PoolKeys) {
    let Some(row) = settings(facts, &walk.shop_id) else { return };
    let run = row.runs.values().find(|run| run.number == walk.run);
    let Some(strategy) = run.and_then(|run| row.version_of(run)) else { return };
    let in_group = |run: &&Run| {
        strategy.group != 0 && row.version_of(run).is_some_and(|other| other.group == strategy.group)
    };
    let has_versions = run.is_some_and(|run| run.oldest.is_some());
    if !has_versions && row.runs.values().filter(in_group).count() < 2 && !may_run_short(row, strategy) {
        return;
    }
    for place in facts.pool().walk(walk) {
        let key = (walk.shop_id.clone(), walk.run, place.clone());
        let Some(candidate) = facts.pool().candidate(&key) else { continue };
        let order = (walk.shop_id.clone(), candidate.order_id.clone());
        if !facts.pool().knows_order(&order) {
            keys.orders.push(order);
        }
    }
}
