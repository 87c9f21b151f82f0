//! Random exports, cut, shuffled, doubled, overlapped and damaged, beside what a small model says of them (A-S4-25).

#![allow(clippy::unwrap_used, reason = "tests")]

use replay::pool::{FileOrder, PoolInputs, PoolMapping, read_orders};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

const MAPPING: &str = include_str!("data/whole.toml");
const HEAD: &str = "order,sub,buyer,ordered,paid,sku,units,amount,remark\n";

/// xorshift: the same seed, the same export.
struct Dice(u64);

impl Dice {
    fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).unwrap()
    }
    fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            all.swap(last, self.below(last + 1));
        }
    }
}

fn seeds() -> u64 {
    let times = std::env::var("SEEDS_TIMES").ok().and_then(|times| times.parse().ok());
    60 * times.unwrap_or(1)
}

#[derive(Clone)]
struct Line {
    order: usize,
    cells: [String; 9],
}

impl Line {
    fn text(&self) -> String {
        self.cells.join(",") + "\n"
    }
}

/// Orders of one to four rows. Each row has a number of its own; goods and amounts repeat within an order.
fn export(dice: &mut Dice) -> Vec<Line> {
    let mut lines = Vec::new();
    for order in 0..5 + dice.below(30) {
        for _ in 0..=dice.below(4) {
            let at = format!("2023-06-01 {:02}:{:02}", 8 + order / 60, order % 60);
            let sub = (7_000 + lines.len()).to_string();
            let sku = ["tea", "cup"][dice.below(2)].to_owned();
            let (units, amount) = ((1 + dice.below(2)).to_string(), format!("{}.50", 3 + dice.below(2)));
            let (name, buyer) = (format!("T{}", 100 + order), format!("u{order}"));
            let cells =
                [name, sub, buyer, format!("{at}:00"), format!("{at}:30"), sku, units, amount, String::new()];
            lines.push(Line { order, cells });
        }
    }
    lines
}

/// What the model makes of rows: each order's goods with units and fen.
type Model = BTreeMap<String, BTreeMap<String, (u64, i64)>>;

fn model<'l>(lines: impl Iterator<Item = &'l Line>) -> Model {
    let mut orders = Model::new();
    for line in lines {
        let fen: i64 = line.cells[7].replace('.', "").parse().unwrap();
        let goods = orders.entry(line.cells[0].clone()).or_default();
        let of = goods.entry(line.cells[5].clone()).or_default();
        *of = (of.0 + line.cells[6].parse::<u64>().unwrap(), of.1 + fen);
    }
    orders
}

fn read_files(mapping: &str, files: &[String]) -> (Model, PoolInputs) {
    let folder = tempfile::tempdir().unwrap();
    let write = |(number, rows): (usize, &String)| {
        let path: PathBuf = folder.path().join(format!("part-{number:02}.csv"));
        fs::write(&path, format!("{HEAD}{rows}")).unwrap();
        path
    };
    let paths: Vec<PathBuf> = files.iter().enumerate().map(write).collect();
    let mapping = PoolMapping::parse(mapping, "whole.toml", None).unwrap();
    let mut orders = Model::new();
    let read = read_orders(&mapping, &paths, &mut |_, _| {}, &mut |_, FileOrder { order, .. }| {
        let lines = order.lines.iter();
        let goods = lines.map(|line| (line.sku.to_string(), (line.quantity, line.amount.minor())));
        orders.insert(order.order_id.to_string(), goods.collect());
        Ok(())
    });
    let read = read.unwrap();
    let rows = read.rows;
    let told = rows.used + rows.repeated + rows.without_units + rows.bad + rows.of_orders_left_out;
    assert_eq!(rows.read, told, "{rows:?}");
    (orders, read)
}

fn text(lines: &[Line]) -> String {
    lines.iter().map(Line::text).collect()
}

/// Cuts rows into files, which overlap by so many rows.
fn cut(dice: &mut Dice, lines: &[Line], overlap: usize) -> Vec<String> {
    let mut files = Vec::new();
    let mut from = 0;
    while from < lines.len() {
        let to = (from + 1 + dice.below(12)).min(lines.len());
        files.push(text(&lines[from.saturating_sub(overlap)..to]));
        from = to;
    }
    files
}

fn with_ids() -> String {
    MAPPING.replace("sku = ", "id = \"{orders.sub}\"\nsku = ")
}

#[test]
fn a_cut_export_is_the_whole_one() {
    for seed in 0..seeds() {
        let mut dice = Dice::of(seed);
        let lines = export(&mut dice);
        let whole = model(lines.iter());
        let mut files = cut(&mut dice, &lines, 0);
        if seed % 2 == 0 {
            dice.shuffle(&mut files);
        }
        for mapping in [MAPPING.to_owned(), with_ids()] {
            let (found, read) = read_files(&mapping, &files);
            assert_eq!(found, whole, "seed {seed}");
            assert_eq!((read.bad_rows, read.orders_maybe_repeated), (0, 0), "seed {seed}");
        }
    }
}

/// Without numbers of lines rows that only a cut may have doubled are counted once all the same, and said.
#[test]
fn overlapping_exports_are_the_whole_one() {
    for seed in 0..seeds() {
        let mut dice = Dice::of(1_000 + seed);
        let lines = export(&mut dice);
        let overlap = 1 + dice.below(6);
        let mut files = cut(&mut dice, &lines, overlap);
        files.push(files[dice.below(files.len())].clone());
        for mapping in [MAPPING.to_owned(), with_ids()] {
            let (found, read) = read_files(&mapping, &files);
            assert_eq!(found, model(lines.iter()), "seed {seed}");
            assert_eq!(read.bad_rows, 0, "seed {seed}");
            assert!(mapping == MAPPING || read.orders_maybe_repeated == 0, "seed {seed}");
        }
    }
}

#[test]
fn shuffled_and_doubled_rows_with_numbers_are_the_whole_export() {
    for seed in 0..seeds() {
        let mut dice = Dice::of(2_000 + seed);
        let lines = export(&mut dice);
        let mut rows = lines.clone();
        for _ in 0..dice.below(10) {
            rows.push(lines[dice.below(lines.len())].clone());
        }
        dice.shuffle(&mut rows);
        let files = cut(&mut dice, &rows, 0);
        let (found, read) = read_files(&with_ids(), &files);
        assert_eq!(found, model(lines.iter()), "seed {seed}");
        assert!(read.is_whole(), "seed {seed}: {read:?}");
        assert_eq!(read.rows.repeated, read.rows.read - lines.len() as u64, "seed {seed}");
    }
}

/// Every damaged row is told, its order is left out and has a gap, and all others are as they were.
#[test]
fn a_s4_25_damage_takes_its_orders_and_no_other() {
    for seed in 0..seeds() {
        let mut dice = Dice::of(3_000 + seed);
        let lines = export(&mut dice);
        let mut rows = lines.clone();
        let mut hurt: BTreeSet<usize> = BTreeSet::new();
        for _ in 0..=dice.below(3) {
            let row = dice.below(rows.len());
            // The neighbours tell whose row it is, so no two of them are hurt.
            if (row.saturating_sub(1)..=row + 1).any(|other| hurt.contains(&other)) {
                continue;
            }
            hurt.insert(row);
            let cells = &mut rows[row].cells;
            match dice.below(8) {
                0 => cells[0].clear(),
                1 => cells[2] = "..".into(),
                2 => cells[3] = "soon".into(),
                3 => cells[4] = "2023-06-31 00:00:00".into(),
                4 => cells[6] = "1.5".into(),
                5 => cells[7] = "3,50x".replace(',', ";"),
                6 => cells[1] = "7000,7000".into(),
                _ => cells[0] = format!("x,{}", cells[0]),
            }
        }
        let gone: BTreeSet<usize> = hurt.iter().map(|&row| lines[row].order).collect();
        let left = model(lines.iter().filter(|line| !gone.contains(&line.order)));
        let streamed = MAPPING.replace("group = ", "rows = \"together\"\ngroup = ");
        for mapping in [MAPPING, &streamed] {
            let (found, read) = read_files(mapping, &[text(&rows)]);
            assert_eq!(found, left, "seed {seed}: {:?}", read.details);
            let told: BTreeSet<usize> =
                read.details.iter().map(|row| usize::try_from(row.row).unwrap() - 2).collect();
            assert_eq!(told, hurt, "seed {seed}");
            let rows: u64 = read.gaps.iter().map(|(_, gap)| gap.rows_in_all).sum();
            assert_eq!(rows, hurt.len() as u64, "seed {seed}");
            assert!(read.gaps.iter().all(|(_, gap)| gap.since().is_some()), "seed {seed}");
        }
    }
}
