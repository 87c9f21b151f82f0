//! Alerts: what a merchant should know of the shop's own messages, told to its webhooks and, where the shop has named a
//! mailbox, by e-mail (S2-R14, A-S2-12).
//!
//! Always holds: an alert is an event like others; its mail is written from the event and the shop, and from nothing else.

use super::{
    Channel, Kind,
    differences::{Figures, OfDay},
};
use crate::{Lang, shop::Shop};
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
    pub const TYPES: [&'static str; 3] = ["sms.low_balance", "sms.difference", "template.blocked"];

    /// The event's type.
    pub const fn event_type(&self) -> &'static str {
        match self {
            Self::LowBalance { .. } => Self::TYPES[0],
            Self::Difference { .. } => Self::TYPES[1],
            Self::TemplateBlocked { .. } => Self::TYPES[2],
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
        }
    }
}
