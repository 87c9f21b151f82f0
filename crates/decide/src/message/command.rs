//! What can be asked of the message centre, and what providers answer.

use domain::{
    Code, CustomerId, Instant, MessageId, OrderId, PurchaseId,
    message::{
        Channel, Kind,
        addressee::{Consent, Contact},
        numbers::NumberKey,
        sending::Report,
        settings::Chosen,
        template::Template,
        values::Values,
    },
};
use port::Handing;

/// What can be asked of the message centre. `by` is the key that asks.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are those of the API")]
pub enum MessageCommand {
    /// Decides the shop's switches and limits anew, from that moment on.
    PutSettings { chosen: Box<Chosen>, from: Option<Instant>, by: String },
    /// Saves a template, which is in use from now on.
    PutTemplate { kind: Kind, channel: Channel, template: Box<Template>, by: String },
    /// Takes a template out of use: our own text is sent again.
    RemoveTemplate { kind: Kind, channel: Channel, by: String },
    /// Buys a pack of SMS (A-S2-13).
    BuyPack { purchase_id: PurchaseId, segments: u64, expires_at: Option<Instant>, by: String },
    /// How to reach a customer; nothing: it is erased.
    PutContact { customer_id: CustomerId, contact: Option<Box<Contact>> },
    /// What a customer said about marketing (A-S2-14).
    PutConsent { customer_id: CustomerId, consent: Box<Consent> },
    /// A customer lets messages of a `WeChat` template through (A-S2-20).
    Grant { customer_id: CustomerId, template: String, count: u32 },
    /// The owner of a number wants no marketing any more, by a reply.
    OptOut { number: NumberKey, at: Instant },
    /// A notice that no event brings.
    Post(Box<Notice>),
    /// A message is about to be given to its sender: it is judged once more, and waits or is left out where it may not go.
    HandOver(Handing),
    /// What a message's provider answered.
    Answered { message_id: MessageId, answer: Answered },
    /// What a provider reports of a message later; `numbers` is whom it names, under each key, where it names somebody.
    Reported { message_id: MessageId, numbers: Option<Vec<NumberKey>>, report: Box<Report> },
    /// What a provider reports of a message that it has not told its id of yet; `numbers` is whom it names. Of all shops:
    /// the shop is the platform's.
    ReportedEarly { provider_id: String, numbers: Vec<NumberKey>, report: Box<Report> },
}

impl MessageCommand {
    /// A message did not reach its provider, and will not.
    pub const fn refused(message_id: MessageId, code: Code) -> Self {
        let answer = Answered::Refused { code, provider_code: None, says: Says::Nothing };
        Self::Answered { message_id, answer }
    }
}

/// A notice that somebody asks for by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// The shop's id of it: the same again is no other one.
    pub message_id: MessageId,
    /// What it is.
    pub kind: Kind,
    /// To whom.
    pub customer_id: CustomerId,
    /// What it is about.
    pub order_id: Option<OrderId>,
    /// Its variables beside those of the order.
    pub values: Values,
}

/// What a message's provider answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// It took the message.
    Taken {
        /// Its own id of it.
        provider_id: Option<String>,
        /// Segments that it counts.
        segments: Option<u32>,
    },
    /// It did not, and will not.
    Refused {
        /// Why, in our words.
        code: Code,
        /// In its own.
        provider_code: Option<String>,
        /// What else that says.
        says: Says,
    },
    /// Not now: it is tried again.
    Later {
        /// Attempts so far.
        attempt: u32,
        /// When.
        next_at: Instant,
    },
    /// Nobody knows whether it did: it is asked after.
    Unknown {
        /// When.
        next_at: Instant,
    },
}

/// What a refusal says beside itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// Nothing.
    Nothing,
    /// The owner of the number wants no messages.
    OptedOut,
    /// The customer has let no more through (43101).
    NoGrant,
    /// The template is refused, whoever is written to.
    TemplateBlocked,
}
