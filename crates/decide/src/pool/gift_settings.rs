//! Gift strategies and the runs that go by them.

use super::warnings::Around;
use crate::book::Draft;
use crate::command::Reply;
use domain::{
    Code, GiftStrategyId, Refusal, Violation, limits,
    pool::{GiftRecord, GiftStrategy, Pass, PresaleRecord, Run, check_gifts},
};
use port::PoolRow;
use std::sync::Arc;

/// Creates or changes a gift strategy (S4-R16, R17). Orders that have entered keep the version that they entered
/// under (A-G-10, A-S4-13, A-S4-22).
pub fn put_gift(draft: &mut Draft<'_>, strategy: &GiftStrategy) -> Result<Reply, Refusal> {
    let row = draft.pool_row()?;
    let id = &strategy.strategy_id;
    let known = row.gifts.get(id);
    if let (Some(record), Some(run)) = (known.filter(|known| **known.newest() == *strategy), row.runs.get(id))
    {
        return gift_reply(draft, record.clone(), run.clone());
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
    let run = row.runs.get(id);
    if let Some(run) = run.filter(|run| run.candidates > 0 && row.presale_of(id).is_none()) {
        check_free(row, run, strategy)?;
    }
    let mut record = known.map_or(GiftRecord { versions: Vec::new() }, |record| GiftRecord::clone(record));
    record.versions.push(Arc::new(strategy.clone()));
    let run = next_run(draft, row, &record, run);
    let record = Arc::new(record);
    draft.pool_changes_mut().settings.gifts.push(record.clone());
    draft.put_run(run.clone());
    gift_reply(draft, record, run)
}

/// Of a strategy without a presale strategy places are kept from version to version; by whom they are counted
/// cannot change then.
fn check_free(row: &PoolRow, run: &Run, strategy: &GiftStrategy) -> Result<(), Refusal> {
    let changes = row.version_of(run).is_some_and(|known| known.buyers != strategy.buyers);
    let message = "orders take part already; make a new gift strategy";
    let found = changes.then(|| Violation::with("one_per_customer", Code::StrategyInUse, message));
    Refusal::from_violations(Code::InvalidTerms, found.into_iter().collect())
}

/// The run that goes on by a new version. Orders that have entered keep theirs; whoever enters from now on goes
/// by the new one, and shop orders take their places anew (A-S4-13, A-S4-22).
fn next_run(draft: &mut Draft<'_>, row: &PoolRow, record: &GiftRecord, run: Option<&Run>) -> Run {
    let (id, version) = (&record.newest().strategy_id, record.newest_number());
    let Some(run) = run.cloned() else { return Run::new(id.clone(), next_number(draft), version) };
    let Some(presale) = row.presale_of(id) else { return run.goes_on_by(version) };
    let has_entered = run.opened_at.is_some() || presale.entered > 0;
    if !has_entered && run.candidates == 0 {
        return Run::new(id.clone(), run.number, version);
    }
    let pass = Some(Pass::cover(presale.pass.as_ref()));
    draft.put_presale(PresaleRecord { pass, ..PresaleRecord::clone(presale) });
    if !has_entered {
        return Run::new(id.clone(), next_number(draft), version);
    }
    let mut run = run.goes_on_by(version);
    let most = record.lead(run.oldest_version(), version).and_then(|lead| lead.first_n);
    if run.finished && most.is_some_and(|most| run.walked < most) {
        // There are more places than before: who enters from now on may have them.
        (run.finished, run.wake_at) = (false, Some(draft.now));
    }
    run
}

fn gift_reply(draft: &Draft<'_>, record: Arc<GiftRecord>, run: Run) -> Result<Reply, Refusal> {
    let warnings = Around::new(draft.shop_row()?).gift_warnings(&record, &run);
    Ok(Reply::GiftStrategy { record, run, warnings })
}

/// A number that no run of the shop had.
fn next_number(draft: &Draft<'_>) -> u64 {
    let stored = draft.pool_row().ok().into_iter().flat_map(|row| row.runs.values());
    let own = draft.pool_changes().settings.runs.iter();
    stored.chain(own).map(|run| run.number).max().unwrap_or_default() + 1
}

/// Begins new runs, by the newest versions.
pub fn new_runs<'i>(draft: &mut Draft<'_>, ids: impl Iterator<Item = &'i GiftStrategyId>) {
    for id in ids {
        let Some(record) = draft.gift_record(id) else { continue };
        let run = Run::new(id.clone(), next_number(draft), record.newest_number());
        draft.put_run(run);
    }
}
