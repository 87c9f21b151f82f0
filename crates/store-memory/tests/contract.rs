//! The memory store keeps the contract of all stores.

use port::Store;
use store_memory::MemoryStore;

testkit::store_contract!(|| Box::new(MemoryStore::new()) as Box<dyn Store>);
