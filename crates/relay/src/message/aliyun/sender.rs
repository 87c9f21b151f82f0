//! `SendSms`, one request for each message.

use serde::Deserialize;

use super::super::endpoint::EndpointError;
use super::super::exchange::Answer;
use super::super::fan_out::fan_out_messages;
use super::super::outcome::shortened;
use super::super::{Asked, Class, Fate, MessageSender, Nonce, OutgoingMessage, Person, SendOutcome};
use super::ask;
use super::codes::TABLE;
use super::service::{AliyunSettings, Service, number};
use crate::BoxFuture;
use crate::clock::Clock;

/// Sends by Aliyun.
#[derive(Clone)]
pub struct AliyunSender {
    service: Service,
}

impl AliyunSender {
    /// A sender; it asks nothing yet.
    pub fn try_new(settings: AliyunSettings, clock: Clock, nonce: Nonce) -> Result<Self, EndpointError> {
        Ok(Self { service: Service::try_new(settings, clock, nonce)? })
    }

    /// The same with another limit for a request than 15 seconds.
    pub fn with_limit(self, limit: std::time::Duration) -> Result<Self, EndpointError> {
        Ok(Self { service: self.service.with_limit(limit)? })
    }

    async fn send_one(self, message: OutgoingMessage) -> SendOutcome {
        let missing = |what: &str| SendOutcome::refused(Class::Template, what, "");
        let Some(to) = &message.to else {
            return SendOutcome::refused(Class::Person(Person::Unreachable), "to_missing", "");
        };
        let Some(number) = number(to.expose()) else {
            return SendOutcome::refused(Class::Person(Person::Foreign), "foreign_number", "");
        };
        let Some(template) = &message.providers.aliyun else { return missing("template_missing") };
        let Some(signature) = message.signature.clone().or_else(|| self.service.settings.signature.clone())
        else {
            return missing("signature_missing");
        };
        let parameters = [
            ("OutId", message.our_id()),
            ("PhoneNumbers", number.to_owned()),
            ("SignName", signature),
            ("TemplateCode", template.code.clone()),
            ("TemplateParam", serde_json::json!(template.parameters).to_string()),
        ];
        match self.service.call("SendSms", &parameters).await {
            Ok(answer) => judge(&answer),
            Err(outcome) => outcome,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Said {
    code: String,
    #[serde(default)]
    message: String,
    biz_id: Option<String>,
}

/// What was said of the one message; `Code` stands also in answers of 400 and 403.
fn judge(answer: &Answer) -> SendOutcome {
    let said: Option<Said> = answer.body.as_deref().and_then(|body| serde_json::from_slice(body).ok());
    match said {
        None => SendOutcome::unknown("answer_unreadable"),
        Some(said) if said.code == "OK" && answer.status.is_success() => {
            SendOutcome::Accepted { provider_id: said.biz_id.map(|id| shortened(&id)), segments: None }
        }
        Some(said) => TABLE.outcome(&said.code, &said.message),
    }
}

impl MessageSender for AliyunSender {
    fn deduplicates(&self) -> bool {
        false
    }

    fn send<'a>(&'a self, message: &'a OutgoingMessage) -> BoxFuture<'a, SendOutcome> {
        Box::pin(self.clone().send_one(message.clone()))
    }

    fn send_batch<'a>(&'a self, messages: &'a [OutgoingMessage]) -> BoxFuture<'a, Vec<SendOutcome>> {
        Box::pin(fan_out_messages(self, messages, Self::send_one))
    }

    fn ask<'a>(&'a self, asked: &'a Asked) -> BoxFuture<'a, Fate> {
        Box::pin(ask::ask(&self.service, asked))
    }
}
