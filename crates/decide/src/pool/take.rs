//! Downloaded orders, and orders of presale campaigns that flow in by themselves.

use super::{activation, is_submitted, moment, moves, places, timing};
use crate::book::Draft;
use crate::command::{Intake, Reply};
use domain::{
    Code, Instant, Refusal,
    pool::{Learned, PoolOrder, ShopOrder, Stage, Standing, Timing},
};

/// Takes a downloaded order in: new, with a later stage, or again.
pub fn take(draft: &mut Draft<'_>, told: &ShopOrder) -> Result<Reply, Refusal> {
    let zone = &draft.shop()?.time_zone;
    Refusal::from_violations(Code::InvalidValue, told.violations(draft.now, zone))?;
    let outcome = learn(draft, told)?;
    Ok(Reply::Taken { outcome })
}

/// Adds what a download says to what is known, and does what that brings about.
pub fn learn(draft: &mut Draft<'_>, told: &ShopOrder) -> Result<Intake, Refusal> {
    let (mut order, outcome) = match draft.find_pool_order(&told.order_id) {
        None => (PoolOrder::new(told, draft.now), Intake::Created),
        Some(mut order) => match order.learn(told)? {
            Learned::Nothing if order.stage != Stage::ShopOrder => return Ok(Intake::Duplicate),
            Learned::Nothing => (order, Intake::Duplicate),
            Learned::Something => (order, Intake::Updated),
        },
    };
    let before = order.clone();
    if order.stage == Stage::ShopOrder {
        cover_again(draft, &mut order);
    }
    note_opening(draft, &order);
    if order.was_paid_in_time() {
        order.go(Stage::ShopOrder, draft.now);
        moves::enter_pool(draft, &mut order);
    }
    move_on(draft, &mut order);
    if outcome != Intake::Duplicate || order != before {
        draft.put_pool_order(order);
    }
    Ok(outcome)
}

/// Does what follows from what is known of an order: closes it, brings its places up to date, judges what
/// was waiting for it, lets it leave the pool.
pub fn move_on(draft: &mut Draft<'_>, order: &mut PoolOrder) {
    if matches!(order.stage, Stage::Fulfilment | Stage::Closed) {
        return;
    }
    if let Some(closed_at) = order.times.closed_at {
        close(draft, order, closed_at);
        return;
    }
    places::follow(draft, order);
    if is_submitted(order) {
        let opens = if opens_later(draft, order) { moment::Opens::All } else { moment::Opens::None };
        moment::judge_order(draft, order, opens);
        wake_walks(draft, order);
    }
    activation::leave_if_due(draft, order);
}

/// With the timing "activation" an order is open from its submission on, for what becomes known later too
/// (S4-R08); not when it left by hand before (S4-R09).
fn opens_later(draft: &Draft<'_>, order: &PoolOrder) -> bool {
    timing(draft, order) == Timing::Activation && order.left != Some(domain::pool::Leave::ByHand)
}

/// A run that ranks walks on when something open stands behind its cursor where ranks are certain.
pub fn wake_walks(draft: &mut Draft<'_>, order: &PoolOrder) {
    let watermark = draft.watermark();
    for entered in &order.entered {
        let Some(mut run) = draft.run(&entered.strategy_id).filter(|run| run.number == entered.run) else {
            continue;
        };
        let candidate = draft.candidate(entered.run, &entered.key);
        let is_open = candidate.is_some_and(|candidate| candidate.standing == Standing::Open);
        let is_next = run.is_certain(&entered.key, watermark) && !run.has_walked(&entered.key);
        if is_open && is_next && run.opened_at.is_some() && !run.finished && run.wake_at.is_none() {
            run.wake_at = Some(draft.now);
            draft.put_run(run);
        }
    }
}

/// Has an order covered by the strategy of now; not while a rank was decided for it under another one.
pub fn cover_again(draft: &mut Draft<'_>, order: &mut PoolOrder) {
    let is_ranked = order.entered.iter().any(|entered| {
        let candidate = draft.candidate(entered.run, &entered.key);
        candidate.is_some_and(|candidate| candidate.standing.is_judged() && candidate.rank.is_some())
    });
    if !(is_ranked && order.presale_strategy.is_some()) {
        order.presale_strategy = cover(draft, order);
    }
}

/// The presale strategy that covers an order now: the one that activates first, then the smaller id.
pub fn cover(draft: &Draft<'_>, order: &PoolOrder) -> Option<domain::PresaleStrategyId> {
    let row = draft.pool_row().ok()?;
    let covering = row.presales.values().filter(|record| record.strategy.covers(order, draft.now));
    let first = covering.min_by_key(|record| (record.strategy.activation_at, &record.strategy.strategy_id));
    first.map(|record| record.strategy.strategy_id.clone())
}

/// Closes an order: its places are given up, its gifts go back (A-S4-16).
pub fn close(draft: &mut Draft<'_>, order: &mut PoolOrder, at: Instant) {
    for entered in order.entered.clone() {
        places::leave(draft, order, &entered);
    }
    for gift in std::mem::take(&mut order.manual) {
        places::return_stock(draft, &gift.sku, gift.quantity);
    }
    order.exceptions.clear();
    order.go(Stage::Closed, at.min(draft.now));
}

/// Remembers when the balance of an order's goods opens: no strategy may activate later (A-S4-4).
fn note_opening(draft: &mut Draft<'_>, order: &PoolOrder) {
    let now = draft.now;
    let Some(opens) = order.times.balance_opens_at else { return };
    let Ok(row) = draft.pool_row() else { return };
    for line in &order.lines {
        // The earliest that is still to come, or else the latest that has been.
        let is_news = row.openings.get(&line.sku).is_none_or(|known| match (opens > now, *known > now) {
            (true, true) => opens < *known,
            (true, false) => true,
            (false, true) => false,
            (false, false) => opens > *known,
        });
        let is_full = row.openings.len() >= domain::limits::SCOPE_SKUS;
        let own = &mut draft.pool_changes_mut().settings.openings;
        if is_news && !is_full && !own.iter().any(|(sku, known)| *sku == line.sku && *known <= opens) {
            own.push((line.sku.clone(), opens));
        }
    }
}
