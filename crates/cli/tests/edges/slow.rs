//! Peers that are silent or slow: each is waited for only so long.

use crate::peer::Peer;
use crate::support::{Client, Server};
use crate::{folder, serve};

const SHORT: [&str; 8] =
    ["--head-seconds", "1", "--idle-seconds", "1", "--body-seconds", "1", "--answer-seconds", "1"];
const QUOTE: &str = "POST /v1/shops/s1/quotes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sandbox\r\n";

/// How many connections were ended for that reason.
fn ended(server: &Server, reason: &str) -> u64 {
    let answer = Client::new(&server.address, "").call(&crate::support::Request::get("/metrics")).text();
    let name = format!("promenade_connections_ended_total{{reason=\"{reason}\"}} ");
    let line = answer.lines().find_map(|line| line.strip_prefix(&name));
    line.map_or(0, |count| count.parse().expect("a number"))
}

#[test]
fn a_connection_without_a_request_ends() {
    let folder = folder();
    let server = serve(folder.path(), &SHORT);
    for said in ["", "G", "P", "GET /he", "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ", "PRI * HT"] {
        let mut peer = Peer::new(&server.address);
        peer.say(said);
        assert_eq!(peer.rest(), "", "after {said:?}");
    }
    let mut dripping = Peer::new(&server.address);
    dripping.say("GET /healthz HTTP/1.1\r\nHost: x\r\nX: ");
    assert_eq!(dripping.drip(b"y"), "", "a head that comes byte by byte");
    let mut idle = Peer::new(&server.address);
    assert!(idle.is_served() && idle.is_served());
    assert_eq!(idle.rest(), "", "after an answer");
    let mut next = Peer::new(&server.address);
    assert!(next.is_served());
    next.say("GET /healthz HTTP/1.1\r\nHost: x\r\nX: ");
    assert_eq!(next.drip(b"y"), "", "the head of the next request");
    assert!(ended(&server, "quiet") >= 9);
}

#[test]
fn a_body_that_does_not_come_is_answered_and_ends() {
    let folder = folder();
    let server = serve(folder.path(), &SHORT);
    let length = format!("{QUOTE}Content-Length: 1000\r\n\r\n{{");
    let chunked = format!("{QUOTE}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n");
    for said in [&length, &chunked] {
        let mut stalled = Peer::new(&server.address);
        stalled.say(said);
        let answer = stalled.rest();
        assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("body_too_slow"), "{answer}");
    }
    for (said, drop) in [(&length, &b" "[..]), (&chunked, b"1\r\n \r\n")] {
        let mut dripping = Peer::new(&server.address);
        dripping.say(said);
        let answer = dripping.drip(drop);
        assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("body_too_slow"), "{answer}");
    }
}

/// Uploads are read as they come, by another reader.
#[test]
fn an_upload_that_does_not_come_is_answered_and_ends() {
    let folder = folder();
    let server = serve(folder.path(), &SHORT);
    crate::support::shop::open(&mut server.client(), 1_440, 100);
    let mut peer = Peer::new(&server.address);
    peer.say(
        "POST /v1/shops/s1/imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sandbox\r\nContent-Length: 1000\r\n\
         Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; ",
    );
    let answer = peer.rest();
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("body_too_slow"), "{answer}");
}

/// It asks for more than the buffers between hold, and takes nothing.
#[test]
fn an_answer_that_is_not_taken_ends() {
    let folder = folder();
    let server = serve(folder.path(), &SHORT);
    let mut peer = Peer::new(&server.address);
    let page = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";
    assert!(peer.say(page.repeat(200)));
    while ended(&server, "stalled") + ended(&server, "quiet") == 0 {
        assert!(Peer::new(&server.address).is_served());
    }
    let taken = peer.rest().matches("HTTP/1.1 200").count();
    assert!(taken < 200, "all {taken} came");
}
