//! Notices that no event brings.

use super::MessageView;
use crate::wire::auth::InShop;
use crate::wire::extract::Unread;
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
use utoipa::ToSchema;

/// A notice that is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageRequest {
    /// The shop's id of it: the same again sends nothing.
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
        Refusal::from_violations(Code::InvalidTerms, violations).map(|()| Values::default())
    })?;
    let notice = Notice { message_id: message_id.clone(), kind, customer_id, order_id, values };
    let command = Command::Messages(MessageCommand::Post(Box::new(notice)));
    state.engine.submit(Input::new(caller.shop_id.clone(), command)).await?;
    let shop_id = caller.shop_id;
    let sent = state
        .read(move |reader| {
            let ids = kind.about().channels.iter().map(|channel| engine::notice_id(&message_id, *channel));
            let found: Read<Vec<_>> = ids.map(|id| reader.message(&shop_id, &id)).collect();
            found.map(|found| found.into_iter().flatten().collect::<Vec<_>>())
        })
        .await?;
    let data = sent.into_iter().map(|message| MessageView::new(&shop, message)).collect();
    Ok(Json(List { data, next_cursor: None }))
}
