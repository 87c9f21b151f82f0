//! What buyers and shops call themselves and their goods, made fit for a message.
//!
//! Always holds: what comes out has no control sign, no sign of writing direction, nothing invisible, no bracket of a
//! signature and nothing that a phone takes for a link, on one line (trust.md 30). Emoji stay as they are.

use super::links;
use crate::message::segments::units;
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

/// Signs that nobody sees, or that turn the writing round.
const fn is_hidden(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fe00}'..='\u{fe0f}'
        // No letters: private, unassigned for good, or notes to programs.
        | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{ffff}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}')
}

/// A sign that a text for people never has: control, direction, or unseen.
pub fn is_forbidden(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}') || is_hidden(letter)
}

const fn is_pictured(letter: char) -> bool {
    matches!(letter, '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{21ff}'
        | '\u{2300}'..='\u{23ff}' | '\u{25a0}'..='\u{27bf}' | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}'
        | '\u{3030}' | '\u{1f000}'..='\u{1faff}')
}

/// A name as it may stand in a message; empty when nothing is left of it.
///
/// ```
/// use domain::message::template::clean::clean;
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
        let of_picture = match letter {
            '\u{200d}' => {
                before.is_some_and(|b| is_pictured(b) || b == '\u{fe0f}')
                    && next.is_some_and(|n| is_pictured(*n))
            }
            '\u{fe0f}' => {
                let key =
                    before.is_some_and(|b| matches!(b, '0'..='9' | '#' | '*')) && next == Some(&'\u{20e3}');
                key || before.is_some_and(is_pictured)
            }
            _ => false,
        };
        if letter.is_control() || letter.is_whitespace() || matches!(links::plain(letter), '【' | '】') {
            kept.push(' ');
        } else if of_picture || !(is_hidden(letter) || marks > MARKS) {
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

/// At most so many UTF-16 code units of a text, cut between letters as people see them, with `…` where it was cut. Empty
/// when not one of them fits.
///
/// ```
/// use domain::message::template::clean::cut;
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
