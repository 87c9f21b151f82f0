//! Logs to standard error, as JSON or text; `RUST_LOG` chooses what is logged.

use tracing_subscriber::EnvFilter;

/// Starts logging.
pub fn start(format: &str) -> anyhow::Result<()> {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,refinery_core=warn"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        "json" => logs.json().flatten_event(true).init(),
        "text" => logs.init(),
        other => anyhow::bail!("log is json or text, not {other}"),
    }
    Ok(())
}
