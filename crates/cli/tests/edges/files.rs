//! Files that are sent: so many to one key at once, however slowly it takes them.

use crate::http2::{PREFACE, frame};
use crate::peer::Peer;
use crate::support::{Client, Request, run, shop};
use crate::{folder, serve};
use serde_json::json;

/// What one key is sent at once.
const AT_ONCE: u32 = 16;
const HEAD: u8 = 1;

/// GET with a key. The names are those of the static table.
fn get(stream: u32, path: &str, key: &str) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).expect("it is short")], text.as_bytes()].concat();
    let key = text(&format!("Bearer {key}"));
    let head = [&[0x82, 0x86, 0x04], &*text(path), &[0x01, 1, b'x', 0x0f, 0x08], &*key].concat();
    frame(HEAD, 0x5, stream, &head)
}

/// A connection over which files are asked for and none is taken: its windows are shut.
fn asks_and_takes_nothing(address: &str, path: &str, key: &str) -> Peer {
    let mut peer = Peer::new(address);
    let shut = frame(4, 0, 0, &[0, 4, 0, 0, 0, 0]);
    let asked = (0..AT_ONCE).flat_map(|at| get(2 * at + 1, path, key));
    peer.say([PREFACE, &*shut, &*asked.collect::<Vec<u8>>()].concat());
    let mut begun = 0;
    while begun < AT_ONCE {
        let head = peer.exactly(9);
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        peer.exactly(usize::try_from(length).expect("it fits"));
        begun += u32::from(head[3] == HEAD);
    }
    peer
}

#[test]
fn a_key_that_takes_no_file_is_sent_no_more_and_others_are_sent_theirs() {
    let folder = folder();
    let create = |name: &str| {
        run(folder.path(), &["keys", "create", "--keys", "keys.json", "--name", name]).out.trim().to_owned()
    };
    let (slow, other) = (create("slow"), create("other"));
    let server = serve(folder.path(), &["--keys", "keys.json"]);
    let mut client = Client::new(&server.address, &slow);
    shop::open(&mut client, 1_440, 100);
    let batch = json!({
        "batch_id": "b1", "name": "b", "kind": "shop", "spend": 10_000, "save": 800, "quantity": 10,
        "per_customer_limit": 5, "starts_at": shop::at(shop::TEN), "ends_at": "2022-07-10T10:00:00+08:00",
        "funded_by": "merchant",
    });
    client.call(&Request::post(shop::path("coupon-batches"), &batch)).expect(201);
    let path = shop::path("coupon-batches/b1/export");
    let peer = asks_and_takes_nothing(&server.address, &path, &slow);
    let export = Request::get(&path);
    let refused = client.call(&export);
    assert_eq!((refused.status, refused.code().as_str()), (503, "overloaded"), "{}", refused.text());
    assert!(refused.text().contains("at most 16 files"), "{}", refused.text());
    client.get(shop::path("coupon-batches/b1"));
    assert_eq!(Client::new(&server.address, &other).call(&export).status, 200);
    drop(peer);
    while client.call(&export).status != 200 {}
}
