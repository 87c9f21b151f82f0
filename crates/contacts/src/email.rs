//! E-mail addresses, as far as their shape goes.

use crate::Invalid;
use std::fmt;

/// An address in ASCII; its domain in small letters.
///
/// ```
/// use contacts::Email;
///
/// let email = Email::parse(" Anna.Li@Example.COM ").unwrap();
/// assert_eq!((email.as_str(), email.masked().as_str()), ("Anna.Li@example.com", "A***@example.com"));
/// assert_eq!(format!("{email:?}"), "Email(A***@example.com)");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

impl Email {
    /// Takes an address as RFC 5321 writes it, without quotes and comments.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(Invalid::Email)?;
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
        let dots = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
        let own = (1..=64).contains(&local.len()) && local.bytes().all(letters) && dots;
        if own && text.len() <= 254 && is_domain(domain) {
            Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
        } else {
            Err(Invalid::Email)
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For people: `a***@example.com`.
    pub fn masked(&self) -> String {
        let domain = self.0.rsplit_once('@').map_or("", |(_, domain)| domain);
        format!("{}***@{domain}", &self.0[..1])
    }
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        let letters = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        letters && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    let top = text.rsplit('.').next().unwrap_or_default();
    text.contains('.')
        && text.split('.').all(label)
        && top.len() > 1
        && !top.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email({})", self.masked())
    }
}
