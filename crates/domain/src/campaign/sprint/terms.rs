//! What is filled in for a sprint, and what holds between its fields.

use super::form;
use crate::{
    BatchId, Sku,
    campaign::field::{Field, Filled, Gauge},
    sprint::{CountsFrom, Wave},
};
use money::Money;
use serde::{Deserialize, Serialize};

/// How winners get their prizes (A-S3-14).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AwardBy {
    /// At once, at the draw.
    #[default]
    Push,
    /// They claim them in the award window.
    Claim,
}

/// Which of the tiers that a member has reached bring their prize (A-S3-15).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TierRule {
    /// The highest one.
    #[default]
    Highest,
    /// Each of them.
    Each,
}

/// Kinds of prizes (A-S3-15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum PrizeKind {
    Coupon,
    Goods,
}

/// What a tier brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prize {
    /// Which.
    pub kind: PrizeKind,
    /// Of coupons: the batch that two are given of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_id: Option<BatchId>,
    /// Of coupons: how many are released over all waves; half as many members win (A-S3-3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_quantity: Option<u64>,
    /// Of goods: what is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<Sku>,
    /// Of goods: how many there are over all waves; so many members win.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<u64>,
}

/// Coupons given to whoever wins a coupon prize (S3-R24).
pub const COUPONS_EACH: u32 = 2;

impl Prize {
    /// How many members can win it, over all waves.
    pub fn winners(&self) -> u64 {
        match self.kind {
            PrizeKind::Coupon => self.release_quantity.unwrap_or_default() / u64::from(COUPONS_EACH),
            PrizeKind::Goods => self.stock.unwrap_or_default(),
        }
    }
}

/// So many coupons of a batch are released.
pub fn coupon_prize(batch: BatchId, release_quantity: u64) -> Prize {
    let released = Some(release_quantity);
    Prize {
        kind: PrizeKind::Coupon,
        batch_id: Some(batch),
        release_quantity: released,
        sku: None,
        stock: None,
    }
}

/// So many members win goods.
pub fn goods_prize(sku: Sku, stock: u64) -> Prize {
    let (sku, stock) = (Some(sku), Some(stock));
    Prize { kind: PrizeKind::Goods, batch_id: None, release_quantity: None, sku, stock }
}

/// A threshold with its prize.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// What a member must have spent (冲刺门槛), inclusive. Minor units.
    pub threshold: Money,
    /// What it brings.
    pub prize: Prize,
}

/// Terms of a sprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Its waves, each with its stages.
    pub waves: Vec<Wave>,
    /// The thresholds, rising.
    pub tiers: Vec<Tier>,
    /// Which of the tiers that were reached bring their prize.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub tier_rule: TierRule,
    /// From when on orders count.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub counts_from: CountsFrom,
    /// How winners get their prizes.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub award_by: AwardBy,
    /// Whether a refund after the draw that takes the member below the threshold voids coupons that are unused (A-S3-12).
    #[serde(default, skip_serializing_if = "is_usual")]
    pub void_after_refund: bool,
    /// For people, shown to members.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Terms {
    /// A wave by its id.
    pub fn wave(&self, id: &crate::WaveId) -> Option<&Wave> {
        self.waves.iter().find(|wave| wave.wave_id == *id)
    }
    /// The thresholds, in the order of the tiers.
    pub fn thresholds(&self) -> Vec<Money> {
        self.tiers.iter().map(|tier| tier.threshold).collect()
    }
    /// Coupons of a batch that one member may win: in every wave, of one tier or of each.
    pub fn coupons_of_one(&self, batch: &BatchId) -> u64 {
        let tiers = self.tiers.iter().filter(|tier| tier.prize.batch_id.as_ref() == Some(batch)).count();
        let tiers = match self.tier_rule {
            TierRule::Highest => tiers.min(1),
            TierRule::Each => tiers,
        };
        self.waves.len() as u64 * tiers as u64 * u64::from(COUPONS_EACH)
    }
    /// The wave whose sprint an order placed then is in; there is one at most.
    pub fn wave_of(&self, placed_at: crate::Instant) -> Option<&Wave> {
        self.waves.iter().find(|wave| wave.sprint.contains(placed_at))
    }
}

impl Filled for Wave {
    const FIELDS: &'static [Field] = form::WAVE;
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.text("wave_id", self.wave_id.as_str());
    }
}

impl Filled for Prize {
    const FIELDS: &'static [Field] = form::PRIZE;
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.wholes("release_quantity", self.release_quantity);
        gauge.wholes("stock", self.stock);
    }
}

impl Filled for Tier {
    const FIELDS: &'static [Field] = form::TIER;
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.money("threshold", self.threshold);
        gauge.object("prize", &self.prize);
    }
}

impl Filled for Terms {
    const FIELDS: &'static [Field] = form::FORM.fields;
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.objects("waves", &self.waves);
        gauge.objects("tiers", &self.tiers);
        gauge.text("description", &self.description);
    }
}
