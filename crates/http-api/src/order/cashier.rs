//! The cashier: what each method costs, and starting a payment.

use crate::order::offers::find_order;
use crate::wire::auth::InShop;
use crate::wire::extract::{self, Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::{
    CheckoutId, CouponId, OrderId, PaymentId, ShopId,
    campaign::recovery,
    coupon::{Coupon, CouponStatus, Origin},
    order::{Method, Order, PaymentStatus, State as OrderState},
};
use engine::{Command, Input, Reply};
use port::{Page, Read, Reader};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One method at the cashier; amounts in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct MethodView {
    /// `jd_pay | baitiao | wechat | alipay | card`.
    #[schema(value_type = String)]
    method: Method,
    /// What the customer reads: 支付立减5元, 白条立减5元 or the method's name.
    label: String,
    /// The same in English.
    label_en: String,
    /// The coupon that it would use.
    coupon_id: Option<String>,
    /// What comes off.
    saving: i64,
    /// What is left to pay.
    payable: i64,
}

/// The cashier of an order; amounts in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct CashierView {
    /// To be paid without a coupon.
    payable: i64,
    /// Every method.
    methods: Vec<MethodView>,
}

fn check_open(order: &Order, now: domain::Instant) -> Result<(), Problem> {
    let code = match order.state {
        OrderState::Paid { .. } => domain::Code::OrderPaid,
        OrderState::Open if order.is_open(now) => return Ok(()),
        OrderState::Open | OrderState::Cancelled { .. } => domain::Code::OrderCancelled,
    };
    Err(domain::Refusal::new(code).into())
}

/// Leaves out coupons whose campaign or batch is not about this order's goods.
fn in_scope(reader: &dyn Reader, shop: &ShopId, order: &Order, coupons: Vec<Coupon>) -> Read<Vec<Coupon>> {
    let mut fitting = Vec::with_capacity(coupons.len());
    for coupon in coupons {
        let fits = match &coupon.origin {
            Origin::Offer(from) => {
                let row = reader.campaign(shop, &from.campaign_id)?;
                let version = row.as_ref().and_then(|row| row.campaign.version(from.version));
                version.is_none_or(|version| coupon.check_scope(order, &version.scope).is_ok())
            }
            Origin::Batch(from) => {
                let record = reader.batch(shop, &from.batch_id)?.map(|row| row.record);
                record.is_some_and(|record| {
                    record.voided_at.is_none() && coupon.check_scope(order, &record.batch.scope).is_ok()
                })
            }
        };
        if fits {
            fitting.push(coupon);
        }
    }
    Ok(fitting)
}

/// What each method costs, with the coupon where it works.
#[utoipa::path(get, path = "/v1/shops/{shop}/orders/{order}/cashier", tag = "cashier", params(("shop" = String, Path), ("order" = String, Path)),
    responses((status = 200, body = CashierView), (status = 409, body = Problem)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, OrderId)>,
) -> Result<Json<CashierView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let order = find_order(&state, &caller, &id).await?;
    let now = state.engine.now();
    check_open(&order, now)?;
    let page = Page { after: None, limit: crate::wire::limits::PAGE_ROWS };
    let read = move |reader: &dyn Reader| {
        let coupons = reader.customer_coupons(&caller.shop_id, &order.customer_id, None, &page)?;
        Ok((in_scope(reader, &caller.shop_id, &order, coupons)?, order))
    };
    let (coupons, order) = state.read(read).await?;
    let methods = recovery::cashier(&order, &coupons, shop.money(), now).into_iter().map(|m| MethodView {
        method: m.method,
        label: m.label,
        label_en: m.label_en,
        coupon_id: m.coupon_id.map(|id| id.to_string()),
        saving: m.saving.minor(),
        payable: order.due_now().unwrap_or(m.payable).minor(),
    });
    let payable = order.due_now().unwrap_or(order.payable);
    Ok(Json(CashierView { payable: payable.minor(), methods: methods.collect() }))
}

/// A payment to start.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentRequest {
    /// Your id of the attempt.
    #[schema(value_type = String)]
    payment_id: PaymentId,
    /// `jd_pay | baitiao | wechat | alipay | card`.
    #[schema(value_type = String)]
    method: Method,
    /// The coupon to lock for it.
    #[schema(value_type = Option<String>)]
    coupon_id: Option<CouponId>,
    /// Your id of the checkout, when a balance is paid together with other orders (A-S1-28).
    #[schema(value_type = Option<String>)]
    checkout_id: Option<CheckoutId>,
}

/// A started payment; amounts in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaymentView {
    /// The attempt.
    payment_id: String,
    /// To be collected.
    amount: i64,
    /// Taken off by the coupon.
    saving: i64,
    /// The coupon's state: `locked`.
    #[schema(value_type = Option<String>)]
    coupon_status: Option<CouponStatus>,
    /// The attempt's state: `started`, or how it ended when it is asked for again; `succeeded` where nothing is to be paid.
    #[schema(value_type = String)]
    status: PaymentStatus,
}

/// Starts a payment and locks its coupon. The same `payment_id` again answers the same. Where the coupon leaves nothing to pay
/// the order is paid at once: `status` is `succeeded`, and nothing is to be collected (A-G-14).
#[utoipa::path(post, path = "/v1/shops/{shop}/orders/{order}/payments", tag = "cashier", params(("shop" = String, Path), ("order" = String, Path)),
    request_body = PaymentRequest, responses((status = 201, body = PaymentView), (status = 409, body = Problem)))]
pub async fn start_payment(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, order_id)): Names<(String, OrderId)>,
    headers: HeaderMap,
    body: Unread<PaymentRequest>,
) -> Result<(StatusCode, Json<PaymentView>), Problem> {
    let body = caller.reads(Scope::Checkout, body).await?;
    let idempotency = extract::idempotency(&headers, &format!("payment {order_id}"), &body.digest)?;
    let PaymentRequest { payment_id, method, coupon_id, checkout_id } = body.value;
    let command = Command::StartPayment { order_id, payment_id, method, coupon_id, checkout_id };
    let input = Input { shop_id: caller.shop_id, idempotency, command, chance: None };
    match state.engine.submit(input).await? {
        Reply::Payment { payment_id, amount, saving, coupon_status, status } => {
            let (payment_id, amount, saving) = (payment_id.to_string(), amount.minor(), saving.minor());
            Ok((StatusCode::CREATED, Json(PaymentView { payment_id, amount, saving, coupon_status, status })))
        }
        other => Err(unexpected(&other)),
    }
}
