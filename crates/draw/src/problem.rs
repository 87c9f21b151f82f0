//! What is wrong with a prize table or a notice: where, a stable code, and a sentence for people in two languages.

use std::fmt;

macro_rules! codes {
    ($($name:ident = $text:literal, $zh:literal, $en:literal;)+) => {
        /// Why a draw cannot start or change so. The text form is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $en] $name,)+ }

        impl Code {
            /// Every code.
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
    // The law's, by their names in the decisions (A-S2-17).
    PrizeOverCap = "prize_over_cap", "奖品价值超过法定上限", "A prize is worth more than the law allows";
    NoticeIncomplete = "notice_incomplete", "公示内容不完整", "The notice does not say all that it must";
    OddsChangedAgainstBuyer = "odds_changed_against_buyer", "进行中的抽奖只能朝有利于消费者的方向修改", "A running draw changes only in the buyer's favour";
    // The table's (A-S2-15).
    OddsDoNotSum = "odds_do_not_sum", "概率之和须恰为1000000", "The odds do not sum to 1,000,000 exactly";
    FallbackMissing = "fallback_missing", "限量奖品须指明发完后改发什么", "A prize with a stock needs a prize that is given once it is gone";
    FallbackUnknown = "fallback_unknown", "改发的奖品不存在", "No prize of the table has this id";
    FallbackCycle = "fallback_cycle", "改发的奖品互相循环", "The fallbacks lead round in a circle";
    BeaconRoundPast = "beacon_round_past", "信标轮次须晚于公布时间", "The beacon's round is known already; name one that is yet to come";
    // Plain ones, with the names that other terms use.
    Duplicate = "duplicate", "重复", "It is there twice";
    TooMany = "too_many", "数量超出上限", "There are more of these than allowed";
    TooLongText = "too_long_text", "文字过长", "The text is too long";
    OutOfRange = "out_of_range", "数值超出允许范围", "The value lies outside the allowed range";
    InvalidValue = "invalid_value", "取值无效", "The value is not valid here";
    ImmutableField = "immutable_field", "该字段不可修改", "This field cannot be changed any more";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field, from the notice on: `table.prizes[2].fallback`.
    pub path: String,
    /// What is wrong with it.
    pub code: Code,
    /// What is wrong, in English.
    pub en: String,
    /// The same in Chinese.
    pub zh: String,
}

impl Problem {
    /// A code's own sentences at a field.
    pub fn new(path: impl Into<String>, code: Code) -> Self {
        Self::told(path, code, code.en(), code.zh())
    }
    /// Sentences that say more.
    pub fn told(path: impl Into<String>, code: Code, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { path: path.into(), code, en: en.into(), zh: zh.into() }
    }
}
