//! What was acknowledged, and whether the store still says so.

use super::act::{Act, What};
use crate::support::{Answer, Client, Request, shop};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// What the clients were told about an order.
#[derive(Debug, Default)]
struct Told {
    coupon: Option<String>,
    /// `paid` or `cancelled`, once that was acknowledged.
    state: Option<&'static str>,
}

/// Everything that the clients were told.
#[derive(Debug, Default)]
pub struct Book {
    orders: BTreeMap<String, Told>,
    /// How often each kind of thing happened, to see that the load is what it should be.
    pub seen: BTreeMap<String, u64>,
}

impl Book {
    /// Writes down what an answer acknowledges. A refusal acknowledges nothing.
    pub fn note(&mut self, act: &Act) {
        let Some(answer) = &act.answer else {
            return;
        };
        assert!(matches!(answer.status, 200 | 201 | 409), "{act:?}: {}", answer.text());
        match &act.what {
            What::Claim { order } => {
                self.count("claim", &answer.code());
                if answer.status == 201 {
                    let coupon = answer.json()["coupon_id"].as_str().expect("an id").to_owned();
                    self.coupon(order, &coupon);
                }
            }
            What::Events { events } => {
                let results = answer.json();
                for (event, result) in events.iter().zip(results["results"].as_array().expect("results")) {
                    self.event(event, result["outcome"].as_str().expect("an outcome"));
                }
            }
            What::Start => self.count("start", &answer.code()),
            What::Clock => self.count("clock", &answer.code()),
        }
    }

    fn count(&mut self, what: &str, how: &str) {
        *self.seen.entry(format!("{what} {how}")).or_default() += 1;
    }

    /// An order has this coupon, and never another one.
    fn coupon(&mut self, order: &str, coupon: &str) {
        let told = self.orders.entry(order.to_owned()).or_default();
        let known = told.coupon.get_or_insert_with(|| coupon.to_owned());
        assert_eq!(known, coupon, "{order} was given a second coupon");
    }

    fn event(&mut self, event: &Value, outcome: &str) {
        let kind = event["type"].as_str().expect("a type");
        self.count(kind, outcome);
        if !matches!(outcome, "applied" | "duplicate") {
            return;
        }
        let order = event["data"]["order_id"].as_str().expect("an order");
        let told = self.orders.entry(order.to_owned()).or_default();
        match kind {
            "payment.succeeded" => told.state = Some("paid"),
            "order.cancelled" => told.state = Some("cancelled"),
            _ => {}
        }
    }

    /// Compares all of it with the file: everything acknowledged is there, once; the campaign's
    /// count is that of its coupons and never above its quantity (S0-R19, A-S0-20).
    pub fn compare(&self, file: &Path, quantity: u64) -> u64 {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let db = Connection::open_with_flags(file, flags).expect("the file can be opened");
        let orders = pairs(&db, "SELECT order_id, state FROM orders");
        let coupons = pairs(&db, "SELECT coupon_id, origin_order_id FROM coupons");
        let mut claimed: BTreeMap<&str, &str> = BTreeMap::new();
        for (coupon, order) in &coupons {
            let other = claimed.insert(order, coupon);
            assert_eq!(other, None, "{order} has the coupon {coupon} and another one");
        }
        for (order, told) in &self.orders {
            let state = orders.get(order).map(String::as_str);
            assert!(state.is_some(), "{order} was acknowledged and is lost");
            assert!(told.state.is_none() || told.state == state, "{order}: {told:?}, but {state:?}");
            let coupon = told.coupon.as_deref();
            assert!(
                coupon.is_none() || claimed.get(order.as_str()).copied() == coupon,
                "{order}: {told:?}, but it has {:?}",
                claimed.get(order.as_str())
            );
        }
        let sum = "SELECT sum(issued) FROM counters";
        let issued: i64 = db.query_row(sum, [], |row| row.get(0)).expect("a sum");
        let issued = u64::try_from(issued).expect("a count");
        assert_eq!(issued, coupons.len() as u64, "issued is not what is there");
        assert!(issued <= quantity, "{issued} coupons of {quantity}");
        issued
    }

    /// Sends what was not answered again, with the same ids, and notes what it comes to now.
    pub fn send_again(&mut self, client: &mut Client, act: &mut Act) {
        let answer = client.call(&act.request);
        self.count("sent", "again");
        match &act.what {
            What::Events { .. } | What::Clock => drop(answer.expect(200)),
            What::Claim { order } if answer.code() == "already_claimed" => {
                let offers = client.get(shop::path(&format!("orders/{order}/offers")));
                let coupon = offers["offers"][0]["coupon_id"].as_str().expect("its coupon");
                self.coupon(order, coupon);
            }
            What::Claim { .. } | What::Start => {}
        }
        act.answer = Some(answer);
        self.note(act);
    }
}

fn pairs(db: &Connection, sql: &str) -> BTreeMap<String, String> {
    let mut rows = db.prepare(sql).expect("the table is there");
    let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let rows = rows.expect("the table can be read");
    rows.map(|row| row.expect("a row of text")).collect()
}

/// Asks again what was answered: the answer is the same, or says that it is done (A-G-8).
pub fn ask_again(client: &mut Client, act: &Act) {
    let Some(before) = act.answer.as_ref().filter(|answer| answer.status < 300) else {
        return;
    };
    match &act.what {
        What::Claim { order } => claimed_again(client, act, before, order),
        What::Start => {
            let (before, after) = (before.json(), client.call(&act.request).expect(201));
            for figure in ["payment_id", "amount", "saving"] {
                assert_eq!(before[figure], after[figure], "{act:?}");
            }
        }
        What::Events { events } => {
            let before = before.json();
            let accepted = |index: usize| before["results"][index]["outcome"] != "rejected";
            let after = shop::tell(client, events);
            for (index, outcome) in after.iter().enumerate().filter(|(index, _)| accepted(*index)) {
                assert_eq!(outcome, "duplicate", "{}", events[index]);
            }
        }
        // The clock does not go back.
        What::Clock => {}
    }
}

fn claimed_again(client: &mut Client, act: &Act, before: &Answer, order: &str) {
    let after = client.call(&act.request);
    let has_key = act.request.headers.iter().any(|(name, _)| *name == "idempotency-key");
    if has_key {
        let same = (after.status, &after.body) == (before.status, &before.body);
        assert!(same, "{act:?} is answered {} now", after.text());
    } else {
        let said = ["already_claimed", "order_paid", "order_cancelled"];
        assert!(said.contains(&after.code().as_str()), "{order}: {}", after.text());
    }
    let coupon = before.json();
    let id = coupon["coupon_id"].as_str().expect("it has an id");
    let now = client.call(&Request::get(shop::path(&format!("coupons/{id}"))));
    let now = now.expect(200);
    for figure in ["coupon_id", "customer_id", "order_id", "spend", "save", "usable_from"] {
        assert_eq!(coupon[figure], now[figure], "{order}: the coupon is another one");
    }
}
