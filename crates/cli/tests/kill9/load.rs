//! The load: customers, the platform's events and the clock, each on a connection of its own.

use super::act::{Act, Caller, Life, What};
use crate::support::dice::Dice;
use crate::support::shop;
use serde_json::Value;

/// An order as the platform knows it.
#[derive(Debug, Clone)]
pub struct Order {
    pub id: String,
    pub customer: String,
    pub placed_at: i64,
}

/// Who does what in one life; moments are minutes.
#[derive(Debug)]
pub struct Plan {
    /// Their coupons are shown; customers make up their minds.
    pub shown: Vec<Order>,
    /// Batches of orders that are placed meanwhile.
    pub batches: Vec<Vec<Order>>,
    /// Where the clock stops on its way.
    pub stops: Vec<i64>,
    pub dice: Dice,
}

/// Runs the plan until it is done or the process has been killed; what was asked, by whom.
pub fn run(life: &Life, plan: &Plan) -> Vec<Act> {
    let half = plan.shown.len() / 2;
    let (early, late) = plan.shown.split_at(half);
    let until = *plan.stops.last().expect("the clock stops somewhere");
    std::thread::scope(|scope| {
        let customers = [(1, early), (2, late)].map(|(number, orders)| {
            let mut caller = life.caller();
            let mut dice = plan.dice.part(number);
            scope.spawn(move || {
                for order in orders {
                    if customer(&mut caller, &mut dice, order, until).is_none() {
                        break;
                    }
                }
                caller.acts
            })
        });
        let platform = scope.spawn(|| {
            let mut caller = life.caller();
            for batch in &plan.batches {
                place(&mut caller, batch);
                // The platform's queue delivers at least once (A-G-8).
                place(&mut caller, &batch[..2]);
            }
            caller.acts
        });
        let clock = scope.spawn(|| {
            let mut caller = life.caller();
            for stop in &plan.stops {
                caller.act(What::Clock, shop::clock(*stop));
            }
            caller.acts
        });
        let threads = customers.into_iter().chain([platform, clock]);
        let acts = threads.map(|thread| thread.join().expect("a client found a fault"));
        acts.flatten().collect()
    })
}

/// Places orders in one batch of ndjson.
fn place(caller: &mut Caller<'_>, orders: &[Order]) {
    let placed = |order: &Order| shop::placed(&order.id, &order.customer, order.placed_at);
    tell(caller, orders.iter().map(placed).collect());
}

fn tell(caller: &mut Caller<'_>, events: Vec<Value>) -> Option<()> {
    let request = shop::ndjson(&events);
    caller.act(What::Events { events }, request).map(drop)
}

/// One customer and what becomes of the order. `None` when the process has been killed.
fn customer(caller: &mut Caller<'_>, dice: &mut Dice, order: &Order, now: i64) -> Option<()> {
    match dice.below(100) {
        0..8 => tell(caller, vec![shop::cancelled(&order.id, now)]),
        8..16 => pay(caller, dice, order, None, now),
        16..20 => Some(()),
        _ => {
            let shown = caller.look(shop::path(&format!("orders/{}/offers", order.id)))?;
            let Some(offer) = shown["offers"][0]["offer_id"].as_str() else {
                // All coupons are gone, or the order is: paying goes on (S0-R31).
                return pay(caller, dice, order, None, now);
            };
            claim(caller, dice, order, offer, now)
        }
    }
}

fn claim(caller: &mut Caller<'_>, dice: &mut Dice, order: &Order, offer: &str, now: i64) -> Option<()> {
    let mut request = shop::claim(&order.id, offer, &order.customer);
    if dice.chance(50) {
        request = request.key(format!("claim-{}", order.id));
    }
    let what = What::Claim { order: order.id.clone() };
    let answer = caller.act(what.clone(), request.clone())?;
    if dice.chance(20) {
        caller.act(what, request)?;
    }
    if answer.status != 201 {
        return Some(());
    }
    let coupon = answer.json()["coupon_id"].as_str().map(str::to_owned);
    match dice.below(100) {
        0..30 => Some(()),
        30..45 => pay(caller, dice, order, coupon.as_deref(), now),
        _ => {
            let payment = format!("{}-a", order.id);
            let start = shop::start(&order.id, &payment, coupon.as_deref());
            caller.act(What::Start, start)?;
            if dice.chance(30) {
                tell(caller, vec![shop::failed(&order.id, &payment, now)])?;
            }
            pay(caller, dice, order, coupon.as_deref(), now)
        }
    }
}

/// Money comes in, and sometimes the news of it twice.
fn pay(
    caller: &mut Caller<'_>,
    dice: &mut Dice,
    order: &Order,
    coupon: Option<&str>,
    now: i64,
) -> Option<()> {
    let payment = format!("{}-{}", order.id, if dice.chance(50) { 'a' } else { 'b' });
    let event = shop::paid(&order.id, &payment, coupon, now);
    tell(caller, vec![event.clone()])?;
    match dice.below(100) {
        0..30 => tell(caller, vec![event]),
        _ => Some(()),
    }
}
