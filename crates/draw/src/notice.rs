//! The notice of a draw: what the law wants told before the start, as fields, and the one text that they make (A-S2-17).
//!
//! Always holds: the same fields make the same text, byte for byte, and the text tells the whole prize table. Its hash
//! stands at the beginning of the chain, so whoever has the hash can tell whether a notice is the one that was shown.

use crate::{
    moment::Moment,
    prize::{Kind, Prize},
    table::{Mode, Table},
};
use money::{Currency, Money};
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// What is told of a draw before it starts. Texts are Chinese, of one line each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// What the draw is called.
    pub title: String,
    /// Who holds it.
    pub organiser: String,
    /// How they can be reached.
    pub contact: String,
    /// From when on it can be played,
    pub opens_at: Moment,
    /// and from when on no longer.
    pub closes_at: Moment,
    /// Who gets a chance, for what.
    pub conditions: String,
    /// What of the payment goes into the draw.
    pub entropy: EntropyPolicy,
    /// The round of the beacon whose randomness goes into the draw too (drand quicknet).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beacon_round: Option<u64>,
    /// The prizes, and how one is drawn.
    pub table: Table,
    /// Days that a winner has to claim.
    pub claim_days: u32,
    /// How a prize is claimed and handed over.
    pub claim_how: String,
    /// What becomes of prizes that nobody claims.
    pub lapse: String,
}

/// What of the payment goes into the draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntropyPolicy {
    /// The channel's transaction id; a chance waits until it is known.
    #[default]
    Required,
    /// The transaction id where it is known, else nothing.
    Optional,
}

/// A wording of notices: which sentences the fields make. What was published stays as it was worded then, and is checked by
/// that wording for ever; other sentences are another wording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wording {
    /// The first. Not a letter of it may change: `tests/wording.rs` holds it.
    #[default]
    V1,
}

impl Notice {
    /// The text that is shown and hashed, in that wording.
    pub fn text(&self, wording: Wording) -> String {
        match wording {
            Wording::V1 => self.text_v1(),
        }
    }

    fn text_v1(&self) -> String {
        let mut text = String::from("抽奖活动公示\n");
        let mut line = |head: &str, body: &str| {
            let _ = writeln!(text, "{head}：{body}");
        };
        line("活动名称", &self.title);
        line("主办方", &self.organiser);
        line("联系方式", &self.contact);
        line("活动时间", &format!("{}起，至{}止（不含）", self.opens_at.told(), self.closes_at.told()));
        line("参与条件", &self.conditions);
        line("抽奖方式", &self.way());
        line("随机数来源", &self.source());
        line("奖品", &format!("共{}种，抽取时按以下顺序排列", self.table.prizes.len()));
        for (at, prize) in self.table.prizes.iter().enumerate() {
            let _ = writeln!(text, "{}. {}", at + 1, prize_line(prize));
        }
        let _ = writeln!(text, "领奖：自抽中之日起{}天内，{}", self.claim_days, self.claim_how);
        let _ = writeln!(text, "逾期未领：{}", self.lapse);
        text
    }

    fn way(&self) -> String {
        match self.table.mode {
            Mode::Odds => "每次抽奖按下列概率独立抽取；奖品发完或尚未放出时，改发其后列明的奖品".to_owned(),
            Mode::Urn => {
                let tickets = self.table.tickets();
                format!("从共{tickets}张签中逐张抽取，抽出的签不再放回，每种奖品的签数即其份数")
            }
        }
    }

    fn source(&self) -> String {
        let policy = match self.entropy {
            EntropyPolicy::Required => "订单的支付交易号",
            EntropyPolicy::Optional => "订单的支付交易号（没有时为空）",
        };
        let beacon = self
            .beacon_round
            .map_or_else(String::new, |round| format!("、drand quicknet公开信标第{round}轮的随机数"));
        format!("开始前已公布摘要的种子、抽奖机会的编号、{policy}{beacon}，结束后公布种子供任何人验算")
    }
}

/// A prize as the notice tells it, behind its number.
fn prize_line(prize: &Prize) -> String {
    let mut line = format!("{}（{}）：{}", prize.name, prize.prize_id, prize.kind.zh());
    if prize.kind != Kind::Nothing {
        let _ = write!(line, "，价值{}", amount(prize.value));
    }
    if let Some(odds) = prize.odds {
        let _ = write!(line, "，概率{}.{:04}%", odds / 10_000, odds % 10_000);
    }
    match prize.stock {
        Some(stock) => {
            let _ = write!(line, "，{stock}份");
        }
        None => line.push_str("，不限量"),
    }
    if let Some(release) = prize.release {
        let _ = write!(line, "，自{}至{}匀速放出", release.from.told(), release.until.told());
    }
    if let Some(fallback) = &prize.fallback {
        let _ = write!(line, "，发完改发{fallback}");
    }
    line
}

/// An amount of fen as a notice tells it.
pub(crate) fn amount(value: Money) -> String {
    format!("{}元", Currency::CNY.digits(value))
}
