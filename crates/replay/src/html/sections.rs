//! The charts, each with the same figures in a table below it.

use super::text::{
    Heading, bar_row, both, count, escaped, folded, legend, minutes as spoken, money, paragraphs, percent,
    reason, section, table,
};
use crate::{
    chart::{Part, standing, top},
    report::{CategorySlice, Quartiles, Report, Slice},
};
use std::collections::BTreeMap;

const PLACED: Heading = Heading("下单", "Placed");
const UNPAID: Heading = Heading("触发时未支付", "Unpaid at the trigger");
const SHOWN: Heading = Heading("展示", "Shown");
const PUSHED: Heading = Heading("推送", "Pushed");
const CLAIMED: Heading = Heading("领取", "Claimed");
const USED: Heading = Heading("使用", "Used");
const COST: Heading = Heading("优惠成本", "Cost");
const ORDERS: Heading = Heading("订单", "Orders");
const REASON: Heading = Heading("原因", "Reason");

pub(super) fn funnel(report: &Report) -> String {
    let totals = &report.totals;
    let mut bars = String::new();
    let mut rows = Vec::new();
    for (Heading(zh, en), value, class) in [
        (PLACED, totals.orders, "placed"),
        (UNPAID, totals.unpaid_at_trigger, "unpaid"),
        (SHOWN, totals.shown, "shown"),
        (PUSHED, totals.pushed, "pushed"),
        (CLAIMED, totals.claimed, "claimed"),
        (USED, totals.used, "used"),
    ] {
        let (name, share) = (both(zh, en), percent(value, totals.orders));
        let figure = format!("<b>{}</b> <i>{share}</i>", count(value));
        let parts = [Part { class, value }];
        let title = format!("{zh} {en}: {}", count(value));
        bars.push_str(&bar_row(&name, &figure, &parts, totals.orders, &title));
        let of_unpaid = percent(value, totals.unpaid_at_trigger);
        rows.push(vec![name, count(value), share, of_unpaid]);
    }
    // More orders than were unpaid have no share of them.
    rows[0][3] = "–".into();
    let headings =
        [Heading("步骤", "Step"), ORDERS, Heading("占全部", "Of all"), Heading("占未支付", "Of unpaid")];
    let body = format!("<ul class=\"bars tall\">\n{bars}</ul>\n{}", table(&headings, &rows));
    section(Heading("从下单到使用", "From placed to used"), &body)
}

pub(super) fn what_if(report: &Report) -> String {
    if report.what_if.is_empty() {
        return String::new();
    }
    let rows = report.what_if.iter().map(|line| {
        let mut rate = format!("{}%", line.rate_percent);
        if line.replayed {
            rate = format!("<b>{rate}</b> {}", both("本次回放", "this run"));
        }
        let cost = amount(report, line.cost_minor);
        vec![rate, count(line.claimed), count(line.used), cost]
    });
    let note = paragraphs(
        "其他领取率按本次回放的比例线性推算，未逐笔回放；未考虑券数量与每人限领次数，领取率越高越可能高估。",
        "Other rates are a linear estimate from this run, not replays of their own: stock and limits a customer are \
         left out, so high rates tend to be overstated.",
    );
    let headings = [Heading("领取率", "Claim rate"), CLAIMED, USED, COST];
    let rows: Vec<_> = rows.collect();
    let body = format!("{}<div class=\"hint after\">{note}</div>\n", table(&headings, &rows));
    section(Heading("如果领取率不同", "At other claim rates"), &body)
}

fn amount(report: &Report, minor: i64) -> String {
    let settings = &report.settings;
    money(minor, settings.minor_digits, &settings.shop.currency)
}

/// The parts that lie over each other in a bar of a slice.
fn parts(slice: &Slice) -> Vec<Part> {
    let part = |class, value| Part { class, value };
    vec![
        part("placed", slice.placed),
        part("unpaid", slice.unpaid_at_trigger),
        part("shown", slice.shown),
        part("claimed", slice.claimed),
    ]
}

fn slice_legend() -> String {
    legend(&[("placed", PLACED), ("unpaid", UNPAID), ("shown", SHOWN), ("claimed", CLAIMED)])
}

fn slice_title(slice: &Slice) -> String {
    format!(
        "下单 Placed {}, 未支付 Unpaid {}, 展示 Shown {}, 领取 Claimed {}",
        count(slice.placed),
        count(slice.unpaid_at_trigger),
        count(slice.shown),
        count(slice.claimed)
    )
}

fn slice_table(report: &Report, first: Heading, rows: Vec<(String, &Slice)>) -> String {
    let row = |(name, slice): (String, &Slice)| {
        let cost = amount(report, slice.cost_minor);
        vec![
            name,
            count(slice.placed),
            count(slice.unpaid_at_trigger),
            percent(slice.unpaid_at_trigger, slice.placed),
            count(slice.shown),
            count(slice.pushed),
            count(slice.claimed),
            cost,
        ]
    };
    let headings = [first, PLACED, UNPAID, Heading("未支付率", "Unpaid share"), SHOWN, PUSHED, CLAIMED, COST];
    let rows: Vec<_> = rows.into_iter().map(row).collect();
    folded(&table(&headings, &rows))
}

pub(super) fn by_hour(report: &Report) -> String {
    let hours = &report.by_hour;
    let full = top(hours.iter().map(|slice| slice.placed).max().unwrap_or(0));
    let bar = |(hour, slice): (usize, &Slice)| {
        let title = format!("{hour:02}:00 {}", slice_title(slice));
        (parts(slice), title)
    };
    let bars: Vec<_> = hours.iter().enumerate().map(bar).collect();
    let labels = [0, 6, 12, 18].map(|hour| format!("<span>{hour:02}:00</span>"));
    let zone = escaped(report.settings.shop.time_zone.name());
    let rows = hours.iter().enumerate();
    let rows = rows.map(|(hour, slice)| (format!("{hour:02}:00"), slice));
    let body = format!(
        "<p class=\"hint\">{}</p>\n{}<div class=\"plot\"><div class=\"scale\"><span>{}</span>\
         <span>{}</span><span>0</span></div>{}</div>\n<div class=\"hours\">{}</div>\n{}",
        both(&format!("按店铺时区 {zone}"), &format!("in the shop's zone {zone}")),
        slice_legend(),
        count(full),
        count(full / 2),
        standing(&bars, full),
        labels.concat(),
        slice_table(report, Heading("下单时间", "Hour placed"), rows.collect()),
    );
    section(Heading("按下单时段", "By hour"), &body)
}

pub(super) fn by_category(report: &Report) -> String {
    let others = report.other_categories.iter();
    let all: Vec<_> = report.by_category.iter().chain(others).collect();
    let largest = all.iter().map(|category| category.slice.placed).max();
    let mut bars = String::new();
    let mut rows = Vec::new();
    for category in all {
        let (name, slice) = (category_name(category), &category.slice);
        let share = percent(slice.unpaid_at_trigger, slice.placed);
        let figure =
            format!("<b>{}</b> / {} <i>{share}</i>", count(slice.unpaid_at_trigger), count(slice.placed));
        let full = largest.unwrap_or(0);
        bars.push_str(&bar_row(&name, &figure, &parts(slice), full, &slice_title(slice)));
        rows.push((name, slice));
    }
    let hint = both(
        "数字为 未支付 / 下单；一笔订单计入金额最大的商品的品类",
        "figures are unpaid / placed; an order counts for the category of its largest line",
    );
    let body = format!(
        "<p class=\"hint\">{hint}</p>\n{}<ul class=\"bars\">\n{bars}</ul>\n{}",
        slice_legend(),
        slice_table(report, Heading("品类", "Category"), rows),
    );
    section(Heading("按品类", "By category"), &body)
}

fn category_name(category: &CategorySlice) -> String {
    if category.categories > 1 {
        let others = count(category.categories);
        return both(&format!("其他 {others} 个品类"), &format!("{others} others"));
    }
    if category.category.is_empty() {
        return both("无品类", "No category");
    }
    escaped(&category.category)
}

pub(super) fn reasons(report: &Report) -> String {
    let totals = &report.totals;
    let withheld = reason_bars(&totals.withheld, totals.orders, "unpaid");
    let suppressed = reason_bars(&totals.suppressed, totals.orders, "pushed");
    let withheld = section(Heading("为何未展示", "Why no coupon was shown"), &withheld);
    let suppressed = section(Heading("为何未推送", "Why no push went out"), &suppressed);
    format!("<div class=\"pair\">\n{withheld}{suppressed}</div>\n")
}

fn reason_bars(reasons: &BTreeMap<String, u64>, orders: u64, class: &'static str) -> String {
    if reasons.is_empty() {
        return format!("<p class=\"hint\">{}</p>\n", both("无", "None"));
    }
    let mut sorted: Vec<_> = reasons.iter().collect();
    sorted.sort_by_key(|&(_, &value)| std::cmp::Reverse(value));
    let full = *sorted[0].1;
    let mut bars = String::new();
    let mut rows = Vec::new();
    for (code, &value) in sorted {
        let name = reason(code);
        let parts = [Part { class, value }];
        let title = format!("{}: {}", escaped(code), count(value));
        let figure = format!("<b>{}</b>", count(value));
        bars.push_str(&bar_row(&name, &figure, &parts, full, &title));
        let code = format!("<code>{}</code>", escaped(code));
        rows.push(vec![code, count(value), percent(value, orders)]);
    }
    let headings = [REASON, ORDERS, Heading("占全部", "Of all")];
    format!("<ul class=\"bars\">\n{bars}</ul>\n{}", table(&headings, &rows))
}

pub(super) fn minutes(report: &Report) -> String {
    let totals = &report.totals;
    let row = |zh, en, quartiles: &Quartiles| {
        vec![
            both(zh, en),
            count(quartiles.orders),
            spoken(quartiles.lower),
            spoken(quartiles.median),
            spoken(quartiles.upper),
        ]
    };
    let late = &totals.late_minutes_to_payment;
    let replayed = &totals.late_minutes_to_payment_replayed;
    let rows = [
        row("全部已支付订单", "All paid orders", &totals.minutes_to_payment),
        row("触发时未支付：原始", "Unpaid at the trigger: export", late),
        row("触发时未支付：回放", "Unpaid at the trigger: replay", replayed),
    ];
    let headings = [
        ORDERS,
        Heading("笔数", "Count"),
        Heading("四分之一", "A quarter"),
        Heading("一半", "Half"),
        Heading("四分之三", "Three quarters"),
    ];
    let title = Heading("多久支付", "Paid within");
    section(title, &table(&headings, &rows))
}
