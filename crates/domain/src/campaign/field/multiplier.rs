//! The factor of an expansion, exact as it was written.

use money::Rate;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A factor above 1, as decimal text: `"3"`, `"2.5"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multiplier {
    text: Box<str>,
    rate: Rate,
}

impl Multiplier {
    /// Reads decimal text; `None` when it is not that.
    pub fn read(text: &str) -> Option<Self> {
        let rate = Rate::from_decimal(text).ok().filter(|_| text.len() <= 16)?;
        Some(Self { text: text.into(), rate })
    }
    /// The exact factor.
    pub const fn rate(&self) -> Rate {
        self.rate
    }
}

impl Serialize for Multiplier {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.text)
    }
}
impl<'de> Deserialize<'de> for Multiplier {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Wire {
            Whole(u32),
            Text(String),
        }
        let wrong = || D::Error::custom("a multiplier is decimal text such as \"3\" or \"2.5\"");
        let text = match Wire::deserialize(d).map_err(|_| wrong())? {
            Wire::Whole(number) => number.to_string(),
            Wire::Text(text) => text,
        };
        Self::read(&text).ok_or_else(wrong)
    }
}
