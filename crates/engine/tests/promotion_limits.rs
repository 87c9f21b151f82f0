//! Limits of promotions: taken where orders are taken in, given back by cancelled ones, beside a plain recount; whole batches
//! at once, each event twice, on both stores.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    Code,
    campaign::{
        Terms, Version,
        promotion::{
            Limits, OrderTerms, Tier,
            uses::{GIVEN, USES},
        },
    },
    catalog::Scope,
    event::{Body, OrderEvent},
    order::{Order, State},
};
use engine::Command;
use port::Store;
use std::collections::BTreeMap;
use store_memory::MemoryStore;
use store_sqlite::SqliteStore;
use support::*;

const CUSTOMERS: usize = 12;

/// Both stores; the folder is one of theirs.
fn stores() -> (tempfile::TempDir, [Box<dyn Store>; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = SqliteStore::open(&folder.path().join("shop.db")).unwrap();
    (folder, [Box::new(MemoryStore::new()), Box::new(sqlite)])
}

/// Numbers that are the same for a seed.
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
    fn shuffle<T>(&mut self, of: &mut [T]) {
        for last in (1..of.len()).rev() {
            of.swap(last, self.below(last + 1));
        }
    }
}

/// A shop with that promotion.
fn opened(store: Box<dyn Store>, limits: Limits) -> Run {
    let run = Run::on(store);
    run.ok(Command::PutShop(Box::new(shop(run.shop.as_str()))));
    run.ok(limited(limits));
    run
}

fn limited(limits: Limits) -> Command {
    let tier = Tier { spend: fen(0), save: Some(fen(10_00)), percent_off: None, cap: None };
    let terms = OrderTerms { tiers: vec![tier], limits: Some(limits), ..OrderTerms::default() };
    let version = Version {
        name: "Promotion".into(),
        starts_at: START.plus_hours(-24),
        ends_at: START.plus_hours(24 * 60),
        scope: Scope::default(),
        terms: Terms::OrderPromotion(terms),
        made_at: START,
    };
    Command::CreateCampaign {
        campaign_id: Some(id("once")),
        version: Box::new(version),
        publish: true,
        digest: "once".into(),
    }
}

/// An order that names the promotion.
fn naming(order: usize) -> OrderEvent {
    let mut placing = placing(&format!("o{order}"), &format!("u{}", order % CUSTOMERS));
    placing.discounts[0].id = Some("once".into());
    event(&format!("o{order}.placed"), Body::Placed(Box::new(placing)), START)
}

fn codes(order: &Order) -> Vec<Code> {
    order.conflicts.iter().map(|conflict| conflict.code).collect()
}

/// A-G-8: each order takes its part as it comes; whoever comes too late is noted with every limit that it went over.
#[test]
fn a_g_8_limits_are_taken_in_the_order_in_which_orders_come() {
    let (_folder, stores) = stores();
    for store in stores {
        let limits =
            Limits { total: Some(20), per_customer: Some(2), budget: Some(fen(155_00)), ..Limits::default() };
        let run = opened(store, limits);
        run.many((0..40).map(|order| ingest(&naming(order))).collect());
        let (mut uses, mut of) = (0, BTreeMap::<usize, u64>::new());
        for order in 0..40 {
            uses += 1;
            *of.entry(order % CUSTOMERS).or_default() += 1;
            let over = [
                (uses > 20, Code::SoldOut),
                (of[&(order % CUSTOMERS)] > 2, Code::CustomerLimit),
                (uses * 10_00 > 155_00, Code::BudgetSpent),
            ];
            let wanted: Vec<Code> =
                over.into_iter().filter(|(over, _)| *over).map(|(_, code)| code).collect();
            let known = run.reader().order(&run.shop, &id(&format!("o{order}"))).unwrap().unwrap();
            assert_eq!(codes(&known), wanted, "order {order}");
        }
    }
}

/// A-G-17: uses and money are the sum over the orders as they stand, whatever order things come in, each twice.
#[test]
fn a_g_17_what_was_taken_is_the_sum_over_the_orders_that_stand() {
    for seed in 0..6 {
        for keep_on_cancel in [false, true] {
            let (_folder, stores) = stores();
            for store in stores {
                let run = opened(store, Limits { total: Some(9), keep_on_cancel, ..Limits::default() });
                let mut events: Vec<OrderEvent> = (0..30).map(naming).collect();
                events.extend((0..30).step_by(3).map(|order| cancelled(&format!("o{order}"), at(1))));
                events.extend(
                    (0..30)
                        .step_by(4)
                        .map(|order| paid(&format!("o{order}"), &format!("p{order}"), PAYABLE, at(2))),
                );
                events.extend(events.clone());
                let mut draws = Draws(seed);
                draws.shuffle(&mut events);
                while !events.is_empty() {
                    let batch = events.split_off(events.len() - events.len().min(1 + draws.below(8)));
                    run.many(batch.iter().map(ingest).collect());
                }
                recounted(&run, keep_on_cancel);
            }
        }
    }
}

fn recounted(run: &Run, keep_on_cancel: bool) {
    let (mut uses, mut of) = (0, BTreeMap::<String, u64>::new());
    for order in run.reader().orders(&run.shop, &all()).unwrap() {
        let stands = keep_on_cancel || !matches!(order.state, State::Cancelled { .. });
        if stands {
            uses += 1;
            *of.entry(order.customer_id.to_string()).or_default() += 1;
        }
    }
    let row = run.reader().campaign(&run.shop, &id("once")).unwrap().unwrap();
    assert_eq!((row.counters.brought(USES), row.counters.brought(GIVEN)), (uses, uses * 10_00));
    for customer in 0..CUSTOMERS {
        let name = format!("u{customer}");
        let standing = run.reader().standing(&run.shop, &id(&name)).unwrap().unwrap_or_default();
        let known = standing.uses.values().sum::<u64>();
        assert_eq!(known, of.get(&name).copied().unwrap_or(0), "{name}");
    }
}
