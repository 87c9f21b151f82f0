//! The heart of a report as a few lines for a terminal.

use super::Report;
use crate::read::{Inputs, notes};
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
        for (label, counts) in [("push suppressed", &t.suppressed), ("events refused", &self.rejected_events)]
        {
            if !counts.is_empty() {
                line(label, reasons(counts).trim_start_matches(": ").to_owned());
            }
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
    /// The rows that were left out, the first of them one by one; nothing when there are none.
    pub fn left_out(&self) -> String {
        if self.bad_rows == 0 {
            return String::new();
        }
        let by_code = self.bad_rows_by_code.iter().map(|(code, rows)| (code.to_string(), *rows)).collect();
        let (rows, orders) = (self.bad_rows, self.orders_left_out);
        let mut out =
            format!("{:<22}{rows}, and {orders} orders with them{}\n", "rows left out", reasons(&by_code));
        for row in self.bad_row_details.iter().take(FIRST_ROWS) {
            let _ = writeln!(out, "  {row}");
        }
        let more = rows.saturating_sub(FIRST_ROWS as u64);
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
