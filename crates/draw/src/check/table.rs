//! The prize table by itself: odds that sum, stocks, and fallbacks that lead somewhere.

use super::{NAME_CHARS, PRIZES, STOCK};
use crate::{
    prize::{Kind, Prize},
    problem::{Code, Problem},
    table::{Mode, ODDS_TOTAL, Table},
    text,
};
use std::collections::HashSet;

/// Everything that is wrong with the table, `table.` before each path.
pub fn check(table: &Table) -> Vec<Problem> {
    if table.prizes.len() > PRIZES {
        return vec![Problem::new("table.prizes", Code::TooMany)];
    }
    let mut found = Vec::new();
    let mut ids = HashSet::new();
    let mut no_prizes = 0;
    for (at, prize) in table.prizes.iter().enumerate() {
        let mut wrong = |field: &str, code| found.push(Problem::new(path(at, field), code));
        if text::line(&prize.prize_id).is_err() || visible::is_hidden(&prize.prize_id) {
            wrong("prize_id", Code::InvalidValue);
        } else if !ids.insert(prize.prize_id.as_str()) {
            wrong("prize_id", Code::Duplicate);
        }
        no_prizes += usize::from(prize.kind == Kind::Nothing);
        if no_prizes > 1 && prize.kind == Kind::Nothing {
            wrong("kind", Code::Duplicate);
        }
        if prize.name.chars().count() > NAME_CHARS {
            wrong("name", Code::TooLongText);
        }
        let is_worth_nothing = prize.value == money::Money::ZERO;
        if prize.value.is_negative() || prize.kind == Kind::Nothing && !is_worth_nothing {
            wrong("value", Code::OutOfRange);
        }
        if prize.stock.is_some_and(|stock| !(1..=STOCK).contains(&stock)) {
            wrong("stock", Code::OutOfRange);
        }
        match table.mode {
            Mode::Odds => by_odds(table, at, prize, &mut found),
            Mode::Urn => in_an_urn(at, prize, &mut found),
        }
    }
    found.extend(sums(table));
    found
}

/// The path of a prize's field.
pub fn path(at: usize, field: &str) -> String {
    format!("table.prizes[{at}].{field}")
}

fn by_odds(table: &Table, at: usize, prize: &Prize, found: &mut Vec<Problem>) {
    let mut wrong = |field: &str, code| found.push(Problem::new(path(at, field), code));
    match prize.odds {
        None => wrong("odds", Code::NoticeIncomplete),
        Some(odds) if u64::from(odds) > ODDS_TOTAL => wrong("odds", Code::OutOfRange),
        // Nobody could ever win it: such a prize is not shown.
        Some(0) if !table.prizes.iter().any(|other| falls_to(other, prize)) => {
            wrong("odds", Code::InvalidValue);
        }
        Some(_) => {}
    }
    match (prize.stock, &prize.fallback) {
        (Some(_), None) => wrong("fallback", Code::FallbackMissing),
        // What is never gone falls to nothing.
        (None, Some(_)) => wrong("fallback", Code::InvalidValue),
        (Some(_), Some(fallback)) if table.find(fallback).is_none() => {
            wrong("fallback", Code::FallbackUnknown);
        }
        (Some(_), Some(_)) if leads_round(table, prize) => wrong("fallback", Code::FallbackCycle),
        (Some(_), Some(_)) | (None, None) => {}
    }
    if prize.kind == Kind::Nothing && prize.stock.is_some() {
        wrong("stock", Code::InvalidValue);
    }
    match prize.release {
        Some(_) if prize.stock.is_none() => wrong("release", Code::InvalidValue),
        Some(release) if release.until.at_ms() <= release.from.at_ms() => {
            wrong("release.until", Code::OutOfRange);
        }
        Some(_) | None => {}
    }
}

/// A way of as many steps as there are prizes that still leads on has come to one of them twice.
fn leads_round(table: &Table, prize: &Prize) -> bool {
    let last = table.falls(prize).last().and_then(|last| last.fallback.as_deref());
    last.is_some_and(|next| table.find(next).is_some())
}

fn falls_to(other: &Prize, prize: &Prize) -> bool {
    other.fallback.as_deref() == Some(prize.prize_id.as_str())
}

fn in_an_urn(at: usize, prize: &Prize, found: &mut Vec<Problem>) {
    let mut wrong = |field: &str, code| found.push(Problem::new(path(at, field), code));
    if prize.stock.is_none() {
        wrong("stock", Code::NoticeIncomplete);
    }
    let of_odds = [
        ("odds", prize.odds.is_some()),
        ("fallback", prize.fallback.is_some()),
        ("release", prize.release.is_some()),
    ];
    for (field, _) in of_odds.into_iter().filter(|(_, is_there)| *is_there) {
        wrong(field, Code::InvalidValue);
    }
}

/// What the parts come to.
fn sums(table: &Table) -> Option<Problem> {
    let path = "table.prizes";
    match table.mode {
        Mode::Odds => {
            let sum: u64 = table.prizes.iter().filter_map(|prize| prize.odds).map(u64::from).sum();
            (sum != ODDS_TOTAL).then(|| {
                let en = format!(
                    "The odds sum to {sum}, not to {ODDS_TOTAL}: what is left belongs to a named no-prize"
                );
                let zh = format!("概率之和为{sum}，须恰为{ODDS_TOTAL}；余下部分须列为“未中奖”");
                Problem::told(path, Code::OddsDoNotSum, en, zh)
            })
        }
        Mode::Urn => (table.tickets() > STOCK).then(|| Problem::new(path, Code::TooMany)),
    }
}
