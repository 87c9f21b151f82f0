//! What became of a message: by the reports of its number, or of all that were not pulled yet. Tencent Cloud tells only
//! what the carrier has told it, so nothing there does not mean that nothing was sent.

use serde_json::{Map, Value, json};

use super::super::report::{Bad, Report, Why, text};
use super::super::{Asked, Fate};
use super::callback::pulled;
use super::groups::CONTEXT_SEPARATOR;
use super::service::Service;

/// How far their clock may be from ours.
const SLACK_SECONDS: i64 = 600;
/// How far back it can be asked.
const MOST_SECONDS: i64 = 7 * 24 * 3_600 - SLACK_SECONDS;
/// A carrier has told by then, or never will.
const REPORTED_SECONDS: i64 = 3 * 24 * 3_600;

/// What became of it.
pub(super) async fn ask(service: &Service, asked: &Asked) -> Fate {
    let now = (service.clock)().div_euclid(1_000_000);
    let sent = asked.sent_at_micros.div_euclid(1_000_000);
    if now.saturating_sub(sent) > MOST_SECONDS {
        return Fate::NotYet;
    }
    let body = json!({
        "BeginTime": sent.saturating_sub(SLACK_SECONDS),
        "EndTime": now.min(sent.saturating_add(REPORTED_SECONDS)),
        "Offset": 0,
        "Limit": 100,
        "PhoneNumber": asked.phone.expose(),
        "SmsSdkAppId": service.settings.sdk_app_id,
    });
    let Ok(entries) = statuses(service, "PullSmsSendStatusByPhoneNumber", &body).await else {
        return Fate::NotYet;
    };
    let mut failed = None;
    for entry in entries.iter().filter_map(Value::as_object).filter(|entry| is_of(entry, asked)) {
        let Ok(report) = pulled(entry) else { continue };
        if !report.is_delivered {
            failed = Some(Fate::Failed { code: report.code, is_charged: report.is_charged });
        } else if failed.is_none() {
            failed = Some(Fate::Delivered { segments: None, at_micros: report.at_micros });
        }
    }
    failed.unwrap_or(Fate::NotYet)
}

fn is_of(entry: &Map<String, Value>, asked: &Asked) -> bool {
    let by_serial = asked.provider_id.is_some() && text(entry, "SerialNo") == asked.provider_id;
    let context = text(entry, "SessionContext").unwrap_or_default();
    by_serial || context.split(CONTEXT_SEPARATOR).any(|id| id == asked.our_id)
}

/// Reports that were not pulled before.
pub(super) async fn pull(service: &Service) -> Result<Vec<Result<Report, Bad>>, String> {
    let body = json!({"SmsSdkAppId": service.settings.sdk_app_id, "Limit": 100});
    let entries = statuses(service, "PullSmsSendStatus", &body).await?;
    let read = |(index, entry): (usize, &Value)| {
        let bad = |why| Bad { element: Some(index), why };
        let object = entry.as_object().ok_or_else(|| bad(Why::NotJson))?;
        pulled(object).map_err(|field| bad(Why::Field(field)))
    };
    Ok(entries.iter().enumerate().map(read).collect())
}

/// The entries of an answer; the error is a code.
async fn statuses(service: &Service, action: &str, body: &Value) -> Result<Vec<Value>, String> {
    let unreadable = || "answer_unreadable".to_owned();
    let answer = service.call(action, body).await.map_err(|_| "not_answered".to_owned())?;
    let body = answer.body.ok_or_else(unreadable)?;
    let mut said: Value = serde_json::from_slice(&body).map_err(|_| unreadable())?;
    let response = said.get_mut("Response").ok_or_else(unreadable)?;
    if let Some(error) = response.get("Error").and_then(Value::as_object) {
        return Err(text(error, "Code").unwrap_or_else(unreadable));
    }
    match response.get_mut("PullSmsSendStatusSet").map(Value::take) {
        Some(Value::Array(entries)) => Ok(entries),
        Some(Value::Null) => Ok(Vec::new()),
        Some(_) | None => Err(unreadable()),
    }
}
