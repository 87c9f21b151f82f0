//! Providers of messages that call back: where, from where, and how a body is read.

use ipnet::IpNet;
use relay::SigningSecret;
use relay::message::{aliyun, callback, report, tencent};
use serde_json::{Value, json};
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
    Signed(Vec<SigningSecret>),
}

impl Callbacks {
    /// Whether a call may come from there.
    pub fn admits(&self, peer: Option<IpAddr>) -> bool {
        self.allow.is_empty()
            || peer.is_some_and(|peer| self.allow.iter().any(|network| network.contains(&peer)))
    }

    /// Reads delivery reports.
    pub fn reports(&self, body: &[u8]) -> Vec<Result<report::Report, report::Bad>> {
        match &self.caller {
            Caller::Aliyun => aliyun::reports(body),
            Caller::Tencent => tencent::reports(body),
            Caller::Signed(_) => callback::read(body).map_or_else(|bad| vec![Err(bad)], |told| told.reports),
        }
    }

    /// Reads replies.
    pub fn replies(&self, body: &[u8]) -> Vec<Result<report::Reply, report::Bad>> {
        match &self.caller {
            Caller::Aliyun => aliyun::replies(body),
            Caller::Tencent => tencent::replies(body),
            Caller::Signed(_) => callback::read(body).map_or_else(|bad| vec![Err(bad)], |told| told.replies),
        }
    }

    /// What the provider wants to hear.
    pub fn thanks(&self) -> Value {
        match self.caller {
            Caller::Aliyun => serde_json::from_str(aliyun::ANSWER).unwrap_or_default(),
            Caller::Tencent => serde_json::from_str(tencent::ANSWER).unwrap_or_default(),
            Caller::Signed(_) => json!({}),
        }
    }
}
