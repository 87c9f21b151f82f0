//! What Tencent Cloud pushes, and what is pulled: delivery reports and replies. Nothing of it is signed.

use serde_json::{Map, Value};

use super::super::Recipient;
use super::super::report::{Bad, Reply, Report, elements, phone, text};
use super::super::times::{of_seconds, of_shanghai};
use super::codes::TABLE;
use super::groups::CONTEXT_SEPARATOR;

/// What Tencent Cloud wants to hear.
pub const ANSWER: &str = r#"{"result":0,"errmsg":"OK"}"#;

/// Delivery reports, as they are pushed. Times are those of Shanghai, and our id is not among it.
///
/// ```
/// # use relay::message::tencent::reports;
/// let body = r#"[{"user_receive_time":"2015-10-17 08:03:04","nationcode":"86","mobile":"13900000001",
///     "report_status":"FAIL","errmsg":"MK:0001","description":"空号","sid":"2019:123"}]"#;
/// let report = reports(body.as_bytes()).remove(0).expect("it can be read");
/// assert_eq!((report.provider_id.as_deref(), report.code.as_str()), (Some("2019:123"), "MK:0001"));
/// assert!(!report.is_delivered);
/// ```
pub fn reports(body: &[u8]) -> Vec<Result<Report, Bad>> {
    elements(body, |object| {
        let is_delivered = is_success(text(object, "report_status")).ok_or("report_status")?;
        let phone = number(object)?;
        Ok(Report {
            our_id: None,
            message: None,
            provider_id: Some(text(object, "sid").ok_or("sid")?),
            is_charged: is_delivered || TABLE.charges_failed.to(&phone),
            phone: Some(phone),
            part: None,
            is_delivered,
            code: text(object, "errmsg").unwrap_or_default(),
            segments: None,
            at_micros: text(object, "user_receive_time").and_then(|time| of_shanghai(&time)),
        })
    })
}

/// Replies: an object each, or an array of them. Their time is in seconds since 1970.
pub fn replies(body: &[u8]) -> Vec<Result<Reply, Bad>> {
    elements(body, |object| {
        Ok(Reply {
            phone: number(object)?,
            text: text(object, "text").ok_or("text")?,
            signature: text(object, "sign"),
            at_micros: object.get("time").and_then(Value::as_i64).and_then(of_seconds),
        })
    })
}

/// One entry of `PullSmsSendStatusSet`.
pub(super) fn pulled(object: &Map<String, Value>) -> Result<Report, &'static str> {
    let number = text(object, "PhoneNumber").ok_or("PhoneNumber")?;
    let phone = phone(&number).ok_or("PhoneNumber")?;
    let is_delivered = is_success(text(object, "ReportStatus")).ok_or("ReportStatus")?;
    Ok(Report {
        our_id: text(object, "SessionContext").filter(|ids| !ids.contains(CONTEXT_SEPARATOR)),
        message: None,
        provider_id: Some(text(object, "SerialNo").ok_or("SerialNo")?),
        is_charged: is_delivered || TABLE.charges_failed.to(&phone),
        phone: Some(phone),
        part: None,
        is_delivered,
        code: text(object, "Description").unwrap_or_default(),
        segments: None,
        at_micros: object.get("UserReceiveTime").and_then(Value::as_i64).and_then(of_seconds),
    })
}

fn number(object: &Map<String, Value>) -> Result<Recipient, &'static str> {
    let nation = text(object, "nationcode").ok_or("nationcode")?;
    let mobile = text(object, "mobile").ok_or("mobile")?;
    phone(&format!("+{nation}{mobile}")).ok_or("mobile")
}

fn is_success(status: Option<String>) -> Option<bool> {
    match status?.as_str() {
        "SUCCESS" => Some(true),
        "FAIL" => Some(false),
        _ => None,
    }
}
