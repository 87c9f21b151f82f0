//! What documents say that stands in typed columns, too: for [`crate::inspect`], which compares the two.

use rusqlite::types::Value;

/// What a document says that stands in columns, too: their names and values.
pub type Columns = Vec<(&'static str, Value)>;

/// A number or null.
pub fn number(number: Option<i64>) -> Value {
    number.map_or(Value::Null, Value::Integer)
}

/// A text.
pub fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// A count of ours.
pub fn count(count: u64) -> Value {
    i64::try_from(count).map_or(Value::Null, Value::Integer)
}
