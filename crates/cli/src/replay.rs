//! `promenade replay`: filled in with the replay crate.

use crate::args::ReplayArgs;

/// Runs a replay and says where its report is.
pub fn run(args: &ReplayArgs) -> anyhow::Result<()> {
    anyhow::bail!("replay of {} is not wired yet", args.mapping.display())
}
