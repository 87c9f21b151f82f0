//! Tencent Cloud's SMS service: how it is reached, and a signed call of it.

use reqwest::{Client, Url};
use serde::Deserialize;
use serde_json::Value;

use super::super::endpoint::{EndpointError, authority, endpoint};
use super::super::exchange::{Answer, SEND_LIMIT, client, exchange};
use super::super::outcome::SendOutcome;
use super::super::secret::Secret;
use super::super::times::utc_date;
use super::sign::{CONTENT_TYPE, Call};
use crate::clock::Clock;

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

/// The service.
#[derive(Clone)]
pub(super) struct Service {
    client: Client,
    endpoint: Url,
    pub(super) settings: TencentSettings,
    pub(super) clock: Clock,
}

impl Service {
    pub(super) fn try_new(settings: TencentSettings, clock: Clock) -> Result<Self, EndpointError> {
        let endpoint = endpoint(&settings.endpoint)?;
        Ok(Self { client: client(SEND_LIMIT)?, endpoint, settings, clock })
    }

    pub(super) fn with_limit(self, limit: std::time::Duration) -> Result<Self, EndpointError> {
        Ok(Self { client: client(limit)?, ..self })
    }

    /// Calls `action`.
    pub(super) async fn call(&self, action: &str, body: &Value) -> Result<Answer, SendOutcome> {
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
}
