//! An order's places in the rankings: taken when its time is known, kept through every detour, given up
//! when it closes before ranks are frozen (A-S4-7, A-S4-8).

use super::{family, passes::judge_again, strategies};
use crate::book::Draft;
use domain::{
    Code, CustomerId, Sku,
    pool::{
        BuyerLimit, Candidate, Entered, GiftStrategy, PoolOrder, RankKey, Run, Stage, Standing, Stock, Timing,
    },
};

/// Brings the order's places up to what is known of it now. One that has not entered, or comes in again, goes by
/// the newest versions; one that has entered keeps its own (A-S4-22).
pub fn follow(draft: &mut Draft<'_>, order: &mut PoolOrder) {
    if order.stage == Stage::ShopOrder {
        renew(draft, order);
    }
    let whole = family::whole(draft, order);
    let mut known = strategies(draft, order);
    let is_wanted = |entered: &Entered| {
        let found = known.iter().find(|(run, _)| run.number == entered.run);
        found.is_some_and(|(_, strategy)| keeps(draft, &whole, entered, strategy))
    };
    let gone: Vec<_> = order.entered.iter().filter(|entered| !is_wanted(entered)).cloned().collect();
    for entered in &gone {
        leave(draft, order, entered);
    }
    if !gone.is_empty() {
        known = strategies(draft, order);
    }
    for (run, strategy) in known {
        // Leaving may have changed the run.
        let run = draft.run(&run.strategy_id).unwrap_or(run);
        family::list_change(draft, order, &whole, (&run, &strategy));
        match (order.place(&run.strategy_id).cloned(), strategy.place(&whole)) {
            (Some(entered), _) => refresh(draft, order, &whole, (&run, &strategy, &entered.key)),
            (None, Some(key)) if family::may_enter(draft, order, &run) => {
                enter(draft, order, &whole, (run, &strategy, key));
            }
            (None, _) => {}
        }
    }
}

/// Whether a place stays: the order's time is what it was, or the place is judged and a time was corrected
/// since, for what is decided is decided (A-S4-7).
fn keeps(draft: &Draft<'_>, order: &PoolOrder, entered: &Entered, strategy: &GiftStrategy) -> bool {
    strategy.place(order).is_some_and(|key| key == entered.key || is_judged(draft, entered))
}

fn is_judged(draft: &Draft<'_>, entered: &Entered) -> bool {
    draft.candidate(entered.run, &entered.key).is_some_and(|candidate| candidate.standing.is_judged())
}

/// Has the order go by the newest versions, where no judgement stands (A-S4-22).
pub fn renew(draft: &mut Draft<'_>, order: &mut PoolOrder) {
    if order.entered.is_empty() {
        return;
    }
    let whole = family::whole(draft, order);
    for entered in order.entered.clone() {
        let run = draft.run(&entered.strategy_id).filter(|run| run.number == entered.run);
        let Some(run) = run.filter(|run| run.version != entered.version) else { continue };
        if is_judged(draft, &entered) {
            continue;
        }
        let record = draft.gift_record(&entered.strategy_id);
        let version = |number| record.as_ref().and_then(|record| record.version(number));
        let counts_alike =
            version(entered.version).map(|it| it.buyers) == version(run.version).map(|it| it.buyers);
        let takes_it = version(run.version).and_then(|it| it.place(&whole)).as_ref() == Some(&entered.key);
        if counts_alike && takes_it {
            let own = order.entered.iter_mut().filter(|known| **known == entered);
            own.for_each(|known| known.version = run.version);
        } else {
            // It takes its place anew.
            leave(draft, order, &entered);
        }
    }
}

/// Takes a new place. Where ranks are frozen already nothing enters: people must look (A-S4-7).
fn enter(
    draft: &mut Draft<'_>,
    order: &mut PoolOrder,
    whole: &PoolOrder,
    (mut run, strategy, key): (Run, &GiftStrategy, RankKey),
) {
    if strategy.first_n.is_some() && run.is_frozen(&key) {
        if revive(draft, order, whole, (&run, &key)) {
            return;
        }
        order.note(Code::LateEarlierOrder, Some(&run.strategy_id), draft.now);
        return;
    }
    let candidate = whole.candidate(key.clone());
    let (strategy_id, version) = (run.strategy_id.clone(), run.version);
    order.entered.push(Entered { strategy_id, run: run.number, version, key: key.clone() });
    run.candidates += 1;
    draft.put_candidate(run.number, candidate);
    note_buyer(draft, &run, strategy, (&order.customer_id, key));
    draft.put_run(run);
}

/// An order that comes back takes the slot again that was kept for it. Whether there was one.
fn revive(
    draft: &mut Draft<'_>,
    order: &mut PoolOrder,
    whole: &PoolOrder,
    (run, key): (&Run, &RankKey),
) -> bool {
    // Of a parent the slot is any child's.
    let is_its = |known: &Candidate| known.order_id == order.order_id || key.is_of_parent();
    let Some(known) = draft.candidate(run.number, key).filter(is_its) else { return false };
    let (strategy_id, version) = (run.strategy_id.clone(), run.version);
    order.entered.push(Entered { strategy_id, run: run.number, version, key: key.clone() });
    let fresh = whole.candidate(key.clone());
    draft.put_candidate(run.number, Candidate { counts: known.counts, rank: known.rank, ..fresh });
    let mut run = run.clone();
    run.candidates += 1;
    draft.put_run(run);
    true
}

/// Adds a buyer's place where one counts.
pub fn note_buyer(
    draft: &mut Draft<'_>,
    run: &Run,
    strategy: &GiftStrategy,
    (customer, key): (&CustomerId, RankKey),
) {
    if strategy.buyers == BuyerLimit::OncePerBuyer {
        let mut places = draft.buyer(run.number, customer);
        let at = places.partition_point(|place| *place < key);
        places.insert(at, key);
        draft.put_buyer(run.number, customer, places);
        recount(draft, run, strategy, customer);
    }
}

/// Of a buyer's orders the earliest counts, and none where one has the gift already; what is judged stays
/// as it is.
pub fn recount(draft: &mut Draft<'_>, run: &Run, strategy: &GiftStrategy, customer: &CustomerId) {
    if strategy.buyers == BuyerLimit::EveryOrder {
        return;
    }
    let places = draft.buyer(run.number, customer);
    let has_gift = |place| draft.candidate(run.number, place).is_some_and(|c| c.standing == Standing::Given);
    let mut has_one = places.iter().any(has_gift);
    let mut reopened = false;
    let presale = draft.pool_row().ok().and_then(|row| row.presale_of(&run.strategy_id)).cloned();
    // What ran at the activation stands (S4-R05).
    let by_activation = presale.as_ref().is_some_and(|it| it.strategy.timing == Timing::Activation);
    let executed = by_activation && run.opened_at.is_some();
    for place in places {
        let Some(mut candidate) = draft.candidate(run.number, &place) else { continue };
        // Without a ranking it lost to another of the buyer's orders only as long as that is there.
        let lost = candidate.code == Some(Code::OncePerBuyer) && strategy.first_n.is_none() && !executed;
        let is_fixed = (candidate.standing.is_judged() && !lost)
            || (strategy.first_n.is_some() && run.is_frozen(&place));
        let counts = if is_fixed { candidate.counts } else { !has_one };
        has_one |= counts;
        if counts == candidate.counts {
            continue;
        }
        candidate.counts = counts;
        if lost && presale.is_some() {
            (candidate.standing, candidate.code) = (Standing::Open, None);
            reopened = true;
        }
        draft.put_candidate(run.number, candidate);
    }
    if let Some(presale) = presale.filter(|_| reopened) {
        judge_again(draft, &presale.strategy.strategy_id);
    }
}

/// Takes the order's amount over, while no judgement by it stands. A gift of another tier than the amount
/// reaches now is for people to look at (S4-R26).
fn refresh(
    draft: &mut Draft<'_>,
    order: &mut PoolOrder,
    whole: &PoolOrder,
    (run, strategy, key): (&Run, &GiftStrategy, &RankKey),
) {
    let Some(known) = draft.candidate(run.number, key) else { return };
    if matches!(known.standing, Standing::Given | Standing::Nothing | Standing::Void) {
        // A child that comes later may raise a parent that was judged too low.
        let was_low = key.is_of_parent() && known.code == Some(Code::BelowThreshold);
        if (known.standing == Standing::Given || was_low) && strategy.by_amount {
            let reached = strategy.tier(whole.goods_paid).and_then(|tier| u16::try_from(tier).ok());
            if reached == known.tier {
                order.forget(Code::AmountChanged, Some(&run.strategy_id));
            } else {
                order.note_change(&run.strategy_id, reached.map_or(-1, i32::from), draft.now);
            }
        }
        return;
    }
    let Candidate { amount, amount_state, .. } = whole.candidate(key.clone());
    if (known.amount, known.amount_state) != (amount, amount_state) {
        draft.put_candidate(run.number, Candidate { amount, amount_state, ..known });
    }
}

/// Gives a place up. In the frozen part the slot stays taken; a gift goes back into stock (A-S4-16).
pub fn leave(draft: &mut Draft<'_>, order: &mut PoolOrder, entered: &Entered) {
    order.entered.retain(|other| other != entered);
    let Some(candidate) = draft.candidate(entered.run, &entered.key) else { return };
    let record = draft.gift_record(&entered.strategy_id);
    let Some(strategy) = record.and_then(|record| record.version(entered.version).cloned()) else { return };
    let candidate = take_back(draft, &strategy, entered.run, candidate);
    let run = draft.run(&entered.strategy_id);
    let Some(mut run) = run.filter(|run| run.number == entered.run) else {
        // Of a run that was replaced nothing is kept.
        draft.remove_candidate(entered.run, &entered.key);
        return;
    };
    if strategy.first_n.is_some() && (run.is_frozen(&entered.key) || candidate.standing.is_judged()) {
        let (standing, tier) = (Standing::Void, None);
        draft.put_candidate(entered.run, Candidate { standing, tier, ..candidate });
        run.candidates = run.candidates.saturating_sub(1);
        draft.put_run(run);
    } else {
        draft.remove_candidate(entered.run, &entered.key);
        run.candidates = run.candidates.saturating_sub(1);
        draft.put_run(run.clone());
        if strategy.buyers == BuyerLimit::OncePerBuyer {
            let mut places = draft.buyer(run.number, &order.customer_id);
            places.retain(|place| *place != entered.key);
            draft.put_buyer(run.number, &order.customer_id, places);
            recount(draft, &run, &strategy, &order.customer_id);
        }
    }
}

/// Takes a gift back, if there is one: into stock, out of the run's figure. The candidate is to be put.
pub fn take_back(
    draft: &mut Draft<'_>,
    strategy: &GiftStrategy,
    run_number: u64,
    candidate: Candidate,
) -> Candidate {
    let given = candidate.tier.filter(|_| candidate.standing == Standing::Given);
    let tier = given.and_then(|tier| strategy.tiers.get(usize::from(tier)));
    if let Some(tier) = tier {
        for gift in &tier.gifts {
            return_stock(draft, &gift.sku, gift.quantity);
        }
    }
    if given.is_some()
        && let Some(mut run) = draft.run(&strategy.strategy_id).filter(|run| run.number == run_number)
    {
        run.given = run.given.saturating_sub(1);
        draft.put_run(run);
    }
    Candidate { tier: None, code: None, ..candidate }
}

/// Puts units back into stock, where the SKU is counted.
pub fn return_stock(draft: &mut Draft<'_>, sku: &Sku, quantity: u64) {
    if let Some(stock) = draft.stock(sku) {
        draft.put_stock(sku, Stock { given: stock.given.saturating_sub(quantity), ..stock });
    }
}

/// Takes units of every gift out of stock, and keeps count of those that are not counted too; `false`, and nothing is taken, when one does not last.
pub fn reserve(draft: &mut Draft<'_>, gifts: &[domain::pool::GiftUnit]) -> bool {
    let stock = |draft: &Draft<'_>, sku: &Sku| {
        draft.stock(sku).unwrap_or(Stock { quantity: Stock::UNCOUNTED, given: 0 })
    };
    if !gifts.iter().all(|gift| stock(draft, &gift.sku).left() >= gift.quantity) {
        return false;
    }
    for gift in gifts {
        let known = stock(draft, &gift.sku);
        draft.put_stock(&gift.sku, Stock { given: known.given + gift.quantity, ..known });
    }
    true
}
