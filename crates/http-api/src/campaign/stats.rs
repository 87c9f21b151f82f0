//! A campaign's figures: those of its kind, in the order in which the kind tells them.

use super::holdout::{self, HoldoutView};
use super::{find, schema};
use crate::wire::auth::InShop;
use crate::wire::extract::Names;
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use domain::{
    CampaignId,
    campaign::{
        self, COMPARISONS, Comparison, FIGURES, Figure, Unit,
        forms::{KINDS, KindForm},
    },
};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// What came of a campaign.
pub struct StatsView {
    campaign_id: CampaignId,
    /// Since when nothing new is given: since when it rests, and since when it is closed.
    stops: [(&'static str, Option<String>); 2],
    figures: Vec<(&'static str, Value)>,
    holdout: Option<HoldoutView>,
}

impl Serialize for StatsView {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("campaign_id", self.campaign_id.as_str())?;
        for (name, at) in self.stops.iter().filter_map(|(name, at)| Some((name, at.as_ref()?))) {
            map.serialize_entry(name, at)?;
        }
        for (name, value) in &self.figures {
            map.serialize_entry(name, value)?;
        }
        if let Some(holdout) = &self.holdout {
            map.serialize_entry("holdout", holdout)?;
        }
        map.end()
    }
}

impl PartialSchema for StatsView {
    fn schema() -> RefOr<Schema> {
        let said = FIGURES.iter().zip(COMPARISONS);
        let kinds = KINDS.iter().zip(said).map(|(kind, (figures, what))| of_kind(kind, figures.1, what.1));
        let one_of = kinds.fold(OneOfBuilder::new(), OneOfBuilder::item);
        let told = "What came of a campaign, by its kind. Amounts are minor units of the shop's currency. Figures of \
            orders are sums over the orders as they are now. `holdout` is there where the campaign has a comparison group.";
        RefOr::T(one_of.description(Some(told)).build().into())
    }
}

impl ToSchema for StatsView {}

fn of_kind(kind: &KindForm, figures: &[Figure], comparison: Option<&Comparison>) -> Schema {
    let id = ObjectBuilder::new().schema_type(Type::String).description(Some("The campaign."));
    let form = json!({
        "kind": kind.name,
        "label_zh": kind.form.label.zh,
        "fields": figures.iter().map(|figure| figure.name).collect::<Vec<_>>(),
    });
    let moment =
        |told: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(told.to_owned()));
    let mut object = ObjectBuilder::new()
        .title(Some(kind.form.label.en))
        .property("campaign_id", id)
        .property("paused_at", moment("Since when it rests, where it does: nothing new is given."))
        .property("closed_at", moment("When it was closed, where it was."))
        .required("campaign_id")
        .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        .extensions(schema::extension(form));
    for figure in figures {
        object = object.property(figure.name, property(figure)).required(figure.name);
    }
    if let Some(what) = comparison {
        object = object.property("holdout", holdout::of_kind(what));
    }
    object.build().into()
}

fn property(figure: &Figure) -> Schema {
    let count = || ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
    let (of, told, shape) = match figure.unit {
        Unit::Count => ("count", "", count()),
        Unit::Money => ("money", ", in minor units", ObjectBuilder::new().schema_type(Type::Integer)),
        Unit::BasisPoints => {
            let share = SchemaType::from_iter([Type::Integer, Type::Null]);
            let told = ", in basis points; null where there is none";
            ("basis_points", told, ObjectBuilder::new().schema_type(share))
        }
        Unit::ByWord => {
            let counts = AdditionalProperties::RefOr(RefOr::T(count().build().into()));
            ("by_word", ": a count for each", ObjectBuilder::new().additional_properties(Some(counts)))
        }
    };
    let form = json!({ "of": of, "label_zh": figure.zh });
    let described = shape.title(Some(figure.en)).description(Some(format!("{}{told}", figure.en)));
    described.extensions(schema::extension(form)).build().into()
}

/// A campaign's figures: those of its kind.
#[utoipa::path(get, path = "/v1/shops/{shop}/campaigns/{campaign}/stats", tag = "campaigns", params(("shop" = String, Path), ("campaign" = String, Path)),
    responses((status = 200, body = StatsView), (status = 404, body = Problem)))]
pub async fn stats(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, CampaignId)>,
) -> Result<Json<StatsView>, Problem> {
    caller.may(Scope::Read)?;
    let row = find(&state, &caller, &id).await?;
    let shop = state.shop(&caller.shop_id).await?;
    let (shop_id, asked) = (caller.shop_id.clone(), id.clone());
    let book = state.read(move |reader| reader.book(&shop_id, &asked)).await?;
    let stops = [
        ("paused_at", time::show_some(&shop, book.and_then(|book| book.paused_at))),
        ("closed_at", time::show_some(&shop, row.campaign.closed_at)),
    ];
    let now = state.engine.now();
    let (counters, at) = (row.counters.as_of(now), (&shop.time_zone, now));
    let figures = campaign::figures(&row.campaign.current().terms).iter();
    let figures = figures.map(|figure| (figure.name, figure.value(&row.campaign, &counters, at))).collect();
    let compared = campaign::compared(&row.campaign);
    let holdout = compared.map(|(what, plan)| holdout::view(what, plan, &counters));
    Ok(Json(StatsView { campaign_id: id, stops, figures, holdout }))
}
