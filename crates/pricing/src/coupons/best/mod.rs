//! The best combination, exactly: branch and bound over the steps.
//!
//! Within a step the offers that stand together share no line, so what each takes off is fixed by the
//! slots at the step's start, and a step is a choice of offers without a conflict. Only the next steps
//! depend on the choice. A branch is left when even an optimistic rest would not beat the best so far:
//!
//! - of this step: for each clique of excluding offers the most valuable one;
//! - of later steps: for each clique the most that an offer could save on the bases as they are now. Bases,
//!   rooms and freight only fall, and `Offer::most` never rises when they do, so this holds for all that
//!   may still happen; thresholds that are missed now are missed for good;
//! - of both together: what is saved in this step comes off the bases of later offers. As long as a later
//!   offer is to keep its threshold, no more can be saved on its lines than its base is above it;
//! - nothing saves more than the room that is left.
//!
//! It is *not* true that a larger base is always better for the customer (199 pays 199, 200 less 20 pays
//! 180), nor that a larger saving is, so no choice is dropped because another one saves more; only equal
//! choices are dropped. All bounds are on savings; where one equals the best so far, the tie decides.
//!
//! The order of the search, and so the answer, depends on amounts and coupon ids, never on the order of the
//! list. When the budget of decisions is used up, what was left open says how much better another
//! combination could be at most; the answer is then not proven, unless that is nothing.

mod field;
mod jing;
mod level;
mod score;
mod search;

use super::offer::Offer;
use crate::slots::Slot;
use domain::coupon::CouponKind;
use field::Field;
use rustc_hash::FxHashMap;
use score::OFFERS;
use search::Search;

/// Decisions after which the search gives up proving: under a tenth of a second.
const NODES: u64 = 100_000;

/// The best combination found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// For each offer whether it is taken.
    pub(super) chosen: Vec<bool>,
    /// What the combination saves, freight included.
    pub(super) saving: i64,
    /// No combination saves more.
    pub(super) at_most: i64,
    /// Decisions looked at.
    pub(super) nodes: u64,
}

/// Finds the combination of offers with the smallest payable; ties by fewer offers, then by the smallest
/// sorted list of ids.
pub(super) fn find(offers: &[Offer], slots: &[Slot], freight: i64) -> Found {
    let mut able: Vec<(&Offer, i64)> = offers
        .iter()
        .map(|offer| (offer, offer.most(offer.base(slots), offer.room(slots), freight)))
        .filter(|(_, most)| *most > 0)
        .collect();
    // More than fit are not all looked at; then nothing is proven beyond what all could save.
    let beyond: i64 = if able.len() > OFFERS {
        able = best_of_each_kind_first(able);
        able.split_off(OFFERS).iter().map(|(_, most)| most).sum()
    } else {
        0
    };
    let field = Field::of(able.into_iter().map(|(offer, _)| offer).collect(), freight);
    let mut search = Search::new(&field, NODES);
    search.run(slots);
    let mut chosen = vec![false; offers.len()];
    for (at, offer) in offers.iter().enumerate() {
        let place = field.offers.iter().position(|other| other.index == offer.index);
        chosen[at] = place.is_some_and(|place| search.chosen >> place & 1 == 1);
    }
    let saving = search.best.saving;
    Found { chosen, saving, at_most: saving.max(search.open) + beyond, nodes: search.nodes }
}

/// By value, but the best of each kind before the second of any: of most kinds only one can be taken.
fn best_of_each_kind_first<'a>(mut able: Vec<(&'a Offer, i64)>) -> Vec<(&'a Offer, i64)> {
    able.sort_by_key(|(offer, most)| (-most, offer.rank));
    let mut of_kind: FxHashMap<CouponKind, usize> = FxHashMap::default();
    let turn = |(offer, most): (&'a Offer, i64)| {
        let turn = of_kind.entry(offer.kind).or_default();
        *turn += 1;
        (*turn, offer, most)
    };
    let mut turns: Vec<(usize, &Offer, i64)> = able.into_iter().map(turn).collect();
    turns.sort_by_key(|(turn, offer, most)| (*turn, -most, offer.rank));
    turns.into_iter().map(|(_, offer, most)| (offer, most)).collect()
}
