//! What providers told of messages, many elements together: delivery reports and replies (A-S2-14, A-S2-19).
//!
//! Always holds: each element counts by itself, whatever its neighbours are; so many of them are looked up in one read and
//! taken in by one transaction. A report counts only for a message that went to the number which it names.

use crate::message::contact::number_key;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use contacts::{Keys, Phone};
use domain::{
    Instant, MessageId, ShopId,
    message::{
        Message,
        numbers::{Number, NumberKey},
        segments, sending,
    },
};
use engine::{Command, EngineError, Input, MessageCommand};
use port::{Named, Read, Reader, StoreError};
use relay::message::{Bad, Recipient, Reply, Report, callback::Told, report::Why};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The lists of a body.
const REPORTS: &str = "reports";
const REPLIES: &str = "replies";
/// Elements of one read and one transaction.
const CHUNK: usize = 1_000;
/// Within so long something was sent to whom an early report names.
const LATELY: i64 = 24 * 60;

/// Elements that are named one by one in an answer; those beyond are counted.
const NAMED: usize = 100;

/// A report, by what its message is found, and where it stood.
#[derive(Debug, Clone)]
struct Asked {
    element: usize,
    named: Named,
    /// Whom it names, under each key; none where it names nobody.
    numbers: Option<Vec<NumberKey>>,
    report: sending::Report,
}

/// Why an element was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Untaken {
    /// A field is missing, or is not what it should be.
    Unreadable,
    /// There is no such message to that number, or none of which deliveries are told, as of pushes.
    UnknownMessage,
    /// No shop has written to that number.
    UnknownNumber,
    /// The reply asks for nothing.
    NotAnOptOut,
}

impl Untaken {
    /// How it is counted for whoever runs the server; a reply that asks for nothing is nobody's fault.
    const fn outcome(self) -> Option<&'static str> {
        match self {
            Self::Unreadable => Some("unreadable"),
            Self::UnknownMessage | Self::UnknownNumber => Some("unknown"),
            Self::NotAnOptOut => None,
        }
    }
}

/// An element that was not taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct UntakenElement {
    /// `reports` or `replies`.
    list: &'static str,
    /// Its place there, from 0.
    element: usize,
    /// Why.
    code: Untaken,
    /// The field at fault, of one that cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
}

/// What the elements of a body came to.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Heard {
    /// How many were taken in; told again, they are so again, and change nothing.
    taken: u64,
    /// How many were not, by reason.
    not_taken: BTreeMap<Untaken, u64>,
    /// The first hundred of these, one by one.
    elements: Vec<UntakenElement>,
    /// The whole body had been taken before: nothing of it was read again.
    was_taken_before: bool,
}

impl Heard {
    /// What is said of a body that was taken before.
    pub fn before() -> Self {
        Self { was_taken_before: true, ..Self::default() }
    }

    fn leave(&mut self, list: &'static str, element: usize, code: Untaken, field: Option<&'static str>) {
        *self.not_taken.entry(code).or_default() += 1;
        if self.elements.len() < NAMED {
            self.elements.push(UntakenElement { list, element, code, field });
        }
    }

    /// The elements that can be read, each with its place; of the others it is noted why they cannot.
    fn readable<T>(&mut self, list: &'static str, elements: Vec<Result<T, Bad>>) -> Vec<(usize, T)> {
        let mut found = Vec::with_capacity(elements.len());
        for (element, read) in elements.into_iter().enumerate() {
            match read {
                Ok(one) => found.push((element, one)),
                Err(bad) => {
                    let field = if let Why::Field(field) = bad.why { Some(field) } else { None };
                    self.leave(list, element, Untaken::Unreadable, field);
                }
            }
        }
        found
    }
}

/// Takes in what a provider told, and says what came of it. It is on the disk when this returns `Ok`; told again, nothing
/// of it counts twice.
pub async fn store(state: &ApiState, told: Told) -> Result<Heard, Problem> {
    let mut heard = Heard::default();
    let reports = heard.readable(REPORTS, told.reports);
    let reports: Vec<Asked> = reports.into_iter().map(|(element, one)| asked(state, element, one)).collect();
    let mut replies = heard.readable(REPLIES, told.replies);
    replies.retain(|(element, one)| {
        let is_opt_out = segments::is_opt_out(&one.text);
        if !is_opt_out {
            heard.leave(REPLIES, *element, Untaken::NotAnOptOut, None);
        }
        is_opt_out
    });
    for chunk in reports.chunks(CHUNK) {
        take_reports(state, chunk.to_vec(), &mut heard).await?;
    }
    for chunk in replies.chunks(CHUNK) {
        take_replies(state, chunk, &mut heard).await?;
    }
    count(&heard);
    Ok(heard)
}

/// Counts it for whoever runs the server.
fn count(heard: &Heard) {
    let name = "promenade_message_reports_total";
    metrics::counter!(name, "outcome" => "taken").increment(heard.taken);
    let mut strange = 0;
    for (untaken, count) in &heard.not_taken {
        if let Some(outcome) = untaken.outcome() {
            metrics::counter!(name, "outcome" => outcome).increment(*count);
            strange += count;
        }
    }
    if strange > 0 {
        tracing::warn!(not_taken = ?heard.not_taken, "what a provider told is of no message of ours, or unreadable");
    }
}

fn asked(state: &ApiState, element: usize, one: Report) -> Asked {
    let apart = one.message.and_then(|(shop, message)| {
        Some(vec![(ShopId::try_new(&shop).ok()?, MessageId::try_new(&message).ok()?)])
    });
    let ours = apart.or_else(|| Some(splits(one.our_id.as_deref()?))).unwrap_or_default();
    Asked {
        element,
        named: Named { ours, provider_id: one.provider_id },
        numbers: one.phone.map(|phone| number_keys(state.contacts.as_deref(), &phone)),
        report: sending::Report {
            part: one.part,
            is_delivered: one.is_delivered,
            code: one.code,
            segments: one.segments,
            at: moment(state, one.at_micros),
            is_charged: one.is_charged,
        },
    }
}

async fn take_reports(state: &ApiState, chunk: Vec<Asked>, heard: &mut Heard) -> Result<(), Problem> {
    let (known, unknown) = find(state, chunk).await?;
    heard.taken += known.len() as u64;
    submit(state, known).await?;
    let early = of_numbers_written_to(state, unknown, heard).await?;
    if early.is_empty() {
        return Ok(());
    }
    // Kept first, looked up after: an answer that came meanwhile has found what was kept, or is found.
    submit(state, early.iter().filter_map(keep).collect()).await?;
    heard.taken += early.len() as u64;
    let (known, _) = find(state, early).await?;
    submit(state, known).await
}

/// Inputs of the reports whose messages are known, and the others.
async fn find(state: &ApiState, chunk: Vec<Asked>) -> Result<(Vec<Input>, Vec<Asked>), StoreError> {
    state
        .read(move |reader| {
            let named: Vec<Named> = chunk.iter().map(|asked| asked.named.clone()).collect();
            let found = reader.messages_named(&named)?;
            let (mut known, mut unknown) = (Vec::new(), Vec::new());
            for (asked, messages) in chunk.into_iter().zip(found) {
                match messages.into_iter().find(|message| went_to(message, asked.numbers.as_deref())) {
                    Some(message) => known.push(reported(message, asked)),
                    None => unknown.push(asked),
                }
            }
            Ok((known, unknown))
        })
        .await
}

/// Reports that may be of a message whose provider has not answered yet: they name it by its provider's id alone, and
/// somebody that was written to lately. The others are of no message of ours.
async fn of_numbers_written_to(
    state: &ApiState,
    unknown: Vec<Asked>,
    heard: &mut Heard,
) -> Result<Vec<Asked>, StoreError> {
    if unknown.is_empty() {
        return Ok(unknown);
    }
    let since = state.engine.now().plus_minutes(-LATELY);
    let (early, strangers) = state
        .read(move |reader| {
            let (mut early, mut strangers) = (Vec::new(), Vec::new());
            for asked in unknown {
                let may_be = asked.named.ours.is_empty() && asked.named.provider_id.is_some();
                let numbers = asked.numbers.as_deref().filter(|_| may_be).unwrap_or_default();
                let known = if numbers.is_empty() { Vec::new() } else { reader.shops_of_numbers(numbers)? };
                let is_early = known.iter().any(|(_, _, number)| number.was_written_to_since(since));
                if is_early { early.push(asked) } else { strangers.push(asked.element) }
            }
            Ok((early, strangers))
        })
        .await?;
    for element in strangers {
        heard.leave(REPORTS, element, Untaken::UnknownMessage, None);
    }
    Ok(early)
}

fn went_to(message: &Message, numbers: Option<&[NumberKey]>) -> bool {
    message.sending.as_ref().is_some_and(|sending| sending.went_to(numbers))
}

fn reported(message: Message, asked: Asked) -> Input {
    let (message_id, numbers, report) = (message.message_id, asked.numbers, Box::new(asked.report));
    Input::new(message.shop_id, Command::Messages(MessageCommand::Reported { message_id, numbers, report }))
}

fn keep(asked: &Asked) -> Option<Input> {
    let Asked { named, numbers, report, .. } = asked.clone();
    let (provider_id, numbers, report) = (named.provider_id?, numbers?, Box::new(report));
    let command = MessageCommand::ReportedEarly { provider_id, numbers, report };
    Some(Input::new(ShopId::platform(), Command::Messages(command)))
}

/// Submits what was read; nothing is thanked for that is not on the disk.
async fn submit(state: &ApiState, inputs: Vec<Input>) -> Result<(), Problem> {
    if inputs.is_empty() {
        return Ok(());
    }
    for answer in state.engine.submit_many(inputs).await? {
        match answer {
            Ok(_) | Err(EngineError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Replies that want no more, in each shop that has written to the number; where one names a signature, in those that
/// have written under it.
async fn take_replies(state: &ApiState, chunk: &[(usize, Reply)], heard: &mut Heard) -> Result<(), Problem> {
    let numbers: Vec<Vec<NumberKey>> =
        chunk.iter().map(|(_, reply)| number_keys(state.contacts.as_deref(), &reply.phone)).collect();
    let wanted = numbers.clone();
    let known = state.read(move |reader| shops_of(reader, &wanted)).await?;
    let mut inputs = Vec::new();
    for ((element, reply), known) in chunk.iter().zip(known) {
        if known.is_empty() {
            heard.leave(REPLIES, *element, Untaken::UnknownNumber, None);
            continue;
        }
        heard.taken += 1;
        let at = moment(state, reply.at_micros);
        let signature = reply.signature.as_deref().map(|text| text.trim_matches(['【', '】', ' ']));
        let signed = |(_, _, number): &&(ShopId, NumberKey, Number)| {
            signature.is_some_and(|signature| number.knows(signature))
        };
        let named: Vec<&ShopId> = known.iter().filter(signed).map(|(shop, _, _)| shop).collect();
        let meant = known.iter().filter(|(shop, _, _)| named.is_empty() || named.contains(&shop));
        inputs.extend(meant.map(|(shop, number, _)| {
            let command = MessageCommand::OptOut { number: number.clone(), at };
            Input::new(shop.clone(), Command::Messages(command))
        }));
    }
    submit(state, inputs).await
}

/// What shops know of each of these numbers, which have a name under every key.
fn shops_of(reader: &dyn Reader, numbers: &[Vec<NumberKey>]) -> Read<Vec<Vec<(ShopId, NumberKey, Number)>>> {
    let all: Vec<NumberKey> = numbers.iter().flatten().cloned().collect();
    let known = reader.shops_of_numbers(&all)?;
    let of = |keys: &Vec<NumberKey>| known.iter().filter(|row| keys.contains(&row.1)).cloned().collect();
    Ok(numbers.iter().map(of).collect())
}

/// The names that a number may be known by.
fn number_keys(keys: Option<&Keys>, phone: &Recipient) -> Vec<NumberKey> {
    let known = keys.zip(Phone::parse(phone.expose()).ok());
    known
        .map(|(keys, phone)| keys.number_keys(&phone).into_iter().map(number_key).collect())
        .unwrap_or_default()
}

/// A moment of the provider's; one ahead of ours is now.
fn moment(state: &ApiState, micros: Option<i64>) -> Instant {
    let now = state.engine.now();
    micros.map(Instant::from_micros).filter(|at| *at <= now).unwrap_or(now)
}

/// The shop and the message that our id joins. Either may hold the sign between them.
fn splits(joined: &str) -> Vec<(ShopId, MessageId)> {
    let cuts = joined.match_indices(':').map(|(at, _)| (&joined[..at], &joined[at + 1..]));
    let read = |(shop, id): (&str, &str)| Some((ShopId::try_new(shop).ok()?, MessageId::try_new(id).ok()?));
    cuts.filter_map(read).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn our_id_is_read_at_every_sign_that_may_part_it() {
        let read = |text| splits(text).into_iter().map(|(s, m)| format!("{s} {m}")).collect::<Vec<_>>();
        assert_eq!(read("tea:ms_1"), ["tea ms_1"]);
        assert_eq!(read("tea:x:ms"), ["tea x:ms", "tea:x ms"]);
        assert!(read("tea").is_empty() && read(":").is_empty());
    }
}
