//! Requests that bring many parts, each with its own outcome: who may send them, their bytes, how many there may be.

use crate::wire::auth::InShop;
use crate::wire::extract::{self, Taken};
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use axum::extract::Request;
use axum::http::{StatusCode, header};

/// How many parts a request may bring, and what is said of more.
pub struct Limit {
    /// So many at most.
    pub most: usize,
    /// What they are, many of them.
    pub noun: &'static str,
    /// What went wrong,
    pub title: &'static str,
    /// and the same in Chinese.
    pub title_zh: &'static str,
}

/// A body that was received.
pub struct Received {
    /// Its content type as it was sent; empty where none was.
    content_type: String,
    taken: Taken,
}

/// Receives a body with parts for the caller's shop, which must be there.
pub async fn receive(state: &ApiState, caller: &InShop, request: Request) -> Result<Received, Problem> {
    caller.may(Scope::Events)?;
    state.shop(&caller.shop_id).await?;
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    let taken = extract::read_bytes(request, limits::BATCH, caller.share()).await?;
    Ok(Received { content_type, taken })
}

impl Received {
    /// How many bytes came.
    pub fn len(&self) -> usize {
        self.taken.bytes.len()
    }
    /// Its parts, as `split` finds them by the content type. More than the limit are refused whole
    /// (`batch_too_large`).
    pub fn parts<'a>(
        &'a self,
        split: impl FnOnce(&str, &'a [u8]) -> Result<Vec<&'a [u8]>, Problem>,
        limit: &Limit,
    ) -> Result<Vec<&'a [u8]>, Problem> {
        // Some programs write a byte order mark before JSON too; it is part of no part.
        let bytes = self.taken.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.taken.bytes);
        let parts = split(&self.content_type, bytes)?;
        if parts.len() <= limit.most {
            return Ok(parts);
        }
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        let problem = Problem::new(status, "batch_too_large", limit.title, limit.title_zh);
        Err(problem.detail(format!("{} {}, at most {}", parts.len(), limit.noun, limit.most)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_part_of_no_part() {
        let limit = Limit { most: 2, noun: "lines", title: "", title_zh: "" };
        for text in ["\u{feff}{\"a\":1}\n{}", "{\"a\":1}\n{}"] {
            let taken = Taken::from(text.as_bytes());
            let received = Received { content_type: "application/x-ndjson".into(), taken };
            let parts = received.parts(|_, bytes| Ok(bytes.split(|byte| *byte == b'\n').collect()), &limit);
            assert_eq!(parts.expect("two"), [&b"{\"a\":1}"[..], b"{}"]);
        }
    }
}
