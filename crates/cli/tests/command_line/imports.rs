//! Downloaded orders into a service that runs: what the command says is what it says of a store, and a service that is
//! killed goes on where it was.

use crate::folder;
use crate::pool::export;
use crate::support::server::{PATIENCE, finish, program};
use crate::support::{Client, Request, Server, run, shop};
use domain::ShopId;
use port::Page;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const MAPPING: &str = include_str!("../../../replay/tests/data/pool.toml");
const ORDERS: &str = include_str!("../../../replay/tests/data/pool-orders.csv");

fn orders(folder: &Path) -> usize {
    let reader = store_sqlite::SqliteStore::open_reader(&folder.join("shop.db")).expect("it can be read");
    let page = Page { after: None, limit: 1_000_000 };
    reader.pool_orders(&ShopId::try_new("s1").expect("an id"), None, &page).expect("it can be read").len()
}

#[test]
fn an_intake_by_a_service_says_and_leaves_what_one_into_a_store_does() {
    let (folder, other) = (folder(), folder());
    export(folder.path());
    let server = Server::sandbox(other.path());
    shop::open(&mut server.client(), 1_440, 100);
    let url = format!("http://{}/", server.address);
    let intake = |more: &[&str]| {
        let args = ["intake", "--mapping", "pool.toml", "--server", &url, "--key", "sandbox", "--shop", "s1"];
        run(folder.path(), &[&args, more].concat())
    };
    let dear = ORDERS.replacen("320.00", "dear", 1);
    fs::write(folder.path().join("export/orders.csv"), &dear).expect("written");
    let first = intake(&["--submit", "export"]);
    assert_eq!(first.code, Some(3), "something was left out: {first:?}");
    assert!(first.out.contains(&format!("{:22}6\n", "created")), "{}", first.out);
    assert!(first.out.contains("see what was left out in rejects.csv"), "{}", first.out);
    let rejects = fs::read_to_string(folder.path().join("rejects.csv")).expect("it was written");
    assert!(rejects.starts_with('\u{feff}') && rejects.contains("orders.csv,2,amount,dear,not_an_amount,"));
    // One file for one table may have any name.
    fs::write(folder.path().join("六月 \"1\".csv"), ORDERS).expect("written");
    let again = intake(&["--rejects", "none.csv", "六月 \"1\".csv"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    for (name, count) in [("created", 1), ("duplicate", 6)] {
        assert!(again.out.contains(&format!("{name:22}{count}\n")), "{}", again.out);
    }
    assert!(fs::read_to_string(folder.path().join("none.csv")).is_ok_and(|text| text.lines().count() <= 1));
    assert_eq!(orders(other.path()), 7);
    // What names itself as an order and never comes is told by a later import, too.
    let totals = format!("{ORDERS}合计,合计,,,,,,,2000.00\n");
    fs::write(folder.path().join("export/orders.csv"), totals).expect("written");
    assert_eq!(intake(&["export"]).code, Some(3));
    let next = intake(&["六月 \"1\".csv"]);
    assert_eq!(next.code, Some(0), "{next:?}");
    assert!(
        next.out.contains("still missing from before: orders.csv row 10, order 合计; see GET"),
        "{next:?}"
    );
}

/// A shop of a real service, in `real.db`.
fn real_shop(folder: &Path) {
    let real = folder.join("real");
    fs::create_dir(&real).expect("a folder");
    let made = run(&real, &["keys", "create", "--name", "erp"]);
    let key = made.out.lines().find(|line| line.starts_with("pk_")).unwrap_or_default().trim();
    let server = Server::start(&real, &["--store", "sqlite:../real.db"]);
    Client::new(&server.address, key).call(&shop::shop(1_440)).expect(200);
}

#[test]
fn a_service_says_the_words_of_a_store() {
    let folder = folder();
    export(folder.path());
    fs::write(folder.path().join("export/orders.csv"), ORDERS.replacen("320.00", "dear", 1))
        .expect("written");
    let server = Server::sandbox(folder.path());
    shop::open(&mut server.client(), 1_440, 100);
    real_shop(folder.path());
    let url = format!("http://{}", server.address);
    for lang in ["en", "zh"] {
        let intake = |to: &[&str], rejects: &str| {
            let args =
                ["intake", "--mapping", "pool.toml", "--shop", "s1", "--lang", lang, "--rejects", rejects];
            run(folder.path(), &[&args, to, &["export"]].concat())
        };
        let by_service = intake(&["--server", &url, "--key", "sandbox"], "of-service.csv");
        let into_a_store = intake(&["--store", "sqlite:real.db"], "l.csv");
        assert_eq!(
            by_service.out.replace("of-service.csv", "l.csv"),
            into_a_store.out,
            "{by_service:?} {into_a_store:?}"
        );
        let read = |name: &str| fs::read(folder.path().join(name)).expect("it was written");
        assert!(read("of-service.csv") == read("l.csv"));
        let heading = if lang == "zh" { "\u{feff}文件,行," } else { "\u{feff}file,row," };
        assert!(read("l.csv").starts_with(heading.as_bytes()), "{lang}");
    }
}

#[test]
fn what_a_service_cannot_take_in_ends_with_its_exit_code() {
    let folder = folder();
    export(folder.path());
    let server = Server::sandbox(folder.path());
    shop::open(&mut server.client(), 1_440, 100);
    let url = format!("http://{}", server.address);
    fs::write(folder.path().join("short.csv"), "order,buyer\n1,2\n").expect("written");
    fs::write(folder.path().join("bad.toml"), "name = 1").expect("written");
    let closed = "http://127.0.0.1:1";
    for (mapping, at, key, shop, input, code, said) in [
        ("pool.toml", &*url, "sandbox", "s1", "short.csv", 2, "no column"),
        ("pool.toml", &url, "sandbox", "s1", "no-such.csv", 2, "no-such.csv"),
        ("no-such.toml", &url, "sandbox", "s1", "export", 2, "no-such.toml"),
        ("bad.toml", &url, "sandbox", "s1", "export", 2, "bad.toml"),
        ("olist", &url, "sandbox", "s1", "export", 2, "order_items.csv"),
        ("pool.toml", &url, "", "s1", "export", 2, "PROMENADE_API_KEY"),
        ("pool.toml", &url, "wrong", "s1", "export", 1, "unauthorized"),
        ("pool.toml", &url, "sandbox", "s9", "export", 1, "not_found"),
        ("pool.toml", closed, "sandbox", "s1", "export", 1, "did not get through"),
    ] {
        let args = ["intake", "--mapping", mapping, "--server", at, "--shop", shop, input];
        let mut command = program(folder.path(), &args);
        command.env("PROMENADE_API_KEY", key);
        let ended = finish(command);
        assert_eq!(ended.code, Some(code), "{ended:?}");
        assert!(ended.err.contains(said), "{said}: {ended:?}");
    }
    // In Chinese where that is asked for: the service's title, then its own words.
    for (key, shop, said) in
        [("", "s1", "密钥"), ("wrong", "s1", "需要有效的API密钥"), ("sandbox", "s9", "（not_found）")]
    {
        let args =
            ["intake", "--mapping", "pool.toml", "--server", &url, "--shop", shop, "--lang", "zh", "export"];
        let mut command = program(folder.path(), &args);
        command.env("PROMENADE_API_KEY", key);
        let ended = finish(command);
        assert!(ended.err.contains(said), "{said}: {ended:?}");
    }
    let both = [
        "intake",
        "--mapping",
        "pool.toml",
        "--server",
        &url,
        "--store",
        "sqlite:x.db",
        "--shop",
        "s1",
        "export",
    ];
    assert_eq!(run(folder.path(), &both).code, Some(2));
    assert_eq!(orders(folder.path()), 0);
}

/// Orders of an import that does not end at once.
const MANY: usize = 30_000;

/// A form with the mapping and a file of so many orders.
fn form(count: usize) -> Request {
    let (heading, _) = ORDERS.split_once('\n').expect("it has a heading");
    let rows = (0..count).map(|number| {
        let (minute, second) = (number / 60 % 60, number % 60);
        format!(
            "n{number},u{number},2020-10-20T20:{minute:02}:{second:02},,,2020-11-01T00:00:00,tea,1,320.00\n"
        )
    });
    let file: String = rows.collect();
    let part =
        |head: &str, value: &str| format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n");
    let mapping = part("name=\"mapping\"", MAPPING);
    let file = part("name=\"file\"; filename=\"orders.csv\"", &format!("{heading}\n{file}"));
    Request::new("POST", shop::path("imports"))
        .typed("multipart/form-data; boundary=b", format!("{mapping}{file}--b--\r\n"))
}

/// The import as soon as it is so.
#[track_caller]
fn until(client: &mut Client, id: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let import = client.get(shop::path(&format!("imports/{id}")));
        if is_so(&import) {
            return import;
        }
        assert!(begun.elapsed() < 4 * PATIENCE, "it hangs: {import}");
        std::thread::yield_now();
    }
}

/// A-S4-23: what was taken in before the kill is duplicates after it.
#[test]
fn an_import_goes_on_by_itself_after_kill_9() {
    const MANY: usize = 30_000;
    let folder = folder();
    let mut server = Server::sandbox(folder.path());
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    let id =
        client.call(&form(MANY).key("june")).expect(202)["import_id"].as_str().expect("an id").to_owned();
    let second = client.call(&form(3)).expect(202)["import_id"].as_str().expect("an id").to_owned();
    let seen = until(&mut client, &id, |import| import["progress"]["orders"]["created"].as_u64() > Some(0));
    assert_eq!(seen["state"], "running", "{seen}");
    server.kill();
    let taken = orders(folder.path());
    assert!(taken > 0 && taken < MANY, "{taken} of {MANY} before the kill");
    let server = Server::sandbox(folder.path());
    let mut client = server.client();
    let import = until(&mut client, &id, |import| import["finished_at"].is_string());
    assert_eq!(import["state"], "finished", "{import}");
    let count = |what: &str| import["report"]["orders"][what].as_u64().expect("it is counted");
    assert_eq!(count("created") + count("duplicate"), MANY as u64, "{import}");
    assert!(count("duplicate") >= taken as u64 && count("rejected") == 0, "{import}");
    let waited = until(&mut client, &second, |import| import["finished_at"].is_string());
    assert_eq!(waited["report"]["orders"]["duplicate"], 3, "the one that waited went on too");
    assert_eq!(orders(folder.path()), MANY, "what a run without a kill leaves");
    // Under its key it is still the same one, and nothing of the uploads stays.
    let again = client.call(&form(MANY).key("june")).expect(202);
    assert_eq!((again["import_id"].as_str(), again["state"].as_str()), (Some(id.as_str()), Some("finished")));
    let begun = Instant::now();
    while fs::read_dir(folder.path().join("shop.db-imports")).expect("it is there").count() > 0 {
        assert!(begun.elapsed() < PATIENCE, "uploads stay");
        std::thread::yield_now();
    }
    server.terminate();
    let (status, _) = server.ended();
    assert!(status.success());
    assert_eq!(run(folder.path(), &["audit", "--store", "sqlite:shop.db"]).code, Some(0));
}

/// A service that is told to stop waits for no import: it stops at its next batch, and goes on with the next start.
#[test]
fn an_import_holds_up_no_service_that_is_told_to_stop() {
    let folder = folder();
    let server = Server::sandbox(folder.path());
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    let id = client.call(&form(MANY)).expect(202)["import_id"].as_str().expect("an id").to_owned();
    until(&mut client, &id, |import| import["progress"]["orders"]["created"].as_u64() > Some(0));
    let told = Instant::now();
    server.terminate();
    drop(client);
    let (status, _) = server.ended();
    assert!(status.success() && told.elapsed() < Duration::from_secs(10), "{:?}", told.elapsed());
    assert!(orders(folder.path()) < MANY, "it did not wait for the end");
    let server = Server::sandbox(folder.path());
    let import = until(&mut server.client(), &id, |import| import["finished_at"].is_string());
    assert_eq!((import["state"].as_str(), orders(folder.path())), (Some("finished"), MANY), "{import}");
}
