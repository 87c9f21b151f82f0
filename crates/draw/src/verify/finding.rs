//! What a check of an archive finds: a stable code, the play, and a sentence in both languages.

use serde::Serialize;

macro_rules! codes {
    ($($name:ident = $text:literal, $zh:literal, $en:literal;)+) => {
        /// What is wrong with an archive, or what is to be known of it. The text form is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum FindingCode { $(#[doc = $en] #[serde(rename = $text)] $name,)+ }

        impl FindingCode {
            /// Every code.
            pub const ALL: &[FindingCode] = &[$(FindingCode::$name,)+];
            /// The stable text, in snake case.
            pub const fn as_str(self) -> &'static str {
                match self { $(FindingCode::$name => $text,)+ }
            }
            /// What it means, in Chinese.
            pub const fn zh(self) -> &'static str {
                match self { $(FindingCode::$name => $zh,)+ }
            }
            /// What it means, in English.
            pub const fn en(self) -> &'static str {
                match self { $(FindingCode::$name => $en,)+ }
            }
        }
    };
}

codes! {
    // The seed and the notices.
    SeedNotRevealed = "seed_not_revealed", "种子尚未公布，无法验算抽奖结果", "The seed is not revealed yet, so no draw can be recomputed";
    SeedWrong = "seed_wrong", "种子与事先公布的摘要不符", "The seed is not the one whose hash was published";
    NoticeMissing = "notice_missing", "缺少活动开始前的公示", "The notice before the start is missing";
    NoticeMoved = "notice_moved", "公示的先后位置不对", "A notice stands in the wrong place";
    NoticeChanged = "notice_changed", "公示文字与其摘要不符", "The text of a notice is not the one of its hash";
    NoticeDiffers = "notice_differs", "公示文字与奖品表等内容不一致", "The text of a notice tells other terms than those of the archive";
    NoticeUnlawful = "notice_unlawful", "公示或奖品表不合规定", "A notice or its prize table breaks a rule";
    ChangedUnlawfully = "changed_unlawfully", "活动进行中作了不允许的修改", "The draw was changed while it ran as it may not be";
    // The chain.
    PlayMissing = "play_missing", "缺少抽奖记录", "A play is missing";
    PlayRepeated = "play_repeated", "抽奖记录重复", "A play is there twice";
    PlayMoved = "play_moved", "抽奖记录顺序不对", "A play stands out of its order";
    ChainBroken = "chain_broken", "哈希链在此处断开：此条或其前的内容被改动、增加、删除或调换", "The chain breaks here: something here or before was changed, added, dropped or moved";
    HeadWrong = "head_wrong", "归档中的链尾与最后一条记录不符", "The archive's head is not that of its last play";
    HeadUnknown = "head_unknown", "给出的链尾不在链上", "The head that you know does not stand in the chain: plays were dropped or made anew";
    PlaysAdded = "plays_added", "给出的链尾之后还有记录", "There is more behind the head that you know";
    // The draws.
    ChanceRepeated = "chance_repeated", "同一次机会抽了两次", "One chance was drawn twice";
    ChanceWrong = "chance_wrong", "机会的编号不是订单号，也不是订单号加序号", "A chance is named neither by its order nor by its order and a number";
    NotALine = "not_a_line", "内容含有换行等控制字符，或过长、为空", "A text is empty, too long, or holds a line end or another control sign";
    EntropyMissing = "entropy_missing", "缺少支付交易号", "The payment's transaction id is missing";
    NumberWrong = "number_wrong", "抽中的数不对", "The number is not the one that the seed draws";
    PrizeUnknown = "prize_unknown", "奖品不在奖品表中", "The prize is not in the table";
    PrizeWrong = "prize_wrong", "奖品与抽中的数不符", "The prize is not the one of the number";
    FallbackWrong = "fallback_wrong", "改发的奖品不对", "The prize that was given instead is not the one that was due";
    StockExceeded = "stock_exceeded", "发出的奖品超过其数量", "More was given of a prize than there was";
    ReleaseExceeded = "release_exceeded", "发出的奖品超过当时已放出的数量", "More was given of a prize than was released by then";
    OutsideWindow = "outside_window", "抽奖不在活动时间内", "It was drawn before the start or after the end";
    StateWrong = "state_wrong", "按概率抽取的活动没有这种状态", "A draw by odds knows no such state";
    PaidLater = "paid_later", "付款时间晚于抽奖时间", "It was drawn before its payment";
    // The beacon.
    BeaconMissing = "beacon_missing", "缺少公示中指定的信标随机数", "The randomness of the beacon's round that the notice names is missing";
    BeaconWrong = "beacon_wrong", "信标数据不真实，或不是公示指定的轮次", "What is given for the beacon's round is not genuine, or of another round";
    BeforeBeacon = "before_beacon", "早于信标轮次的时间", "It was drawn before the beacon's round";
    // The lists.
    WinnersWrong = "winners_wrong", "大额中奖名单与抽奖记录不符", "The list of winners is not what the plays say";
    UndrawnPlayed = "undrawn_played", "列为未抽的机会已抽奖，或列出两次", "A chance that is told as undrawn was drawn, or is told twice";
    UndrawnWrong = "undrawn_wrong", "未抽的原因与公示、信标或奖品不符", "Why a chance is undrawn does not fit the notice, the beacon or the tickets";
    // What is to be known, and no fault.
    NoHead = "no_head", "未给出链尾：若整条链被重新生成或最后的记录被删除，仅凭归档无法发现", "No head was given: dropped last plays and a chain made anew cannot be seen from the archive alone";
    MomentsBack = "moments_back", "抽奖时间有倒退", "Moments of plays go back";
    WithoutTransaction = "without_transaction", "部分抽奖没有支付交易号", "Plays without a transaction id, as the notice allows";
    Lapsed = "lapsed", "在查看之前失效的签", "Tickets that lapsed before they were looked at";
    Undrawn = "undrawn", "未抽的机会及原因", "Chances for which nothing was drawn, and why";
    Rested = "rested", "活动曾暂停，期间付款的订单没有机会", "It was paused for a while: orders paid then got no chance";
    ClosedEarly = "closed_early", "活动提前关闭，此后付款的订单没有机会", "It was closed before its end: orders paid from then on got no chance";
    DrawnLate = "drawn_late", "付款一小时后才抽的次数", "Plays that were drawn more than an hour after their payment";
    DrawnDaysLate = "drawn_days_late", "付款一天后才抽", "It was drawn more than a day after its payment";
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is.
    pub code: FindingCode,
    /// The play, where it is one of a play.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// What is wrong, in English.
    pub en: String,
    /// The same in Chinese.
    pub zh: String,
}

impl Finding {
    /// A code's own sentences.
    pub fn new(code: FindingCode, n: Option<u64>) -> Self {
        Self { code, n, en: code.en().to_owned(), zh: code.zh().to_owned() }
    }
    /// With more behind them.
    pub fn with(code: FindingCode, n: Option<u64>, en: &str, zh: &str) -> Self {
        Self { code, n, en: format!("{}: {en}", code.en()), zh: format!("{}：{zh}", code.zh()) }
    }
}
