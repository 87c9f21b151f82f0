//! What a kind compares its customers by, for `/stats` to weigh (A-S2-21).
//!
//! A kind with a comparison group names four of the figures that its orders bring, two a group, and reads from its terms
//! what was planned before the campaign began.

use super::field::Words;

/// What is compared, as data.
#[derive(Debug, Clone, Copy)]
pub struct Comparison {
    /// Figures of those that the campaign does something with.
    pub treated: GroupFigures,
    /// Figures of the comparison group.
    pub holdout: GroupFigures,
    /// The name, in answers, of what an order is to come to: `paid`.
    pub outcome: &'static str,
    /// What that is called: "orders paid" of which a share is told, and the name of that share (支付率).
    pub rate: Words,
}

/// The figures of a group, brought by its orders.
#[derive(Debug, Clone, Copy)]
pub struct GroupFigures {
    /// Orders whose time is over.
    pub orders: &'static str,
    /// Those among them that came to what is wanted.
    pub reached: &'static str,
}

/// What was planned, from the terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldoutPlan {
    /// The share of customers in the comparison group.
    pub percent: u8,
    /// Orders at which the interval is to be narrowest.
    pub planned_orders: u32,
    /// The half width in points at which "no difference" can be told.
    pub precision_points: u8,
}
