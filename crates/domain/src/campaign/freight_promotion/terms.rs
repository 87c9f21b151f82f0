//! Less freight, without a coupon (运费促销).

use crate::campaign::field::{Amount, Field, Filled, Form, Gauge, Text, Type, Words};
use crate::campaign::promotion::{
    Limits, PercentOff, When,
    fields::{LIMITS, MIN_GOODS, MIN_QUANTITY, SEGMENTS, WHEN},
};
use crate::campaign::terms::KindTerms;
use crate::{Code, Violation, limits};
use money::Money;
use serde::{Deserialize, Serialize};

/// Terms of a freight promotion: the highest tier that the goods in scope reach counts, alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Tiers by rising `spend`.
    pub tiers: Vec<Tier>,
    /// Only with so many pieces in scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_quantity: Option<u64>,
    /// Only with so many different SKUs in scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_goods: Option<u64>,
    /// Lower goes first; equal ones by campaign id. Each works on the freight that the earlier ones left.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub priority: i32,
    /// Of freight promotions with the same group only the first that applies is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Only for members (会员价).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub member_only: bool,
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
const fn is_zero(number: &i32) -> bool {
    *number == 0
}

/// From `spend` on exactly one of these; minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Tier {
    pub spend: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent_off: Option<PercentOff>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_off: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
}

impl Tier {
    /// What comes off a freight; `None` where not exactly one benefit is given. A percentage is rounded half up (A-G-4).
    pub fn off(&self, freight: Money) -> Option<Money> {
        let off = match (self.percent_off, self.amount_off, self.price) {
            (Some(percent), None, None) => percent.of(freight),
            (None, Some(amount), None) => amount,
            (None, None, Some(price)) => (freight - price).max(Money::ZERO),
            _ => return None,
        };
        Some(off.min(freight))
    }
}

impl Filled for Tier {
    const FIELDS: &'static [Field] = &[
        Field::required("spend", Type::Money(Amount::from(0))).label("Threshold", "门槛").help(
            "Reached when the goods in scope cost this much, before coupons; 0 for no threshold.",
            "活动范围内的商品用券前达到该金额即满足；0 为无门槛。",
        ),
        Field::optional("percent_off", Type::Percent)
            .label("Percent off", "折扣比例")
            .help("This part of the freight comes off; 100 ships free.", "运费按该比例减免；100 为包邮。"),
        Field::optional("amount_off", Type::Money(Amount::from(1)))
            .label("Amount off", "减免金额")
            .help("This much of the freight comes off.", "运费减免该金额。"),
        Field::optional("price", Type::Money(Amount::from(0)))
            .label("Freight", "运费价格")
            .help("The freight is this, where it is less.", "运费按该金额，低于原运费时生效。"),
    ];
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.money("spend", self.spend);
        gauge.money("amount_off", self.amount_off);
        gauge.money("price", self.price);
    }
}

impl Filled for Terms {
    const FIELDS: &'static [Field] = &[
        Field::required("tiers", Type::some(&Type::Object(Tier::FIELDS), limits::PROMOTION_TIERS))
            .label("Tiers", "档位")
            .help("The highest tier that is reached counts, alone.", "仅按达到的最高一档优惠。"),
        MIN_QUANTITY,
        MIN_GOODS,
        Field::default("priority", Type::whole(i32::MIN as i64, i32::MAX as i64), "0")
            .label("Priority", "优先级")
            .help(
                "Lower goes first, equal ones by campaign id; each works on what the earlier ones left.",
                "数字小的先计算，相同则按活动编号；后面的按前面减完后的运费计算。",
            ),
        Field::optional("group", Type::Text(Text { least: 0, most: None })).label("Group", "互斥组").help(
            "Of freight promotions with the same group only the first that applies is taken.",
            "同组促销只取最先满足的一个。",
        ),
        Field::default("member_only", Type::Flag, "false")
            .label("Members only", "会员专享")
            .help("Only for members.", "仅限会员。"),
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
    const NAME: &'static str = "freight_promotion";
    const FORM: Form = Form {
        label: Words::new("Freight promotion", "运费促销"),
        help: Words::new(
            "Less freight for orders whose goods in scope cost enough, without a coupon.",
            "活动范围内的商品达到门槛，运费减免，无需用券。",
        ),
        fields: Self::FIELDS,
        rules: &[
            Words::new(
                "A tier has exactly one of `percent_off`, `amount_off` and `price`.",
                "每档 `percent_off`、`amount_off`、`price` 必填其一，且只填一个。",
            ),
            Words::new("Tiers stand by rising `spend`, each once.", "各档按 `spend` 递增排列，不得重复。"),
        ],
        example: r#"{"tiers": [{"spend": 9900, "amount_off": 500}, {"spend": 19900, "percent_off": 100}]}"#,
    };

    fn limits(&self) -> Option<&Limits> {
        self.limits.as_ref()
    }
    fn check_together(&self, found: &mut Vec<Violation>) {
        for (index, tier) in self.tiers.iter().enumerate() {
            if tier.off(Money::ZERO).is_none() {
                let message = "exactly one of percent_off, amount_off and price";
                let field = format!("terms.tiers[{index}].percent_off");
                found.push(Violation::with(field, Code::InvalidValue, message));
            }
        }
        if !self.tiers.is_sorted_by(|a, b| a.spend < b.spend) {
            found.push(Violation::with("terms.tiers", Code::InvalidValue, "by rising spend, each once"));
        }
        if let Some(when) = &self.when {
            when.check_together("terms.when", found);
        }
    }
}
