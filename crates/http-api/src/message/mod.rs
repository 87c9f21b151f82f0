//! Messages: planned, sent and suppressed ones with their reasons.

pub mod callbacks;
pub mod contact;
pub mod customers;
pub mod post;
pub mod settings;
pub mod templates;
pub mod told;
pub mod wallet;

use crate::wire::auth::InShop;
use crate::wire::extract;
use crate::wire::keys::Scope;
use crate::wire::page::{Cursor, List, PageQuery};
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use domain::{
    CustomerId, OrderId,
    message::{
        Channel, Kind, Message, MessageStatus, Payer,
        sending::{Delivery, Sending},
    },
    shop::Shop,
};
use port::MessageFilter;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageView {
    message_id: String,
    #[schema(value_type = String)]
    kind: Kind,
    #[schema(value_type = String)]
    channel: Channel,
    /// `planned | sent | retrying | unknown | suppressed | failed`.
    #[schema(value_type = String)]
    status: MessageStatus,
    /// Why it was suppressed or failed.
    code: Option<&'static str>,
    /// The reason in words.
    reason: Option<&'static str>,
    /// The reason in Chinese.
    reason_zh: Option<&'static str>,
    order_id: Option<String>,
    customer_id: String,
    campaign_id: Option<String>,
    due_at: String,
    /// When it was let out; not while its provider has not taken it, as far as is known (`retrying`, `unknown`).
    sent_at: Option<String>,
    /// Where a tap leads.
    link: String,
    /// SMS that it costs, by our own count; not for pushes.
    #[serde(skip_serializing_if = "Option::is_none")]
    segments: Option<u32>,
    /// Segments by the provider's count.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_segments: Option<u32>,
    /// Whether the shop's packs pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    paid: Option<bool>,
    /// `delivered | failed`, once its provider has reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    delivery: Option<Delivery>,
    /// The provider's id of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_id: Option<String>,
    /// The provider's words where it refused or failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_code: Option<String>,
    /// Version of the shop's template; none where the text is ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<u32>,
}

impl MessageView {
    fn new(shop: &Shop, m: Message) -> Self {
        let way = m.sending.as_deref();
        let is_open = matches!(m.status, MessageStatus::Retrying | MessageStatus::Unknown);
        Self {
            segments: way.map(|way| way.segments),
            provider_segments: way.and_then(|way| way.provider_segments),
            paid: way.map(|way| way.payer == Payer::Merchant),
            delivery: way.and_then(Sending::delivery),
            provider_id: way.and_then(|way| way.provider_id.clone()),
            provider_code: way.and_then(|way| way.provider_code.clone()),
            template: way.and_then(|way| way.template),
            message_id: m.message_id.to_string(),
            kind: m.kind,
            channel: m.channel,
            status: m.status,
            code: m.code.map(domain::Code::as_str),
            reason: m.code.map(domain::Code::en),
            reason_zh: m.code.map(domain::Code::zh),
            order_id: m.order_id.map(|id| id.to_string()),
            customer_id: m.customer_id.to_string(),
            campaign_id: m.campaign_id.map(|id| id.to_string()),
            due_at: time::show(shop, m.due_at),
            sent_at: time::show_some(shop, m.sent_at.filter(|_| !is_open)),
            link: m.link,
        }
    }
}

/// Which messages to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MessageQuery {
    /// Only of this order.
    #[param(value_type = Option<String>)]
    order_id: Option<OrderId>,
    /// Only to this customer.
    #[param(value_type = Option<String>)]
    customer_id: Option<CustomerId>,
    /// Only in this status.
    #[param(value_type = Option<String>)]
    status: Option<MessageStatus>,
    /// Rows of the page, 1 to 200.
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists messages.
#[utoipa::path(get, path = "/v1/shops/{shop}/messages", tag = "messages", params(("shop" = String, Path), MessageQuery),
    responses((status = 200, body = List<MessageView>)))]
pub async fn list(
    State(state): State<ApiState>,
    caller: InShop,
    query: extract::Query<MessageQuery>,
) -> Result<Json<List<MessageView>>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let MessageQuery { order_id, customer_id, status, limit, cursor } = query.0;
    let page = PageQuery { limit, cursor }.read(Cursor::Chosen)?;
    let filter = MessageFilter { order_id, customer_id, status };
    let asked = page.clone();
    let rows = state.read(move |reader| reader.messages(&caller.shop_id, &filter, &asked)).await?;
    Ok(Json(List::of(rows, &page, |m| m.message_id.to_string(), |m| MessageView::new(&shop, m))))
}
