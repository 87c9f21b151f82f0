//! The engine's batches: what each loads and writes.

use crate::{BATCH, Bench, scatter};
use domain::{CouponId, Instant, MessageId, OrderId, ShopId};
use port::{Change, Changes, Keys, OrderRow, Store, Subject};
use std::time::Instant as Watch;
use testkit::build;

impl Bench {
    fn order_id(number: u64) -> OrderId {
        build::id(&format!("o-{number:010}"))
    }

    /// Orders as `order.placed` makes them: order, inbox row and timer.
    pub fn placed(&mut self, from: u64, count: usize) {
        let shop = self.shop.clone();
        let numbers = from..from + count as u64;
        let mut keys = Keys { shops: vec![shop.clone()], ..Keys::default() };
        for number in numbers.clone() {
            keys.orders.push((shop.clone(), Self::order_id(number)));
            keys.inbox.push(build::inbox(&shop, &format!("ev-placed-{number:010}")).0);
        }
        self.run(&keys, |_| {
            let mut changes = Changes::default();
            for number in numbers.clone() {
                let second = i64::try_from(number / 100).expect("the measurement goes on");
                let customer = format!("u-{number:08}");
                let order = build::order(Self::order_id(number).as_str(), &customer, build::at(second));
                changes.inbox.push(build::taken_in(&shop, &format!("ev-placed-{number:010}")));
                let row = OrderRow {
                    order: Box::new(order),
                    wake_at: Some(build::at(second + 1_800)),
                    timeline: build::timeline("order.placed", second),
                };
                changes.orders.push(Change::new((shop.clone(), Self::order_id(number)), row));
            }
            changes.sequences.push((shop.clone(), from));
            changes
        });
    }

    /// Orders, customers and keys in order, or each somewhere else.
    pub fn claims(&mut self, from: u64, at_random: bool) -> usize {
        let shop = self.shop.clone();
        let place = |number, all| {
            if at_random { scatter(number, all) } else { number % all }
        };
        let request_key = |number| request_key(number, at_random);
        let numbers: Vec<u64> = (0..BATCH as u64).map(|n| from + n).collect();
        let mut keys = Keys { shops: vec![shop.clone()], ..Keys::default() };
        for number in &numbers {
            let order = place(*number, self.orders);
            keys.orders.push((shop.clone(), Self::order_id(order)));
            keys.standings.push((shop.clone(), build::id(&format!("u-{:08}", place(*number, 500_000)))));
            keys.requests.push((shop.clone(), request_key(*number)));
        }
        self.run(&keys, |rows| {
            let mut changes = Changes::default();
            let found = rows.orders.into_iter().zip(rows.standings).zip(&numbers);
            for (((_, order), ((_, customer), standing)), number) in found {
                let order = order.expect("the measurement goes on");
                let id: CouponId =
                    build::id(&format!("cp_{:011x}{number:08x}", 0x0181_4a5b_6c00_u64 + number / 100));
                let mut standing = standing.unwrap_or_default();
                standing.count_claim(
                    domain::customer::Counted::Campaign(build::id("c1")),
                    domain::time::CivilDay(19_000),
                );
                changes.standings.push(Change::new((shop.clone(), customer.clone()), standing));
                let coupon = build::coupon(
                    id.as_str(),
                    customer.as_str(),
                    order.order.order_id.as_str(),
                    build::at(9),
                );
                let reply = serde_json::to_string(&coupon).expect("the measurement goes on");
                let request = port::RequestRow { reply, ..build::request("x") };
                changes.requests.push(Change::new((shop.clone(), request_key(*number)), request));
                changes.coupons.push(build::new_coupon(&shop, coupon));
                changes.outbox.push(build::outbox(
                    &shop,
                    &format!("ev_{:011x}{number:08x}", 0x0181_4a5b_6c00_u64 + number / 100),
                    &[],
                ));
                changes.orders.push(moved(&shop, order, 0, "coupon.claimed"));
            }
            changes.counters.push((shop.clone(), build::id("c1"), build::counters(from & 0xff_ffff)));
            changes.sequences.push((shop.clone(), from));
            changes
        });
        BATCH
    }

    /// `payment.succeeded`: inbox row, four entries, order, timer moved.
    pub fn payments(&mut self, from: u64) -> usize {
        let shop = self.shop.clone();
        let count =
            BATCH.min(usize::try_from(self.orders.saturating_sub(from)).expect("the measurement goes on"));
        let numbers: Vec<u64> = (0..count as u64).map(|n| from + n).collect();
        let mut keys = Keys { shops: vec![shop.clone()], ..Keys::default() };
        for number in &numbers {
            keys.orders.push((shop.clone(), Self::order_id(*number)));
            keys.inbox.push(build::inbox(&shop, &format!("ev-paid-{number:010}")).0);
        }
        self.run(&keys, |rows| {
            let mut changes = Changes::default();
            for ((_, row), number) in rows.orders.into_iter().zip(&numbers) {
                let row = row.expect("the measurement goes on");
                changes.inbox.push(build::taken_in(&shop, &format!("ev-paid-{number:010}")));
                changes.entries.extend(build::entries(&shop, &row.order));
                changes.orders.push(moved(&shop, row, 3_600, "payment.succeeded"));
            }
            changes
        });
        count
    }

    /// What is due: the order is moved on, a message and an event come of it.
    pub fn timers(&mut self) -> usize {
        let far = Instant::from_micros(i64::MAX / 2);
        let watch = Watch::now();
        let timers = self.store.due_timers(far, BATCH).expect("the measurement goes on");
        let shop = self.shop.clone();
        let mut keys = Keys { shops: vec![shop.clone()], ..Keys::default() };
        for timer in &timers {
            match &timer.subject {
                Subject::Order(order) => keys.orders.push((shop.clone(), order.clone())),
                Subject::Coupon(coupon) => keys.coupons.push((shop.clone(), coupon.clone())),
                Subject::PresaleStrategy(_)
                | Subject::GiftRun(_)
                | Subject::PoolOrder(_)
                | Subject::Wallet
                | Subject::Sprint(_)
                | Subject::Invitation(_) => {}
            }
        }
        self.load += watch.elapsed().as_secs_f64();
        self.random += 1;
        let round = self.random;
        self.run(&keys, |rows| {
            let mut changes = Changes::default();
            for (at, (_, row)) in rows.orders.into_iter().enumerate() {
                let row = row.expect("the measurement goes on");
                let (order, customer) = (row.order.order_id.as_str(), row.order.customer_id.as_str());
                let id: MessageId = build::id(&format!("m_{round:011x}{at:08x}"));
                changes.messages.push(build::told(build::message(&shop, id.as_str(), order, customer)));
                changes.outbox.push(build::outbox(&shop, &format!("ex_{round:011x}{at:08x}"), &[]));
                changes.orders.push(moved(&shop, row, 86_400, "message.sent"));
            }
            for (_, row) in rows.coupons {
                let mut coupon = row.expect("the measurement goes on");
                let old_wake = coupon.wake_at;
                coupon.expire(coupon.usable_until);
                changes.coupons.push(build::changed_coupon(&shop, coupon, old_wake));
            }
            changes
        });
        timers.len()
    }
}

/// An order to which something happened that puts its timer off.
fn moved(shop: &ShopId, row: OrderRow, seconds: i64, what: &str) -> Change<OrderRow> {
    let (key, old_wake) = ((shop.clone(), row.order.order_id.clone()), row.wake_at);
    let wake_at = old_wake.map(|at| at.plus_seconds(seconds));
    let row = OrderRow { order: row.order, wake_at, timeline: build::timeline(what, 9) };
    Change::of(key, row, old_wake)
}

/// The idempotency key of a claim: one after the other, or anywhere in the tree.
fn request_key(number: u64, at_random: bool) -> String {
    if at_random {
        format!("{:016x}-{number:016x}", number.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    } else {
        format!("key-{number:016x}")
    }
}
