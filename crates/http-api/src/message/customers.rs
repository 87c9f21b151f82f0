//! What is known of a customer as somebody who is written to: consents and grants.

use crate::wire::auth::InShop;
use crate::wire::extract::{self, Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::{
    CustomerId,
    message::{addressee::Consent, numbers::NumberKey},
};
use engine::{Command, Input, MessageCommand};
use port::Read;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a customer said about marketing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentRequest {
    /// Yes or no to marketing by SMS.
    marketing_sms: bool,
    /// When it was said, RFC 3339. What was said last counts, whenever it is told.
    at: String,
    /// Where, in the shop's words, 1 to 128 characters.
    source: String,
}

/// One word of a customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentView {
    marketing_sms: bool,
    at: String,
    source: String,
    told_at: String,
    /// The key that told it.
    told_by: String,
}

/// What a customer said, and what counts of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentsView {
    customer_id: String,
    /// Whether marketing by SMS is agreed to; a reply to opt out stands against it.
    marketing_sms: bool,
    /// When the customer's number was opted out by a reply.
    opted_out_at: Option<String>,
    /// Everything that was said, the last first.
    said: Vec<ConsentView>,
    /// Messages that the customer lets through by `WeChat` template.
    wechat_grants: Vec<GrantView>,
}

/// Grants of a template.
#[derive(Debug, Serialize, ToSchema)]
pub struct GrantView {
    template_id: String,
    left: u32,
}

async fn view(
    state: &ApiState,
    caller: &InShop,
    customer: CustomerId,
) -> Result<Json<ConsentsView>, Problem> {
    let shop = state.shop(&caller.shop_id).await?;
    let (shop_id, asked) = (caller.shop_id.clone(), customer.clone());
    let known = state.read(move |reader| reader.addressee(&shop_id, &asked)).await?.unwrap_or_default();
    let contact = known.contact.iter();
    let numbers: Vec<NumberKey> = contact.flat_map(|contact| contact.numbers().cloned()).collect();
    let shop_id = caller.shop_id.clone();
    let said = state.read(move |reader| {
        let heard = numbers.iter().map(|number| reader.number(&shop_id, number));
        heard.collect::<Read<Vec<_>>>()
    });
    let opted_out_at = said.await?.into_iter().flatten().filter_map(|number| number.opted_out_at).max();
    let counts = known.consent().filter(|consent| consent.given);
    let agreed = counts.is_some_and(|consent| opted_out_at.is_none_or(|out| consent.at > out));
    let said = known.consents().iter().rev().map(|consent| ConsentView {
        marketing_sms: consent.given,
        at: time::show(&shop, consent.at),
        source: consent.source.clone(),
        told_at: time::show(&shop, consent.told_at),
        told_by: consent.told_by.clone(),
    });
    Ok(Json(ConsentsView {
        customer_id: customer.to_string(),
        marketing_sms: agreed,
        opted_out_at: time::show_some(&shop, opted_out_at),
        said: said.collect(),
        wechat_grants: known
            .all_grants()
            .map(|(template, left)| GrantView { template_id: template.to_owned(), left })
            .collect(),
    }))
}

/// What a customer agreed to.
#[utoipa::path(get, path = "/v1/shops/{shop}/customers/{customer}/consents", tag = "messages",
    params(("shop" = String, Path), ("customer" = String, Path)), responses((status = 200, body = ConsentsView)))]
pub async fn consents(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, customer)): Names<(String, CustomerId)>,
) -> Result<Json<ConsentsView>, Problem> {
    caller.may(Scope::Read)?;
    view(&state, &caller, customer).await
}

/// Writes down what a customer said.
#[utoipa::path(put, path = "/v1/shops/{shop}/customers/{customer}/consents", tag = "messages",
    params(("shop" = String, Path), ("customer" = String, Path)), request_body = ConsentRequest,
    responses((status = 200, body = ConsentsView), (status = 422, body = Problem)))]
pub async fn agree(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, customer_id)): Names<(String, CustomerId)>,
    body: Unread<ConsentRequest>,
) -> Result<Json<ConsentsView>, Problem> {
    let ConsentRequest { marketing_sms, at, source } = caller.reads(Scope::Events, body).await?.value;
    let (now, at) = (state.engine.now(), time::read("at", &at)?);
    let fits = (1..=128).contains(&source.chars().count()) && !source.chars().any(char::is_control);
    if !fits {
        return Err(Problem::invalid_body("source", "1 to 128 characters without control characters"));
    }
    if at > now {
        return Err(Problem::invalid_body("at", "a word that was not said yet"));
    }
    let told_by = caller.name().to_owned();
    let consent = Box::new(Consent { given: marketing_sms, at, source, told_at: now, told_by });
    let command = MessageCommand::PutConsent { customer_id: customer_id.clone(), consent };
    state.engine.submit(Input::new(caller.shop_id.clone(), Command::Messages(command))).await?;
    view(&state, &caller, customer_id).await
}

/// Messages that a customer lets through.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantRequest {
    /// `WeChat`'s template, 1 to 64 letters, digits, `-` and `_`.
    template_id: String,
    /// How many messages, 1 where it is not said.
    #[serde(default = "one")]
    count: u32,
}

const fn one() -> u32 {
    1
}

/// Adds grants of a `WeChat` template: one for each `accept` of the mini-program. With an `Idempotency-Key` the same again
/// adds nothing; without one it adds again.
#[utoipa::path(post, path = "/v1/shops/{shop}/customers/{customer}/wechat-grants", tag = "messages",
    params(("shop" = String, Path), ("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = GrantRequest,
    responses((status = 200, body = ConsentsView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn grant(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, customer_id)): Names<(String, CustomerId)>,
    headers: HeaderMap,
    body: Unread<GrantRequest>,
) -> Result<Json<ConsentsView>, Problem> {
    let body = caller.reads(Scope::Events, body).await?;
    let idempotency = extract::idempotency(&headers, &format!("wechat-grants {customer_id}"), &body.digest)?;
    let GrantRequest { template_id, count } = body.value;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !((1..=64).contains(&template_id.len()) && template_id.bytes().all(plain)) {
        return Err(Problem::invalid_body("template_id", "1 to 64 letters, digits, - and _"));
    }
    let command = MessageCommand::Grant { customer_id: customer_id.clone(), template: template_id, count };
    let (shop_id, command) = (caller.shop_id.clone(), Command::Messages(command));
    state.engine.submit(Input { shop_id, idempotency, command, chance: None }).await?;
    view(&state, &caller, customer_id).await
}
