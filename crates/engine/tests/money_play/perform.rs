//! Plays a story: as it happened, or with events that come late, twice and out of order.

use super::{see, stage::Shop};
use crate::money_model::{
    CouponEnd, OrderEnd, coupons,
    course::course,
    story::{Minute, Story},
};
use crate::support::{Outcome, at, code, ingest, random::Random};
use domain::order::Refund;
use engine::{EventOutcome, EventResult, Reply};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    Placed(usize),
    Event(usize),
}

impl Told {
    fn order(self, story: &Story) -> usize {
        match self {
            Self::Placed(order) => order,
            Self::Event(index) => story.events[index].order,
        }
    }
}

/// When each thing is told; twice, what came twice.
pub type Plan = Vec<(Minute, Told)>;

/// Everything is told at once when it happens.
pub fn in_time(story: &Story) -> Plan {
    let placed = story.orders.iter().enumerate().map(|(index, order)| (order.placed, 0, Told::Placed(index)));
    let mut plan: Vec<(Minute, usize, Told)> = placed.collect();
    for order in 0..story.orders.len() {
        for (place, event) in story.of(order).into_iter().enumerate() {
            let index =
                story.events.iter().position(|other| std::ptr::eq(other, event)).expect("one of them");
            plan.push((event.at, place + 1, Told::Event(index)));
        }
    }
    plan.sort();
    plan.into_iter().map(|(at, _, told)| (at, told)).collect()
}

/// Some of it is told late, some of it twice; all of it before we look.
pub fn out_of_order(story: &Story, seed: u64) -> Plan {
    let mut random = Random::of(seed);
    let mut plan = Plan::new();
    for (at, told) in in_time(story) {
        for _ in 0..=random.below(2) {
            let late = [0, 0, 3, 30, 600][random.below(5)];
            plan.push((at + late, told));
        }
    }
    // What comes in one minute comes in any order.
    let mut plan: Vec<_> = plan.into_iter().map(|(at, told)| (at, random.next(), told)).collect();
    plan.sort();
    plan.into_iter().map(|(at, _, told)| (at, told)).collect()
}

/// The refund that was answered to whoever asked for it, and is no echo of what events told.
fn answered(answer: &Outcome) -> Option<&Refund> {
    match answer {
        Ok(Reply::Refund { refund }) if refund.answered => Some(refund),
        Ok(_) | Err(_) => None,
    }
}

/// How it ended, told step by step.
struct Seen {
    orders: Vec<OrderEnd>,
    coupons: Vec<CouponEnd>,
    /// By coupon and order.
    below: BTreeMap<(usize, usize), bool>,
    faults: String,
    told: String,
}

fn perform(story: &Story, plan: &Plan) -> Seen {
    let shop = Shop::of(story);
    let mut told = String::new();
    let mut answers: BTreeMap<String, see::Answer> = BTreeMap::new();
    let mut tell = |when: Minute, what: Told| {
        let commands = match what {
            Told::Placed(index) => vec![ingest(&shop.placed(index, &story.orders[index]))],
            Told::Event(index) => shop.event(index, &story.events[index]),
        };
        let mut is_rejected = false;
        for command in commands {
            let answer = shop.run.send(command);
            if let Some(refund) = answered(&answer) {
                let given = see::Answer::of(&shop, what.order(story), refund);
                answers.entry(refund.refund_id.to_string()).or_insert(given);
            }
            let _ = writeln!(told, "  {when} {what:?}: {}", code(&answer));
            let rejected = |result: &EventResult| result.outcome == EventOutcome::Rejected;
            is_rejected |= matches!(&answer, Ok(Reply::Event { result }) if rejected(result));
        }
        is_rejected
    };
    let mut refused = BTreeSet::new();
    for &(when, what) in plan {
        shop.run.advance(at(when).max(shop.run.engine.now()));
        if tell(when, what) {
            refused.insert(what);
        }
    }
    // What was rejected may be sent again, when things have changed.
    for (when, what) in in_time(story).into_iter().filter(|(_, what)| refused.contains(what)) {
        tell(when, what);
    }
    shop.run.advance(at(story.until).max(shop.run.engine.now()));
    let report = shop.run.audit();
    let mut faults = String::new();
    if !report.findings.is_empty() {
        let _ = writeln!(faults, "audit: {:#?}", report.findings);
    }
    for index in 0..story.orders.len() {
        faults.push_str(&see::by_payment(&shop, index));
    }
    for answer in answers.values() {
        faults.push_str(&answer.faults(&shop));
    }
    let orders = (0..story.orders.len()).map(|index| see::order(&shop, story, index)).collect();
    let coupons = (0..story.coupons.len()).map(|index| see::coupon(&shop, index)).collect();
    let pairs =
        (0..story.coupons.len()).flat_map(|coupon| (0..story.orders.len()).map(move |order| (coupon, order)));
    let below = pairs.map(|(coupon, order)| ((coupon, order), see::is_below(&shop, order, coupon))).collect();
    Seen { orders, coupons, below, faults, told }
}

/// Plays it, and says what is wrong with the books, and which answers are not kept.
pub fn play_asked(story: &Story, plan: &Plan) -> Result<(), String> {
    let Seen { faults, told, .. } = perform(story, plan);
    if faults.is_empty() { Ok(()) } else { Err(format!("{faults}told:\n{told}")) }
}

/// Plays it, and says what is not as it must be: as the model says, whatever was heard first.
pub fn play(story: &Story, plan: &Plan) -> Result<(), String> {
    let Seen { orders, coupons: ends, below: of, mut faults, told } = perform(story, plan);
    for (index, seen) in orders.iter().enumerate() {
        let told = course(story, index).end();
        if *seen != told {
            let _ = writeln!(faults, "o{index} ends as\n    {seen:?}, not as\n    {told:?}");
        }
    }
    for (index, (seen, standing)) in ends.iter().zip(coupons::standings(story)).enumerate() {
        if *seen != standing.end {
            let _ = writeln!(faults, "coupon {index} ends as {seen:?}, not as {:?}", standing.end);
        }
        for (order, below) in standing.below {
            if of[&(index, order)] != below {
                let _ = writeln!(faults, "o{order} is told to be below the threshold of {index}: {}", !below);
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(format!("{faults}told:\n{told}")) }
}
