//! One request to a provider and its answer, or what it means that there is none.
//!
//! The line between *later* and *unknown* is drawn here, once for all providers (A-S2-18): what was certainly not read
//! (a refused connection, a name that is not found, 408, 429, 503) may be sent again; what may have been acted upon (a
//! time-out, a broken connection, 500, 502, 504, an answer that nobody can read) may not. No URL and no body is logged:
//! both hold phones or keys.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response, StatusCode, redirect};

use super::outcome::{Class, SendOutcome, Window};
use crate::clock::Clock;
use crate::retry_after::retry_after;
use crate::tls;

/// How long one request may take.
pub const SEND_LIMIT: Duration = Duration::from_secs(15);
/// How long a connection may take, of that.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How much of an answer is read. The largest that means something has two hundred entries.
const MAX_ANSWER_BYTES: usize = 256 * 1_024;

/// A client for providers that the operator named: no address guard, and neither redirects nor proxies.
pub(crate) fn client(limit: Duration) -> Result<Client, reqwest::Error> {
    tls::build_client(|| {
        Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .timeout(limit)
            .connect_timeout(CONNECT_LIMIT.min(limit))
            .user_agent(concat!("Promenade/", env!("CARGO_PKG_VERSION")))
    })
}

/// What a provider answered: neither too busy (408, 429, 503) nor broken (5xx).
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// `None` where it broke off or has no end.
    pub(crate) body: Option<Vec<u8>>,
}

/// Make the request. The error is what it means for the message that there is no answer to read.
pub(crate) async fn exchange(request: RequestBuilder, clock: &Clock) -> Result<Answer, SendOutcome> {
    let response = request.send().await.map_err(|error| of_error(&error))?;
    let status = response.status();
    if let Some(outcome) = of_status(&response, clock) {
        return Err(outcome);
    }
    Ok(Answer { status, body: read(response).await })
}

fn of_error(error: &reqwest::Error) -> SendOutcome {
    if error.is_builder() {
        SendOutcome::refused(Class::Content, "not_a_request", "an id or an address is not fit for a header")
    } else if error.is_connect() {
        SendOutcome::later("connection_failed")
    } else if error.is_timeout() {
        SendOutcome::unknown("timeout")
    } else {
        SendOutcome::unknown("connection_broken")
    }
}

/// What the status alone says; `None` where the body is to be read.
fn of_status(response: &Response, clock: &Clock) -> Option<SendOutcome> {
    let status = response.status();
    let code = format!("http_{}", status.as_u16());
    match status {
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            let asked = retry_after(response.headers(), clock().div_euclid(1_000_000));
            let not_before = asked.map_or(Window::Schedule, |wait| Window::Seconds(wait.as_secs()));
            Some(SendOutcome::Later { class: Class::Transient, code, not_before })
        }
        _ if status.is_server_error() => Some(SendOutcome::Unknown { code }),
        _ => None,
    }
}

async fn read(mut response: Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER_BYTES {
            return None;
        }
    }
    Some(body)
}
