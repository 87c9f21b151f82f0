//! A stretch of time: validity and activity.

use crate::wire::problem::Problem;
use crate::wire::time;
use domain::{ends::Ends, shop::Shop, time::Window};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// From `starts_at` on, until before `ends_at`; RFC 3339.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// The first moment.
    pub starts_at: String,
    /// The first moment after it; 23:59:59 in the shop's zone is taken as the next 00:00:00.
    pub ends_at: String,
}

impl Period {
    /// Reads both ends, the second one as it is meant (A-G-3); the problem names the one at fault.
    pub fn read(&self, field: &str, ends: &mut Ends<'_>) -> Result<Window, Problem> {
        let given = Window {
            starts_at: time::read(&format!("{field}.starts_at"), &self.starts_at)?,
            ends_at: time::read(&format!("{field}.ends_at"), &self.ends_at)?,
        };
        Ok(ends.window(field, given))
    }
    /// In the shop's zone.
    pub fn show(shop: &Shop, window: Window) -> Self {
        Self { starts_at: time::show(shop, window.starts_at), ends_at: time::show(shop, window.ends_at) }
    }
}
