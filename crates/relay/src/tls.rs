//! TLS: one crypto provider for the process, and certificates to trust.
//!
//! The platform's certificates are used where there are any; a machine without them (an empty
//! container) uses Mozilla's list that comes with the program.

use reqwest::{Certificate, Client, ClientBuilder};

/// Install ring as the crypto provider of the process.
///
/// May be called many times, from anywhere: the first call counts, and a provider that someone
/// else installed stays.
pub fn install_crypto_provider() {
    // The error only says that a provider is there already, which is what we want.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Build a client from `settings`, which is called a second time without platform certificates.
pub fn build_client(settings: impl Fn() -> ClientBuilder) -> Result<Client, reqwest::Error> {
    install_crypto_provider();
    settings().build().or_else(|error| {
        tracing::warn!(%error, "no platform certificates: using the bundled list");
        settings().tls_certs_only(bundled_certificates()?).build()
    })
}

fn bundled_certificates() -> Result<Vec<Certificate>, reqwest::Error> {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .map(|certificate| Certificate::from_der(certificate))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_provider_may_be_installed_twice() {
        install_crypto_provider();
        install_crypto_provider();
    }

    #[test]
    fn the_bundled_list_builds_a_client() {
        install_crypto_provider();
        let certificates = bundled_certificates().unwrap();
        assert!(certificates.len() > 50);
        Client::builder().tls_certs_only(certificates).build().unwrap();
    }

    #[test]
    fn a_client_is_built_without_network() {
        build_client(Client::builder).unwrap();
    }

    /// Runs the test above in a process that finds no certificate on the machine.
    #[test]
    fn a_machine_without_certificates_builds_a_client() {
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "tls::tests::a_client_is_built_without_network"])
            .env("SSL_CERT_FILE", "/nonexistent/roots.pem")
            .env("SSL_CERT_DIR", "/nonexistent")
            .output()
            .unwrap();
        // A filter that matches nothing succeeds as well.
        let said = String::from_utf8_lossy(&child.stdout);
        assert!(said.contains("1 passed"), "{said}");
    }
}
