//! The id that WeChat has for a customer of one mini-program.

use crate::Invalid;
use std::fmt;

/// An openid, as WeChat gave it: 28 letters today.
///
/// ```
/// use contacts::OpenId;
///
/// let id = OpenId::parse("oGZUI0egBJY1zhBYw2KhdUfwVJXy").unwrap();
/// assert_eq!((id.masked().as_str(), format!("{id:?}").as_str()), ("o***Xy", "OpenId(o***Xy)"));
/// assert!(["", "o", "oGZUI0egBJY1zhBYw2KhdUfwVJ XyZ", "订单"].into_iter().all(|text| OpenId::parse(text).is_err()));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpenId(String);

impl OpenId {
    /// Takes an id of the right shape.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let fine = (16..=64).contains(&text.len()) && text.bytes().all(letters);
        if fine { Ok(Self(text.to_owned())) } else { Err(Invalid::OpenId) }
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For people: `o***Xy`.
    pub fn masked(&self) -> String {
        format!("{}***{}", &self.0[..1], &self.0[self.0.len() - 2..])
    }
}

impl fmt::Debug for OpenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenId({})", self.masked())
    }
}
