//! Subscription messages of `WeChat`'s mini-programs: `stable_token` and `subscribe/send`.
//!
//! A message spends a grant of the buyer's (A-S2-20), and `WeChat` drops no repetitions. Values are typed by their keys
//! and checked before a message comes here; what `WeChat` says of them all the same (47003) is shown.

mod codes;
mod sender;
mod service;
mod token;

pub use codes::TABLE;
pub use sender::WechatSender;
pub use service::{Edition, WechatSettings};
