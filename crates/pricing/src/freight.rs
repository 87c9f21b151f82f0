//! A freight promotion, compiled.

use crate::{head::Head, needs::Needs};
use domain::campaign::promotion::FreightTier;

/// Less freight from an amount on.
#[derive(Debug, Clone)]
pub(crate) struct Lowers {
    pub head: Head,
    /// By rising `spend`; at least one.
    pub tiers: Box<[FreightTier]>,
    pub needs: Needs,
    /// The number of its group, or unknown.
    pub group: u32,
}
