//! Coupon batches: their terms, commands about them, and orders that are placed with their coupons.

use super::{Run, all, amount, at, event, fen, id, placing};
use domain::{
    Instant,
    campaign::promotion::Tier,
    catalog::Scope,
    coupon::{Batch, Coupon, CouponKind},
    event::{Body, OrderEvent},
    order::{Party, RefundAsk},
};
use engine::{Command, Reply};
use port::BatchRow;

/// A batch's terms: 5.00 off from 20.00, ten coupons, two a customer; minutes from the start.
#[derive(Debug, Clone)]
pub struct BatchDeal {
    pub kind: CouponKind,
    pub spend: i64,
    pub quantity: u64,
    pub per_customer: u32,
    pub from: i64,
    pub until: i64,
    pub returns: bool,
}

impl Default for BatchDeal {
    fn default() -> Self {
        let kind = CouponKind::Shop;
        Self {
            kind,
            spend: 20_00,
            quantity: 10,
            per_customer: 2,
            from: 0,
            until: 60 * 24 * 30,
            returns: false,
        }
    }
}

impl BatchDeal {
    pub fn create(&self, name: &str) -> Command {
        let batch = Batch {
            batch_id: id(name),
            name: "Batch".into(),
            kind: self.kind,
            benefit: Tier { spend: fen(self.spend), save: Some(fen(5_00)), percent_off: None, cap: None },
            quantity: self.quantity,
            per_customer_limit: self.per_customer,
            scope: Scope::default(),
            starts_at: at(self.from),
            ends_at: at(self.until),
            funded_by: Party::Merchant,
            return_on_full_refund: self.returns,
            sprint: None,
        };
        Command::CreateBatch { batch_id: Some(id(name)), batch: Box::new(batch), digest: format!("{self:?}") }
    }
}

pub fn claiming(batch: &str, customer: &str, count: u32) -> Command {
    Command::ClaimBatch { batch_id: id(batch), customer_id: id(customer), count }
}
pub fn locking(coupon: &Coupon, order: &str, minutes: Option<u32>) -> Command {
    Command::LockCoupon { coupon_id: coupon.coupon_id.clone(), order_id: id(order), minutes }
}
pub fn releasing(coupon: &Coupon, order: &str) -> Command {
    Command::ReleaseCoupon { coupon_id: coupon.coupon_id.clone(), order_id: id(order) }
}
pub fn coupons_of(reply: Reply) -> Vec<Coupon> {
    match reply {
        Reply::Coupons { coupons } => coupons,
        other => panic!("{other:?}"),
    }
}

/// An order whose first discount is the coupon's.
pub fn placed_with(order: &str, customer: &str, coupon: &Coupon, when: Instant) -> OrderEvent {
    let mut placed = placing(order, customer);
    let mut promotion = placed.discounts[0].clone();
    promotion.amount = fen(5_00);
    placed.discounts.push(promotion);
    (placed.discounts[0].kind, placed.discounts[0].amount) = ("shop_coupon".into(), fen(5_00));
    placed.discounts[0].id = Some(coupon.coupon_id.as_str().into());
    event(&format!("{order}.placed"), Body::Placed(Box::new(placed)), when)
}

impl Run {
    pub fn claim_batch(&self, batch: &str, customer: &str, count: u32) -> Vec<Coupon> {
        coupons_of(self.ok(claiming(batch, customer, count)))
    }
    pub fn batch(&self, batch: &str) -> BatchRow {
        self.reader().batch(&self.shop, &id(batch)).unwrap().unwrap()
    }
    pub fn batch_coupons(&self, batch: &str) -> Vec<Coupon> {
        self.reader().batch_coupons(&self.shop, &id(batch), &all()).unwrap()
    }
    pub fn held(&self, customer: &str) -> Vec<Coupon> {
        let held = self.reader().held(&self.shop, &id(customer)).unwrap();
        held.into_iter().map(|(coupon, _)| coupon).collect()
    }
    /// What is listed as conflicts: the order and the code.
    pub fn listed(&self) -> Vec<(String, String)> {
        let rows = self.reader().coupon_conflicts(&self.shop, &all()).unwrap();
        let mut rows: Vec<_> =
            rows.into_iter().map(|row| (row.order_id.to_string(), row.conflict.code.to_string())).collect();
        rows.sort_unstable();
        rows
    }
    /// The codes of the order's notes about coupons that could not follow it.
    pub fn conflicts(&self, order: &str) -> Vec<String> {
        let entries = self.reader().timeline(&self.shop, &id(order)).unwrap();
        let conflicts = entries.into_iter().filter(|entry| entry.what == "coupon.conflict");
        conflicts.filter_map(|entry| entry.code).map(|code| code.to_string()).collect()
    }
}

/// Everything that is left is to go back.
pub fn rest() -> RefundAsk {
    let mut ask = amount(0);
    ask.amount = None;
    ask
}
