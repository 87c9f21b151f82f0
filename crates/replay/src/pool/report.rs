//! What a run and an intake came to: the summary.
//!
//! What always holds: the same input gives the same bytes.

use super::earlier::EarlierGap;
use super::exceptions::{self, ExceptionReport};
use super::{
    Counts, PoolError, PoolInputs, PoolMapping, PoolRun, Ranks,
    uncertain::{MissingRow, Uncertain},
};
use crate::read::notes;
use crate::terminal::{Elsewhere, Lines, bad_rows, label};
use decide::Around;
use domain::{Code, Instant, Lang, ShopId, Violation, campaign::field::Words, pool::Waits, time::Zone};
use port::PoolRow;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The summary of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PoolReport {
    /// What was read.
    pub inputs: PoolInputs,
    /// What became of the orders.
    pub orders: Counts,
    /// Orders that the engine refused, by code.
    pub refused: BTreeMap<String, u64>,
    /// Orders placed after the strategies end, which were not looked at.
    pub after_the_end: u64,
    /// When gifts ran.
    pub activation_at: String,
    /// Where the simulated clock stopped.
    pub ended_at: String,
    /// What an operator should look at: shop, strategy, field, code, and what is meant.
    pub warnings: BTreeSet<String>,
    /// The same in Chinese, for a terminal.
    #[serde(skip)]
    pub warnings_zh: BTreeSet<String>,
    /// What people must look at in orders, by code (A-S4-20).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<ExceptionReport>,
    /// What was left out or is in doubt and may count (A-S4-25).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncertain: Option<Uncertain>,
    /// Whether ranks were given out all the same.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub overridden: bool,
    /// Each gift strategy of each shop.
    pub strategies: Vec<StrategyReport>,
}

/// A gift strategy's run in one shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StrategyReport {
    /// The shop.
    pub shop_id: String,
    /// The strategy.
    pub strategy_id: String,
    /// Only the first so many orders.
    pub first_n: Option<u64>,
    /// Orders that take part.
    pub candidates: u64,
    /// Places counted.
    pub ranked: u64,
    /// Orders that were given their gifts.
    pub given: u64,
    /// Whether nothing is left to decide by rank.
    pub finished: bool,
    /// Why it stands still.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits: Option<WaitsReport>,
}

/// What a run waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaitsReport {
    /// `pool_incomplete | group_undecided`.
    pub code: &'static str,
    /// The export must reach to there, or far enough to be sure of the first N.
    pub needs_through: String,
    /// Orders whose rank is certain.
    pub certain: u64,
    /// Rows that were left out and that ranks may depend on: the first of them, by file (A-S4-25).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<MissingRow>,
    /// How many they are in all.
    #[serde(skip_serializing_if = "is_zero")]
    pub rows_in_all: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl PoolReport {
    /// What a run came to.
    pub fn build(mapping: &PoolMapping, run: &PoolRun, activation_at: Instant) -> Result<Self, PoolError> {
        let show = |at: Instant| mapping.zone.format(at);
        let mut warnings = Warnings::default();
        for it in mapping.strategies.iter().flat_map(super::strategies::Strategies::warnings) {
            warnings.add(&it.field, it);
        }
        let mut strategies = Vec::new();
        let exceptions = exceptions::found(&**run.engine.reader(), &run.shops)?;
        let uncertain = Uncertain::new(&run.gaps.mattering(run.ranks_from), show);
        for shop_id in &run.shops {
            let settings = run.engine.reader().pool(shop_id)?;
            warned(shop_id, &settings, &mapping.zone, &mut warnings);
            for (id, state) in &settings.runs {
                strategies.push(StrategyReport {
                    shop_id: shop_id.to_string(),
                    strategy_id: id.to_string(),
                    first_n: settings.version_of(state).and_then(|strategy| strategy.first_n),
                    candidates: state.candidates,
                    ranked: state.walked,
                    given: state.given,
                    finished: state.finished,
                    waits: state.waits.as_ref().map(|waits| WaitsReport {
                        code: waits.code.as_str(),
                        needs_through: show(waits.needs_through),
                        certain: waits.certain,
                        rows: missing(waits, uncertain.as_ref())
                            .map(|it| it.rows.clone())
                            .unwrap_or_default(),
                        rows_in_all: missing(waits, uncertain.as_ref()).map_or(0, |it| it.rows_in_all),
                    }),
                });
            }
        }
        Ok(Self {
            inputs: run.inputs.clone(),
            orders: run.counts,
            refused: run.refused.by_code.clone(),
            after_the_end: run.after_the_end,
            activation_at: show(activation_at),
            ended_at: show(run.ended_at),
            warnings: warnings.en,
            warnings_zh: warnings.zh,
            overridden: run.ranks == Ranks::Overridden,
            exceptions,
            uncertain,
            strategies,
        })
    }

    /// Whether every row was used and everything that was given is final.
    pub fn is_final(&self) -> bool {
        let waits = self.strategies.iter().any(|found| found.waits.is_some());
        let doubts = self.exceptions.iter().any(|found| found.taking_part > 0);
        self.inputs.is_whole() && self.orders.rejected == 0 && self.uncertain.is_none() && !waits && !doubts
    }

    /// Whether a strategy gave nothing because the export does not reach far enough.
    pub fn is_incomplete(&self) -> bool {
        let incomplete = Code::PoolIncomplete.as_str();
        self.strategies.iter().filter_map(|found| found.waits.as_ref()).any(|waits| waits.code == incomplete)
    }

    /// Its heart, for a terminal, in English.
    pub fn summary(&self) -> String {
        self.summary_in(Lang::En)
    }

    /// Its heart, for a terminal.
    pub fn summary_in(&self, lang: Lang) -> String {
        let sum = |of: fn(&StrategyReport) -> u64| self.strategies.iter().map(of).sum::<u64>();
        let (inputs, orders) = (&self.inputs, &self.orders);
        let given = sum(|run| run.given);
        let mut lines = Lines::new(lang);
        orders_read(inputs, &mut lines);
        lines.say(label::BAD_ROWS, &bad_rows(inputs.bad_rows, inputs.orders_left_out, lang));
        lines.say(label::REFUSED, &format!("{}{}", orders.rejected, by_code(&self.refused)));
        lines.say(label::POOLED, &orders.pooled.to_string());
        lines.say(label::TO_REVIEW, &orders.to_review.to_string());
        lines.say(label::TAKE_PART, &sum(|run| run.candidates).to_string());
        lines.say(label::RANKED, &sum(|run| run.ranked).to_string());
        lines.say(label::GIFTS_GIVEN, &lang.pick(format!("to {given} orders"), format!("给 {given} 笔订单")));
        of_rows(inputs, &mut lines);
        if let Some(uncertain) = &self.uncertain {
            let anyway = lang.pick("; given out all the same", "；仍然发出");
            let given = if self.overridden { anyway } else { "" };
            lines.say(label::NOT_CERTAIN, &(uncertain.told(lang) + given));
        }
        if self.after_the_end > 0 {
            let after = self.after_the_end;
            let told = lang.pick(format!("{after} orders, not looked at"), format!("{after} 笔订单，未看"));
            lines.say(label::AFTER_THE_END, &told);
        }
        for found in &self.exceptions {
            lines.say_of(found.code, &found.told(lang));
        }
        for warning in lang.pick(&self.warnings, &self.warnings_zh) {
            lines.say(label::WARNING, warning);
        }
        for run in &self.strategies {
            if let Some(WaitsReport { code, certain, needs_through: needs, .. }) = &run.waits {
                let name = &run.strategy_id;
                let told = lang.pick(
                    format!("{name}: {certain} certain, needs {needs}"),
                    format!("{name}：已确定 {certain}，需要 {needs}"),
                );
                lines.say_of(code, &told);
            }
        }
        lines.finish()
    }
}

/// What the strategies of a shop are warned of, now that its orders are known.
fn warned(shop: &ShopId, pool: &PoolRow, zone: &Zone, to: &mut Warnings) {
    let around = Around { pool, campaigns: &[], zone };
    for (id, record) in &pool.presales {
        for it in around.presale_warnings(&record.strategy) {
            to.add(&format!("{shop}/{id} {}", it.field), &it);
        }
    }
    for (id, record) in &pool.gifts {
        for it in pool.runs.get(id).map(|run| around.gift_warnings(record, run)).unwrap_or_default() {
            to.add(&format!("{shop}/{id} {}", it.field), &it);
        }
    }
}

/// Warnings in both languages.
#[derive(Default)]
struct Warnings {
    en: BTreeSet<String>,
    zh: BTreeSet<String>,
}

impl Warnings {
    fn add(&mut self, at: &str, found: &Violation) {
        let Violation { code, message, .. } = found;
        self.en.insert(format!("{at}: {code} ({})", message.in_minor_units()));
        self.zh.insert(format!("{at}：{code}（{}）", code.zh()));
    }
}

/// What is missing that a run waits for.
fn missing<'u>(waits: &Waits, uncertain: Option<&'u Uncertain>) -> Option<&'u Uncertain> {
    uncertain.filter(|_| waits.code == Code::PoolIncomplete)
}

/// Orders that were read, and those of them that take no part because they are closed.
fn orders_read(inputs: &PoolInputs, lines: &mut Lines) {
    lines.say(label::ORDERS_READ, &inputs.orders.to_string());
    if inputs.orders_closed > 0 {
        lines.say(label::ORDERS_CLOSED, &inputs.orders_closed.to_string());
    }
}

/// What became of rows that are neither used nor bad, and how the files were read.
fn of_rows(inputs: &PoolInputs, lines: &mut Lines) {
    for note in notes(&inputs.files, lines.lang) {
        lines.say(label::FILE, &note);
    }
    let elsewhere = Elsewhere {
        rows: &inputs.rows,
        files: &inputs.repeated_files,
        without_line: &inputs.rows_without_line,
        doubled: &inputs.doubled_files,
        maybe_repeated: inputs.orders_maybe_repeated,
        states: &inputs.unknown_states,
        notes: &inputs.notes_by_code,
        doubt: Words::new(", not final", "，不作最终"),
        discounts: Words::new(", taken off their orders' lines", "，已从订单各行扣减"),
    };
    elsewhere.tell(lines);
}

/// Counts in brackets, where there are any.
pub(super) fn by_code(codes: &BTreeMap<String, u64>) -> String {
    let codes: Vec<String> = codes.iter().map(|(code, count)| format!("{code} {count}")).collect();
    if codes.is_empty() { String::new() } else { format!(" ({})", codes.join(", ")) }
}

/// The heart of an intake, for a terminal, in English.
pub fn intake_summary(taken: &super::Taken) -> String {
    intake_summary_in(taken, Lang::En)
}

/// The heart of an intake, for a terminal.
pub fn intake_summary_in(taken: &super::Taken, lang: Lang) -> String {
    let super::Taken { inputs, counts, refused, .. } = taken;
    let mut lines = Lines::new(lang);
    orders_read(inputs, &mut lines);
    lines.say(label::BAD_ROWS, &bad_rows(inputs.bad_rows, inputs.orders_left_out, lang));
    lines.say(label::CREATED, &counts.created.to_string());
    lines.say(label::UPDATED, &counts.updated.to_string());
    lines.say(label::DUPLICATE, &counts.duplicate.to_string());
    lines.say(label::REJECTED, &format!("{}{}", counts.rejected, by_code(&refused.by_code)));
    of_rows(inputs, &mut lines);
    if let Some(uncertain) = taken.uncertain() {
        lines.say(label::NOT_CERTAIN, &uncertain.told(lang));
    }
    for shop in taken.earlier.iter().map(|gap| &gap.shop_id).collect::<BTreeSet<_>>() {
        let of_shop = taken.earlier.iter().filter(|gap| gap.shop_id == *shop);
        let files: Vec<String> = of_shop.map(|gap| gap.told(lang)).collect();
        let files = files.join(lang.pick("; ", "；"));
        let see = format!("GET /v1/shops/{shop}/download-watermark");
        let told = lang.pick(
            format!("still missing from before: {files}; see {see}; accept_gaps answers for it"),
            format!("以前漏下的还缺：{files}；见 {see}，用 accept_gaps 认下"),
        );
        lines.say(label::RANKS_WAIT, &told);
    }
    if counts.pooled + counts.to_review > 0 {
        lines.say(label::POOLED, &counts.pooled.to_string());
        lines.say(label::TO_REVIEW, &counts.to_review.to_string());
    }
    lines.finish()
}

/// What came of an intake, as a server keeps and answers it.
#[derive(Debug, Clone, Serialize)]
pub struct IntakeReport {
    /// What was read.
    pub inputs: PoolInputs,
    /// What became of the orders.
    pub orders: Counts,
    /// Orders that the engine refused, by code.
    pub refused: BTreeMap<String, u64>,
    /// Whether every row was used and what it says is final.
    pub all_used: bool,
    /// What ranks wait for, where they do (A-S4-25).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncertain: Option<Uncertain>,
    /// What earlier intakes left out and is still missing: ranks wait for it too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<EarlierGap>,
    /// The same for a terminal: what `promenade intake` prints.
    pub summary: String,
    /// The same in Chinese.
    pub summary_zh: String,
}

impl IntakeReport {
    /// The report of what was taken in.
    pub fn of(taken: &super::Taken) -> Self {
        let super::Taken { inputs, counts, refused, earlier, .. } = taken;
        Self {
            inputs: inputs.clone(),
            orders: *counts,
            refused: refused.by_code.clone(),
            all_used: taken.is_whole(),
            uncertain: taken.uncertain(),
            earlier: earlier.clone(),
            summary: intake_summary(taken),
            summary_zh: intake_summary_in(taken, Lang::Zh),
        }
    }

    /// Lines of what [`bad_rows`] writes, the heading left out.
    pub fn rejects(taken: &super::Taken) -> u64 {
        (taken.inputs.details.len() + taken.refused.told.len()) as u64
    }
}
