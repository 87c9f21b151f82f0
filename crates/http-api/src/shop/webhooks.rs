//! Webhooks: receivers of what happens here, their dead letters, and trying those again.

use crate::wire::auth::InShop;
use crate::wire::extract::{self, Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::page::{Cursor, List, PageQuery};
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::{Code, Instant, WebhookId, shop::Shop};
use engine::{Command, Input, Reply, Rotation};
use port::{Delivery, DeliveryStatus, Reader, Webhook};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Types of events that webhooks can get.
pub const TYPES: &[&str] = &[
    "offer.displayed",
    "coupon.claimed",
    "coupon.used",
    "coupon.expired",
    "coupon.void",
    "coupon.returned",
    "coupon.conflict",
    "coupon_batch.changed",
    "order.cancelled",
    "order.settled",
    "refund.booked",
    "money.to_return",
    "campaign.changed",
    "campaign.exhausted",
    "campaign.paused",
    "reward.offered",
    "reward.played",
    "reward.void",
    "reward.again",
    "beta.changed",
    "pool_order.moved",
    "presale_strategy.pass",
    "gifts.given",
    "import.finished",
    "sprint.invited",
    "sprint.announced",
    "sprint.revised",
    "sprint.prize_due",
    "sprint.bound",
    "sprint.closed",
    "sprint.enrolled",
    "sprint.awarded",
    "sms.low_balance",
    "sms.difference",
    "template.blocked",
];

/// A receiver to register.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookRequest {
    /// Where to send; addresses inside the network are refused unless the service allows them.
    url: String,
    /// Types it wants; all when left out.
    #[serde(default)]
    types: Vec<String>,
}

/// A new secret for a receiver.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateRequest {
    /// How long the secret of before signs beside the new one: 0 to 10,080 minutes, a day when left out. With 0 it
    /// ends at once, as a secret should that others know.
    #[serde(default = "a_day")]
    overlap_minutes: i64,
}

fn a_day() -> i64 {
    24 * 60
}

/// A registered receiver. A secret is shown when it is made, and not to the same request again.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookView {
    webhook_id: String,
    url: String,
    types: Vec<String>,
    created_at: String,
    /// Until when the secret of before signs beside the one that replaced it.
    #[serde(skip_serializing_if = "Option::is_none")]
    old_secret_until: Option<String>,
    /// Signs every delivery (Standard Webhooks).
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

fn view(shop: &Shop, webhook: Webhook, now: Instant, with_secret: bool) -> WebhookView {
    WebhookView {
        webhook_id: webhook.webhook_id.to_string(),
        url: webhook.url,
        types: webhook.types,
        created_at: time::show(shop, webhook.created_at),
        old_secret_until: webhook.old_until.filter(|end| now < *end).map(|end| time::show(shop, end)),
        secret: webhook.secrets.into_iter().next().filter(|_| with_secret),
    }
}

fn check(state: &ApiState, asked: &WebhookRequest) -> Result<(), Problem> {
    if let Some(unknown) = asked.types.iter().find(|t| !TYPES.contains(&t.as_str())) {
        return Err(Problem::invalid_body("types", &format!("{unknown} is not one of {}", TYPES.join(", "))));
    }
    (state.edge.check_webhook_url)(&asked.url).map_err(|(code, detail)| {
        let title = "A webhook cannot be sent to this address";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, title, "无法向该地址发送通知")
            .detail(detail.clone())
            .violation("url", Code::InvalidValue, detail)
    })
}

/// Registers a receiver; the answer carries the secret, once: to the same `Idempotency-Key` again it comes without.
#[utoipa::path(post, path = "/v1/shops/{shop}/webhooks", tag = "webhooks", params(("shop" = String, Path)), request_body = WebhookRequest,
    responses((status = 201, body = WebhookView), (status = 422, body = Problem)))]
pub async fn create(
    State(state): State<ApiState>,
    caller: InShop,
    headers: HeaderMap,
    body: Unread<WebhookRequest>,
) -> Result<(StatusCode, Json<WebhookView>), Problem> {
    let body = caller.reads(Scope::Admin, body).await?;
    let shop = state.shop(&caller.shop_id).await?;
    check(&state, &body.value)?;
    let idempotency = extract::idempotency(&headers, "webhooks", &body.digest)?;
    let random = (state.edge.random)();
    let id = blake3::hash(&random).to_hex();
    let webhook_id = WebhookId::try_new(&format!("wh_{}", &id.as_str()[..24]));
    let webhook_id = webhook_id.map_err(|error| Problem::malformed(error.to_string()))?;
    let webhook = Webhook {
        webhook_id,
        url: body.value.url,
        types: body.value.types,
        secrets: vec![secret(&random)],
        created_at: state.engine.now(),
        old_until: None,
    };
    let command = Command::PutWebhook(Box::new(webhook));
    let input = Input { shop_id: caller.shop_id, idempotency, command, chance: None };
    match state.engine.submit(input).await? {
        Reply::Webhook { webhook } => {
            let now = state.engine.now();
            Ok((StatusCode::CREATED, Json(view(&shop, webhook, now, true))))
        }
        other => Err(unexpected(&other)),
    }
}

fn secret(random: &[u8; 32]) -> String {
    use base64::Engine;
    format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(random))
}

/// Gives a receiver a new secret; the answer carries it, once. The one before signs beside it for a while, so that the
/// receiver can change over.
#[utoipa::path(post, path = "/v1/shops/{shop}/webhooks/{webhook}/rotate-secret", tag = "webhooks", params(("shop" = String, Path), ("webhook" = String, Path)),
    request_body = RotateRequest, responses((status = 200, body = WebhookView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn rotate_secret(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, WebhookId)>,
    headers: HeaderMap,
    body: Unread<RotateRequest>,
) -> Result<Json<WebhookView>, Problem> {
    let body = caller.reads(Scope::Admin, body).await?;
    let shop = state.shop(&caller.shop_id).await?;
    let idempotency = extract::idempotency(&headers, &format!("webhooks/{id}/rotate-secret"), &body.digest)?;
    let secret = secret(&(state.edge.random)());
    let overlap_minutes = body.value.overlap_minutes;
    let command = Command::RotateSecret(Rotation { webhook_id: id, secret, overlap_minutes });
    let input = Input { shop_id: caller.shop_id, idempotency, command, chance: None };
    match state.engine.submit(input).await? {
        Reply::Webhook { webhook } => Ok(Json(view(&shop, webhook, state.engine.now(), true))),
        other => Err(unexpected(&other)),
    }
}

/// Lists receivers, without their secrets.
#[utoipa::path(get, path = "/v1/shops/{shop}/webhooks", tag = "webhooks", params(("shop" = String, Path)),
    responses((status = 200, body = List<WebhookView>)))]
pub async fn list(State(state): State<ApiState>, caller: InShop) -> Result<Json<List<WebhookView>>, Problem> {
    caller.may(Scope::Admin)?;
    let shop = state.shop(&caller.shop_id).await?;
    let rows = state.read(move |reader| reader.webhooks(&caller.shop_id)).await?;
    let now = state.engine.now();
    // The mailbox of alerts stands in the message settings.
    let rows = rows.into_iter().filter(|row| row.mailbox().is_none());
    Ok(Json(List::whole(rows.map(|row| view(&shop, row, now, false)).collect())))
}

/// Removes a receiver with what still waited for it.
#[utoipa::path(delete, path = "/v1/shops/{shop}/webhooks/{webhook}", tag = "webhooks", params(("shop" = String, Path), ("webhook" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn remove(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, WebhookId)>,
) -> Result<StatusCode, Problem> {
    caller.may(Scope::Admin)?;
    state.engine.submit(Input::new(caller.shop_id, Command::RemoveWebhook(id))).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A delivery.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryView {
    delivery_id: i64,
    /// Its `webhook-id`.
    event_id: String,
    #[serde(rename = "type")]
    kind: String,
    at: String,
    attempts: u32,
    #[schema(value_type = String)]
    status: DeliveryStatus,
    next_at: String,
    /// What the last attempt came to.
    reason: Option<String>,
}

fn delivery(shop: &Shop, row: Delivery) -> DeliveryView {
    DeliveryView {
        delivery_id: row.delivery_id,
        event_id: row.outside_id(),
        kind: row.event_type,
        at: time::show(shop, row.at),
        attempts: row.attempt,
        status: row.status,
        next_at: time::show(shop, row.next_at),
        reason: row.reason,
    }
}

/// Deliveries that were given up after the last attempt.
#[utoipa::path(get, path = "/v1/shops/{shop}/webhooks/{webhook}/dead-letters", tag = "webhooks",
    params(("shop" = String, Path), ("webhook" = String, Path), PageQuery), responses((status = 200, body = List<DeliveryView>)))]
pub async fn dead_letters(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, WebhookId)>,
    query: extract::Query<PageQuery>,
) -> Result<Json<List<DeliveryView>>, Problem> {
    caller.may(Scope::Admin)?;
    let shop = state.shop(&caller.shop_id).await?;
    let page = query.0.read(Cursor::Number)?;
    let asked = page.clone();
    let read =
        move |reader: &dyn Reader| reader.deliveries(&caller.shop_id, &id, DeliveryStatus::Dead, &asked);
    let rows = state.read(read).await?;
    Ok(Json(List::of(rows, &page, |row| row.delivery_id.to_string(), |row| delivery(&shop, row))))
}

/// Tries all dead letters of a receiver again.
#[utoipa::path(post, path = "/v1/shops/{shop}/webhooks/{webhook}/replay", tag = "webhooks", params(("shop" = String, Path), ("webhook" = String, Path)),
    responses((status = 202), (status = 404, body = Problem)))]
pub async fn replay(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, WebhookId)>,
) -> Result<StatusCode, Problem> {
    caller.may(Scope::Admin)?;
    state.engine.submit(Input::new(caller.shop_id, Command::ReviveDeliveries(id))).await?;
    Ok(StatusCode::ACCEPTED)
}

#[cfg(test)]
mod tests {
    use super::TYPES;
    use domain::message::alerts::Alert;

    /// Whoever wants a type alone can name it, and finds it on the page.
    #[test]
    fn every_type_is_on_the_page_and_every_alert_is_a_type() {
        let page = include_str!("../../../../docs/api.md");
        for name in TYPES {
            assert!(page.contains(&format!("\n| `{name}` |")), "{name}");
        }
        assert!(Alert::TYPES.iter().all(|name| TYPES.contains(name)));
    }
}
