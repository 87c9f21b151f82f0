//! When a campaign of rewards gave nothing new: its rests, and its closing.

use crate::wire::time;
use domain::{Instant, reward::Book, shop::Shop};
use serde::Serialize;
use utoipa::ToSchema;

/// A time in which nothing new was given, half-open.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PauseView {
    /// From then on,
    pub from: String,
    /// up to then; null while it lasts.
    pub until: Option<String>,
}

/// When a campaign has rested: the last 100 times, oldest first, and since when it does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rests {
    /// Since when it rests.
    pub paused_at: Option<Instant>,
    /// Every rest, the one that lasts among them.
    pub all: Vec<(Instant, Option<Instant>)>,
}

impl Rests {
    /// Those of what a campaign keeps.
    pub fn of(book: &Book) -> Self {
        Self { paused_at: book.paused_at, all: book.rests().collect() }
    }
    /// As they are shown.
    pub fn view(&self, shop: &Shop) -> Vec<PauseView> {
        let view = |(from, until): &(Instant, Option<Instant>)| PauseView {
            from: time::show(shop, *from),
            until: time::show_some(shop, *until),
        };
        self.all.iter().map(view).collect()
    }
}
