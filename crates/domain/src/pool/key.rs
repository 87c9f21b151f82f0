//! By what orders are ranked: the customer's time to the second, then the platform's order number.

use crate::{Instant, OrderId};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// What a blank of an order number is in a key.
const BLANK: char = '\t';

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

    /// The place of orders that were split from `parent` (A-S4-24): that of its number, right behind an order that
    /// has this number itself.
    pub fn of_parent(at: Instant, parent: &OrderId) -> Self {
        let Self { second, number } = Self::new(at, parent);
        Self { second, number: format!("{number} ").into() }
    }

    /// Whether orders hold it that were split from one: no other key ends in a space.
    pub fn is_of_parent(&self) -> bool {
        self.number.ends_with(' ')
    }

    /// The place behind every order of that second: behind the last of all letters, as often as an id holds it.
    pub fn last_of(second: i64) -> Self {
        Self { second, number: "\u{10ffff}".repeat(33).into() }
    }

    /// The second that it stands in.
    pub const fn at(&self) -> Instant {
        Instant::from_micros(0).plus_seconds(self.second)
    }

    /// An order number so that text order is number order: each run of digits loses its leading zeros and
    /// gets its length before it, so `O9` comes before `O10`. Numbers that differ in leading zeros only
    /// are told apart by the text itself, behind a space.
    ///
    /// Different orders have different keys (A-G-11): a blank of the number is written as a tab, which no id holds
    /// and which sorts as low, so the one space in a key is that before the text.
    pub fn number(order: &str) -> String {
        let mut key = String::with_capacity(order.len() + 8);
        let mut rest = order;
        let mut had_zeros = false;
        while let Some(first) = rest.chars().next() {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            if digits == 0 {
                key.push(if first == ' ' { BLANK } else { first });
                rest = &rest[first.len_utf8()..];
                continue;
            }
            let number = rest[..digits].trim_start_matches('0');
            had_zeros |= number.len() < digits;
            // Beyond 99 digits the first of the two is `:` and on, which sort behind the figures.
            key.push(char::from(b'0' + u8::try_from(number.len() / 10).unwrap_or(u8::MAX - b'0')));
            key.push(char::from(b'0' + u8::try_from(number.len() % 10).unwrap_or(9)));
            key.push_str(number);
            rest = &rest[digits..];
        }
        if had_zeros {
            key.push(' ');
            key.extend(order.chars().map(|letter| if letter == ' ' { BLANK } else { letter }));
        }
        key
    }

    /// The order whose place it is, as the number says it; of a parent's place none.
    pub fn order(&self) -> Option<OrderId> {
        if self.is_of_parent() {
            return None;
        }
        let blank = |letter| if letter == BLANK { ' ' } else { letter };
        if let Some((_, told)) = self.number.split_once(' ') {
            return OrderId::try_new(&told.chars().map(blank).collect::<SmolStr>()).ok();
        }
        let mut order = String::with_capacity(self.number.len());
        let mut rest = &*self.number;
        while let Some(first) = rest.chars().next() {
            if let Some(run) = digits(rest) {
                order.push_str(run);
                rest = &rest[2 + run.len()..];
            } else {
                order.push(blank(first));
                rest = &rest[first.len_utf8()..];
            }
        }
        OrderId::try_new(&order).ok()
    }
}

/// The run of digits that a key goes on with, without its length: of a hundred and more what stands before them could be
/// a letter, but no letter has so many digits behind it that have another length before them.
fn digits(key: &str) -> Option<&str> {
    let [tens, units, ..] = *key.as_bytes() else { return None };
    let (tens, units) = (tens.checked_sub(b'0')?, units.checked_sub(b'0')?);
    if tens > 12 || units > 9 {
        return None;
    }
    let run = key.get(2..2 + usize::from(tens) * 10 + usize::from(units))?;
    run.bytes().all(|byte| byte.is_ascii_digit()).then_some(run)
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

    /// Joined by a blank, the key of one was that of the other: `011` as `0211 011`.
    #[test]
    fn a_g_11_blanks_in_numbers_make_no_two_keys_alike() {
        let digits = |n: usize| "7".repeat(n);
        let ids = [
            "011",
            "11 1",
            "11 011",
            "011 1",
            "011  1",
            "1 1",
            "01 1",
            "1 01",
            "1",
            "张三 01",
            "张三 1",
            "0 0",
            "00",
            "~",
            "\u{10ffff}",
            &digits(128),
            &digits(100),
            &digits(99),
            &format!("9{}", digits(99)),
        ];
        let keys: std::collections::BTreeMap<_, _> = ids.iter().map(|id| (RankKey::number(id), id)).collect();
        assert_eq!(keys.len(), ids.len(), "{keys:?}");
        assert!(RankKey::number(&digits(99)) < RankKey::number(&digits(100)));
        assert!(
            RankKey::number("2 1") < RankKey::number("2-1") && RankKey::number("2") < RankKey::number("2 1")
        );
        // What stores hold of ids without blanks stays what it is.
        for (id, key) in [("O-007", "O-017 O-007"), ("12", "0212"), ("a1.b02", "a011.b012 a1.b02")] {
            assert_eq!(RankKey::number(id), key);
        }
    }

    /// Places of a second end behind every order of it, whatever it begins with.
    #[test]
    fn a_g_11_the_last_of_a_second_is_behind_every_order() {
        let furthest = OrderId::try_new(&"\u{10ffff}".repeat(32)).unwrap();
        for order in [furthest, OrderId::try_new("张三丰88").unwrap(), OrderId::try_new("~~").unwrap()] {
            let key = RankKey::new(Instant::from_micros(0), &order);
            assert!(key < RankKey::last_of(0) && RankKey::last_of(-1) < key, "{order}");
        }
    }

    /// A-G-11: a key says its order, whatever that is made of; a parent's says none, for it is no order's.
    #[test]
    fn a_g_11_a_key_says_its_order() {
        let digits = |n: usize| "9".repeat(n);
        let mut ids: Vec<String> = (1..=128).map(digits).collect();
        ids.extend((1..=126).map(|n| format!(":{}", digits(n))));
        ids.extend((1..=126).map(|n| format!("<{}", digits(n))));
        ids.extend((1..=60).map(|n| format!(":{}:{}", digits(n), digits(64 - n))));
        let others = [
            "7",
            "07",
            "O-007",
            "#1001",
            "张三 01",
            "张三丰88",
            "a1.b02",
            "1 1",
            "00",
            "~",
            "=9",
            ":",
            "<1:2",
        ];
        ids.extend(others.map(str::to_owned));
        for id in ids {
            let order = OrderId::try_new(&id).unwrap();
            assert_eq!(RankKey::new(Instant::from_micros(0), &order).order(), Some(order.clone()), "{id}");
            assert_eq!(RankKey::of_parent(Instant::from_micros(0), &order).order(), None, "{id}");
        }
    }
}
