//! HTTP/2: connections that say nothing, and floods of requests that are taken back at once.

use crate::peer::Peer;
use crate::{folder, serve};

pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("it is short").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// GET of an address, its head in one frame with the stream's end. The names are those of the static table.
fn get(stream: u32, path: &str) -> Vec<u8> {
    let length = u8::try_from(path.len()).expect("it is short");
    let head = [&[0x82, 0x86, 0x04, length], path.as_bytes(), &[0x01, 1, b'x']].concat();
    frame(1, 0x5, stream, &head)
}

#[test]
fn a_connection_that_says_nothing_ends() {
    let folder = folder();
    let server = serve(folder.path(), &["--head-seconds", "1"]);
    let mut peer = Peer::new(&server.address);
    peer.say([PREFACE, &frame(4, 0, 0, &[])].concat());
    peer.rest();
}

#[test]
fn a_flood_of_requests_that_are_taken_back_ends_its_connection_alone() {
    let folder = folder();
    let server = serve(folder.path(), &[]);
    let mut other = Peer::new(&server.address);
    for path in ["/healthz", "/v1/shops/s1", "/openapi.json"] {
        let mut peer = Peer::new(&server.address);
        peer.say([PREFACE, &frame(4, 0, 0, &[])].concat());
        // Refused once the service has closed; until it has read that far, what is sent waits in the system.
        let mut streams = (1..0x4000_0000).step_by(2);
        let flood = |stream| [get(stream, path), frame(3, 0, stream, &8_u32.to_be_bytes())].concat();
        while peer.say(streams.by_ref().take(200).flat_map(flood).collect::<Vec<u8>>()) {
            assert!(streams.len() > 0, "all resets of {path} are taken");
        }
        assert!(other.is_served(), "after {path}");
    }
}
