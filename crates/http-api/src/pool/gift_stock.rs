//! What is in store of gifts (A-S4-15). A SKU that was never put is not counted and never runs out.

use crate::wire::auth::InShop;
use crate::wire::extract::{Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::page::List;
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use axum::Json;
use axum::extract::State;
use domain::{Sku, pool::Stock};
use engine::{Command, Input, Reply};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is in store.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiftStockRequest {
    /// Units in all, those given counted: never less than were given.
    quantity: u64,
}

/// Stock of one gift.
#[derive(Debug, Serialize, ToSchema)]
pub struct GiftStockView {
    /// The gift.
    sku: String,
    /// Units in all.
    quantity: u64,
    /// Units added to orders and not come back.
    given: u64,
    /// Units that can still be given.
    left: u64,
}

impl GiftStockView {
    fn new(sku: &Sku, stock: Stock) -> Self {
        let Stock { quantity, given } = stock;
        Self { sku: sku.to_string(), quantity, given, left: stock.left() }
    }
}

/// Says how many units there are in all of a gift. From then on it is counted.
#[utoipa::path(put, path = "/v1/shops/{shop}/gift-stock/{sku}", tag = "pool",
    params(("shop" = String, Path), ("sku" = String, Path)), request_body = GiftStockRequest,
    responses((status = 200, body = GiftStockView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn put(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, sku)): Names<(String, Sku)>,
    body: Unread<GiftStockRequest>,
) -> Result<Json<GiftStockView>, Problem> {
    let body = caller.reads(Scope::Campaigns, body).await?;
    let command = Command::PutGiftStock { sku, quantity: body.value.quantity };
    match state.engine.submit(Input::new(caller.shop_id, command)).await? {
        Reply::GiftStock { sku, stock } => Ok(Json(GiftStockView::new(&sku, stock))),
        other => Err(unexpected(&other)),
    }
}

/// Reads the stock of a gift; 404 where it is not counted.
#[utoipa::path(get, path = "/v1/shops/{shop}/gift-stock/{sku}", tag = "pool",
    params(("shop" = String, Path), ("sku" = String, Path)),
    responses((status = 200, body = GiftStockView), (status = 404, body = Problem)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, sku)): Names<(String, Sku)>,
) -> Result<Json<GiftStockView>, Problem> {
    caller.may(Scope::Read)?;
    state.shop(&caller.shop_id).await?;
    let settings = state.read(move |reader| reader.pool(&caller.shop_id)).await?;
    let stock = settings.stock.get(&sku).copied().filter(|stock| stock.is_counted());
    let stock = stock.ok_or_else(|| Problem::not_found(format!("the stock of {sku} is not counted")))?;
    Ok(Json(GiftStockView::new(&sku, stock)))
}

/// The gifts that are counted, by SKU; they come whole.
#[utoipa::path(get, path = "/v1/shops/{shop}/gift-stock", tag = "pool", params(("shop" = String, Path)),
    responses((status = 200, body = List<GiftStockView>)))]
pub async fn list(
    State(state): State<ApiState>,
    caller: InShop,
) -> Result<Json<List<GiftStockView>>, Problem> {
    caller.may(Scope::Read)?;
    state.shop(&caller.shop_id).await?;
    let settings = state.read(move |reader| reader.pool(&caller.shop_id)).await?;
    let counted = settings.stock.iter().filter(|(_, stock)| stock.is_counted());
    let views = counted.map(|(sku, stock)| GiftStockView::new(sku, *stock));
    Ok(Json(List::whole(views.collect())))
}
