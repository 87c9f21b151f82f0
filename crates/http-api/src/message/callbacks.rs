//! Delivery reports and replies, as providers send them: to a secret path, unsigned for the most part (A-S2-19).
//!
//! Always holds: each element of a body is handled alone, and the body is answered as taken once all that can be kept is
//! on the disk; a report counts only for a message that went to the number which it names.

use crate::message::contact::number_key;
use crate::wire::problem::Problem;
use crate::wire::provider::{Caller, ComesTo, Peer};
use crate::wire::state::ApiState;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use contacts::{Keys, Phone};
use domain::{
    Instant, MessageId, ShopId,
    message::{Message, numbers::NumberKey, segments, sending},
};
use engine::{Command, EngineError, Input, MessageCommand};
use port::StoreError;
use relay::message::{Recipient, callback, report};
use serde_json::Value;

/// A body that may be read, and the id under which it was signed.
struct Admitted {
    body: Vec<u8>,
    id: Option<String>,
    /// It was taken before: told again, it is thanked for again.
    is_known: bool,
}

const UNKNOWN: &str = "there is nothing here";

async fn admit(
    state: &ApiState,
    secret: &str,
    headers: &HeaderMap,
    peer: Option<Extension<Peer>>,
    body: Body,
) -> Result<Admitted, Problem> {
    // Compared by digests: how long it takes tells nothing.
    let is = |known: &str| blake3::hash(known.as_bytes()) == blake3::hash(secret.as_bytes());
    let callbacks = state.callbacks.as_ref().filter(|known| is(known.secret.expose()));
    let callbacks = callbacks.filter(|known| known.admits(peer.map(|Extension(Peer(address))| address)));
    let callbacks = callbacks.ok_or_else(|| Problem::not_found(UNKNOWN))?;
    let read = axum::body::to_bytes(body, report::MOST_BYTES).await;
    let body = read.map_err(|error| Problem::invalid_body("body", &error.to_string()))?.to_vec();
    let Caller::Signed { secrets, .. } = &callbacks.caller else {
        return Ok(Admitted { body, id: None, is_known: false });
    };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let id = header("webhook-id");
    let signed = callback::Signed {
        id,
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
    };
    let checked = callbacks.taken.check(secrets, signed, &body, seconds(state));
    match checked {
        Ok(()) => Ok(Admitted { body, id: Some(id.to_owned()), is_known: false }),
        Err(callback::CallbackRefusal::Replayed) => {
            Ok(Admitted { body: Vec::new(), id: None, is_known: true })
        }
        Err(refusal) => {
            let title = "The callback is not believed";
            let problem = Problem::new(StatusCode::FORBIDDEN, "callback_refused", title, "回调未通过校验");
            Err(problem.detail(refusal.to_string()))
        }
    }
}

/// By the machine's clock: providers know no sandbox.
fn seconds(state: &ApiState) -> i64 {
    state.engine.clock().outside().micros() / 1_000_000
}

/// Submits what was read; nothing is thanked for that is not on the disk.
async fn keep(state: &ApiState, inputs: Vec<Input>) -> Result<(), Problem> {
    if inputs.is_empty() {
        return Ok(());
    }
    for answer in state.engine.submit_many(inputs).await? {
        match answer {
            Ok(_) | Err(EngineError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// What comes to one of the addresses.
async fn take(
    state: &ApiState,
    comes_to: ComesTo,
    secret: &str,
    headers: &HeaderMap,
    peer: Option<Extension<Peer>>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let admitted = admit(state, secret, headers, peer, body).await?;
    let Some(callbacks) = state.callbacks.clone() else { return Err(Problem::not_found(UNKNOWN)) };
    if admitted.is_known {
        return Ok(Json(callbacks.thanks()));
    }
    let told = callbacks.read(&admitted.body, comes_to);
    // A body of which nothing can be read is the provider's mistake, or ours: it is not thanked for.
    let told =
        told.map_err(|bad| Problem::invalid_body("body", &format!("it cannot be read: {:?}", bad.why)))?;
    store(state, told).await?;
    if let Some(id) = &admitted.id {
        callbacks.taken.keep(id, seconds(state));
    }
    Ok(Json(callbacks.thanks()))
}

/// Stores what a provider told, or what was fetched of it, each element alone.
pub async fn store(state: &ApiState, told: callback::Told) -> Result<(), Problem> {
    let mut inputs = Vec::new();
    let (mut strangers, mut bad) = (0, 0);
    for one in told.reports {
        match one {
            Ok(one) => match report_input(state, one).await? {
                Some(input) => inputs.push(input),
                None => strangers += 1,
            },
            Err(_) => bad += 1,
        }
    }
    for one in told.replies {
        match one {
            Ok(reply) if segments::is_opt_out(&reply.text) => inputs.extend(opt_outs(state, &reply).await?),
            Ok(_) => {}
            Err(_) => bad += 1,
        }
    }
    metrics::counter!("promenade_message_reports_total", "outcome" => "taken").increment(inputs.len() as u64);
    metrics::counter!("promenade_message_reports_total", "outcome" => "unknown").increment(strangers);
    metrics::counter!("promenade_message_reports_total", "outcome" => "unreadable").increment(bad);
    if strangers + bad > 0 {
        tracing::warn!(
            strangers,
            unreadable = bad,
            "what a provider told is of no message of ours, or unreadable"
        );
    }
    keep(state, inputs).await
}

/// Takes delivery reports in.
#[utoipa::path(post, path = "/callbacks/{secret}/receipts", tag = "callbacks", params(("secret" = String, Path)),
    request_body = Object, security(()), responses((status = 200, body = Object), (status = 404, body = Problem)))]
pub async fn receipts(
    State(state): State<ApiState>,
    Path(secret): Path<String>,
    headers: HeaderMap,
    peer: Option<Extension<Peer>>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    take(&state, ComesTo::Receipts, &secret, &headers, peer, body).await
}

/// Takes replies in: those that want no more are heeded.
#[utoipa::path(post, path = "/callbacks/{secret}/replies", tag = "callbacks", params(("secret" = String, Path)),
    request_body = Object, security(()), responses((status = 200, body = Object), (status = 404, body = Problem)))]
pub async fn replies(
    State(state): State<ApiState>,
    Path(secret): Path<String>,
    headers: HeaderMap,
    peer: Option<Extension<Peer>>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    take(&state, ComesTo::Replies, &secret, &headers, peer, body).await
}

/// The names that a number may be known by.
fn number_keys(keys: Option<&Keys>, phone: &Recipient) -> Vec<NumberKey> {
    let known = keys.zip(Phone::parse(phone.expose()).ok());
    known
        .map(|(keys, phone)| keys.number_keys(&phone).into_iter().map(number_key).collect())
        .unwrap_or_default()
}

/// A moment of the provider's; one ahead of ours is now.
fn moment(state: &ApiState, micros: Option<i64>) -> Instant {
    let now = state.engine.now();
    micros.map(Instant::from_micros).filter(|at| *at <= now).unwrap_or(now)
}

/// The message that a report is of, by our id or the provider's, to that number.
async fn report_input(state: &ApiState, one: report::Report) -> Result<Option<Input>, StoreError> {
    let numbers = number_keys(state.contacts.as_deref(), &one.phone);
    let (ours, theirs, asked) = (one.our_id.clone(), one.provider_id.clone(), numbers.clone());
    let found = state
        .read(move |reader| {
            let mut named = ours.as_deref().map(splits).unwrap_or_default();
            if let Some(id) = &theirs {
                named.extend(reader.messages_of_provider(id)?);
            }
            for (shop, id) in named {
                let message = reader.message(&shop, &id)?;
                if let Some(message) = message.filter(|message| went_to(message, &asked)) {
                    return Ok(Some(message));
                }
            }
            Ok(None)
        })
        .await?;
    let Some(message) = found else { return Ok(None) };
    let at = moment(state, one.at_micros);
    let report = sending::Report {
        part: one.part,
        is_delivered: one.is_delivered,
        code: one.code,
        segments: one.segments,
        at,
        is_charged: one.is_charged,
    };
    let number = message.sending.as_ref().and_then(|sending| sending.number.clone());
    let number = number.filter(|known| numbers.contains(known));
    let (message_id, report) = (message.message_id, Box::new(report));
    let command = Command::Messages(MessageCommand::Reported { message_id, number, report });
    Ok(Some(Input::new(message.shop_id, command)))
}

fn went_to(message: &Message, numbers: &[NumberKey]) -> bool {
    let went = message.sending.as_ref().and_then(|sending| sending.number.as_ref());
    // Where no number was known, there is none to compare.
    went.is_some_and(|went| !went.is_number() || numbers.contains(went))
}

/// The shop and the message that our id joins. Either may hold the sign between them.
fn splits(joined: &str) -> Vec<(ShopId, MessageId)> {
    let cuts = joined.match_indices(':').map(|(at, _)| (&joined[..at], &joined[at + 1..]));
    let read = |(shop, id): (&str, &str)| Some((ShopId::try_new(shop).ok()?, MessageId::try_new(id).ok()?));
    cuts.filter_map(read).collect()
}

/// A reply that wants no more, in each shop that has written to the number; where it names a signature, in that shop's.
async fn opt_outs(state: &ApiState, reply: &report::Reply) -> Result<Vec<Input>, StoreError> {
    let at = moment(state, reply.at_micros);
    let mut inputs = Vec::new();
    for number in number_keys(state.contacts.as_deref(), &reply.phone) {
        let (asked, signature) = (number.clone(), reply.signature.clone());
        let shops = state
            .read(move |reader| {
                let shops = reader.shops_of_number(&asked)?;
                let mut signed = Vec::new();
                for shop in &shops {
                    let centre = reader.centre(shop)?;
                    let now = centre.as_ref().and_then(|centre| centre.settings.versions().last().cloned());
                    let own = now.and_then(|version| version.chosen.signature);
                    let name = reader.shop(shop)?.map(|shop| shop.name.clone());
                    if signature.is_some() && (own == signature || name == signature) {
                        signed.push(shop.clone());
                    }
                }
                Ok(if signed.is_empty() { shops } else { signed })
            })
            .await?;
        for shop in shops {
            let command = MessageCommand::OptOut { number: number.clone(), at };
            inputs.push(Input::new(shop, Command::Messages(command)));
        }
    }
    Ok(inputs)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn our_id_is_read_at_every_sign_that_may_part_it() {
        let read = |text| splits(text).into_iter().map(|(s, m)| format!("{s} {m}")).collect::<Vec<_>>();
        assert_eq!(read("tea:ms_1"), ["tea ms_1"]);
        assert_eq!(read("tea:x:ms"), ["tea x:ms", "tea:x ms"]);
        assert!(read("tea").is_empty() && read(":").is_empty());
    }
}
