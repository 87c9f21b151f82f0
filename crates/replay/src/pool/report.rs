//! What a run and an intake came to: the summary.
//!
//! What always holds: the same input gives the same bytes.

use super::earlier::EarlierGap;
use super::exceptions::{self, ExceptionReport};
use super::{Counts, FileGaps, PoolError, PoolInputs, PoolMapping, PoolRun, Ranks};
use crate::read::{notes, told_without_line};
use decide::Around;
use domain::{
    Code, Instant, ShopId, Violation, limits,
    pool::{Gap, GapRow, Waits},
    time::Zone,
};
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

/// A row that ranks may depend on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingRow {
    /// The file.
    pub file: String,
    /// Its row, as a spreadsheet counts.
    pub row: u64,
    /// Why it was left out, or is in doubt.
    pub code: String,
    /// Its order, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
}

/// What the whole export leaves uncertain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Uncertain {
    /// From when on it could count; nothing where nobody can tell.
    pub since: Option<String>,
    /// The first rows.
    pub rows: Vec<MissingRow>,
    /// How many they are in all.
    pub rows_in_all: u64,
    /// Orders that were left out or are in doubt, as far as they have names.
    pub orders: u64,
}

impl Uncertain {
    /// What is missing of files; `None` where nothing is.
    pub fn new(gaps: &FileGaps, show: impl Fn(Instant) -> String) -> Option<Self> {
        let since = gaps.all().filter_map(Gap::since).min()?;
        let rows = gaps.all().flat_map(|gap| gap.rows.iter().map(move |row| (gap, row)));
        let row = |(gap, row): (&Gap, &GapRow)| MissingRow {
            file: gap.source.clone(),
            row: row.row,
            code: row.code.clone(),
            order_id: row.order_id.as_ref().map(ToString::to_string),
        };
        Some(Self {
            since: since.at().map(show),
            rows: rows.take(limits::GAP_ROWS).map(row).collect(),
            rows_in_all: gaps.all().map(|gap| gap.rows_in_all).sum(),
            orders: gaps.all().map(|gap| gap.orders.len() as u64).sum(),
        })
    }

    /// In words, for a terminal.
    fn told(&self) -> String {
        let since = self
            .since
            .as_ref()
            .map_or_else(|| "every rank".to_owned(), |since| format!("ranks from {since} on"));
        let first = self.rows.iter().take(3).map(|row| format!("{} row {} {}", row.file, row.row, row.code));
        let first: Vec<String> = first.collect();
        let more = if self.rows_in_all > 3 { ", ..." } else { "" };
        format!("{since} may depend on {} rows: {}{more}", self.rows_in_all, first.join(", "))
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl PoolReport {
    /// What a run came to.
    pub fn build(mapping: &PoolMapping, run: &PoolRun, activation_at: Instant) -> Result<Self, PoolError> {
        let show = |at: Instant| mapping.zone.format(at);
        let ends = mapping.strategies.iter().flat_map(super::strategies::Strategies::warnings);
        let mut warnings: BTreeSet<String> =
            ends.map(|it| format!("{}: {} ({})", it.field, it.code, it.message.in_minor_units())).collect();
        let mut strategies = Vec::new();
        let exceptions = exceptions::found(&**run.engine.reader(), &run.shops)?;
        let uncertain = Uncertain::new(&run.gaps, show);
        for shop_id in &run.shops {
            let settings = run.engine.reader().pool(shop_id)?;
            warnings.extend(warned(shop_id, &settings, &mapping.zone));
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
            warnings,
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

    /// Its heart, for a terminal.
    pub fn summary(&self) -> String {
        let sum = |of: fn(&StrategyReport) -> u64| self.strategies.iter().map(of).sum::<u64>();
        let (inputs, orders) = (&self.inputs, &self.orders);
        let mut lines = vec![
            ("orders read", inputs.orders.to_string()),
            ("bad rows", format!("{} ({} orders left out)", inputs.bad_rows, inputs.orders_left_out)),
            ("refused", format!("{}{}", orders.rejected, by_code(&self.refused))),
            ("pooled", orders.pooled.to_string()),
            ("to review", orders.to_review.to_string()),
            ("take part", sum(|run| run.candidates).to_string()),
            ("ranked", sum(|run| run.ranked).to_string()),
            ("gifts given", format!("to {} orders", sum(|run| run.given))),
        ];
        lines.extend(notes(&inputs.files).into_iter().map(|note| ("file", note)));
        lines.extend(of_rows(inputs));
        if let Some(uncertain) = &self.uncertain {
            let given = if self.overridden { "; given out all the same" } else { "" };
            lines.push(("not certain", uncertain.told() + given));
        }
        if self.after_the_end > 0 {
            lines.push(("after the end", format!("{} orders, not looked at", self.after_the_end)));
        }
        lines.extend(self.exceptions.iter().map(ExceptionReport::told));
        lines.extend(self.warnings.iter().map(|warning| ("warning", warning.clone())));
        for run in &self.strategies {
            if let Some(waits) = &run.waits {
                let (name, certain) = (&run.strategy_id, waits.certain);
                lines.push((waits.code, format!("{name}: {certain} certain, needs {}", waits.needs_through)));
            }
        }
        in_lines(&lines)
    }
}

/// What the strategies of a shop are warned of, now that its orders are known.
fn warned<'a>(shop: &'a ShopId, pool: &'a PoolRow, zone: &'a Zone) -> impl Iterator<Item = String> + 'a {
    let around = Around { pool, campaigns: &[], zone };
    let presales = pool.presales.iter().flat_map(move |(id, record)| {
        around.presale_warnings(&record.strategy).into_iter().map(move |it| (id.to_string(), it))
    });
    let gifts = pool.gifts.iter().filter_map(|(id, record)| Some((id, record, pool.runs.get(id)?)));
    let gifts = gifts.flat_map(move |(id, record, run)| {
        around.gift_warnings(record, run).into_iter().map(move |it| (id.to_string(), it))
    });
    let tell = move |(id, it): (String, Violation)| {
        format!("{shop}/{id} {}: {} ({})", it.field, it.code, it.message.in_minor_units())
    };
    presales.chain(gifts).map(tell)
}

/// What is missing that a run waits for.
fn missing<'u>(waits: &Waits, uncertain: Option<&'u Uncertain>) -> Option<&'u Uncertain> {
    uncertain.filter(|_| waits.code == Code::PoolIncomplete)
}

/// What became of rows that are neither used nor bad.
fn of_rows(inputs: &PoolInputs) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if inputs.repeated_rows > 0 {
        lines.push(("repeated rows", format!("{}, counted once", inputs.repeated_rows)));
    }
    if !inputs.repeated_files.is_empty() {
        lines.push(("repeated files", format!("{}, counted once", inputs.repeated_files.join(", "))));
    }
    lines.extend(told_without_line(&inputs.rows_without_line).map(|told| ("rows without line", told)));
    if !inputs.doubled_files.is_empty() {
        let files = inputs.doubled_files.join(", ");
        lines.push(("maybe doubled", format!("{files}: every row stands there several times, not final")));
    }
    if inputs.orders_maybe_repeated > 0 {
        let orders = inputs.orders_maybe_repeated;
        lines.push(("maybe repeated", format!("{orders} orders, counted once, not final")));
    }
    if inputs.rows.without_units > 0 {
        lines.push(("rows of no units", format!("{}, left out one by one", inputs.rows.without_units)));
    }
    if inputs.rows.discounts > 0 {
        lines.push(("discount rows", format!("{}, taken off their orders' lines", inputs.rows.discounts)));
    }
    lines
}

/// A line each, the values below each other.
fn in_lines(lines: &[(&str, String)]) -> String {
    lines.iter().fold(String::new(), |text, (name, value)| format!("{text}{name:22}{value}\n"))
}

/// Counts in brackets, where there are any.
pub(super) fn by_code(codes: &BTreeMap<String, u64>) -> String {
    let codes: Vec<String> = codes.iter().map(|(code, count)| format!("{code} {count}")).collect();
    if codes.is_empty() { String::new() } else { format!(" ({})", codes.join(", ")) }
}

/// The heart of an intake, for a terminal.
pub fn intake_summary(taken: &super::Taken) -> String {
    let super::Taken { inputs, counts, refused, .. } = taken;
    let mut lines = vec![
        ("orders read", inputs.orders.to_string()),
        ("bad rows", format!("{} ({} orders left out)", inputs.bad_rows, inputs.orders_left_out)),
        ("created", counts.created.to_string()),
        ("updated", counts.updated.to_string()),
        ("duplicate", counts.duplicate.to_string()),
        ("rejected", format!("{}{}", counts.rejected, by_code(&refused.by_code))),
    ];
    lines.extend(notes(&inputs.files).into_iter().map(|note| ("file", note)));
    lines.extend(of_rows(inputs));
    if let Some(uncertain) = Uncertain::new(&taken.gaps, |at| taken.zone.format(at)) {
        lines.push(("not certain", uncertain.told()));
    }
    for shop in taken.earlier.iter().map(|gap| &gap.shop_id).collect::<BTreeSet<_>>() {
        let of_shop = taken.earlier.iter().filter(|gap| gap.shop_id == *shop);
        let files: Vec<String> = of_shop.map(EarlierGap::told).collect();
        let see = format!("see GET /v1/shops/{shop}/download-watermark; accept_gaps answers for it");
        lines.push(("ranks wait", format!("still missing from before: {}; {see}", files.join("; "))));
    }
    if counts.pooled + counts.to_review > 0 {
        lines.push(("pooled", counts.pooled.to_string()));
        lines.push(("to review", counts.to_review.to_string()));
    }
    in_lines(&lines)
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
}

impl IntakeReport {
    /// The report of what was taken in.
    pub fn of(taken: &super::Taken) -> Self {
        let super::Taken { inputs, counts, refused, gaps, earlier, zone } = taken;
        Self {
            inputs: inputs.clone(),
            orders: *counts,
            refused: refused.by_code.clone(),
            all_used: inputs.is_whole() && counts.rejected == 0,
            uncertain: Uncertain::new(gaps, |at| zone.format(at)),
            earlier: earlier.clone(),
            summary: intake_summary(taken),
        }
    }

    /// Lines of what [`bad_rows`] writes, the heading left out.
    pub fn rejects(taken: &super::Taken) -> u64 {
        (taken.inputs.details.len() + taken.refused.told.len()) as u64
    }
}
