//! `QuerySendDetails`: what became of a message, by its number and its day.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::super::report::{count, text};
use super::super::times::{of_shanghai, shanghai_date};
use super::super::{Asked, Fate};
use super::codes::TABLE;
use super::service::{Service, number};

/// The most that one page holds.
const PAGE: u32 = 50;
/// How many pages of a day are looked at; a number gets far fewer messages.
const MOST_PAGES: u32 = 4;
/// How far their clock may be from ours: near midnight both days are looked at.
const SLACK_MICROS: i64 = 600_000_000;
/// Before this nobody says that it was never there.
const SETTLED_MICROS: i64 = 120_000_000;

/// What became of it.
pub(super) async fn ask(service: &Service, asked: &Asked) -> Fate {
    // What cannot be sent cannot be asked after.
    let Some(number) = number(asked.phone.expose()) else { return Fate::NotYet };
    let sent = asked.sent_at_micros;
    let around = [sent.saturating_sub(SLACK_MICROS), sent, sent.saturating_add(SLACK_MICROS)];
    let days: BTreeSet<String> = around.into_iter().map(shanghai_date).collect();
    for day in days {
        match on(service, asked, number, &day).await {
            Some(Fate::NotKnown) => {}
            Some(fate) => return fate,
            None => return Fate::NotYet,
        }
    }
    let is_settled = (service.clock)().saturating_sub(sent) >= SETTLED_MICROS;
    if is_settled { Fate::NotKnown } else { Fate::NotYet }
}

/// What a day says; `None` where it cannot be read to its end.
async fn on(service: &Service, asked: &Asked, number: &str, day: &str) -> Option<Fate> {
    for page in 1..=MOST_PAGES {
        let mut parameters = Vec::with_capacity(5);
        if let Some(id) = &asked.provider_id {
            parameters.push(("BizId", id.clone()));
        }
        parameters.extend([
            ("CurrentPage", page.to_string()),
            ("PageSize", PAGE.to_string()),
            ("PhoneNumber", number.to_owned()),
            ("SendDate", day.to_owned()),
        ]);
        let answer = service.call("QuerySendDetails", &parameters).await.ok()?;
        let said: Map<String, Value> = serde_json::from_slice(&answer.body?).ok()?;
        if text(&said, "Code")? != "OK" {
            return None;
        }
        let total = count(&said, "TotalCount")?;
        let rows = said.get("SmsSendDetailDTOs").and_then(|rows| rows.get("SmsSendDetailDTO"));
        let rows = rows.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut objects = rows.iter().filter_map(Value::as_object);
        if let Some(row) = objects.find(|row| text(row, "OutId").as_ref() == Some(&asked.our_id)) {
            return fate(row, asked);
        }
        if page * PAGE >= total {
            return Some(Fate::NotKnown);
        }
    }
    None
}

/// 1 waits for the carrier, 2 failed, 3 arrived.
fn fate(row: &Map<String, Value>, asked: &Asked) -> Option<Fate> {
    match count(row, "SendStatus")? {
        1 => Some(Fate::NotYet),
        2 => Some(Fate::Failed {
            code: text(row, "ErrCode").unwrap_or_default(),
            is_charged: TABLE.charges_failed.to(&asked.phone),
        }),
        3 => {
            let at_micros = text(row, "ReceiveDate").and_then(|time| of_shanghai(&time));
            Some(Fate::Delivered { segments: None, at_micros })
        }
        _ => None,
    }
}
