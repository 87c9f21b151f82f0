//! What a terminal is told, in English and Chinese: labels, and the sentences around figures, in this one place.
//!
//! What always holds: codes, ids, keys of the mapping and names of files are the same in both languages.

use crate::read::{BadCode, RowCounts, UnknownStates};
use domain::{Lang, campaign::field::Words};
use std::collections::BTreeMap;

/// Columns that a label takes.
const LABEL: usize = 22;
/// Words of states that are told one by one.
const STATES: usize = 5;

/// Labels of lines.
pub(crate) mod label {
    use super::Words;

    macro_rules! labels {
        ($($name:ident = $en:literal, $zh:literal;)+) => {
            $(pub(crate) const $name: Words = Words::new($en, $zh);)+
        };
    }

    labels! {
        AFTER_THE_END = "after the end", "结束之后";
        BAD_ROWS = "bad rows", "坏行";
        BROUGHT_FORWARD = "brought forward", "提前付款";
        CLAIMED = "claimed", "领取";
        COST = "cost", "成本";
        COUPONS = "coupons", "优惠券";
        CREATED = "created", "新收订单";
        DISCOUNT_ROWS = "discount rows", "优惠行";
        DUPLICATE = "duplicate", "已有，无变化";
        EVENTS_REFUSED = "events refused", "未接受的事件";
        FILE = "file", "文件";
        GIFTS_GIVEN = "gifts given", "发出赠品";
        MAYBE_DOUBLED = "maybe doubled", "可能重复导出";
        MAYBE_REPEATED = "maybe repeated", "可能重复";
        NOT_CERTAIN = "not certain", "还不确定";
        ORDERS = "orders", "订单";
        ORDERS_CLOSED = "closed among them", "其中已关闭";
        ORDERS_READ = "orders read", "读到订单";
        POOLED = "pooled", "进入预售池";
        PUSHED = "pushed", "推送";
        PUSH_SUPPRESSED = "push suppressed", "未推送";
        RANKED = "ranked", "排出名次";
        RANKS_WAIT = "ranks wait", "名次在等";
        RECOVERED = "recovered", "挽回";
        REFUSED = "refused", "被拒";
        REJECTED = "rejected", "被拒";
        REPEATED_FILES = "repeated files", "重复的文件";
        REPEATED_ROWS = "repeated rows", "重复的行";
        ROWS_LEFT_OUT = "rows left out", "未读入的行";
        ROWS_OF_NO_UNITS = "rows of no units", "数量为 0 的行";
        ROWS_WITHOUT_LINE = "rows without line", "没有商品行的行";
        SHOWN = "shown a coupon", "展示优惠券";
        TIMES_IN_DOUBT = "times in doubt", "时间不确定";
        TAKE_PART = "take part", "参与订单";
        TO_REVIEW = "to review", "转人工审核";
        UNKNOWN_STATES = "unknown states", "未知的状态";
        UNPAID_AT_THE_TRIGGER = "unpaid at the trigger", "触发时未付";
        UPDATED = "updated", "更新订单";
        WARNING = "warning", "提醒";
        WITHHELD = "withheld", "未展示";
    }
}

/// Lines with a label each, the texts below each other.
pub(crate) struct Lines {
    pub lang: Lang,
    out: String,
}

impl Lines {
    pub fn new(lang: Lang) -> Self {
        Self { lang, out: String::new() }
    }

    pub fn say(&mut self, label: Words, text: &str) {
        self.say_of(self.lang.of(label), text);
    }

    /// A line that a code or a name stands before.
    pub fn say_of(&mut self, label: &str, text: &str) {
        // Chinese letters are two columns wide.
        let width: usize = label.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum();
        self.out.push_str(label);
        self.out.push_str(&" ".repeat(LABEL.saturating_sub(width).max(1)));
        self.out.push_str(text);
        self.out.push('\n');
    }

    pub fn finish(self) -> String {
        self.out
    }
}

/// What became of rows that are neither used nor bad.
pub(crate) struct Elsewhere<'r> {
    pub rows: &'r RowCounts,
    pub files: &'r [String],
    /// Rows of joined tables that no line leads to, by table.
    pub without_line: &'r BTreeMap<String, u64>,
    /// Files of which every row stands there several times.
    pub doubled: &'r [String],
    pub maybe_repeated: u64,
    pub states: &'r UnknownStates,
    pub notes: &'r BTreeMap<BadCode, u64>,
    /// What follows from an order that may be repeated, and where discounts come off.
    pub doubt: Words,
    pub discounts: Words,
}

impl Elsewhere<'_> {
    pub fn tell(&self, lines: &mut Lines) {
        let lang = lines.lang;
        let once = lang.pick(", counted once", "，只计一次");
        let RowCounts { repeated, without_units, discounts, .. } = *self.rows;
        if repeated > 0 {
            lines.say(label::REPEATED_ROWS, &format!("{repeated}{once}"));
        }
        if !self.files.is_empty() {
            lines.say(label::REPEATED_FILES, &format!("{}{once}", self.files.join(lang.pick(", ", "、"))));
        }
        self.tell_without_line(lines);
        if !self.doubled.is_empty() {
            let files = self.doubled.join(lang.pick(", ", "、"));
            let meant = lang.pick(": every row stands there several times", "：每一行都出现多次");
            lines.say(label::MAYBE_DOUBLED, &format!("{files}{meant}{}", lang.of(self.doubt)));
        }
        if self.maybe_repeated > 0 {
            let orders = lang.pick("orders", "笔订单");
            let doubt = lang.of(self.doubt);
            lines.say(label::MAYBE_REPEATED, &format!("{} {orders}{once}{doubt}", self.maybe_repeated));
        }
        if without_units > 0 {
            let alone = lang.pick(", left out one by one", "，逐行不计");
            lines.say(label::ROWS_OF_NO_UNITS, &format!("{without_units}{alone}"));
        }
        if discounts > 0 {
            lines.say(label::DISCOUNT_ROWS, &format!("{discounts}{}", lang.of(self.discounts)));
        }
        let times = self.notes.iter().filter(|(code, _)| code.is_of_time());
        let times: Vec<String> = times.map(|(code, orders)| format!("{code} {orders}")).collect();
        if !times.is_empty() {
            let meant =
                lang.pick("; by up to an hour, as the clock was changed", "；当地调钟，相差至多一小时");
            lines.say(label::TIMES_IN_DOUBT, &format!("{}{meant}", times.join(", ")));
        }
        if !self.states.is_empty() {
            lines.say(label::UNKNOWN_STATES, &states(self.states, lang));
        }
    }
}

impl Elsewhere<'_> {
    /// How many rows of which tables no line leads to.
    fn tell_without_line(&self, lines: &mut Lines) {
        let some = self.without_line.iter().filter(|(_, rows)| **rows > 0);
        let of = lines.lang.pick(" of ", " 行，表 ");
        let told: Vec<String> = some.map(|(table, rows)| format!("{rows}{of}{table}")).collect();
        if !told.is_empty() {
            let meant = lines
                .lang
                .pick(": no line leads to them, they count for nothing", "：没有商品行指向它们，不计");
            lines
                .say(label::ROWS_WITHOUT_LINE, &format!("{}{meant}", told.join(lines.lang.pick(", ", "、"))));
        }
    }
}

/// Words that the mapping does not name, with their counts, and what becomes of their orders.
fn states(found: &UnknownStates, lang: Lang) -> String {
    let told = found.words.iter().take(STATES);
    let told: Vec<String> =
        told.map(|state| format!("{} {} ({})", state.word, state.count, state.column)).collect();
    let more = if found.words.len() > STATES { ", ..." } else { "" };
    let meant = match (found.in_question, lang) {
        (true, Lang::En) => "count as open, and may not be: name them in [maps] of the mapping",
        (true, Lang::Zh) => "按未关闭算，未必如此：请在映射的 [maps] 里写明",
        (false, Lang::En) => "count as open, as the mapping's \"*\" says",
        (false, Lang::Zh) => "按映射里的 \"*\"，算未关闭",
    };
    format!("{}{more}{}{meant}", told.join(", "), lang.pick(": ", "："))
}

/// The figure with what was left out beside it: `3 (2 orders left out)`.
pub(crate) fn bad_rows(rows: u64, orders: u64, lang: Lang) -> String {
    lang.pick(format!("{rows} ({orders} orders left out)"), format!("{rows}（未收订单 {orders} 笔）"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_below_each_other_in_both_languages() {
        for (lang, expected) in [
            (Lang::En, "bad rows              1 (2 orders left out)\ncode                  x\n"),
            (Lang::Zh, "坏行                  1（未收订单 2 笔）\ncode                  x\n"),
        ] {
            let mut lines = Lines::new(lang);
            lines.say(label::BAD_ROWS, &bad_rows(1, 2, lang));
            lines.say_of("code", "x");
            assert_eq!(lines.finish(), expected);
        }
    }
}
