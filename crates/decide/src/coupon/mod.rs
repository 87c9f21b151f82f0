//! Coupons of batches along an order: claimed and redeemed, held, used and given back.

pub mod batches;
pub mod checkout;
pub mod conflicts;
pub mod course;
pub mod forfeits;
pub mod limits;
pub mod verdict;
