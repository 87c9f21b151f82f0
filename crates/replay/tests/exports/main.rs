//! Exports as shops really have them: cut, doubled, overlapping, shuffled, in other encodings and as workbooks of three
//! programs they say what the whole says, and what is damaged is named.
//!
//! Each seed invents orders, writes them down in some way, and asks the program; the answer is held against a small
//! model that knows the orders only. `SEEDS_TIMES=50` tries fifty times as many, `EXPORT_SEED=7` that one alone and
//! keeps its files.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write as _;
mod damage;
mod dice;
mod export;
mod generate;
mod layout;
mod model;
mod outcome;
mod text;
mod workbook;

use damage::Placed;
use dice::Dice;
use export::{Export, Maker, sales_named};
use generate::Table;
use layout::Layout;
use model::{Known, Terms, Totals};
use outcome::Outcome;
use std::collections::{BTreeMap, BTreeSet};

/// What is told of a seed that went wrong.
type Checked = Result<(), String>;

/// One invented export with all that is known of it.
struct Trial {
    table: Table,
    terms: Terms,
    layout: Layout,
    maker: Maker,
    dice: Dice,
}

impl Trial {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let table = Table::new(&mut dice);
        let first_n = 1 + dice.below(table.sales.len() + 2);
        let terms = Terms { first_n, once_per_buyer: dice.chance(40) };
        let maker = Maker::new(&mut dice);
        let layout = Layout::new(&table, maker.is_workbook(), &mut dice);
        Self { table, terms, layout, maker, dice }
    }

    fn export(&mut self, hurts: &[Placed]) -> Export {
        Export::write(&self.table, &self.layout, &self.maker, hurts, self.terms, &mut self.dice)
    }

    /// How it is told where it went wrong.
    fn told(&self) -> String {
        let (maker, parts) = (&self.maker, &self.layout.parts);
        let rows: Vec<Vec<usize>> =
            parts.iter().map(|part| part.rows().map(|row| self.table.rows[row].0).collect()).collect();
        format!("{maker:?}, sales of the rows of each file {rows:?}")
    }
}

fn each_seed(usual: u32, check: fn(u64, &mut Option<Export>) -> Checked) {
    let one = std::env::var("EXPORT_SEED").ok().map(|seed| seed.parse::<u64>().unwrap());
    let seeds = one.map_or(0..u64::from(testkit::seeds(usual)), |seed| seed..seed + 1);
    let (mut wrong, mut count) = (String::new(), 0);
    for seed in seeds {
        let mut export = None;
        if let Err(message) = check(seed, &mut export) {
            count += 1;
            if count <= 8 {
                write!(wrong, "\nseed {seed}: {message}\n").expect("a text takes all");
            }
            if let Some(export) = export.filter(|_| one.is_some()) {
                writeln!(wrong, "files: {}", export.keep().display()).expect("a text takes all");
            }
        }
    }
    assert!(count == 0, "{count} seeds went wrong:{wrong}");
}

fn ensure(holds: bool, message: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(message()) }
}

/// Orders that are not as they should be, leaving out those of `passed_over`.
fn differences(
    found: &BTreeMap<String, Known>,
    expected: &BTreeMap<String, Known>,
    passed_over: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let names: BTreeSet<&String> = found.keys().chain(expected.keys()).collect();
    let names = names.into_iter().filter(|name| !passed_over(name));
    let differ = |name: &&String| found.get(*name) != expected.get(*name);
    let told = |name: &String| format!("{name}: {:?}, not {:?}", found.get(name), expected.get(name));
    names.filter(differ).map(told).collect()
}

/// Every row that was read was used, stood in another file too, was named, or is of an order that was left out.
fn rows_add_up(trial: &Trial, export: &Export, outcome: &Outcome) -> Checked {
    let counts = outcome.inputs.rows;
    let is_read = |place: &&(String, u64)| !outcome.inputs.repeated_files.contains(&place.0);
    let there = export.rows.keys().filter(is_read).count() as u64;
    ensure(counts.read == there, || format!("{} rows were read, {there} are there", counts.read))?;
    let sum = counts.used + counts.repeated + counts.without_units + counts.bad + counts.of_orders_left_out;
    ensure(counts.read == sum, || format!("rows do not add up: {counts:?}\n{}", trial.told()))
}

#[test]
fn the_whole_in_one_file_says_what_the_model_says() {
    each_seed(60, |seed, kept| {
        let mut trial = Trial::new(seed);
        (trial.layout, trial.maker) = (Layout::judged(&trial.table), Maker::Text(text::Text::plain()));
        let export = kept.insert(trial.export(&[]));
        let outcome = export.asked.run_pool(&export.inputs)?;
        same_as_whole(&trial, export, &outcome, seed)
    });
}

#[test]
fn a_cut_doubled_and_encoded_export_says_what_the_whole_says() {
    each_seed(120, |seed, kept| {
        let mut trial = Trial::new(seed);
        let export = kept.insert(trial.export(&[]));
        let told = |message: String| format!("{message}\n{}", trial.told());
        let outcome = export.asked.run_pool(&export.inputs).map_err(told)?;
        same_as_whole(&trial, export, &outcome, seed).map_err(told)
    });
}

fn same_as_whole(trial: &Trial, export: &Export, outcome: &Outcome, seed: u64) -> Checked {
    let (table, layout) = (&trial.table, &trial.layout);
    let doubted = sales_named(export, table, &outcome.named)?;
    let said = || format!("{:?}\n{}", outcome.inputs.details, outcome.summary);
    ensure(doubted.is_subset(&layout.may_doubt), || format!("certain, and named: {}", said()))?;
    ensure(doubted.is_superset(&layout.must_doubt), || {
        format!("{:?} are not certain, and only {doubted:?} named: {}", layout.must_doubt, said())
    })?;
    rows_add_up(trial, export, outcome)?;
    let expected = model::orders(&table.sales);
    let is_doubted = |name: &str| doubted.iter().any(|sale| table.sales[*sale].number == name);
    let wrong = differences(&outcome.orders, &expected, &is_doubted);
    ensure(wrong.is_empty(), || format!("{wrong:#?}\n{}", said()))?;
    let gifts = model::gifts(&table.sales, trial.terms);
    if !doubted.is_empty() {
        ensure(!outcome.is_final, || format!("final, although orders are not certain: {}", said()))?;
        return only_true_gifts(outcome, &gifts);
    }
    let (found, expected) = (Totals::of(&outcome.orders), Totals::of(&expected));
    ensure(found == expected, || format!("{found:?}, not {expected:?}"))?;
    ensure(outcome.gifts == gifts, || format!("{:?}, not {gifts:?}\n{}", outcome.gifts, said()))?;
    let used = outcome.inputs.rows.used;
    ensure(used == table.rows.len() as u64, || format!("{used} of {} rows", table.rows.len()))?;
    let left_out = (outcome.inputs.bad_rows, outcome.inputs.orders_left_out, outcome.refused.len());
    ensure(left_out == (0, 0, 0), || format!("left out {left_out:?} {:?}", outcome.refused))?;
    ensure(outcome.is_final && !outcome.is_incomplete, || format!("not final: {}", said()))?;
    // Rows that stand behind one another may be cut apart so that there is no doubt; in one file there would be.
    if !Layout::judged(table).must_doubt.is_empty() {
        return Ok(());
    }
    let whole = Export::plain(table, trial.terms);
    let plain = whole.asked.run_pool(&whole.inputs)?;
    ensure(plain.strategies == outcome.strategies, || {
        format!("{:?}, not {:?}", outcome.strategies, plain.strategies)
    })?;
    same_replay(table, export, &whole, seed.is_multiple_of(8))
}

/// The replay reads the same orders, counts what the model counts, and comes to the same.
fn same_replay(table: &Table, export: &Export, whole: &Export, runs: bool) -> Checked {
    let found = export.asked.read_replay(&export.inputs)?;
    let plain = whole.asked.read_replay(&whole.inputs)?;
    ensure(found.orders == plain.orders, || format!("replay: {:#?}\nnot {:#?}", found.orders, plain.orders))?;
    let counts = model::replay(&table.sales, export.asked.with_subs);
    let inputs = &found.inputs;
    let read = [inputs.orders, inputs.lines, inputs.paid_orders, inputs.cancelled_orders];
    ensure(read == counts[..4], || format!("replay: {read:?}, not {counts:?} {:?}", inputs.bad_row_details))?;
    if runs {
        let [found, plain] = [(export, found), (whole, plain)].map(|(of, it)| of.asked.run_replay(&it));
        let unpaid = found.totals.unpaid_at_trigger;
        ensure(unpaid == counts[4], || format!("replay: {unpaid} unpaid at the trigger, not {}", counts[4]))?;
        ensure(found.totals == plain.totals, || format!("{:?}, not {:?}", found.totals, plain.totals))?;
    }
    Ok(())
}

/// What was given is what the whole gives, place by place.
fn only_true_gifts(outcome: &Outcome, gifts: &[model::Gift]) -> Checked {
    let wrong: Vec<_> = outcome.gifts.iter().filter(|gift| !gifts.contains(gift)).collect();
    ensure(wrong.is_empty(), || {
        format!("given over a gap: {wrong:?}, in truth {gifts:?}\n{}", outcome.summary)
    })
}

/// A-S4-25: what a damaged row could change is not final.
#[test]
fn a_s4_25_every_damaged_row_is_named_and_nothing_is_final() {
    each_seed(120, |seed, kept| {
        let mut trial = Trial::new(seed);
        let is_workbook = |part| trial.maker.makes_workbook(part);
        let hurts = damage::some(&trial.table, &trial.layout, &is_workbook, &mut trial.dice.clone());
        if hurts.is_empty() {
            return Ok(());
        }
        let export = kept.insert(trial.export(&hurts));
        let told = |message: String| format!("{message}\n{:?}\n{}", export.hurt, trial.told());
        let outcome = export.asked.run_pool(&export.inputs).map_err(told)?;
        damage_is_named(&trial, export, &outcome).map_err(told)
    });
}

fn damage_is_named(trial: &Trial, export: &Export, outcome: &Outcome) -> Checked {
    let table = &trial.table;
    let said = || format!("{:#?}\n{}", outcome.inputs.details, outcome.summary);
    for (place, _) in &export.hurt {
        ensure(outcome.named.contains(place), || format!("{place:?} is not named: {}", said()))?;
    }
    let named = sales_named(export, table, &outcome.named)?;
    let hurt: BTreeSet<usize> = export.hurt.iter().map(|(_, it)| it.sale).collect();
    let hides = export.hurt.iter().any(|(_, it)| it.hurt.hides_order());
    let expected = model::orders(&table.sales);
    let of = |name: &str| table.sales.iter().position(|sale| sale.number == name);
    // What is there is whole; what is not was damaged, named, or could not be told from what was.
    let may_miss = |name: &str| {
        let Some(sale) = of(name) else { return false };
        if outcome.orders.contains_key(name) {
            let destroyed = export.hurt.iter().any(|(_, it)| it.sale == sale && it.hurt.destroys_order());
            return destroyed || (trial.layout.may_doubt.contains(&sale) && outcome.doubted.contains(name));
        }
        hides || hurt.contains(&sale) || named.contains(&sale)
    };
    let wrong = differences(&outcome.orders, &expected, &may_miss);
    ensure(wrong.is_empty(), || format!("{wrong:#?}\n{}", said()))?;
    if !export.hurt.iter().any(|(_, it)| it.hurt.breaks_lines()) {
        rows_add_up(trial, export, outcome)?;
    }
    let gifts = model::gifts(&table.sales, trial.terms);
    only_true_gifts(outcome, &gifts)?;
    ensure(!outcome.is_final, || format!("final over a gap: {}", said()))
}
