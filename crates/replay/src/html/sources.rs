//! What the figures rest on: the campaign as it was set, the files, and the rows that were left out.

use super::text::{
    Heading, both, count, escaped, facts as listed, folded, money, paragraphs, reason, section, table,
};
use crate::read::Inputs;
use crate::report::{FIRST_ROWS, Report};
use domain::{campaign::recovery::FrequencyScope, coupon::Bind};
use std::fmt::Write;

pub(super) fn campaign(report: &Report) -> String {
    let (shop, campaign) = (&report.settings.shop, &report.settings.campaign.terms);
    let claims = &report.settings.claims;
    let amount = |minor: i64| money(minor, report.settings.minor_digits, &shop.currency);
    let minutes = |value: String| both(&format!("{value} 分钟"), &format!("{value} minutes"));
    let bind = match campaign.bind {
        Bind::OriginOrder => both("仅限原订单", "the order it was shown on"),
        Bind::ShopScope => both("店铺内任一未支付订单", "any unpaid order of the shop"),
    };
    let limit = match campaign.frequency_scope {
        FrequencyScope::Campaign => both("按活动计", "per campaign"),
        FrequencyScope::Shop => both("按店铺计", "per shop"),
        FrequencyScope::Platform => both("按平台计", "over the platform"),
    };
    let quiet = serde_json::to_value(shop.quiet_hours).unwrap_or_default();
    let quiet = |end: &str| escaped(quiet[end].as_str().unwrap_or_default());
    let facts = [
        (Heading("活动", "Campaign"), escaped(&report.settings.campaign.name)),
        (Heading("门槛", "Spend"), amount(campaign.spend.minor())),
        (Heading("优惠", "Save"), amount(campaign.save.minor())),
        (Heading("展示时间", "Shown after"), minutes(campaign.trigger_after_minutes.to_string())),
        (Heading("每店券数", "Coupons a shop"), count(campaign.quantity)),
        (
            Heading("券有效期", "Coupon valid"),
            both(
                &format!("{} 小时", campaign.coupon_valid_hours),
                &format!("{} hours", campaign.coupon_valid_hours),
            ),
        ),
        (Heading("可用订单", "Good for"), bind),
        (Heading("领取次数", "Claims counted"), limit),
        (Heading("对照组", "Comparison group"), format!("{}%", campaign.holdout_percent)),
        (Heading("支付时限", "Payment deadline"), minutes(shop.payment_timeout_minutes.to_string())),
        (Heading("推送提前", "Push before it"), minutes(shop.push_lead_minutes.to_string())),
        (Heading("免打扰", "Quiet hours"), format!("{} – {}", quiet("from"), quiet("to"))),
        (Heading("领取率假设", "Stated claim rate"), format!("{}%", claims.rate_percent)),
        (Heading("领取后支付", "Pays after claiming"), minutes(claims.pays_after_minutes.to_string())),
    ];
    section(Heading("活动与假设", "Campaign and assumptions"), &listed(&facts))
}

/// What is to be known of the files beside their figures.
fn hints(inputs: &Inputs) -> String {
    let mut unused = String::new();
    for (table, rows) in inputs.rows_without_line.iter().filter(|(_, rows)| **rows > 0) {
        let (table, rows) = (escaped(table), count(*rows));
        let said = both(
            &format!("{table}：{rows} 行没有对应的订单行"),
            &format!("{table}: {rows} rows that no order line leads to"),
        );
        let _ = writeln!(unused, "<p class=\"hint\">{said}</p>");
    }
    for file in &inputs.doubled_files {
        let file = escaped(file);
        let said = both(
            &format!("{file}：每一行都出现多次，可能重复导出，也可能是多件；按原样计"),
            &format!(
                "{file}: every row stands there several times, an export told twice or units; they count as they stand"
            ),
        );
        let _ = writeln!(unused, "<p class=\"hint\">{said}</p>");
    }
    for file in &inputs.repeated_files {
        let file = escaped(file);
        let said = both(
            &format!("{file}：与另一文件逐字节相同，只计一次"),
            &format!("{file} is the same as another file, byte for byte: it counts once"),
        );
        let _ = writeln!(unused, "<p class=\"hint\">{said}</p>");
    }
    if !inputs.note.is_empty() {
        let _ = writeln!(unused, "<p class=\"hint\">{}</p>", escaped(&inputs.note));
    }
    unused
}

pub(super) fn files(report: &Report) -> String {
    let inputs = &report.inputs;
    let facts = [
        (Heading("订单", "Orders"), count(inputs.orders)),
        (Heading("订单行", "Lines"), count(inputs.lines)),
        (Heading("店铺", "Shops"), count(inputs.shops)),
        (Heading("顾客", "Customers"), count(inputs.customers)),
        (Heading("已支付", "Paid"), count(inputs.paid_orders)),
        (Heading("未支付取消", "Cancelled unpaid"), count(inputs.cancelled_orders)),
        (Heading("未读入的行", "Rows left out"), count(inputs.bad_rows)),
        (Heading("未计入的订单", "Orders left out"), count(inputs.orders_left_out)),
        (Heading("已使用的行", "Rows used"), count(inputs.rows.used)),
        (Heading("重复的行", "Rows repeated"), count(inputs.rows.repeated)),
        (Heading("可能重复的订单", "Orders maybe repeated"), count(inputs.orders_maybe_repeated)),
        (Heading("数量为 0 的行", "Rows of no units"), count(inputs.rows.without_units)),
        (Heading("优惠行", "Discount rows"), count(inputs.rows.discounts)),
    ];
    let file = |file: &crate::read::InputFile| {
        let note = file.note().map(|(zh, en)| format!("<br>{}", both(&escaped(&zh), &escaped(&en))));
        vec![
            escaped(&file.file) + &note.unwrap_or_default(),
            count(file.rows),
            count(file.bytes),
            format!("<code class=\"digest\">{}</code>", escaped(&file.blake3)),
        ]
    };
    let rows: Vec<_> = inputs.files.iter().map(file).collect();
    let headings = [
        Heading("文件", "File"),
        Heading("行数", "Rows"),
        Heading("字节", "Bytes"),
        Heading("摘要", "BLAKE3"),
    ];
    let body = format!(
        "{}{}{}<p class=\"hint\">{} <code class=\"digest\">{}</code></p>\n",
        listed(&facts),
        folded(&table(&headings, &rows)),
        hints(inputs),
        both("映射文件", "Mapping"),
        escaped(&inputs.mapping_blake3),
    );
    section(Heading("数据来源", "Where the figures come from"), &body)
}

/// That rows were left out, where the figures stand; nothing when there are none.
pub(super) fn left_out(report: &Report) -> String {
    let inputs = &report.inputs;
    if inputs.is_whole() {
        return String::new();
    }
    let (rows, orders) = (count(inputs.bad_rows), count(inputs.orders_left_out));
    let doubts = count(inputs.orders_maybe_repeated);
    let (states_zh, states_en) = if inputs.unknown_states.in_question {
        (
            "有的订单状态映射不认识，按未取消算。",
            "Some states of orders are unknown to the mapping and count as not cancelled. ",
        )
    } else {
        ("", "")
    };
    let said = paragraphs(
        &format!(
            "注意：有 {rows} 行未能读入，{orders} 笔订单未计入以上数字；{doubts} 笔订单可能重复，按一次计入。{states_zh}原因见文末。"
        ),
        &format!(
            "Mind: {rows} rows could not be read, and {orders} orders are not in these figures; {doubts} orders may be \
             repeated and count once. {states_en}The reasons stand at the end."
        ),
    );
    format!("<section class=\"reading\">{said}</section>\n")
}

/// The rows that were left out; nothing when there are none.
pub(super) fn bad_rows(report: &Report) -> String {
    let inputs = &report.inputs;
    if inputs.bad_row_details.is_empty() {
        return String::new();
    }
    let reasons = inputs.bad_rows_by_code.iter().chain(&inputs.notes_by_code).map(|(code, rows)| {
        let name = both(&escaped(code.zh()), &escaped(code.en()));
        vec![name, format!("<code>{code}</code>"), count(*rows)]
    });
    let reasons: Vec<_> = reasons.collect();
    let detail = |row: &crate::read::BadRow| {
        vec![
            escaped(&row.file),
            row.row.to_string(),
            escaped(&row.column),
            format!("<code>{}</code>", escaped(&row.value)),
            format!("<code>{}</code>", row.code),
        ]
    };
    let details: Vec<_> = inputs.bad_row_details.iter().map(detail).collect();
    let code = Heading("代码", "Code");
    let rows = Heading("行", "Row");
    let headings = [Heading("文件", "File"), rows, Heading("列", "Column"), Heading("值", "Value"), code];
    let (first, others) = details.split_at(details.len().min(FIRST_ROWS));
    let body = [
        table(&[Heading("原因", "Reason"), code, rows], &reasons),
        table(&headings, first),
        if others.is_empty() { String::new() } else { folded(&table(&headings, others)) },
    ]
    .concat();
    section(Heading("未读入的行", "Rows that were left out"), &body)
}

/// Words of states that the mapping does not name; nothing where it names all.
pub(super) fn unknown_states(report: &Report) -> String {
    let found = &report.inputs.unknown_states;
    if found.is_empty() {
        return String::new();
    }
    let row = |state: &crate::read::UnknownState| {
        vec![format!("<code>{}</code>", escaped(&state.word)), escaped(&state.column), count(state.count)]
    };
    let mut rows: Vec<_> = found.words.iter().map(row).collect();
    if found.others > 0 {
        rows.push(vec![both("其他", "others"), String::new(), count(found.others)]);
    }
    let said = paragraphs(
        "映射的 [maps] 没有写这些词，只有 \"*\" 接住了它们，所以这些订单按未取消算。请逐个核对，写进映射。",
        "The mapping's [maps] do not name these words; only \"*\" caught them, so their orders count as not cancelled. \
         Look at each, and name it in the mapping.",
    );
    let headings = [Heading("状态", "State"), Heading("列", "Column"), Heading("订单", "Orders")];
    section(Heading("未知的状态", "Unknown states"), &format!("{said}{}", table(&headings, &rows)))
}

/// What of the export the engine refused, and why; nothing where it took everything.
pub(super) fn refused(report: &Report) -> String {
    if report.rejected_events.is_empty() {
        return String::new();
    }
    let row = |(code, events): (&String, &u64)| {
        vec![reason(code), format!("<code>{}</code>", escaped(code)), count(*events)]
    };
    let rows: Vec<_> = report.rejected_events.iter().map(row).collect();
    let said = paragraphs(
        "这些事件在导出中发生过，但在回放的设置下不能发生，例如超过支付时限后的付款；订单本身仍计入，只是不含该事件。",
        "These events stand in the export and cannot happen under the settings of the replay, such as a payment after the \
         payment deadline: their orders count, without the event.",
    );
    let events = Heading("事件", "Events");
    let body =
        format!("{said}{}", table(&[Heading("原因", "Reason"), Heading("代码", "Code"), events], &rows));
    section(Heading("引擎未接受的事件", "Events that the engine refused"), &body)
}
