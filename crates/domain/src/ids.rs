//! Typed names. A `SKU` is never taken for an order, because the compiler reads along.
//!
//! Two kinds of them (A-G-11). What the platform names (orders, customers, lines, SKUs, payments, refunds, and
//! categories and events elsewhere) keeps the platform's own text: 1 to 128 bytes of UTF-8 in NFC, no control
//! character and no line or paragraph separator in it, no blank at either end, not `.` or `..`. What the operator
//! or this engine names (shops, campaigns, batches, strategies, coupons, messages) is 1 to 64 characters of
//! `A-Z a-z 0-9 . _ : -`, and not `.` or `..`, which paths would swallow.
//!
//! Always holds: a value of these types is well-formed, and two of them are the same where their bytes are. A string
//! becomes one only through `try_new` or deserialization, which bring the platform's text to NFC. Two ids are never
//! joined to one text: whatever could stand between them may stand in one.

use serde::{Deserialize, Deserializer, Serialize};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::fmt;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Bytes of an id of the platform's, in NFC.
const TEXT_BYTES: usize = 128;
/// Bytes of a text that is looked at at all: composing shortens no text to less than a third.
const RAW_BYTES: usize = 4 * TEXT_BYTES;

/// Why a string is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// None of those that the operator chooses.
    #[error("an id is 1 to 64 characters of A-Z a-z 0-9 . _ : -, and not . or ..")]
    Chosen,
    /// None of the platform's.
    #[error(
        "an id is 1 to 128 bytes of text without control characters, line separators and blanks at its ends, and \
        not . or .."
    )]
    Text,
}

/// Reads a string without a copy in between and checks it.
pub(crate) fn read_text<'de, D: Deserializer<'de>, T>(
    d: D,
    what: &'static str,
    read: fn(&str) -> Option<T>,
) -> Result<T, D::Error> {
    struct Text<T>(&'static str, fn(&str) -> Option<T>);
    impl<T> serde::de::Visitor<'_> for Text<T> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            (self.1)(text).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
        }
    }
    d.deserialize_str(Text(what, read))
}

/// Names of a folder and the one above it: a client takes them out of a path before it asks.
fn is_dots(text: &str) -> bool {
    matches!(text, "." | "..")
}

/// What the operator or this engine chooses.
fn chosen(text: &str) -> Option<SmolStr> {
    let letters = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-');
    let fine = (1..=64).contains(&text.len()) && text.bytes().all(letters) && !is_dots(text);
    fine.then(|| text.into())
}

/// A shop: [`chosen`], and not the name that stands for all of them.
fn shop(text: &str) -> Option<SmolStr> {
    chosen(text).filter(|name| name != PLATFORM)
}

/// The platform's own text, in NFC (A-G-11); `None` where it is no id.
///
/// ```
/// use domain::ids::own_text;
///
/// assert_eq!(own_text("红色 T恤/XL").as_deref(), Some("红色 T恤/XL"));
/// assert_eq!(own_text("e\u{301}"), own_text("\u{e9}"), "the same letter, written in two ways");
/// assert_eq!(own_text(" a"), None);
/// ```
pub fn own_text(text: &str) -> Option<SmolStr> {
    text_within(text, TEXT_BYTES)
}

/// The same with another limit of its bytes.
pub fn text_within(text: &str, bytes: usize) -> Option<SmolStr> {
    // Nearly all are such: one look, byte by byte.
    if (1..=bytes).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return (!is_dots(text)).then(|| text.into());
    }
    if text.is_empty() || text.len() > RAW_BYTES.max(bytes) {
        return None;
    }
    let composed = in_nfc(text);
    let fits = (1..=bytes).contains(&composed.len()) && !is_dots(&composed);
    let blank = composed.starts_with(char::is_whitespace) || composed.ends_with(char::is_whitespace);
    // The categories Cc, Zl and Zp.
    let breaks = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    (fits && !blank && !composed.contains(breaks)).then(|| composed.as_ref().into())
}

/// A text in NFC; most are.
fn in_nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.nfc().collect())
}

/// What customers paste and type, as plain letters and digits: full-width ones made ordinary (NFKC), and everything
/// dropped that is neither letter nor digit, such as blanks of any kind, line ends, dashes and signs without a width.
pub fn letters_and_digits(typed: &str) -> impl Iterator<Item = char> {
    typed.nfkc().filter(|letter| letter.is_alphanumeric())
}

/// An id as a part of a path: everything but letters and digits of ASCII and `- . _ ~ :` percent-encoded.
///
/// ```
/// assert_eq!(domain::ids::path_part("#1/券"), "%231%2F%E5%88%B8");
/// ```
pub fn path_part(id: &str) -> Cow<'_, str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b':');
    if id.bytes().all(plain) {
        return Cow::Borrowed(id);
    }
    let mut path = String::with_capacity(3 * id.len());
    for byte in id.bytes() {
        if plain(byte) {
            path.push(char::from(byte));
        } else {
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            path.push('%');
            path.push(char::from(DIGITS[usize::from(byte >> 4)]));
            path.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    Cow::Owned(path)
}

macro_rules! ids {
    ($read:ident, $wrong:ident: $($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(SmolStr);

        impl $name {
            /// Takes a well-formed id.
            pub fn try_new(text: &str) -> Result<Self, InvalidId> {
                $read(text).map(Self).ok_or(InvalidId::$wrong)
            }
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
        impl std::str::FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::try_new(text)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                read_text(d, expected(InvalidId::$wrong), |text| Self::try_new(text).ok())
            }
        }
    )+};
}

/// What a reader says that it expected.
const fn expected(of: InvalidId) -> &'static str {
    match of {
        InvalidId::Chosen => "an id: 1 to 64 characters of A-Z a-z 0-9 . _ : -",
        InvalidId::Text => "an id: 1 to 128 bytes of text without control characters and blanks at its ends",
    }
}

ids! { own_text, Text:
    /// An order, by the platform's number.
    OrderId,
    /// A buyer, by the platform's name for the person.
    CustomerId,
    /// A line of an order.
    LineId,
    /// A stock keeping unit.
    Sku,
    /// One attempt to pay.
    PaymentId,
    /// What a customer checks out at once: one order, or the parts of a merged one.
    CheckoutId,
    /// One refund.
    RefundId,
    /// A payment, by its channel's own number, which neither shop nor buyer chooses.
    TransactionId,
}

ids! { shop, Chosen:
    /// A shop; the first part of every key.
    ShopId,
}

ids! { chosen, Chosen:
    /// A campaign of a shop.
    CampaignId,
    /// A coupon batch of a shop.
    BatchId,
    /// A coupon in a customer's hands.
    CouponId,
    /// Something that cannot be as the platform says of an order's coupons or assets.
    ConflictId,
    /// A coupon shown beside an order and not yet claimed.
    OfferId,
    /// One message to a customer.
    MessageId,
    /// A registered receiver of webhooks.
    WebhookId,
    /// A presale strategy of a shop.
    PresaleStrategyId,
    /// A gift strategy of a shop.
    GiftStrategyId,
    /// An import of downloaded orders.
    ImportId,
    /// A purchase of a pack of SMS.
    PurchaseId,
    /// What a paid order brought its customer.
    RewardId,
    /// A wave of a sprint.
    WaveId,
}

impl MessageId {
    /// How the ids of messages begin that the server gives, before the sign `_`. Callers name none that begins so.
    pub const SERVERS: &str = "ms";

    /// Whether only the server gives such ids.
    pub fn is_servers(&self) -> bool {
        self.0.strip_prefix(Self::SERVERS).is_some_and(|rest| rest.starts_with('_'))
    }
    /// The id of the same notice by another way, which no caller can name and no running number comes to: a `w` is no
    /// hexadecimal digit. Nothing where it would be too long.
    pub fn by_wechat(&self) -> Option<Self> {
        Self::try_new(&format!("{}_w:{self}", Self::SERVERS)).ok()
    }
}

/// What stands where a shop stands for all of them.
const PLATFORM: &str = ":platform";

impl ShopId {
    /// The row that stands for all shops together: limits that hold over the whole platform are
    /// counted under it. No shop can have this name: [`ShopId::try_new`] does not take it.
    pub fn platform() -> Self {
        Self(PLATFORM.into())
    }
}

/// Makes ids that sort by time: kind, milliseconds since 1970 and the shop's own running number,
/// both in hexadecimal. The same facts make the same id, so a decision can be made again.
pub fn sequential(kind: &str, at: crate::Instant, number: u64) -> String {
    let millis = u64::try_from(at.micros() / 1000).unwrap_or(0);
    let mut id = String::with_capacity(kind.len() + 20);
    id.push_str(kind);
    id.push('_');
    push_hexadecimal(&mut id, millis, 11);
    push_hexadecimal(&mut id, number, 8);
    id
}

/// A number of at least so many digits, as `{:0digits$x}` has it: four ids are made for a claim, and formatting them
/// would cost a fiftieth of it.
fn push_hexadecimal(text: &mut String, number: u64, digits: usize) {
    let mut all = [b'0'; 16];
    for (place, digit) in all.iter_mut().rev().enumerate() {
        *digit = b"0123456789abcdef"[usize::from((number >> (4 * place)).to_le_bytes()[0] & 15)];
    }
    let significant = 16 - usize::try_from(number.leading_zeros() / 4).unwrap_or(0);
    let shown = &all[16 - significant.max(digits)..];
    text.push_str(std::str::from_utf8(shown).unwrap_or_else(|_| unreachable!("digits are letters")));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_g_11_chosen_ids_keep_a_narrow_alphabet() {
        for good in ["a", "A-Z.09_:x", "...", &"x".repeat(64)] {
            assert!(CampaignId::try_new(good).is_ok(), "{good}");
            assert!(ShopId::try_new(good).is_ok(), "{good}");
        }
        for bad in ["", " ", "a b", "ä", "a/b", "券", ".", "..", &"x".repeat(65)] {
            assert_eq!(BatchId::try_new(bad), Err(InvalidId::Chosen), "{bad}");
        }
        assert_eq!(ShopId::try_new(":platform"), Err(InvalidId::Chosen), "it stands for all of them");
        assert!(serde_json::from_str::<ShopId>("\"a b\"").is_err());
    }

    #[test]
    fn a_g_11_ids_of_the_platform_are_its_own_text() {
        let longest = "券".repeat(42) + "ab";
        for good in [
            "a",
            "张三丰88",
            "t***1",
            "a@b.cn",
            "#1001",
            "红色 T恤/XL",
            "a:b",
            "a|b%7C",
            "...",
            "=1+1",
            "'",
            "\u{feff}x",
            "🎁",
            &longest,
        ] {
            let id = OrderId::try_new(good).unwrap();
            assert_eq!(id.as_str(), good);
            let json = serde_json::to_string(&id).unwrap();
            assert_eq!(serde_json::from_str::<OrderId>(&json).unwrap(), id, "{json}");
        }
        let too_long = "x".repeat(129);
        for bad in [
            "",
            ".",
            "..",
            " a",
            "a ",
            "\u{3000}a",
            "a\u{a0}",
            "a\tb",
            "a\nb",
            "a\0",
            "\u{85}",
            "a\u{2028}b",
            "a\u{2029}",
            "a\u{7f}b",
            &too_long,
            &(longest.clone() + "c"),
            &"\u{e9}".repeat(65),
        ] {
            assert_eq!(Sku::try_new(bad), Err(InvalidId::Text), "{bad:?}");
            assert!(serde_json::from_value::<CustomerId>(bad.into()).is_err(), "{bad:?}");
        }
    }

    /// The same letter written in two ways is one id; two letters that only look alike are two.
    #[test]
    fn a_g_11_ids_are_brought_to_nfc_and_compared_by_bytes() {
        for (decomposed, composed) in
            [("Cafe\u{301}", "Caf\u{e9}"), ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"), ("\u{212b}", "\u{c5}")]
        {
            let id = CustomerId::try_new(decomposed).unwrap();
            assert_eq!(id, CustomerId::try_new(composed).unwrap());
            assert_eq!(id.as_str(), composed);
            let read: CustomerId = serde_json::from_value(decomposed.into()).unwrap();
            assert_eq!(read, id);
        }
        // 128 bytes in NFC, 384 as they came.
        assert!(LineId::try_new(&"\u{1112}\u{1161}".repeat(42)).is_ok());
        for (one, other) in [("Ａ1", "A1"), ("a1", "A1"), ("①", "1"), ("a  b", "a b")] {
            assert_ne!(OrderId::try_new(one).unwrap(), OrderId::try_new(other).unwrap());
        }
    }

    #[test]
    fn a_g_11_a_path_holds_an_id_as_one_part() {
        for (id, part) in [
            ("o-1.x_y:z~", "o-1.x_y:z~"),
            ("#1001", "%231001"),
            ("a/b?c=d&e%20", "a%2Fb%3Fc%3Dd%26e%2520"),
            ("红 T", "%E7%BA%A2%20T"),
        ] {
            assert_eq!(path_part(id), part);
        }
    }

    #[test]
    fn a_g_11_typed_codes_are_letters_and_digits() {
        let read = |typed: &str| letters_and_digits(typed).collect::<String>();
        for typed in [
            "AB12",
            "\tＡＢ１２\r\n",
            "A\u{a0}B\u{3000}1\u{200b}2",
            "A–B—1‑2",
            "\u{feff}A_B.1*2\u{200d}",
            "𝐀𝐁𝟏𝟐",
        ] {
            assert_eq!(read(typed), "AB12", "{typed:?}");
        }
        assert_eq!(read("券AB"), "券AB", "a letter is not dropped");
    }

    /// What callers name, what the server names, and what it makes of a caller's name for WeChat, are never the same.
    #[test]
    fn names_of_callers_and_of_the_server_never_meet() {
        let id = |text: &str| MessageId::try_new(text).unwrap();
        let made =
            id(&sequential(MessageId::SERVERS, crate::Instant::from_micros(1_794_326_400_123_000), 31));
        assert!(made.is_servers());
        for named in ["k1", "k1:w", "ms", "ms1", "w:k1", "MS_1", ":w"] {
            let twin = id(named).by_wechat().unwrap();
            assert!(!id(named).is_servers() && twin.is_servers() && twin != made, "{named}");
        }
        assert_ne!(id("k1:w"), id("k1").by_wechat().unwrap());
        assert!(id(&"x".repeat(59)).by_wechat().is_some() && id(&"x".repeat(60)).by_wechat().is_none());
    }

    #[test]
    fn sequential_ids_sort_by_time_then_number() {
        let at = |s: i64| crate::Instant::from_micros(s * 1_000_000);
        assert!(sequential("cp", at(10), 9) < sequential("cp", at(11), 1));
        assert!(sequential("cp", at(10), 9) < sequential("cp", at(10), 10));
        for (millis, number) in
            [(0, 0), (1_794_326_400_123, 0x1f), (i64::MAX / 1000, u64::MAX), (-5, 1 << 32)]
        {
            let at = crate::Instant::from_micros(millis * 1000);
            let millis = millis.max(0);
            assert_eq!(sequential("of", at, number), format!("of_{millis:011x}{number:08x}"));
        }
    }
}
