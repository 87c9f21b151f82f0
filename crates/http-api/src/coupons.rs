//! Coupons: one, or a customer's.

use crate::auth::InShop;
use crate::extract::{self, Names};
use crate::keys::Scope;
use crate::page::{List, PageQuery};
use crate::problem::Problem;
use crate::state::ApiState;
use crate::time;
use axum::Json;
use axum::extract::State;
use domain::{
    CouponId, CustomerId,
    coupon::{Bind, Coupon, CouponStatus},
    shop::Shop,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A coupon; amounts in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct CouponView {
    /// Its id.
    coupon_id: String,
    /// The batch it is from: for payment coupons the campaign.
    batch_id: String,
    /// The campaign.
    campaign_id: String,
    /// `payment`.
    kind: &'static str,
    /// Whose it is.
    customer_id: String,
    /// From this amount on,
    spend: i64,
    /// this much comes off.
    save: i64,
    /// `available | locked | used | expired | void`.
    #[schema(value_type = String)]
    status: CouponStatus,
    /// `origin_order | shop_scope`.
    #[schema(value_type = String)]
    bind: Bind,
    /// Methods that it works with.
    methods: Vec<&'static str>,
    /// From here,
    usable_from: String,
    /// to here.
    usable_until: String,
    /// The order it is bound to, or was used on.
    order_id: Option<String>,
    /// The order that used it.
    used_on: Option<String>,
    /// A payment that holds it ends then.
    locked_until: Option<String>,
}

impl CouponView {
    /// A coupon in the shop's zone.
    pub fn new(shop: &Shop, coupon: &Coupon) -> Self {
        let bound = (coupon.bind == Bind::OriginOrder).then_some(&coupon.origin_order_id);
        Self {
            coupon_id: coupon.coupon_id.to_string(),
            batch_id: coupon.campaign_id.to_string(),
            campaign_id: coupon.campaign_id.to_string(),
            kind: "payment",
            customer_id: coupon.customer_id.to_string(),
            spend: coupon.spend.minor(),
            save: coupon.save.minor(),
            status: coupon.status,
            bind: coupon.bind,
            methods: if coupon.allow_baitiao { vec!["jd_pay", "baitiao"] } else { vec!["jd_pay"] },
            usable_from: time::show(shop, coupon.claimed_at),
            usable_until: time::show(shop, coupon.usable_until),
            order_id: coupon.used_on.as_ref().or(bound).map(ToString::to_string),
            used_on: coupon.used_on.as_ref().map(ToString::to_string),
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
    let shop = state.shop(&caller.shop_id)?;
    let found = state.engine.reader().coupon(&caller.shop_id, &id)?;
    let coupon = found.ok_or_else(|| Problem::not_found(format!("no coupon {id}")))?;
    Ok(Json(CouponView::new(&shop, &coupon)))
}

/// Which coupons to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatusQuery {
    /// Only this status.
    #[param(value_type = Option<String>)]
    status: Option<CouponStatus>,
}

/// A customer's coupons.
#[utoipa::path(get, path = "/v1/shops/{shop}/customers/{customer}/coupons", tag = "coupons",
    params(("shop" = String, Path), ("customer" = String, Path), StatusQuery, PageQuery),
    responses((status = 200, body = List<CouponView>)))]
pub async fn of_customer(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, customer)): Names<(String, CustomerId)>,
    status: extract::Query<StatusQuery>,
    page: extract::Query<PageQuery>,
) -> Result<Json<List<CouponView>>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id)?;
    let page = page.0.page();
    let rows = state.engine.reader().customer_coupons(&caller.shop_id, &customer, status.0.status, &page)?;
    Ok(Json(List::of(rows, &page, |c| c.coupon_id.to_string(), |c| CouponView::new(&shop, &c))))
}
