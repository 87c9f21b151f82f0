//! A full disk: what changes something is answered 507, reading goes on, and when there is room again
//! everything does. It needs a small file system of its own, which only root may mount; without the
//! right to do so there is nothing to fill, and nothing is shown.

use crate::support::{Client, Request, Server, run, shop};
use crate::{case, check, folder};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system in memory; it goes when this does.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Option<Self> {
        fs::create_dir(at).expect("a folder can be made");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=24m", "promenade-test"]);
        let mounted = mount.arg(at).output().is_ok_and(|done| done.status.success());
        mounted.then(|| Self(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Places orders until the disk is full; how many were acknowledged, and the refusal.
fn fill(client: &mut Client, from: usize) -> (usize, crate::support::Answer) {
    for number in from..100_000 {
        let customer = format!("u{number}");
        let placed = |part: usize| shop::placed(&format!("o{number}-{part}"), &customer, shop::TEN);
        let events: Vec<_> = (0..50).map(placed).collect();
        let answer = client.call(&shop::ndjson(&events));
        if answer.status != 200 {
            return (number, answer);
        }
    }
    panic!("the disk does not fill");
}

#[test]
fn a_full_disk_refuses_changes_and_nothing_else() {
    let folder = folder();
    let Some(disk) = SmallDisk::mount(&folder.path().join("disk")) else {
        return;
    };
    // So that what follows soon has no room, whatever the service has laid out for itself.
    let ballast = disk.0.join("ballast");
    let store = ["--sandbox", "--store", "sqlite:disk/shop.db"];
    let server = Server::start(folder.path(), &store);
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    shop::tell(&mut client, &[shop::placed("first", "u", shop::TEN)]);
    client.call(&shop::clock(shop::TEN + 20)).expect(200);
    let offer = shop::offer(&mut client, "first");
    let mut most = 24 << 20;
    while most > 1_024 && fs::write(&ballast, vec![0; most]).is_err() {
        most -= most / 8;
    }
    let (acknowledged, refused) = fill(&mut client, 0);
    let full = case(shop::ndjson(&[]), 507, "storage_full");
    check(&full, &refused);
    for request in [
        shop::claim("first", &offer, "u"),
        shop::start("first", "p1", None),
        shop::shop(1_000),
    ] {
        check(&full, &client.call(&request));
    }
    assert_eq!(client.get(shop::path("orders/first"))["status"], "open");
    assert_eq!(client.call(&Request::get("/readyz")).status, 200, "reading goes on");
    fs::remove_file(&ballast).expect("room is made");
    client.call(&shop::claim("first", &offer, "u")).expect(201);
    client.call(&shop::start("first", "p1", None)).expect(201);
    client.call(&shop::clock(shop::TEN + 40)).expect(200);
    for number in 0..acknowledged {
        for part in 0..50 {
            client.get(shop::path(&format!("orders/o{number}-{part}")));
        }
    }
    let audited = run(folder.path(), &["audit", "--store", "sqlite:disk/shop.db"]);
    assert_eq!(audited.code, Some(0), "{audited:?}");
}
