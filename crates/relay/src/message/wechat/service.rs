//! `WeChat`'s API: how it is reached, and a call of it.

use reqwest::{Client, Url};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::endpoint::{EndpointError, endpoint};
use super::super::exchange::{Answer, SEND_LIMIT, client, exchange};
use super::super::outcome::SendOutcome;
use super::super::secret::Secret;
use crate::clock::Clock;

/// Which edition of the mini-program a message opens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edition {
    /// The one that everybody has.
    #[default]
    Formal,
    /// That of people who try it.
    Trial,
    /// That of its developers.
    Developer,
}

impl Edition {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Formal => "formal",
            Self::Trial => "trial",
            Self::Developer => "developer",
        }
    }
}

/// How `WeChat` is reached.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WechatSettings {
    /// The mini-program's `AppID`.
    pub app_id: String,
    /// Its secret.
    pub app_secret: Secret,
    /// The page that a message opens which has no page of its own.
    pub page: Option<String>,
    /// Which edition it opens.
    #[serde(default)]
    pub edition: Edition,
    /// Where, by https.
    #[serde(default = "default_endpoint")]
    pub endpoint: String,
}

fn default_endpoint() -> String {
    "https://api.weixin.qq.com".to_owned()
}

/// The API.
#[derive(Clone)]
pub(super) struct Service {
    client: Client,
    endpoint: Url,
    pub(super) settings: WechatSettings,
    pub(super) clock: Clock,
}

impl Service {
    pub(super) fn try_new(settings: WechatSettings, clock: Clock) -> Result<Self, EndpointError> {
        let endpoint = endpoint(&settings.endpoint)?;
        Ok(Self { client: client(SEND_LIMIT)?, endpoint, settings, clock })
    }

    pub(super) fn with_limit(self, limit: std::time::Duration) -> Result<Self, EndpointError> {
        Ok(Self { client: client(limit)?, ..self })
    }

    /// An answer is an object of JSON, whatever the status.
    pub(super) async fn call(
        &self,
        path: &str,
        token: Option<&str>,
        body: &Value,
    ) -> Result<Map<String, Value>, SendOutcome> {
        let mut url = self.endpoint.clone();
        url.set_path(path);
        if let Some(token) = token {
            url.query_pairs_mut().append_pair("access_token", token);
        }
        let answer = exchange(self.client.post(url).json(body), &self.clock).await?;
        object(&answer)
    }
}

fn object(answer: &Answer) -> Result<Map<String, Value>, SendOutcome> {
    let said = answer.body.as_deref().and_then(|body| serde_json::from_slice(body).ok());
    said.ok_or_else(|| SendOutcome::unknown("answer_unreadable"))
}
