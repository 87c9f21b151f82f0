//! The document tells what the forms tell: campaigns by kind, with limits, defaults and words.
#![allow(clippy::unwrap_used, reason = "tests")]

use domain::campaign::field::{Field, Need, Type};
use domain::campaign::{COMPARISONS, FIGURES, Terms, Unit, forms};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn document() -> Value {
    serde_json::to_value(http_api::openapi()).unwrap()
}

/// The schema that a reference leads to.
fn named<'a>(document: &'a Value, reference: &Value) -> &'a Value {
    document.pointer(&reference.as_str().unwrap()[1..]).unwrap()
}

/// Two types of one name would be one schema: the answers of one of them would break it. The document itself cannot tell.
#[test]
fn no_two_schemas_have_one_name() {
    let mut named: BTreeMap<String, PathBuf> = BTreeMap::new();
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let source = fs::read_to_string(&path).unwrap();
        let mut is_schema = false;
        for line in source.lines() {
            is_schema |= line.starts_with("#[derive(") && line.contains("ToSchema");
            let name = ["pub struct ", "pub enum ", "pub(crate) struct ", "struct ", "enum "];
            let Some(rest) = name.iter().find_map(|word| line.strip_prefix(word)) else { continue };
            let name = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap();
            if std::mem::take(&mut is_schema) {
                let other = named.insert(name.to_owned(), path.clone());
                assert_eq!(other, None, "{name} is in {} too", path.display());
            }
        }
    }
    assert!(named.len() > 100, "only {} schemas were found", named.len());
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let found = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    found.filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}

#[test]
fn a_campaign_is_one_of_its_kinds_told_apart_by_its_kind() {
    let document = document();
    for name in ["CampaignRequest", "CampaignView"] {
        let schema = &document["components"]["schemas"][name];
        assert_eq!(schema["discriminator"]["propertyName"], "kind", "{name}");
        let mapping = schema["discriminator"]["mapping"].as_object().unwrap();
        let branches: Vec<&Value> =
            schema["oneOf"].as_array().unwrap().iter().map(|branch| &branch["$ref"]).collect();
        assert_eq!(mapping.len(), branches.len(), "{name}");
        for (kind, branch) in Terms::KINDS.iter().zip(branches) {
            assert_eq!(&mapping[*kind], branch, "{name}");
            let branch = named(&document, branch);
            assert_eq!(branch["properties"]["kind"]["enum"], json!([kind]), "{name}");
            for needed in ["kind", "name", "starts_at", "ends_at", "terms"] {
                assert!(branch["required"].as_array().unwrap().contains(&needed.into()), "{name} {needed}");
            }
            let terms = named(&document, &branch["properties"]["terms"]["$ref"]);
            let form = &forms::kind(kind).unwrap().form;
            assert_eq!(terms["x-form"]["label_zh"], form.label.zh);
            assert_eq!(terms["examples"][0], serde_json::from_str::<Value>(form.example).unwrap());
            told(form.fields, terms, kind);
        }
    }
}

/// Holds an object's schema against the fields that it is made of.
fn told(fields: &[Field], schema: &Value, at: &str) {
    assert_eq!(schema["additionalProperties"], false, "{at}");
    let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    assert_eq!(schema["x-form"]["fields"], json!(names), "{at}");
    assert_eq!(schema["properties"].as_object().unwrap().len(), names.len(), "{at}");
    let required = |name: &str| schema["required"].as_array().is_some_and(|all| all.contains(&name.into()));
    for field in fields {
        let (property, at) = (&schema["properties"][field.name], format!("{at}.{}", field.name));
        assert_eq!(required(field.name), field.need == Need::Required, "{at}");
        if let Need::Default(default) = field.need {
            assert_eq!(property["default"], serde_json::from_str::<Value>(default).unwrap(), "{at}");
        }
        assert_eq!(property["title"], field.label.en, "{at}");
        assert_eq!(property["x-form"]["label_zh"], field.label.zh, "{at}");
        assert_eq!(property["x-form"]["help_zh"], field.help.zh, "{at}");
        assert!(property["description"].as_str().unwrap().starts_with(field.help.en), "{at}");
        match &field.of {
            Type::Object(fields) => told(fields, property, &at),
            Type::List(list) => {
                if let Type::Object(fields) = list.of {
                    told(fields, &property["items"], &at);
                }
            }
            Type::Whole(_)
            | Type::Money(_)
            | Type::Percent
            | Type::Factor
            | Type::Flag
            | Type::Choice(_)
            | Type::Text(_)
            | Type::Id
            | Type::Moment => {}
        }
    }
}

/// Where in the schemas, and what stands there.
const TOLD: &str = r#"
RecoveryTerms/properties/trigger_after_minutes/minimum       5
RecoveryTerms/properties/trigger_after_minutes/maximum       120
RecoveryTerms/properties/trigger_after_minutes/x-form/unit   {"en": "minutes", "zh": "分钟"}
RecoveryTerms/properties/save/maximum                        1000000000000
RecoveryTerms/properties/bind/enum                           ["origin_order", "shop_scope"]
RecoveryTerms/properties/bind/x-form/choices/0/zh            "仅限展示优惠券的原订单"
RecoveryTerms/properties/frequency_scope/x-form/fixed/en     "the campaign is published and its claims are counted"
ItemPromotionTerms/properties/percent_off/type               ["integer", "string"]
ItemPromotionTerms/properties/segments/maxItems              50
ItemPromotionTerms/properties/segments/items/maxLength       64
OrderPromotionTerms/properties/tiers/minItems                1
OrderPromotionTerms/properties/tiers/items/required          ["spend"]
OrderPromotionTerms/properties/priority/minimum              -2147483648
GiftPromotionTerms/properties/main_skus/items/pattern        "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]+$"
GiftPromotionTerms/properties/main_skus/items/maxLength      128
PresaleTerms/properties/ship_at/format                       "date-time"
PresaleTerms/properties/items/items/properties/gain/default  {"kind": "none"}
PresaleTerms/properties/gifts/default                        []
PriceFloorTerms/properties/floors/maxItems                   20000
PriceFloorTermsChange/properties/floors/minItems             1
ItemPromotionTermsChange/properties/price/type               ["integer", "null"]
"#;

#[test]
fn limits_defaults_and_words_stand_in_the_document() {
    let document = document();
    for line in TOLD.trim().lines() {
        let (pointer, value) = line.split_once(' ').unwrap();
        let found = document.pointer(&format!("/components/schemas/{pointer}"));
        assert_eq!(found, Some(&serde_json::from_str(value.trim()).unwrap()), "{pointer}");
    }
}

/// A change says nothing of what it leaves alone: nothing in it is required, and nothing has a default.
#[test]
fn a_change_may_leave_everything_out() {
    let document = document();
    let change = &document["components"]["schemas"]["CampaignChange"];
    assert!(change.get("required").is_none() && change["properties"].get("publish").is_none());
    let terms = change["properties"]["terms"]["anyOf"].as_array().unwrap();
    assert_eq!(terms.len(), Terms::KINDS.len());
    for (kind, reference) in forms::KINDS.iter().zip(terms) {
        let terms = named(&document, &reference["$ref"]);
        assert!(terms.get("required").is_none());
        let properties = terms["properties"].as_object().unwrap();
        assert_eq!(properties.len(), kind.form.fields.len());
        assert!(properties.values().all(|property| property.get("default").is_none()));
    }
}

/// Figures are told as the fields of forms are: in order, with a name in both languages and what they count.
#[test]
fn figures_of_each_kind_stand_in_the_document() {
    let document = document();
    let branches = document["components"]["schemas"]["StatsView"]["oneOf"].as_array().unwrap();
    assert_eq!(branches.len(), FIGURES.len());
    for (((kind, figures), (_, compared)), branch) in FIGURES.iter().zip(COMPARISONS).zip(branches) {
        let label = forms::kind(kind).unwrap().form.label;
        let names: Vec<&str> = figures.iter().map(|figure| figure.name).collect();
        assert_eq!(branch["title"], label.en);
        assert_eq!(branch["x-form"], json!({"kind": kind, "label_zh": label.zh, "fields": names}));
        // Beside the campaign since when it rests, and since when it is closed.
        let said = 3 + names.len() + usize::from(compared.is_some());
        assert_eq!(branch["properties"].as_object().unwrap().len(), said, "{kind}");
        if let Some(what) = compared {
            let holdout = &branch["properties"]["holdout"];
            assert_eq!(holdout["x-form"]["label_zh"], "对照组比较", "{kind}");
            for group in ["treated", "holdout"] {
                let required = json!(["orders", what.outcome, format!("{}_bp", what.outcome)]);
                assert_eq!(holdout["properties"][group]["required"], required, "{kind} {group}");
            }
            let verdicts = json!(["none_yet", "better", "worse", "no_difference_seen"]);
            assert_eq!(holdout["properties"]["verdict"]["enum"], verdicts, "{kind}");
        }
        for figure in *figures {
            let property = &branch["properties"][figure.name];
            let of = match figure.unit {
                Unit::Count => "count",
                Unit::Money => "money",
                Unit::BasisPoints => "basis_points",
                Unit::ByWord => "by_word",
            };
            assert_eq!(property["title"], figure.en, "{kind} {}", figure.name);
            assert_eq!(
                property["x-form"],
                json!({"of": of, "label_zh": figure.zh}),
                "{kind} {}",
                figure.name
            );
        }
    }
}

/// The document is checked in by those who use it, and compared.
#[test]
fn the_document_is_the_same_every_time() {
    let text = || http_api::openapi().to_json().unwrap();
    assert_eq!(text(), text());
}
