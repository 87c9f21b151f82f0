//! How a command ended, for whoever started it: the exit codes of the commands that read files.
//!
//! 0: every row was used and everything is final. 3: something was left out or is not final. 2: a file, a mapping or
//! the command line cannot be read. 1: anything else.

use domain::Lang;
use replay::{MappingError, ReadError, pool::PoolError};
use std::{fmt, process::ExitCode};

/// What a command that reads files came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Every row was used and everything is final.
    Whole,
    /// Something was left out or is not final.
    LeftOut,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Whole => Self::SUCCESS,
            Outcome::LeftOut => Self::from(3),
        }
    }
}

/// What was typed cannot be meant.
#[derive(Debug)]
pub struct Usage(pub String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// What is wrong, for people, in both languages.
#[derive(Debug)]
pub struct Both {
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
}

impl fmt::Display for Both {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

impl std::error::Error for Both {}

/// An error in words. What a mapping says wrongly is told in English, as its keys are.
pub fn told(error: &anyhow::Error, lang: Lang) -> String {
    if let Some(both) = error.downcast_ref::<Both>().filter(|_| lang == Lang::Zh) {
        return both.zh.clone();
    }
    let of_pool = |error: &&PoolError| matches!(error, PoolError::Read(_));
    let read = match error.downcast_ref::<PoolError>().filter(of_pool) {
        Some(PoolError::Read(read)) => Some(read),
        Some(_) | None => error.downcast_ref::<ReadError>(),
    };
    match read.filter(|_| lang == Lang::Zh) {
        Some(read) => read.zh(),
        None => format!("{error:#}"),
    }
}

/// The exit code of an error.
pub fn code_of(error: &anyhow::Error) -> ExitCode {
    let unreadable = |error: &(dyn std::error::Error + 'static)| {
        let of_pool = |error: &PoolError| matches!(error, PoolError::Read(_) | PoolError::Strategies(_));
        error.is::<ReadError>()
            || error.is::<MappingError>()
            || error.is::<Usage>()
            || error.downcast_ref::<PoolError>().is_some_and(of_pool)
    };
    if error.chain().any(unreadable) { ExitCode::from(2) } else { ExitCode::FAILURE }
}
