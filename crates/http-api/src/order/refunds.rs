//! Refunds by the merchant.

use crate::wire::auth::InShop;
use crate::wire::extract::{self, Body, Names};
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::{
    LineId, OrderId, RefundId,
    event::RefundLine,
    order::{Fault, Party, RefundAsk, RefundStatus},
};
use engine::{Command, Input, Reply};
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

/// A refund, in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefundView {
    refund_id: String,
    /// What goes back to the customer.
    amount: i64,
    /// Freight in it.
    freight: i64,
    /// What goes back to the platform of discounts that it bore, with the money (A-G-16).
    platform_share: i64,
    lines: Vec<RefundedLineView>,
    #[schema(value_type = String)]
    status: RefundStatus,
}

/// Refunds a paid order by its stored shares. A used payment coupon is not restored.
#[utoipa::path(post, path = "/v1/shops/{shop}/orders/{order}/refunds", tag = "orders", params(("shop" = String, Path), ("order" = String, Path)),
    request_body = RefundRequest, responses((status = 201, body = RefundView), (status = 409, body = Problem)))]
pub async fn create(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, order_id)): Names<(String, OrderId)>,
    headers: HeaderMap,
    body: Body<RefundRequest>,
) -> Result<(StatusCode, Json<RefundView>), Problem> {
    caller.may(Scope::Refunds)?;
    let idempotency = extract::idempotency(&headers, &format!("refund {order_id}"), &body.digest)?;
    let RefundRequest { refund_id, lines, amount, fault } = body.value;
    if lines.as_ref().is_some_and(Vec::is_empty) {
        return Err(Problem::invalid_body(
            "lines",
            "name at least one line, or leave it out for all that is left",
        ));
    }
    let lines = lines.unwrap_or_default();
    let lines = lines.into_iter().map(|l| RefundLine { line_id: l.line_id, quantity: l.quantity }).collect();
    let ask = RefundAsk { lines, amount: amount.map(Money::from_minor), fault };
    let command = Command::CreateRefund { order_id, refund_id, ask };
    let input = Input { shop_id: caller.shop_id, idempotency, command };
    match state.engine.submit(input).await? {
        Reply::Refund { refund } => {
            let lines = refund.lines.into_iter().map(|line| RefundedLineView {
                line_id: line.line_id.to_string(),
                quantity: line.quantity,
                amount: line.amount.minor(),
            });
            let view = RefundView {
                refund_id: refund.refund_id.to_string(),
                amount: refund.amount.minor(),
                freight: refund.freight.minor(),
                platform_share: refund.parts.of(Party::Platform).minor(),
                lines: lines.collect(),
                status: refund.status,
            };
            Ok((StatusCode::CREATED, Json(view)))
        }
        other => Err(unexpected(&other)),
    }
}
