//! A member sprint on our engine: members who enrolled, bought, and confirmed receipt, in a store that waits for the draw.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use domain::{
    BatchId, CampaignId, CouponId, CustomerId, Instant, OrderId, WaveId,
    campaign::{
        Action, Terms, Version,
        promotion::Tier,
        sprint::{Do, Terms as SprintTerms},
    },
    catalog::Scope,
    coupon::{Batch, CouponKind},
    event::{Body, OrderNamed},
    order::Party,
    sprint::{AwardStatus, Given, Member},
};
use engine::{Command, Input};
use money::Money;
use port::{Members, Page};
use serde_json::json;

use crate::{
    ours::{self, Ours, ensure_applied, opening, shop_id},
    samples,
};

/// The campaign.
pub const CAMPAIGN: &str = "sprint";
/// Its wave.
const WAVE: &str = "w1";
/// The batch that two coupons each are given of.
const BATCH: &str = "BA_SPRINT";
/// Inputs handed to the engine at once when a store is filled.
const FILL: u64 = 4_096;
/// Members that are read together.
const PAGE: usize = 10_000;
/// In so many seconds members confirm receipt, in no order of their ids.
const SECONDS: u64 = 80_000;

/// Members enroll for an hour until the orders of [`samples`] are placed.
fn enrolled_at() -> Instant {
    opening().plus_hours(-1)
}

/// When it is settled who has won.
pub fn draw_at() -> Instant {
    opening().plus_hours(24 * 9)
}

/// A customer by their number, as the orders of [`samples`] name them.
pub fn customer(number: u64) -> Result<CustomerId> {
    Ok(CustomerId::try_new(&format!("customer{number:010}"))?)
}

/// A shop with so many members, of whom the first `buyers` have reached the threshold.
pub fn create(folder: &Path, members: u64, buyers: u64) -> Result<Ours> {
    let ours = Ours::create_early(folder, 10)?;
    ours.submit(batch(2 * members)?)?;
    ours.submit(sprint(2 * members)?)?;
    ours.advance(enrolled_at())?;
    each(&ours, 0..members, enrolling)?;
    ours.advance(opening())?;
    orders(&ours, 0..buyers, |number| samples::scatter(number) % SECONDS * 1_000)?;
    Ok(ours)
}

/// Orders whose receipts come in the order in which they are heard of, behind those of the store that was filled.
pub fn orders_as_they_come(ours: &Ours, numbers: std::ops::Range<u64>) -> Result<u64> {
    let first = numbers.start;
    orders(ours, numbers, |number| SECONDS * 1_000 + (number - first))
}

/// Places orders of these numbers, each by its own customer, has them paid and received, so many milliseconds after the
/// opening; how many events that are.
fn orders(ours: &Ours, numbers: std::ops::Range<u64>, millis: impl Fn(u64) -> u64) -> Result<u64> {
    let events = 3 * (numbers.end - numbers.start);
    each(ours, numbers.clone(), ours::placed)?;
    each(ours, numbers.clone(), ours::paid)?;
    each(ours, numbers, |number| received(number, millis(number)))?;
    Ok(events)
}

fn each(ours: &Ours, numbers: std::ops::Range<u64>, make: impl Fn(u64) -> Result<Input>) -> Result<()> {
    for first in numbers.clone().step_by(usize::try_from(FILL)?) {
        let inputs = (first..numbers.end.min(first + FILL)).map(&make).collect::<Result<Vec<_>>>()?;
        ensure_applied(ours.engine.submit_many_blocking(inputs)?)?;
    }
    Ok(())
}

fn batch(quantity: u64) -> Result<Command> {
    let batch_id = BatchId::try_new(BATCH)?;
    let save = Some(Money::from_minor(1_000));
    let batch = Batch {
        batch_id: batch_id.clone(),
        name: "Sprint".into(),
        kind: CouponKind::Shop,
        benefit: Tier { spend: Money::from_minor(5_000), save, percent_off: None, cap: None },
        quantity,
        per_customer_limit: 2,
        scope: Scope::default(),
        starts_at: opening().plus_hours(-24),
        ends_at: ours::ends_at(),
        funded_by: Party::Merchant,
        return_on_full_refund: false,
        sprint: None,
    };
    Ok(Command::CreateBatch { batch_id: Some(batch_id), batch: Box::new(batch), digest: String::new() })
}

fn sprint(release_quantity: u64) -> Result<Command> {
    let window =
        |from: Instant, to: Instant| json!({ "starts_at": from.to_string(), "ends_at": to.to_string() });
    let (starts_at, ends_at) = (opening().plus_hours(-2), ours::ends_at());
    let terms = json!({
        "waves": [{ "wave_id": WAVE, "enrollment": window(starts_at, opening()),
            "sprint": window(enrolled_at(), opening().plus_hours(24 * 8)), "draw_at": draw_at().to_string(),
            "award": window(draw_at(), ends_at), "redemption": window(draw_at(), ends_at) }],
        "tiers": [{ "threshold": 500, "prize":
            { "kind": "coupon", "batch_id": BATCH, "release_quantity": release_quantity } }],
    });
    let terms: SprintTerms = serde_json::from_value(terms)?;
    let version = Version {
        name: "Sprint".into(),
        starts_at,
        ends_at,
        scope: Scope::default(),
        terms: Terms::Sprint(terms),
        made_at: opening(),
    };
    Ok(Command::CreateCampaign {
        campaign_id: Some(CampaignId::try_new(CAMPAIGN)?),
        version: Box::new(version),
        publish: true,
        digest: String::new(),
    })
}

fn enrolling(number: u64) -> Result<Input> {
    let enroll = Do::Enroll {
        campaign_id: CampaignId::try_new(CAMPAIGN)?,
        wave_id: None,
        customer_id: customer(number)?,
    };
    Ok(Input::new(shop_id(), Command::Act(Action::Sprint(enroll))))
}

fn received(number: u64, millis: u64) -> Result<Input> {
    let named = OrderNamed { order_id: OrderId::try_new(&format!("order{number:010}"))? };
    let at = Instant::from_micros(opening().micros() + i64::try_from(millis)? * 1_000);
    Ok(ours::event_at(format!("evt-{number:012}-4"), Body::Received(named), at))
}

/// How many members were given two coupons, no two of them the same; nobody may have been given anything else.
pub fn awarded(ours: &Ours) -> Result<u64> {
    let (campaign, wave) = (CampaignId::try_new(CAMPAIGN)?, WaveId::try_new(WAVE)?);
    let mut page = Page { after: None, limit: PAGE };
    let mut coupons: Vec<CouponId> = Vec::new();
    loop {
        let reader = ours.engine.reader();
        let members = reader.sprint_members(&shop_id(), (&campaign, &wave), Members::All, &page)?;
        let Some((last, _)) = members.last() else { break };
        page.after = Some(last.to_string());
        for (customer, member) in &members {
            coupons.extend(prizes(member).with_context(|| format!("{customer}"))?);
        }
    }
    let given = coupons.len() as u64;
    coupons.sort_unstable();
    coupons.dedup();
    ensure!(coupons.len() as u64 == given, "a coupon was given twice");
    let issued = ours.engine.reader().batch(&shop_id(), &BatchId::try_new(BATCH)?)?;
    let issued = issued.context("the batch is there")?.counters.issued;
    ensure!(issued == given, "{issued} coupons were issued, members have {given}");
    Ok(given / 2)
}

/// The coupons that a member has won: none, or two.
fn prizes(member: &Member) -> Result<Vec<CouponId>> {
    let [award] = &member.awards[..] else {
        ensure!(member.awards.is_empty(), "{} prizes", member.awards.len());
        return Ok(Vec::new());
    };
    match (&award.given, award.status) {
        (Some(Given::Coupons(coupons)), AwardStatus::Given) if coupons.len() == 2 => Ok(coupons.clone()),
        _ => anyhow::bail!("{award:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the group `sprints` measures can be set up, and comes to two coupons for each who bought.
    #[test]
    fn members_who_bought_are_given_two_coupons_each() {
        let folder = tempfile::tempdir().unwrap();
        let ours = create(folder.path(), 12, 10).unwrap();
        assert_eq!(awarded(&ours).unwrap(), 0);
        ours.advance(draw_at()).unwrap();
        assert_eq!(awarded(&ours).unwrap(), 10);
    }
}
