//! Walks the orders of an export through the engine, on a clock that only moves forward.
//!
//! Everything that happened goes to the engine at its own time: placed, paid, cancelled, shipped.
//! What did not happen is the campaign: it is set up in every shop before the orders that it covers,
//! and of those who are shown a coupon the stated share claims it and pays with it, at the stated
//! delay or when they paid in truth, whichever comes first.

use crate::mapping::Settings;
use crate::read::SourceOrder;
use crate::report::{CouponEnd, OrderOutcome};
use domain::{
    CampaignId, Code, CouponId, Instant, OrderId, PaymentId, ShopId,
    campaign::{Action, recovery::Claim},
    campaign::{Terms, Version},
    catalog::Scope,
    coupon::CouponStatus,
    event::{Body, Cancelled, OrderEvent, OrderNamed, PaymentSucceeded},
    order::{CancelReason, Method, OfferStatus, Order, PaymentStatus, Stage},
};
use engine::{
    Command, Engine, EngineClock, EngineError, EventResult, Input, Platform, Reply, clock::SandboxClock,
};
use money::Money;
use port::{MessageFilter, Page, StoreError};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// A campaign runs for at most so long (S0-R10); longer exports get one after the other.
const CAMPAIGN_HOURS: i64 = 24 * 90;
/// A campaign is set up this long before it starts (S0-R09).
const AHEAD_HOURS: i64 = 3;

/// Why a replay stopped.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The engine would not go on.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The store in memory failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a replay came to.
pub struct Replayed {
    /// One an order, in the order of the orders.
    pub outcomes: Vec<OrderOutcome>,
    /// Events of the export that the engine refused, by code: payments after the deadline that the
    /// mapping states, for one.
    pub rejected: BTreeMap<String, u64>,
}

/// What is to be done at a moment; in one moment in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    SetUp,
    Placed,
    Paid,
    Cancelled,
    Shipped,
    Received,
    /// The coupon is shown now, if it is: does the buyer take it?
    Look,
    /// The buyer who took it pays.
    PayWithCoupon,
}

struct Run<'a> {
    engine: Engine,
    settings: &'a Settings,
    orders: &'a [SourceOrder],
    /// Steps by moment, then kind, then order.
    agenda: BTreeSet<(Instant, Step, usize)>,
    claimed: HashMap<usize, (CouponId, Money)>,
    /// Orders that showed nothing when the coupon was due, because their goods were bought in another order.
    bought_elsewhere: BTreeSet<usize>,
    rejected: BTreeMap<String, u64>,
}

/// Runs the campaign over the orders; the outcomes come in the order of the orders.
pub fn run(
    orders: &[SourceOrder],
    settings: &Settings,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Replayed, RunError> {
    let start = orders.first().map_or(Instant::from_micros(0), |order| order.placed_at);
    let clock = SandboxClock::unset(start.plus_hours(-24));
    let store = Box::new(store_memory::MemoryStore::new());
    // The export is the whole platform.
    let platform = Platform { zone: settings.shop.time_zone.clone(), ..Platform::default() };
    let engine = Engine::start_on(store, EngineClock::Sandbox(Arc::new(clock)), platform)?;
    let mut run = Run {
        engine,
        settings,
        orders,
        agenda: BTreeSet::new(),
        claimed: HashMap::new(),
        bought_elsewhere: BTreeSet::new(),
        rejected: BTreeMap::new(),
    };
    run.plan();
    let outcome = run.walk(progress).and_then(|()| run.outcomes());
    let rejected = std::mem::take(&mut run.rejected);
    run.engine.stop();
    Ok(Replayed { outcomes: outcome?, rejected })
}

impl Run<'_> {
    fn plan(&mut self) {
        let zone = &self.settings.shop.time_zone;
        let delay = self.settings.campaign.terms.trigger_after_minutes;
        let mut covered_until: HashMap<&ShopId, Instant> = HashMap::new();
        for (index, order) in self.orders.iter().enumerate() {
            if covered_until.get(&order.shop_id).is_none_or(|end| order.placed_at.plus_minutes(delay) >= *end)
            {
                let starts_at = zone.ceil_to_hour(order.placed_at.plus_hours(-1));
                covered_until.insert(&order.shop_id, starts_at.plus_hours(CAMPAIGN_HOURS));
                self.agenda.insert((starts_at.plus_hours(-AHEAD_HOURS), Step::SetUp, index));
            }
            let mut add = |at: Option<Instant>, step| {
                if let Some(at) = at {
                    self.agenda.insert((at, step, index));
                }
            };
            add(Some(order.placed_at), Step::Placed);
            add(order.paid_at.map(|(at, _)| at), Step::Paid);
            add(order.cancelled_at, Step::Cancelled);
            add(order.shipped_at, Step::Shipped);
            add(order.received_at, Step::Received);
            add(Some(order.placed_at.plus_minutes(delay)), Step::Look);
        }
    }

    fn walk(&mut self, progress: &mut dyn FnMut(u64, u64)) -> Result<(), RunError> {
        let mut done = 0;
        let mut last = self.engine.now();
        while let Some(&(at, ..)) = self.agenda.first() {
            // What happened at a trigger's own moment comes before it (A-G-9).
            let before = Instant::from_micros(at.micros() - 1);
            if before > self.engine.now() {
                self.engine.advance_blocking(before)?;
            }
            let looks = self.steps_of(at, &mut done)?;
            self.engine.advance_blocking(at)?;
            for index in looks {
                self.look(index)?;
            }
            last = at;
            progress(done, done + self.agenda.len() as u64);
        }
        self.engine.advance_blocking(last.plus_hours(CAMPAIGN_HOURS))?;
        Ok(())
    }

    /// Does what happens at a moment and returns who looks at a coupon then.
    fn steps_of(&mut self, at: Instant, done: &mut u64) -> Result<Vec<usize>, RunError> {
        let mut looks = Vec::new();
        let mut inputs = Vec::new();
        while let Some(&(moment, step, index)) = self.agenda.first() {
            if moment != at {
                break;
            }
            self.agenda.pop_first();
            *done += 1;
            match step {
                Step::SetUp => self.set_up(index, at)?,
                Step::Look => looks.push(index),
                Step::Placed
                | Step::Paid
                | Step::Cancelled
                | Step::Shipped
                | Step::Received
                | Step::PayWithCoupon => inputs.extend(self.event(step, index, at)),
            }
        }
        for outcome in self.engine.submit_many_blocking(inputs)? {
            if let Reply::Event { result: EventResult { code: Some(code), .. } } = outcome? {
                *self.rejected.entry(code.to_string()).or_default() += 1;
            }
        }
        Ok(looks)
    }

    /// The shop and a campaign that covers the order and those after it.
    fn set_up(&self, index: usize, at: Instant) -> Result<(), RunError> {
        let shop_id = &self.orders[index].shop_id;
        let starts_at = at.plus_hours(AHEAD_HOURS);
        let campaign_id = CampaignId::try_new(&format!("replay-{}", starts_at.micros() / 3_600_000_000));
        let version = Version {
            name: self.settings.campaign.name.clone(),
            starts_at,
            ends_at: starts_at.plus_hours(CAMPAIGN_HOURS),
            scope: Scope::default(),
            terms: Terms::Recovery(self.settings.campaign.terms.clone()),
            made_at: at,
        };
        let (version, digest) = (Box::new(version), String::new());
        let create =
            Command::CreateCampaign { campaign_id: campaign_id.ok(), version, publish: true, digest };
        let put = Command::PutShop(Box::new(self.settings.shop.shop(shop_id.clone())));
        let inputs = [put, create].map(|command| Input::new(shop_id.clone(), command));
        for outcome in self.engine.submit_many_blocking(inputs.into())? {
            outcome?;
        }
        Ok(())
    }

    /// The event of a step; none for what did not come about.
    fn event(&self, step: Step, index: usize, at: Instant) -> Option<Input> {
        let source = &self.orders[index];
        let order_id = source.placed.order_id.clone();
        let took_coupon = self.claimed.contains_key(&index);
        let body = match step {
            Step::Placed => Body::Placed(Box::new(source.placed.clone())),
            Step::Paid if took_coupon => return None,
            Step::Paid => {
                let method = source.paid_at.map_or(Method::Card, |(_, method)| method);
                Body::PaymentSucceeded(paid(&order_id, method, source.placed.payable, None))
            }
            Step::PayWithCoupon => {
                let (coupon, save) = self.claimed.get(&index)?;
                let amount = source.placed.payable - *save;
                Body::PaymentSucceeded(paid(
                    &order_id,
                    self.settings.claims.method,
                    amount,
                    Some(coupon.clone()),
                ))
            }
            Step::Cancelled => Body::Cancelled(Cancelled { order_id, reason: CancelReason::Customer }),
            Step::Shipped => Body::Shipped(OrderNamed { order_id }),
            Step::Received => Body::Received(OrderNamed { order_id }),
            Step::SetUp | Step::Look => return None,
        };
        let event_id = format!("{step:?}-{index}");
        let digest = port::digest(event_id.as_bytes());
        let event = OrderEvent { source: "replay".into(), event_id, occurred_at: at, body };
        Some(Input::new(source.shop_id.clone(), Command::Ingest { event: Box::new(event), digest }))
    }

    /// A coupon may be shown: the stated share of buyers claims it.
    fn look(&mut self, index: usize) -> Result<(), RunError> {
        let source = &self.orders[index];
        let Some(order) = self.order(index)? else { return Ok(()) };
        if order.recovery.bought_elsewhere.is_some() {
            self.bought_elsewhere.insert(index);
        }
        let Some(offer) = order.recovery.offer else { return Ok(()) };
        if offer.status != OfferStatus::Displayed || !self.is_tempted(&source.placed.order_id) {
            return Ok(());
        }
        let claim = Claim {
            order_id: source.placed.order_id.clone(),
            offer_id: offer.offer_id,
            customer_id: source.placed.customer_id.clone(),
        };
        let command = Command::Act(Action::Recovery(claim));
        let inputs = vec![Input::new(source.shop_id.clone(), command)];
        match self.engine.submit_many_blocking(inputs)?.pop() {
            Some(Ok(Reply::Coupon { coupon })) => {
                let now = self.engine.now();
                let wished = now.plus_minutes(i64::from(self.settings.claims.pays_after_minutes));
                let truly = source.paid_at.map(|(at, _)| at);
                let pays_at = truly.map_or(wished, |truly| truly.min(wished));
                let pays_at = pays_at.max(Instant::from_micros(now.micros() + 1));
                self.agenda.insert((pays_at, Step::PayWithCoupon, index));
                self.claimed.insert(index, (coupon.coupon_id, coupon.save));
                Ok(())
            }
            // A limit stands against it: the buyer goes on as in truth.
            Some(Err(EngineError::Refused(_)) | Ok(_)) | None => Ok(()),
            Some(Err(error)) => Err(error.into()),
        }
    }

    /// Whether the buyer of that order claims a coupon when one is shown: the stated share does,
    /// always the same ones for the same seed.
    fn is_tempted(&self, order: &OrderId) -> bool {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.settings.claims.seed.to_le_bytes()).update(order.as_str().as_bytes());
        let first = hasher.finalize().as_bytes()[..8].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        first % 100 < u64::from(self.settings.claims.rate_percent)
    }

    fn order(&self, index: usize) -> Result<Option<Order>, StoreError> {
        let source = &self.orders[index];
        self.engine.reader().order(&source.shop_id, &source.placed.order_id)
    }

    fn outcomes(&self) -> Result<Vec<OrderOutcome>, RunError> {
        (0..self.orders.len()).map(|index| self.outcome(index)).collect()
    }

    fn outcome(&self, index: usize) -> Result<OrderOutcome, RunError> {
        let source = &self.orders[index];
        let trigger = source.placed_at.plus_minutes(self.settings.campaign.terms.trigger_after_minutes);
        let unpaid_at_trigger = source.paid_at.is_none_or(|(at, _)| at > trigger)
            && source.cancelled_at.is_none_or(|at| at > trigger);
        let mut outcome = OrderOutcome {
            category: source.category().to_owned(),
            placed_hour: self.settings.shop.time_zone.hour(source.placed_at),
            unpaid_at_trigger,
            minutes_to_payment: source.minutes_to_payment(),
            ..OrderOutcome::default()
        };
        let Some(order) = self.order(index)? else {
            return Ok(outcome);
        };
        outcome.shown = order.recovery.offer.is_some();
        if unpaid_at_trigger {
            outcome.withheld = order.recovery.withheld.iter().map(|left| left.code.to_string()).collect();
            if !outcome.shown && self.bought_elsewhere.contains(&index) {
                outcome.withheld.push(Code::BoughtElsewhere.to_string());
            }
        }
        outcome.pushed = order.recovery.push.sent_at.is_some();
        outcome.suppressed = self.suppressed(source, &order)?.map(|code| code.to_string());
        if let Some((coupon, _)) = self.claimed.get(&index) {
            let coupon = self.engine.reader().coupon(&source.shop_id, coupon)?;
            outcome.coupon = coupon.map(|coupon| end(coupon.status));
        }
        if let Some(payment) = order.paid_by().filter(|payment| payment.status == PaymentStatus::Succeeded) {
            outcome.saved_minor = payment.saving.minor();
            outcome.paid_minor = payment.amount.minor();
            outcome.replayed_minutes_to_payment =
                Some(payment.at.since(source.placed_at).div_euclid(60_000_000));
        }
        Ok(outcome)
    }

    /// Why the order's push stayed at home, if it did.
    fn suppressed(&self, source: &SourceOrder, order: &Order) -> Result<Option<Code>, StoreError> {
        if order.recovery.push.sent_at.is_some() {
            return Ok(None);
        }
        let filter = MessageFilter { order_id: Some(order.order_id.clone()), ..MessageFilter::default() };
        let messages =
            self.engine.reader().messages(&source.shop_id, &filter, &Page { after: None, limit: 50 })?;
        Ok(messages.into_iter().rev().find_map(|message| message.code))
    }
}

/// The money of an order.
pub(crate) fn paid(
    order: &OrderId,
    method: Method,
    amount: Money,
    coupon_id: Option<CouponId>,
) -> PaymentSucceeded {
    let payment_id = PaymentId::try_new("replay").unwrap_or_else(|_| unreachable!("replay is an id"));
    PaymentSucceeded {
        order_id: order.clone(),
        payment_id,
        stage: Stage::Full,
        method,
        amount,
        coupon_id,
        checkout_id: None,
        transaction_id: None,
        discounts: Vec::new(),
    }
}

fn end(status: CouponStatus) -> CouponEnd {
    match status {
        CouponStatus::Available | CouponStatus::Locked => CouponEnd::Open,
        CouponStatus::Used => CouponEnd::Used,
        CouponStatus::Expired => CouponEnd::Expired,
        CouponStatus::Void => CouponEnd::Void,
    }
}
