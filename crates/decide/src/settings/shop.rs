//! Settings: the shop itself, its webhooks, the block and allow list.

use crate::book::Draft;
use crate::command::{Reply, Rotation};
use domain::{
    Code, CustomerId, Instant, Refusal, Violation, WebhookId,
    campaign::Status,
    customer::{List, Listed},
    limits,
    reward::Beta,
    risk,
    shop::{Campaigns, Shop},
};
use port::{CampaignRow, Webhook};
use std::sync::Arc;

/// Webhooks of one shop.
const WEBHOOKS: usize = 20;

/// Creates a shop or changes its settings; orders keep the deadlines that they were placed with. What
/// its campaigns are counted by cannot be changed under them.
pub fn put_shop(draft: &mut Draft<'_>, shop: &Shop) -> Result<Reply, Refusal> {
    let known = draft.find_shop();
    let mut found = shop.violations();
    // A shop of before codes were looked up keeps the one it has.
    found.retain(|v| v.field != "currency" || known.is_none_or(|row| row.shop.currency != shop.currency));
    // There may be no shop yet whose currency it could be told in.
    Refusal::from_violations(Code::InvalidValue, found).map_err(|wrong| wrong.told_in(shop.money()))?;
    if let Some(row) = known {
        let fixed = row.shop.fixed(shop, campaigns(&row.campaigns, draft.now));
        Refusal::from_violations(Code::ImmutableField, fixed)?;
    }
    let holds_amounts = known.is_some_and(|row| row.shop.holds_amounts);
    let post_payment = known.map(|row| row.shop.post_payment).unwrap_or_default();
    let shop = Arc::new(Shop { holds_amounts, post_payment, ..shop.clone() });
    draft.changes().shop = Some(shop.clone());
    Ok(Reply::Shop { shop })
}

/// A shop asks for a tool that is tried, or the platform lets it have it (A-S2-8). Asking again changes nothing; the
/// platform may approve who has not asked.
pub fn try_out(draft: &mut Draft<'_>, to: Beta) -> Result<Reply, Refusal> {
    let row = draft.shop_row()?;
    let now = row.shop.post_payment;
    if to == Beta::Applied && now != Beta::Off || to == now {
        return Ok(Reply::Shop { shop: row.shop.clone() });
    }
    let shop = Arc::new(Shop { post_payment: to, ..Shop::clone(&row.shop) });
    let body = serde_json::json!({ "feature": "post_payment", "status": to });
    draft.publish("beta.changed", draft.shop_id.as_str(), &body);
    draft.changes().shop = Some(shop.clone());
    Ok(Reply::Shop { shop })
}

/// Orders or coupons came: from now on the shop keeps its currency (A-G-12).
pub fn note_amounts(draft: &mut Draft<'_>) {
    let Some(row) = draft.find_shop().filter(|row| !row.shop.holds_amounts) else { return };
    let changes = draft.changes();
    if !changes.orders.is_empty() || !changes.batches.is_empty() || !changes.pool.orders.is_empty() {
        changes.shop = Some(Arc::new(Shop { holds_amounts: true, ..Shop::clone(&row.shop) }));
    }
}

/// Whether there is any campaign, drafts left out, and whether one is not over.
fn campaigns(rows: &[CampaignRow], now: Instant) -> Campaigns {
    let statuses = rows.iter().filter(|row| row.campaign.published_at.is_some());
    let mut statuses = statuses.map(|row| row.campaign.status(&row.counters, now)).peekable();
    if statuses.peek().is_none() {
        return Campaigns::None;
    }
    let live = |status| matches!(status, Status::Scheduled | Status::Running | Status::Exhausted);
    if statuses.any(live) { Campaigns::Live } else { Campaigns::Over }
}

/// Puts a customer on a list, or takes them off it (S0-R32, A-S0-21).
pub fn put_risk(
    draft: &mut Draft<'_>,
    customer: &CustomerId,
    list: Option<List>,
    reason: &str,
    by: &str,
) -> Result<Reply, Refusal> {
    draft.shop()?;
    if list.is_some() && reason.trim().is_empty() {
        return Err(Refusal::of(Violation::with("reason", Code::Required, "say why, for the next operator")));
    }
    if reason.chars().count() > 10 * limits::NAME_CHARS {
        let message = format!("at most {} characters", 10 * limits::NAME_CHARS);
        return Err(Refusal::of(Violation::with("reason", Code::TooLongText, message)));
    }
    let mut standing = draft.standing(customer);
    let entry = |list| Listed { list, reason: reason.into(), by: by.into(), at: draft.now };
    standing.listed = list.map(entry);
    let verdict = risk::judge(&standing, draft.now);
    draft.put_standing(customer, standing);
    Ok(Reply::Risk { verdict })
}

/// Registers a webhook or changes it.
pub fn put_webhook(draft: &mut Draft<'_>, webhook: &Webhook) -> Result<Reply, Refusal> {
    let row = draft.shop_row()?;
    let known = row.webhooks.iter().any(|known| known.webhook_id == webhook.webhook_id);
    let own = row.webhooks.iter().filter(|known| known.mailbox().is_none()).count();
    if !known && own >= WEBHOOKS {
        return Err(Refusal::with(Code::LimitReached, format!("{WEBHOOKS} webhooks a shop")));
    }
    draft.changes().webhooks.push(webhook.clone());
    Ok(Reply::Webhook { webhook: webhook.clone() })
}

/// Minutes that a replaced secret goes on signing at most: a week.
const OVERLAP: i64 = 7 * 24 * 60;

/// Gives a webhook a new secret. The one before signs beside it until the overlap ends, and at once no more when there is
/// none; older ones are dropped.
pub fn rotate_secret(draft: &mut Draft<'_>, rotation: &Rotation) -> Result<Reply, Refusal> {
    let Rotation { webhook_id, secret, overlap_minutes } = rotation;
    let known = own_webhook(draft, webhook_id)?.clone();
    let overlap_minutes = *overlap_minutes;
    if !(0..=OVERLAP).contains(&overlap_minutes) {
        let message = format!("0 to {OVERLAP} minutes");
        return Err(Refusal::of(Violation::with("overlap_minutes", Code::InvalidValue, message)));
    }
    let now = draft.now;
    let before = known.secrets.first().filter(|_| overlap_minutes > 0).cloned();
    let old_until = before.is_some().then(|| now.plus_minutes(overlap_minutes));
    let secrets = [secret.clone()].into_iter().chain(before).collect();
    let webhook = Webhook { secrets, old_until, ..known };
    draft.changes().webhooks.push(webhook.clone());
    Ok(Reply::Webhook { webhook })
}

fn known_webhook<'a>(draft: &'a Draft<'_>, id: &WebhookId) -> Result<&'a Webhook, Refusal> {
    let row = draft.shop_row()?;
    let known = row.webhooks.iter().find(|known| known.webhook_id == *id);
    known.ok_or_else(|| Refusal::with(Code::NotFound, format!("no webhook {id}")))
}

/// The same; the shop's mailbox, which its message settings name, is none of them.
fn own_webhook<'a>(draft: &'a Draft<'_>, id: &WebhookId) -> Result<&'a Webhook, Refusal> {
    let own = Some(known_webhook(draft, id)?).filter(|known| known.mailbox().is_none());
    own.ok_or_else(|| Refusal::with(Code::NotFound, format!("no webhook {id}")))
}

/// Removes a webhook with its deliveries.
pub fn remove_webhook(draft: &mut Draft<'_>, id: &WebhookId) -> Result<Reply, Refusal> {
    own_webhook(draft, id)?;
    draft.changes().webhooks_removed.push(id.clone());
    Ok(Reply::Done)
}

/// Tries a webhook's dead deliveries again, from now on.
pub fn revive_deliveries(draft: &mut Draft<'_>, id: &WebhookId) -> Result<Reply, Refusal> {
    known_webhook(draft, id)?;
    let now = draft.now;
    draft.changes().revived.push((id.clone(), now));
    Ok(Reply::Done)
}
