//! Settings of the service from four places: flags over environment over file over defaults.

use crate::args::ServeArgs;
use anyhow::Context;
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
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
    pub keys: Option<PathBuf>,
    #[serde(default = "messages")]
    pub messages: String,
    #[serde(default)]
    pub webhook_allow: Vec<String>,
    #[serde(default)]
    pub webhook_allow_http: bool,
    #[serde(default = "log")]
    pub log: String,
}

fn listen() -> String {
    "127.0.0.1:8080".into()
}
fn messages() -> String {
    "jsonl:messages.jsonl".into()
}
fn log() -> String {
    "json".into()
}

const NAMES: &[&str] =
    &["listen", "store", "sandbox", "demo", "keys", "messages", "webhook_allow", "webhook_allow_http", "log"];

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

    /// The store: a file by default, memory for a sandbox.
    pub fn store(&self) -> &str {
        let default = if self.sandbox && !self.demo { "memory" } else { "sqlite:promenade.sqlite" };
        self.store.as_deref().unwrap_or(default)
    }
}
