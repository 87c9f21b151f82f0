//! The form of a presale.

use crate::campaign::field::{Amount, Choice, Field, Form, Type, Unit, Words};
use crate::campaign::promotion::fields::QUANTITY;
use crate::{Code, limits};

/// What an item costs in all.
pub const PRICE: Amount = Amount::from(1);
/// A deposit; the price bounds it from above, and 0 is one only where everything is paid at once.
pub const DEPOSIT: Amount = Amount::from(0).open();
/// What a reduction takes off; price and deposit bound it from above.
pub const REDUCTION: Amount = Amount::from(1).open();

/// What an operator fills in.
pub const FORM: Form = Form {
    label: Words::new("Presale", "预售"),
    help: Words::new(
        "A deposit now, the balance later. The campaign's scope is not used: the items are.",
        "先付定金，后付尾款。不使用活动范围，以预售商品为准。",
    ),
    fields: &[
        Field::required("presale_type", Type::Choice(TYPE))
            .label("Presale type", "预售类型")
            .help("The form of presale.", "预售形式。"),
        Field::optional("main_process", Type::Flag).label("Main process", "支持主流程").help(
            "Whether the balance joins the cart for merged settlement. Left out, it does where type and goods may.",
            "尾款是否进入购物车合并结算。不填时，类型与商品支持即开启。",
        ),
        Field::required("items", Type::some(&Type::Object(ITEM), limits::PRESALE_ITEMS))
            .label("Items", "预售商品")
            .help("The goods; amounts are a unit's.", "预售商品，金额均为单件。"),
        Field::required("deposit_window", Type::Object(WINDOW))
            .label("Deposit window", "定金期")
            .help("Orders are placed and deposits paid in it.", "下单并支付定金的时段。"),
        Field::required("balance_window", Type::Object(WINDOW))
            .label("Balance window", "尾款期")
            .help("Balances are paid in it.", "支付尾款的时段。"),
        Field::required("ship_at", Type::Moment)
            .label("Ships at", "发货时间")
            .help("When parcels leave.", "包裹发出的时间。"),
        Field::default("sms", Type::Flag, "true")
            .label("Reminders by SMS", "短信提醒")
            .help("Whether the merchant pays for reminders by SMS.", "商家是否付费发送短信提醒。"),
        Field::default("gifts", Type::up_to(&Type::Object(GIFT), limits::GIFTS, Code::TooMany), "[]")
            .label("Gifts", "定金赠品")
            .help("Gifts for paying the deposit.", "支付定金的赠品。"),
        Field::default("deposit_max_percent", Type::count(1, 100, Unit::Percent), "20")
            .label("Largest deposit", "定金比例上限")
            .help("The largest part of the price that a deposit may be.", "定金占预售价的最高比例。"),
        Field::default("require_greater", Type::Flag, "false")
            .label("Balance above coupon", "尾款须大于券额")
            .help("A coupon must be smaller than the balance.", "优惠券金额须小于尾款。"),
        Field::default("no_resplit", Type::Flag, "false").label("No splitting again", "不再分摊").help(
            "What a coupon cannot take off a line is lost, not split again.",
            "优惠券在某行减不完的部分作废，不再分摊。",
        ),
        Field::default("assets_outside", Type::Flag, "false")
            .label("Assets outside", "流程外用虚拟资产")
            .help(
                "Virtual assets may pay the balance outside the main process too.",
                "非主流程的尾款也可使用虚拟资产。",
            ),
        Field::default("quiet_hours", Type::Flag, "false")
            .label("Quiet hours", "免打扰")
            .help("Reminders keep out of the shop's quiet hours.", "提醒避开店铺的免打扰时段。"),
    ],
    rules: RULES,
    example: r#"{
        "presale_type": "normal",
        "items": [{"sku": "PHONE-1", "presale_price": 499900, "deposit": 50000, "gain": {"kind": "expansion", "multiplier": "2"}}],
        "deposit_window": {"starts_at": "2030-10-20T20:00:00+08:00", "ends_at": "2030-10-31T18:00:00+08:00"},
        "balance_window": {"starts_at": "2030-10-31T20:00:00+08:00", "ends_at": "2030-11-04T00:00:00+08:00"},
        "ship_at": "2030-11-10T00:00:00+08:00"
    }"#,
};

/// Fields of an item.
pub const ITEM: &[Field] = &[
    Field::required("sku", Type::Id).label("SKU", "SKU").help("The goods.", "商品 SKU。"),
    Field::required("presale_price", Type::Money(PRICE))
        .label("Presale price", "预售价")
        .help("What a unit costs in all, gains not taken off.", "单件总价，未减膨胀或立减。"),
    Field::default("deposit", Type::Money(DEPOSIT), "0").label("Deposit", "定金").help(
        "What is paid first: above 0, and at most `deposit_max_percent` of the price. Not used by `full_payment`.",
        "先付金额，大于 0，不超过预售价的 `deposit_max_percent`。全款预售不使用。",
    ),
    Field::default("gain", Type::Object(GAIN), r#"{"kind":"none"}"#)
        .label("Gain", "定金权益")
        .help("What paying the deposit brings. Not used by `full_payment`.", "支付定金的权益。全款预售不使用。"),
    Field::default("global_buy", Type::Flag, "false").label("Global Buy", "全球购").help(
        "Goods of Global Buy, which cannot join the main process.",
        "全球购商品，不支持主流程。",
    ),
];

/// Fields of a gain.
pub const GAIN: &[Field] = &[
    Field::required("kind", Type::Choice(GAIN_KIND)).label("Kind", "类型").help("Which one.", "权益类型。"),
    Field::optional("multiplier", Type::Factor).label("Multiplier", "膨胀倍数").help(
        "Of an expansion: the deposit counts this many times; above 1.",
        "定金膨胀：定金按该倍数抵扣，大于 1。",
    ),
    Field::optional("amount", Type::Money(REDUCTION)).label("Reduction", "立减金额").help(
        "Of a reduction: this much comes off each unit; less than price - deposit.",
        "付定金立减：每件减免该金额，小于预售价减定金。",
    ),
];

/// Fields of a window.
pub const WINDOW: &[Field] = &[
    Field::required("starts_at", Type::Moment)
        .label("From", "开始")
        .help("The first moment that belongs to it.", "开始时间（含）。"),
    Field::required("ends_at", Type::Moment).label("To", "结束").help(
        "The first moment after it; 23:59:59 means the next 00:00:00.",
        "结束时间（不含）；23:59:59 视为次日 00:00:00。",
    ),
];

/// Fields of a gift.
pub const GIFT: &[Field] = &[
    Field::required("sku", Type::Id).label("Gift", "赠品").help("What is given.", "赠品 SKU。"),
    QUANTITY,
    Field::optional("first_n", Type::count(1, limits::GIFT_RANKS as i64, Unit::Orders))
        .label("First N", "前 N 名")
        .help(
            "Only to the first so many deposits of the campaign, by the time of payment.",
            "仅赠本活动最先支付定金的前 N 单，按支付时间。",
        ),
];

const TYPE: &[Choice] = &[
    Choice::new("normal", "normal", "普通预售"),
    Choice::new("no_price", "without a price yet", "无价预售"),
    Choice::new("three_tier", "with price tiers", "阶梯预售"),
    Choice::new("ultra_long", "ultra-long", "超长预售"),
    Choice::new("full_payment", "paid at once, without deposit and gain", "全款预售"),
];

const GAIN_KIND: &[Choice] = &[
    Choice::new("none", "nothing", "无"),
    Choice::new("expansion", "the deposit counts several times", "定金膨胀"),
    Choice::new("reduction", "an amount comes off each unit", "付定金立减"),
];

const RULES: &[Words] = &[
    Words::new(
        "Both windows end after they start and lie inside the campaign's `starts_at` and `ends_at`; balances do not \
         open before deposits do; `ship_at` comes after the balance opens.",
        "两个时段的结束晚于开始，且都在活动的 `starts_at` 与 `ends_at` 之内；尾款期不早于定金期开始；`ship_at` 晚于尾款期开始。",
    ),
    Words::new("Each SKU stands once among the items.", "每个 SKU 在预售商品中只出现一次。"),
    Words::new(
        "Unless `full_payment`: a deposit is above 0 and at most `deposit_max_percent` of the presale price.",
        "除 `full_payment` 外，定金大于 0，且不超过预售价的 `deposit_max_percent`。",
    ),
    Words::new(
        "A gain `expansion` has a `multiplier` above 1 alone, and the deposit times it is at most the price; \
         `three_tier` has none. A gain `reduction` has an `amount` alone, below price - deposit. `none` has neither.",
        "`expansion` 只填 `multiplier`，大于 1，且定金乘以它不超过预售价；`three_tier` 不支持。`reduction` 只填 `amount`，\
         小于预售价减定金。`none` 两者都不填。",
    ),
    Words::new(
        "`main_process` true: only `normal`, and no item of Global Buy.",
        "`main_process` 为 true 时类型须为 `normal`，且不含全球购商品。",
    ),
];
