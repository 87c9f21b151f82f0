//! What stands of a deposit in the books.

use crate::PaymentId;
use money::Money;
use serde::{Deserialize, Serialize};

/// How much of a deposit stands in the books by itself, and of which payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it; amount in minor units")]
pub struct DepositBooks {
    pub payment_id: PaymentId,
    pub amount: Money,
}
