//! What a mapping file may not say, and what the error names.

use replay::Mapping;
use std::{fs, path::Path};

fn text() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(folder.join("tests/data/shop.toml")).unwrap()
}

#[test]
fn the_olist_example_is_a_mapping() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mapping = Mapping::open(&folder.join("../../examples/replay/olist.toml")).unwrap();
    assert_eq!(mapping.settings.shop.time_zone.name(), "America/Sao_Paulo");
    assert_eq!(mapping.settings.shop.currency, "BRL");
}

#[test]
fn an_error_names_the_file_and_the_key() {
    for (from, to, said) in [
        ("[times]", "[times]\nformat = 1", "unknown field `format`"),
        ("[shop]", "[shop]\nzone = \"UTC\"", "unknown field `zone`"),
        (
            "[campaign]",
            "[campaign]\nbudget = 1",
            "unknown field `budget`",
        ),
        ("[claims]", "[claims]\nrate = 1", "unknown field `rate`"),
        ("name = \"Two", "title = \"Two", "unknown field `title`"),
        ("rate_percent = 50", "", "missing field `rate_percent`"),
        ("spend = 2000", "spend = 20.5", "spend = 20.5"),
        ("Europe/Berlin", "Europe/Bern", "no time zone Europe/Bern"),
        (
            "keep = { highest",
            "keep = { newest",
            "unknown variant `newest`",
        ),
        (
            "customer = \"{buyers.person}\"",
            "customer = 5",
            "a text or a list of texts",
        ),
        (
            "customer = \"{buyers.person}\"",
            "customer = []",
            "m.toml: order.customer: name at least one template",
        ),
        (
            "{buyers.person}",
            "{buyer.person}",
            "m.toml: order.customer: `buyer` is not a table that is joined by then",
        ),
        (
            "{buyers.person}",
            "{buyers}",
            "order.customer: `{buyers}` is not written {table.column}",
        ),
        ("seller|5", "seller|0", "order.id: `|0` is neither a number"),
        (
            "map:state",
            "map:status",
            "order.cancelled.status: there is no [maps.status]",
        ),
        (
            "to = \"kinds\"",
            "to = \"sorts\"",
            "joins[3].to: there is no [tables.sorts]",
        ),
        (
            "from = \"goods.kind\"",
            "from = \"payments.way\"",
            "joins[3].from: `payments` is not a table that is joined by then",
        ),
        (
            "to = \"kinds\"",
            "to = \"goods\"",
            "joins[3].to: `goods` is joined already",
        ),
        (
            "from = \"goods.kind\"",
            "from = [\"goods.kind\", \"goods.sku\"]",
            "joins[3].from: 2 for the 1 of the key of `kinds`",
        ),
        (
            "key = \"kind\"\n",
            "",
            "tables.kinds.key: rows are joined by their key",
        ),
        (
            "[times]",
            "[tables.extra]\nfile = \"x.csv\"\n[times]",
            "tables.extra: no join leads to this table",
        ),
        (
            "table = \"items\"",
            "table = \"lines\"",
            "line.table: there is no [tables.lines]",
        ),
        (
            "delimiter = \";\"",
            "delimiter = \"；\"",
            "tables.items.delimiter: one ASCII character",
        ),
        (
            "items-*.csv",
            "../items.csv",
            "tables.items.file: a file name such as",
        ),
        (
            "%m/%d/%Y %H:%M",
            "%H:%M",
            "times.formats: `%H:%M` does not read a date",
        ),
        (
            "formats = [\"%m/%d/%Y %H:%M\"]",
            "formats = []",
            "times.formats: name at least one",
        ),
        (
            "grouping = \".\"",
            "grouping = \",\"",
            "amounts.grouping: differs from the decimal point",
        ),
        (
            "grouping = \".\"",
            "minor_digits = 9",
            "amounts.minor_digits: 0 to 4",
        ),
        (
            "kind = \"sop\"",
            "kind = \"lbp\"",
            "shop.kind: shops of this kind run no recovery campaigns",
        ),
        (
            "currency = \"EUR\"",
            "currency = \"euro\"",
            "shop.currency: three capital letters",
        ),
        (
            "trigger_after_minutes = 30",
            "trigger_after_minutes = 4",
            "campaign.trigger_after_minutes: 5 to 120",
        ),
        (
            "save = 500",
            "save = 1001",
            "campaign.save: at most half of the spend of 20.00",
        ),
        (
            "rate_percent = 50",
            "rate_percent = 101",
            "claims.rate_percent: 0 to 100",
        ),
    ] {
        let changed = text().replacen(from, to, 1);
        assert_ne!(changed, text(), "{from} is in the mapping");
        let error = Mapping::parse(&changed, "m.toml").unwrap_err().to_string();
        assert!(
            error.starts_with("m.toml: ") && error.contains(said),
            "{to}: {error}"
        );
    }
}

#[test]
fn a_mapping_that_is_not_there_says_so() {
    let error = Mapping::open(Path::new("no/such.toml"))
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("no/such.toml: "), "{error}");
}
