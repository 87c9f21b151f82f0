//! Ledger entries as they are answered.

use crate::wire::time;
use domain::{
    ledger::{Account, Entry, Way},
    order::Party,
    shop::Shop,
};
use serde::Serialize;
use utoipa::ToSchema;

/// One ledger entry, in minor units; positive is credited to the account. What it does not come from is left out.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryView {
    /// Running number within the shop, in the order of booking: 1, 2, 3, ... Null for entries that were booked before
    /// numbers were kept.
    number: Option<u64>,
    /// When it was booked; null with `number`.
    booked_at: Option<String>,
    /// When it happened.
    at: String,
    /// `merchant_sales | merchant_discount | merchant_refund | platform_subsidy | customer_cash`.
    #[schema(value_type = String)]
    account: Account,
    amount: i64,
    /// What for.
    reason: String,
    /// Who bears it, for discounts.
    #[schema(value_type = Option<String>)]
    funded_by: Option<Party>,
    /// The campaign of the discount.
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign_id: Option<String>,
    /// The coupon that the discount came with.
    #[serde(skip_serializing_if = "Option::is_none")]
    coupon_id: Option<String>,
    /// The batch of the coupon.
    #[serde(skip_serializing_if = "Option::is_none")]
    batch_id: Option<String>,
    /// The payment that brought the money, or that the refund is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_id: Option<String>,
    /// How the money of that payment came in or went back: a payment method, or `offline_transfer` for what was paid back
    /// outside the system and stands in no channel's bill.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<Way>,
}

impl EntryView {
    pub fn of(shop: &Shop, entry: Entry) -> Self {
        let source = entry.source;
        Self {
            number: entry.booked.map(|booked| booked.number),
            booked_at: time::show_some(shop, entry.booked.map(|booked| booked.at)),
            at: time::show(shop, entry.at),
            account: entry.account,
            amount: entry.amount.minor(),
            reason: entry.reason,
            funded_by: entry.funded_by,
            campaign_id: source.campaign_id.map(|id| id.to_string()),
            coupon_id: source.coupon_id.map(|id| id.to_string()),
            batch_id: source.batch_id.map(|id| id.to_string()),
            payment_id: source.payment_id.map(|id| id.to_string()),
            refund_id: source.refund_id.map(|id| id.to_string()),
            method: source.method,
        }
    }
}
