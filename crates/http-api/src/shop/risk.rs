//! Risk control: why a customer is blocked, and the list that operators edit.

use crate::wire::auth::InShop;
use crate::wire::extract::{self, Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::page::{Cursor, List, PageQuery};
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use domain::{
    CustomerId,
    customer::{List as RiskList, Standing},
    risk::{self, Ground, Verdict},
    shop::Shop,
};
use engine::{Command, Input, Reply};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A customer's verdict and what it rests on.
#[derive(Debug, Serialize, ToSchema)]
pub struct RiskView {
    customer_id: String,
    blocked: bool,
    /// `clear | farming_rule | block_list | allow_list`.
    #[schema(value_type = String)]
    by: Ground,
    /// Orders of the last 30 days that showed a coupon and ended unpaid.
    evidence: Vec<String>,
    /// The rule's block ends then.
    until: Option<String>,
    /// The operator's reason.
    reason: Option<String>,
    /// The key that put the customer on the list.
    listed_by: Option<String>,
}

fn view(shop: &Shop, customer: &CustomerId, verdict: Verdict, standing: Option<&Standing>) -> RiskView {
    let listed = standing.and_then(|standing| standing.listed.as_ref());
    RiskView {
        customer_id: customer.to_string(),
        blocked: verdict.blocked,
        by: verdict.by,
        evidence: verdict.evidence.iter().map(ToString::to_string).collect(),
        until: time::show_some(shop, verdict.until),
        reason: listed.map(|entry| entry.reason.clone()),
        listed_by: listed.map(|entry| entry.by.clone()),
    }
}

/// Why a customer is blocked, or is not.
#[utoipa::path(get, path = "/v1/shops/{shop}/risk/customers/{customer}", tag = "risk", params(("shop" = String, Path), ("customer" = String, Path)),
    responses((status = 200, body = RiskView)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, customer)): Names<(String, CustomerId)>,
) -> Result<Json<RiskView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let asked = customer.clone();
    let standing =
        state.read(move |reader| reader.standing(&caller.shop_id, &asked)).await?.unwrap_or_default();
    let verdict = risk::judge(&standing, state.engine.now());
    Ok(Json(view(&shop, &customer, verdict, Some(&standing))))
}

/// Customers that are blocked or on a list.
#[utoipa::path(get, path = "/v1/shops/{shop}/risk/customers", tag = "risk", params(("shop" = String, Path), PageQuery),
    responses((status = 200, body = List<RiskView>)))]
pub async fn list(
    State(state): State<ApiState>,
    caller: InShop,
    query: extract::Query<PageQuery>,
) -> Result<Json<List<RiskView>>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let page = query.0.read(Cursor::Own)?;
    let now = state.engine.now();
    let asked = page.clone();
    let rows = state.read(move |reader| reader.standings(&caller.shop_id, &asked)).await?;
    let next_cursor = rows.last().filter(|_| rows.len() >= page.limit).map(|(id, _)| id.to_string());
    let judged = rows.iter().map(|(id, standing)| (id, standing, risk::judge(standing, now)));
    let notable = judged.filter(|(_, standing, verdict)| verdict.blocked || standing.listed.is_some());
    let data = notable.map(|(id, standing, verdict)| view(&shop, id, verdict, Some(standing))).collect();
    Ok(Json(List { data, next_cursor }))
}

/// An edit of the list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RiskRequest {
    /// `block`, `allow`, or null to leave it to the rule.
    #[schema(value_type = Option<String>)]
    list: Option<RiskList>,
    /// Why, for the next operator; required with a list.
    #[serde(default)]
    reason: String,
}

/// Puts a customer on the block or allow list, or takes them off.
#[utoipa::path(put, path = "/v1/shops/{shop}/risk/customers/{customer}", tag = "risk", params(("shop" = String, Path), ("customer" = String, Path)),
    request_body = RiskRequest, responses((status = 200, body = RiskView), (status = 422, body = Problem)))]
pub async fn put(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, customer_id)): Names<(String, CustomerId)>,
    body: Unread<RiskRequest>,
) -> Result<Json<RiskView>, Problem> {
    let body = caller.reads(Scope::Risk, body).await?;
    let shop = state.shop(&caller.shop_id).await?;
    let RiskRequest { list, reason } = body.value;
    let by = caller.name().to_owned();
    let command = Command::PutRisk { customer_id: customer_id.clone(), list, reason, by };
    match state.engine.submit(Input::new(caller.shop_id.clone(), command)).await? {
        Reply::Risk { verdict } => {
            let asked = customer_id.clone();
            let standing = state.read(move |reader| reader.standing(&caller.shop_id, &asked)).await?;
            Ok(Json(view(&shop, &customer_id, verdict, standing.as_ref())))
        }
        other => Err(unexpected(&other)),
    }
}
