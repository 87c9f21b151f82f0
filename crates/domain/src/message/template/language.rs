//! A language as templates name it: `zh` or `en`.

use crate::Lang;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

/// What is spoken where a template does not say.
pub const fn chinese() -> Lang {
    Lang::Zh
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
pub fn serialize<S: Serializer>(language: &Lang, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(language.pick("en", "zh"))
}

pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Lang, D::Error> {
    match String::deserialize(d)?.as_str() {
        "zh" => Ok(Lang::Zh),
        "en" => Ok(Lang::En),
        other => Err(D::Error::unknown_variant(other, &["zh", "en"])),
    }
}
