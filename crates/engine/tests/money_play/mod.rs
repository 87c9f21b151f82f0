//! Random stories of money, played on the engine and seen at their end beside the model's.

#![allow(dead_code, reason = "each test file uses its own part")]

pub mod generate;
pub mod goods;
pub mod perform;
pub mod see;
pub mod shrink;
pub mod stage;
