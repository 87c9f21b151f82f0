//! The heart of a report as a few lines for a terminal.

use super::Report;
use crate::read::{Inputs, notes, told_without_line};
use domain::Code;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Rows that are told one by one.
pub(crate) const FIRST_ROWS: usize = 5;

impl Report {
    /// A dozen lines: the funnel, the reasons, the cost, and the rows that were left out.
    pub fn summary(&self) -> String {
        let t = &self.totals;
        let digits = usize::from(self.settings.minor_digits);
        let amount = |minor: i64| {
            let (sign, text) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs().to_string());
            let text = format!("{text:0>width$}", width = digits + 1);
            let (whole, part) = text.split_at(text.len() - digits);
            if digits == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
        };
        let mut out = String::new();
        let mut line = |label: &str, text: String| {
            let _ = writeln!(out, "{label:<22}{text}");
        };
        line("orders", t.orders.to_string());
        line(
            "unpaid at the trigger",
            format!("{} ({} paid later, {} never)", t.unpaid_at_trigger, t.paid_late, t.never_paid),
        );
        line("shown a coupon", t.shown.to_string());
        line("withheld", format!("{} orders{}", t.withheld_orders, reasons(&t.withheld)));
        line("pushed", t.pushed.to_string());
        if !t.suppressed.is_empty() {
            line("push suppressed", reasons(&t.suppressed).trim_start_matches(": ").to_owned());
        }
        for (code, count) in &self.rejected_events {
            let known = Code::ALL.iter().find(|known| known.as_str() == code);
            line("events refused", format!("{count} {code}: {}", known.map_or("", |known| known.en())));
        }
        line("claimed", format!("{} at a claim rate of {} %", t.claimed, self.settings.claims.rate_percent));
        line("coupons", format!("{} used, {} expired, {} void, {} open", t.used, t.expired, t.void, t.open));
        line("cost", format!("{} {}", amount(t.cost_minor), self.settings.shop.currency));
        line(
            "brought forward",
            format!("{} orders, {} paid", t.brought_forward, amount(t.brought_forward_minor)),
        );
        line("recovered", format!("{} orders, {} paid", t.recovered, amount(t.recovered_minor)));
        for note in notes(&self.inputs.files) {
            let _ = writeln!(out, "{:<22}{note}", "file");
        }
        out + &self.inputs.left_out()
    }
}

impl Inputs {
    /// Rows that are neither used nor bad.
    fn counted_elsewhere(&self) -> String {
        let (files, doubled) = (self.repeated_files.join(", "), self.doubled_files.join(", "));
        let without_line = told_without_line(&self.rows_without_line);
        let orders = self.orders_maybe_repeated;
        let (repeated, without_units, discounts) =
            (self.rows.repeated, self.rows.without_units, self.rows.discounts);
        let lines = [
            (repeated > 0, "repeated rows", format!("{repeated}, counted once")),
            (
                !doubled.is_empty(),
                "maybe doubled",
                format!("{doubled}: every row stands there several times"),
            ),
            (without_line.is_some(), "rows without line", without_line.unwrap_or_default()),
            (!files.is_empty(), "repeated files", format!("{files}, counted once")),
            (orders > 0, "maybe repeated", format!("{orders} orders, counted once; they may be more")),
            (without_units > 0, "rows of no units", format!("{without_units}, left out one by one")),
            (discounts > 0, "discount rows", format!("{discounts}, taken off their orders")),
        ];
        let told = lines.into_iter().filter(|(is_there, ..)| *is_there);
        told.fold(String::new(), |out, (_, label, text)| format!("{out}{label:<22}{text}\n"))
    }

    /// The rows that were left out, the first of them one by one; nothing when there are none.
    pub fn left_out(&self) -> String {
        let mut out = self.counted_elsewhere();
        let notes: u64 = self.notes_by_code.values().sum();
        if self.bad_rows + notes == 0 {
            return out;
        }
        let by_code = self.bad_rows_by_code.iter().map(|(code, rows)| (code.to_string(), *rows)).collect();
        let (rows, orders) = (self.bad_rows, self.orders_left_out);
        if rows > 0 {
            let reasons = reasons(&by_code);
            let _ = writeln!(out, "{:<22}{rows}, and {orders} orders with them{reasons}", "rows left out");
        }
        for row in self.bad_row_details.iter().take(FIRST_ROWS) {
            let _ = writeln!(out, "  {row}");
        }
        let more = (rows + notes).saturating_sub(FIRST_ROWS as u64);
        if more > 0 {
            let _ = writeln!(out, "  and {more} more");
        }
        out
    }
}

fn reasons(counts: &BTreeMap<String, u64>) -> String {
    let parts: Vec<String> = counts.iter().map(|(code, count)| format!("{code} {count}")).collect();
    if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) }
}
