//! The presale campaign that presale tests start from: one SKU `s0` at 100.00 with a deposit of 10.00,
//! deposits from 10 June 10:00 to 20 June, balances from 20 June 20:00 to 24 June 00:00.

use super::{at, campaign, fen, id, placed, terms};
use domain::campaign::presale::{Gain, GainKind, Item, Live, Multiplier, PresaleType, Terms, Window};
use domain::campaign::{Campaign, Terms as AnyTerms};
use domain::event::Placed;
use domain::order::{self, Discount, Method, Order, OrderKind, Party, Payment, PaymentStatus, Stage};
use domain::shop::Shop;
use domain::{CampaignId, Instant};
use std::sync::Arc;

pub fn window(from: &str, to: &str) -> Window {
    Window { starts_at: at(from), ends_at: at(to) }
}

pub fn expansion(factor: &str) -> Gain {
    Gain { kind: GainKind::Expansion, multiplier: Multiplier::read(factor), amount: None }
}
pub fn reduction(minor: i64) -> Gain {
    Gain { kind: GainKind::Reduction, multiplier: None, amount: Some(fen(minor)) }
}
pub fn item(sku: &str, price: i64, deposit: i64, gain: Gain) -> Item {
    Item { sku: id(sku), presale_price: fen(price), deposit: fen(deposit), gain, global_buy: false }
}

pub fn presale_terms(items: Vec<Item>) -> Terms {
    Terms {
        presale_type: PresaleType::Normal,
        main_process: None,
        items: Arc::from(items),
        deposit_window: window("10T10:00:00", "20T00:00:00"),
        balance_window: window("20T20:00:00", "24T00:00:00"),
        ship_at: at("30T00:00:00"),
        sms: true,
        gifts: Vec::new(),
        deposit_max_percent: 20,
        require_greater: false,
        no_resplit: false,
        assets_outside: false,
        quiet_hours: false,
    }
}

/// A published presale `pre`, which contains both windows.
pub fn presale(presale: Terms) -> Campaign {
    let mut found = campaign("pre", terms());
    found.versions[0].terms = AnyTerms::Presale(presale);
    found
}

/// An order of `s0`, `s1`, ... on presale; prices are the list's.
pub fn presale_placed(lines: &[(i64, u64)]) -> Placed {
    let mut found = placed(lines);
    found.kind = OrderKind::Presale;
    for line in &mut found.lines {
        line.presale_campaign_id = Some(id::<CampaignId>("pre"));
    }
    found
}

pub fn place(campaign: &Campaign, placed: &Placed, at: Instant) -> Result<Order, domain::Refusal> {
    let shop: Shop = super::shop();
    order::place_by(&shop, placed, at, Live::at(campaign, at), &[])
}

pub fn pay(order: &Order, name: &str, stage: Stage, minor: i64, at: Instant, off: &[(&str, i64)]) -> Payment {
    let discount = |(kind, minor): &(&str, i64)| Discount {
        kind: (*kind).into(),
        id: None,
        amount: fen(*minor),
        funded_by: if *kind == "beans" { Party::Platform } else { Party::Merchant },
        lines: Vec::new(),
    };
    let discounts: Vec<Discount> = off.iter().map(discount).collect();
    Payment {
        payment_id: id(name),
        stage,
        method: Method::JdPay,
        coupon_id: None,
        started_with: None,
        locked_until: None,
        checkout_id: None,
        amount: fen(minor),
        saving: fen(0),
        shares: Vec::new(),
        discounts: order.spread_at_balance(&discounts, stage, &[]).unwrap(),
        offered: None,
        transaction_id: None,
        status: PaymentStatus::Succeeded,
        at,
    }
}
