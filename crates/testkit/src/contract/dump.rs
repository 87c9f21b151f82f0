//! Everything that can be read of a store, as text: what two stores are compared by.

use super::queues::everybody;
use super::{Answer, all, page};
use crate::build::id;
use domain::{
    Instant, ShopId,
    coupon::CouponStatus,
    message::Channel,
    pool::Stage,
    reward::RewardStatus,
    sprint::{Along, PlacesKey},
};
use port::{DeliveryStatus, InvitedAs, Members, MessageFilter, Page, Reader, RewardFilter, WalkKey};
use std::fmt::Write;

/// The shops that are read.
pub const SHOPS: [&str; 2] = ["s1", "s2"];

/// Reads everything, in pages of two rows, as text.
pub fn dump(reader: &dyn Reader) -> String {
    let mut text = format!("{:?} {:?}\n", reader.totals().answer(), reader.sandbox_clock().answer());
    let mut add = |what: &dyn std::fmt::Debug| {
        let _ = writeln!(text, "{what:?}");
    };
    add(&reader.shops(&all()).answer());
    let far = Instant::from_micros(i64::MAX / 2);
    for due in reader.due_receivers(&everybody(far)).answer() {
        add(&(&due, &due.webhook.url, &due.webhook.secrets));
    }
    for channel in [Channel::Push, Channel::Sms, Channel::Wechat] {
        add(&reader.due_dispatches(channel, far, 100).answer());
    }
    add(&reader.due_questions(far, 100).answer());
    for shop in SHOPS.map(id::<ShopId>) {
        add(&(
            reader.shop(&shop).answer(),
            reader.campaigns(&shop).answer(),
            serde_json::to_string(&reader.webhooks(&shop).answer()).unwrap_or_else(|error| panic!("{error}")),
        ));
        let orders = paged(|page| reader.orders(&shop, page).answer(), |row| row.order_id.to_string());
        for order in &orders {
            let order = &order.order_id;
            add(&(reader.timeline(&shop, order).answer(), reader.entries(&shop, order).answer()));
            let filter = MessageFilter { order_id: Some(order.clone()), ..MessageFilter::default() };
            add(&reader.messages(&shop, &filter, &all()).answer());
        }
        add(&orders);
        add(&paged(|page| reader.money_to_return(&shop, page).answer(), |row| row.order_id.to_string()));
        add(&paged(|page| reader.coupons(&shop, page).answer(), |row| row.coupon_id.to_string()));
        add(&paged(
            |page| reader.coupon_conflicts(&shop, page).answer(),
            |row| row.conflict.conflict_id.to_string(),
        ));
        add(&paged(|page| reader.imports(&shop, page).answer(), |row| row.import_id.to_string()));
        add(&of_batches(reader, &shop));
        add(&of_pool(reader, &shop));
        of_rewards(reader, &shop, &mut add);
        of_sprints(reader, &shop, &mut add);
        for (customer, status) in [("u-0", None), ("u-1", Some(CouponStatus::Available))] {
            add(&reader.customer_coupons(&shop, &id(customer), status, &page(None, 3)).answer());
        }
        add(&paged(|page| reader.standings(&shop, page).answer(), |row| row.0.to_string()));
        let messages = |page: &Page| reader.messages(&shop, &MessageFilter::default(), page).answer();
        add(&paged(messages, |row| row.message_id.to_string()));
        add(&paged(|page| reader.parked(&shop, page).answer(), port::Parked::cursor));
        add(&deliveries(reader, &shop));
        add(&paged(|page| reader.outbox(&shop, page).answer(), |row| row.event_id.clone()));
        add(&paged(
            |page| reader.timers(&shop, page).answer(),
            |row| {
                let (kind, subject) = row.subject.parts();
                format!("{}|{kind}|{subject}", row.due_at.micros())
            },
        ));
    }
    text
}

fn of_rewards(reader: &dyn Reader, shop: &ShopId, add: &mut dyn FnMut(&dyn std::fmt::Debug)) {
    for campaign in ["ca-0", "ca-1", "ca-2", "ca-3"].map(id) {
        for status in [None, Some(RewardStatus::Done)] {
            let filter = RewardFilter { status };
            let rewards = |page: &Page| reader.campaign_rewards(shop, &campaign, &filter, page).answer();
            add(&paged(rewards, port::reward_key));
        }
        add(&(
            reader.plays(shop, &campaign, 0, 9).answer(),
            reader.plays(shop, &campaign, 1, 1).answer(),
            reader.last_winners(shop, &campaign, 9).answer(),
            reader.last_winners(shop, &campaign, 1).answer(),
        ));
        add(&reader.book(shop, &campaign).answer().map(|book| (book.given, book.seed.reveal())));
        add(&reader.charter(shop, &campaign).answer().map(|charter| charter.secret.name("rw")));
        let takers = |page: &Page| reader.takers(shop, &campaign, page).answer();
        add(&paged(takers, |(customer, _)| customer.to_string()));
        for customer in ["u-0", "u-1"].map(id) {
            add(&reader.taker(shop, &campaign, &customer).answer());
        }
    }
    for customer in ["u-0", "u-1"].map(id) {
        let rewards = |page: &Page| reader.customer_rewards(shop, &customer, page).answer();
        add(&paged(rewards, |reward| reward.reward_id.to_string()));
    }
}

fn of_sprints(reader: &dyn Reader, shop: &ShopId, add: &mut dyn FnMut(&dyn std::fmt::Debug)) {
    for campaign in ["ca-0", "ca-1"].map(id) {
        add(&reader.sprint(shop, &campaign).answer());
        add(&reader.sprint_invitation(shop, &campaign).answer());
        for like in InvitedAs::ALL {
            let invited = |page: &Page| reader.invited_shops(&campaign, like, page).answer();
            add(&paged(invited, |(shop, _)| shop.to_string()));
            add(&reader.count_invited(&campaign, like).answer());
        }
    }
    add(&reader.sprint_happened(shop, &id("ca-1")).answer());
    let invitations = |page: &Page| reader.sprint_invitations(shop, page).answer();
    add(&paged(invitations, |invitation| invitation.plan.sprint_id.to_string()));
    let (campaign, wave) = (id("ca-1"), id("w1"));
    for which in [Members::All, Members::Late] {
        let members = |page: &Page| reader.sprint_members(shop, (&campaign, &wave), which, page).answer();
        add(&paged(members, |(customer, _)| customer.to_string()));
    }
    for tier in 0..2 {
        let (shop_id, campaign_id, wave_id) = (shop.clone(), campaign.clone(), wave.clone());
        let key = PlacesKey {
            shop_id,
            campaign_id,
            wave_id,
            tier,
            along: Along::Rank,
            after: None,
            skip: 0,
            limit: 9,
        };
        add(&reader.sprint_places(&key).answer());
    }
}

fn deliveries(reader: &dyn Reader, shop: &ShopId) -> Vec<port::Delivery> {
    let statuses = [DeliveryStatus::Pending, DeliveryStatus::Delivered, DeliveryStatus::Dead];
    let of = |status| {
        let rows = |page: &Page| reader.deliveries(shop, &id("w-0"), status, page).answer();
        paged(rows, |row| row.delivery_id.to_string())
    };
    statuses.into_iter().flat_map(of).collect()
}

fn paged<T>(list: impl Fn(&Page) -> Vec<T>, key: impl Fn(&T) -> String) -> Vec<T> {
    let mut rows: Vec<T> = Vec::new();
    loop {
        let next = list(&page(rows.last().map(&key).as_deref(), 2));
        if next.is_empty() {
            return rows;
        }
        rows.extend(next);
        assert!(rows.len() < 10_000, "a list does not end");
    }
}

/// The presale pool.
fn of_pool(reader: &dyn Reader, shop: &ShopId) -> String {
    let mut text = format!("{:?}\n", reader.pool(shop).answer());
    let stages = Stage::ALL.iter().copied().map(Some).chain([None]);
    for stage in stages {
        let orders =
            paged(|page| reader.pool_orders(shop, stage, page).answer(), |row| row.order_id.to_string());
        let _ = writeln!(text, "{stage:?} {orders:?}");
    }
    let _ = writeln!(text, "{:?}", reader.pool_exceptions(shop, &all()).answer());
    for run in 1..=2 {
        let walk = WalkKey { shop_id: shop.clone(), run, after: None, through: i64::MAX, limit: 100 };
        for candidate in reader.walk(&walk).answer() {
            let key = (shop.clone(), run, candidate.key.clone());
            let rank = reader.rank(&key).answer();
            let _ = writeln!(text, "{run} {rank} {candidate:?}");
        }
    }
    text
}

/// Coupon batches, and what hangs on them.
fn of_batches(reader: &dyn Reader, shop: &ShopId) -> String {
    let mut text = String::new();
    let mut add = |what: &dyn std::fmt::Debug| {
        let _ = writeln!(text, "{what:?}");
    };
    let batches =
        paged(|page| reader.batches(shop, page).answer(), |row| row.record.batch.batch_id.to_string());
    for row in &batches {
        let batch = &row.record.batch.batch_id;
        add(&paged(|page| reader.batch_coupons(shop, batch, page).answer(), |row| row.coupon_id.to_string()));
        add(&["u-0", "u-1"].map(|customer| reader.batch_claims(shop, &id(customer), batch).answer()));
    }
    add(&batches);
    add(&["u-0", "u-1"].map(|customer| reader.held(shop, &id(customer)).answer()));
    add(&[6, 7].map(|byte| reader.code(shop, &[byte; 16]).answer()));
    text
}
