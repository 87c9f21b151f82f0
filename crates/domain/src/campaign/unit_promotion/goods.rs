//! Goods of which a group has so many.

use crate::campaign::field::{Field, Filled, Gauge, Type, Unit};
use crate::{Code, Sku, catalog::Category, limits};
use serde::{Deserialize, Serialize};

/// So many units of these goods; of the campaign's scope where it names none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goods {
    /// How many.
    pub quantity: u64,
    /// These SKUs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skus: Vec<Sku>,
    /// All goods of these categories, of any level.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Category>,
}

impl Goods {
    /// Whether they are those of the campaign's scope.
    pub const fn are_of_scope(&self) -> bool {
        self.skus.is_empty() && self.categories.is_empty()
    }
    /// Whether goods are among those that it names.
    pub fn name(&self, sku: &Sku, categories: &[Category]) -> bool {
        self.skus.contains(sku) || categories.iter().any(|category| self.categories.contains(category))
    }
}

impl Filled for Goods {
    const FIELDS: &'static [Field] = &[
        Field::required("quantity", Type::count(1, limits::LINE_QUANTITY.cast_signed(), Unit::Pieces))
            .label("Quantity", "件数")
            .help("So many pieces of them in each group.", "每组须购买的件数。"),
        Field::default("skus", Type::up_to(&Type::Id, limits::SCOPE_SKUS, Code::TooMany), "[]")
            .label("Goods", "商品")
            .help(
                "These SKUs; without any, and without categories, goods of the campaign's scope.",
                "指定 SKU；SKU 与类目均为空时为活动范围内的商品。",
            ),
        Field::default("categories", Type::up_to(&Type::Id, limits::SCOPE_CATEGORIES, Code::TooMany), "[]")
            .label("Categories", "类目")
            .help("All goods of these categories, of any level.", "这些类目（任一级）的全部商品。"),
    ];
    fn show(&self, gauge: &mut Gauge<'_>) {
        gauge.whole("quantity", self.quantity);
        gauge.length("skus", self.skus.len());
        gauge.length("categories", self.categories.len());
    }
}
