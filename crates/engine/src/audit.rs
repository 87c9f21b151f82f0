//! audit placeholder
