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
    let store = store_sqlite::SqliteStore::open(&file).expect("a new store");
    let engine = Engine::start(Box::new(store), EngineClock::system()).expect("it starts");
    let shop = Shop::with_defaults(shop_id.clone(), "Tea", ShopKind::Sop);
    let put = Input::new(shop_id.clone(), Command::PutShop(Box::new(shop)));
    engine.submit_many_blocking(vec![put]).expect("it runs").remove(0).expect("a shop");
    engine.stop();
    drop(engine);
    fs::write(folder.path().join("export/orders.csv"), ORDERS.replacen("320.00", "dear", 1))
        .expect("written");
    let first = intake(&["--submit"]);
    assert_eq!(first.code, Some(0), "{first:?}");
    assert!(first.out.contains(&format!("{:22}6\n", "created")), "{}", first.out);
    assert!(first.out.contains("see what was left out in rejects.csv"), "{}", first.out);
    let rejects = fs::read_to_string(folder.path().join("rejects.csv")).expect("it was written");
    assert!(rejects.contains("orders.csv,2,amount,dear,not_an_amount,"), "{rejects}");
    let again = intake(&["--submit"]);
    assert!(again.out.contains(&format!("{:22}6\n", "duplicate")), "{}", again.out);
    let store = store_sqlite::SqliteStore::open(&file).expect("nobody holds it");
    let page = Page { after: None, limit: 10 };
    let orders = store.reader().pool_orders(&shop_id, Some(Stage::Review), &page).expect("it can be read");
    assert_eq!(orders.len(), 6, "no strategy covers them, so they are in review");
}
