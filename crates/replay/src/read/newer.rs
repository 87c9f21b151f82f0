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
use std::collections::{BTreeMap, BTreeSet};

/// What a newer file makes of an order that an older one would have left out.
pub(super) struct Newer {
    /// Rows that could not be read, and that the newer file makes up for.
    pub lost: Vec<Lost>,
    /// Rows beside them that could.
    pub repeated: u64,
}

/// What an older file holds of an order of which it has a row that cannot be read.
struct Torn<'g, R: Roles> {
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
    let torn = torn_files::<R>(&group.parts, &out.lost);
    let makes_up = |part: &Part<R::Head, RowLine<R::Line>>| {
        let ends = files.ends_of(part.at.file, part.first, part.last);
        let is_apart = |it: &Torn<'_, R>| !files.ends_of(it.file, it.first, it.last).join_up(ends);
        files.rank(part.at.file) > newest_lost
            && part.is_together()
            && torn.values().all(|it| is_apart(it) && it.is_held_by(part))
    };
    if files.scattered || !group.parts.iter().any(makes_up) {
        return None;
    }
    let torn: BTreeSet<usize> = torn.into_keys().collect();
    // Older files of which all could be read are put together with the newer ones as ever.
    let (gone, kept): (Vec<_>, Vec<_>) =
        std::mem::take(&mut group.parts).into_iter().partition(|part| torn.contains(&part.at.file));
    group.parts = kept;
    group.at = group.parts.first().map_or(group.at, |part| part.at);
    let repeated = gone.iter().map(|part| part.rows.len() as u64).sum();
    let lost = group.out.take().map(|out| out.lost).unwrap_or_default();
    Some(Newer { lost, repeated })
}

/// What each file holds of the order in which a row of it cannot be read.
fn torn_files<'g, R: Roles>(
    parts: &'g [Part<R::Head, RowLine<R::Line>>],
    lost: &'g [Lost],
) -> BTreeMap<usize, Torn<'g, R>> {
    let mut torn = BTreeMap::new();
    for row in lost {
        let Lost { file, ordinal, .. } = *row;
        let of_file = torn.entry(file).or_insert_with(|| {
            let part = parts.iter().find(|part| part.at.file == file);
            let span = part.map_or((ordinal, ordinal), |part| (part.first, part.last));
            Torn { file, first: span.0, last: span.1, part, lost: Vec::new() }
        });
        of_file.first = of_file.first.min(ordinal);
        of_file.last = of_file.last.max(ordinal);
        of_file.lost.push(row);
    }
    torn
}

impl<R: Roles> Torn<'_, R> {
    /// Whether a newer file has each of its rows.
    fn is_held_by(&self, newer: &Part<R::Head, RowLine<R::Line>>) -> bool {
        let mut taken = vec![false; newer.rows.len()];
        let mut has = |is_it: &dyn Fn(&RowLine<R::Line>) -> bool| {
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
        read.all(|row| has(&|line| *line == row.line))
            && self.lost.iter().all(|lost| has(&|line| says(lost, line)))
    }
}
