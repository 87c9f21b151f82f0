//! Signs that nobody sees, and those of them that make a picture.

/// A sign that a text for people never has by itself: control, line end, writing direction, unseen; and what is no letter:
/// private, unassigned for good, notes to programs.
pub fn is_unseen(sign: char) -> bool {
    sign.is_control()
        || matches!(sign,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{ffff}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}')
}

const fn is_pictured(sign: char) -> bool {
    matches!(sign, '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{21ff}'
        | '\u{2300}'..='\u{23ff}' | '\u{24c2}' | '\u{25a0}'..='\u{27bf}' | '\u{2900}'..='\u{297f}'
        | '\u{2b00}'..='\u{2bff}' | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

/// Whether an unseen sign makes a picture of its neighbours: it joins two, colours one, or makes a key of a digit.
pub(crate) fn makes_picture(before: Option<char>, sign: char, next: Option<char>) -> bool {
    match sign {
        '\u{200d}' => {
            before.is_some_and(|b| is_pictured(b) || b == '\u{fe0f}') && next.is_some_and(is_pictured)
        }
        '\u{fe0f}' => {
            let key = before.is_some_and(|b| matches!(b, '0'..='9' | '#' | '*')) && next == Some('\u{20e3}');
            key || before.is_some_and(is_pictured)
        }
        _ => false,
    }
}

/// Whether a text holds a sign that ends its line, turns its direction, or cannot be seen: a price could read as another.
/// What makes a picture is seen.
///
/// ```
/// use visible::is_hidden;
///
/// assert!(is_hidden("元00.886\u{202e}值价") && is_hidden("茶\u{200d}") && is_hidden("两\n行"));
/// assert!(!is_hidden("❤️ 👨\u{200d}👩 1️⃣ 茶"));
/// ```
pub fn is_hidden(text: &str) -> bool {
    let mut before = None;
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        if is_unseen(sign) && !makes_picture(before, sign, signs.peek().copied()) {
            return true;
        }
        before = Some(sign);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_a_picture_is_seen_and_the_same_sign_elsewhere_is_not() {
        for (text, hides) in [
            ("", false),
            ("龙井 100g", false),
            ("❤️ 👨\u{200d}👩\u{200d}👧🏽 ☕️ 1️⃣ #️⃣ Ⓜ️ ㊗️", false),
            ("❤️\u{200d}🔥", false),
            ("مرحبا שלום", false),
            ("a\u{200d}b", true),
            ("👨\u{200d}", true),
            ("\u{200d}👨", true),
            ("茶\u{fe0f}", true),
            ("1\u{fe0f}", true),
            ("👨\u{200b}👩", true),
            ("a\u{202e}b", true),
            ("a\u{2066}b", true),
            ("a\nb", true),
            ("a\u{2028}b", true),
            ("\u{feff}a", true),
            ("a\u{e0041}", true),
            ("\u{3164}", true),
        ] {
            assert_eq!(is_hidden(text), hides, "{text:?}");
        }
    }
}
