//! Customers' standings as they are stored.

use crate::Row;
use domain::{CustomerId, ShopId, customer::Standing};

impl Row for Standing {
    type Key = (ShopId, CustomerId);
    const NAME: &'static str = "standing";
}
