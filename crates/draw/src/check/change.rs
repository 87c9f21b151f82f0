//! What may change while a draw runs: only what is in the buyer's favour (A-S2-17).
//!
//! In the buyer's favour are, and may come together: more of a prize, or as many as are drawn; higher odds of a prize and
//! prizes that are new, at the cost of the no-prize alone; a prize that is worth more; stock that is released earlier; a
//! later end; more days to claim. How the organiser can be reached may change. Everything else stays: an urn's tickets, how
//! and from what is drawn, what a prize is, what is given once it is gone, the other texts. A new prize that falls to stock
//! of an old one would take it from others, and is against them.

use super::{before_start, table::path};
use crate::{
    law::Law,
    notice::Notice,
    prize::{Kind, Prize, Release},
    problem::{Code, Problem},
    table::{Mode, Table},
};

/// Everything for which the notice of a running draw may not become the next one; empty when it may.
pub fn changed(now: &Notice, next: &Notice, law: &Law) -> Vec<Problem> {
    let mut found = before_start(next, law);
    let fixed = [
        ("title", now.title != next.title),
        ("organiser", now.organiser != next.organiser),
        ("opens_at", now.opens_at != next.opens_at),
        ("conditions", now.conditions != next.conditions),
        ("entropy", now.entropy != next.entropy),
        ("beacon_round", now.beacon_round != next.beacon_round),
        ("table.mode", now.table.mode != next.table.mode),
        ("claim_how", now.claim_how != next.claim_how),
        ("lapse", now.lapse != next.lapse),
    ];
    let differing = fixed.into_iter().filter(|(_, differs)| *differs);
    found.extend(differing.map(|(field, _)| Problem::new(field, Code::ImmutableField)));
    if next.closes_at.at_ms() < now.closes_at.at_ms() {
        found.push(against("closes_at", "the end comes earlier", "结束时间提前"));
    }
    if next.claim_days < now.claim_days {
        found.push(against("claim_days", "winners have fewer days to claim", "领奖期限缩短"));
    }
    found.extend(of_table(&now.table, &next.table));
    found
}

fn against(path: impl Into<String>, en: &str, zh: &str) -> Problem {
    let code = Code::OddsChangedAgainstBuyer;
    Problem::told(path, code, format!("{}: {en}", code.en()), format!("{}：{zh}", code.zh()))
}

fn of_table(now: &Table, next: &Table) -> Vec<Problem> {
    let mut found = Vec::new();
    // Numbers walk the prizes in their order: those that stay, stay in it.
    let place = |prize: &Prize| next.prizes.iter().position(|other| other.prize_id == prize.prize_id);
    let mut behind = 0;
    for prize in &now.prizes {
        let Some(at) = place(prize) else {
            // Without the no-prize everybody wins.
            if prize.kind == Kind::Nothing && next.mode == Mode::Odds {
                continue;
            }
            let (en, zh) = (format!("{} is gone", prize.name), format!("取消了{}", prize.name));
            found.push(against("table.prizes", &en, &zh));
            continue;
        };
        if at < behind {
            found.push(Problem::new(path(at, "prize_id"), Code::ImmutableField));
        }
        behind = behind.max(at);
        found.extend(of_prize(next, prize, at));
    }
    for (at, prize) in next.prizes.iter().enumerate() {
        if now.find(&prize.prize_id).is_none() {
            found.extend(of_new(now, next, prize, at));
        }
    }
    found
}

fn of_new(now: &Table, next: &Table, prize: &Prize, at: usize) -> Option<Problem> {
    if next.mode == Mode::Urn {
        return Some(Problem::new(path(at, "prize_id"), Code::ImmutableField));
    }
    let is_old_stock = |prize: &Prize| prize.stock.is_some() && now.find(&prize.prize_id).is_some();
    next.falls(prize).any(is_old_stock).then(|| {
        against(path(at, "fallback"), "it would take the stock of another prize", "会占用已有奖品的数量")
    })
}

fn of_prize(next: &Table, old: &Prize, at: usize) -> Vec<Problem> {
    let new = &next.prizes[at];
    let mut found = Vec::new();
    let mut stays = |field: &str, differs: bool| {
        if differs {
            found.push(Problem::new(path(at, field), Code::ImmutableField));
        }
    };
    stays("name", old.name != new.name);
    stays("kind", old.kind != new.kind);
    // What is never gone needs no fallback any more.
    stays("fallback", old.stock.is_some() && new.stock.is_some() && old.fallback != new.fallback);
    // An urn has exactly its tickets; more would lower everybody's share of the best.
    stays("stock", next.mode == Mode::Urn && old.stock != new.stock);
    let lower = |old: Option<u64>, new: Option<u64>| new.is_some_and(|new| old.is_none_or(|old| new < old));
    if next.mode == Mode::Odds && lower(old.stock, new.stock) {
        found.push(against(path(at, "stock"), "there are fewer of it", "奖品数量减少"));
    }
    if old.kind != Kind::Nothing && new.odds < old.odds {
        found.push(against(path(at, "odds"), "it is less likely", "中奖概率降低"));
    }
    if new.value < old.value {
        found.push(against(path(at, "value"), "it is worth less", "奖品价值降低"));
    }
    if slower(old, new) {
        found.push(against(path(at, "release"), "its stock is released later", "奖品放出变慢"));
    }
    found
}

/// Whether at some moment less of it is released than was to be.
fn slower(old: &Prize, new: &Prize) -> bool {
    let starts = |release: &Release| release.from.at_ms();
    let ends = |release: &Release| release.until.at_ms();
    match (&old.release, &new.release) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(old), Some(new)) => starts(new) > starts(old) || ends(new) > ends(old),
    }
}
