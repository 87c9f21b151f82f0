//! The token of calls to `WeChat`: fetched when it is needed, kept until it expires.
//!
//! A call waits for the one that fetches, so there is one fetch however many messages are under way.

use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use super::super::outcome::{Class, SendOutcome, Window};
use super::super::report::text;
use super::codes::TABLE;
use super::service::Service;

/// So long before its end a token is not used any more.
const MARGIN_MICROS: i64 = 300_000_000;

#[derive(Clone)]
struct Token {
    text: String,
    until_micros: i64,
}

/// The token, if there is one.
#[derive(Default)]
pub(super) struct Tokens(Mutex<Option<Token>>);

/// The token; another one than `refused`, where that is given. The outcome is that of a message that cannot have one:
/// it was certainly not sent.
pub(super) async fn token(
    service: &Service,
    tokens: &Tokens,
    refused: Option<&str>,
) -> Result<String, SendOutcome> {
    let mut kept = tokens.0.lock().await;
    let now = (service.clock)();
    let good = kept.as_ref().filter(|token| now < token.until_micros && refused != Some(&token.text));
    if let Some(token) = good {
        return Ok(token.text.clone());
    }
    let mut fetched = fetch(service, now, false).await?;
    if refused == Some(&fetched.text) {
        fetched = fetch(service, now, true).await?;
    }
    let text = fetched.text.clone();
    *kept = Some(fetched);
    Ok(text)
}

/// `force` makes `WeChat` end the token that others may use; so it comes last.
async fn fetch(service: &Service, now: i64, force: bool) -> Result<Token, SendOutcome> {
    let body = json!({
        "grant_type": "client_credential",
        "appid": service.settings.app_id,
        "secret": service.settings.app_secret.expose(),
        "force_refresh": force,
    });
    let said = service.call("/cgi-bin/stable_token", None, &body).await;
    read(&said.map_err(not_sent)?, now)
}

/// No token, no message: whatever happened to the request for it, the message can be sent later.
fn not_sent(outcome: SendOutcome) -> SendOutcome {
    match outcome {
        SendOutcome::Unknown { code } => SendOutcome::later(format!("token_{code}")),
        SendOutcome::Refused { class, code, .. } => {
            SendOutcome::Later { class, code, not_before: Window::Schedule }
        }
        SendOutcome::Accepted { .. } | SendOutcome::Later { .. } => outcome,
    }
}

fn read(said: &Map<String, Value>, now: i64) -> Result<Token, SendOutcome> {
    if let Some(code) = text(said, "errcode").filter(|code| code != "0") {
        let words = text(said, "errmsg").unwrap_or_default();
        return Err(match TABLE.outcome(&code, &words) {
            // A code that nobody knows: the app's settings are the likeliest.
            SendOutcome::Refused { code, .. } => {
                SendOutcome::Later { class: Class::Access, code, not_before: Window::Schedule }
            }
            other => not_sent(other),
        });
    }
    let seconds = said.get("expires_in").and_then(Value::as_i64);
    match (said.get("access_token").and_then(Value::as_str), seconds) {
        (Some(token), Some(seconds)) => {
            let lasts = seconds.clamp(0, 7_200) * 1_000_000;
            let until_micros = now.saturating_add((lasts - MARGIN_MICROS).max(lasts / 2));
            Ok(Token { text: token.to_owned(), until_micros })
        }
        _ => Err(SendOutcome::later("token_unreadable")),
    }
}
