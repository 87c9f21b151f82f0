//! The heart of a report as a few lines for a terminal.

use super::Report;
use std::collections::BTreeMap;
use std::fmt::Write;

impl Report {
    /// A dozen lines: the funnel, the reasons, the cost.
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
        line("push suppressed", reasons(&t.suppressed).trim_start_matches(": ").to_owned());
        line("events refused", reasons(&self.rejected_events).trim_start_matches(": ").to_owned());
        line("claimed", format!("{} at a claim rate of {} %", t.claimed, self.settings.claims.rate_percent));
        line("coupons", format!("{} used, {} expired, {} void, {} open", t.used, t.expired, t.void, t.open));
        line("cost", format!("{} {}", amount(t.cost_minor), self.settings.shop.currency));
        line(
            "brought forward",
            format!("{} orders, {} paid", t.brought_forward, amount(t.brought_forward_minor)),
        );
        line("recovered", format!("{} orders, {} paid", t.recovered, amount(t.recovered_minor)));
        out
    }
}

fn reasons(counts: &BTreeMap<String, u64>) -> String {
    let parts: Vec<String> = counts.iter().map(|(code, count)| format!("{code} {count}")).collect();
    if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) }
}
