//! How long money that goes back is on its way, by what the customer paid with (S2-R03). An estimate for people: nothing is
//! decided by it.
//!
//! The source names `WeChat` Pay, Alipay, credit card and debit card and gives no figures, so what stands here is what
//! channels publish, and a shop can set its own.

use crate::{Code, Instant, Violation, order::Method, time::Zone};
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the customer's money came from, and goes back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the words say it")]
pub enum Instrument {
    Wechat,
    Alipay,
    CreditCard,
    DebitCard,
    JdPay,
    Baitiao,
}

/// Why money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Back {
    /// A refund [退款].
    Refund,
    /// A part of the price that the merchant promised to give back [返现].
    Cashback,
}

/// A span of working days after the day on which the money left, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkingDays {
    /// At the earliest; 0 is the day itself.
    pub from: u8,
    /// At the latest.
    pub to: u8,
}

impl Instrument {
    /// Every one.
    pub const ALL: [Self; 6] =
        [Self::Wechat, Self::Alipay, Self::CreditCard, Self::DebitCard, Self::JdPay, Self::Baitiao];

    /// Those that a method can stand for: of a bank card nobody says which kind it is.
    pub const fn of(method: Method) -> &'static [Self] {
        match method {
            Method::Wechat => &[Self::Wechat],
            Method::Alipay => &[Self::Alipay],
            Method::Card => &[Self::CreditCard, Self::DebitCard],
            Method::JdPay => &[Self::JdPay],
            Method::Baitiao => &[Self::Baitiao],
        }
    }

    /// Its name, in Chinese and English.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Wechat => ("微信支付", "WeChat Pay"),
            Self::Alipay => ("支付宝", "Alipay"),
            Self::CreditCard => ("信用卡", "Credit card"),
            Self::DebitCard => ("储蓄卡", "Debit card"),
            Self::JdPay => ("京东支付", "JD Pay"),
            Self::Baitiao => ("白条", "Baitiao"),
        }
    }

    /// What is usual. `WeChat`: its balance within minutes, bank cards 1 to 3 working days
    /// (`pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter4_2_10.shtml`). Cards: 1 day and then up to 7 for debit, up to 15 for
    /// credit cards (help.jd.com/user/issue/130-978.html). Baitiao: 1 to 5, at most 15 (jrhelp.jd.com). Alipay's balance is
    /// at once, the rest is up to the bank, as that behind JD Pay is. Money that a merchant gives back by the payment goes
    /// the same way whatever it is for.
    const fn usual(self) -> WorkingDays {
        match self {
            Self::Wechat => WorkingDays { from: 0, to: 3 },
            Self::Alipay => WorkingDays { from: 0, to: 7 },
            Self::DebitCard => WorkingDays { from: 1, to: 8 },
            Self::CreditCard => WorkingDays { from: 1, to: 16 },
            Self::JdPay => WorkingDays { from: 0, to: 16 },
            Self::Baitiao => WorkingDays { from: 1, to: 15 },
        }
    }
}

/// A shop's own estimates; what it has not set is as usual.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrivals {
    /// Of refunds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refund: BTreeMap<Instrument, WorkingDays>,
    /// Of cashback.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cashback: BTreeMap<Instrument, WorkingDays>,
}

/// The most that an estimate may say.
const MOST_DAYS: u8 = 60;

impl Arrivals {
    /// Whether the shop has set none.
    pub fn is_empty(&self) -> bool {
        self.refund.is_empty() && self.cashback.is_empty()
    }

    /// The estimate for one instrument.
    pub fn days(&self, back: Back, instrument: Instrument) -> WorkingDays {
        let own = match back {
            Back::Refund => &self.refund,
            Back::Cashback => &self.cashback,
        };
        own.get(&instrument).copied().unwrap_or_else(|| instrument.usual())
    }

    /// What is wrong with them, field by field.
    pub fn violations(&self, field: &str) -> Vec<Violation> {
        let all = [("refund", &self.refund), ("cashback", &self.cashback)];
        let all = all.into_iter().flat_map(|(back, days)| days.iter().map(move |it| (back, it)));
        let wrong = all.filter(|(_, (_, days))| days.from > days.to || days.to > MOST_DAYS);
        let violation = |(back, (instrument, _)): (&str, (&Instrument, &WorkingDays))| {
            let word = serde_json::to_value(instrument).ok();
            let word = word.as_ref().and_then(|word| word.as_str()).unwrap_or_default();
            let says = format!("0 to {MOST_DAYS} working days, from not after to");
            Violation::with(format!("{field}.{back}.{word}"), Code::OutOfRange, says)
        };
        wrong.map(violation).collect()
    }

    /// When money that left at that moment by a payment of that method can be there.
    pub fn expect(&self, back: Back, method: Method, zone: &Zone, left_at: Instant) -> Arrival {
        let left = zone.civil(left_at).date();
        let each = Instrument::of(method).iter().map(|instrument| {
            let days = self.days(back, *instrument);
            let (zh, en) = instrument.label();
            Arrival {
                earliest: after(left, days.from),
                latest: after(left, days.to),
                text_zh: format!("{zh}：{}", days.zh()),
                text: format!("{en}: {}", days.en()),
            }
        });
        each.reduce(Arrival::and).unwrap_or_else(|| unreachable!("every method stands for something"))
    }
}

impl WorkingDays {
    fn zh(self) -> String {
        match (self.from, self.to) {
            (_, 0) => "预计当日到账".into(),
            (0, to) => format!("预计当日至{to}个工作日内到账"),
            (from, to) if from == to => format!("预计{to}个工作日到账"),
            (from, to) => format!("预计{from}至{to}个工作日到账"),
        }
    }
    fn en(self) -> String {
        let days = |count: u8| if count == 1 { "working day" } else { "working days" };
        match (self.from, self.to) {
            (_, 0) => "expected the same day".into(),
            (0, to) => format!("expected the same day or within {to} {}", days(to)),
            (from, to) if from == to => format!("expected after {to} {}", days(to)),
            (from, to) => format!("expected in {from} to {to} working days"),
        }
    }
}

/// When money is expected, as civil dates of the shop's zone. Weekends are passed over; public holidays are not known here
/// and come on top.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Arrival {
    pub earliest: Date,
    pub latest: Date,
    pub text_zh: String,
    pub text: String,
}

impl Arrival {
    /// Of both together: from the first of the one to the last of the other.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let both = |one: String, other: &str, between: &str| {
            if one.split(between).any(|known| known == other) {
                one
            } else {
                format!("{one}{between}{other}")
            }
        };
        Self {
            earliest: self.earliest.min(other.earliest),
            latest: self.latest.max(other.latest),
            text_zh: both(self.text_zh, &other.text_zh, "；"),
            text: both(self.text, &other.text, "; "),
        }
    }
}

/// The day so many working days after that one.
fn after(day: Date, working_days: u8) -> Date {
    let (mut day, mut left) = (day, working_days);
    while left > 0 {
        let Ok(next) = day.tomorrow() else { return day };
        day = next;
        if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    day
}
