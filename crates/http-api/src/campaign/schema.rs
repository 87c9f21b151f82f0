//! Fields of a form as JSON schema, for people with their English label and help.
//!
//! `x-form` holds what a form needs and JSON schema has no word for: what the field holds (`of`), the Chinese label
//! and help, the unit, what the words of a choice say, why it is fixed once published, the order of an object's
//! fields. It is one extension and not several, as extensions are kept without an order and the document shall be
//! the same every time.

use domain::campaign::field::{Choice, Field, Need, Type, Whole, Words};
use domain::limits::AMOUNT_MINOR;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use utoipa::openapi::RefOr;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType,
    Type as JsonType,
};

/// A percentage: above 0, at most 100, two decimals.
const PERCENT: &str = r"^(100|[1-9][0-9]?(\.[0-9]{1,2})?|0\.(0[1-9]|[1-9][0-9]?))$";
/// A factor.
const FACTOR: &str = r"^[0-9]+(\.[0-9]+)?$";
/// An id of the platform's: no control character, no line or paragraph separator. Its blanks and its bytes are told
/// in words.
const ID: &str = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]+$";
/// Characters of such an id, each of one byte or more.
const ID_LENGTH: usize = 128;

/// How much is told of a field beside its shape.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// All that a form shows.
    Form,
    /// What it does.
    Sentence,
}

/// An object of these fields, as it is sent whole.
pub fn whole(fields: &[Field], form: Map<String, Value>) -> ObjectBuilder {
    object(fields, Detail::Form).extensions(extension(in_order(fields, form).into()))
}

/// An object of those of the fields that are to change. What is left out stays as it is, so nothing is required and
/// nothing has a default; `null` takes away what is optional.
pub fn change(fields: &[Field]) -> ObjectBuilder {
    let mut object = ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(false)));
    for field in fields {
        let null = (field.need == Need::Optional).then_some(JsonType::Null);
        let told = Told { description: Some(description(field)), ..Told::default() };
        object = object.property(field.name, value(&field.of, Detail::Sentence, null, told));
    }
    object
}

fn object(fields: &[Field], detail: Detail) -> ObjectBuilder {
    let mut object = ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(false)));
    for field in fields {
        object = object.property(field.name, property(field, detail));
        if field.need == Need::Required {
            object = object.required(field.name);
        }
    }
    object
}

/// Adds the names of the fields in the order of a form: JSON keeps none.
fn in_order(fields: &[Field], mut form: Map<String, Value>) -> Map<String, Value> {
    form.insert("fields".to_owned(), fields.iter().map(|field| field.name).collect());
    form
}

/// What a form needs, as the one extension; none where there is nothing to tell.
pub fn extension(form: Value) -> Option<Extensions> {
    let told = form.as_object().is_some_and(|form| !form.is_empty());
    told.then(|| [("x-form", form)].into_iter().collect())
}

/// Words of both languages.
pub fn both(words: &Words) -> Value {
    json!({"en": words.en, "zh": words.zh})
}

/// What is told of a value beside its shape.
#[derive(Default)]
struct Told {
    title: Option<&'static str>,
    description: Option<String>,
    default: Option<Value>,
    form: Map<String, Value>,
}

fn property(field: &Field, detail: Detail) -> Schema {
    let mut told = Told { description: Some(description(field)), ..Told::default() };
    if let Need::Default(json) = field.need {
        told.default = Some(serde_json::from_str(json).expect("a default is JSON: tests/forms.rs"));
    }
    if detail == Detail::Form {
        told.title = Some(field.label.en);
        told.form.insert("label_zh".to_owned(), field.label.zh.into());
        told.form.insert("help_zh".to_owned(), field.help.zh.into());
        told.form.extend(field.fixed.map(|fixed| ("fixed".to_owned(), both(&fixed.reason))));
    }
    value(&field.of, detail, None, told)
}

/// What a field does, how it is written where its shape does not tell, and what its words say.
fn description(field: &Field) -> String {
    let mut told = field.help.en.to_owned();
    if let Some(written) = field.of.written() {
        let _ = write!(told, " Written {}.", written.en);
    }
    if let Type::Choice(choices) = field.of {
        for choice in choices {
            let _ = write!(told, "\n- `{}`: {}", choice.word, choice.label.en);
        }
    }
    told
}

/// A value of that type, or of another JSON type beside it.
fn value(of: &Type, detail: Detail, beside: Option<JsonType>, mut told: Told) -> Schema {
    if detail == Detail::Form {
        told.form.extend(shown(of));
    }
    if let Type::List(list) = of {
        let items = RefOr::T(value(list.of, detail, None, Told::default()));
        let array = ArrayBuilder::new().schema_type(types(of, beside)).items(items);
        let array = array.min_items((list.least > 0).then_some(list.least)).max_items(Some(list.most));
        let array = array.title(told.title).description(told.description).default(told.default);
        return array.extensions(extension(told.form.into())).build().into();
    }
    let mut object = shape(of, detail).schema_type(types(of, beside)).build();
    object.title = told.title.map(str::to_owned);
    object.description = told.description;
    object.default = told.default;
    object.extensions = extension(told.form.into());
    object.into()
}

/// How a form shows a value.
fn shown(of: &Type) -> Map<String, Value> {
    let mut form = Map::new();
    form.insert("of".to_owned(), of.name().into());
    if let Type::Object(fields) = of {
        form = in_order(fields, form);
    }
    if let Type::Whole(Whole { unit: Some(unit), .. }) = of {
        form.insert("unit".to_owned(), both(&unit.label()));
    }
    if let Type::Choice(choices) = of {
        let word =
            |choice: &Choice| json!({"word": choice.word, "en": choice.label.en, "zh": choice.label.zh});
        form.insert("choices".to_owned(), choices.iter().map(word).collect());
    }
    form
}

/// The limits of a value.
fn shape(of: &Type, detail: Detail) -> ObjectBuilder {
    let value = ObjectBuilder::new();
    let format = |known: KnownFormat| Some(SchemaFormat::KnownFormat(known));
    match of {
        Type::Whole(limits) => {
            value.format(format(KnownFormat::Int64)).minimum(Some(limits.least)).maximum(Some(limits.most))
        }
        Type::Money(limits) => {
            // What another field bounds has for its limit the largest amount that there is.
            let most = limits.most.unwrap_or(AMOUNT_MINOR);
            value.format(format(KnownFormat::Int64)).minimum(Some(limits.least)).maximum(Some(most))
        }
        Type::Percent => value.minimum(Some(1)).maximum(Some(100)).pattern(Some(PERCENT)),
        Type::Factor => {
            value.minimum(Some(0)).maximum(Some(u32::MAX)).max_length(Some(16)).pattern(Some(FACTOR))
        }
        Type::Choice(choices) => value.enum_values(Some(choices.iter().map(|choice| choice.word))),
        Type::Text(limits) => {
            value.min_length(limits.most.is_some().then_some(limits.least)).max_length(limits.most)
        }
        Type::Id => value.min_length(Some(1)).max_length(Some(ID_LENGTH)).pattern(Some(ID)),
        Type::Moment => value.format(format(KnownFormat::DateTime)),
        Type::Object(fields) => object(fields, detail),
        Type::Flag | Type::List(_) => value,
    }
}

/// What a value is in JSON.
fn types(of: &Type, beside: Option<JsonType>) -> SchemaType {
    let all: &[JsonType] = match of {
        Type::Whole(_) | Type::Money(_) => &[JsonType::Integer],
        Type::Percent | Type::Factor => &[JsonType::Integer, JsonType::String],
        Type::Flag => &[JsonType::Boolean],
        Type::Choice(_) | Type::Text(_) | Type::Id | Type::Moment => &[JsonType::String],
        Type::Object(_) => &[JsonType::Object],
        Type::List(_) => &[JsonType::Array],
    };
    match (all, beside) {
        ([one], None) => SchemaType::Type(one.clone()),
        (all, beside) => all.iter().cloned().chain(beside).collect(),
    }
}
