//! Money that came, has to go back and has not: a list for whoever pays it back (A-G-15, A-S1-20), by a transfer where its
//! payment is closed (S2-R02). Refunds that no money can hold stand there too, for people to look at.

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
    OrderId,
    order::{Method, Order, ToReturn},
    shop::Shop,
};
use port::{Page, Read, Reader};
use serde::Serialize;
use utoipa::ToSchema;

/// A payment that has to go back, in minor units: refused or late money, the deposit of an order that the merchant
/// cancelled, or what is to be transferred; or a refund that no money can hold.
#[derive(Debug, Serialize, ToSchema)]
pub struct ToReturnView {
    order_id: String,
    /// The payment. Of a refund that no money can hold the one that it names, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    method: Option<Method>,
    /// What is left of it; 0 for a refund that no money can hold.
    amount: i64,
    /// When the money came, or when the refund was told of or asked for.
    at: String,
    /// `order_paid`, `deposit_paid` (a second deposit, while the order waits for its balance), `order_cancelled`, `amount_mismatch` (it was not what was to be paid), or `refund_ambiguous`: it
    /// may have gone back with `refunds`; say of each what it is of. `exceeds_paid`: the refund in `refunds` is said to
    /// have gone back, and no money that is known can hold it. `offline_transfer_required`: the refund in `refunds` waits for
    /// a transfer, of this much money of the payment.
    reason: &'static str,
    /// Refunds that may be of it, kept until somebody says; the one that no money can hold, or that waits for a transfer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refunds: Vec<String>,
}

/// Payments that have to go back and have not, by order and by when they came, with what is left of each; and refunds
/// that no money can hold.
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
    let next_cursor = rows.get(page.limit - 1).map(|(order, row)| cursor(order, row));
    Ok(Json(List {
        data: rows.into_iter().map(|(order, row)| view(&shop, &order, row)).collect(),
        next_cursor,
    }))
}

/// An order, and the place of a row among its rows: the moment, the payment, the refund.
type Place = (OrderId, i64, String, String);

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
    if let Some((order, at, payment, refund)) = &after
        && let Some(order) = reader.order(shop, order)?
    {
        // A row that has gone meanwhile keeps its place.
        let is_behind = |row: &ToReturn| {
            let (came, of, with) = row.place();
            (came.micros(), of, with) > (*at, payment.as_str(), refund.as_str())
        };
        found.extend(of(&order).into_iter().filter(|(_, row)| is_behind(row)));
    }
    let page = Page { after: after.map(|(order, ..)| order.to_string()), limit };
    for order in reader.money_to_return(shop, &page)? {
        if found.len() >= limit {
            break;
        }
        found.extend(of(&order));
    }
    found.truncate(limit);
    Ok(found)
}

/// Ids side by side, as no id is cut apart.
fn cursor(order: &OrderId, row: &ToReturn) -> String {
    let (at, payment, refund) = row.place();
    serde_json::json!([order, at.micros(), payment, refund]).to_string()
}

fn place(text: &str) -> Option<Place> {
    serde_json::from_str(text).ok()
}

fn view(shop: &Shop, order: &OrderId, row: ToReturn) -> ToReturnView {
    ToReturnView {
        order_id: order.to_string(),
        payment_id: row.payment_id.map(|id| id.to_string()),
        method: row.method,
        amount: row.amount.minor(),
        at: time::show(shop, row.at),
        reason: row.reason.as_str(),
        refunds: row.refunds.iter().map(ToString::to_string).collect(),
    }
}
