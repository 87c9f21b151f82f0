//! One play: its number from the seed, its prize from the number, its entropy and its moment.

use super::{
    finding::{Finding, FindingCode},
    found::{Found, TOLD},
};
use crate::{
    archive::{Archive, Play, State},
    beacon::QUICKNET,
    chance,
    hash::Hash,
    notice::{EntropyPolicy, Notice},
    seed::Seed,
    table::{Award, Given, Mode, Table},
    text,
    word::Words,
};
use hmac::Hmac;
use sha2::Sha256;
use std::num::NonZeroU64;

/// Whether everything before a play is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// All of it.
    Whole,
    /// A play is missing: what it was given, nobody knows.
    Partly,
}

/// Judges one play after the other.
pub struct Judge<'a> {
    archive: &'a Archive,
    key: Option<Hmac<Sha256>>,
    /// The genuine randomness of the beacon's round.
    randomness: Option<Hash>,
    pub trust: Trust,
    /// What was given, as the archive tells it,
    pub given: Given,
    /// and what was due. They part at the first wrong prize: from then on a play is right by either of them, so that one
    /// wrong prize is found once, however the rest was drawn.
    due: Given,
    last_ms: i64,
    back: u64,
    without_transaction: u64,
    lapsed: u64,
    /// Drawn more than an hour after their payment,
    late: u64,
    /// and the first of those that were more than a day.
    days_late: Vec<Finding>,
    more_days_late: u64,
}

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

impl<'a> Judge<'a> {
    pub fn new(archive: &'a Archive, seed: Option<&Seed>, found: &mut Found) -> Self {
        Self {
            archive,
            key: seed.map(Seed::keyed),
            randomness: randomness(archive, found),
            trust: Trust::Whole,
            given: Given::default(),
            due: Given::default(),
            last_ms: i64::MIN,
            back: 0,
            without_transaction: 0,
            lapsed: 0,
            late: 0,
            days_late: Vec::new(),
            more_days_late: 0,
        }
    }

    /// A play, judged by those before it; then it counts for those behind it.
    pub fn play(&mut self, play: &Play, found: &mut Found) {
        let texts = [play.chance.as_str(), play.prize_id.as_str()];
        let entropy_fits = play.entropy.is_empty() || text::line(&play.entropy).is_ok();
        if !entropy_fits || texts.iter().any(|told| text::line(told).is_err()) {
            found.at(play.n, FindingCode::NotALine);
        } else if chance::of(&play.chance).is_none() {
            found.at(play.n, FindingCode::ChanceWrong);
        }
        let notice = self.archive.notice_of(play.n);
        if let Some(notice) = notice {
            self.moment(play, notice, found);
            self.entropy(play, notice, found);
            self.number(play, &notice.table, found);
            self.prize(play, &notice.table, found);
            let is_fine = notice.table.mode == Mode::Urn || matches!(play.state, State::Played | State::Void);
            if !is_fine {
                found.at(play.n, FindingCode::StateWrong);
            }
        }
        self.lapsed += u64::from(play.state == State::Lapsed);
        let award = notice.and_then(|notice| notice.table.award(play.r, &self.due, play.at_ms));
        self.due.add(award.map_or(&play.prize_id, |award| &award.prize.prize_id));
        self.given.add(&play.prize_id);
    }

    /// What is to be known of all plays together.
    pub fn tell(self, found: &mut Found) -> Given {
        let counts = [
            (self.back, FindingCode::MomentsBack),
            (self.without_transaction, FindingCode::WithoutTransaction),
            (self.lapsed, FindingCode::Lapsed),
            (self.late, FindingCode::DrawnLate),
        ];
        for (count, code) in counts.into_iter().filter(|(count, _)| *count > 0) {
            let count = count.to_string();
            found.notes.push(Finding::with(code, None, &count, &count));
        }
        found.notes.extend(self.days_late);
        if self.more_days_late > 0 {
            let more = self.more_days_late;
            let (en, zh) = (format!("and {more} more"), format!("另有{more}次"));
            found.notes.push(Finding::with(FindingCode::DrawnDaysLate, None, &en, &zh));
        }
        self.given
    }

    fn moment(&mut self, play: &Play, notice: &Notice, found: &mut Found) {
        let window = notice.opens_at.at_ms()..notice.closes_at.at_ms();
        if !window.contains(&play.at_ms) {
            found.at(play.n, FindingCode::OutsideWindow);
        }
        let round = notice.beacon_round.and_then(|round| QUICKNET.at_ms(round));
        if round.is_some_and(|round| play.at_ms < round) {
            found.at(play.n, FindingCode::BeforeBeacon);
        }
        self.late(play, found);
        self.back += u64::from(play.at_ms < self.last_ms);
        self.last_ms = self.last_ms.max(play.at_ms);
    }

    /// Whoever knows the seed and holds an id back chooses the moment: see `docs/draws.md`.
    fn late(&mut self, play: &Play, found: &mut Found) {
        let after = play.at_ms.saturating_sub(play.paid_ms);
        if after < 0 {
            found.at(play.n, FindingCode::PaidLater);
        }
        self.late += u64::from(after > HOUR_MS);
        if after <= DAY_MS {
            return;
        }
        if self.days_late.len() < TOLD {
            let (hours, chance) = (after / HOUR_MS, &play.chance);
            let (en, zh) = (format!("{chance}, {hours} hours"), format!("{chance}，{hours}小时"));
            self.days_late.push(Finding::with(FindingCode::DrawnDaysLate, Some(play.n), &en, &zh));
        } else {
            self.more_days_late += 1;
        }
    }

    fn entropy(&mut self, play: &Play, notice: &Notice, found: &mut Found) {
        let transaction = match (notice.beacon_round, self.randomness) {
            (None, _) => Some(play.entropy.as_str()),
            // That the round is missing or not genuine was said once.
            (Some(_), None) => return,
            (Some(_), Some(randomness)) => {
                play.entropy.strip_suffix(&randomness.to_string()).and_then(|rest| rest.strip_suffix(' '))
            }
        };
        match transaction {
            None => found.at(play.n, FindingCode::BeaconMissing),
            Some("") if notice.entropy == EntropyPolicy::Required => {
                found.at(play.n, FindingCode::EntropyMissing);
            }
            Some("") => self.without_transaction += 1,
            Some(_) => {}
        }
    }

    /// The number that the seed draws.
    fn number(&self, play: &Play, table: &Table, found: &mut Found) {
        let Some(key) = &self.key else { return };
        let total = match table.mode {
            Mode::Odds => table.total(&self.given),
            // Each play took a ticket, also one that is missing here.
            Mode::Urn => table.tickets().checked_sub(play.n - 1).and_then(NonZeroU64::new),
        };
        // Without a ticket left no prize fits either, which is told there.
        let Some(total) = total else { return };
        let mut words = Words::keyed(key.clone(), &self.archive.campaign, &play.chance, &play.entropy);
        let r = words.pick(total);
        if r != play.r {
            let (en, zh) = (format!("{r}, not {}", play.r), format!("应为{r}，而非{}", play.r));
            found.add(Finding::with(FindingCode::NumberWrong, Some(play.n), &en, &zh));
        }
    }

    /// The prize of the number that the archive tells.
    fn prize(&self, play: &Play, table: &Table, found: &mut Found) {
        let Some(prize) = table.find(&play.prize_id) else {
            found.at(play.n, FindingCode::PrizeUnknown);
            return;
        };
        let given = self.given.of(&play.prize_id);
        if prize.stock.is_some_and(|stock| given >= stock) {
            found.at(play.n, FindingCode::StockExceeded);
            return;
        }
        let award = table.award(play.r, &self.given, play.at_ms);
        let by_due = table.award(play.r, &self.due, play.at_ms);
        let is_this = |award: &Award<'_>| award.prize.prize_id == play.prize_id;
        if award.iter().chain(&by_due).any(is_this) || self.may_be_due(play, table) {
            return;
        }
        let falls = award.is_some_and(|award| table.falls(award.drawn).any(|other| other == prize));
        let code = if prize.available(play.at_ms).is_some_and(|available| given >= available) {
            FindingCode::ReleaseExceeded
        } else if falls {
            FindingCode::FallbackWrong
        } else {
            FindingCode::PrizeWrong
        };
        let due = award.map_or("-", |award| award.prize.prize_id.as_str());
        let (en, zh) = (format!("{due}, not {}", play.prize_id), format!("应为{due}，而非{}", play.prize_id));
        found.add(Finding::with(code, Some(play.n), &en, &zh));
    }

    /// Whether a play that is missing can explain another prize: a ticket that was drawn before, or stock that was gone.
    fn may_be_due(&self, play: &Play, table: &Table) -> bool {
        match (self.trust, table.mode) {
            (Trust::Whole, _) => false,
            (Trust::Partly, Mode::Urn) => true,
            (Trust::Partly, Mode::Odds) => {
                let award = table.award(play.r, &self.given, play.at_ms);
                award.is_some_and(|award| {
                    table.falls(award.prize).any(|other| other.prize_id == play.prize_id)
                })
            }
        }
    }
}

/// The randomness of the round that the notice names, where it is genuine.
fn randomness(archive: &Archive, found: &mut Found) -> Option<Hash> {
    let named = archive.notices.first().and_then(|link| link.notice.beacon_round);
    match (named, &archive.beacon) {
        (None, None) => None,
        (Some(_), None) => {
            if !archive.plays.is_empty() {
                found.whole(FindingCode::BeaconMissing);
            }
            None
        }
        (named, Some(round)) => {
            let genuine = QUICKNET.randomness(round.round, &round.signature).ok();
            let is_told = round.name == QUICKNET.name
                && round.public_key == QUICKNET.key_in_digits()
                && genuine == Some(round.randomness)
                && named == Some(round.round);
            if is_told {
                genuine
            } else {
                found.whole(FindingCode::BeaconWrong);
                None
            }
        }
    }
}
