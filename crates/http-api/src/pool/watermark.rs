//! How far the download has come (A-S4-6).

use super::gaps::GapView;
use crate::wire::auth::InShop;
use crate::wire::extract::Unread;
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use domain::shop::Shop;
use engine::{Command, Input, Reply};
use port::PoolRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Through which moment every order has been downloaded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WatermarkRequest {
    /// RFC 3339; it never goes back.
    through: String,
    /// Answers for everything that downloads could not say: ranks no longer wait for it (A-S4-25).
    #[serde(default)]
    accept_gaps: bool,
    /// Why, in 1 to 256 characters; needed with `accept_gaps`.
    reason: Option<String>,
}

/// Through which moment every order has been downloaded.
#[derive(Debug, Serialize, ToSchema)]
pub struct WatermarkView {
    /// Null while nobody has said.
    through: Option<String>,
    /// What downloads could not say, by their sources.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gaps: Vec<GapView>,
}

impl WatermarkView {
    fn new(shop: &Shop, pool: &PoolRow) -> Self {
        let gaps = pool.gaps.values().map(|gap| GapView::new(shop, gap)).collect();
        Self { through: time::show_some(shop, pool.watermark), gaps }
    }
}

/// Says that every order up to a moment has been downloaded, whatever happened to it up to then. Runs
/// that wait for it go on.
#[utoipa::path(put, path = "/v1/shops/{shop}/download-watermark", tag = "pool", params(("shop" = String, Path)),
    request_body = WatermarkRequest,
    responses((status = 200, body = WatermarkView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn put(
    State(state): State<ApiState>,
    caller: InShop,
    body: Unread<WatermarkRequest>,
) -> Result<Json<WatermarkView>, Problem> {
    let body = caller.reads(Scope::Events, body).await?;
    let shop = state.shop(&caller.shop_id).await?;
    let WatermarkRequest { through, accept_gaps, reason } = body.value;
    let through = time::read("through", &through)?;
    let command = if accept_gaps {
        Command::AcceptGaps { through, reason: reason.unwrap_or_default() }
    } else {
        Command::PutWatermark { through }
    };
    match state.engine.submit(Input::new(caller.shop_id.clone(), command)).await? {
        Reply::Watermark { .. } => {}
        other => return Err(unexpected(&other)),
    }
    let pool = state.read(move |reader| reader.pool(&caller.shop_id)).await?;
    Ok(Json(WatermarkView::new(&shop, &pool)))
}

/// Reads how far the download has come.
#[utoipa::path(get, path = "/v1/shops/{shop}/download-watermark", tag = "pool", params(("shop" = String, Path)),
    responses((status = 200, body = WatermarkView)))]
pub async fn get_one(State(state): State<ApiState>, caller: InShop) -> Result<Json<WatermarkView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let settings = state.read(move |reader| reader.pool(&caller.shop_id)).await?;
    Ok(Json(WatermarkView::new(&shop, &settings)))
}
