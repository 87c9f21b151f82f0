//! The port: what the engine asks of a store, and the rows that go through it.
//!
//! A noun a file. It decides nothing and knows no store: every store passes the contract suite in `testkit`.

mod arrival;
mod coupon;
mod customer;
pub mod document;
mod error;
mod generations;
mod import;
mod message;
mod noun;
mod order;
mod outbox;
mod pick;
mod pool;
mod reward;
mod shop;
mod sprint;
mod store;
mod tables;
mod timer;

pub use arrival::{Digest, InboxKey, InboxRow, Parked, RequestRow, digest};
pub use coupon::{BatchClaimKey, BatchClaims, BatchRow, CodeKey, CodeRow, ConflictRow};
pub use domain::campaign::CampaignRow;
pub use error::{StoreError, StoreErrorKind};
pub use generations::Generations;
pub use import::{Import, ImportFailure, ImportFile, ImportOutcome, ImportState, Upload};
pub use message::{
    Before, BillRow, Dispatch, DispatchUpdate, EarlyReports, Handing, Named, PackRow, Repeats, WalletChange,
};
pub use noun::{Answers, Change, Noun, Row, answered};
pub use order::OrderRow;
pub use outbox::{Delivery, DeliveryStatus, DeliveryUpdate, OutboxRow, Webhook};
pub use pick::{DueReceiver, Pick, Room, Turn};
pub use pool::{
    BuyerKey, CandidateChange, CandidateKey, PageKey, PoolChanges, PoolKeys, PoolRow, PoolRows,
    PresaleChange, RunChange, WalkKey, last_of_second,
};
pub use reward::{reward_key, reward_place};
pub use shop::ShopRow;
pub use sprint::{HappenedKey, InvitedAs, Members, Places, Sums};
pub use store::{
    HELD, MessageFilter, Page, Read, Reader, RewardFilter, Store, Totals, Transaction, Work, Writers,
};
pub use tables::{Buyer, Changes, Keys, Nouns, Rows};
pub use timer::{Subject, Timer};
