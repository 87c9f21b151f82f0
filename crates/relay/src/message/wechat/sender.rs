//! `subscribe/send`, one request for each message.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::endpoint::EndpointError;
use super::super::fan_out::fan_out_messages;
use super::super::outcome::shortened;
use super::super::report::text;
use super::super::{Class, MessageSender, OutgoingMessage, Person, SendOutcome};
use super::codes::TABLE;
use super::service::{Service, WechatSettings};
use super::token::{Tokens, token};
use crate::BoxFuture;
use crate::clock::Clock;

/// Sends by `WeChat`. Clones share their token.
#[derive(Clone)]
pub struct WechatSender {
    service: Service,
    tokens: Arc<Tokens>,
}

impl WechatSender {
    /// A sender; it asks nothing yet.
    pub fn try_new(settings: WechatSettings, clock: Clock) -> Result<Self, EndpointError> {
        Ok(Self { service: Service::try_new(settings, clock)?, tokens: Arc::default() })
    }

    /// The same with another limit for a request than 15 seconds.
    pub fn with_limit(self, limit: std::time::Duration) -> Result<Self, EndpointError> {
        Ok(Self { service: self.service.with_limit(limit)?, tokens: self.tokens })
    }

    async fn send_one(self, message: OutgoingMessage) -> SendOutcome {
        let body = match self.body(&message) {
            Ok(body) => body,
            Err(outcome) => return outcome,
        };
        let mut refused = None;
        loop {
            let token = match token(&self.service, &self.tokens, refused.as_deref()).await {
                Ok(token) => token,
                Err(outcome) => return outcome,
            };
            let path = "/cgi-bin/message/subscribe/send";
            let said = match self.service.call(path, Some(&token), &body).await {
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
        let Some(own) = &message.wechat else {
            return Err(SendOutcome::refused(Class::Template, "template_missing", ""));
        };
        let value = |value: &str| json!({ "value": value });
        let data: Map<String, Value> =
            own.data.iter().map(|(key, text)| (key.clone(), value(text))).collect();
        // A page is a path in the mini-program, not an address of the web.
        let link = message.link.as_ref().filter(|link| !link.contains("://"));
        let mut body = json!({
            "touser": to.expose(),
            "template_id": own.template_id,
            "data": data,
            "miniprogram_state": self.service.settings.edition.as_str(),
            "lang": "zh_CN",
        });
        if let Some(page) = own.page.as_ref().or(link).or(self.service.settings.page.as_ref()) {
            body["page"] = page.trim_start_matches('/').into();
        }
        Ok(body)
    }
}

/// The token is not, or not any more, good.
fn is_of_token(code: &str) -> bool {
    matches!(code, "40001" | "40014" | "42001")
}

fn judge(said: &Map<String, Value>, code: &str) -> SendOutcome {
    match code {
        "" => SendOutcome::unknown("answer_unreadable"),
        "0" => {
            let provider_id = text(said, "msgid").map(|id| shortened(&id));
            SendOutcome::Accepted { provider_id, segments: None }
        }
        code => TABLE.outcome(code, &text(said, "errmsg").unwrap_or_default()),
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
