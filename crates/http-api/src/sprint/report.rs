//! What a sprint came to, beside what the same members did before and after: worked out of the shop's orders when it is
//! asked for, so that nothing of it is kept on the way of an order.

use super::members::{holder, live};
use crate::wire::auth::InShop;
use crate::wire::extract::Names;
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use axum::Json;
use axum::extract::State;
use domain::{
    CampaignId, CustomerId, Instant, ShopId,
    campaign::sprint::Live,
    order::{Order, State as OrderState},
    sprint::{Counting, Given, Spent, Wave},
    time::{CivilDay, Window, Zone},
};
use money::Money;
use port::{Members, Page, Read, Reader};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;

/// Rows read at once.
const STEP: usize = 1_000;
const DAY_HOURS: i64 = 24;

/// What members bought in a window: paid for goods of the scope, less what has gone back by now. Amounts are minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct BoughtView {
    /// Members who bought.
    buyers: i64,
    /// Orders.
    orders: i64,
    /// What they come to.
    sales: i64,
}

/// What coupons that were won brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct RedeemedView {
    /// Coupons used on paid orders whose money has not all gone back.
    redeemed: i64,
    /// What they took off: what the prizes cost. Minor units.
    saved: i64,
}

/// A day of the shop's zone on which coupons were used.
#[derive(Debug, Serialize, ToSchema)]
pub struct RedeemedDayView {
    /// `2030-11-20`
    day: String,
    #[serde(flatten)]
    of_day: RedeemedView,
}

/// What a wave came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct OutcomeView {
    /// Members who enrolled.
    enrolled: i64,
    /// New members of the shop among them.
    new_members: i64,
    /// The others.
    old_members: i64,
    /// Members with an order that counts.
    active: i64,
    /// What they bought in a window as long as the sprint, right before it.
    before: BoughtView,
    /// What they bought in the sprint, from before they enrolled too.
    during: BoughtView,
    /// Active members who bought again, whatever goods, within 30 days after the sprint, as far as these have passed.
    repurchase_30: i64,
    /// The same within 90 days.
    repurchase_90: i64,
    /// Prizes of goods that were given.
    goods: i64,
    #[serde(flatten)]
    redeemed: RedeemedView,
}

/// A wave with its days.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaveOutcomeView {
    wave_id: String,
    #[serde(flatten)]
    outcome: OutcomeView,
    /// The days on which coupons were used, the earliest first.
    redeemed_by_day: Vec<RedeemedDayView>,
}

/// What a sprint came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct SprintReportView {
    campaign_id: String,
    /// The waves added up: a member of two waves counts in each.
    total: OutcomeView,
    waves: Vec<WaveOutcomeView>,
}

/// What is known of a member of a wave while orders are read.
#[derive(Debug, Default)]
struct Buyer {
    is_active: bool,
    before: bool,
    during: bool,
    /// When they first bought again after the sprint.
    again: Option<Instant>,
}

/// A wave while orders are read.
struct OfWave<'a> {
    wave: &'a Wave,
    before: Window,
    members: HashMap<CustomerId, Buyer>,
    outcome: OutcomeView,
    days: BTreeMap<CivilDay, RedeemedView>,
}

impl<'a> OfWave<'a> {
    fn read(reader: &dyn Reader, shop: &ShopId, live: Live<'_>, wave: &'a Wave) -> Read<Self> {
        let length = wave.sprint.ends_at.micros() - wave.sprint.starts_at.micros();
        let starts_at = Instant::from_micros(wave.sprint.starts_at.micros() - length);
        let before = Window { starts_at, ends_at: wave.sprint.starts_at };
        let (mut members, mut outcome) = (HashMap::new(), OutcomeView::default());
        let mut page = Page { after: None, limit: STEP };
        loop {
            let part = (&live.campaign.campaign_id, &wave.wave_id);
            let found = reader.sprint_members(shop, part, Members::All, &page)?;
            let Some((last, _)) = found.last() else { break };
            page.after = Some(last.to_string());
            for (customer, member) in found {
                let Some(enrolled_at) = member.enrolled_at else { continue };
                outcome.enrolled += 1;
                outcome.new_members += i64::from(member.is_new);
                outcome.old_members += i64::from(!member.is_new);
                let counting = Counting::of(wave, live.terms.counts_from, enrolled_at);
                let is_active = counting.progress(&member.orders).spent.is_positive();
                outcome.active += i64::from(is_active);
                let goods = member.awards.iter().filter(|award| matches!(award.given, Some(Given::Goods(_))));
                outcome.goods += i64::try_from(goods.count()).unwrap_or(i64::MAX);
                members.insert(customer, Buyer { is_active, ..Buyer::default() });
            }
        }
        Ok(Self { wave, before, members, outcome, days: BTreeMap::new() })
    }

    /// Whether anything that is asked of a member hangs on orders placed then.
    fn concerns(&self, placed_at: Instant) -> bool {
        placed_at >= self.before.starts_at && placed_at < self.after(90)
    }
    fn after(&self, days: i64) -> Instant {
        self.wave.sprint.ends_at.plus_hours(DAY_HOURS * days)
    }

    /// An order of a member's.
    fn take(&mut self, customer: &CustomerId, order: &Order, spent: Option<&Spent>) {
        let Some(buyer) = self.members.get_mut(customer) else { return };
        let sums = if self.before.contains(order.placed_at) {
            (&mut buyer.before, &mut self.outcome.before)
        } else if self.wave.sprint.contains(order.placed_at) {
            (&mut buyer.during, &mut self.outcome.during)
        } else {
            let is_again =
                buyer.is_active && order.placed_at >= self.wave.sprint.ends_at && !order.is_refunded();
            let found = is_again.then_some(order.placed_at);
            buyer.again = buyer.again.into_iter().chain(found).min();
            return;
        };
        let Some(spent) = spent else { return };
        let (seen, sales) = sums;
        sales.buyers += i64::from(!std::mem::replace(seen, true));
        sales.orders += 1;
        sales.sales += spent.net(Instant::from_micros(i64::MAX)).minor();
    }

    fn redeem(&mut self, day: CivilDay, saved: Money) {
        for sums in [self.days.entry(day).or_default(), &mut self.outcome.redeemed] {
            sums.redeemed += 1;
            sums.saved += saved.minor();
        }
    }

    fn finish(mut self) -> WaveOutcomeView {
        let (in_30, in_90) = (self.after(30), self.after(90));
        for again in self.members.values().filter_map(|buyer| buyer.again) {
            self.outcome.repurchase_30 += i64::from(again < in_30);
            self.outcome.repurchase_90 += i64::from(again < in_90);
        }
        let days = self.days.into_iter();
        WaveOutcomeView {
            wave_id: self.wave.wave_id.to_string(),
            outcome: self.outcome,
            redeemed_by_day: days
                .map(|(day, of_day)| RedeemedDayView { day: day.date().to_string(), of_day })
                .collect(),
        }
    }
}

/// The coupons of a sprint that came off an order, with the waves in which its customer won them.
fn redeemed(reader: &dyn Reader, shop: &ShopId, live: Live<'_>, order: &Order) -> Read<Vec<(usize, Money)>> {
    let id = &live.campaign.campaign_id;
    let mut found = Vec::new();
    for from in order.came_from.iter().filter(|from| from.campaign_id == *id) {
        for (place, wave) in live.terms.waves.iter().enumerate() {
            let member = reader.sprint_member(shop, (id, &wave.wave_id), &order.customer_id)?;
            let awards = member.iter().flat_map(|member| &member.awards);
            let is_it = |given: &Given| match given {
                Given::Coupons(coupons) => coupons.iter().any(|coupon| coupon.as_str() == &*from.id),
                Given::Goods(_) => false,
            };
            if awards.filter_map(|award| award.given.as_ref()).any(is_it) {
                found.push((place, order.came_off(&from.id)));
            }
        }
    }
    Ok(found)
}

/// Reads all orders of the shop, once.
fn read(reader: &dyn Reader, shop: &ShopId, live: Live<'_>, zone: &Zone) -> Read<Vec<WaveOutcomeView>> {
    let waves = live.terms.waves.iter().map(|wave| OfWave::read(reader, shop, live, wave));
    let mut waves = waves.collect::<Read<Vec<OfWave<'_>>>>()?;
    let mut page = Page { after: None, limit: STEP };
    loop {
        let orders = reader.orders(shop, &page)?;
        let Some(last) = orders.last() else { break };
        page.after = Some(last.order_id.to_string());
        for order in &orders {
            let OrderState::Paid { at } = order.state else { continue };
            if waves.iter().any(|of| of.concerns(order.placed_at)) {
                let spent = Spent::of(order, &live.version.scope);
                for of in waves.iter_mut().filter(|of| of.concerns(order.placed_at)) {
                    let customer = holder(reader, shop, of.wave, &order.customer_id)?;
                    of.take(&customer, order, spent.as_ref());
                }
            }
            if !order.is_refunded() {
                for (place, saved) in redeemed(reader, shop, live, order)? {
                    waves[place].redeem(zone.day(at), saved);
                }
            }
        }
    }
    Ok(waves.into_iter().map(OfWave::finish).collect())
}

fn add(total: &mut OutcomeView, of: &OutcomeView) {
    total.enrolled += of.enrolled;
    total.new_members += of.new_members;
    total.old_members += of.old_members;
    total.active += of.active;
    for (sum, more) in [(&mut total.before, of.before), (&mut total.during, of.during)] {
        sum.buyers += more.buyers;
        sum.orders += more.orders;
        sum.sales += more.sales;
    }
    total.repurchase_30 += of.repurchase_30;
    total.repurchase_90 += of.repurchase_90;
    total.goods += of.goods;
    total.redeemed.redeemed += of.redeemed.redeemed;
    total.redeemed.saved += of.redeemed.saved;
}

/// What a sprint came to: sales beside those before it, who bought again, what the prizes cost. All orders of the shop are
/// read for it, which takes some seconds for a million.
#[utoipa::path(get, path = "/v1/shops/{shop}/sprints/{sprint}/report", tag = "sprints",
    params(("shop" = String, Path), ("sprint" = String, Path)),
    responses((status = 200, body = SprintReportView), (status = 404, body = Problem)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, CampaignId)>,
) -> Result<Json<SprintReportView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let (shop_id, asked, zone) = (caller.shop_id.clone(), id.clone(), shop.time_zone.clone());
    let (shop_of_row, row_id) = (shop_id.clone(), id.clone());
    let row = state.read(move |reader: &dyn Reader| reader.campaign(&shop_of_row, &row_id)).await?;
    live(row.as_ref(), &asked)?;
    let waves = move |reader: &dyn Reader| match row.as_ref().and_then(|row| Live::current(&row.campaign)) {
        Some(live) => read(reader, &shop_id, live, &zone),
        None => Ok(Vec::new()),
    };
    let waves = state.read(waves).await?;
    let mut total = OutcomeView::default();
    for wave in &waves {
        add(&mut total, &wave.outcome);
    }
    Ok(Json(SprintReportView { campaign_id: id.to_string(), total, waves }))
}
