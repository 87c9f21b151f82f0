//! The command line of `promenade verify-draw`.

use super::lang::LangArg;
use clap::Args;
use draw::Hash;
use std::path::PathBuf;

/// The archive of a draw.
#[derive(Debug, Args)]
pub struct VerifyDrawArgs {
    /// The archive, as the shop gives it to anybody after the end; - reads the standard input.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The last head of the chain, as the public page shows it.
    #[arg(long, value_name = "HASH")]
    pub head: Option<Hash>,
    /// A head that was seen while the draw ran; may be given again.
    #[arg(long, value_name = "HASH")]
    pub seen: Vec<Hash>,
    /// The language of what is said.
    #[command(flatten)]
    pub lang: LangArg,
}
