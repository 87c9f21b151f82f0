//! One step of a run's walk: over its ranking, from where it stands, as far as ranks are certain.
//!
//! A walk reads the places that it decides and no others: of the first N of a pool of millions it reads N.

use super::keys::walk_key;
use super::moment::{given_by, goes_after_others, group, settle};
use super::{passes::judge_again, strategies};
use crate::book::Draft;
use domain::{
    Code, GiftStrategyId, Instant, Refusal,
    pool::{Candidate, Case, GiftStrategy, Group, Run, Standing, Timing, Waits, is_covered_before, judge},
};
use port::{WalkKey, last_of_second};
use std::sync::Arc;

/// Walks on. What stops it is kept with the run.
pub fn walk(draft: &mut Draft<'_>, id: &GiftStrategyId) -> Result<(), Refusal> {
    let row = draft.pool_row()?;
    let Some(mut run) = draft.run(id) else { return Ok(()) };
    let Some(strategy) = draft.lead_of(&run) else { return Ok(()) };
    run.wake_at = None;
    let key = walk_key(row, draft.shop_id, id).filter(|_| run.opened_at.is_some() && !run.finished);
    let Some(key) = key else {
        draft.put_run(run);
        return Ok(());
    };
    if let Some(waits) = goes_after_others(draft, id, &strategy) {
        run.waits = Some(waits);
        draft.put_run(run);
        return Ok(());
    }
    if strategy.first_n.is_some() && !run.started {
        let certain = draft.rank(run.number, &last_of_second(key.through)).unwrap_or_default();
        let cut_off = cut_off(draft, id, &strategy);
        run.start(&strategy, cut_off, draft.certain(strategy.activity.starts_at), certain);
        if !run.started {
            draft.put_run(run);
            return Ok(());
        }
    }
    (run.started, run.waits) = (true, None);
    step(draft, run, &strategy, &key);
    Ok(())
}

/// The end of the period that must have been downloaded before anything is given (A-S4-6).
fn cut_off(draft: &Draft<'_>, id: &GiftStrategyId, strategy: &GiftStrategy) -> Instant {
    let presale = draft.pool_row().ok().and_then(|row| row.presale_of(id));
    let activation = presale.map(|record| record.strategy.activation_at);
    activation.map_or(strategy.activity.ends_at, |activation| Run::cut_off(strategy, activation))
}

fn step(draft: &mut Draft<'_>, mut run: Run, strategy: &Arc<GiftStrategy>, key: &WalkKey) {
    let (candidates, is_last) = draft.walk(key);
    let given_before = run.given;
    let mut missed = false;
    for candidate in candidates {
        if strategy.first_n.is_some_and(|n| run.walked >= n) {
            break;
        }
        run.walked += u64::from(candidate.counts);
        run.cursor = Some(candidate.key.clone());
        if candidate.standing == Standing::Open {
            let own = version_of(draft, &run, strategy, &candidate);
            let judged = judge_in_walk(draft, &mut run, &own, candidate);
            list_shortage(draft, &run, &judged);
            missed |= judged.standing == Standing::Nothing;
            draft.put_candidate(run.number, judged);
        }
    }
    if let (Some(cursor), Some(_)) = (run.cursor.clone(), strategy.first_n) {
        run.freeze(&cursor);
    }
    stop_or_go_on(draft, &mut run, strategy, is_last);
    let given = run.given - given_before;
    if given > 0 || run.finished {
        let body = serde_json::json!({
            "strategy_id": run.strategy_id, "run": run.number, "given": given, "given_in_all": run.given,
            "finished": run.finished,
        });
        draft.publish("gifts.given", run.strategy_id.clone().as_str(), &body);
    }
    draft.put_run(run.clone());
    if run.finished || missed {
        tell_group(draft, &run, strategy);
    }
}

/// The version that the candidate's order entered under; its row is loaded only where the run has several.
fn version_of(
    draft: &Draft<'_>,
    run: &Run,
    lead: &Arc<GiftStrategy>,
    candidate: &Candidate,
) -> Arc<GiftStrategy> {
    let order = draft.grouped_order(&candidate.order_id).filter(|_| run.oldest.is_some());
    let own = order.and_then(|order| draft.run_for(&run.strategy_id, &order));
    own.map_or_else(|| lead.clone(), |(_, own)| own)
}

fn judge_in_walk(
    draft: &mut Draft<'_>,
    run: &mut Run,
    strategy: &Arc<GiftStrategy>,
    mut candidate: Candidate,
) -> Candidate {
    let group_taken = match group_of(draft, strategy, &candidate) {
        Group::Undecided => {
            candidate.code = Some(Code::GroupUndecided);
            return candidate;
        }
        Group::Taken => true,
        Group::Free => false,
    };
    candidate.rank = strategy.first_n.filter(|_| candidate.counts).map(|_| run.walked);
    let buyer_has_it = !candidate.counts;
    let (rank, given) = (candidate.rank, given_by(draft, run, strategy));
    let case = Case { now: draft.now, rank, given, buyer_has_it, group_taken };
    let verdict = judge(strategy, &candidate, case);
    settle(draft, run, strategy, candidate, verdict)
}

/// An order whose gift had run out is listed for people (A-S4-15).
fn list_shortage(draft: &mut Draft<'_>, run: &Run, judged: &Candidate) {
    if judged.code != Some(Code::GiftOutOfStock) {
        return;
    }
    if let Some(mut order) = draft.grouped_order(&judged.order_id) {
        order.note(Code::GiftOutOfStock, Some(&run.strategy_id), draft.now);
        draft.put_pool_order(order);
    }
}

/// What the group has done to the candidate's order; its row is loaded only where there is a group.
fn group_of(draft: &Draft<'_>, strategy: &Arc<GiftStrategy>, candidate: &Candidate) -> Group {
    if strategy.group == 0 {
        return Group::Free;
    }
    let Some(order) = draft.grouped_order(&candidate.order_id) else { return Group::Free };
    group(draft, &order, strategy, &strategies(draft, &order))
}

fn stop_or_go_on(draft: &Draft<'_>, run: &mut Run, strategy: &GiftStrategy, is_last: bool) {
    let watermark = draft.certain(strategy.activity.starts_at);
    let is_full = strategy.first_n.is_some_and(|n| run.walked >= n);
    let ends_at = strategy.activity.ends_at;
    let is_covered = run.overridden || watermark.is_some_and(|through| is_covered_before(ends_at, through));
    if is_full || (is_last && (strategy.first_n.is_none() || is_covered)) {
        run.finished = true;
    } else if is_last {
        run.waits = Some(Waits { code: Code::PoolIncomplete, needs_through: ends_at, certain: run.walked });
    } else {
        run.wake_at = Some(draft.now);
    }
}

/// Those that go after this one in its group go on (A-S4-14): at the activation by walking when it has
/// finished; at other moments the orders that it left are judged again.
fn tell_group(draft: &mut Draft<'_>, walked: &Run, strategy: &GiftStrategy) {
    let id = &walked.strategy_id;
    let Some(presale) = draft.pool_row().ok().and_then(|row| row.presale_of(id)).cloned() else { return };
    let others = presale.strategy.gift_strategies.iter().filter(|other| *other != id);
    let in_group = others.filter_map(|other| draft.run_of(other));
    let in_group: Vec<_> =
        in_group.filter(|(_, version)| strategy.shares_group_with(version)).map(|(run, _)| run).collect();
    if presale.strategy.timing != Timing::Activation {
        if !in_group.is_empty() {
            judge_again(draft, &presale.strategy.strategy_id);
        }
        return;
    }
    for run in in_group.into_iter().filter(|run| walked.finished && run.opened_at.is_some() && !run.finished)
    {
        draft.put_run(Run { wake_at: Some(draft.now), ..run });
    }
}
