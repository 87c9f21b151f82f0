//! The form of rewards after payment.

use crate::campaign::field::{Amount, Choice, Field, Filled, Form, Text, Type, Unit, Words};
use crate::campaign::hours::{DAYS, Hours};
use crate::{Code, limits};

/// Questions of a survey.
const QUESTIONS: usize = 20;
/// Options of a question.
const OPTIONS: usize = 20;
/// Prizes of a draw.
const PRIZES: usize = 50;

/// What an operator fills in.
pub const FORM: Form = Form {
    label: Words::new("Rewards after payment", "付款后营销"),
    help: Words::new(
        "A paid order brings its buyer a coupon, a survey, a scratch card or a prize draw. The campaign's scope is not used: \
         what was paid is.",
        "订单付清后给买家发券、投票调查、刮刮乐或抽奖。不使用活动范围，以实付金额为准。",
    ),
    fields: &[
        Field::required("tiers", Type::some(&Type::Object(TIER), limits::PROMOTION_TIERS))
            .label("Tiers", "档位")
            .help(
                "What each amount brings; of those that an order reaches only the highest.",
                "各金额档位的奖励，每单只取达到的最高一档。",
            ),
        Field::optional("per_customer_limit", Type::count(1, 10_000, Unit::Orders))
            .label("Per customer", "每人上限")
            .help("Orders of one customer that bring a reward, in all.", "每位顾客最多有多少单获得奖励。"),
        Field::optional("per_day_limit", Type::count(1, 10_000, Unit::Orders))
            .label("Per customer and day", "每人每天上限")
            .help("The same on one day of the shop.", "每位顾客每天最多有多少单获得奖励。"),
        Field::optional("total_limit", Type::count(1, 1_000_000_000, Unit::Orders))
            .label("In all", "总上限")
            .help("Orders that bring a reward, in all.", "活动最多有多少单获得奖励。"),
        Field::default("members_only", Type::Flag, "false")
            .label("Members only", "仅限会员")
            .help("Only for members of the shop.", "仅限店铺会员。"),
        Field::default("days", Type::up_to(&Type::Choice(DAYS), 7, Code::TooMany), "[]")
            .label("Days", "星期")
            .help("Only payments on these days count; empty for all.", "仅这些星期的付款有效；为空则不限。"),
        Field::default("hours", Type::up_to(&Type::Object(Hours::FIELDS), 12, Code::TooMany), "[]")
            .label("Hours", "时段")
            .help("Only payments in these hours count; empty for all.", "仅这些时段的付款有效；为空则不限。"),
        Field::default("extra_chances", Type::whole(0, 10), "0").label("Extra chances", "分享机会").help(
            "Extra chances of a draw that one customer's shared links may bring, in all.",
            "每位顾客分享链接最多可获得的额外抽奖机会。",
        ),
        // Shares that are mixed compare an early group with a late one (A-S2-21).
        Field::default("holdout_percent", Type::count(0, 90, Unit::Percent), "0")
            .fixed_but_default(
                "the campaign is published and its groups are compared; 0 ends the comparison",
                "活动已发布，正在与对照组比较；改为0即结束比较",
            )
            .label("Comparison group", "对照组")
            .help(
                "This share of customers is offered nothing, always the same ones, to measure what the campaign brings.",
                "该比例的顾客（始终是同一批）不发奖励，用于衡量活动效果。",
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
    rules: RULES,
    example: r#"{"tiers": [
        {"min_paid": 10000, "action": {"kind": "coupon", "batch_id": "thanks-10"}},
        {"min_paid": 30000, "action": {"kind": "scratch_card", "draw": {
            "prizes": [
                {"prize_id": "mug", "name": "Mug", "kind": "goods", "sku": "MUG-1", "value": 3900, "stock": 10},
                {"prize_id": "c20", "name": "20 off", "kind": "coupon", "batch_id": "thanks-20", "value": 2000, "stock": 90},
                {"prize_id": "none", "name": "Next time", "kind": "none", "stock": 900}],
            "notice": {"organiser": "Tea House Ltd.", "contact": "400-000-0000", "claim_days": 30,
                "claim_how": "coupons are given at once, goods are sent to the address of the order",
                "lapse": "prizes that nobody claims are not drawn again"}}}}],
        "per_customer_limit": 3}"#,
};

/// Fields of a tier.
pub const TIER: &[Field] = &[
    Field::required("min_paid", Type::Money(Amount::from(1))).label("Paid at least", "实付满").help(
        "What must have been paid in all: every stage, freight among it, after discounts. Inclusive.",
        "实付总额门槛（含各阶段、含运费、优惠后），含该值。",
    ),
    Field::required("action", Type::Object(ACTION))
        .label("Brings", "奖励")
        .help("What the buyer gets.", "买家得到什么。"),
];

/// Fields of an action.
pub const ACTION: &[Field] = &[
    Field::required("kind", Type::Choice(ACTION_KIND)).label("Kind", "类型").help("Which one.", "奖励类型。"),
    Field::optional("batch_id", Type::Text(ID)).label("Coupon batch", "券批次").help(
        "Of a coupon, and of a survey that thanks with one: the batch it is from.",
        "发券（或答完调查后发券）所用的券批次。",
    ),
    Field::default("questions", Type::up_to(&Type::Object(QUESTION), QUESTIONS, Code::TooMany), "[]")
        .label("Questions", "问题")
        .help("Of a survey.", "投票调查的问题。"),
    Field::optional("draw", Type::Object(DRAW))
        .label("Draw", "抽奖")
        .help("Of a scratch card or a draw: prizes and notice.", "刮刮乐或抽奖的奖品与公示。"),
];

/// Fields of a question.
pub const QUESTION: &[Field] = &[
    Field::required("question_id", Type::Text(ID))
        .label("Id", "编号")
        .help("By which answers name it.", "答案以此对应。"),
    Field::required("text", Type::Text(Text { least: 1, most: Some(200) }))
        .label("Question", "问题")
        .help("What is asked.", "问题内容。"),
    Field::required("kind", Type::Choice(QUESTION_KIND))
        .label("Kind", "类型")
        .help("How it is answered.", "回答方式。"),
    Field::default(
        "options",
        Type::up_to(&Type::Text(Text { least: 1, most: Some(100) }), OPTIONS, Code::TooMany),
        "[]",
    )
    .label("Options", "选项")
    .help("What can be chosen; at least two, none of a free question.", "可选项，至少两个；自由回答不填。"),
    Field::default("optional", Type::Flag, "false")
        .label("Optional", "选答")
        .help("Whether it may stay without an answer.", "可不回答。"),
];

/// Fields of a draw.
pub const DRAW: &[Field] = &[
    Field::optional("mode", Type::Choice(MODE)).label("Mode", "方式").help(
        "Left out, an urn where no prize has odds.",
        "不填时，奖品未设概率即为签筒方式。",
    ),
    Field::default("entropy", Type::Choice(ENTROPY), r#""required""#)
        .label("Transaction id", "支付交易号")
        .help("What of the payment goes into the draw.", "抽奖随机数中的支付交易号。"),
    Field::optional("beacon_round", Type::whole(1, 1_000_000_000_000))
        .label("Beacon round", "信标轮次")
        .help(
            "A round of the public beacon drand quicknet that is not known at the start; it goes into every draw.",
            "开始前尚未公布的drand quicknet公开信标轮次，其随机数计入每次抽奖。",
        ),
    Field::optional("release", Type::Object(RELEASE)).label("Release", "放出").help(
        "By odds: stock is released evenly over time; left out, all of it at once.",
        "概率方式：库存随时间匀速放出；不填则一次放出。",
    ),
    Field::required("prizes", Type::some(&Type::Object(PRIZE), PRIZES))
        .label("Prizes", "奖品")
        .help("In the order of the notice, the named no-prize among them.", "按公示顺序，含“未中奖”一项。"),
    Field::default("notice", Type::Object(NOTICE), "{}")
        .label("Notice", "公示")
        .help("What the law wants told before the start.", "法律要求在开始前公示的内容。"),
    Field::default("public", Type::Flag, "true").label("Public", "公开").help(
        "Whether notice, odds, stock and the chain's head are shown to everybody.",
        "是否向所有人公开公示、概率、库存和链头。",
    ),
];

const RELEASE: &[Field] = &[Field::required("until", Type::Moment)
    .label("Until", "至")
    .help("All of the stock is released from then on, evenly before it.", "至此时全部放出，此前匀速。")];

/// Fields of a prize.
pub const PRIZE: &[Field] = &[
    Field::required("prize_id", Type::Text(ID))
        .label("Id", "编号")
        .help("By which the chain names it.", "链中以此对应。"),
    Field::required("name", Type::Text(Text { least: 1, most: Some(40) }))
        .label("Name", "名称")
        .help("What it is, for people.", "奖品名称。"),
    Field::required("kind", Type::Choice(PRIZE_KIND))
        .label("Kind", "类型")
        .help("Of which kind.", "奖品类型。"),
    Field::default("value", Type::Money(Amount::from(0)), "0").label("Value", "价值").help(
        "What one is worth: goods at their market price, a coupon what it takes off; at most 50,000 yuan.",
        "单份价值：实物按市场价，券按抵扣额；不超过 5 万元。",
    ),
    Field::optional("stock", Type::count(1, 10_000_000, Unit::Pieces)).label("Stock", "份数").help(
        "How many there are; in an urn tickets. Only the no-prize of a draw by odds may be without an end.",
        "份数；签筒方式为签数。仅概率方式的“未中奖”可不限量。",
    ),
    Field::optional("odds", Type::whole(0, 1_000_000)).label("Odds", "概率").help(
        "By odds: whole parts of 1,000,000; all of them sum to exactly that.",
        "概率方式：百万分之几，合计须恰为 1,000,000。",
    ),
    Field::optional("fallback", Type::Text(ID)).label("Fallback", "发完改发").help(
        "By odds: the prize that is given once this one is gone or not released yet.",
        "概率方式：发完或尚未放出时改发的奖品。",
    ),
    Field::optional("batch_id", Type::Text(ID))
        .label("Coupon batch", "券批次")
        .help("Of a coupon: its batch.", "优惠券奖品的券批次。"),
    Field::optional("sku", Type::Id)
        .label("Goods", "商品")
        .help("Of goods: what is sent.", "实物奖品的 SKU。"),
    Field::optional("points", Type::whole(1, 1_000_000_000))
        .label("Points", "积分")
        .help("Of points: how many; a webhook tells of them.", "积分奖品的数量，由 webhook 通知。"),
];

/// Fields of a notice.
pub const NOTICE: &[Field] = &[
    Field::default("organiser", Type::Text(LINE), r#""""#)
        .label("Organiser", "主办方")
        .help("Who holds it.", "主办方名称。"),
    Field::default("contact", Type::Text(LINE), r#""""#)
        .label("Contact", "联系方式")
        .help("How they can be reached.", "联系方式。"),
    Field::default("conditions", Type::Text(LINE), r#""""#)
        .label("Conditions", "参与条件")
        .help("Who takes part, beside who has paid enough.", "除实付门槛外的参与条件。"),
    Field::default("claim_days", Type::whole(0, 3_650), "0")
        .label("Days to claim", "领奖天数")
        .help("Days that a winner has to claim.", "中奖后领奖的天数。"),
    Field::default("claim_how", Type::Text(LINE), r#""""#)
        .label("Claiming", "领奖方式")
        .help("How a prize is claimed and handed over.", "如何领奖和交付。"),
    Field::default("lapse", Type::Text(LINE), r#""""#)
        .label("Unclaimed prizes", "逾期处理")
        .help("What becomes of prizes that nobody claims.", "逾期未领如何处理。"),
];

/// An id that the operator chooses.
const ID: Text = Text { least: 1, most: Some(64) };
/// A line of the notice; `draw` says what is wrong with it.
const LINE: Text = Text { least: 0, most: None };

const ACTION_KIND: &[Choice] = &[
    Choice::new("coupon", "a coupon", "发券"),
    Choice::new("survey", "a survey", "投票调查"),
    Choice::new("scratch_card", "a scratch card", "刮刮乐"),
    Choice::new("draw", "a prize draw", "抽奖"),
];

const QUESTION_KIND: &[Choice] = &[
    Choice::new("single", "one option", "单选"),
    Choice::new("multiple", "one or more options", "多选"),
    Choice::new("free", "own words", "自由回答"),
];

const MODE: &[Choice] = &[
    Choice::new("odds", "each play by the same odds", "按概率"),
    Choice::new("urn", "tickets, exactly the stock", "签筒（签数恰为份数）"),
];

const ENTROPY: &[Choice] = &[
    Choice::new("required", "a chance waits for it", "必须有，否则等待"),
    Choice::new("optional", "drawn without it too", "没有也可抽"),
];

const PRIZE_KIND: &[Choice] = &[
    Choice::new("coupon", "a coupon", "优惠券"),
    Choice::new("goods", "goods that are sent", "实物"),
    Choice::new("points", "points that your own system books", "积分"),
    Choice::new("none", "nothing", "未中奖"),
];

const RULES: &[Words] = &[
    Words::new(
        "An action has the fields of its kind alone: `batch_id` of a coupon (or of a survey that thanks with one), `questions` \
         of a survey, `draw` of a scratch card or a draw. One tier at most draws.",
        "奖励只填其类型的字段：发券填 `batch_id`（调查可填以致谢），调查填 `questions`，刮刮乐和抽奖填 `draw`。最多一档为抽奖。",
    ),
    Words::new(
        "By odds the parts sum to exactly 1,000,000 and a prize with stock names a fallback; no circle of fallbacks. An urn has \
         a stock for every prize and no odds.",
        "概率方式各项合计恰为 1,000,000，限量奖品须指明发完改发的奖品且不成循环。签筒方式每种奖品都有份数且无概率。",
    ),
    Words::new(
        "Only a shop of CNY draws: no prize is worth more than 50,000.00 CNY (`prize_over_cap`), and the notice is complete \
         (`notice_incomplete`). It is published before it starts (`started_already`), no campaign for a time that is past \
         (`ended_already`); once published, a draw changes in the buyers' favour only (`odds_changed_against_buyer`, \
         `immutable_field`).",
        "仅人民币店铺可抽奖：单个奖品价值不超过 5 万元（`prize_over_cap`），公示须完整（`notice_incomplete`）。须在开始前发布\
         （`started_already`），任何活动都不能为已过去的时间发布（`ended_already`）；发布后只能朝有利于消费者的方向修改\
         （`odds_changed_against_buyer`、`immutable_field`）。",
    ),
    Words::new(
        "Every batch that is named is there (`not_found`, `coupon_void`), covers the time in which it may be given of \
         (`batch_window`), has a coupon for every prize (`batch_short`; of a coupon tier a warning), and takes off what the prize \
         is worth (`value_differs`). Warnings besides: `worst_case_cost`, `deep_discount`, `tiny_odds`.",
        "所填的券批次须存在（`not_found`、`coupon_void`），时间覆盖发放期（`batch_window`），数量够每份奖品（`batch_short`，发券档为警告），\
         抵扣额与奖品价值一致（`value_differs`）。另有警告：`worst_case_cost`、`deep_discount`、`tiny_odds`。",
    ),
    Words::new(
        "Once the campaign has given anything, a question that was asked keeps its id, kind, text and options \
         (`immutable_field`); questions and options may be added. Two tiers that use one `question_id` ask the same (`duplicate`).",
        "活动发出过奖励之后，问过的题目编号、类型、文字和选项都不变（`immutable_field`），可以增加题目和选项。两个档位用同一 `question_id` \
         须是同一道题（`duplicate`）。",
    ),
];
