//! Refunds by the merchant, and transfers that stand for them.

use crate::order::offers::find_order;
use crate::order::refund_view::RefundView;
use crate::wire::auth::InShop;
use crate::wire::extract::{self, Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::{
    LineId, OrderId, PaymentId, RefundId,
    event::RefundLine,
    order::{Fault, RefundAsk, Transfer},
};
use engine::{Assigned, Command, Input, Reply};
use money::Money;
use port::Digest;
use serde::Deserialize;
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
    /// Only says what it would come to; nothing is kept, and the id stays free.
    #[serde(default)]
    dry_run: bool,
}

/// Refunds a paid order by its stored shares, or refused money of it. A used payment coupon is not restored. An amount
/// that may be of either is refused as `refund_ambiguous`: say `payment_id`, or the lines. Where one of its payments is too
/// old, or has had as many refunds as its channel takes, it is answered as `offline_transfer_required`: nobody else gets its
/// money, and nothing is booked until the transfer is recorded. A dry run answers the same and keeps nothing.
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
    let RefundRequest { refund_id, payment_id, lines, amount, fault, dry_run } = body.value;
    let ask = RefundAsk { lines: units(lines)?, amount: amount.map(Money::from_minor), fault };
    let order = order_id.clone();
    let command = match payment_id {
        _ if dry_run => Command::RehearseRefund { order_id, refund_id, payment_id, ask },
        Some(payment_id) => Command::RefundPayment { order_id, refund_id, payment_id, ask },
        None => Command::CreateRefund { order_id, refund_id, ask },
    };
    let view = answer(&state, &caller, &order, idempotency, command).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// Does what was asked, and shows the refund that it was about.
async fn answer(
    state: &ApiState,
    caller: &InShop,
    order: &OrderId,
    idempotency: Option<(String, Digest)>,
    command: Command,
) -> Result<RefundView, Problem> {
    let input = Input { shop_id: caller.shop_id.clone(), idempotency, command, chance: None };
    match state.engine.submit(input).await? {
        Reply::Refund { refund } => {
            let shop = state.shop(&caller.shop_id).await?;
            let order = find_order(state, caller, order).await?;
            Ok(RefundView::of(&shop, &order, &refund))
        }
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
    let order = order_id.clone();
    let command = Command::AssignRefund { order_id, refund_id, of };
    answer(&state, &caller, &order, idempotency, command).await.map(Json)
}

/// What was paid back outside the system.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferRequest {
    /// What was transferred, in minor units: exactly the refund's amount.
    amount: i64,
    /// The last 2 to 4 letters or digits of the account, never more of it.
    account_tail: String,
    /// The evidence, up to 500 characters: a text, or where it is kept. It is stored as it is and never fetched.
    proof: String,
    /// When the money left.
    at: String,
}

/// Records the transfer that a refund waits for (`offline_transfer_required`): then it has gone back, and is booked as
/// `offline_transfer`. Said again it answers the same; otherwise it is `idempotency_conflict`. Another amount is
/// `amount_mismatch`, more than is to be paid `exceeds_paid`; a refund that waits for none is `transfer_not_required`.
#[utoipa::path(post, path = "/v1/shops/{shop}/orders/{order}/refunds/{refund}/offline-transfer", tag = "orders",
    params(("shop" = String, Path), ("order" = String, Path), ("refund" = String, Path)),
    request_body = TransferRequest, responses((status = 200, body = RefundView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn transfer(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, order_id, refund_id)): Names<(String, OrderId, RefundId)>,
    headers: HeaderMap,
    body: Unread<TransferRequest>,
) -> Result<Json<RefundView>, Problem> {
    let body = caller.reads(Scope::Refunds, body).await?;
    let address = format!("offline-transfer {order_id} {refund_id}");
    let idempotency = extract::idempotency(&headers, &address, &body.digest)?;
    let TransferRequest { amount, account_tail, proof, at } = body.value;
    let at = time::read("at", &at)?;
    let (amount, by) = (Money::from_minor(amount), caller.name().into());
    let (account_tail, proof) = (account_tail.into(), proof.into());
    // The engine says when it is recorded.
    let transfer = Transfer { amount, account_tail, proof, at, recorded_at: at, by };
    let order = order_id.clone();
    let command = Command::RecordTransfer { order_id, refund_id, transfer };
    answer(&state, &caller, &order, idempotency, command).await.map(Json)
}
