//! What a phone may take for a link, and for whose.
//!
//! Always holds: letters are looked at as phones do, full-width ones and capitals alike. Rather one link too many is found
//! than one too few: `Dr.Martens` looks like one.

use std::ops::Range;
use unicode_normalization::UnicodeNormalization;

/// Schemes that work without slashes.
const SCHEMES: [&str; 8] = ["mailto", "tel", "sms", "smsto", "javascript", "data", "intent", "market"];

/// What was found, in bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// All of it, as far as it is written in letters of ASCII.
    pub all: Range<usize>,
    /// What makes it one: a dot between letters, the colon behind a scheme.
    pub tie: Range<usize>,
}

/// A text's letters, each with its place and the plain letter that it stands for.
struct Letters {
    plain: Vec<char>,
    at: Vec<usize>,
    end: usize,
}

/// The plain letter: narrow and small, where there is one of it.
pub fn plain(letter: char) -> char {
    if letter.is_ascii() || is_han(letter) {
        return letter.to_ascii_lowercase();
    }
    let mut narrow = std::iter::once(letter).nfkc();
    let one = match (narrow.next(), narrow.next()) {
        (Some(one), None) => one,
        _ => letter,
    };
    one.to_lowercase().next().unwrap_or(one)
}

/// Most letters of a Chinese text: they stand for themselves.
pub const fn is_han(letter: char) -> bool {
    matches!(letter, '\u{4e00}'..='\u{9fff}')
}

fn is_of_url(letter: char) -> bool {
    letter.is_ascii_graphic() && !matches!(letter, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
}

impl Letters {
    fn of(text: &str) -> Self {
        let (at, plain) = text.char_indices().map(|(at, letter)| (at, plain(letter))).unzip();
        Self { plain, at, end: text.len() }
    }
    fn get(&self, index: usize) -> char {
        self.plain.get(index).copied().unwrap_or(' ')
    }
    fn before(&self, index: usize) -> char {
        index.checked_sub(1).map_or(' ', |index| self.get(index))
    }
    fn byte(&self, index: usize) -> usize {
        self.at.get(index).copied().unwrap_or(self.end)
    }
    fn left(&self, from: usize, is: impl Fn(char) -> bool) -> usize {
        (0..from).rev().take_while(|&index| is(self.get(index))).last().unwrap_or(from)
    }
    fn right(&self, from: usize, is: impl Fn(char) -> bool) -> usize {
        (from..self.plain.len()).take_while(|&index| is(self.get(index))).last().map_or(from, |last| last + 1)
    }

    /// Whether the letter there ties a link.
    fn ties(&self, index: usize) -> bool {
        let (before, next) = (self.before(index), [self.get(index + 1), self.get(index + 2)]);
        match self.get(index) {
            '.' => {
                let name = before.is_alphanumeric() || matches!(before, '-' | '_');
                name && (next.iter().all(|letter| letter.is_alphabetic()) || self.is_address(index))
            }
            // The Chinese full stop is a dot of a name only among Latin letters.
            '。' => before.is_ascii_alphanumeric() && next.iter().all(char::is_ascii_alphabetic),
            ':' => next == ['/', '/'] || (next[0] != ' ' && self.scheme(index)),
            _ => false,
        }
    }
    fn scheme(&self, colon: usize) -> bool {
        let start = self.left(colon, |letter| letter.is_ascii_alphabetic());
        let name: String = (start..colon).map(|index| self.get(index)).collect();
        SCHEMES.contains(&name.as_str())
    }
    /// The first dot of four numbers.
    fn is_address(&self, dot: usize) -> bool {
        let digit = |letter: char| letter.is_ascii_digit();
        let mut at = dot;
        for part in 0..3 {
            let end = self.right(at + 1, digit);
            if self.get(at) != '.' || !digit(self.before(at)) || end == at + 1 {
                return false;
            }
            at = if part < 2 { end } else { at };
        }
        true
    }
}

/// The first link from that letter's byte on.
pub fn next(text: &str, from: usize) -> Option<Link> {
    if !may_have(text) {
        return None;
    }
    let letters = Letters::of(text);
    let start = letters.at.iter().position(|&at| at >= from)?;
    let tie = (start..letters.plain.len()).find(|&index| letters.ties(index))?;
    let (first, last) = (letters.left(tie, is_of_url), letters.right(tie + 1, is_of_url));
    let bytes = |a: usize, b: usize| letters.byte(a)..letters.byte(b);
    Some(Link { all: bytes(first, last), tie: bytes(tie, tie + 1) })
}

/// A first look, without taking the text apart: a dot or a colon with the right letter on either side. Times of day and
/// full stops have none.
fn may_have(text: &str) -> bool {
    let mut before = ' ';
    let mut letters = text.chars().map(plain).peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied().unwrap_or(' ');
        let found = match letter {
            '.' => !before.is_whitespace() && next.is_alphanumeric(),
            '。' => before.is_ascii_alphanumeric() && next.is_ascii_alphabetic(),
            ':' => next == '/' || before.is_ascii_alphabetic(),
            _ => false,
        };
        if found {
            return true;
        }
        before = letter;
    }
    false
}

/// Behind the name of a host nothing may stand that makes it another's.
fn leads_to(link: &str, host: &str) -> bool {
    let link = link.to_ascii_lowercase();
    let bare = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://")).unwrap_or(&link);
    let name = bare.split(['/', '?', '#']).next().unwrap_or_default();
    name.trim_end_matches(['.', ',', ';', '!', ')', '\'']) == host.to_ascii_lowercase()
}

/// The first link that leads elsewhere than to that host.
///
/// ```
/// use visible::links::foreign;
///
/// let text = "详情见 https://m.shop.cn/o/1 或 m.shop.cn.evil.com";
/// assert_eq!(foreign(text, Some("m.shop.cn")), Some("m.shop.cn.evil.com"));
/// assert_eq!(foreign("好茶 m.shop.cn/o", Some("m.shop.cn")), None);
/// ```
pub fn foreign<'t>(text: &'t str, host: Option<&str>) -> Option<&'t str> {
    let mut from = 0;
    while let Some(link) = next(text, from) {
        let said = &text[link.all.clone()];
        let own = host.is_some_and(|host| leads_to(said, host));
        // Letters of other scripts before or behind a bare name become part of it on some phones.
        let before = text[..link.all.start].chars().next_back();
        let behind = text[link.all.end..].chars().next();
        let glued = (!said.contains("://") && before.is_some_and(char::is_alphanumeric))
            || (!said.trim_start_matches("https://").contains('/')
                && behind.is_some_and(char::is_alphanumeric));
        if !own || glued {
            return Some(said);
        }
        from = link.all.end;
    }
    None
}

/// Whether a text is a host's name: letters, digits and hyphens of ASCII, with a dot between its labels.
pub fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        let fine = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        fine && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    let top = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 100
        && text.contains('.')
        && text.split('.').all(label)
        && top.len() > 1
        && top.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_however_they_are_written() {
        for text in [
            "http://evil.com",
            "看https://a.b/c",
            "evil.com",
            "ＥＶＩＬ．ＣＯＭ",
            "evil。com",
            "t.cn/Rx",
            "a@b.com",
            "例子.中国",
            "1.2.3.4",
            "weixin://x",
            "mailto:a",
            "x-.com",
        ] {
            assert!(next(text, 0).is_some(), "{text}");
        }
        for text in
            ["", "3.5kg", "v1.0", "好茶。推荐", "10:30", "No. 5", "a.b", "等2件...", "1.2.3", "比例1:2"]
        {
            assert_eq!(next(text, 0), None, "{text}");
        }
    }

    #[test]
    fn only_the_templates_own_host_is_led_to() {
        let host = Some("m.shop.cn");
        for text in [
            "https://m.shop.cn",
            "见 M.Shop.cn/a?b=c 谢谢",
            "https://m.shop.cn/a.html",
            "m.shop.cn.",
            "没有链接",
        ] {
            assert_eq!(foreign(text, host), None, "{text}");
        }
        for text in [
            "https://m.shop.cn@evil.com",
            "https://m.shop.cn:pw@evil.com",
            "m.shop.cn.evil.com",
            "xm.shop.cn",
            "见m.shop.cn",
            "m.shop.cn见",
            "ftp://m.shop.cn",
            "https://m.shop.cn evil.com",
        ] {
            assert!(foreign(text, host).is_some(), "{text}");
        }
        assert!(foreign("https://m.shop.cn", None).is_some());
    }

    #[test]
    fn hosts() {
        assert!(["m.shop.cn", "a-b.com", "xn--fiqs8s.cn"].into_iter().all(is_host));
        assert!(
            !["", "shop", "-a.com", "a..b", "a.b/c", "1.2.3.4", "茶.com", "a.c"].into_iter().any(is_host)
        );
    }
}
