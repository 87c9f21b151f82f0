//! Coupons: one, or a customer's; taken back, or held for an order that is checked out elsewhere.

pub mod batches;
pub mod codes;
pub mod conflicts;
pub mod files;

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
    CouponId, CustomerId, OrderId,
    campaign::promotion::PercentOff,
    coupon::{Bind, Coupon, CouponKind, CouponStatus, Origin},
    order::Method,
    shop::Shop,
};
use engine::{Command, Input, Reply};
use port::Reader;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A coupon; amounts in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct CouponView {
    /// Its id.
    coupon_id: String,
    /// The batch it is from: for those of recovery the campaign.
    batch_id: String,
    /// The campaign, for those of recovery.
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign_id: Option<String>,
    /// `payment`, or what its batch says.
    kind: &'static str,
    /// Whose it is.
    customer_id: String,
    /// From this amount on,
    spend: i64,
    /// this much comes off,
    save: Option<i64>,
    /// or this part.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    percent_off: Option<PercentOff>,
    /// `available | locked | used | expired | void`.
    #[schema(value_type = String)]
    status: CouponStatus,
    /// `origin_order | shop_scope`.
    #[schema(value_type = String)]
    bind: Bind,
    /// Methods that it works with at the cashier.
    methods: Vec<&'static str>,
    /// From here,
    usable_from: String,
    /// to here.
    usable_until: String,
    /// The order it is bound to, is held by, or was used on.
    order_id: Option<String>,
    /// The order that used it.
    used_on: Option<String>,
    /// Other orders of the same checkout that bear a part of its saving.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also_on: Vec<String>,
    /// The lock that holds it ends then.
    locked_until: Option<String>,
}

impl CouponView {
    /// A coupon in the shop's zone.
    pub fn new(shop: &Shop, coupon: &Coupon) -> Self {
        let from = match &coupon.origin {
            Origin::Offer(from) => from.campaign_id.as_str(),
            Origin::Batch(from) => from.batch_id.as_str(),
        };
        let batch = coupon.origin.batch();
        let percent_off = batch.and_then(|batch| batch.percent_off);
        // A coupon of a batch that an order was placed with names it.
        let held = coupon.lock.as_ref().filter(|_| batch.is_some()).map(|lock| &lock.order_id);
        let methods = [Method::JdPay, Method::Baitiao].into_iter();
        let methods = methods.filter(|m| coupon.kind() == CouponKind::Payment && coupon.works_with(*m));
        Self {
            coupon_id: coupon.coupon_id.to_string(),
            batch_id: from.to_owned(),
            campaign_id: coupon.campaign_id().map(ToString::to_string),
            kind: coupon.kind().as_str(),
            customer_id: coupon.customer_id.to_string(),
            spend: coupon.spend.minor(),
            save: percent_off.is_none().then(|| coupon.save.minor()),
            percent_off,
            status: coupon.status,
            bind: coupon.origin.offer().map_or(Bind::ShopScope, |offer| offer.bind),
            methods: methods.map(Method::as_str).collect(),
            usable_from: time::show(shop, coupon.usable_from()),
            usable_until: time::show(shop, coupon.usable_until),
            order_id: coupon.used_on.as_ref().or(coupon.bound_to()).or(held).map(ToString::to_string),
            used_on: coupon.used_on.as_ref().map(ToString::to_string),
            also_on: coupon.also_on.iter().map(ToString::to_string).collect(),
            locked_until: coupon.lock.as_ref().map(|lock| time::show(shop, lock.until)),
        }
    }
}

/// Reads a coupon.
#[utoipa::path(get, path = "/v1/shops/{shop}/coupons/{coupon}", tag = "coupons", params(("shop" = String, Path), ("coupon" = String, Path)),
    responses((status = 200, body = CouponView), (status = 404, body = Problem)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, CouponId)>,
) -> Result<Json<CouponView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let asked = id.clone();
    let found = state.read(move |reader| reader.coupon(&caller.shop_id, &asked)).await?;
    let coupon = found.ok_or_else(|| Problem::not_found(format!("no coupon {id}")))?;
    Ok(Json(CouponView::new(&shop, &coupon)))
}

/// Which coupons to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatusQuery {
    /// Only this status.
    #[param(value_type = Option<String>)]
    status: Option<CouponStatus>,
    /// Rows of the page, 1 to 200.
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A customer's coupons.
#[utoipa::path(get, path = "/v1/shops/{shop}/customers/{customer}/coupons", tag = "coupons",
    params(("shop" = String, Path), ("customer" = String, Path), StatusQuery),
    responses((status = 200, body = List<CouponView>)))]
pub async fn of_customer(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, customer)): Names<(String, CustomerId)>,
    query: extract::Query<StatusQuery>,
) -> Result<Json<List<CouponView>>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let StatusQuery { status, limit, cursor } = query.0;
    let page = PageQuery { limit, cursor }.read(Cursor::Chosen)?;
    let asked = page.clone();
    let read = move |reader: &dyn Reader| reader.customer_coupons(&caller.shop_id, &customer, status, &asked);
    let rows = state.read(read).await?;
    Ok(Json(List::of(rows, &page, |c| c.coupon_id.to_string(), |c| CouponView::new(&shop, &c))))
}

/// Makes an unused coupon void. Again it answers the same. Refusals: `coupon_locked`, `coupon_used`,
/// `coupon_expired`.
#[utoipa::path(post, path = "/v1/shops/{shop}/coupons/{coupon}/void", tag = "coupons", params(("shop" = String, Path), ("coupon" = String, Path)),
    responses((status = 200, body = CouponView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn void(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, CouponId)>,
) -> Result<Json<CouponView>, Problem> {
    caller.may(Scope::Campaigns)?;
    submit(&state, &caller, Command::VoidCoupons { coupon_ids: vec![id] }).await
}

async fn submit(state: &ApiState, caller: &InShop, command: Command) -> Result<Json<CouponView>, Problem> {
    let shop = state.shop(&caller.shop_id).await?;
    match state.engine.submit(Input::new(caller.shop_id.clone(), command)).await? {
        Reply::Coupon { coupon } => Ok(Json(CouponView::new(&shop, &coupon))),
        Reply::Coupons { coupons } if coupons.len() == 1 => Ok(Json(CouponView::new(&shop, &coupons[0]))),
        other => Err(unexpected(&other)),
    }
}

/// Which order takes hold of a coupon, and for how long.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LockRequest {
    /// The order; it may be placed later.
    #[schema(value_type = String)]
    order_id: OrderId,
    /// 1 to 1,440; the shop's time for payments otherwise.
    minutes: Option<u32>,
}

/// Holds a coupon of a batch for an order, for platforms that check out themselves. The same order may
/// hold it again; the lock ends by itself. Refusals: `coupon_locked`, `coupon_used`, `coupon_expired`,
/// `coupon_void`.
#[utoipa::path(post, path = "/v1/shops/{shop}/coupons/{coupon}/lock", tag = "coupons", params(("shop" = String, Path), ("coupon" = String, Path)),
    request_body = LockRequest, responses((status = 200, body = CouponView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn lock(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, coupon_id)): Names<(String, CouponId)>,
    body: Unread<LockRequest>,
) -> Result<Json<CouponView>, Problem> {
    let body = caller.reads(Scope::Checkout, body).await?;
    let LockRequest { order_id, minutes } = body.value;
    submit(&state, &caller, Command::LockCoupon { coupon_id, order_id, minutes }).await
}

/// Which order lets go of a coupon.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRequest {
    /// The order.
    #[schema(value_type = String)]
    order_id: OrderId,
}

/// Lets go of a coupon that was held by `lock`. One that is not held stays as it is; one that another
/// order holds, or that the order was placed with, is refused as `coupon_locked`.
#[utoipa::path(post, path = "/v1/shops/{shop}/coupons/{coupon}/release", tag = "coupons", params(("shop" = String, Path), ("coupon" = String, Path)),
    request_body = ReleaseRequest, responses((status = 200, body = CouponView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn release(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, coupon_id)): Names<(String, CouponId)>,
    body: Unread<ReleaseRequest>,
) -> Result<Json<CouponView>, Problem> {
    let body = caller.reads(Scope::Checkout, body).await?;
    submit(&state, &caller, Command::ReleaseCoupon { coupon_id, order_id: body.value.order_id }).await
}
