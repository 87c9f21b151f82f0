//! What a mapping may ask for is bounded.

#![allow(clippy::unwrap_used, reason = "tests")]

use replay::pool::{PoolMapping, read_orders};
use std::fs;

const MAPPING: &str = include_str!("data/pool.toml");
const ORDERS: &str = include_str!("data/pool-orders.csv");

/// What templates and maps make of a cell is bounded, whatever the mapping says.
#[test]
fn a_mapping_makes_no_long_texts_of_short_cells() {
    let map = format!("[maps.long]\n\"*\" = \"{}\"\n\n[line]\n", "z".repeat(10_000));
    let with_map = MAPPING.replacen("[line]\n", &map, 1);
    for (from, to) in [
        ("sku = ", format!("id = \"{}\"\nsku = ", "{orders.units|map:long}".repeat(100))),
        ("sku = ", "id = \"{orders.units|map:long}\"\nsku = ".to_owned()),
        (
            "customer_id = \"{orders.buyer}\"",
            "customer_id = \"{orders.buyer}{orders.units|map:long}\"".to_owned(),
        ),
    ] {
        let text = with_map.replacen(from, &to, 1);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("orders.csv"), ORDERS).unwrap();
        let mapping = PoolMapping::parse(&text, "pool.toml", None).unwrap();
        let mut found = Vec::new();
        let read = read_orders(&mapping, &[folder.path().to_owned()], &mut |_, _| {}, &mut |_, order| {
            found.push(order);
            Ok(())
        })
        .unwrap();
        assert_eq!((found.len(), read.bad_rows), (0, read.rows.read), "{to:.80} {:?}", read.details);
        let told = read
            .details
            .iter()
            .all(|row| row.code.as_str() == "too_long" || row.code.as_str() == "not_an_id");
        assert!(told, "{:?}", read.details);
    }
}
