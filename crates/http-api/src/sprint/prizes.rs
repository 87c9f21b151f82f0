//! The prize of a tier: filled in, approved by another key, bound (S3-R08 to S3-R33).

use super::standing::{SprintPrizeView, TakingPartView};
use super::taking_part::submit;
use crate::wire::auth::InShop;
use crate::wire::extract::{Names, Query, Unread};
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use axum::Json;
use axum::extract::State;
use domain::{
    BatchId, CampaignId, Code, Instant, Refusal, Sku, Violation,
    campaign::sprint::{Binding, Fixed, Made, Plan, Sheet},
    catalog::Category,
};
use engine::SprintCommand;
use money::Money;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

/// Of which tier.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TierQuery {
    /// Counted from 0; left out, the first.
    #[serde(default)]
    tier: u8,
}

/// A prize. Coupons that are made for the sprint: `name, release_quantity, applied_quantity, categories, face_value, quota` and
/// `erp?, rebate?, binding?: auto | manual`; coupons of a batch that was made elsewhere: `key, release_quantity`; goods:
/// `kind: goods, name, sku, stock`. Every other field is settled by the sprint: it may be sent with its value, another one
/// refuses the whole, `immutable_field`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PrizeRequest {
    /// `coupon | key | goods`; left out, `key` where there is one, else `coupon`.
    kind: Option<String>,
    name: Option<String>,
    release_quantity: Option<u64>,
    applied_quantity: Option<u64>,
    #[schema(value_type = Option<Vec<String>>)]
    categories: Option<Vec<Category>>,
    /// Minor units.
    #[schema(value_type = Option<i64>)]
    face_value: Option<Money>,
    /// Minor units; the threshold.
    #[schema(value_type = Option<i64>)]
    quota: Option<Money>,
    erp: Option<String>,
    rebate: Option<String>,
    #[schema(value_type = Option<String>)]
    binding: Option<Binding>,
    #[schema(value_type = Option<String>)]
    key: Option<BatchId>,
    #[schema(value_type = Option<String>)]
    sku: Option<Sku>,
    stock: Option<u64>,
    /// What the sprint settles.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    settled: Map<String, Value>,
}

fn required<T>(field: &str, value: Option<T>, found: &mut Vec<Violation>) -> Option<T> {
    if value.is_none() {
        found.push(Violation::new(field, Code::Required));
    }
    value
}

impl PrizeRequest {
    /// What is filled in. All faults of the form are named at once.
    fn sheet(self, plan: &Plan) -> Result<Sheet, Refusal> {
        let mut found = settled(&self.settled, plan);
        let usual = if self.key.is_some() { "key" } else { "coupon" };
        let kind = self.kind.clone();
        self.strangers(kind.as_deref().unwrap_or(usual), &mut found);
        let sheet = match kind.as_deref().unwrap_or(usual) {
            "coupon" => self.made(&mut found),
            "key" => {
                let (key, released) = (
                    required("key", self.key, &mut found),
                    required("release_quantity", self.release_quantity, &mut found),
                );
                key.zip(released).map(|(key, release_quantity)| Sheet::Key { key, release_quantity })
            }
            "goods" => {
                let name = required("name", self.name, &mut found);
                let (sku, stock) =
                    (required("sku", self.sku, &mut found), required("stock", self.stock, &mut found));
                name.zip(sku).zip(stock).map(|((name, sku), stock)| Sheet::Goods { name, sku, stock })
            }
            _ => {
                found.push(Violation::with("kind", Code::InvalidValue, "coupon, key or goods"));
                None
            }
        };
        Refusal::from_violations(Code::InvalidTerms, found)?;
        sheet.ok_or_else(|| Code::InvalidTerms.into())
    }

    /// Appends fields of another kind of prize.
    fn strangers(&self, kind: &str, found: &mut Vec<Violation>) {
        let fields = [
            ("name", self.name.is_some(), "coupon goods"),
            ("release_quantity", self.release_quantity.is_some(), "coupon key"),
            ("applied_quantity", self.applied_quantity.is_some(), "coupon"),
            ("categories", self.categories.is_some(), "coupon"),
            ("face_value", self.face_value.is_some(), "coupon"),
            ("quota", self.quota.is_some(), "coupon"),
            ("erp", self.erp.is_some(), "coupon"),
            ("rebate", self.rebate.is_some(), "coupon"),
            ("binding", self.binding.is_some(), "coupon"),
            ("key", self.key.is_some(), "key"),
            ("sku", self.sku.is_some(), "goods"),
            ("stock", self.stock.is_some(), "goods"),
        ];
        let strange =
            fields.into_iter().filter(|(_, is_there, of)| *is_there && !of.split(' ').any(|one| one == kind));
        let message = "not of this kind of prize";
        found.extend(strange.map(|(field, ..)| Violation::with(field, Code::InvalidValue, message)));
    }

    fn made(self, found: &mut Vec<Violation>) -> Option<Sheet> {
        let name = required("name", self.name, found);
        let released = required("release_quantity", self.release_quantity, found);
        let applied = required("applied_quantity", self.applied_quantity, found);
        let categories = required("categories", self.categories, found);
        let face_value = required("face_value", self.face_value, found);
        let quota = required("quota", self.quota, found);
        let made = Made {
            name: name?,
            release_quantity: released?,
            applied_quantity: applied?,
            categories: categories?.into_iter().collect(),
            face_value: face_value?,
            quota: quota?,
            erp: self.erp,
            rebate: self.rebate,
        };
        Some(Sheet::Coupon { made, binding: self.binding.unwrap_or_default() })
    }
}

/// What differs from what the sprint settles, and fields that there are not (A-S3-8).
fn settled(sent: &Map<String, Value>, plan: &Plan) -> Vec<Violation> {
    let fixed = Sheet::fixed(plan);
    let mut found = Vec::new();
    for (field, value) in sent {
        let known = fixed.iter().find(|(name, _)| name == field);
        match known {
            None => found.push(Violation::with(field, Code::InvalidValue, "there is no such field")),
            Some((_, fixed)) if is(fixed, value) => {}
            Some(_) => found.push(Violation::with(field, Code::ImmutableField, "the sprint settles it")),
        }
    }
    found
}

fn is(fixed: &Fixed, value: &Value) -> bool {
    match fixed {
        Fixed::Text(text) => value == text,
        Fixed::Count(count) => value.as_u64() == Some(*count),
        Fixed::Flag(flag) => value.as_bool() == Some(*flag),
        Fixed::At(at) => value.as_str().and_then(Instant::parse) == Some(*at),
    }
}

/// A key that is bound, or to be.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApprovedPrizeView {
    /// The batch; none of goods.
    key: Option<String>,
    /// Whether it is bound with that.
    bound: bool,
    sprint: TakingPartView,
}

/// Fills the prize of a tier in, or changes it until it is bound. Refusals: `not_invited`, `invalid_terms` with the fields at
/// fault, `already_bound`, `key_not_approved`, `sprint_only`, `started_already`, `prize_missing`.
#[utoipa::path(put, path = "/v1/shops/{shop}/sprints/{sprint}/prize", tag = "sprints",
    params(("shop" = String, Path), ("sprint" = String, Path), TierQuery), request_body = PrizeRequest,
    responses((status = 200, body = SprintPrizeView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn put(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, sprint)): Names<(String, CampaignId)>,
    query: Query<TierQuery>,
    body: Unread<PrizeRequest>,
) -> Result<Json<SprintPrizeView>, Problem> {
    let asked = caller.reads(Scope::Campaigns, body).await?.value;
    let shop = state.shop(&caller.shop_id).await?;
    let (shop_id, id) = (caller.shop_id.clone(), sprint.clone());
    let invited = state.read(move |reader| reader.sprint_invitation(&shop_id, &id)).await?;
    let plan = invited.ok_or_else(|| Problem::from(Refusal::new(Code::NotInvited)))?.plan;
    let (tier, sheet) = (query.0.tier, Box::new(asked.sheet(&plan)?));
    let by = caller.name().to_owned();
    let (invitation, _) =
        submit(&state, &caller, SprintCommand::PutPrize { sprint, tier, sheet, by }).await?;
    let tried = invitation.prizes.get(usize::from(tier)).and_then(Option::as_ref);
    Ok(Json(SprintPrizeView::of(&shop, &invitation.plan, tier, tried)))
}

/// Approves the prize of a tier, with another key than filled it in: `same_key`. Its coupon batch is made; it is bound with
/// that, unless `binding` is `manual`.
#[utoipa::path(post, path = "/v1/shops/{shop}/sprints/{sprint}/prize/approve", tag = "sprints",
    params(("shop" = String, Path), ("sprint" = String, Path), TierQuery),
    responses((status = 200, body = ApprovedPrizeView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn approve(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, sprint)): Names<(String, CampaignId)>,
    query: Query<TierQuery>,
) -> Result<Json<ApprovedPrizeView>, Problem> {
    caller.may(Scope::Campaigns)?;
    let (tier, by) = (query.0.tier, caller.name().to_owned());
    let done = submit(&state, &caller, SprintCommand::Approve { sprint, tier, by }).await?;
    Ok(approved(tier, done))
}

fn approved(
    tier: u8,
    (invitation, Json(sprint)): (domain::campaign::sprint::Invitation, Json<TakingPartView>),
) -> Json<ApprovedPrizeView> {
    let tried = invitation.prizes.get(usize::from(tier)).and_then(Option::as_ref);
    let key = tried.and_then(|tried| tried.key.as_ref()).map(ToString::to_string);
    Json(ApprovedPrizeView { key, bound: tried.is_some_and(|tried| tried.bound.is_some()), sprint })
}

/// A key that was approved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BindRequest {
    /// `BA_...`
    #[schema(value_type = String)]
    key: BatchId,
}

/// Binds an approved key. Refusals: `key_not_approved`, `already_bound`, `started_already`, `prize_missing`.
#[utoipa::path(post, path = "/v1/shops/{shop}/sprints/{sprint}/prize/bind", tag = "sprints",
    params(("shop" = String, Path), ("sprint" = String, Path), TierQuery), request_body = BindRequest,
    responses((status = 200, body = ApprovedPrizeView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn bind(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, sprint)): Names<(String, CampaignId)>,
    query: Query<TierQuery>,
    body: Unread<BindRequest>,
) -> Result<Json<ApprovedPrizeView>, Problem> {
    let key = caller.reads(Scope::Campaigns, body).await?.value.key;
    let (tier, by) = (query.0.tier, caller.name().to_owned());
    let done = submit(&state, &caller, SprintCommand::Bind { sprint, tier, key, by }).await?;
    Ok(approved(tier, done))
}
