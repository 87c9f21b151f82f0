//! The text of a cell without what spreadsheets and exports put around it.

/// Blanks of every kind, among them those that have no width, and the byte order mark.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{180e}')
}

/// A text without the blanks around it.
pub fn trim(text: &str) -> &str {
    // Most cells begin and end with what is plainly no blank.
    let is_plain = |byte: &u8| byte.is_ascii_graphic();
    match (text.as_bytes().first(), text.as_bytes().last()) {
        (Some(first), Some(last)) if is_plain(first) && is_plain(last) => text,
        (None, _) | (_, None) => text,
        _ => text.trim_matches(is_blank),
    }
}

/// A cell's text: trimmed, without the `'` that keeps a number as text, and out of `="..."`, which does the same.
///
/// ```
/// use tabular::cell::plain;
///
/// assert_eq!(plain(" 8001\t"), "8001");
/// assert_eq!(plain("'3372915542019845678"), "3372915542019845678");
/// assert_eq!(plain("=\"0012\""), "0012");
/// assert_eq!(plain("'t is"), "'t is");
/// assert_eq!(plain("''-u1"), "'-u1");
/// ```
pub fn plain(text: &str) -> &str {
    let text = trim(text);
    match text.as_bytes().first() {
        Some(b'\'') => without_apostrophe(text),
        Some(b'=') => out_of_formula(text),
        _ => text,
    }
}

/// Takes the apostrophe off where an id, a number or a signed text follows; a text in two apostrophes keeps them, and
/// so does one of several words. Of two at the front one is taken off: so our own files write what begins with one.
fn without_apostrophe(text: &str) -> &str {
    let rest = &text[1..];
    if rest.starts_with('\'') {
        return trim(rest);
    }
    let keeps = rest.ends_with('\'') || rest.contains('\'');
    let first = rest.chars().next();
    let signed =
        first.is_some_and(|c| matches!(c, '+' | '-' | '=' | '@' | '#' | '.' | '＝' | '＋' | '－' | '＠'));
    let numbered = first.is_some_and(char::is_numeric);
    let named = first.is_some_and(char::is_alphabetic) && !rest.contains(' ');
    if !keeps && (signed || numbered || named) { trim(rest) } else { text }
}

fn out_of_formula(text: &str) -> &str {
    let inner = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) if !inner.contains('"') => trim(inner),
        Some(_) | None => text,
    }
}

/// Whether a text is a number that a spreadsheet has shortened, as `3.37292E+18`: an id cannot be told from it.
///
/// ```
/// use tabular::cell::has_lost_digits;
///
/// assert!(has_lost_digits("3.37292E+18") && has_lost_digits("1E+11"));
/// assert!(!has_lost_digits("1E+05") && !has_lost_digits("SKU-1E+18") && !has_lost_digits("1E18"));
/// ```
pub fn has_lost_digits(text: &str) -> bool {
    if !text.as_bytes().first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-') {
        return false;
    }
    let Some((number, exponent)) = text.split_once("E+").or_else(|| text.split_once("e+")) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, decimals) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let large = exponent.len() <= 3 && exponent.parse::<u16>().is_ok_and(|exponent| exponent >= 11);
    whole.len() == 1 && digits(whole) && digits(decimals) && digits(exponent) && large
}
