//! What to do after a command that reads files, in the language of whoever started it.

use crate::args::IntakeArgs;
use domain::Lang;
use replay::pool::{ExceptionReport, PoolReport};
use std::path::Path;

/// After a pool from files.
pub fn after_pool(lang: Lang, report: &PoolReport, names: &[String], out: &Path) -> String {
    let mut lines = Vec::new();
    if let Some(name) = names.first() {
        let (list, more) = (out.join(name), names.len() - 1);
        let more = if more > 0 {
            lang.pick(format!(" and {more} more"), format!("，另有 {more} 份"))
        } else {
            String::new()
        };
        lines.push(format!("{}{}.csv, .xlsx{more}", lang.pick("List: ", "清单："), list.display()));
    }
    if report.is_incomplete() && report.uncertain.is_some() {
        lines.extend(
            lang.pick(
                [
                    "Next: mend the rows that are named and run again; ranks that may depend on them wait.",
                    "To give them out all the same, and answer for it, add --override.",
                ],
                [
                    "下一步：修好点名的行再跑一次；可能受影响的名次先等着。",
                    "一定要先给，就加 --override，后果自负。",
                ],
            )
            .map(str::to_owned),
        );
    } else if report.is_incomplete() {
        lines.extend(
            lang.pick(
                [
                    "Next: the export does not reach far enough to be sure of the first N; download on,",
                    "then raise [download] through in the mapping and run again.",
                ],
                [
                    "下一步：导出的时间不够长，前 N 名还定不下来；请再导出后面的，",
                    "把映射里 [download] 的 through 往后改，再跑一次。",
                ],
            )
            .map(str::to_owned),
        );
    }
    if report.exceptions.iter().any(ExceptionReport::is_held) {
        lines.extend(lang.pick(
            [
                "Next: say of orders that are held whether they are paid at once: order.single_stage in the",
                "mapping, or their times of the balance; then run again.",
            ],
            ["下一步：说明被扣住的订单是否一次付清：映射里写 order.single_stage，", "或写上尾款的时间，再跑一次。"],
        ).map(str::to_owned));
    }
    if report.inputs.unknown_states.in_question {
        lines.push(unknown_states(lang).to_owned());
    }
    if report.inputs.leaves_out() || report.orders.rejected > 0 || report.uncertain.is_some() {
        lines.push(left_out(lang, &out.join("bad-rows.csv")));
    }
    in_lines(lines)
}

/// What an intake left behind.
#[derive(Clone, Copy)]
pub struct Left {
    /// Rows were left out, or orders refused.
    pub out: bool,
    /// States are unknown.
    pub in_question: bool,
    /// Orders were submitted, and none of them came into the pool.
    pub past_the_pool: bool,
}

/// After an intake, into a store or by a service.
pub fn after_intake(lang: Lang, args: &IntakeArgs, left: Left) -> String {
    let shop = &args.shop;
    let mut lines = Vec::new();
    if left.in_question {
        lines.push(unknown_states(lang).to_owned());
    }
    if left.out {
        lines.push(left_out(lang, &args.rejects));
        let wait = lang.pick(
            "Ranks that may depend on it wait until it is taken in, or somebody answers for it:",
            "可能受影响的名次先等着，直到收进来，或有人认下：",
        );
        lines.push(wait.to_owned());
        lines.push(format!("GET {} PUT /v1/shops/{shop}/download-watermark", lang.pick("and", "与")));
    }
    if left.past_the_pool {
        lines.extend(
            lang.pick(
                [
                    "Next: no order came into the pool, all went straight to review: no presale strategy of the shop covers",
                    "them, or its activation time is over. For gifts by rank put a strategy, then reject and submit again.",
                ],
                [
                    "下一步：没有一单进预售池，全部直接转了人工审核：店铺里没有命中它们的预售策略，或激活时间已过。",
                    "要按名次送赠品，先在店铺里设好策略，再驳回、重新递交。",
                ],
            )
            .map(str::to_owned),
        );
    }
    if !args.submit {
        let submit = format!("POST /v1/shops/{shop}/pool-orders/submit");
        lines.push(lang.pick(
            format!("Next: submit the orders, with --submit or {submit}"),
            format!("下一步：递交订单，用 --submit 或 {submit}"),
        ));
    }
    in_lines(lines)
}

/// After a replay.
pub fn after_replay(lang: Lang, is_in_question: bool, page: &Path) -> String {
    let mut lines = vec![format!("{}{}", lang.pick("Report: ", "报告："), page.display())];
    if is_in_question {
        lines.push(unknown_states(lang).to_owned());
    }
    in_lines(lines)
}

fn unknown_states(lang: Lang) -> &'static str {
    lang.pick(
        "Next: name the unknown states in [maps] of the mapping, closing or not (\"\"), and run again.",
        "下一步：把未知的状态写进映射的 [maps]，算不算关闭（不算写 \"\"），再跑一次。",
    )
}

fn left_out(lang: Lang, file: &Path) -> String {
    format!("{}{}", lang.pick("Next: see what was left out in ", "下一步：看漏了什么："), file.display())
}

fn in_lines(lines: Vec<String>) -> String {
    lines.into_iter().map(|line| line + "\n").collect()
}
