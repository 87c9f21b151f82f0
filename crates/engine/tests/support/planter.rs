//! A store with an order of every kind, and faults planted into it behind the engine's back.

use super::batch::BatchDeal;
use super::pool::{self, PoolRun};
use super::{Deal, PAYABLE, Run, SAVE, at, cancelled, id, paid, placed, units};
use domain::{
    campaign::{Counters, Terms, Version, presale::Window, promotion::Floor},
    catalog::Scope,
    coupon::Coupon,
    customer::Standing,
    ledger::{Account, Entry, Source},
    message::Message,
    order::Order,
    pool::{Basis, Gap, GiftStrategy, Since, Times},
};
use money::Money;
use port::{Change, Changes, OrderRow, Store};
use store_memory::MemoryStore;

/// A shop with an order of every kind: `open` shows an offer, `claimed` has a coupon, `locked` is
/// being paid, `used` was paid with a coupon, `refunded` went back in part, `undone` was cancelled
/// before its payment, `pushed` was reminded.
pub fn stocked() -> (Run, MemoryStore) {
    let (run, store) = Run::in_memory();
    let run = run.with_campaign(&Deal::default());
    run.ok(floor("cost", "sku-1", 90_00));
    for name in ["open", "claimed", "locked", "used", "refunded", "undone", "pushed"] {
        run.apply(&placed(name, &format!("of.{name}"), at(0)));
    }
    run.advance(at(15));
    for name in ["claimed", "locked", "used", "undone"] {
        run.claim(name);
    }
    let [locked, used] = ["locked", "used"].map(|name| {
        let id = run.order(name).claimed_coupon().cloned();
        run.coupons().into_iter().find(|c| Some(&c.coupon_id) == id.as_ref()).unwrap()
    });
    run.start_payment("used", "pu", Some(&used));
    run.apply(&paid("used", "pu", PAYABLE - SAVE, at(16)));
    run.apply(&paid("refunded", "pr", PAYABLE, at(14)));
    let ask = units("l1", 1);
    run.ok(engine::Command::CreateRefund { order_id: id("refunded"), refund_id: id("r1"), ask });
    run.apply(&paid("undone", "pn", PAYABLE, at(15)));
    run.apply(&cancelled("undone", at(10)));
    // The push goes out before the night: the deadline is ten the next morning.
    run.advance(at(60 * 23));
    run.start_payment("locked", "pl", Some(&locked));
    run.ok(BatchDeal::default().create("b1"));
    run.claim_batch("b1", "of.claimed", 1);
    stock_pool(&run);
    let mut gap = Gap::new("may.csv", None);
    gap.add_unnamed(Since::Always);
    run.ok(engine::Command::NoteGap(Box::new(gap)));
    (run, store)
}

/// A price floor of one SKU, which runs all the time.
fn floor(campaign: &str, sku: &str, minor: i64) -> engine::Command {
    let floor = Floor { sku: id(sku), floor: Money::from_minor(minor), list_price: None };
    let version = Version {
        name: campaign.into(),
        starts_at: at(-100_000),
        ends_at: at(1_000_000),
        scope: Scope::default(),
        terms: Terms::PriceFloor(vec![floor].into()),
        made_at: at(0),
    };
    engine::Command::CreateCampaign {
        campaign_id: Some(id(campaign)),
        version: Box::new(version),
        publish: true,
        digest: String::new(),
    }
}

/// An order in the presale pool that has a gift.
fn stock_pool(run: &Run) {
    let always = Window { starts_at: at(-100_000), ends_at: at(1_000_000) };
    let strategy =
        GiftStrategy { validity: always, activity: always, ..pool::gift("g", Basis::FirstPayment) };
    run.ok(engine::Command::PutGiftStrategy(Box::new(strategy)));
    run.ok(engine::Command::PutGiftStock { sku: id("toy"), quantity: 5 });
    let mut order = pool::order("pooled", "u-pool", "10-20 20:00:00");
    order.times =
        Times { ordered_at: at(0), first_paid_at: Some(at(1)), balance_opens_at: None, ..order.times };
    assert_eq!(run.take(&order), "created");
    run.submit("pooled");
    assert_eq!(run.gifts("pooled"), ["toy"]);
}

/// What is needed to plant a fault.
pub struct Planter {
    pub run: Run,
    store: MemoryStore,
}

impl Planter {
    /// Of a run and a second handle on its store.
    pub fn of(run: Run, store: MemoryStore) -> Self {
        Self { run, store }
    }
    pub fn write(&mut self, changes: &Changes) {
        self.store.transact(&mut |tx| tx.write(changes)).unwrap();
    }
    pub fn order(&mut self, name: &str, doctor: impl FnOnce(&mut Order)) {
        let mut order = self.run.order(name);
        doctor(&mut order);
        self.put_order(order, |_| {});
    }
    pub fn put_order(&mut self, order: Order, doctor: impl FnOnce(&mut Change<OrderRow>)) {
        let key = (self.run.shop.clone(), order.order_id.clone());
        let row = OrderRow { order: Box::new(order), wake_at: None, timeline: String::new() };
        let mut change = Change::of(key, row, None);
        doctor(&mut change);
        self.write(&Changes { orders: vec![change], ..Changes::default() });
    }
    pub fn coupon(&mut self, name: &str, doctor: impl FnOnce(&mut Change<Coupon>)) {
        let id = self.run.order(name).claimed_coupon().cloned().unwrap();
        let coupon = self.run.reader().coupon(&self.run.shop, &id).unwrap().unwrap();
        let old_wake = coupon.wake_at;
        let mut change = Change::of((self.run.shop.clone(), id), coupon, old_wake);
        doctor(&mut change);
        self.write(&Changes { coupons: vec![change], ..Changes::default() });
    }
    /// Changes the pool's settings and what its orders hold.
    pub fn pool(&mut self, doctor: impl FnOnce(&port::PoolRow, &mut port::PoolChanges)) {
        let row = self.run.reader().pool(&self.run.shop).unwrap();
        let mut changes = Changes::default();
        doctor(&row, &mut changes.pool);
        self.write(&changes);
    }
    pub fn counters(&mut self, doctor: impl FnOnce(&mut Counters)) {
        self.counters_of("c1", doctor);
    }
    pub fn counters_of(&mut self, campaign: &str, doctor: impl FnOnce(&mut Counters)) {
        let mut counters = self.run.counters(campaign);
        doctor(&mut counters);
        self.write(&Changes {
            counters: vec![(self.run.shop.clone(), id(campaign), counters)],
            ..Changes::default()
        });
    }
    pub fn standing(&mut self, customer: &str, doctor: impl FnOnce(&mut Standing)) {
        let customer = id(customer);
        let found = self.run.reader().standing(&self.run.shop, &customer).unwrap();
        let mut standing = found.unwrap_or_default();
        doctor(&mut standing);
        self.write(&Changes {
            standings: vec![Change::new((self.run.shop.clone(), customer), standing)],
            ..Changes::default()
        });
    }
    pub fn entry(&mut self, name: &str, account: Account, minor: i64) {
        let mut order = self.run.order(name);
        let entry = Entry {
            shop_id: self.run.shop.clone(),
            order_id: order.order_id.clone(),
            number: order.ledger_entries,
            account,
            amount: Money::from_minor(minor),
            reason: "planted".into(),
            funded_by: None,
            at: at(0),
            booked: None,
            source: Source::default(),
        };
        order.ledger_entries += 1;
        self.put_order(order, |_| {});
        self.write(&Changes { entries: vec![entry], ..Changes::default() });
    }
    pub fn message(&mut self, doctor: impl FnOnce(&mut Message)) {
        let mut message = self.run.messages("pushed").pop().unwrap();
        let before = message.message_id.clone();
        doctor(&mut message);
        let is_new = message.message_id != before;
        let key = (message.shop_id.clone(), message.message_id.clone());
        self.write(&Changes {
            messages: vec![Change { is_new, ..Change::new(key, message) }],
            ..Changes::default()
        });
    }
}

/// Plants a fault into a fresh store; the auditor has to find it, with that subject and no other.
pub fn finds(check: &str, subject: &str, plant: impl FnOnce(&mut Planter)) {
    let (run, store) = stocked();
    let mut planter = Planter { run, store };
    plant(&mut planter);
    let report = planter.run.audit();
    let named = report.findings.iter().any(|f| f.check == check && f.subject.starts_with(subject));
    assert!(named, "{check} of {subject} is not among {:#?}", report.findings);
    let others = report.findings.iter().filter(|f| f.shop != planter.run.shop);
    assert_eq!(others.count(), 0);
    for finding in &report.findings {
        assert!(!finding.detail.is_empty() && !finding.subject.is_empty());
    }
}
