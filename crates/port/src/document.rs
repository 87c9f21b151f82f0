//! Stored documents: JSON with the version of its shape, which every store reads and writes through here.
//!
//! Always holds: a version that this program does not know is neither read nor written over. The version is the
//! first field, `v`, so that it is seen without reading the rest; version 1 goes without, as documents were written
//! before there were versions. Fields that may be missing are added without a new version. For any other change one
//! release learns to read the next version, and only the one after writes it: of several nodes some run the older
//! program for a while.

use serde::{Serialize, de::DeserializeOwned};
use std::fmt;

/// A document of its own in a store. Its type refuses no unknown fields, for one of them is the version.
pub trait Document: Serialize + DeserializeOwned {
    /// The version that is written, and the newest that is read.
    const VERSION: u32 = 1;

    /// Reads an older version. Landed ones stand in `testkit/golden`.
    fn read_older(version: u32, text: &str) -> serde_json::Result<Self> {
        debug_assert!(version < Self::VERSION);
        serde_json::from_str(text)
    }
}

/// The documents that a store keeps, each with its kind, handed to the macro that is named. Landed samples of a kind stand in
/// `testkit/golden/KIND`; a document that is not listed here is none.
#[macro_export]
macro_rules! documents {
    ($use:ident) => {
        $use! {
            addressee: domain::message::addressee::Addressee,
            batch: domain::coupon::BatchRecord,
            campaign: domain::campaign::Campaign,
            centre: domain::message::office::Centre,
            counters: domain::campaign::Counters,
            early_reports: $crate::EarlyReports,
            gap: domain::pool::Gap,
            gift_run: domain::pool::Run,
            gift_strategy: domain::pool::GiftRecord,
            import: $crate::Import,
            number: domain::message::numbers::Number,
            order: domain::order::Order,
            pack: $crate::PackRow,
            parked: $crate::Parked,
            pass: domain::pool::Pass,
            pool_order: domain::pool::PoolOrder,
            presale_strategy: domain::pool::PresaleStrategy,
            reward: domain::reward::Reward,
            reward_book: domain::reward::Book,
            reward_charter: domain::reward::Charter,
            reward_taker: domain::reward::Taker,
            sending: domain::message::sending::Sending,
            shop: domain::shop::Shop,
            sprint: domain::sprint::SprintBook,
            sprint_invitation: domain::campaign::sprint::Invitation,
            sprint_member: domain::sprint::Member,
            sprint_plan: domain::campaign::sprint::Plan,
            standing: domain::customer::Standing,
            wallet: domain::message::wallet::Wallet,
            webhook: $crate::Webhook,
        }
    };
}

/// Each is in its first version; one that gets another says so here.
macro_rules! listed {
    ($($kind:ident: $document:ty,)+) => {
        $(impl Document for $document {})+
    };
}

documents!(listed);

impl Document for Box<domain::pool::PoolOrder> {}

/// Why a document cannot be read.
#[derive(Debug)]
pub enum Unreadable {
    /// A newer program wrote it.
    Newer {
        /// Its version.
        version: u32,
        /// The newest that is known here.
        known: u32,
    },
    /// It is not what it should be.
    Broken(serde_json::Error),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newer { version, known } => write!(
                f,
                "a newer program wrote it in version {version}, this one knows {known} and leaves it as it is; update this one"
            ),
            Self::Broken(error) => error.fmt(f),
        }
    }
}

const FIRST: &str = "{\"v\":";

/// The version that a document says, 1 where it says none.
fn version_of(text: &str) -> u32 {
    let Some(rest) = text.strip_prefix(FIRST) else { return 1 };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest[..digits].parse().unwrap_or(u32::MAX)
}

/// Reads a document.
pub fn read<D: Document>(text: &str) -> Result<D, Unreadable> {
    let version = version_of(text);
    if version > D::VERSION {
        return Err(Unreadable::Newer { version, known: D::VERSION });
    }
    let read = if version < D::VERSION { D::read_older(version, text) } else { serde_json::from_str(text) };
    read.map_err(Unreadable::Broken)
}

/// Writes a document behind what is in the buffer.
pub fn write<D: Document>(document: &D, to: &mut Vec<u8>) -> serde_json::Result<()> {
    let start = to.len();
    serde_json::to_writer(&mut *to, document)?;
    if D::VERSION > 1 {
        // Every document has a field, so its brace makes way for the version and a comma.
        to.splice(start..=start, format!("{FIRST}{},", D::VERSION).into_bytes());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    /// A shape that has changed once: what was a number of seconds is one of minutes.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Wait {
        minutes: u32,
    }

    impl Document for Wait {
        const VERSION: u32 = 2;

        fn read_older(_: u32, text: &str) -> serde_json::Result<Self> {
            #[derive(Deserialize)]
            struct First {
                seconds: u32,
            }
            serde_json::from_str(text).map(|First { seconds }| Self { minutes: seconds / 60 })
        }
    }

    fn written(wait: &Wait) -> String {
        let mut text = b"before ".to_vec();
        write(wait, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_version_is_the_first_field() {
        assert_eq!(written(&Wait { minutes: 5 }), r#"before {"v":2,"minutes":5}"#);
        assert_eq!(read::<Wait>(r#"{"v":2,"minutes":5}"#).unwrap(), Wait { minutes: 5 });
    }

    /// A document without a version is of the first.
    #[test]
    fn an_older_version_is_read_as_it_was_meant() {
        assert_eq!(read::<Wait>(r#"{"seconds":300}"#).unwrap(), Wait { minutes: 5 });
        assert!(matches!(read::<Wait>(r#"{"minutes":5}"#), Err(Unreadable::Broken(_))));
    }

    #[test]
    fn a_newer_version_is_left_alone() {
        for newer in [r#"{"v":3,"hours":1}"#, r#"{"v":3}"#, r#"{"v":99999999999,"minutes":5}"#] {
            assert!(matches!(read::<Wait>(newer), Err(Unreadable::Newer { known: 2, .. })), "{newer}");
        }
        let error = read::<Wait>(r#"{"v":3,"minutes":5}"#).unwrap_err().to_string();
        assert!(error.contains("version 3") && error.contains("update"), "{error}");
    }
}
