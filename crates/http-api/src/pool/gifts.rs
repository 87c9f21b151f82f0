//! Gifts that people add to an order (A-S4-7).

use super::order_view::{PoolOrderView, Views};
use crate::wire::auth::InShop;
use crate::wire::extract::{self, Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::{OrderId, Sku, pool::GiftUnit, shop::Shop};
use engine::{Command, Input, Reply};
use port::Reader;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A gift to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiftRequest {
    /// What is given.
    #[schema(value_type = String)]
    sku: Sku,
    /// Units: 1 to 1,000.
    quantity: u64,
    /// Why, for the next operator: 1 to 100 characters.
    reason: String,
}

/// Adds a gift to an order in the pool or in review. It is taken from the stock, and stays through every
/// recompute; an exception `late_earlier_order` is settled with it.
#[utoipa::path(post, path = "/v1/shops/{shop}/pool-orders/{order}/gifts", tag = "pool",
    params(("shop" = String, Path), ("order" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = GiftRequest,
    responses((status = 201, body = PoolOrderView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, order_id)): Names<(String, OrderId)>,
    headers: HeaderMap,
    body: Unread<GiftRequest>,
) -> Result<(StatusCode, Json<PoolOrderView>), Problem> {
    let body = caller.reads(Scope::Campaigns, body).await?;
    let shop = state.shop(&caller.shop_id).await?;
    let idempotency = extract::idempotency(&headers, &format!("pool gift {order_id}"), &body.digest)?;
    let GiftRequest { sku, quantity, reason } = body.value;
    let command = Command::AddGift { order_id, gift: GiftUnit { sku, quantity }, reason };
    let input = Input { shop_id: caller.shop_id, idempotency, command, chance: None };
    let view = answer(&state, shop, input).await?;
    Ok((StatusCode::CREATED, view))
}

/// Takes back what people added of a gift to an order that the warehouse does not have; the units go back into
/// stock.
#[utoipa::path(delete, path = "/v1/shops/{shop}/pool-orders/{order}/gifts/{sku}", tag = "pool",
    params(("shop" = String, Path), ("order" = String, Path), ("sku" = String, Path)),
    responses((status = 200, body = PoolOrderView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn remove(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, order_id, sku)): Names<(String, OrderId, Sku)>,
) -> Result<Json<PoolOrderView>, Problem> {
    caller.may(Scope::Campaigns)?;
    let shop = state.shop(&caller.shop_id).await?;
    let input = Input::new(caller.shop_id, Command::RemoveGift { order_id, sku });
    answer(&state, shop, input).await
}

async fn answer(state: &ApiState, shop: Arc<Shop>, input: Input) -> Result<Json<PoolOrderView>, Problem> {
    let shop_id = input.shop_id.clone();
    match state.engine.submit(input).await? {
        Reply::PoolOrder { order } => {
            let view = move |reader: &dyn Reader| Views::open(reader, shop, shop_id)?.view(*order);
            Ok(Json(state.read(view).await?))
        }
        other => Err(unexpected(&other)),
    }
}
