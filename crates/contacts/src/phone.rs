//! Phone numbers: however they were written, in the one form of E.164.
//!
//! Always holds: two writings of one number become the same text, `+` and 7 to 15 digits. Whether somebody has the number
//! is for the provider to say.

use crate::Invalid;
use std::fmt;

/// Letters of a number that are looked at: with every sign that people put into one.
const RAW_CHARS: usize = 64;
/// Digits of any number, with its country's code.
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Countries whose mobile numbers can be told by their shape: code, digits behind it, and with which they begin. Those that
/// shops send to most; of the others only E.164 itself is checked.
const PLANS: &[(&str, std::ops::RangeInclusive<usize>, &[&str])] = &[
    ("86", 11..=11, &["13", "14", "15", "16", "17", "18", "19"]),
    ("852", 8..=8, &["4", "5", "6", "7", "8", "9"]),
    ("853", 8..=8, &["6"]),
    ("886", 9..=9, &["9"]),
    ("65", 8..=8, &["8", "9"]),
    ("81", 10..=10, &["60", "70", "80", "90"]),
    ("82", 9..=10, &["1"]),
    ("60", 9..=10, &["1"]),
    ("44", 10..=10, &["7"]),
    ("61", 9..=9, &["4", "5"]),
    ("1", 10..=10, &["2", "3", "4", "5", "6", "7", "8", "9"]),
    ("7", 10..=10, &["6", "7", "9"]),
];
const MAINLAND: &str = "86";

/// A phone number in E.164.
///
/// ```
/// use contacts::{Invalid, Phone};
///
/// for text in ["13800138000", "+86 138-0013-8000", "０１３８００１３８０００", "0086 (138) 0013 8000"] {
///     let phone = Phone::parse(text).unwrap();
///     assert_eq!((phone.e164(), phone.masked().as_str()), ("+8613800138000", "138****8000"));
/// }
/// assert_eq!(Phone::parse("+852 5123 4567").unwrap().masked(), "+852****567");
/// assert_eq!(Phone::parse("12345"), Err(Invalid::Phone));
/// assert_eq!(format!("{:?}", Phone::parse("13800138000").unwrap()), "Phone(138****8000)");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

impl Phone {
    /// Reads a number as people write it: digits of any width, blanks, dashes, dots and brackets between them, without a
    /// country's code if it is of mainland China.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.chars().nth(RAW_CHARS).is_some() {
            return Err(Invalid::Phone);
        }
        let plain: String = text.chars().filter_map(plain).collect::<Result<_, _>>()?;
        // A trunk's zero that is not dialled from abroad.
        let plain = plain.replace("(0)", "").replace(['(', ')'], "");
        let digits = plain.strip_prefix('+').unwrap_or(&plain);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Invalid::Phone);
        }
        if let Some(abroad) = plain.strip_prefix('+').or_else(|| plain.strip_prefix("00")) {
            return of_country(abroad);
        }
        let mainland = |digits: &str| of_country(&format!("{MAINLAND}{digits}"));
        match digits.len() {
            11 if digits.starts_with('1') => mainland(digits),
            12 if digits.starts_with("01") => mainland(&digits[1..]),
            13 if digits.starts_with("861") => of_country(digits),
            8..=15 if !digits.starts_with('0') => Err(Invalid::PhoneCountryMissing),
            _ => Err(Invalid::Phone),
        }
    }

    /// Reads a number as a provider tells it: as people write it, and without `+` where it begins with its country's code.
    /// Eleven digits that are a mobile number of mainland China are one.
    ///
    /// ```
    /// use contacts::Phone;
    ///
    /// for (told, number) in [
    ///     ("13525550123", "+8613525550123"),
    ///     ("86-13800138002", "+8613800138002"),
    ///     ("12125550123", "+12125550123"),
    ///     ("85251234567", "+85251234567"),
    /// ] {
    ///     assert_eq!(Phone::told(told).unwrap().e164(), number);
    /// }
    /// ```
    pub fn told(text: &str) -> Result<Self, Invalid> {
        let is_whole = |plain: &str| plain.starts_with('+') || plain.starts_with("00");
        match Self::parse(text) {
            Err(Invalid::PhoneCountryMissing | Invalid::PhoneOfCountry) => {
                let plain: String = text.chars().filter_map(plain).collect::<Result<_, _>>()?;
                if is_whole(&plain) { Err(Invalid::PhoneOfCountry) } else { of_country(&plain) }
            }
            read => read,
        }
    }

    /// The number: `+8613800138000`.
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// The number without the code of mainland China, as providers there take it; `None` of other countries.
    pub fn mainland(&self) -> Option<&str> {
        self.0.strip_prefix('+')?.strip_prefix(MAINLAND)
    }

    /// For people who may know whose it is, and not what it is: `138****8000`, `+852****567`.
    pub fn masked(&self) -> String {
        match self.mainland() {
            Some(own) => format!("{}****{}", &own[..3], &own[7..]),
            None => format!("{}****{}", &self.0[..4], &self.0[self.0.len() - 3..]),
        }
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

/// A letter in its plain form: a digit, `+` or a bracket; `None` for what only parts digits.
fn plain(letter: char) -> Option<Result<char, Invalid>> {
    let narrow = match u32::from(letter) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(letter),
        _ => letter,
    };
    match narrow {
        '0'..='9' | '+' | '(' | ')' => Some(Ok(narrow)),
        // Dashes and dots, and signs of direction, which address books copy along with a number.
        '-'
        | '.'
        | '/'
        | '·'
        | '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => None,
        blank if blank.is_whitespace() => None,
        _ => Some(Err(Invalid::Phone)),
    }
}

/// Digits that begin with their country's code.
fn of_country(digits: &str) -> Result<Phone, Invalid> {
    if !DIGITS.contains(&digits.len()) || digits.starts_with('0') {
        return Err(Invalid::Phone);
    }
    let plan = PLANS.iter().find_map(|(code, most, begins)| Some((digits.strip_prefix(code)?, most, begins)));
    if let Some((own, sizes, begins)) = plan
        && !(sizes.contains(&own.len()) && begins.iter().any(|begin| own.starts_with(begin)))
    {
        return Err(Invalid::PhoneOfCountry);
    }
    Ok(Phone(format!("+{digits}")))
}
