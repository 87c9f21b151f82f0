//! The typed keys of WeChat's subscription messages: what each may hold, and how a value is written there.
//!
//! Always holds: what is written under a key keeps its type's form and length, or the message is held back; WeChat refuses
//! it otherwise with 47003, the most frequent fault of the field (A-S2-20).

use super::variables::ValueType;
use crate::{Instant, campaign::field::Words, message::segments::units, time::Zone};
use money::{Currency, Money};

/// A type of keys. `thing1`, `thing02` and so on are of the type `thing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "WeChat's own names")]
pub enum KeyType {
    Thing,
    Number,
    Letter,
    Symbol,
    CharacterString,
    Time,
    Date,
    Amount,
    PhoneNumber,
    CarNumber,
    Name,
    Phrase,
}

use KeyType as K;

const fn both(en: &'static str, zh: &'static str) -> Words {
    Words { en, zh }
}

/// Each type: its name, the most that it holds, and what it holds.
pub const TYPES: [(KeyType, &str, usize, Words); 12] = [
    (K::Thing, "thing", 20, both("letters, digits and signs of any kind", "任意汉字、字母、数字或符号")),
    (K::Number, "number", 32, both("digits, with a decimal point or without", "数字，可带小数")),
    (K::Letter, "letter", 32, both("letters A to Z", "字母")),
    (K::Symbol, "symbol", 5, both("signs that are neither letters nor digits", "符号（不含字母和数字）")),
    (
        K::CharacterString,
        "character_string",
        32,
        both("letters, digits and signs, nothing Chinese", "字母、数字、符号，不含汉字"),
    ),
    (
        K::Time,
        "time",
        40,
        both(
            "15:01 or 2030年11月4日 15:01, or two of them with ~ between",
            "15:01 或 2030年11月4日 15:01，时间段用 ~ 连接",
        ),
    ),
    (
        K::Date,
        "date",
        40,
        both(
            "2030年11月4日, with a time or without, or two of them with ~ between",
            "2030年11月4日，可带时间，时间段用 ~ 连接",
        ),
    ),
    (
        K::Amount,
        "amount",
        16,
        both(
            "a currency's sign and up to 10 digits, 元 at the end or not",
            "1个币种符号加10位以内数字，结尾可带元",
        ),
    ),
    (K::PhoneNumber, "phone_number", 17, both("digits and signs", "数字和符号")),
    (
        K::CarNumber,
        "car_number",
        8,
        both("letters and digits, the first and last may be Chinese", "字母和数字，首尾可为汉字"),
    ),
    (
        K::Name,
        "name",
        20,
        both("up to 10 Chinese letters, or up to 20 others", "10个以内汉字，或20个以内其他文字"),
    ),
    (K::Phrase, "phrase", 5, both("Chinese letters", "汉字")),
];

/// The signs of currencies that an amount may begin with; CNY ends with 元.
const SIGNS: [(&str, &str); 8] = [
    ("USD", "$"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("JPY", "¥"),
    ("KRW", "₩"),
    ("INR", "₹"),
    ("VND", "₫"),
    ("RUB", "₽"),
];
/// Digits of an amount, those behind the point among them.
const AMOUNT_DIGITS: usize = 10;

const fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

impl KeyType {
    /// The type of a key: a type's name, and one to three digits.
    pub fn of(key: &str) -> Option<Self> {
        let name = key.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let numbered = (1..=3).contains(&(key.len() - name.len()));
        TYPES.iter().find(|(_, known, ..)| *known == name && numbered).map(|(found, ..)| *found)
    }

    fn row(self) -> &'static (KeyType, &'static str, usize, Words) {
        &TYPES[self as usize]
    }
    /// The most code units that it holds.
    pub fn most(self) -> usize {
        self.row().2
    }
    /// What it holds, in English.
    pub fn holds(self) -> &'static str {
        self.row().3.en
    }

    /// Whether a variable of that type may be written there by itself. The other types take words of the template only.
    pub const fn takes(self, value: ValueType) -> bool {
        match self {
            K::Thing => !matches!(value, ValueType::Link),
            K::CharacterString => matches!(value, ValueType::Code | ValueType::Number),
            K::Number => matches!(value, ValueType::Number),
            K::Amount => matches!(value, ValueType::Amount),
            K::Time | K::Date => matches!(value, ValueType::Moment),
            K::Letter | K::Symbol | K::PhoneNumber | K::CarNumber | K::Name | K::Phrase => false,
        }
    }

    /// Whether words and variables may stand there side by side.
    pub const fn mixes(self) -> bool {
        matches!(self, K::Thing | K::CharacterString)
    }

    /// Whether a text may stand there.
    pub fn fits(self, text: &str) -> bool {
        let all = |is: fn(char) -> bool| text.chars().all(is);
        let no_break = all(|letter| !letter.is_control());
        let length = (1..=self.most()).contains(&units(text)) && no_break && text.trim() == text;
        length
            && match self {
                K::Thing => true,
                K::Number => is_decimal(text),
                K::Letter => all(|letter| letter.is_ascii_alphabetic()),
                K::Symbol => all(|letter| !letter.is_alphanumeric() && !letter.is_whitespace()),
                K::CharacterString => all(|letter| letter.is_ascii_graphic()),
                K::Time => each_end(text, |end| match end.rsplit_once(' ') {
                    Some((day, clock)) => is_day(day) && is_clock(clock),
                    None => is_clock(end),
                }),
                K::Date => each_end(text, |end| match end.split_once(' ') {
                    Some((day, clock)) => is_day(day) && is_clock(clock),
                    None => is_day(end),
                }),
                K::Amount => is_amount(text),
                K::PhoneNumber => {
                    all(|letter| letter.is_ascii_digit() || matches!(letter, '+' | '-' | '(' | ')' | '*'))
                }
                K::CarNumber => is_plate(text),
                K::Name => is_name(text),
                K::Phrase => all(is_han),
            }
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, part)) => digits(whole) && digits(part),
        None => digits(text),
    }
}

fn is_amount(text: &str) -> bool {
    let bare = text.strip_suffix('元').unwrap_or(text);
    let sign = bare.chars().next().filter(|letter| "¥￥$€£₩₹₫₽".contains(*letter));
    let digits = &bare[sign.map_or(0, char::len_utf8)..];
    is_decimal(digits) && digits.bytes().filter(u8::is_ascii_digit).count() <= AMOUNT_DIGITS
}

fn is_plate(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let last = letters.len().saturating_sub(1);
    letters.iter().enumerate().all(|(index, letter)| {
        letter.is_ascii_alphanumeric() || ((index == 0 || index == last) && is_han(*letter))
    })
}

fn is_name(text: &str) -> bool {
    let plain = text.chars().all(|letter| !letter.is_numeric());
    plain && (!text.contains(is_han) || units(text) <= 10)
}

fn each_end(text: &str, is: fn(&str) -> bool) -> bool {
    match text.split_once('~') {
        Some((from, to)) => is(from) && is(to),
        None => is(text),
    }
}

fn is_clock(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let within =
        |part: &str, most: u8| part.len() == 2 && part.parse::<u8>().is_ok_and(|value| value <= most);
    matches!(parts.len(), 2 | 3) && within(parts[0], 23) && parts[1..].iter().all(|part| within(part, 59))
}

fn is_day(text: &str) -> bool {
    let chinese = text.strip_suffix('日').map(|day| day.replace(['年', '月'], "-"));
    let parts: Vec<String> = match &chinese {
        Some(day) => day.split('-').map(str::to_owned).collect(),
        None => text.split(['-', '/', '.']).map(str::to_owned).collect(),
    };
    let number = |part: &String| part.parse::<i16>().ok();
    let Ok([year, month, day]) = <[String; 3]>::try_from(parts) else { return false };
    let (Some(year), Some(month), Some(day)) = (number(&year), number(&month), number(&day)) else {
        return false;
    };
    let small = |value: i16| i8::try_from(value).unwrap_or(0);
    year > 999 && jiff::civil::Date::new(year, small(month), small(day)).is_ok()
}

/// An amount as WeChat takes it: `128.00元`, `$128.00`; `None` of a currency without a sign, and of more digits.
pub fn amount(amount: Money, currency: Currency) -> Option<String> {
    let digits = currency.digits(amount);
    let text = if currency == Currency::CNY {
        format!("{digits}元")
    } else {
        let (_, sign) = SIGNS.iter().find(|(code, _)| *code == currency.code())?;
        format!("{sign}{digits}")
    };
    is_amount(&text).then_some(text)
}

/// A moment as WeChat takes it: `2030年11月4日 08:00`.
pub fn moment(at: Instant, zone: &Zone) -> String {
    let wall = zone.civil(at);
    let (year, month, day) = (wall.year(), wall.month(), wall.day());
    format!("{year}年{month}月{day}日 {:02}:{:02}", wall.hour(), wall.minute())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// A-S2-20: each type of WeChat's table, with what it takes and what it does not.
    #[test]
    fn a_s2_20_every_type_of_key_knows_its_form() {
        for (index, (of, name, ..)) in TYPES.iter().enumerate() {
            assert_eq!(*of as usize, index);
            assert_eq!(KeyType::of(&format!("{name}1")), Some(*of));
        }
        for key in ["thing", "1", "", "thing1234", "Thing1", "thing1x", "enum1", "茶1"] {
            assert_eq!(KeyType::of(key), None, "{key}");
        }
        let cases: [(KeyType, &[&str], &[&str]); 12] = [
            (
                K::Thing,
                &["龙井 100g", "😀", &"一".repeat(20)],
                &["", "a\nb", " a", &"一".repeat(21), &"😀".repeat(11)],
            ),
            (K::Number, &["0", "12.50"], &["", "1.", ".5", "-1", "1e3", "１", &"1".repeat(33)]),
            (K::Letter, &["AbC"], &["A1", "茶", "A B"]),
            (K::Symbol, &["#-!"], &["a", "茶", "######"]),
            (K::CharacterString, &["AB-12_3", "#"], &["订单1", "a b", &"1".repeat(33)]),
            (
                K::Time,
                &["15:01", "15:01:59", "2030年11月4日 15:01", "09:00~21:00"],
                &["24:00", "15", "9:00", "今天"],
            ),
            (
                K::Date,
                &["2030年11月4日", "2030-11-04", "2030/1/4 15:01", "2030年1月1日~2030年1月2日"],
                &["2030年2月30日", "11月4日x", "明天", "15:01"],
            ),
            (
                K::Amount,
                &["128.00元", "¥5", "$12.5", "12345678.90"],
                &["5元元", "五元", "5 CNY", "123456789.01", "-5元"],
            ),
            (K::PhoneNumber, &["+86-0766-66888866", "400-800"], &["电话1", "123456789012345678"]),
            (K::CarNumber, &["粤A8Z888挂", "A12345"], &["A粤1234", "粤A·12345", "粤A88888888"]),
            (
                K::Name,
                &["张三", "Old Street Tea", "一二三四五六七八九十"],
                &["张三2", "一二三四五六七八九十甲", "Tea 一二三四五六七八九"],
            ),
            (K::Phrase, &["配送中"], &["配送中!", "六个汉字太长", "Tea"]),
        ];
        for (key, fine, wrong) in cases {
            for text in fine {
                assert!(key.fits(text), "{key:?} {text:?}");
            }
            for text in wrong {
                assert!(!key.fits(text), "{key:?} {text:?}");
            }
        }
    }

    #[test]
    fn amounts_and_moments_are_written_as_their_keys_want_them() {
        let of = |minor, code| amount(Money::from_minor(minor), Currency::find(code).unwrap());
        assert_eq!(of(12_800, "CNY").unwrap(), "128.00元");
        assert_eq!((of(500, "JPY").unwrap(), of(500, "USD").unwrap()), ("¥500".into(), "$5.00".into()));
        assert_eq!((of(5_000, "KWD"), of(99_999_999_999, "CNY"), of(-1, "CNY")), (None, None, None));
        let told = moment(Instant::parse("2030-11-04T00:00:00Z").unwrap(), &Zone::shanghai());
        assert_eq!(told, "2030年11月4日 08:00");
        assert!(K::Time.fits(&told) && K::Date.fits(&told));
    }
}
