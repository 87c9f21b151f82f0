//! Large bodies: who may not send them is told before they come, and a refusal is seen by whoever is still sending.

use crate::peer::Peer;
use crate::support::{Client, Request, run, shop};
use crate::{folder, serve};

const MIB: usize = 1 << 20;

/// One byte more than an address takes is refused, and what it takes is read.
#[test]
fn each_address_has_a_limit_and_the_client_sees_it() {
    let folder = folder();
    let server = serve(folder.path(), &[]);
    let mut client = server.client();
    shop::open(&mut client, 1_440, 100);
    for (address, kind, most) in [
        ("events", "application/x-ndjson", 16 * MIB),
        ("shop-orders", "application/x-ndjson", 16 * MIB),
        ("campaigns/c1/scope/import", "text/csv", 16 * MIB),
        ("campaigns", "application/json", 4 * MIB),
        ("coupon-batches", "application/json", 4 * MIB),
        ("quotes", "application/json", 4 * MIB),
        ("pool-orders/submit", "application/json", 4 * MIB),
        ("orders/o1/refunds", "application/json", 4 * MIB),
        ("orders/o1/payments", "application/json", MIB / 16),
        ("webhooks", "application/json", MIB / 16),
    ] {
        let asked = Request::new("POST", shop::path(address)).typed(kind, vec![b' '; most + 1]);
        let answer = client.call(&asked);
        assert_eq!((answer.status, answer.code().as_str()), (413, "body_too_large"), "{address}");
        assert_eq!(answer.json()["detail"], format!("at most {most} bytes"), "{address}");
        let fits = Request::new("POST", shop::path(address)).typed(kind, vec![b' '; most]);
        assert_ne!(client.call(&fits).status, 413, "{address}");
    }
}

/// Chunks tell no length: what comes is counted.
#[test]
fn a_body_without_an_end_is_refused_at_its_limit() {
    let folder = folder();
    let server = serve(folder.path(), &[]);
    let mut peer = Peer::new(&server.address);
    peer.say(
        "POST /v1/shops/s1/quotes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sandbox\r\n\
         Transfer-Encoding: chunked\r\n\r\n",
    );
    let chunk = [&b"10000\r\n"[..], &vec![b' '; 0x1_0000], b"\r\n"].concat();
    while peer.say(&chunk) {}
    let answer = peer.rest();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(Peer::new(&server.address).is_served());
}

/// A key is looked at first: a body that was announced and never comes is not waited for.
#[test]
fn who_may_not_is_told_before_the_body_comes() {
    let folder = folder();
    let create = |name: &str, scopes: &str| {
        let args = ["keys", "create", "--keys", "keys.json", "--name", name, "--scopes", scopes];
        run(folder.path(), &args).out.trim().to_owned()
    };
    let (reads, writes) = (create("reads", "read"), create("writes", "events"));
    let server = serve(folder.path(), &["--keys", "keys.json"]);
    for (key, address, status) in [
        ("pk_0", "quotes", 401),
        (&*writes, "quotes", 403),
        (&reads, "events", 403),
        (&reads, "shop-orders", 403),
        (&reads, "imports", 403),
        (&reads, "campaigns", 403),
        (&reads, "campaigns/c1/scope/import", 403),
        (&reads, "coupon-batches/b1/import", 403),
        (&reads, "pool-orders/submit", 403),
        (&reads, "orders/o1/refunds", 403),
        (&writes, "webhooks", 403),
        (&writes, "webhooks/w1/rotate-secret", 403),
    ] {
        let mut peer = Peer::new(&server.address);
        peer.say(format!(
            "POST /v1/shops/s1/{address} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
        ));
        let answer = peer.answer();
        assert!(answer.starts_with(&format!("http/1.1 {status} ")), "{address}: {answer}");
    }
    // Who is still sending sees it too.
    let large =
        Request::new("POST", shop::path("events")).typed("application/x-ndjson", vec![b' '; 20 * MIB]);
    assert_eq!(Client::new(&server.address, &reads).call(&large).status, 403);
}
