//! How many files the process may have open; a connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What the store, the log, deliveries and imports may need beside connections.
const FOR_OTHERS: u64 = 256;

/// Raises the limit of open files as far as the system lets it, and says what it is.
pub fn raise() -> u64 {
    let before = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: before.maximum, maximum: before.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(error = %error, "the limit of open files cannot be raised");
    }
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// How many connections there may be, of those wanted, with so many files.
pub fn connections(wanted: usize, files: u64) -> usize {
    let left = files - FOR_OTHERS.min(files / 2);
    wanted.min(usize::try_from(left).unwrap_or(usize::MAX)).max(1)
}

#[cfg(test)]
mod tests {
    use super::connections;

    #[test]
    fn connections_leave_files_to_others() {
        for (wanted, files, expected) in [
            (10_000, u64::MAX, 10_000),
            (10_000, 1_024, 768),
            (10_000, 100, 50),
            (10_000, 0, 1),
            (5, 1_024, 5),
        ] {
            assert_eq!(connections(wanted, files), expected, "{wanted} of {files}");
        }
    }
}
