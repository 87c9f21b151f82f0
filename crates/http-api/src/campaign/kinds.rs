//! Campaigns in the `OpenAPI` document: one branch a kind, each with the terms of its kind, told apart by `kind`.

use super::form::CampaignRequest;
use super::schema::{both, change, whole};
use domain::campaign::forms::{KINDS, KindForm};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::marker::PhantomData;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AnyOfBuilder, Discriminator, Object, ObjectBuilder, OneOfBuilder, Ref, Schema, Type,
};
use utoipa::{PartialSchema, ToSchema};

/// Named schemas, as they are gathered.
type Schemas = Vec<(String, RefOr<Schema>)>;

/// A `T` of one of the kinds: its `kind` is a word, its `terms` are those of the kind.
pub struct ByKind<T>(PhantomData<T>);
/// A campaign to create or to check.
pub type CampaignRequests = ByKind<CampaignRequest>;
/// What is to change about a campaign.
pub struct CampaignChange;

impl<T: ToSchema> PartialSchema for ByKind<T> {
    fn schema() -> RefOr<Schema> {
        let name = |kind: &KindForm| format!("{}{}", title(kind), T::name());
        let mapping = KINDS.iter().map(|kind| (kind.name, Ref::from_schema_name(name(kind)).ref_location));
        let branches =
            KINDS.iter().fold(OneOfBuilder::new(), |all, kind| all.item(Ref::from_schema_name(name(kind))));
        let described = branches.description(derived::<T>().description);
        described.discriminator(Some(Discriminator::with_mapping("kind", mapping))).into()
    }
}

impl<T: ToSchema> ToSchema for ByKind<T> {
    fn name() -> Cow<'static, str> {
        T::name()
    }
    fn schemas(all: &mut Schemas) {
        T::schemas(all);
        for kind in KINDS {
            all.push((terms_name(kind), terms(kind).into()));
            all.push((format!("{}{}", title(kind), T::name()), branch(derived::<T>(), kind).into()));
        }
    }
}

impl PartialSchema for CampaignChange {
    fn schema() -> RefOr<Schema> {
        let mut object = derived::<CampaignRequest>();
        let changes = KINDS.iter().map(|kind| Ref::from_schema_name(change_name(kind)));
        let terms = changes.fold(AnyOfBuilder::new(), AnyOfBuilder::item);
        let terms =
            terms.description(Some("Those of the kind's terms that change; the others stay as they are."));
        object.properties.insert("terms".to_owned(), terms.into());
        object.properties.remove("publish");
        object.required.clear();
        object.description = Some(
            "What is to change about a campaign; the others of its fields stay as they are. Its id and kind may \
             stand here, and stay."
                .to_owned(),
        );
        Schema::Object(object).into()
    }
}

impl ToSchema for CampaignChange {
    fn schemas(all: &mut Schemas) {
        let described = |kind: &KindForm| format!("Terms of a campaign of kind `{}` that change.", kind.name);
        all.extend(KINDS.iter().map(|kind| {
            let object = change(kind.form.fields).description(Some(described(kind)));
            (change_name(kind), object.into())
        }));
    }
}

/// `ItemPromotion` of `item_promotion`.
fn title(kind: &KindForm) -> String {
    let words = kind.name.split('_');
    words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}
fn terms_name(kind: &KindForm) -> String {
    format!("{}Terms", title(kind))
}
fn change_name(kind: &KindForm) -> String {
    format!("{}TermsChange", title(kind))
}

/// The schema that a struct derives, in which a field that is left out is not called null.
fn derived<T: PartialSchema>() -> Object {
    let RefOr::T(Schema::Object(mut object)) = T::schema() else {
        panic!("a struct derives an object");
    };
    for property in object.properties.values_mut() {
        if let RefOr::T(Schema::Object(property)) = property {
            property.default = property.default.take().filter(|default| !default.is_null());
        }
    }
    object
}

/// An object with the kind and its terms filled in.
fn branch(mut object: Object, kind: &KindForm) -> Schema {
    let word = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([kind.name]));
    let word = word.description(Some(kind.form.label.en));
    object.properties.insert("kind".to_owned(), word.into());
    object.properties.insert("terms".to_owned(), Ref::from_schema_name(terms_name(kind)).into());
    object.title = Some(kind.form.label.en.to_owned());
    object.description = Some(kind.form.help.en.to_owned());
    Schema::Object(object)
}

/// The terms of a kind, with what its form tells of them.
fn terms(kind: &KindForm) -> ObjectBuilder {
    let form = &kind.form;
    let mut told = form.help.en.to_owned();
    for rule in form.rules {
        let _ = write!(told, "\n- {}", rule.en);
    }
    let extension = [
        ("label_zh", Value::from(form.label.zh)),
        ("help_zh", form.help.zh.into()),
        ("rules", form.rules.iter().map(both).collect()),
    ];
    let extension: Map<String, Value> =
        extension.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let example: Value = serde_json::from_str(form.example).expect("an example is JSON: tests/forms.rs");
    whole(form.fields, extension).title(Some(form.label.en)).description(Some(told)).examples([example])
}
