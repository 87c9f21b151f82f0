//! Callbacks of a generic provider: JSON, signed as webhooks are, each taken once.
//!
//! A body says how messages fared and what was answered:
//! `{"reports": [{"shop_id", "message_id", "our_id", "provider_id", "phone", "part", "is_delivered", "code", "segments",
//! "is_charged", "at"}], "replies": [{"phone", "text", "signature", "at"}]}`. A report names its message by shop and id, as
//! the message did, by both joined (`our_id`), or by the provider's id and the phone; times are RFC 3339. One that does not
//! say whether it is charged is so where the operator says that failed deliveries are.
//!
//! Always holds: it is our own program that speaks here, so what is there and cannot be read is named, never passed over.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::codes::ChargesFailed;
use super::recipient::Recipient;
use super::report::{Bad, MOST_BYTES, MOST_ELEMENTS, Reply, Report, Why, count, elements, phone, text};
use super::times::of_rfc3339;
use crate::signature::{SigningSecret, verifies};

/// An element, as it came.
type Fields = Map<String, Value>;

/// How far a callback's time may be from ours.
const TOLERANCE_SECONDS: i64 = 300;
/// The longest id: so many of them take a known place.
const LONGEST_ID: usize = 256;
/// How many ids are kept, so that none comes twice within the tolerance.
const MOST_IDS: usize = 100_000;

/// The headers of a signed callback.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`, in seconds since 1970.
    pub timestamp: &'a str,
    /// `webhook-signature`.
    pub signature: &'a str,
}

/// Why a callback is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallbackRefusal {
    /// Its time is no time, or more than five minutes from ours.
    #[error("the callback is too old, or from the future")]
    Stale,
    /// None of our secrets signed it.
    #[error("the signature does not fit")]
    Forged,
    /// It was taken before. Nothing of it is read again; it is answered as if it were, so that a provider which did
    /// not hear our answer stops asking.
    #[error("the callback was taken before")]
    Replayed,
    /// Too many came within five minutes to tell whether this one did.
    #[error("too many callbacks at once")]
    TooMany,
}

/// The callbacks that were taken lately.
#[derive(Debug, Default)]
pub struct Taken(Mutex<Ids>);

#[derive(Debug, Default)]
struct Ids {
    until: BTreeMap<String, i64>,
    /// Those of `until`, the oldest first.
    order: VecDeque<(i64, String)>,
}

impl Taken {
    /// Whether a callback may be read: signed by one of `secrets`, of these minutes, and not taken before. It is taken
    /// when [`Taken::keep`] says so, after it was stored. Two that come at the same moment may both be read: what they
    /// say is matched, and changes nothing the second time.
    pub fn check(
        &self,
        secrets: &[SigningSecret],
        signed: Signed<'_>,
        body: &[u8],
        now_seconds: i64,
    ) -> Result<(), CallbackRefusal> {
        let stamp: i64 = signed.timestamp.parse().map_err(|_| CallbackRefusal::Stale)?;
        if now_seconds.saturating_sub(stamp).saturating_abs() > TOLERANCE_SECONDS {
            return Err(CallbackRefusal::Stale);
        }
        let is_fit = (1..=LONGEST_ID).contains(&signed.id.len());
        if !is_fit || !verifies(secrets, signed.id, stamp, body, signed.signature) {
            return Err(CallbackRefusal::Forged);
        }
        let mut ids = self.ids();
        ids.forget(now_seconds);
        if ids.until.contains_key(signed.id) {
            return Err(CallbackRefusal::Replayed);
        }
        if ids.order.len() >= MOST_IDS {
            return Err(CallbackRefusal::TooMany);
        }
        Ok(())
    }

    /// It is stored: it is not taken again.
    pub fn keep(&self, id: &str, now_seconds: i64) {
        // Its time may be five minutes ahead of ours, and is good for five minutes after.
        let until = now_seconds.saturating_add(2 * TOLERANCE_SECONDS);
        let mut ids = self.ids();
        if ids.until.insert(id.to_owned(), until).is_none() {
            ids.order.push_back((until, id.to_owned()));
        }
    }

    fn ids(&self) -> MutexGuard<'_, Ids> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ids {
    fn forget(&mut self, now_seconds: i64) {
        while self.order.front().is_some_and(|(until, _)| *until < now_seconds) {
            if let Some((_, id)) = self.order.pop_front() {
                self.until.remove(&id);
            }
        }
    }
}

/// What a body holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// How messages fared.
    pub reports: Vec<Result<Report, Bad>>,
    /// What was answered.
    pub replies: Vec<Result<Reply, Bad>>,
}

#[derive(Deserialize)]
struct Body<'b> {
    #[serde(borrow, default)]
    reports: Option<&'b RawValue>,
    #[serde(borrow, default)]
    replies: Option<&'b RawValue>,
}

/// Reads a body; the error is that of the whole. What failed is charged as the operator says where it does not say.
pub fn read(body: &[u8], charges_failed: ChargesFailed) -> Result<Told, Bad> {
    let whole = |why| Bad { element: None, why };
    if body.len() > MOST_BYTES {
        return Err(whole(Why::TooLarge));
    }
    // An array would be read as the fields of a body, one after the other.
    let is_object = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let parts = serde_json::from_slice::<Body<'_>>(body).ok().filter(|_| is_object);
    let parts = parts.ok_or_else(|| whole(Why::NotJson))?;
    if parts.reports.is_none() && parts.replies.is_none() {
        return Err(whole(Why::Field("reports")));
    }
    let bytes = |part: &'_ RawValue| part.get().to_owned().into_bytes();
    let told = Told {
        reports: parts
            .reports
            .map(|part| elements(&bytes(part), |object| report(object, charges_failed)))
            .unwrap_or_default(),
        replies: parts.replies.map(|part| elements(&bytes(part), reply)).unwrap_or_default(),
    };
    if told.reports.len() + told.replies.len() > MOST_ELEMENTS {
        return Err(whole(Why::TooMany));
    }
    Ok(told)
}

fn report(object: &Fields, charges_failed: ChargesFailed) -> Result<Report, &'static str> {
    let (our_id, provider_id) = (own_text(object, "our_id")?, own_text(object, "provider_id")?);
    let message = match (own_text(object, "shop_id")?, own_text(object, "message_id")?) {
        (Some(shop), Some(message)) => Some((shop, message)),
        (Some(_), None) => return Err("message_id"),
        (None, Some(_)) => return Err("shop_id"),
        (None, None) => None,
    };
    let joined = message.as_ref().map(|(shop, message)| format!("{shop}:{message}"));
    if joined.is_some() && our_id.is_some() && joined != our_id {
        return Err("our_id");
    }
    let phone = own_phone(object)?;
    let names_ours = our_id.is_some() || message.is_some();
    if !names_ours && provider_id.is_none() {
        return Err("message_id");
    }
    // Before its answer a message is known by its number alone.
    if !names_ours && phone.is_none() {
        return Err("phone");
    }
    let is_delivered = object.get("is_delivered").and_then(Value::as_bool).ok_or("is_delivered")?;
    let is_charged = match object.get("is_charged") {
        Some(Value::Bool(is_charged)) => *is_charged,
        Some(Value::Null) | None => is_delivered || charges_failed.to_some(phone.as_ref()),
        Some(_) => return Err("is_charged"),
    };
    Ok(Report {
        our_id,
        message,
        provider_id,
        phone,
        part: own_count(object, "part")?,
        is_delivered,
        is_charged,
        code: own_text(object, "code")?.unwrap_or_default(),
        segments: own_count(object, "segments")?,
        at_micros: own_time(object, "at")?,
    })
}

fn reply(object: &Fields) -> Result<Reply, &'static str> {
    Ok(Reply {
        phone: own_phone(object)?.ok_or("phone")?,
        text: own_text(object, "text")?.ok_or("text")?,
        signature: own_text(object, "signature")?,
        at_micros: own_time(object, "at")?,
    })
}

/// A field that is there is read as it is meant, or named; `null` and an empty text are no field.
fn own<T>(
    object: &Fields,
    field: &'static str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Result<Option<T>, &'static str> {
    match object.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(value) => read(value).map(Some).ok_or(field),
    }
}

fn own_text(object: &Fields, field: &'static str) -> Result<Option<String>, &'static str> {
    own(object, field, |_| text(object, field))
}

/// A count from 1 on, as a number or as its digits.
fn own_count(object: &Fields, field: &'static str) -> Result<Option<u32>, &'static str> {
    own(object, field, |_| count(object, field).filter(|count| *count > 0))
}

fn own_phone(object: &Fields) -> Result<Option<Recipient>, &'static str> {
    own(object, "phone", |_| phone(&text(object, "phone")?))
}

fn own_time(object: &Fields, field: &'static str) -> Result<Option<i64>, &'static str> {
    own(object, field, |value| of_rfc3339(value.as_str()?))
}
