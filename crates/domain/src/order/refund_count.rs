//! How many refunds an order keeps: requests are limited, what has happened is taken (A-G-15).

use super::{Order, Payment, PaymentStatus, RefundOf, RefundStatus};
use crate::{Code, Refusal, limits};

impl Order {
    /// Money that came and was not taken.
    pub fn late_payments(&self) -> impl Iterator<Item = &Payment> {
        self.payments.iter().filter(|payment| payment.status == PaymentStatus::Late)
    }
    /// Whether money came and none of it was taken.
    pub fn has_only_refused_money(&self) -> bool {
        !self.has_money() && self.late_payments().next().is_some()
    }
    /// Whether a refund may be of something else than the order.
    pub fn has_refused_money(&self) -> bool {
        self.late_payments().next().is_some()
            || self.refunds.iter().any(|refund| refund.of != RefundOf::Order)
    }
    /// Refused where one more refund is asked for than an order may have: those that were agreed to count.
    pub fn check_refunds_left(&self) -> Result<(), Refusal> {
        let agreed = self.refunds.iter().filter(|refund| refund.status.is_agreed()).count();
        if agreed >= limits::ORDER_REFUNDS {
            let detail = format!("an order has {} refunds at most", limits::ORDER_REFUNDS);
            return Err(Refusal::with(Code::LimitReached, detail));
        }
        Ok(())
    }
    /// Forgets the oldest rejected request where as many are remembered as may be; refused where all are open.
    pub fn make_room_for_request(&mut self) -> Result<(), Refusal> {
        let asked = || self.refunds.iter().filter(|refund| !refund.status.is_agreed());
        if asked().count() < limits::ORDER_REQUESTS {
            return Ok(());
        }
        let rejected = asked().filter(|refund| refund.status == RefundStatus::Rejected);
        let Some(oldest) = rejected.min_by_key(|refund| refund.at).map(|refund| refund.refund_id.clone())
        else {
            let detail = format!("{} refunds are asked for and open", limits::ORDER_REQUESTS);
            return Err(Refusal::with(Code::LimitReached, detail));
        };
        self.refunds.retain(|refund| refund.refund_id != oldest);
        Ok(())
    }
}
