//! What tests share: values of the domain, and the contract that every store keeps.

pub mod build;
pub mod contract;

/// How many seeds a randomized test tries: its usual number, times what the environment's `SEEDS_TIMES` says
/// (once, unless it is set). `SEEDS_TIMES=10 make test` looks ten times as far.
///
/// # Panics
///
/// When `SEEDS_TIMES` is set and is no number: a search that silently stays short would be worse.
#[must_use]
pub fn seeds(usual: u32) -> u32 {
    let times =
        std::env::var("SEEDS_TIMES").map_or(1, |times| times.parse().expect("SEEDS_TIMES is a whole number"));
    usual.saturating_mul(times)
}
