//! One attempt to deliver one event to one endpoint.
//!
//! An attempt lasts at most 15 seconds, name resolution and answer included. Of an answer at most
//! 1 KiB is read, and only its first characters are kept as the reason of a failure. No redirect
//! is followed, no proxy is asked, and every connection goes through the [`AddressGuard`].

mod answer;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, InvalidHeaderValue};
use reqwest::{Client, redirect};
use serde::{Deserialize, Serialize};

use crate::guard::{AddressGuard, GuardError, GuardedDns};
use crate::signature::{
    HEADER_ID, HEADER_SIGNATURE, HEADER_TIMESTAMP, SecretError, SigningSecret, signature_header,
};
use crate::tls;
pub use answer::DeliveryResult;

/// How long an attempt may last.
pub const ATTEMPT_LIMIT: Duration = Duration::from_secs(15);
/// How long an unused connection is kept; longer than the pause between two events of a batch.
const IDLE_CONNECTION: Duration = Duration::from_secs(20);
const USER_AGENT: &str = concat!("Promenade-Webhooks/", env!("CARGO_PKG_VERSION"));

/// Where a merchant wants events. Its `Debug` shows neither the URL's path nor the secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The URL as registered.
    pub url: String,
    /// The signing secrets in text form (`whsec_...`), the newest first; at least one.
    pub secrets: Vec<String>,
}

/// What a mailbox gets instead of an event's JSON: the body of its [`crate::Delivery`], as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Its subject.
    pub subject: String,
    /// Its text in Chinese.
    pub zh: String,
    /// Its text in English.
    pub en: String,
}

impl Endpoint {
    /// The mailbox, where it is one.
    pub fn mailbox(&self) -> Option<&str> {
        self.url.strip_prefix("mailto:")
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("secrets", &self.secrets.len()).finish_non_exhaustive()
    }
}

/// Delivers events to endpoints. Cloning it is cheap and shares the connections.
#[derive(Clone)]
pub struct WebhookClient {
    client: Client,
    guard: AddressGuard,
    limit: Duration,
}

impl WebhookClient {
    /// A client whose every connection `guard` checks.
    ///
    /// Fails only if TLS cannot be set up; it needs no network.
    pub fn try_new(guard: AddressGuard) -> Result<Self, reqwest::Error> {
        Self::try_with_limit(guard, ATTEMPT_LIMIT)
    }

    /// The same with another limit for an attempt than [`ATTEMPT_LIMIT`].
    pub fn try_with_limit(guard: AddressGuard, limit: Duration) -> Result<Self, reqwest::Error> {
        let resolver = Arc::new(GuardedDns(guard.clone()));
        let client = tls::build_client(|| {
            Client::builder()
                .dns_resolver(Arc::clone(&resolver))
                .redirect(redirect::Policy::none())
                .no_proxy()
                .referer(false)
                .timeout(limit)
                .pool_idle_timeout(IDLE_CONNECTION)
                .pool_max_idle_per_host(1)
                .user_agent(USER_AGENT)
        })?;
        Ok(Self { client, guard, limit })
    }

    /// How long an attempt may last.
    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    /// Deliver `body` (JSON) once. `timestamp_seconds` is the time of this attempt since 1970.
    ///
    /// It never fails otherwise than with a [`DeliveryResult`]: a refused address, an unusable
    /// secret and a dead network are all [`DeliveryResult::Retry`], since a merchant can mend them.
    pub async fn deliver(
        &self,
        endpoint: &Endpoint,
        event_id: &str,
        timestamp_seconds: i64,
        body: &str,
    ) -> DeliveryResult {
        let url = match self.guard.check_url_syntax(&endpoint.url) {
            Ok(url) => url,
            Err(refusal) => return DeliveryResult::retry(refusal.code()),
        };
        let Ok(secrets) = parse_secrets(&endpoint.secrets) else {
            return DeliveryResult::retry("secret_invalid");
        };
        if secrets.is_empty() {
            return DeliveryResult::retry("secret_missing");
        }
        let Ok(headers) = signed_headers(&secrets, event_id, timestamp_seconds, body) else {
            return DeliveryResult::retry("event_id_invalid");
        };
        let request = self.client.post(url).headers(headers);
        match request.body(body.to_owned()).send().await {
            Ok(response) => answer::judge(response, timestamp_seconds).await,
            Err(error) => DeliveryResult::retry(failure_code(&error)),
        }
    }
}

fn parse_secrets(secrets: &[String]) -> Result<Vec<SigningSecret>, SecretError> {
    secrets.iter().map(|text| SigningSecret::parse(text)).collect()
}

fn signed_headers(
    secrets: &[SigningSecret],
    event_id: &str,
    timestamp_seconds: i64,
    body: &str,
) -> Result<HeaderMap, InvalidHeaderValue> {
    let signature = signature_header(secrets, event_id, timestamp_seconds, body);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(HEADER_ID, HeaderValue::from_str(event_id)?);
    headers.insert(HEADER_TIMESTAMP, HeaderValue::from(timestamp_seconds));
    headers.insert(HEADER_SIGNATURE, HeaderValue::from_str(&signature)?);
    Ok(headers)
}

/// The guard's refusal lies at the bottom of the client's error; it says more than the client.
fn failure_code(error: &reqwest::Error) -> &'static str {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(refusal) = error.downcast_ref::<GuardError>() {
            return refusal.code();
        }
        cause = error.source();
    }
    if error.is_timeout() { "timeout" } else { "connection_failed" }
}
