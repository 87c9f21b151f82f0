//! A random life of two shops: actions that a few bytes stand for, turned into inputs by what the
//! store says at that moment.

use super::{
    PAYABLE, Run,
    action::{Action, LEAPS, deal},
    cancelled,
    choose::{asked, shaped, started, undelivered, usable},
    claim, create, event, failed, fen, id, ingest, paying, received, refunding, shipped, shop, starting,
};
use domain::{
    Instant, OrderId, ShopId, campaign,
    campaign::{Terms, recovery::FrequencyScope},
    customer::List,
    event::{Body, OrderEvent},
    message::{
        Kind,
        settings::{Chosen, Switch},
    },
    order::{Method, OfferStatus, Order, OrderKind, PaymentStatus, RefundAsk, Stage, State},
    shop::Shop,
};
use engine::{Command, Input, MessageCommand};
use port::Reader;

pub const SHOPS: [&str; 2] = ["s1", "s2"];

/// Sets both shops up and moves the clock to the start.
pub fn set_up(run: &Run, deals: &[[u8; 4]]) {
    for name in SHOPS {
        // In one of them what was bought elsewhere is shown no coupon (A-S0-25).
        let shop = Shop { hide_bought_elsewhere: name == SHOPS[0], ..shop(name) };
        let command = Command::PutShop(Box::new(shop));
        run.engine.submit_many_blocking(vec![Input::new(id(name), command)]).unwrap();
    }
    tells_everything(run, id(SHOPS[1]));
    for (index, bytes) in deals.iter().enumerate() {
        let command = create(&format!("c{index}"), &deal(*bytes));
        let input = Input::new(id(SHOPS[index % 2]), command);
        let done = run.engine.submit_many_blocking(vec![input]).unwrap();
        assert!(done[0].is_ok(), "{done:?}");
    }
    run.advance(super::START);
}

/// The other shop tells its customers everything by SMS, as far as its pack goes.
fn tells_everything(run: &Run, shop: ShopId) {
    let on = Switch { sms: true, wechat: true };
    let switches = Kind::ALL.iter().map(|kind| (*kind, on)).collect();
    let chosen = Box::new(Chosen { switches, ..Chosen::default() });
    let by = || "test".to_owned();
    let settings = MessageCommand::PutSettings { chosen, from: None, by: by() };
    let purchase_id = id("pack");
    let pack = MessageCommand::BuyPack { purchase_id, segments: 20, expires_at: None, by: by() };
    let inputs = [settings, pack].map(|command| Input::new(shop.clone(), Command::Messages(command)));
    let done = run.engine.submit_many_blocking(inputs.into()).unwrap();
    assert!(done.iter().all(Result::is_ok), "{done:?}");
}

/// What comes of an action.
pub enum Move {
    Input(Box<Input>),
    Advance(Instant),
    Nothing,
}

/// Remembers what was sent, so that it can be sent again.
#[derive(Debug, Default, Clone)]
pub struct Play {
    pub orders: usize,
    sent: Vec<Input>,
    events: usize,
}

impl Play {
    /// Turns an action into an input, by what is committed.
    pub fn turn(&mut self, run: &Run, action: Action) -> Move {
        let now = run.engine.now();
        if let Action::Advance { by } = action {
            return Move::Advance(now.plus_minutes(LEAPS[usize::from(by) % LEAPS.len()]));
        }
        if let Action::Repeat { which } = action {
            return match self.sent.len() {
                0 => Move::Nothing,
                count => Move::Input(Box::new(self.sent[usize::from(which) % count].clone())),
            };
        }
        let Some(input) = self.input(run, action, now) else {
            return Move::Nothing;
        };
        self.sent.push(input.clone());
        Move::Input(Box::new(input))
    }

    /// An order placed so far, the latest first, or the next one: its events may come first.
    fn order(&self, run: &Run, order: u8) -> (ShopId, String, Option<Order>) {
        let back = usize::from(order) % 32 % (self.orders + 1);
        let index = self.orders - back;
        let (shop, name): (ShopId, _) = (id(SHOPS[index % 2]), format!("o{index}"));
        let found = run.reader().order(&shop, &id(&name)).unwrap();
        (shop, name, found)
    }

    /// The same, but rather one that shows an offer, or has a coupon, where there is such.
    fn order_with(&self, run: &Run, order: u8, wanted: OfferStatus) -> (ShopId, String, Option<Order>) {
        if order % 8 == 7 {
            return self.order(run, order);
        }
        let fits = |found: &Order| {
            let offer = found.recovery.offer.as_ref();
            found.state == State::Open && offer.is_some_and(|offer| offer.status == wanted)
        };
        let latest = (0..32).map(|back| order.wrapping_add(back));
        let mut found = latest.map(|order| self.order(run, order));
        let fitting = found.find(|(_, _, found)| found.as_ref().is_some_and(fits));
        fitting.unwrap_or_else(|| self.order(run, order))
    }

    fn input(&mut self, run: &Run, action: Action, now: Instant) -> Option<Input> {
        let back = |ago: u8, order: Option<&Order>| {
            let when = now.plus_minutes(-i64::from(ago));
            order.map_or(when, |order| when.max(order.placed_at))
        };
        let (shop, command) = match action {
            Action::Place { customer, shape, ago } => {
                let (shop, body) = (id(SHOPS[self.orders % 2]), shaped(self.orders, customer, shape));
                self.orders += 1;
                (shop, self.event(Body::Placed(Box::new(body)), back(ago, None)))
            }
            Action::Claim { order, by_another } => {
                let (shop, name, found) = self.order_with(run, order, OfferStatus::Displayed);
                let found = found?;
                let offer = found.recovery.offer?.offer_id;
                let by = if by_another { id("u99") } else { found.customer_id };
                (shop, claim(&name, &offer, &by))
            }
            Action::Start { order, method, with_coupon } => {
                let (shop, name, found) = self.order_with(run, order, OfferStatus::Claimed);
                let found = found?;
                let coupon = usable(run, &shop, &found).filter(|_| with_coupon);
                let payment = format!("p{}", self.events);
                self.events += 1;
                let method = Method::ALL[usize::from(method % 8).min(3) % 5];
                (shop, starting(&name, &payment, method, coupon.as_ref()))
            }
            Action::Pay { order, how, ago } => {
                let (shop, name, found) = self.order_with(run, order, OfferStatus::Claimed);
                let body = self.payment(run, &shop, &name, found.as_ref(), how);
                (shop, self.event(Body::PaymentSucceeded(body), back(ago, found.as_ref())))
            }
            Action::Fail { order } => {
                let (shop, name, found) = self.order(run, order);
                let started = found.as_ref().and_then(started)?;
                (shop, self.again(failed(&name, &started, now)))
            }
            Action::Cancel { order, ago } => {
                let (shop, name, found) = self.order(run, order);
                (shop, self.again(cancelled(&name, back(ago, found.as_ref()))))
            }
            Action::Ship { order, receive } => {
                let (shop, name, _) = self.order(run, order);
                let event = if receive { received(&name, now) } else { shipped(&name, now) };
                (shop, self.again(event))
            }
            Action::Refund { order, what, by_event } => {
                let (shop, name, _) = self.order(run, order);
                let ask = asked(what);
                (shop, self.refund(&name, what, ask, by_event, now))
            }
            Action::Close { campaign } => closing(campaign),
            Action::Revise { campaign, quantity } => revising(run, campaign, quantity)?,
            Action::List { customer, list } => listing(customer, list),
            Action::Undelivered { which } => undelivered(run, which)?,
            Action::Repeat { .. } | Action::Advance { .. } => return None,
        };
        Some(Input::new(shop, command))
    }

    fn event(&mut self, body: Body, when: Instant) -> Command {
        self.again(event("", body, when))
    }
    /// The event under an id that was not used before.
    fn again(&mut self, event: OrderEvent) -> Command {
        self.events += 1;
        let event_id = format!("e{}", self.events);
        ingest(&OrderEvent { event_id, ..event })
    }

    fn payment(
        &mut self,
        run: &Run,
        shop: &ShopId,
        name: &str,
        order: Option<&Order>,
        how: u8,
    ) -> domain::event::PaymentSucceeded {
        self.events += 1;
        let fresh = format!("p{}", self.events);
        let Some(order) = order else {
            return paying(name, &fresh, PAYABLE);
        };
        let mut body = paying(name, &fresh, order.payable.minor());
        if order.kind == OrderKind::Presale {
            let deposit = order.deposit_paid_at.is_none() && how % 4 != 3;
            body.stage = if deposit { Stage::Deposit } else { Stage::Balance };
            let due = order.payable - order.paid();
            body.amount = if deposit { fen(10_00) } else { due };
            return body;
        }
        let held = order.payments.iter().find(|p| p.status == PaymentStatus::Started);
        match (how % 8, held) {
            (0..=3, Some(held)) => {
                body.payment_id = held.payment_id.clone();
                (body.method, body.amount) = (held.method, held.amount);
            }
            (4 | 5, _) => {
                if let Some(coupon) = usable(run, shop, order) {
                    body.amount = order.payable - coupon.save;
                    body.coupon_id = Some(coupon.coupon_id);
                }
            }
            (6, _) => body.amount = fen(1),
            _ => {}
        }
        body
    }

    fn refund(&mut self, name: &str, what: u8, ask: RefundAsk, by_event: bool, now: Instant) -> Command {
        let refund = format!("r{}", what % 3);
        if !by_event {
            return Command::CreateRefund { order_id: id(name), refund_id: id(&refund), ask };
        }
        let facts = refunding(name, &refund, &ask);
        let body = match what / 16 % 4 {
            0 => Body::RefundSucceeded(facts),
            1 => Body::RefundApproved(facts),
            2 => Body::RefundRequested(facts),
            _ => Body::RefundRejected(facts),
        };
        self.event(body, now)
    }
}

fn closing(campaign: u8) -> (ShopId, Command) {
    let campaign_id = id(&format!("c{}", campaign % 4));
    let shop = id(SHOPS[usize::from(campaign % 2)]);
    (shop, Command::CloseCampaign { campaign_id, closing: engine::Closing::Asked })
}

fn revising(run: &Run, campaign: u8, quantity: u8) -> Option<(ShopId, Command)> {
    let shop: ShopId = id(SHOPS[usize::from(campaign % 2)]);
    let campaign_id = id(&format!("c{}", campaign % 4));
    let known = run.reader().campaign(&shop, &campaign_id).unwrap()?;
    let mut version = Box::new(known.campaign.current().clone());
    let Terms::Recovery(terms) = &mut version.terms else { unreachable!("a recovery campaign") };
    terms.quantity = 10 + u64::from(quantity % 8);
    terms.trigger_after_minutes = [5, 15, 60][usize::from(quantity % 3)];
    if quantity >= 240 {
        terms.frequency_scope = FrequencyScope::Campaign;
    }
    let command = Command::ReviseCampaign { campaign_id, version };
    Some((shop, command))
}

fn listing(customer: u8, list: u8) -> (ShopId, Command) {
    let command = Command::PutRisk {
        customer_id: id(&format!("u{customer}")),
        list: [None, None, Some(List::Block), Some(List::Allow)][usize::from(list % 4)],
        reason: "a test".into(),
        by: "operator".into(),
    };
    (id(SHOPS[usize::from(list / 4 % 2)]), command)
}

/// The order that an input is about.
pub fn order_of(command: &Command) -> Option<OrderId> {
    match command {
        Command::Ingest { event, .. } => event.body.order_id().cloned(),
        Command::Act(campaign::Action::Recovery(claim)) => Some(claim.order_id.clone()),
        Command::StartPayment { order_id, .. } | Command::CreateRefund { order_id, .. } => {
            Some(order_id.clone())
        }
        _ => None,
    }
}

/// Reads every order of both shops.
pub fn orders(reader: &dyn Reader) -> Vec<(ShopId, Order)> {
    let of = |name: &&str| {
        let shop: ShopId = id(name);
        let orders = reader.orders(&shop, &super::all()).unwrap();
        orders.into_iter().map(move |order| (shop.clone(), order))
    };
    SHOPS.iter().flat_map(of).collect()
}
