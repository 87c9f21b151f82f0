//! A message in the words of the templates that its shop has with providers, filled: each sender takes the one that it
//! knows, and a program of the operator's gets them all.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Templates of SMS, by provider.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Providers {
    /// As Aliyun takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aliyun: Option<ByName>,
    /// As Tencent Cloud takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tencent: Option<ByPosition>,
}

impl Providers {
    /// Whether the shop has none.
    pub const fn is_empty(&self) -> bool {
        self.aliyun.is_none() && self.tencent.is_none()
    }
}

/// A template whose gaps have names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByName {
    /// The provider's code of it.
    pub code: String,
    /// What stands in each gap.
    pub parameters: BTreeMap<String, String>,
}

/// A template whose gaps are filled in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByPosition {
    /// The provider's code of it.
    pub code: String,
    /// What stands in the gaps.
    pub parameters: Vec<String>,
}

/// A subscription message of `WeChat`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Its template's id.
    pub template_id: String,
    /// The page of the mini-program that a tap opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// What stands under each typed key, such as `thing1`.
    pub data: BTreeMap<String, String>,
}
