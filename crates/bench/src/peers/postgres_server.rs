//! Our own `PostgreSQL` for the bench: a cluster in a folder of its own, reached by a socket that nobody else can open.
//!
//! `initdb` and `postgres` refuse to run as root; then they run as the user `postgres`, or as `nobody`.

use std::{
    env, fs,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;
use tokio_postgres::{Client, Config, NoTls};

const USER: &str = "bench";
const START_WITHIN: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// What differs from a new cluster's settings, each in favour of `PostgreSQL`: memory for all pages of a run, no
/// checkpoint because the log is full, no compiling of queries that take a millisecond, no going through whole
/// tables, for they are empty when their plans are made. Commits are as durable as ours: `fsync` and
/// `synchronous_commit` are on.
const SETTINGS: [&str; 8] = [
    "listen_addresses=",
    "shared_buffers=1GB",
    "max_wal_size=8GB",
    "jit=off",
    "enable_seqscan=off",
    "fsync=on",
    "synchronous_commit=on",
    "max_connections=100",
];

/// The folder of `PostgreSQL`'s programs: on the PATH, or where Debian puts them, the newest first.
pub fn find_programs() -> Option<PathBuf> {
    let on_path = env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>());
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = debian
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    let newest_first = versions.into_iter().rev().map(|(_, folder)| folder);
    let has_all =
        |folder: &PathBuf| ["initdb", "postgres", "pg_ctl"].iter().all(|name| folder.join(name).is_file());
    on_path.into_iter().flatten().chain(newest_first).find(has_all)
}

/// Whom a process of `PostgreSQL` runs as, where that is not us.
#[derive(Debug, Clone, Copy)]
struct Owner {
    user: u32,
    group: u32,
}

impl Owner {
    /// Nobody else unless we are root, who owns what it makes.
    fn needed(ours: &Path) -> Result<Option<Self>> {
        if fs::metadata(ours)?.uid() != 0 {
            return Ok(None);
        }
        let accounts = fs::read_to_string("/etc/passwd").context("read the users of this machine")?;
        let owner = ["postgres", "nobody"].iter().find_map(|name| {
            let account = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
            let mut numbers = account.split(':').skip(2).map(str::parse);
            Some(Self { user: numbers.next()?.ok()?, group: numbers.next()?.ok()? })
        });
        owner.map(Some).context("PostgreSQL does not run as root, and there is no user postgres or nobody")
    }
}

/// A cluster on disk.
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    home: PathBuf,
    owner: Option<Owner>,
    socket: TempDir,
}

impl Cluster {
    /// Makes one below `folder`, which others may pass through from then on but not list.
    pub fn create(programs: PathBuf, folder: &Path) -> Result<Self> {
        let owner = Owner::needed(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o711))?;
        let home = folder.canonicalize()?.join("postgres");
        fs::create_dir(&home)?;
        // Below the system's own folder, for a socket's path may not be long.
        let socket = tempfile::Builder::new().prefix("bench-").tempdir()?;
        if let Some(Owner { user, group }) = owner {
            chown(&home, Some(user), Some(group))?;
            chown(socket.path(), Some(user), Some(group))?;
        }
        let cluster = Self { programs, home, owner, socket };
        let mut initdb = cluster.command("initdb");
        initdb.arg("-D").arg(cluster.data()).args(["-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C"]);
        let made = initdb.stdin(Stdio::null()).output().context("start initdb")?;
        let said = String::from_utf8_lossy(&made.stderr);
        ensure!(made.status.success(), "initdb failed: {}", said.trim());
        Ok(cluster)
    }

    /// Starts its server.
    pub fn start(&self) -> Result<PostgresServer<'_>> {
        let log = fs::File::create(self.log())?;
        let mut postgres = self.command("postgres");
        postgres.arg("-D").arg(self.data()).arg("-k").arg(self.socket.path());
        for setting in SETTINGS {
            postgres.args(["-c", setting]);
        }
        let child = postgres
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("start postgres")?;
        Ok(PostgresServer { cluster: self, child })
    }

    fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    fn log(&self) -> PathBuf {
        self.socket.path().join("log")
    }

    /// A program of `PostgreSQL`, as who may run it and from where anybody may be.
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir("/").env("LC_ALL", "C");
        if let Some(Owner { user, group }) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }
}

/// A running server; dropping it stops that server and no other.
pub struct PostgresServer<'c> {
    cluster: &'c Cluster,
    child: Child,
}

impl PostgresServer<'_> {
    /// A connection, as soon as the server takes one. Must be called within a runtime.
    pub async fn connect(&mut self) -> Result<Client> {
        let mut config = Config::new();
        config.host_path(self.cluster.socket.path()).user(USER).dbname("postgres");
        let started = Instant::now();
        loop {
            match config.connect(NoTls).await {
                Ok((client, connection)) => {
                    // Ends with its client; what breaks it, the client's next call says.
                    tokio::spawn(connection);
                    return Ok(client);
                }
                Err(error) => {
                    if let Some(status) = self.child.try_wait()? {
                        bail!("postgres ended at once: {status}: {}", self.last_words());
                    }
                    if started.elapsed() > START_WITHIN {
                        return Err(error).context("postgres takes no connection");
                    }
                    tokio::time::sleep(LOOK_EVERY).await;
                }
            }
        }
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(self.cluster.log()).unwrap_or_default();
        log.trim().lines().last().unwrap_or_default().to_owned()
    }
}

impl Drop for PostgresServer<'_> {
    fn drop(&mut self) {
        // Its processes and its shared memory go only when it is asked to stop.
        let mut stop = self.cluster.command("pg_ctl");
        stop.arg("-D").arg(self.cluster.data()).args(["stop", "-m", "fast", "-w", "-s"]);
        let stopped = stop.stdin(Stdio::null()).status().is_ok_and(|status| status.success());
        if !stopped {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
