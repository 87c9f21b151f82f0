//! What a run and an intake leave behind: lists, a summary, and what was left out.
//!
//! What always holds: the same input gives the same bytes. No file names a folder or the moment at which it
//! was written.

use super::{Counts, PoolError, PoolInputs, PoolMapping, PoolRun, Refusals};
use decide::Around;
use domain::{Code, Instant, ShopId, Violation, shop::Shop, time::Zone};
use gift_list::{HEADING, ListError, csv};
use port::{PoolRow, Reader};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
    sync::Arc,
};

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
}

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The disk said no.
    #[error(transparent)]
    File(#[from] io::Error),
    /// A list could not be made.
    #[error(transparent)]
    List(#[from] ListError),
}

impl PoolReport {
    /// What a run came to.
    pub fn build(mapping: &PoolMapping, run: &PoolRun, activation_at: Instant) -> Result<Self, PoolError> {
        let show = |at: Instant| mapping.zone.format(at);
        let ends = mapping.strategies.iter().flat_map(super::strategies::Strategies::warnings);
        let mut warnings: BTreeSet<String> =
            ends.map(|it| format!("{}: {} ({})", it.field, it.code, it.message)).collect();
        let mut strategies = Vec::new();
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
            strategies,
        })
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
        if inputs.repeated_rows > 0 {
            lines.push(("repeated rows", format!("{}, counted once", inputs.repeated_rows)));
        }
        if self.after_the_end > 0 {
            lines.push(("after the end", format!("{} orders, not looked at", self.after_the_end)));
        }
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
        format!("{shop}/{id} {}: {} ({})", it.field, it.code, it.message)
    };
    presales.chain(gifts).map(tell)
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

/// Writes everything into a folder that is there: the lists of each shop, `summary.json`, `bad-rows.csv`.
/// Answers the names of the lists.
pub fn write_pool(
    mapping: &PoolMapping,
    run: &PoolRun,
    report: &PoolReport,
    folder: &Path,
) -> Result<Vec<String>, WriteError> {
    let mut names = Vec::new();
    for shop_id in &run.shops {
        let name = if run.shops.len() == 1 {
            "gift-list".to_owned()
        } else {
            // Colons are no part of file names everywhere.
            format!("gift-list-{}", shop_id.as_str().replace(':', "_"))
        };
        lists(run.engine.reader(), &mapping.shop(shop_id.clone()), &folder.join(&name))?;
        names.push(name);
    }
    let mut text = serde_json::to_string_pretty(report).map_err(io::Error::from)?;
    text.push('\n');
    std::fs::write(folder.join("summary.json"), text)?;
    bad_rows(&run.inputs, &run.refused, &folder.join("bad-rows.csv"))?;
    Ok(names)
}

/// One shop's list, as CSV and as a workbook.
fn lists(reader: &Arc<dyn Reader>, shop: &Shop, path: &Path) -> Result<(), WriteError> {
    let rows = |shop: &ShopId| gift_list::rows(reader.clone(), shop.clone(), None).map_err(ListError::from);
    let mut file = BufWriter::new(File::create(path.with_extension("csv"))?);
    let mut text = String::new();
    csv::row(HEADING.into_iter().map(Into::into), &mut text);
    for row in rows(&shop.shop_id)? {
        row.map_err(ListError::from)?.csv(&shop.time_zone, &mut text);
        file.write_all(text.as_bytes())?;
        text.clear();
    }
    file.write_all(text.as_bytes())?;
    file.flush()?;
    let file = File::create(path.with_extension("xlsx"))?;
    Ok(gift_list::write(rows(&shop.shop_id)?, &shop.time_zone, file)?)
}

/// Writes what was left out: rows that could not be read, then orders that were refused, with the place of
/// each. Excel reads the Chinese sentences because of the mark at the beginning.
pub fn bad_rows(inputs: &PoolInputs, refused: &Refusals, path: &Path) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    let mut text = String::from("\u{feff}");
    let heading = ["file", "row", "column", "value", "code", "message", "message_zh"];
    csv::row(heading.into_iter().map(Into::into), &mut text);
    for bad in &inputs.details {
        let place = [csv::cell(&bad.file), bad.row.to_string().into(), csv::cell(&bad.column)];
        let why =
            [csv::cell(&bad.value), bad.code.as_str().into(), bad.code.en().into(), bad.code.zh().into()];
        csv::row(place.into_iter().chain(why), &mut text);
    }
    for order in &refused.told {
        let (file, row) = order.place;
        let file = inputs.files.get(file).map_or("", |file| &file.file);
        let first = order.refusal.violations.first();
        let field = first.map_or("", |found| found.field.as_str());
        let code = first.map_or(order.refusal.code, |found| found.code);
        let message = first.map_or(order.refusal.detail.as_str(), |found| found.message.as_str());
        let place = [csv::cell(file), row.to_string().into(), csv::cell(field)];
        let order_id = csv::cell(order.order_id.as_str());
        let why = [order_id, code.as_str().into(), csv::cell(message), code.zh().into()];
        csv::row(place.into_iter().chain(why), &mut text);
    }
    file.write_all(text.as_bytes())?;
    file.flush()
}

/// The heart of an intake, for a terminal.
pub fn intake_summary(taken: &super::Taken) -> String {
    let super::Taken { inputs, counts, refused } = taken;
    let mut lines = vec![
        ("orders read", inputs.orders.to_string()),
        ("bad rows", format!("{} ({} orders left out)", inputs.bad_rows, inputs.orders_left_out)),
        ("created", counts.created.to_string()),
        ("updated", counts.updated.to_string()),
        ("duplicate", counts.duplicate.to_string()),
        ("rejected", format!("{}{}", counts.rejected, by_code(&refused.by_code))),
    ];
    if inputs.repeated_rows > 0 {
        lines.push(("repeated rows", format!("{}, counted once", inputs.repeated_rows)));
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
    /// Whether every row was used.
    pub all_used: bool,
    /// The same for a terminal: what `promenade intake` prints.
    pub summary: String,
}

impl IntakeReport {
    /// The report of what was taken in.
    pub fn of(taken: &super::Taken) -> Self {
        let inputs = &taken.inputs;
        Self {
            inputs: inputs.clone(),
            orders: taken.counts,
            refused: taken.refused.by_code.clone(),
            all_used: inputs.bad_rows + inputs.orders_left_out + taken.counts.rejected == 0,
            summary: intake_summary(taken),
        }
    }

    /// Lines of what [`bad_rows`] writes, the heading left out.
    pub fn rejects(taken: &super::Taken) -> u64 {
        (taken.inputs.details.len() + taken.refused.told.len()) as u64
    }
}
