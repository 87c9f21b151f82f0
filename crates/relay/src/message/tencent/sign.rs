//! TC3-HMAC-SHA256: the signature of Tencent Cloud's API 3.0, over a POST of JSON.

use super::super::digest::{hex, hmac, sha256_hex};

const ALGORITHM: &str = "TC3-HMAC-SHA256";
/// The body's type, as it is signed and sent.
pub(super) const CONTENT_TYPE: &str = "application/json; charset=utf-8";

/// A request that is to be signed.
pub(super) struct Call<'a> {
    /// Host, and port where it is not the usual one.
    pub(super) host: &'a str,
    /// Such as `sms`.
    pub(super) service: &'a str,
    /// Seconds since 1970: theirs and ours may be five minutes apart.
    pub(super) seconds: i64,
    /// The day of that, in UTC.
    pub(super) date: &'a str,
    /// The body.
    pub(super) body: &'a str,
}

impl Call<'_> {
    /// The header `Authorization`.
    pub(super) fn authorization(&self, secret_id: &str, secret_key: &str) -> String {
        let Self { host, service, seconds, date, body } = self;
        let request = format!(
            "POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{host}\n\ncontent-type;host\n{}",
            sha256_hex(body)
        );
        let scope = format!("{date}/{service}/tc3_request");
        let to_sign = format!("{ALGORITHM}\n{seconds}\n{scope}\n{}", sha256_hex(request));
        let key = hmac(format!("TC3{secret_key}").as_bytes(), date);
        let key = hmac(&hmac(&key, service), "tc3_request");
        let signature = hex(&hmac(&key, &to_sign));
        format!(
            "{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders=content-type;host, Signature={signature}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of Tencent Cloud's page on signature v3. Its key is printed with asterisks, and signed so.
    #[test]
    fn the_published_example_is_signed_as_it_says() {
        let call = Call {
            host: "cvm.tencentcloudapi.com",
            service: "cvm",
            seconds: 1_551_113_065,
            date: "2019-02-25",
            body: r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#,
        };
        assert_eq!(
            call.authorization("AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******", "Gu5t9xGARNpq86cd98joQYCN3*******"),
            "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******/2019-02-25/cvm/tc3_request, \
             SignedHeaders=content-type;host, \
             Signature=2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c"
        );
    }
}
