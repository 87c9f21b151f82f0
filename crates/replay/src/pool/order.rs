//! An order of the export, and what a row says of it.
//!
//! What always holds: of what a row says every field is written when it is packed, empty or not.

use domain::{
    CustomerId, Instant, OrderId, ShopId,
    pool::{PoolLine, Said, ShopOrder, Times},
};
use money::Money;
use serde::{Deserialize, Serialize};

/// An order of the export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOrder {
    /// The shop that sold it.
    pub shop_id: ShopId,
    /// The order.
    pub order: ShopOrder,
    /// What went back of it; it is off what was paid for goods.
    pub refunded: Money,
}

/// What a row says of its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileHead {
    pub shop_id: ShopId,
    pub order_id: OrderId,
    pub customer_id: CustomerId,
    /// Every field is written, none left out as in the documents of an order.
    #[serde(with = "times")]
    pub times: Times,
    pub goods_paid: Money,
    /// What went back of it.
    pub refunded: Money,
    pub single_stage: Option<bool>,
    pub parent_id: Option<OrderId>,
}

impl FileHead {
    /// The order of these lines.
    pub fn with(self, lines: Vec<PoolLine>) -> FileOrder {
        let Self { shop_id, order_id, customer_id, times, goods_paid, refunded, single_stage, parent_id } =
            self;
        let said = Said { single_stage, parent_id, ..Said::default() };
        let order = ShopOrder { order_id, customer_id, times, goods_paid, lines, said };
        FileOrder { shop_id, order, refunded }
    }
}

/// The six times, one after the other.
mod times {
    use super::{Instant, Times};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    type All = (Instant, [Option<Instant>; 5]);

    pub fn serialize<S: Serializer>(times: &Times, s: S) -> Result<S::Ok, S::Error> {
        let Times {
            ordered_at,
            first_paid_at,
            balance_paid_at,
            balance_opens_at,
            balance_closes_at,
            closed_at,
        } = *times;
        let others = [first_paid_at, balance_paid_at, balance_opens_at, balance_closes_at, closed_at];
        All::from((ordered_at, others)).serialize(s)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Times, D::Error> {
        let (ordered_at, others) = All::deserialize(d)?;
        let [first_paid_at, balance_paid_at, balance_opens_at, balance_closes_at, closed_at] = others;
        Ok(Times {
            ordered_at,
            first_paid_at,
            balance_paid_at,
            balance_opens_at,
            balance_closes_at,
            closed_at,
        })
    }
}
