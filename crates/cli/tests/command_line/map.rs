//! `promenade map`: a look at an export, a mapping to begin with, and the mappings that come along.

use crate::folder;
use crate::support::run;
use std::fs;

const EXPORT: &str = "订单号,买家昵称,联系手机,下单时间,付款时间,订单状态,商家编码,数量,实付金额\n\
    10001,清风茶客,13900001111,2025-11-01 20:00:03,2025-11-01 20:00:41,待发货,TEA-250,2,109.00\n\
    10002,慢半拍,13900002222,2025-11-01 20:00:05,,已取消,CUP-01,1,80.00\n";

#[test]
fn a_mapping_to_begin_with_is_written_and_used() {
    let folder = folder();
    fs::write(folder.path().join("export.csv"), EXPORT).expect("it can be written");
    let looked = run(folder.path(), &["map", "export.csv", "--out", "mine.toml"]);
    assert_eq!(looked.code, Some(0), "{looked:?}");
    assert!(looked.out.contains("订单号 order_id") && !looked.out.contains("13900001111"), "{}", looked.out);
    let used = run(folder.path(), &["pool", "--mapping", "mine.toml", "--out", "out", "export.csv"]);
    assert_eq!(used.code, Some(0), "{used:?}");
    let list = fs::read_to_string(folder.path().join("out/gift-list.csv")).expect("it was written");
    assert!(list.lines().nth(1).is_some_and(|line| line.starts_with("10001,清风茶客,")), "{list}");
    // It is somebody's work by now.
    let again = run(folder.path(), &["map", "export.csv", "--out", "mine.toml"]);
    assert!(again.code == Some(2) && again.err.contains("a file that is there stays"), "{again:?}");
    // A replay goes by the price of a unit.
    fs::write(folder.path().join("prices.csv"), EXPORT.replace("实付金额", "单价"))
        .expect("it can be written");
    let plain = run(folder.path(), &["map", "prices.csv", "--plain", "--kind", "replay"]);
    assert!(plain.code == Some(0) && plain.out.contains("13900001111"), "{plain:?}");
    assert!(plain.out.contains("[campaign]"), "{}", plain.out);
}

#[test]
fn what_is_missing_and_what_cannot_be_read_have_exit_codes() {
    let folder = folder();
    fs::write(folder.path().join("short.csv"), "订单号,数量\n10001,2\n").expect("it can be written");
    let looked = run(folder.path(), &["map", "short.csv", "--out", "mine.toml"]);
    assert_eq!(looked.code, Some(3), "{looked:?}");
    assert!(looked.out.contains("缺少 · missing: "), "{}", looked.out);
    for args in [&["map", "none.csv"][..], &["map"], &["map", "--show", "tabao"]] {
        let ended = run(folder.path(), args);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.err.starts_with("promenade: "), "{ended:?}");
    }
}

#[test]
fn the_mappings_that_come_along_are_listed_and_can_be_changed() {
    let folder = folder();
    let listed = run(folder.path(), &["map", "--list"]);
    assert_eq!(listed.code, Some(0), "{listed:?}");
    for name in ["taobao", "jd", "douyin", "pinduoduo", "youzan", "shopify", "woocommerce"] {
        assert!(listed.out.lines().any(|line| line.starts_with(&format!("{name} "))), "{}", listed.out);
    }
    let shown = run(folder.path(), &["map", "--show", "shopify", "--out", "mine.toml"]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    let text = fs::read_to_string(folder.path().join("mine.toml")).expect("it was written");
    assert!(text.starts_with("# Shopify\n"), "{text}");
    let none = run(folder.path(), &["map", "--show", "pinduoduo", "--kind", "replay"]);
    assert!(none.code == Some(2) && none.err.contains("without a mapping for a replay"), "{none:?}");
}

#[test]
fn a_shipped_mapping_is_used_by_its_name_and_a_file_of_that_name_goes_first() {
    let folder = folder();
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/exports");
    let input = format!("{samples}/jd/orders.csv");
    let pool =
        |out: &str| run(folder.path(), &["pool", "--mapping", "jd", "--shop", "tea", "--out", out, &input]);
    // A folder of that name does not stand in its way.
    fs::create_dir(folder.path().join("jd")).expect("the folder is empty");
    let used = pool("out");
    assert_eq!(used.code, Some(0), "{used:?}");
    assert!(used.out.contains(&format!("{:22}8\n", "orders read")), "{}", used.out);
    fs::remove_dir(folder.path().join("jd")).expect("it is empty");
    fs::write(folder.path().join("jd"), "name = 1\n").expect("it can be written");
    let own = pool("own");
    assert!(own.code != Some(0) && own.err.contains("jd: "), "{own:?}");
    let slip = run(folder.path(), &["pool", "--mapping", "jdd", "--out", "out", &input]);
    assert!(slip.code != Some(0) && slip.err.contains("these do: taobao, "), "{slip:?}");
}
