//! Subscription messages of `WeChat`'s mini-programs: `stable_token` and `subscribe/send`.
//!
//! A message spends a grant of the buyer's (A-S2-20), and `WeChat` drops no repetitions. Values are typed by their keys
//! and checked before a message comes here; what `WeChat` says of them all the same (47003) is shown.

mod codes;
mod token;

use std::sync::Arc;

use reqwest::{Client, Url};
use serde::Deserialize;
use serde_json::{Map, Value, json};

pub use codes::CODES;

use super::codes::outcome;
use super::endpoint::{EndpointError, endpoint};
use super::exchange::{Answer, SEND_LIMIT, client, exchange};
use super::fan_out::fan_out_messages;
use super::outcome::shortened;
use super::report::text;
use super::secret::Secret;
use super::{Class, MessageSender, OutgoingMessage, Person, SendOutcome};
use crate::BoxFuture;
use crate::clock::Clock;
use token::{Tokens, token};

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
    const fn as_str(self) -> &'static str {
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

/// Sends by `WeChat`. Clones share their token.
#[derive(Clone)]
pub struct WechatSender {
    client: Client,
    endpoint: Url,
    settings: WechatSettings,
    clock: Clock,
    tokens: Arc<Tokens>,
}

impl WechatSender {
    /// A sender; it asks nothing yet.
    pub fn try_new(settings: WechatSettings, clock: Clock) -> Result<Self, EndpointError> {
        let endpoint = endpoint(&settings.endpoint)?;
        Ok(Self { client: client(SEND_LIMIT)?, endpoint, settings, clock, tokens: Arc::default() })
    }

    /// The same with another limit for a request than 15 seconds.
    pub fn with_limit(self, limit: std::time::Duration) -> Result<Self, EndpointError> {
        Ok(Self { client: client(limit)?, ..self })
    }

    async fn call(&self, path: &str, token: Option<&str>, body: &Value) -> Result<Answer, SendOutcome> {
        let mut url = self.endpoint.clone();
        url.set_path(path);
        if let Some(token) = token {
            url.query_pairs_mut().append_pair("access_token", token);
        }
        exchange(self.client.post(url).json(body), &self.clock).await
    }

    async fn send_one(self, message: OutgoingMessage) -> SendOutcome {
        let body = match self.body(&message) {
            Ok(body) => body,
            Err(outcome) => return outcome,
        };
        let mut refused = None;
        loop {
            let token = match token(&self, refused.as_deref()).await {
                Ok(token) => token,
                Err(outcome) => return outcome,
            };
            let answer = self.call("/cgi-bin/message/subscribe/send", Some(&token), &body).await;
            let said = match answer.and_then(|answer| object(&answer)) {
                Ok(said) => said,
                Err(outcome) => return outcome,
            };
            let code = text(&said, "errcode").unwrap_or_default();
            // Another token, once: with this one nothing was sent.
            if is_of_token(&code) && refused.is_none() {
                refused = Some(token);
                continue;
            }
            return judge(&said, &code);
        }
    }

    fn body(&self, message: &OutgoingMessage) -> Result<Value, SendOutcome> {
        let Some(to) = &message.to else {
            return Err(SendOutcome::refused(Class::Person(Person::Unreachable), "to_missing", ""));
        };
        let Some(template) = &message.template else {
            return Err(SendOutcome::refused(Class::Template, "template_missing", ""));
        };
        let value = |value: &str| json!({ "value": value });
        let data: Map<String, Value> =
            message.parameters.iter().map(|one| (one.name.clone(), value(&one.value))).collect();
        // A page is a path in the mini-program, not an address of the web.
        let own = message.link.as_ref().filter(|link| !link.contains("://"));
        let mut body = json!({
            "touser": to.expose(),
            "template_id": template,
            "data": data,
            "miniprogram_state": self.settings.edition.as_str(),
            "lang": "zh_CN",
        });
        if let Some(page) = own.or(self.settings.page.as_ref()) {
            body["page"] = page.trim_start_matches('/').into();
        }
        Ok(body)
    }
}

/// The token is not, or not any more, good.
fn is_of_token(code: &str) -> bool {
    matches!(code, "40001" | "40014" | "42001")
}

/// An answer is an object of JSON, whatever the status.
fn object(answer: &Answer) -> Result<Map<String, Value>, SendOutcome> {
    let said = answer.body.as_deref().and_then(|body| serde_json::from_slice(body).ok());
    said.ok_or_else(|| SendOutcome::unknown("answer_unreadable"))
}

fn judge(said: &Map<String, Value>, code: &str) -> SendOutcome {
    match code {
        "" => SendOutcome::unknown("answer_unreadable"),
        "0" => {
            let provider_id = text(said, "msgid").map(|id| shortened(&id));
            SendOutcome::Accepted { provider_id, segments: None }
        }
        code => outcome(CODES, code, &text(said, "errmsg").unwrap_or_default()),
    }
}

impl MessageSender for WechatSender {
    fn deduplicates(&self) -> bool {
        false
    }

    fn send<'a>(&'a self, message: &'a OutgoingMessage) -> BoxFuture<'a, SendOutcome> {
        Box::pin(self.clone().send_one(message.clone()))
    }

    fn send_batch<'a>(&'a self, messages: &'a [OutgoingMessage]) -> BoxFuture<'a, Vec<SendOutcome>> {
        Box::pin(fan_out_messages(self, messages, Self::send_one))
    }
}
