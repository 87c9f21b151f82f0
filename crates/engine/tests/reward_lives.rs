//! Random lives of orders in a shop with campaigns of rewards, on `SQLite`, with doubled, late and shuffled events,
//! refunds, cancellations and crashes; beside them a model that knows only what was told (S2-R04 to R08, A-S2-5 to 7,
//! A-S2-15, A-S2-16).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::campaign::{Action, post_payment::Do};
use domain::coupon::CouponStatus;
use domain::event::{Body, OrderEvent};
use domain::order::{Order, State};
use domain::reward::{ActionKind, Answers, Drawn, Reward, RewardStatus};
use domain::{OrderId, RewardId};
use engine::{Command, EngineError, Reply};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use store_sqlite::SqliteStore;
use support::{
    batch::*,
    faulty::{Faults, Faulty, Plan},
    random::Random,
    rewards::*,
    *,
};

/// Orders of a life; the urn has fewer tickets.
const ORDERS: usize = 16;
const TICKETS: u64 = 10;
const CAMPAIGNS: [&str; 4] = ["coupon", "urn", "odds", "survey"];

fn open(path: &Path, plan: &Plan) -> Run {
    let inner = SqliteStore::open(path).unwrap();
    Run::on(Box::new(Faulty { inner, plan: plan.clone() }))
}

fn set_up(run: Run) -> Run {
    let run = run.that_rewards();
    run.ok(BatchDeal { quantity: 12, per_customer: 50, ..BatchDeal::default() }.create("b1"));
    run.advance(at(0));
    let urn = json!([
        { "prize_id": "cup", "name": "cup", "kind": "goods", "sku": "CUP", "value": 3_900, "stock": 1 },
        { "prize_id": "c", "name": "c", "kind": "coupon", "batch_id": "b1", "value": 500, "stock": 3 },
        { "prize_id": "none", "name": "none", "kind": "none", "stock": TICKETS - 4 },
    ]);
    let odds = json!([
        { "prize_id": "tv", "name": "tv", "kind": "goods", "sku": "TV", "value": 90_000, "stock": 2, "odds": 400_000,
          "fallback": "c" },
        { "prize_id": "c", "name": "c", "kind": "coupon", "batch_id": "b1", "value": 500, "stock": 3, "odds": 300_000,
          "fallback": "none" },
        { "prize_id": "none", "name": "none", "kind": "none", "odds": 300_000 },
    ]);
    let question = json!([{ "question_id": "q", "text": "q", "kind": "single", "options": ["a", "b"] }]);
    run.rewards("coupon", &tier(&json!({ "kind": "coupon", "batch_id": "b1" })));
    run.rewards("urn", &tier(&drawing("urn", &urn)));
    run.rewards("odds", &tier(&drawing("odds", &odds)));
    run.rewards("survey", &tier(&json!({ "kind": "survey", "batch_id": "b1", "questions": question })));
    run
}

/// What was told of an order: each event once, in no order. A fifth of the orders costs too little.
fn told(random: &mut Random, number: usize) -> Vec<OrderEvent> {
    let (name, customer) = (format!("o{number}"), format!("u{}", random.below(6)));
    let minute = i64::try_from(10 + 10 * number).unwrap();
    let mut placing = placing(&name, &customer);
    let is_small = number % 5 == 4;
    if is_small {
        placing.lines.truncate(1);
        placing.lines[0].quantity = 1;
        (placing.lines[0].unit_price, placing.payable) = (fen(60_00), fen(55_00));
    }
    let amount = placing.payable.minor();
    let mut paying = paying(&name, "p", amount);
    let mut events = vec![event(&format!("{name}.placed"), Body::Placed(Box::new(placing)), at(minute))];
    // The payment is told twice at times: without its transaction id first.
    if random.below(3) > 0 {
        events.push(event(&format!("{name}.paid"), Body::PaymentSucceeded(paying.clone()), at(minute + 2)));
    }
    paying.transaction_id = Some(id(&format!("t.{name}")));
    events.push(event(&format!("{name}.paid.again"), Body::PaymentSucceeded(paying), at(minute + 2)));
    match random.below(6) {
        0 => events.push(cancelled(&name, at(minute + 1))),
        1 => events.push(cancelled(&name, at(minute + 3))),
        _ => {}
    }
    events
}

/// What the model remembers.
#[derive(Default)]
struct Model {
    /// What a play showed first.
    shown: BTreeMap<RewardId, (Option<Drawn>, Option<String>)>,
    plays: usize,
}

impl Model {
    fn note(&mut self, reply: Reply, what: &str) {
        let played = played(reply);
        let drawn = played.reward.drawn.as_deref().cloned();
        let prize = played.prize.map(|prize| format!("{prize:?}"));
        let id = played.reward.reward_id;
        match self.shown.get(&id) {
            Some(first) => assert_eq!(*first, (drawn, prize), "{what}: {id} shows another"),
            None => drop(self.shown.insert(id, (drawn, prize))),
        }
        self.plays += 1;
    }
}

/// By its events alone: whether an order is paid, and its money has not all gone back.
fn stands(order: &Order) -> bool {
    matches!(order.state, State::Paid { .. }) && order.refunded() < order.paid()
}

fn orders(run: &Run) -> Vec<Order> {
    run.reader().orders(&run.shop, &all()).unwrap()
}

/// Everything that holds whatever was told.
fn check(run: &Run, what: &str) {
    let orders: BTreeMap<OrderId, Order> = orders(run).into_iter().map(|o| (o.order_id.clone(), o)).collect();
    let coupons: BTreeMap<_, _> = run.coupons().into_iter().map(|c| (c.coupon_id.clone(), c)).collect();
    for campaign in CAMPAIGNS {
        let rewards = run.rewards_of(campaign);
        let of: BTreeSet<&OrderId> = rewards.iter().map(|reward| &reward.order_id).collect();
        assert_eq!(of.len(), rewards.len(), "{what}: {campaign} rewards an order twice");
        for reward in &rewards {
            let order = &orders[&reward.order_id];
            assert!(
                order.paid() >= fen(100_00) || !stands(order),
                "{what}: {reward:?} for {:?}",
                order.paid()
            );
            assert_eq!(
                reward.status == RewardStatus::Void,
                !stands(order),
                "{what}: {reward:?} of {:?}",
                order.state
            );
            let Some(coupon) = reward.coupon_id.as_ref().map(|id| &coupons[id]) else { continue };
            let is_gone = coupon.status == CouponStatus::Void;
            let is_free = coupon.status == CouponStatus::Available;
            assert!(
                !(stands(order) && is_gone || !stands(order) && is_free),
                "{what}: {coupon:?} of {reward:?}"
            );
        }
        drawn(run, campaign, &rewards, what);
    }
    let report = run.audit();
    assert!(report.findings.is_empty(), "{what}: {:#?}", report.findings);
}

/// No prize above its stock, no place twice and none left out.
fn drawn(run: &Run, campaign: &str, rewards: &[Reward], what: &str) {
    let Some(announced) = run.announced(campaign) else { return };
    let drawn: Vec<&Drawn> = rewards.iter().filter_map(|reward| reward.drawn.as_deref()).collect();
    let places: BTreeSet<u64> = drawn.iter().map(|drawn| drawn.n).collect();
    assert_eq!(places, (1..=drawn.len() as u64).collect(), "{what}: {campaign}");
    for prize in &announced.notice().unwrap().table.prizes {
        let given = drawn.iter().filter(|drawn| drawn.prize_id == prize.prize_id).count() as u64;
        assert!(
            prize.stock.is_none_or(|stock| given <= stock),
            "{what}: {given} of {campaign} {}",
            prize.prize_id
        );
    }
}

/// Each order that stands and paid enough has a reward of each campaign, or the reason why not.
fn complete(run: &Run, what: &str) {
    for order in orders(run) {
        let expected = stands(&order) && order.paid() >= fen(100_00);
        let of = order.rewards.iter().map(|own| own.campaign_id.as_str());
        let of: BTreeSet<&str> = of.collect();
        if expected {
            assert_eq!(of, CAMPAIGNS.into(), "{what}: {}", order.order_id);
        }
        assert!(of.is_empty() || of == CAMPAIGNS.into(), "{what}: {} has {of:?}", order.order_id);
    }
    let urn = run.book_of("urn").drawing.unwrap();
    let all = orders(run).into_iter().flat_map(|order| order.rewards);
    let sold_out =
        all.filter(|own| own.campaign_id.as_str() == "urn" && own.code == Some(domain::Code::SoldOut));
    assert!(sold_out.count() == 0 || urn.standing.plays == TICKETS, "{what}: sold out with tickets left");
}

fn submit(run: &Run, command: Command) -> Result<Reply, EngineError> {
    run.engine.submit_many_blocking(vec![run.input(command)])?.remove(0)
}

/// What is done next: an event, a refund, a play, or an order that is placed with a reward.
fn next(run: &Run, random: &mut Random, events: &mut Vec<OrderEvent>, step: usize) -> Option<Command> {
    let name = format!("o{}", random.below(ORDERS));
    match random.below(8) {
        0..=3 if !events.is_empty() => {
            let at = random.below(events.len());
            // A quarter is told again some time.
            let told = if random.below(4) == 0 { events[at].clone() } else { events.swap_remove(at) };
            Some(ingest(&told))
        }
        4 => {
            let ask = if random.below(2) == 0 {
                amount(1_00)
            } else {
                domain::order::RefundAsk { amount: None, ..amount(1) }
            };
            Some(Command::CreateRefund { order_id: id(&name), refund_id: id(&format!("r{step}")), ask })
        }
        5 => {
            let coupons = run.coupons();
            let free: Vec<_> = coupons.iter().filter(|c| c.status == CouponStatus::Available).collect();
            let coupon = free.get(random.below(free.len().max(1)))?;
            let customer = coupon.customer_id.to_string();
            let later = placed_with(&format!("x{step}"), &customer, coupon, run.engine.now());
            Some(ingest(&later))
        }
        _ => {
            let campaign = CAMPAIGNS[random.below(CAMPAIGNS.len())];
            let reward = run.reward_of(&name, campaign)?;
            let answers: Answers = match reward.action {
                ActionKind::Survey => serde_json::from_value(json!({ "q": "a" })).unwrap(),
                ActionKind::Coupon | ActionKind::ScratchCard | ActionKind::Draw => Answers::new(),
            };
            Some(playing(&reward, answers))
        }
    }
}

fn live(seed: u64) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("life.db");
    let (mut random, faults, mut model) = (Random::of(seed), Plan::default(), Model::default());
    // What is loaded ahead saves time and no more: every second life goes on without half of it.
    faults.lock().forgets = seed % 2 == 1;
    let mut run = set_up(open(&path, &faults));
    let mut events: Vec<OrderEvent> = (0..ORDERS).flat_map(|number| told(&mut random, number)).collect();
    run.advance(at(600));
    for step in 0..220 {
        let what = format!("seed {seed}, step {step}");
        if random.below(10) == 0 {
            faults.crash_soon(&mut random);
        }
        let Some(command) = next(&run, &mut random, &mut events, step) else { continue };
        let plays = matches!(&command, Command::Act(Action::PostPayment(Do::Play { .. })));
        match submit(&run, command) {
            Ok(reply) if plays => model.note(reply, &what),
            Ok(_) | Err(EngineError::Refused(_)) => {}
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
    for told in events {
        run.ok(ingest(&told));
    }
    let what = format!("seed {seed}, the end");
    check(&run, &what);
    complete(&run, &what);
    let Faults { forgets, forgotten, .. } = *faults.lock();
    assert_eq!(forgets, forgotten > 0, "{what}: {forgotten} rows were forgotten");
    model.plays
}

#[test]
fn a_s2_6_a_s2_15_rewards_hold_in_any_life() {
    let plays: usize = (0..u64::from(testkit::seeds(6))).map(live).sum();
    assert!(plays > 50, "only {plays} plays");
}
