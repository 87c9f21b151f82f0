//! The program itself, `promenade serve` as it is shipped, kept on a core of its own.

use std::{
    env,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::{load::on_core, ours_http::KEY_HEADER};

/// A running `promenade serve --sandbox`; dropping it ends it.
pub struct Program {
    process: Child,
    address: SocketAddr,
}

/// Where the program lies, beside the bench.
pub fn beside_the_bench() -> Result<PathBuf> {
    let program = env::current_exe()?.with_file_name("promenade");
    ensure!(program.exists(), "there is no {}: build it with the bench", program.display());
    Ok(program)
}

impl Program {
    /// Starts it on a new store in the folder.
    pub fn start(folder: &Path, core: Option<usize>, settings: &[&str]) -> Result<Self> {
        let mut command = on_core(&beside_the_bench()?, core);
        command.args(["serve", "--sandbox", "--store", "sqlite:shop.db", "--listen", "127.0.0.1:0"]);
        command.args(settings).current_dir(folder).env("RUST_LOG", "error").stdout(Stdio::piped());
        let mut process = command.spawn().context("start promenade")?;
        let output = process.stdout.take().context("its output is piped")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on http://").context("it does not listen")?;
        Ok(Self { address: address.parse()?, process })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// KiB of memory that it holds.
    pub fn resident_kib(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// Sends one request that must succeed.
    pub fn ask(&self, method: &str, path: &str, body: &str) -> Result<()> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{KEY_HEADER}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        if !answer.starts_with("HTTP/1.1 2") {
            bail!("{method} {path}: {answer}");
        }
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
