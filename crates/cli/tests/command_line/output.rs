//! What commands leave behind and say: files whole or not at all, and no complaint about a reader who has gone.

use crate::folder;
use crate::pool::export;
use crate::support::{Server, program, run};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::Stdio;

const POOL: [&str; 6] = ["pool", "--mapping", "pool.toml", "--out", "out", "export"];

/// A list of a former run must not be shipped beside the summary of a later one.
#[test]
fn a_former_list_goes_when_a_run_begins() {
    let folder = folder();
    export(folder.path());
    let out = folder.path().join("out");
    fs::create_dir(&out).expect("a folder");
    let ours =
        ["gift-list.csv", "gift-list.xlsx", "gift-list-tea.csv", "gift-list-a%3Ab.xlsx", "summary.json"];
    let theirs = ["gift-lists.csv", "my-gift-list.csv", "notes.txt", "gift-list.pdf"];
    let put = || {
        for name in ours.iter().chain(&theirs) {
            fs::write(out.join(name), "of yesterday").expect("written");
        }
    };
    let left = |name: &str| fs::read(out.join(name)).ok().map(|bytes| bytes == b"of yesterday");
    put();
    let ended = run(folder.path(), &POOL);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let made: Vec<_> = ours.iter().map(|name| left(name)).collect();
    assert_eq!(made, [Some(false), Some(false), None, None, Some(false)]);
    assert!(theirs.iter().all(|name| left(name) == Some(true)));
    // A run that does not come to its end leaves no list at all.
    put();
    let orders = fs::read_to_string(folder.path().join("export/orders.csv")).expect("it is there");
    fs::write(folder.path().join("export/orders.csv"), orders.replacen("sku", "goods", 1)).expect("written");
    assert_eq!(run(folder.path(), &POOL).code, Some(2));
    assert!(ours.iter().all(|name| left(name).is_none()));
    assert!(theirs.iter().all(|name| left(name) == Some(true)));
    // An input is never taken away.
    fs::write(out.join("gift-list.csv"), &orders).expect("written");
    let ended = run(folder.path(), &["pool", "--mapping", "pool.toml", "--out", "out", "out/gift-list.csv"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert_eq!(fs::read_to_string(out.join("gift-list.csv")).expect("it is there"), orders);
}

#[cfg(unix)]
#[test]
fn no_file_is_written_through_a_link() {
    let folder = folder();
    export(folder.path());
    let (out, other) = (folder.path().join("out"), folder.path().join("theirs"));
    fs::create_dir(&out).expect("a folder");
    fs::write(&other, "theirs").expect("written");
    let names = ["gift-list.csv", "gift-list.xlsx", "summary.json", "bad-rows.csv"];
    for name in names {
        std::os::unix::fs::symlink(&other, out.join(name)).expect("a link");
    }
    assert_eq!(run(folder.path(), &POOL).code, Some(0));
    assert_eq!(fs::read_to_string(&other).expect("it is there"), "theirs");
    assert!(names.iter().all(|name| out.join(name).is_file() && !out.join(name).is_symlink()));
    let left = fs::read_dir(&out).expect("a folder").count();
    assert_eq!(left, names.len(), "nothing half written lies about");
}

fn with_output(folder: &Path, args: &[&str], to: Stdio) -> (Option<i32>, String) {
    let ended = program(folder, args).stdout(to).stderr(Stdio::piped()).output().expect("the program starts");
    (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned())
}

#[test]
fn a_reader_who_has_gone_is_no_error_and_a_full_disk_is() {
    let folder = folder();
    export(folder.path());
    for args in
        [&POOL[..], &["map", "--list"], &["map", "export/orders.csv"], &["openapi"], &["map", "--show", "jd"]]
    {
        to_nobody(folder.path(), args);
        if let Ok(full) = File::options().write(true).open("/dev/full") {
            let (code, err) = with_output(folder.path(), args, full.into());
            assert_eq!(code, Some(1), "{args:?}: {err}");
            assert!(err.contains("cannot write to the standard output"), "{args:?}: {err}");
        }
    }
}

/// A command whose reader has gone ends as it would have.
fn to_nobody(folder: &Path, args: &[&str]) {
    let (reader, writer) = io::pipe().expect("a pipe");
    drop(reader);
    let expected = run(folder, args).code;
    let (code, err) = with_output(folder, args, writer.into());
    assert_eq!(code, expected, "{args:?}: {err}");
    assert!(!err.contains("panicked") && !err.contains("standard output"), "{args:?}: {err}");
}

#[test]
fn every_command_bears_that_its_reader_has_gone() {
    let folder = folder();
    drop(Server::sandbox(folder.path()));
    let store = ["--store", "sqlite:shop.db"];
    for args in [
        &["--help"][..],
        &["serve", "--help"],
        &["serve", "--store", "nowhere"],
        &["audit", store[0], store[1]],
        &["migrate", store[0], store[1]],
        &["backup", store[0], store[1], "--to", "copy.db"],
        &["restore", "--from", "copy.db", "--store", "sqlite:other.db"],
        &["keys", "list"],
    ] {
        to_nobody(folder.path(), args);
    }
    let (reader, writer) = io::pipe().expect("a pipe");
    drop(reader);
    let made = ["keys", "create", "--name", "x"];
    assert_eq!(with_output(folder.path(), &made, writer.into()).0, Some(0));
}

/// A-S4-20: an order that seems to be paid in part is listed and held, and the run says so.
#[test]
fn a_s4_20_orders_that_are_held_are_told() {
    let folder = folder();
    export(folder.path());
    let ended = run(folder.path(), &POOL);
    assert!(ended.code == Some(0) && !ended.out.contains("held"), "{ended:?}");
    let mapping = fs::read_to_string(folder.path().join("pool.toml")).expect("it is there");
    let by_paid =
        mapping.replacen("balance_opens_at = \"{orders.opens}\"", "goods_paid = \"{orders.paid}\"", 1);
    assert_ne!(mapping, by_paid);
    fs::write(folder.path().join("pool.toml"), by_paid).expect("written");
    let orders = |second: &str| {
        let row = |number: u32, paid: &str| {
            format!(
                "{number},u{number},2020-10-20T20:00:0{number},2020-10-20T20:01:0{number},,{paid},tea,1,320.00\n"
            )
        };
        let heading = "order,buyer,ordered,deposit,balance,paid,sku,units,amount\n";
        let text = [
            heading,
            &row(1, "320.00"),
            &row(2, second),
            &row(3, "300.00"),
            &row(4, "320.00"),
            &row(5, "320.00"),
        ]
        .concat();
        fs::write(folder.path().join("export/orders.csv"), text).expect("written");
        let ended = run(folder.path(), &POOL);
        let summary = fs::read_to_string(folder.path().join("out/summary.json")).expect("it was written");
        (ended, summary)
    };
    let (ended, summary) = orders("50.00");
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let told = "looks_partly_paid     1 orders held, say whether they are paid at once: 2\n";
    assert!(ended.out.contains(told) && ended.out.contains("order.single_stage"), "{}", ended.out);
    let summary: serde_json::Value = serde_json::from_str(&summary).expect("JSON");
    let expected = serde_json::json!([{
        "code": "looks_partly_paid", "count": 1, "taking_part": 1,
        "orders": [{ "shop_id": "tea", "order_id": "2" }],
    }]);
    assert_eq!(summary["exceptions"], expected);
    let (ended, summary) = orders("310.00");
    assert!(ended.code == Some(0) && !summary.contains("exceptions"), "{ended:?}");
}
