//! Which sign stands between cells: what the file says with a `sep=` line, or what its heading shows.

use crate::{
    cut::{Cut, Piece},
    heading::{Heading, named},
    limits::HEADING_ROWS,
};

/// What may stand between cells, the usual first.
const SIGNS: [u8; 4] = *b",;\t|";

/// The separator that a first line `sep=;` names.
pub(crate) fn told_by_file(text: &str) -> Option<u8> {
    let line = text.split(['\n', '\r']).next().unwrap_or_default();
    is_sep_line(line)
}

/// The sign that a `sep=` line names.
pub(crate) fn is_sep_line(line: &str) -> Option<u8> {
    let line = line.trim_matches(|c| matches!(c, '"' | ' ' | '\u{feff}'));
    let start = line.get(..4)?;
    let sign = line.as_bytes().get(4).copied().filter(u8::is_ascii)?;
    // A spreadsheet that saved it again has filled the line up.
    let filled = line[5..].bytes().all(|byte| byte == sign || byte == b',');
    (start.eq_ignore_ascii_case("sep=") && filled && !matches!(sign, b'"' | b'0'..=b'9')).then_some(sign)
}

/// The separator by which the heading can be found; else the one that cuts most rows alike; else the comma.
pub(crate) fn found(sample: &str, is_end: bool, heading: &Heading<'_>) -> u8 {
    let rows = SIGNS.map(|sign| (sign, rows(sample, is_end, sign)));
    let score = |rows: &[Vec<String>]| match heading {
        Heading::Columns(wanted) => {
            let named = rows.iter().map(|row| named(row, wanted)).max().unwrap_or(0);
            (named, alike(rows))
        }
        // A list of ids without a heading is cut by commas: any other sign may be part of an id.
        Heading::Words(_) => {
            (rows.first().filter(|row| heading.begins(row)).map_or(0, |row| row.len() - 1), 0)
        }
        Heading::Row(_) | Heading::Guess => (0, alike(rows)),
    };
    // Of several the usual one.
    let best = rows.iter().rev().map(|(sign, rows)| (score(rows), *sign)).max_by_key(|(score, _)| *score);
    best.filter(|(score, _)| *score > (0, 0)).map_or(b',', |(_, sign)| sign)
}

/// The first rows, cut by a sign.
fn rows(sample: &str, is_end: bool, sign: u8) -> Vec<Vec<String>> {
    let (mut rows, mut rest, mut cut) = (Vec::new(), sample, Cut::default());
    while !rest.is_empty() && rows.len() < HEADING_ROWS {
        let used = match cut.record(rest, sign, is_end, None) {
            Piece::Record { used, .. } | Piece::Malformed { used } => used,
            Piece::TooLong | Piece::More => break,
        };
        let text = if cut.is_own { cut.own.as_str() } else { rest };
        let cells = cut.spans.iter().map(|&(from, to)| crate::name(&text[from as usize..to as usize]));
        let row: Vec<String> = cells.collect();
        if row.iter().any(|cell| !cell.is_empty()) {
            rows.push(row);
        }
        rest = &rest[used..];
    }
    rows
}

/// How many rows have the commonest number of cells, times the signs in each: none for one cell.
fn alike(rows: &[Vec<String>]) -> usize {
    let score = |row: &Vec<String>| {
        let same = rows.iter().filter(|other| other.len() == row.len()).count();
        same * (row.len() - 1)
    };
    rows.iter().map(score).max().unwrap_or(0)
}
