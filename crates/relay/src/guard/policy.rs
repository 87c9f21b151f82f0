//! What the operator permits beyond the public web: schemes, ports, networks and hosts.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

/// An allow entry that is neither a network, an address nor a host name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a network (10.0.0.0/8), an address or a host name: {0}")]
pub struct AllowEntryError(pub String);

/// Which connections are permitted. The default is https to the public internet on 443 and 8443.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardPolicy {
    /// Permit http besides https, and with it the ports 80 and 8080. For a shop's own network.
    pub allow_http: bool,
    /// The ports of public addresses; `None` permits any. Allowed hosts and literal addresses in
    /// allowed networks may use any port.
    pub ports: Option<BTreeSet<u16>>,
    /// Networks permitted though they are not public; see [`GuardPolicy::allow`].
    pub networks: Vec<IpNet>,
    /// Exact host names (lower case, no final dot) permitted wherever they resolve to.
    pub hosts: BTreeSet<String>,
}

impl Default for GuardPolicy {
    fn default() -> Self {
        Self {
            allow_http: false,
            ports: Some(BTreeSet::from([443, 8443])),
            networks: Vec::new(),
            hosts: BTreeSet::new(),
        }
    }
}

impl GuardPolicy {
    /// Permit a network (`10.0.0.0/8`), an address (`10.1.2.3`) or an exact host name.
    ///
    /// An entry permits what it says and nothing else: `127.0.0.0/8` does not permit
    /// `::ffff:127.0.0.1`, and `example.com` does not permit `www.example.com`.
    pub fn allow(mut self, entry: &str) -> Result<Self, AllowEntryError> {
        let entry = entry.trim();
        if let Ok(network) = entry.parse::<IpNet>() {
            self.networks.push(network.trunc());
        } else if let Ok(address) = entry.parse::<IpAddr>() {
            self.networks.push(IpNet::from(address));
        } else if let Ok(Host::Domain(name)) = Host::parse(entry) {
            self.hosts.insert(without_dot(&name).to_owned());
        } else {
            return Err(AllowEntryError(entry.to_owned()));
        }
        Ok(self)
    }

    pub(super) fn network_allowed(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }

    pub(super) fn host_allowed(&self, name: &str) -> bool {
        self.hosts.contains(without_dot(name))
    }

    pub(super) fn port_allowed(&self, url: &Url) -> bool {
        let Some(ports) = &self.ports else {
            return true;
        };
        url.port_or_known_default()
            .is_some_and(|port| ports.contains(&port) || (self.allow_http && matches!(port, 80 | 8080)))
    }
}

/// `example.com.` and `example.com` are the same host.
fn without_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_entry_permits_what_it_says_and_nothing_else() {
        let policy = ["10.1.2.3/8", " 192.168.7.7 ", "Hooks.Internal."]
            .into_iter()
            .try_fold(GuardPolicy::default(), GuardPolicy::allow)
            .unwrap();
        for (address, allowed) in [
            ("10.255.0.1", true),
            ("11.0.0.1", false),
            ("192.168.7.7", true),
            ("192.168.7.8", false),
            ("::ffff:10.0.0.1", false),
        ] {
            let address = address.parse().unwrap();
            assert_eq!(policy.network_allowed(address), allowed, "{address}");
        }
        assert!(policy.host_allowed("hooks.internal"));
        assert!(policy.host_allowed("hooks.internal."));
        assert!(!policy.host_allowed("a.hooks.internal"));
    }

    #[test]
    fn an_entry_that_says_nothing_is_refused() {
        for entry in ["", "10.0.0.0/33", "a b", "https://x.test/"] {
            assert!(GuardPolicy::default().allow(entry).is_err(), "{entry}");
        }
    }
}
