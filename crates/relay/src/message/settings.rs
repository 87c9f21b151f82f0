//! Who carries messages, as the operator writes it down: a file in TOML with a table for each channel.
//!
//! Every fault names its field. Secrets show themselves nowhere, so a file of settings can be logged and is not worth
//! reading there.
//!
//! ```
//! # use relay::message::settings::{Carrier, MessagesSettings};
//! let settings = MessagesSettings::parse(r#"
//!     [channel.sms]
//!     provider = "aliyun"
//!     access_key_id = "LTAI5t"
//!     access_key_secret = "…"
//!     signature = "小店"
//! "#)?;
//! assert!(matches!(settings.channels["sms"], Carrier::Aliyun(_)));
//! # Ok::<(), relay::message::settings::SettingsError>(())
//! ```

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use ipnet::IpNet;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::aliyun::{AliyunSender, AliyunSettings};
use super::codes::{self, ChargesFailed};
use super::digest::sha256_hex;
use super::http_sender::HttpSender;
use super::json_lines::JsonLinesSender;
use super::nonce::Nonce;
use super::secret::Secret;
use super::smtp::{SmtpSender, SmtpSettings};
use super::tencent::{TencentSender, TencentSettings};
use super::wechat::{WechatSender, WechatSettings};
use super::{MessageSender, Senders, aliyun, smtp, tencent, wechat};
use crate::clock::Clock;
use crate::signature::SigningSecret;

/// The channels that a message may have.
const CHANNELS: [&str; 4] = ["push", "sms", "wechat", "email"];
/// The providers that a channel may name.
const PROVIDERS: [&str; 6] = ["jsonl", "http", "aliyun", "tencent", "wechat", "smtp"];
/// The shortest secret of a callback's path: nobody guesses it.
const SHORTEST_SECRET: usize = 32;
/// The longest.
const LONGEST_SECRET: usize = 128;

/// What is wrong with a file of settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {what}")]
pub struct SettingsError {
    /// Where, such as `channel.sms.access_key_id`.
    pub field: String,
    /// What.
    pub what: String,
}

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessagesSettings {
    /// Who carries a channel.
    pub channels: BTreeMap<String, Carrier>,
    /// How providers tell what became of messages; they tell nothing without it.
    pub callbacks: Option<Callbacks>,
}

/// Who carries a channel, by the name in `provider`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carrier {
    /// `jsonl`: a file that something else reads.
    JsonLines(JsonLinesSettings),
    /// `http`: a program that takes our JSON.
    Http(HttpSettings),
    /// `aliyun`: SMS.
    Aliyun(AliyunSettings),
    /// `tencent`: SMS.
    Tencent(TencentSettings),
    /// `wechat`: subscription messages.
    Wechat(WechatSettings),
    /// `smtp`: e-mail.
    Smtp(SmtpSettings),
}

/// A file that something else reads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JsonLinesSettings {
    /// Which.
    pub file: PathBuf,
}

/// A program that takes our JSON.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    /// Where, with a user and password if it wants them.
    pub url: Secret,
    /// `whsec_…`: requests are signed with it, and callbacks have to be.
    pub secret: Option<Secret>,
    /// Whether you charge for messages that you took and could not deliver. Where not, their segments go back to the
    /// shop (A-S2-12).
    #[serde(default = "charged")]
    pub charges_failed: bool,
}

const fn charged() -> bool {
    true
}

impl HttpSettings {
    /// Whether failed deliveries cost.
    pub const fn charges_failed(&self) -> ChargesFailed {
        ChargesFailed { in_china: self.charges_failed, abroad: self.charges_failed }
    }
}

/// How providers tell what became of messages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Callbacks {
    /// Part of the path that they call: 32 to 128 letters, digits, `-` and `_`, drawn at random.
    pub secret: Secret,
    /// The addresses and networks from which they may call; any without one.
    #[serde(default)]
    pub allow: Vec<Network>,
}

impl Callbacks {
    /// Whether a caller knows the secret. How long it takes says nothing of the secret: digests are compared.
    pub fn fits(&self, said: &str) -> bool {
        sha256_hex(said) == sha256_hex(self.secret.expose())
    }

    /// Whether an address may call.
    pub fn permits(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.allow.is_empty() || self.allow.iter().any(|network| network.0.contains(&peer))
    }
}

/// An address, or a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(pub IpNet);

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let address = text.parse::<IpAddr>().map(IpNet::from);
        let network = text.parse::<IpNet>().or(address);
        network.map(Self).map_err(|_| {
            serde::de::Error::custom(format!("{text} is neither an address nor a network such as 10.0.0.0/8"))
        })
    }
}

impl MessagesSettings {
    /// Reads a file's text.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let mut file: Table = text.parse().map_err(|error: toml::de::Error| of_toml(text, &error))?;
        let tables = take(&mut file, "", "channel")?.unwrap_or_default();
        let callbacks = match take(&mut file, "", "callbacks")? {
            Some(table) => Some(callbacks(table)?),
            None => None,
        };
        if let Some(other) = file.keys().next() {
            return Err(fault(other, "there is no such table; there are channel and callbacks"));
        }
        let mut channels = BTreeMap::new();
        for (channel, table) in tables {
            let field = format!("channel.{channel}");
            if !CHANNELS.contains(&channel.as_str()) {
                return Err(fault(
                    &field,
                    &format!("there is no such channel; there are {}", CHANNELS.join(", ")),
                ));
            }
            channels.insert(channel, carrier(&field, table)?);
        }
        if channels.is_empty() {
            return Err(fault("channel", "nobody carries anything; name a provider, as in [channel.sms]"));
        }
        Ok(Self { channels, callbacks })
    }

    /// The senders; channels that the file does not name go to `default`. Faults that only show here (a folder that is
    /// not there) name their field as well.
    pub fn senders(
        &self,
        default: Arc<dyn MessageSender>,
        clock: &Clock,
        nonce: &Nonce,
    ) -> Result<Senders, SettingsError> {
        let mut senders = Senders::new(default);
        for (channel, carrier) in &self.channels {
            let sender = carrier.sender(&format!("channel.{channel}"), clock, nonce)?;
            senders = senders.with_channel(channel, sender);
        }
        Ok(senders)
    }
}

impl Carrier {
    /// The provider's name in the file.
    pub const fn provider(&self) -> &'static str {
        match self {
            Self::JsonLines(_) => "jsonl",
            Self::Http(_) => "http",
            Self::Aliyun(_) => "aliyun",
            Self::Tencent(_) => "tencent",
            Self::Wechat(_) => "wechat",
            Self::Smtp(_) => "smtp",
        }
    }

    /// What its codes mean, where it has codes of its own.
    pub const fn codes(&self) -> Option<&'static codes::Table> {
        match self {
            Self::JsonLines(_) | Self::Http(_) => None,
            Self::Aliyun(_) => Some(&aliyun::TABLE),
            Self::Tencent(_) => Some(&tencent::TABLE),
            Self::Wechat(_) => Some(&wechat::TABLE),
            Self::Smtp(_) => Some(&smtp::TABLE),
        }
    }

    /// The sender; `field` is where the settings stand.
    pub fn sender(
        &self,
        field: &str,
        clock: &Clock,
        nonce: &Nonce,
    ) -> Result<Arc<dyn MessageSender>, SettingsError> {
        let at =
            |name: &str, error: &dyn std::fmt::Display| fault(&format!("{field}.{name}"), &error.to_string());
        let (clock, nonce) = (clock.clone(), nonce.clone());
        Ok(match self {
            Self::JsonLines(settings) => {
                Arc::new(JsonLinesSender::open(&settings.file).map_err(|error| at("file", &error))?)
            }
            Self::Http(settings) => {
                let sender = HttpSender::try_new(settings.url.expose()).map_err(|error| at("url", &error))?;
                let secret = settings.secret.as_ref().map(|secret| SigningSecret::parse(secret.expose()));
                let secret = secret.transpose().map_err(|error| at("secret", &error))?;
                Arc::new(sender.signing(secret.into_iter().collect::<Vec<_>>(), clock))
            }
            Self::Aliyun(settings) => Arc::new(
                AliyunSender::try_new(settings.clone(), clock, nonce)
                    .map_err(|error| at("endpoint", &error))?,
            ),
            Self::Tencent(settings) => Arc::new(
                TencentSender::try_new(settings.clone(), clock).map_err(|error| at("endpoint", &error))?,
            ),
            Self::Wechat(settings) => Arc::new(
                WechatSender::try_new(settings.clone(), clock).map_err(|error| at("endpoint", &error))?,
            ),
            Self::Smtp(settings) => {
                Arc::new(SmtpSender::try_new(settings.clone()).map_err(|error| at(error.field(), &error))?)
            }
        })
    }
}

fn fault(field: &str, what: &str) -> SettingsError {
    SettingsError { field: field.to_owned(), what: what.to_owned() }
}

/// A fault of the file's form, by its line. Its own words would show the line, which may hold a secret.
fn of_toml(text: &str, error: &toml::de::Error) -> SettingsError {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    fault(&format!("line {line}"), error.message())
}

/// A table out of another.
fn take(table: &mut Table, at: &str, name: &str) -> Result<Option<Table>, SettingsError> {
    match table.remove(name) {
        None => Ok(None),
        Some(Value::Table(table)) => Ok(Some(table)),
        Some(_) => Err(fault(&format!("{at}{name}"), "it is a table")),
    }
}

fn carrier(field: &str, table: Value) -> Result<Carrier, SettingsError> {
    let Value::Table(mut table) = table else { return Err(fault(field, "it is a table")) };
    let which = format!("{field}.provider");
    let known = format!("one of {}", PROVIDERS.join(", "));
    let provider =
        table.remove("provider").ok_or_else(|| fault(&which, &format!("it is missing: {known}")))?;
    let carrier = match provider.as_str() {
        Some("jsonl") => Carrier::JsonLines(read(field, table)?),
        Some("http") => Carrier::Http(read(field, table)?),
        Some("aliyun") => Carrier::Aliyun(read(field, table)?),
        Some("tencent") => Carrier::Tencent(read(field, table)?),
        Some("wechat") => Carrier::Wechat(read(field, table)?),
        Some("smtp") => Carrier::Smtp(read(field, table)?),
        Some(_) | None => return Err(fault(&which, &format!("it is {known}"))),
    };
    let is_fit = match &carrier {
        Carrier::JsonLines(_) | Carrier::Http(_) => true,
        Carrier::Aliyun(_) | Carrier::Tencent(_) => field == "channel.sms",
        Carrier::Wechat(_) => field == "channel.wechat",
        Carrier::Smtp(_) => field == "channel.email",
    };
    if is_fit { Ok(carrier) } else { Err(fault(&which, "it does not carry this channel")) }
}

fn callbacks(table: Table) -> Result<Callbacks, SettingsError> {
    let callbacks: Callbacks = read("callbacks", table)?;
    let secret = callbacks.secret.expose();
    let is_plain = secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if !is_plain || !(SHORTEST_SECRET..=LONGEST_SECRET).contains(&secret.len()) {
        let what =
            format!("it has {SHORTEST_SECRET} to {LONGEST_SECRET} letters, digits, - and _, drawn at random");
        return Err(fault("callbacks.secret", &what));
    }
    Ok(callbacks)
}

/// A table's settings. An empty text is no setting: a key that is not there would fail at the provider.
fn read<T: DeserializeOwned>(field: &str, table: Table) -> Result<T, SettingsError> {
    for (name, value) in &table {
        if value.as_str().is_some_and(|text| text.trim().is_empty()) {
            return Err(fault(&format!("{field}.{name}"), "it is empty"));
        }
    }
    serde_path_to_error::deserialize(Value::Table(table)).map_err(|error| {
        let path = error.path().to_string();
        let place = if path == "." { field.to_owned() } else { format!("{field}.{path}") };
        let said = error.inner().to_string();
        fault(&place, without_values(said.trim()))
    })
}

/// A wrong type is told with the value, which may be a secret: only what was expected is shown.
fn without_values(said: &str) -> &str {
    let from = said.rfind(", expected ").map(|at| at + 2);
    match from {
        Some(from) if said.starts_with("invalid") => &said[from..],
        Some(_) | None => said,
    }
}
