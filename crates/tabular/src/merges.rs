//! The merged cells of a sheet: ranges that do not overlap, clipped to the columns that are read.
//!
//! What always holds: they cost no more than their number, and never more texts than the cells that hold them.

use crate::limits::COLUMNS;
use calamine::Dimensions;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

/// Ranges of merged cells of a sheet. An export of a million rows merges the cells of its orders.
pub(crate) const MERGES: usize = 100_000;
/// Cells that they cover together.
const COVERED: u64 = 20_000_000;

/// Checks the ranges and sorts them: the last begins first, as they are taken from the end. Those that begin beyond the
/// columns that are read are left out.
pub(crate) fn check(merges: Vec<Dimensions>, sheet: &str) -> Result<Vec<Dimensions>, String> {
    if merges.len() > MERGES {
        return Err(too_many(sheet));
    }
    let mut merges: Vec<Dimensions> = merges.into_iter().filter_map(clipped).collect();
    merges.sort_unstable_by_key(|merge| merge.start);
    let mut covered = 0_u64;
    // Ranges that go on, which share no column: each by its first column, and all by their last rows.
    let (mut open, mut ends) = (BTreeMap::<u32, Dimensions>::new(), BinaryHeap::new());
    for merge in &merges {
        while let Some(&Reverse((end, column))) = ends.peek()
            && end < merge.start.0
        {
            ends.pop();
            open.remove(&column);
        }
        let before = open.range(..=merge.end.1).next_back().map(|(_, before)| before);
        if let Some(before) = before.filter(|before| before.end.1 >= merge.start.1) {
            let (first, second) = (shown(before), shown(merge));
            return Err(format!(
                "the sheet `{sheet}` has merged cells that overlap, from {first} and from {second}: unmerge them, or \
                save as CSV / 合并单元格互相重叠，请取消合并或另存为 CSV"
            ));
        }
        open.insert(merge.start.1, *merge);
        ends.push(Reverse((merge.end.0, merge.start.1)));
        covered += u64::from(merge.end.0 - merge.start.0 + 1) * u64::from(merge.end.1 - merge.start.1 + 1);
    }
    if covered > COVERED {
        return Err(format!(
            "the merged cells of the sheet `{sheet}` cover more than {COVERED} cells: unmerge them, or save as CSV / \
            合并单元格过多，请取消合并或另存为 CSV"
        ));
    }
    merges.reverse();
    Ok(merges)
}

/// What is said of more than [`MERGES`].
pub(crate) fn too_many(sheet: &str) -> String {
    format!(
        "`{sheet}` has more than {MERGES} ranges of merged cells: unmerge them, or save as CSV / \
        合并单元格过多，请取消合并或另存为 CSV"
    )
}

fn clipped(merge: Dimensions) -> Option<Dimensions> {
    let (first, last) = (merge.start, merge.end);
    let start = (first.0.min(last.0), first.1.min(last.1));
    let end = (first.0.max(last.0), first.1.max(last.1).min(u32::try_from(COLUMNS).unwrap_or(u32::MAX)));
    (start.1 <= end.1).then_some(Dimensions { start, end })
}

/// The first cell of a range, as a spreadsheet names it.
fn shown(merge: &Dimensions) -> String {
    let (mut column, mut letters) = (merge.start.1 + 1, Vec::new());
    while column > 0 {
        letters.push(char::from_u32(u32::from(b'A') + (column - 1) % 26).unwrap_or('?'));
        column = (column - 1) / 26;
    }
    let letters: String = letters.iter().rev().collect();
    format!("{letters}{}", u64::from(merge.start.0) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: (u32, u32), end: (u32, u32)) -> Dimensions {
        Dimensions { start, end }
    }

    #[test]
    fn ranges_are_clipped_and_never_overlap() {
        let beside = vec![range((2, 0), (4, 0)), range((2, 1), (3, 9)), range((5, 0), (5, 16_383))];
        let checked = check(beside, "S").expect("they do not overlap");
        assert_eq!(checked.iter().map(|merge| merge.start).collect::<Vec<_>>(), [(5, 0), (2, 1), (2, 0)]);
        assert_eq!(checked[0].end, (5, 1_024), "clipped to the columns that are read");
        assert_eq!(check(vec![range((0, 2_000), (9, 2_000))], "S").expect("beyond them").len(), 0);
        for (first, second, named) in [
            (range((2, 1), (3, 1)), range((2, 1), (3, 1)), "from B3 and from B3"),
            (range((2, 1), (9, 3)), range((9, 3), (9, 30)), "from B3 and from D10"),
            (range((2, 1), (9, 30)), range((3, 27), (3, 27)), "from B3 and from AB4"),
            (range((3, 0), (3, 30)), range((2, 4), (9, 4)), "from E3 and from A4"),
        ] {
            let said = check(vec![second, first], "S").expect_err("they overlap");
            assert!(said.contains(named), "{said}");
        }
        let whole = |_| range((2, 1), (1_048_575, 16_383));
        assert!(check((0..20_000).map(whole).collect(), "S").is_err());
        assert!(check(vec![whole(0)], "S").expect_err("a billion cells").contains("cover more"));
        assert!(check(vec![range((0, 0), (0, 0)); MERGES + 1], "S").expect_err("many").contains("ranges"));
    }
}
