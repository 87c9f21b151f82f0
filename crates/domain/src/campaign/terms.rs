//! What the terms of every kind can do.

use crate::{Instant, Violation, catalog::Scope, shop::Shop, time::Window};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;

/// What stands around terms when they are checked.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// When the campaign runs.
    pub period: Window,
    /// The goods.
    pub scope: &'a Scope,
    /// The shop.
    pub shop: &'a Shop,
    /// When the period was chosen.
    pub now: Instant,
}

/// Terms of a kind of campaign: what the merchant fills in. They know neither the campaign nor another kind.
pub trait KindTerms: Debug + Clone + PartialEq + Serialize + DeserializeOwned {
    /// The kind's stable name, in the API and in stored documents.
    const NAME: &'static str;

    /// Appends everything that breaks a rule, of the period too.
    fn check(&self, frame: &Frame<'_>, found: &mut Vec<Violation>);
    /// What is allowed but deserves a second look.
    fn warnings(&self, _: &Frame<'_>) -> Vec<Violation> {
        Vec::new()
    }
    /// Coupons that the campaign may issue; `None` where it issues none.
    fn quantity(&self) -> Option<u64> {
        None
    }
    /// What differs in the next terms and may not, once the campaign is published.
    fn fixed(&self, _next: &Self) -> Vec<Violation> {
        Vec::new()
    }
    /// The terms as the API shows them.
    fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
