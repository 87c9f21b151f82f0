//! Orders moved by hand, up to 1,000 a request, each with its own outcome.

use crate::wire::auth::InShop;
use crate::wire::extract::Unread;
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::problem::{Problem, Reasons};
use crate::wire::state::{ApiState, unexpected};
use axum::Json;
use axum::extract::State;
use domain::{Code, OrderId, Refusal, pool::Stage};
use engine::{Command, EngineError, FirstPayment, Input, Reply, Undecided, Unpaid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Orders to move.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveRequest {
    /// 1 to 1,000 orders.
    #[schema(value_type = Vec<String>)]
    order_ids: Vec<OrderId>,
}

/// Orders to send back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectRequest {
    /// 1 to 1,000 orders.
    #[schema(value_type = Vec<String>)]
    order_ids: Vec<OrderId>,
    /// Whether paid orders lose their first-payment time, as older order systems lose it (A-S4-11).
    #[serde(default)]
    forget_first_payment: bool,
    /// Says that the loss is wanted.
    #[serde(default)]
    confirm: bool,
}

/// Orders for the warehouse.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FulfilRequest {
    /// 1 to 1,000 orders.
    #[schema(value_type = Vec<String>)]
    order_ids: Vec<OrderId>,
    /// Whether orders go whose gifts are not all decided, or have changed since they were given.
    #[serde(default)]
    accept_undecided: bool,
    /// Whether orders go whose money is not whole; with a reason.
    #[serde(default)]
    accept_unpaid: bool,
    /// Why, at most 100 characters; kept with the order.
    reason: Option<String>,
}

/// What became of one order.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovedView {
    /// The order.
    order_id: String,
    /// `done | rejected`.
    outcome: &'static str,
    /// Where it stands now.
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'static str>,
    #[serde(flatten)]
    reasons: Reasons,
}

impl MovedView {
    fn done(order_id: String, stage: Stage) -> Self {
        let stage = Some(stage.as_str());
        Self { order_id, outcome: "done", stage, reasons: Reasons::default() }
    }
    fn rejected(order_id: String, refusal: Refusal) -> Self {
        Self { order_id, outcome: "rejected", stage: None, reasons: refusal.into() }
    }
}

/// The outcomes, in the order of the request.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovesView {
    results: Vec<MovedView>,
}

async fn each(
    state: &ApiState,
    caller: &InShop,
    order_ids: Vec<OrderId>,
    command: impl Fn(OrderId) -> Command,
) -> Result<Json<MovesView>, Problem> {
    state.shop(&caller.shop_id).await?;
    if order_ids.is_empty() || order_ids.len() > limits::MOVED_ORDERS {
        let message = format!("1 to {} orders; nothing was done", limits::MOVED_ORDERS);
        let problem = Problem::from(Refusal::with(Code::TooMany, message.clone()));
        return Err(problem.violation("order_ids", Code::TooMany, message));
    }
    let input = |id: &OrderId| Input::new(caller.shop_id.clone(), command(id.clone()));
    let outcomes = state.engine.submit_many(order_ids.iter().map(input).collect()).await?;
    let mut results = Vec::with_capacity(order_ids.len());
    for (id, outcome) in order_ids.iter().zip(outcomes) {
        results.push(match outcome {
            Ok(Reply::PoolOrder { order }) => MovedView::done(id.to_string(), order.stage),
            Ok(other) => return Err(unexpected(&other)),
            Err(EngineError::Refused(refusal)) => MovedView::rejected(id.to_string(), refusal),
            Err(error) => return Err(error.into()),
        });
    }
    Ok(Json(MovesView { results }))
}

/// Shop orders go to the pool where a presale strategy covers them, else to review.
#[utoipa::path(post, path = "/v1/shops/{shop}/pool-orders/submit", tag = "pool", params(("shop" = String, Path)),
    request_body = MoveRequest, responses((status = 200, body = MovesView), (status = 422, body = Problem)))]
pub async fn submit(
    State(state): State<ApiState>,
    caller: InShop,
    body: Unread<MoveRequest, { limits::LISTS }>,
) -> Result<Json<MovesView>, Problem> {
    let body = caller.reads(Scope::Campaigns, body).await?;
    each(&state, &caller, body.value.order_ids, |order_id| Command::SubmitOrder { order_id }).await
}

/// Pooled orders go to review before their time (S4-R02).
#[utoipa::path(post, path = "/v1/shops/{shop}/pool-orders/transfer-out", tag = "pool", params(("shop" = String, Path)),
    request_body = MoveRequest, responses((status = 200, body = MovesView), (status = 422, body = Problem)))]
pub async fn transfer_out(
    State(state): State<ApiState>,
    caller: InShop,
    body: Unread<MoveRequest, { limits::LISTS }>,
) -> Result<Json<MovesView>, Problem> {
    let body = caller.reads(Scope::Campaigns, body).await?;
    each(&state, &caller, body.value.order_ids, |order_id| Command::TransferOut { order_id }).await
}

/// Orders go back to being shop orders; their times stay. With `forget_first_payment` a paid order is
/// refused with `confirmation_required` until `confirm` is true (A-S4-11).
#[utoipa::path(post, path = "/v1/shops/{shop}/pool-orders/reject", tag = "pool", params(("shop" = String, Path)),
    request_body = RejectRequest, responses((status = 200, body = MovesView), (status = 422, body = Problem)))]
pub async fn reject(
    State(state): State<ApiState>,
    caller: InShop,
    body: Unread<RejectRequest, { limits::LISTS }>,
) -> Result<Json<MovesView>, Problem> {
    let body = caller.reads(Scope::Campaigns, body).await?;
    let RejectRequest { order_ids, forget_first_payment, confirm } = body.value;
    let first_payment = match (forget_first_payment, confirm) {
        (false, _) => FirstPayment::Kept,
        (true, false) => FirstPayment::LostUnconfirmed,
        (true, true) => FirstPayment::Lost,
    };
    each(&state, &caller, order_ids, |order_id| Command::RejectOrder { order_id, first_payment }).await
}

/// Decides the automatic gifts of orders in review anew; gifts added by hand stay (A-S4-10).
#[utoipa::path(post, path = "/v1/shops/{shop}/pool-orders/recompute", tag = "pool", params(("shop" = String, Path)),
    request_body = MoveRequest, responses((status = 200, body = MovesView), (status = 422, body = Problem)))]
pub async fn recompute(
    State(state): State<ApiState>,
    caller: InShop,
    body: Unread<MoveRequest, { limits::LISTS }>,
) -> Result<Json<MovesView>, Problem> {
    let body = caller.reads(Scope::Campaigns, body).await?;
    each(&state, &caller, body.value.order_ids, |order_id| Command::RecomputeOrder { order_id }).await
}

/// What is listed of orders was looked at and stays as it is: they leave the list of exceptions.
#[utoipa::path(post, path = "/v1/shops/{shop}/pool-orders/dismiss", tag = "pool", params(("shop" = String, Path)),
    request_body = MoveRequest, responses((status = 200, body = MovesView), (status = 422, body = Problem)))]
pub async fn dismiss(
    State(state): State<ApiState>,
    caller: InShop,
    body: Unread<MoveRequest, { limits::LISTS }>,
) -> Result<Json<MovesView>, Problem> {
    let body = caller.reads(Scope::Campaigns, body).await?;
    each(&state, &caller, body.value.order_ids, |order_id| Command::DismissExceptions { order_id }).await
}

/// Orders in review go to the warehouse (A-S4-19): `unpaid` or `looks_partly_paid` while their money is not whole,
/// unless `accept_unpaid` is true, with a reason; `gifts_undecided` while a gift is undecided, due by a time that is
/// not known yet, or changed since it was given, unless `accept_undecided` is true.
#[utoipa::path(post, path = "/v1/shops/{shop}/pool-orders/fulfil", tag = "pool", params(("shop" = String, Path)),
    request_body = FulfilRequest, responses((status = 200, body = MovesView), (status = 422, body = Problem)))]
pub async fn fulfil(
    State(state): State<ApiState>,
    caller: InShop,
    body: Unread<FulfilRequest, { limits::LISTS }>,
) -> Result<Json<MovesView>, Problem> {
    let body = caller.reads(Scope::Campaigns, body).await?;
    let FulfilRequest { order_ids, accept_undecided, accept_unpaid, reason } = body.value;
    let undecided = if accept_undecided { Undecided::Accept } else { Undecided::Refuse };
    let unpaid = if accept_unpaid { Unpaid::Accept } else { Unpaid::Refuse };
    if accept_unpaid && reason.as_deref().is_none_or(|text| text.trim().is_empty()) {
        let message = "say why the orders go although they are not paid";
        let problem = Problem::from(Refusal::with(Code::InvalidValue, message));
        return Err(problem.violation("reason", Code::Required, message));
    }
    let command = |order_id| Command::FulfilOrder { order_id, undecided, unpaid, reason: reason.clone() };
    each(&state, &caller, order_ids, command).await
}
