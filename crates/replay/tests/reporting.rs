//! The report: counted right, the same bytes for the same input, and nothing from outside on the page.

#![allow(clippy::unwrap_used, reason = "tests")]

use replay::{CouponEnd, Inputs, Mapping, OrderOutcome, Report, Settings, read, write};
use std::{fs, path::Path};

fn read_shop() -> (Inputs, Settings) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mapping = Mapping::open(&folder.join("shop.toml")).unwrap();
    let reading = read(&mapping, &[folder.join("shop")], &mut |_, _| {}).unwrap();
    (reading.inputs, mapping.settings)
}

fn outcome(category: &str, hour: u8) -> OrderOutcome {
    OrderOutcome {
        category: category.into(),
        placed_hour: hour,
        minutes_to_payment: Some(5),
        replayed_minutes_to_payment: Some(5),
        ..OrderOutcome::default()
    }
}

fn outcomes() -> Vec<OrderOutcome> {
    let late = |minutes, replayed| OrderOutcome {
        unpaid_at_trigger: true,
        minutes_to_payment: minutes,
        replayed_minutes_to_payment: replayed,
        ..outcome("light", 9)
    };
    let used = OrderOutcome {
        shown: true,
        coupon: Some(CouponEnd::Used),
        saved_minor: 500,
        paid_minor: 2_600,
        ..late(Some(270), Some(40))
    };
    vec![
        outcome("kitchen", 9),
        OrderOutcome {
            withheld: vec!["below_threshold".into(), "out_of_scope".into()],
            ..late(Some(90), Some(90))
        },
        OrderOutcome { minutes_to_payment: None, suppressed: Some("source_not_app".into()), ..used.clone() },
        OrderOutcome { coupon: Some(CouponEnd::Expired), saved_minor: 0, pushed: true, ..used.clone() },
        used,
        outcome("", 23),
    ]
}

fn report() -> Report {
    let (inputs, settings) = read_shop();
    Report::build(inputs, settings, outcomes().into_iter())
}

#[test]
fn every_order_is_counted_where_it_belongs() {
    let report = report();
    let totals = &report.totals;
    assert_eq!((totals.orders, totals.unpaid_at_trigger, totals.paid_late, totals.never_paid), (6, 4, 3, 1));
    assert_eq!((totals.shown, totals.pushed, totals.withheld_orders), (3, 1, 1));
    assert_eq!(totals.withheld.len(), 2);
    assert_eq!(totals.suppressed["source_not_app"], 1);
    assert_eq!((totals.claimed, totals.used, totals.expired), (3, 2, 1));
    assert_eq!(totals.cost_minor, 1_000);
    assert_eq!((totals.brought_forward, totals.brought_forward_minor), (1, 2_600));
    assert_eq!((totals.recovered, totals.recovered_minor), (1, 2_600));
    let late = &totals.late_minutes_to_payment;
    assert_eq!((late.orders, late.lower, late.median, late.upper), (3, 90, 270, 270));
    assert_eq!(totals.late_minutes_to_payment_replayed.median, 40);
    assert_eq!((report.by_hour[9].placed, report.by_hour[23].placed), (5, 1));
    assert_eq!(report.by_hour[9].cost_minor, 1_000);
    let names: Vec<&str> = report.by_category.iter().map(|c| c.category.as_str()).collect();
    assert_eq!(names, ["light", "", "kitchen"]);
    assert_eq!(report.other_categories, None);
    let full = report.what_if.last().unwrap();
    assert_eq!((full.rate_percent, full.claimed, full.used, full.cost_minor), (100, 3, 2, 1_000));
}

#[test]
fn small_categories_share_a_row() {
    let (inputs, settings) = read_shop();
    let many = (0..25).flat_map(|n| vec![outcome(&format!("c{n:02}"), 0); 30 - n]);
    let report = Report::build(inputs, settings, many);
    assert_eq!(report.by_category.len(), 20);
    assert_eq!(report.by_category[0].category, "c00");
    let other = report.other_categories.unwrap();
    assert_eq!((other.categories, other.slice.placed), (5, 10 + 9 + 8 + 7 + 6));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("a/b"), folder.path().join("c"));
    write(&report(), &first).unwrap();
    let (inputs, settings) = read_shop();
    // Outcomes may come in any order.
    let backwards = Report::build(inputs, settings, outcomes().into_iter().rev());
    write(&backwards, &second).unwrap();
    // What was there is replaced, and nothing is left beside it.
    write(&backwards, &second).unwrap();
    for name in ["report.json", "report.html"] {
        let bytes = fs::read(first.join(name)).unwrap();
        assert!(bytes == fs::read(second.join(name)).unwrap(), "{name}");
        let text = String::from_utf8(bytes).unwrap();
        let outside = env!("CARGO_MANIFEST_DIR");
        assert!(!text.contains(outside), "{name} names a folder");
    }
    assert_eq!(fs::read_dir(&second).unwrap().count(), 2);
}

#[test]
fn the_json_says_the_same_as_the_report() {
    let json: serde_json::Value = serde_json::from_str(&report().to_json()).unwrap();
    assert_eq!(json["totals"]["cost_minor"], 1_000);
    assert_eq!(json["inputs"]["orders"], 6);
    assert_eq!(json["settings"]["shop"]["time_zone"], "Asia/Shanghai");
    assert_eq!(json["settings"]["campaign"]["spend"], 2_000);
    assert_eq!(json["by_category"][0]["unpaid_at_trigger"], 4);
    let digest = json["inputs"]["files"][0]["blake3"].as_str().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/shop");
    let file = json["inputs"]["files"][0]["file"].as_str().unwrap();
    let bytes = fs::read(folder.join(file)).unwrap();
    assert_eq!(digest, blake3::hash(&bytes).to_hex().as_str());
}

#[test]
fn the_page_loads_nothing_and_escapes_every_text() {
    let (mut inputs, settings) = read_shop();
    let evil = "<script>alert(\"1\")</script>";
    inputs.name = evil.into();
    inputs.note = evil.into();
    inputs.files[0].file = evil.into();
    let hostile =
        OrderOutcome { withheld: vec![evil.into()], suppressed: Some(evil.into()), ..outcome(evil, 3) };
    let html = Report::build(inputs, settings, std::iter::once(hostile)).to_html();
    let said = html.matches("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;").count();
    assert!(said >= 7, "{said}");
    for refused in ["<script", "style=\"", "http:", "https:", "src=", "href=", "url(", "@import"] {
        assert!(!html.contains(refused), "{refused}");
    }
}

/// A wrong constant of the mapping leaves most orders out: the figures look fine, so it is said beside them.
#[test]
fn rows_that_were_left_out_are_told_with_the_figures() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let text = fs::read_to_string(folder.join("shop.toml")).unwrap();
    let wrong = text.replace("customer = \"{buyers.person}\"", "customer = \"..\"");
    assert_ne!(text, wrong);
    let own = tempfile::tempdir().unwrap();
    fs::write(own.path().join("shop.toml"), wrong).unwrap();
    let mapping = Mapping::open(&own.path().join("shop.toml")).unwrap();
    let reading = read(&mapping, &[folder.join("shop")], &mut |_, _| {}).unwrap();
    assert!(reading.orders.is_empty());
    let said = reading.inputs.left_out();
    assert!(said.contains("not_an_id") && said.contains(" row 2, ") && said.contains("\"..\""), "{said}");
    let report = Report::build(reading.inputs, mapping.settings.clone(), std::iter::empty());
    assert!(report.summary().contains(&said));
    assert!(!report.summary().contains("events refused"), "there are none");
    let html = report.to_html();
    assert!(html.contains("rows could not be read") && html.contains("<code>..</code>"));
}

#[test]
fn a_report_of_nothing_is_still_a_page() {
    let (inputs, settings) = read_shop();
    let report = Report::build(inputs, settings, std::iter::empty());
    assert!(report.what_if.is_empty());
    let html = report.to_html();
    assert!(html.contains("<svg") && html.ends_with("</html>\n"));
}

const TWO_ORDERS: &str = r#"
name = "Orders"
[tables.orders]
file = "orders.csv"
[times]
formats = ["%Y-%m-%d %H:%M:%S"]
[order]
group = "orders.order"
id = "{orders.order}"
shop = "tea"
customer = "{orders.buyer}"
source = "app"
placed_at = "{orders.placed}"
[order.paid]
at = "{orders.paid}"
method = "jd_pay"
[line]
table = "orders"
id = "1"
sku = "tea"
unit_price = "50.00"
[shop]
kind = "sop"
time_zone = "Asia/Shanghai"
currency = "CNY"
[campaign]
name = "1 off"
trigger_after_minutes = 15
spend = 500
save = 100
quantity = 10
[claims]
rate_percent = 0
pays_after_minutes = 10
"#;

/// A-S0-25: what was unpaid at the trigger is shown a coupon or told why not, also when the buyer had bought the goods in
/// another order by then, and paid this one as well later.
#[test]
fn a_s0_25_goods_bought_in_another_order_are_a_reason() {
    for (other, shown, withheld) in [("li", 0, "bought_elsewhere 1"), ("wu", 1, "")] {
        let folder = tempfile::tempdir().unwrap();
        let rows = format!(
            "order,buyer,placed,paid\n1,li,2025-11-01 12:00:00,2025-11-01 12:30:00\n\
             2,{other},2025-11-01 12:05:00,2025-11-01 12:06:00\n"
        );
        fs::write(folder.path().join("orders.csv"), rows).unwrap();
        let mapping = Mapping::parse(TWO_ORDERS, "shop.toml").unwrap();
        let reading = read(&mapping, &[folder.path().to_owned()], &mut |_, _| {}).unwrap();
        let replayed = replay::run(&reading.orders, &mapping.settings, &mut |_, _| {}).unwrap();
        let totals =
            Report::build(reading.inputs, mapping.settings.clone(), replayed.outcomes.into_iter()).totals;
        let told: Vec<String> =
            totals.withheld.iter().map(|(code, count)| format!("{code} {count}")).collect();
        assert_eq!(
            (totals.unpaid_at_trigger, totals.shown, told.join(", ").as_str()),
            (1, shown, withheld),
            "{other}"
        );
        assert_eq!(totals.unpaid_at_trigger, totals.shown + totals.withheld_orders, "{other}");
    }
}
