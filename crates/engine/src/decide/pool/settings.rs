//! Strategies, the download watermark and gift stock: what operators set up.

use crate::command::Reply;
use crate::draft::Draft;
use crate::pool::PoolRow;
use domain::{
    Code, GiftStrategyId, Instant, PresaleStrategyId, Refusal, Sku, Violation,
    campaign::Campaign,
    limits,
    pool::{
        Basis, GiftRecord, GiftStrategy, Pass, PassKind, PresaleRecord, PresaleStrategy, Run, Stock, Timing,
        check_gifts,
    },
};
use std::sync::Arc;

/// Creates or changes a presale strategy (S4-R03, R07, R18, A-S4-4).
pub fn put_presale(draft: &mut Draft<'_>, strategy: &PresaleStrategy) -> Result<Reply, Refusal> {
    let row = draft.pool_row()?;
    let id = &strategy.strategy_id;
    let known = row.presales.get(id);
    if let Some(known) = known.filter(|known| *known.strategy == *strategy) {
        return Ok(presale_reply(row, known));
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
        pass: known
            .and_then(|known| known.pass.clone())
            .or(Some(Pass { kind: PassKind::Cover, after: None })),
        entered: known.map_or(0, |known| known.entered),
    };
    if changed_gifts {
        let had = known.map(|known| known.strategy.gift_strategies.clone()).unwrap_or_default();
        new_runs(draft, strategy.gift_strategies.iter().filter(|id| !had.contains(id)));
    }
    draft.put_presale(record.clone());
    Ok(presale_reply(row, &Arc::new(record)))
}

fn presale_reply(row: &PoolRow, record: &Arc<PresaleRecord>) -> Reply {
    Reply::PresaleStrategy { record: record.clone(), warnings: warnings(row, &record.strategy) }
}

/// What a presale strategy must not be, with what it names and what is known of its goods.
fn check_presale(draft: &Draft<'_>, row: &PoolRow, strategy: &PresaleStrategy) -> Result<(), Refusal> {
    let mut found = strategy.violations();
    // A time that was fine when it was set stays so: other things may change after it.
    let known = row.presales.get(&strategy.strategy_id).map(|known| known.strategy.activation_at);
    if known != Some(strategy.activation_at) {
        let zone = &draft.shop()?.time_zone;
        found.extend(strategy.activation_violations(opening(draft, strategy), draft.now, zone));
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

/// The earliest opening still to come of the balance of a strategy's goods: from presale campaigns and
/// from downloaded orders.
fn opening(draft: &Draft<'_>, strategy: &PresaleStrategy) -> Option<Instant> {
    let row = draft.shop_row().ok()?;
    let heard = strategy.goods.iter().filter_map(|sku| row.pool.openings.get(sku).copied());
    let campaigns = row.campaigns.iter().filter_map(|row| campaign_opening(&row.campaign, &strategy.goods));
    heard.chain(campaigns).filter(|opens| *opens > draft.now).min()
}

fn campaign_opening(campaign: &Campaign, goods: &[Sku]) -> Option<Instant> {
    let live = campaign.closed_at.is_none() && campaign.published_at.is_some();
    let terms = campaign.versions.last()?.terms.presale().filter(|_| live)?;
    let sells = terms.items.iter().any(|item| goods.binary_search(&item.sku).is_ok());
    sells.then_some(terms.balance_window.starts_at)
}

/// What an operator should know: gifts that this timing comes too early for (S4-R26, S4-R27).
fn warnings(row: &PoolRow, strategy: &PresaleStrategy) -> Vec<Violation> {
    let mut found = Vec::new();
    let gifts = strategy.gift_strategies.iter().enumerate();
    for (index, gift) in gifts.filter_map(|(index, id)| Some((index, row.gifts.get(id)?.newest()))) {
        let field = format!("gift_strategies[{index}]");
        if !gift.validity.contains(strategy.activation_at) {
            found.push(Violation::new(&field, Code::OutsideValidity));
        }
        if strategy.timing == Timing::TransferIn && gift.by_amount {
            found.push(Violation::new(&field, Code::AmountNotFinal));
        }
        if strategy.timing == Timing::TransferIn && gift.basis == Basis::BalancePayment {
            found.push(Violation::new(&field, Code::BasisUnknown));
        }
    }
    found
}

/// Creates or changes a gift strategy (S4-R16, R17). Orders that have entered keep the version that their
/// run goes by (A-G-10, A-S4-13).
pub fn put_gift(draft: &mut Draft<'_>, strategy: &GiftStrategy) -> Result<Reply, Refusal> {
    let row = draft.pool_row()?;
    let id = &strategy.strategy_id;
    let known = row.gifts.get(id);
    if let (Some(record), Some(run)) = (known.filter(|known| **known.newest() == *strategy), row.runs.get(id))
    {
        return Ok(Reply::GiftStrategy { record: record.clone(), run: run.clone() });
    }
    let is_full = match known {
        None => row.gifts.len() >= limits::STRATEGIES,
        Some(record) => record.versions.len() >= limits::STRATEGY_VERSIONS,
    };
    if is_full {
        return Err(Refusal::with(Code::LimitReached, "strategies of a shop, or versions of one"));
    }
    let mut found = strategy.violations();
    if let Some(presale) = row.presale_of(id) {
        let with = check_gifts(&presale.strategy, &[strategy]);
        let rename = |violation: Violation| {
            let main = violation.code == Code::MainItemNotPresale;
            Violation { field: if main { "main_skus" } else { "activity" }.into(), ..violation }
        };
        found.extend(with.into_iter().map(rename));
    }
    Refusal::from_violations(Code::InvalidTerms, found)?;
    let mut record = known.map_or(GiftRecord { versions: Vec::new() }, |record| GiftRecord::clone(record));
    record.versions.push(Arc::new(strategy.clone()));
    let number = record.newest_number();
    let mut run = row.runs.get(id).cloned();
    if run.as_ref().is_none_or(|run| run.candidates == 0 && run.opened_at.is_none()) {
        let next = run.map_or_else(|| next_number(draft), |run| run.number);
        run = Some(Run::new(id.clone(), next, number));
    }
    let (record, run) =
        (Arc::new(record), run.unwrap_or_else(|| Run::new(id.clone(), next_number(draft), number)));
    draft.pool_changes_mut().settings.gifts.push(record.clone());
    draft.put_run(run.clone());
    Ok(Reply::GiftStrategy { record, run })
}

/// A number that no run of the shop had.
fn next_number(draft: &Draft<'_>) -> u64 {
    let stored = draft.pool_row().ok().into_iter().flat_map(|row| row.runs.values());
    let own = draft.pool_changes().settings.runs.iter();
    stored.chain(own).map(|run| run.number).max().unwrap_or_default() + 1
}

/// Begins new runs, by the newest versions.
fn new_runs<'i>(draft: &mut Draft<'_>, ids: impl Iterator<Item = &'i GiftStrategyId>) {
    for id in ids {
        let Some(record) = draft.gift_record(id) else { continue };
        let run = Run::new(id.clone(), next_number(draft), record.newest_number());
        draft.put_run(run);
    }
}

/// How far the download has come (A-S4-6). Runs that rank walk on.
pub fn put_watermark(draft: &mut Draft<'_>, through: Instant) -> Result<Reply, Refusal> {
    let row = draft.pool_row()?;
    if let Some(known) = row.watermark.filter(|known| through < *known) {
        let message = format!("the download has come through {}", draft.show(known));
        return Err(Refusal::with(Code::WatermarkBackwards, message));
    }
    if through > draft.now.plus_minutes(limits::EVENT_AHEAD_MINUTES) {
        let violation = Violation::new("through", Code::TimeInFuture);
        Refusal::from_violations(Code::InvalidValue, vec![violation])?;
    }
    draft.pool_changes_mut().settings.watermark = Some(through);
    for run in row.runs.values() {
        let ranks = row.version_of(run).is_some_and(|strategy| strategy.first_n.is_some());
        if ranks && run.opened_at.is_some() && !run.finished {
            draft.put_run(Run { wake_at: Some(draft.now), ..run.clone() });
        }
    }
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
    if known.pass.as_ref().is_some_and(|pass| pass.kind != PassKind::Cover) {
        return Err(Refusal::with(Code::WrongStage, "the strategy's orders are being moved; try again soon"));
    }
    let strategy = PresaleStrategy { activation_at, ..PresaleStrategy::clone(&known.strategy) };
    let zone = &draft.shop()?.time_zone;
    let mut bounds = strategy.activation_violations(opening(draft, &strategy), draft.now, zone);
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
        pass: Some(Pass { kind: PassKind::Rerun, after: None }),
        entered: 0,
    };
    draft.put_presale(record.clone());
    Ok(presale_reply(row, &Arc::new(record)))
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
    Ok(Reply::GiftStrategy { record: record.clone(), run })
}
