//! Where a provider is, from its settings: by https, or on this machine.

use reqwest::Url;
use url::Host;

/// Why a provider cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// No URL, or one with a path, a query or a password.
    #[error("it is https:// and a host, without a path")]
    Url,
    /// Keys and phones would go over the network as plain text.
    #[error("it must be https, except on this machine")]
    Plain,
    /// TLS could not be set up.
    #[error("a client could not be built")]
    Client(#[from] reqwest::Error),
}

/// A provider's address. Plain http is for loopback alone.
pub(crate) fn endpoint(text: &str) -> Result<Url, EndpointError> {
    let url = Url::parse(text).map_err(|_| EndpointError::Url)?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !is_bare || !url.username().is_empty() || url.password().is_some() {
        return Err(EndpointError::Url);
    }
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => Ok(url),
        ("http", Some(Host::Ipv4(ip))) if ip.is_loopback() => Ok(url),
        ("http", Some(Host::Ipv6(ip))) if ip.is_loopback() => Ok(url),
        ("http", Some(_)) => Err(EndpointError::Plain),
        _ => Err(EndpointError::Url),
    }
}

/// The host, with its port where it is not the usual one: what stands in the header `Host`.
pub(crate) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_by_https_or_stay_on_the_machine() {
        for (text, is_taken) in [
            ("https://dysmsapi.aliyuncs.com", true),
            ("https://dysmsapi.aliyuncs.com/", true),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("http://dysmsapi.aliyuncs.com", false),
            ("http://localhost.example.com", false),
            ("https://a.example.com/path", false),
            ("https://user:pass@a.example.com", false),
            ("ftp://a.example.com", false),
            ("dysmsapi.aliyuncs.com", false),
            ("", false),
        ] {
            assert_eq!(endpoint(text).is_ok(), is_taken, "{text}");
        }
    }
}
