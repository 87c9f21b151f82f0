//! How far the seen difference may be from the true one, whenever it is looked at (A-S2-21).
//!
//! The asymptotic confidence sequence of Waudby-Smith and others: with t customers, t* of them planned, and variance
//! sigma^2 = t (p1 q1 / n1 + p0 q0 / n0), the half width is
//! sigma sqrt(2 (t rho^2 + 1) / (t^2 rho^2) ln(sqrt(t rho^2 + 1) / alpha)).

use crate::{
    counts::{Counts, Group},
    points::float,
};

/// The chance that the interval ever leaves the true difference out, over all looks together.
pub const ALPHA: f64 = 0.05;

/// So many customers, and how much one of them varies.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    /// Customers; a projection has parts of one.
    pub customers: f64,
    /// The variance of one.
    pub variance: f64,
}

impl Spread {
    /// That of a group. Where none or all of its customers reached what was wanted, the plain variance is 0 and would give
    /// certainty: it never falls under that of half a one, `p = (1/2) / (n + 1)`. Of a group without customers that is
    /// 1/4, the most that there is.
    pub fn of(group: Group) -> Self {
        let customers = float(group.customers());
        let seen = if group.customers() == 0 { 0.0 } else { float(group.reached()) / customers };
        let least = 0.5 / (customers + 1.0);
        Self { customers, variance: (seen * (1.0 - seen)).max(least * (1.0 - least)) }
    }
    fn of_mean(self) -> f64 {
        if self.customers > 0.0 { self.variance / self.customers } else { f64::INFINITY }
    }
}

/// How far a mean of `orders` may be from the truth in units of sigma, at every look with error `alpha` in all.
pub fn reach(orders: f64, planned: u64, alpha: f64) -> f64 {
    let log = -2.0 * alpha.ln();
    let rho_squared = (log + log.ln_1p()) / float(planned);
    let grown = orders.mul_add(rho_squared, 1.0);
    (2.0 * grown / (orders * orders * rho_squared) * (grown.sqrt() / alpha).ln()).sqrt()
}

/// The half width of the interval of the difference between two groups; infinite while one has no customers.
pub fn width(treated: Spread, holdout: Spread, planned: u64) -> f64 {
    let orders = treated.customers + holdout.customers;
    let mean = treated.of_mean() + holdout.of_mean();
    if !mean.is_finite() || orders <= 0.0 {
        return f64::INFINITY;
    }
    (orders * mean).sqrt() * reach(orders, planned, ALPHA)
}

/// The half width of the interval of the difference, as a share: 0.1 is 10 points. Infinite while a group has no customers.
pub fn half_width(counts: &Counts, planned_orders: u64) -> f64 {
    width(Spread::of(counts.treated), Spread::of(counts.holdout), planned_orders)
}
