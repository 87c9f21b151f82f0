//! Spend so much, save so much, over the goods in scope (总价促销).

use crate::campaign::field::{Field, Filled, Form, Gauge, Text, Type, Words};
use crate::campaign::promotion::{
    Limits, Tier, When,
    fields::{EXCLUDE_DISCOUNTED, LIMITS, MIN_GOODS, MIN_QUANTITY, SEGMENTS, WHEN},
};
use crate::campaign::terms::{Frame, KindTerms};
use crate::{Code, Violation, limits, sentence};
use money::{Currency, Money};
use serde::{Deserialize, Serialize};

/// Terms of an order promotion.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Tiers by rising `spend`; the highest that is reached counts, alone.
    pub tiers: Vec<Tier>,
    /// With one tier of `save`: the saving comes once for every full `spend` (每满减).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub every: bool,
    /// Only more than a tier's `spend` reaches it, not just as much.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub above: bool,
    /// Only with so many pieces in scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_quantity: Option<u64>,
    /// Only with so many different SKUs in scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_goods: Option<u64>,
    /// Lines with an item promotion stay out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exclude_discounted: bool,
    /// Lower goes first; equal ones by campaign id. Each works on what the earlier ones left.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub priority: i32,
    /// Of promotions with the same group only the first that applies is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Only for customers of one of these segments; empty for everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<String>,
    /// What else has to hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// How often and for how much it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
fn is_zero(number: &i32) -> bool {
    *number == 0
}

impl Terms {
    /// What is allowed but may be a slip: a cap under its saving, and a tier that saves no more than the one
    /// below it, each at its own threshold. Amounts are told in that currency.
    pub fn slips(&self, currency: Currency) -> Vec<Violation> {
        let mut found = Vec::new();
        for (index, tier) in self.tiers.iter().enumerate() {
            let field = |name: &str| format!("terms.tiers[{index}].{name}");
            if tier.save.zip(tier.cap).is_some_and(|(save, cap)| cap < save) {
                let message = "the cap is what comes off, not the saving";
                found.push(Violation::with(field("cap"), Code::CapBelowSave, message));
            }
            let below = index.checked_sub(1).and_then(|below| self.tiers.get(below));
            if let Some(below) = below.filter(|below| tier.off(tier.spend) <= below.off(tier.spend)) {
                let (now, then) = (below.off(tier.spend), tier.off(tier.spend));
                let [at, then, now] = [tier.spend, then, now].map(|amount| currency.text(amount));
                let message = format!("at {at} it saves {then}, the tier below {now}");
                found.push(Violation::with(field("spend"), Code::FallingTiers, message));
            }
        }
        found
    }
}

impl Filled for Terms {
    const FIELDS: &'static [Field] = &[
        Field::required("tiers", Type::some(&Type::Object(Tier::FIELDS), limits::PROMOTION_TIERS))
            .label("Tiers", "档位")
            .help("The highest tier that is reached counts, alone.", "仅按达到的最高一档优惠。"),
        Field::default("every", Type::Flag, "false")
            .label("For every full threshold", "每满减")
            .help("The saving comes once for every full threshold.", "每满一次门槛减一次。"),
        Field::default("above", Type::Flag, "false").label("More than", "超过门槛").help(
            "Only more than a tier's threshold reaches it, not just as much.",
            "须超过门槛金额，刚好等于不算。",
        ),
        MIN_QUANTITY,
        MIN_GOODS,
        EXCLUDE_DISCOUNTED,
        Field::default("priority", Type::whole(i32::MIN as i64, i32::MAX as i64), "0")
            .label("Priority", "优先级")
            .help(
                "Lower goes first, equal ones by campaign id; each works on what the earlier ones left.",
                "数字小的先计算，相同则按活动编号；后面的按前面减完后的金额计算。",
            ),
        Field::optional("group", Type::Text(Text { least: 0, most: None })).label("Group", "互斥组").help(
            "Of promotions with the same group only the first that applies is taken.",
            "同组促销只取最先满足的一个。",
        ),
        SEGMENTS,
        WHEN,
        LIMITS,
    ];
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.objects("tiers", &self.tiers);
        gauge.wholes("min_quantity", self.min_quantity);
        gauge.wholes("min_goods", self.min_goods);
        gauge.whole("priority", self.priority);
        gauge.texts("segments", &self.segments);
        if let Some(when) = &self.when {
            gauge.object("when", when);
        }
        if let Some(limits) = &self.limits {
            gauge.object("limits", limits);
        }
    }
}

impl KindTerms for Terms {
    const NAME: &'static str = "order_promotion";
    const FORM: Form = Form {
        label: Words::new("Order promotion", "总价促销"),
        help: Words::new(
            "Spend so much, save so much, over the goods in scope.",
            "活动范围内的商品满额减免。",
        ),
        fields: Self::FIELDS,
        rules: &[
            Words::new(
                "A tier has exactly one of `save` and `percent_off`; `save` is at most its `spend`, unless that is 0.",
                "每档 `save` 与 `percent_off` 必填其一，且只填一个；`save` 不超过本档 `spend`，无门槛（0）时除外。",
            ),
            Words::new("Tiers stand by rising `spend`, each once.", "各档按 `spend` 递增排列，不得重复。"),
            Words::new(
                "With `every` there is one tier, with `save` and a `spend` above 0, and no `above`.",
                "`every` 为 true 时只能有一档，须填 `save`，且 `spend` 大于 0，不能与 `above` 同用。",
            ),
        ],
        example: r#"{"tiers": [{"spend": 20000, "save": 2000}, {"spend": 30000, "percent_off": 20, "cap": 9000}]}"#,
    };

    fn limits(&self) -> Option<&Limits> {
        self.limits.as_ref()
    }
    fn check_together(&self, found: &mut Vec<Violation>) {
        if let Some(when) = &self.when {
            when.check_together("terms.when", found);
        }
        for (index, tier) in self.tiers.iter().enumerate() {
            let field = |name: &str| format!("terms.tiers[{index}].{name}");
            tier.check_saving(field, found);
            if self.every && tier.spend.is_zero() {
                let message = sentence!["at least ", Money::from_minor(1)];
                found.push(Violation::with(field("spend"), Code::OutOfRange, message));
            }
            if tier.save.is_some_and(|save| save > tier.spend) && tier.spend.is_positive() {
                found.push(Violation::with(field("save"), Code::RatioTooHigh, "at most the spend"));
            }
        }
        if !self.tiers.is_sorted_by(|a, b| a.spend < b.spend) {
            found.push(Violation::with("terms.tiers", Code::InvalidValue, "by rising spend, each once"));
        }
        if self.every && (self.tiers.len() != 1 || self.tiers.iter().any(|tier| tier.save.is_none())) {
            found.push(Violation::with("terms.every", Code::InvalidValue, "one tier with save"));
        }
        if self.every && self.above {
            found.push(Violation::with("terms.above", Code::InvalidValue, "not with every"));
        }
    }
    fn warnings(&self, frame: &Frame<'_>) -> Vec<Violation> {
        self.slips(frame.shop.money())
    }
}
