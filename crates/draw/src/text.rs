//! Texts that stand on a line of their own: what is hashed is separated by line ends, so none may hold one.

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
