//! SMS by Aliyun (dysmsapi, 2017-05-25): `SendSms`, `QuerySendDetails`, and what it pushes.
//!
//! Aliyun does not drop repetitions: `OutId` comes back in reports, no more. So a message is sent once, with our id as
//! its `OutId`, and asked after when nobody knows.

mod ask;
mod callback;
mod codes;
mod sign;

use reqwest::{Client, Url};
use serde::Deserialize;

pub use callback::{ANSWER, replies, reports};
pub use codes::CODES;

use super::codes::outcome;
use super::endpoint::{EndpointError, authority, endpoint};
use super::exchange::{Answer, SEND_LIMIT, client, exchange};
use super::fan_out::fan_out_messages;
use super::outcome::shortened;
use super::secret::Secret;
use super::times::utc;
use super::{Asked, Class, Fate, MessageSender, Nonce, OutgoingMessage, SendOutcome};
use crate::BoxFuture;
use crate::clock::Clock;
use sign::Call;

const VERSION: &str = "2017-05-25";

/// How Aliyun is reached.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AliyunSettings {
    /// The id of a key that may do `dysms:SendSms` and `dysms:QuerySendDetails`.
    pub access_key_id: String,
    /// The key.
    pub access_key_secret: Secret,
    /// The signature of messages that name none, without its brackets.
    pub signature: Option<String>,
    /// Where, by https.
    #[serde(default = "default_endpoint")]
    pub endpoint: String,
}

fn default_endpoint() -> String {
    "https://dysmsapi.aliyuncs.com".to_owned()
}

/// Sends by Aliyun.
#[derive(Clone)]
pub struct AliyunSender {
    client: Client,
    endpoint: Url,
    settings: AliyunSettings,
    clock: Clock,
    nonce: Nonce,
}

impl AliyunSender {
    /// A sender; it asks nothing yet.
    pub fn try_new(settings: AliyunSettings, clock: Clock, nonce: Nonce) -> Result<Self, EndpointError> {
        let endpoint = endpoint(&settings.endpoint)?;
        Ok(Self { client: client(SEND_LIMIT)?, endpoint, settings, clock, nonce })
    }

    /// The same with another limit for a request than 15 seconds.
    pub fn with_limit(self, limit: std::time::Duration) -> Result<Self, EndpointError> {
        Ok(Self { client: client(limit)?, ..self })
    }

    /// Calls `action`; `parameters` are in the order of their names.
    async fn call(&self, action: &str, parameters: &[(&'static str, String)]) -> Result<Answer, SendOutcome> {
        let (host, date) = (authority(&self.endpoint), utc((self.clock)()));
        let nonce = (self.nonce)();
        let call = Call { host: &host, action, version: VERSION, date: &date, nonce: &nonce, parameters };
        let mut url = self.endpoint.clone();
        url.set_query(Some(&call.query()));
        let mut request = self.client.post(url);
        for (name, value) in call.headers().into_iter().skip(1) {
            request = request.header(name, value);
        }
        let key = &self.settings;
        let signed = call.authorization(&key.access_key_id, key.access_key_secret.expose());
        exchange(request.header("authorization", signed), &self.clock).await
    }

    async fn send_one(self, message: OutgoingMessage) -> SendOutcome {
        let missing = |what: &str| SendOutcome::refused(Class::Template, what, "");
        let Some(to) = &message.to else {
            return SendOutcome::refused(Class::Person(super::Person::Unreachable), "to_missing", "");
        };
        let Some(template) = message.template.clone() else { return missing("template_missing") };
        let Some(signature) = message.signature.clone().or_else(|| self.settings.signature.clone()) else {
            return missing("signature_missing");
        };
        let values: serde_json::Map<String, serde_json::Value> =
            message.parameters.iter().map(|one| (one.name.clone(), one.value.clone().into())).collect();
        let parameters = [
            ("OutId", message.our_id()),
            ("PhoneNumbers", number(to.expose()).to_owned()),
            ("SignName", signature),
            ("TemplateCode", template),
            ("TemplateParam", serde_json::Value::Object(values).to_string()),
        ];
        match self.call("SendSms", &parameters).await {
            Ok(answer) => judge(&answer),
            Err(outcome) => outcome,
        }
    }
}

/// Aliyun wants numbers of China without 86, and all others without the plus.
fn number(phone: &str) -> &str {
    phone.strip_prefix("+86").or_else(|| phone.strip_prefix('+')).unwrap_or(phone)
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
        Some(said) => outcome(CODES, &said.code, &said.message),
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
        Box::pin(ask::ask(self, asked))
    }
}
