//! Fields that several promotions have.

use super::{Limits, When};
use crate::campaign::field::{Field, Filled, Text, Type, Unit};
use crate::{Code, limits};

/// The customers that a promotion is for.
pub const SEGMENTS: Field = Field::default(
    "segments",
    Type::up_to(&Type::Text(Text { least: 1, most: Some(64) }), limits::SEGMENTS, Code::InvalidValue),
    "[]",
)
.label("Customer segments", "人群")
.help(
    "Only for customers of one of these segments, by your own names; empty for everybody.",
    "仅限其中任一人群的顾客，名称由商家自定；为空则不限。",
);

/// Pieces in scope that are needed.
pub const MIN_QUANTITY: Field =
    Field::optional("min_quantity", Type::count(1, limits::LINE_QUANTITY.cast_signed(), Unit::Pieces))
        .label("Pieces needed", "件数门槛")
        .help(
            "Only where the cart has so many pieces of the goods in scope.",
            "活动范围内的商品达到该件数才优惠。",
        );

/// Different goods in scope that are needed.
pub const MIN_GOODS: Field =
    Field::optional("min_goods", Type::whole(1, limits::ORDER_LINES.cast_signed() as i64))
        .label("Different goods needed", "商品种数门槛")
        .help(
            "Only where the cart has so many different SKUs of the goods in scope.",
            "活动范围内的不同 SKU 达到该种数才优惠。",
        );

/// Discounted goods stay out.
pub const EXCLUDE_DISCOUNTED: Field = Field::default("exclude_discounted", Type::Flag, "false")
    .label("Not for discounted goods", "不含已促销商品")
    .help(
        "Lines with an item promotion count for nothing and take no part of it.",
        "已享单品促销的商品行既不计入门槛，也不参与优惠。",
    );

/// How many of a gift.
pub const QUANTITY: Field =
    Field::required("quantity", Type::count(1, limits::LINE_QUANTITY.cast_signed(), Unit::Pieces))
        .label("Quantity", "数量")
        .help("How many of it are given.", "赠送件数。");

/// When it works.
pub const WHEN: Field =
    Field::optional("when", Type::Object(When::FIELDS)).label("Conditions", "附加条件").help(
        "All that are given have to hold; a fact that a quote does not say holds for none.",
        "所填条件须全部满足；报价未提供的事实视为不满足。",
    );

/// How often and for how much it is given.
pub const LIMITS: Field =
    Field::optional("limits", Type::Object(Limits::FIELDS)).label("Limits", "次数与预算").help(
        "Taken by the order that names it, given back by a cancelled one; each that is given holds.",
        "由使用该促销的订单占用，订单取消时退回；所填各项均须满足。",
    );
