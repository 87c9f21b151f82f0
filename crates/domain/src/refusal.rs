//! The shop says no: a stable code, a sentence for people in two languages, and what to do next.
//!
//! A refusal is an answer, not an accident: it changes nothing and the same facts give the same one.

use crate::{Sentence, sentence};
use money::Currency;
use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($name:ident = $text:literal, $zh:literal, $en:literal;)+) => {
        /// Why something was refused, withheld or suppressed. The text form is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $(#[doc = $en] #[serde(rename = $text)] $name,)+ }

        impl Code {
            /// Every code, for documents and tests.
            pub const ALL: &[Code] = &[$(Code::$name,)+];
            /// The stable text, in snake case.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)+ }
            }
            /// What it means, in Chinese.
            pub const fn zh(self) -> &'static str {
                match self { $(Code::$name => $zh,)+ }
            }
            /// What it means, in English.
            pub const fn en(self) -> &'static str {
                match self { $(Code::$name => $en,)+ }
            }
        }
    };
}

codes! {
    // Terms that break a rule.
    InvalidTerms = "invalid_terms", "活动设置不符合规则,请按提示修改", "The campaign's settings break a rule; see violations";
    NotWholeHour = "not_whole_hour", "开始时间须为整点", "The start must be a whole hour";
    TooSoon = "too_soon", "开始时间须在创建2小时之后的整点", "The start must be a whole hour at least 2 hours after now";
    TooShort = "too_short", "活动时长不能少于1天", "The campaign must run for at least 1 day";
    TooLong = "too_long", "活动时长不能超过90天", "The campaign may run for at most 90 days";
    OutOfRange = "out_of_range", "数值超出允许范围", "The value lies outside the allowed range";
    RatioTooHigh = "ratio_too_high", "比例超过上限", "The share is too high: a coupon takes at most 50 % of the spend, a deposit is at most 20 % of the price";
    AmountTooHigh = "amount_too_high", "优惠金额超过上限", "The discount is above the cap of the shop's currency";
    ShopKindNotSupported = "shop_kind_not_supported", "该类型店铺不支持此活动", "Shops of this kind cannot run this campaign";
    ImmutableField = "immutable_field", "该字段不可修改", "This field cannot be changed any more";
    Required = "required", "该字段必填", "This field is required";
    TooMany = "too_many", "数量超出上限", "There are more of these than allowed";
    TooLongText = "too_long_text", "文字过长", "The text is too long";
    Duplicate = "duplicate", "重复", "It is there twice";
    InvalidValue = "invalid_value", "取值无效", "The value is not valid here";
    NegativeAmount = "negative_amount", "金额不能为负", "An amount cannot be negative";
    PayableMismatch = "payable_mismatch", "应付金额与明细不一致", "payable differs from lines + freight - discounts";
    DiscountTooHigh = "discount_too_high", "优惠金额超过商品金额", "A discount is larger than what it reduces";
    TimeInFuture = "time_in_future", "事件时间过于超前", "The event lies too far in the future";
    WorstCaseCost = "worst_case_cost", "最高成本提示", "What the campaign costs if every coupon is used";
    DeepDiscount = "deep_discount", "优惠力度较大", "The discount is deeper than 30 % of the spend";
    NeverShown = "never_shown", "优惠券来不及展示", "Orders end before the coupon would be shown";
    CapBelowSave = "cap_below_save", "封顶金额低于优惠金额", "The cap is below the saving, which is never reached";
    FallingTiers = "falling_tiers", "高档位优惠不高于低档位", "A higher tier saves no more than a lower one";
    NarrowScope = "narrow_scope", "活动范围很小", "Very few goods take part";
    EndOfDay = "end_of_day", "23:59:59按当日结束（次日00:00:00）处理", "23:59:59 is taken as the end of the day, the next 00:00:00";
    NoCap = "no_cap", "该币种未设优惠金额上限", "No cap on the amount is set for the shop's currency";
    // Templates of messages.
    InvalidMessage = "invalid_message", "消息的设置、模板或变量不符合规则,请按提示修改", "A message's settings, template or variables break a rule; see violations";
    UnknownVariable = "unknown_variable", "该消息没有这个变量", "Messages of this kind have no such variable";
    VariableMissing = "variable_missing", "缺少必需的变量", "A variable that has to be there is missing";
    UnbalancedBraces = "unbalanced_braces", "花括号不成对", "A brace has no other one, or stands within a pair";
    UnfilledParameter = "unfilled_parameter", "参数中没有变量", "No variable fills this parameter";
    WrongKeyType = "wrong_key_type", "该变量不能用在这种参数中", "Such a variable does not go under such a key";
    NoOptOut = "no_opt_out", "营销短信须写明退订方式", "An offer has to say how to get no more of them";
    ForbiddenSign = "forbidden_sign", "含有控制字符、书写方向符或不可见字符", "There is a control sign, a sign of writing direction or one that nobody sees in it";
    ForeignLink = "foreign_link", "链接不属于模板的域名", "A link leads elsewhere than to the template's own host";
    ValueInvalid = "value_invalid", "变量的值无法使用", "The value of a variable cannot stand in the message";
    // Draws (A-S2-15 to 17) and rewards after payment.
    PrizeOverCap = "prize_over_cap", "奖品价值超过法定上限", "A prize is worth more than the law allows";
    NoticeIncomplete = "notice_incomplete", "公示内容不完整", "The notice does not say all that it must";
    OddsChangedAgainstBuyer = "odds_changed_against_buyer", "进行中的抽奖只能朝有利于消费者的方向修改", "A running draw changes only in the buyer's favour";
    OddsDoNotSum = "odds_do_not_sum", "概率之和须恰为1000000", "The odds do not sum to 1,000,000 exactly";
    FallbackMissing = "fallback_missing", "限量奖品须指明发完后改发什么", "A prize with a stock needs a prize that is given once it is gone";
    FallbackUnknown = "fallback_unknown", "改发的奖品不存在", "No prize of the table has this id";
    FallbackCycle = "fallback_cycle", "改发的奖品互相循环", "The fallbacks lead round in a circle";
    BeaconRoundPast = "beacon_round_past", "信标轮次须晚于公布时间", "The beacon's round is known already; name one that is yet to come";
    DrawRunning = "draw_running", "抽奖尚未结束,归档会透露尚未查看的签", "The draw still runs, and its archive would tell tickets that nobody has looked at; ask after the end";
    BeaconAwaited = "beacon_awaited", "公开信标的随机数尚未公布,请稍后再抽", "The beacon's round has not been posted yet; play later";
    WrongRound = "wrong_round", "不是公示所列的信标轮次", "It is not the round that the notice names";
    WrongSignature = "wrong_signature", "信标签名无效", "The beacon did not sign this for this round";
    StartedAlready = "started_already", "抽奖须在开始前发布", "A draw is published before it starts";
    EndedAlready = "ended_already", "活动时间已经过去", "The campaign's time is over already";
    BatchShort = "batch_short", "券批次数量不足", "The batch has fewer coupons than may be given";
    BatchWindow = "batch_window", "券批次的发放时间未覆盖活动", "The batch cannot be given of for as long as the campaign needs it";
    BatchInUse = "batch_in_use", "抽奖活动的奖品用到该券批次", "The prizes of a draw are coupons of the batch";
    ValueDiffers = "value_differs", "奖品价值与券的抵扣额不一致", "The prize's value is not what its coupon takes off";
    TinyOdds = "tiny_odds", "概率极低,请确认单位为百万分之一", "The odds are very low; they are parts of 1,000,000";
    AwaitingTransactionId = "awaiting_transaction_id", "支付交易号尚未收到,请稍后再抽", "The payment's transaction id is not known yet; play later";
    InvalidAnswers = "invalid_answers", "答案不完整或不在选项中", "The answers do not fit the questions; see violations";
    RewardVoid = "reward_void", "该奖励已作废", "The reward is void: its order was undone or refunded";
    Lapsed = "lapsed", "已过可参与期限,视为放弃", "It was not played in time and has lapsed";
    OrderRefunded = "order_refunded", "订单已全额退款", "The order was refunded whole";
    OutsideHours = "outside_hours", "不在活动的日期或时段内", "The payment came on a day or at an hour that does not count";
    CampaignPaused = "campaign_paused", "活动已暂停", "The campaign rests; nothing new is given";
    BetaRequired = "beta_required", "付款后营销尚在内测,请先申请", "Rewards after payment are tried by those that applied and were approved";
    OwnLink = "own_link", "不能使用自己的分享链接", "A customer's own link brings nothing";
    AlreadyTakesPart = "already_takes_part", "已参与活动或已助力过,不能再助力", "Who takes part, or has helped before, helps nobody";
    // Member sprints (S3).
    OddQuantity = "odd_quantity", "券数为奇数,会剩余一张", "The number of coupons is odd; one is left over";
    EnrollmentClosed = "enrollment_closed", "不在报名期内", "No enrollment is open at this moment";
    AlreadyMerged = "already_merged", "该账号已合并", "The account has gone up in another, or the other in it";
    AlreadyEnrolled = "already_enrolled", "该会员已报名", "The member takes part in this wave already";
    NotInvited = "not_invited", "未受邀或未接受邀请", "The shop was not invited, or has not accepted";
    ConditionsUnmet = "conditions_unmet", "店铺不符合招商条件", "The shop does not meet the sprint's conditions";
    SameKey = "same_key", "须由另一密钥审批", "It is approved by another key than filled it in";
    KeyNotApproved = "key_not_approved", "券key不属于本店或未审批通过", "The key is of no approved batch of this shop";
    AlreadyBound = "already_bound", "奖品已绑定", "The tier's prize is bound already";
    SprintOnly = "sprint_only", "该券批次由会员冲刺计划专属发放", "Coupons of this batch are given by a member sprint alone";
    PrizeMissing = "prize_missing", "尚未配置奖品", "No prize is bound";
    NotClosable = "not_closable", "报名开始后不可关闭", "Once the enrollment has begun it cannot be closed, nor its coupons alone";
    // Refusals by state.
    NotFound = "not_found", "未找到", "There is no such thing here";
    NotDisplayed = "not_displayed", "该订单没有可领取的优惠券", "No coupon is shown on this order now";
    DailyLimit = "daily_limit", "今日次数已达上限,请明天再来", "As many as one day allows; try again tomorrow";
    TotalLimit = "total_limit", "次数已达上限", "One customer may have no more of it";
    CustomerLimit = "customer_limit", "已达每人使用次数", "The customer has used it as often as anybody may";
    BudgetSpent = "budget_spent", "预算已用完", "Its budget is spent, or too little of it is left";
    SoldOut = "sold_out", "已领完", "Nothing is left of it";
    CampaignClosed = "campaign_closed", "活动已结束", "The campaign is closed or over";
    CampaignNotDraft = "campaign_not_draft", "活动已发布", "The campaign has been published already";
    CampaignNotPublished = "campaign_not_published", "活动尚未发布", "The campaign has not been published";
    CustomerBlocked = "customer_blocked", "暂不符合领取条件", "The customer is blocked by risk control";
    OrderPaid = "order_paid", "订单已支付", "The order is paid";
    DepositPaid = "deposit_paid", "定金已支付,订单等待尾款", "The deposit is paid, and the order waits for its balance";
    OrderUnpaid = "order_unpaid", "订单尚未支付", "The order is not paid";
    OrderCancelled = "order_cancelled", "订单已取消", "The order is cancelled";
    OrderExists = "order_exists", "订单号已存在且内容不同", "An order of this number exists with other contents";
    AlreadyClaimed = "already_claimed", "优惠券已领取", "The coupon of this order has been claimed";
    CodesAlreadyMade = "codes_already_made", "该请求的券码已生成,无法再次显示", "The codes of this request were made before and cannot be shown again";
    NotOwner = "not_owner", "不属于此用户", "This belongs to another customer";
    BelowQuantity = "below_quantity", "件数未达到要求", "There are too few pieces";
    BelowVariety = "below_variety", "不同商品的种数未达到要求", "There are too few different goods";
    BelowThreshold = "below_threshold", "未达到满减门槛", "The amount is under the coupon's threshold";
    CouponLocked = "coupon_locked", "优惠券正在另一笔支付中使用", "The coupon is held by a payment in progress";
    CouponUsed = "coupon_used", "优惠券已使用", "The coupon has been used";
    CouponExpired = "coupon_expired", "优惠券已过期", "The coupon has expired";
    CouponVoid = "coupon_void", "优惠券已作废", "The coupon is void";
    MethodNotSupported = "method_not_supported", "该支付方式不支持此优惠券", "The coupon does not work with this payment method";
    AmountMismatch = "amount_mismatch", "支付金额与应付金额不一致", "The amount paid is not what was to be paid";
    IdempotencyConflict = "idempotency_conflict", "同一编号的内容不一致", "The same id was sent before with other contents";
    ExceedsPaid = "exceeds_paid", "退款金额超过实付金额", "More would be refunded than was paid";
    RefundAmbiguous = "refund_ambiguous", "无法判断退款属于订单还是多付款项,请注明支付编号或商品行", "The refund may be of the order or of refused money; name the payment or the lines";
    WindowClosed = "window_closed", "付款已超过一年,不支持主动退款,请线下转账退款", "The payment is older than the year in which it can be refunded; pay it back by a transfer";
    ChannelWindowClosed = "channel_window_closed", "已超过支付渠道的退款期限,请线下转账退款", "The payment channel takes no more refunds of this payment; pay it back by a transfer";
    TooManyPartialRefunds = "too_many_partial_refunds", "该笔支付的部分退款次数已达渠道上限,请线下转账退款", "The payment has had as many partial refunds as its channel allows; pay it back by a transfer";
    OfflineTransferRequired = "offline_transfer_required", "须线下转账退款,转账后请登记凭证", "It is to be paid back by a transfer outside the system, which is then recorded";
    TransferNotRequired = "transfer_not_required", "该退款无需线下转账", "The refund does not wait for a transfer";
    NothingToRefund = "nothing_to_refund", "没有可退款的金额", "Nothing is left to refund here";
    ClockBackwards = "clock_backwards", "时间不能倒退", "The sandbox clock cannot go back";
    LimitReached = "limit_reached", "已达系统上限", "A limit of the system is reached";
    // Quotes.
    UnitsUsed = "units_used", "所需件数已参加其他优惠", "Its units have served another promotion";
    Discounted = "discounted", "商品已享单品促销", "The goods have a promotion of their own";
    OthersMissing = "others_missing", "购物车中没有须同时购买的商品", "Goods that have to be there too are missing";
    AboveMost = "above_most", "商品金额超过上限", "The goods cost more than it is for";
    OrderOnly = "order_only", "不是优惠所限的第几单", "It is for another order of the customer: the first, or the n-th";
    MethodOnly = "method_only", "不是优惠所限的支付方式", "It is for other ways to pay";
    SourceOnly = "source_only", "不是优惠所限的下单渠道", "It is for orders placed elsewhere";
    RegionOnly = "region_only", "不是优惠所限的收货地区", "It is for other regions";
    ShippingOnly = "shipping_only", "不是优惠所限的配送方式", "It is for other ways of shipping";
    NotStackable = "not_stackable", "不可与其他优惠同享", "It cannot stand beside another discount that is taken";
    StageNotAllowed = "stage_not_allowed", "当前付款阶段不可用", "It cannot be used in this stage of the payment";
    NotInMainProcess = "not_in_main_process", "该预售未进主流程,不可使用", "The presale is outside the main process, where this does not work";
    NoFreightToReduce = "no_freight_to_reduce", "没有可抵扣的运费", "There is no freight to take off";
    Expired = "expired", "已过期", "Its time is over";
    NotStarted = "not_started", "未到使用时间", "Its time has not come";
    MembersOnly = "members_only", "仅限会员", "It is for members only";
    SegmentOnly = "segment_only", "仅限指定人群", "It is for customers of other segments";
    BetterPrice = "better_price", "已有更低价", "Another promotion gives this line a lower price";
    NoSaving = "no_saving", "没有可优惠的金额", "It would take nothing off";
    BalanceTooSmall = "balance_too_small", "尾款需大于券面额", "The balance must be larger than the coupon";
    PriceFloor = "price_floor", "低于最低限价", "It would sell below the lowest price allowed";
    MainProcessNotSupported = "main_process_not_supported", "该预售类型不支持进主流程", "Presales of this type cannot join the main process";
    // Presale.
    DepositForfeited = "deposit_forfeited", "定金不予退还", "The deposit stays with the merchant";
    ShortWindow = "short_window", "尾款支付时间过短,不再提醒", "Too little of the balance window is left for this reminder";
    SmallDeposit = "small_deposit", "定金较低", "The deposit is so low that it binds few customers";
    // Presale pool and gifts.
    ActivityOutsideValidity = "activity_outside_validity", "有效期须包含活动时间", "The validity must contain the activity time";
    NotBeforeBalanceOpening = "not_before_balance_opening", "激活时间须早于尾款开始支付时间", "The activation time must lie before the balance opens";
    ActivationInPast = "activation_in_past", "激活时间须晚于当前时间", "The activation time lies in the past";
    OutsideValidity = "outside_validity", "不在策略有效期内", "The strategy's validity does not contain the moment";
    MainItemNotPresale = "main_item_not_presale", "主品须为预售货品", "A main item is not among the presale goods";
    StrategyInUse = "strategy_in_use", "该赠品策略已被使用", "The gift strategy belongs to another presale strategy, or has given by itself";
    OrdersInPool = "orders_in_pool", "预售池中已有订单,不可修改;请新建预售策略并驳回订单重新递交", "Orders have entered under it: timing and gift strategies stay; make a new presale strategy and submit the orders again";
    AlreadyExecuted = "already_executed", "激活时间已到,已执行;如需更改激活时间请重新执行", "The activation time has come and was acted on; use a re-run";
    WrongStage = "wrong_stage", "订单当前阶段不可执行此操作", "The order is in a stage where this cannot be done";
    PoolIncomplete = "pool_incomplete", "订单尚未下载完整,排名未定", "Orders of the ranked period may still be missing; ranks are not final";
    GroupUndecided = "group_undecided", "同组优先策略尚未确定", "Another strategy of the group goes first and is not decided";
    GroupTaken = "group_taken", "同组已赠送", "Another strategy of the group gave a gift";
    OncePerBuyer = "once_per_buyer", "每位买家限一份", "The buyer has it with another order";
    BeyondFirstN = "beyond_first_n", "未进入前N名", "The order is not among the first N";
    AmountNotFinal = "amount_not_final", "付款金额尚未确定", "The amount is not final; the order is not fully paid";
    BasisUnknown = "basis_unknown", "缺少计时依据(付款时间未知)", "The time that the strategy goes by is not known yet";
    OutsideActivity = "outside_activity", "计时依据不在活动时间内", "The customer's time that counts lies outside the strategy's activity time";
    NeedsPresaleStrategy = "needs_presale_strategy", "前N名或尾款赠品须使用预售策略", "Only under a presale strategy are orders ranked, and balances waited for";
    NoMainItem = "no_main_item", "订单中没有主品", "The order has none of the strategy's main items";
    LateEarlierOrder = "late_earlier_order", "晚到的更早订单", "It turned up after ranks were frozen, with an earlier time";
    GiftOutOfStock = "gift_out_of_stock", "赠品库存不足", "The gift's stock is used up";
    AmountChanged = "amount_changed", "实付金额在赠送之后发生变化,请核对赠品", "The amount paid has changed since the gift was given by it; look at the gift";
    Overlapping = "overlapping", "与其他预售策略的货品和有效期重叠", "Another presale strategy covers the same goods at the same time";
    RunsAsBefore = "runs_as_before", "已入池的订单沿用原版本, 重新执行、驳回再递交或重算后按新版本", "Orders that have entered keep their version until a re-run, a reject and submit, or a recompute";
    Unpaid = "unpaid", "款项未结清 (尾款未付或退款处理中)", "The order's money is not whole: something is unpaid, or a refund is open";
    LooksPartlyPaid = "looks_partly_paid", "实付不足商品金额一半, 疑似只付了定金, 请确认是否单阶段订单", "Less than half of its lines is paid, as if it were a deposit; say whether it is paid at once";
    StagesUnknown = "stages_unknown", "不确定是否还有尾款, 请确认是否单阶段订单", "It is not known whether a balance is to come; say whether it is paid at once";
    GiftsUndecided = "gifts_undecided", "赠品尚未确定", "A gift of the order is not decided yet";
    ConfirmationRequired = "confirmation_required", "该操作无法挽回,请确认", "This takes something away for good; confirm it";
    WatermarkBackwards = "watermark_backwards", "下载进度不能倒退", "The download watermark cannot go back";
    // Withheld offers and suppressed messages.
    BoughtElsewhere = "bought_elsewhere", "已在其他订单购买这些商品", "The customer has paid for these goods in another order";
    OutOfScope = "out_of_scope", "商品不在活动范围内", "No goods of the order are in the campaign's scope";
    OutsidePeriod = "outside_period", "不在活动时间内", "The order was not placed while the campaign ran";
    TriggerAfterEnd = "trigger_after_end", "展示时间晚于活动结束", "The coupon would be shown after the campaign's end";
    BetterOffer = "better_offer", "已有更优惠的券", "Another campaign saves this order more";
    Holdout = "holdout", "对照组不展示", "The order is in the comparison group, which is shown nothing";
    QuietHours = "quiet_hours", "免打扰时间段不发送", "Nothing is sent in quiet hours";
    MinuteCap = "minute_cap", "该号码一分钟内短信已达上限", "The number has had the messages of a minute";
    HourCap = "hour_cap", "该号码一小时内短信已达上限", "The number has had the messages of an hour";
    NoContact = "no_contact", "没有用户的联系方式", "No number or account of the customer is known";
    ForeignNumber = "foreign_number", "该境外号码无法由短信服务商正确送达", "The carrier would send to another number: this one is abroad and reads as one of mainland China there";
    NoGrant = "no_grant", "用户未订阅该微信消息", "The customer has let no WeChat message of this template through";
    TooLate = "too_late", "已过时效,不再发送", "It would come too late";
    TemplateMissing = "template_missing", "没有可用的消息模板", "There is no template for this notice and channel";
    TemplateBlocked = "template_blocked", "模板被服务商停用", "The provider has blocked the template; save another one";
    ProviderLimit = "provider_limit", "服务商限制该号码的发送频率", "The provider lets no more through to this number now";
    DailyCap = "daily_cap", "当日短信已达上限", "The day's messages are used up";
    CategoryDay = "category_day", "同品类当日已提醒", "A reminder for this category was sent today";
    Claimed = "claimed", "优惠券已领取,无需提醒", "The coupon has been claimed";
    SourceNotApp = "source_not_app", "非APP订单不推送", "The order was not placed in the app";
    PresaleOrder = "presale_order", "预售订单不适用", "Presale orders are left out";
    VirtualGoods = "virtual_goods", "虚拟商品不推送", "Orders of virtual goods get no push";
    NoBalance = "no_balance", "短信余额不足", "The SMS pack is used up";
    SwitchedOff = "switched_off", "通知未开启", "This notice is switched off";
    NoConsent = "no_consent", "用户未同意", "The customer did not agree to such messages";
    OrderClosed = "order_closed", "订单已支付或关闭", "The order is paid or closed";
    AlreadyPushed = "already_pushed", "该订单已推送过", "This order had its push";
    ProviderFailed = "provider_failed", "发送失败", "The message provider refused it or did not answer";
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One field at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Where: a path such as `terms.save` or `lines[2].quantity`.
    pub field: String,
    /// What is wrong.
    pub code: Code,
    /// The rule in numbers, for people.
    #[serde(with = "crate::sentence::document")]
    pub message: Sentence,
}

impl Violation {
    /// A violation whose message is the code's own sentence.
    pub fn new(field: impl Into<String>, code: Code) -> Self {
        Self::with(field, code, code.en())
    }
    /// A violation with figures.
    pub fn with(field: impl Into<String>, code: Code, message: impl Into<Sentence>) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }
    /// The same with amounts told in that currency.
    #[must_use]
    pub fn told_in(self, currency: Currency) -> Self {
        Self { message: self.message.told_in(currency), ..self }
    }
    /// The field and what is wrong with it.
    fn sentence(&self) -> Sentence {
        sentence![&self.field, ": "].and(self.message.clone())
    }
}

/// The whole refusal. Whoever hands it on to somebody who does not know the shop tells its amounts first
/// ([`Refusal::told_in`], A-G-12).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {}", detail.in_minor_units())]
pub struct Refusal {
    /// The stable code.
    pub code: Code,
    /// What happened here, with figures.
    pub detail: Sentence,
    /// The fields at fault, where there are any.
    pub violations: Vec<Violation>,
}

impl Refusal {
    /// A refusal that says what its code says.
    pub fn new(code: Code) -> Self {
        Self::with(code, code.en())
    }
    /// A refusal with figures.
    pub fn with(code: Code, detail: impl Into<Sentence>) -> Self {
        Self { code, detail: detail.into(), violations: Vec::new() }
    }
    /// The refusal of one field.
    pub fn of(violation: Violation) -> Self {
        Self { code: violation.code, detail: violation.sentence(), violations: vec![violation] }
    }
    /// Refused terms, with every violation; fine terms pass.
    pub fn from_violations(code: Code, violations: Vec<Violation>) -> Result<(), Self> {
        let mut sentences = violations.iter().map(Violation::sentence);
        let Some(first) = sentences.next() else { return Ok(()) };
        let detail = sentences.fold(first, |detail, next| detail.and(sentence!["; "]).and(next));
        Err(Self { code, detail, violations })
    }
    /// The same with amounts told in that currency.
    #[must_use]
    pub fn told_in(self, currency: Currency) -> Self {
        let violations = self.violations.into_iter().map(|found| found.told_in(currency)).collect();
        Self { code: self.code, detail: self.detail.told_in(currency), violations }
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_stable_text() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()), "{code} stands twice");
            assert_eq!(serde_json::to_value(code).ok(), Some(code.as_str().into()));
            assert!(!code.zh().is_empty() && !code.en().is_empty());
        }
    }
}
