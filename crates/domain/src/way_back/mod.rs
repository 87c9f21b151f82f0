//! The way back of a payment's money: until when it is open, and how long the money is on it (S2-R01 to S2-R03).
//!
//! Always holds: what a channel allows is data, a row for each payment method; whether a way is open follows from the
//! payment's own moment and method, the shop's zone and now, and from nothing else.

mod arrival;
mod limits;
mod window;

pub use arrival::{Arrival, Arrivals, Back, Instrument, WorkingDays};
pub use limits::Limits;
pub use window::{Ends, PLATFORM_SINCE, PLATFORM_YEARS};
