//! An order of which an older file cannot be read, and a newer one can.
//!
//! What always holds: the answer is that of the files taken in one by one, where the newer one counts. But where it may
//! hold a piece only of an order that was cut apart, the order is left out: nobody gets the gift of a part.

use super::{
    bad::Lost,
    group::Group,
    parts::{Files, Part, holds},
    roles::{Roles, RowLine},
};
use std::collections::BTreeMap;

/// What a newer file makes of an order that an older one would have left out.
pub(super) struct Newer {
    /// Rows that could not be read, and that the newer file makes up for.
    pub lost: Vec<Lost>,
    /// Rows of older files that could.
    pub repeated: u64,
}

/// What older files hold of an order.
struct Older<'g, H, L> {
    file: usize,
    first: u64,
    last: u64,
    count: u64,
    part: Option<&'g Part<H, L>>,
}

/// Lets a group be what its newer files say, where all that could not be read stands in older ones. `None` where it has
/// to be left out.
pub(super) fn settle<R: Roles>(group: &mut Group<R>, files: &Files) -> Option<Newer> {
    let out = group.out.as_ref()?;
    let newest_lost = out.lost.iter().map(|lost| files.rank(lost.file)).max()?;
    let count = group.parts.iter().filter(|part| files.rank(part.at.file) <= newest_lost).count();
    let (older, newer) = group.parts.split_at(count);
    let older = spans(older, &out.lost);
    let has_all = |part: &Part<R::Head, RowLine<R::Line>>| {
        older.values().all(|it| part.count >= it.count && it.part.is_none_or(|it| holds(&part.rows, &it.rows)))
    };
    let is_whole = |part: &Part<R::Head, RowLine<R::Line>>| {
        let ends = files.ends_of(part.at.file, part.first, part.last);
        let joins_up = || older.values().any(|it| files.ends_of(it.file, it.first, it.last).join_up(ends));
        !files.scattered && part.is_together() && (files.hold_whole(part) || has_all(part) && !joins_up())
    };
    if !newer.iter().any(is_whole) {
        return None;
    }
    let repeated = group.parts.drain(..count).map(|part| part.rows.len() as u64).sum();
    group.at = group.parts.first().map_or(group.at, |part| part.at);
    let lost = group.out.take().map(|out| out.lost).unwrap_or_default();
    Some(Newer { lost, repeated })
}

/// Where the order stands in the older files, with the rows that could not be read.
fn spans<'g, H, L>(parts: &'g [Part<H, L>], lost: &[Lost]) -> BTreeMap<usize, Older<'g, H, L>> {
    let of_part = |part: &'g Part<H, L>| {
        let Part { at, first, last, count, .. } = part;
        let older = Older { file: at.file, first: *first, last: *last, count: *count, part: Some(part) };
        (at.file, older)
    };
    let mut spans: BTreeMap<_, _> = parts.iter().map(of_part).collect();
    for Lost { file, ordinal, is_counted, .. } in lost.iter().copied() {
        let none = Older { file, first: ordinal, last: ordinal, count: 0, part: None };
        let span = spans.entry(file).or_insert(none);
        span.first = span.first.min(ordinal);
        span.last = span.last.max(ordinal);
        span.count += u64::from(!is_counted);
    }
    spans
}
