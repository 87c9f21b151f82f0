//! The list of kinds. A kind is a folder beside this file and one line in it.

use super::{
    field::Form,
    promotion::Limits,
    terms::{Frame, KindTerms},
};
use crate::Violation;
use serde::{Deserialize, Serialize};

/// Hands the list of kinds to a macro that has an arm a kind: each with its words, its name in documents, and its folder
/// beside this file, which has its `Terms` and its `Kind`. The order of the list is that in which kinds follow an order.
macro_rules! kinds {
    ($then:ident) => {
        $then! {
            /// Unpaid-order recovery.
            Recovery: recovery,
            /// A price of its own for a line.
            ItemPromotion: item_promotion,
            /// Spend and save over the order.
            OrderPromotion: order_promotion,
            /// Units in groups: buy X get Y, the n-th item, N for a price, bundles.
            UnitPromotion: unit_promotion,
            /// Less freight.
            FreightPromotion: freight_promotion,
            /// Goods that come along.
            GiftPromotion: gift_promotion,
            /// A deposit now, the balance later.
            Presale: presale,
            /// The lowest prices allowed.
            PriceFloor: price_floor,
            /// What a paid order brings.
            PostPayment: post_payment,
            /// Members enroll, spend, and win.
            Sprint: sprint,
        }
    };
}

/// The folders of the kinds, as modules.
macro_rules! modules_of_kinds {
    ($($(#[$about:meta])* $Kind:ident: $module:ident,)+) => { $(pub mod $module;)+ };
}

macro_rules! terms_of_kinds {
    ($($(#[$about:meta])* $Kind:ident: $module:ident,)+) => {
        /// The terms of each kind.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", content = "terms", rename_all = "snake_case")]
        pub enum Terms { $($(#[$about])* $Kind(super::$module::Terms)),+ }

        $(impl OfTerms for super::$module::Terms {
            fn of(terms: &Terms) -> Option<&Self> {
                if let Terms::$Kind(terms) = terms { Some(terms) } else { None }
            }
        })+

        impl Terms {
            /// The stable names of all kinds.
            pub const KINDS: &[&str] = &[$(super::$module::Terms::NAME),+];

            /// The kind's stable name.
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$Kind(_) => super::$module::Terms::NAME),+ }
            }
            /// The terms alone, as the API shows them.
            pub fn to_json(&self) -> serde_json::Value {
                match self { $(Self::$Kind(terms) => terms.to_json()),+ }
            }
            /// Coupons that the campaign may issue; `None` where it issues none.
            pub fn quantity(&self) -> Option<u64> {
                match self { $(Self::$Kind(terms) => terms.quantity()),+ }
            }
            /// How often and for how much it is given; `None` where that is not limited.
            pub fn limits(&self) -> Option<&Limits> {
                match self { $(Self::$Kind(terms) => terms.limits()),+ }
            }
            /// Appends everything that breaks a rule, of the period too.
            pub fn check(&self, frame: &Frame<'_>, found: &mut Vec<Violation>) {
                match self { $(Self::$Kind(terms) => terms.check(frame, found)),+ }
            }
            /// What is allowed but deserves a second look.
            pub fn warnings(&self, frame: &Frame<'_>) -> Vec<Violation> {
                match self { $(Self::$Kind(terms) => terms.warnings(frame)),+ }
            }
            /// What is filled in for the kind.
            pub const fn form(&self) -> &'static Form {
                match self { $(Self::$Kind(_) => &super::$module::Terms::FORM),+ }
            }
        }
    };
}
kinds!(terms_of_kinds);

/// Terms of one kind among those of all.
pub trait OfTerms: Sized {
    /// These of all terms; `None` where they are another kind's.
    fn of(terms: &Terms) -> Option<&Self>;
}

impl Terms {
    /// The terms of a kind, where it is a campaign of that kind.
    pub fn of<T: OfTerms>(&self) -> Option<&T> {
        T::of(self)
    }
    /// What differs in the next terms and may not, once the campaign is published; oldest first what was.
    pub fn fixed<'a>(published: impl IntoIterator<Item = &'a Self>, next: &Self) -> Vec<Violation> {
        let form = next.form();
        if !form.has_fixed() {
            return Vec::new();
        }
        let same_kind = published.into_iter().filter(|terms| terms.kind() == next.kind());
        let published: Vec<_> = same_kind.map(Self::to_json).collect();
        form.fixed(&published, &next.to_json())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name in a document is the variant's; the name in the API is the one that the kind gives itself.
    #[test]
    fn a_kind_has_one_name_in_documents_and_in_the_api() {
        macro_rules! names {
            ($($(#[$about:meta])* $Kind:ident: $module:ident,)+) => { [$(stringify!($Kind)),+] };
        }
        let snake = |name: &str| {
            let words = name.char_indices().map(|(at, c)| {
                let gap = if at > 0 && c.is_uppercase() { "_" } else { "" };
                format!("{gap}{}", c.to_lowercase())
            });
            words.collect::<String>()
        };
        let variants: Vec<String> = kinds!(names).into_iter().map(snake).collect();
        assert_eq!(variants, Terms::KINDS);
    }
}
