//! The notice as the law wants it: complete, and no prize above the cap (A-S2-17).

use super::{CLAIM_DAYS, TEXT_CHARS, table};
use crate::{
    beacon::QUICKNET,
    law::Law,
    notice::{Notice, amount},
    prize::{Kind, Prize},
    problem::{Code, Problem},
};
use visible::is_hidden;

/// Everything for which the draw may not start; empty when it may.
pub fn before_start(notice: &Notice, law: &Law) -> Vec<Problem> {
    let mut found = texts(notice);
    if notice.closes_at.at_ms() <= notice.opens_at.at_ms() {
        found.push(Problem::new("closes_at", Code::OutOfRange));
    }
    if !(1..=CLAIM_DAYS).contains(&notice.claim_days) {
        found.push(Problem::new("claim_days", Code::OutOfRange));
    }
    if let Some(round) = notice.beacon_round {
        // It comes while the draw is open: before the start somebody could know it, behind the end nothing is drawn.
        let open = notice.opens_at.at_ms()..notice.closes_at.at_ms();
        let comes = QUICKNET.at_ms(round).is_some_and(|at| open.contains(&at));
        if !comes {
            found.push(Problem::new("beacon_round", Code::OutOfRange));
        }
    }
    if notice.table.prizes.iter().all(|prize| prize.kind == Kind::Nothing) {
        let (en, zh) = ("The notice names no prize", "公示没有列出奖品");
        found.push(Problem::told("table.prizes", Code::NoticeIncomplete, en, zh));
    }
    for (at, prize) in notice.table.prizes.iter().enumerate() {
        found.extend(of_prize(notice, law, at, prize));
    }
    found.extend(table::check(&notice.table));
    found
}

/// Whether the beacon's round is still to come at that moment: what everybody knows already is no chance.
pub fn beacon_ahead(notice: &Notice, now_ms: i64) -> Option<Problem> {
    let at_ms = QUICKNET.at_ms(notice.beacon_round?)?;
    (at_ms <= now_ms).then(|| Problem::new("beacon_round", Code::BeaconRoundPast))
}

/// Each text is there, short enough, on one line and seen whole: what stands on a line of its own could pass for another.
fn texts(notice: &Notice) -> Vec<Problem> {
    let texts = [
        ("title", &notice.title, "what the draw is called", "活动名称"),
        ("organiser", &notice.organiser, "who holds the draw", "主办方"),
        ("contact", &notice.contact, "how the organiser can be reached", "联系方式"),
        ("conditions", &notice.conditions, "who gets a chance", "参与条件"),
        ("claim_how", &notice.claim_how, "how a prize is claimed", "领奖方式"),
        ("lapse", &notice.lapse, "what becomes of unclaimed prizes", "逾期未领的处理"),
    ];
    let check = |(field, text, en, zh): (&'static str, &String, &str, &str)| {
        if text.trim().is_empty() {
            let (en, zh) = (format!("The notice does not say {en}"), format!("公示缺少“{zh}”"));
            Some(Problem::told(field, Code::NoticeIncomplete, en, zh))
        } else if is_hidden(text) {
            Some(Problem::new(field, Code::InvalidValue))
        } else if text.chars().count() > TEXT_CHARS {
            Some(Problem::new(field, Code::TooLongText))
        } else {
            None
        }
    };
    texts.into_iter().filter_map(check).collect()
}

fn of_prize(notice: &Notice, law: &Law, at: usize, prize: &Prize) -> Vec<Problem> {
    let mut found = Vec::new();
    let path = |field: &str| table::path(at, field);
    if prize.name.trim().is_empty() {
        let (en, zh) = ("The notice does not say what the prize is", "公示缺少奖品名称");
        found.push(Problem::told(path("name"), Code::NoticeIncomplete, en, zh));
    } else if is_hidden(&prize.name) {
        found.push(Problem::new(path("name"), Code::InvalidValue));
    }
    if prize.kind != Kind::Nothing && prize.value == money::Money::ZERO {
        let (en, zh) = ("The notice does not say what the prize is worth", "公示缺少奖品价值");
        found.push(Problem::told(path("value"), Code::NoticeIncomplete, en, zh));
    }
    if prize.release.is_some_and(|release| release.until.at_ms() > notice.closes_at.at_ms()) {
        let en = "Some of the stock would be released only after the end";
        let zh = "部分奖品在活动结束后才放出";
        found.push(Problem::told(path("release.until"), Code::OutOfRange, en, zh));
    }
    if prize.value > law.top_prize {
        let (value, cap) = (amount(prize.value), amount(law.top_prize));
        let en = format!("{} is worth {value}; by law a prize is worth at most {cap}", prize.name);
        let zh = format!("{}价值{value}，依法不得超过{cap}", prize.name);
        found.push(Problem::told(path("value"), Code::PrizeOverCap, en, zh));
    }
    found
}
