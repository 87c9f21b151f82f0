//! The file of API keys: JSON, hashes only, written to the side and renamed.

use anyhow::Context;
use http_api::ApiKey;
use std::io::Write;
use std::path::Path;

/// Reads the keys; a missing file holds none.
pub fn read(file: &Path) -> anyhow::Result<Vec<ApiKey>> {
    if !file.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not a file of keys", file.display()))
}

/// Writes the keys.
pub fn write(file: &Path, keys: &[ApiKey]) -> anyhow::Result<()> {
    let aside = file.with_extension("tmp");
    let save = || -> std::io::Result<()> {
        let mut out = std::fs::File::create(&aside)?;
        out.write_all(serde_json::to_string_pretty(keys)?.as_bytes())?;
        out.sync_all()?;
        std::fs::rename(&aside, file)
    };
    save().with_context(|| format!("cannot write {}", file.display()))
}
