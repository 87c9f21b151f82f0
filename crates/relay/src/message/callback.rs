//! Callbacks of a generic provider: JSON, signed as webhooks are, each taken once.
//!
//! A body says how messages fared and what was answered:
//! `{"reports": [{"our_id", "provider_id", "phone", "part", "is_delivered", "code", "segments", "is_charged", "at"}],
//! "replies": [{"phone", "text", "signature", "at"}]}`; a report names one of the two ids, and times are RFC 3339. One
//! that does not say whether it is charged is so where the operator says that failed deliveries are.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::codes::ChargesFailed;
use super::report::{Bad, MOST_BYTES, MOST_ELEMENTS, Reply, Report, Why, count, elements, phone, text};
use super::times::of_rfc3339;
use crate::signature::{SigningSecret, verifies};

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

fn report(object: &Map<String, Value>, charges_failed: ChargesFailed) -> Result<Report, &'static str> {
    let (our_id, provider_id) = (text(object, "our_id"), text(object, "provider_id"));
    if our_id.is_none() && provider_id.is_none() {
        return Err("our_id");
    }
    let phone = text(object, "phone").and_then(|number| phone(&number)).ok_or("phone")?;
    let is_delivered = object.get("is_delivered").and_then(Value::as_bool).ok_or("is_delivered")?;
    let is_charged = match object.get("is_charged") {
        Some(Value::Bool(is_charged)) => *is_charged,
        Some(Value::Null) | None => is_delivered || charges_failed.to(&phone),
        Some(_) => return Err("is_charged"),
    };
    Ok(Report {
        our_id,
        provider_id,
        phone,
        part: count(object, "part"),
        is_delivered,
        is_charged,
        code: text(object, "code").unwrap_or_default(),
        segments: count(object, "segments").filter(|count| *count > 0),
        at_micros: text(object, "at").and_then(|time| of_rfc3339(&time)),
    })
}

fn reply(object: &Map<String, Value>) -> Result<Reply, &'static str> {
    Ok(Reply {
        phone: text(object, "phone").and_then(|number| phone(&number)).ok_or("phone")?,
        text: text(object, "text").ok_or("text")?,
        signature: text(object, "signature"),
        at_micros: text(object, "at").and_then(|time| of_rfc3339(&time)),
    })
}
