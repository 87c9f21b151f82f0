//! What one key may ask: a rate, told with each answer.

use crate::support::{Client, Request, run};
use crate::{folder, serve};

#[test]
fn a_key_that_asks_too_often_is_told_when_it_may_again() {
    let folder = folder();
    let create = |name: &str| {
        run(folder.path(), &["keys", "create", "--keys", "keys.json", "--name", name]).out.trim().to_owned()
    };
    let (eager, other) = (create("eager"), create("other"));
    let server = serve(folder.path(), &["--keys", "keys.json", "--requests-a-key", "2"]);
    let mut eager = Client::new(&server.address, &eager);
    let clock = Request::get("/v1/sandbox/clock");
    let first = eager.call(&clock);
    let told = |answer: &crate::support::Answer| {
        ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"]
            .map(|name| answer.header(name).map(str::to_owned))
    };
    assert_eq!(first.status, 200);
    assert_eq!(told(&first), ["2", "1", "0"].map(|figure| Some(figure.to_owned())));
    let refused = loop {
        let answer = eager.call(&clock);
        if answer.status != 200 {
            break answer;
        }
    };
    assert_eq!((refused.status, refused.code().as_str()), (429, "too_many_requests"));
    assert_eq!(told(&refused), ["2", "0", "1"].map(|figure| Some(figure.to_owned())));
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    let mut other = Client::new(&server.address, &other);
    assert_eq!(other.call(&clock).status, 200, "another key has a rate of its own");
    assert_eq!(Client::new(&server.address, "").call(&Request::get("/healthz")).status, 200);
    while eager.call(&clock).status != 200 {}
}

#[test]
fn without_a_rate_nothing_is_told() {
    let folder = folder();
    let server = serve(folder.path(), &["--requests-a-key", "0"]);
    let answer = server.client().call(&Request::get("/v1/sandbox/clock"));
    assert_eq!((answer.status, answer.header("ratelimit-limit")), (200, None));
}

/// A setting keeps the figures for keys of the platform that may read.
#[test]
fn figures_can_ask_for_a_key() {
    let folder = folder();
    let create = |args: &[&str]| {
        let made = run(folder.path(), &[&["keys", "create", "--keys", "keys.json", "--name"], args].concat());
        made.out.trim().to_owned()
    };
    let (reads, writes) = (create(&["reads", "--scopes", "read"]), create(&["writes", "--scopes", "events"]));
    let of_a_shop = create(&["of-a-shop", "--shop", "s1"]);
    let server = serve(folder.path(), &["--keys", "keys.json", "--metrics-need-key"]);
    for (key, status) in [("", 401), ("pk_0", 401), (&*writes, 403), (&of_a_shop, 404), (&reads, 200)] {
        let answer = Client::new(&server.address, key).call(&Request::get("/metrics"));
        assert_eq!(answer.status, status, "{}", answer.text());
    }
}
