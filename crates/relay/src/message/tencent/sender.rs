//! `SendSms`, one request for messages that differ in their numbers alone.

use serde_json::{Map, Value, json};

use super::super::endpoint::EndpointError;
use super::super::fan_out::fan_out;
use super::super::outcome::shortened;
use super::super::report::{Bad, Report, count, text};
use super::super::{Asked, Class, Fate, MessageSender, OutgoingMessage, Person, SendOutcome};
use super::ask;
use super::codes::TABLE;
use super::groups::{context, grouped};
use super::service::{Service, TencentSettings};
use crate::BoxFuture;
use crate::clock::Clock;

/// Sends by Tencent Cloud.
#[derive(Clone)]
pub struct TencentSender {
    service: Service,
}

impl TencentSender {
    /// A sender; it asks nothing yet.
    pub fn try_new(settings: TencentSettings, clock: Clock) -> Result<Self, EndpointError> {
        Ok(Self { service: Service::try_new(settings, clock)? })
    }

    /// The same with another limit for a request than 15 seconds.
    pub fn with_limit(self, limit: std::time::Duration) -> Result<Self, EndpointError> {
        Ok(Self { service: self.service.with_limit(limit)? })
    }

    /// Sends messages that differ in their numbers alone.
    async fn send_group(self, messages: Vec<OutgoingMessage>) -> Vec<SendOutcome> {
        let body = match self.body(&messages) {
            Ok(body) => body,
            Err(outcome) => return vec![outcome; messages.len()],
        };
        let said = match self.service.call("SendSms", &body).await {
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
        let signature = first.signature.as_ref().or(self.service.settings.signature.as_ref());
        let numbers: Option<Vec<&str>> =
            messages.iter().map(|message| Some(message.to.as_ref()?.expose())).collect();
        let Some(numbers) = numbers else {
            return Err(SendOutcome::refused(Class::Person(Person::Unreachable), "to_missing", ""));
        };
        let template = first.providers.tencent.as_ref().ok_or_else(|| missing("template_missing"))?;
        Ok(json!({
            "PhoneNumberSet": numbers,
            "SmsSdkAppId": self.service.settings.sdk_app_id,
            "SignName": signature.ok_or_else(|| missing("signature_missing"))?,
            "TemplateId": template.code,
            "TemplateParamSet": template.parameters,
            "SessionContext": context(messages),
        }))
    }
}

fn refusal(error: &Map<String, Value>) -> SendOutcome {
    let words = text(error, "Message").unwrap_or_default();
    match text(error, "Code") {
        Some(code) => TABLE.outcome(&code, &words),
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
        Box::pin(ask::ask(&self.service, asked))
    }

    /// Up to a hundred; Tencent's support activates it.
    fn pull(&self) -> BoxFuture<'_, Result<Vec<Result<Report, Bad>>, String>> {
        Box::pin(ask::pull(&self.service))
    }
}
