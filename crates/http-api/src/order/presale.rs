//! The presale side of an order: its stage, its two payments, its gifts.

use crate::wire::time;
use domain::Instant;
use domain::campaign::{Terms, presale::Gift};
use domain::order::{GiftStanding, GiftStatus, Order, PresaleStage};
use domain::shop::Shop;
use port::CampaignRow;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A presale order's figures, in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct PresaleView {
    /// The campaign, in the version that the order was placed under.
    campaign_id: String,
    version: u32,
    /// `awaiting_deposit | awaiting_balance | paid | forfeited | closed`.
    #[schema(value_type = String)]
    stage: PresaleStage,
    /// Whether the balance joins the cart for merged settlement.
    main_process: bool,
    /// Paid first.
    deposit: i64,
    /// Paid later, before what comes off with it.
    balance: i64,
    /// What expansion or reduction takes off.
    gain: i64,
    /// What the order counts toward thresholds: deposit + balance, without freight.
    threshold_base: i64,
    /// The balance is paid from here,
    balance_starts_at: String,
    /// to here.
    balance_ends_at: String,
    /// Gifts for the deposit.
    gifts: Vec<GiftView>,
}

/// A gift of the deposit period.
#[derive(Debug, Serialize, ToSchema)]
pub struct GiftView {
    sku: String,
    quantity: u64,
    /// Only the first so many deposits get it.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_n: Option<u32>,
    /// The order's rank among the deposits, where that decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    rank: Option<u32>,
    /// Whether earlier deposits may still be heard of: the rank is final a day after the deposit window.
    provisional: bool,
    /// `open` until the deposit comes, `promised` with it, `due` once the balance is paid, `missed` by
    /// rank, `cancelled` with the order.
    #[schema(value_type = String)]
    status: GiftStatus,
}

/// The presale side of an order; none of others. Gifts by rank are looked up in the campaign's figures.
pub fn view(shop: &Shop, order: &Order, campaign: Option<&CampaignRow>, now: Instant) -> Option<PresaleView> {
    let presale = order.presale.as_ref()?;
    let stage = order.presale_stage()?;
    let ranked_in = campaign.map(|row| (&*row.campaign, &row.counters.ranks));
    let gifts = presale.gifts.iter().filter_map(|gift| {
        let standing = order.gift_standing(gift, ranked_in, now)?;
        Some(gift_view(gift, standing))
    });
    Some(PresaleView {
        campaign_id: presale.campaign_id.to_string(),
        version: presale.version,
        stage,
        main_process: presale.main_process,
        deposit: presale.deposit.minor(),
        balance: order.balance().minor(),
        gain: presale.gain.minor(),
        threshold_base: order.threshold_base().minor(),
        balance_starts_at: time::show(shop, presale.balance_window.starts_at),
        balance_ends_at: time::show(shop, presale.balance_window.ends_at),
        gifts: gifts.collect(),
    })
}

fn gift_view(gift: &Gift, standing: GiftStanding) -> GiftView {
    GiftView {
        sku: gift.sku.to_string(),
        quantity: gift.quantity,
        first_n: gift.first_n,
        rank: standing.rank,
        provisional: standing.provisional,
        status: standing.status,
    }
}

/// A campaign's terms, those of a presale with their moments in the shop's zone.
pub fn terms(shop: &Shop, terms: &Terms) -> Value {
    let mut shown = terms.to_json();
    if let Some(presale) = terms.of::<domain::campaign::presale::Terms>() {
        for (name, window) in
            [("deposit_window", presale.deposit_window), ("balance_window", presale.balance_window)]
        {
            shown[name]["starts_at"] = time::show(shop, window.starts_at).into();
            shown[name]["ends_at"] = time::show(shop, window.ends_at).into();
        }
        shown["ship_at"] = time::show(shop, presale.ship_at).into();
    }
    shown
}
