//! The facts that tests start from: a shop, a campaign, an order, a coupon, a payment.
//!
//! All times are +08:00 in June 2022 unless a text says otherwise; amounts are fen.
#![allow(dead_code, reason = "each file of tests takes what it needs")]
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

pub mod desk;
pub mod presale;
pub mod probe;
pub mod rewards;
pub mod sprints;
pub mod templates;

use domain::campaign::recovery::{self, FrequencyScope, Live};
use domain::campaign::{Campaign, Terms, Version};
use domain::coupon::{Bind, Coupon, CouponStatus, FromOffer};
use domain::event::{Placed, PlacedLine};
use domain::order::{self, Discount, Goods, Method, Order, OrderKind, Party, Payment};
use domain::order::{Offer, OfferStatus, PaymentStatus, Source, Stage};
use domain::shop::{Shop, ShopKind};
use domain::{Instant, ShopId, catalog::Scope};
use money::Money;
use proptest::test_runner::{Config as ProptestConfig, RngSeed};
use std::str::FromStr;

pub fn id<T: FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

pub fn fen(minor: i64) -> Money {
    Money::from_minor(minor)
}

/// `10T10:00:00` is in June 2022, `2022-12-31T22:00:00` is +08:00, and a text with an offset is itself.
pub fn at(text: &str) -> Instant {
    let month = if text.len() > 3 && text.as_bytes()[2] == b'T' {
        format!("2022-06-{text}")
    } else {
        text.to_owned()
    };
    Instant::parse(&month)
        .or_else(|| Instant::parse(&format!("{month}+08:00")))
        .unwrap_or_else(|| panic!("{text} is not a time"))
}

/// The moment some microseconds later or earlier.
pub fn by(at: Instant, micros: i64) -> Instant {
    Instant::from_micros(at.micros() + micros)
}

pub fn shop_id() -> ShopId {
    id("shop")
}

pub fn shop() -> Shop {
    Shop::with_defaults(shop_id(), "Tea house", ShopKind::Sop)
}

/// 100 minus 5 after 15 minutes, ten coupons.
pub fn terms() -> recovery::Terms {
    recovery::Terms {
        trigger_after_minutes: 15,
        spend: fen(100_00),
        save: fen(5_00),
        quantity: 10,
        coupon_valid_hours: 48,
        bind: Bind::OriginOrder,
        frequency_scope: FrequencyScope::Campaign,
        holdout_percent: 0,
        holdout_planned_orders: 5_000,
        holdout_precision_points: 10,
    }
}

/// From 10 June 00:00 for twenty days.
pub fn version(terms: recovery::Terms) -> Version {
    Version {
        name: "June".into(),
        starts_at: at("10T00:00:00"),
        ends_at: at("30T00:00:00"),
        scope: Scope::default(),
        terms: Terms::Recovery(terms),
        made_at: at("09T00:00:00"),
    }
}

/// A published campaign.
pub fn campaign(name: &str, terms: recovery::Terms) -> Campaign {
    Campaign {
        campaign_id: id(name),
        created_at: at("09T00:00:00"),
        published_at: Some(at("09T00:00:00")),
        closed_at: None,
        versions: vec![version(terms)],
        revised_at: Vec::new(),
        in_force: Vec::new(),
        request_digest: String::new(),
    }
}

pub fn live(campaign: &Campaign) -> Live<'_> {
    Live::current(campaign).unwrap()
}

/// One line a pair of unit price and quantity; SKUs are `s0`, `s1`, ...
pub fn placed(lines: &[(i64, u64)]) -> Placed {
    let line = |(index, &(price, quantity)): (usize, &(i64, u64))| PlacedLine {
        line_id: id(&format!("l{index}")),
        sku: id(&format!("s{index}")),
        title: None,
        categories: Vec::new(),
        quantity,
        unit_price: fen(price),
        presale_campaign_id: None,
    };
    let lines: Vec<PlacedLine> = lines.iter().enumerate().map(line).collect();
    let of = |l: &PlacedLine| i128::from(l.unit_price.minor()) * i128::from(l.quantity);
    let payable = lines.iter().map(of).sum::<i128>();
    Placed {
        order_id: id("o1"),
        customer_id: id("c1"),
        source: Source::App,
        kind: OrderKind::Normal,
        goods: Goods::Physical,
        lines,
        discounts: Vec::new(),
        freight: Money::ZERO,
        payable: fen(i64::try_from(payable).unwrap_or(i64::MAX)),
        cancel_at: None,
        checkout_id: None,
    }
}

/// Takes one more discount off.
pub fn less(mut placed: Placed, kind: &str, amount: i64, party: Party) -> Placed {
    let (kind, amount) = (kind.into(), fen(amount));
    placed.discounts.push(Discount { kind, id: None, amount, funded_by: party, lines: Vec::new() });
    placed.payable -= amount;
    placed
}

pub fn with_freight(mut placed: Placed, freight: i64) -> Placed {
    placed.freight = fen(freight);
    placed.payable = fen(placed.payable.minor() + freight);
    placed
}

/// Placed on 10 June at 10:00, to be cancelled a day later.
pub fn order_of(placed: &Placed) -> Order {
    order::place(&shop(), placed, at("10T10:00:00")).unwrap()
}

/// One thing of that price.
pub fn order(price: i64) -> Order {
    order_of(&placed(&[(price, 1)]))
}

/// The order with the coupon of [`terms`] shown on it.
pub fn shown(mut order: Order) -> Order {
    order.recovery.offer = Some(Offer {
        offer_id: id("of1"),
        campaign_id: id("june"),
        version: 1,
        spend: fen(100_00),
        save: fen(5_00),
        status: OfferStatus::Displayed,
        shown_at: order.placed_at.plus_minutes(15),
        coupon_id: None,
    });
    order
}

/// Shown on order `o1` and bound to it.
pub fn from_offer() -> FromOffer {
    FromOffer {
        campaign_id: id("june"),
        version: 1,
        bind: Bind::OriginOrder,
        origin_order_id: id("o1"),
        allow_baitiao: true,
    }
}

/// 100 minus 5 for order `o1` of `c1`, claimed on 10 June at 12:00.
pub fn coupon() -> Coupon {
    Coupon {
        coupon_id: id("cp1"),
        origin: from_offer().into(),
        customer_id: id("c1"),
        spend: fen(100_00),
        save: fen(5_00),
        claimed_at: at("10T12:00:00"),
        usable_until: at("12T12:00:00"),
        status: CouponStatus::Available,
        lock: None,
        used_on: None,
        also_on: Vec::new(),
        named_by: Vec::new(),
        forfeited_at: None,
        ended_at: None,
        wake_at: Some(at("12T12:00:00")),
    }
}

/// Money that came at that moment, for what is left to pay after the saving.
pub fn payment(order: &Order, name: &str, saving: i64, at: Instant) -> Payment {
    Payment {
        payment_id: id(name),
        stage: Stage::Full,
        method: Method::JdPay,
        coupon_id: None,
        started_with: None,
        locked_until: None,
        checkout_id: None,
        amount: order.payable - fen(saving),
        saving: fen(saving),
        shares: Vec::new(),
        discounts: Vec::new(),
        offered: None,
        transaction_id: None,
        status: PaymentStatus::Succeeded,
        at,
    }
}

/// That many drawn cases, the same ones on every run.
pub fn cases(count: u32) -> ProptestConfig {
    ProptestConfig {
        cases: count,
        rng_seed: RngSeed::Fixed(20_220_610),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
