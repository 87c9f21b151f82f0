//! Delivery reports and replies, as providers send them: to a secret path, unsigned for the most part (A-S2-19).
//!
//! Always holds: each element of a body is handled alone, and the body is answered as taken once all that can be kept is
//! on the disk; a report counts only for a message that went to the number which it names.

use crate::message::told;
use crate::wire::problem::Problem;
use crate::wire::provider::{Caller, ComesTo, Peer};
use crate::wire::state::ApiState;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use relay::message::{callback, report};
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
    told::store(state, told).await?;
    if let Some(id) = &admitted.id {
        callbacks.taken.keep(id, seconds(state));
    }
    Ok(Json(callbacks.thanks()))
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
