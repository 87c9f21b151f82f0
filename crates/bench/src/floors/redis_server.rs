//! Our own Redis for one run: a free loopback port, a folder of its own, every write confirmed by the disk.

use std::{
    env,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};

use super::resp::{Connection, Reply};

const START_WITHIN: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Where `redis-server` is, if it is on the PATH.
pub fn find_program() -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join("redis-server"))
        .find(|program| program.is_file())
}

/// A running server; dropping it stops that process and no other.
pub struct RedisServer {
    child: Child,
    /// Where it listens, on loopback only.
    pub port: u16,
}

impl RedisServer {
    /// Starts the program with its files in `folder`, append-only file on, `appendfsync always`.
    pub fn start(program: &Path, folder: &Path) -> Result<Self> {
        let port = free_port()?;
        let child = Command::new(program)
            .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
            .args(["--appendonly", "yes", "--appendfsync", "always"])
            .args(["--save", ""])
            .arg("--dir")
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("start {}", program.display()))?;
        let mut server = Self { child, port };
        server.wait_until_it_listens()?;
        Ok(server)
    }

    /// A connection to this very process; another one on the port is somebody else's and is left alone.
    pub async fn connect(&self) -> Result<Connection> {
        let connection = Connection::open(self.port).await?;
        let Reply::Text(about) = connection.call(&["INFO", "server"]).await? else {
            bail!("Redis does not say which process it is");
        };
        let process = format!("process_id:{}", self.child.id());
        ensure!(
            about.lines().any(|line| line.trim_end() == process),
            "port {} belongs to another Redis",
            self.port
        );
        Ok(connection)
    }

    fn wait_until_it_listens(&mut self) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < START_WITHIN {
            if let Some(status) = self.child.try_wait()? {
                bail!("redis-server ended at once: {status}");
            }
            if std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
                return Ok(());
            }
            thread::sleep(LOOK_EVERY);
        }
        bail!("redis-server does not listen after {START_WITHIN:?}");
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // Its data is thrown away, so there is nothing that it would need time to save.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
