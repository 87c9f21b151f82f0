//! The coupons of a quote: which are taken, what each takes off which line, and why the others stay.
//!
//! Kinds take effect in the order shop, product, Dong, Jing, Jingtie, freight (A-S1-7); a kind is a
//! *step*. Thresholds and shares of a step use the slots as they stand at its start; the amounts are
//! then taken one after the other in the order of coupon ids, capped by what room is left (A-S1-5). A
//! coupon's base is the sum of the bases of the lines that it works on: those in its scope that the
//! stacking table allows. Payment coupons belong to the cashier and are refused here.
//!
//! Beside each other stand (A-S1-10): one shop coupon; product coupons that share no line; Dong coupons
//! that share no line; Jing coupons that have the same lines or share none; never Dong with Jing; one
//! Jingtie; one freight coupon, which takes off freight alone. Scopes are compared over the lines of this
//! cart that the coupons work on.

mod admit;
mod best;
mod explain;
mod lines;
mod listed;
mod offer;
mod outcome;
mod replay;
mod request;

pub use outcome::{Bound, Left, Nearby, Outcome, Taken};
pub use request::Request;

use crate::{
    cart::{CartLine, Coupons, Held},
    slots::Slot,
};
use domain::{Code, Violation};
use rustc_hash::FxHashSet;

/// Takes the coupons of a request off the slots.
///
/// [`Coupons::Listed`]: each is taken when it may be. Of two that exclude one another the one stays that
/// is earlier by kind, larger saving alone, smaller id; the answer does not depend on the order of the list.
/// [`Coupons::Best`]: the admissible combination with the smallest payable; ties by fewer coupons, then by
/// the smallest sorted list of ids.
///
/// Refuses a coupon that is there twice ([`Code::Duplicate`]) and more than [`MOST_COUPONS`]
/// ([`Code::TooMany`]); the slots then stay as they were. A line's room is never above its base.
pub fn settle(request: &Request<'_>, slots: &mut [Slot]) -> Result<Outcome, Vec<Violation>> {
    let (held, best): (&[Held], bool) = match request.coupons {
        Coupons::None => return Ok(Outcome::default()),
        Coupons::Listed(held) => (held, false),
        Coupons::Best(held) => (held, true),
    };
    check(held)?;
    for slot in slots.iter_mut() {
        slot.room = slot.room.clamp(0, slot.base.max(0));
    }
    let (offers, mut left) = admit::admit(request, held);
    let freight = request.freight.max(0);
    let found = best.then(|| best::find(&offers, slots, freight));
    let chosen = match &found {
        Some(found) => found.chosen.clone(),
        None => listed::choose(&offers, &mut slots.to_vec(), freight),
    };
    let whole = due(request.lines, slots) + freight;
    let replay =
        replay::replay(&offers, &chosen, slots, freight).expect("a chosen combination is admissible");
    let bound = found.map(|found| {
        let saving: i64 = replay.taken.iter().map(|taken| taken.amount).sum();
        assert_eq!(saving, found.saving, "the search counts what the replay takes");
        // What offers could save one by one may be more than there is to pay.
        let (payable, at_least) = (whole - saving, (whole - found.at_most).max(0));
        Bound { payable, at_least, proven: payable == at_least, nodes: found.nodes }
    });
    left.extend(explain::left(&offers, &chosen, &replay, freight));
    left.sort_by_key(|left| left.index);
    let nearby = explain::nearby(&offers, &chosen, &replay, freight);
    Ok(Outcome { taken: replay.taken, left, nearby, bound })
}

/// What the lines cost now: their bases, of presale lines without the deposit.
fn due(lines: &[CartLine], slots: &[Slot]) -> i64 {
    let deposit = |line: &CartLine| line.presale.as_ref().map_or(0, |presale| presale.deposit.minor());
    lines.iter().zip(slots).map(|(line, slot)| slot.base - deposit(line)).sum()
}

fn check(held: &[Held]) -> Result<(), Vec<Violation>> {
    if held.len() > MOST_COUPONS {
        let message = format!("at most {MOST_COUPONS} coupons");
        return Err(vec![Violation::with("coupons", Code::TooMany, message)]);
    }
    let mut seen = FxHashSet::default();
    let twice = held.iter().position(|coupon| !seen.insert(&coupon.coupon_id));
    twice.map_or(Ok(()), |index| Err(vec![Violation::new(format!("coupons[{index}]"), Code::Duplicate)]))
}

/// Coupons of one quote: wallets of real customers hold some dozens.
pub const MOST_COUPONS: usize = 200;
