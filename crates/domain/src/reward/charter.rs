//! What of a campaign of rewards stands from its publishing on: what was announced of its draw, and the secret of its names
//! and links.
//!
//! Always holds: it changes only when the campaign gets other terms or its beacon's round comes, so the large texts of its
//! notices are apart from the [`Book`](super::Book), which is written with every play.

use super::{Round, Secret};
use draw::{Hash, Notice, Seed, archive::NoticeLink};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What stands of a campaign of rewards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Charter {
    /// What its rewards' names and links are made with.
    pub secret: Secret,
    /// Of its draw, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<Announced>,
}

/// What was announced of a draw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Announced {
    /// The hash of the seed, published before the start.
    pub commit: Hash,
    /// The notices, the first and each that took its place.
    pub notices: Vec<Arc<NoticeLink>>,
    /// The beacon's round, once it was posted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<Round>,
}

impl Charter {
    /// Of a campaign that begins.
    pub const fn new(secret: Secret) -> Self {
        Self { secret, announced: None }
    }
}

impl Announced {
    /// Of a draw that begins with that notice.
    pub fn first(seed: &Seed, first: NoticeLink) -> Self {
        Self { commit: seed.commit(), notices: vec![Arc::new(first)], round: None }
    }
    /// The notice that holds.
    pub fn notice(&self) -> Option<&Notice> {
        self.notices.last().map(|link| &link.notice)
    }
    /// The notice that held when a draw was made.
    pub fn notice_of(&self, n: u64) -> Option<&Notice> {
        self.notices.iter().rev().find(|link| link.after < n).map(|link| &link.notice)
    }
}
