//! `CloudEvents` 1.0 envelopes into typed order events.

use crate::wire::extract::{by_name, field_at_fault};
use crate::wire::limits;
use crate::wire::names::Named;
use domain::{
    Code, Instant, Refusal, Sentence, Violation,
    event::{Body, OrderEvent, RefundFacts},
    ids::text_within,
};
use port::Digest;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The envelope; extension attributes are passed over.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    specversion: Option<Cow<'a, str>>,
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    source: Option<Cow<'a, str>>,
    #[serde(rename = "type", borrow)]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    time: Option<Cow<'a, str>>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// An event that was read, or why it was not; its id as far as it is known.
pub struct Incoming {
    /// The sender's id.
    pub id: String,
    /// The event with the digest of its contents.
    pub event: Result<(Box<OrderEvent>, Digest), Refusal>,
}

/// Reads one event. `now` stands in for a missing time.
pub fn read(text: &[u8], now: Instant) -> Incoming {
    let envelope: Envelope<'_> = match by_name(text) {
        Ok(envelope) => envelope,
        Err(error) => {
            let refusal = Refusal::with(Code::InvalidValue, format!("not a CloudEvent in JSON: {error}"));
            return Incoming { id: String::new(), event: Err(refusal) };
        }
    };
    let id = envelope.id.as_deref().unwrap_or_default().to_owned();
    Incoming { id, event: open(&envelope, now) }
}

fn fault(field: &str, code: Code, message: impl Into<Sentence>) -> Refusal {
    Refusal::of(Violation::with(field, code, message))
}

/// The platform's own text of so many bytes, in NFC (A-G-11).
fn name(field: &str, value: Option<&str>, most: usize) -> Result<String, Refusal> {
    let text = value.unwrap_or_default();
    if text.is_empty() {
        return Err(fault(field, Code::Required, "CloudEvents requires it"));
    }
    let read = text_within(text, most).map(String::from);
    read.ok_or_else(|| {
        if text.len() > most {
            return fault(field, Code::TooLongText, format!("at most {most} bytes"));
        }
        let message = "text without control characters and blanks at its ends, and not . or ..";
        fault(field, Code::InvalidValue, message)
    })
}

fn open(envelope: &Envelope<'_>, now: Instant) -> Result<(Box<OrderEvent>, Digest), Refusal> {
    if envelope.specversion.as_deref().is_some_and(|version| version != "1.0") {
        return Err(fault("specversion", Code::InvalidValue, "1.0 is understood"));
    }
    let event_id = name("id", envelope.id.as_deref(), limits::EVENT_ID)?;
    let source = name("source", envelope.source.as_deref(), limits::EVENT_SOURCE)?;
    let kind = envelope.kind.as_deref().unwrap_or_default();
    let occurred_at = match envelope.time.as_deref() {
        None => now,
        Some(text) => {
            let moment = Instant::parse(text);
            moment.ok_or_else(|| fault("time", Code::InvalidValue, domain::time::WRITTEN))?
        }
    };
    let data = envelope.data.map_or("{}", RawValue::get);
    let body = body(kind, data)?;
    let unreadable = |error| fault("data", Code::InvalidValue, format!("it cannot be kept: {error}"));
    let mut contents = serde_json::to_vec(&body).map_err(unreadable)?;
    if envelope.time.is_some() {
        contents.extend_from_slice(&occurred_at.micros().to_le_bytes());
    }
    let digest = port::digest(&contents);
    Ok((Box::new(OrderEvent { source, event_id, occurred_at, body }), digest))
}

fn body(kind: &str, data: &str) -> Result<Body, Refusal> {
    Ok(match kind {
        "order.placed" => Body::Placed(typed(data)?),
        "order.cancelled" => Body::Cancelled(typed(data)?),
        "order.shipped" => Body::Shipped(typed(data)?),
        "order.received" => Body::Received(typed(data)?),
        "payment.succeeded" => Body::PaymentSucceeded(typed(data)?),
        "payment.failed" => Body::PaymentFailed(typed(data)?),
        "refund.requested" => Body::RefundRequested(refund(data)?),
        "refund.approved" => Body::RefundApproved(refund(data)?),
        "refund.rejected" => Body::RefundRejected(refund(data)?),
        "refund.succeeded" => Body::RefundSucceeded(refund(data)?),
        "member.joined" => Body::MemberJoined(typed(data)?),
        "member.merged" => Body::MemberMerged(typed(data)?),
        "" => return Err(fault("type", Code::Required, "CloudEvents requires it")),
        other => {
            let known = Body::TYPES.join(", ");
            return Err(fault("type", Code::InvalidValue, format!("{other} is not one of {known}")));
        }
    })
}

/// An empty list of lines is no figure, and no wish for the whole rest either.
fn refund(data: &str) -> Result<RefundFacts, Refusal> {
    let facts: RefundFacts = typed(data)?;
    if facts.lines.is_empty() && facts.amount.is_none() {
        let named: NamedLines = typed(data)?;
        if named.lines.is_some() {
            let message = "name at least one line, or leave it out";
            return Err(fault("data.lines", Code::InvalidValue, message));
        }
    }
    Ok(facts)
}

/// Whether lines were named at all.
#[derive(Deserialize)]
struct NamedLines {
    lines: Option<IgnoredAny>,
}

/// Reads the data; only when that fails is it read again to name the field.
fn typed<T: DeserializeOwned>(data: &str) -> Result<T, Refusal> {
    by_name(data.as_bytes()).map_err(|_| {
        let mut reader = serde_json::Deserializer::from_str(data);
        let Some(error) = serde_path_to_error::deserialize::<_, T>(Named(&mut reader)).err() else {
            return fault("data", Code::InvalidValue, "not valid");
        };
        let (path, message) = (format!("data.{}", error.path()), error.inner().to_string());
        let (field, code) = field_at_fault(&path, &message);
        fault(&field, code, message)
    })
}
