//! What a run would give now, to whom, and why: judged on the real candidates, and nothing is stored.
//!
//! It goes over the ranking as the walk does, with the same judgement, from the first place on: ranks are
//! counted, stock is taken from a copy. Of the first N it reads N places and those between that do not count,
//! never the whole pool.

use domain::{
    Code, GiftStrategyId, Instant, ShopId, Sku,
    pool::{
        Candidate, Case, GiftStrategy, GiftUnit, Group, PoolOrder, RankKey, Run, Standing, Timing, Verdict,
        Waits, is_covered_before, judge,
    },
};
use port::{CandidateKey, PoolRow, Read, Reader, WalkKey, last_of_second};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Candidates that are read at once.
const STEP: usize = 1_000;

/// Whether orders may still be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Downloaded {
    /// Through the watermark.
    ThroughWatermark,
    /// Everything, as if an operator had said so.
    Everything,
}

/// What to try.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The shop.
    pub shop_id: ShopId,
    /// The gift strategy.
    pub strategy_id: GiftStrategyId,
    /// The processing clock.
    pub now: Instant,
    /// How far the download is taken to have come, in place of the shop's watermark.
    pub watermark: Option<Instant>,
    /// Whether orders may still be missing.
    pub downloaded: Downloaded,
    /// Rows are told from behind this place on; figures are of the whole.
    pub after: Option<RankKey>,
    /// So many rows are told.
    pub limit: usize,
}

/// What would become of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It would get its gifts.
    Give,
    /// It would hold its rank until its amount is final.
    Hold,
    /// It would get nothing, or has been judged before.
    Nothing,
    /// It would not be judged.
    NotYet,
}

/// One candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it; the others are described")]
pub struct Row {
    pub candidate: Candidate,
    /// Its place among those that count, where the strategy ranks.
    pub rank: Option<u64>,
    pub outcome: Outcome,
    pub code: Option<Code>,
    /// What it would get, or got before.
    pub gifts: Vec<GiftUnit>,
}

/// A gift whose stock would not last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// The gift.
    pub sku: Sku,
    /// Units that would be given if there were enough.
    pub needed: u64,
    /// Units left in store now.
    pub left: u64,
}

/// What would be given.
#[derive(Debug)]
#[allow(missing_docs, reason = "the words say it; the others are described")]
pub struct DryRun {
    pub would_give: u64,
    /// Candidates without a gift, by the reason.
    pub would_not: BTreeMap<Code, u64>,
    pub stock_short: Vec<Shortage>,
    /// What the download lacks for the first N to be certain.
    pub incomplete: Option<Waits>,
    pub rows: Vec<Row>,
    /// The place behind which rows go on.
    pub next: Option<RankKey>,
}

/// Tries a strategy's present run; `None` where there is no such strategy.
pub fn dry_run(reader: &dyn Reader, trial: &Trial) -> Read<Option<DryRun>> {
    let settings = reader.pool(&trial.shop_id)?;
    let known = settings.runs.get(&trial.strategy_id).cloned();
    let Some((run, strategy)) = known.and_then(|run| {
        let strategy = settings.lead_of(&run)?;
        Some((run, strategy))
    }) else {
        return Ok(None);
    };
    let mut trying = Trying::new(reader, trial, &settings, run, strategy);
    trying.first_look()?;
    trying.walk()?;
    Ok(Some(trying.end()))
}

struct Trying<'a> {
    reader: &'a dyn Reader,
    trial: &'a Trial,
    settings: &'a PoolRow,
    run: Run,
    strategy: Arc<GiftStrategy>,
    timing: Timing,
    watermark: Option<Instant>,
    needed: BTreeMap<Sku, u64>,
    taken: BTreeMap<Sku, u64>,
    walked: u64,
    found: DryRun,
}

impl<'a> Trying<'a> {
    fn new(
        reader: &'a dyn Reader,
        trial: &'a Trial,
        settings: &'a PoolRow,
        mut run: Run,
        strategy: Arc<GiftStrategy>,
    ) -> Self {
        run.overridden |= trial.downloaded == Downloaded::Everything;
        let presale = settings.presale_of(&trial.strategy_id);
        let found = DryRun {
            would_give: 0,
            would_not: BTreeMap::new(),
            stock_short: Vec::new(),
            incomplete: None,
            rows: Vec::new(),
            next: None,
        };
        Self {
            timing: presale.map_or(Timing::ToReview, |record| record.strategy.timing),
            watermark: settings
                .certain_by(trial.watermark.or(settings.watermark), strategy.activity.starts_at),
            needed: BTreeMap::new(),
            taken: BTreeMap::new(),
            walked: 0,
            reader,
            trial,
            settings,
            run,
            strategy,
            found,
        }
    }

    fn place(&self, key: RankKey) -> CandidateKey {
        (self.trial.shop_id.clone(), self.run.number, key)
    }

    /// Whether enough has been downloaded to begin (A-S4-6). Other timings begin with their first order.
    fn first_look(&mut self) -> Read<()> {
        if self.strategy.first_n.is_none() || self.run.started {
            return Ok(());
        }
        if self.timing != Timing::Activation {
            self.run.started = true;
            return Ok(());
        }
        let certain = match self.run.certain_through(self.watermark) {
            Some(second) => self.reader.rank(&self.place(last_of_second(second)))?,
            None => 0,
        };
        let presale = self.settings.presale_of(&self.trial.strategy_id);
        let ends_at = self.strategy.activity.ends_at;
        let cut_off = presale.map_or(ends_at, |it| Run::cut_off(&self.strategy, it.strategy.activation_at));
        self.run.start(&self.strategy, cut_off, self.watermark, certain);
        self.found.incomplete = self.run.waits.take().filter(|_| !self.run.started);
        Ok(())
    }

    fn walk(&mut self) -> Read<()> {
        let mut after = None;
        loop {
            let missing = self.strategy.first_n.map_or(u64::MAX, |n| n.saturating_sub(self.walked));
            if missing == 0 {
                return Ok(());
            }
            let limit = usize::try_from(missing).unwrap_or(STEP).clamp(1, STEP);
            let (shop_id, run) = (self.trial.shop_id.clone(), self.run.number);
            let key = WalkKey { shop_id, run, after: after.take(), through: i64::MAX, limit };
            let candidates = self.reader.walk(&key)?;
            let is_last = candidates.len() < limit;
            after = candidates.last().map(|candidate| candidate.key.clone());
            for candidate in candidates {
                self.take(candidate)?;
            }
            if is_last {
                self.note_missing();
                return Ok(());
            }
        }
    }

    /// The ranking ended before N: more orders may come until the activity time is downloaded.
    fn note_missing(&mut self) {
        let needs_through = self.strategy.activity.ends_at;
        let is_covered = self.run.overridden
            || self.watermark.is_some_and(|through| is_covered_before(needs_through, through));
        if self.strategy.first_n.is_some() && !is_covered && self.found.incomplete.is_none() {
            let certain = self.walked;
            self.found.incomplete = Some(Waits { code: Code::PoolIncomplete, needs_through, certain });
        }
    }

    fn take(&mut self, candidate: Candidate) -> Read<()> {
        self.walked += u64::from(candidate.counts);
        let counted = self.strategy.first_n.filter(|_| candidate.counts).map(|_| self.walked);
        let rank = candidate.rank.or(counted);
        let own = self.version_of(&candidate)?;
        let rank = rank.filter(|_| own.first_n.is_some());
        let (outcome, code) = self.outcome(&own, &candidate, rank)?;
        match (outcome, code) {
            (Outcome::Give, _) => self.found.would_give += 1,
            (Outcome::Hold | Outcome::Nothing | Outcome::NotYet, Some(code)) => {
                *self.found.would_not.entry(code).or_default() += 1;
            }
            (Outcome::Hold | Outcome::Nothing | Outcome::NotYet, None) => {}
        }
        if self.trial.after.as_ref().is_some_and(|after| candidate.key <= *after) {
            return Ok(());
        }
        if self.found.rows.len() >= self.trial.limit {
            self.found.next = self.found.rows.last().map(|row| row.candidate.key.clone());
            return Ok(());
        }
        let gifts = self.gifts(&own, &candidate, outcome)?;
        self.found.rows.push(Row { candidate, rank, outcome, code, gifts });
        Ok(())
    }

    /// The version that the candidate's order entered under (A-S4-22).
    fn version_of(&self, candidate: &Candidate) -> Read<Arc<GiftStrategy>> {
        if self.run.oldest.is_none() {
            return Ok(self.strategy.clone());
        }
        let order = self.reader.pool_order(&self.trial.shop_id, &candidate.order_id)?;
        let own = order.and_then(|order| self.settings.version_for(&self.run, &order).cloned());
        Ok(own.unwrap_or_else(|| self.strategy.clone()))
    }

    fn gifts(&self, own: &GiftStrategy, candidate: &Candidate, outcome: Outcome) -> Read<Vec<GiftUnit>> {
        if outcome == Outcome::Give {
            let tier = own.tier(candidate.amount).and_then(|tier| own.tiers.get(tier));
            return Ok(tier.map(|tier| tier.gifts.clone()).unwrap_or_default());
        }
        if candidate.standing != Standing::Given {
            return Ok(Vec::new());
        }
        // What a re-run left with the warehouse was given by an older version.
        let order = self.reader.pool_order(&self.trial.shop_id, &candidate.order_id)?;
        let found =
            order.map(|order| self.settings.given(&order, candidate, &self.trial.strategy_id).to_vec());
        Ok(found.unwrap_or_default())
    }

    fn outcome(
        &mut self,
        own: &GiftStrategy,
        candidate: &Candidate,
        rank: Option<u64>,
    ) -> Read<(Outcome, Option<Code>)> {
        match candidate.standing {
            Standing::Given => return Ok((Outcome::Nothing, Some(Code::AlreadyExecuted))),
            Standing::Nothing => {
                return Ok((Outcome::Nothing, candidate.code.or(Some(Code::AlreadyExecuted))));
            }
            Standing::Void => return Ok((Outcome::Nothing, Some(Code::OrderClosed))),
            // With this timing what waits was not submitted, or left by hand before (S4-R09).
            Standing::Waiting if self.timing == Timing::Activation => {
                return Ok((Outcome::NotYet, Some(Code::WrongStage)));
            }
            Standing::Waiting | Standing::Open | Standing::Held => {}
        }
        let ranks = own.first_n.is_some() && candidate.standing != Standing::Held;
        if ranks && !(self.run.started && self.run.is_certain(&candidate.key, self.watermark)) {
            return Ok((Outcome::NotYet, Some(Code::PoolIncomplete)));
        }
        let group_taken = match self.group(own, candidate)? {
            Group::Undecided => return Ok((Outcome::NotYet, Some(Code::GroupUndecided))),
            Group::Taken => true,
            Group::Free => false,
        };
        let buyer_has_it = !candidate.counts;
        let beyond = self.strategy.first_n.zip(own.first_n).map_or(0, |(most, n)| most.saturating_sub(n));
        let given = (self.run.given + self.found.would_give).saturating_sub(beyond);
        let case = Case { now: self.trial.now, rank, given, buyer_has_it, group_taken };
        Ok(match judge(own, candidate, case) {
            Verdict::Give(tier) if self.reserve(&own.tiers[tier].gifts) => (Outcome::Give, None),
            Verdict::Give(_) => (Outcome::Nothing, Some(Code::GiftOutOfStock)),
            Verdict::Hold => (Outcome::Hold, Some(Code::AmountNotFinal)),
            Verdict::Nothing(code) => (Outcome::Nothing, Some(code)),
            Verdict::NotYet(code) => (Outcome::NotYet, Some(code)),
        })
    }

    /// Takes a tier's gifts from the copy of the stock, all or none (A-S4-15).
    fn reserve(&mut self, gifts: &[GiftUnit]) -> bool {
        let taken = |sku: &Sku| self.taken.get(sku).copied().unwrap_or_default();
        let lasts = gifts.iter().all(|gift| {
            let stock = self.settings.stock.get(&gift.sku);
            stock.is_none_or(|stock| stock.left() >= taken(&gift.sku) + gift.quantity)
        });
        let stock = &self.settings.stock;
        let is_counted = |sku: &Sku| stock.get(sku).is_some_and(|stock| stock.is_counted());
        for gift in gifts.iter().filter(|gift| is_counted(&gift.sku)) {
            *self.needed.entry(gift.sku.clone()).or_default() += gift.quantity;
            if lasts {
                *self.taken.entry(gift.sku.clone()).or_default() += gift.quantity;
            }
        }
        lasts
    }

    /// What the other strategies of its group have done to the candidate's order (A-S4-14).
    fn group(&self, own: &GiftStrategy, candidate: &Candidate) -> Read<Group> {
        let others = self.siblings();
        if others.is_empty() {
            return Ok(Group::Free);
        }
        let order = self.reader.pool_order(&self.trial.shop_id, &candidate.order_id)?;
        let Some(order) = order else { return Ok(Group::Free) };
        let mut found = Group::Free;
        for (run, other) in others {
            let candidate = self.candidate_of(&order, run)?;
            let other = self.settings.version_for(run, &order).map_or(other, |other| &**other);
            found = found.and(own.beside(other, run, candidate.as_ref()));
        }
        Ok(found)
    }

    fn candidate_of(&self, order: &PoolOrder, run: &Run) -> Read<Option<Candidate>> {
        let Some(entered) = order.place(&run.strategy_id).filter(|it| it.run == run.number) else {
            return Ok(None);
        };
        self.reader.candidate(&(self.trial.shop_id.clone(), run.number, entered.key.clone()))
    }

    fn siblings(&self) -> Vec<(&'a Run, &'a GiftStrategy)> {
        let own = &self.trial.strategy_id;
        let presale = |id| self.settings.presale_of(id).map(|record| &record.strategy.strategy_id);
        let mine = presale(own);
        let others = self.settings.runs.values().filter(|run| run.strategy_id != *own);
        let others = others.filter(|run| presale(&run.strategy_id) == mine);
        let others = others.filter_map(|run| Some((run, &**self.settings.version_of(run)?)));
        others.filter(|(_, other)| self.strategy.shares_group_with(other)).collect()
    }

    fn end(self) -> DryRun {
        let mut found = self.found;
        for (sku, needed) in self.needed {
            let left = self.settings.stock.get(&sku).map_or(0, |stock| stock.left());
            if needed > left {
                found.stock_short.push(Shortage { sku, needed, left });
            }
        }
        found
    }
}

/// Reads a place that [`cursor`] wrote.
pub fn read_cursor(text: &str) -> Option<RankKey> {
    let (second, number) = text.split_once(':')?;
    Some(RankKey { second: second.parse().ok()?, number: number.into() })
}

/// A place as text, for lists that go on from it.
pub fn cursor(key: &RankKey) -> String {
    format!("{}:{}", key.second, key.number)
}
