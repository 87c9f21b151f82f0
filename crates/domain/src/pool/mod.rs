//! The presale pool: orders settle here until their activation time, then gifts are decided on final
//! facts, for the true first N by the customer's time and for the right amount tier (S4).
//!
//! Always holds: a rank is a place among the orders by the customer's time to the second, then by order
//! number, whatever the order of arrival (A-S4-5); what was given never exceeds N or the stock; a payment
//! time that was known is never forgotten (A-S4-11); what is frozen is changed by a re-run only.

mod candidate;
mod family;
mod gap;
mod gift;
mod group;
mod key;
mod learn;
mod order;
mod presale;
mod run;
mod shop_order;
mod stages;
mod stock;

pub use candidate::{AmountState, Candidate, Case, Standing, Verdict, judge};
pub use gap::{Accepted, Gap, GapOrder, GapRow, Missing, Since, certain_before};
pub use gift::{Basis, BuyerLimit, GiftRecord, GiftStrategy, GiftTier, GiftUnit};
pub use group::Group;
pub use key::RankKey;
pub use learn::Learned;
pub use order::{Correction, Entered, Exception, Hit, Leave, ManualGift, Moved, PoolOrder, Stage};
pub use presale::{Pass, PassKind, PresaleRecord, PresaleStrategy, Timing, check_gifts};
pub use run::{Run, Waits, covered_second, is_covered_before};
pub use shop_order::{PoolLine, Said, ShopOrder, Times};
pub use stages::Stages;
pub use stock::Stock;
