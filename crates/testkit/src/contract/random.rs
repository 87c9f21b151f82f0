//! Two stores given the same changes, at random, answer the same in everything that can be read.

use super::{
    Answer, Make,
    dump::{SHOPS, dump},
};
use crate::build::{self, at, id};
use domain::{
    ShopId,
    campaign::sprint::{Answered, Invitation, Plan},
    coupon::Coupon,
    message::{Message, MessageStatus, numbers::NumberKey},
    reward::{Book, Charter, Drawn, Reward, RewardStatus, Secret, Taker},
    sprint::{Along, Happened, Member, PlacesKey, Quarter, Reached, SprintBook},
};
use port::{
    BatchClaims, Before, Change, Changes, DeliveryStatus, DeliveryUpdate, DispatchUpdate, Import,
    ImportState, Keys, OrderRow, Rows, Store, StoreError, StoreErrorKind, Turn,
};
use proptest::prelude::*;
use std::fmt::Write;

/// One thing to change: which table, and small numbers that choose the row and what becomes of it.
type Step = (u8, u8, u8, u8);
/// One transaction: its steps, and whether it is given up at the end.
type Batch = (Vec<Step>, bool);

/// Random sequences of transactions.
pub fn batches() -> impl Strategy<Value = Vec<Batch>> {
    let step = (0..39_u8, 0..4_u8, 0..4_u8, 0..6_u8);
    let batch = (prop::collection::vec(step, 1..8), prop::bool::weighted(0.1));
    prop::collection::vec(batch, 1..24)
}

/// Runs the same batches on two stores and compares every answer.
pub fn same(one: Make<'_>, other: Make<'_>, batches: &[Batch]) {
    let (mut one, mut other) = (one(), other());
    for store in [&mut one, &mut other] {
        super::write(&mut **store, |changes| {
            changes.shops.extend(SHOPS.map(build::shared_shop));
            changes.webhooks.extend(SHOPS.map(|shop| (id(shop), build::webhook("w-0"))));
        });
    }
    for (number, (steps, given_up)) in batches.iter().enumerate() {
        let answers = [&mut one, &mut other].map(|store| {
            let done = run(&mut **store, steps, *given_up, number);
            let timers = store.due_timers(at(10_000), 100).answer();
            format!("{done:?}\n{:?}\n{timers:?}\n{}", store.next_due().answer(), dump(&*store.reader()))
        });
        let [first, second] = answers;
        let different = first.lines().zip(second.lines()).find(|(one, other)| one != other);
        assert_eq!(different, None, "after batch {number}: {steps:?}");
        assert_eq!(first.len(), second.len(), "after batch {number}: {steps:?}");
    }
}

/// What was loaded, or `None` when the store refused it.
fn run(store: &mut dyn Store, steps: &[Step], given_up: bool, number: usize) -> Option<String> {
    let mut loaded = String::new();
    let done = store.transact(&mut |open| {
        for step in steps {
            let mut rows = Rows::default();
            open.load(&keys(*step), &mut rows)?;
            let _ = writeln!(loaded, "{rows:?}");
            open.write(&changes(*step, &rows, number))?;
        }
        if given_up {
            return Err(StoreError::new(StoreErrorKind::Other, "given up"));
        }
        Ok(())
    });
    done.ok().map(|()| loaded)
}

fn shop_of((_, shop, _, _): Step) -> ShopId {
    id(SHOPS[usize::from(shop % 2)])
}

fn keys(step: Step) -> Keys {
    let (shop, number) = (shop_of(step), step.2);
    let own = |name: &str| format!("{name}-{number}");
    Keys {
        shops: vec![shop.clone()],
        orders: vec![(shop.clone(), id(&own("o")))],
        coupons: vec![(shop.clone(), id(&own("cp")))],
        standings: vec![(shop.clone(), id(&own("u")))],
        inbox: vec![build::inbox(&shop, &own("ev")).0],
        parked: vec![(shop.clone(), id(&own("o")))],
        requests: vec![(shop.clone(), own("key"))],
        messages: vec![(shop.clone(), id(&own("m")))],
        batches: vec![(shop.clone(), id(&own("b")))],
        batch_claims: vec![(shop.clone(), id("u-1"), id(&own("b")))],
        pool: super::pool::keys(&shop, number),
        codes: vec![(shop.clone(), [6 + number % 2; 16])],
        redeemers: Vec::new(),
        publishing: Vec::new(),
        rewards: vec![(shop.clone(), id(&own("rw")))],
        books: vec![(shop.clone(), id(&own("ca")))],
        charters: vec![(shop.clone(), id(&own("ca")))],
        takers: vec![(shop.clone(), id("ca-1"), id(&own("u")))],
        conflicts: vec![(shop.clone(), id(&own("cf")))],
        imports: vec![(shop.clone(), id(&own("im")))],
        packs: vec![(shop.clone(), id(&own("pk")))],
        addressees: vec![(shop.clone(), id(&own("u")))],
        numbers: vec![(shop.clone(), NumberKey::of_customer(&id(&own("u"))))],
        sprints: vec![(shop.clone(), id(&own("ca")))],
        members: vec![(shop.clone(), id("ca-1"), id("w1"), id(&own("u")))],
        plans: vec![(shop.clone(), id(&own("ca")))],
        invitations: vec![(shop.clone(), id(&own("ca")))],
        places: vec![places(&shop)],
        early_reports: vec![(shop, own("biz"))],
        undelivered: Vec::new(),
        buyers: Vec::new(),
        sends: false,
    }
}

/// Who has reached the first tier.
fn places(shop: &ShopId) -> PlacesKey {
    PlacesKey {
        shop_id: shop.clone(),
        campaign_id: id("ca-1"),
        wave_id: id("w1"),
        tier: 0,
        along: Along::Rank,
        after: None,
        skip: 0,
        limit: 10,
    }
}

fn changes(step: Step, rows: &Rows, batch: usize) -> Changes {
    let (table, _, number, value) = step;
    let (shop, seconds) = (shop_of(step), i64::from(value));
    let own = |name: &str| format!("{name}-{number}");
    let mut to = Changes::default();
    match table {
        0 => {
            let mut settings = build::shop(shop.as_str());
            settings.push_lead_minutes = u32::from(value);
            to.shops.push(settings.into());
        }
        1 => to.sequences.push((shop, u64::from(value))),
        2 => to.campaigns.push((shop, build::campaign(&own("c")).into())),
        3 => to.counters.push((shop, id(&own("c")), build::counters(u64::from(value)))),
        4..=6 => to.orders.push(order(step, rows)),
        7 | 8 => to.coupons.push(coupon(step, rows)),
        9 => to.standings.push(build::stands(&shop, &own("u"), value.into())),
        10 => to.inbox.push(build::taken_in(&shop, &format!("ev-{number}-{value}"))),
        11 => to.parked.push((shop, id(&own("o")), build::parked(&format!("ev-{value}"), &own("o")))),
        12 => to.unparked.push((shop, id(&own("o")), "platform".into(), format!("ev-{value}"))),
        13 => {
            let key = (shop, format!("key-{number}-{value}"));
            to.requests.push(Change::new(key, build::request("a")));
        }
        14 => {
            let order = domain::order::Order {
                ledger_entries: u32::from(value) * 4,
                ..build::order(&own("o"), "u-1", at(0))
            };
            to.entries.extend(build::entries(&shop, &order));
        }
        15 => to.messages.push(build::told(message(step))),
        16 => to.dispatches.push(build::dispatch(&shop, &own("m"), seconds)),
        17 => {
            let (shop_id, message_id, next_at) = (shop, id(&own("m")), at(seconds));
            to.dispatch_updates.push(match value % 4 {
                0 => DispatchUpdate::Done { shop_id, message_id },
                1 => DispatchUpdate::Ask { shop_id, message_id, at: at(seconds - 60), next_at },
                more => {
                    let before = if more == 2 { Before::NotTaken } else { Before::PerhapsTaken };
                    DispatchUpdate::Retry { shop_id, message_id, attempt: 1, next_at, before }
                }
            });
        }
        19 => to.batches.push((shop, build::batch(&own("b")).into())),
        20 => {
            let counters = domain::coupon::BatchCounters { issued: value.into(), ..Default::default() };
            to.batch_counters.push((shop, id(&own("b")), counters));
        }
        21 => {
            let key = (shop, id("u-1"), id(&own("b")));
            to.batch_claims.push(Change::new(key, BatchClaims(value.into())));
        }
        22 => {
            let coupon_id = (value > 2).then(|| id("cp-1"));
            let code = port::CodeRow { batch_id: id("b-1"), coupon_id };
            to.codes.push(Change::new((shop, [6 + number % 2; 16]), code));
        }
        18 => {
            let event = format!("out-{batch}-{number}-{value}");
            to.outbox.push(build::outbox(&shop, &event, if value < 4 { &["w-0"] } else { &[] }));
        }
        32 => to.imports.push(import(step)),
        33..=35 => of_rewards(step, rows, &mut to),
        36..=38 => of_sprints(step, rows, &mut to),
        24..=31 => super::pool::change(table, &shop, (number, value), &rows.pool, &mut to.pool),
        _ => hooks(step, &mut to),
    }
    to
}

/// Rewards, what their campaigns keep and what customers had.
fn of_rewards(step: Step, rows: &Rows, to: &mut Changes) {
    let (table, _, number, value) = step;
    let shop = shop_of(step);
    match table {
        33 => to.rewards.push(reward(step, rows)),
        34 => {
            let book = Book { given: value.into(), ..Book::new(draw::Seed::from_bytes([number; 32])) };
            let key = (shop, id(&format!("ca-{number}")));
            to.charters.push(Change::new(key.clone(), Charter::new(Secret::from_bytes([value; 32]))));
            to.books.push(Change::new(key, book));
        }
        _ => {
            let taker = Taker { total: value.into(), ..Taker::default() };
            to.takers.push(Change::new((shop, id("ca-1"), id(&format!("u-{number}"))), taker));
        }
    }
}

/// Where a sprint stands with its timer, and who has reached what.
fn of_sprints(step: Step, rows: &Rows, to: &mut Changes) {
    let (table, _, number, value) = step;
    let shop = shop_of(step);
    if table == 38 {
        return of_platforms(step, rows, to);
    }
    if table == 36 {
        let wake_at = (value > 2).then(|| at(i64::from(value)));
        let old_wake = rows.sprints[0].1.as_ref().and_then(|book| book.wake_at);
        let book = SprintBook { wake_at, ..SprintBook::default() };
        to.sprints.push(Change::of((shop, id(&format!("ca-{number}"))), book, old_wake));
        return;
    }
    let sums = Happened { enrolled: 1, spent: i64::from(value), ..Happened::default() };
    to.happened.push(((shop.clone(), id("ca-1"), id("w1"), Quarter(i64::from(number))), sums));
    let reached = (0..value % 3).map(|tier| Reached { tier, qualified_at: at(i64::from(value)) });
    let member = Member { enrolled_at: Some(at(0)), reached: reached.collect(), ..Member::default() };
    let key = (shop, id("ca-1"), id("w1"), id(&format!("u-{number}")));
    to.members.push(Change { is_new: rows.members[0].1.is_none(), ..Change::of(key, member, None) });
}

/// A platform's sprint, and an invitation with its timer.
fn of_platforms(step: Step, rows: &Rows, to: &mut Changes) {
    let (_, _, number, value) = step;
    let (shop, sprint) = (shop_of(step), format!("ca-{number}"));
    let plan = Plan { revision: value.into(), ..build::plan(&sprint) };
    let old_wake = rows.invitations[0].1.as_ref().and_then(|invited| invited.wake_at);
    let wake_at = (value > 2).then(|| at(i64::from(value)));
    let standing = [Answered::Invited, Answered::Accepted, Answered::Declined][usize::from(value % 3)];
    let invitation = Invitation { standing, wake_at, ..Invitation::of(&plan, at(0)) };
    to.plans.push(Change::new((shop.clone(), id(&sprint)), plan));
    to.invitations.push(Change::of((shop, id(&sprint)), invitation, old_wake));
}

/// Two of them want one place in the chain: a store refuses the second.
fn reward(step: Step, rows: &Rows) -> Change<Reward> {
    let (_, _, number, value) = step;
    let reward = build::reward(&format!("rw-{number}"), &format!("o-{number}"), &format!("u-{}", number % 2));
    let drawn = (number > 0).then(|| {
        let n = u64::from(number.min(2));
        let head = draw::Hash::of(&[&[number]]);
        Box::new(Drawn {
            n,
            at: at(5),
            entropy: "t-1".into(),
            r: 7,
            prize_id: "mug".into(),
            head,
            given: None,
        })
    });
    let status = match value % 3 {
        0 => RewardStatus::Offered,
        1 => RewardStatus::Done,
        _ => RewardStatus::Void,
    };
    let listed = drawn.as_ref().filter(|_| value > 2).map(|_| money::Money::from_minor(60_000));
    let row = Reward { drawn, status, listed, ..reward };
    let key = (shop_of(step), row.reward_id.clone());
    Change { is_new: rows.rewards[0].1.is_none(), ..Change::of(key, row, None) }
}

fn import(step: Step) -> Change<Import> {
    let (import, value) = (build::import(&shop_of(step), &format!("im-{}", step.2)), step.3);
    let state = if value > 2 { ImportState::Finished } else { ImportState::Running };
    let finished_at = (value > 2).then(|| at(i64::from(value)));
    build::imported(Import { state, finished_at, ..import })
}

fn hooks((_, _, number, value): Step, to: &mut Changes) {
    let shop = shop_of((0, number, 0, 0));
    let delivery = i64::from(number) * 2 + 1;
    let update = |status| DeliveryUpdate {
        delivery_id: delivery,
        status,
        attempt: 1,
        next_at: at(i64::from(value) * 30),
        reason: Some("503".into()),
    };
    let turn = Turn { free_at: at(i64::from(number) * 20), failures: u32::from(value % 2) };
    to.turns.push((shop.clone(), id("w-0"), turn));
    match value {
        0 => to.delivery_updates.push(update(DeliveryStatus::Pending)),
        1 => to.delivery_updates.push(update(DeliveryStatus::Delivered)),
        2 => to.delivery_updates.push(update(DeliveryStatus::Dead)),
        3 => to.revived.push((shop, id("w-0"), at(33))),
        4 => {
            to.webhooks_removed.push((shop.clone(), id("w-0")));
            to.sandbox_clock = Some(at(i64::from(number)));
        }
        _ => to.webhooks.push((shop, build::webhook("w-0"))),
    }
}

fn message(step: Step) -> Message {
    let (shop, number, value) = (shop_of(step), step.2, step.3);
    let mut message = build::message(&shop, &format!("m-{number}"), &format!("o-{number}"), "u-1");
    if value > 2 {
        (message.status, message.sent_at) = (MessageStatus::Sent, Some(at(i64::from(value))));
    }
    message
}

fn order(step: Step, rows: &Rows) -> Change<OrderRow> {
    let (_, _, number, value) = step;
    let known = rows.orders[0].1.as_ref();
    let mut order = build::order(&format!("o-{number}"), "u-1", at(0));
    if value % 3 == 0 {
        order.state = domain::order::State::Paid { at: at(i64::from(value)) };
    }
    Change {
        key: (shop_of(step), order.order_id.clone()),
        is_new: known.is_none(),
        old_wake: known.and_then(|row| row.wake_at),
        is_beside: false,
        row: OrderRow {
            order: Box::new(order),
            wake_at: (value > 0).then(|| at(i64::from(value))),
            timeline: build::timeline("step", i64::from(value)),
        },
    }
}

fn coupon(step: Step, rows: &Rows) -> Change<Coupon> {
    let (_, _, number, value) = step;
    let known: Option<&Coupon> = rows.coupons[0].1.as_ref();
    let (name, customer) = (format!("cp-{number}"), format!("u-{}", number % 2));
    // Even ones of a campaign, odd ones of a batch.
    let mut coupon = match number % 2 {
        0 => build::coupon(&name, &customer, "o-1", at(0)),
        _ => build::coupon_of("b-1", &name, &customer),
    };
    match value {
        0 | 1 => {}
        2 => coupon.lock(build::lock("o-1", at(9))).expect("a coupon that is available can be locked"),
        3 => coupon.redeem(&id("o-1"), at(8)).expect("a coupon that is live can be used"),
        4 => assert!(coupon.void(at(7))),
        _ => assert!(coupon.expire(coupon.usable_until)),
    }
    let old_wake = known.and_then(|coupon| coupon.wake_at);
    Change { is_new: known.is_none(), ..build::changed_coupon(&shop_of(step), coupon, old_wake) }
}
