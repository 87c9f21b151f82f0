//! What a message says: a text with typed variables, what providers want instead of it, and the checks that keep a broken
//! one from being saved or sent.
//!
//! Always holds: a template without violations renders every set of fit values within the declared lengths; what does not
//! render is held back whole, with the name of the variable that is at fault, and never sent half. Versions are the
//! caller's.

mod check;
pub mod keys;
mod language;
pub mod pattern;
mod render;
mod unfit;
pub mod variables;

pub use render::{ByName, ByPosition, Data, Rendered};
pub use unfit::Unfit;

use super::Kind;
use crate::Lang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use variables::ValueType;

/// A template of one kind on one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// In which language values are told: `zh`, the default, or `en`.
    #[serde(default = "language::chinese", with = "language")]
    pub language: Lang,
    /// What is sent, with `{variables}`; of SMS without the signature. Where a provider sends by a template of its own, this
    /// is that template's text: it is shown and counted. WeChat's messages have none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Of SMS: the signature, without its brackets. Left out, the shop's name stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// The only host that links may lead to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Of SMS: what providers know the template by.
    #[serde(default, skip_serializing_if = "Providers::is_empty")]
    pub providers: Providers,
    /// Of WeChat: its subscription message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wechat: Option<Wechat>,
}

impl Template {
    /// A text, and nothing that a provider wants.
    pub fn of_text(language: Lang, text: impl Into<String>) -> Self {
        let providers = Providers::default();
        Self { language, text: text.into(), signature: None, host: None, providers, wechat: None }
    }
}

impl Template {
    /// Whether its text names a currency beside an amount, which brings its own.
    pub fn says_a_unit_twice(&self, kind: Kind) -> bool {
        let is_amount = |part: &pattern::Part<'_>| match part {
            pattern::Part::Variable(name) => {
                variables::find(kind, name).is_some_and(|variable| variable.holds == ValueType::Amount)
            }
            pattern::Part::Words(_) => false,
        };
        let names = |part: &pattern::Part<'_>, is_named: fn(&str) -> bool| match part {
            pattern::Part::Words(words) => is_named(words.trim()),
            pattern::Part::Variable(_) => false,
        };
        let parts = pattern::parts(&self.text).unwrap_or_default();
        parts.windows(2).any(|two| {
            (is_amount(&two[0]) && names(&two[1], |words| words.starts_with(['元', '圆', '块'])))
                || (is_amount(&two[1]) && names(&two[0], |words| words.ends_with(['¥', '￥', '$'])))
        })
    }
}

/// What providers of SMS know a template by.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Providers {
    /// Aliyun: parameters by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aliyun: Option<Aliyun>,
    /// Tencent Cloud: parameters by position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tencent: Option<Tencent>,
}

impl Providers {
    const fn is_empty(&self) -> bool {
        self.aliyun.is_none() && self.tencent.is_none()
    }
}

/// A template as Aliyun knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aliyun {
    /// Its code, such as `SMS_154950909`.
    pub code: String,
    /// Each parameter by its name there, as a text with `{variables}`.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
}

/// A template as Tencent Cloud knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tencent {
    /// Its id, such as `1110`.
    pub code: String,
    /// Its parameters in order, each as a text with `{variables}`.
    #[serde(default)]
    pub parameters: Vec<String>,
}

/// A subscription message of WeChat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wechat {
    /// Its template's id.
    pub template_id: String,
    /// The page of the mini-program that a tap opens; variables in it are percent-encoded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// What stands under each typed key (`thing1`, `amount6`), as a text with `{variables}`.
    pub data: BTreeMap<String, String>,
}
