//! An order of which an older file cannot be read, and a newer one can.
//!
//! What always holds: the answer is that of the files taken in one by one, where the newer one counts. But where the newer
//! file may hold a piece only of an order that was cut apart, the order is left out: nobody gets the gift of a part. It has
//! to hold each row that the older ones have, those that cannot be read by what they still say of their goods.

use super::{
    group::Group,
    lost::Lost,
    parts::{Files, Part},
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

/// What an older file holds of an order.
struct Older<'g, R: Roles> {
    file: usize,
    first: u64,
    last: u64,
    part: Option<&'g Part<R::Head, RowLine<R::Line>>>,
    lost: Vec<&'g Lost>,
}

/// Lets a group be what its newer files say, where all that could not be read stands in older ones. `None` where it has
/// to be left out.
pub(super) fn settle<R: Roles>(group: &mut Group<R>, files: &Files) -> Option<Newer> {
    let out = group.out.as_ref()?;
    let newest_lost = out.lost.iter().map(|lost| files.rank(lost.file)).max()?;
    let count = group.parts.iter().filter(|part| files.rank(part.at.file) <= newest_lost).count();
    let (older, newer) = group.parts.split_at(count);
    let older = older_files::<R>(older, &out.lost);
    let makes_up = |part: &Part<R::Head, RowLine<R::Line>>| {
        let ends = files.ends_of(part.at.file, part.first, part.last);
        let is_apart = |it: &Older<'_, R>| !files.ends_of(it.file, it.first, it.last).join_up(ends);
        part.is_together() && older.values().all(|it| is_apart(it) && it.is_held_by(part))
    };
    if files.scattered || !newer.iter().any(makes_up) {
        return None;
    }
    let repeated = group.parts.drain(..count).map(|part| part.rows.len() as u64).sum();
    group.at = group.parts.first().map_or(group.at, |part| part.at);
    let lost = group.out.take().map(|out| out.lost).unwrap_or_default();
    Some(Newer { lost, repeated })
}

/// What each older file holds of the order.
fn older_files<'g, R: Roles>(
    parts: &'g [Part<R::Head, RowLine<R::Line>>],
    lost: &'g [Lost],
) -> BTreeMap<usize, Older<'g, R>> {
    let of_part = |part: &'g Part<R::Head, RowLine<R::Line>>| {
        let (file, first, last) = (part.at.file, part.first, part.last);
        (file, Older { file, first, last, part: Some(part), lost: Vec::new() })
    };
    let mut older: BTreeMap<_, _> = parts.iter().map(of_part).collect();
    for row in lost {
        let Lost { file, ordinal, .. } = *row;
        let none = Older { file, first: ordinal, last: ordinal, part: None, lost: Vec::new() };
        let of_file = older.entry(file).or_insert(none);
        of_file.first = of_file.first.min(ordinal);
        of_file.last = of_file.last.max(ordinal);
        of_file.lost.push(row);
    }
    older
}

impl<R: Roles> Older<'_, R> {
    /// Whether a newer file has each of its rows.
    fn is_held_by(&self, newer: &Part<R::Head, RowLine<R::Line>>) -> bool {
        let mut taken = vec![false; newer.rows.len()];
        let mut takes = |is_it: &dyn Fn(&RowLine<R::Line>) -> bool| {
            let found = (0..taken.len()).find(|&at| !taken[at] && is_it(&newer.rows[at].line));
            if let Some(at) = found {
                taken[at] = true;
            }
            found.is_some()
        };
        let mut read = self.part.iter().flat_map(|part| &part.rows);
        let says = |lost: &Lost, line: &RowLine<R::Line>| match line {
            RowLine::Line(line) => lost.says.may_be(&R::goods(line)),
            RowLine::Discount(_) | RowLine::Nothing(..) => false,
        };
        read.all(|row| takes(&|line| *line == row.line))
            && self.lost.iter().all(|lost| takes(&|line| says(lost, line)))
    }
}
