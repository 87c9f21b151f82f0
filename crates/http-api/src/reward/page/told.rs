//! What every card of the page is made of, and moments as it tells them.

use super::words::Asked;
use crate::reward::found::Found;
use crate::reward::proof::Said;
use domain::{Instant, shop::Shop, time::Zone};

/// What a page is made of.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    pub shop: &'a Shop,
    pub found: &'a Found,
    /// Of the number that was asked for.
    pub said: Option<&'a Said>,
    pub asked: &'a Asked,
    pub now: Instant,
}

/// `2030-06-01 10:00`, or with seconds.
pub fn told(zone: &Zone, at: Instant, letters: usize) -> String {
    let text = zone.format(at);
    text.get(..letters).unwrap_or(&text).replace('T', " ")
}

/// To the minute.
pub const MINUTE: usize = 16;
/// To the second.
pub const SECOND: usize = 19;
