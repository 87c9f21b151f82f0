//! Figures as aligned text.

use std::fmt::Write as _;

use self::Side::{Left, Right};
use crate::report::{Comparison, Figure, Report};

const HEADINGS: [&str; 10] =
    ["figure", "median", "unit", "beside", "ratio", "target", "met", "rounds", "others", "quiet"];
/// Columns of numbers are set to the right.
const SIDES: [Side; 10] = [Left, Right, Left, Right, Right, Left, Left, Left, Right, Left];

/// To which side of its column a cell is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// As words are.
    Left,
    /// As numbers are.
    Right,
}

/// The whole report as text: the machine, the figures, the notes.
pub fn render(report: &Report) -> String {
    let mut text = format!("{}\n\n", report.environment);
    text.push_str(&figures(&report.figures));
    for note in &report.notes {
        let _ = writeln!(text, "\nNote: {note}.");
    }
    text
}

/// The figures, one a line, under headings.
pub fn figures(figures: &[Figure]) -> String {
    let headings = HEADINGS.map(str::to_owned);
    let lines = figures.iter().flat_map(|figure| {
        std::iter::once(cells(figure)).chain(figure.peers.iter().map(|peer| beside(figure, peer)))
    });
    let rows: Vec<[String; 10]> = std::iter::once(headings).chain(lines).collect();
    aligned(&rows, SIDES)
}

/// Rows as lines, each column as wide as its widest cell.
pub fn aligned<const COLUMNS: usize>(rows: &[[String; COLUMNS]], sides: [Side; COLUMNS]) -> String {
    let widths: [usize; COLUMNS] = std::array::from_fn(|column| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    });
    rows.iter().map(|row| line(row, &widths, &sides)).collect()
}

fn line(row: &[String], widths: &[usize], sides: &[Side]) -> String {
    let mut line = String::new();
    for ((cell, width), side) in row.iter().zip(widths).zip(sides) {
        let _ = match side {
            Left => write!(line, "{cell:<width$}  "),
            Right => write!(line, "{cell:>width$}  "),
        };
    }
    line.truncate(line.trim_end().len());
    line.push('\n');
    line
}

fn cells(figure: &Figure) -> [String; 10] {
    let rounds: Vec<String> = figure.rounds.iter().map(|value| number(*value)).collect();
    [
        figure.name.clone(),
        number(figure.value),
        figure.unit.clone(),
        figure.floor.as_ref().map_or_else(absent, |floor| number(floor.value)),
        figure.ratio.map_or_else(absent, |ratio| format!("{ratio:.2}")),
        figure.target.clone().unwrap_or_else(absent),
        figure.met.map_or_else(absent, yes_or_no),
        rounds.join(" "),
        figure.foreign.map_or_else(|| "?".to_owned(), |share| format!("{:.0} %", share * 100.0)),
        yes_or_no(figure.quiet),
    ]
}

/// A line below a figure: a peer's name and figure, and what ours is of it.
fn beside(figure: &Figure, peer: &Comparison) -> [String; 10] {
    let mut cells: [String; 10] = Default::default();
    cells[0] = format!("  beside {}", peer.name);
    cells[2].clone_from(&figure.unit);
    cells[3] = number(peer.value);
    cells[4] = peer.ratio.map_or_else(absent, |ratio| format!("{ratio:.2}"));
    cells[5] = peer.target.clone().unwrap_or_else(absent);
    cells[6] = peer.met.map_or_else(absent, yes_or_no);
    cells
}

fn absent() -> String {
    "-".to_owned()
}

fn yes_or_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}

/// Three digits or all before the point, thousands set apart: 183,204, 45.7, 0.31.
pub fn number(value: f64) -> String {
    let decimals = match value.abs() {
        small if small < 10.0 => 2,
        middling if middling < 100.0 => 1,
        _ => 0,
    };
    let plain = format!("{value:.decimals$}");
    let (whole, fraction) =
        plain.split_once('.').map_or((plain.as_str(), ""), |(whole, fraction)| (whole, fraction));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut text = sign.to_owned();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_set_apart() {
        let cases = [
            (0.0, "0.00"),
            (0.314, "0.31"),
            (45.67, "45.7"),
            (999.6, "1,000"),
            (183_204.4, "183,204"),
            (-1_234_567.0, "-1,234,567"),
        ];
        for (value, expected) in cases {
            assert_eq!(number(value), expected);
        }
    }

    #[test]
    fn columns_stand_under_their_headings() {
        let floor = Figure::new("bare", "claims/s", 2_000.0, vec![2_000.0], Some(0.02));
        let ours = Figure::new("our claims", "claims/s", 1_500.0, vec![1_400.0, 1_500.0, 1_600.0], None)
            .beside(&floor)
            .at_least_of_floor(0.5)
            .compared_with(&Figure::new("peer", "claims/s", 3_000.0, vec![3_000.0], None), Some(0.6));
        let expected = "\
figure         median  unit      beside  ratio  target            met  rounds             others  quiet
bare            2,000  claims/s       -      -  -                 -    2,000                 2 %  yes
our claims      1,500  claims/s   2,000   0.75  >= 50 % of floor  yes  1,400 1,500 1,600       ?  no
  beside peer          claims/s   3,000   0.50  >= 60 % of it     no
";
        assert_eq!(figures(&[floor, ours]), expected);
    }
}
