//! Times that are not certain: those that a zone has twice or never, and dates that a spreadsheet may have turned round.

#![allow(clippy::unwrap_used, reason = "tests")]

use replay::{
    Mapping,
    pool::{PoolMapping, PoolReport, Ranks, run_pool},
};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use std::{fmt::Write as _, fs, path::Path};

const MAPPING: &str = r#"
name = "Orders"
[tables.orders]
file = "orders.*"
[times]
zone = "America/New_York"
formats = ["%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S"]
[order]
group = "orders.order"
order_id = "{orders.order}"
shop = "tea"
customer_id = "{orders.order}"
ordered_at = "{orders.ordered}"
first_paid_at = "{orders.ordered}"
[line]
table = "orders"
sku = "tea"
amount = "5.00"
[shop]
time_zone = "America/New_York"
currency = "USD"
[presale_strategy]
strategy_id = "november"
name = "November"
validity = { starts_at = "2025-10-01T00:00:00-04:00", ends_at = "2025-12-01T00:00:00-05:00" }
activation_at = "2025-11-20T00:00:00-05:00"
timing = "activation"
[[gift_strategy]]
strategy_id = "first"
name = "The first two"
activity = { starts_at = "2025-11-01T00:00:00-04:00", ends_at = "2025-11-15T00:00:00-05:00" }
basis = "first_payment"
first_n = 2
tiers = [{ min = 0, gifts = [{ sku = "cup", quantity = 1 }] }]
"#;

fn run(mapping: &str, folder: &Path, ranks: Ranks) -> PoolReport {
    let mapping = PoolMapping::parse(mapping, "pool.toml", None).unwrap();
    let strategies = mapping.strategies.clone().unwrap();
    let store = Box::new(store_memory::MemoryStore::new());
    let run = run_pool(&mapping, &strategies, &[folder.to_owned()], store, ranks, &mut |_, _, _| {}).unwrap();
    let report = PoolReport::build(&mapping, &run, strategies.activation_at()).unwrap();
    run.engine.stop();
    report
}

fn csv(times: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "order,ordered\n".to_owned();
    for (order, at) in (1..).zip(times) {
        let _ = writeln!(text, "{order},{at}");
    }
    fs::write(folder.path().join("orders.csv"), text).unwrap();
    folder
}

/// A-S4-25: who was first in the hour that a zone has twice nobody can tell. Such an order counts, is named, and no rank
/// is final that may depend on it: one of a ranking that begins later does not, nor one of an order before it.
#[test]
fn a_s4_25_times_that_a_zone_skips_or_has_twice_are_not_final() {
    for (times, codes, given, is_final) in [
        (
            &["2025-11-01 01:30:00", "2025-11-02 01:30:00", "2025-11-03 00:00:00"][..],
            "time_twice 1",
            0,
            false,
        ),
        (&["2025-11-02 01:30:00", "2025-11-03 00:00:00", "2025-11-04 00:00:00"], "time_twice 1", 0, false),
        (&["2025-11-02 01:30:00 -0500", "2025-11-03 00:00:00"], "", 2, true),
        // The first two are certain without it.
        (&["2025-11-01 01:30:00", "2025-11-01 01:30:01", "2025-11-02 01:30:00"], "time_twice 1", 2, false),
        // What was skipped in March is before the strategy, whoever was first then.
        (&["2025-03-09 02:30:00", "2025-11-03 00:00:00", "2025-11-04 00:00:00"], "time_skipped 1", 2, true),
    ] {
        let folder = csv(times);
        let report = run(MAPPING, folder.path(), Ranks::WhenCertain);
        let notes = report.inputs.notes_by_code.iter().map(|(code, count)| format!("{code} {count}"));
        assert_eq!(notes.collect::<Vec<_>>().join(", "), codes, "{times:?}");
        let gifts: u64 = report.strategies.iter().map(|run| run.given).sum();
        assert_eq!((gifts, report.is_final()), (given, is_final), "{times:?}: {}", report.summary());
        assert_eq!((report.inputs.orders, report.inputs.bad_rows), (times.len() as u64, 0), "{times:?}");
        let overridden = run(MAPPING, folder.path(), Ranks::Overridden);
        assert_eq!(overridden.strategies.iter().map(|run| run.given).sum::<u64>(), 2, "{times:?}");
    }
}

/// A replay ranks nobody: it counts such an order, and names it.
#[test]
fn a_replay_names_times_that_a_zone_has_twice() {
    let folder = csv(&["2025-11-02 01:30:00"]);
    let mapping = "name = \"Orders\"\n[tables.orders]\nfile = \"orders.csv\"\n[times]\nformats = [\"%Y-%m-%d %H:%M:%S\"]\n\
        [order]\ngroup = \"orders.order\"\nid = \"{orders.order}\"\nshop = \"tea\"\ncustomer = \"{orders.order}\"\n\
        placed_at = \"{orders.ordered}\"\n[line]\ntable = \"orders\"\nid = \"1\"\nsku = \"tea\"\nunit_price = \"5.00\"\n\
        [shop]\nkind = \"sop\"\ntime_zone = \"America/New_York\"\ncurrency = \"USD\"\n\
        [campaign]\nname = \"1 off\"\ntrigger_after_minutes = 15\nspend = 500\nsave = 100\nquantity = 10\n\
        [claims]\nrate_percent = 50\npays_after_minutes = 10\n";
    let mapping = Mapping::parse(mapping, "shop.toml").unwrap();
    let reading = replay::read(&mapping, &[folder.path().to_owned()], &mut |_, _| {}).unwrap();
    assert_eq!((reading.orders.len(), reading.inputs.is_whole()), (1, true));
    let said = reading.inputs.left_out();
    assert!(said.contains("times in doubt        time_twice 1"), "{said}");
    assert!(
        said.contains("orders.csv row 2, ordered: \"2025-11-02 01:30:00\": The clock was set back"),
        "{said}"
    );
}

/// A spreadsheet makes date cells of those texts that are dates in its own country, day and month turned round, and
/// leaves the others: a column with both is not believed.
#[test]
fn a_s4_25_date_cells_beside_dates_as_text_are_not_final() {
    let date = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    for (text, codes, is_final) in [
        ("13/11/2025 20:00:00", "dates_mixed", false),
        // The year first cannot be turned round.
        ("2025-11-13 20:00:00", "", true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (at, heading) in (0..).zip(["order", "ordered"]) {
            sheet.write(0, at, heading).unwrap();
        }
        let cell = ExcelDateTime::parse_from_str("2025-11-12T20:00:00").unwrap();
        sheet.write(1, 0, "1").unwrap();
        sheet.write_datetime_with_format(1, 1, &cell, &date).unwrap();
        sheet.write(2, 0, "2").unwrap();
        sheet.write(2, 1, text).unwrap();
        book.save(folder.path().join("orders.xlsx")).unwrap();
        let report = run(MAPPING, folder.path(), Ranks::WhenCertain);
        let notes: Vec<&str> = report.inputs.notes_by_code.keys().map(|code| code.as_str()).collect();
        assert_eq!(notes.join(", "), codes, "{text}");
        assert_eq!((report.is_final(), report.inputs.orders), (is_final, 2), "{text}: {}", report.summary());
        let gifts: u64 = report.strategies.iter().map(|run| run.given).sum();
        assert_eq!(gifts, if is_final { 2 } else { 0 }, "{text}");
        let named = report.inputs.details.iter().map(|row| (row.row, row.column.as_str()));
        assert_eq!(named.collect::<Vec<_>>(), if is_final { vec![] } else { vec![(3, "ordered")] });
    }
}
