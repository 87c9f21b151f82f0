//! Finds the row of the headings among the first rows of a file.
//!
//! What always holds: rows of title, notes and blanks above it are no headings; where nothing speaks for a row the first
//! one that is not empty is taken.

use super::words;

/// Rows among which the headings are looked for.
const AMONG: usize = 30;

/// The place of the headings: the row with most words of the dictionary; where no row has two, the first row of different
/// texts that is as wide as any.
pub(super) fn find(rows: &[(u64, Vec<String>)]) -> Option<usize> {
    let rows = &rows[..rows.len().min(AMONG)];
    let known = |row: &[String]| row.iter().filter(|cell| words::is_known(cell)).count();
    let best = rows.iter().enumerate().max_by_key(|(at, (_, row))| (known(row), std::cmp::Reverse(*at)));
    if let Some((at, (_, row))) = best
        && known(row) >= 2
    {
        return Some(at);
    }
    let width = rows.iter().map(|(_, row)| filled(row)).max()?;
    let is_heading = |row: &[String]| {
        let cells: Vec<&String> = row.iter().filter(|cell| !cell.is_empty()).collect();
        let differ = cells.iter().collect::<std::collections::BTreeSet<_>>().len() == cells.len();
        let words = cells.iter().all(|cell| cell.chars().any(char::is_alphabetic));
        filled(row) * 3 >= width * 2 && differ && words
    };
    let first = rows.iter().position(|(_, row)| is_heading(row));
    first.or_else(|| rows.iter().position(|(_, row)| filled(row) > 0))
}

fn filled(row: &[String]) -> usize {
    row.iter().filter(|cell| !cell.is_empty()).count()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn titles_and_blanks_above_are_passed_over() {
        let rows = |text: &str| -> Vec<(u64, Vec<String>)> {
            let row = |line: &str| line.split(',').map(str::to_owned).collect();
            (1..).zip(text.lines().map(row)).collect()
        };
        for (text, at) in [
            ("订单号,买家\n1,a", 0),
            ("六月订单\n\n导出时间: 2025-06-01,,\n订单号,买家,数量\n1,a,2", 3),
            ("a report\nnummer,kunde,artikel\nA-1,b,c", 1),
            ("1,2,3\n4,5,6", 0),
            ("\n\nx\n", 2),
        ] {
            assert_eq!(find(&rows(text)).unwrap(), at, "{text}");
        }
        assert_eq!(find(&[]), None);
    }
}
