//! The machine and the build that figures come from. What cannot be told reads "unknown".

use std::{
    fmt, fs,
    io::Write as _,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;
use serde::Serialize;

use crate::median::median;

const PROBES: usize = 100;
const PROBE_BYTES: usize = 4096;

/// Where figures were measured.
#[derive(Debug, Clone, Serialize)]
pub struct Environment {
    /// Cores that this process may use.
    pub cores: usize,
    /// The processor, as it names itself.
    pub cpu: String,
    /// Memory in mebibytes.
    pub memory_mib: Option<u64>,
    /// Kernel release.
    pub kernel: String,
    /// Type and device of the filesystem that databases are written to.
    pub filesystem: String,
    /// Median time to append 4 KiB to a file and have the disk confirm it, in microseconds, before the suites.
    pub fdatasync_us: f64,
    /// The same after the suites. Far apart, they say that others kept the disk busy: `quiet` sees only cores.
    pub fdatasync_after_us: Option<f64>,
    /// The compiler.
    pub rustc: String,
    /// `release` or `debug`; figures of a debug build mean nothing.
    pub build: &'static str,
    /// The commit of the source tree, with `-dirty` when it was changed.
    pub commit: String,
}

impl Environment {
    /// Looks around, and measures the disk below `home`.
    pub fn look(home: &Path) -> Result<Self> {
        let unknown = || "unknown".to_owned();
        Ok(Self {
            cores: thread::available_parallelism().map_or(1, usize::from),
            cpu: field_of("/proc/cpuinfo", "model name").unwrap_or_else(unknown),
            memory_mib: field_of("/proc/meminfo", "MemTotal").and_then(|text| kib_as_mib(&text)),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease")
                .map_or_else(|_| unknown(), |text| text.trim().to_owned()),
            filesystem: filesystem_of(home).unwrap_or_else(unknown),
            fdatasync_us: fdatasync_us(home)?,
            fdatasync_after_us: None,
            rustc: option_env!("BENCH_RUSTC").unwrap_or("unknown").to_owned(),
            build: if cfg!(debug_assertions) { "debug" } else { "release" },
            commit: commit().unwrap_or_else(unknown),
        })
    }

    /// Measures the disk below `home` once more.
    pub fn look_again(&mut self, home: &Path) -> Result<()> {
        self.fdatasync_after_us = Some(fdatasync_us(home)?);
        Ok(())
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let memory = self.memory_mib.map_or_else(|| "unknown".to_owned(), |mib| format!("{mib} MiB"));
        let after =
            self.fdatasync_after_us.map_or_else(|| "unknown".to_owned(), |micros| format!("{micros:.0} us"));
        writeln!(f, "machine  {} cores, {}, {memory}, kernel {}", self.cores, self.cpu, self.kernel)?;
        writeln!(
            f,
            "disk     {}, fdatasync {:.0} us before, {} after (medians of {PROBES})",
            self.filesystem, self.fdatasync_us, after
        )?;
        write!(f, "build    {}, {}, commit {}", self.build, self.rustc, self.commit)
    }
}

/// The first value of a `name : value` line.
fn field_of(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim().to_owned())
}

fn kib_as_mib(text: &str) -> Option<u64> {
    let kib: u64 = text.strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024)
}

/// Type and device of the mount that holds `folder`: the longest mount point above it.
fn filesystem_of(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    fs::read_to_string("/proc/self/mounts")
        .ok()?
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(' ');
            let (device, point, kind) = (fields.next()?, fields.next()?, fields.next()?);
            folder.starts_with(point).then(|| (point.len(), format!("{kind} on {device}")))
        })
        .max_by_key(|(length, _)| *length)
        .map(|(_, text)| text)
}

fn fdatasync_us(home: &Path) -> Result<f64> {
    let mut file = tempfile::tempfile_in(home)?;
    let block = [7_u8; PROBE_BYTES];
    let mut micros = Vec::with_capacity(PROBES);
    for _ in 0..PROBES {
        file.write_all(&block)?;
        let asked = Instant::now();
        file.sync_data()?;
        micros.push(asked.elapsed().as_secs_f64() / Duration::from_micros(1).as_secs_f64());
    }
    Ok(median(&micros).unwrap_or_default())
}

/// The commit of the tree this crate was built from, if git and the tree are still there.
fn commit() -> Option<String> {
    let output = Command::new("git")
        .args(["-C", env!("CARGO_MANIFEST_DIR")])
        .args(["describe", "--always", "--dirty", "--exclude=*"])
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}
