//! The default sender: one JSON object a line, appended to a file that something else reads.
//!
//! A batch is sent when it is on the disk. The file is opened for each batch, so it may be renamed
//! away at any time. A line torn by a crash stays torn; the next batch begins a new one.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Class, MessageSender, OutgoingMessage, SendOutcome};
use crate::BoxFuture;

/// Appends messages to a file.
#[derive(Debug, Clone)]
pub struct JsonLinesSender {
    // The lock lets one batch write at a time, also one whose caller has gone.
    path: Arc<Mutex<PathBuf>>,
}

impl JsonLinesSender {
    /// Append to `path`, which is made when the first message is sent; its folder must exist.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: Arc::new(Mutex::new(path.into())) }
    }

    /// The same, when lines can be appended to `path` now; it is made where it is not there.
    pub fn open(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        append(&path, b"").map_err(|(Failed::Open(error) | Failed::Write(error))| error)?;
        Ok(Self::new(path))
    }

    async fn append_lines(&self, messages: &[OutgoingMessage]) -> SendOutcome {
        let mut lines = Vec::new();
        for message in messages {
            if let Err(error) = serde_json::to_writer(&mut lines, message) {
                return SendOutcome::refused(Class::Content, "not_json", &error.to_string());
            }
            lines.push(b'\n');
        }
        let path = Arc::clone(&self.path);
        let written = tokio::task::spawn_blocking(move || {
            let path = path.lock().unwrap_or_else(PoisonError::into_inner);
            append(&path, &lines)
        });
        match written.await {
            Ok(Ok(())) => SendOutcome::accepted(),
            Ok(Err(Failed::Open(error))) => SendOutcome::later(error.to_string()),
            // Some lines may stand there: whoever reads them drops those that come again.
            Ok(Err(Failed::Write(error))) => SendOutcome::unknown(error.to_string()),
            Err(error) => SendOutcome::unknown(error.to_string()),
        }
    }
}

impl MessageSender for JsonLinesSender {
    /// Whoever reads the file does, by `shop_id` and `message_id`.
    fn deduplicates(&self) -> bool {
        true
    }

    /// One sync of the file is for all of them.
    fn at_once(&self) -> usize {
        4_096
    }

    fn send<'a>(&'a self, message: &'a OutgoingMessage) -> BoxFuture<'a, SendOutcome> {
        Box::pin(self.append_lines(std::slice::from_ref(message)))
    }

    fn send_batch<'a>(&'a self, messages: &'a [OutgoingMessage]) -> BoxFuture<'a, Vec<SendOutcome>> {
        Box::pin(async move { vec![self.append_lines(messages).await; messages.len()] })
    }
}

/// How far it came.
enum Failed {
    /// Nothing was written.
    Open(io::Error),
    /// Something may have been.
    Write(io::Error),
}

fn append(path: &Path, lines: &[u8]) -> Result<(), Failed> {
    let file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(Failed::Open)?;
    write(file, path, lines).map_err(Failed::Write)
}

fn write(mut file: File, path: &Path, lines: &[u8]) -> io::Result<()> {
    let is_new = file.metadata()?.len() == 0;
    if !is_new && !ends_with_newline(&mut file)? {
        file.write_all(b"\n")?;
    }
    file.write_all(lines)?;
    file.flush()?;
    file.sync_data()?;
    if is_new {
        sync_folder(path)?;
    }
    Ok(())
}

fn ends_with_newline(file: &mut File) -> io::Result<bool> {
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// A new file survives a crash only when its folder is on the disk as well.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        Some(_) | None => File::open(".")?.sync_all(),
    }
}
