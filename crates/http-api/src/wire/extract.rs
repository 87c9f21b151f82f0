//! Reading requests: JSON bodies, path parts and idempotency keys, each with a problem of its own.

use crate::wire::limits;
use crate::wire::names::Named;
use crate::wire::problem::Problem;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::{HeaderMap, StatusCode, request::Parts};
use domain::{Code, Refusal};
use port::Digest;
use serde::de::{Deserialize, DeserializeOwned};

/// A JSON body, with the bytes' digest for idempotency.
#[derive(Debug)]
pub struct Body<T> {
    /// The body as read.
    pub value: T,
    /// Of its bytes.
    pub digest: Digest,
}

/// Reads JSON; says which field is at fault.
pub fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Following the path costs a third of the reading; only what is wrong needs it.
    if let Ok(value) = by_name(bytes) {
        return Ok(value);
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(Named(&mut reader)).map_err(|error| {
        // A field can be wrong before the text turns out not to be JSON at all, and the reader of a word
        // calls JSON that is no word no JSON.
        match serde_json::from_slice::<serde_json::Value>(bytes) {
            Ok(_) => wrong_shape(&error.path().to_string(), &error.inner().to_string()),
            Err(error) => not_json(&error),
        }
    })?;
    reader.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

/// Reads JSON whose objects are objects, to its end.
pub fn by_name<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = T::deserialize(Named(&mut reader))?;
    reader.end()?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> Problem {
    Problem::malformed(format!("not JSON: {error}"))
}

fn wrong_shape(path: &str, message: &str) -> Problem {
    let (field, code) = field_at_fault(path, message);
    let mut problem = Problem::invalid_body(&field, message);
    for violation in &mut problem.violations {
        violation.code = code.as_str().into();
    }
    problem
}

/// The field that a reader stumbled over, and what is wrong with it. A missing field is found in the
/// message, as the path leads only to where it should stand; the whole is called `body`.
pub fn field_at_fault(path: &str, message: &str) -> (String, Code) {
    let parent = path.trim_end_matches('.');
    let named = |what: &str| message.strip_prefix(what).and_then(|rest| rest.split('`').next());
    if let Some(name) = named("duplicate field `") {
        let twice = if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") };
        return (twice, Code::InvalidValue);
    }
    match (parent, named("missing field `")) {
        ("", None) => ("body".to_owned(), Code::InvalidValue),
        (parent, None) => (parent.to_owned(), Code::InvalidValue),
        ("", Some(name)) => (name.to_owned(), Code::Required),
        (parent, Some(name)) => (format!("{parent}.{name}"), Code::Required),
    }
}

/// Reads the whole body, within the limit.
pub async fn read_bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            let title = "The body is too large; nothing was done";
            let problem =
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", title, "请求内容过大");
            return problem.detail(format!("at most {} bytes", limits::BODY_BYTES));
        }
        Problem::malformed(rejection.body_text())
    })
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = read_bytes(request, state).await?;
        let value = read_json(&bytes)?;
        Ok(Self { value, digest: port::digest(&bytes) })
    }
}

/// Typed parts of the path.
#[derive(Debug)]
pub struct Names<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Names<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        let Path(value) = read.map_err(|rejection| Problem::not_found(rejection.body_text()))?;
        Ok(Self(value))
    }
}

/// Query parameters.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        let read = read.map_err(|rejection| wrong_query(&rejection.body_text()))?;
        Ok(Self(read.0))
    }
}

/// A query is refused by the name of its parameter.
fn wrong_query(text: &str) -> Problem {
    let text = text.rsplit_once("query string: ").map_or(text, |(_, rest)| rest);
    let unknown = text.split_once("unknown field `").and_then(|(_, rest)| rest.split('`').next());
    let (field, message) = text.split_once(": ").unwrap_or(("query", text));
    Problem::invalid_body(unknown.unwrap_or(field), message)
}

/// The `Idempotency-Key` of a request, bound to what it asks of which address.
pub fn idempotency(
    headers: &HeaderMap,
    route: &str,
    body: &Digest,
) -> Result<Option<(String, Digest)>, Problem> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    if text.is_empty() || text.len() > limits::IDEMPOTENCY_KEY {
        let detail = format!("Idempotency-Key is 1 to {} plain characters", limits::IDEMPOTENCY_KEY);
        return Err(Refusal::with(Code::InvalidValue, detail).into());
    }
    let mut asked = route.as_bytes().to_vec();
    asked.extend_from_slice(body);
    Ok(Some((text.to_owned(), port::digest(&asked))))
}
