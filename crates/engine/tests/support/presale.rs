//! A presale campaign `p1` and the orders of it.

use super::{Run, START, at, event, fen, id, paying, shop};
use domain::{
    Instant,
    campaign::{
        Terms, Version,
        presale::{self, Gain, GainKind, Gift, Item, PresaleType, Window},
    },
    event::{Body, OrderEvent, Placed, PlacedLine},
    order::{Discount, Goods, OrderKind, Party, RefundAsk, Source, Stage},
};
use engine::Command;
use std::sync::Arc;

/// The presale of T29: 1000.00, deposit 100.00, reduction 200.00; deposits for ten days, balances from
/// 20 June 20:00 to 24 June 00:00.
#[derive(Debug, Clone)]
pub struct Offer {
    pub sms: bool,
    pub quiet: bool,
    pub deposits: (Instant, Instant),
    pub balances: (Instant, Instant),
    pub gifts: Vec<Gift>,
}

/// So many hours after midnight of 10 June 2022.
pub fn hours(hours: i64) -> Instant {
    START.plus_hours(hours - 10)
}

impl Default for Offer {
    fn default() -> Self {
        Self {
            sms: true,
            quiet: false,
            deposits: (START, hours(24 * 10)),
            balances: (hours(24 * 10 + 20), hours(24 * 14)),
            gifts: Vec::new(),
        }
    }
}

impl Offer {
    pub fn version(&self) -> Version {
        let window = |(starts_at, ends_at)| Window { starts_at, ends_at };
        let gain = Gain { kind: GainKind::Reduction, multiplier: None, amount: Some(fen(200_00)) };
        let item = |sku: &str, gain: &Gain| Item {
            sku: id(sku),
            presale_price: fen(1000_00),
            deposit: fen(100_00),
            gain: gain.clone(),
            global_buy: false,
        };
        let terms = presale::Terms {
            presale_type: PresaleType::Normal,
            main_process: None,
            items: Arc::from(vec![item("sku-1", &gain), item("sku-2", &Gain::default())]),
            deposit_window: window(self.deposits),
            balance_window: window(self.balances),
            ship_at: self.balances.1,
            sms: self.sms,
            gifts: self.gifts.clone(),
            deposit_max_percent: 20,
            require_greater: false,
            no_resplit: false,
            assets_outside: false,
            quiet_hours: self.quiet,
        };
        Version {
            name: "Presale".into(),
            starts_at: self.deposits.0,
            ends_at: self.balances.1.max(self.deposits.1),
            scope: domain::catalog::Scope::default(),
            terms: Terms::Presale(terms),
            made_at: START.plus_hours(-2),
        }
    }
    pub fn create(&self, campaign: &str) -> Command {
        Command::CreateCampaign {
            campaign_id: Some(id(campaign)),
            version: Box::new(self.version()),
            publish: true,
            digest: format!("{self:?}"),
        }
    }
}

impl Run {
    /// Sets up the shop with the presale `p1` and moves the clock to [`START`].
    pub fn with_presale(self, offer: &Offer) -> Self {
        self.ok(Command::PutShop(Box::new(shop(self.shop.as_str()))));
        self.buys_sms("pack", 10_000);
        self.ok(offer.create("p1"));
        self.advance(START);
        self
    }
    /// An order with its deposit, paid five minutes after its placing.
    pub fn deposit(&self, order: &str, customer: &str, when: Instant) {
        self.advance(when.max(self.engine.now()));
        self.apply(&presale_placed(order, customer, when));
        self.apply(&deposit_paid(order, when.plus_minutes(5)));
    }
    pub fn refund(&self, order: &str, refund: &str, ask: &RefundAsk) -> super::Outcome {
        let (order_id, refund_id) = (id(order), id(refund));
        self.send(Command::CreateRefund { order_id, refund_id, ask: ask.clone() })
    }
    /// Gross, paid and settled.
    pub fn books(&self, order: &str) -> (i64, i64, i64) {
        let sums = domain::ledger::settle(&self.reader().entries(&self.shop, &id(order)).unwrap());
        (sums.gross.minor(), sums.paid.minor(), sums.settled.minor())
    }
}

/// One unit of `sku-1`.
pub fn presale_placing(order: &str, customer: &str) -> Placed {
    let line = PlacedLine {
        line_id: id("l1"),
        sku: id("sku-1"),
        title: None,
        categories: Vec::new(),
        quantity: 1,
        unit_price: fen(1000_00),
        presale_campaign_id: Some(id("p1")),
    };
    Placed {
        order_id: id(order),
        customer_id: id(customer),
        source: Source::App,
        kind: OrderKind::Presale,
        goods: Goods::Physical,
        lines: vec![line],
        discounts: Vec::new(),
        freight: fen(0),
        payable: fen(800_00),
        cancel_at: None,
        checkout_id: None,
    }
}
pub fn presale_placed(order: &str, customer: &str, when: Instant) -> OrderEvent {
    let body = Body::Placed(Box::new(presale_placing(order, customer)));
    event(&format!("{order}.placed"), body, when)
}
pub fn deposit_paid(order: &str, when: Instant) -> OrderEvent {
    let mut body = paying(order, &format!("{order}-d"), 100_00);
    body.stage = Stage::Deposit;
    event(&format!("{order}.deposit"), Body::PaymentSucceeded(body), when)
}
pub fn balance_paid(order: &str, minor: i64, off: &[(&str, i64)], when: Instant) -> OrderEvent {
    let mut body = paying(order, &format!("{order}-b"), minor);
    body.stage = Stage::Balance;
    body.discounts = off.iter().map(|(kind, minor)| discount(kind, *minor)).collect();
    event(&format!("{order}.balance"), Body::PaymentSucceeded(body), when)
}
fn discount(kind: &str, minor: i64) -> Discount {
    let funded_by = if kind == "beans" { Party::Platform } else { Party::Merchant };
    Discount { kind: kind.into(), id: None, amount: fen(minor), funded_by, lines: Vec::new() }
}
/// The start, for tests that count in minutes.
pub fn start() -> Instant {
    at(0)
}
