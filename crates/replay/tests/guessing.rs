//! `promenade map`: what it sees of exports that no mapping knows, and the mappings that it writes for them.

#![allow(clippy::unwrap_used, reason = "tests")]

use replay::{
    Mapping,
    guess::{Draft, Examples, Kind, Look, Role, draft, look, tell},
    pool::{PoolMapping, read_orders},
};
use std::fs;

/// An export in English, with columns that nobody needs.
const ENGLISH: &str = "\
Nr,Order No.,Buyer,Phone,Placed,Paid,State,SKU,Title,Qty,Unit price
1,A-10001,li,13900001111,2025-11-01 20:00:03,2025-11-01 20:00:41,paid,TEA-250,Tea,2,59.00
2,A-10001,li,13900001111,2025-11-01 20:00:03,2025-11-01 20:00:41,paid,CUP-01,Cup,1,80.00
3,A-10002,wu,13900002222,2025-11-01 20:00:05,,cancelled,CUP-01,Cup,1,80.00
";
/// One of a system of ours, with a title above and words for nothing.
const CHINESE: &str = "\
双11订单,,,,,,,
导出时间：2025-11-12,,,,,,,
平台单号,会员名,手机号,下单时间,付款时间,状态,货号,商品数量（件）
5001,张三丰88,13900001111,2025/11/1 20:00:03,2025/11/1 20:00:41,待发货,TEA-250,2
5002,t***1,13900002222,2025/11/1 20:00:05,未支付,已取消,CUP-01,1
";
/// What belongs to the order stands on its first row.
const BLANK_BELOW: &str = "\
order number,customer,created,paid,sku,quantity,line total
9001,li,2025-11-01T20:00:03+08:00,2025-11-01T20:00:41+08:00,TEA-250,2,118.00
,,,,CUP-01,1,80.00
9002,wu,2025-11-01T20:01:03+08:00,,CUP-01,3,\"1,240.00\"
";

fn seen(text: &str, kind: Kind) -> (Look, Draft) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.csv");
    fs::write(&path, text).unwrap();
    let look = look(&path).unwrap();
    let draft = draft(&look, kind);
    (look, draft)
}

fn columns(look: &Look) -> Vec<(Role, &str)> {
    look.roles.iter().map(|(role, guess)| (*role, look.columns[guess.column].heading.as_str())).collect()
}

#[test]
fn columns_are_known_by_their_words_and_their_values() {
    use Role::*;
    for (text, expected) in [
        (
            ENGLISH,
            vec![
                (OrderId, "Order No."),
                (CustomerId, "Buyer"),
                (OrderedAt, "Placed"),
                (FirstPaidAt, "Paid"),
                (Status, "State"),
                (Sku, "SKU"),
                (Quantity, "Qty"),
                (UnitPrice, "Unit price"),
            ],
        ),
        (
            CHINESE,
            vec![
                (OrderId, "平台单号"),
                (CustomerId, "会员名"),
                (OrderedAt, "下单时间"),
                (FirstPaidAt, "付款时间"),
                (Status, "状态"),
                (Sku, "货号"),
                (Quantity, "商品数量（件）"),
            ],
        ),
        (
            BLANK_BELOW,
            vec![
                (OrderId, "order number"),
                (CustomerId, "customer"),
                (OrderedAt, "created"),
                (FirstPaidAt, "paid"),
                (Sku, "sku"),
                (Quantity, "quantity"),
                (LineAmount, "line total"),
            ],
        ),
    ] {
        let (look, _) = seen(text, Kind::Pool);
        assert_eq!(columns(&look), expected, "{text}");
    }
}

#[test]
fn a_draft_without_gaps_is_a_mapping_that_reads_the_export() {
    for text in [ENGLISH, BLANK_BELOW] {
        let (_, drafted) = seen(text, Kind::Pool);
        assert_eq!(drafted.missing, [], "{}", drafted.text);
        let mapping = PoolMapping::parse(&drafted.text, "draft.toml", None)
            .unwrap_or_else(|error| panic!("{error}\n{}", drafted.text));
        assert!(mapping.strategies.is_some(), "an example runs at once: {}", drafted.text);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("orders.csv"), text).unwrap();
        let inputs = [folder.path().to_owned()];
        let read = read_orders(&mapping, &inputs, &mut |_, _| {}, &mut |_, _| Ok(())).unwrap();
        assert_eq!((read.orders, read.bad_rows), (2, 0), "{:?}\n{}", read.details, drafted.text);
    }
    let (_, drafted) = seen(ENGLISH, Kind::Replay);
    assert_eq!(drafted.missing, [], "{}", drafted.text);
    Mapping::parse(&drafted.text, "draft.toml").unwrap_or_else(|error| panic!("{error}\n{}", drafted.text));
}

#[test]
fn what_is_missing_is_named_and_what_is_unsure_is_marked() {
    let (look, drafted) = seen(CHINESE, Kind::Pool);
    assert_eq!(drafted.missing, [Role::UnitPrice]);
    assert!(
        drafted.text.contains("# unit_price = \"{orders.?}\" # 缺少：单价 · missing\n"),
        "{}",
        drafted.text
    );
    assert_eq!(look.heading_row, Some(3));
    assert!(drafted.text.contains("# header_row = 3 "), "{}", drafted.text);
    assert!(drafted.text.contains("empty = [\"未支付\"]"), "{}", drafted.text);
    let (look, usual) = seen(&CHINESE.replace("未支付", "-"), Kind::Pool);
    assert!(look.empty_words == ["-"] && !usual.text.contains("[cells]"), "{}", usual.text);
    assert!(drafted.text.contains("\"已取消\" = \"closed\" # 1\n"), "{}", drafted.text);
    assert!(drafted.text.contains("formats = [\"%Y/%m/%d %H:%M:%S\"]\n"), "{}", drafted.text);
    let nobody = ENGLISH.replace("Buyer", "Clerk");
    let (_, drafted) = seen(&nobody, Kind::Pool);
    assert_eq!(drafted.missing, [Role::CustomerId], "{}", drafted.text);
    assert!(drafted.text.contains("customer_id = \"{orders.Order No.}\" # ?"), "{}", drafted.text);
    let (look, drafted) = seen("a,b\n1,2\n", Kind::Pool);
    assert!(
        drafted.missing.contains(&Role::OrderedAt) && drafted.missing.contains(&Role::OrderId),
        "{look:?}"
    );
}

#[test]
fn values_are_held_against_the_heading() {
    // A column of that name whose values are no moments is no time.
    let (look, _) = seen(&ENGLISH.replace("2025-11-01 20:00:0", "day "), Kind::Pool);
    assert!(look.column(Role::OrderedAt).is_none_or(|column| column.heading != "Placed"), "{:?}", look.roles);
    // A total that every row of an order repeats is not the amount of a line.
    let text = "order,buyer,placed,sku,qty,total\n\
                10001,li,2025-11-01 20:00:03,A,1,30.00\n10001,li,2025-11-01 20:00:03,B,2,30.00\n";
    let (look, drafted) = seen(text, Kind::Pool);
    assert!(look.column(Role::LineAmount).is_none(), "{:?}", look.roles);
    assert_eq!(drafted.missing, [Role::UnitPrice]);
    // Day and month that cannot be told apart are marked.
    let (look, drafted) = seen(&ENGLISH.replace("2025-11-01 ", "02/11/2025 "), Kind::Pool);
    assert!(look.times.is_ambiguous && drafted.text.contains("day and month may be"), "{}", drafted.text);
    let (look, _) = seen(&ENGLISH.replace("2025-11-01 ", "21/11/2025 "), Kind::Pool);
    assert!(!look.times.is_ambiguous && look.times.formats == ["%d/%m/%Y %H:%M:%S"], "{:?}", look.times);
    // Without seconds, ranks are by the minute, and that is said.
    let (look, _) = seen(&ENGLISH.replace(":03,", ",").replace(":41,", ",").replace(":05,", ","), Kind::Pool);
    assert!(look.times.has_no_seconds, "{:?}", look.times);
}

#[test]
fn people_are_masked_unless_asked_for() {
    for text in [ENGLISH, CHINESE] {
        let (look, drafted) = seen(text, Kind::Pool);
        let masked = tell(&look, &drafted, Examples::Masked);
        assert!(!masked.contains("13900001111") && !masked.contains("张三丰88"), "{masked}");
        assert!(!drafted.text.contains("13900001111") && !drafted.text.contains("li\""), "{}", drafted.text);
        assert!(tell(&look, &drafted, Examples::Plain).contains("13900001111"));
    }
}

#[test]
fn a_heading_that_no_template_can_name_is_passed_over() {
    let (look, drafted) = seen(&ENGLISH.replace("SKU", "SKU|code").replace("Title", "Qty"), Kind::Pool);
    assert!(!look.columns[7].is_usable && !look.columns[8].is_usable && !look.columns[9].is_usable);
    assert_eq!(drafted.missing, [Role::Sku], "{}", drafted.text);
    assert!(drafted.text.contains("quantity = \"1\" # ?"), "{}", drafted.text);
}

/// As Shopify does it: numbers on every row, the money of the order on its first.
#[test]
fn what_stands_on_first_rows_only_is_seen_beside_numbers_on_every_row() {
    let text = "Name,Email,Paid at,Currency,Created at,Lineitem quantity,Lineitem price,Lineitem sku\n\
        #1,a@b.cn,2025-11-28 20:00:41 +0800,USD,2025-11-28 20:00:03 +0800,2,19.00,TEA\n\
        #1,a@b.cn,,,2025-11-28 20:00:03 +0800,1,12.00,CUP\n\
        #2,c@b.cn,,USD,2025-11-28 20:00:05 +0800,1,12.00,CUP\n";
    let (look, drafted) = seen(text, Kind::Pool);
    assert!(look.grouping.blank_below && drafted.text.contains("blank = \"above\""), "{}", drafted.text);
    assert!(drafted.text.contains("[shop]\ncurrency = \"USD\"\n"), "{}", drafted.text);
    assert_eq!(drafted.missing, []);
    PoolMapping::parse(&drafted.text, "draft.toml", None).unwrap();
    let (look, _) = seen(ENGLISH, Kind::Pool);
    assert!(!look.grouping.blank_below, "an unpaid order is no blank row");
}

/// Whoever keeps cancelled orders in the export must not get ranks for them unnoticed: a column of states is found by any
/// of its usual names, and where there is none the draft says so.
#[test]
fn states_are_found_by_many_names_and_missed_aloud() {
    for heading in ["单据状态", "系统状态", "平台状态", "ERP状态", "Delivery status"] {
        let (look, drafted) = seen(&CHINESE.replace(",状态,", &format!(",{heading},")), Kind::Pool);
        assert_eq!(look.column(Role::Status).map(|column| column.heading.as_str()), Some(heading));
        assert!(drafted.text.contains("\"已取消\" = \"closed\" # 1\n"), "{}", drafted.text);
        assert!(drafted.text.contains("\"*\" = \"unknown\""), "{}", drafted.text);
    }
    for kind in [Kind::Pool, Kind::Replay] {
        let (_, drafted) = seen(&ENGLISH.replace(",State,", ",Colour,"), kind);
        assert!(drafted.unsure.contains(&Role::Status), "{:?}", drafted.unsure);
        assert!(drafted.text.contains("# No column tells the state"), "{}", drafted.text);
        let (_, drafted) = seen(ENGLISH, kind);
        assert!(!drafted.text.contains("# No column tells the state"), "{}", drafted.text);
    }
}
