//! What operators set up: the shop, its campaigns, its webhooks and lists.

pub mod campaigns;
pub mod shop;
