//! What the merchant fills in: the words.

use crate::{
    Violation,
    campaign::{Frame, KindTerms},
};
use serde::{Deserialize, Serialize};

/// Terms of thanks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// What is noted of each payment.
    pub words: String,
}

impl KindTerms for Terms {
    const NAME: &'static str = "thanks";

    fn check(&self, _: &Frame<'_>, _: &mut Vec<Violation>) {}
}
