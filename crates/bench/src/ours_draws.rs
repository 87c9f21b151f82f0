//! A draw on our engine: paid orders that wait to be played, on one pool of prizes.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use domain::{
    BatchId, CampaignId, CustomerId, RewardId,
    campaign::{Terms, Version, promotion::Tier},
    catalog::Scope,
    coupon::{Batch, CouponKind},
    order::Party,
    reward::{Beta, RewardStatus},
};
use engine::{Chance, Command, Input};
use money::Money;
use port::{Page, RewardFilter};
use serde_json::{Value, json};

use crate::ours::{self, Ours, ensure_applied, opening, shop_id};

/// The campaign that draws.
pub const CAMPAIGN: &str = "draws";
/// Payments handed to the engine at once.
const FILL: u64 = 4_096;
/// Plays that are read together.
const PAGE: usize = 10_000;

/// A chance that waits.
#[derive(Debug, Clone)]
pub struct Chanced {
    /// The reward.
    pub reward: RewardId,
    /// Whose it is.
    pub customer: CustomerId,
}

/// Prizes as a shop may have them: a few goods, coupons for a third, and nothing.
pub fn usual() -> Value {
    json!([
        { "prize_id": "pot", "name": "紫砂壶", "kind": "goods", "sku": "POT", "value": 68_800, "stock": 100, "odds": 1_000, "fallback": "coupon" },
        { "prize_id": "coupon", "name": "10元券", "kind": "coupon", "batch_id": "thanks", "value": 1_000, "stock": 1_000_000, "odds": 300_000, "fallback": "none" },
        { "prize_id": "none", "name": "谢谢参与", "kind": "none", "odds": 699_000 },
    ])
}

/// So many of one prize, that everybody wins as long as there is one.
pub fn few(stock: u64) -> Value {
    json!([
        { "prize_id": "tv", "name": "电视", "kind": "goods", "sku": "TV", "value": 300_000, "stock": stock, "odds": 1_000_000, "fallback": "none" },
        { "prize_id": "none", "name": "谢谢参与", "kind": "none", "odds": 0 },
    ])
}

/// A shop with so many chances of those prizes, each of a paid order of its own customer.
pub fn create(folder: &Path, prizes: &Value, chances: u64) -> Result<(Ours, Vec<Chanced>)> {
    let ours = Ours::create_early(folder, 10)?;
    for beta in [Beta::Applied, Beta::Beta] {
        ours.submit(Command::Try(beta))?;
    }
    ours.submit(batch()?)?;
    let campaign = Input {
        chance: Some(Chance::from_bytes([7; 32], [8; 32])),
        ..Input::new(shop_id(), campaign(prizes)?)
    };
    let answers = ours.engine.submit_many_blocking(vec![campaign])?;
    answers.into_iter().collect::<Result<Vec<_>, _>>()?;
    ours.advance(opening())?;
    ours.place(0, chances, |number| number)?;
    let mut first = 0;
    while first < chances {
        let last = chances.min(first + FILL);
        let paid = (first..last).map(ours::paid).collect::<Result<Vec<_>>>()?;
        ensure_applied(ours.engine.submit_many_blocking(paid)?)?;
        first = last;
    }
    let waiting = waiting(&ours)?;
    ensure!(waiting.len() as u64 == chances, "{} chances of {chances} orders", waiting.len());
    Ok((ours, waiting))
}

fn batch() -> Result<Command> {
    let batch_id = BatchId::try_new("thanks")?;
    let benefit = Tier {
        spend: Money::from_minor(5_000),
        save: Some(Money::from_minor(1_000)),
        percent_off: None,
        cap: None,
    };
    let batch = Batch {
        batch_id: batch_id.clone(),
        name: "Thanks".into(),
        kind: CouponKind::Shop,
        benefit,
        quantity: 1_000_000,
        per_customer_limit: 1,
        scope: Scope::default(),
        starts_at: opening().plus_hours(-1),
        ends_at: ours::ends_at().plus_hours(24 * 60),
        funded_by: Party::Merchant,
        return_on_full_refund: false,
        sprint: None,
    };
    Ok(Command::CreateBatch { batch_id: Some(batch_id), batch: Box::new(batch), digest: String::new() })
}

fn campaign(prizes: &Value) -> Result<Command> {
    let notice = json!({ "organiser": "Bench", "contact": "400-000-0000", "claim_days": 30, "claim_how": "即时到账", "lapse": "视为放弃" });
    let draw = json!({ "prizes": prizes, "notice": notice });
    let terms = json!({ "tiers": [{ "min_paid": 1, "action": { "kind": "draw", "draw": draw } }] });
    let version = Version {
        name: "Draws".into(),
        starts_at: opening().plus_hours(-1),
        ends_at: ours::ends_at(),
        scope: Scope::default(),
        terms: Terms::PostPayment(serde_json::from_value(terms)?),
        made_at: opening(),
    };
    Ok(Command::CreateCampaign {
        campaign_id: Some(CampaignId::try_new(CAMPAIGN)?),
        version: Box::new(version),
        publish: true,
        digest: String::new(),
    })
}

fn waiting(ours: &Ours) -> Result<Vec<Chanced>> {
    let (campaign, filter) =
        (CampaignId::try_new(CAMPAIGN)?, RewardFilter { status: Some(RewardStatus::Offered) });
    let mut found = Vec::new();
    let mut page = Page { after: None, limit: PAGE };
    loop {
        let rewards = ours.engine.reader().campaign_rewards(&shop_id(), &campaign, &filter, &page)?;
        let Some(last) = rewards.last() else { return Ok(found) };
        page.after = Some(port::reward_key(last));
        found.extend(
            rewards
                .into_iter()
                .map(|reward| Chanced { reward: reward.reward_id, customer: reward.customer_id }),
        );
    }
}

/// How many were played, and how many of them won that prize, as the chain says; its head counts them too.
pub fn played(ours: &Ours, prize: &str) -> Result<(u64, u64)> {
    let campaign = CampaignId::try_new(CAMPAIGN)?;
    let (mut plays, mut won) = (0, 0);
    loop {
        let rewards = ours.engine.reader().plays(&shop_id(), &campaign, plays, PAGE)?;
        if rewards.is_empty() {
            break;
        }
        plays += rewards.len() as u64;
        let drawn = rewards.iter().filter_map(|reward| reward.drawn.as_ref());
        won += drawn.filter(|drawn| drawn.prize_id == prize).count() as u64;
    }
    let book = ours.engine.reader().book(&shop_id(), &campaign)?.context("the campaign has a book")?;
    let standing = book.drawing.context("it draws")?.standing;
    ensure!(
        (standing.plays, standing.given.of(prize)) == (plays, won),
        "{standing:?}, but {plays} and {won} in the chain"
    );
    Ok((plays, won))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the group `draws` measures can be set up: the rules for prizes and their batches change, and a bench is
    /// seldom run.
    #[test]
    fn a_shop_that_draws_can_be_made() {
        let folder = tempfile::tempdir().unwrap();
        for (n, prizes) in [usual(), few(10)].into_iter().enumerate() {
            let own = folder.path().join(n.to_string());
            std::fs::create_dir(&own).unwrap();
            let (ours, chances) = create(&own, &prizes, 3).unwrap();
            assert_eq!(chances.len(), 3);
            assert_eq!(played(&ours, "tv").unwrap(), (0, 0));
        }
    }
}
