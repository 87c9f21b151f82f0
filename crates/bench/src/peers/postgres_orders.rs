//! Fills the tables on `PostgreSQL` with the orders of a ready store, and their campaign.

use anyhow::Result;
use tokio_postgres::Client;

use super::orders::ShownOrder;
use crate::{
    ours::{self, CAMPAIGN, SHOP},
    ready::ReadyStore,
};

/// Orders sent at once.
const FILL: usize = 5_000;

/// Puts them.
pub async fn put_orders(client: &Client, ready: &ReadyStore) -> Result<()> {
    let quantity = i64::try_from(ready.coupons)?;
    let terms = "INSERT INTO campaigns VALUES ($1, $2, $3, $4, 100, 50)";
    client.execute(terms, &[&SHOP, &CAMPAIGN, &quantity, &ours::ends_at().micros()]).await?;
    client.execute("INSERT INTO counters VALUES ($1, $2, 0, 0)", &[&SHOP, &CAMPAIGN]).await?;
    let mut group = Vec::with_capacity(FILL);
    let db = ready.read()?;
    let mut statement = db.prepare(ShownOrder::QUERY)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        group.push(ShownOrder::read(row)?);
        if group.len() >= FILL {
            put_group(client, &group).await?;
            group.clear();
        }
    }
    put_group(client, &group).await
}

async fn put_group(client: &Client, orders: &[ShownOrder]) -> Result<()> {
    let texts = |pick: fn(&ShownOrder) -> &String| orders.iter().map(pick).collect::<Vec<_>>();
    let numbers = |pick: fn(&ShownOrder) -> i64| orders.iter().map(pick).collect::<Vec<_>>();
    let ids = texts(|order| &order.order_id);
    let put = "INSERT INTO orders SELECT $1, * FROM unnest(
        $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[])";
    client
        .execute(
            put,
            &[
                &SHOP,
                &ids,
                &texts(|order| &order.customer_id),
                &texts(|order| &order.state),
                &numbers(|order| order.placed_at),
                &numbers(|order| order.payable),
                &numbers(|order| order.cancel_at),
                &numbers(|order| order.wake_at),
                &texts(|order| &order.doc),
            ],
        )
        .await?;
    let show =
        "INSERT INTO shown SELECT $1, order_id, offer_id, campaign_id, 1, status, timeline FROM unnest(
        $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
        AS s (order_id, offer_id, campaign_id, status, timeline)";
    client
        .execute(
            show,
            &[
                &SHOP,
                &ids,
                &texts(|order| &order.offer_id),
                &texts(|order| &order.campaign_id),
                &texts(|order| &order.offer_status),
                &texts(|order| &order.timeline),
            ],
        )
        .await?;
    Ok(())
}
