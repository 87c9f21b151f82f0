//! By what orders are ranked: the customer's time to the second, then the platform's order number.

use crate::{Instant, OrderId};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// A place in the ranking (A-S4-5). Compares as the ranking does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RankKey {
    /// The customer's time, whole seconds since 1970.
    pub second: i64,
    /// The order number in a form whose characters compare as the numbers do: see [`RankKey::number`].
    pub number: SmolStr,
}

impl RankKey {
    /// The place of an order whose basis time is `at`.
    pub fn new(at: Instant, order: &OrderId) -> Self {
        Self { second: at.micros().div_euclid(1_000_000), number: Self::number(order.as_str()).into() }
    }

    /// The second that it stands in.
    pub const fn at(&self) -> Instant {
        Instant::from_micros(0).plus_seconds(self.second)
    }

    /// An order number so that text order is number order: each run of digits loses its leading zeros and
    /// gets its length before it, so `O9` comes before `O10`. Numbers that differ in leading zeros only
    /// are told apart by the text itself, behind a space.
    pub fn number(order: &str) -> String {
        let mut key = String::with_capacity(order.len() + 8);
        let mut rest = order;
        let mut had_zeros = false;
        while let Some(first) = rest.chars().next() {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            if digits == 0 {
                key.push(first);
                rest = &rest[first.len_utf8()..];
                continue;
            }
            let number = rest[..digits].trim_start_matches('0');
            had_zeros |= number.len() < digits;
            key.push(char::from(b'0' + u8::try_from(number.len() / 10).unwrap_or(9)));
            key.push(char::from(b'0' + u8::try_from(number.len() % 10).unwrap_or(9)));
            key.push_str(number);
            rest = &rest[digits..];
        }
        if had_zeros {
            key.push(' ');
            key.push_str(order);
        }
        key
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_s4_5_the_same_second_goes_by_order_number() {
        let at = |micros| Instant::from_micros(micros);
        let key = |micros, id: &str| RankKey::new(at(micros), &OrderId::try_new(id).unwrap());
        assert!(key(1_999_999, "O9") < key(2_000_000, "O1"));
        assert!(key(1_999_999, "9") < key(1_000_000, "10"), "one second: the number decides");
        assert!(key(-1, "1") < key(0, "1"), "before 1970 too");
        let sorted = ["7", "07", "9", "10", "99", "100", "O9", "O10", "O10-2", "O10-11", "P1"];
        for pair in sorted.windows(2) {
            assert!(RankKey::number(pair[0]) < RankKey::number(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn different_orders_have_different_keys() {
        let ids = ["1", "01", "001", "0", "00", "a1", "a01", "1a", "01a", "1-1", "11", "1.1"];
        let keys: std::collections::BTreeSet<_> = ids.iter().map(|id| RankKey::number(id)).collect();
        assert_eq!(keys.len(), ids.len());
    }
}
