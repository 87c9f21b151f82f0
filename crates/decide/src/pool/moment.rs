//! Judges one order by its strategies, at a moment of its own.

use super::places::reserve;
use super::{family, strategies, timing};
use crate::book::Draft;
use domain::{
    Code, GiftStrategyId,
    pool::{
        Basis, Candidate, Case, Entered, GiftStrategy, Group, Hit, Leave, PoolOrder, Run, Stage, Stages,
        Standing, Timing, Verdict, Waits, judge,
    },
};
use std::sync::Arc;

/// Whose moment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opens {
    /// All of the order's candidates: the timing says that they run now.
    All,
    /// Only those that are open already: something new is known of the order.
    None,
    /// All, even before the activation time: an operator asks (S4-R09).
    ByHand,
}

/// Opens the order's candidates as told and judges those that can be. Whether any gift was given.
pub fn judge_order(draft: &mut Draft<'_>, order: &mut PoolOrder, opens: Opens) -> bool {
    if opens != Opens::None {
        family::gather(draft, order);
    }
    let by_activation = timing(draft, order) == Timing::Activation;
    let wanted = strategies(draft, order);
    let mut hit = false;
    for (run, strategy) in &wanted {
        let Some(entered) = order.place(&run.strategy_id).cloned() else { continue };
        let Some(mut candidate) = draft.candidate(run.number, &entered.key) else { continue };
        if candidate.standing == Standing::Waiting && opens != Opens::None {
            candidate.standing = Standing::Open;
        }
        if !matches!(candidate.standing, Standing::Open | Standing::Held) {
            continue;
        }
        let mut run = draft.run(&run.strategy_id).unwrap_or_else(|| run.clone());
        if by_activation && run.opened_at.is_none() && opens != Opens::ByHand {
            draft.put_candidate(run.number, candidate);
            continue;
        }
        if !by_activation && run.opened_at.is_none() {
            (run.opened_at, run.started) = (Some(draft.now), true);
            draft.put_run(run.clone());
        }
        let before = candidate.standing;
        // The walk comes to it when those that go first in its group have ended; asked by hand, it goes by
        // what is decided of this order alone (A-S4-14).
        let others_first = by_activation
            && !run.finished
            && opens != Opens::ByHand
            && goes_after_others(draft, &run.strategy_id, strategy).is_some();
        let (verdict, rank) = if others_first {
            (Verdict::NotYet(Code::GroupUndecided), candidate.rank)
        } else {
            verdict(draft, order, &run, strategy, &candidate, (&wanted, opens))
        };
        candidate.rank = rank;
        let mut judged = settle(draft, &mut run, strategy, candidate, verdict);
        let waits = stays_open(order, verdict) || judged.awaits_children();
        if judged.standing == Standing::Open && !by_activation && !waits {
            // Its moment has passed; another one may come.
            judged.standing = Standing::Waiting;
        }
        if judged.code == Some(Code::GiftOutOfStock) {
            order.note(Code::GiftOutOfStock, Some(&run.strategy_id), draft.now);
        } else if judged.standing == Standing::Given {
            order.settle_exceptions(&run.strategy_id);
        }
        hit |= judged.standing == Standing::Given && before != Standing::Given;
        if strategy.first_n.is_some() && judged.standing.is_judged() {
            run.freeze(&judged.key);
        }
        draft.put_candidate(run.number, judged);
        draft.put_run(run);
    }
    hit
}

/// Whether what could not be judged at its moment stays open: others decide it, or no other moment comes.
fn stays_open(order: &PoolOrder, verdict: Verdict) -> bool {
    match verdict {
        Verdict::NotYet(Code::PoolIncomplete | Code::GroupUndecided) => true,
        Verdict::NotYet(code) => code != Code::OutsideValidity && order.stage == Stage::Review,
        Verdict::Give(_) | Verdict::Hold | Verdict::Nothing(_) => false,
    }
}

/// Closes candidates again that were only waiting for the activation: the order leaves by hand before it
/// (S4-R09).
pub fn close_open(draft: &mut Draft<'_>, order: &PoolOrder) {
    for entered in &order.entered {
        if let Some(mut candidate) = draft.candidate(entered.run, &entered.key)
            && candidate.standing == Standing::Open
        {
            candidate.standing = Standing::Waiting;
            draft.put_candidate(entered.run, candidate);
        }
    }
}

fn verdict(
    draft: &Draft<'_>,
    order: &PoolOrder,
    run: &Run,
    strategy: &GiftStrategy,
    candidate: &Candidate,
    (all, opens): (&[(Run, Arc<GiftStrategy>)], Opens),
) -> (Verdict, Option<u64>) {
    let group_taken = match group(draft, order, strategy, all) {
        Group::Undecided => return (Verdict::NotYet(Code::GroupUndecided), candidate.rank),
        Group::Taken => true,
        Group::Free => false,
    };
    let rank = match (strategy.first_n, candidate.rank) {
        (None, _) => None,
        (Some(_), Some(held)) => Some(held),
        (Some(_), None) => {
            // Asked by hand, the order's own rank must be certain, not the whole period (S4-R09).
            let begun = run.started || opens == Opens::ByHand;
            let certain = draft.certain(strategy.activity.starts_at);
            let certain = begun && run.is_certain(&candidate.key, certain);
            match draft.rank(run.number, &candidate.key).filter(|_| certain) {
                Some(rank) => Some(rank),
                None => return (Verdict::NotYet(Code::PoolIncomplete), None),
            }
        }
    };
    let buyer_has_it = !candidate.counts;
    let given = given_by(draft, run, strategy);
    let case = Case { now: draft.now, rank, given, buyer_has_it, group_taken };
    (judge(strategy, candidate, case), rank)
}

/// What a run has given, as a version with fewer places sees it: the gifts that others have beyond its N are
/// theirs, so it is full when the largest N is (A-S4-22).
pub fn given_by(draft: &Draft<'_>, run: &Run, strategy: &GiftStrategy) -> u64 {
    let most = draft.lead_of(run).and_then(|lead| lead.first_n);
    let beyond = most.zip(strategy.first_n).map_or(0, |(most, n)| most.saturating_sub(n));
    run.given.saturating_sub(beyond)
}

/// The strategies whose gift for the order is not settled (A-S4-19): one that may still give, because it is open,
/// holds a rank or missed its moment; one that goes by a time which is not known yet; and one whose gift is of
/// another tier than the amount reaches now, unless people have settled that. Not one that is beyond the first N,
/// or where another of its group gave.
pub fn unsettled(draft: &Draft<'_>, order: &PoolOrder) -> Vec<GiftStrategyId> {
    let all = strategies(draft, order);
    let may_wait = !is_passed_over(draft, order);
    let changed = |id: &GiftStrategyId| {
        let mut listed = order.exceptions.iter();
        listed.any(|known| known.code == Code::AmountChanged && known.strategy_id.as_ref() == Some(id))
    };
    let waits = all.iter().filter(|(run, strategy)| {
        let place = order.place(&run.strategy_id).filter(|place| place.run == run.number);
        let candidate = place.and_then(|place| draft.candidate(run.number, &place.key));
        let waits = match &candidate {
            Some(candidate) => {
                let is_open = match candidate.standing {
                    Standing::Open | Standing::Held => true,
                    Standing::Waiting => may_wait && candidate.code != Some(Code::OutsideValidity),
                    Standing::Given | Standing::Nothing | Standing::Void => false,
                };
                is_open && !run.is_beyond(strategy, &candidate.key)
            }
            None => {
                may_wait
                    && awaits_basis(strategy, &family::whole(draft, order))
                    && draft.now < strategy.validity.ends_at
            }
        };
        changed(&run.strategy_id) || waits && group(draft, order, strategy, &all) != Group::Taken
    });
    waits.map(|(run, _)| run.strategy_id.clone()).collect()
}

/// Whether the strategy is for the order and goes by a time of it that may still become known.
fn awaits_basis(strategy: &GiftStrategy, order: &PoolOrder) -> bool {
    let comes = match strategy.basis {
        Basis::Order | Basis::FirstPayment => true,
        Basis::BalancePayment => order.stages() != Stages::One,
    };
    comes && strategy.find_place(order) == Err(Code::BasisUnknown)
}

/// Whether the order's strategies pass it over by rule: it left by hand before the activation (S4-R09), or
/// hit on the way in (S4-R11).
fn is_passed_over(draft: &Draft<'_>, order: &PoolOrder) -> bool {
    match timing(draft, order) {
        Timing::Activation => order.left == Some(Leave::ByHand),
        Timing::TransferInAndOut => has_hit(draft, order),
        Timing::ToReview | Timing::TransferIn | Timing::TransferOut => false,
    }
}

/// Whether a gift came to the order before it left, on the way in or when its rank became certain (S4-R11).
pub fn has_hit(draft: &Draft<'_>, order: &PoolOrder) -> bool {
    let given = |entered: &Entered| {
        let candidate = draft.candidate(entered.run, &entered.key);
        candidate.is_some_and(|candidate| candidate.standing == Standing::Given)
    };
    order.hit == Hit::AtTransferIn || order.entered.iter().any(given)
}

/// Looks at the other strategies of a strategy's group (A-S4-14).
pub fn group(
    draft: &Draft<'_>,
    order: &PoolOrder,
    strategy: &GiftStrategy,
    all: &[(Run, Arc<GiftStrategy>)],
) -> Group {
    let others = all.iter().filter(|(_, other)| strategy.shares_group_with(other));
    others.fold(Group::Free, |found, (run, other)| {
        let place = family::place(draft, order, &other.strategy_id);
        let candidate = place.and_then(|place| draft.candidate(run.number, &place.key));
        let now = draft.run(&other.strategy_id).unwrap_or_else(|| run.clone());
        found.and(strategy.beside(other, &now, candidate.as_ref()))
    })
}

/// Carries a verdict out: reserves the stock, counts the gift. The candidate and the run are to be put.
pub fn settle(
    draft: &mut Draft<'_>,
    run: &mut Run,
    strategy: &GiftStrategy,
    candidate: Candidate,
    verdict: Verdict,
) -> Candidate {
    let nothing = |code| Candidate { standing: Standing::Nothing, code: Some(code), ..candidate.clone() };
    match verdict {
        Verdict::Give(tier) if reserve(draft, &strategy.tiers[tier].gifts) => {
            run.given += 1;
            let tier = u16::try_from(tier).ok();
            Candidate { standing: Standing::Given, tier, code: None, ..candidate }
        }
        Verdict::Give(_) => nothing(Code::GiftOutOfStock),
        Verdict::Hold => {
            Candidate { standing: Standing::Held, code: Some(Code::AmountNotFinal), ..candidate }
        }
        Verdict::Nothing(code) => nothing(code),
        Verdict::NotYet(code) => Candidate { code: Some(code), ..candidate },
    }
}

/// Within a group a strategy walks after those that go first (A-S4-14).
pub fn goes_after_others(draft: &Draft<'_>, id: &GiftStrategyId, strategy: &GiftStrategy) -> Option<Waits> {
    let row = draft.pool_row().ok()?;
    let presale = row.presale_of(id).filter(|record| record.strategy.timing == Timing::Activation)?;
    let others = presale.strategy.gift_strategies.iter().filter_map(|other| draft.run_of(other));
    let mut first = others.filter(|(run, other)| {
        strategy.shares_group_with(other) && other.goes_before(strategy) && !run.finished
    });
    let (_, other) = first.next()?;
    Some(Waits { code: Code::GroupUndecided, needs_through: other.activity.ends_at, certain: 0 })
}

/// A run that ranks walks on when something open stands behind its cursor where ranks are certain.
pub fn wake_walks(draft: &mut Draft<'_>, order: &PoolOrder) {
    for entered in &order.entered {
        let Some(mut run) = draft.run(&entered.strategy_id).filter(|run| run.number == entered.run) else {
            continue;
        };
        let candidate = draft.candidate(entered.run, &entered.key);
        let is_open = candidate.is_some_and(|candidate| candidate.standing == Standing::Open);
        let Some(strategy) = draft.lead_of(&run) else { continue };
        let certain = draft.certain(strategy.activity.starts_at);
        let is_next = run.is_certain(&entered.key, certain) && !run.has_walked(&entered.key);
        if is_open && is_next && run.opened_at.is_some() && !run.finished && run.wake_at.is_none() {
            run.wake_at = Some(draft.now);
            draft.put_run(run);
        }
    }
}
