//! What the cases do with a store, step by step.

use crate::build;
use port::{Change, Changes, Keys, OrderRow, Page, Read, Rows, Store};

/// Makes an empty store.
pub type Make<'a> = &'a dyn Fn() -> Box<dyn Store>;

/// What a store answers. An error of it fails the case, and the failure points at the line that asked.
pub trait Answer<T> {
    /// Takes what it answered.
    #[track_caller]
    fn answer(self) -> T;
}

impl<T> Answer<T> for Read<T> {
    fn answer(self) -> T {
        match self {
            Ok(answer) => answer,
            Err(error) => panic!("the store answers with an error: {error}"),
        }
    }
}

/// Writes changes in one transaction.
#[track_caller]
pub fn write(store: &mut dyn Store, fill: impl FnOnce(&mut Changes)) {
    let mut changes = Changes::default();
    fill(&mut changes);
    store.transact(&mut |open| open.write(&changes)).answer();
}

/// The message with which changes are refused.
#[track_caller]
pub fn refused(store: &mut dyn Store, fill: impl FnOnce(&mut Changes)) -> String {
    let mut changes = Changes::default();
    fill(&mut changes);
    let written = store.transact(&mut |open| open.write(&changes));
    written.expect_err("the store refuses these changes").to_string()
}

/// Loads rows in a transaction of its own.
#[track_caller]
pub fn load(store: &mut dyn Store, keys: &Keys) -> Rows {
    let mut rows = Rows::default();
    store.transact(&mut |open| open.load(keys, &mut rows)).answer();
    rows
}

/// A page after a key.
pub fn page(after: Option<&str>, limit: usize) -> Page {
    Page { after: after.map(str::to_owned), limit }
}

/// The first page, long enough for a test.
pub fn all() -> Page {
    page(None, 1_000)
}

/// A new order of the shop `s1`, with its timer in so many seconds.
pub fn new_order(order_id: &str, wake: Option<i64>) -> Change<OrderRow> {
    new_order_of("s1", order_id, wake)
}

/// A new order of a shop.
pub fn new_order_of(shop: &str, order_id: &str, wake: Option<i64>) -> Change<OrderRow> {
    let row = OrderRow {
        order: Box::new(build::order(order_id, "u-1", build::start())),
        wake_at: wake.map(build::at),
        timeline: build::timeline("order.placed", 0),
    };
    Change::new((build::id(shop), build::id(order_id)), row)
}
