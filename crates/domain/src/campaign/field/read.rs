//! JSON against a form: unknown names, missing fields and wrong types, each by its path, as many as are of use.

use super::multiplier::Multiplier;
use super::path::Path;
use super::types::{Fault, Field, Need, Type};
use crate::campaign::promotion::PercentOff;
use crate::{Code, Instant, InvalidId, Sentence, Sku, Violation, limits, time};
use serde::Deserialize;
use serde_json::Value;

/// Reads an object of these fields; `at` leads to it.
pub fn read<T: for<'v> Deserialize<'v>>(
    fields: &'static [Field],
    value: &Value,
    at: &str,
) -> Result<T, Vec<Violation>> {
    if !value.is_object() {
        return Err(vec![Violation::with(at, Code::Required, "an object")]);
    }
    let mut faults = Faults::default();
    faults.object(fields, value, &Path::Root(at));
    if !faults.misread.is_empty() {
        return Err(faults.misread);
    }
    // A number can be so far outside its limits that the struct has no room for it.
    T::deserialize(value).map_err(|error| {
        let unforeseen = || vec![Violation::with(at, Code::InvalidValue, error.to_string())];
        if faults.outside.is_empty() { unforeseen() } else { faults.outside }
    })
}

/// What is wrong: what cannot be read, and numbers outside their limits, which are another's to judge where they
/// can be read.
#[derive(Default)]
struct Faults {
    misread: Vec<Violation>,
    outside: Vec<Violation>,
}

impl Faults {
    fn object(&mut self, fields: &'static [Field], value: &Value, path: &Path<'_>) {
        let Some(given) = value.as_object() else {
            return self.misread(path, Code::InvalidValue, "an object");
        };
        let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
        let unknown = given.keys().filter(|name| !known.contains(&name.as_str()));
        for name in unknown.take(limits::NAMED_MISTAKES) {
            self.misread(
                &Path::Field(path, name),
                Code::InvalidValue,
                format!("not one of {}", known.join(", ")),
            );
        }
        for field in fields {
            let path = Path::Field(path, field.name);
            match (given.get(field.name), field.need) {
                (None, Need::Required) => self.misread(&path, Code::Required, "this field is required"),
                (None, Need::Optional | Need::Default(_)) | (Some(Value::Null), Need::Optional) => {}
                (Some(value), Need::Required | Need::Optional | Need::Default(_)) => {
                    self.value(&field.of, value, &path);
                }
            }
        }
    }

    fn value(&mut self, of: &'static Type, value: &Value, path: &Path<'_>) {
        let readable = match of {
            Type::Whole(limits) => {
                let number = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
                self.outside(path, number.and_then(|number| limits.fault(number)));
                number.is_some()
            }
            Type::Money(limits) => {
                let minor = value.as_i64().map(i128::from);
                self.outside(path, minor.and_then(|minor| limits.fault(minor)));
                minor.is_some()
            }
            Type::Object(fields) => return self.object(fields, value, path),
            Type::List(list) => match value.as_array() {
                Some(items) => {
                    for (index, item) in items.iter().enumerate() {
                        self.value(list.of, item, &Path::Item(path, index));
                        if self.misread.len() >= limits::NAMED_MISTAKES {
                            break;
                        }
                    }
                    true
                }
                None => false,
            },
            Type::Percent => PercentOff::deserialize(value).is_ok(),
            Type::Factor => Multiplier::deserialize(value).is_ok(),
            Type::Flag => value.is_boolean(),
            Type::Choice(choices) => choices.iter().any(|choice| value.as_str() == Some(choice.word)),
            Type::Text(_) => value.is_string(),
            Type::Id => value.as_str().is_some_and(|text| Sku::try_new(text).is_ok()),
            Type::Moment => value.as_str().is_some_and(|text| Instant::parse(text).is_some()),
        };
        if !readable {
            self.misread(path, Code::InvalidValue, expected(of));
        }
    }

    fn outside(&mut self, path: &Path<'_>, fault: Option<Fault>) {
        if let Some((code, message)) = fault.filter(|_| self.outside.len() < limits::NAMED_MISTAKES) {
            self.outside.push(Violation::with(path.to_string(), code, message));
        }
    }
    fn misread(&mut self, path: &Path<'_>, code: Code, message: impl Into<Sentence>) {
        if self.misread.len() < limits::NAMED_MISTAKES {
            self.misread.push(Violation::with(path.to_string(), code, message));
        }
    }
}

/// What would have done in the place of what cannot be read.
fn expected(of: &Type) -> String {
    match of {
        Type::Whole(limits) => return format!("a whole number, {} to {}", limits.least, limits.most),
        Type::Choice(choices) => {
            let words: Vec<&str> = choices.iter().map(|choice| choice.word).collect();
            return format!("one of {}", words.join(", "));
        }
        Type::Money(_) => "an amount in minor units, a whole number",
        Type::Percent => "a percentage: a whole number 1 to 100, or a text such as \"12.5\"",
        Type::Factor => "a multiplier is decimal text such as \"3\" or \"2.5\"",
        Type::Flag => "true or false",
        Type::Text(_) => "a text",
        Type::Id => return InvalidId::Text.to_string(),
        Type::Moment => time::WRITTEN,
        Type::Object(_) => "an object",
        Type::List(_) => "a list",
    }
    .to_owned()
}
