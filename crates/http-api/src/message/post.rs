//! Notices that no event brings.

use super::MessageView;
use crate::wire::auth::InShop;
use crate::wire::extract::{self, Unread};
use crate::wire::keys::Scope;
use crate::wire::page::List;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use axum::Json;
use axum::extract::State;
use domain::{
    Code, CustomerId, MessageId, OrderId, Refusal,
    message::{Kind, Late, values::Values},
};
use engine::{Command, Input, MessageCommand, Notice};
use port::Read;
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A notice that is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageRequest {
    /// The caller's id of it, 1 to 59 characters that do not begin with `ms_`: the same again sends nothing and is
    /// answered the same, other contents are `idempotency_conflict`.
    #[schema(value_type = String)]
    message_id: MessageId,
    /// Which notice.
    #[schema(value_type = String)]
    kind: Kind,
    #[schema(value_type = String)]
    customer_id: CustomerId,
    /// The order that it is about.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    order_id: Option<OrderId>,
    /// What stands in its text, beside what the order says.
    #[serde(default)]
    #[schema(value_type = Object)]
    variables: serde_json::Map<String, serde_json::Value>,
}

/// Sends a notice by every channel that is on; what is left out says why.
#[utoipa::path(post, path = "/v1/shops/{shop}/messages", tag = "messages", params(("shop" = String, Path)),
    request_body = MessageRequest,
    responses((status = 200, body = List<MessageView>), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(
    State(state): State<ApiState>,
    caller: InShop,
    body: Unread<MessageRequest>,
) -> Result<Json<List<MessageView>>, Problem> {
    let asked = caller.reads(Scope::Events, body).await?.value;
    let MessageRequest { message_id, kind, customer_id, order_id, variables } = asked;
    if matches!(kind.about().late, Late::OrderEnds) {
        return Err(Problem::invalid_body("kind", "reminders are planned with their order"));
    }
    let shop = state.shop(&caller.shop_id).await?;
    let values = Values::read(kind, &variables, &shop).or_else(|violations| {
        Refusal::from_violations(Code::InvalidMessage, violations).map(|()| Values::default())
    })?;
    // Before they are read: what is sent again is the same when it says the same.
    let contents: BTreeMap<_, _> = variables.iter().collect();
    let idempotency =
        extract::of_own_id("message", message_id.as_str(), &(kind, &customer_id, &order_id, contents));
    let notice = Notice { message_id: message_id.clone(), kind, customer_id, order_id, values };
    let command = Command::Messages(MessageCommand::Post(Box::new(notice)));
    let input =
        Input { shop_id: caller.shop_id.clone(), idempotency: Some(idempotency), command, chance: None };
    state.engine.submit(input).await?;
    let shop_id = caller.shop_id;
    let sent = state
        .read(move |reader| {
            let ids =
                kind.about().channels.iter().filter_map(|channel| engine::notice_id(&message_id, *channel));
            let found: Read<Vec<_>> = ids.map(|id| reader.message(&shop_id, &id)).collect();
            found.map(|found| found.into_iter().flatten().collect::<Vec<_>>())
        })
        .await?;
    let data = sent.into_iter().map(|message| MessageView::new(&shop, message)).collect();
    Ok(Json(List { data, next_cursor: None }))
}
