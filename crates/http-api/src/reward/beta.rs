//! A tool that is tried: a shop applies, the platform approves (S2-R10, A-S2-8).

use crate::wire::auth::InShop;
use crate::wire::extract::Unread;
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use axum::Json;
use axum::extract::State;
use domain::reward::Beta;
use engine::{Command, Input, Reply};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a shop stands with a tool.
#[derive(Debug, Serialize, ToSchema)]
pub struct BetaView {
    shop_id: String,
    /// `post_payment`.
    feature: &'static str,
    /// `off | applied | beta | on`.
    #[schema(value_type = String)]
    status: Beta,
}

async fn submit(state: &ApiState, caller: &InShop, to: Beta) -> Result<Json<BetaView>, Problem> {
    match state.engine.submit(Input::new(caller.shop_id.clone(), Command::Try(to))).await? {
        Reply::Shop { shop } => {
            state.keep_shop(shop.clone());
            let shop_id = shop.shop_id.to_string();
            Ok(Json(BetaView { shop_id, feature: "post_payment", status: shop.post_payment }))
        }
        other => Err(unexpected(&other)),
    }
}

/// Where a shop stands with rewards after payment.
#[utoipa::path(get, path = "/v1/shops/{shop}/beta/post_payment", tag = "rewards", params(("shop" = String, Path)),
    responses((status = 200, body = BetaView), (status = 404, body = Problem)))]
pub async fn get_one(State(state): State<ApiState>, caller: InShop) -> Result<Json<BetaView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let shop_id = shop.shop_id.to_string();
    Ok(Json(BetaView { shop_id, feature: "post_payment", status: shop.post_payment }))
}

/// A shop applies for rewards after payment. Applying alone opens nothing.
#[utoipa::path(post, path = "/v1/shops/{shop}/beta/post_payment/apply", tag = "rewards", params(("shop" = String, Path)),
    responses((status = 200, body = BetaView), (status = 404, body = Problem)))]
pub async fn apply(State(state): State<ApiState>, caller: InShop) -> Result<Json<BetaView>, Problem> {
    caller.may(Scope::Campaigns)?;
    submit(&state, &caller, Beta::Applied).await
}

/// What the platform decides.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveRequest {
    /// `beta` by default; `on` for good, `off` takes it back: what is published goes on, nothing new is published.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    status: Option<Beta>,
}

/// The platform approves; a key of one shop cannot.
#[utoipa::path(post, path = "/v1/shops/{shop}/beta/post_payment/approve", tag = "rewards", params(("shop" = String, Path)),
    request_body = Option<ApproveRequest>, responses((status = 200, body = BetaView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn approve(
    State(state): State<ApiState>,
    caller: InShop,
    body: Unread<ApproveRequest>,
) -> Result<Json<BetaView>, Problem> {
    let asked = caller.reads_of_platform(Scope::Admin, body).await?;
    submit(&state, &caller, asked.status.unwrap_or(Beta::Beta)).await
}
