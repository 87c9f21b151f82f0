//! A sender that posts each message as JSON to a provider the operator configured.
//!
//! The operator is trusted, so the address guard does not apply; redirects and the environment's
//! proxies are not followed all the same. The provider drops repetitions by `Idempotency-Key`. Where a secret is set
//! requests are signed as webhooks are, so that the provider knows who sends.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, StatusCode, Url};

use super::exchange::{Answer, SEND_LIMIT, client, exchange};
use super::fan_out::fan_out_messages;
use super::outcome::shortened;
use super::report::{count, text};
use super::{Class, MessageSender, OutgoingMessage, SendOutcome};
use crate::BoxFuture;
use crate::clock::{Clock, system_clock};
use crate::signature::{HEADER_ID, HEADER_SIGNATURE, HEADER_TIMESTAMP, SigningSecret, signature_header};

/// Why a provider cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HttpSenderError {
    /// The URL is not an http or https URL.
    #[error("the provider's URL is not valid")]
    Url,
    /// TLS could not be set up.
    #[error("the provider's client could not be built")]
    Client(#[from] reqwest::Error),
}

/// Posts messages to a provider.
#[derive(Clone)]
pub struct HttpSender {
    client: Client,
    url: Url,
    clock: Clock,
    secrets: Arc<[SigningSecret]>,
}

impl HttpSender {
    /// Post to `url`. A user and password in it are sent as basic authentication.
    pub fn try_new(url: &str) -> Result<Self, HttpSenderError> {
        Self::try_with_limit(url, SEND_LIMIT)
    }

    /// The same with another limit for a message than 15 seconds.
    pub fn try_with_limit(url: &str, limit: Duration) -> Result<Self, HttpSenderError> {
        let url = Url::parse(url).map_err(|_| HttpSenderError::Url)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(HttpSenderError::Url);
        }
        Ok(Self { client: client(limit)?, url, clock: system_clock(), secrets: Arc::default() })
    }

    /// Sign each request with these, by this clock; without any it is not signed.
    pub fn signing(self, secrets: impl Into<Arc<[SigningSecret]>>, clock: Clock) -> Self {
        Self { secrets: secrets.into(), clock, ..self }
    }

    async fn post(self, message: OutgoingMessage) -> SendOutcome {
        let key = message.our_id();
        let body = match serde_json::to_string(&message) {
            Ok(body) => body,
            Err(error) => return SendOutcome::refused(Class::Content, "not_json", &error.to_string()),
        };
        let mut request = self.client.post(self.url.clone()).header("Idempotency-Key", &key);
        if !self.secrets.is_empty() {
            let seconds = (self.clock)().div_euclid(1_000_000);
            let signatures = signature_header(&self.secrets, &key, seconds, &body);
            request = request.header(HEADER_ID, &key).header(HEADER_SIGNATURE, signatures);
            request = request.header(HEADER_TIMESTAMP, seconds);
        }
        let request = request.header("content-type", "application/json").body(body);
        match exchange(request, &self.clock).await {
            Ok(answer) => judge(&answer),
            Err(outcome) => outcome,
        }
    }
}

impl MessageSender for HttpSender {
    /// The provider does, by `Idempotency-Key`.
    fn deduplicates(&self) -> bool {
        true
    }

    fn send<'a>(&'a self, message: &'a OutgoingMessage) -> BoxFuture<'a, SendOutcome> {
        Box::pin(self.clone().post(message.clone()))
    }

    fn send_batch<'a>(&'a self, messages: &'a [OutgoingMessage]) -> BoxFuture<'a, Vec<SendOutcome>> {
        Box::pin(fan_out_messages(self, messages, Self::post))
    }
}

/// 2xx is sent; 4xx is not, for good. An answer that is neither (a redirect) is the provider's configuration, which an
/// operator can mend while we try again.
fn judge(answer: &Answer) -> SendOutcome {
    let code = format!("http_{}", answer.status.as_u16());
    let body = answer.body.as_deref().unwrap_or_default();
    match answer.status {
        status if status.is_success() => {
            // What may be said of a message that is taken: each may be missing, and neither spoils the other.
            let said: serde_json::Map<_, _> = serde_json::from_slice(body).unwrap_or_default();
            let provider_id = text(&said, "provider_id").map(|id| shortened(&id));
            SendOutcome::Accepted {
                provider_id,
                segments: count(&said, "segments").filter(|count| *count > 0),
            }
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => SendOutcome::refused(Class::Access, code, ""),
        status if status.is_client_error() => {
            SendOutcome::refused(Class::Content, code, &String::from_utf8_lossy(body))
        }
        _ => SendOutcome::later(code),
    }
}
