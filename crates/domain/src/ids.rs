//! Typed names. A `SKU` is never taken for an order, because the compiler reads along.
//!
//! Ids are the platform's strings: 1 to 64 characters of `A-Z a-z 0-9 . _ : -`. A value of these
//! types is always well-formed; a string becomes one only through `try_new` or deserialization.

use serde::{Deserialize, Deserializer, Serialize};
use smol_str::SmolStr;
use std::fmt;

/// Why a string is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is 1 to 64 characters of A-Z a-z 0-9 . _ : -")]
pub struct InvalidId;

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
            write!(f, "{}: 1 to 64 plain characters", self.0)
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            (self.1)(text).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
        }
    }
    d.deserialize_str(Text(what, read))
}

fn well_formed(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-'))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(SmolStr);

        impl $name {
            /// Takes a well-formed id.
            pub fn try_new(text: &str) -> Result<Self, InvalidId> {
                well_formed(text).then(|| Self(text.into())).ok_or(InvalidId)
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
                read_text(d, "an id", |text| Self::try_new(text).ok())
            }
        }
    )+};
}

ids! {
    /// A shop; the first part of every key.
    ShopId,
    /// An order, by the platform's number.
    OrderId,
    /// A buyer, by the platform's name for the person.
    CustomerId,
    /// A line of an order.
    LineId,
    /// A stock keeping unit.
    Sku,
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
    /// One attempt to pay.
    PaymentId,
    /// What a customer checks out at once: one order, or the parts of a merged one.
    CheckoutId,
    /// One refund.
    RefundId,
    /// One message to a customer.
    MessageId,
    /// A registered receiver of webhooks.
    WebhookId,
    /// A presale strategy of a shop.
    PresaleStrategyId,
    /// A gift strategy of a shop.
    GiftStrategyId,
}

impl ShopId {
    /// The row that stands for all shops together: limits that hold over the whole platform are
    /// counted under it. No shop may take this name.
    pub fn platform() -> Self {
        Self(":platform".into())
    }
}

/// Makes ids that sort by time: kind, milliseconds since 1970 and the shop's own running number,
/// both in hexadecimal. The same facts make the same id, so a decision can be made again.
pub fn sequential(kind: &str, at: crate::Instant, number: u64) -> String {
    let millis = (at.micros() / 1000).max(0);
    format!("{kind}_{millis:011x}{number:08x}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn ids_are_checked() {
        for good in ["a", "A-Z.09_:x", &"x".repeat(64)] {
            assert!(OrderId::try_new(good).is_ok(), "{good}");
        }
        for bad in ["", " ", "a b", "ä", "a/b", &"x".repeat(65)] {
            assert_eq!(OrderId::try_new(bad), Err(InvalidId), "{bad}");
        }
        assert!(serde_json::from_str::<Sku>("\"a b\"").is_err());
    }

    #[test]
    fn sequential_ids_sort_by_time_then_number() {
        let at = |s: i64| crate::Instant::from_micros(s * 1_000_000);
        assert!(sequential("cp", at(10), 9) < sequential("cp", at(11), 1));
        assert!(sequential("cp", at(10), 9) < sequential("cp", at(10), 10));
    }
}
