//! What providers tell afterwards: how a message fared, and what somebody answered.
//!
//! Reports come before the send's own answer, twice, several in one body, of strangers, and one for each segment
//! (A-S2-19): nothing is decided here. One element that cannot be read spoils no other. Bodies and the number of their
//! elements have limits.

use contacts::Phone;
use serde_json::value::RawValue;

use super::recipient::Recipient;

/// The most bytes of a body: thousands of reports.
pub const MOST_BYTES: usize = 1 << 20;
/// The most elements of a body.
pub const MOST_ELEMENTS: usize = 5_000;
/// The most bytes of a text in it: ids, codes, what somebody wrote.
const MOST_TEXT: usize = 2_000;

/// How a message, or a segment of it, fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Our id, where it comes back.
    pub our_id: Option<String>,
    /// The shop's id and the message's, where they come back apart.
    pub message: Option<(String, String)>,
    /// The provider's id, where it is told.
    pub provider_id: Option<String>,
    /// The number it was sent to. Only who signs may leave it out: what nobody signed counts for that number alone.
    pub phone: Option<Recipient>,
    /// Which segment, from 1, where they are told one by one.
    pub part: Option<u32>,
    /// Whether it arrived.
    pub is_delivered: bool,
    /// The carrier's or provider's code.
    pub code: String,
    /// How many segments the provider counts.
    pub segments: Option<u32>,
    /// Whether the provider takes money for it: what did not arrive is given back where it does not (A-S2-12).
    pub is_charged: bool,
    /// When, in microseconds since 1970.
    pub at_micros: Option<i64>,
}

/// What somebody answered to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Who.
    pub phone: Recipient,
    /// What.
    pub text: String,
    /// To which signature, where it is told.
    pub signature: Option<String>,
    /// When, in microseconds since 1970.
    pub at_micros: Option<i64>,
}

/// An element that cannot be read, or a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// Which element, from 0; `None` for the whole body.
    pub element: Option<usize>,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with an element or a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// More than [`MOST_BYTES`].
    TooLarge,
    /// More than [`MOST_ELEMENTS`].
    TooMany,
    /// Not JSON, or neither an object nor an array of objects.
    NotJson,
    /// This field is missing, or not what it should be.
    Field(&'static str),
}

/// The elements of a body, each read alone. A single object is a body of one.
pub(crate) fn elements<T>(
    body: &[u8],
    read: impl Fn(&serde_json::Map<String, serde_json::Value>) -> Result<T, &'static str>,
) -> Vec<Result<T, Bad>> {
    let whole = |why| vec![Err(Bad { element: None, why })];
    if body.len() > MOST_BYTES {
        return whole(Why::TooLarge);
    }
    let is_single = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let parts: Result<Vec<&RawValue>, _> = if is_single {
        serde_json::from_slice(body).map(|one| vec![one])
    } else {
        serde_json::from_slice(body)
    };
    let Ok(parts) = parts else { return whole(Why::NotJson) };
    if parts.len() > MOST_ELEMENTS {
        return whole(Why::TooMany);
    }
    let one = |(index, part): (usize, &&RawValue)| {
        let bad = |why| Bad { element: Some(index), why };
        let object = serde_json::from_str(part.get()).map_err(|_| bad(Why::NotJson))?;
        read(&object).map_err(|field| bad(Why::Field(field)))
    };
    parts.iter().enumerate().map(one).collect()
}

/// A field's text; a number stands for its digits. Nothing where it is missing, empty or too long.
pub(crate) fn text(object: &serde_json::Map<String, serde_json::Value>, field: &str) -> Option<String> {
    let text = match object.get(field)? {
        serde_json::Value::String(text) => text.trim().to_owned(),
        serde_json::Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text.len() <= MOST_TEXT).then_some(text)
}

/// A count, as a number or as its digits.
pub(crate) fn count(object: &serde_json::Map<String, serde_json::Value>, field: &str) -> Option<u32> {
    text(object, field)?.parse().ok()
}

/// A phone in E.164, however a provider writes it.
pub fn phone(text: &str) -> Option<Recipient> {
    Phone::told(text).ok().map(|phone| Recipient::new(phone.e164()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_brought_to_one_form() {
        for (given, expected) in [
            ("13800138000", Some("+8613800138000")),
            ("8613800138000", Some("+8613800138000")),
            ("+8613800138000", Some("+8613800138000")),
            ("008613800138000", Some("+8613800138000")),
            ("85251234567", Some("+85251234567")),
            ("+12125550123", Some("+12125550123")),
            ("12125550123", Some("+12125550123")),
            ("+13525550123", Some("+13525550123")),
            ("+86 138 0013 8001", Some("+8613800138001")),
            ("86-13800138002", Some("+8613800138002")),
            ("013800138003", Some("+8613800138003")),
            ("00852 51234567", Some("+85251234567")),
            ("138****8000", None),
            ("1380", None),
            ("1234567890123456", None),
            ("", None),
            ("+", None),
        ] {
            assert_eq!(phone(given), expected.map(Recipient::new), "{given}");
        }
    }

    #[test]
    fn a_body_has_its_limits_and_a_poisoned_element_spoils_no_other() {
        let read = |body: &[u8]| elements(body, |object| text(object, "a").ok_or("a"));
        let bad = |element, why| Err(Bad { element, why });
        let not_json = || vec![bad(None, Why::NotJson)];
        for (body, expected) in [
            (r#"{"a":"1"}"#, vec![Ok("1".to_owned())]),
            (r#" [{"a":"1"},{"a":2}] "#, vec![Ok("1".to_owned()), Ok("2".to_owned())]),
            (
                r#"[{"a":"1"},7,{"b":1},{"a":[]},{"a":"5"}]"#,
                vec![
                    Ok("1".to_owned()),
                    bad(Some(1), Why::NotJson),
                    bad(Some(2), Why::Field("a")),
                    bad(Some(3), Why::Field("a")),
                    Ok("5".to_owned()),
                ],
            ),
            ("[]", vec![]),
            ("", not_json()),
            ("<html>", not_json()),
            ("[{\"a\":1}", not_json()),
        ] {
            assert_eq!(read(body.as_bytes()), expected, "{body}");
        }
        let many = format!("[{}1]", "1,".repeat(MOST_ELEMENTS));
        assert_eq!(read(many.as_bytes()), [bad(None, Why::TooMany)]);
        let large = vec![b' '; MOST_BYTES + 1];
        assert_eq!(read(&large), [bad(None, Why::TooLarge)]);
    }
}
