//! Values of the domain for tests: sound ones, with the names given and every other field chosen.

mod pool;
mod rows;

pub use pool::{candidate, gap, gift, place, pool_order, presale, run};
pub use rows::{
    announced, changed_coupon, changed_wallet, conflict, conflicts_with, dispatch, entries, handing, import,
    imported, inbox, new_coupon, outbox, parked, request, reward, stands, taken_in, timeline, told, webhook,
};

use domain::{
    CampaignId, CouponId, CustomerId, Instant, OrderId, ShopId,
    campaign::{
        Campaign, Counters, Terms, Version,
        promotion::Tier,
        recovery,
        sprint::{AwardBy, Conditions, Plan, PlanTier, Remark, TierRule},
    },
    catalog::{Category, Scope},
    coupon::{
        Batch, BatchRecord, Bind, Coupon, CouponKind, CouponStatus, FromBatch, FromOffer, Lock, Origin,
    },
    customer::{Counted, Standing},
    event::{Body, OrderEvent, OrderNamed, Placed, PlacedLine},
    message::{self, Channel, Message, MessageStatus},
    order::{self, Discount, Goods, Method, Order, OrderKind, Party, Payment, PaymentStatus, Source, Stage},
    shop::{Shop, ShopKind},
    sprint::{CountsFrom, Wave},
    time::{CivilDay, Window},
};
use money::Money;
use std::str::FromStr;
use std::sync::Arc;

/// An id, or any other value, from text that is one.
///
/// ```
/// let order: domain::OrderId = testkit::build::id("o-1");
/// assert_eq!(order.as_str(), "o-1");
/// ```
pub fn id<T: FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text} is no id"))
}

/// The moment at which tests begin: 2022-06-10T10:00:00+08:00.
pub const fn start() -> Instant {
    Instant::from_micros(1_654_826_400_000_000)
}

/// So many seconds after [`start`].
pub const fn at(seconds: i64) -> Instant {
    start().plus_seconds(seconds)
}

/// A shop with every default.
pub fn shop(shop_id: &str) -> Shop {
    Shop::with_defaults(id(shop_id), format!("Shop {shop_id}"), ShopKind::Sop)
}

/// What the platform says of a placed order: two lines, a discount of 10.00 from the merchant, 1 from
/// the platform, freight; 295.00 to pay.
pub fn placed(order_id: &str, customer_id: &str) -> Placed {
    let line = |line_id: &str, sku: &str, quantity, minor| PlacedLine {
        line_id: id(line_id),
        sku: id(sku),
        title: None,
        categories: ["appliances", "kitchen", "kettles"]
            .iter()
            .filter_map(|name| Category::try_new(name))
            .collect(),
        quantity,
        unit_price: Money::from_minor(minor),
        presale_campaign_id: None,
    };
    let discount = |kind: &str, minor, funded_by| Discount {
        kind: kind.into(),
        id: None,
        amount: Money::from_minor(minor),
        funded_by,
        lines: Vec::new(),
    };
    Placed {
        order_id: id(order_id),
        customer_id: id(customer_id),
        source: Source::App,
        kind: OrderKind::Normal,
        goods: Goods::Physical,
        lines: vec![line("l1", "sku-1001", 2, 10_000), line("l2", "sku-1002", 1, 10_000)],
        discounts: vec![
            discount("order_promotion", 1_000, Party::Merchant),
            discount("beans", 100, Party::Platform),
        ],
        freight: Money::from_minor(600),
        payable: Money::from_minor(29_500),
        cancel_at: None,
        checkout_id: None,
    }
}

/// An order placed at that moment, open.
pub fn order(order_id: &str, customer_id: &str, placed_at: Instant) -> Order {
    let placed = placed(order_id, customer_id);
    order::place(&shop("any"), &placed, placed_at).unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// A payment that was not taken: 100.00 by Alipay, so many seconds after the start.
pub fn late(payment_id: &str, seconds: i64) -> Payment {
    Payment {
        payment_id: id(payment_id),
        stage: Stage::Full,
        method: Method::Alipay,
        coupon_id: None,
        started_with: None,
        locked_until: None,
        checkout_id: None,
        amount: Money::from_minor(10_000),
        saving: Money::ZERO,
        shares: Vec::new(),
        discounts: Vec::new(),
        offered: None,
        transaction_id: None,
        status: PaymentStatus::Late,
        at: at(seconds),
    }
}

/// A published recovery campaign: 20.00 off from 200.00, shown after 30 minutes, 1,000 coupons.
pub fn campaign(campaign_id: &str) -> Campaign {
    let version = Version {
        name: format!("Campaign {campaign_id}"),
        starts_at: start(),
        ends_at: start().plus_hours(24 * 30),
        scope: Scope::default(),
        terms: Terms::Recovery(recovery::Terms {
            trigger_after_minutes: 30,
            spend: Money::from_minor(20_000),
            save: Money::from_minor(20_00),
            quantity: 1_000,
            coupon_valid_hours: 48,
            bind: Bind::OriginOrder,
            frequency_scope: recovery::FrequencyScope::Campaign,
            holdout_percent: 0,
            holdout_planned_orders: 5_000,
            holdout_precision_points: 10,
        }),
        made_at: start().plus_hours(-4),
    };
    Campaign {
        campaign_id: id::<CampaignId>(campaign_id),
        created_at: start().plus_hours(-4),
        published_at: Some(start().plus_hours(-3)),
        closed_at: None,
        versions: vec![version],
        revised_at: Vec::new(),
        in_force: Vec::new(),
        request_digest: String::new(),
    }
}

/// Figures after so many claims.
pub fn counters(issued: u64) -> Counters {
    Counters { covered: issued * 3, displayed: issued * 2, issued, available: issued, ..Counters::default() }
}

/// An available coupon, claimed at that moment for an order.
pub fn coupon(coupon_id: &str, customer_id: &str, order_id: &str, claimed_at: Instant) -> Coupon {
    let usable_until = claimed_at.plus_hours(48);
    Coupon {
        coupon_id: id::<CouponId>(coupon_id),
        origin: Origin::Offer(FromOffer {
            campaign_id: id("c1"),
            version: 1,
            bind: Bind::OriginOrder,
            origin_order_id: id::<OrderId>(order_id),
            allow_baitiao: true,
        }),
        customer_id: id::<CustomerId>(customer_id),
        spend: Money::from_minor(20_000),
        save: Money::from_minor(20_00),
        claimed_at,
        usable_until,
        status: CouponStatus::Available,
        lock: None,
        used_on: None,
        also_on: Vec::new(),
        named_by: Vec::new(),
        forfeited_at: None,
        ended_at: None,
        wake_at: Some(usable_until),
    }
}

/// A batch: 5.00 off from 20.00 for the whole shop, ten coupons, two a customer, for 30 days.
pub fn batch(batch_id: &str) -> BatchRecord {
    let batch = Batch {
        batch_id: id(batch_id),
        name: format!("Batch {batch_id}"),
        kind: CouponKind::Shop,
        benefit: Tier {
            spend: Money::from_minor(20_00),
            save: Some(Money::from_minor(5_00)),
            percent_off: None,
            cap: None,
        },
        quantity: 10,
        per_customer_limit: 2,
        scope: Scope::default(),
        starts_at: start(),
        ends_at: start().plus_hours(24 * 30),
        funded_by: Party::Merchant,
        return_on_full_refund: true,
        sprint: None,
    };
    let (batch, request_digest) = (Arc::new(batch), "00".to_owned());
    BatchRecord { batch, created_at: start().plus_hours(-1), voided_at: None, request_digest }
}

/// A platform's sprint of one wave, from a hundred days after the start on: 200.00 brings two coupons of which the customer
/// pays 80 % at most.
pub fn plan(sprint_id: &str) -> Plan {
    let from = |days: i64| start().plus_hours(24 * (100 + days));
    let window = |starts: i64, ends: i64| Window { starts_at: from(starts), ends_at: from(ends) };
    let wave = Wave {
        wave_id: id("w1"),
        enrollment: window(0, 5),
        sprint: window(1, 8),
        draw_at: from(10),
        award: window(10, 15),
        redemption: window(10, 30),
    };
    Plan {
        sprint_id: id(sprint_id),
        revision: 1,
        name: format!("Sprint {sprint_id}"),
        description: String::new(),
        waves: vec![wave],
        currency: "CNY".into(),
        tiers: vec![PlanTier { threshold: Money::from_minor(20_000), remark: None }],
        remark: Remark { required_quantity: 500, max_pay_percent: 80, face_value: None },
        tier_rule: TierRule::Highest,
        counts_from: CountsFrom::Enrollment,
        award_by: AwardBy::Push,
        void_after_refund: false,
        pre_submission: None,
        conditions: Conditions::default(),
        made_at: start(),
    }
}

/// An available coupon of a batch of [`batch`].
pub fn coupon_of(batch_id: &str, coupon_id: &str, customer_id: &str) -> Coupon {
    let batch = batch(batch_id).batch;
    let from = FromBatch {
        batch_id: batch.batch_id.clone(),
        kind: batch.kind,
        percent_off: None,
        rewarded_by: None,
        usable_from: None,
    };
    Coupon {
        origin: from.into(),
        spend: batch.benefit.spend,
        save: batch.benefit.save.unwrap_or_default(),
        usable_until: batch.ends_at,
        wake_at: Some(batch.ends_at),
        ..coupon(coupon_id, customer_id, "any", start())
    }
}

/// A lock of a payment `p1` on an order.
pub fn lock(order_id: &str, until: Instant) -> Lock {
    Lock { order_id: id(order_id), payment_id: Some(id("p1")), until }
}

/// The standing of a customer with so many claims.
pub fn standing(claims: u32) -> Standing {
    let mut standing = Standing::default();
    for day in 0..claims {
        standing.count_claim(
            Counted::Campaign(id("c1")),
            CivilDay(19_000 + i32::try_from(day).unwrap_or_default()),
        );
    }
    standing
}

/// A planned push about an order.
pub fn message(shop_id: &ShopId, message_id: &str, order_id: &str, customer_id: &str) -> Message {
    let order_id: OrderId = id(order_id);
    Message {
        message_id: id(message_id),
        shop_id: shop_id.clone(),
        customer_id: id(customer_id),
        campaign_id: Some(id("c1")),
        kind: message::Kind::PaymentReminder,
        channel: Channel::Push,
        status: MessageStatus::Planned,
        code: None,
        due_at: at(3_600),
        sent_at: None,
        link: message::order_link(shop_id, &order_id),
        order_id: Some(order_id),
        sending: None,
    }
}

/// An `order.placed` of a source `platform`.
pub fn placed_event(event_id: &str, order_id: &str, customer_id: &str, occurred_at: Instant) -> OrderEvent {
    event(event_id, Body::Placed(Box::new(placed(order_id, customer_id))), occurred_at)
}

/// An `order.shipped` of a source `platform`.
pub fn shipped_event(event_id: &str, order_id: &str, occurred_at: Instant) -> OrderEvent {
    event(event_id, Body::Shipped(OrderNamed { order_id: id(order_id) }), occurred_at)
}

fn event(event_id: &str, body: Body, occurred_at: Instant) -> OrderEvent {
    OrderEvent { source: "platform".into(), event_id: event_id.into(), occurred_at, body }
}

/// A shop behind its pointer, as changes hold it.
pub fn shared_shop(shop_id: &str) -> Arc<Shop> {
    Arc::new(shop(shop_id))
}
