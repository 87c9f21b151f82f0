//! Settings of the service from four places: flags over environment over file over defaults.

use crate::args::ServeArgs;
use anyhow::Context;
use domain::time::Zone;
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use relay::worker::{MAX_RECEIVERS, SHOP_SLOTS};
use serde::Deserialize;
use std::path::PathBuf;

/// Everything that `serve` goes by.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
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

const NAMES: &[&str] = &[
    "listen",
    "store",
    "sandbox",
    "demo",
    "allow_published_key",
    "keys",
    "messages",
    "webhook_allow",
    "webhook_allow_http",
    "webhook_shop_slots",
    "platform_time_zone",
    "log",
];

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
