//! To whom a message goes, as the provider needs it. It shows itself masked everywhere but where it is exposed on
//! purpose.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A phone in E.164, an openid of `WeChat`, or an e-mail address.
///
/// ```
/// # use relay::message::Recipient;
/// let buyer = Recipient::new("+8613800138000");
/// assert_eq!(format!("{buyer:?} {buyer}"), "+86138****8000 +86138****8000");
/// assert_eq!(buyer.expose(), "+8613800138000");
/// assert_eq!(Recipient::new("ada@example.com").to_string(), "a***@example.com");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Recipient(String);

impl Recipient {
    /// Whatever it is: the provider judges it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// In full, for the provider alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&masked(&self.0))
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&masked(&self.0))
    }
}

/// Enough to tell two apart in a log, too little to write to either.
fn masked(text: &str) -> String {
    if let Some((name, place)) = text.split_once('@') {
        return format!("{}***@{place}", name.chars().take(1).collect::<String>());
    }
    let signs: Vec<char> = text.chars().collect();
    let is_phone = signs.iter().skip(1).all(char::is_ascii_digit) && signs.len() > 6;
    let (head, tail) = match signs.len() {
        _ if !is_phone => (signs.len().min(8) / 2, 0),
        11.. => (signs.len() - 8, 4),
        _ => (2, 2),
    };
    let shown = |part: &[char]| part.iter().collect::<String>();
    format!("{}****{}", shown(&signs[..head]), shown(&signs[signs.len() - tail..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_can_be_reached_by_what_is_shown() {
        for (whole, shown) in [
            ("+8613800138000", "+86138****8000"),
            ("13800138000", "138****8000"),
            ("+85251234567", "+852****4567"),
            ("1380013", "13****13"),
            ("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "oUpF****"),
            ("ab", "a****"),
            ("", "****"),
            ("张三", "张****"),
            ("@", "***@"),
        ] {
            assert_eq!(Recipient::new(whole).to_string(), shown);
        }
    }
}
