//! A sender that posts each message as JSON to a provider the operator configured.
//!
//! The operator is trusted, so the address guard does not apply; redirects and the environment's
//! proxies are not followed all the same. The provider drops repetitions by `Idempotency-Key`.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, StatusCode, Url, redirect};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{MessageSender, OutgoingMessage, SendFailure};
use crate::{BoxFuture, tls};

/// How long one message may take.
const SEND_LIMIT: Duration = Duration::from_secs(15);
/// How many messages of a batch are under way at once: a batch of 32 ends within 30 seconds.
const CONCURRENT_SENDS: usize = 16;

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
        let client = tls::build_client(|| {
            Client::builder()
                .redirect(redirect::Policy::none())
                .no_proxy()
                .timeout(limit)
                .user_agent(concat!("Promenade/", env!("CARGO_PKG_VERSION")))
        })?;
        Ok(Self { client, url })
    }

    async fn post(&self, message: &OutgoingMessage) -> Result<(), SendFailure> {
        // Ids of messages are the shop's own, and one provider serves all shops.
        let key = format!("{}:{}", message.shop_id, message.message_id);
        let request = self.client.post(self.url.clone()).header("Idempotency-Key", key).json(message);
        match request.send().await {
            Ok(response) => judge(response.status()),
            Err(error) if error.is_builder() => {
                Err(SendFailure::Permanent("message_id is not a header value".to_owned()))
            }
            Err(error) if error.is_timeout() => Err(SendFailure::Temporary("timeout".to_owned())),
            Err(_) => Err(SendFailure::Temporary("connection_failed".to_owned())),
        }
    }

    async fn post_all(&self, messages: &[OutgoingMessage]) -> Vec<Result<(), SendFailure>> {
        let mut results = vec![Err(SendFailure::Temporary("interrupted".to_owned())); messages.len()];
        let permits = Arc::new(Semaphore::new(CONCURRENT_SENDS));
        let mut sends = JoinSet::new();
        for (index, message) in messages.iter().cloned().enumerate() {
            let (sender, permits) = (self.clone(), Arc::clone(&permits));
            sends.spawn(async move {
                let _permit = permits.acquire().await;
                (index, sender.post(&message).await)
            });
        }
        while let Some(ended) = sends.join_next().await {
            if let Ok((index, result)) = ended {
                results[index] = result;
            }
        }
        results
    }
}

impl MessageSender for HttpSender {
    fn send<'a>(&'a self, message: &'a OutgoingMessage) -> BoxFuture<'a, Result<(), SendFailure>> {
        Box::pin(self.post(message))
    }

    fn send_batch<'a>(
        &'a self,
        messages: &'a [OutgoingMessage],
    ) -> BoxFuture<'a, Vec<Result<(), SendFailure>>> {
        Box::pin(self.post_all(messages))
    }
}

/// 2xx is sent; 408, 429 and 5xx pass; other 4xx do not. An answer that is none of these (a
/// redirect) is the provider's configuration, which an operator can mend while we try again.
fn judge(status: StatusCode) -> Result<(), SendFailure> {
    let reason = format!("http_{}", status.as_u16());
    match status {
        _ if status.is_success() => Ok(()),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Err(SendFailure::Temporary(reason)),
        _ if status.is_client_error() => Err(SendFailure::Permanent(reason)),
        _ => Err(SendFailure::Temporary(reason)),
    }
}
