//! SMS by Tencent Cloud (sms, 2021-01-11): `SendSms`, the pulling of reports, and what it pushes.
//!
//! It drops no repetitions: `SessionContext` comes back with pulled reports, no more. Messages of one template, one
//! signature and the same values go in one request, two of one number never: so number and serial tell them apart.

mod ask;
mod callback;
mod codes;
mod groups;
mod sender;
mod service;
mod sign;

pub use callback::{ANSWER, replies, reports};
pub use codes::TABLE;
pub use sender::TencentSender;
pub use service::TencentSettings;
