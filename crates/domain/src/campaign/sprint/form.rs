//! The form of sprints.

use crate::campaign::field::{Amount, Choice, Field, Form, Text, Type, Unit, Words};
use crate::limits;

/// What an operator fills in.
pub const FORM: Form = Form {
    label: Words::new("Member sprint", "会员冲刺计划"),
    help: Words::new(
        "Members enroll, spend up to a threshold, confirm receipt, and win: two coupons, or goods. The campaign's scope says \
         which goods count.",
        "会员报名、消费达到冲刺门槛并确认收货后有机会获奖：两张优惠券或实物。活动范围决定哪些商品计入。",
    ),
    fields: &[
        Field::required("waves", Type::some(&Type::Object(WAVE), limits::SPRINT_WAVES))
            .label("Waves", "批次")
            .help("Each with its own stages.", "每一批各有其阶段时间。"),
        Field::required("tiers", Type::some(&Type::Object(TIER), limits::SPRINT_TIERS))
            .label("Tiers", "档位")
            .help("Thresholds, rising, each with its prize.", "冲刺门槛由低到高，各有奖品。"),
        Field::default("tier_rule", Type::Choice(TIER_RULE), r#""highest""#)
            .label("Which tiers count", "多档规则")
            .help("Of a member who has reached several.", "会员达到多档时如何发奖。"),
        Field::default("counts_from", Type::Choice(COUNTS_FROM), r#""enrollment""#)
            .label("Counts from", "计入起点")
            .help("From when on a member's orders count.", "会员的订单从何时起计入。"),
        Field::default("award_by", Type::Choice(AWARD_BY), r#""push""#)
            .label("Award by", "发奖方式")
            .help("How winners get their prizes.", "获奖者如何得到奖品。"),
        Field::default("void_after_refund", Type::Flag, "false").label("Void after refund", "退款后收回").help(
            "Whether unused coupons are void when a refund after the draw takes their member below the threshold.",
            "发奖后退款使会员低于门槛时，未使用的奖券是否作废。",
        ),
        Field::default("description", Type::Text(DESCRIPTION), r#""""#)
            .label("Description", "说明")
            .help("For members.", "展示给会员的说明。"),
    ],
    rules: RULES,
    example: r#"{"waves": [{"wave_id": "w1",
        "enrollment": {"starts_at": "2030-10-20T00:00:00+08:00", "ends_at": "2030-11-04T00:00:00+08:00"},
        "sprint": {"starts_at": "2030-10-31T20:00:00+08:00", "ends_at": "2030-11-04T00:00:00+08:00"},
        "draw_at": "2030-11-08T12:00:00+08:00",
        "award": {"starts_at": "2030-11-08T12:00:00+08:00", "ends_at": "2030-11-12T00:00:00+08:00"},
        "redemption": {"starts_at": "2030-11-08T12:00:00+08:00", "ends_at": "2030-11-15T00:00:00+08:00"}}],
        "tiers": [{"threshold": 20000, "prize": {"kind": "coupon", "batch_id": "BA_zv2bmpn", "release_quantity": 1000}}]}"#,
};

/// Fields of a wave.
pub const WAVE: &[Field] = &[
    Field::required("wave_id", Type::Text(ID))
        .label("Id", "编号")
        .help("By which it is named.", "批次编号。"),
    Field::required("enrollment", Type::Object(WINDOW))
        .label("Enrollment", "报名期")
        .help("Members enroll.", "会员报名。"),
    Field::required("sprint", Type::Object(WINDOW))
        .label("Sprint", "冲刺期")
        .help("Orders placed in it count.", "此间下的订单计入。"),
    Field::required("draw_at", Type::Moment).label("Draw", "开奖时刻").help(
        "Receipts and refunds before it count; then it is settled who has won.",
        "此前确认的收货与完成的退款计入，届时确定获奖者。",
    ),
    Field::required("award", Type::Object(WINDOW))
        .label("Award", "发奖期")
        .help("Prizes that are to be claimed can be.", "需领取的奖品在此期间领取。"),
    Field::required("redemption", Type::Object(WINDOW))
        .label("Redemption", "奖品核销期")
        .help("The coupons can be used.", "奖券在此期间可用。"),
];

/// Fields of a tier.
pub const TIER: &[Field] = &[
    Field::required("threshold", Type::Money(Amount::from(1))).label("Threshold", "冲刺门槛").help(
        "What must have been paid for goods of the scope in orders that were received, inclusive, without freight.",
        "已确认收货订单中范围内商品的实付金额（不含运费）须达到的数额，含该值。",
    ),
    Field::required("prize", Type::Object(PRIZE)).label("Prize", "奖品").help("What it brings.", "该档奖品。"),
];

/// Fields of a prize.
pub const PRIZE: &[Field] = &[
    Field::required("kind", Type::Choice(PRIZE_KIND)).label("Kind", "类型").help("Which one.", "奖品类型。"),
    Field::optional("batch_id", Type::Text(ID))
        .label("Coupon batch", "券批次")
        .help("Of coupons: the batch that two are given of.", "奖券所属批次，每位获奖者两张。"),
    Field::optional("release_quantity", Type::count(2, MOST, Unit::Coupons))
        .label("Release quantity", "投放数量")
        .help(
            "Of coupons: how many are released over all waves; half as many members win.",
            "各批次合计投放的券数，获奖人数为其一半。",
        ),
    Field::optional("sku", Type::Id)
        .label("Goods", "商品")
        .help("Of goods: what is sent.", "实物奖品的 SKU。"),
    Field::optional("stock", Type::count(1, MOST, Unit::Pieces))
        .label("Stock", "份数")
        .help("Of goods: how many there are over all waves.", "各批次合计的实物份数。"),
];

const WINDOW: &[Field] = &[
    Field::required("starts_at", Type::Moment)
        .label("From", "开始")
        .help("The first moment that belongs to it.", "开始时间（含）。"),
    Field::required("ends_at", Type::Moment).label("To", "结束").help(
        "The first moment after it; 23:59:59 means the next 00:00:00.",
        "结束时间（不含）；23:59:59 视为次日 00:00:00。",
    ),
];

/// Prizes of a tier: as many coupons as a batch has at most.
const MOST: i64 = limits::BATCH_COUPONS.cast_signed();

const ID: Text = Text { least: 1, most: Some(64) };
const DESCRIPTION: Text = Text { least: 0, most: Some(2_000) };

const TIER_RULE: &[Choice] = &[
    Choice::new("highest", "the highest that was reached", "只取最高一档"),
    Choice::new("each", "each that was reached", "达到的各档都发"),
];
const COUNTS_FROM: &[Choice] = &[
    Choice::new("enrollment", "from their enrollment on", "自报名起"),
    Choice::new("sprint_start", "from the start of the sprint on", "自冲刺期开始起"),
];
const AWARD_BY: &[Choice] = &[
    Choice::new("push", "at once, at the draw", "开奖时直接发放"),
    Choice::new("claim", "they claim them in the award window", "在发奖期内领取"),
];
const PRIZE_KIND: &[Choice] = &[
    Choice::new("coupon", "two coupons", "两张优惠券"),
    Choice::new("goods", "goods that are sent", "实物"),
];

const RULES: &[Words] = &[
    Words::new(
        "A wave's enrollment begins before its sprint and ends with it or before; the draw comes after the sprint, the award \
         with the draw or after, the redemption with the award or after, and the award ends with the redemption or before.",
        "每批：报名早于冲刺开始，且不晚于冲刺结束；开奖不早于冲刺结束，发奖不早于开奖，核销不早于发奖开始；发奖不晚于核销结束。",
    ),
    Words::new(
        "No two waves have sprints at the same time, so an order counts in one wave at most.",
        "各批冲刺期不得重叠，一笔订单最多计入一批。",
    ),
    Words::new(
        "A prize has the fields of its kind alone: `batch_id` and `release_quantity` of coupons, `sku` and `stock` of goods.",
        "奖品只填其类型的字段：优惠券填 `batch_id` 和 `release_quantity`，实物填 `sku` 和 `stock`。",
    ),
    Words::new(
        "Once the first member has enrolled, only name and description change.",
        "首位会员报名后，只能修改名称和说明。",
    ),
];
