//! How an attempt ended, and what an endpoint's answer means for it.

use std::time::Duration;

use reqwest::{Response, StatusCode};

use crate::retry_after::retry_after;

/// How much of an answer is read.
const MAX_ANSWER_BYTES: usize = 1_024;
/// How much of an answer is kept in a reason.
const MAX_REASON_CHARS: usize = 200;

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryResult {
    /// The endpoint answered 2xx.
    Delivered {
        /// The HTTP status.
        status: u16,
    },
    /// The attempt failed and may be made again.
    Retry {
        /// A code (`timeout`, `connection_failed`, `http_500`, a guard's code) and, after a colon,
        /// the beginning of the endpoint's answer.
        reason: String,
        /// How long the endpoint (429, 503) asked to be left alone, at most 24 hours.
        retry_after: Option<Duration>,
    },
    /// The endpoint is gone (410): no further attempt.
    Dead {
        /// As in [`DeliveryResult::Retry`].
        reason: String,
    },
}

impl DeliveryResult {
    pub(super) fn retry(reason: impl Into<String>) -> Self {
        Self::Retry { reason: reason.into(), retry_after: None }
    }
}

/// 2xx is delivered (its body is not read), 410 is the end, everything else is tried again.
pub(super) async fn judge(response: Response, now_seconds: i64) -> DeliveryResult {
    let status = response.status();
    if status.is_success() {
        return DeliveryResult::Delivered { status: status.as_u16() };
    }
    let retry_after = match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            retry_after(response.headers(), now_seconds)
        }
        _ => None,
    };
    let reason = reason(response).await;
    match status {
        StatusCode::GONE => DeliveryResult::Dead { reason },
        _ => DeliveryResult::Retry { reason, retry_after },
    }
}

async fn reason(mut response: Response) -> String {
    let code = format!("http_{}", response.status().as_u16());
    let mut answer = Vec::new();
    while answer.len() < MAX_ANSWER_BYTES {
        let Ok(Some(chunk)) = response.chunk().await else {
            break;
        };
        answer.extend_from_slice(&chunk[..chunk.len().min(MAX_ANSWER_BYTES - answer.len())]);
    }
    let text: String = String::from_utf8_lossy(&answer)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|character| !character.is_control())
        .take(MAX_REASON_CHARS)
        .collect();
    if text.is_empty() { code } else { format!("{code}: {text}") }
}
