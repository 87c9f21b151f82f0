//! How much of the machine others used while we measured, read from Linux's `/proc`.
//!
//! Busy ticks of the machine, less the ticks of this process and everything it started, over all ticks.
//! Only cores are watched: a disk that others keep busy does not show here.
//! The kernel's own threads count as others, as does time that a hypervisor took away.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, thread,
    time::{Duration, Instant},
};

/// A figure measured with others using more than this share of the machine is not quiet.
pub const QUIET_BELOW: f64 = 0.12;

const LOOK: Duration = Duration::from_millis(500);

/// The counters at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment {
    all: u64,
    busy: u64,
    own: u64,
}

impl Moment {
    /// Reads the counters; none where there is no `/proc`.
    pub fn now() -> Option<Self> {
        let (all, busy) = machine_ticks(&fs::read_to_string("/proc/stat").ok()?)?;
        Some(Self { all, busy, own: own_ticks() })
    }

    /// The share of the machine, from 0 to 1, that others used since `earlier`.
    pub fn foreign_since(self, earlier: Self) -> f64 {
        let all = self.all.saturating_sub(earlier.all).max(1);
        let busy = self.busy.saturating_sub(earlier.busy);
        let own = self.own.saturating_sub(earlier.own);
        (busy.saturating_sub(own) as f64 / all as f64).min(1.0)
    }
}

/// Waits for half a second in which others leave the machine alone, but no longer than `patience`.
pub fn wait_for_quiet(patience: Duration) {
    let started = Instant::now();
    while started.elapsed() < patience {
        let before = Moment::now();
        thread::sleep(LOOK);
        let foreign = before.zip(Moment::now()).map(|(before, after)| after.foreign_since(before));
        if foreign.is_none_or(|share| share < QUIET_BELOW) {
            return;
        }
    }
}

/// All ticks and busy ticks from the first line of `/proc/stat`.
fn machine_ticks(stat: &str) -> Option<(u64, u64)> {
    let ticks: Vec<u64> = stat
        .lines()
        .next()?
        .split_whitespace()
        .skip(1)
        .take(8) // What follows, guest time, is already counted as user time.
        .filter_map(|field| field.parse().ok())
        .collect();
    let all: u64 = ticks.iter().sum();
    let waiting = ticks.get(3)? + ticks.get(4)?; // idle and waiting for disks
    Some((all, all - waiting))
}

/// Ticks of this process, its living descendants and every child that it has waited for.
fn own_ticks() -> u64 {
    let processes = processes();
    let mut family = BTreeSet::from([std::process::id()]);
    loop {
        let before = family.len();
        let children = processes
            .iter()
            .filter(|(_, process)| family.contains(&process.parent))
            .map(|(id, _)| *id)
            .collect::<Vec<_>>();
        family.extend(children);
        if family.len() == before {
            break;
        }
    }
    family.iter().filter_map(|id| processes.get(id)).map(|process| process.ticks).sum()
}

#[derive(Debug, PartialEq, Eq)]
struct Process {
    parent: u32,
    ticks: u64,
}

fn processes() -> BTreeMap<u32, Process> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return BTreeMap::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            Some((id, parse_process(&stat)?))
        })
        .collect()
}

/// Parent and ticks from `/proc/ID/stat`; the name before them may hold spaces and brackets.
fn parse_process(stat: &str) -> Option<Process> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11..15)?; // own user and system, waited-for children's user and system
    Some(Process {
        parent: fields.get(1)?.parse().ok()?,
        ticks: ticks.iter().filter_map(|field| field.parse::<u64>().ok()).sum(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guest_time_is_not_counted_twice() {
        let stat = "cpu  100 1 20 800 30 4 5 6 50 0\ncpu0 1 2 3\n";
        assert_eq!(machine_ticks(stat), Some((966, 136)));
    }

    #[test]
    fn a_name_with_brackets_is_read() {
        let stat = "7 (a) b) S 3 7 7 0 -1 4194560 1 2 3 4 10 20 30 40 20 0";
        let expected = Process { parent: 3, ticks: 100 };
        assert_eq!(parse_process(stat), Some(expected));
    }

    #[test]
    fn foreign_is_what_is_busy_and_not_ours() {
        let before = Moment::default();
        let after = Moment { all: 200, busy: 110, own: 80 };
        assert!((after.foreign_since(before) - 0.15).abs() < 1e-9);
    }
}
