//! The lowest prices that the merchant allows, whatever runs.

use crate::campaign::field::{Amount, Field, Filled, Form, Gauge, Type, Words};
use crate::campaign::terms::KindTerms;
use crate::{Code, Sku, Violation, limits};
use money::Money;
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, HashSet},
    sync::OnceLock,
};

/// Terms of a price floor. While it runs no promotion, coupon or subsidy sells a unit for less; of
/// several floors the highest holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Each SKU once.
    pub floors: Vec<Floor>,
    #[serde(skip)]
    index: Index,
}

/// Floors by their SKU, made when the first is looked up. It says no more than the list, so all are equal.
#[derive(Debug, Clone, Default)]
struct Index(OnceLock<HashMap<Sku, Money>>);

impl Index {
    fn of(&self, floors: &[Floor]) -> &HashMap<Sku, Money> {
        self.0.get_or_init(|| floors.iter().map(|floor| (floor.sku.clone(), floor.floor)).collect())
    }
}

impl PartialEq for Index {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Index {}

impl From<Vec<Floor>> for Terms {
    fn from(floors: Vec<Floor>) -> Self {
        Self { floors, index: Index::default() }
    }
}

/// A SKU's lowest price, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    /// The SKU.
    pub sku: Sku,
    /// No unit is sold for less.
    pub floor: Money,
    /// What a unit usually costs; with it `validate` looks for carts that would reach the floor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_price: Option<Money>,
}

impl Terms {
    /// The SKU's floor; the list is indexed once.
    pub fn floor_of(&self, sku: &Sku) -> Option<Money> {
        self.index.of(&self.floors).get(sku).copied()
    }
}

impl Filled for Floor {
    const FIELDS: &'static [Field] = &[
        Field::required("sku", Type::Id).label("SKU", "SKU").help("The goods.", "商品 SKU。"),
        Field::required("floor", Type::Money(Amount::from(0)))
            .label("Lowest price", "最低限价")
            .help("No unit is sold for less.", "单件售价不低于该值。"),
        Field::optional("list_price", Type::Money(Amount::from(0))).label("List price", "原价").help(
            "What a unit usually costs; with it `validate` looks for carts that would reach the floor.",
            "单件通常售价；填写后 `validate` 会查找可能触及限价的购物车。",
        ),
    ];
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.money("floor", self.floor);
        gauge.money("list_price", self.list_price);
    }
}

impl Filled for Terms {
    const FIELDS: &'static [Field] =
        &[Field::required("floors", Type::some(&Type::Object(Floor::FIELDS), limits::SCOPE_SKUS))
            .label("Floors", "限价商品")
            .help("The goods and their lowest prices.", "商品及其最低限价。")];
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.objects("floors", &self.floors);
    }
}

impl KindTerms for Terms {
    const NAME: &'static str = "price_floor";
    const FORM: Form = Form {
        label: Words::new("Price floor", "最低限价"),
        help: Words::new(
            "The lowest prices that the merchant allows, whatever runs; of several floors the highest holds. The \
             campaign's scope is not used: the floors are.",
            "商家允许的最低价，对所有优惠生效；多个限价取最高。不使用活动范围，以限价商品为准。",
        ),
        fields: Self::FIELDS,
        rules: &[Words::new("Each SKU once.", "每个 SKU 只出现一次。")],
        example: r#"{"floors": [{"sku": "PHONE-1", "floor": 399900, "list_price": 499900}]}"#,
    };

    fn check_together(&self, found: &mut Vec<Violation>) {
        let mut seen = HashSet::new();
        for (index, floor) in self.floors.iter().enumerate() {
            if !seen.insert(&floor.sku) {
                found.push(Violation::new(format!("terms.floors[{index}].sku"), Code::Duplicate));
            }
        }
    }
}
