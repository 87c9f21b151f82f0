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
use relay::message::{Bad, Recipient, Reply, Report, callback::Told};

/// Elements of one read and one transaction.
const CHUNK: usize = 1_000;
/// Within so long something was sent to whom an early report names.
const LATELY: i64 = 24 * 60;

/// A report, and by what its message is found.
#[derive(Debug, Clone)]
struct Asked {
    named: Named,
    numbers: Vec<NumberKey>,
    report: sending::Report,
}

/// What elements came to.
#[derive(Debug, Default)]
struct Counts {
    taken: u64,
    strangers: u64,
    unreadable: u64,
}

/// Takes in what a provider told. It is on the disk when this returns `Ok`; told again, nothing of it counts twice.
pub async fn store(state: &ApiState, told: Told) -> Result<(), Problem> {
    let mut counts = Counts::default();
    let reports = told.reports.into_iter().filter_map(|one| readable(one, &mut counts.unreadable));
    let reports: Vec<Asked> = reports.map(|one| asked(state, one)).collect();
    let replies = told.replies.into_iter().filter_map(|one| readable(one, &mut counts.unreadable));
    let replies: Vec<Reply> = replies.filter(|one| segments::is_opt_out(&one.text)).collect();
    for chunk in reports.chunks(CHUNK) {
        take_reports(state, chunk.to_vec(), &mut counts).await?;
    }
    for chunk in replies.chunks(CHUNK) {
        take_replies(state, chunk, &mut counts).await?;
    }
    let Counts { taken, strangers, unreadable } = counts;
    for (outcome, count) in [("taken", taken), ("unknown", strangers), ("unreadable", unreadable)] {
        metrics::counter!("promenade_message_reports_total", "outcome" => outcome).increment(count);
    }
    if strangers + unreadable > 0 {
        tracing::warn!(strangers, unreadable, "what a provider told is of no message of ours, or unreadable");
    }
    Ok(())
}

fn readable<T>(one: Result<T, Bad>, unreadable: &mut u64) -> Option<T> {
    *unreadable += u64::from(one.is_err());
    one.ok()
}

fn asked(state: &ApiState, one: Report) -> Asked {
    let ours = one.our_id.as_deref().map(splits).unwrap_or_default();
    Asked {
        named: Named { ours, provider_id: one.provider_id },
        numbers: number_keys(state.contacts.as_deref(), &one.phone),
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

async fn take_reports(state: &ApiState, chunk: Vec<Asked>, counts: &mut Counts) -> Result<(), Problem> {
    let (known, unknown) = find(state, chunk).await?;
    counts.taken += known.len() as u64;
    submit(state, known).await?;
    let before = unknown.len();
    let early = of_numbers_written_to(state, unknown).await?;
    counts.strangers += (before - early.len()) as u64;
    if early.is_empty() {
        return Ok(());
    }
    // Kept first, looked up after: an answer that came meanwhile has found what was kept, or is found.
    submit(state, early.iter().filter_map(keep).collect()).await?;
    counts.taken += early.len() as u64;
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
                match messages.into_iter().find(|message| went_to(message, &asked.numbers)) {
                    Some(message) => known.push(reported(message, asked)),
                    None => unknown.push(asked),
                }
            }
            Ok((known, unknown))
        })
        .await
}

/// Reports that may be of a message whose provider has not answered yet: they name it by its provider's id alone, and
/// somebody that was written to lately.
async fn of_numbers_written_to(state: &ApiState, unknown: Vec<Asked>) -> Result<Vec<Asked>, StoreError> {
    let may_be = |asked: &Asked| asked.named.ours.is_empty() && asked.named.provider_id.is_some();
    let early: Vec<Asked> = unknown.into_iter().filter(may_be).collect();
    if early.is_empty() {
        return Ok(early);
    }
    let since = state.engine.now().plus_minutes(-LATELY);
    state
        .read(move |reader| {
            let mut lately = Vec::new();
            for asked in early {
                let heard = reader.shops_of_numbers(&asked.numbers)?;
                if heard.iter().any(|(_, _, number)| number.was_written_to_since(since)) {
                    lately.push(asked);
                }
            }
            Ok(lately)
        })
        .await
}

fn went_to(message: &Message, numbers: &[NumberKey]) -> bool {
    let went = message.sending.as_ref().and_then(|sending| sending.number.as_ref());
    // Where no number was known, there is none to compare.
    went.is_some_and(|went| !went.is_number() || numbers.contains(went))
}

fn reported(message: Message, asked: Asked) -> Input {
    let number = message.sending.as_ref().and_then(|sending| sending.number.clone());
    let number = number.filter(|known| asked.numbers.contains(known));
    let (message_id, report) = (message.message_id, Box::new(asked.report));
    Input::new(message.shop_id, Command::Messages(MessageCommand::Reported { message_id, number, report }))
}

fn keep(asked: &Asked) -> Option<Input> {
    let Asked { named, numbers, report } = asked.clone();
    let (provider_id, report) = (named.provider_id?, Box::new(report));
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
async fn take_replies(state: &ApiState, chunk: &[Reply], counts: &mut Counts) -> Result<(), Problem> {
    let numbers: Vec<Vec<NumberKey>> =
        chunk.iter().map(|reply| number_keys(state.contacts.as_deref(), &reply.phone)).collect();
    let wanted = numbers.clone();
    let known = state.read(move |reader| shops_of(reader, &wanted)).await?;
    let mut inputs = Vec::new();
    for (reply, known) in chunk.iter().zip(known) {
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
    counts.taken += inputs.len() as u64;
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
