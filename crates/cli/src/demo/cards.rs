//! The demo's scratch cards: paid orders bring a coupon, and from 150 yuan on a card of an urn; most buyers scratch theirs.

use domain::{
    BatchId, CampaignId, CustomerId, Instant, OrderId, ShopId,
    campaign::{Action, CampaignRow, Terms, Version, post_payment, post_payment::Do, promotion::Tier},
    catalog::Scope,
    coupon::{Batch, CouponKind},
    order::Party,
    reward::{Answers, Beta},
};
use engine::{Chance, Command, Engine, Input};
use money::Money;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// What the campaign offers: four prizes of 20,000 tickets, with all that the law wants told.
fn terms(batch: &BatchId) -> Value {
    let coupon = |id: &str, name: &str, value: i64, stock: u64| json!({ "prize_id": id, "name": name, "kind": "coupon", "batch_id": batch, "value": value, "stock": stock });
    let draw = json!({
        "prizes": [
            { "prize_id": "pot", "name": "紫砂壶", "kind": "goods", "sku": "POT-1", "value": 68_000, "stock": 20 },
            coupon("coupon-first", "二等奖：5元券", 500, 400),
            coupon("coupon-second", "三等奖：5元券", 500, 4_000),
            { "prize_id": "none", "name": "谢谢参与", "kind": "none", "stock": 15_580 },
        ],
        "notice": {
            "organiser": "演示店", "contact": "400-000-0000", "claim_days": 15,
            "claim_how": "优惠券即时到账；实物在订单页填写收货地址，7天内寄出，运费由主办方承担", "lapse": "视为放弃，不再补发",
        },
    });
    json!({ "tiers": [
        { "min_paid": 5_000, "action": { "kind": "coupon", "batch_id": batch } },
        { "min_paid": 15_000, "action": { "kind": "scratch_card", "draw": draw } },
    ] })
}

/// Whether a campaign is one of cards.
pub fn is_of(row: &CampaignRow) -> bool {
    row.campaign.current().terms.of::<post_payment::Terms>().is_some()
}

/// The shop may try rewards after payment.
pub async fn apply(engine: &Engine, shop: &ShopId) -> anyhow::Result<()> {
    let known = engine.reader().shop(shop)?.map(|shop| shop.post_payment).unwrap_or_default();
    for beta in [Beta::Applied, Beta::Beta] {
        if known < beta {
            engine.submit(Input::new(shop.clone(), Command::Try(beta))).await?;
        }
    }
    Ok(())
}

/// Publishes a campaign of cards, and the batch of its coupons.
pub async fn publish(engine: &Engine, shop: &ShopId, starts_at: Instant) -> anyhow::Result<()> {
    let number = starts_at.micros() / 3_600_000_000;
    let batch_id = BatchId::try_new(&format!("thanks-{number}"))?;
    let ends_at = starts_at.plus_hours(24 * 30);
    let benefit = Tier {
        spend: Money::from_minor(5_000),
        save: Some(Money::from_minor(500)),
        percent_off: None,
        cap: None,
    };
    let batch = Batch {
        batch_id: batch_id.clone(),
        name: "Thank you / 5元券".into(),
        kind: CouponKind::Shop,
        benefit,
        quantity: 1_000_000,
        per_customer_limit: 100,
        scope: Scope::default(),
        starts_at: engine.now(),
        ends_at: ends_at.plus_hours(24 * 30),
        funded_by: Party::Merchant,
        return_on_full_refund: false,
        sprint: None,
    };
    let terms = serde_json::from_value(terms(&batch_id))?;
    let version = Version {
        name: "六月刮刮乐".into(),
        starts_at,
        ends_at,
        scope: Scope::default(),
        terms: Terms::PostPayment(terms),
        made_at: engine.now(),
    };
    let batch =
        Command::CreateBatch { batch_id: Some(batch_id), batch: Box::new(batch), digest: String::new() };
    engine.submit(Input::new(shop.clone(), batch)).await?;
    let campaign_id = Some(CampaignId::try_new(&format!("cards-{number}"))?);
    let (version, digest) = (Box::new(version), String::new());
    let campaign = Command::CreateCampaign { campaign_id, version, publish: true, digest };
    let chance = Some(Chance::from_bytes(crate::chance::random(), crate::chance::random()));
    engine.submit(Input { chance, ..Input::new(shop.clone(), campaign) }).await?;
    Ok(())
}

/// Seven of ten buyers scratch the card that their order brought.
pub async fn scratch(
    engine: &Engine,
    shop: &ShopId,
    order: &OrderId,
    buyer: &CustomerId,
) -> anyhow::Result<()> {
    let [first, ..] = port::digest(order.as_str().as_bytes());
    let rewards = engine.reader().order(shop, order)?.map(|order| order.rewards).unwrap_or_default();
    for reward_id in rewards.into_iter().filter_map(|rewarded| rewarded.reward_id) {
        let card = engine.reader().reward(shop, &reward_id)?.filter(|reward| reward.action.is_draw());
        if card.is_some() && first < 180 {
            let play = Do::Play { reward_id, customer_id: buyer.clone(), answers: Answers::default() };
            engine.submit(Input::new(shop.clone(), Command::Act(Action::PostPayment(play)))).await?;
        }
    }
    Ok(())
}

/// Says where to look at cards: the draw's page, and what an order brought.
pub fn tell(engine: &Engine, shop: &ShopId, order: &OrderId, address: SocketAddr) -> anyhow::Result<()> {
    let rows = engine.reader().campaigns(shop)?;
    let now = engine.now();
    let runs = |row: &&CampaignRow| is_of(row) && now < row.campaign.current().ends_at;
    let Some(row) = rows.iter().find(runs) else { return Ok(()) };
    let campaign = &row.campaign.campaign_id;
    crate::say(&format!(
        "\x20 Scratch cards, for buyers / 刮刮乐公示  http://{address}/draws/{shop}/{campaign}\n\
         \x20 What an order brought / 一单的奖励       curl -s -H 'Authorization: Bearer sandbox' http://{address}/v1/shops/{shop}/orders/{order}/rewards\n"
    ))
}
