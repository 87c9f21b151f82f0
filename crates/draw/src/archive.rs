//! The archive of a draw: everything that is needed to check it, as one JSON document (A-S2-16, A-S2-17).
//!
//! Always holds: a field that is not known is refused, so nothing lies in an archive that nobody looked at.

use crate::{chain, hash::Hash, law::Law, notice::Notice};
use money::Money;
use serde::{Deserialize, Serialize};

/// A draw, from its first notice to where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    /// The form of this document.
    pub format: Format,
    /// The campaign, as it goes into each draw.
    pub campaign: String,
    /// SHA-256 of the seed, as it was published before the start.
    pub commit: Hash,
    /// The seed in hexadecimal digits, after the end.
    pub seed: Option<String>,
    /// The beacon's round, where one was named and has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beacon: Option<Round>,
    /// The notice, and each one that came after it.
    pub notices: Vec<NoticeLink>,
    /// Every play, in the order of the chain.
    pub plays: Vec<Play>,
    /// Chances that wait for the id of their payment; nothing was drawn for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub awaiting_transaction_id: Vec<Waiting>,
    /// Those whose prize the law wants listed.
    pub winners: Vec<Winner>,
    /// The last head of the chain.
    pub head: Hash,
}

/// Forms of the document; another one is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Format {
    /// The first.
    #[default]
    #[serde(rename = "promenade-draw-archive-v1")]
    V1,
}

/// A round of a beacon, as it was posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// Which beacon: `drand quicknet`.
    pub name: String,
    /// Its key, for other programs; this one knows it.
    pub public_key: String,
    /// The round.
    pub round: u64,
    /// What the beacon signed it with, in hexadecimal digits.
    pub signature: String,
    /// SHA-256 of the signature.
    pub randomness: Hash,
}

/// A notice and its link in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeLink {
    /// The play behind which it holds; 0 for the one before the start.
    pub after: u64,
    /// Its fields.
    pub notice: Notice,
    /// The text that was shown.
    pub text: String,
    /// SHA-256 of the text.
    pub hash: Hash,
    /// The chain's head behind it.
    pub head: Hash,
}

impl NoticeLink {
    /// The notice before the start.
    pub fn first(campaign: &str, commit: &Hash, notice: Notice) -> Self {
        let (text, hash) = told(&notice);
        Self { after: 0, notice, text, hash, head: chain::first_head(campaign, commit, &hash) }
    }
    /// A notice that takes another's place behind that play.
    pub fn next(after: u64, head: &Hash, notice: Notice) -> Self {
        let (text, hash) = told(&notice);
        Self { after, notice, text, hash, head: chain::after_notice(head, &hash) }
    }
}

fn told(notice: &Notice) -> (String, Hash) {
    let text = notice.text();
    let hash = chain::notice_hash(&text);
    (text, hash)
}

/// A play.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Play {
    /// Which one of the campaign, from 1 on.
    pub n: u64,
    /// When it was drawn, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    /// Whose chance it was.
    pub chance: String,
    /// What neither side chose.
    pub entropy: String,
    /// The number that was drawn.
    pub r: u64,
    /// The prize that was given for it.
    pub prize_id: String,
    /// The chain's head behind it.
    pub hash: Hash,
    /// What became of it; no part of the chain, in which it stays.
    #[serde(default, skip_serializing_if = "State::is_played")]
    pub state: State,
}

impl Play {
    /// What it adds to the chain.
    pub fn link(&self) -> chain::Link<'_> {
        let Self { n, chance, entropy, r, prize_id, .. } = self;
        chain::Link { n: *n, chance, entropy, r: *r, prize_id }
    }
}

/// What became of a play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The customer has seen it.
    #[default]
    Played,
    /// A ticket of an urn that its customer has not looked at yet.
    Drawn,
    /// A ticket whose order was refunded before that: nobody has its prize, and it stays drawn.
    Lapsed,
    /// Played, and undone with its payment.
    Void,
}

impl State {
    /// Whether somebody has what was won, or may still have it.
    pub const fn wins(self) -> bool {
        matches!(self, Self::Played | Self::Drawn)
    }
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
    const fn is_played(&self) -> bool {
        matches!(self, Self::Played)
    }
}

/// A chance that waits for its payment's id (`awaiting_transaction_id`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    /// Whose.
    pub chance: String,
    /// Since when, in milliseconds since 1970 in UTC.
    pub since_ms: i64,
}

/// A winner that the law wants listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Winner {
    /// The play.
    pub n: u64,
    /// Whose chance it was.
    pub chance: String,
    /// What was won.
    pub prize_id: String,
    /// What it was worth then, in fen.
    pub value: Money,
}

impl Archive {
    /// Reads one.
    pub fn read(json: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }

    /// The winners that the law wants listed, in the order of the plays.
    pub fn listed(&self, law: &Law) -> Vec<Winner> {
        self.plays.iter().filter_map(|play| self.winner(play, law)).collect()
    }

    fn winner(&self, play: &Play, law: &Law) -> Option<Winner> {
        let value = self.notice_of(play.n)?.table.find(&play.prize_id)?.value;
        (play.state.wins() && value > law.listed_above).then(|| Winner {
            n: play.n,
            chance: play.chance.clone(),
            prize_id: play.prize_id.clone(),
            value,
        })
    }

    /// The notice under which that play was made.
    pub fn notice_of(&self, n: u64) -> Option<&Notice> {
        self.notices.iter().rev().find(|link| link.after < n).map(|link| &link.notice)
    }
}
