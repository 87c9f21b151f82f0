//! What stands against publishing a campaign of rewards beyond its terms: its batches, its draw, what it has published.

use domain::{
    BatchId, Instant,
    campaign::{
        Campaign,
        post_payment::{Around, Found, judge, kept_by_others},
    },
    reward::Stock,
    shop::Shop,
};
use port::{Read, Reader};
use std::collections::BTreeMap;

/// Looks at a campaign as it would be published now; of another kind nothing is found.
pub fn found(reader: &dyn Reader, shop: &Shop, campaign: &Campaign, now: Instant) -> Read<Found> {
    let (shop_id, id) = (&shop.shop_id, &campaign.campaign_id);
    let Some(terms) = campaign.current().terms.of::<domain::campaign::post_payment::Terms>() else {
        return Ok(Found::default());
    };
    let rows = reader.campaigns(shop_id)?;
    let mut stocks: BTreeMap<BatchId, Stock> = BTreeMap::new();
    for batch in terms.batches() {
        let Some(row) = reader.batch(shop_id, batch)? else { continue };
        let mut stock = Stock::of(&row.record, &row.counters);
        let kept = kept_by_others(&rows, id, batch, (now, &shop.time_zone));
        stock.left = stock.left.saturating_sub(kept);
        stocks.insert(batch.clone(), stock);
    }
    let charter = reader.charter(shop_id, id)?;
    let announced = charter.as_ref().and_then(|charter| charter.announced.as_ref());
    let won = rows.iter().find(|row| row.campaign.campaign_id == *id).map(|row| row.counters.won.clone());
    let stock_of = |batch: &BatchId| stocks.get(batch).cloned();
    let won = won.unwrap_or_default();
    Ok(judge(campaign, &Around { shop, now, announced, won: &won, stock_of: &stock_of }))
}
