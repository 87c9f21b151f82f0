//! What operators set up: the shop, its campaigns, its webhooks and lists, its imports.

pub mod campaigns;
pub mod command;
pub mod imports;
mod invited;
pub mod shop;
pub mod sprints;
