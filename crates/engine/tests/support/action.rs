//! Actions and campaigns that a few bytes stand for; zeros are the simplest.

use super::{Deal, random::Random};
use domain::{campaign::recovery::FrequencyScope, coupon::Bind};

/// What happens next.
#[derive(Debug, Clone, Copy)]
pub enum Action {
    Place { customer: u8, shape: u8, ago: u8 },
    Claim { order: u8, by_another: bool },
    Start { order: u8, method: u8, with_coupon: bool },
    Pay { order: u8, how: u8, ago: u8 },
    Fail { order: u8 },
    Cancel { order: u8, ago: u8 },
    Ship { order: u8, receive: bool },
    Refund { order: u8, what: u8, by_event: bool },
    Repeat { which: u8 },
    Close { campaign: u8 },
    Revise { campaign: u8, quantity: u8 },
    List { customer: u8, list: u8 },
    Undelivered { which: u8 },
    Advance { by: u8 },
}

/// Minutes that the clock is moved by.
pub const LEAPS: [i64; 16] = [15, 0, 1, 5, 14, 16, 15, 20, 30, 45, 60, 10, 25, 600, 1_440, 1_500];

impl Action {
    /// The action that four bytes stand for; zeros are the simplest.
    pub fn of([kind, a, b, c]: [u8; 4]) -> Self {
        let (method, quantity) = (b, c);
        match kind % 32 {
            0..=5 => Self::Place { customer: a % 12, shape: b, ago: c % 40 },
            6..=10 => Self::Claim { order: a, by_another: b % 32 == 31 },
            11..=14 => Self::Start { order: a, method, with_coupon: c % 4 != 3 },
            15..=17 => Self::Pay { order: a, how: b, ago: c % 20 },
            18 => Self::Fail { order: a },
            19 => Self::Cancel { order: a, ago: c % 40 },
            20 => Self::Ship { order: a, receive: b % 2 == 1 },
            21 | 22 => Self::Refund { order: a, what: b, by_event: c % 2 == 1 },
            23 | 24 => Self::Repeat { which: a },
            25 if b % 8 == 7 => Self::Close { campaign: a },
            25 => Self::Revise { campaign: a, quantity },
            26 => Self::List { customer: a % 12, list: b },
            27 => Self::Undelivered { which: a },
            _ => Self::Advance { by: a },
        }
    }
    pub fn draw(random: &mut Random) -> Self {
        Self::of([random.byte(), random.byte(), random.byte(), random.byte()])
    }
}

/// The campaign that four bytes stand for; small stocks, so that they run out.
pub fn deal([a, b, c, d]: [u8; 4]) -> Deal {
    let scopes =
        [FrequencyScope::Campaign, FrequencyScope::Campaign, FrequencyScope::Shop, FrequencyScope::Platform];
    Deal {
        trigger: [15, 5, 30, 120][usize::from(a % 4)],
        spend: 200_00,
        save: [20_00, 5_00, 100_00][usize::from(b % 3)],
        quantity: 10 + u64::from(c % 2),
        bind: if d % 4 == 3 { Bind::ShopScope } else { Bind::OriginOrder },
        frequency: scopes[usize::from(d / 4 % 4)],
        holdout: if d / 16 % 4 == 3 { 50 } else { 0 },
        hours: 24 * 30,
    }
}
