//! A stretch of time: validity and activity.

use crate::wire::problem::Problem;
use crate::wire::time;
use domain::{shop::Shop, time::Window};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// From `starts_at` on, until before `ends_at`; RFC 3339.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// The first moment.
    pub starts_at: String,
    /// The first moment after it.
    pub ends_at: String,
}

impl Period {
    /// Reads both ends; the problem names the one at fault.
    pub fn read(&self, field: &str) -> Result<Window, Problem> {
        Ok(Window {
            starts_at: time::read(&format!("{field}.starts_at"), &self.starts_at)?,
            ends_at: time::read(&format!("{field}.ends_at"), &self.ends_at)?,
        })
    }
    /// In the shop's zone.
    pub fn show(shop: &Shop, window: Window) -> Self {
        Self { starts_at: time::show(shop, window.starts_at), ends_at: time::show(shop, window.ends_at) }
    }
}
