//! What a command says on its standard output, and what it complains of on the other.

use anyhow::Context;
use std::io::{self, ErrorKind, Write};

/// Writes all of the text. Whoever reads may have gone, as `head` does: that is no error. A full disk is.
pub fn say(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let said = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match said {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to the standard output")
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Complains, where anybody hears it: an output that is closed or full is no reason to end otherwise.
pub fn complain(what: &str) {
    let _ = writeln!(io::stderr(), "{what}");
}
