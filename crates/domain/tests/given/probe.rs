//! What a struct or an enum is read by: it is asked to read, and what it asks for is noted.

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor, value::Error as Refused};

macro_rules! refuse {
    ($($method:ident)+) => {
        $(fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Refused> {
            Err(neither())
        })+
    };
}

struct Probe<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Refused;
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Refused> {
        *self.0 = fields;
        Err(Refused::custom("a probe"))
    }
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        words: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Refused> {
        *self.0 = words;
        Err(Refused::custom("a probe"))
    }
    refuse! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf
        deserialize_option deserialize_unit deserialize_seq deserialize_map deserialize_identifier
        deserialize_ignored_any
    }
    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, _: V) -> Result<V::Value, Refused> {
        Err(neither())
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, _: V) -> Result<V::Value, Refused> {
        Err(neither())
    }
    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Refused> {
        Err(neither())
    }
    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        _: V,
    ) -> Result<V::Value, Refused> {
        Err(neither())
    }
}

fn neither() -> Refused {
    Refused::custom("neither a struct nor an enum")
}

/// The names of a struct's fields.
pub fn names<T: for<'de> Deserialize<'de>>() -> &'static [&'static str] {
    let mut found: &'static [&'static str] = &[];
    let read = T::deserialize(Probe(&mut found));
    assert!(read.is_err() && !found.is_empty(), "it is a struct or an enum");
    found
}

/// The words of an enum.
pub fn words<T: for<'de> Deserialize<'de>>() -> &'static [&'static str] {
    names::<T>()
}
