//! Who is kept from farming coupons, and why (S0-R32, A-S0-21).
//!
//! The default rule: five orders in thirty days that showed a coupon and were cancelled unpaid block
//! their customer for thirty days. An operator's list entry stands above it. A blocked customer sees
//! no offer, claims nothing and gets no push; ordering and paying are untouched.

use crate::{
    Instant, OrderId,
    customer::{List, Standing},
};
use serde::{Deserialize, Serialize};

/// The answer, with what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether the customer is blocked.
    pub blocked: bool,
    /// What decided.
    pub by: Ground,
    /// The farming rule's evidence: orders that showed a coupon and ended unpaid.
    pub evidence: Vec<OrderId>,
    /// The rule's block ends then.
    pub until: Option<Instant>,
}

/// What a verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// Nothing is known against the customer.
    Clear,
    /// The farming rule.
    FarmingRule,
    /// The operator's block list.
    BlockList,
    /// The operator's allow list.
    AllowList,
}

/// Judges a customer at a moment.
pub fn judge(standing: &Standing, now: Instant) -> Verdict {
    let farmer = standing.blocked_until.is_some_and(|until| now < until);
    let (blocked, by) = match standing.listed.as_ref().map(|entry| entry.list) {
        Some(List::Block) => (true, Ground::BlockList),
        Some(List::Allow) => (false, Ground::AllowList),
        None if farmer => (true, Ground::FarmingRule),
        None => (false, Ground::Clear),
    };
    let evidence = standing.unpaid.iter().map(|(order, _)| order.clone()).collect();
    Verdict { blocked, by, evidence, until: standing.blocked_until.filter(|_| farmer) }
}

/// Whether the customer is blocked at that moment; [`judge`] without the evidence.
pub fn is_blocked(standing: &Standing, now: Instant) -> bool {
    match standing.listed.as_ref().map(|entry| entry.list) {
        Some(List::Block) => true,
        Some(List::Allow) => false,
        None => standing.blocked_until.is_some_and(|until| now < until),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::customer::Listed;

    fn day(n: i64) -> Instant {
        Instant::from_micros(0).plus_hours(24 * n)
    }
    fn order(n: i64) -> OrderId {
        OrderId::try_new(&format!("o{n}")).unwrap()
    }

    #[test]
    fn s0_r32_a_s0_21_five_orders_in_thirty_days_block_for_thirty() {
        let mut standing = Standing::default();
        for n in 0..4 {
            standing.note_unpaid(&order(n), day(n));
            standing.note_unpaid(&order(n), day(n));
        }
        assert!(!judge(&standing, day(4)).blocked, "four are not five, and one order counts once");
        standing.note_unpaid(&order(4), day(4));
        let verdict = judge(&standing, day(4));
        assert!(verdict.blocked);
        assert_eq!(
            (verdict.by, verdict.evidence.len(), verdict.until),
            (Ground::FarmingRule, 5, Some(day(34)))
        );
        assert!(judge(&standing, Instant::from_micros(day(34).micros() - 1)).blocked);
        assert!(!judge(&standing, day(34)).blocked);
    }

    #[test]
    fn a_s0_21_older_orders_do_not_count() {
        let mut standing = Standing::default();
        for n in 0..4 {
            standing.note_unpaid(&order(n), day(n));
        }
        standing.note_unpaid(&order(9), day(30));
        assert!(!judge(&standing, day(30)).blocked, "the first of them is thirty days old");
    }

    #[test]
    fn a_s0_21_the_operators_list_stands_above_the_rule() {
        let mut standing = Standing::default();
        (0..5).for_each(|n| standing.note_unpaid(&order(n), day(n)));
        let entry = |list| Some(Listed { list, reason: "known".into(), by: "op".into(), at: day(5) });
        standing.listed = entry(List::Allow);
        assert_eq!((judge(&standing, day(5)).blocked, is_blocked(&standing, day(5))), (false, false));
        standing.listed = entry(List::Block);
        assert_eq!(judge(&standing, day(99)).by, Ground::BlockList);
        assert!(is_blocked(&standing, day(99)));
    }

    #[test]
    fn a_paid_order_is_no_evidence() {
        let mut standing = Standing::default();
        (0..5).for_each(|n| standing.note_unpaid(&order(n), day(n)));
        standing.forget_unpaid(&order(2));
        assert!(!judge(&standing, day(5)).blocked);
    }
}
