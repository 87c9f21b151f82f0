//! How many SMS a text costs, and the words with which a customer wants no more of them.
//!
//! Always holds: what is counted is all that is sent, the signature with its brackets and the way out of an offer among
//! it, in UTF-16 code units, so that an emoji counts two (A-S2-12).

use super::Purpose;
use crate::ids::letters_and_digits;

pub use visible::units;

/// Code units of a text that goes as one SMS.
pub const ONE: usize = 70;
/// Code units of each SMS of a longer text; the rest joins them.
pub const EACH: usize = 67;
/// Code units of a whole text. Providers take 500 to 600.
pub const MOST_UNITS: usize = 500;
/// What an offer ends with where its text names no way out itself.
pub const WAY_OUT: &str = "拒收请回复R";

/// SMS that so many code units cost.
///
/// ```
/// use domain::message::segments::of_units;
///
/// assert_eq!([70, 71, 134, 135, 201, 202].map(of_units), [1, 2, 2, 3, 3, 4]);
/// ```
pub fn of_units(units: usize) -> u32 {
    if units <= ONE { 1 } else { u32::try_from(units.div_ceil(EACH)).unwrap_or(u32::MAX) }
}

/// SMS that a whole text costs.
pub fn segments(whole: &str) -> u32 {
    of_units(units(whole))
}

/// The whole text as it is sent: `【signature】body`, and of an offer the way out, unless the body names it. Without a
/// signature there are no brackets: then the provider puts its own before the text.
pub fn whole(signature: &str, body: &str, purpose: Purpose) -> String {
    let tail = match purpose {
        Purpose::Marketing if !names_way_out(body) => WAY_OUT,
        Purpose::Marketing | Purpose::Trade => "",
    };
    if signature.is_empty() { format!("{body}{tail}") } else { format!("【{signature}】{body}{tail}") }
}

/// Words that mean "no more of these": of the Chinese carriers and providers, and those that foreign carriers act on.
const OUT: [&str; 30] = [
    "T",
    "TD",
    "R",
    "N",
    "退",
    "退订",
    "退定",
    "退顶",
    "拒收",
    "拒绝",
    "取消订阅",
    "取消关注",
    "不再接收",
    "不要再发",
    "别再发",
    "勿再发",
    "不要发",
    "别发",
    "别给我发",
    "不要给我发",
    "不要再给我发",
    "TUIDING",
    "STOP",
    "STOPALL",
    "UNSUBSCRIBE",
    "CANCEL",
    "END",
    "QUIT",
    "OPTOUT",
    "REVOKE",
];
/// What people put before such a word, copied from the message or of their own.
const BEFORE: [&str; 9] = ["回复", "回覆", "回", "请", "我要", "我想", "PLEASE", "REPLY", "短信"];
/// What they put behind it.
const BEHIND: [&str; 12] =
    ["谢谢", "谢谢你", "谢谢您", "多谢", "吧", "了", "啊", "短信", "信息", "PLEASE", "THANKS", "THANKYOU"];
/// Words that mean it wherever they stand in a sentence, by themselves and not denied.
const ANYWHERE: [&str; 4] = ["STOP", "STOPALL", "UNSUBSCRIBE", "OPTOUT"];
/// Words that deny the one behind them.
const DENIED: [&str; 3] = ["NOT", "NEVER", "DONT"];
/// Letters of a clause that are looked at; a longer one is a letter, not a command.
const ANSWER_CHARS: usize = 24;
/// Letters of a whole answer that are looked at.
const WHOLE_CHARS: usize = 2_000;

/// Whether an answer asks for no more messages (A-S2-14). It errs on the side of those who want none: it does where one of
/// the words, of any width and case, is the whole answer, its first clause or its last, with thanks and the like around it;
/// or where an English one, such as STOP, stands as a word of its own and is not denied. A part of another word is none.
///
/// ```
/// use domain::message::segments::is_opt_out;
///
/// assert!(is_opt_out("ｔｄ") && is_opt_out(" “R”。") && is_opt_out("回复 退订,谢谢!"));
/// assert!(is_opt_out("谢谢，退订") && is_opt_out("Stop. Thank you") && is_opt_out("stop it now"));
/// assert!(!is_opt_out("什么时候到?") && !is_opt_out("Thanks") && !is_opt_out("stopover"));
/// ```
pub fn is_opt_out(answer: &str) -> bool {
    let cut = answer.char_indices().nth(WHOLE_CHARS).map_or(answer.len(), |(at, _)| at);
    let heard = &answer[..cut];
    let said = |clause: &&str| letters_and_digits(clause).next().is_some();
    let clauses = || clauses(heard).filter(said);
    is_command(answer)
        || clauses().next().is_some_and(is_command)
        || clauses().last().is_some_and(is_command)
        || names_one(heard)
}

/// Parts of an answer between marks that end one. A dot does where nothing follows it closely: `T.D.` is one.
fn clauses(answer: &str) -> impl Iterator<Item = &str> {
    let ends = |sign: char| "。，,！!？?；;：:、…~～\n\r".contains(sign);
    answer.split(ends).flat_map(|part| part.split(". ")).flat_map(|part| part.split("．"))
}

/// Whether an English word that means it stands in a text as a word of its own, without one before it that denies it.
fn names_one(text: &str) -> bool {
    let words = text.split(|sign: char| !(sign.is_alphanumeric() || "-'’".contains(sign)));
    let mut is_denied = false;
    for word in words.filter(|word| !word.is_empty()) {
        let word: String = letters_and_digits(word).flat_map(char::to_uppercase).collect();
        if ANYWHERE.contains(&word.as_str()) && !is_denied {
            return true;
        }
        is_denied = DENIED.contains(&word.as_str());
    }
    false
}

/// Whether a clause is one of the words, with what people put around it.
fn is_command(answer: &str) -> bool {
    let letters: String =
        letters_and_digits(answer).flat_map(char::to_uppercase).take(ANSWER_CHARS + 1).collect();
    if letters.chars().count() > ANSWER_CHARS {
        return false;
    }
    let stripped = |mut rest: &str| -> bool {
        loop {
            if is_word_or_two(rest) {
                return true;
            }
            let shorter = BEFORE.iter().find_map(|word| rest.strip_prefix(word));
            let shorter = shorter.or_else(|| BEHIND.iter().find_map(|word| rest.strip_suffix(word)));
            match shorter {
                Some(shorter) => rest = shorter,
                None => return false,
            }
        }
    };
    stripped(&letters)
}

/// One of the words, or a code and what it stands for: `TD退订`, `退订T`, `退订回T`.
fn is_word_or_two(text: &str) -> bool {
    let is_word = |text: &str| OUT.contains(&text);
    let is_chinese = |text: &str| is_word(text) && !text.is_ascii();
    let is_code = |text: &str| matches!(text, "T" | "TD" | "R" | "N");
    is_word(text)
        || text.char_indices().skip(1).any(|(at, _)| {
            let (first, second) = text.split_at(at);
            let answer = second.strip_prefix("回复").or_else(|| second.strip_prefix('回')).unwrap_or(second);
            (is_code(first) && is_chinese(second)) || (is_chinese(first) && is_code(answer))
        })
}

/// Whether a text says how to get no more: a word for it, and what to answer.
pub fn names_way_out(text: &str) -> bool {
    let letters: String = letters_and_digits(text).flat_map(char::to_uppercase).collect();
    let said = |words: &[&str]| words.iter().any(|word| letters.contains(word));
    let answers = |call: &str| {
        let codes = ["T", "R", "N", "退订", "STOP"];
        codes.iter().any(|code| letters.contains(&format!("{call}{code}")))
    };
    (said(&["退订", "拒收", "不再接收"]) && (answers("回复") || answers("回") || answers("发送")))
        || (said(&["OPTOUT", "UNSUBSCRIBE", "STOP"]) && (answers("REPLY") || answers("TEXT")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> u32 {
        segments(&whole("", text, Purpose::Trade))
    }

    /// A-S2-12: every vector of the rule.
    #[test]
    fn a_s2_12_segments_by_the_rules_own_vectors() {
        for (units, sms) in [(70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)] {
            assert_eq!(of(&"一".repeat(units)), sms, "{units} characters");
        }
        assert_eq!((of(&"😀".repeat(35)), of(&"😀".repeat(36))), (1, 2));
        assert_eq!((of_units(0), of_units(1)), (1, 1));
    }

    /// A-S2-12: the signature counts with its brackets, and of an offer the way out.
    #[test]
    fn a_s2_12_signature_and_way_out_are_counted() {
        let body = "一".repeat(66);
        assert_eq!(segments(&whole("茶店", &body, Purpose::Trade)), 1, "66 + 2 + 【】");
        assert_eq!(segments(&whole("茶叶店", &body, Purpose::Trade)), 2, "66 + 3 + 【】");
        let body = "一".repeat(60);
        assert_eq!(segments(&whole("茶店", &body, Purpose::Marketing)), 1, "60 + 4 + 6");
        assert_eq!(segments(&whole("茶店", &format!("{body}。"), Purpose::Marketing)), 2);
        let named = whole("茶店", "新茶上市,退订回T", Purpose::Marketing);
        assert_eq!(named, "【茶店】新茶上市,退订回T", "it names a way out already");
    }

    /// A-S2-12: the count by another way, for any mixture of letters.
    #[test]
    fn a_s2_12_segments_agree_with_a_count_by_hand() {
        let letters = ['a', '茶', '😀', '👨', '\u{200d}', 'é', ' ', '𠮷'];
        for seed in 0..2_000_usize {
            let text: String =
                (0..seed % 331).map(|n| letters[(seed * 31 + n * n * 7 + n) % letters.len()]).collect();
            let size: usize = text.chars().map(|letter| if u32::from(letter) > 0xffff { 2 } else { 1 }).sum();
            let (mut sms, mut left) = (1, size);
            if size > 70 {
                while left > 67 {
                    (sms, left) = (sms + 1, left - 67);
                }
            }
            assert_eq!(of(&text), sms, "{size} units");
        }
    }

    const WANT_NO_MORE: &[&str] = &[
        "T",
        "t",
        "Ｔ",
        "TD",
        "td.",
        "ＴＤ",
        " r ",
        "Ｒ",
        "“R”",
        "[T]",
        "N",
        "退订",
        "退订。",
        "  退 订!",
        "\t退订\r\n",
        "退订了",
        "回复T",
        "回TD",
        "回复退订",
        "请退订",
        "我要退订",
        "TD退订",
        "退订T",
        "退订回R",
        "拒收",
        "stop",
        "STOP.",
        "Stop all",
        "unsubscribe",
        "opt-out",
        "T😀",
        "退订谢谢",
        "\u{feff}T\u{200b}",
        // A clause of its own, first or last.
        "Stop. Thank you",
        "Stop thanks",
        "STOP!!",
        "TD。谢谢您",
        "退订，谢谢你",
        "谢谢，退订",
        "拒收！请勿再发",
        "R\n已经说过很多次了",
        "T.D.",
        // A word of its own, wherever it stands.
        "stop now",
        "Stop it",
        "STOP texting me",
        "Unsubscribe me",
        "please unsubscribe",
        "I want to opt-out of this",
        "I'm not interested, no more of this please stop",
        "ＳＴＯＰ　ｉｔ",
        // What people say instead of the word.
        "不要再发了",
        "别发了",
        "请勿再发",
        "不要给我发短信了",
    ];
    const SAY_SOMETHING_ELSE: &[&str] = &[
        "",
        " ",
        "。",
        "1",
        "好的",
        "收到",
        "谢谢",
        "Thanks",
        "Tea",
        "RT",
        "TT",
        "T恤",
        "不退订",
        "退货",
        "退款",
        "怎么退订会员",
        "What time does it end",
        "nonstop",
        "已退订的能恢复吗",
        "Разве",
        "R2D2",
        "stopover",
        "a non-stop flight",
        "T恤，谢谢",
        "谢谢，不退订",
        "Please don't stop",
        "do not unsubscribe me",
        "别发错货",
        "不要发错颜色",
        "Rain. Tea",
    ];

    /// A-S2-14: what customers answer who want no more, and what they answer otherwise.
    #[test]
    fn a_s2_14_words_of_those_who_want_no_more() {
        for answer in WANT_NO_MORE {
            assert!(is_opt_out(answer), "{answer:?}");
        }
        for answer in SAY_SOMETHING_ELSE {
            assert!(!is_opt_out(answer), "{answer:?}");
        }
        assert!(!is_opt_out(&"退订".repeat(1_000_000)));
    }

    /// A-S2-14: an offer that names its way out, and one that does not.
    #[test]
    fn a_s2_14_texts_that_name_a_way_out() {
        for text in [
            "新茶上市。拒收请回复R",
            "新茶,退订回T",
            "回复TD退订",
            "退订请回 Ｔ",
            "Reply STOP to unsubscribe",
            "Reply R to opt out",
        ] {
            assert!(names_way_out(text), "{text}");
        }
        for text in ["新茶上市", "退订无忧", "回复1领券", "Stop by our shop", "欢迎回来"] {
            assert!(!names_way_out(text), "{text}");
        }
    }
}
