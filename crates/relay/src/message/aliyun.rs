//! SMS by Aliyun (dysmsapi, 2017-05-25): `SendSms`, `QuerySendDetails`, and what it pushes.
//!
//! Aliyun does not drop repetitions: `OutId` comes back in reports, no more. So a message is sent once, with our id as
//! its `OutId`, and asked after when nobody knows.

mod ask;
mod callback;
mod codes;
mod sender;
mod service;
mod sign;

pub use callback::{ANSWER, replies, reports};
pub use codes::TABLE;
pub use sender::AliyunSender;
pub use service::AliyunSettings;
