//! What stands against publishing a campaign of rewards beyond its terms: its batches, its draw, what it has published.

use domain::{
    BatchId, Instant,
    campaign::{
        Campaign,
        post_payment::{Around, Found, judge, kept_by_others},
        sprint::prizes_of,
    },
    reward::{Book, Stock},
    shop::Shop,
};
use port::{CampaignRow, Read, Reader};
use std::collections::BTreeMap;

/// Looks at a campaign as it would be published now; of another kind nothing is found.
pub fn found(
    reader: &dyn Reader,
    (shop, now): (&Shop, Instant),
    campaign: &Campaign,
    (rows, book): (&[CampaignRow], Option<&Book>),
) -> Read<Found> {
    let (shop_id, id) = (&shop.shop_id, &campaign.campaign_id);
    let Some(terms) = campaign.current().terms.of::<domain::campaign::post_payment::Terms>() else {
        return Ok(Found::default());
    };
    let mut stocks: BTreeMap<BatchId, Stock> = BTreeMap::new();
    for batch in terms.batches() {
        let Some(row) = reader.batch(shop_id, batch)? else { continue };
        let mut stock = Stock::of(&row.record, &row.counters);
        let kept = kept_by_others(rows, id, batch, (now, &shop.time_zone));
        stock.left = stock.left.saturating_sub(kept);
        stock.sprint = stock.sprint.or_else(|| prizes_of(rows.iter(), batch, now).cloned());
        stocks.insert(batch.clone(), stock);
    }
    let charter = reader.charter(shop_id, id)?;
    let announced = charter.as_ref().and_then(|charter| charter.announced.as_ref());
    let won = rows.iter().find(|row| row.campaign.campaign_id == *id).map(|row| row.counters.won.clone());
    let stock_of = |batch: &BatchId| stocks.get(batch).cloned();
    let (given, won) = (book.map_or(0, |book| book.given), won.unwrap_or_default());
    Ok(judge(campaign, &Around { shop, now, announced, given, won: &won, stock_of: &stock_of }))
}
