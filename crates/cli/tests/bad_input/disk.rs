//! A full disk: what changes something is answered 507, reading goes on, and when there is room again
//! everything does. It needs a small file system of its own, which only root may mount; without the
//! right to do so there is nothing to fill, and nothing is shown.

use crate::support::server::program;
use crate::support::{Client, Request, Server, run, shop};
use crate::{case, check, folder};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system in memory; it goes when this does.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Option<Self> {
        fs::create_dir(at).expect("a folder can be made");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=32m", "promenade-test"]);
        let mounted = mount.arg(at).output().is_ok_and(|done| done.status.success());
        mounted.then(|| Self(at.to_owned()))
    }
}

impl SmallDisk {
    /// Takes all room but two MiB, and says in which file.
    fn ballast(&self) -> PathBuf {
        let path = self.0.join("ballast");
        let mut file = fs::File::create(&path).expect("a file can be made");
        let blocks = (0..).take_while(|_| file.write_all(&[0xa5; 4_096]).is_ok());
        let taken = 4_096 * blocks.count() as u64;
        file.set_len(taken - (2 << 20)).expect("it can be shortened");
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Places orders in batches until they do not fit; how many batches were acknowledged.
fn fill(client: &mut Client) -> usize {
    let full = case(shop::ndjson(&[]), 507, "storage_full");
    for number in 0..100_000 {
        let answer = client.call(&shop::ndjson(&batch(number)));
        if answer.status != 200 {
            check(&full, &answer);
            return number;
        }
    }
    panic!("the disk does not fill");
}

fn batch(number: usize) -> Vec<Value> {
    let customer = format!("u{number}");
    let placed = |part: usize| shop::placed(&format!("o{number}-{part}"), &customer, shop::TEN);
    (0..50).map(placed).collect()
}

/// The smallest change until it does not fit either.
fn fill_up(client: &mut Client) {
    let changed = (0..100_000).find(|number| client.call(&shop::shop(1_000 + number % 2)).status != 200);
    assert!(changed.is_some(), "the disk does not fill");
}

/// An upload of so many bytes.
fn upload(bytes: usize) -> Request {
    let mut form = b"--x\r\ncontent-disposition: form-data; name=\"mapping_name\"\r\n\r\nolist\r\n\
        --x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n"
        .to_vec();
    form.resize(form.len() + bytes, b'a');
    form.extend_from_slice(b"\r\n--x--\r\n");
    Request::new("POST", shop::path("imports")).typed("multipart/form-data; boundary=x", form)
}

/// What is uploaded leaves the store its share of the disk; nothing of a refused upload stays.
#[test]
fn an_upload_does_not_take_the_stores_disk() {
    let folder = folder();
    let Some(disk) = SmallDisk::mount(&folder.path().join("disk")) else {
        eprintln!("no small disk can be mounted here, so nothing is shown");
        return;
    };
    let server = Server::start(folder.path(), &["--sandbox", "--store", "sqlite:disk/shop.db"]);
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    let ballast = disk.ballast();
    let refused = client.call(&upload(300 << 10));
    assert_eq!((refused.status, refused.code().as_str()), (507, "storage_full"), "{}", refused.text());
    assert!(refused.text().contains("the store's"), "{}", refused.text());
    let left = fs::read_dir(disk.0.join("shop.db-imports")).expect("the folder of uploads").count();
    assert_eq!(left, 0, "nothing of it stays");
    assert_eq!(shop::tell(&mut client, &batch(0)), ["applied"; 50], "there is room for what is the store's");
    fs::remove_file(&ballast).expect("room is made");
    assert_eq!(client.call(&upload(300 << 10)).code(), "invalid_body", "now it is read, and does not fit");
}

/// The log lies on the disk that is full, and so do the log of the store and its index: every change is refused until
/// there is room, then everything goes on without a restart.
#[test]
fn a_disk_that_is_full_for_the_log_too_heals_by_itself() {
    let folder = folder();
    let Some(disk) = SmallDisk::mount(&folder.path().join("disk")) else {
        eprintln!("no small disk can be mounted here, so nothing is shown");
        return;
    };
    let args = ["serve", "--listen", "127.0.0.1:0", "--sandbox", "--store", "sqlite:disk/shop.db"];
    let mut command = program(folder.path(), &args);
    command.env("RUST_LOG", "http_api=debug");
    let log = fs::File::create(disk.0.join("serve.log")).expect("a log");
    let server = Server::logging_to(command, folder.path(), log);
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    for round in 0..3 {
        let ballast = disk.ballast();
        fill(&mut client);
        fill_up(&mut client);
        let refused = client.call(&shop::shop(2_000));
        check(&case(shop::shop(2_000), 507, "storage_full"), &refused);
        fs::remove_file(&ballast).expect("room is made");
        let order = shop::placed(&format!("after-{round}"), "u", shop::TEN);
        assert_eq!(shop::tell(&mut client, &[order]), ["applied"], "round {round}");
    }
    server.terminate();
    assert!(server.ended().0.success());
    let audited = run(folder.path(), &["audit", "--store", "sqlite:disk/shop.db"]);
    assert_eq!(audited.code, Some(0), "{audited:?}");
}

/// A limit of the size of files, as a quota is one, for which nobody has to be root: the log of the store cannot grow.
#[test]
fn a_file_that_may_not_grow_is_a_full_disk() {
    let folder = folder();
    let inner = program(
        folder.path(),
        &["serve", "--listen", "127.0.0.1:0", "--sandbox", "--store", "sqlite:shop.db"],
    );
    let mut shell = Command::new("sh");
    // In blocks of 512 bytes; the signal that would end the process is ignored.
    shell.args(["-c", "ulimit -S -f 8192; exec \"$@\"", "sh"]);
    shell.arg(inner.get_program()).args(inner.get_args()).current_dir(folder.path()).env("RUST_LOG", "error");
    let server = Server::of(shell, folder.path());
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    let acknowledged = fill(&mut client);
    assert!(acknowledged > 0, "there was room for some");
    assert_eq!(client.call(&Request::get("/readyz")).status, 200);
    server.let_files_grow();
    assert_eq!(shop::tell(&mut client, &batch(acknowledged)), ["applied"; 50]);
    assert_eq!(shop::tell(&mut client, &batch(0)), ["duplicate"; 50]);
}

#[test]
fn a_full_disk_refuses_changes_and_nothing_else() {
    let folder = folder();
    let Some(disk) = SmallDisk::mount(&folder.path().join("disk")) else {
        eprintln!("no small disk can be mounted here, so nothing is shown");
        return;
    };
    let store = ["--sandbox", "--store", "sqlite:disk/shop.db"];
    let server = Server::start(folder.path(), &store);
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    let first = ["first", "second"].map(|order| shop::placed(order, order, shop::TEN));
    assert_eq!(shop::tell(&mut client, &first), ["applied", "applied"]);
    client.call(&shop::clock(shop::TEN + 20)).expect(200);
    let offer = shop::offer(&mut client, "first");
    let ballast = disk.ballast();
    let acknowledged = fill(&mut client);
    assert!(acknowledged > 0, "there was room for some");
    fill_up(&mut client);
    for request in [
        shop::claim("first", &offer, "first"),
        shop::start("first", "p1", None),
        shop::shop(1_002),
        shop::clock(shop::TEN + 40),
        shop::ndjson(&[shop::cancelled("second", shop::TEN + 20)]),
    ] {
        let answer = client.call(&request);
        check(&case(request, 507, "storage_full"), &answer);
    }
    assert_eq!(client.get(shop::path("orders/first"))["status"], "open");
    assert_eq!(client.get(shop::path("campaigns/c1"))["issued"], 0);
    assert_eq!(client.get("/v1/sandbox/clock")["now"], shop::at(shop::TEN + 20));
    assert_eq!(client.call(&Request::get("/readyz")).status, 200);
    fs::remove_file(&ballast).expect("room is made");
    client.call(&shop::claim("first", &offer, "first")).expect(201);
    client.call(&shop::start("first", "p1", None)).expect(201);
    client.call(&shop::clock(shop::TEN + 40)).expect(200);
    for number in 0..acknowledged {
        // What was acknowledged is there; what was refused was not done by half.
        assert_eq!(shop::tell(&mut client, &batch(number)), ["duplicate"; 50]);
    }
    assert_eq!(shop::tell(&mut client, &batch(acknowledged)), ["applied"; 50]);
    let audited = run(folder.path(), &["audit", "--store", "sqlite:disk/shop.db"]);
    assert_eq!(audited.code, Some(0), "{audited:?}");
}
