//! Providers of messages that call back: where, from where, and how a body is read.

use ipnet::IpNet;
use relay::SigningSecret;
use relay::message::callback::Told;
use relay::message::codes::ChargesFailed;
use relay::message::{Bad, Reply, Report, aliyun, callback, tencent};
use serde_json::Value;
use std::net::IpAddr;

/// How a provider calls back.
pub struct Callbacks {
    /// The part of the path that only the provider knows.
    pub secret: relay::message::Secret,
    /// Who calls.
    pub caller: Caller,
    /// The addresses from which they may call; any where none is named.
    pub allow: Vec<IpNet>,
    /// Signed callbacks that were taken lately.
    pub taken: callback::Taken,
}

/// Which of its addresses a provider calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComesTo {
    /// Delivery reports.
    Receipts,
    /// Replies.
    Replies,
}

fn reports(reports: Vec<Result<Report, Bad>>) -> Told {
    Told { reports, replies: Vec::new() }
}

fn replies(replies: Vec<Result<Reply, Bad>>) -> Told {
    Told { reports: Vec::new(), replies }
}

/// The address at the other end of a connection, as whoever serves connections says it.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Who calls, and how a body is read.
pub enum Caller {
    /// Aliyun: arrays, unsigned.
    Aliyun,
    /// Tencent Cloud: arrays or single objects, unsigned.
    Tencent,
    /// One that signs as our webhooks are signed.
    Signed {
        /// What it signs with.
        secrets: Vec<SigningSecret>,
        /// Whether it charges for what it could not deliver.
        charges_failed: ChargesFailed,
    },
}

impl Callbacks {
    /// Whether a call may come from there.
    pub fn admits(&self, peer: Option<IpAddr>) -> bool {
        self.allow.is_empty()
            || peer.is_some_and(|peer| self.allow.iter().any(|network| network.contains(&peer)))
    }

    /// Reads a body. The large providers send reports and replies apart; one that signs sends both in one body, whichever
    /// address it goes to.
    pub fn read(&self, body: &[u8], comes_to: ComesTo) -> Result<Told, Bad> {
        let told = match (&self.caller, comes_to) {
            (Caller::Aliyun, ComesTo::Receipts) => reports(aliyun::reports(body)),
            (Caller::Aliyun, ComesTo::Replies) => replies(aliyun::replies(body)),
            (Caller::Tencent, ComesTo::Receipts) => reports(tencent::reports(body)),
            (Caller::Tencent, ComesTo::Replies) => replies(tencent::replies(body)),
            (Caller::Signed { charges_failed, .. }, _) => callback::read(body, *charges_failed)?,
        };
        // Nothing of it can be read.
        match (&told.reports[..], &told.replies[..]) {
            ([Err(bad)], []) | ([], [Err(bad)]) if bad.element.is_none() => Err(bad.clone()),
            _ => Ok(told),
        }
    }

    /// What the provider wants to hear, whatever came of it; none where it is told what did.
    pub fn thanks(&self) -> Option<Value> {
        match self.caller {
            Caller::Aliyun => Some(serde_json::from_str(aliyun::ANSWER).unwrap_or_default()),
            Caller::Tencent => Some(serde_json::from_str(tencent::ANSWER).unwrap_or_default()),
            Caller::Signed { .. } => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(caller: Caller) -> Callbacks {
        let (secret, taken) = (relay::message::Secret::new("secret"), callback::Taken::default());
        Callbacks { secret, caller, allow: vec!["10.0.0.0/8".parse().unwrap()], taken }
    }

    /// A-S2-19: one that signs sends its body once, to either address: nothing of it is passed over.
    #[test]
    fn a_s2_19_reports_and_replies_of_one_body_are_both_read() {
        let body = json!({
            "reports": [{ "our_id": "tea:m1", "phone": "+8613800138000", "is_delivered": true, "code": "OK" }],
            "replies": [{ "phone": "+8613800138000", "text": "TD" }],
        });
        let signed = of(Caller::Signed { secrets: Vec::new(), charges_failed: ChargesFailed::ALWAYS });
        for comes_to in [ComesTo::Receipts, ComesTo::Replies] {
            let told = signed.read(body.to_string().as_bytes(), comes_to).unwrap();
            assert!(told.reports[0].is_ok() && told.replies[0].is_ok(), "{told:?}");
        }
        assert!(of(Caller::Aliyun).read(b"no array", ComesTo::Receipts).is_err());
    }

    #[test]
    fn who_calls_from_elsewhere_is_not_admitted() {
        let known = of(Caller::Tencent);
        assert!(known.admits(Some([10, 1, 2, 3].into())));
        assert!(!known.admits(Some([192, 168, 0, 1].into())) && !known.admits(None));
    }
}
