//! What the merchant fills in: the words.

use crate::campaign::{
    KindTerms,
    field::{Field, Filled, Form, Gauge, Text, Type, Words},
};
use serde::{Deserialize, Serialize};

/// Terms of thanks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// What is noted of each payment.
    pub words: String,
}

impl Filled for Terms {
    const FIELDS: &'static [Field] = &[Field::required("words", Type::Text(Text { least: 0, most: None }))
        .label("Words", "致谢语")
        .help("What is noted of each payment.", "每次支付后记下的话。")];
    fn show(&self, _: &mut Gauge<'_>) {}
}

impl KindTerms for Terms {
    const NAME: &'static str = "thanks";
    const FORM: Form = Form {
        label: Words::new("Thanks", "致谢"),
        help: Words::new("Each payment is thanked for.", "每次支付后致谢。"),
        fields: Self::FIELDS,
        rules: &[],
        example: r#"{"words": "Thank you"}"#,
    };
}
