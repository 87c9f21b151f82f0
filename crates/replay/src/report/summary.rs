//! The heart of a report as a few lines for a terminal.

use super::Report;
use crate::read::{Inputs, notes};
use crate::terminal::{Elsewhere, Lines, label};
use domain::{Code, Lang, campaign::field::Words};
use std::collections::BTreeMap;

/// Rows that are told one by one.
pub(crate) const FIRST_ROWS: usize = 5;

impl Report {
    /// A dozen lines in English: the funnel, the reasons, the cost, and the rows that were left out.
    pub fn summary(&self) -> String {
        self.summary_in(Lang::En)
    }

    /// The same in that language.
    pub fn summary_in(&self, lang: Lang) -> String {
        let mut lines = Lines::new(lang);
        self.funnel(&mut lines);
        self.coupons(&mut lines);
        for note in notes(&self.inputs.files, lang) {
            lines.say(label::FILE, &note);
        }
        lines.finish() + &self.inputs.left_out_in(lang)
    }

    /// From the orders to the pushes.
    fn funnel(&self, lines: &mut Lines) {
        let (t, lang) = (&self.totals, lines.lang);
        lines.say(label::ORDERS, &t.orders.to_string());
        let (unpaid, late, never) = (t.unpaid_at_trigger, t.paid_late, t.never_paid);
        let unpaid = lang.pick(
            format!("{unpaid} ({late} paid later, {never} never)"),
            format!("{unpaid}（{late} 笔后来付了，{never} 笔始终未付）"),
        );
        lines.say(label::UNPAID_AT_THE_TRIGGER, &unpaid);
        lines.say(label::SHOWN, &t.shown.to_string());
        let (withheld, why) = (t.withheld_orders, reasons(&t.withheld));
        lines.say(
            label::WITHHELD,
            &lang.pick(format!("{withheld} orders{why}"), format!("{withheld} 笔{why}")),
        );
        lines.say(label::PUSHED, &t.pushed.to_string());
        if !t.suppressed.is_empty() {
            lines.say(label::PUSH_SUPPRESSED, reasons(&t.suppressed).trim_start_matches(": "));
        }
        for (code, count) in &self.rejected_events {
            let known = Code::ALL.iter().find(|known| known.as_str() == code);
            let meant = known.map_or("", |known| lang.pick(known.en(), known.zh()));
            lines.say(label::EVENTS_REFUSED, &format!("{count} {code}: {meant}"));
        }
    }

    /// What became of coupons, and what came of them.
    fn coupons(&self, lines: &mut Lines) {
        let (t, lang) = (&self.totals, lines.lang);
        let (claimed, rate) = (t.claimed, self.settings.claims.rate_percent);
        let claimed = lang
            .pick(format!("{claimed} at a claim rate of {rate} %"), format!("{claimed}，按领取率 {rate} %"));
        lines.say(label::CLAIMED, &claimed);
        let (used, expired, void, open) = (t.used, t.expired, t.void, t.open);
        let coupons = lang.pick(
            format!("{used} used, {expired} expired, {void} void, {open} open"),
            format!("已用 {used}，过期 {expired}，作废 {void}，未用 {open}"),
        );
        lines.say(label::COUPONS, &coupons);
        lines.say(label::COST, &format!("{} {}", self.amount(t.cost_minor), self.settings.shop.currency));
        let paid = |orders: u64, minor: i64| {
            let paid = self.amount(minor);
            lang.pick(format!("{orders} orders, {paid} paid"), format!("{orders} 笔，付款 {paid}"))
        };
        lines.say(label::BROUGHT_FORWARD, &paid(t.brought_forward, t.brought_forward_minor));
        lines.say(label::RECOVERED, &paid(t.recovered, t.recovered_minor));
    }

    fn amount(&self, minor: i64) -> String {
        let digits = usize::from(self.settings.minor_digits);
        let (sign, text) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs().to_string());
        let text = format!("{text:0>width$}", width = digits + 1);
        let (whole, part) = text.split_at(text.len() - digits);
        if digits == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
    }
}

impl Inputs {
    /// Rows that are neither used nor bad.
    fn counted_elsewhere(&self, lines: &mut Lines) {
        let elsewhere = Elsewhere {
            rows: &self.rows,
            files: &self.repeated_files,
            without_line: &self.rows_without_line,
            doubled: &self.doubled_files,
            maybe_repeated: self.orders_maybe_repeated,
            states: &self.unknown_states,
            notes: &self.notes_by_code,
            doubt: Words::new("; they may be more", "，可能不止"),
            discounts: Words::new(", taken off their orders", "，已从订单扣减"),
        };
        elsewhere.tell(lines);
    }

    /// The rows that were left out, the first of them one by one, in English; nothing when there are none.
    pub fn left_out(&self) -> String {
        self.left_out_in(Lang::En)
    }

    /// The same in that language.
    pub fn left_out_in(&self, lang: Lang) -> String {
        let mut lines = Lines::new(lang);
        self.counted_elsewhere(&mut lines);
        let notes: u64 = self.notes_by_code.values().sum();
        let (rows, orders) = (self.bad_rows, self.orders_left_out);
        if rows > 0 {
            let by_code = self.bad_rows_by_code.iter().map(|(code, rows)| (code.to_string(), *rows));
            let why = reasons(&by_code.collect());
            let told = lang.pick(
                format!("{rows}, and {orders} orders with them{why}"),
                format!("{rows}，连带订单 {orders} 笔{why}"),
            );
            lines.say(label::ROWS_LEFT_OUT, &told);
        }
        let mut out = lines.finish();
        if rows + notes == 0 {
            return out;
        }
        for row in self.bad_row_details.iter().take(FIRST_ROWS) {
            out = out + "  " + &row.told(lang) + "\n";
        }
        let more = (rows + notes).saturating_sub(FIRST_ROWS as u64);
        if more > 0 {
            out += &lang.pick(format!("  and {more} more\n"), format!("  另有 {more} 行\n"));
        }
        out
    }
}

fn reasons(counts: &BTreeMap<String, u64>) -> String {
    let parts: Vec<String> = counts.iter().map(|(code, count)| format!("{code} {count}")).collect();
    if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) }
}
