//! SMS by Tencent Cloud (sms, 2021-01-11): `SendSms`, the pulling of reports, and what it pushes.
//!
//! It drops no repetitions: `SessionContext` comes back with pulled reports, no more. Messages of one template, one
//! signature and the same values go in one request, two of one number never: so number and serial tell them apart.

mod ask;
mod callback;
mod codes;
mod groups;
mod sign;

use reqwest::{Client, Url};
use serde::Deserialize;
use serde_json::{Map, Value, json};

pub use callback::{ANSWER, replies, reports};
pub use codes::CODES;

use super::codes::outcome;
use super::endpoint::{EndpointError, authority, endpoint};
use super::exchange::{Answer, SEND_LIMIT, client, exchange};
use super::fan_out::fan_out;
use super::outcome::shortened;
use super::report::{Bad, Report, count, text};
use super::secret::Secret;
use super::times::utc_date;
use super::{Asked, Class, Fate, MessageSender, OutgoingMessage, SendOutcome};
use crate::BoxFuture;
use crate::clock::Clock;
use groups::grouped;
use sign::{CONTENT_TYPE, Call};

/// Between our ids in one `SessionContext`. No id holds it.
const CONTEXT_SEPARATOR: char = '\n';

/// How Tencent Cloud is reached.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TencentSettings {
    /// The id of a key that may use SMS.
    pub secret_id: String,
    /// The key.
    pub secret_key: Secret,
    /// The application's `SdkAppId`, such as 1400006666.
    pub sdk_app_id: String,
    /// The signature of messages that name none, without its brackets.
    pub signature: Option<String>,
    /// The region that requests name.
    #[serde(default = "default_region")]
    pub region: String,
    /// Where, by https.
    #[serde(default = "default_endpoint")]
    pub endpoint: String,
}

fn default_region() -> String {
    "ap-guangzhou".to_owned()
}

fn default_endpoint() -> String {
    "https://sms.tencentcloudapi.com".to_owned()
}

/// Sends by Tencent Cloud.
#[derive(Clone)]
pub struct TencentSender {
    client: Client,
    endpoint: Url,
    settings: TencentSettings,
    clock: Clock,
}

impl TencentSender {
    /// A sender; it asks nothing yet.
    pub fn try_new(settings: TencentSettings, clock: Clock) -> Result<Self, EndpointError> {
        let endpoint = endpoint(&settings.endpoint)?;
        Ok(Self { client: client(SEND_LIMIT)?, endpoint, settings, clock })
    }

    /// The same with another limit for a request than 15 seconds.
    pub fn with_limit(self, limit: std::time::Duration) -> Result<Self, EndpointError> {
        Ok(Self { client: client(limit)?, ..self })
    }

    /// Up to a hundred reports that were not pulled before: what is pulled does not come again. Tencent's support
    /// activates it. The error is a code.
    pub async fn pull(&self) -> Result<Vec<Result<Report, Bad>>, String> {
        let body = json!({"SmsSdkAppId": self.settings.sdk_app_id, "Limit": 100});
        ask::pull(self, &body).await
    }

    async fn call(&self, action: &str, body: &Value) -> Result<Answer, SendOutcome> {
        let (now, host, body) = ((self.clock)(), authority(&self.endpoint), body.to_string());
        let (seconds, date) = (now.div_euclid(1_000_000), utc_date(now));
        let call = Call { host: &host, service: "sms", seconds, date: &date, body: &body };
        let key = &self.settings;
        let signed = call.authorization(&key.secret_id, key.secret_key.expose());
        let request = self.client.post(self.endpoint.clone()).header("content-type", CONTENT_TYPE);
        let request = request.header("authorization", signed).header("x-tc-action", action);
        let request = request.header("x-tc-version", "2021-01-11").header("x-tc-region", &key.region);
        exchange(request.header("x-tc-timestamp", seconds).body(body), &self.clock).await
    }

    /// Sends messages that differ in their numbers alone.
    async fn send_group(self, messages: Vec<OutgoingMessage>) -> Vec<SendOutcome> {
        let body = match self.body(&messages) {
            Ok(body) => body,
            Err(outcome) => return vec![outcome; messages.len()],
        };
        let said = match self.call("SendSms", &body).await {
            Ok(answer) => answer.body.and_then(|body| serde_json::from_slice::<Value>(&body).ok()),
            Err(outcome) => return vec![outcome; messages.len()],
        };
        let response = said.as_ref().and_then(|said| said.get("Response")).and_then(Value::as_object);
        let Some(response) = response else {
            return vec![SendOutcome::unknown("answer_unreadable"); messages.len()];
        };
        if let Some(error) = response.get("Error").and_then(Value::as_object) {
            return vec![refusal(error); messages.len()];
        }
        let statuses = response.get("SendStatusSet").and_then(Value::as_array);
        let statuses = statuses.map(Vec::as_slice).unwrap_or_default();
        let of = |message: &OutgoingMessage| {
            let to = message.to.as_ref().map(|to| to.expose().to_owned());
            let mut objects = statuses.iter().filter_map(Value::as_object);
            let status = objects.find(|status| text(status, "PhoneNumber") == to);
            status.map_or_else(|| SendOutcome::unknown("not_in_the_answer"), judge)
        };
        messages.iter().map(of).collect()
    }

    fn body(&self, messages: &[OutgoingMessage]) -> Result<Value, SendOutcome> {
        let first = messages.first().ok_or_else(|| SendOutcome::unknown("nothing"))?;
        let missing = |what: &str| SendOutcome::refused(Class::Template, what, "");
        let signature = first.signature.as_ref().or(self.settings.signature.as_ref());
        let numbers: Option<Vec<&str>> =
            messages.iter().map(|message| Some(message.to.as_ref()?.expose())).collect();
        let values: Vec<&str> = first.parameters.iter().map(|one| one.value.as_str()).collect();
        let Some(numbers) = numbers else {
            return Err(SendOutcome::refused(Class::Person(super::Person::Unreachable), "to_missing", ""));
        };
        let template = first.template.as_ref().ok_or_else(|| missing("template_missing"))?;
        Ok(json!({
            "PhoneNumberSet": numbers,
            "SmsSdkAppId": self.settings.sdk_app_id,
            "SignName": signature.ok_or_else(|| missing("signature_missing"))?,
            "TemplateId": template,
            "TemplateParamSet": values,
            "SessionContext": groups::context(messages),
        }))
    }
}

fn refusal(error: &Map<String, Value>) -> SendOutcome {
    let words = text(error, "Message").unwrap_or_default();
    match text(error, "Code") {
        Some(code) => outcome(CODES, &code, &words),
        None => SendOutcome::unknown("answer_unreadable"),
    }
}

/// What was said of one number.
fn judge(status: &Map<String, Value>) -> SendOutcome {
    if text(status, "Code").as_deref() != Some("Ok") {
        return refusal(status);
    }
    let provider_id = text(status, "SerialNo").map(|id| shortened(&id));
    SendOutcome::Accepted { provider_id, segments: count(status, "Fee").filter(|fee| *fee > 0) }
}

impl MessageSender for TencentSender {
    fn deduplicates(&self) -> bool {
        false
    }

    fn send<'a>(&'a self, message: &'a OutgoingMessage) -> BoxFuture<'a, SendOutcome> {
        Box::pin(async move {
            let mut outcomes = self.clone().send_group(vec![message.clone()]).await;
            outcomes.pop().unwrap_or_else(|| SendOutcome::unknown("nothing"))
        })
    }

    fn send_batch<'a>(&'a self, messages: &'a [OutgoingMessage]) -> BoxFuture<'a, Vec<SendOutcome>> {
        Box::pin(fan_out(messages.len(), grouped(messages), |group| {
            self.clone().send_group(group.iter().map(|place| messages[*place].clone()).collect())
        }))
    }

    fn ask<'a>(&'a self, asked: &'a Asked) -> BoxFuture<'a, Fate> {
        Box::pin(ask::ask(self, asked))
    }
}
