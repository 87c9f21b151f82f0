//! Alerts: what a merchant should know of the shop's own messages, told to its webhooks and, where the shop has named a
//! mailbox, by e-mail (S2-R14, A-S2-12).
//!
//! Always holds: an alert is an event like others; its mail is written from the event and the shop, and from nothing else.

use super::{
    Channel, Kind,
    differences::{Figures, OfDay},
};
use crate::{CampaignId, Code, Lang, shop::Shop};
use money::Money;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt::Write;
use visible::clean;

/// Something that a merchant should know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Alert {
    /// Little is left of the shop's SMS.
    #[serde(rename = "sms.low_balance")]
    LowBalance {
        /// What is left.
        free: u64,
        /// Below which the shop wanted to hear of it.
        alert_below: u64,
    },
    /// The provider counted segments of some messages otherwise than we did.
    #[serde(rename = "sms.difference")]
    Difference {
        /// By the day on which they went out, the earliest first.
        days: Vec<OfDay>,
        /// Of all of them together.
        difference: i64,
    },
    /// A provider refuses the shop's template: nothing is sent by it until another is saved.
    #[serde(rename = "template.blocked")]
    TemplateBlocked {
        /// Of which notice.
        kind: Kind,
        /// By which channel.
        channel: Channel,
        /// Which version.
        version: u32,
        /// In the provider's words.
        provider_code: String,
    },
    /// A platform invites the shop to a sprint (S3-R03).
    #[serde(rename = "sprint.invited")]
    SprintInvited {
        /// Which.
        sprint_id: CampaignId,
        /// For people.
        name: String,
        /// When the first enrollment begins.
        starts_at: String,
        /// From when on it can be accepted, where that is not at once.
        opens_at: Option<String>,
    },
    /// The thresholds of a sprint are known, and it can be accepted (S3-R04).
    #[serde(rename = "sprint.announced")]
    SprintAnnounced {
        /// Which.
        sprint_id: CampaignId,
        /// For people.
        name: String,
        /// When the first enrollment begins.
        starts_at: String,
        /// What members must have spent, rising. Minor units.
        thresholds: Vec<Money>,
    },
    /// A sprint has other terms than those that the shop knows.
    #[serde(rename = "sprint.revised")]
    SprintRevised {
        /// Which.
        sprint_id: CampaignId,
        /// For people.
        name: String,
        /// Counted from 1.
        revision: u32,
        /// When the first enrollment begins.
        starts_at: String,
    },
    /// The shop has not answered, or a prize is not bound, and the first enrollment is near.
    #[serde(rename = "sprint.prize_due")]
    SprintPrizeDue {
        /// Which.
        sprint_id: CampaignId,
        /// For people.
        name: String,
        /// When the first enrollment begins.
        starts_at: String,
        /// `invited` or `accepted`.
        standing: String,
        /// Tiers without a bound prize, counted from 0.
        missing: Vec<u8>,
    },
    /// A sprint is closed for the shop.
    #[serde(rename = "sprint.closed")]
    SprintClosed {
        /// Which.
        sprint_id: CampaignId,
        /// For people.
        name: String,
        /// `prize_missing`, where nobody closed it.
        code: Option<Code>,
    },
}

/// A mail, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Mail {
    pub subject: String,
    pub zh: String,
    pub en: String,
}

impl Alert {
    /// The types of the events, as webhooks know them.
    pub const TYPES: [&'static str; 8] = [
        "sms.low_balance",
        "sms.difference",
        "template.blocked",
        "sprint.invited",
        "sprint.announced",
        "sprint.revised",
        "sprint.prize_due",
        "sprint.closed",
    ];

    /// The event's type.
    pub const fn event_type(&self) -> &'static str {
        match self {
            Self::LowBalance { .. } => Self::TYPES[0],
            Self::Difference { .. } => Self::TYPES[1],
            Self::TemplateBlocked { .. } => Self::TYPES[2],
            Self::SprintInvited { .. } => Self::TYPES[3],
            Self::SprintAnnounced { .. } => Self::TYPES[4],
            Self::SprintRevised { .. } => Self::TYPES[5],
            Self::SprintPrizeDue { .. } => Self::TYPES[6],
            Self::SprintClosed { .. } => Self::TYPES[7],
        }
    }

    /// What webhooks get as the event's data.
    pub fn body(&self) -> Value {
        serde_json::to_value(self).map_or(Value::Null, |mut whole| whole["data"].take())
    }

    /// Reads an event; none where it is no alert.
    pub fn read(event_type: &str, body: &Value) -> Option<Self> {
        serde_json::from_value(json!({ "type": event_type, "data": body })).ok()
    }

    /// The mail that tells it. What the shop calls itself is cleaned first.
    pub fn mail(&self, shop: &Shop) -> Mail {
        let name = Some(clean(&shop.name)).filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| shop.shop_id.to_string());
        let (about_zh, about_en) = self.about();
        let subject = format!("【Promenade】{name}：{about_zh} / {about_en}");
        let (zh, en) = self.text();
        Mail { subject, zh: format!("您的店铺“{name}”{zh}"), en: format!("Your shop {name}: {en}") }
    }

    const fn about(&self) -> (&'static str, &'static str) {
        match self {
            Self::LowBalance { .. } => ("短信余量不足", "few SMS are left"),
            Self::Difference { .. } => ("短信条数与服务商不一致", "the provider counted SMS otherwise"),
            Self::TemplateBlocked { .. } => ("消息模板被停用", "a message template is refused"),
            Self::SprintInvited { .. } => ("会员冲刺计划邀请", "you are invited to a member sprint"),
            Self::SprintAnnounced { .. } => {
                ("会员冲刺计划门槛公布", "the thresholds of a member sprint are known")
            }
            Self::SprintRevised { .. } => ("会员冲刺计划有更新", "a member sprint was changed"),
            Self::SprintPrizeDue { .. } => ("会员冲刺计划尚未就绪", "a member sprint waits for you"),
            Self::SprintClosed { .. } => ("会员冲刺计划已关闭", "a member sprint is closed"),
        }
    }

    fn text(&self) -> (String, String) {
        match self {
            Self::LowBalance { free, alert_below } => (
                format!(
                    "的短信仅剩{free}条，少于您设置的{alert_below}条。用完后短信通知将中断，请您及时充值。"
                ),
                format!(
                    "{free} SMS are left, fewer than the {alert_below} that you have set. When they are used up your \
                    notices stop; please buy a pack."
                ),
            ),
            Self::Difference { days, difference } => {
                let mut zh = format!("有短信的计费条数与服务商不一致，合计相差{difference:+}条。\n");
                let mut en =
                    format!("the provider counted some SMS otherwise, {difference:+} segments in all.\n");
                for OfDay { day, figures } in days {
                    let Figures { messages, segments, provider_segments } = figures;
                    let _ = writeln!(
                        zh,
                        "{day}：{messages}条消息，我方计{segments}条，服务商计{provider_segments}条"
                    );
                    let _ = writeln!(
                        en,
                        "{day}: {messages} of them, {segments} segments by our count, {provider_segments} by theirs"
                    );
                }
                zh.push_str("请您对照账单（sms-bill）与服务商核实。");
                en.push_str("Please compare the bill (sms-bill) with the provider's.");
                (zh, en)
            }
            Self::TemplateBlocked { kind, channel, version, provider_code } => {
                let name = |language: Lang| language.of(kind.about().name);
                let (zh, en, channel) = (name(Lang::Zh), name(Lang::En), channel.as_str());
                (
                    format!(
                        "的“{zh}”模板（{channel}，第{version}版）被服务商拒绝（{provider_code}），这类消息已停止发送，请您修改模板后\
                        重新保存。"
                    ),
                    format!(
                        "the provider refuses version {version} of the template for {en} by {channel} ({provider_code}). \
                        Nothing is sent by it until you save another."
                    ),
                )
            }
            Self::SprintInvited { name, starts_at, opens_at, .. } => {
                invited(&clean(name), starts_at, opens_at.as_deref())
            }
            Self::SprintAnnounced { name, starts_at, .. } => announced(&clean(name), starts_at),
            Self::SprintRevised { name, revision, starts_at, .. } => {
                revised(&clean(name), *revision, starts_at)
            }
            Self::SprintPrizeDue { name, starts_at, missing, .. } => {
                prize_due(&clean(name), starts_at, missing.len())
            }
            Self::SprintClosed { name, code, .. } => closed(&clean(name), code.is_some()),
        }
    }
}

fn invited(name: &str, starts_at: &str, opens_at: Option<&str>) -> (String, String) {
    let (zh, en) = match opens_at {
        Some(at) => (format!("{at}公布门槛后可接受邀请"), format!("it can be accepted from {at} on")),
        None => ("现在即可接受邀请".to_owned(), "it can be accepted now".to_owned()),
    };
    (
        format!("受邀参加会员冲刺计划“{name}”，报名{starts_at}开始，{zh}。"),
        format!("you are invited to the member sprint {name}; enrollment begins at {starts_at}, {en}."),
    )
}

fn announced(name: &str, starts_at: &str) -> (String, String) {
    (
        format!("受邀的会员冲刺计划“{name}”已公布冲刺门槛，报名{starts_at}开始。请您接受邀请并配置奖品。"),
        format!(
            "the thresholds of the member sprint {name} are known; enrollment begins at {starts_at}. Please accept and \
            set its prizes up."
        ),
    )
}

fn revised(name: &str, revision: u32, starts_at: &str) -> (String, String) {
    (
        format!(
            "受邀的会员冲刺计划“{name}”已更新为第{revision}版，报名{starts_at}开始。已接受的店铺沿用原版本，再次接受后按新版本。"
        ),
        format!(
            "the member sprint {name} is in revision {revision} now; enrollment begins at {starts_at}. Who has accepted \
            keeps the revision before until they accept again."
        ),
    )
}

fn prize_due(name: &str, starts_at: &str, missing: usize) -> (String, String) {
    (
        format!(
            "的会员冲刺计划“{name}”尚有{missing}档奖品未绑定。{starts_at}报名开始时仍未绑定的，计划将自动关闭，请您尽快处理。"
        ),
        format!(
            "{missing} prizes of the member sprint {name} are not bound. Where one is missing when the enrollment begins, \
            at {starts_at}, the sprint is closed; please see to it."
        ),
    )
}

fn closed(name: &str, is_missed: bool) -> (String, String) {
    let (zh, en) = if is_missed {
        ("因报名开始时奖品未绑定，", " since a prize was not bound when the enrollment began")
    } else {
        ("", "")
    };
    (
        format!("的会员冲刺计划“{name}”{zh}已关闭，其奖券一并作废。"),
        format!("the member sprint {name} is closed{en}; its coupons are void with it."),
    )
}
