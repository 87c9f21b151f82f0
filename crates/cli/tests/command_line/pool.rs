//! A presale pool from files: the list, the same bytes again, and orders taken into a shop's store.

use crate::folder;
use crate::support::run;
use domain::{
    ShopId,
    pool::Stage,
    shop::{Shop, ShopKind},
};
use engine::{Command, Engine, EngineClock, Input};
use port::{Page, Store};
use std::fs;
use std::path::Path;

const MAPPING: &str = include_str!("../../../replay/tests/data/pool.toml");
const ORDERS: &str = include_str!("../../../replay/tests/data/pool-orders.csv");

pub fn export(folder: &Path) {
    fs::create_dir(folder.join("export")).expect("the folder is empty");
    fs::write(folder.join("export/orders.csv"), ORDERS).expect("it can be written");
    fs::write(folder.join("pool.toml"), MAPPING).expect("it can be written");
}

#[test]
fn t47_a_pool_from_files_is_ranked_and_listed() {
    let folder = folder();
    export(folder.path());
    let pool = |out: &str, more: &[&str]| {
        let args = [&["pool", "--mapping", "pool.toml", "--out", out], more, &["export"]].concat();
        run(folder.path(), &args)
    };
    let ended = pool("first", &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for (name, value) in
        [("orders read", "7"), ("pooled", "7"), ("ranked", "4"), ("gifts given", "to 3 orders")]
    {
        let line = format!("{name:22}{value}\n");
        assert!(ended.out.contains(&line), "{line}: {}", ended.out);
    }
    assert_eq!(pool("again", &[]).code, Some(0));
    assert_eq!(pool("stored", &["--store", "sqlite:pool.db"]).code, Some(0));
    for file in ["gift-list.csv", "gift-list.xlsx", "summary.json", "bad-rows.csv"] {
        let read = |out: &str| fs::read(folder.path().join(out).join(file)).expect("it was written");
        assert!(read("first") == read("again"), "{file} differs from run to run");
        assert!(read("first") == read("stored"), "{file} differs from store to store");
    }
    assert_eq!(pool("two", &["--first-n", "2"]).code, Some(0));
    let list = fs::read_to_string(folder.path().join("two/gift-list.csv")).expect("it was written");
    let orders: Vec<&str> = list.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(orders, ["9", "10"]);
    let used = pool("stored", &["--store", "sqlite:pool.db"]);
    assert!(used.code == Some(1) && used.err.contains("needs a new store"), "{used:?}");
    let audit = run(folder.path(), &["audit", "--store", "sqlite:pool.db"]);
    assert_eq!(audit.code, Some(0), "{audit:?}");
}

/// 0: every row was used. 3: something was left out or is not final. 2: nothing can be read, or it was typed wrong. 1:
/// anything else.
#[test]
fn a_s4_25_exit_codes_say_whether_every_row_was_used() {
    let folder = folder();
    export(folder.path());
    let mut number = 0;
    let mut pool = |orders: &str, more: &[&str]| {
        number += 1;
        fs::write(folder.path().join("export/orders.csv"), orders).expect("it can be written");
        let out = format!("out-{number}");
        let args = [&["pool", "--mapping", "pool.toml", "--out", &out], more, &["export"]].concat();
        let ended = run(folder.path(), &args);
        let summary = fs::read_to_string(folder.path().join(out).join("summary.json")).unwrap_or_default();
        (ended, summary)
    };
    let of_no_units = ORDERS.replacen("cup,2,", "cup,0,", 1);
    assert_eq!(pool(&of_no_units, &[]).0.code, Some(0), "a line of no units loses nothing");
    // The first of all: who is among the first four is not certain.
    let damaged =
        ORDERS.replacen("9,cid,2020-10-20T20:00:00,2020-10-20T20:00:01", "9,cid,2020-10-20T20:00:00,x", 1);
    assert_ne!(damaged, ORDERS);
    let (ended, summary) = pool(&damaged, &[]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.out.contains("gifts given           to 0 orders"), "{}", ended.out);
    assert!(ended.out.contains("orders.csv row 5 not_a_time"), "{}", ended.out);
    assert!(ended.out.contains("--override"), "{}", ended.out);
    for told in ["\"code\": \"pool_incomplete\"", "\"row\": 5", "\"rows_in_all\": 1", "\"order_id\": \"9\""] {
        assert!(summary.contains(told), "{told}: {summary}");
    }
    let (ended, summary) = pool(&damaged, &["--override"]);
    assert_eq!(ended.code, Some(3), "something was left out all the same: {ended:?}");
    assert!(ended.out.contains("given out all the same"), "{}", ended.out);
    assert!(!ended.out.contains("to 0 orders") && summary.contains("\"overridden\": true"), "{}", ended.out);
    // A gap behind the first four changes nothing for them.
    let later = ORDERS.replacen("1006,gus,2020-10-21T08:00:00", "1006,gus,soon", 1);
    let (ended, _) = pool(&later.replacen("soon", "2020-10-21T08:00:00,,", 1), &[]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    for (orders, more, said) in [
        (ORDERS.replacen("sku", "goods", 1), &[][..], "no column `sku`"),
        (ORDERS.to_owned(), &["--first-n", "0"], "--first-n is 1 to"),
        (ORDERS.to_owned(), &["--shop", "a b"], "--shop a b"),
        (ORDERS.to_owned(), &["--nope"], "--nope"),
    ] {
        let (ended, _) = pool(&orders, more);
        assert_eq!(ended.code, Some(2), "{said}: {ended:?}");
        assert!(ended.err.contains(said), "{said}: {ended:?}");
    }
    fs::write(folder.path().join("pool.toml"), MAPPING.replacen("sku = ", "sku : ", 1)).expect("written");
    assert_eq!(pool(ORDERS, &[]).0.code, Some(2), "a mapping that cannot be read");
}

/// A replay says by its exit code that rows were left out, and names them in the page in both languages.
#[test]
fn a_s4_25_a_replay_with_rows_left_out_says_so() {
    let folder = folder();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../replay/tests/data");
    fs::create_dir(folder.path().join("shop")).expect("the folder is empty");
    for file in fs::read_dir(tests.join("shop")).expect("it is there") {
        let file = file.expect("it can be read").path();
        fs::copy(&file, folder.path().join("shop").join(file.file_name().expect("a name"))).expect("copied");
    }
    fs::copy(tests.join("shop.toml"), folder.path().join("shop.toml")).expect("copied");
    let replay = || run(folder.path(), &["replay", "--mapping", "shop.toml", "--out", "out", "shop"]);
    assert_eq!(replay().code, Some(0), "{:?}", replay());
    let items = folder.path().join("shop/items-1.csv");
    let text = fs::read_to_string(&items).expect("it is there");
    fs::write(&items, text.replacen("1002;1;lamp;beta-light;99,9", "1002;1;lamp;beta-light;dear", 1))
        .expect("written");
    let ended = replay();
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.out.contains("items-1.csv row 5, price"), "{}", ended.out);
    let page = fs::read_to_string(folder.path().join("out/report.html")).expect("it was written");
    assert!(page.contains("not_an_amount") && page.contains("金额无效"), "both languages");
    fs::write(&items, text.replacen("price", "cost", 1)).expect("written");
    assert_eq!(replay().code, Some(2), "a column that is not there");
}

/// What an intake leaves out holds the shop's ranks up until the file is mended.
#[test]
fn a_s4_25_an_intake_notes_its_gap_and_a_mended_file_closes_it() {
    let folder = folder();
    export(folder.path());
    let file = folder.path().join("shop.db");
    let shop_id = ShopId::try_new("s1").expect("an id");
    shop_in(folder.path());
    let intake = |orders: &str| {
        fs::write(folder.path().join("export/orders.csv"), orders).expect("written");
        let args =
            ["intake", "--mapping", "pool.toml", "--store", "sqlite:shop.db", "--shop", "s1", "export"];
        run(folder.path(), &args)
    };
    let gaps = || {
        let store = store_sqlite::SqliteStore::open(&file).expect("nobody holds it");
        let gaps = store.reader().pool(&shop_id).expect("it can be read").gaps;
        gaps.values().map(|gap| (gap.source.clone(), gap.rows[0].row, gap.orders.len())).collect::<Vec<_>>()
    };
    let damaged =
        ORDERS.replacen("9,cid,2020-10-20T20:00:00,2020-10-20T20:00:01", "9,cid,2020-10-20T20:00:00,x", 1);
    let first = intake(&damaged);
    assert!(first.code == Some(3) && first.out.contains("not certain"), "{first:?}");
    assert_eq!(gaps(), [("orders.csv".to_owned(), 5, 1)]);
    assert_eq!(intake(&damaged).code, Some(3), "again, nothing has changed");
    assert_eq!(gaps(), [("orders.csv".to_owned(), 5, 1)]);
    let mended = intake(ORDERS);
    assert_eq!(mended.code, Some(0), "{mended:?}");
    assert_eq!(gaps(), []);
    let audit = run(folder.path(), &["audit", "--store", "sqlite:shop.db"]);
    assert_eq!(audit.code, Some(0), "{audit:?}");
}

/// A-S4-25: a row of totals that names itself as an order stays missing whatever is taken in later. An intake of which
/// every row was used says so, with what answers for it.
#[test]
fn a_s4_25_an_intake_tells_what_is_still_missing_from_before() {
    let folder = folder();
    export(folder.path());
    shop_in(folder.path());
    let intake = |orders: &str| {
        fs::write(folder.path().join("export/orders.csv"), orders).expect("written");
        let args =
            ["intake", "--mapping", "pool.toml", "--store", "sqlite:shop.db", "--shop", "s1", "export"];
        run(folder.path(), &args)
    };
    let with_totals = format!("{ORDERS}合计,合计,,,,,,,2000.00\n");
    let first = intake(&with_totals);
    assert!(first.code == Some(3) && !first.out.contains("from before"), "{first:?}");
    let mended = intake(ORDERS);
    assert_eq!(mended.code, Some(0), "every row was used: {mended:?}");
    for told in [
        "still missing from before: orders.csv order 合计; ",
        "GET /v1/shops/s1/download-watermark; accept_gaps answers for it",
    ] {
        assert!(mended.out.contains(told), "{told}: {}", mended.out);
    }
    fs::remove_file(folder.path().join("export/orders.csv")).expect("it is there");
    fs::write(folder.path().join("pool.toml"), MAPPING.replacen("orders.csv", "*.csv", 1)).expect("written");
    fs::write(folder.path().join("export/next.csv"), ORDERS).expect("written");
    let args = ["intake", "--mapping", "pool.toml", "--store", "sqlite:shop.db", "--shop", "s1", "export"];
    let next = run(folder.path(), &args);
    assert!(next.code == Some(0) && next.out.contains("still missing from before: orders.csv"), "{next:?}");
}

/// A store `shop.db` with the shop `s1`.
fn shop_in(folder: &Path) {
    let shop_id = ShopId::try_new("s1").expect("an id");
    let store = store_sqlite::SqliteStore::open(&folder.join("shop.db")).expect("a new store");
    let engine = Engine::start(Box::new(store), EngineClock::system()).expect("it starts");
    let shop = Shop::with_defaults(shop_id.clone(), "Tea", ShopKind::Sop);
    let put = Input::new(shop_id, Command::PutShop(Box::new(shop)));
    engine.submit_many_blocking(vec![put]).expect("it runs").remove(0).expect("a shop");
    engine.stop();
}

#[test]
fn orders_are_taken_into_a_shops_store_once() {
    let folder = folder();
    export(folder.path());
    let file = folder.path().join("shop.db");
    let intake = |more: &[&str]| {
        let args = ["intake", "--mapping", "pool.toml", "--store", "sqlite:shop.db", "--shop", "s1"];
        run(folder.path(), &[&args, more, &["export"]].concat())
    };
    let none = intake(&[]);
    assert!(none.code == Some(1) && none.err.contains("there is no store"), "{none:?}");
    let shop_id = ShopId::try_new("s1").expect("an id");
    shop_in(folder.path());
    fs::write(folder.path().join("export/orders.csv"), ORDERS.replacen("320.00", "dear", 1))
        .expect("written");
    let first = intake(&["--submit"]);
    assert_eq!(first.code, Some(3), "something was left out: {first:?}");
    assert!(first.out.contains(&format!("{:22}6\n", "created")), "{}", first.out);
    assert!(first.out.contains("see what was left out in rejects.csv"), "{}", first.out);
    assert!(first.out.contains("no order came into the pool"), "the shop has no strategy: {}", first.out);
    let rejects = fs::read_to_string(folder.path().join("rejects.csv")).expect("it was written");
    assert!(rejects.contains("orders.csv,2,amount,dear,not_an_amount,"), "{rejects}");
    let again = intake(&["--submit"]);
    assert!(again.out.contains(&format!("{:22}6\n", "duplicate")), "{}", again.out);
    let store = store_sqlite::SqliteStore::open(&file).expect("nobody holds it");
    let page = Page { after: None, limit: 10 };
    let orders = store.reader().pool_orders(&shop_id, Some(Stage::Review), &page).expect("it can be read");
    assert_eq!(orders.len(), 6, "no strategy covers them, so they are in review");
}
