//! Settings of the service from four places: flags over environment over file over defaults.

use crate::args::ServeArgs;
use crate::connection::{Most, Patience, Terms};
use crate::outcome::Usage;
use anyhow::Context;
use domain::time::Zone;
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use relay::worker::{MAX_RECEIVERS, SHOP_SLOTS};
use serde::Deserialize;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

/// How long a request waits for its turn: who asked has lost patience soon after.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Everything that `serve` goes by.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch that people turn alone")]
pub struct Config {
    #[serde(default = "listen")]
    pub listen: String,
    pub store: Option<String>,
    #[serde(default)]
    pub sandbox: bool,
    #[serde(default)]
    pub demo: bool,
    #[serde(default)]
    pub allow_published_key: bool,
    pub keys: Option<PathBuf>,
    #[serde(default = "messages")]
    pub messages: String,
    pub messages_config: Option<PathBuf>,
    pub contact_keys: Option<PathBuf>,
    #[serde(default)]
    pub webhook_allow: Vec<String>,
    #[serde(default)]
    pub webhook_allow_http: bool,
    #[serde(default = "webhook_shop_slots")]
    pub webhook_shop_slots: usize,
    #[serde(default = "platform_time_zone")]
    pub platform_time_zone: String,
    #[serde(default = "log")]
    pub log: String,
    #[serde(default = "connections")]
    pub connections: NonZeroU32,
    #[serde(default = "connections_a_peer")]
    pub connections_a_peer: NonZeroU32,
    #[serde(default)]
    pub trusted_proxies: Vec<String>,
    #[serde(default = "head_seconds")]
    pub head_seconds: NonZeroU32,
    #[serde(default = "idle_seconds")]
    pub idle_seconds: NonZeroU32,
    #[serde(default = "body_seconds")]
    pub body_seconds: NonZeroU32,
    #[serde(default = "answer_seconds")]
    pub answer_seconds: NonZeroU32,
    #[serde(default = "requests_at_once")]
    pub requests_at_once: NonZeroU32,
    #[serde(default = "requests_waiting")]
    pub requests_waiting: u32,
    #[serde(default = "requests_a_key")]
    pub requests_a_key: u32,
    #[serde(default)]
    pub metrics_need_key: bool,
}

fn listen() -> String {
    "127.0.0.1:8080".into()
}
fn webhook_shop_slots() -> usize {
    SHOP_SLOTS
}
fn messages() -> String {
    "jsonl:messages.jsonl".into()
}
fn platform_time_zone() -> String {
    "Asia/Shanghai".into()
}
fn log() -> String {
    "json".into()
}

const fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("a default is not zero")
}
fn connections() -> NonZeroU32 {
    number(10_000)
}
/// More than any client needs, and fewer than all.
fn connections_a_peer() -> NonZeroU32 {
    number(4_000)
}
fn head_seconds() -> NonZeroU32 {
    number(10)
}
/// Longer than proxies keep a connection that is idle: it is theirs to close, or they send into one that is closing.
fn idle_seconds() -> NonZeroU32 {
    number(65)
}
fn body_seconds() -> NonZeroU32 {
    number(10)
}
fn answer_seconds() -> NonZeroU32 {
    number(30)
}
/// Enough to fill a batch of the writer while the one before it is made durable; more only wait, and grow cold.
fn requests_at_once() -> NonZeroU32 {
    number(128)
}
fn requests_waiting() -> u32 {
    2_048
}
/// More than one machine answers: it keeps nobody from work that there is room for.
fn requests_a_key() -> u32 {
    100_000
}

/// Variables that other commands read.
const OTHER_NAMES: &[&str] = &["api_key"];

const NAMES: &[&str] = &[
    "listen",
    "store",
    "sandbox",
    "demo",
    "allow_published_key",
    "keys",
    "messages",
    "messages_config",
    "contact_keys",
    "webhook_allow",
    "webhook_allow_http",
    "webhook_shop_slots",
    "platform_time_zone",
    "log",
    "connections",
    "connections_a_peer",
    "trusted_proxies",
    "head_seconds",
    "idle_seconds",
    "body_seconds",
    "answer_seconds",
    "requests_at_once",
    "requests_waiting",
    "requests_a_key",
    "metrics_need_key",
];

/// Refuses variables that nothing reads: who misspelt one would believe that it holds.
pub fn check_environment() -> anyhow::Result<()> {
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let lower = name.to_lowercase();
        let Some(setting) = lower.strip_prefix("promenade_") else { continue };
        if !NAMES.contains(&setting) && !OTHER_NAMES.contains(&setting) && !is_of_kubernetes(setting) {
            let known: Vec<_> =
                NAMES.iter().map(|name| format!("PROMENADE_{}", name.to_uppercase())).collect();
            return Err(Usage(format!("{name} is not a setting; there are {}", known.join(", "))).into());
        }
    }
    Ok(())
}

/// Kubernetes tells every container of a service by that name, whether it wants it or not.
fn is_of_kubernetes(name: &str) -> bool {
    name == "port"
        || name == "service_host"
        || ["port_", "service_port"].iter().any(|start| name.starts_with(start))
}

impl Config {
    /// Reads all four places.
    pub fn load(args: &ServeArgs) -> anyhow::Result<Self> {
        let mut figment = Figment::new();
        if let Some(file) = &args.config {
            anyhow::ensure!(file.exists(), "there is no configuration file {}", file.display());
            figment = figment.merge(Toml::file_exact(file));
        }
        let figment =
            figment.merge(Env::prefixed("PROMENADE_").only(NAMES)).merge(Serialized::defaults(args));
        let mut config: Self = figment.extract().context("the settings cannot be read")?;
        config.sandbox |= config.demo;
        Ok(config)
    }

    /// Whether the key that stands in the manual is accepted.
    pub fn takes_published_key(&self) -> bool {
        self.sandbox && self.keys.is_none()
    }

    /// How many receivers of one shop are served at once.
    pub fn webhook_shop_slots(&self) -> anyhow::Result<usize> {
        let slots = self.webhook_shop_slots;
        anyhow::ensure!(
            (1..=MAX_RECEIVERS).contains(&slots),
            "webhook_shop_slots is 1 to {MAX_RECEIVERS}, not {slots}"
        );
        Ok(slots)
    }

    /// The zone whose days count what spans shops (A-G-13).
    pub fn platform_zone(&self) -> anyhow::Result<Zone> {
        zone(&self.platform_time_zone)
    }

    /// What connections go by.
    pub fn terms(&self) -> anyhow::Result<Terms> {
        let seconds = |of: NonZeroU32| Duration::from_secs(of.get().into());
        let count = |of: u32| usize::try_from(of).unwrap_or(usize::MAX);
        let network = |text: &String| {
            text.parse()
                .with_context(|| format!("trusted_proxies: {text} is not a network such as 10.0.0.0/8"))
        };
        let trusted = self.trusted_proxies.iter().map(network).collect::<anyhow::Result<_>>()?;
        Ok(Terms {
            most: Most {
                all: count(self.connections.get()),
                of_a_peer: count(self.connections_a_peer.get()),
                trusted,
            },
            patience: Patience {
                head: seconds(self.head_seconds),
                idle: seconds(self.idle_seconds),
                body: seconds(self.body_seconds),
                answer: seconds(self.answer_seconds),
            },
            at_once: count(self.requests_at_once.get()),
            waiting: count(self.requests_waiting),
            longest_wait: LONGEST_WAIT,
        })
    }

    /// The store: a file by default, memory for a sandbox.
    pub fn store(&self) -> &str {
        let default = if self.sandbox && !self.demo { "memory" } else { "sqlite:promenade.sqlite" };
        self.store.as_deref().unwrap_or(default)
    }
}

/// A time zone by its name.
pub fn zone(name: &str) -> anyhow::Result<Zone> {
    Zone::find(name).with_context(|| format!("platform_time_zone: there is no time zone {name}"))
}
