//! Any JSON at all, read to its end and forgotten: whether a text is JSON, without memory for what it holds.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// What was JSON. Unlike serde's `IgnoredAny` it looks into strings and figures, and does not go down for ever.
pub struct AnyJson;

impl<'de> Deserialize<'de> for AnyJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for AnyJson {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }
    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self, A::Error> {
        while fields.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, from_str};

    #[test]
    fn it_is_json_as_much_as_what_is_kept_would_be() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        for text in [
            "{\"a\":[1,-2,3.5e3,\"\\u00e9\",true,null,{}]}".to_owned(),
            deep(100),
            deep(200),
            "{\"a\":\"\\ud800\"}".into(),
            "{\"\\ud800\":1}".into(),
            "[1e999]".into(),
            "[01]".into(),
            "{1:2}".into(),
            "nul".into(),
            "\"\u{7}\"".into(),
            "{} {}".into(),
        ] {
            let (any, kept) = (from_str::<AnyJson>(&text), from_str::<Value>(&text));
            assert_eq!(
                any.err().map(|error| error.to_string()),
                kept.err().map(|error| error.to_string()),
                "{text}"
            );
        }
    }
}
