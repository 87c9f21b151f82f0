//! Refunds by the merchant.

use crate::wire::auth::InShop;
use crate::wire::extract::{self, Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::{
    LineId, OrderId, PaymentId, RefundId,
    event::RefundLine,
    order::{Fault, Party, Refund, RefundAsk, RefundOf, RefundStatus},
};
use engine::{Assigned, Command, Input, Reply};
use money::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Units of a line.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitsRequest {
    /// The line.
    #[schema(value_type = String)]
    line_id: LineId,
    /// How many of its units.
    quantity: u64,
}

/// A refund: units of lines, an amount in minor units, or with neither all that is left.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundRequest {
    /// Your id of it.
    #[schema(value_type = String)]
    refund_id: RefundId,
    /// The payment that it goes back to. With an amount and a refused or late payment it ends that payment, or a part
    /// of it, and the order is not touched.
    #[schema(value_type = Option<String>)]
    payment_id: Option<PaymentId>,
    /// Units to take back; at least one line when it is there.
    #[schema(value_type = Option<Vec<UnitsRequest>>)]
    lines: Option<Vec<UnitsRequest>>,
    /// An amount instead.
    amount: Option<i64>,
    /// `customer | merchant | platform`; left out, the merchant agrees. Before the balance is paid a
    /// customer gives the deposit up (`deposit_forfeited`); otherwise it goes back and the order closes.
    #[schema(value_type = Option<String>)]
    fault: Option<Fault>,
}

/// One line of a refund, in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefundedLineView {
    line_id: String,
    quantity: u64,
    amount: i64,
}

/// What of a refund goes back to one payment, in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaymentPartView {
    payment_id: String,
    amount: i64,
}

/// A refund, in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefundView {
    refund_id: String,
    /// What goes back to the customer; of one that is `refund_ambiguous`, what was told.
    amount: i64,
    /// Freight in it.
    freight: i64,
    /// What goes back to the platform of discounts that it bore, with the money (A-G-16).
    platform_share: i64,
    lines: Vec<RefundedLineView>,
    /// How much goes back to which payment, newest first, once it is granted.
    payments: Vec<PaymentPartView>,
    /// What it is of where that is not the order alone: `refused` (refused or late money), `both`, or
    /// `refund_ambiguous` (nobody can tell; it is in no book).
    #[serde(skip_serializing_if = "is_of_order")]
    #[schema(value_type = Option<String>)]
    of: RefundOf,
    #[schema(value_type = String)]
    status: RefundStatus,
    /// How many small refunds it stands for, where an order has so many that they are summed up.
    #[serde(skip_serializing_if = "Option::is_none")]
    sums: Option<u32>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
fn is_of_order(of: &RefundOf) -> bool {
    *of == RefundOf::Order
}

impl RefundView {
    /// As it stands.
    pub fn of(refund: &Refund) -> Self {
        let lines = refund.lines.iter().map(|line| RefundedLineView {
            line_id: line.line_id.to_string(),
            quantity: line.quantity,
            amount: line.amount.minor(),
        });
        let payments = refund.payments.iter().map(|part| PaymentPartView {
            payment_id: part.payment_id.to_string(),
            amount: part.amount.minor(),
        });
        Self {
            refund_id: refund.refund_id.to_string(),
            amount: refund.total().minor(),
            freight: refund.freight.minor(),
            platform_share: refund.parts.of(Party::Platform).minor(),
            lines: lines.collect(),
            payments: payments.collect(),
            of: refund.of,
            status: refund.status,
            sums: Some(refund.sums).filter(|_| refund.is_sum()),
        }
    }
}

/// Refunds a paid order by its stored shares, or refused money of it. A used payment coupon is not restored. An amount
/// that may be of either is refused as `refund_ambiguous`: say `payment_id`, or the lines.
#[utoipa::path(post, path = "/v1/shops/{shop}/orders/{order}/refunds", tag = "orders", params(("shop" = String, Path), ("order" = String, Path)),
    request_body = RefundRequest, responses((status = 201, body = RefundView), (status = 409, body = Problem)))]
pub async fn create(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, order_id)): Names<(String, OrderId)>,
    headers: HeaderMap,
    body: Unread<RefundRequest, { limits::LISTS }>,
) -> Result<(StatusCode, Json<RefundView>), Problem> {
    let body = caller.reads(Scope::Refunds, body).await?;
    let idempotency = extract::idempotency(&headers, &format!("refund {order_id}"), &body.digest)?;
    let RefundRequest { refund_id, payment_id, lines, amount, fault } = body.value;
    let ask = RefundAsk { lines: units(lines)?, amount: amount.map(Money::from_minor), fault };
    let command = match payment_id {
        Some(payment_id) => Command::RefundPayment { order_id, refund_id, payment_id, ask },
        None => Command::CreateRefund { order_id, refund_id, ask },
    };
    let input = Input { shop_id: caller.shop_id, idempotency, command, chance: None };
    match state.engine.submit(input).await? {
        Reply::Refund { refund } => Ok((StatusCode::CREATED, Json(RefundView::of(&refund)))),
        other => Err(unexpected(&other)),
    }
}

fn units(lines: Option<Vec<UnitsRequest>>) -> Result<Vec<RefundLine>, Problem> {
    if lines.as_ref().is_some_and(Vec::is_empty) {
        return Err(Problem::invalid_body(
            "lines",
            "name at least one line, or leave it out for all that is left",
        ));
    }
    let lines = lines.unwrap_or_default().into_iter();
    Ok(lines.map(|l| RefundLine { line_id: l.line_id, quantity: l.quantity }).collect())
}

/// What a refund is of: the money of a payment, or units of lines. One of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignRequest {
    /// The payment whose money went back.
    #[schema(value_type = Option<String>)]
    payment_id: Option<PaymentId>,
    /// The units that came back; they must come to the money that went back.
    #[schema(value_type = Option<Vec<UnitsRequest>>)]
    lines: Option<Vec<UnitsRequest>>,
}

/// Says what a refund is of that is kept as `refund_ambiguous`. Said again it answers the same; otherwise it is
/// `idempotency_conflict`.
#[utoipa::path(post, path = "/v1/shops/{shop}/orders/{order}/refunds/{refund}/assign", tag = "orders",
    params(("shop" = String, Path), ("order" = String, Path), ("refund" = String, Path)),
    request_body = AssignRequest, responses((status = 200, body = RefundView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn assign(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, order_id, refund_id)): Names<(String, OrderId, RefundId)>,
    headers: HeaderMap,
    body: Unread<AssignRequest, { limits::LISTS }>,
) -> Result<Json<RefundView>, Problem> {
    let body = caller.reads(Scope::Refunds, body).await?;
    let address = format!("assign {order_id} {refund_id}");
    let idempotency = extract::idempotency(&headers, &address, &body.digest)?;
    let of = match (body.value.payment_id, units(body.value.lines)?) {
        (Some(payment_id), lines) if lines.is_empty() => Assigned::Payment(payment_id),
        (None, lines) if !lines.is_empty() => Assigned::Lines(lines),
        _ => return Err(Problem::invalid_body("payment_id", "say payment_id, or lines instead")),
    };
    let command = Command::AssignRefund { order_id, refund_id, of };
    let input = Input { shop_id: caller.shop_id, idempotency, command, chance: None };
    match state.engine.submit(input).await? {
        Reply::Refund { refund } => Ok(Json(RefundView::of(&refund))),
        other => Err(unexpected(&other)),
    }
}
