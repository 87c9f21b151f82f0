//! Goods that come along (赠品促销): with main items, or out of a pool.

use crate::campaign::field::{Field, Filled, Form, Gauge, Type, Words};
use crate::campaign::promotion::When;
use crate::campaign::promotion::fields::{QUANTITY, SEGMENTS, WHEN};
use crate::campaign::terms::KindTerms;
use crate::{Sku, Violation, limits};
use serde::{Deserialize, Serialize};

/// Terms of a gift promotion. The campaign's scope is not used: `main_skus` is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Buying one of these earns the gifts.
    pub main_skus: Vec<Sku>,
    /// What is given: all of it with main items (主赠), one of it from a pool (赠品池).
    pub gifts: Vec<Gift>,
    /// A pool, out of which the customer takes one gift an order.
    #[serde(default)]
    pub pool: bool,
    /// Only for customers of one of these segments; empty for everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<String>,
    /// What else has to hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
}

/// So many of a SKU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Gift {
    pub sku: Sku,
    pub quantity: u64,
}

impl Filled for Gift {
    const FIELDS: &'static [Field] = &[
        Field::required("sku", Type::Id).label("Gift", "赠品").help("What is given.", "赠品 SKU。"),
        QUANTITY,
    ];
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.whole("quantity", self.quantity);
    }
}

impl Filled for Terms {
    const FIELDS: &'static [Field] = &[
        Field::required("main_skus", Type::some(&Type::Id, limits::SCOPE_SKUS))
            .label("Main items", "主商品")
            .help("Buying one of these earns the gifts.", "购买其中任一商品即可获赠。"),
        Field::required("gifts", Type::some(&Type::Object(Gift::FIELDS), limits::GIFTS))
            .label("Gifts", "赠品")
            .help(
                "What is given: all of it with main items, one of it out of a pool.",
                "赠送内容：主赠全部赠送，赠品池任选其一。",
            ),
        Field::default("pool", Type::Flag, "false")
            .label("Gift pool", "赠品池")
            .help("The customer takes one gift an order out of the gifts.", "顾客每单从赠品中任选一个。"),
        SEGMENTS,
        WHEN,
    ];
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.length("main_skus", self.main_skus.len());
        gauge.objects("gifts", &self.gifts);
        gauge.texts("segments", &self.segments);
        if let Some(when) = &self.when {
            gauge.object("when", when);
        }
    }
}

impl KindTerms for Terms {
    const NAME: &'static str = "gift_promotion";
    const FORM: Form = Form {
        label: Words::new("Gift promotion", "赠品促销"),
        help: Words::new(
            "Goods that come along with others. The campaign's scope is not used: the main items are.",
            "购买主商品获赠品。不使用活动范围，以主商品为准。",
        ),
        fields: Self::FIELDS,
        rules: &[],
        example: r#"{"main_skus": ["PHONE-1"], "gifts": [{"sku": "CASE-1", "quantity": 1}]}"#,
    };

    fn check_together(&self, found: &mut Vec<Violation>) {
        if let Some(when) = &self.when {
            when.check_together("terms.when", found);
        }
    }
}
