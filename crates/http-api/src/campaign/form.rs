//! What an operator fills in, read field by field: every mistake is named at once.

use crate::wire::extract::field_at_fault;
use crate::wire::names::{Named, unique};
use crate::wire::problem::{Problem, Violation};
use axum::http::StatusCode;
use domain::{
    CampaignId, Code, Instant, InvalidId, Sentence, Sku,
    campaign::{Terms, Version, forms},
    catalog::{Category, Scope, ScopeMode},
    ends::Ends,
    limits,
    shop::Shop,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;
use utoipa::ToSchema;

/// A campaign to create. All fields but `campaign_id`, `scope` and `publish` are required.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct CampaignRequest {
    /// Your own id; made by the server otherwise.
    #[schema(value_type = Option<String>)]
    pub campaign_id: Value,
    /// `recovery`, `item_promotion`, `order_promotion`, `gift_promotion`, `price_floor`, `presale`.
    #[schema(value_type = String, required)]
    pub kind: Value,
    /// For your own eyes.
    #[schema(value_type = String, required)]
    pub name: Value,
    /// RFC 3339; of recovery a whole hour at least 2 hours ahead.
    #[schema(value_type = String, required)]
    pub starts_at: Value,
    /// RFC 3339, after the start; of recovery 1 to 90 days after it. The last second of a day, 23:59:59 in the shop's
    /// zone, is taken as the next 00:00:00.
    #[schema(value_type = String, required)]
    pub ends_at: Value,
    /// `{mode: all | whitelist | blacklist, skus: [...], categories: [...]}`; the whole shop by default.
    #[schema(value_type = Option<Object>)]
    #[serde(deserialize_with = "unique")]
    pub scope: Value,
    /// What the kind needs, amounts in minor units.
    #[schema(value_type = Object, required)]
    #[serde(deserialize_with = "unique")]
    pub terms: Value,
    /// Publishes at once; a draft otherwise.
    #[schema(value_type = bool)]
    pub publish: Value,
    /// What is not a field.
    #[serde(flatten)]
    #[schema(ignore)]
    pub unknown: Map<String, Value>,
}

/// A form that was read.
pub struct Form {
    /// The client's id.
    pub campaign_id: Option<CampaignId>,
    /// The contents.
    pub version: Version,
    /// Whether to publish.
    pub publish: bool,
}

/// Collects mistakes while it reads.
struct Fields(Vec<domain::Violation>);

impl Fields {
    fn fault(&mut self, field: &str, code: Code, message: impl Into<Sentence>) {
        self.0.push(domain::Violation::with(field, code, message));
    }
    fn text(&mut self, field: &str, value: &Value) -> String {
        match value {
            Value::String(text) => return text.clone(),
            Value::Null => self.fault(field, Code::Required, "this field is required"),
            _ => self.fault(field, Code::InvalidValue, "a text"),
        }
        String::new()
    }
    fn moment(&mut self, field: &str, value: &Value) -> Instant {
        let text = self.text(field, value);
        if let Some(at) = Instant::parse(&text) {
            return at;
        }
        if !text.is_empty() {
            self.fault(field, Code::InvalidValue, domain::time::WRITTEN);
        }
        Instant::from_micros(0)
    }
    fn scope(&mut self, value: &Value) -> Scope {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Form {
            mode: ScopeMode,
            #[serde(default)]
            skus: Vec<String>,
            #[serde(default)]
            categories: Vec<String>,
        }
        if value.is_null() {
            return Scope::default();
        }
        let form: Form = match serde_path_to_error::deserialize(Named(value)) {
            Ok(form) => form,
            Err(error) => {
                self.misread(&error);
                return Scope::default();
            }
        };
        let mut skus = std::collections::BTreeSet::new();
        for (index, text) in form.skus.iter().enumerate().take(limits::SCOPE_SKUS + 1) {
            match Sku::try_new(text) {
                Ok(sku) => drop(skus.insert(sku)),
                Err(error) => {
                    self.fault(&format!("scope.skus[{index}]"), Code::InvalidValue, error.to_string());
                }
            }
        }
        let mut categories = std::collections::BTreeSet::new();
        for (index, text) in form.categories.iter().enumerate().take(limits::SCOPE_CATEGORIES + 1) {
            if let Some(category) = Category::try_new(text) {
                categories.insert(category);
            } else {
                let message = InvalidId::Text.to_string();
                self.fault(&format!("scope.categories[{index}]"), Code::InvalidValue, message);
            }
        }
        Scope { mode: form.mode, skus: Arc::new(skus), categories: Arc::new(categories) }
    }
    fn terms(&mut self, kind: &str, value: &Value) -> Option<Terms> {
        if kind.is_empty() {
            return None;
        }
        let Some(kind) = forms::kind(kind) else {
            self.fault("kind", Code::InvalidValue, format!("one of {}", Terms::KINDS.join(", ")));
            return None;
        };
        kind.read(value).map_err(|found| self.0.extend(found)).ok()
    }
    fn misread(&mut self, error: &serde_path_to_error::Error<serde_json::Error>) {
        let message = error.inner().to_string();
        let path = error.path().to_string();
        let path = if path == "." { "scope".to_owned() } else { format!("scope.{path}") };
        match field_at_fault(&path, &message) {
            (field, Code::Required) => self.fault(&field, Code::Required, "this field is required"),
            (field, code) => self.fault(&field, code, message),
        }
    }
}

impl CampaignRequest {
    /// The same with the ends that are meant by those it gives, its own and those of its terms (A-G-3).
    pub fn with_ends(mut self, ends: &mut Ends<'_>) -> Self {
        ends.put("ends_at", &mut self.ends_at);
        ends.put("terms", &mut self.terms);
        self
    }

    /// Reads the form; every field that cannot be read is a violation.
    pub fn read(&self) -> Result<Form, Vec<domain::Violation>> {
        let mut fields = Fields(Vec::new());
        for name in self.unknown.keys() {
            fields.fault(name, Code::InvalidValue, "there is no such field");
        }
        let campaign_id = match &self.campaign_id {
            Value::Null => None,
            value => {
                let text = fields.text("campaign_id", value);
                let id = CampaignId::try_new(&text);
                if let Err(error) = &id {
                    fields.fault("campaign_id", Code::InvalidValue, error.to_string());
                }
                id.ok()
            }
        };
        let publish = match &self.publish {
            Value::Bool(publish) => *publish,
            Value::Null => false,
            _ => {
                fields.fault("publish", Code::InvalidValue, "true or false");
                false
            }
        };
        let kind = fields.text("kind", &self.kind);
        let name = fields.text("name", &self.name);
        let (starts_at, ends_at) =
            (fields.moment("starts_at", &self.starts_at), fields.moment("ends_at", &self.ends_at));
        let scope = fields.scope(&self.scope);
        let terms = fields.terms(&kind, &self.terms);
        match terms {
            Some(terms) if fields.0.is_empty() => {
                let version =
                    Version { name, starts_at, ends_at, scope, terms, made_at: Instant::from_micros(0) };
                Ok(Form { campaign_id, version, publish })
            }
            _ => Err(fields.0),
        }
    }

    /// Lays a partial request over a version, as if the whole form had been sent again.
    pub fn over(&self, version: &Version) -> Self {
        let or = |new: &Value, old: Value| if new.is_null() { old } else { new.clone() };
        let mut merged = version.terms.to_json();
        if let (Value::Object(merged), Value::Object(new)) = (&mut merged, &self.terms) {
            merged.extend(new.clone());
        }
        let merged = if self.terms.is_null() || self.terms.is_object() { merged } else { self.terms.clone() };
        Self {
            campaign_id: Value::Null,
            kind: or(&self.kind, Value::String(version.terms.kind().into())),
            name: or(&self.name, Value::String(version.name.clone())),
            starts_at: or(&self.starts_at, Value::String(version.starts_at.to_string())),
            ends_at: or(&self.ends_at, Value::String(version.ends_at.to_string())),
            scope: or(&self.scope, serde_json::to_value(&version.scope).unwrap_or_default()),
            terms: merged,
            publish: Value::Null,
            unknown: self.unknown.clone(),
        }
    }
}

/// The problem for terms of that shop that cannot be read.
pub fn invalid_terms(shop: &Shop, found: Vec<domain::Violation>) -> Problem {
    let title = Code::InvalidTerms.en();
    let mut problem =
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_terms", title, Code::InvalidTerms.zh());
    let told = |found: domain::Violation| Violation::from(found.told_in(shop.money()));
    problem.violations = found.into_iter().map(told).collect();
    let detail = problem.violations.iter().map(|found| format!("{}: {}", found.field, found.message));
    problem.detail = detail.collect::<Vec<_>>().join("; ");
    problem
}
