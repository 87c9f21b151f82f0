//! Standard Webhooks signatures: `v1,` and the base64 of an HMAC-SHA256.
//!
//! The signed text is `id.timestamp.body`, so that a receiver can refuse an old or altered event.
//! While a secret is rotated an endpoint has several; the header then carries one signature for
//! each, and either secret verifies it. A secret never shows in a `Debug` output.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The header with the event's id; the same at each attempt.
pub const HEADER_ID: &str = "webhook-id";
/// The header with the attempt's time, in seconds since 1970.
pub const HEADER_TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signatures, separated by spaces.
pub const HEADER_SIGNATURE: &str = "webhook-signature";

/// How a secret's text begins.
const SECRET_PREFIX: &str = "whsec_";
/// The sizes of a secret in bytes that Standard Webhooks allows.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Why a text is not a signing secret. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// It does not begin with `whsec_`.
    #[error("a signing secret begins with whsec_")]
    Prefix,
    /// What follows the prefix is not base64 (standard alphabet, padded).
    #[error("a signing secret is whsec_ and base64")]
    Encoding,
    /// It has fewer than 24 or more than 64 bytes.
    #[error("a signing secret has 24 to 64 bytes")]
    Size,
}

/// The key of one endpoint, 24 to 64 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret {
    bytes: Vec<u8>,
}

impl SigningSecret {
    /// Read the text form, `whsec_` and base64.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let encoded = text.strip_prefix(SECRET_PREFIX).ok_or(SecretError::Prefix)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| SecretError::Encoding)?;
        Self::try_from_bytes(bytes)
    }

    /// Make a secret of random bytes that the caller drew.
    pub fn try_from_bytes(bytes: Vec<u8>) -> Result<Self, SecretError> {
        if SECRET_BYTES.contains(&bytes.len()) { Ok(Self { bytes }) } else { Err(SecretError::Size) }
    }

    /// The text form, to be shown to the merchant once.
    pub fn expose_text(&self) -> String {
        format!("{SECRET_PREFIX}{}", STANDARD.encode(&self.bytes))
    }

    fn mac(&self, id: &str, timestamp_seconds: i64, body: &[u8]) -> Hmac<Sha256> {
        // An HMAC takes a key of any size, and ours is bounded above.
        let mut mac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(&self.bytes).expect("HMAC takes a key of any size");
        mac.update(format!("{id}.{timestamp_seconds}.").as_bytes());
        mac.update(body);
        mac
    }

    fn sign(&self, id: &str, timestamp_seconds: i64, body: &str) -> String {
        let mac = self.mac(id, timestamp_seconds, body.as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(..)")
    }
}

/// The value of `webhook-signature`: one signature for each secret, separated by spaces.
///
/// ```
/// # use relay::signature::{SigningSecret, signature_header};
/// let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
/// let value = signature_header(
///     &[secret],
///     "msg_p5jXN8AQM9LWM0D4loKWxJek",
///     1_614_265_330,
///     r#"{"test": 2432232314}"#,
/// );
/// assert_eq!(value, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
/// # Ok::<(), relay::signature::SecretError>(())
/// ```
pub fn signature_header(secrets: &[SigningSecret], id: &str, timestamp_seconds: i64, body: &str) -> String {
    let signatures: Vec<_> = secrets.iter().map(|secret| secret.sign(id, timestamp_seconds, body)).collect();
    signatures.join(" ")
}

/// Whether one of `secrets` made one of the signatures of a `webhook-signature` header, compared in constant time. Of a
/// header no more than ten are looked at.
pub fn verifies(
    secrets: &[SigningSecret],
    id: &str,
    timestamp_seconds: i64,
    body: &[u8],
    header: &str,
) -> bool {
    let signatures = header.split_ascii_whitespace().take(10).filter_map(|one| one.strip_prefix("v1,"));
    let signatures: Vec<Vec<u8>> = signatures.filter_map(|text| STANDARD.decode(text).ok()).collect();
    secrets.iter().any(|secret| {
        let mac = secret.mac(id, timestamp_seconds, body);
        signatures.iter().any(|signature| mac.clone().verify_slice(signature).is_ok())
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use axum::http::HeaderMap;
    use standardwebhooks::Webhook;

    const BODY: &str = r#"{"type":"order.priced","data":{"名":"咖啡"}}"#;

    fn secret(seed: u8) -> SigningSecret {
        SigningSecret::try_from_bytes(vec![seed; 32]).unwrap()
    }

    fn headers(secrets: &[SigningSecret]) -> HeaderMap {
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let now = i64::try_from(now).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(HEADER_ID, "evt_1".parse().unwrap());
        headers.insert(HEADER_TIMESTAMP, now.to_string().parse().unwrap());
        let value = signature_header(secrets, "evt_1", now, BODY);
        headers.insert(HEADER_SIGNATURE, value.parse().unwrap());
        headers
    }

    fn verifies(secret: &SigningSecret, body: &str, headers: &HeaderMap) -> bool {
        let oracle = Webhook::new(&secret.expose_text()).unwrap();
        oracle.verify(body.as_bytes(), headers).is_ok()
    }

    #[test]
    fn the_reference_library_accepts_our_signature() {
        let headers = headers(&[secret(1)]);
        assert!(verifies(&secret(1), BODY, &headers));
        assert!(!verifies(&secret(2), BODY, &headers));
        assert!(!verifies(&secret(1), "{}", &headers));
    }

    #[test]
    fn during_rotation_either_secret_verifies() {
        let headers = headers(&[secret(1), secret(2)]);
        assert!(verifies(&secret(1), BODY, &headers));
        assert!(verifies(&secret(2), BODY, &headers));
        assert!(!verifies(&secret(3), BODY, &headers));
    }

    #[test]
    fn a_secret_is_prefix_base64_and_size() {
        let text = |size| format!("whsec_{}", STANDARD.encode(vec![7; size]));
        for (text, expected) in [
            (text(24), Ok(())),
            (text(64), Ok(())),
            (text(23), Err(SecretError::Size)),
            (text(65), Err(SecretError::Size)),
            (STANDARD.encode([7; 32]), Err(SecretError::Prefix)),
            ("whsec_***".to_owned(), Err(SecretError::Encoding)),
            ("whsec_".to_owned(), Err(SecretError::Size)),
        ] {
            assert_eq!(SigningSecret::parse(&text).map(drop), expected, "{text}");
        }
    }

    #[test]
    fn debug_hides_the_secret() {
        assert_eq!(format!("{:?}", secret(1)), "SigningSecret(..)");
    }
}
