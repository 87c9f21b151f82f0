//! What happens to an order: events, payments, refunds, the cashier.

pub mod accounts;
pub mod attempts;
pub mod books;
pub mod cashier;
pub mod events;
pub mod free;
pub mod life;
pub mod refund_books;
pub mod refund_ends;
pub mod refund_figures;
pub mod refund_promises;
pub mod refund_told;
pub mod refund_transfer;
pub mod refunds;
