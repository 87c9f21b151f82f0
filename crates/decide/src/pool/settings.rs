//! Strategies, the download watermark and gift stock: what operators set up.

use super::gift_settings::new_runs;
use super::warnings::Around;
use crate::book::Draft;
use crate::command::Reply;
use domain::{
    Code, GiftStrategyId, Instant, PresaleStrategyId, Refusal, Sku, Violation, limits,
    pool::{Pass, PassKind, PresaleRecord, PresaleStrategy, Run, Stock, check_gifts},
};
use port::PoolRow;
use std::sync::Arc;

/// Creates or changes a presale strategy (S4-R03, R07, R18, A-S4-4).
pub fn put_presale(draft: &mut Draft<'_>, strategy: &PresaleStrategy) -> Result<Reply, Refusal> {
    let row = draft.pool_row()?;
    let id = &strategy.strategy_id;
    let known = row.presales.get(id);
    if let Some(known) = known.filter(|known| *known.strategy == *strategy) {
        return presale_reply(draft, known);
    }
    if known.is_none() && row.presales.len() >= limits::STRATEGIES {
        return Err(Refusal::with(Code::LimitReached, format!("{} strategies", limits::STRATEGIES)));
    }
    check_presale(draft, row, strategy)?;
    let changed_gifts = known.is_none_or(|known| known.strategy.gift_strategies != strategy.gift_strategies);
    if let Some(known) = known {
        check_change(known, strategy)?;
    }
    let record = PresaleRecord {
        strategy: Arc::new(strategy.clone()),
        version: known.map_or(1, |known| known.version + 1),
        activated_at: known.and_then(|known| known.activated_at),
        // Shop orders that wait take their places.
        pass: Some(Pass::cover(known.and_then(|known| known.pass.as_ref()))),
        entered: known.map_or(0, |known| known.entered),
    };
    if changed_gifts {
        let had = known.map(|known| known.strategy.gift_strategies.clone()).unwrap_or_default();
        new_runs(draft, strategy.gift_strategies.iter().filter(|id| !had.contains(id)));
    }
    draft.put_presale(record.clone());
    presale_reply(draft, &Arc::new(record))
}

fn presale_reply(draft: &Draft<'_>, record: &Arc<PresaleRecord>) -> Result<Reply, Refusal> {
    let warnings = Around::new(draft.shop_row()?).presale_warnings(&record.strategy);
    Ok(Reply::PresaleStrategy { record: record.clone(), warnings })
}

/// What a presale strategy must not be, with what it names and what is known of its goods.
fn check_presale(draft: &Draft<'_>, row: &PoolRow, strategy: &PresaleStrategy) -> Result<(), Refusal> {
    let mut found = strategy.violations();
    // A time that was fine when it was set stays so: what downloads bring after it is a warning.
    let known = row.presales.get(&strategy.strategy_id).map(|known| &known.strategy);
    let zone = &draft.shop()?.time_zone;
    if known.is_none_or(|known| known.activation_at != strategy.activation_at) {
        let opens = Around::new(draft.shop_row()?).opening(strategy, draft.now);
        found.extend(strategy.activation_violations(opens, draft.now, zone));
    } else if known.is_some_and(|known| known.balance_opens_at != strategy.balance_opens_at) {
        found.extend(strategy.opening_violation(None, zone));
    }
    let mut gifts = Vec::new();
    for (index, id) in strategy.gift_strategies.iter().enumerate() {
        let field = format!("gift_strategies[{index}]");
        match row.gifts.get(id) {
            Some(record) => gifts.push(&**record.newest()),
            None => found.push(Violation::with(&field, Code::NotFound, format!("no gift strategy {id}"))),
        }
        let is_new = row.presales.get(&strategy.strategy_id);
        let is_new = is_new.is_none_or(|known| !known.strategy.gift_strategies.contains(id));
        if is_new && row.runs.get(id).is_some_and(|run| run.given > 0) {
            let message = format!("{id} has given to orders by itself; make a new gift strategy");
            found.push(Violation::with(&field, Code::StrategyInUse, message));
        }
        let other = row.presale_of(id).filter(|record| record.strategy.strategy_id != strategy.strategy_id);
        if let Some(other) = other {
            let message = format!("{id} belongs to presale strategy {}", other.strategy.strategy_id);
            found.push(Violation::with(&field, Code::StrategyInUse, message));
        }
    }
    found.extend(check_gifts(strategy, &gifts));
    Refusal::from_violations(Code::InvalidTerms, found)
}

/// What may not change any more: the activation after it was acted on, the timing and the gifts once
/// orders have entered (S4-R11..R13, A-S4-13).
fn check_change(known: &PresaleRecord, strategy: &PresaleStrategy) -> Result<(), Refusal> {
    let before = &known.strategy;
    if known.activated_at.is_some() && before.activation_at != strategy.activation_at {
        return Err(Code::AlreadyExecuted.into());
    }
    let changes = before.timing != strategy.timing || before.gift_strategies != strategy.gift_strategies;
    if changes && known.activated_at.is_some() {
        return Err(Code::AlreadyExecuted.into());
    }
    if changes && known.entered > 0 {
        return Err(Code::OrdersInPool.into());
    }
    Ok(())
}

/// How far the download has come (A-S4-6). Runs that rank walk on.
pub fn put_watermark(draft: &mut Draft<'_>, through: Instant) -> Result<Reply, Refusal> {
    let row = draft.pool_row()?;
    if let Some(known) = row.watermark.filter(|known| through < *known) {
        let message = format!("the download has come through {}", draft.show(known));
        return Err(Refusal::with(Code::WatermarkBackwards, message));
    }
    // A download cannot have come further than now: ranks would be frozen before their orders are placed.
    if through > draft.now {
        let message = format!("it is {}: no download has come further", draft.show(draft.now));
        let violation = Violation::with("through", Code::TimeInFuture, message);
        Refusal::from_violations(Code::InvalidValue, vec![violation])?;
    }
    draft.pool_changes_mut().settings.watermark = Some(through);
    wake_ranking(draft)?;
    Ok(Reply::Watermark { through })
}

/// What is in store of a gift, in all: never less than was given.
pub fn put_stock(draft: &mut Draft<'_>, sku: &Sku, quantity: u64) -> Result<Reply, Refusal> {
    let row = draft.pool_row()?;
    let known = row.stock.get(sku).copied();
    let counted = row.stock.values().filter(|stock| stock.is_counted()).count();
    if !known.is_some_and(Stock::is_counted) && counted >= limits::GIFT_SKUS {
        return Err(Refusal::with(Code::LimitReached, format!("{} gift SKUs", limits::GIFT_SKUS)));
    }
    let given = known.map_or(0, |stock| stock.given);
    if quantity < given || quantity > limits::BATCH_COUPONS {
        let message = format!("{given} (given already) to {}", limits::BATCH_COUPONS);
        let violation = Violation::with("quantity", Code::OutOfRange, message);
        Refusal::from_violations(Code::InvalidValue, vec![violation])?;
    }
    let stock = Stock { quantity, given };
    draft.put_stock(sku, stock);
    Ok(Reply::GiftStock { sku: sku.clone(), stock })
}

/// The strategy's orders go back and in again, into new runs, and wait for a new activation time (S4-R06).
pub fn rerun(
    draft: &mut Draft<'_>,
    id: &PresaleStrategyId,
    activation_at: Instant,
) -> Result<Reply, Refusal> {
    let row = draft.pool_row()?;
    let Some(known) = row.presales.get(id) else {
        return Err(Refusal::with(Code::NotFound, format!("no presale strategy {id}")));
    };
    let moves = |pass: &Pass| matches!(pass.kind, PassKind::Activate | PassKind::Rerun);
    if known.pass.as_ref().is_some_and(moves) {
        return Err(Refusal::with(Code::WrongStage, "the strategy's orders are being moved; try again soon"));
    }
    let strategy = PresaleStrategy { activation_at, ..PresaleStrategy::clone(&known.strategy) };
    let zone = &draft.shop()?.time_zone;
    // An opening of this sale bounds it although it has passed (S4-R06).
    let opens = Around::new(draft.shop_row()?).opening(&strategy, strategy.validity.starts_at);
    let mut bounds = strategy.activation_violations(opens, draft.now, zone);
    if !strategy.validity.contains(draft.now) || !strategy.validity.contains(activation_at) {
        let message = "orders go in again within the strategy's validity only; make it longer first";
        bounds.push(Violation::with("activation_at", Code::OutsideValidity, message));
    }
    Refusal::from_violations(Code::InvalidTerms, bounds)?;
    check_presale(draft, row, &strategy)?;
    new_runs(draft, strategy.gift_strategies.iter());
    let record = PresaleRecord {
        strategy: Arc::new(strategy),
        version: known.version + 1,
        activated_at: None,
        pass: Some(Pass::new(PassKind::Rerun)),
        entered: 0,
    };
    draft.put_presale(record.clone());
    presale_reply(draft, &Arc::new(record))
}

/// Ranks are given out although the download has not come through: the operator answers for it (A-S4-6).
pub fn override_run(draft: &mut Draft<'_>, id: &GiftStrategyId) -> Result<Reply, Refusal> {
    let row = draft.pool_row()?;
    let (Some(record), Some(run)) = (row.gifts.get(id), row.runs.get(id)) else {
        return Err(Refusal::with(Code::NotFound, format!("no gift strategy {id}")));
    };
    if run.opened_at.is_none() {
        return Err(Refusal::with(Code::WrongStage, "its activation time has not come"));
    }
    let mut run = Run { overridden: true, ..run.clone() };
    if !run.finished {
        run.wake_at = Some(draft.now);
    }
    draft.put_run(run.clone());
    let warnings = Around::new(draft.shop_row()?).gift_warnings(record, &run);
    Ok(Reply::GiftStrategy { record: record.clone(), run, warnings })
}

/// Runs that rank walk on.
pub fn wake_ranking(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let row = draft.pool_row()?;
    for known in row.runs.values() {
        let Some(run) = draft.run(&known.strategy_id) else { continue };
        let ranks = draft.lead_of(&run).is_some_and(|strategy| strategy.first_n.is_some());
        if ranks && run.opened_at.is_some() && !run.finished {
            draft.put_run(Run { wake_at: Some(draft.now), ..run });
        }
    }
    Ok(())
}
