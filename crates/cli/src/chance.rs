//! Chance, from the operating system.

use relay::message::Nonce;
use std::fmt::Write;
use std::sync::Arc;

/// 32 random bytes of the operating system.
pub fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).unwrap_or_else(|error| unreachable!("the system has no randomness: {error}"));
    bytes
}

/// 32 random hexadecimal digits.
pub fn nonce() -> Nonce {
    Arc::new(|| {
        random()[..16].iter().fold(String::with_capacity(32), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    })
}
