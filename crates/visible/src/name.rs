//! What buyers and shops call themselves and their goods, made fit to be shown.
//!
//! Always holds: what comes out has no control sign, no sign of writing direction, nothing invisible, no bracket of a
//! signature and nothing that a phone takes for a link, on one line. Emoji stay as they are.

use crate::links;
use crate::signs::{is_unseen, makes_picture};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_segmentation::UnicodeSegmentation;

/// Marks over one letter: writing needs up to three, and towers of them run into other lines.
const MARKS: usize = 4;
/// Letters of a name that are looked at, far more than any message shows.
const MOST_CHARS: usize = 1_000;
/// Ends of the names of hosts that people pass around; a name with another is taken apart at its dots instead.
const TOP: [&str; 30] = [
    "com", "cn", "net", "org", "top", "xyz", "vip", "shop", "club", "cc", "info", "me", "io", "app", "link",
    "site", "online", "ink", "mobi", "tv", "co", "hk", "tw", "wang", "ren", "ltd", "ly", "gl", "ru", "biz",
];

/// A name as it may be shown; empty when nothing is left of it.
///
/// ```
/// use visible::clean;
///
/// assert_eq!(clean(" 【特价】龙井\u{202e}\n看http://evil.com/a 👨\u{200d}👩"), "特价 龙井 看 👨\u{200d}👩");
/// assert_eq!(clean("Dr.Martens 靴"), "Dr Martens 靴");
/// assert_eq!(clean("\u{3164}\u{200b}"), "");
/// ```
pub fn clean(text: &str) -> String {
    let is_fine =
        |letter: char| letter.is_ascii_alphanumeric() || links::is_han(letter) || matches!(letter, '-' | '_');
    if text.len() <= MOST_CHARS && text.chars().all(is_fine) {
        return text.to_owned();
    }
    let mut fine: String = text.chars().take(MOST_CHARS).collect();
    // What is taken out can bring together what it parted.
    loop {
        let cleaner = once(&fine);
        if cleaner == fine {
            return fine;
        }
        fine = cleaner;
    }
}

fn once(text: &str) -> String {
    let mut fine = on_one_line(&seen(text));
    while let Some(link) = links::next(&fine, 0) {
        let said = &fine[link.all.clone()];
        let all = said.contains("://") || fine[link.tie.clone()] == *":" || is_named_host(said);
        fine.replace_range(if all { link.all } else { link.tie }, " ");
        fine = on_one_line(&fine);
    }
    // What stands beside it could tie the two.
    let ends =
        |letter: char| letter.is_whitespace() || matches!(links::plain(letter), '.' | '。' | '/' | ':' | '@');
    fine.trim_matches(ends).to_owned()
}

/// Without what is not seen.
fn seen(text: &str) -> String {
    let composed: Vec<char> = text.nfc().collect();
    let mut kept = String::new();
    let mut marks = 0;
    for (index, &letter) in composed.iter().enumerate() {
        marks = if is_combining_mark(letter) { marks + 1 } else { 0 };
        let (before, next) = (kept.chars().next_back(), composed.get(index + 1));
        let of_picture = makes_picture(before, letter, next.copied());
        if letter.is_control() || letter.is_whitespace() || matches!(links::plain(letter), '【' | '】') {
            kept.push(' ');
        } else if of_picture || !(is_unseen(letter) || marks > MARKS) {
            kept.push(letter);
        }
    }
    kept
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether one of its labels is an end that people know: then all of it is a link, and no name.
fn is_named_host(said: &str) -> bool {
    let plain: String = said.chars().map(links::plain).collect();
    let host = plain.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let last = host.rsplit(['.', '。']).find(|label| !label.is_empty()).unwrap_or_default();
    TOP.contains(&last) || plain.contains('/')
}

/// Length of a text in UTF-16 code units.
pub fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// At most so many UTF-16 code units of a text, cut between letters as people see them, with `…` where it was cut. Empty
/// when not one of them fits.
///
/// ```
/// use visible::cut;
///
/// assert_eq!(cut("明前龙井", 4), "明前龙井");
/// assert_eq!(cut("明前龙井茶", 4), "明前龙…");
/// assert_eq!(cut("茶👨\u{200d}👩", 5), "茶…", "a family is not parted");
/// ```
pub fn cut(text: &str, most: usize) -> String {
    if units(text) <= most {
        return text.to_owned();
    }
    let mut left = most.saturating_sub(1);
    let fits = |letter: &&str| {
        let size = units(letter);
        let fits = size <= left;
        left = left.saturating_sub(size);
        fits
    };
    let kept: String = text.graphemes(true).take_while(fits).collect();
    let kept = kept.trim_end();
    if kept.is_empty() { String::new() } else { format!("{kept}…") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prelude::*, test_runner::RngSeed};

    #[test]
    fn names_of_buyers_and_shops() {
        for (raw, fine) in [
            ("龙井", "龙井"),
            ("龙井 100g  x2", "龙井 100g x2"),
            ("a\u{200b}b\u{ad}c", "abc"),
            ("evil\u{200b}.com", ""),
            ("e\u{fe0f}vil.\u{fe0f}com", ""),
            ("加微信evil.com领红包", "加微信 领红包"),
            ("ｅｖｉｌ．ｃｏｍ", ""),
            ("evil。com/a", ""),
            ("http://例子.中国/a", "例子 中国/a"),
            ("https://a.b.c/https://d.e", ""),
            ("tel:10086", ""),
            ("1.2.3.4", "1 2.3.4"),
            ("【官方】退款", "官方 退款"),
            ("︻官方︼", "官方"),
            ("abc\u{202e}def", "abcdef"),
            ("1️⃣号☕️茶👨‍👩‍👧🏽", "1️⃣号☕️茶👨‍👩‍👧🏽"),
            (".com", "com"),
            ("…", "…"),
            ("\u{0}\r\n\t", ""),
            ("\u{e000}\u{10ffff}", ""),
            ("مرحبا", "مرحبا"),
        ] {
            assert_eq!(clean(raw), fine, "{raw:?}");
        }
        let tower = format!("z{}", "\u{301}".repeat(500));
        assert!(clean(&tower).chars().count() <= 6, "{}", clean(&tower));
    }

    /// Letters that make links, hide, turn, count double or join.
    fn wild() -> impl Strategy<Value = String> {
        let sign = prop_oneof![
            prop::sample::select(vec![
                ".", "．", "。", ":", "/", "://", "http", "ｗww", "com", "cn", "a", "E", "茶", "-", "@", " ",
                "\n", "\t", "\u{202e}", "\u{2066}", "\u{200b}", "\u{200d}", "\u{fe0f}", "\u{301}", "😀",
                "👩", "1", "2", "【", "】", "{", "}", "\u{feff}", "\u{0}", "tel", "_", "℡", "⒈", "\u{2028}",
                "مر",
            ])
            .prop_map(str::to_owned),
            any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(sign, 0..40).prop_map(|signs| signs.concat())
    }

    /// By another way than the program's: the text as a phone reads it, letter by letter.
    fn looks_fine(text: &str) -> Result<(), String> {
        let letters: Vec<char> = text.nfkc().flat_map(char::to_lowercase).collect();
        for window in letters.windows(4) {
            let dotted = window[1] == '.' && window[0].is_alphanumeric();
            if dotted && window[2].is_ascii_alphabetic() && window[3].is_ascii_alphabetic() {
                // A sign of several letters, such as ⒈, is no dot to a phone.
                let written = text.chars().any(|letter| matches!(letter, '.' | '．' | '․' | '﹒'));
                if written && !text.contains(|letter: char| letter.nfkc().nth(1).is_some()) {
                    return Err(format!("a dot in {text:?}"));
                }
            }
        }
        if text.contains("://") || text.contains("：／／") {
            return Err(format!("a scheme in {text:?}"));
        }
        let bidi =
            |c: char| matches!(u32::from(c), 0x61c | 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069);
        match text
            .chars()
            .find(|&c| c.is_control() || bidi(c) || matches!(c, '【' | '】' | '\u{200b}' | '\u{feff}'))
        {
            Some(sign) => Err(format!("{sign:?} in {text:?}")),
            None => Ok(()),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            rng_seed: RngSeed::Fixed(20_220_610), failure_persistence: None, ..ProptestConfig::with_cases(3_000)
        })]

        #[test]
        fn nothing_gets_through_and_nothing_is_too_long(text in wild(), behind in wild(), most in 0_usize..40) {
            let fine = clean(&text);
            prop_assert_eq!(looks_fine(&fine), Ok(()));
            prop_assert_eq!(clean(&fine), fine.clone(), "clean is clean");
            let short = cut(&fine, most);
            prop_assert!(units(&short) <= most);
            prop_assert_eq!(looks_fine(&short), Ok(()));
            // Two names side by side make no link that neither was.
            prop_assert_eq!(links::next(&format!("{fine} {}", clean(&behind)), 0), None);
        }
    }
}
