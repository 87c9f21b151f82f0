//! The archive of a draw: everything that is needed to check it, as one JSON document (A-S2-16, A-S2-17).
//!
//! Always holds: a field that is not known is refused, so nothing lies in an archive that nobody looked at.

use crate::{
    chain,
    hash::Hash,
    law::Law,
    notice::{Notice, Wording},
};
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
    /// Every other chance: nothing was drawn for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undrawn: Vec<Undrawn>,
    /// Times in which nothing new was given, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rests: Vec<Rest>,
    /// From when on nothing new was given, where it was closed before its end; in milliseconds since 1970 in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_ms: Option<i64>,
    /// Those whose prize the law wants listed, whatever became of it.
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

/// A time in which nothing new was given, half-open, in milliseconds since 1970 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rest {
    /// From then on,
    pub from_ms: i64,
    /// up to then; it lasts where that is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_ms: Option<i64>,
}

/// A notice and its link in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeLink {
    /// The play behind which it holds; 0 for the one before the start.
    pub after: u64,
    /// Its fields.
    pub notice: Notice,
    /// The wording that made the text of the fields.
    pub wording: Wording,
    /// The text that was shown; it stays, however later ones are worded.
    pub text: String,
    /// SHA-256 of the text.
    pub hash: Hash,
    /// The chain's head behind it.
    pub head: Hash,
}

impl NoticeLink {
    /// The notice before the start.
    pub fn first(campaign: &str, commit: &Hash, notice: Notice) -> Self {
        let (wording, text, hash) = told(&notice);
        Self { after: 0, notice, wording, text, hash, head: chain::first_head(campaign, commit, &hash) }
    }
    /// A notice that takes another's place behind that play.
    pub fn next(after: u64, head: &Hash, notice: Notice) -> Self {
        let (wording, text, hash) = told(&notice);
        Self { after, notice, wording, text, hash, head: chain::after_notice(head, &hash) }
    }
}

fn told(notice: &Notice) -> (Wording, String, Hash) {
    let wording = Wording::default();
    let text = notice.text(wording);
    let hash = chain::notice_hash(&text);
    (wording, text, hash)
}

/// A play.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Play {
    /// Which one of the campaign, from 1 on.
    pub n: u64,
    /// When it was drawn, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    /// When the payment came that brought the chance, or, of an extra chance, when its link was followed; no part of the
    /// chain.
    pub paid_ms: i64,
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
    /// A ticket whose order was refunded before that, or whose days to claim passed: nobody has its prize, and it stays
    /// drawn.
    Lapsed,
    /// Played, and undone with its payment.
    Void,
}

impl State {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
    const fn is_played(&self) -> bool {
        matches!(self, Self::Played)
    }
}

/// A chance for which nothing was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Undrawn {
    /// Whose.
    pub chance: String,
    /// When it arose, as [`Play::paid_ms`].
    pub paid_ms: i64,
    /// Why nothing was drawn.
    pub reason: Reason,
}

/// Why nothing was drawn for a chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The id of its payment was not told before the end.
    AwaitingTransactionId,
    /// The beacon's round that the notice names was never posted.
    AwaitingBeacon,
    /// No ticket was left of the urn once it could be drawn.
    SoldOut,
    /// Its order was refunded, or paid no more, before it was drawn.
    Lapsed,
    /// It could be drawn, and its customer did not play.
    NotPlayed,
}

impl Reason {
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingTransactionId => "awaiting_transaction_id",
            Self::AwaitingBeacon => "awaiting_beacon",
            Self::SoldOut => "sold_out",
            Self::Lapsed => "lapsed",
            Self::NotPlayed => "not_played",
        }
    }
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
    /// What became of the play.
    #[serde(default, skip_serializing_if = "State::is_played")]
    pub state: State,
}

impl Winner {
    /// The winner of a play under its notice, where the law wants it listed: whatever became of the play, for that stands in
    /// no chain.
    pub fn of(play: &Play, notice: &Notice, law: &Law) -> Option<Self> {
        let value = notice.table.find(&play.prize_id)?.value;
        let Play { n, chance, prize_id, state, .. } = play;
        (value > law.listed_above).then(|| Self {
            n: *n,
            chance: chance.clone(),
            prize_id: prize_id.clone(),
            value,
            state: *state,
        })
    }
}

impl Archive {
    /// Reads one.
    pub fn read(json: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }
    /// Reads one as it comes, so that its text need not be held.
    pub fn read_from(json: impl std::io::Read) -> Result<Self, serde_json::Error> {
        serde_json::from_reader(json)
    }

    /// The winners that the law wants listed, in the order of the plays.
    pub fn listed(&self, law: &Law) -> Vec<Winner> {
        let winner = |play: &Play| Winner::of(play, self.notice_of(play.n)?, law);
        self.plays.iter().filter_map(winner).collect()
    }

    /// The notice under which that play was made.
    pub fn notice_of(&self, n: u64) -> Option<&Notice> {
        self.notices.iter().rev().find(|link| link.after < n).map(|link| &link.notice)
    }
}
