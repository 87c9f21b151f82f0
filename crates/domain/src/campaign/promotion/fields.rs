//! Fields that several promotions have.

use crate::campaign::field::{Field, Text, Type, Unit};
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

/// How many of a gift.
pub const QUANTITY: Field =
    Field::required("quantity", Type::count(1, limits::LINE_QUANTITY.cast_signed(), Unit::Pieces))
        .label("Quantity", "数量")
        .help("How many of it are given.", "赠送件数。");
