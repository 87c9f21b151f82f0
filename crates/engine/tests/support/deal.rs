//! A campaign's terms.

use super::{SAVE, START, fen};
use domain::{
    campaign::{Terms, Version, recovery},
    catalog::Scope,
    coupon::Bind,
};

/// A campaign's terms with the defaults of the tests: 20.00 off from 200.00, shown after 15 minutes.
#[derive(Debug, Clone)]
pub struct Deal {
    pub trigger: i64,
    pub spend: i64,
    pub save: i64,
    pub quantity: u64,
    pub bind: Bind,
    pub frequency: recovery::FrequencyScope,
    pub holdout: u8,
    pub hours: i64,
}

impl Default for Deal {
    fn default() -> Self {
        Self {
            trigger: 15,
            spend: 200_00,
            save: SAVE,
            quantity: 1_000,
            bind: Bind::OriginOrder,
            frequency: recovery::FrequencyScope::Campaign,
            holdout: 0,
            hours: 24 * 30,
        }
    }
}

impl Deal {
    pub fn version(&self) -> Version {
        Version {
            name: "Recovery".into(),
            starts_at: START,
            ends_at: START.plus_hours(self.hours),
            scope: Scope::default(),
            terms: Terms::Recovery(recovery::Terms {
                trigger_after_minutes: self.trigger,
                spend: fen(self.spend),
                save: fen(self.save),
                quantity: self.quantity,
                coupon_valid_hours: 48,
                bind: self.bind,
                frequency_scope: self.frequency,
                holdout_percent: self.holdout,
                holdout_planned_orders: 5_000,
                holdout_precision_points: 10,
            }),
            made_at: START.plus_hours(-2),
        }
    }
}
