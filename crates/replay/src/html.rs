//! The report as one page: Chinese and English side by side, charts with their figures below.
//!
//! What always holds: the page needs nothing but itself, runs no script, and every text that is not
//! ours is escaped.

mod sections;
mod sources;
mod text;

use crate::report::Report;
use text::{both, count, escaped, money, percent};

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
        reading(report),
        sections::funnel(report),
        sections::what_if(report),
        sections::by_hour(report),
        sections::by_category(report),
        sections::reasons(report),
        sections::minutes(report),
        sources::campaign(report),
        sources::files(report),
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
            "由 Promenade 回放生成。未发送任何消息,未联系任何顾客。",
            "Made by promenade replay. No message was sent and no customer was contacted."
        )
    )
}

fn header(report: &Report) -> String {
    let (campaign, currency) = (
        &report.settings.campaign,
        report.settings.shop.currency.as_str(),
    );
    let amount = |minor: i64| money(minor, report.settings.minor_digits, "");
    let (spend, save) = (
        amount(campaign.spend.minor()),
        amount(campaign.save.minor()),
    );
    let minutes = campaign.trigger_after_minutes;
    let day = |at: &Option<String>| at.as_deref().map_or(String::new(), |at| escaped(&at[..10]));
    let period = format!(
        "{} – {}",
        day(&report.inputs.first_placed_at),
        day(&report.inputs.last_placed_at)
    );
    let currency = escaped(currency);
    format!(
        "<header>\n<p class=\"eyebrow\">{}</p>\n<h1>{}</h1>\n<p class=\"period\">{period}</p>\n\
         <p class=\"offer\">{}</p>\n</header>\n",
        both(
            "待支付订单挽回 · 活动回放",
            "Unpaid-order recovery · campaign replay"
        ),
        escaped(&report.inputs.name),
        both(
            &format!("下单 {minutes} 分钟仍未支付时,展示满 {spend} 减 {save} 优惠({currency})"),
            &format!(
                "{save} off from {spend} {currency}, shown when an order is still unpaid after \
                 {minutes} minutes"
            )
        ),
    )
}

fn cards(report: &Report) -> String {
    let totals = &report.totals;
    let amount = |minor: i64| {
        let currency = &report.settings.shop.currency;
        money(minor, report.settings.minor_digits, currency)
    };
    let card = |class: &str, zh: &str, en: &str, figure: String, note: String| {
        format!(
            "<div class=\"card {class}\"><p class=\"label\">{}</p><p class=\"figure\">{figure}</p>\
             <p class=\"note\">{note}</p></div>\n",
            both(zh, en)
        )
    };
    let of = |part: u64, whole: u64, zh: &str, en: &str| {
        let share = percent(part, whole);
        both(&format!("{zh}的 {share}"), &format!("{share} of {en}"))
    };
    let orders_and = |orders: u64| {
        both(
            &format!("{} 笔订单", count(orders)),
            &format!("{} orders", count(orders)),
        )
    };
    let rate = report.settings.claims.rate_percent;
    let (unpaid, shown) = (totals.unpaid_at_trigger, totals.shown);
    let cards = [
        card(
            "",
            "触发时未支付",
            "Unpaid at the trigger",
            count(unpaid),
            of(unpaid, totals.orders, "全部订单", "all orders"),
        ),
        card(
            "lead",
            "展示优惠",
            "Shown a coupon",
            count(shown),
            of(shown, unpaid, "未支付订单", "unpaid orders"),
        ),
        card(
            "",
            "推送",
            "Pushed",
            count(totals.pushed),
            of(totals.pushed, shown, "展示", "shown"),
        ),
        card(
            "",
            "领取",
            "Claimed",
            count(totals.claimed),
            both(
                &format!("按 {rate}% 领取率假设"),
                &format!("at a stated rate of {rate}%"),
            ),
        ),
        card(
            "",
            "优惠成本",
            "Cost",
            amount(totals.cost_minor),
            both(
                &format!("{} 张已使用", count(totals.used)),
                &format!("{} coupons used", count(totals.used)),
            ),
        ),
        card(
            "",
            "提前支付",
            "Brought forward",
            amount(totals.brought_forward_minor),
            orders_and(totals.brought_forward),
        ),
        card(
            "",
            "挽回成交",
            "Recovered",
            amount(totals.recovered_minor),
            orders_and(totals.recovered),
        ),
        late_card(report, &card),
    ];
    format!("<section class=\"cards\">\n{}</section>\n", cards.concat())
}

fn late_card(report: &Report, card: &dyn Fn(&str, &str, &str, String, String) -> String) -> String {
    let totals = &report.totals;
    let before = text::minutes(totals.late_minutes_to_payment.median);
    let after = text::minutes(totals.late_minutes_to_payment_replayed.median);
    let figure = format!("{before} <span class=\"to\">→</span> {after}");
    let note = both(
        "未支付订单的中位数,原始 → 回放",
        "median of unpaid orders, export → replay",
    );
    card("", "支付用时", "Time to payment", figure, note)
}

/// What the figures are and are not.
fn reading(report: &Report) -> String {
    let rate = report.settings.claims.rate_percent;
    let minutes = report.settings.claims.pays_after_minutes;
    format!(
        "<section class=\"reading\">{}</section>\n",
        text::paragraphs(
            &format!(
                "订单与时间来自导出数据;领取行为是假设:看到优惠的顾客中 {rate}% 领取,领取后 {minutes} \
                 分钟支付。“提前支付”的订单在原始数据中最终也已支付;只有“挽回成交”的订单在原始数据中没有支付。"
            ),
            &format!(
                "Orders and times are the export's. What customers do is stated, not measured: {rate}% \
                 of those who see a coupon claim it and pay {minutes} minutes later. Orders brought \
                 forward were paid in the export too, only later; recovered ones were not."
            )
        )
    )
}
