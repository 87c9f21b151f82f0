//! The report as one page: Chinese and English side by side, charts with their figures below.
//!
//! What always holds: the page needs nothing but itself, runs no script, and every text that is not
//! ours is escaped.

mod sections;
mod sources;
mod text;

use crate::report::Report;
use text::{Heading, both, count, escaped, money, percent};

/// Nothing may be loaded and nothing may run; the style is in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'";

/// The whole page.
pub(crate) fn page(report: &Report) -> String {
    let name = escaped(&report.inputs.name);
    let style = include_str!("html/style.css");
    let body = [
        header(report),
        cards(report),
        sources::left_out(report),
        reading(report),
        sections::funnel(report),
        sections::what_if(report),
        sections::by_hour(report),
        sections::by_category(report),
        sections::reasons(report),
        sections::minutes(report),
        sources::campaign(report),
        sources::refused(report),
        sources::files(report),
        sources::unknown_states(report),
        sources::bad_rows(report),
    ]
    .concat();
    format!(
        "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>活动回放 Replay: {name}</title>\n<style>\n{style}</style>\n</head>\n<body>\n\
         <main>\n{body}</main>\n<footer>{}</footer>\n</body>\n</html>\n",
        both(
            "由 Promenade 回放生成。未发送任何消息，未联系任何顾客。",
            "Made by promenade replay. No message was sent and no customer was contacted."
        )
    )
}

fn header(report: &Report) -> String {
    let (campaign, currency) = (&report.settings.campaign.terms, report.settings.shop.currency.as_str());
    let amount = |minor: i64| money(minor, report.settings.minor_digits, "");
    let (spend, save) = (amount(campaign.spend.minor()), amount(campaign.save.minor()));
    let minutes = campaign.trigger_after_minutes;
    let day = |at: &Option<String>| at.as_deref().map_or(String::new(), |at| escaped(&at[..10]));
    let period = format!("{} – {}", day(&report.inputs.first_placed_at), day(&report.inputs.last_placed_at));
    let currency = escaped(currency);
    format!(
        "<header>\n<p class=\"eyebrow\">{}</p>\n<h1>{}</h1>\n<p class=\"period\">{period}</p>\n\
         <p class=\"offer\">{}</p>\n</header>\n",
        both("待支付订单挽回 · 活动回放", "Unpaid-order recovery · campaign replay"),
        escaped(&report.inputs.name),
        both(
            &format!("下单 {minutes} 分钟仍未支付时，展示满 {spend} 减 {save} 优惠（{currency}）"),
            &format!(
                "{save} off from {spend} {currency}, shown when an order is still unpaid after \
                 {minutes} minutes"
            )
        ),
    )
}

/// A figure with its name and what it is a part of.
fn card(class: &str, label: Heading, figure: String, note: String) -> String {
    let Heading(zh, en) = label;
    format!(
        "<div class=\"card{class}\"><p class=\"label\">{}</p><p class=\"figure\">{figure}</p>\
         <p class=\"note\">{note}</p></div>\n",
        both(zh, en)
    )
}

fn cards(report: &Report) -> String {
    let cards = [reached(report), brought(report)].concat();
    format!("<section class=\"cards\">\n{cards}</section>\n")
}

/// How far the campaign reaches.
fn reached(report: &Report) -> String {
    let totals = &report.totals;
    let of = |part: u64, whole: u64, zh: &str, en: &str| {
        let share = percent(part, whole);
        both(&format!("{zh}的 {share}"), &format!("{share} of {en}"))
    };
    let (unpaid, shown, pushed) = (totals.unpaid_at_trigger, totals.shown, totals.pushed);
    let rate = report.settings.claims.rate_percent;
    let stated = both(&format!("按 {rate}% 领取率假设"), &format!("at a stated rate of {rate}%"));
    let of_orders = of(unpaid, totals.orders, "全部订单", "all orders");
    let of_unpaid = of(shown, unpaid, "未支付订单", "unpaid orders");
    let of_shown = of(pushed, shown, "展示", "shown");
    let unpaid_label = Heading("触发时未支付", "Unpaid at the trigger");
    [
        card("", unpaid_label, count(unpaid), of_orders),
        card(" lead", Heading("展示优惠", "Shown a coupon"), count(shown), of_unpaid),
        card("", Heading("推送", "Pushed"), count(pushed), of_shown),
        card("", Heading("领取", "Claimed"), count(totals.claimed), stated),
    ]
    .concat()
}

/// What it costs and what it brings.
fn brought(report: &Report) -> String {
    let totals = &report.totals;
    let currency = &report.settings.shop.currency;
    let amount = |minor: i64| money(minor, report.settings.minor_digits, currency);
    let number = |of: u64, zh: &str, en: &str| {
        let of = count(of);
        both(&format!("{of} {zh}"), &format!("{of} {en}"))
    };
    let orders = |of: u64| number(of, "笔订单", "orders");
    let coupons = number(totals.used, "张已使用", "coupons used");
    let before = text::short_minutes(totals.late_minutes_to_payment.median);
    let after = text::short_minutes(totals.late_minutes_to_payment_replayed.median);
    let time = format!("{before} <span class=\"to\">→</span> {after}");
    let median = both("未支付订单的中位数，原始 → 回放", "median of unpaid orders, export → replay");
    let (forward, recovered) = (totals.brought_forward, totals.recovered);
    let forward_label = Heading("提前支付", "Brought forward");
    let recovered_label = Heading("挽回成交", "Recovered");
    [
        card("", Heading("优惠成本", "Cost"), amount(totals.cost_minor), coupons),
        card("", forward_label, amount(totals.brought_forward_minor), orders(forward)),
        card("", recovered_label, amount(totals.recovered_minor), orders(recovered)),
        card("", Heading("支付用时", "Time to payment"), time, median),
    ]
    .concat()
}

/// What the figures are and are not.
fn reading(report: &Report) -> String {
    let rate = report.settings.claims.rate_percent;
    let minutes = report.settings.claims.pays_after_minutes;
    format!(
        "<section class=\"reading\">{}</section>\n",
        text::paragraphs(
            &format!(
                "订单与时间来自导出数据；领取行为是假设：看到优惠的顾客中 {rate}% 领取，领取后 {minutes} \
                 分钟支付。“提前支付”的订单在原始数据中最终也已支付；只有“挽回成交”的订单在原始数据中没有支付。"
            ),
            &format!(
                "Orders and times are the export's. What customers do is stated, not measured: {rate}% \
                 of those who see a coupon claim it and pay {minutes} minutes later. Orders brought \
                 forward were paid in the export too, only later; recovered ones were not."
            )
        )
    )
}
