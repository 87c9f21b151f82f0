//! Walks the orders of the sprint through the engine: a shop each, its customers enrolled, and the draw.

use super::{OfThreshold, SprintPlan, SprintReport};
use crate::mapping::Settings;
use crate::read::SourceOrder;
use crate::run::{RunError, paid};
use domain::{
    CampaignId, Code, CustomerId, Instant, ShopId,
    campaign::{Action, Terms, Version, sprint::Do},
    catalog::Scope,
    event::{Body, Cancelled, OrderEvent, OrderNamed},
    order::CancelReason,
    sprint::{Counting, CountsFrom, Member},
};
use engine::{Command, Engine, EngineClock, EventResult, Input, Platform, Reply, clock::SandboxClock};
use money::Money;
use port::{Members, Page};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Events handed over at once, and how far apart they may be.
const CHUNK: usize = 4_096;
const CHUNK_HOURS: i64 = 1;
/// Members read at once.
const PAGE: usize = 1_000;

struct Run<'a> {
    engine: Engine,
    plan: &'a SprintPlan,
    campaign_id: CampaignId,
}

/// Runs the sprint over the orders.
pub fn run(
    orders: &[SourceOrder],
    settings: &Settings,
    plan: &SprintPlan,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<SprintReport, RunError> {
    let clock = SandboxClock::unset(plan.enrolled_at().plus_hours(-1));
    let store = Box::new(store_memory::MemoryStore::new());
    let platform = Platform { zone: settings.shop.time_zone.clone(), ..Platform::default() };
    let engine = Engine::start_on(store, EngineClock::Sandbox(Arc::new(clock)), platform)?;
    let campaign_id = CampaignId::try_new("replay").unwrap_or_else(|_| unreachable!("replay is an id"));
    let run = Run { engine, plan, campaign_id };
    let in_sprint =
        |order: &&SourceOrder| plan.starts_at <= order.placed_at && order.placed_at < plan.ends_at;
    let orders: Vec<&SourceOrder> = orders.iter().filter(in_sprint).collect();
    let walked = run.walk(&orders, settings, progress);
    let report = walked.and_then(|rejected| run.report(&orders, settings, rejected));
    run.engine.stop();
    report
}

impl Run<'_> {
    /// Which events were refused, by their codes.
    fn submit(&self, inputs: Vec<Input>) -> Result<Vec<Code>, RunError> {
        let mut rejected = Vec::new();
        for outcome in self.engine.submit_many_blocking(inputs)? {
            if let Reply::Event { result: EventResult { code: Some(code), .. } } = outcome? {
                rejected.push(code);
            }
        }
        Ok(rejected)
    }

    fn walk(
        &self,
        orders: &[&SourceOrder],
        settings: &Settings,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<BTreeMap<String, u64>, RunError> {
        let mut rejected = BTreeMap::new();
        let shops: BTreeSet<&ShopId> = orders.iter().map(|order| &order.shop_id).collect();
        for shop in &shops {
            self.submit(self.set_up(shop, settings))?;
        }
        self.engine.advance_blocking(self.plan.enrolled_at())?;
        let members: BTreeSet<(&ShopId, &CustomerId)> =
            orders.iter().map(|order| (&order.shop_id, &order.placed.customer_id)).collect();
        let members: Vec<Input> =
            members.into_iter().map(|(shop, customer)| self.enroll(shop, customer)).collect();
        for chunk in members.chunks(CHUNK) {
            self.submit(chunk.to_vec())?;
        }
        let mut events: Vec<(Instant, Input)> =
            orders.iter().enumerate().flat_map(|(n, o)| told(n, o)).collect();
        events.retain(|(at, _)| *at < self.plan.draw_at);
        // What happened in one moment comes in the order in which it is told of an order.
        events.sort_by_key(|(at, _)| *at);
        let (mut done, total) = (0, events.len() as u64);
        let mut events = events.into_iter().peekable();
        while let Some((first, input)) = events.next() {
            let (mut chunk, mut last) = (vec![input], first);
            let near = |at: Instant| at < first.plus_hours(CHUNK_HOURS);
            while let Some((at, input)) = events.next_if(|(at, _)| near(*at) && chunk.len() < CHUNK) {
                last = at;
                chunk.push(input);
            }
            done += chunk.len() as u64;
            self.engine.advance_blocking(first)?;
            for code in self.submit(chunk)? {
                *rejected.entry(code.to_string()).or_default() += 1;
            }
            self.engine.advance_blocking(last)?;
            progress(done, total);
        }
        self.engine.advance_blocking(self.plan.draw_at)?;
        Ok(rejected)
    }

    fn set_up(&self, shop: &ShopId, settings: &Settings) -> Vec<Input> {
        let version = Version {
            name: self.plan.name.clone(),
            starts_at: self.plan.enrolled_at(),
            ends_at: self.plan.draw_at.plus_hours(2),
            scope: Scope::default(),
            terms: Terms::Sprint(self.plan.terms()),
            made_at: self.engine.now(),
        };
        let create = Command::CreateCampaign {
            campaign_id: Some(self.campaign_id.clone()),
            version: Box::new(version),
            publish: true,
            digest: String::new(),
        };
        let put = Command::PutShop(Box::new(settings.shop.shop(shop.clone())));
        [put, create].map(|command| Input::new(shop.clone(), command)).into()
    }

    fn enroll(&self, shop: &ShopId, customer: &CustomerId) -> Input {
        let (campaign_id, customer_id) = (self.campaign_id.clone(), customer.clone());
        let enroll = Do::Enroll { campaign_id, wave_id: None, customer_id };
        Input::new(shop.clone(), Command::Act(Action::Sprint(enroll)))
    }

    fn report(
        &self,
        orders: &[&SourceOrder],
        settings: &Settings,
        rejected: BTreeMap<String, u64>,
    ) -> Result<SprintReport, RunError> {
        let plan = self.plan;
        let of = |threshold: &Money| OfThreshold { threshold: threshold.minor(), ..OfThreshold::default() };
        let mut report = SprintReport {
            name: plan.name.clone(),
            currency: settings.shop.currency.clone(),
            shops: 0,
            members: 0,
            orders: 0,
            sales: 0,
            rejected,
            thresholds: plan.thresholds.iter().map(of).collect(),
        };
        let shops: BTreeSet<&ShopId> = orders.iter().map(|order| &order.shop_id).collect();
        for shop in shops {
            report.shops += 1;
            let mut page = Page { after: None, limit: PAGE };
            loop {
                let wave = &plan.terms().waves[0].wave_id;
                let part = (&self.campaign_id, wave);
                let members = self.engine.reader().sprint_members(shop, part, Members::All, &page)?;
                let Some((last, _)) = members.last() else { break };
                page.after = Some(last.to_string());
                for (_, member) in &members {
                    self.count(member, &mut report);
                }
            }
        }
        Ok(report)
    }

    fn count(&self, member: &Member, report: &mut SprintReport) {
        let terms = self.plan.terms();
        let Some(enrolled_at) = member.enrolled_at else { return };
        let progress =
            Counting::of(&terms.waves[0], CountsFrom::SprintStart, enrolled_at).progress(&member.orders);
        report.members += 1;
        report.orders += member.orders.len() as u64;
        report.sales += progress.spent.minor();
        let comes_to = progress.received + progress.awaiting;
        for (tier, of) in (0..).zip(&mut report.thresholds) {
            if member.reached(tier).is_some() {
                of.qualified += 1;
                of.sales += progress.spent.minor();
            } else if comes_to.minor() >= of.threshold {
                of.unreceived += 1;
            } else if comes_to.minor() * 5 >= of.threshold * 4 {
                of.close += 1;
            }
            if member.award(tier).is_some() {
                of.winners += 1;
                of.coupons += 2;
                of.cost_at_most += 2 * self.plan.face_value.minor();
            }
        }
    }
}

/// What the export tells of an order, in the order in which it happened.
fn told(number: usize, source: &SourceOrder) -> Vec<(Instant, Input)> {
    let id = || source.placed.order_id.clone();
    let cancelled = || Body::Cancelled(Cancelled { order_id: id(), reason: CancelReason::Customer });
    let parts = [
        Some((source.placed_at, Body::Placed(Box::new(source.placed.clone())))),
        source.paid_at.map(|(at, method)| {
            (at, Body::PaymentSucceeded(paid(&id(), method, source.placed.payable, None)))
        }),
        source.cancelled_at.map(|at| (at, cancelled())),
        source.shipped_at.map(|at| (at, Body::Shipped(OrderNamed { order_id: id() }))),
        source.received_at.map(|at| (at, Body::Received(OrderNamed { order_id: id() }))),
    ];
    let input = |(step, (at, body)): (usize, (Instant, Body))| {
        let event_id = format!("{step}-{number}");
        let digest = port::digest(event_id.as_bytes());
        let event = OrderEvent { source: "replay".into(), event_id, occurred_at: at, body };
        (at, Input::new(source.shop_id.clone(), Command::Ingest { event: Box::new(event), digest }))
    };
    parts.into_iter().flatten().enumerate().map(input).collect()
}
