//! Random stories of money, played on the engine and seen at their end beside the model's.

pub mod generate;
pub mod goods;
pub mod perform;
pub mod see;
pub mod shrink;
pub mod stage;
