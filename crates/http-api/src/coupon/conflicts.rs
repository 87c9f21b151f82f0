//! What cannot be as the platform says of orders' coupons and assets.

use crate::wire::auth::InShop;
use crate::wire::extract::Query;
use crate::wire::keys::Scope;
use crate::wire::page::{Cursor, List, PageQuery};
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use domain::shop::Shop;
use port::ConflictRow;
use serde::Serialize;
use utoipa::ToSchema;

/// A conflict that stands: the order is taken as it was sold, and people should look at it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConflictView {
    /// Our id of it; the list is sorted by it, so the earliest found comes first.
    conflict_id: String,
    /// The order.
    order_id: String,
    /// The coupon that it names.
    coupon_id: Option<String>,
    /// The kind of the asset or promotion, where it is no coupon.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    /// What is wrong, with the codes of a quote: `below_threshold`, `coupon_used`, `coupon_locked`, `not_stackable`, ...
    code: &'static str,
    /// The same in words.
    reason: &'static str,
    /// The same in Chinese.
    reason_zh: &'static str,
    /// When it was found.
    at: String,
}

fn view(shop: &Shop, row: ConflictRow) -> ConflictView {
    let ConflictRow { order_id, conflict, .. } = row;
    ConflictView {
        conflict_id: conflict.conflict_id.to_string(),
        order_id: order_id.to_string(),
        coupon_id: conflict.coupon_id.map(|id| id.to_string()),
        kind: Some(conflict.kind.into_string()).filter(|kind| !kind.is_empty()),
        code: conflict.code.as_str(),
        reason: conflict.code.en(),
        reason_zh: conflict.code.zh(),
        at: time::show(shop, conflict.at),
    }
}

/// What cannot be as the platform says of orders' coupons and assets, as things stand: one that a later event takes back
/// leaves the list, and so do those of a cancelled order.
#[utoipa::path(get, path = "/v1/shops/{shop}/coupon-conflicts", tag = "coupons", params(("shop" = String, Path), PageQuery),
    responses((status = 200, body = List<ConflictView>)))]
pub async fn list(
    State(state): State<ApiState>,
    caller: InShop,
    query: Query<PageQuery>,
) -> Result<Json<List<ConflictView>>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let page = query.0.read(Cursor::Chosen)?;
    let asked = page.clone();
    let rows = state.read(move |reader| reader.coupon_conflicts(&caller.shop_id, &asked)).await?;
    Ok(Json(List::of(rows, &page, |row| row.conflict.conflict_id.to_string(), |row| view(&shop, row))))
}
