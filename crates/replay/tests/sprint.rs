//! A member sprint over an export: who would have qualified, for several thresholds side by side (S3-R06, A-S3-2, A-S3-3).
#![allow(clippy::unwrap_used, reason = "tests")]

use domain::Lang;
use replay::{
    Mapping,
    sprint::{SprintPlan, SprintReport},
};
use std::fs;
use std::path::Path;

const MAPPING: &str = r#"
name = "My shop, November"

[tables.orders]
file = "orders.csv"

[times]
formats = ["%Y-%m-%d %H:%M:%S"]

[order]
group = "orders.order"
id = "{orders.order}"
shop = "{orders.shop}"
customer = "{orders.buyer}"
source = "app"
placed_at = "{orders.placed}"
received_at = "{orders.received}"

[order.paid]
at = "{orders.paid}"
method = "jd_pay"

[line]
table = "orders"
id = "{orders.order}"
sku = "{orders.order}"
quantity = "1"
unit_price = "{orders.price}"

[line.category]
third = "tea"

[shop]
kind = "sop"
time_zone = "Asia/Shanghai"
currency = "CNY"

[campaign]
name = "none"
trigger_after_minutes = 15
spend = 10000
save = 1000
quantity = 10
coupon_valid_hours = 24
bind = "origin_order"

[claims]
rate_percent = 0
pays_after_minutes = 1
"#;

/// `li` comes to 250.00 at the second receipt, `wu` to 300.00 before, `he` to 260.00 of which 100.00 are received too late,
/// `yu` to 170.00; `xu` buys a second too late, and `an` does not pay. In another shop `li` buys for 900.00.
const ORDERS: &str = "\
order,shop,buyer,price,placed,paid,received
1,tea,li,150.00,2026-11-01 10:00:00,2026-11-01 10:01:00,2026-11-05 10:00:00
2,tea,li,100.00,2026-11-02 10:00:00,2026-11-02 10:01:00,2026-11-07 10:00:00
3,tea,wu,300.00,2026-11-02 11:00:00,2026-11-02 11:01:00,2026-11-06 10:00:00
4,tea,he,160.00,2026-11-01 00:00:00,2026-11-01 00:01:00,2026-11-04 10:00:00
5,tea,he,100.00,2026-11-03 10:00:00,2026-11-03 10:01:00,2026-11-14 12:00:00
6,tea,yu,170.00,2026-11-03 11:00:00,2026-11-03 11:01:00,2026-11-05 10:00:00
7,tea,xu,500.00,2026-11-04 00:00:00,2026-11-04 00:01:00,2026-11-05 10:00:00
8,tea,an,500.00,2026-11-03 12:00:00,,
9,cups,li,900.00,2026-11-03 12:00:00,2026-11-03 12:01:00,2026-11-05 10:00:00
";

const SPRINT: &str = r#"
name = "Double 11"
starts_at = "2026-11-01T00:00:00+08:00"
ends_at = "2026-11-04T00:00:00+08:00"
draw_at = "2026-11-14T12:00:00+08:00"
thresholds = [15000, 20000, 30000]
release_quantity = 4
face_value = 2500
"#;

fn plan(folder: &Path, text: &str) -> Result<SprintPlan, String> {
    let file = folder.join("sprint.toml");
    fs::write(&file, text).unwrap();
    SprintPlan::open(&file)
        .map_err(|error| error.to_string().replace(&*file.to_string_lossy(), "sprint.toml"))
}

fn report(sprint: &str) -> SprintReport {
    report_of(ORDERS, sprint)
}

fn report_of(export: &str, sprint: &str) -> SprintReport {
    let folder = tempfile::tempdir().unwrap();
    let (orders, mapping) = (folder.path().join("orders.csv"), folder.path().join("mapping.toml"));
    fs::write(&orders, export).unwrap();
    fs::write(&mapping, MAPPING).unwrap();
    let mapping = Mapping::open(&mapping).unwrap();
    let reading = replay::read(&mapping, &[orders], &mut |_, _| {}).unwrap();
    assert_eq!(reading.orders.len(), 9);
    let plan = plan(folder.path(), sprint).unwrap();
    replay::sprint::run(&reading.orders, &mapping.settings, &plan, &mut |_, _| {}).unwrap()
}

/// A-S3-2, A-S3-3: each threshold by itself, with two pairs of coupons a shop.
#[test]
fn a_s3_2_thresholds_stand_side_by_side() {
    let report = report(SPRINT);
    assert_eq!((report.shops, report.members, report.orders, report.sales), (2, 6, 7, 188_000));
    let of = |at: usize| {
        let of = &report.thresholds[at];
        [of.qualified, of.unreceived, of.close, of.winners, of.coupons]
    };
    // 150.00: all four of the tea shop have come to it, of whom two win; and one of the other shop.
    assert_eq!(of(0), [5, 0, 0, 3, 6]);
    // 200.00: he's receipt is too late by a moment, yu is 30.00 short.
    assert_eq!(of(1), [3, 1, 1, 3, 6]);
    // 300.00: li's 250.00 and he's 260.00 are more than four fifths.
    assert_eq!(of(2), [2, 0, 2, 2, 4]);
    let of = &report.thresholds[1];
    assert_eq!((of.cost_at_most, of.sales), (15_000, 25_000 + 30_000 + 90_000));
    let said = report.summary_in(Lang::En);
    assert!(said.contains("2 shops, 6 members"), "{said}");
    assert!(report.summary_in(Lang::Zh).contains("6 位会员"));
}

/// What the engine refuses is told with its code, and counts for nothing.
#[test]
fn an_event_that_is_refused_is_told() {
    // Paid long after the order was cancelled unpaid.
    let late = ORDERS.replace("2026-11-02 11:01:00,2026-11-06", "2026-11-05 11:01:00,2026-11-06");
    let report = report_of(&late, SPRINT);
    assert_eq!(report.rejected.values().sum::<u64>(), 1, "{:?}", report.rejected);
    assert_eq!((report.members, report.sales), (6, 158_000));
    let code = report.rejected.keys().next().unwrap();
    assert!(report.summary_in(Lang::En).contains(&format!("events refused: 1 {code}")));
}

/// What does not go together is said with its key.
#[test]
fn a_sprint_that_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = |from: &str, to: &str| plan(folder.path(), &SPRINT.replace(from, to)).unwrap_err();
    assert_eq!(wrong("15000, 20000", "20000, 20000"), "sprint.toml: thresholds[1]: above the tier before");
    assert_eq!(wrong("face_value = 2500", "face_value = 0"), "sprint.toml: face_value: above 0");
    assert!(wrong("2026-11-14T12", "2026-11-03T12").starts_with("sprint.toml: draw_at: "));
    assert!(wrong("2026-11-04T00:00:00", "2026-10-04T00:00:00").contains("ends_at: "));
    assert!(wrong("release_quantity = 4", "release_quantity = 1").contains("release_quantity"));
    assert!(wrong("draw_at", "drawn_at").contains("unknown field `drawn_at`"));
    assert!(wrong("[15000, 20000, 30000]", "[]").contains("thresholds"));
}
