//! The presale pool's rows.

use crate::orders::move_timer;
use crate::tables::{OfShop, Tables, at, refused};
use crate::undo::{Undo, put, take};
use domain::{
    OrderId, ShopId,
    pool::{Candidate, PassKind, PoolOrder, Stage},
};
use port::{
    CandidateChange, CandidateKey, Change, PageKey, PoolChanges, PoolKeys, PoolRow, PoolRows, StoreError,
    Subject, WalkKey,
};
use std::ops::Bound;

/// Answers every key.
pub fn load(tables: &Tables, keys: &PoolKeys, rows: &mut PoolRows) {
    let of = |shop: &ShopId| tables.shops.get(shop);
    for key in &keys.orders {
        let found = of(&key.0).and_then(|shop| shop.pool_orders.get(&key.1)).cloned().map(Box::new);
        rows.orders.push((key.clone(), found));
    }
    for key in &keys.candidates {
        rows.candidates.push((key.clone(), candidate(tables, key)));
    }
    for key in &keys.ranks {
        rows.ranks.push((key.clone(), rank(tables, key)));
    }
    for key in &keys.buyers {
        let place = (key.1, key.2.clone());
        let found = of(&key.0).and_then(|shop| shop.gift_buyers.get(&place)).cloned();
        rows.buyers.push((key.clone(), found.unwrap_or_default()));
    }
    for key in &keys.families {
        rows.families.push((key.clone(), of(&key.0).map(|shop| family(shop, &key.1)).unwrap_or_default()));
    }
    for key in &keys.walks {
        rows.walks.push((key.clone(), walk(tables, key)));
    }
    for key in &keys.pages {
        rows.pages.push((key.clone(), of(&key.shop_id).map(|shop| page(shop, key)).unwrap_or_default()));
    }
}

/// The children of a parent.
fn family(of: &OfShop, parent: &OrderId) -> Vec<PoolOrder> {
    let ids = of.pool_children.get(parent).into_iter().flatten();
    ids.filter_map(|id| of.pool_orders.get(id).cloned()).collect()
}

/// One candidate.
pub fn candidate(tables: &Tables, key: &CandidateKey) -> Option<Candidate> {
    tables.shops.get(&key.0)?.gift_candidates.get(&(key.1, key.2.clone())).cloned()
}

/// How many that count stand at or before a place.
pub fn rank(tables: &Tables, (shop, run, place): &CandidateKey) -> u64 {
    let Some(of) = tables.shops.get(shop) else { return 0 };
    let before = of.gift_candidates.range(..=(*run, place.clone())).rev();
    let of_run = before.take_while(|((number, _), _)| number == run);
    u64::try_from(of_run.filter(|(_, candidate)| candidate.counts).count()).unwrap_or(u64::MAX)
}

/// A stretch of a run's ranking.
pub fn walk(tables: &Tables, key: &WalkKey) -> Vec<Candidate> {
    let Some(of) = tables.shops.get(&key.shop_id) else { return Vec::new() };
    let lowest = || domain::pool::RankKey { second: i64::MIN, number: "".into() };
    let from = match &key.after {
        Some(after) => Bound::Excluded((key.run, after.clone())),
        None => Bound::Included((key.run, lowest())),
    };
    let rows = of.gift_candidates.range((from, Bound::Unbounded));
    let rows = rows.take_while(|((run, place), _)| *run == key.run && place.second <= key.through);
    rows.take(key.limit).map(|(_, candidate)| candidate.clone()).collect()
}

fn page(of: &OfShop, key: &PageKey) -> Vec<PoolOrder> {
    let from = key.after.clone().map_or(Bound::Unbounded, Bound::Excluded);
    let rows = of.pool_orders.range::<OrderId, _>((from, Bound::Unbounded));
    let is_in = |order: &&PoolOrder| {
        let is_its = order.presale_strategy.as_ref() == Some(&key.strategy_id);
        (is_its || key.kind == PassKind::Cover)
            && match key.kind {
                PassKind::Activate => order.is_due(),
                PassKind::Rerun => order.stage != Stage::Closed,
                PassKind::Cover => order.stage == Stage::ShopOrder,
                PassKind::Judge => matches!(order.stage, Stage::PresalePool | Stage::Review),
            }
    };
    rows.map(|(_, order)| order).filter(is_in).take(key.limit).cloned().collect()
}

/// Writes a batch's changes.
pub fn write(tables: &mut Tables, undo: &mut Undo, changes: &PoolChanges) -> Result<(), StoreError> {
    settings(tables, undo, changes)?;
    for change in &changes.orders {
        write_order(tables, undo, change)?;
    }
    for change in &changes.candidates {
        write_candidate(tables, undo, change)?;
    }
    for ((shop, run, customer), places) in &changes.buyers {
        let (place, key) = (at(shop, |s| &mut s.gift_buyers), (*run, customer.clone()));
        if places.is_empty() {
            take(tables, undo, place, key);
        } else {
            put(tables, undo, place, key, places.clone());
        }
    }
    Ok(())
}

fn settings(tables: &mut Tables, undo: &mut Undo, changes: &PoolChanges) -> Result<(), StoreError> {
    let presales = changes.presales.iter().map(|change| &change.shop_id);
    let gifts = changes.gifts.iter().map(|(shop, _)| shop);
    for shop in presales.chain(gifts) {
        if tables.of(shop).shop.is_none() {
            return Err(refused(format!("there is no shop {shop}")));
        }
    }
    for change in &changes.presales {
        let (shop, id) = (&change.shop_id, change.record.strategy.strategy_id.clone());
        put(tables, undo, at(shop, |s| &mut s.pool.presales), id.clone(), change.record.clone());
        let subject = || Subject::PresaleStrategy(id.clone());
        move_timer(tables, undo, shop, subject, change.old_wake, change.record.wake_at());
    }
    for (shop, record) in &changes.gifts {
        let id = record.newest().strategy_id.clone();
        put(tables, undo, at(shop, |s| &mut s.pool.gifts), id, record.clone());
    }
    for change in &changes.runs {
        let (shop, id) = (&change.shop_id, change.run.strategy_id.clone());
        put(tables, undo, at(shop, |s| &mut s.pool.runs), id.clone(), change.run.clone());
        let subject = || Subject::GiftRun(id.clone());
        move_timer(tables, undo, shop, subject, change.old_wake, change.run.wake_at);
    }
    for (shop, sku, stock) in &changes.stock {
        put(tables, undo, at(shop, |s| &mut s.pool.stock), sku.clone(), *stock);
    }
    for (shop, sku, opens) in &changes.openings {
        put(tables, undo, at(shop, |s| &mut s.pool.openings), sku.clone(), *opens);
    }
    for (shop, through) in &changes.watermarks {
        let place = at(shop, |s| &mut s.pool.watermark);
        let before = place(tables).replace(*through);
        undo.note(move |tables| *place(tables) = before);
    }
    for (shop, source, gap) in &changes.gaps {
        match gap {
            Some(gap) => put(tables, undo, at(shop, |s| &mut s.pool.gaps), source.clone(), gap.clone()),
            None => {
                take(tables, undo, at(shop, |s| &mut s.pool.gaps), source.clone());
            }
        }
    }
    Ok(())
}

fn write_order(
    tables: &mut Tables,
    undo: &mut Undo,
    change: &Change<Box<PoolOrder>>,
) -> Result<(), StoreError> {
    let Change { key: (shop, id), row: order, is_new, old_wake, .. } = change;
    match (tables.of(shop).pool_orders.contains_key(id), *is_new) {
        (true, true) => return Err(refused(format!("order {id} is in the pool of shop {shop} already"))),
        (false, false) => return Err(refused(format!("there is no order {id} in the pool of shop {shop}"))),
        (true, false) | (false, true) => {}
    }
    if let Some(parent) = &order.parent_id {
        let mut children = tables.of(shop).pool_children.get(parent).cloned().unwrap_or_default();
        if children.insert(id.clone()) {
            put(tables, undo, at(shop, |s| &mut s.pool_children), parent.clone(), children);
        }
    }
    put(tables, undo, at(shop, |s| &mut s.pool_orders), id.clone(), PoolOrder::clone(order));
    move_timer(tables, undo, shop, || Subject::PoolOrder(id.clone()), *old_wake, order.wake_at());
    Ok(())
}

fn write_candidate(tables: &mut Tables, undo: &mut Undo, change: &CandidateChange) -> Result<(), StoreError> {
    let CandidateChange { shop_id: shop, run, key, before, after } = change;
    let place = (*run, key.clone());
    if tables.of(shop).gift_candidates.contains_key(&place) != before.is_some() {
        let what = if before.is_some() { "is missing" } else { "exists already" };
        return Err(refused(format!("a candidate of run {run} of shop {shop} {what}")));
    }
    match after {
        Some(candidate) => {
            put(tables, undo, at(shop, |s| &mut s.gift_candidates), place, candidate.clone());
        }
        None => {
            take(tables, undo, at(shop, |s| &mut s.gift_candidates), place);
        }
    }
    Ok(())
}

/// The settings of a shop's pool.
pub fn settings_of(tables: &Tables, shop: &ShopId) -> PoolRow {
    tables.shops.get(shop).map(|of| of.pool.clone()).unwrap_or_default()
}
