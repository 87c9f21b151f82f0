//! Where webhooks may not go: what a merchant could reach through the service and not otherwise.

use crate::folder;
use crate::support::receiver::Receiver;
use crate::support::{Request, Server, shop};
use serde_json::json;

const REFUSED: [(&str, &str); 20] = [
    ("https://127.0.0.1/hook", "address_not_allowed"),
    ("https://localhost/hook", "address_not_allowed"),
    ("https://api.localhost/hook", "address_not_allowed"),
    ("https://10.0.0.8/hook", "address_not_allowed"),
    ("https://172.16.0.1/hook", "address_not_allowed"),
    ("https://192.168.1.1/hook", "address_not_allowed"),
    ("https://169.254.169.254/latest/meta-data/", "address_not_allowed"),
    ("https://100.100.100.200/latest/meta-data/", "address_not_allowed"),
    ("https://0.0.0.0/hook", "address_not_allowed"),
    ("https://[::1]/hook", "address_not_allowed"),
    ("https://[::ffff:127.0.0.1]/hook", "address_not_allowed"),
    ("https://[fd00::1]/hook", "address_not_allowed"),
    ("https://2130706433/hook", "address_not_allowed"),
    ("https://0x7f.1/hook", "address_not_allowed"),
    ("https://0177.0.0.1/hook", "address_not_allowed"),
    ("https://example.com:22/hook", "address_not_allowed"),
    ("http://example.com/hook", "url_scheme_not_allowed"),
    ("file:///etc/passwd", "url_scheme_not_allowed"),
    ("https://user:secret@example.com/hook", "url_invalid"),
    ("not a url", "url_invalid"),
];

#[test]
fn addresses_inside_the_network_are_refused_unless_allowed() {
    let folder = folder();
    let server = Server::sandbox(folder.path());
    let mut client = server.client();
    client.call(&shop::shop(1_440)).expect(200);
    let canary = Receiver::start();
    let own = canary.url.replace("http:", "https:");
    let cases = REFUSED.into_iter().chain([(own.as_str(), "address_not_allowed")]);
    for (url, code) in cases {
        let asked = Request::post(shop::path("webhooks"), &json!({ "url": url }));
        let answer = client.call(&asked);
        assert_eq!((answer.status, answer.code().as_str()), (422, code), "{url}");
        assert_eq!(answer.json()["violations"][0]["field"], "url", "{url}");
    }
    assert_eq!(client.get(shop::path("webhooks"))["data"], json!([]));
    assert!(canary.is_idle(), "nobody knocked");
    let public = Request::post(shop::path("webhooks"), &json!({ "url": "https://example.com/hook" }));
    client.call(&public).expect(201);
}

/// What one network is allowed does not open the others.
#[test]
fn an_allowed_network_is_the_only_one() {
    let folder = folder();
    let server = Server::start(folder.path(), &["--sandbox", "--webhook-allow", "10.1.0.0/16"]);
    let mut client = server.client();
    client.call(&shop::shop(1_440)).expect(200);
    for (url, status) in [
        ("https://10.1.2.3/hook", 201),
        ("https://10.2.0.1/hook", 422),
        ("https://127.0.0.1/hook", 422),
        ("http://10.1.2.3/hook", 422),
    ] {
        let asked = Request::post(shop::path("webhooks"), &json!({ "url": url }));
        assert_eq!(client.call(&asked).status, status, "{url}");
    }
}
