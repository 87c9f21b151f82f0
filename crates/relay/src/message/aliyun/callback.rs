//! What Aliyun pushes: arrays of delivery reports (`SmsReport`) and of replies (`SmsUp`). Nothing of it is signed.

use super::super::report::{Bad, Reply, Report, count, elements, phone, text};
use super::super::times::of_shanghai;
use super::codes::TABLE;

/// What Aliyun wants to hear: it looks only whether `code` is a number. Whoever cannot store a body answers with 50x,
/// and gets it again after 1, 5 and 10 minutes.
pub const ANSWER: &str = r#"{"code":0,"msg":"OK"}"#;

/// Delivery reports. `sms_size` is a text, and times are those of Shanghai.
///
/// ```
/// # use relay::message::aliyun::reports;
/// let body = r#"[{"phone_number":"13900000001","send_time":"2017-01-01 00:00:00","report_time":"2017-01-01 00:00:00",
///     "success":true,"err_code":"DELIVERED","err_msg":"用户接收成功","sms_size":"2","biz_id":"12345","out_id":"s1:m1"}]"#;
/// let report = reports(body.as_bytes()).remove(0).expect("it can be read");
/// assert_eq!((report.our_id.as_deref(), report.segments, report.is_delivered), (Some("s1:m1"), Some(2), true));
/// ```
pub fn reports(body: &[u8]) -> Vec<Result<Report, Bad>> {
    elements(body, |object| {
        let number = text(object, "phone_number").ok_or("phone_number")?;
        let is_delivered = match object.get("success") {
            Some(serde_json::Value::Bool(success)) => *success,
            Some(serde_json::Value::String(success)) if success == "true" => true,
            Some(serde_json::Value::String(success)) if success == "false" => false,
            _ => return Err("success"),
        };
        let phone = phone(&number).ok_or("phone_number")?;
        Ok(Report {
            our_id: text(object, "out_id"),
            message: None,
            provider_id: text(object, "biz_id"),
            is_charged: is_delivered || TABLE.charges_failed.to(&phone),
            phone: Some(phone),
            part: None,
            is_delivered,
            code: text(object, "err_code").unwrap_or_default(),
            segments: count(object, "sms_size").filter(|count| *count > 0),
            at_micros: text(object, "report_time").and_then(|time| of_shanghai(&time)),
        })
    })
}

/// Replies.
pub fn replies(body: &[u8]) -> Vec<Result<Reply, Bad>> {
    elements(body, |object| {
        let number = text(object, "phone_number").ok_or("phone_number")?;
        Ok(Reply {
            phone: phone(&number).ok_or("phone_number")?,
            text: text(object, "content").ok_or("content")?,
            signature: text(object, "sign_name"),
            at_micros: text(object, "send_time").and_then(|time| of_shanghai(&time)),
        })
    })
}
