//! Logs to standard error, as JSON or text; `RUST_LOG` chooses what is logged.
//!
//! What always holds: logging never panics, never waits and never decides an answer. Lines go to a queue that a thread of
//! its own writes; what finds the queue full, or cannot be written (a full disk, a pipe that nobody reads), is dropped and
//! counted. Once lines can be written again the log says how many are missing.

use anyhow::Context;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::time::Duration;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Lines that may wait to be written.
const WAITING: usize = 4_096;
/// How long the end of the program waits for them.
const PATIENCE: Duration = Duration::from_millis(500);

/// What the thread is told.
enum Told {
    Line(Vec<u8>),
    /// Everything before it was handed on.
    Flush(SyncSender<()>),
}

/// Logs while it lives; what waits is written before it is gone.
pub struct Logging(Lines);

impl Drop for Logging {
    fn drop(&mut self) {
        let (done, written) = mpsc::sync_channel(1);
        if self.0.queue.try_send(Told::Flush(done)).is_ok() {
            let _ = written.recv_timeout(PATIENCE);
        }
    }
}

/// Starts logging.
pub fn start(format: &str) -> anyhow::Result<Logging> {
    let filter = filter(std::env::var("RUST_LOG").ok().as_deref())?;
    let (queue, told) = mpsc::sync_channel(WAITING);
    let lines = Lines { queue, dropped: Arc::default() };
    let dropped = lines.dropped.clone();
    std::thread::Builder::new()
        .name("log".into())
        .spawn(move || write_on(&told, &dropped, &mut io::stderr()))?;
    // What goes wrong while a line is made is not complained of on the very stream that may be broken.
    let logs = tracing_subscriber::fmt().with_env_filter(filter).log_internal_errors(false);
    let logs = logs.with_writer(lines.clone());
    match format {
        "json" => logs.json().flatten_event(true).init(),
        "text" => logs.init(),
        other => anyhow::bail!("log is json or text, not {other}"),
    }
    Ok(Logging(lines))
}

/// What is logged. A peer that breaks HTTP/2 writes no lines by default: it would do so without a key, as many as it likes.
fn filter(told: Option<&str>) -> anyhow::Result<EnvFilter> {
    let said = told.filter(|told| !told.is_empty()).unwrap_or("info,refinery_core=warn,h2=error");
    EnvFilter::try_new(said).with_context(|| format!("RUST_LOG={said} cannot be read"))
}

/// Takes lines, one a call.
#[derive(Clone)]
struct Lines {
    queue: SyncSender<Told>,
    dropped: Arc<AtomicU64>,
}

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.queue.try_send(Told::Line(line.to_vec())).is_err() {
            drop_one(&self.dropped);
        }
        Ok(line.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'l> MakeWriter<'l> for Lines {
    type Writer = Self;
    fn make_writer(&'l self) -> Self {
        self.clone()
    }
}

fn drop_one(dropped: &AtomicU64) {
    dropped.fetch_add(1, Ordering::Relaxed);
    metrics::counter!("promenade_log_lines_dropped_total").increment(1);
}

/// Writes what comes, until nobody can send any more.
fn write_on(told: &Receiver<Told>, dropped: &AtomicU64, out: &mut dyn Write) {
    for told in told {
        match told {
            Told::Line(line) => {
                if out.write_all(&line).is_err() {
                    drop_one(dropped);
                } else if let lines @ 1.. = dropped.swap(0, Ordering::Relaxed) {
                    tracing::warn!(lines, "lines of this log could not be written and were dropped");
                }
            }
            Told::Flush(done) => drop(done.send(())),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// Fails until it is told otherwise.
    struct Sink {
        is_broken: bool,
        written: Vec<u8>,
    }

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.is_broken {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.written.extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn lines(room: usize) -> (Lines, Receiver<Told>) {
        let (queue, told) = mpsc::sync_channel(room);
        (Lines { queue, dropped: Arc::default() }, told)
    }

    #[test]
    fn what_is_logged_is_what_was_told_or_it_is_refused() {
        assert_eq!(filter(None).unwrap().to_string(), filter(Some("")).unwrap().to_string());
        assert!(filter(None).unwrap().to_string().contains("h2=error"));
        assert_eq!(filter(Some("http_api=debug")).unwrap().to_string(), "http_api=debug");
        let refused = filter(Some("http_api=debgu")).unwrap_err();
        assert!(format!("{refused:#}").contains("RUST_LOG=http_api=debgu"), "{refused:#}");
    }
    #[test]
    fn a_line_that_cannot_be_written_is_dropped_and_counted() {
        for (is_broken, written, dropped) in [(true, "", 2), (false, "a\nb\n", 0)] {
            let (mut log, told) = lines(8);
            log.write_all(b"a\n").unwrap();
            log.write_all(b"b\n").unwrap();
            let count = log.dropped.clone();
            drop(log);
            let mut sink = Sink { is_broken, written: Vec::new() };
            write_on(&told, &count, &mut sink);
            assert_eq!((&sink.written[..], count.load(Ordering::Relaxed)), (written.as_bytes(), dropped));
        }
    }

    #[test]
    fn a_reader_that_stands_still_costs_lines_and_no_time() {
        let (mut log, told) = lines(1);
        for _ in 0..3 {
            log.write_all(b"a\n").unwrap();
        }
        assert_eq!(log.dropped.load(Ordering::Relaxed), 2);
        let count = log.dropped.clone();
        drop(log);
        let mut sink = Sink { is_broken: false, written: Vec::new() };
        write_on(&told, &count, &mut sink);
        assert_eq!((&sink.written[..], count.load(Ordering::Relaxed)), (&b"a\n"[..], 0), "they were told of");
    }
}
