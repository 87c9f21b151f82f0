//! A text with `{variables}` in it: read, and filled within a length.
//!
//! Always holds: a filled text is no longer than it may be, and has no variable left in it. Where room is short, words
//! that people wrote give way, the longest first; codes, amounts and moments stand whole.

use super::{
    unfit::Unfit,
    variables::{ValueType, Variable},
};
use crate::message::segments::units;

/// A part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'t> {
    /// Words, as they stand.
    Words(&'t str),
    /// The name between braces.
    Variable(&'t str),
}

/// A brace without its other one, or within another pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unbalanced;

/// The fewest code units that a name is cut to: a letter or an emoji of four, and `…`.
pub const LEAST: usize = 5;

/// Takes a pattern apart.
///
/// ```
/// use domain::message::template::pattern::{Part, parts};
///
/// assert_eq!(parts("订单{order}。"), Ok(vec![Part::Words("订单"), Part::Variable("order"), Part::Words("。")]));
/// assert!(["{", "}", "{a", "a}", "{a{b}}"].into_iter().all(|text| parts(text).is_err()));
/// ```
pub fn parts(pattern: &str) -> Result<Vec<Part<'_>>, Unbalanced> {
    let mut found = Vec::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '}']) {
        let (words, opened) = rest.split_at(at);
        let inside = opened.strip_prefix('{').ok_or(Unbalanced)?;
        let end = inside.find(['{', '}']).filter(|&end| inside[end..].starts_with('}')).ok_or(Unbalanced)?;
        if !words.is_empty() {
            found.push(Part::Words(words));
        }
        found.push(Part::Variable(&inside[..end]));
        rest = &inside[end + 1..];
    }
    if !rest.is_empty() {
        found.push(Part::Words(rest));
    }
    Ok(found)
}

/// The names in a pattern, each as often as it stands there; none of one that cannot be read.
pub fn names(pattern: &str) -> Vec<&str> {
    let name = |part| match part {
        Part::Variable(name) => Some(name),
        Part::Words(_) => None,
    };
    parts(pattern).unwrap_or_default().into_iter().filter_map(name).collect()
}

/// Fills a pattern in at most so many code units. `tell` says a variable in at most so many, or that it cannot.
pub fn fill(
    pattern: &str,
    most: usize,
    find: impl Fn(&str) -> Option<&'static Variable>,
    tell: impl Fn(&Variable, usize) -> Result<String, Unfit>,
) -> Result<String, Unfit> {
    let unfit = |name: &str| Unfit { variable: name.to_owned() };
    let parts = parts(pattern).map_err(|Unbalanced| unfit(pattern))?;
    let mut filled = Vec::with_capacity(parts.len());
    for part in parts {
        filled.push(match part {
            Part::Words(words) => (None, words.to_owned()),
            Part::Variable(name) => {
                let variable = find(name).ok_or_else(|| unfit(name))?;
                (Some(variable), tell(variable, variable.most)?)
            }
        });
    }
    let gives_way =
        |variable: Option<&Variable>| variable.is_some_and(|found| found.holds == ValueType::Text);
    let mut cap =
        filled.iter().filter(|(v, _)| gives_way(*v)).map(|(_, told)| units(told)).max().unwrap_or(0);
    while filled.iter().map(|(_, told)| units(told)).sum::<usize>() > most {
        // Whoever is longest gives way by one more, until all are as short as they may be.
        cap = cap.saturating_sub(1);
        let last = filled.iter().rev().find_map(|(variable, _)| *variable);
        if cap < LEAST {
            return Err(unfit(last.map_or(pattern, |variable| variable.name)));
        }
        for (variable, told) in filled.iter_mut().filter(|(variable, _)| gives_way(*variable)) {
            if let Some(variable) = variable.filter(|_| units(told) > cap) {
                *told = tell(variable, cap)?;
            }
        }
    }
    Ok(filled.into_iter().map(|(_, told)| told).collect())
}

/// The shortest that the longest values can be made: what a place must have room for.
pub fn longest(pattern: &str, find: impl Fn(&str) -> Option<&'static Variable>) -> usize {
    let size = |part| match part {
        Part::Words(words) => units(words),
        Part::Variable(name) => find(name).map_or(0, |variable| match variable.holds {
            ValueType::Text => LEAST,
            ValueType::Code | ValueType::Number | ValueType::Amount | ValueType::Moment | ValueType::Link => {
                variable.most
            }
        }),
    };
    parts(pattern).unwrap_or_default().into_iter().map(size).sum()
}
