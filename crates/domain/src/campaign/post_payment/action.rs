//! What a tier brings: a coupon, questions, or a chance of a prize.

use crate::{
    BatchId, Instant, Sku,
    reward::{ActionKind, Question},
};
use draw::EntropyPolicy;
use money::Money;
use serde::{Deserialize, Serialize};

/// From an amount on, an action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// What must have been paid at least: all stages, freight among it, after discounts (A-S2-5). Minor units.
    pub min_paid: Money,
    /// What it brings.
    pub action: Action,
}

/// What a tier brings; which fields it has follows from its kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Which.
    pub kind: ActionKind,
    /// Of a coupon, and of a survey that thanks with one: the batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_id: Option<BatchId>,
    /// Of a survey.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
    /// Of a scratch card or a draw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draw: Option<DrawTerms>,
}

/// How prizes are drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawTerms {
    /// By odds, or from an urn; an urn where it is left out and no prize has odds (A-S2-15).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<draw::Mode>,
    /// Whether a payment without a transaction id is drawn (A-S2-16).
    #[serde(default)]
    pub entropy: EntropyPolicy,
    /// The round of the public beacon that goes in too; named before the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beacon_round: Option<u64>,
    /// Until when stock is released evenly, from the campaign's start on; all of it at once without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseTerms>,
    /// What can be drawn, in the notice's order.
    pub prizes: Vec<Prize>,
    /// What the law wants told (A-S2-17).
    #[serde(default)]
    pub notice: NoticeTerms,
    /// Whether notice, odds, stock and the chain's head are shown to everybody.
    #[serde(default = "yes")]
    pub public: bool,
}

const fn yes() -> bool {
    true
}

/// When stock is released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseTerms {
    /// All of it from then on.
    #[serde(with = "crate::time::text")]
    pub until: Instant,
}

/// Kinds of prizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum PrizeKind {
    Coupon,
    Goods,
    Points,
    None,
}

impl PrizeKind {
    /// The same for the draw.
    pub const fn drawn(self) -> draw::Kind {
        match self {
            Self::Coupon => draw::Kind::Coupon,
            Self::Goods => draw::Kind::Goods,
            Self::Points => draw::Kind::Points,
            Self::None => draw::Kind::Nothing,
        }
    }
}

/// What can be drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prize {
    /// By which the chain names it.
    pub prize_id: String,
    /// What it is, for people.
    pub name: String,
    /// Of which kind.
    pub kind: PrizeKind,
    /// What one is worth, in minor units; goods at their market price.
    #[serde(default)]
    pub value: Money,
    /// How many there are; in an urn tickets. Only what is nothing may be without an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<u64>,
    /// By odds: whole parts of 1,000,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub odds: Option<u32>,
    /// By odds: what is given once this is gone, or not released yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
    /// Of a coupon: its batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_id: Option<BatchId>,
    /// Of goods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<Sku>,
    /// Of points: how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<u64>,
}

/// What of the notice nobody else knows; the rest follows from the prizes and the campaign.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeTerms {
    /// Who holds it.
    #[serde(default)]
    pub organiser: String,
    /// How they can be reached.
    #[serde(default)]
    pub contact: String,
    /// Who takes part, beside who has paid enough.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub conditions: String,
    /// Days that a winner has to claim.
    #[serde(default)]
    pub claim_days: u32,
    /// How a prize is claimed and handed over.
    #[serde(default)]
    pub claim_how: String,
    /// What becomes of prizes that nobody claims.
    #[serde(default)]
    pub lapse: String,
}

impl DrawTerms {
    /// By odds, or from an urn: an urn where nothing else is said and no prize has odds.
    pub fn mode(&self) -> draw::Mode {
        let by_odds = || self.prizes.iter().any(|prize| prize.odds.is_some());
        self.mode.unwrap_or_else(|| if by_odds() { draw::Mode::Odds } else { draw::Mode::Urn })
    }
    /// The prize of that id.
    pub fn prize(&self, id: &str) -> Option<&Prize> {
        self.prizes.iter().find(|prize| prize.prize_id == id)
    }
    /// What a chance is worth on average, rounded down: by odds each prize as often as it is drawn first, in an urn all of
    /// them over all tickets.
    pub fn worth(&self) -> Money {
        let parts = |prize: &Prize| match self.mode() {
            draw::Mode::Odds => u64::from(prize.odds.unwrap_or_default()),
            draw::Mode::Urn => prize.stock.unwrap_or_default(),
        };
        let all: u64 = self.prizes.iter().map(parts).sum();
        let of = |prize: &Prize| i128::from(prize.value.minor()) * i128::from(parts(prize));
        let worth = self.prizes.iter().map(of).sum::<i128>() / i128::from(all.max(1));
        Money::from_minor(i64::try_from(worth).unwrap_or(i64::MAX))
    }
    /// What it costs if every prize is given: the sum of stock times value.
    pub fn liability(&self) -> Money {
        let of = |prize: &Prize| {
            let stock = i64::try_from(prize.stock.unwrap_or_default()).unwrap_or(i64::MAX);
            prize.value.checked_mul(stock).unwrap_or(Money::ZERO)
        };
        self.prizes.iter().map(of).sum()
    }
}

impl Action {
    /// Every batch that it may give a coupon of.
    pub fn batches(&self) -> impl Iterator<Item = &BatchId> {
        let prizes = self.draw.iter().flat_map(|draw| &draw.prizes);
        self.batch_id.iter().chain(prizes.filter_map(|prize| prize.batch_id.as_ref()))
    }
}
