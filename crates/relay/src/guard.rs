//! The address guard: where a merchant's webhook may connect to (server-side request forgery).
//!
//! A URL is checked when it is registered ([`AddressGuard::check_url_syntax`], without DNS) and
//! again at each attempt. A name is resolved once, inside the connect, and every address it
//! resolves to must be permitted; the connection goes to one of those very addresses. So an answer
//! of DNS that changes between check and connect has no effect.
//!
//! It never follows a redirect and never asks a proxy: those belong to the client that uses it.

mod dns;
mod guarded_dns;
mod policy;
mod ranges;

use std::net::IpAddr;
use std::sync::Arc;

use url::{Host, Url};

pub use dns::{HostResolver, SystemResolver};
pub(crate) use guarded_dns::GuardedDns;
pub use policy::{AllowEntryError, GuardPolicy};

/// The longest URL in bytes; longer ones are not addresses but payloads.
const MAX_URL_BYTES: usize = 2_048;
/// The most addresses of one name that are looked at; a name with more is refused.
const MAX_ADDRESSES: usize = 32;

/// Why a URL may not be connected to. [`GuardError::code`] is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    /// It is not a URL with a host, is longer than 2,048 bytes, or carries a user or password.
    #[error("the URL is not valid")]
    UrlInvalid,
    /// The scheme is not https (nor http where the policy allows it).
    #[error("the URL's scheme is not allowed")]
    SchemeNotAllowed,
    /// The address or port is not on the public internet's web, and no allow entry permits it.
    #[error("the URL's address is not allowed")]
    AddressNotAllowed,
    /// The name has no address, or DNS did not answer.
    #[error("the URL's host could not be resolved")]
    HostNotResolved,
}

impl GuardError {
    /// The stable code: `url_invalid`, `url_scheme_not_allowed`, `address_not_allowed` or
    /// `host_not_resolved`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UrlInvalid => "url_invalid",
            Self::SchemeNotAllowed => "url_scheme_not_allowed",
            Self::AddressNotAllowed => "address_not_allowed",
            Self::HostNotResolved => "host_not_resolved",
        }
    }
}

/// Decides where a webhook may connect to. Cloning it is cheap.
#[derive(Clone)]
pub struct AddressGuard {
    policy: Arc<GuardPolicy>,
    resolver: Arc<dyn HostResolver>,
}

impl AddressGuard {
    /// A guard that asks the machine's resolver.
    pub fn new(policy: GuardPolicy) -> Self {
        Self::with_resolver(policy, Arc::new(SystemResolver))
    }

    /// A guard that asks `resolver`.
    pub fn with_resolver(policy: GuardPolicy, resolver: Arc<dyn HostResolver>) -> Self {
        Self { policy: Arc::new(policy), resolver }
    }

    /// Check what can be known without DNS, as when a webhook is registered.
    ///
    /// Returns the URL as it will be connected to: `https://2130706433/` is `https://127.0.0.1/`,
    /// and refused. The refusals are `url_invalid`, `url_scheme_not_allowed` and, for a literal
    /// address, `localhost` or a port outside the policy, `address_not_allowed`.
    pub fn check_url_syntax(&self, url: &str) -> Result<Url, GuardError> {
        if url.len() > MAX_URL_BYTES {
            return Err(GuardError::UrlInvalid);
        }
        let url = Url::parse(url).map_err(|_| GuardError::UrlInvalid)?;
        match url.scheme() {
            "https" => {}
            "http" if self.policy.allow_http => {}
            _ => return Err(GuardError::SchemeNotAllowed),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(GuardError::UrlInvalid);
        }
        let permitted = match url.host().ok_or(GuardError::UrlInvalid)? {
            Host::Ipv4(address) => self.literal_permitted(address.into(), &url),
            Host::Ipv6(address) => self.literal_permitted(address.into(), &url),
            Host::Domain(name) => {
                self.policy.host_allowed(name) || (!is_localhost(name) && self.policy.port_allowed(&url))
            }
        };
        if permitted { Ok(url) } else { Err(GuardError::AddressNotAllowed) }
    }

    fn literal_permitted(&self, address: IpAddr, url: &Url) -> bool {
        self.policy.network_allowed(address) || (ranges::is_public(address) && self.policy.port_allowed(url))
    }

    /// Resolve `host` once and check every address; one refused address refuses the name.
    pub(crate) async fn resolve_checked(&self, host: &str) -> Result<Vec<IpAddr>, GuardError> {
        let addresses = match self.resolver.resolve(host).await {
            Ok(addresses) if !addresses.is_empty() => addresses,
            Ok(_) | Err(_) => return Err(GuardError::HostNotResolved),
        };
        let permitted = self.policy.host_allowed(host)
            || (addresses.len() <= MAX_ADDRESSES
                && addresses
                    .iter()
                    .all(|address| ranges::is_public(*address) || self.policy.network_allowed(*address)));
        if permitted { Ok(addresses) } else { Err(GuardError::AddressNotAllowed) }
    }
}

/// `localhost` and every name under it mean this machine, whatever DNS says (RFC 6761).
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}
