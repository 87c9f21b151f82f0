//! Backup while the service works, restore, and what the copy holds.

use crate::folder;
use crate::support::{Client, Server, run, shop};
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Orders placed, and every second one claimed and paid, until told to stop; how many.
fn work(client: &mut Client, stop: &AtomicBool) -> usize {
    for number in 0..10_000 {
        if stop.load(Ordering::SeqCst) {
            return number;
        }
        let (order, customer) = (format!("busy-{number}"), format!("u-{number}"));
        let mut events = vec![shop::placed(&order, &customer, shop::TEN)];
        if number % 2 == 0 {
            events.push(shop::paid(&order, &format!("p-{number}"), None, shop::TEN + 1));
        }
        shop::tell(client, &events);
    }
    panic!("the backup takes longer than 10,000 orders");
}

fn audit_is_clean(folder: &Path, store: &str) {
    let audited = run(folder, &["audit", "--store", store]);
    assert_eq!(audited.code, Some(0), "{audited:?}");
    assert!(audited.out.ends_with("clean\n"), "{audited:?}");
}

/// What the copy must answer as the original did.
fn known(client: &mut Client) -> Vec<Value> {
    let paths = ["orders/o1", "orders/o1/offers", "orders/o1/timeline", "orders/o1/settlement"];
    let paths = paths.into_iter().chain(["campaigns", "customers/u1/coupons"]);
    paths.map(|path| client.get(shop::path(path))).collect()
}

#[test]
fn a_backup_of_a_busy_store_is_whole_and_can_be_restored() {
    let folder = folder();
    let server = Server::sandbox(folder.path());
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    shop::tell(&mut client, &[shop::placed("o1", "u1", shop::TEN)]);
    client.call(&shop::clock(shop::TEN + shop::TRIGGER)).expect(200);
    let coupon = shop::take(&mut client, "o1", "u1");
    let before = known(&mut client);
    let (stop, mut busy) = (AtomicBool::new(false), server.client());
    let backup = ["backup", "--store", "sqlite:shop.db", "--to", "copy.db"];
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| work(&mut busy, &stop));
        for _ in 0..3 {
            let copied = run(folder.path(), &backup);
            assert_eq!(copied.code, Some(0), "{copied:?}");
            assert!(copied.out.contains("backed up"), "{copied:?}");
            audit_is_clean(folder.path(), "sqlite:copy.db");
        }
        stop.store(true, Ordering::SeqCst);
        assert!(worker.join().expect("the work went well") > 0);
    });
    audit_is_clean(folder.path(), "sqlite:shop.db");
    let restore = ["restore", "--from", "copy.db", "--store", "sqlite:new.db"];
    let restored = run(folder.path(), &restore);
    assert_eq!(restored.code, Some(0), "{restored:?}");
    audit_is_clean(folder.path(), "sqlite:new.db");
    let other = Server::start(folder.path(), &["--sandbox", "--store", "sqlite:new.db"]);
    let mut client = other.client();
    assert_eq!(known(&mut client), before);
    let told = shop::tell(&mut client, &[shop::paid("o1", "p1", Some(&coupon), shop::TEN + 20)]);
    assert_eq!(told, ["applied"], "life goes on in the copy");
}

/// A store that is replaced takes nothing of its old self along.
#[test]
fn a_restore_replaces_what_was_there() {
    let folder = folder();
    let mut server = Server::sandbox(folder.path());
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    let backup = ["backup", "--store", "sqlite:shop.db", "--to", "copy.db"];
    assert_eq!(run(folder.path(), &backup).code, Some(0));
    shop::tell(&mut client, &[shop::placed("later", "u1", shop::TEN)]);
    // Killed: its write-ahead log stays beside the file.
    server.kill();
    let restore = ["restore", "--from", "copy.db", "--store", "sqlite:shop.db"];
    let restored = run(folder.path(), &restore);
    assert_eq!(restored.code, Some(0), "{restored:?}");
    audit_is_clean(folder.path(), "sqlite:shop.db");
    let server = Server::sandbox(folder.path());
    let mut client = server.client();
    let order = client.call(&crate::support::Request::get(shop::path("orders/later")));
    assert_eq!(order.code(), "not_found");
    assert_eq!(client.get(shop::path("campaigns"))["data"][0]["campaign_id"], "c1");
}
