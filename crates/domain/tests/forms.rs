//! A form and the struct that it fills are one: names, words, defaults, limits, and what is told of each mistake.
#![allow(clippy::unwrap_used, reason = "tests")]

mod given;

use domain::campaign::field::{Field, Filled, Need, Type};
use domain::campaign::{Terms, Version, forms, post_payment, presale, promotion, recovery, sprint};
use domain::coupon::Bind;
use domain::{Code, Sentence, Violation};
use given::probe::{names, words};
use given::{at, shop, version};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Terms of each kind in which every field stands.
fn samples() -> Vec<(&'static forms::KindForm, Value)> {
    let stored = include_str!("given/stored_terms.txt").lines().skip(1).step_by(2);
    let read = |line: &str| serde_json::from_str::<Value>(line).unwrap()["terms"].take();
    forms::KINDS.iter().zip(stored.map(read)).collect()
}

/// Reads the struct as stores do, past the form.
fn stored(kind: &forms::KindForm, terms: &Value) -> Result<Terms, serde_json::Error> {
    serde_json::from_value(json!({"kind": kind.name, "terms": terms}))
}

/// The fields inside of one, and the way to them in a sample.
fn inside(of: &Type, way: &str) -> Option<(&'static [Field], String)> {
    if let Type::List(list) = of {
        return inside(list.of, &format!("{way}/0"));
    }
    if let Type::Object(fields) = of { Some((*fields, way.to_owned())) } else { None }
}

/// Every field of a form, those inside of others too, with the way to it in a sample.
fn fields(of: &'static [Field], at: &str) -> Vec<(&'static Field, String)> {
    let ways = of.iter().map(|field| (field, format!("{at}/{}", field.name)));
    ways.flat_map(|(field, way)| {
        let inner = inside(&field.of, &way).map_or(Vec::new(), |(inner, way)| fields(inner, &way));
        std::iter::once((field, way)).chain(inner)
    })
    .collect()
}

/// A sample with another value at a place.
fn with(sample: &Value, way: &str, value: Value) -> Value {
    let mut changed = sample.clone();
    if let Some(place) = changed.pointer_mut(way) {
        *place = value;
    } else {
        let (object, name) = way.rsplit_once('/').unwrap();
        changed.pointer_mut(object).unwrap()[name] = value;
    }
    changed
}
fn without(sample: &Value, way: &str) -> Value {
    let (object, name) = way.rsplit_once('/').unwrap();
    let mut changed = sample.clone();
    changed.pointer_mut(object).unwrap().as_object_mut().unwrap().remove(name);
    changed
}

/// `terms.tiers[0].spend` of `/tiers/0/spend`.
fn path(way: &str) -> String {
    way.split('/').skip(1).fold("terms".to_owned(), |path, step| match step.parse::<usize>() {
        Ok(index) => format!("{path}[{index}]"),
        Err(_) => format!("{path}.{step}"),
    })
}

/// What is wrong with terms, whether they can be read or not.
fn found(kind: &forms::KindForm, terms: &Value) -> Vec<Violation> {
    match kind.read(terms) {
        Err(found) => found,
        Ok(terms) => {
            let version = Version { terms, ..version(given::terms()) };
            version.violations(&shop(), at("09T00:00:00"))
        }
    }
}

/// The fields that are told of a struct, and the names that it is read by.
fn of<T: Filled + DeserializeOwned>() -> (&'static [Field], &'static [&'static str]) {
    (T::FIELDS, names::<T>())
}

#[test]
fn a_form_has_the_names_of_its_struct_in_their_order() {
    let window = |name: &str| {
        let field = presale::Terms::FIELDS.iter().find(|field| field.name == name).unwrap();
        (inside(&field.of, "").unwrap().0, names::<presale::Window>())
    };
    for (form, wanted) in [
        of::<recovery::Terms>(),
        of::<promotion::ItemTerms>(),
        of::<promotion::OrderTerms>(),
        of::<promotion::Tier>(),
        of::<promotion::GiftTerms>(),
        of::<promotion::Gift>(),
        of::<promotion::FloorTerms>(),
        of::<promotion::Floor>(),
        of::<presale::Terms>(),
        of::<presale::Item>(),
        of::<presale::Gain>(),
        of::<presale::Gift>(),
        window("deposit_window"),
        window("balance_window"),
    ] {
        let told: Vec<&str> = form.iter().map(|field| field.name).collect();
        assert_eq!(told, wanted);
    }
}

#[test]
fn a_choice_has_the_words_of_its_enum_in_their_order() {
    let known = [
        ("bind", words::<Bind>()),
        ("frequency_scope", words::<recovery::FrequencyScope>()),
        ("when.methods", words::<domain::order::Method>()),
        ("when.days", words::<post_payment::Day>()),
        ("pick", words::<promotion::Pick>()),
        ("presale_type", words::<presale::PresaleType>()),
        ("kind", words::<presale::GainKind>()),
        ("action.kind", words::<domain::reward::ActionKind>()),
        ("questions.kind", words::<domain::reward::QuestionKind>()),
        ("mode", words::<draw::Mode>()),
        ("entropy", words::<draw::EntropyPolicy>()),
        ("prizes.kind", words::<post_payment::PrizeKind>()),
        ("days", words::<post_payment::Day>()),
        ("prize.kind", words::<sprint::PrizeKind>()),
        ("tier_rule", words::<sprint::TierRule>()),
        ("counts_from", words::<domain::sprint::CountsFrom>()),
        ("award_by", words::<sprint::AwardBy>()),
    ];
    let mut seen = Vec::new();
    for kind in forms::KINDS {
        for (field, way) in fields(kind.form.fields, "") {
            let of = match field.of {
                Type::List(list) => *list.of,
                of => of,
            };
            if let Type::Choice(choices) = of {
                let told: Vec<&str> = choices.iter().map(|choice| choice.word).collect();
                let steps = way.split('/').filter(|step| step.parse::<usize>().is_err());
                let inner = steps.rev().take(2).collect::<Vec<_>>();
                let longer = format!("{}.{}", inner.last().unwrap(), inner[0]);
                let of_name = |wanted: &str| known.iter().find(|(name, _)| *name == wanted);
                let (name, wanted) = of_name(&longer).or_else(|| of_name(field.name)).unwrap();
                assert_eq!(told, *wanted, "{name}");
                // Parts that several kinds have are met again.
                if !seen.contains(name) {
                    seen.push(*name);
                }
            }
        }
    }
    assert_eq!(seen, known.map(|(name, _)| name));
}

#[test]
fn what_is_required_and_what_is_meant_where_it_is_left_out_are_the_structs() {
    for (kind, sample) in samples() {
        for (field, way) in fields(kind.form.fields, "") {
            let (left_out, name) = (without(&sample, &way), format!("{}{way}", kind.name));
            match field.need {
                Need::Required => {
                    assert!(stored(kind, &left_out).is_err(), "{name}");
                    let said = found(kind, &left_out);
                    let said: Vec<_> = said.iter().map(|v| (v.field.clone(), v.code)).collect();
                    assert_eq!(said, [(path(&way), Code::Required)], "{name}");
                }
                Need::Optional => {
                    let none = stored(kind, &with(&sample, &way, Value::Null)).unwrap();
                    assert_eq!(stored(kind, &left_out).unwrap(), none, "{name}");
                    assert_eq!(kind.read(&left_out).unwrap(), none, "{name}");
                }
                Need::Default(default) => {
                    let default = with(&sample, &way, serde_json::from_str(default).unwrap());
                    let meant = stored(kind, &default).unwrap();
                    assert_eq!(stored(kind, &left_out).unwrap(), meant, "{name}");
                    assert_eq!(kind.read(&default).unwrap(), meant, "{name}");
                }
            }
        }
    }
}

/// A value at an edge of a field's limits, and what is said of it.
type Edge = (Value, Option<(Code, Sentence)>);

/// A list of so many, made of what stands in the sample's list.
fn list_of(sample: &Value, length: usize) -> Value {
    let numbered = |number: usize| match &sample[0] {
        Value::Object(item) if item.contains_key("sku") && !item.contains_key("prize_id") => {
            with(&sample[0], "/sku", format!("s{number}").into())
        }
        Value::Object(item) => {
            let amount = ["spend", "min_paid"].into_iter().find(|name| item.contains_key(*name));
            let named = ["question_id", "prize_id"].into_iter().find(|name| item.contains_key(*name));
            match (amount, named) {
                (Some(name), _) => with(&sample[0], &format!("/{name}"), (10_000 + number).into()),
                (None, Some(name)) => with(&sample[0], &format!("/{name}"), format!("s{number}").into()),
                (None, None) => sample[0].clone(),
            }
        }
        _ => format!("s{number}").into(),
    };
    (0..length).map(numbered).collect()
}

/// The edges of a field's limits, from both sides.
fn edges(field: &Field, sample: &Value) -> Vec<Edge> {
    let number = |number: i64, fault| (json!(number), fault);
    match &field.of {
        Type::Whole(limits) => [limits.least - 1, limits.least, limits.most, limits.most + 1]
            .map(|edge| number(edge, limits.fault(edge.into())))
            .to_vec(),
        Type::Money(limits) => {
            let most = limits.most.map_or(vec![], |most| vec![most, most + 1]);
            let all = [limits.least - 1, limits.least].into_iter().chain(most);
            all.map(|edge| number(edge, limits.fault(edge.into()))).collect()
        }
        Type::List(limits) => {
            let lengths = [limits.least.saturating_sub(1), limits.least, limits.most, limits.most + 1];
            let list = |length| match limits.of {
                Type::Choice(_) => vec![sample[0].clone(); length].into(),
                _ => list_of(sample, length),
            };
            let edge = |length| (list(length), limits.fault(field.name, length));
            lengths.map(edge).to_vec()
        }
        Type::Percent
        | Type::Factor
        | Type::Flag
        | Type::Choice(_)
        | Type::Text(_)
        | Type::Id
        | Type::Moment
        | Type::Object(_) => Vec::new(),
    }
}

/// The least and the most are taken, the next value is refused at its place: no limit that is told goes unchecked.
#[test]
fn every_limit_is_held() {
    for (kind, sample) in samples() {
        for (field, way) in fields(kind.form.fields, "") {
            let edges = edges(field, sample.pointer(&way).unwrap_or(&Value::Null));
            let told: Vec<_> = edges.iter().filter_map(|(_, fault)| fault.clone()).collect();
            for (value, fault) in edges {
                let said = found(kind, &with(&sample, &way, value));
                let said = said.into_iter().filter(|v| v.field == path(&way)).map(|v| (v.code, v.message));
                let said: Vec<_> = said.filter(|said| told.contains(said)).collect();
                assert_eq!(said, fault.into_iter().collect::<Vec<_>>(), "{}{way}", kind.name);
            }
        }
    }
}

/// Segments are the caller's names: 1 to 64 characters, in any script.
#[test]
fn the_names_in_a_list_have_limits_of_their_own() {
    for (kind, sample) in samples().into_iter().filter(|(_, sample)| sample["segments"].is_array()) {
        for (name, good) in [("a".repeat(64), true), ("券".repeat(64), true), ("券".repeat(65), false)]
            .into_iter()
            .chain([(String::new(), false), ("a\u{7}".to_owned(), false)])
        {
            let said = found(kind, &with(&sample, "/segments", json!(["vip", name])));
            let said = said.iter().find(|v| v.field.starts_with("terms.segments"));
            let expected = (!good).then_some(("terms.segments[1]", Code::InvalidValue));
            assert_eq!(said.map(|v| (&*v.field, v.code)), expected, "{} {name}", kind.name);
        }
    }
}

/// Every mistake is named at once, by its place, with what would have done.
#[test]
fn every_mistake_is_named_by_its_place() {
    let words = "one of normal, no_price, three_tier, ultra_long, full_payment";
    let id = &domain::InvalidId::Text.to_string();
    for (way, value, field, message) in [
        ("/presale_type", json!("lottery"), "terms.presale_type", words),
        ("/presale_type", Value::Null, "terms.presale_type", words),
        ("/items", json!({}), "terms.items", "a list"),
        ("/items/0", json!(["A", 1]), "terms.items[0]", "an object"),
        ("/items/0/sku", json!("a "), "terms.items[0].sku", id),
        (
            "/items/1/deposit",
            json!(10.5),
            "terms.items[1].deposit",
            "an amount in minor units, a whole number",
        ),
        (
            "/items/1/deposit",
            Value::Null,
            "terms.items[1].deposit",
            "an amount in minor units, a whole number",
        ),
        (
            "/items/0/gain/multiplier",
            json!("x3"),
            "terms.items[0].gain.multiplier",
            "a multiplier is decimal text such as \"3\" or \"2.5\"",
        ),
        ("/sms", json!(1), "terms.sms", "true or false"),
        ("/ship_at", json!("soon"), "terms.ship_at", domain::time::WRITTEN),
        ("/deposit_max_percent", json!("20"), "terms.deposit_max_percent", "a whole number, 1 to 100"),
        ("/gifts/0/colour", json!("red"), "terms.gifts[0].colour", "not one of sku, quantity, first_n"),
    ] {
        let (kind, sample) = samples().into_iter().find(|(kind, _)| kind.name == "presale").unwrap();
        let said = found(kind, &with(&sample, way, value.clone()));
        assert_eq!(said, [Violation::with(field, Code::InvalidValue, message)], "{way} {value}");
    }
    let recovery = forms::kind("recovery").unwrap();
    let said = found(recovery, &json!({"spend": "100", "save": 5.5, "quantity": 10, "colour": 1}));
    let said: Vec<_> = said.iter().map(|v| (&*v.field, v.code)).collect();
    let wrong = [
        ("terms.colour", Code::InvalidValue),
        ("terms.trigger_after_minutes", Code::Required),
        ("terms.spend", Code::InvalidValue),
        ("terms.save", Code::InvalidValue),
    ];
    assert_eq!(said, wrong);
    let many: Vec<Value> = vec![json!(1); 1_000];
    let said = forms::kind("order_promotion").unwrap().read(&json!({ "tiers": many })).unwrap_err();
    assert_eq!((said.len(), &*said[99].field), (100, "terms.tiers[99]"));
    for no_object in [Value::Null, json!([]), json!("terms")] {
        assert_eq!(
            recovery.read(&no_object),
            Err(vec![Violation::with("terms", Code::Required, "an object")])
        );
    }
}

#[test]
fn every_example_could_be_published() {
    for kind in forms::KINDS {
        let terms = kind.read(&serde_json::from_str(kind.form.example).unwrap()).unwrap();
        assert_eq!(terms.kind(), kind.name);
        assert_eq!(terms.form().label, kind.form.label);
        let (starts_at, ends_at) = (at("2030-10-15T00:00:00"), at("2030-11-15T00:00:00"));
        let version = Version { starts_at, ends_at, terms, ..version(given::terms()) };
        assert_eq!(version.violations(&shop(), at("09T00:00:00")), [], "{}", kind.name);
    }
    assert_eq!(forms::KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>(), Terms::KINDS);
}

#[test]
fn everything_is_told_in_both_languages() {
    let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for kind in forms::KINDS {
        let mut all = vec![kind.form.label, kind.form.help];
        all.extend(kind.form.rules);
        for (field, _) in fields(kind.form.fields, "") {
            all.push(field.help);
            all.extend(field.fixed.map(|fixed| fixed.reason));
            assert!(!field.label.en.is_empty() && !field.label.zh.is_empty(), "{}", field.name);
            if let Type::Choice(choices) = field.of {
                all.extend(choices.iter().map(|choice| choice.label));
            }
        }
        for words in all {
            let english = words.en.is_ascii() && words.en.len() > 2;
            assert!(english && chinese(words.zh), "{}: {words:?}", kind.name);
        }
    }
}
