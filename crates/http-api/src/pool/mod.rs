//! The presale pool and its gifts (S4): strategies, downloaded orders, moves by hand, stock, the list for
//! the warehouse. A file a noun.

pub mod dry_run;
pub mod gaps;
pub mod gift_list;
pub mod gift_stock;
pub mod gift_strategies;
pub mod gifts;
pub mod moves;
mod order_view;
pub mod pool_orders;
pub mod presale_strategies;
pub mod shop_orders;
mod strategies;
pub mod watermark;
mod window;
