//! Lines of CSV. Cells that a spreadsheet would run as a formula are made text.

use std::borrow::Cow;

/// With which a file begins that people open: without it a spreadsheet takes Chinese for the letters of its own country.
pub const MARK: &str = "\u{feff}";

/// Characters with which a spreadsheet takes a cell for a formula; the wide ones where it speaks Chinese or Japanese.
const RUNS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Characters that are passed over before a formula, beside blanks.
const UNSEEN: [char; 5] = ['\u{feff}', '\u{200b}', '\u{2060}', '\u{200e}', '\u{200f}'];

/// A cell that no spreadsheet runs: a leading `'` shows the rest as text. What begins with one itself gets another, for
/// whoever reads lists takes one off.
pub fn cell(text: &str) -> Cow<'_, str> {
    let shown = text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || UNSEEN.contains(&c));
    let runs = text.starts_with(RUNS) || shown.starts_with(RUNS) || text.starts_with('\'');
    if runs { format!("'{text}").into() } else { text.into() }
}

/// A row.
pub fn row<'a>(cells: impl IntoIterator<Item = Cow<'a, str>>, to: &mut String) {
    for (index, text) in cells.into_iter().enumerate() {
        if index > 0 {
            to.push(',');
        }
        if text.contains([',', '"', '\n', '\r']) {
            to.push('"');
            to.push_str(&text.replace('"', "\"\""));
            to.push('"');
        } else {
            to.push_str(&text);
        }
    }
    to.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        let mut text = String::new();
        let cells = ["a", "=1+1", "-u1", "@x", "b,c", "say \"no\"", "1-2"];
        row(cells.into_iter().map(cell), &mut text);
        assert_eq!(text, "a,'=1+1,'-u1,'@x,\"b,c\",\"say \"\"no\"\"\",1-2\n");
    }

    /// What spreadsheets have been made to run, by the first character that makes them.
    #[test]
    fn no_cell_of_the_corpus_begins_as_a_formula() {
        let corpus = [
            "=HYPERLINK(\"http://x\",\"y\")",
            "=cmd|' /C calc'!A0",
            "+cmd|' /C calc'!A0",
            "-2+3+cmd|' /C calc'!A0",
            "@SUM(1+1)*cmd|' /C calc'!A0",
            "\t=1+1",
            "\r=1+1",
            "=1+1\",=2+2,\"",
            "＝1+1",
            "＋1",
            "－1",
            "＠SUM(1+1)",
            " =1+1",
            "\u{a0}=1+1",
            "\u{3000}=1+1",
            "\u{feff}=1+1",
            "\u{b}=1+1",
            "\u{200b} @SUM(1)",
        ];
        for text in corpus {
            let mut line = String::new();
            row([cell(text), "end".into()], &mut line);
            let shown = line.strip_prefix('"').unwrap_or(&line);
            assert!(shown.starts_with('\''), "{line:?}");
            assert!(line.ends_with(",end\n"), "{line:?}");
        }
    }
}
