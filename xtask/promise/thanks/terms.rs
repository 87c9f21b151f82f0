//! What the merchant fills in: from which amount on an order is thanked for.

use crate::campaign::KindTerms;
use crate::campaign::field::{Amount, Field, Filled, Form, Gauge, Type, Words};
use money::Money;
use serde::{Deserialize, Serialize};

/// Terms of thanks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Orders of at least so much are thanked for.
    pub spend: Money,
}

impl Filled for Terms {
    const FIELDS: &'static [Field] = &[Field::required("spend", Type::Money(Amount::from(0)))
        .label("Threshold", "门槛")
        .help("Orders of at least so much are thanked for.", "订单满该金额即致谢。")];

    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.money("spend", self.spend);
    }
}

impl KindTerms for Terms {
    const NAME: &'static str = "thanks";
    const FORM: Form = Form {
        label: Words::new("Thanks", "致谢"),
        help: Words::new("Thanks customers for their payment.", "支付后致谢顾客。"),
        fields: Self::FIELDS,
        rules: &[],
        example: r#"{"spend": 10000}"#,
    };
}
