//! The message centre's own commands: settings, templates, packs, contacts, consents, notices that no event brings, and
//! what providers say of messages.

mod customers;
mod post;
mod sent;
mod settings;

pub use post::id_by as notice_id;
pub use sent::{Answered, Says};

use crate::book::Draft;
use crate::command::Reply;
use domain::{
    Code, CustomerId, Instant, MessageId, OrderId, PurchaseId, Refusal, ShopId,
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
use port::Keys;

/// What can be asked of the message centre. `by` is the key that asks.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are those of the API")]
pub enum MessageCommand {
    /// Decides the shop's switches and limits anew, from that moment on.
    PutSettings { chosen: Box<Chosen>, from: Option<Instant>, by: String },
    /// Saves a template, which is in use from now on.
    PutTemplate { kind: Kind, channel: Channel, template: Box<Template>, by: String },
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
    /// What a message's provider answered.
    Answered { message_id: MessageId, answer: Answered },
    /// What a provider reports of a message later; `number` is whom it names.
    Reported { message_id: MessageId, number: Option<NumberKey>, report: Box<Report> },
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

/// Adds what a command names.
pub fn first_keys(shop: &ShopId, command: &MessageCommand, keys: &mut Keys) {
    match command {
        MessageCommand::PutSettings { .. } | MessageCommand::PutTemplate { .. } => {}
        MessageCommand::BuyPack { purchase_id, .. } => keys.packs.push((shop.clone(), purchase_id.clone())),
        MessageCommand::PutContact { customer_id, .. }
        | MessageCommand::PutConsent { customer_id, .. }
        | MessageCommand::Grant { customer_id, .. } => {
            keys.addressees.push((shop.clone(), customer_id.clone()))
        }
        MessageCommand::OptOut { number, .. } => keys.numbers.push((shop.clone(), number.clone())),
        MessageCommand::Post(notice) => {
            keys.addressees.push((shop.clone(), notice.customer_id.clone()));
            keys.orders.extend(notice.order_id.iter().map(|id| (shop.clone(), id.clone())));
            for channel in notice.kind.about().channels {
                keys.messages.push((shop.clone(), post::id_by(&notice.message_id, *channel)));
            }
        }
        MessageCommand::Answered { message_id, .. } | MessageCommand::Reported { message_id, .. } => {
            keys.messages.push((shop.clone(), message_id.clone()));
            keys.sends = true;
        }
    }
}

/// Decides one command.
pub fn decide(draft: &mut Draft<'_>, command: &MessageCommand) -> Result<Reply, Refusal> {
    match command {
        MessageCommand::PutSettings { chosen, from, by } => settings::put(draft, chosen, *from, by),
        MessageCommand::PutTemplate { kind, channel, template, by } => {
            settings::put_template(draft, *kind, *channel, template, by)
        }
        MessageCommand::BuyPack { purchase_id, segments, expires_at, by } => {
            settings::buy(draft, purchase_id, *segments, *expires_at, by)
        }
        MessageCommand::PutContact { customer_id, contact } => {
            customers::put_contact(draft, customer_id, contact.as_deref())
        }
        MessageCommand::PutConsent { customer_id, consent } => customers::agree(draft, customer_id, consent),
        MessageCommand::Grant { customer_id, template, count } => {
            customers::grant(draft, customer_id, template, *count)
        }
        MessageCommand::OptOut { number, at } => customers::opt_out(draft, number, *at),
        MessageCommand::Post(notice) => post::post(draft, notice),
        MessageCommand::Answered { message_id, answer } => sent::answered(draft, message_id, answer),
        MessageCommand::Reported { message_id, number, report } => {
            sent::reported(draft, message_id, number.as_ref(), report)
        }
    }
}

/// The message of that id; refused as `not_found` where there is none.
fn message(draft: &Draft<'_>, id: &MessageId) -> Result<domain::message::Message, Refusal> {
    let missing = || Refusal::with(Code::NotFound, format!("no message {id}"));
    draft.message(id).cloned().ok_or_else(missing)
}
