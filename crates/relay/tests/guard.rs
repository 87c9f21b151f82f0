//! Where a webhook may connect to: a canary counts the connections that must not be made.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use relay::{AddressGuard, BoxFuture, DeliveryResult, GuardPolicy, HostResolver, WebhookClient};
use support::{Canary, endpoint, loopback_client, loopback_policy};

fn code(policy: &GuardPolicy, url: &str) -> Result<(), &'static str> {
    let guard = AddressGuard::new(policy.clone());
    guard.check_url_syntax(url).map(drop).map_err(relay::GuardError::code)
}

#[test]
fn the_default_policy_decides_by_the_url_alone() {
    let refused = Err("address_not_allowed");
    for (url, expected) in [
        ("https://hooks.example.com/a?b=c", Ok(())),
        ("HTTPS://HOOKS.EXAMPLE.COM:8443", Ok(())),
        ("https://1.1.1.1/", Ok(())),
        ("https://[2606:4700::1111]/", Ok(())),
        ("http://hooks.example.com/", Err("url_scheme_not_allowed")),
        ("ftp://hooks.example.com/", Err("url_scheme_not_allowed")),
        ("file:///etc/passwd", Err("url_scheme_not_allowed")),
        ("gopher://127.0.0.1/", Err("url_scheme_not_allowed")),
        ("hooks.example.com", Err("url_invalid")),
        ("", Err("url_invalid")),
        ("https://", Err("url_invalid")),
        ("https://user@hooks.example.com/", Err("url_invalid")),
        ("https://:secret@hooks.example.com/", Err("url_invalid")),
        ("https://a.1.2.3.4.5/", Err("url_invalid")),
        ("https://hooks.example.com:22/", refused),
        ("https://127.0.0.1/", refused),
        ("https://127.1/", refused),
        ("https://2130706433/", refused),
        ("https://017700000001/", refused),
        ("https://0177.0.0.1/", refused),
        ("https://0x7f000001/", refused),
        ("https://0x7f.0.0.1/", refused),
        ("https://127.0.0.1./", refused),
        ("https://１２７.０.０.１/", refused),
        ("https://%31%32%37.0.0.1/", refused),
        ("https://0/", refused),
        ("https://[::1]/", refused),
        ("https://[::]/", refused),
        ("https://[::ffff:127.0.0.1]/", refused),
        ("https://[::ffff:7f00:1]/", refused),
        ("https://[64:ff9b::127.0.0.1]/", refused),
        ("https://[fd00:ec2::254]/", refused),
        ("https://169.254.169.254/latest/meta-data/", refused),
        ("https://100.100.100.200/", refused),
        ("https://localhost/", refused),
        ("https://LocalHost./", refused),
        ("https://a.localhost/", refused),
    ] {
        assert_eq!(code(&GuardPolicy::default(), url), expected, "{url}");
    }
    let long = format!("https://hooks.example.com/{}", "a".repeat(2_048));
    assert_eq!(code(&GuardPolicy::default(), &long), Err("url_invalid"));
}

#[test]
fn an_allow_entry_opens_what_it_names() {
    let policy = ["10.0.0.0/8", "localhost", "hooks.internal"]
        .into_iter()
        .try_fold(GuardPolicy::default(), GuardPolicy::allow)
        .unwrap();
    let refused = Err("address_not_allowed");
    for (url, expected) in [
        ("https://10.1.2.3:9000/", Ok(())),
        ("https://localhost:9000/", Ok(())),
        ("https://hooks.internal:9000/", Ok(())),
        ("https://a.hooks.internal:9000/", refused),
        ("https://[::ffff:10.1.2.3]/", refused),
        ("https://192.168.1.1/", refused),
        ("http://hooks.internal/", Err("url_scheme_not_allowed")),
    ] {
        assert_eq!(code(&policy, url), expected, "{url}");
    }
}

/// Answers the n-th question with the n-th answer, and every later one with the last.
struct FlippingResolver {
    answers: Vec<Vec<IpAddr>>,
    questions: AtomicUsize,
}

impl FlippingResolver {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().unwrap()).collect();
        Arc::new(Self { answers: answers.iter().map(parse).collect(), questions: AtomicUsize::new(0) })
    }

    fn questions(&self) -> usize {
        self.questions.load(Ordering::SeqCst)
    }
}

impl HostResolver for FlippingResolver {
    fn resolve<'a>(&'a self, _host: &'a str) -> BoxFuture<'a, std::io::Result<Vec<IpAddr>>> {
        let question = self.questions.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers[question.min(self.answers.len() - 1)].clone();
        Box::pin(async move { Ok(answer) })
    }
}

fn retry(reason: &str) -> DeliveryResult {
    DeliveryResult::Retry { reason: reason.to_owned(), retry_after: None }
}

/// A client for http on any port that permits 127.0.0.2 and asks `resolver`.
fn client(resolver: Arc<FlippingResolver>) -> WebhookClient {
    let policy = GuardPolicy { allow_http: true, ports: None, ..GuardPolicy::default() };
    let policy = policy.allow("127.0.0.2").unwrap();
    WebhookClient::try_new(AddressGuard::with_resolver(policy, resolver)).unwrap()
}

const OK_AND_CLOSE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn dns_that_flips_its_answer_reaches_no_canary() {
    let permitted = Canary::answering(([127, 0, 0, 2], 0).into(), OK_AND_CLOSE.to_owned()).await;
    let port = permitted.address.port();
    let canary = Canary::answering(([127, 0, 0, 1], port).into(), OK_AND_CLOSE.to_owned()).await;
    let resolver = FlippingResolver::new(&[&["127.0.0.2"], &["127.0.0.1"]]);
    let client = client(Arc::clone(&resolver));
    let endpoint = endpoint(format!("http://flip.example.com:{port}/"));

    let first = client.deliver(&endpoint, "evt_1", 0, "{}").await;
    assert_eq!(first, DeliveryResult::Delivered { status: 200 });
    assert_eq!(resolver.questions(), 1, "a name is resolved once");

    let second = client.deliver(&endpoint, "evt_1", 0, "{}").await;
    assert_eq!(second, retry("address_not_allowed"));
    assert_eq!((permitted.connections(), canary.connections()), (1, 0));
}

#[tokio::test]
async fn one_refused_address_refuses_the_name() {
    let canary = Canary::silent().await;
    let port = canary.address.port();
    let many = ["1.1.1.1"; 33];
    for answer in [
        &["127.0.0.2", "127.0.0.1"][..],
        &["127.0.0.2", "::ffff:127.0.0.1"],
        &["10.0.0.1"],
        &["169.254.169.254"],
        &["100.100.100.200"],
        &["64:ff9b::7f00:1"],
        &many,
    ] {
        let client = client(FlippingResolver::new(&[answer]));
        let endpoint = endpoint(format!("http://mixed.example.com:{port}/"));
        let result = client.deliver(&endpoint, "evt_1", 0, "{}").await;
        assert_eq!(result, retry("address_not_allowed"), "{answer:?}");
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn a_name_without_an_address_is_not_resolved() {
    let client = client(FlippingResolver::new(&[&[]]));
    let endpoint = endpoint("http://gone.example.com/");
    let result = client.deliver(&endpoint, "evt_1", 0, "{}").await;
    assert_eq!(result, retry("host_not_resolved"));
}

#[tokio::test]
async fn the_forms_of_loopback_make_no_connection() {
    let canary = Canary::silent().await;
    let port = canary.address.port();
    let policy = GuardPolicy { allow_http: true, ports: None, ..GuardPolicy::default() };
    let client = WebhookClient::try_new(AddressGuard::new(policy)).unwrap();
    for host in
        ["127.0.0.1", "127.1", "2130706433", "0177.1", "0x7f000001", "0", "[::ffff:127.0.0.1]", "localhost"]
    {
        let endpoint = endpoint(format!("http://{host}:{port}/"));
        let result = client.deliver(&endpoint, "evt_1", 0, "{}").await;
        assert_eq!(result, retry("address_not_allowed"), "{host}");
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let canary = Canary::silent().await;
    for status in [301, 302, 303, 307, 308] {
        let answer =
            format!("HTTP/1.1 {status} Moved\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", canary.url());
        let receiver = Canary::answering(([127, 0, 0, 1], 0).into(), answer).await;
        let result = loopback_client().deliver(&endpoint(receiver.url()), "evt_1", 0, "{}").await;
        assert_eq!(result, retry(&format!("http_{status}")));
        assert_eq!(receiver.connections(), 1);
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn a_permitted_address_is_delivered_to() {
    let receiver = Canary::answering(([127, 0, 0, 1], 0).into(), OK_AND_CLOSE.to_owned()).await;
    let guard = AddressGuard::new(loopback_policy());
    let client = WebhookClient::try_new(guard).unwrap();
    let endpoint = endpoint(receiver.url());
    let result = client.deliver(&endpoint, "evt_1", 0, "{}").await;
    assert_eq!(result, DeliveryResult::Delivered { status: 200 });
}

/// Runs the test above in a process whose environment names a proxy that nobody answers at.
#[test]
fn the_proxy_of_the_environment_is_not_asked() {
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "a_permitted_address_is_delivered_to"]);
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        child.env(name, "http://127.0.0.1:1");
    }
    child.env_remove("NO_PROXY").env_remove("no_proxy");
    let child = child.output().unwrap();
    // A filter that matches nothing succeeds as well.
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(said.contains("1 passed"), "{said}");
}
