//! The HTTP load generator, as its caller sees it: requests into a file, a child process, its figures back.
//!
//! The child is this very program with the hidden command `load`, so clients never share threads with the
//! server under test, and the same clients stand before the echo floor and before our server.

mod client;
mod connection;

use std::{
    env, fs,
    io::{BufWriter, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};

use crate::latency::Percentiles;

pub use client::run as run_child;

/// Stands for a line break inside a body: the file of requests has one request a line.
pub const NEWLINE: char = '\u{1e}';

/// Stands for a request's number inside its body, in as many digits.
pub const NUMBER: &[u8] = b"{number}";

/// What is sent: a POST of the body, or a GET where the body is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// With the leading slash and any query.
    pub path: String,
    /// On one line.
    pub body: String,
}

/// How the child runs; also its command line.
#[derive(Debug, Clone, Args)]
pub struct LoadPlan {
    /// The server.
    #[arg(long)]
    pub address: SocketAddr,
    /// The file of requests, one a line: path, tab, body.
    #[arg(long)]
    pub requests: PathBuf,
    /// A header for every request, such as `Authorization: Bearer key`.
    #[arg(long = "header")]
    pub headers: Vec<String>,
    /// Connections, each kept open with one request in flight.
    #[arg(long, default_value_t = 64)]
    pub connections: usize,
    /// How long to measure.
    #[arg(long, default_value_t = 3.0)]
    pub seconds: f64,
    /// How long to warm up before; what is sent meanwhile is not counted.
    #[arg(long, default_value_t = 0.5)]
    pub warm_up_seconds: f64,
    /// Send each request once, without warming up, and stop, instead of starting over.
    #[arg(long)]
    pub once: bool,
    /// Requests a second, sent when their time comes whatever has been answered; as fast as answers come without it.
    #[arg(long)]
    pub rate: Option<f64>,
    /// Numbers the requests in their bodies, in place of [`NUMBER`], from here on.
    #[arg(long)]
    pub number_from: Option<u64>,
    /// The core that the child is kept on; any without one.
    #[arg(long)]
    pub core: Option<usize>,
}

/// What the load gave.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoadRun {
    /// Requests answered with success.
    pub requests: u64,
    /// Answers other than 2xx, and connections that broke.
    pub errors: u64,
    /// The first of them, in words.
    pub first_error: Option<String>,
    /// How long the run took.
    pub seconds: f64,
    /// Requests whose time came while every connection was busy for a second more: nobody waits that long.
    #[serde(default)]
    pub unsent: u64,
    /// From the first byte sent to the last byte read, successes only; at a rate from the moment that was theirs.
    pub latency: Percentiles,
}

impl LoadRun {
    /// Requests per second that were to be sent.
    pub fn offered_per_second(&self) -> f64 {
        (self.requests + self.errors + self.unsent) as f64 / self.seconds
    }

    /// Successful requests per second.
    pub fn requests_per_second(&self) -> f64 {
        self.requests as f64 / self.seconds
    }
}

impl LoadPlan {
    /// 64 connections for `seconds` against `address`, with requests from a file yet to be written.
    pub fn new(address: SocketAddr, requests: &Path, seconds: f64) -> Self {
        Self {
            address,
            requests: requests.to_path_buf(),
            headers: Vec::new(),
            connections: 64,
            seconds,
            warm_up_seconds: 0.5,
            once: false,
            rate: None,
            number_from: None,
            core: None,
        }
    }

    /// Runs the load in a child process and waits for it.
    pub fn run(&self) -> Result<LoadRun> {
        let output = on_core(&env::current_exe()?, self.core)
            .args(self.command_line())
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .context("start the load generator")?;
        ensure!(output.status.success(), "the load generator failed");
        serde_json::from_slice(&output.stdout).context("read the load generator's figures")
    }

    fn command_line(&self) -> Vec<String> {
        let mut words = vec![
            "load".to_owned(),
            format!("--address={}", self.address),
            format!("--requests={}", self.requests.display()),
            format!("--connections={}", self.connections),
            format!("--seconds={}", self.seconds),
            format!("--warm-up-seconds={}", self.warm_up_seconds),
        ];
        words.extend(self.headers.iter().map(|header| format!("--header={header}")));
        if self.once {
            words.push("--once".to_owned());
        }
        words.extend(self.rate.map(|rate| format!("--rate={rate}")));
        words.extend(self.number_from.map(|number| format!("--number-from={number}")));
        words
    }
}

/// A program that is kept on one core, if one is named.
pub fn on_core(program: &Path, core: Option<usize>) -> Command {
    match core {
        None => Command::new(program),
        Some(core) => {
            let mut command = Command::new("taskset");
            command.arg("-c").arg(core.to_string()).arg(program);
            command
        }
    }
}

/// Writes requests for a child to read.
pub fn write_requests(path: &Path, requests: impl IntoIterator<Item = Request>) -> Result<()> {
    let mut file = BufWriter::new(fs::File::create(path)?);
    for request in requests {
        let one_line = !request.path.contains(['\t', '\n']) && !request.body.contains('\n');
        ensure!(one_line, "a request must fit on one line: {request:?}");
        writeln!(file, "{}\t{}", request.path, request.body)?;
    }
    Ok(file.flush()?)
}

fn read_requests(path: &Path) -> Result<Vec<Request>> {
    let text = fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    let requests: Vec<Request> = text
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(path, body)| Request { path: path.to_owned(), body: body.replace(NEWLINE, "\n") })
        .collect();
    ensure!(!requests.is_empty(), "no requests in {}", path.display());
    Ok(requests)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_come_back_as_they_were_written() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("requests");
        let requests = [("/a", ""), ("/b?c=1", "{\"tab\":\"\t\"}")]
            .map(|(path, body)| Request { path: path.into(), body: body.into() });
        write_requests(&file, requests.clone())?;
        assert_eq!(read_requests(&file)?, requests);
        let broken = Request { path: "/a".into(), body: "{\n}".into() };
        assert!(write_requests(&file, [broken]).is_err());
        Ok(())
    }
}
