//! What promotions and price floors say of themselves.

use crate::campaign::figure::{Figure, Unit};

/// Of what its orders paid and got back.
pub const ORDERS: Figure = Figure::brought("orders", Unit::Count, "Orders paid", "已支付订单");
/// Lines.
pub const LINES: Figure =
    Figure::brought("lines", Unit::Count, "Lines of these orders that it was for", "涉及的订单行");
/// Units.
pub const UNITS: Figure = Figure::brought("units", Unit::Count, "Units on these lines", "涉及的件数");
/// Money taken.
pub const PAID: Figure = Figure::brought("paid", Unit::Money, "What these orders paid", "订单实付金额");
/// Money that went back.
pub const REFUNDED: Figure =
    Figure::brought("refunded", Unit::Money, "What went back of these orders", "订单退款金额");

/// Promotions that take something off.
pub const PRICED: &[Figure] = &[
    ORDERS,
    LINES,
    UNITS,
    Figure::brought("saved", Unit::Money, "What it took off", "优惠金额"),
    PAID,
    REFUNDED,
    Figure::brought("uses", Unit::Count, "Orders that took a use of its limits", "占用限额的订单"),
    Figure::brought("given", Unit::Money, "What these took of its budget", "占用预算的优惠金额"),
];
/// Gift promotions: of orders with a main item.
pub const GIFTS: &[Figure] = &[ORDERS, LINES, UNITS, PAID, REFUNDED];
/// Price floors: of orders with goods that have one.
pub const FLOORS: &[Figure] = &[
    ORDERS,
    LINES,
    UNITS,
    Figure::brought("lines_below", Unit::Count, "Lines sold for less than their floor", "低于底价的订单行"),
    Figure::brought("shortfall", Unit::Money, "What these lacked", "低于底价的金额"),
    PAID,
    REFUNDED,
];
