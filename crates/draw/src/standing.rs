//! Where a draw stands: its plays so far, what was given, and the head of its chain.
//!
//! Always holds: it is moved on in the transaction that keeps the play, or not at all; so two plays at once cannot get the
//! same ticket.

use crate::{
    archive::{NoticeLink, Play, State},
    chain,
    entropy::Entropy,
    hash::Hash,
    notice::Notice,
    seed::Seed,
    table::{Given, Table},
    text::{self, NotALine},
    word::words,
};
use serde::{Deserialize, Serialize};

/// Where a draw stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Plays so far.
    pub plays: u64,
    /// How many of each prize were given.
    pub given: Given,
    /// The head of the chain, which is public.
    pub head: Hash,
}

/// Why a chance is not drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotDrawn {
    /// Its name does not stand on a line.
    #[error("the chance is {0}")]
    Chance(#[from] NotALine),
    /// No ticket of the urn is left.
    #[error("no ticket is left")]
    Empty,
}

impl Standing {
    /// Before the first play, with the link of the notice.
    pub fn open(campaign: &str, commit: &Hash, notice: Notice) -> (Self, NoticeLink) {
        let link = NoticeLink::first(campaign, commit, notice);
        (Self { plays: 0, given: Given::default(), head: link.head }, link)
    }

    /// Draws for a chance, and moves on. A chance is drawn once: whoever keeps the plays sees to that,
    /// and says when it was paid, which is here the moment of the draw.
    pub fn draw(
        &mut self,
        seed: &Seed,
        table: &Table,
        campaign: &str,
        chance: &str,
        entropy: &Entropy,
        at_ms: i64,
    ) -> Result<Play, NotDrawn> {
        text::line(chance)?;
        let mut words = words(seed, campaign, chance, entropy);
        let (r, award) = table.draw(&mut words, &self.given, at_ms).ok_or(NotDrawn::Empty)?;
        let prize_id = award.prize.prize_id.clone();
        self.plays += 1;
        self.given.add(&prize_id);
        let mut play = Play {
            n: self.plays,
            at_ms,
            paid_ms: at_ms,
            chance: chance.to_owned(),
            entropy: entropy.as_str().to_owned(),
            r,
            prize_id,
            hash: self.head,
            state: State::Played,
        };
        play.hash = chain::after_play(&self.head, &play.link());
        self.head = play.hash;
        Ok(play)
    }

    /// Goes on under another notice, which [`crate::check::changed`] allows.
    pub fn change(&mut self, notice: Notice) -> NoticeLink {
        let link = NoticeLink::next(self.plays, &self.head, notice);
        self.head = link.head;
        link
    }
}
