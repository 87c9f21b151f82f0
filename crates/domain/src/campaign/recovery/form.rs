//! The form of a recovery campaign.

use crate::campaign::field::{Amount, Choice, Field, Form, Type, Unit, Words};

/// What an operator fills in.
pub const FORM: Form = Form {
    label: Words::new("Unpaid-order recovery", "待支付订单挽回"),
    help: Words::new(
        "An order that stays unpaid shows a payment coupon; its buyer is reminded once.",
        "订单一段时间未支付时展示支付满减券，并推送提醒一次。",
    ),
    fields: &[
        Field::required("trigger_after_minutes", Type::count(5, 120, Unit::Minutes))
            .label("Shown after", "展示时机")
            .help(
                "The coupon is shown once the order has been unpaid for this long.",
                "订单未支付达到该时长后展示优惠券。",
            ),
        Field::required("spend", Type::Money(Amount::from(1)))
            .label("Threshold", "使用门槛")
            .help("The coupon works on orders that ask for at least this much.", "应付金额达到该值的订单可用。"),
        Field::required("save", Type::Money(Amount::from(1).open()))
            .label("Saving", "优惠金额")
            .help("This much comes off; at most half of the threshold.", "优惠金额，不超过门槛的一半。"),
        Field::required("quantity", Type::count(10, 2_000_000, Unit::Coupons))
            .label("Coupons", "发券数量")
            .help(
                "Coupons that can be claimed in all; later it never falls under what was issued.",
                "可领取的优惠券总数，修改后不得少于已发数量。",
            ),
        Field::default("coupon_valid_hours", Type::count(1, 24 * 90, Unit::Hours), "48")
            .label("Coupon valid for", "券有效期")
            .help("A coupon lives this long after its claim.", "优惠券自领取起的有效时长。"),
        Field::default("bind", Type::Choice(BIND), r#""origin_order""#)
            .label("Good for", "可用订单")
            .help("Which orders a coupon may be used on.", "优惠券可用于哪些订单。"),
        // Claims are counted under its key; another key would begin at nothing (A-S0-9).
        Field::default("frequency_scope", Type::Choice(FREQUENCY_SCOPE), r#""campaign""#)
            .fixed("the campaign is published and its claims are counted", "活动已发布，领取次数已开始统计")
            .label("Claims counted over", "领取次数统计范围")
            .help(
                "What the one claim a day and six in all of a customer are counted over.",
                "每人每天一张、总共六张按什么范围统计。",
            ),
        // Shares that are mixed compare an early group with a late one: Simpson's paradox (A-S2-21).
        Field::default("holdout_percent", Type::count(0, 90, Unit::Percent), "0")
            .fixed_but_default(
                "the campaign is published and its groups are compared; 0 ends the comparison",
                "活动已发布，正在与对照组比较；改为0即结束比较",
            )
            .label("Comparison group", "对照组")
            .help(
                "This share of customers is shown nothing, always the same ones, to measure what the campaign brings.",
                "该比例的顾客（始终是同一批）不展示，用于衡量活动效果。",
            ),
        Field::default("holdout_planned_orders", Type::count(100, 1_000_000, Unit::Orders), "5000")
            .fixed(
                "the campaign is published; to plan anew after a look is to look for a difference",
                "活动已发布；看过数据再改，等于一直找到有差异为止",
            )
            .label("Orders planned for the comparison", "比较计划订单数")
            .help(
                "So many orders of both groups are expected; the comparison is most exact around that number.",
                "预计两组合计的订单数，比较在该数量附近最精确。",
            ),
        Field::default("holdout_precision_points", Type::count(1, 50, Unit::Points), "10")
            .fixed(
                "the campaign is published; to ask for less after a look is to look for an answer",
                "活动已发布；看过数据再放宽，等于只为得到结论",
            )
            .label("Comparison exact to", "比较精度")
            .help(
                "Without a difference the comparison gives its verdict once it is known to so many points up or down.",
                "没有差异时，误差缩小到上下该百分点数以内才下结论。",
            ),
    ],
    rules: &[
        Words::new("`save` is at most half of `spend`.", "`save` 不超过 `spend` 的一半。"),
        Words::new(
            "In a shop of CNY `save` is at most 200.00 CNY. No cap is set for other currencies, and a warning says so.",
            "人民币店铺 `save` 不超过200元；其他币种未设上限，会给出提示。",
        ),
    ],
    example: r#"{"trigger_after_minutes": 15, "spend": 10000, "save": 500, "quantity": 1000}"#,
};

const BIND: &[Choice] = &[
    Choice::new("origin_order", "only the order it was shown on", "仅限展示优惠券的原订单"),
    Choice::new(
        "shop_scope",
        "any unpaid order of the customer in the shop with goods in scope",
        "顾客在本店、含活动商品的任一未支付订单",
    ),
];

const FREQUENCY_SCOPE: &[Choice] = &[
    Choice::new("campaign", "this campaign", "本活动"),
    Choice::new("shop", "all campaigns of the shop", "本店所有活动"),
    Choice::new("platform", "all campaigns of the platform that count over it", "平台上按平台统计的所有活动"),
];
