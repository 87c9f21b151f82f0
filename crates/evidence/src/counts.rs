//! What is counted, and what was planned before anything was.

/// The customers of a group, and how many of them came to what the campaign is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Group {
    customers: u64,
    reached: u64,
}

impl Group {
    /// So many customers, so many of whom reached it. More than there are is a fault of whoever counted: it is shown as
    /// it was counted, and [`crate::weigh`] says of it what it says of groups that are divided otherwise than planned.
    pub const fn new(customers: u64, reached: u64) -> Self {
        Self { customers, reached }
    }
    /// Its customers.
    pub const fn customers(self) -> u64 {
        self.customers
    }
    /// Whether it holds all that reached it.
    pub const fn adds_up(self) -> bool {
        self.reached <= self.customers
    }
    /// Those that reached it.
    pub const fn reached(self) -> u64 {
        self.reached
    }
}

/// Both groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Those that the campaign is shown to.
    pub treated: Group,
    /// The comparison group.
    pub holdout: Group,
}

/// What was chosen before the campaign began. To choose it after a look would be to look for a difference until there is
/// one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    holdout_bp: u32,
    planned_orders: u64,
    target_bp: u32,
}

impl Plan {
    /// The share of the comparison group in basis points, the number of customers at which the interval is to be
    /// narrowest, and the half width in basis points at which "no difference" can be told. Each is brought into the range
    /// in which it means something: 1 to 9,999, at least 1, at least 1.
    pub fn new(holdout_bp: u32, planned_orders: u64, target_bp: u32) -> Self {
        Self {
            holdout_bp: holdout_bp.clamp(1, 9_999),
            planned_orders: planned_orders.max(1),
            target_bp: target_bp.max(1),
        }
    }
    /// The share of the comparison group, in basis points.
    pub const fn holdout_bp(&self) -> u32 {
        self.holdout_bp
    }
    /// The number of customers at which the interval is narrowest for what it costs to look.
    pub const fn planned_orders(&self) -> u64 {
        self.planned_orders
    }
    /// The half width that is aimed at, in basis points.
    pub const fn target_bp(&self) -> u32 {
        self.target_bp
    }
}
