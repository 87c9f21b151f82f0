//! What a kind compares its customers by, for `/stats` to weigh (A-S2-21).
//!
//! A kind with a comparison group names four figures of its customers, two a group, and reads from its terms
//! what was planned before the campaign began.

use super::field::Words;
use crate::{customer::Standing, reward::Taker};

/// What is compared, as data.
#[derive(Debug, Clone, Copy)]
pub struct Comparison {
    /// Figures of those that the campaign does something with.
    pub treated: GroupFigures,
    /// Figures of the comparison group.
    pub holdout: GroupFigures,
    /// The name, in answers, of what is wanted of them: `paid`.
    pub outcome: &'static str,
    /// What that is called: "customers who paid" of which a share is told, and the name of that share (支付率).
    pub rate: Words,
}

/// The figures of a group: each customer counts once.
#[derive(Debug, Clone, Copy)]
pub struct GroupFigures {
    /// Customers whose time is over.
    pub customers: &'static str,
    /// Those among them that came to what is wanted.
    pub reached: &'static str,
}

/// What is kept of a customer, as far as a comparison is read off it.
#[derive(Debug, Clone, Copy)]
pub struct Had<'a> {
    /// In the shop.
    pub standing: &'a Standing,
    /// Of the campaign.
    pub taker: &'a Taker,
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
