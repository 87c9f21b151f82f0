//! The name of a chance: the order, or the order with the number of an extra chance, `ORDER#1` (A-S2-16).
//!
//! Always holds: no two chances have one name. An order's own id may look like an extra chance of another, `o1#1`; so the
//! last `#` of an id that ends in such signs, or in such signs and digits, are doubled: its own chance is `o1##1`. Before
//! the digits at the end of a chance stand an odd number of `#` where it is an extra one, and an even number where it is
//! not. Every other id stands as it is.

use std::borrow::Cow;

/// The name of a chance: 0 for the order's own, an extra chance by its number.
///
/// ```
/// use draw::chance::{name, of};
///
/// assert_eq!((name("o1", 0), name("o1", 1)), ("o1".into(), "o1#1".into()));
/// assert_eq!((name("o1#1", 0), name("o1#1", 2)), ("o1##1".into(), "o1##1#2".into()));
/// assert_eq!(of("o1##1#2"), Some(("o1#1".into(), 2)));
/// ```
pub fn name(order: &str, extra: u32) -> String {
    let own = escaped(order);
    if extra == 0 { own.into_owned() } else { format!("{own}#{extra}") }
}

/// The order and the number of a chance; `None` of a text that no chance has as its name.
pub fn of(chance: &str) -> Option<(String, u32)> {
    let (signs, digits) = ending(chance);
    if signs.is_multiple_of(2) {
        return unescaped(chance).map(|order| (order, 0));
    }
    let own = &chance[..chance.len() - digits.len() - 1];
    let extra: u32 = digits.parse().ok().filter(|extra| *extra > 0)?;
    // One number has one text.
    (extra.to_string() == digits).then_some(())?;
    unescaped(own).map(|order| (order, extra))
}

/// How many `#` stand before the digits at a text's end, and those digits.
fn ending(text: &str) -> (usize, &str) {
    let before = text.trim_end_matches(|sign: char| sign.is_ascii_digit());
    let signs = before.len() - before.trim_end_matches('#').len();
    (signs, &text[before.len()..])
}

fn escaped(order: &str) -> Cow<'_, str> {
    let (signs, digits) = ending(order);
    if signs == 0 {
        return Cow::Borrowed(order);
    }
    let before = &order[..order.len() - digits.len()];
    Cow::Owned(format!("{before}{}{digits}", "#".repeat(signs)))
}

fn unescaped(own: &str) -> Option<String> {
    let (signs, digits) = ending(own);
    let before = &own[..own.len() - digits.len() - signs];
    let is_whole = signs.is_multiple_of(2) && !own.is_empty();
    is_whole.then(|| format!("{before}{}{digits}", "#".repeat(signs / 2)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    /// Every text of up to so many of these letters.
    fn texts(letters: &[char], most: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..most {
            last = last
                .iter()
                .flat_map(|text| letters.iter().map(move |sign| format!("{text}{sign}")))
                .collect();
            all.extend_from_slice(&last);
        }
        all.remove(0);
        all
    }

    #[test]
    fn a_s2_16_no_two_chances_have_one_name() {
        let mut known = HashMap::new();
        for order in texts(&['a', '#', '0', '1', '茶'], 6) {
            for extra in [0, 1, 2, 10, 11, u32::MAX] {
                let chance = name(&order, extra);
                assert_eq!(of(&chance), Some((order.clone(), extra)), "{chance}");
                let other = known.insert(chance.clone(), (order.clone(), extra));
                assert_eq!(other, None, "{chance} is {order} {extra}");
            }
        }
    }

    #[test]
    fn a_s2_16_ordinary_orders_keep_the_fixed_form() {
        for order in ["o1", "20301104-0009", "a#b", "#a", "a#1b", "茶1"] {
            assert_eq!(name(order, 0), order);
            assert_eq!(name(order, 1), format!("{order}#1"));
        }
    }

    #[test]
    fn what_no_chance_is_called_is_none() {
        for text in ["", "#1", "o1#", "o1#0", "o1#01", "o1#4294967296", "o1###0"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
