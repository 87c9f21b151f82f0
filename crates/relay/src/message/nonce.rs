//! Chance, as something that is handed in.

use std::sync::Arc;

/// A text that was never given before and cannot be guessed, such as 32 random hexadecimal digits.
pub type Nonce = Arc<dyn Fn() -> String + Send + Sync>;
