//! Texts that stand on a line of their own: what is hashed is separated by line ends, so none may hold one;
//! and what people read is all that stands there.

/// Bytes of a chance, an entropy or a prize's id: ids of platforms have up to 200, each of which may be doubled in a chance,
/// and `#1` or a beacon behind them.
pub const LINE_BYTES: usize = 500;

/// The text cannot stand on a line: it is empty, too long, or holds a line end or another control sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one line of 1 to {LINE_BYTES} bytes without control signs")]
pub struct NotALine;

/// The text, where it can stand on a line.
pub fn line(text: &str) -> Result<&str, NotALine> {
    let fits = (1..=LINE_BYTES).contains(&text.len()) && !text.contains(char::is_control);
    if fits { Ok(text) } else { Err(NotALine) }
}

/// Whether a text holds a sign that ends its line, turns its direction, or cannot be seen: a price could read as another.
/// The two that join and colour a picture may stand behind one.
pub fn is_hidden(text: &str) -> bool {
    let mut last = ' ';
    text.chars().any(|sign| {
        let joins = matches!(sign, '\u{200d}' | '\u{fe0f}') && is_pictured(last);
        last = sign;
        !joins && is_unseen(sign)
    })
}

const fn is_pictured(sign: char) -> bool {
    matches!(sign, '\u{203c}'..='\u{2bff}' | '\u{3030}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}

fn is_unseen(sign: char) -> bool {
    sign.is_control()
        || matches!(sign,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{ffff}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}')
}
