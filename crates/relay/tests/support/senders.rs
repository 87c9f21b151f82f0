//! Senders of each provider, by a clock and chance that tests know.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use relay::message::aliyun::{AliyunSender, AliyunSettings};
use relay::message::tencent::{TencentSender, TencentSettings};
use relay::message::wechat::{WechatSender, WechatSettings};
use relay::message::{ByName, ByPosition, Nonce, Providers, Recipient, Secret, Subscription};
use relay::{Clock, OutgoingMessage};

use super::{START_MICROS, message};

/// How long a request may take in tests.
pub const HASTY: Duration = Duration::from_millis(400);

pub fn clock() -> Clock {
    Arc::new(|| START_MICROS)
}

/// n1, n2 and so on.
pub fn nonce() -> Nonce {
    let count = AtomicU64::new(1);
    Arc::new(move || format!("n{}", count.fetch_add(1, Ordering::SeqCst)))
}

pub fn aliyun(endpoint: impl Into<String>, clock: Clock) -> AliyunSender {
    let settings = AliyunSettings {
        access_key_id: "key".to_owned(),
        access_key_secret: Secret::new("aliyun-secret"),
        signature: Some("小店".to_owned()),
        endpoint: endpoint.into(),
    };
    AliyunSender::try_new(settings, clock, nonce()).unwrap().with_limit(HASTY).unwrap()
}

pub fn tencent(endpoint: impl Into<String>, clock: Clock) -> TencentSender {
    let settings = TencentSettings {
        secret_id: "id".to_owned(),
        secret_key: Secret::new("tencent-secret"),
        sdk_app_id: "1400006666".to_owned(),
        signature: Some("小店".to_owned()),
        region: "ap-guangzhou".to_owned(),
        endpoint: endpoint.into(),
    };
    TencentSender::try_new(settings, clock).unwrap().with_limit(HASTY).unwrap()
}

pub fn wechat(endpoint: impl Into<String>, clock: Clock) -> WechatSender {
    let settings = WechatSettings {
        app_id: "wx1".to_owned(),
        app_secret: Secret::new("wechat-secret"),
        page: Some("pages/index".to_owned()),
        edition: relay::message::wechat::Edition::Formal,
        endpoint: endpoint.into(),
    };
    WechatSender::try_new(settings, clock).unwrap().with_limit(HASTY).unwrap()
}

/// A message with a template of two values, at each provider.
pub fn sms(id: &str, to: &str) -> OutgoingMessage {
    let values = [("order", "o 1+2"), ("deadline", "11月4日08:00")];
    let by_name = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let code = "SMS_1".to_owned();
    let by_name: BTreeMap<String, String> = by_name.into_iter().collect();
    let wechat = Some(Subscription { template_id: code.clone(), page: None, data: by_name.clone() });
    let aliyun = Some(ByName { code: code.clone(), parameters: by_name });
    let parameters = values.map(|(_, value)| value.to_owned()).to_vec();
    let tencent = Some(ByPosition { code, parameters });
    OutgoingMessage {
        to: Some(Recipient::new(to)),
        providers: Providers { aliyun, tencent },
        wechat,
        text: Some("您的订单 o 1+2 请在11月4日08:00前付款。".to_owned()),
        ..message(id)
    }
}

/// What Tencent Cloud answers when it takes these.
pub fn tencent_takes(numbers: &[&str]) -> serde_json::Value {
    let status = |(at, number): (usize, &&str)| {
        serde_json::json!({"SerialNo": format!("2019:{at}"), "PhoneNumber": number, "Fee": 2, "SessionContext": "",
            "Code": "Ok", "Message": "send success", "IsoCode": "CN"})
    };
    let set: Vec<_> = numbers.iter().enumerate().map(status).collect();
    serde_json::json!({"Response": {"SendStatusSet": set, "RequestId": "r1"}})
}
