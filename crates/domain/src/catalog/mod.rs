//! Goods: three-level categories, and the scope of a campaign over SKUs.

use crate::{Code, Sku, Violation, ids, limits};
use serde::{Deserialize, Deserializer, Serialize};
use smol_str::SmolStr;
use std::{collections::BTreeSet, sync::Arc};

/// A category by the platform's name or number: its own text, as an id is (A-G-11).
///
/// Stores hold some that were taken before that: up to 64 characters, blanks at their ends too. They are read as
/// they are; at every door [`Category::is_well_formed`] is asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Category(SmolStr);

impl Category {
    /// Takes a name; `None` when it is no id: see [`ids::own_text`].
    pub fn try_new(text: &str) -> Option<Self> {
        ids::own_text(text).map(Self)
    }
    /// Whether it could be taken today.
    pub fn is_well_formed(&self) -> bool {
        ids::own_text(&self.0).is_some()
    }
    /// Takes what is stored.
    fn stored(text: &str) -> Option<Self> {
        let before = || text.chars().count() <= 64 && !text.is_empty() && !text.chars().any(char::is_control);
        Self::try_new(text).or_else(|| before().then(|| Self(text.into())))
    }
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl<'de> Deserialize<'de> for Category {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        ids::read_text(d, "a category: 1 to 128 bytes of text", Self::stored)
    }
}

/// Which goods a campaign is about (S0-R11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeMode {
    /// The whole shop takes part.
    #[default]
    All,
    /// Only the listed SKUs.
    Whitelist,
    /// All but the listed SKUs.
    Blacklist,
}

/// A scope: a mode and its list, at most 20,000 SKUs (A-S0-23).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// How the list is meant.
    pub mode: ScopeMode,
    /// The list; empty for [`ScopeMode::All`].
    #[serde(default)]
    pub skus: Arc<BTreeSet<Sku>>,
    /// Categories of any level that stand in the list with all their goods.
    #[serde(default, skip_serializing_if = "no_categories")]
    pub categories: Arc<BTreeSet<Category>>,
}

fn no_categories(categories: &Arc<BTreeSet<Category>>) -> bool {
    categories.is_empty()
}

impl Scope {
    /// Whether goods take part: by their SKU or by one of their categories.
    pub fn covers(&self, sku: &Sku, categories: &[Category]) -> bool {
        let listed = || self.skus.contains(sku) || categories.iter().any(|c| self.categories.contains(c));
        match self.mode {
            ScopeMode::All => true,
            ScopeMode::Whitelist => listed(),
            ScopeMode::Blacklist => !listed(),
        }
    }

    /// What of its list names these goods: it covers the same of them, and is no longer than they are many.
    #[must_use]
    pub fn narrowed<'a>(&self, goods: impl Iterator<Item = (&'a Sku, &'a [Category])>) -> Self {
        if self.mode == ScopeMode::All {
            return self.clone();
        }
        let (mut skus, mut categories) = (BTreeSet::new(), BTreeSet::new());
        for (sku, of) in goods {
            if self.skus.contains(sku) {
                skus.insert(sku.clone());
            }
            categories.extend(of.iter().filter(|category| self.categories.contains(*category)).cloned());
        }
        Self { mode: self.mode, skus: Arc::new(skus), categories: Arc::new(categories) }
    }

    /// What is wrong with it.
    pub fn violations(&self) -> Vec<Violation> {
        let message = match self.mode {
            ScopeMode::All if !self.skus.is_empty() || !self.categories.is_empty() => {
                "mode all takes no list"
            }
            ScopeMode::Whitelist if self.skus.is_empty() && self.categories.is_empty() => {
                "a whitelist needs at least one SKU"
            }
            ScopeMode::All | ScopeMode::Whitelist | ScopeMode::Blacklist => "",
        };
        let mut found = Vec::new();
        if !message.is_empty() {
            found.push(Violation::with("scope.skus", Code::InvalidValue, message));
        }
        if self.skus.len() > limits::SCOPE_SKUS {
            let message = format!("at most {} SKUs", limits::SCOPE_SKUS);
            found.push(Violation::with("scope.skus", Code::TooMany, message));
        }
        if self.categories.len() > limits::SCOPE_CATEGORIES {
            let message = format!("at most {} categories", limits::SCOPE_CATEGORIES);
            found.push(Violation::with("scope.categories", Code::TooMany, message));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn scope(mode: ScopeMode, skus: &[&str]) -> Scope {
        let skus = skus.iter().map(|s| Sku::try_new(s).unwrap()).collect();
        Scope { mode, skus: Arc::new(skus), ..Scope::default() }
    }

    #[test]
    fn s0_r11_exactly_one_of_three_modes() {
        let (a, b) = (Sku::try_new("A").unwrap(), Sku::try_new("B").unwrap());
        for (mode, on_a, on_b) in [(ScopeMode::Whitelist, true, false), (ScopeMode::Blacklist, false, true)] {
            let scope = scope(mode, &["A"]);
            assert_eq!((scope.covers(&a, &[]), scope.covers(&b, &[])), (on_a, on_b), "{mode:?}");
            assert_eq!(scope.violations(), vec![]);
        }
        assert!(Scope::default().covers(&a, &[]));
        assert_eq!(scope(ScopeMode::All, &["A"]).violations().len(), 1);
        assert_eq!(scope(ScopeMode::Whitelist, &[]).violations().len(), 1);
    }

    #[test]
    fn a_narrowed_scope_covers_the_same_of_the_goods() {
        let sku = |text: &str| Sku::try_new(text).unwrap();
        let category = |text: &str| Category::try_new(text).unwrap();
        let goods = [(sku("A"), vec![]), (sku("B"), vec![category("c1")]), (sku("C"), vec![category("c2")])];
        for mode in [ScopeMode::All, ScopeMode::Whitelist, ScopeMode::Blacklist] {
            let mut wide = scope(mode, &["A", "X", "Y"]);
            wide.categories = Arc::new([category("c1"), category("c9")].into());
            let narrow = wide.narrowed(goods.iter().map(|(sku, of)| (sku, of.as_slice())));
            for (sku, of) in &goods {
                assert_eq!(narrow.covers(sku, of), wide.covers(sku, of), "{mode:?} {sku}");
            }
            let listed = (narrow.skus.len(), narrow.categories.len());
            assert_eq!(listed, if mode == ScopeMode::All { (3, 2) } else { (1, 1) });
        }
    }

    #[test]
    fn a_s0_23_a_list_holds_20000_skus_and_no_more() {
        let of = |n: usize| {
            let skus = (0..n).map(|i| Sku::try_new(&format!("s{i}")).unwrap()).collect();
            Scope { mode: ScopeMode::Blacklist, skus: Arc::new(skus), ..Scope::default() }
        };
        assert_eq!(of(20_000).violations(), vec![]);
        assert_eq!(of(20_001).violations()[0].code, Code::TooMany);
    }
}
