//! Aliyun's SMS service: how it is reached, and a signed call of it.

use reqwest::{Client, Url};
use serde::Deserialize;

use super::super::Nonce;
use super::super::endpoint::{EndpointError, authority, endpoint};
use super::super::exchange::{Answer, SEND_LIMIT, client, exchange};
use super::super::outcome::SendOutcome;
use super::super::report;
use super::super::secret::Secret;
use super::super::times::utc;
use super::sign::Call;
use crate::clock::Clock;

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

/// The service.
#[derive(Clone)]
pub(super) struct Service {
    client: Client,
    endpoint: Url,
    pub(super) settings: AliyunSettings,
    pub(super) clock: Clock,
    nonce: Nonce,
}

impl Service {
    pub(super) fn try_new(
        settings: AliyunSettings,
        clock: Clock,
        nonce: Nonce,
    ) -> Result<Self, EndpointError> {
        let endpoint = endpoint(&settings.endpoint)?;
        Ok(Self { client: client(SEND_LIMIT)?, endpoint, settings, clock, nonce })
    }

    pub(super) fn with_limit(self, limit: std::time::Duration) -> Result<Self, EndpointError> {
        Ok(Self { client: client(limit)?, ..self })
    }

    /// Calls `action`; `parameters` are in the order of their names.
    pub(super) async fn call(
        &self,
        action: &str,
        parameters: &[(&'static str, String)],
    ) -> Result<Answer, SendOutcome> {
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
}

/// Aliyun wants numbers of China without 86, and all others without the plus. `None` where that is the form of another
/// number: +1 352 555 0123 would be one of China.
pub(super) fn number(phone: &str) -> Option<&str> {
    let form = phone.strip_prefix("+86").or_else(|| phone.strip_prefix('+')).unwrap_or(phone);
    (report::phone(form) == report::phone(phone)).then_some(form)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn no_number_goes_out_in_the_form_of_another() {
        for (phone, form) in [
            ("+8613525550123", Some("13525550123")),
            ("+13525550123", None),
            ("+19175550123", None),
            ("+12125550123", Some("12125550123")),
            ("+85251234567", Some("85251234567")),
            ("+447911123456", Some("447911123456")),
        ] {
            assert_eq!(number(phone), form, "{phone}");
        }
    }
}
