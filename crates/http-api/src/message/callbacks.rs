//! Delivery reports and replies, as providers send them: to a secret path, unsigned for the most part (A-S2-19).
//!
//! Always holds: each element of a body is handled alone, and the body is answered as taken once all that can be kept is
//! on the disk; a report counts only for a message that went to the number which it names.

use crate::message::told::{self, Heard};
use crate::wire::extract::ended_here;
use crate::wire::problem::Problem;
use crate::wire::provider::{Caller, ComesTo, Peer};
use crate::wire::state::ApiState;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use futures_util::StreamExt;
use relay::message::report::Why;
use relay::message::{callback, report};
use relay::signature::{HEADER_ID, HEADER_SIGNATURE, HEADER_TIMESTAMP};

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
    let Caller::Signed { secrets, .. } = &callbacks.caller else {
        return Ok(Admitted { body: bytes(body).await?, id: None, is_known: false });
    };
    let [id, timestamp, signature] = headers_of(headers)?;
    let body = bytes(body).await?;
    let signed = callback::Signed { id, timestamp, signature };
    let checked = callbacks.taken.check(secrets, signed, &body, seconds(state));
    match checked {
        Ok(()) => Ok(Admitted { body, id: Some(id.to_owned()), is_known: false }),
        Err(callback::CallbackRefusal::Replayed) => {
            Ok(Admitted { body: Vec::new(), id: None, is_known: true })
        }
        Err(refusal) => Err(Problem::not_believed(refusal.to_string())),
    }
}

/// The body, as far as it may go.
async fn bytes(body: Body) -> Result<Vec<u8>, Problem> {
    let (mut all, mut parts) = (Vec::new(), body.into_data_stream());
    while let Some(part) = parts.next().await {
        let broke_off = |error: &axum::Error| Problem::malformed(format!("the body broke off: {error}"));
        let part = part.map_err(|error| ended_here(&error).unwrap_or_else(|| broke_off(&error)))?;
        if all.len() + part.len() > report::MOST_BYTES {
            return Err(Problem::body_too_large(report::MOST_BYTES));
        }
        all.extend_from_slice(&part);
    }
    Ok(all)
}

/// The headers by which a callback is signed; the problem names those that are missing.
fn headers_of(headers: &HeaderMap) -> Result<[&str; 3], Problem> {
    let names = [HEADER_ID, HEADER_TIMESTAMP, HEADER_SIGNATURE];
    let found = names.map(|name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default());
    let missing = names.iter().zip(found).filter(|(_, value)| value.is_empty()).map(|(name, _)| *name);
    let missing: Vec<&str> = missing.collect();
    if missing.is_empty() {
        return Ok(found);
    }
    let detail = format!(
        "{} missing: callbacks are signed as our webhooks are, with the secret of [channel.sms]",
        missing.join(", ")
    );
    Err(Problem::not_believed(detail))
}

/// By the machine's clock: providers know no sandbox.
fn seconds(state: &ApiState) -> i64 {
    state.engine.clock().outside().micros() / 1_000_000
}

/// What comes to one of the addresses.
async fn take(
    state: &ApiState,
    comes_to: ComesTo,
    secret: &str,
    headers: &HeaderMap,
    peer: Option<Extension<Peer>>,
    body: Body,
) -> Result<Response, Problem> {
    let admitted = admit(state, secret, headers, peer, body).await?;
    let Some(callbacks) = state.callbacks.clone() else { return Err(Problem::not_found(UNKNOWN)) };
    let heard = if admitted.is_known {
        Heard::before()
    } else {
        let told = callbacks.read(&admitted.body, comes_to).map_err(|bad| unreadable(bad.why))?;
        let heard = told::store(state, told).await?;
        if let Some(id) = &admitted.id {
            callbacks.taken.keep(id, seconds(state));
        }
        heard
    };
    Ok(match callbacks.thanks() {
        Some(thanks) => Json(thanks).into_response(),
        None => Json(heard).into_response(),
    })
}

/// A body of which nothing can be read is the provider's mistake, or ours: it is not thanked for.
fn unreadable(why: Why) -> Problem {
    match why {
        Why::NotJson => Problem::malformed("it is no JSON, or neither an object nor an array of objects"),
        Why::TooLarge => Problem::body_too_large(report::MOST_BYTES),
        Why::TooMany => {
            let most = report::MOST_ELEMENTS;
            Problem::invalid_body("reports", &format!("at most {most} elements in one body"))
        }
        Why::Field(field) => Problem::invalid_body(field, "there are neither reports nor replies in it"),
    }
}

/// Takes delivery reports in. A program of your own signs them, and hears what came of each; Aliyun and Tencent Cloud hear
/// what they want to.
#[utoipa::path(post, path = "/callbacks/{secret}/receipts", tag = "callbacks", params(("secret" = String, Path)),
    request_body = Object, security(()), responses((status = 200, body = Heard), (status = 400, body = Problem),
    (status = 403, description = "`callback_refused`", body = Problem), (status = 404, body = Problem),
    (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn receipts(
    State(state): State<ApiState>,
    Path(secret): Path<String>,
    headers: HeaderMap,
    peer: Option<Extension<Peer>>,
    body: Body,
) -> Result<Response, Problem> {
    take(&state, ComesTo::Receipts, &secret, &headers, peer, body).await
}

/// Takes replies in: those that want no more are heeded. A program of your own may send both lists to either address.
#[utoipa::path(post, path = "/callbacks/{secret}/replies", tag = "callbacks", params(("secret" = String, Path)),
    request_body = Object, security(()), responses((status = 200, body = Heard), (status = 400, body = Problem),
    (status = 403, description = "`callback_refused`", body = Problem), (status = 404, body = Problem),
    (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn replies(
    State(state): State<ApiState>,
    Path(secret): Path<String>,
    headers: HeaderMap,
    peer: Option<Extension<Peer>>,
    body: Body,
) -> Result<Response, Problem> {
    take(&state, ComesTo::Replies, &secret, &headers, peer, body).await
}
