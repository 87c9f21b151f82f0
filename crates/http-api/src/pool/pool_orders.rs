//! Orders of the pool: one, those of a stage, and those that people must look at.

use super::order_view::{PoolOrderView, Views};
use crate::wire::auth::InShop;
use crate::wire::extract::{self, Names};
use crate::wire::keys::Scope;
use crate::wire::page::{Cursor, List, PageQuery};
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use axum::Json;
use axum::extract::State;
use domain::{OrderId, pool::Stage};
use port::{Read, Reader};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which orders.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PoolOrdersQuery {
    /// `shop_order | presale_pool | review | fulfilment | closed`; all when left out.
    stage: Option<String>,
    /// `true`: only orders that people must look at, of every stage.
    exception: Option<bool>,
    /// Rows of the page, at most 200.
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl PoolOrdersQuery {
    fn stage(&self) -> Result<Option<Stage>, Problem> {
        let Some(text) = &self.stage else { return Ok(None) };
        let known: Vec<_> = Stage::ALL.iter().map(|stage| stage.as_str()).collect();
        let wrong = || Problem::invalid_body("stage", &format!("{text} is not one of {}", known.join(", ")));
        Stage::parse(text).map(Some).ok_or_else(wrong)
    }
}

/// Orders of the pool, by their ids.
#[utoipa::path(get, path = "/v1/shops/{shop}/pool-orders", tag = "pool", params(("shop" = String, Path), PoolOrdersQuery),
    responses((status = 200, body = List<PoolOrderView>), (status = 422, body = Problem)))]
pub async fn list(
    State(state): State<ApiState>,
    caller: InShop,
    query: extract::Query<PoolOrdersQuery>,
) -> Result<Json<List<PoolOrderView>>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let wanted = query.0.stage()?;
    let page = PageQuery { limit: query.0.limit, cursor: query.0.cursor }.read(Cursor::Own)?;
    let exceptions = query.0.exception == Some(true);
    if exceptions && wanted.is_some() {
        return Err(Problem::invalid_body("exception", "it goes over every stage; leave stage out"));
    }
    let read = move |reader: &dyn Reader| {
        let orders = if exceptions {
            reader.pool_exceptions(&caller.shop_id, &page)?
        } else {
            reader.pool_orders(&caller.shop_id, wanted, &page)?
        };
        let views = Views::open(reader, shop, caller.shop_id)?;
        let full = orders.len() >= page.limit;
        let next_cursor = orders.last().filter(|_| full).map(|order| order.order_id.to_string());
        let data = orders.into_iter().map(|order| views.view(order)).collect::<Read<_>>()?;
        Ok(List { data, next_cursor })
    };
    Ok(Json(state.read(read).await?))
}

/// Reads an order of the pool with its gifts and its places.
#[utoipa::path(get, path = "/v1/shops/{shop}/pool-orders/{order}", tag = "pool",
    params(("shop" = String, Path), ("order" = String, Path)),
    responses((status = 200, body = PoolOrderView), (status = 404, body = Problem)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, OrderId)>,
) -> Result<Json<PoolOrderView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let asked = id.clone();
    let read = move |reader: &dyn Reader| {
        let order = reader.pool_order(&caller.shop_id, &asked)?;
        order.map(|order| Views::open(reader, shop, caller.shop_id)?.view(order)).transpose()
    };
    let view = state.read(read).await?;
    Ok(Json(view.ok_or_else(|| Problem::not_found(format!("no order {id} in the pool")))?))
}
