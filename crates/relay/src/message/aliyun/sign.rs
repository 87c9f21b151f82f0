//! ACS3-HMAC-SHA256: the signature of Aliyun's API, version 3, over a request whose parameters stand in its query.

use super::super::digest::{hex, hmac, percent_encoded, sha256_hex};

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// A request that is to be signed.
pub(super) struct Call<'a> {
    /// Host, and port where it is not the usual one.
    pub(super) host: &'a str,
    /// Such as `SendSms`.
    pub(super) action: &'a str,
    /// Such as `2017-05-25`.
    pub(super) version: &'a str,
    /// Such as `2023-10-26T09:01:01Z`.
    pub(super) date: &'a str,
    /// Never the same twice.
    pub(super) nonce: &'a str,
    /// Names and values, in the order of the names.
    pub(super) parameters: &'a [(&'static str, String)],
}

impl Call<'_> {
    /// The query, as it is signed and sent.
    pub(super) fn query(&self) -> String {
        let pair = |(name, value): &(&str, String)| format!("{name}={}", percent_encoded(value));
        self.parameters.iter().map(pair).collect::<Vec<_>>().join("&")
    }

    /// The headers that are signed, in order, all but the host to be sent as they are.
    pub(super) fn headers(&self) -> [(&'static str, String); 6] {
        [
            ("host", self.host.to_owned()),
            ("x-acs-action", self.action.to_owned()),
            ("x-acs-content-sha256", sha256_hex("")),
            ("x-acs-date", self.date.to_owned()),
            ("x-acs-signature-nonce", self.nonce.to_owned()),
            ("x-acs-version", self.version.to_owned()),
        ]
    }

    /// The header `Authorization`.
    pub(super) fn authorization(&self, key_id: &str, key_secret: &str) -> String {
        let headers = self.headers();
        let lines = headers.each_ref().map(|(name, value)| format!("{name}:{value}\n")).concat();
        let names = headers.map(|(name, _)| name).join(";");
        let request = format!("POST\n/\n{}\n{lines}\n{names}\n{}", self.query(), sha256_hex(""));
        let to_sign = format!("{ALGORITHM}\n{}", sha256_hex(request));
        let signature = hex(&hmac(key_secret.as_bytes(), &to_sign));
        format!("{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of <https://help.aliyun.com/document_detail/2593177.html>.
    #[test]
    fn the_published_example_is_signed_as_it_says() {
        let parameters = [
            ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd".to_owned()),
            ("RegionId", "cn-shanghai".to_owned()),
        ];
        let call = Call {
            host: "ecs.cn-shanghai.aliyuncs.com",
            action: "RunInstances",
            version: "2014-05-26",
            date: "2023-10-26T10:22:32Z",
            nonce: "3156853299f313e23d1673dc12e1703d",
            parameters: &parameters,
        };
        assert_eq!(
            call.authorization("YourAccessKeyId", "YourAccessKeySecret"),
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;\
             x-acs-date;x-acs-signature-nonce;x-acs-version,\
             Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
    }
}
