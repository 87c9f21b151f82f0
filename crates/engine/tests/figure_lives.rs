//! Random lives of a shop whose campaigns are made while its orders run: orders older than the campaigns, presales, second
//! payments, refunds and cancellations, told late, twice and in no order, with crashes. Beside them a model that reads the
//! orders as they are in the end, by the words of the pages, and knows no figure (A-S2-6, A-S2-21, A-G-8, A-G-17).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::campaign::{Terms, Version, order_promotion::Terms as OrderTerms, promotion::Tier};
use domain::catalog::Scope;
use domain::coupon::{Coupon, CouponStatus};
use domain::event::{Body, OrderEvent};
use domain::holdout::Group;
use domain::order::{Discount, Order, State};
use domain::{CustomerId, Instant};
use engine::{Command, EngineError};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use store_sqlite::SqliteStore;
use support::{
    batch::*,
    faulty::{Faulty, Plan},
    presale::*,
    random::Random,
    rewards::*,
    *,
};

const ORDERS: usize = 24;
const DAY: i64 = 24 * 60;
/// Orders are placed at whole ten minutes and paid within three of them: no payment lies on another side of these.
const MADE: i64 = 3 * DAY - 5;
const STARTS: i64 = 3 * DAY + 5;
const ENDS: i64 = STARTS + 20 * DAY;

/// What is compared with the model.
const FIGURES: [(&str, &str); 21] = [
    ("c1", "treated_orders"),
    ("c1", "treated_paid"),
    ("c1", "holdout_orders"),
    ("c1", "holdout_paid"),
    ("p1", "orders"),
    ("p1", "deposits"),
    ("p1", "balances"),
    ("p1", "paid"),
    ("promo", "orders"),
    ("promo", "saved"),
    ("promo", "paid"),
    ("promo", "refunded"),
    ("r", "orders"),
    ("r", "paid"),
    ("r", "offered"),
    ("r", "withheld"),
    ("r", "saved"),
    ("r", "treated_customers"),
    ("r", "treated_again"),
    ("r", "holdout_customers"),
    ("r", "holdout_again"),
];

fn open(path: &Path, plan: &Plan) -> Run {
    let inner = SqliteStore::open(path).unwrap();
    Run::on(Box::new(Faulty { inner, plan: plan.clone() }))
}

fn set_up(run: Run, percent: bool) -> Run {
    let run = run.that_rewards();
    run.ok(create("c1", &Deal { holdout: 50, ..Deal::default() }));
    let run = run.with_presale(&Offer { sms: false, ..Offer::default() });
    let deal = BatchDeal { quantity: 1_000, per_customer: 50, ..BatchDeal::default() };
    let Command::CreateBatch { batch_id, mut batch, digest } = deal.create("b1") else { unreachable!() };
    if percent {
        let off = domain::campaign::promotion::PercentOff::from_basis_points(1_000);
        batch.benefit = Tier { spend: fen(0), save: None, percent_off: off, cap: Some(fen(100_00)) };
    }
    run.ok(Command::CreateBatch { batch_id, batch, digest });
    run
}

/// The promotion and the rewards, made when orders are there already.
fn make_campaigns(run: &Run) {
    let tier = Tier { spend: fen(50_00), save: Some(fen(5_00)), percent_off: None, cap: None };
    let version = Version {
        name: "promo".into(),
        starts_at: at(STARTS),
        ends_at: at(ENDS),
        scope: Scope::default(),
        terms: Terms::OrderPromotion(OrderTerms { tiers: vec![tier], ..OrderTerms::default() }),
        made_at: at(MADE),
    };
    run.ok(Command::CreateCampaign {
        campaign_id: Some(id("promo")),
        version: Box::new(version),
        publish: true,
        digest: "promo".into(),
    });
    let mut terms = tier_of_coupons();
    terms["holdout_percent"] = json!(50);
    run.rewards_from("r", &terms, at(STARTS));
}

fn tier_of_coupons() -> serde_json::Value {
    tier(&json!({ "kind": "coupon", "batch_id": "b1" }))
}

/// What is told of an order, each event at its own time.
fn told(random: &mut Random, number: usize) -> Vec<OrderEvent> {
    let (name, customer) = (format!("o{number}"), format!("u{}", random.below(5)));
    let ten = |random: &mut Random, from: i64, to: i64| {
        10 * (from / 10 + i64::try_from(random.below(usize::try_from((to - from) / 10).unwrap())).unwrap())
    };
    let named = |discount: &mut Discount, minute: i64| {
        if minute > STARTS {
            discount.id = Some("promo".into());
        }
    };
    if number.is_multiple_of(4) {
        // Deposits from the start on, before the campaigns are made or after; balances within the rewards.
        let placed_at = ten(random, 10, 9 * DAY);
        let balance = ten(random, 250 * 60 + 10, 320 * 60);
        let mut paying = balance_paid(&name, 695_00, &[("order_promotion", 5_00)], at(balance));
        let Body::PaymentSucceeded(paid) = &mut paying.body else { unreachable!() };
        named(&mut paid.discounts[0], balance);
        return vec![
            presale_placed(&name, &customer, at(placed_at)),
            deposit_paid(&name, at(placed_at + 1)),
            paying,
        ];
    }
    let minute =
        ten(random, if number % 4 == 1 { -100 } else { 0 }, if number % 4 == 1 { DAY } else { 24 * DAY });
    let mut placing = placing(&name, &customer);
    if random.below(4) == 0 {
        placing.lines.truncate(1);
        placing.lines[0].quantity = 1;
        (placing.lines[0].unit_price, placing.payable) = (fen(60_00), fen(55_00));
    }
    named(&mut placing.discounts[0], minute);
    let amount = placing.payable.minor();
    let mut events = vec![event(&format!("{name}.placed"), Body::Placed(Box::new(placing)), at(minute))];
    // Some are paid long after: an order that is older than the campaigns is rewarded by them.
    let paid_at = if number % 4 == 1 {
        minute + 2
    } else {
        minute + 2 + 10 * i64::try_from(random.below(140)).unwrap()
    };
    if random.below(8) > 0 {
        events.push(paid(&name, "p", amount, at(paid_at)));
    }
    if random.below(3) == 0 {
        events.push(paid(&name, "q", amount, at(paid_at - 1)));
    }
    match random.below(8) {
        0 => events.push(cancelled(&name, at(minute + 1))),
        1 => events.push(cancelled(&name, at(paid_at + 1))),
        2 | 3 => {
            let back = if random.below(3) == 0 { 1_00 } else { amount };
            let facts = refunding(&name, "r", &support::amount(back));
            events.push(event(&format!("{name}.back"), Body::RefundSucceeded(facts), at(paid_at + 5)));
        }
        _ => {}
    }
    events
}

/// A later order is placed with a coupon that a reward brought, and paid.
fn uses(random: &mut Random, coupon: &Coupon, number: usize, now: Instant) -> Vec<OrderEvent> {
    let name = format!("x{number}");
    let minute = |n: i64| now.plus_minutes(n);
    let mut placing = placed_with(&name, coupon.customer_id.as_str(), coupon, minute(-2));
    let Body::Placed(order) = &mut placing.body else { unreachable!() };
    let off = 1_00 + i64::try_from(random.below(400)).unwrap();
    order.payable = fen(order.payable.minor() + order.discounts[0].amount.minor() - off);
    order.discounts[0].amount = fen(off);
    let payable = order.payable.minor();
    let mut events = vec![placing, paid(&name, "p", payable, minute(-1))];
    if random.below(4) == 0 {
        let facts = refunding(&name, "r", &amount(payable));
        events.push(event(&format!("{name}.back"), Body::RefundSucceeded(facts), minute(-1)));
    }
    events
}

fn paid_at(order: &Order) -> Option<Instant> {
    match order.state {
        State::Paid { at } => Some(at),
        State::Open | State::Cancelled { .. } => None,
    }
}

/// What its discounts took off by that id.
fn took_off(order: &Order, by: &str) -> i64 {
    let balance = order.paid_by().into_iter().flat_map(|payment| &payment.discounts);
    let all = order.discounts.iter().chain(balance.map(|came_off| &came_off.discount));
    all.filter(|discount| discount.id.as_deref() == Some(by)).map(|discount| discount.amount.minor()).sum()
}

/// What the pages say that the figures of each campaign are, by the orders and coupons as they are.
fn model(orders: &[Order], coupons: &[Coupon]) -> BTreeMap<(&'static str, &'static str), i64> {
    let mut sums: BTreeMap<_, i64> = FIGURES.iter().map(|figure| (*figure, 0)).collect();
    let mut add = |campaign, figure, by: i64| *sums.get_mut(&(campaign, figure)).unwrap() += by;
    let given: Vec<&str> =
        coupons.iter().filter(|c| c.batch_id().is_some()).map(|c| c.coupon_id.as_str()).collect();
    for order in orders {
        let (paid, back) = (order.paid().minor(), order.refunded().minor());
        if order.presale.is_some() {
            add("p1", "orders", 1);
            add("p1", "deposits", i64::from(order.deposit_paid_at.is_some()));
            add("p1", "balances", i64::from(paid_at(order).is_some()));
            add("p1", "paid", paid);
        }
        let Some(when) = paid_at(order) else { continue };
        let off = took_off(order, "promo");
        if off > 0 {
            add("promo", "orders", 1);
            add("promo", "saved", off);
            add("promo", "paid", paid);
            add("promo", "refunded", back);
        }
        if back >= paid {
            continue;
        }
        add("r", "saved", given.iter().map(|coupon| took_off(order, coupon)).sum());
        if when >= at(STARTS) && when < at(ENDS) && paid >= 100_00 {
            let is_held = Group::of(&id("r"), &order.customer_id, 50) == Group::Holdout;
            add("r", "orders", 1);
            add("r", "paid", paid);
            add("r", if is_held { "withheld" } else { "offered" }, 1);
        }
    }
    let customers: BTreeSet<&CustomerId> = orders.iter().map(|order| &order.customer_id).collect();
    for customer in customers {
        let own: Vec<&Order> = orders.iter().filter(|order| order.customer_id == *customer).collect();
        if let Some(again) = bought_again(&own) {
            let treated = Group::of(&id("r"), customer, 50) == Group::Treated;
            add("r", if treated { "treated_customers" } else { "holdout_customers" }, 1);
            add("r", if treated { "treated_again" } else { "holdout_again" }, i64::from(again));
        }
        if let Some(was_paid) = recovered(&own) {
            let treated = Group::of(&id("c1"), customer, 50) == Group::Treated;
            add("c1", if treated { "treated_orders" } else { "holdout_orders" }, 1);
            add("c1", if treated { "treated_paid" } else { "holdout_paid" }, i64::from(was_paid));
        }
    }
    sums
}

/// Whether a customer bought again within 30 days; `None` who never came into the comparison.
fn bought_again(own: &[&Order]) -> Option<bool> {
    let comes_in = |order: &&&Order| {
        let in_time = paid_at(order).is_some_and(|when| when >= at(STARTS) && when < at(ENDS));
        in_time && order.paid().minor() >= 100_00
    };
    let first = own.iter().filter(comes_in).min_by_key(|order| (paid_at(order), order.order_id.clone()))?;
    let begins = paid_at(first).unwrap();
    Some(own.iter().any(|other| {
        let when = paid_at(other).filter(|_| other.refunded() < other.paid());
        when.is_some_and(|when| when > begins && when <= begins.plus_hours(24 * 30))
    }))
}

/// Whether the first order that came to be shown a coupon was paid; `None` of who had none.
fn recovered(own: &[&Order]) -> Option<bool> {
    let parted = own.iter().filter_map(|order| {
        let mark = order.recovery.compared.iter().find(|mark| mark.campaign_id.as_str() == "c1")?;
        let ended = match order.state {
            State::Paid { at } | State::Cancelled { at, .. } => at < mark.at,
            State::Open => false,
        };
        (!ended).then_some((mark.at, &order.order_id, paid_at(order).is_some()))
    });
    parted.min().map(|(_, _, was_paid)| was_paid)
}

fn submit(run: &Run, command: Command) -> Result<(), EngineError> {
    run.engine.submit_many_blocking(vec![run.input(command)])?.remove(0).map(drop)
}

/// What is told next: something that has happened by now, at times something that was told before.
fn next(random: &mut Random, events: &mut Vec<OrderEvent>, now: Instant) -> Option<OrderEvent> {
    let happened: Vec<usize> = (0..events.len()).filter(|at| events[*at].occurred_at <= now).collect();
    let place = *happened.get(random.below(happened.len().max(1)))?;
    Some(if random.below(5) == 0 { events[place].clone() } else { events.swap_remove(place) })
}

fn check(run: &Run, what: &str) {
    let report = run.audit();
    assert!(report.findings.is_empty(), "{what}: {:#?}", report.findings);
}

fn live(seed: u64) -> BTreeMap<(&'static str, &'static str), i64> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("life.db");
    let (mut random, faults) = (Random::of(seed), Plan::default());
    let mut run = set_up(open(&path, &faults), seed.is_multiple_of(2));
    let mut events: Vec<OrderEvent> = (0..ORDERS).flat_map(|number| told(&mut random, number)).collect();
    let (mut minute, mut is_made) = (5, false);
    for step in 0..260 {
        let what = format!("seed {seed}, step {step}");
        minute = (minute + 10 * i64::try_from(random.below(40)).unwrap()).min(26 * DAY);
        if !is_made && minute > MADE {
            faults.heal();
            run.advance(at(MADE));
            make_campaigns(&run);
            is_made = true;
        }
        if random.below(12) == 0 {
            faults.crash_soon(&mut random);
        }
        let free = run
            .coupons()
            .into_iter()
            .filter(|c| c.batch_id().is_some() && c.status == CouponStatus::Available);
        let free: Vec<Coupon> = free.collect();
        if random.below(6) == 0
            && let Some(coupon) = free.get(random.below(free.len().max(1)))
        {
            events.extend(uses(&mut random, coupon, step, run.engine.now()));
        }
        let moved = run.engine.advance_blocking(at(minute)).map(drop);
        let told = next(&mut random, &mut events, run.engine.now());
        let done = moved.and_then(|()| told.map_or(Ok(()), |told| submit(&run, ingest(&told))));
        match done {
            Ok(()) | Err(EngineError::Refused(_)) => {}
            Err(EngineError::Stopped) => {
                drop(run);
                faults.heal();
                run = open(&path, &faults);
                check(&run, &what);
            }
            Err(other) => panic!("{what}: {other}"),
        }
    }
    faults.heal();
    run.advance(at(27 * DAY));
    while !events.is_empty() {
        let told = events.swap_remove(random.below(events.len()));
        run.event(&told);
    }
    run.advance(at(100 * DAY));
    let what = format!("seed {seed}, the end");
    check(&run, &what);
    let orders = run.reader().orders(&run.shop, &all()).unwrap();
    let expected = model(&orders, &run.coupons());
    for ((campaign, figure), by) in &expected {
        let counters = run.counters(campaign).as_of(run.engine.now());
        assert_eq!(counters.brought(figure), *by, "{what}: {figure} of {campaign}");
    }
    expected
}

#[test]
fn a_s2_21_a_g_8_a_g_17_figures_are_what_a_plain_reading_of_the_orders_gives() {
    let mut all = BTreeMap::new();
    for seed in 0..u64::from(testkit::seeds(4)) {
        for (figure, by) in live(seed) {
            *all.entry(figure).or_default() += by;
        }
    }
    let never: Vec<_> = all.iter().filter(|(_, by): &(_, &i64)| **by == 0).collect();
    assert!(never.is_empty(), "nothing is shown of {never:?}, in all {all:?}");
}
