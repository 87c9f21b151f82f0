//! Money that came, was not taken and has not gone back: a list for whoever pays it back (A-G-15).

use crate::wire::auth::InShop;
use crate::wire::extract::{self};
use crate::wire::keys::Scope;
use crate::wire::page::{Cursor, List, PageQuery};
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use domain::{
    OrderId, PaymentId,
    order::{Method, Order, ToReturn},
    shop::Shop,
};
use port::{Page, Read, Reader};
use serde::Serialize;
use utoipa::ToSchema;

/// A refused or late payment that has to go back, in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct ToReturnView {
    order_id: String,
    payment_id: String,
    #[schema(value_type = String)]
    method: Method,
    /// What is left of it.
    amount: i64,
    /// When the money came.
    at: String,
    /// `order_paid`, `order_cancelled`, `amount_mismatch` (it was not what was to be paid), or `refund_ambiguous`: it
    /// may have gone back with `refunds`; say of each what it is of.
    reason: &'static str,
    /// Refunds that may be of it, kept until somebody says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refunds: Vec<String>,
}

/// Refused or late payments that have not gone back, by order and by when they came; what is left of each.
#[utoipa::path(get, path = "/v1/shops/{shop}/money-to-return", tag = "orders", params(("shop" = String, Path), PageQuery),
    responses((status = 200, body = List<ToReturnView>), (status = 422, body = Problem)))]
pub async fn list(
    State(state): State<ApiState>,
    caller: InShop,
    query: extract::Query<PageQuery>,
) -> Result<Json<List<ToReturnView>>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let page = query.0.read(Cursor::Opaque)?;
    let wrong = || Problem::invalid_body("cursor", "the next_cursor of the page before");
    let after = page.after.as_deref().map(|text| place(text).ok_or_else(wrong)).transpose()?;
    let rows = state.read(move |reader| rows(reader, &caller.shop_id, after, page.limit)).await?;
    let next_cursor = rows.get(page.limit - 1).map(|(order, row)| cursor(order, &row.payment_id));
    Ok(Json(List {
        data: rows.into_iter().map(|(order, row)| view(&shop, &order, row)).collect(),
        next_cursor,
    }))
}

type Place = (OrderId, PaymentId);

/// A page of rows: what is left of the order that the last page ended in, then the next orders.
fn rows(
    reader: &dyn Reader,
    shop: &domain::ShopId,
    after: Option<Place>,
    limit: usize,
) -> Read<Vec<(OrderId, ToReturn)>> {
    let of = |order: &Order| {
        let id = order.order_id.clone();
        order.to_return().into_iter().map(move |row| (id.clone(), row)).collect::<Vec<_>>()
    };
    let mut found = Vec::new();
    if let Some((order, payment)) = &after
        && let Some(order) = reader.order(shop, order)?
    {
        let rows = of(&order);
        // One that has gone back meanwhile has its place by when it came.
        let when = order.payment(payment).map(|known| (known.at, known.payment_id.clone()));
        found.extend(rows.into_iter().filter(|(_, row)| Some((row.at, row.payment_id.clone())) > when));
    }
    let page = Page { after: after.map(|(order, _)| order.to_string()), limit };
    for order in reader.money_to_return(shop, &page)? {
        if found.len() >= limit {
            break;
        }
        found.extend(of(&order));
    }
    found.truncate(limit);
    Ok(found)
}

/// Two ids, as no id is cut apart.
fn cursor(order: &OrderId, payment: &PaymentId) -> String {
    serde_json::json!([order, payment]).to_string()
}

fn place(text: &str) -> Option<Place> {
    serde_json::from_str(text).ok()
}

fn view(shop: &Shop, order: &OrderId, row: ToReturn) -> ToReturnView {
    ToReturnView {
        order_id: order.to_string(),
        payment_id: row.payment_id.to_string(),
        method: row.method,
        amount: row.amount.minor(),
        at: time::show(shop, row.at),
        reason: row.reason.as_str(),
        refunds: row.refunds.iter().map(ToString::to_string).collect(),
    }
}
