//! Lists: what they do not know is refused by its name, not passed over.

use crate::support::{Request, shop};
use crate::{Case, case, fault, folder, refuse_all, serve};

const LISTS: [&str; 7] = [
    "campaigns",
    "messages",
    "events/parked",
    "risk/customers",
    "coupon-batches",
    "customers/u2/coupons",
    "webhooks/w1/dead-letters",
];

fn get(rest: &str) -> Request {
    Request::get(shop::path(rest))
}

#[test]
fn what_a_list_does_not_know_is_refused_by_name() {
    let mut cases: Vec<Case> = Vec::new();
    for list in LISTS {
        for (query, field) in [
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=-1", "limit"),
            ("limit=many", "limit"),
            ("limit=18446744073709551616", "limit"),
            ("lmit=5", "lmit"),
            ("limit=5&page=2", "page"),
            ("cursor=%20", "cursor"),
            ("cursor=a%0Ab", "cursor"),
        ] {
            cases.push(fault(get(&format!("{list}?{query}")), "invalid_body", field));
        }
    }
    for (rest, field) in [
        ("campaigns?kind=lottery", "kind"),
        ("campaigns?status=open", "status"),
        ("campaigns?statu=running", "statu"),
        ("messages?status=lost", "status"),
        ("messages?order_id=a%0Ab", "order_id"),
        ("messages?customer=u1", "customer"),
        ("messages?cursor=a%2Fb", "cursor"),
        ("campaigns?cursor=a%2Fb", "cursor"),
        ("customers/u2/coupons?status=gone", "status"),
        ("events/parked?cursor=o1", "cursor"),
        ("webhooks/w1/dead-letters?cursor=ev", "cursor"),
    ] {
        cases.push(fault(get(rest), "invalid_body", field));
    }
    cases.push(case(get("campaigns?limit=5&limit=6"), 422, "invalid_body"));
    refuse_all(&cases);
}

#[test]
fn what_a_list_knows_is_taken() {
    let folder = folder();
    let server = serve(folder.path());
    let mut client = server.client();
    for list in LISTS.into_iter().filter(|list| !list.starts_with("webhooks")) {
        for query in ["limit=1", "limit=200", "cursor="] {
            client.call(&get(&format!("{list}?{query}"))).expect(200);
        }
    }
    let first = client.get(shop::path("messages?limit=1"));
    let cursor = first["next_cursor"].as_str().expect("there are more").to_owned();
    let next = client.get(shop::path(&format!("messages?limit=1&cursor={cursor}&status=planned")));
    assert_ne!(first["data"], next["data"]);
}
