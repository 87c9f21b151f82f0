//! The demo's member sprint: half of the buyers enroll, spend, receive their parcels an hour later, and after twelve hours
//! of the shop, twelve minutes at the terminal, the first of them win.

use domain::{
    BatchId, CampaignId, CustomerId, Instant, OrderId, ShopId,
    campaign::{Action, CampaignRow, Terms, Version, promotion::Tier, sprint},
    catalog::Scope,
    coupon::{Batch, CouponKind},
    order::Party,
};
use engine::{Command, Engine, EngineError, Input};
use money::Money;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::net::SocketAddr;

/// From the parcel's leaving to the receipt.
const ARRIVES_MINUTES: i64 = 60;

/// Parcels on their way.
#[derive(Default)]
pub struct Parcels(VecDeque<(Instant, OrderId)>);

impl Parcels {
    /// It has left.
    pub fn leaves(&mut self, order: &OrderId, now: Instant) {
        self.0.push_back((now.plus_minutes(ARRIVES_MINUTES), order.clone()));
    }
    /// Orders that are received now.
    pub fn arriving(&mut self, now: Instant) -> Vec<OrderId> {
        let waiting = self.0.iter().position(|(at, _)| *at > now).unwrap_or(self.0.len());
        self.0.drain(..waiting).map(|(_, order)| order).collect()
    }
}

/// Enrollment and sprint until the eighth hour, the draw in the twelfth, coupons for three days; 300 yuan bring two coupons,
/// 1,000 a pot.
fn terms(batch: &BatchId, starts_at: Instant) -> Value {
    let hour = |hour: i64| starts_at.plus_hours(hour).to_string();
    let window = |from: i64, to: i64| json!({ "starts_at": hour(from), "ends_at": hour(to) });
    json!({
        "waves": [{ "wave_id": "w1", "enrollment": window(0, 8), "sprint": window(1, 8), "draw_at": hour(12),
            "award": window(12, 24), "redemption": window(12, 72) }],
        "tiers": [
            { "threshold": 30_000, "prize": { "kind": "coupon", "batch_id": batch, "release_quantity": 200 } },
            { "threshold": 100_000, "prize": { "kind": "goods", "sku": "POT-1", "stock": 10 } },
        ],
    })
}

/// Whether a campaign is a sprint.
pub fn is_of(row: &CampaignRow) -> bool {
    row.campaign.current().terms.of::<sprint::Terms>().is_some()
}

/// Publishes a sprint, and the batch of its coupons.
pub async fn publish(engine: &Engine, shop: &ShopId, starts_at: Instant) -> anyhow::Result<()> {
    let number = starts_at.micros() / 3_600_000_000;
    let batch_id = BatchId::try_new(&format!("BA_sprint{number}"))?;
    let ends_at = starts_at.plus_hours(72);
    let (spend, save) = (Money::from_minor(30_000), Some(Money::from_minor(6_000)));
    let batch = Batch {
        batch_id: batch_id.clone(),
        name: "Members' sprint / 冲刺满300减60".into(),
        kind: CouponKind::Shop,
        benefit: Tier { spend, save, percent_off: None, cap: None },
        quantity: 201,
        per_customer_limit: 2,
        scope: Scope::default(),
        starts_at: engine.now(),
        ends_at,
        funded_by: Party::Merchant,
        return_on_full_refund: false,
        sprint: None,
    };
    let terms = serde_json::from_value(terms(&batch_id, starts_at))?;
    let version = Version {
        name: "会员冲刺".into(),
        starts_at,
        ends_at,
        scope: Scope::default(),
        terms: Terms::Sprint(terms),
        made_at: engine.now(),
    };
    let (batch_id, digest) = (Some(batch_id), String::new());
    let batch = Command::CreateBatch { batch_id, batch: Box::new(batch), digest: digest.clone() };
    engine.submit(Input::new(shop.clone(), batch)).await?;
    let campaign_id = Some(CampaignId::try_new(&format!("sprint-{number}"))?);
    let campaign = Command::CreateCampaign { campaign_id, version: Box::new(version), publish: true, digest };
    engine.submit(Input::new(shop.clone(), campaign)).await?;
    Ok(())
}

fn under_way(engine: &Engine, shop: &ShopId) -> anyhow::Result<Option<CampaignId>> {
    let (rows, now) = (engine.reader().campaigns(shop)?, engine.now());
    let runs = |row: &&CampaignRow| is_of(row) && now < row.campaign.current().ends_at;
    Ok(rows.iter().find(runs).map(|row| row.campaign.campaign_id.clone()))
}

/// Half of the buyers enroll before they buy, while they can.
pub async fn enroll(engine: &Engine, shop: &ShopId, buyer: &CustomerId) -> anyhow::Result<()> {
    let [first, ..] = port::digest(buyer.as_str().as_bytes());
    let Some(campaign_id) = under_way(engine, shop)?.filter(|_| first < 128) else { return Ok(()) };
    let enroll = sprint::Do::Enroll { campaign_id, wave_id: None, customer_id: buyer.clone() };
    let command = Command::Act(Action::Sprint(enroll));
    match engine.submit(Input::new(shop.clone(), command)).await {
        // Who has enrolled already, or comes too late, shrugs.
        Ok(_) | Err(EngineError::Refused(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Says where to look at the sprint.
pub fn tell(engine: &Engine, shop: &ShopId, address: SocketAddr) -> anyhow::Result<()> {
    let Some(sprint) = under_way(engine, shop)? else { return Ok(()) };
    crate::say(&format!(
        "\x20 Member sprint / 会员冲刺               curl -s -H 'Authorization: Bearer sandbox' http://{address}/v1/shops/{shop}/sprints/{sprint}/figures\n"
    ))
}
