//! Progress bars for long work: on a terminal only, so that logs and pipes stay clean.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over a known amount.
pub fn bar(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(0).with_message(what);
    let style = ProgressStyle::with_template("{msg:12} {wide_bar} {pos}/{len} {eta}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// A count of what has no known end.
pub fn count() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg}: {pos}");
    ProgressBar::no_length().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}
