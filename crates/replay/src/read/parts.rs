//! The rows that several files hold of one order become one order.
//!
//! A row is the same row only where all columns of the file are the same. Files are looked at in their order, the
//! newest last; each is put to what the earlier ones gave:
//!
//! 1. Lines have ids: those of one id are one line, as the newer file has it, those of different ids are different
//!    lines. Where the files say different things of the order and the newer one holds it whole, away from both its
//!    ends, the newer one counts alone.
//! 2. The files say the same of the order (its head):
//!    - No row in common: they are pieces of an export that was cut. All rows count where no two lines are alike in
//!      what the mapping reads, or where the pieces join up, the end of one file and the start of another. Else
//!      lines alike may be units, or one line of which something else has changed: they count once, in doubt.
//!      No cut can have made rows that are not alike where the order stands whole in both files, away from their ends,
//!      and no order is scattered: they are another version. The newer file's count, in doubt if the goods are others.
//!    - Rows in common: the files overlap. Each row counts once, as often as the file has it that has it most. In
//!      doubt where a cut alone would look the same: the rows in common are the last of one file and the first of
//!      another and the order goes on on either side; or where orders are scattered over the files and rows alike
//!      are found inside one file. Where the order stands whole in both, away from their ends, and the newer file
//!      lacks a row, its rows are a version of their own, as above.
//! 3. They say different things of the order: the newer file's rows count. In doubt unless they hold all lines that
//!    the earlier ones had, or the order stands whole in the newer file, away from both its ends.
//!
//! What always holds: an order in doubt is counted once, and said to be in doubt. Every row is either kept or
//! counted as repeated.

use super::bad::RowAt;
use domain::limits;
use serde::{Deserialize, Serialize};

/// Rows of an order in one file, and half of those in all; rows of the same goods are one line.
pub(super) const PART_ROWS: usize = 4 * limits::ORDER_LINES;

/// A row of an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Told<L> {
    pub at: RowAt,
    /// The digest of all its columns.
    pub whole: u128,
    pub id: Option<Box<str>>,
    pub line: L,
}

/// The rows of one order in one file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Part<H, L> {
    pub head: H,
    pub at: RowAt,
    pub rows: Vec<Told<L>>,
    /// Where its first and its last row stand among the rows of the file, from 0, and how many there are.
    pub first: u64,
    pub last: u64,
    pub count: u64,
    /// Where rows begin again that were told further up, by their numbers among the rows.
    pub again: Vec<usize>,
    /// The first of the last rows that stand together.
    stretch: usize,
}

impl<L: PartialEq> Told<L> {
    /// Whether two rows say the same line, neither with a number of its own.
    fn is_alike(&self, other: &Self) -> bool {
        self.id.is_none() && other.id.is_none() && self.line == other.line
    }
}

impl<L> Told<L> {
    /// Whether two rows of one file say the same, as far as that is asked.
    fn is_same(&self, other: &Self) -> bool {
        self.whole != 0 && self.whole == other.whole && self.id.is_none()
    }
}

impl<H, L> Part<H, L> {
    /// An order that begins in a file, with its row of that number.
    pub fn new(head: H, at: RowAt, ordinal: u64) -> Self {
        let (first, last) = (ordinal, ordinal);
        Self { head, at, rows: Vec::new(), first, last, count: 1, again: Vec::new(), stretch: 0 }
    }

    /// Another row of the order stands there.
    pub fn extend(&mut self, ordinal: u64) {
        (self.last, self.count) = (ordinal, self.count + 1);
    }

    /// Whether its rows stand one after the other.
    pub fn is_together(&self) -> bool {
        self.last - self.first + 1 == self.count
    }

    /// Whether two of its rows are the same.
    pub fn repeats_itself(&self) -> bool {
        let mut wholes: Vec<u128> = self.rows.iter().map(|row| row.whole).collect();
        wholes.sort_unstable();
        wholes.windows(2).any(|pair| pair[0] == pair[1])
    }
}

impl<H, L: PartialEq> Part<H, L> {
    /// Adds a row. One that says the same line as an earlier one with which it stands together is another unit; where
    /// other orders stand between them, a new telling of the order may begin with it, whatever else has changed since.
    pub fn push(&mut self, row: Told<L>, stands_behind: bool) {
        if !stands_behind {
            self.stretch = self.rows.len();
        }
        let from = self.again.last().copied().unwrap_or(0).min(self.stretch);
        if self.rows[from..self.stretch].iter().any(|known| known.is_alike(&row)) {
            self.again.push(self.rows.len());
        }
        self.rows.push(row);
    }

    /// Where the rows stand together and are several ones, told as often again.
    fn told_in_a_row(&self) -> Vec<usize> {
        let count = self.rows.len();
        let tells = |&times: &usize| {
            let rows = self.rows.iter();
            count.is_multiple_of(times)
                && rows.clone().zip(rows.skip(times)).all(|(one, next)| one.is_same(next))
        };
        // Rows that are all the same are units.
        match (1..count).find(tells) {
            Some(1) | None => Vec::new(),
            Some(length) => (length..count).step_by(length).collect(),
        }
    }

    /// Counts the rows once that are told again and again, as often as the telling has them that has them most. Answers
    /// how many were repeated, and the first.
    pub fn tell_once(&mut self) -> (u64, Option<RowAt>) {
        let (mut repeated, mut first) = (0, None);
        if self.is_together() {
            self.again = self.told_in_a_row();
        }
        let tellings = std::mem::take(&mut self.again);
        for &begins in tellings.iter().rev() {
            // From behind, so that the places before stay what they are.
            let rows = self.rows.split_off(begins);
            first = rows.first().map(|row| row.at);
            let mut taken = vec![false; self.rows.len()];
            let from = tellings.iter().rev().find(|&&start| start < begins).copied().unwrap_or(0);
            for row in rows {
                let known = (from..taken.len()).find(|&at| !taken[at] && self.rows[at].is_alike(&row));
                match known {
                    Some(at) => {
                        taken[at] = true;
                        repeated += 1;
                    }
                    None => self.rows.push(row),
                }
            }
        }
        (repeated, first)
    }
}

/// What is known of all files.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// Rows of each file, by its number.
    pub rows: Vec<u64>,
    /// Whether the rows of an order stand apart somewhere.
    pub scattered: bool,
    /// Whether two rows of an order are the same in one file somewhere.
    pub repeats: bool,
    /// The files in the order in which they are read.
    pub order: Vec<usize>,
}

/// One order from all files.
#[derive(Debug)]
pub(super) struct Merged<H, L> {
    pub head: H,
    pub rows: Vec<Told<L>>,
    /// Rows that are counted elsewhere.
    pub repeated: u64,
    /// The row at which it is in doubt whether rows are repeated.
    pub doubt: Option<RowAt>,
    /// The file whose version it is.
    pub file: usize,
    /// Whether it has more rows than any order, and was not merged to the end.
    pub too_many: bool,
    ends: Ends,
    /// How many files it is put together of.
    files: usize,
    /// Whether it stands whole in every file, away from both its ends.
    stands_whole: bool,
}

/// What the lines of an order say.
pub(super) struct Sayings<'s, H, L> {
    /// Whether two heads say the same of their order.
    pub same_head: &'s dyn Fn(&H, &H) -> bool,
    /// The goods of a line.
    pub goods: &'s dyn Fn(&L) -> String,
}

/// Whether an order touches the first row of a file and the last of one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    first: bool,
    last: bool,
}

impl Ends {
    /// Whether the end of one file and the start of the other may be one order.
    pub fn join_up(self, other: Self) -> bool {
        self.last && other.first || other.last && self.first
    }
}

/// Merges the parts of an order, the newest file last; there is at least one.
pub(super) fn merge<H, L: PartialEq>(
    parts: Vec<Part<H, L>>,
    files: &Files,
    says: &Sayings<'_, H, L>,
) -> Option<Merged<H, L>> {
    let mut parts = parts.into_iter();
    let first = parts.next()?;
    let (ends, stands_whole) = (files.ends(&first), files.hold_whole(&first));
    let mut merged = Merged {
        file: first.at.file,
        head: first.head,
        rows: first.rows,
        repeated: 0,
        doubt: None,
        too_many: false,
        ends,
        files: 1,
        stands_whole,
    };
    for part in parts {
        if merged.rows.len() + part.rows.len() > 2 * PART_ROWS {
            merged.too_many = true;
            break;
        }
        merged.add(part, files, says);
    }
    Some(merged)
}

impl Files {
    fn ends<H, L>(&self, part: &Part<H, L>) -> Ends {
        self.ends_of(part.at.file, part.first, part.last)
    }

    /// Which ends of a file rows touch, the first and the last of them.
    pub fn ends_of(&self, file: usize, first: u64, last: u64) -> Ends {
        let rows = self.rows.get(file).copied().unwrap_or_default();
        Ends { first: first == 0, last: last + 1 == rows }
    }

    /// When a file is read: the later, the newer.
    pub fn rank(&self, file: usize) -> usize {
        self.order.iter().position(|known| *known == file).unwrap_or(usize::MAX)
    }

    /// Whether an order stands together in its file, away from both its ends.
    fn hold_whole<H, L>(&self, part: &Part<H, L>) -> bool {
        let ends = self.ends(part);
        part.is_together() && !ends.first && !ends.last
    }
}

impl<H, L: PartialEq> Merged<H, L> {
    fn add(&mut self, part: Part<H, L>, files: &Files, says: &Sayings<'_, H, L>) {
        let (ends, stands_whole) = (files.ends(&part), files.hold_whole(&part));
        let same_head = (says.same_head)(&self.head, &part.head);
        let Part { head, at, rows, .. } = part;
        let have_ids = self.rows.iter().chain(&rows).all(|row| row.id.is_some());
        match (have_ids, same_head) {
            (true, false) if stands_whole => self.replace(rows),
            (true, _) => self.add_by_id(rows),
            (false, true) if self.is_another_version(&rows, ends, stands_whole, files) => {
                if goods(&self.rows, says) != goods(&rows, says) {
                    self.doubt = Some(at);
                }
                self.replace(rows);
            }
            (false, true) => self.add_same(rows, at, ends, files),
            (false, false) => {
                if !stands_whole && !holds(&rows, &self.rows) {
                    self.doubt = Some(at);
                }
                self.replace(rows);
            }
        }
        if !same_head {
            self.head = head;
        }
        (self.file, self.files) = (at.file, self.files + 1);
        self.ends = Ends { first: self.ends.first || ends.first, last: self.ends.last || ends.last };
        self.stands_whole &= stands_whole;
    }

    /// Whether no cut of an export could have made both: not pieces of one order, nor one that both hold.
    fn is_another_version(&self, rows: &[Told<L>], ends: Ends, stands_whole: bool, files: &Files) -> bool {
        if files.scattered || self.ends.join_up(ends) || !self.stands_whole || !stands_whole {
            return false;
        }
        match common(&self.rows, rows, |a, b| a.whole == b.whole) {
            0 => common(&self.rows, rows, |a, b| a.line == b.line) == 0,
            count => count < self.rows.len(),
        }
    }

    fn replace(&mut self, rows: Vec<Told<L>>) {
        self.repeated += self.rows.len() as u64;
        self.rows = rows;
    }

    fn add_by_id(&mut self, rows: Vec<Told<L>>) {
        for row in rows {
            match self.rows.iter_mut().find(|known| known.id == row.id) {
                Some(known) => {
                    *known = row;
                    self.repeated += 1;
                }
                None => self.rows.push(row),
            }
        }
    }

    /// Files that say the same of the order, of lines without ids.
    fn add_same(&mut self, rows: Vec<Told<L>>, at: RowAt, ends: Ends, files: &Files) {
        let joins_up = self.ends.join_up(ends);
        let known = self.rows.len();
        let in_common = common(&self.rows, &rows, |a, b| a.whole == b.whole);
        if in_common == 0 {
            let alike = common(&self.rows, &rows, |a, b| a.line == b.line);
            if alike == 0 || joins_up {
                self.rows.extend(rows);
            } else {
                self.doubt = Some(at);
                self.add_unlike(rows, known, |a, b| a.line == b.line);
            }
            return;
        }
        // Two units of the same may be cut apart there, even where no file holds the same row twice.
        let at_the_seam = joins_up && self.has_seam(&rows, in_common);
        if at_the_seam || files.scattered && files.repeats {
            self.doubt = Some(at);
        }
        self.add_unlike(rows, known, |a, b| a.whole == b.whole);
    }

    /// Whether rows in common may be units on both sides of a cut. Of pieces of more than two files the rows stand in no
    /// order any more: then one at an edge is enough.
    fn has_seam(&self, rows: &[Told<L>], in_common: usize) -> bool {
        let is_known = |row: Option<&Told<L>>| {
            row.is_some_and(|row| self.rows.iter().any(|known| known.whole == row.whole))
        };
        match self.files {
            1 => seam(&self.rows, rows, in_common),
            _ => is_known(rows.first()) || is_known(rows.last()),
        }
    }

    /// Adds the rows that none of the first `known` ones is alike, each of these once.
    fn add_unlike(&mut self, rows: Vec<Told<L>>, known: usize, alike: impl Fn(&Told<L>, &Told<L>) -> bool) {
        let mut taken = vec![false; known];
        for row in rows {
            match (0..known).find(|&at| !taken[at] && alike(&self.rows[at], &row)) {
                Some(at) => {
                    taken[at] = true;
                    self.repeated += 1;
                }
                None => self.rows.push(row),
            }
        }
    }
}

/// The goods of all lines, in order.
fn goods<H, L>(rows: &[Told<L>], says: &Sayings<'_, H, L>) -> Vec<String> {
    let mut goods: Vec<String> = rows.iter().map(|row| (says.goods)(&row.line)).collect();
    goods.sort_unstable();
    goods
}

/// How many rows of both are alike, each once.
fn common<L>(a: &[Told<L>], b: &[Told<L>], alike: impl Fn(&Told<L>, &Told<L>) -> bool) -> usize {
    let mut taken = vec![false; a.len()];
    let mut count = 0;
    for row in b {
        if let Some(at) = (0..a.len()).find(|&at| !taken[at] && alike(&a[at], row)) {
            taken[at] = true;
            count += 1;
        }
    }
    count
}

/// Whether all lines of `less` are among those of `more`.
fn holds<L: PartialEq>(more: &[Told<L>], less: &[Told<L>]) -> bool {
    common(more, less, |a, b| a.line == b.line) == less.len()
}

/// Whether the rows in common are the last of one and the first of the other.
fn seam<L>(a: &[Told<L>], b: &[Told<L>], count: usize) -> bool {
    let meet = |end: &[Told<L>], start: &[Told<L>]| {
        let (end, start) = (&end[end.len() - count..], &start[..count]);
        end.iter().zip(start).all(|(a, b)| a.whole == b.whole)
    };
    meet(a, b) || meet(b, a)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of a file: the letter is the line, what stands behind it makes the row another one; `#` goes before an id.
    fn part(file: usize, first: u64, head: u8, rows: &str) -> Part<u8, char> {
        let told = |(row, text): (usize, &str)| Told {
            at: RowAt { file, row: first + row as u64 + 2 },
            whole: text.bytes().fold(7, |sum, byte| sum * 257 + u128::from(byte)),
            id: text.split_once('#').map(|(_, id)| id.into()),
            line: text.chars().next().unwrap_or('?'),
        };
        let rows: Vec<_> = rows.split_whitespace().enumerate().map(told).collect();
        let count = rows.len() as u64;
        let (at, last, again) = (RowAt { file, row: first + 2 }, first + count - 1, Vec::new());
        Part { head, at, rows, first, last, count, again, stretch: 0 }
    }

    /// Each file has ten rows. What comes out, and whether it is in doubt.
    fn check(parts: Vec<Part<u8, char>>, repeats: bool, scattered: bool) -> (String, u64, bool) {
        let files = Files { rows: vec![10; 4], scattered, repeats, ..Files::default() };
        let goods = |line: &char| line.to_lowercase().to_string();
        let says = Sayings { same_head: &|a, b| a == b, goods: &goods };
        let merged = merge(parts, &files, &says).expect("there is one");
        let lines: String = merged.rows.iter().map(|row| row.line).collect();
        (lines, merged.repeated, merged.doubt.is_some())
    }

    #[test]
    fn pieces_of_a_cut_export_are_put_together() {
        let joined = check(vec![part(0, 8, 1, "a1 a2"), part(1, 0, 1, "a3")], false, false);
        assert_eq!(joined, ("aaa".into(), 0, false), "sub-orders of the same goods, cut apart");
        let other_way = check(vec![part(0, 0, 1, "a3"), part(1, 8, 1, "a1 a2")], false, false);
        assert_eq!(other_way, ("aaa".into(), 0, false), "the order of the files does not matter");
        let unlike = check(vec![part(0, 3, 1, "a1"), part(1, 4, 1, "b1")], false, true);
        assert_eq!(unlike, ("ab".into(), 0, false), "shuffled, no two lines alike");
        let alike = check(vec![part(0, 3, 1, "a1"), part(1, 4, 1, "a2")], false, true);
        assert_eq!(alike, ("a".into(), 1, true), "units, or a remark that changed");
        let three = check(vec![part(0, 9, 1, "a1"), part(1, 0, 1, "a2"), part(2, 0, 1, "a3")], false, false);
        assert_eq!(three, ("aaa".into(), 0, false));
    }

    #[test]
    fn rows_that_overlap_count_once() {
        let whole = check(vec![part(0, 5, 1, "a1 b1"), part(1, 2, 1, "a1 b1")], false, false);
        assert_eq!(whole, ("ab".into(), 2, false));
        let more = check(vec![part(0, 8, 1, "a1 b1"), part(1, 2, 1, "a1 b1 c1")], false, false);
        assert_eq!(more, ("abc".into(), 2, false), "cut in one file, whole in the other");
        let units = check(vec![part(0, 5, 1, "a1 a1"), part(1, 2, 1, "a1 a1")], true, false);
        assert_eq!(units, ("aa".into(), 2, false), "two units, told in both");
        let seam = check(vec![part(0, 8, 1, "a1 b1"), part(1, 0, 1, "b1 c1")], false, false);
        assert_eq!(seam, ("abc".into(), 1, true), "two units cut apart would look the same");
        let three = vec![part(0, 9, 1, "a1"), part(1, 0, 1, "c1"), part(2, 0, 1, "a1 b1 c1")];
        assert_eq!(check(three, false, false), ("acb".into(), 2, true), "units cut apart at both ends");
        let shuffled = check(vec![part(0, 2, 1, "a1"), part(1, 4, 1, "a1")], true, true);
        assert_eq!(shuffled, ("a".into(), 1, true));
    }

    #[test]
    fn the_newer_file_knows_more() {
        let paid = check(vec![part(0, 9, 1, "a1"), part(1, 0, 2, "a2")], false, false);
        assert_eq!(paid, ("a".into(), 1, false), "it has all lines");
        let fewer = check(vec![part(0, 4, 1, "a1 b1"), part(1, 3, 2, "a2")], false, false);
        assert_eq!(fewer, ("a".into(), 2, false), "it stands whole in the newer one");
        let cut = check(vec![part(0, 4, 1, "a1 b1"), part(1, 0, 2, "a2")], false, false);
        assert_eq!(cut, ("a".into(), 2, true), "the newer one may have lost a line at its edge");
    }

    /// The capital is the same goods for another amount.
    #[test]
    fn a_s4_25_what_no_cut_can_have_made_is_another_version() {
        let price = check(vec![part(0, 4, 1, "a1"), part(1, 3, 1, "A1")], false, false);
        assert_eq!(price, ("A".into(), 1, false), "the same goods: the later file's");
        let some = check(vec![part(0, 4, 1, "a1 b1"), part(1, 3, 1, "A1 b1")], false, false);
        assert_eq!(some, ("Ab".into(), 2, false), "also where one line is as it was");
        let other = check(vec![part(0, 4, 1, "a1"), part(1, 3, 1, "c1")], false, false);
        assert_eq!(other, ("c".into(), 1, true));
        let fewer = check(vec![part(0, 4, 1, "a1 b1"), part(1, 3, 1, "b1")], false, false);
        assert_eq!(fewer, ("b".into(), 2, true));
        let more = check(vec![part(0, 4, 1, "a1"), part(1, 3, 1, "a1 b1")], false, false);
        assert_eq!(more, ("ab".into(), 1, false));
    }

    #[test]
    fn ids_say_which_lines_are_the_same() {
        let units = check(vec![part(0, 3, 1, "a#1"), part(1, 4, 1, "a#2 a#1")], true, true);
        assert_eq!(units, ("aa".into(), 1, false));
        let newer = check(vec![part(0, 3, 1, "a#1 b#2"), part(1, 0, 2, "c#1")], false, false);
        assert_eq!(newer, ("cb".into(), 1, false), "the newer line in the place of the older");
    }
}
