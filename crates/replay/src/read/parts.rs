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
//!    - Rows in common: the files overlap. Each row counts once, as often as the file has it that has it most. In
//!      doubt where a cut alone would look the same: the rows in common are the last of one file and the first of
//!      another and the order goes on on either side; or where orders are scattered over the files and rows alike
//!      are found inside one file.
//! 3. They say different things of the order: the newer file's rows count. In doubt unless they hold all lines that
//!    the earlier ones had, or the order stands whole in the newer file, away from both its ends.
//!
//! What always holds: an order in doubt is counted once, and said to be in doubt. Every row is either kept or
//! counted as repeated.

use super::bad::RowAt;

/// A row of an order.
#[derive(Debug, Clone)]
pub(crate) struct Told<L> {
    pub at: RowAt,
    /// The digest of all its columns.
    pub whole: u128,
    pub id: Option<Box<str>>,
    pub line: L,
}

/// The rows of one order in one file.
#[derive(Debug)]
pub(super) struct Part<H, L> {
    pub head: H,
    pub at: RowAt,
    pub rows: Vec<Told<L>>,
    /// Where its first and its last row stand among the rows of the file, from 0, and how many there are.
    pub first: u64,
    pub last: u64,
    pub count: u64,
}

impl<H, L> Part<H, L> {
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

/// What is known of all files.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// Rows of each file, by its number.
    pub rows: Vec<u64>,
    /// Whether the rows of an order stand apart somewhere.
    pub scattered: bool,
    /// Whether two rows of an order are the same in one file somewhere.
    pub repeats: bool,
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
    ends: Ends,
}

/// Whether an order touches the first row of a file and the last of one.
#[derive(Debug, Clone, Copy)]
struct Ends {
    first: bool,
    last: bool,
}

/// Merges the parts of an order, the newest file last; there is at least one.
pub(super) fn merge<H, L: PartialEq>(
    parts: Vec<Part<H, L>>,
    files: &Files,
    same_head: impl Fn(&H, &H) -> bool,
) -> Option<Merged<H, L>> {
    let mut parts = parts.into_iter();
    let first = parts.next()?;
    let ends = files.ends(&first);
    let (repeated, doubt, file) = (0, None, first.at.file);
    let mut merged = Merged { head: first.head, rows: first.rows, repeated, doubt, file, ends };
    for part in parts {
        let same = same_head(&merged.head, &part.head);
        merged.add(part, files, same);
    }
    Some(merged)
}

impl Files {
    fn ends<H, L>(&self, part: &Part<H, L>) -> Ends {
        let rows = self.rows.get(part.at.file).copied().unwrap_or_default();
        Ends { first: part.first == 0, last: part.last + 1 == rows }
    }
}

impl<H, L: PartialEq> Merged<H, L> {
    fn add(&mut self, part: Part<H, L>, files: &Files, same_head: bool) {
        let ends = files.ends(&part);
        let stands_whole = part.is_together() && !ends.first && !ends.last;
        let Part { head, at, rows, .. } = part;
        let have_ids = self.rows.iter().chain(&rows).all(|row| row.id.is_some());
        match (have_ids, same_head) {
            (true, false) if stands_whole => self.replace(rows),
            (true, _) => self.add_by_id(rows),
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
        self.file = at.file;
        self.ends = Ends { first: self.ends.first || ends.first, last: self.ends.last || ends.last };
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
        let joins_up = self.ends.last && ends.first || ends.last && self.ends.first;
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
        let at_the_seam = joins_up && seam(&self.rows, &rows, in_common);
        if at_the_seam || files.scattered && files.repeats {
            self.doubt = Some(at);
        }
        self.add_unlike(rows, known, |a, b| a.whole == b.whole);
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
        Part { head, at: RowAt { file, row: first + 2 }, rows, first, last: first + count - 1, count }
    }

    /// Each file has ten rows. What comes out, and whether it is in doubt.
    fn check(parts: Vec<Part<u8, char>>, repeats: bool, scattered: bool) -> (String, u64, bool) {
        let files = Files { rows: vec![10; 4], scattered, repeats };
        let merged = merge(parts, &files, |a, b| a == b).expect("there is one");
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

    #[test]
    fn ids_say_which_lines_are_the_same() {
        let units = check(vec![part(0, 3, 1, "a#1"), part(1, 4, 1, "a#2 a#1")], true, true);
        assert_eq!(units, ("aa".into(), 1, false));
        let newer = check(vec![part(0, 3, 1, "a#1 b#2"), part(1, 0, 2, "c#1")], false, false);
        assert_eq!(newer, ("cb".into(), 1, false), "the newer line in the place of the older");
    }
}
