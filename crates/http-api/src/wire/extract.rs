//! Reading requests: JSON bodies, path parts and idempotency keys, each with a problem of its own.

use crate::wire::any_json::AnyJson;
use crate::wire::limits;
use crate::wire::names::Named;
use crate::wire::problem::Problem;
use crate::wire::share::{Room, Share};
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::{HeaderMap, header, request::Parts};
use domain::{Code, Refusal};
use futures_util::StreamExt;
use port::Digest;
use serde::de::{Deserialize, DeserializeOwned};
use std::convert::Infallible;
use std::error::Error;
use std::marker::PhantomData;

/// A JSON body of at most so many bytes that has not been read: who asks is looked at first. See `Caller::reads`.
#[derive(Debug)]
pub struct Unread<T, const MOST: usize = { limits::BODY_BYTES }> {
    request: Request,
    of: PhantomData<fn() -> T>,
}

/// A JSON body, with the bytes' digest for idempotency.
#[derive(Debug)]
pub struct Body<T> {
    /// The body as read.
    pub value: T,
    /// Of its bytes.
    pub digest: Digest,
    /// What it takes of memory.
    _room: Room,
}

/// The bytes of a body, and what they take of memory.
#[derive(Debug)]
pub struct Taken {
    /// All of them.
    pub bytes: Bytes,
    room: Room,
}

/// Bytes that are there anyway, as in tests.
impl From<&'static [u8]> for Taken {
    fn from(bytes: &'static [u8]) -> Self {
        Self { bytes: Bytes::from_static(bytes), room: Room::default() }
    }
}

/// Why a body ended before its end, where it is not the client that broke off. Whoever serves connections says it, as
/// an error of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyEnded {
    /// It came too slowly.
    #[error("the body came too slowly")]
    Slow,
    /// It has come, and there is no turn for it.
    #[error("too many requests are waiting")]
    NoTurn,
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
        match serde_json::from_slice::<AnyJson>(bytes) {
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

/// Reads the whole body, within the limit and the key's share of memory.
pub async fn read_bytes(request: Request, most: usize, share: &Share) -> Result<Taken, Problem> {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let length = length.and_then(|text| text.parse::<u64>().ok());
    if length.is_some_and(|length| length > most as u64) {
        return Err(Problem::body_too_large(most));
    }
    let mut room = Room::default();
    let mut pieces = request.into_body().into_data_stream();
    let mut first = Bytes::new();
    let mut all = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| {
            ended_here(&error).unwrap_or_else(|| Problem::malformed(format!("the body broke off: {error}")))
        })?;
        let so_far = first.len() + all.len() + piece.len();
        if so_far > most {
            return Err(Problem::body_too_large(most));
        }
        share.enlarge(&mut room, so_far)?;
        if first.is_empty() && all.is_empty() {
            first = piece;
            continue;
        }
        if all.is_empty() {
            all = Vec::from(std::mem::take(&mut first));
        }
        all.extend_from_slice(&piece);
    }
    let bytes = if all.is_empty() { first } else { all.into() };
    Ok(Taken { bytes, room })
}

/// What the client is told of a body that was ended here; nothing of one that broke off there.
pub fn ended_here(error: &(dyn Error + 'static)) -> Option<Problem> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        match error.downcast_ref() {
            Some(BodyEnded::Slow) => return Some(Problem::body_too_slow()),
            Some(BodyEnded::NoTurn) => return Some(Problem::no_turn()),
            None => cause = error.source(),
        }
    }
    None
}

impl<T: DeserializeOwned + Send + 'static, const MOST: usize> Unread<T, MOST> {
    /// Reads it; for `Caller::reads`, which asks for the scope before.
    pub async fn read(self, share: &Share) -> Result<Body<T>, Problem> {
        let Taken { bytes, room } = read_bytes(self.request, MOST, share).await?;
        let digest = port::digest(&bytes);
        let value = share.read(bytes.len(), move || read_json(&bytes)).await?;
        Ok(Body { value, digest, _room: room })
    }
}

impl<T: DeserializeOwned + Default + Send + 'static, const MOST: usize> Unread<T, MOST> {
    /// Reads it, where there is one.
    pub async fn read_if_any(self, share: &Share) -> Result<T, Problem> {
        let Taken { bytes, room: _room } = read_bytes(self.request, MOST, share).await?;
        if bytes.is_empty() {
            return Ok(T::default());
        }
        share.read(bytes.len(), move || read_json(&bytes)).await
    }
}

impl<S: Send + Sync, T, const MOST: usize> FromRequest<S> for Unread<T, MOST> {
    type Rejection = Infallible;
    async fn from_request(request: Request, _: &S) -> Result<Self, Infallible> {
        Ok(Self { request, of: PhantomData })
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

/// What a request is known by that names an id of its own in its body, bound to what it says: the same contents are
/// answered the same, others are a conflict. No header can be this: `·` is no sign of one.
pub fn of_own_id(noun: &str, id: &str, contents: &impl serde::Serialize) -> (String, Digest) {
    let contents = serde_json::to_vec(contents).expect("ids, words and JSON are written as JSON");
    (format!("{noun}·{id}"), port::digest(&contents))
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
