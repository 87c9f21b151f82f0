//! What each discount took off a line.

use domain::order::{Order, Party};
use serde::Serialize;
use utoipa::ToSchema;

/// A line's share of one discount, in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShareView {
    /// The discount's kind, or `payment_coupon`.
    kind: String,
    /// The discount's id.
    id: Option<String>,
    amount: i64,
    /// `merchant | platform`.
    #[schema(value_type = String)]
    funded_by: Party,
}

/// A line's shares: of the discounts that the order came with, of the payment coupon once it is used, of what came
/// off with the balance.
pub fn of_line(order: &Order, index: usize) -> Vec<ShareView> {
    let borne = order.discounts.iter().zip(&order.lines[index].shares);
    let mut shares: Vec<ShareView> = borne
        .map(|(discount, share)| ShareView {
            kind: discount.kind.to_string(),
            id: discount.id.as_ref().map(ToString::to_string),
            amount: share.minor(),
            funded_by: discount.funded_by,
        })
        .collect();
    if let Some(payment) = order.paid_by().filter(|p| p.saving.is_positive()) {
        shares.push(ShareView {
            kind: "payment_coupon".into(),
            id: payment.coupon_id.as_ref().map(ToString::to_string),
            amount: payment.shares.get(index).copied().unwrap_or_default().minor(),
            funded_by: Party::Merchant,
        });
    }
    shares.extend(of_balance(order, index));
    shares
}

fn of_balance(order: &Order, index: usize) -> impl Iterator<Item = ShareView> {
    let discounts = order.paid_by().into_iter().flat_map(|payment| &payment.discounts);
    discounts.map(move |came_off| ShareView {
        kind: came_off.discount.kind.to_string(),
        id: came_off.discount.id.as_ref().map(ToString::to_string),
        amount: came_off.shares.get(index).copied().unwrap_or_default().minor(),
        funded_by: came_off.discount.funded_by,
    })
}
