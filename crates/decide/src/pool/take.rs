//! Downloaded orders, and orders of presale campaigns that flow in by themselves.

use super::{cover, family, gaps, is_submitted, leave, lives_on, moment, moves, places, timing};
use crate::book::Draft;
use crate::command::{Intake, Reply};
use domain::{
    Code, Refusal,
    pool::{Learned, PoolOrder, ShopOrder, Stage, Timing},
};

/// Takes a downloaded order in: new, with a later stage, or again.
pub fn take(draft: &mut Draft<'_>, told: &ShopOrder) -> Result<Reply, Refusal> {
    let zone = &draft.shop()?.time_zone;
    Refusal::from_violations(Code::InvalidValue, told.violations(draft.now, zone))?;
    let outcome = learn(draft, told)?;
    gaps::fill(draft, told)?;
    Ok(Reply::Taken { outcome })
}

/// Adds what a download says to what is known, and does what that brings about.
pub fn learn(draft: &mut Draft<'_>, told: &ShopOrder) -> Result<Intake, Refusal> {
    let stored = draft.find_pool_order(&told.order_id);
    let (mut order, outcome) = match stored.clone() {
        None => (PoolOrder::new(told, draft.now), Intake::Created),
        Some(mut order) => match order.learn(told, draft.now)? {
            Learned::Nothing => (order, Intake::Duplicate),
            Learned::Something => (order, Intake::Updated),
        },
    };
    if stored.as_ref().is_none_or(|stored| stored.parent_id != order.parent_id) {
        family::check(draft, &order)?;
    }
    if outcome == Intake::Duplicate && order.stage != Stage::ShopOrder {
        if stored.as_ref() != Some(&order) {
            // It is the newest download now.
            draft.put_pool_order(order);
        }
        return Ok(outcome);
    }
    if order.stage == Stage::ShopOrder {
        cover::cover_again(draft, &mut order);
    }
    note_opening(draft, &order);
    if order.was_paid_in_time() {
        lives_on::give_again(draft, &mut order);
        order.go(Stage::ShopOrder, draft.now);
        moves::enter_pool(draft, &mut order);
    }
    move_on(draft, &mut order);
    if stored.as_ref() != Some(&order) {
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
        leave::close(draft, order, closed_at);
        return;
    }
    order.list_stages(false, draft.now);
    places::follow(draft, order);
    if is_submitted(order) {
        let opens = opens(draft, order);
        moment::judge_order(draft, order, opens);
        moment::wake_walks(draft, order);
    }
    leave::leave_if_due(draft, order);
}

/// With the timing "activation" an order is open from its submission on, for what becomes known later too
/// (S4-R08); not when it left by hand before (S4-R09).
pub fn opens(draft: &Draft<'_>, order: &PoolOrder) -> moment::Opens {
    let later = timing(draft, order) == Timing::Activation && order.left != Some(domain::pool::Leave::ByHand);
    if later { moment::Opens::All } else { moment::Opens::None }
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
