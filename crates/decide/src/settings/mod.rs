//! What operators set up: the shop, its campaigns, its webhooks and lists, its imports.

pub mod campaigns;
pub mod imports;
pub mod shop;
pub mod sprints;
