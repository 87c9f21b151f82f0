//! The form of units in groups.

use super::Goods;
use crate::campaign::field::Filled;
use crate::campaign::field::{Amount, Choice, Field, Form, Text, Type, Unit, Words};
use crate::campaign::promotion::fields::{
    EXCLUDE_DISCOUNTED, LIMITS, MIN_GOODS, MIN_QUANTITY, SEGMENTS, WHEN,
};
use crate::{Code, limits};

const UNITS: Type = Type::count(1, limits::LINE_QUANTITY.cast_signed(), Unit::Pieces);

const PICK: &[Choice] =
    &[Choice::new("cheapest", "the cheapest", "价低的"), Choice::new("dearest", "the dearest", "价高的")];

const FIELDS: &[Field] = &[
    Field::default(
        "buy",
        Type::up_to(&Type::Object(Goods::FIELDS), limits::GROUP_GOODS, Code::TooMany),
        "[]",
    )
    .label("To be bought", "须购买")
    .help(
        "What must be bought for each group, at its price; without it every unit in scope may get the benefit.",
        "每组须按价购买的商品；不填则活动范围内每件均可享优惠。",
    ),
    Field::optional("quantity", UNITS).label("Units with the benefit", "每组优惠件数").help(
        "Units of the scope in each group that get the benefit, full groups only; without it all of them, once.",
        "每组中享受优惠的件数，仅计整组；不填则范围内全部享受一次。",
    ),
    Field::optional("percent_off", Type::Percent).label("Percent off", "折扣比例").help(
        "This part of these units comes off, rounded once a line; 100 is free.",
        "这些件按该比例减免，每行四舍五入一次；100 为免费。",
    ),
    Field::optional("amount_off", Type::Money(Amount::from(1)))
        .label("Amount off", "每件立减")
        .help("This much comes off each unit.", "每件减免该金额。"),
    Field::optional("price", Type::Money(Amount::from(0)))
        .label("Price", "每件价格")
        .help("Each unit costs this, where it is less.", "每件按该价格，低于原价时生效。"),
    Field::optional("group_price", Type::Money(Amount::from(0))).label("Price of a group", "整组价格").help(
        "A group costs this in all, bought units included, where it is less; the dearest units form the groups.",
        "整组（含须购买的件）按该价格，低于原价时生效；由价高的件成组。",
    ),
    Field::default("buy_too", Type::Flag, "false")
        .label("Bought units too", "须购买的件也优惠")
        .help("Bought units get the benefit as well.", "须购买的件同样享受优惠。"),
    Field::default("pick", Type::Choice(PICK), r#""cheapest""#).label("Which units", "优惠哪些件").help(
        "Which units of the scope get the benefit, by the price of one after item promotions.",
        "按单品促销后的单价，选范围内哪些件享受优惠。",
    ),
    Field::optional("further_off", Type::Money(Amount::from(1))).label("Off further units", "续件立减").help(
        "Every unit after the first takes this much off in place of the amount.",
        "第一件之后，每件改按该金额减免。",
    ),
    Field::optional("times", Type::whole(1, limits::LINE_QUANTITY.cast_signed()))
        .label("Groups at most", "最多组数")
        .help("No more groups than this in an order.", "每单最多成组数。"),
    Field::optional("max_units", UNITS)
        .label("Units at most", "最多优惠件数")
        .help("No more units than this in an order, over the whole scope.", "每单整个范围内最多优惠的件数。"),
    Field::optional("spend", Type::Money(Amount::from(1))).label("Threshold", "门槛").help(
        "Only where the goods in scope cost so much, after item promotions.",
        "活动范围内的商品在单品促销后达到该金额才优惠。",
    ),
    MIN_QUANTITY,
    MIN_GOODS,
    EXCLUDE_DISCOUNTED,
    Field::default("stacks", Type::Flag, "false").label("Stacks", "可叠加").help(
        "It may have units that served another unit promotion, and leaves its own to others; it works on what is left of their price.",
        "可用已参加其他件数促销的件，自身用过的件也可再参加；按剩余价格计算。",
    ),
    Field::default("priority", Type::whole(i32::MIN as i64, i32::MAX as i64), "0")
        .label("Priority", "优先级")
        .help(
            "Lower goes first, equal ones by campaign id; a unit serves once.",
            "数字小的先计算，相同则按活动编号；每件只参加一次。",
        ),
    Field::optional("group", Type::Text(Text { least: 0, most: None })).label("Group", "互斥组").help(
        "Of unit promotions with the same group only the first that applies is taken.",
        "同组促销只取最先满足的一个。",
    ),
    Field::default("member_only", Type::Flag, "false")
        .label("Members only", "会员专享")
        .help("Only for members.", "仅限会员。"),
    SEGMENTS,
    WHEN,
    LIMITS,
];

/// What is filled in.
pub(super) const FORM: Form = Form {
    label: Words::new("Unit promotion", "件数促销"),
    help: Words::new(
        "A benefit for units, in groups: buy X get Y, the n-th item, every N units, N for a price, a bundle, at most N units.",
        "按件成组优惠：买 X 送 Y、第 N 件优惠、每 N 件、N 件一口价、套装、最多优惠 N 件。",
    ),
    fields: FIELDS,
    rules: &[
        Words::new(
            "Exactly one of `percent_off`, `amount_off`, `price` and `group_price`.",
            "`percent_off`、`amount_off`、`price`、`group_price` 必填其一，且只填一个。",
        ),
        Words::new(
            "`group_price` needs `quantity`, and takes no `pick` and no `buy_too`.",
            "`group_price` 须填 `quantity`，且不能填 `pick` 与 `buy_too`。",
        ),
        Words::new(
            "`times` goes with `quantity`, `max_units` without it; `further_off` goes with `amount_off` and without `quantity`; `buy_too` needs `buy`.",
            "`times` 须与 `quantity` 同填，`max_units` 不能与其同填；`further_off` 须填 `amount_off` 且不填 `quantity`；`buy_too` 须填 `buy`。",
        ),
    ],
    example: r#"{"buy": [{"quantity": 2}], "quantity": 1, "percent_off": 100, "times": 3}"#,
};
