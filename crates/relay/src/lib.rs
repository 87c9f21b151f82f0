//! The PUBLISH step: what a committed decision has to say leaves the house here.
//!
//! The engine persists an outbox in the same transaction as the decision; this crate takes what is
//! due from it and hands it to the outside: messages to customers ([`MessageSender`]) and webhooks
//! to merchants ([`WebhookClient`]).
//!
//! What always holds:
//! - At least once: something is settled only after it was attempted. A crash between the two
//!   repeats the attempt under the same id (`webhook-id`, `Idempotency-Key`, `message_id`).
//! - At most once where the other side does not drop repetitions (providers of SMS and `WeChat`): a message is marked
//!   before it is sent, and what may have been taken is asked after, never sent again.
//! - A merchant's URL never reaches an address the [`AddressGuard`] refuses, whatever DNS says.
//! - A slow receiver holds its own slot, never another receiver's; a shop has so many and no more, and receivers that
//!   fail have a share of their own.
//!
//! What it never does: open a store, know a campaign, follow a redirect, or log a body, a secret
//! or a webhook's URL (the path of such a URL is often a secret itself).

pub mod backoff;
mod clock;
pub mod guard;
pub mod message;
pub mod pull;
mod question;
pub mod queue;
mod retry_after;
pub mod signature;
pub mod tls;
pub mod webhook;
pub mod worker;

pub use backoff::{next_attempt, rest};
pub use clock::{Clock, system_clock};
pub use guard::{AddressGuard, GuardError, GuardPolicy, HostResolver};
pub use message::{
    Asked, Class, Fate, HttpSender, JsonLinesSender, MessageSender, OutgoingMessage, Person, Recipient,
    SendOutcome, Senders,
};
pub use pull::{Pulls, Reports};
pub use question::{Question, Questions, ask_all};
pub use queue::{
    Delivery, DeliveryOutcome, DeliveryQueue, Due, MessageKey, MessageOutcome, MessageSettlement,
    PendingMessage, Pick, Receiver, Repeats, Room, Settlement, Turn,
};
pub use signature::SigningSecret;
pub use tls::install_crypto_provider;
pub use webhook::{DeliveryResult, Endpoint, Mail, WebhookClient};
pub use worker::{DrainReport, Worker};

/// A future behind a trait object: what the ports of this crate return.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;
