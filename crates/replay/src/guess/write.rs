//! Writes a mapping to begin with from what was seen.
//!
//! What always holds: a guess that is not sure has `# ?` at its end. A role that is required and was not found is missing: it is
//! named where it belongs, and the draft is read by nobody before it is filled in.

use super::{
    look::Look,
    words::{Needs, Role},
};
use crate::mapping::Empty;
use std::fmt::Write;

/// What a mapping is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `promenade pool` and `promenade intake`.
    Pool,
    /// `promenade replay`.
    Replay,
}

/// A mapping to begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its text.
    pub text: String,
    /// Roles that are required and were not found.
    pub missing: Vec<Role>,
    /// Roles that were guessed and are not sure.
    pub unsure: Vec<Role>,
}

/// Words of a state in which the order is closed, whole or as a part.
const CLOSED: &[&str] = &[
    "关闭",
    "取消",
    "退款成功",
    "已退款",
    "删除",
    "作废",
    "cancel",
    "refunded",
    "void",
    "closed",
    "failed",
    "expired",
    "unavailable",
];
/// Parts that take it back: a part of the money went back, or nothing did yet.
const NOT_CLOSED: &[&str] = &["未关闭", "部分退款", "未取消", "partially", "partial"];

/// What stands beside what is found anew in each file.
const FOUND: &str = " # 自动判断，判断错了再写 · found anew in each file; write it where that goes wrong";

/// The draft of a mapping of that kind.
pub fn draft(look: &Look, kind: Kind) -> Draft {
    let mut writer = Writer { look, kind, out: String::new(), missing: Vec::new(), unsure: Vec::new() };
    writer.tables();
    writer.values();
    writer.order();
    writer.line();
    match kind {
        Kind::Pool => writer.strategies(),
        Kind::Replay => writer.campaign(),
    }
    let Writer { out, missing, unsure, .. } = writer;
    Draft { text: out, missing, unsure }
}

struct Writer<'l> {
    look: &'l Look,
    kind: Kind,
    out: String,
    missing: Vec<Role>,
    unsure: Vec<Role>,
}

impl Writer<'_> {
    fn say(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn tables(&mut self) {
        let look = self.look;
        let command = match self.kind {
            Kind::Pool => "promenade pool",
            Kind::Replay => "promenade replay",
        };
        self.say("# 由 promenade map 按表头与取值猜出。标有 # ? 的地方请核对；其余也请看一遍。各项说明见 docs/pool-files.md。");
        self.say("# Guessed by promenade map. Check what is marked # ?, and look over the rest; docs/pool-files.md has every key.");
        self.say(&format!("#   {command} --mapping THIS-FILE --out out FILE"));
        self.say("");
        self.say(&format!("name = {}", quoted(&look.file)));
        self.say("");
        self.say("[tables.orders]");
        let ending = look.file.rsplit_once('.').map_or("", |(_, ending)| ending);
        self.say(&format!(
            "file = {} # 文件名，* 代表任意字符 · the files' names",
            quoted(&format!("*.{ending}"))
        ));
        let glance = &look.glance;
        match &glance.sheet {
            Some(sheet) if glance.sheets.len() > 1 => self.say(&format!("sheet = {}", quoted(sheet))),
            Some(_) => {}
            None if glance.is_guess => self.say(&format!(
                "encoding = {} # ? 拿不准，请核对 · not sure: check that names and headings read well",
                quoted(&glance.encoding)
            )),
            None => self.say(&format!("# encoding = {}{FOUND}", quoted(&glance.encoding))),
        }
        if let Some(delimiter) = glance.delimiter.filter(|sign| *sign != ',') {
            self.say(&format!("# delimiter = {}{FOUND}", quoted(&delimiter.to_string())));
        }
        if let Some(row) = look.heading_row.filter(|row| *row != 1) {
            self.say(&format!("# header_row = {row}{FOUND}"));
        }
    }

    fn values(&mut self) {
        let look = self.look;
        // The usual words are nothing without being named; a list of one's own stands in their place.
        let is_usual = |word: &String| Empty::default().as_value(word);
        if !look.empty_words.iter().all(is_usual) {
            let words: Vec<String> = look.empty_words.iter().map(|word| quoted(word)).collect();
            self.say(&format!(
                "\n[cells]\nempty = [{}] # 表示没有 · these stand for nothing",
                words.join(", ")
            ));
        }
        let times = &look.times;
        self.say("\n[times]");
        if !times.has_offset {
            self.say("zone = \"Asia/Shanghai\" # ? 店铺的时区 · the shop's zone");
        }
        let mut formats: Vec<String> = times.formats.iter().map(|format| quoted(format)).collect();
        if formats.is_empty() {
            formats.push(quoted("%Y-%m-%d %H:%M:%S"));
        }
        let doubt = match (times.is_ambiguous, times.has_no_seconds) {
            (true, _) => " # ? 日与月可能颠倒 · day and month may be the other way round",
            (false, true) => " # ? 没有秒，排名只到分钟 · no seconds: ranks are by the minute",
            (false, false) if times.formats.is_empty() => " # ? 没有看到时间 · no moment was seen",
            (false, false) => "",
        };
        self.say(&format!("formats = [{}]{doubt}", formats.join(", ")));
        self.seconds();
        let of_amount = |role: &Role| role.needs() == Needs::Amount;
        let amounts: Vec<_> = look.roles.iter().filter(|(role, _)| of_amount(role)).collect();
        let any = |count: fn(&super::shape::Shape) -> usize| {
            amounts.iter().any(|(_, guess)| count(&look.columns[guess.column].shape) > 0)
        };
        match (any(|shape| shape.decimal_comma), any(|shape| shape.grouped)) {
            (true, true) => self.say("\n[amounts]\ndecimal_point = \",\"\ngrouping = \".\""),
            (true, false) => self.say("\n[amounts]\ndecimal_point = \",\""),
            (false, true) => self.say("\n[amounts]\ngrouping = \",\""),
            (false, false) => {}
        }
        self.states();
    }

    /// A pool ranks by the second. Where the file has times without seconds the merchant says what they are worth.
    fn seconds(&mut self) {
        let required = "seconds = \"required\"";
        match (self.kind, self.look.times.has_no_seconds) {
            (Kind::Pool, false) => self.say(&format!(
                "{required} # 没有秒的时间排不出名次，不收 · times without seconds rank nobody and are not read"
            )),
            (Kind::Pool, true) => self.say(&format!(
                "# {required} # ? 这份文件有没有秒的时间；加上这一行就不收 · this file has times without seconds: with this line they are not read"
            )),
            (Kind::Replay, _) => {}
        }
    }

    /// The states that close an order, and what else was seen.
    fn states(&mut self) {
        if self.look.states.is_empty() {
            return;
        }
        let word = match self.kind {
            Kind::Pool => "closed",
            Kind::Replay => "cancelled",
        };
        let (closed, open): (Vec<_>, Vec<_>) =
            self.look.states.iter().partition(|(state, _)| is_closed(state));
        self.say("\n# ? 哪些状态算已关闭 · which states close an order");
        self.say("[maps.status]");
        for (state, count) in closed {
            self.say(&format!("{} = \"{word}\" # {count}", quoted(state)));
        }
        for (state, count) in open {
            self.say(&format!("{} = \"\" # {count}", quoted(state)));
        }
        self.say("\"*\" = \"unknown\" # 没见过的状态按未关闭算，并报出来 · states that were not seen count as open, and are told");
    }

    fn order(&mut self) {
        let keys = match self.kind {
            Kind::Pool => ["order_id", "customer_id", "ordered_at"],
            Kind::Replay => ["id", "customer", "placed_at"],
        };
        self.say("\n[order]");
        match self.look.column(Role::OrderId) {
            Some(column) => self.say(&format!("group = {}", quoted(&format!("orders.{}", column.heading)))),
            None => self
                .say("group = \"orders.?\" # 缺少：订单号的列 · missing: the column of the order's number"),
        }
        if self.look.grouping.blank_below {
            self.say("blank = \"above\" # 后面的行沿用上一行 · rows of an order take what is blank from the row above");
        }
        self.required(keys[0], Role::OrderId);
        self.say(
            "shop = \"my-shop\" # 店铺编号，自己起；或用 --shop · your own name for the shop, or --shop",
        );
        self.customer(keys[1]);
        self.required(keys[2], Role::OrderedAt);
        match self.kind {
            Kind::Pool => self.pool_order(),
            Kind::Replay => self.replay_order(),
        }
    }

    fn customer(&mut self, key: &str) {
        if self.look.roles.contains_key(&Role::CustomerId) || !self.look.roles.contains_key(&Role::OrderId) {
            return self.required(key, Role::CustomerId);
        }
        self.missing.push(Role::CustomerId);
        let number = self.template(Role::OrderId);
        let why = "没有买家的列，每个订单算一个买家 · no column names the buyer: every order counts as another buyer";
        self.say(&format!("{key} = {number} # ? {why}"));
    }

    fn pool_order(&mut self) {
        self.optional("first_paid_at", Role::FirstPaidAt);
        for (key, role) in [
            ("balance_paid_at", Role::BalancePaidAt),
            ("balance_opens_at", Role::BalanceOpensAt),
            ("balance_closes_at", Role::BalanceClosesAt),
            ("parent_id", Role::ParentId),
        ] {
            if self.look.roles.contains_key(&role) {
                self.optional(key, role);
            }
        }
        // With the amounts of the lines their sum is what was paid.
        if self.look.roles.contains_key(&Role::GoodsPaid) && !self.look.roles.contains_key(&Role::LineAmount)
        {
            self.optional("goods_paid", Role::GoodsPaid);
        }
        self.closed("[order.closed]");
    }

    fn replay_order(&mut self) {
        self.say("source = \"app\"");
        if self.look.roles.contains_key(&Role::Freight) {
            self.optional("freight", Role::Freight);
        }
        if self.look.roles.contains_key(&Role::FirstPaidAt) {
            self.say("\n[order.paid]");
            self.optional("at", Role::FirstPaidAt);
            self.say("method = \"alipay\" # ? jd_pay、baitiao、wechat、alipay、card");
        }
        self.closed("[order.cancelled]");
        if self.look.roles.contains_key(&Role::Status) && !self.look.roles.contains_key(&Role::ClosedAt) {
            self.say("after_minutes = 1440 # ? 没有关闭时间，按下单后多久算 · there is no time of closing");
        }
    }

    /// Whether each line has a state of its own.
    fn lines_have_states(&self) -> bool {
        let varies = |guess: &super::roles::Guess| self.look.grouping.varies[guess.column];
        self.kind == Kind::Pool && self.look.roles.get(&Role::Status).is_some_and(varies)
    }

    fn closed(&mut self, section: &str) {
        let status = self.look.roles.contains_key(&Role::Status) && !self.lines_have_states();
        let at = self.look.roles.contains_key(&Role::ClosedAt);
        if status || at {
            self.say(&format!("\n{section}"));
        }
        if !self.look.roles.contains_key(&Role::Status) && !at {
            self.no_states(section);
        }
        if let Some(column) = self.look.column(Role::Status).filter(|_| status) {
            let template = quoted(&format!("{{orders.{}|map:status}}", column.heading));
            self.guessed("status", &template, Role::Status);
        }
        if at {
            self.optional("at", Role::ClosedAt);
        }
    }

    /// Without a state or a time of closing nobody would notice that closed orders keep their ranks.
    fn no_states(&mut self, section: &str) {
        self.unsure.push(Role::Status);
        self.say("\n# ? 没有找到订单状态或关闭时间的列：已取消、已退款的订单会照样算数。有这样的列就写上，没有就先从文件里去掉它们。");
        self.say("# No column tells the state or the time of closing: cancelled and refunded orders would count as any other.");
        self.say(&format!("# {section}"));
        self.say("# at = \"{orders.?}\"");
    }

    fn line(&mut self) {
        let has = |role| self.look.roles.contains_key(&role);
        let (has_id, has_sku, has_amount) = (has(Role::LineId), has(Role::Sku), has(Role::LineAmount));
        let has_quantity = has(Role::Quantity);
        self.say("\n[line]\ntable = \"orders\"");
        match (self.kind, has_id) {
            (_, true) => self.optional("id", Role::LineId),
            (Kind::Replay, false) if has_sku => {
                let sku = self.template(Role::Sku);
                self.say(&format!("id = {sku} # ? 没有子订单号的列 · no column numbers the lines"));
                self.say("repeated = \"add\"");
            }
            (Kind::Replay | Kind::Pool, false) => {}
        }
        self.required("sku", Role::Sku);
        if has_quantity {
            self.optional("quantity", Role::Quantity);
        } else {
            self.say("quantity = \"1\" # ? 没有数量的列 · no column of quantities");
        }
        match (self.kind, has_amount) {
            (Kind::Pool, true) => self.optional("amount", Role::LineAmount),
            (Kind::Pool, false) | (Kind::Replay, _) => self.required("unit_price", Role::UnitPrice),
        }
        self.line_states();
        if let (Kind::Pool, Some(currency)) = (self.kind, self.look.currency()) {
            self.say(&format!("\n[shop]\ncurrency = {}", quoted(&currency)));
        }
    }

    /// Lines that are closed one by one.
    fn line_states(&mut self) {
        if let Some(column) = self.look.column(Role::Status).filter(|_| self.lines_have_states()) {
            let template = quoted(&format!("{{orders.{}|map:status}}", column.heading));
            self.say("# 关闭的行不算；全部关闭，订单就关闭。 · A closed line is left off; when all are, the order is closed.");
            self.guessed("closed", &template, Role::Status);
        }
    }

    /// An example that runs over the orders that were seen.
    fn strategies(&mut self) {
        let zone = "+08:00";
        let Some((first, last)) = self.look.times.days else { return };
        let day = |from: jiff::civil::Date, days: i64| {
            let moved = from.checked_add(jiff::Span::new().days(days)).unwrap_or(from);
            format!("\"{moved}T00:00:00{zone}\"")
        };
        let (begin, end) = (day(first, -1), day(last, 60));
        self.say("\n# 示例策略，请换成自己的，见 docs/pool.md；intake 不看它。 · An example: put your own strategies in its place.");
        self.say("[presale_strategy]\nstrategy_id = \"presale\"\nname = \"presale\"");
        self.say(&format!("validity = {{ starts_at = {begin}, ends_at = {end} }} # ?"));
        self.say(&format!("activation_at = {} # ?\ntiming = \"activation\"", day(last, 1)));
        self.say("\n[[gift_strategy]]\nstrategy_id = \"first\"\nname = \"first\"");
        self.say(&format!("activity = {{ starts_at = {begin}, ends_at = {} }} # ?", day(last, 1)));
        let basis = if self.look.roles.contains_key(&Role::FirstPaidAt) { "first_payment" } else { "order" };
        self.say(&format!("basis = \"{basis}\"\nfirst_n = 100 # ?"));
        self.say("gifts = [{ sku = \"GIFT\", quantity = 1 }] # ?");
    }

    fn campaign(&mut self) {
        self.say("\n# 示例，请换成自己的，见 docs/replay.md。 · An example: put your own in its place.");
        self.say("[shop]\nkind = \"sop\"\ntime_zone = \"Asia/Shanghai\" # ?\ncurrency = \"CNY\" # ?");
        self.say(
            "payment_timeout_minutes = 1440 # ? 平台的付款时限 · how long an order waits for its payment",
        );
        self.say(
            "\n[campaign]\nname = \"5 off from 100\"\ntrigger_after_minutes = 15\nspend = 10000\nsave = 500",
        );
        self.say("quantity = 1000\n\n[claims]\nrate_percent = 50\npays_after_minutes = 10\nseed = 1");
    }

    fn template(&self, role: Role) -> String {
        let heading = self.look.column(role).map(|column| column.heading.as_str()).unwrap_or_default();
        quoted(&format!("{{orders.{heading}}}"))
    }

    fn required(&mut self, key: &str, role: Role) {
        if self.look.roles.contains_key(&role) {
            return self.optional(key, role);
        }
        self.missing.push(role);
        let (_, name) = role.words();
        self.say(&format!("# {key} = \"{{orders.?}}\" # 缺少：{name} · missing"));
    }

    fn optional(&mut self, key: &str, role: Role) {
        if self.look.roles.contains_key(&role) {
            let template = self.template(role);
            self.guessed(key, &template, role);
        } else {
            let (_, name) = role.words();
            self.say(&format!("# {key} = \"{{orders.?}}\" # ? 没有找到：{name} · not found"));
        }
    }

    fn guessed(&mut self, key: &str, template: &str, role: Role) {
        let is_sure = self.look.roles.get(&role).is_some_and(|guess| guess.is_sure);
        if !is_sure && !self.unsure.contains(&role) {
            self.unsure.push(role);
        }
        let mark = if is_sure { "" } else { " # ?" };
        // Writing to a text cannot fail.
        let _ = writeln!(self.out, "{key} = {template}{mark}");
    }
}

/// Whether an order in that state is closed.
fn is_closed(state: &str) -> bool {
    let state = state.to_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| state.contains(part));
    has(CLOSED) && !has(NOT_CLOSED)
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\t' => quoted.push_str("\\t"),
            letter if letter.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(letter));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_that_close_an_order() {
        for (state, closed) in [
            ("交易关闭", true),
            ("已取消", true),
            ("未发货，退款成功", true),
            ("(删除)等待付款", true),
            ("Cancelled", true),
            ("refunded", true),
            ("voided", true),
            ("买家已付款，等待卖家发货", false),
            ("partially_refunded", false),
            ("部分退款", false),
            ("交易成功", false),
        ] {
            assert_eq!(is_closed(state), closed, "{state}");
        }
    }

    #[test]
    fn a_text_is_written_as_toml_reads_it() {
        for text in ["订单号", "a\"b\\c", "tab\there", "line\nbreak"] {
            let read: toml::Table = format!("key = {}", quoted(text)).parse().expect("it is TOML");
            assert_eq!(read["key"].as_str(), Some(text));
        }
    }
}
