//! The message centre's own commands: settings, templates, packs, contacts, consents, notices that no event brings, and
//! what providers say of messages.

mod command;
mod customers;
mod differences;
mod early;
mod handing;
pub mod mailbox;
mod post;
mod sent;
mod settings;

pub use command::{Answered, MessageCommand, Notice, Says};
pub use differences::tell as tell_differences;
pub use post::id_by as notice_id;

use crate::book::Draft;
use crate::command::Reply;
use domain::{Refusal, ShopId, message::numbers::NumberKey};
use port::Keys;

/// Adds what a command names.
pub fn first_keys(shop: &ShopId, command: &MessageCommand, keys: &mut Keys) {
    match command {
        MessageCommand::PutSettings { .. }
        | MessageCommand::PutTemplate { .. }
        | MessageCommand::RemoveTemplate { .. } => {}
        MessageCommand::BuyPack { purchase_id, .. } => keys.packs.push((shop.clone(), purchase_id.clone())),
        MessageCommand::PutContact { customer_id, contact } => {
            keys.addressees.push((shop.clone(), customer_id.clone()));
            // Whatever is sent to the customer behind it in the same batch counts against what it names.
            let named = contact.iter().flat_map(|contact| contact.numbers().cloned());
            let named = named.chain([NumberKey::of_customer(customer_id)]);
            keys.numbers.extend(named.map(|number| (shop.clone(), number)));
        }
        MessageCommand::PutConsent { customer_id, .. } | MessageCommand::Grant { customer_id, .. } => {
            keys.addressees.push((shop.clone(), customer_id.clone()));
        }
        MessageCommand::OptOut { number, .. } => keys.numbers.push((shop.clone(), number.clone())),
        MessageCommand::Post(notice) => {
            keys.addressees.push((shop.clone(), notice.customer_id.clone()));
            keys.orders.extend(notice.order_id.iter().map(|id| (shop.clone(), id.clone())));
            for channel in notice.kind.about().channels {
                let id = post::id_by(&notice.message_id, *channel);
                keys.messages.extend(id.map(|id| (shop.clone(), id)));
            }
        }
        MessageCommand::HandOver(handing) => {
            keys.messages.push((shop.clone(), handing.message_id.clone()));
            keys.undelivered.push((shop.clone(), handing.message_id.clone()));
            keys.sends = true;
        }
        MessageCommand::Answered { message_id, answer } => {
            keys.messages.push((shop.clone(), message_id.clone()));
            match answer {
                Answered::Taken { provider_id, .. } => {
                    let early = |id: &String| (ShopId::platform(), id.clone());
                    keys.early_reports.extend(provider_id.iter().map(early));
                }
                Answered::Refused { .. } => {
                    keys.undelivered.push((shop.clone(), message_id.clone()));
                    keys.sends = true;
                }
                Answered::Later { .. } | Answered::Unknown { .. } => {}
            }
        }
        MessageCommand::Reported { message_id, .. } => {
            keys.messages.push((shop.clone(), message_id.clone()));
        }
        MessageCommand::ReportedEarly { provider_id, .. } => {
            keys.early_reports.push((shop.clone(), provider_id.clone()));
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
        MessageCommand::RemoveTemplate { kind, channel, by } => {
            settings::remove_template(draft, *kind, *channel, by)
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
        MessageCommand::HandOver(handing) => handing::hand_over(draft, handing),
        MessageCommand::Answered { message_id, answer } => sent::answered(draft, message_id, answer),
        MessageCommand::Reported { message_id, numbers, report } => {
            sent::reported(draft, message_id, numbers.as_deref(), report)
        }
        MessageCommand::ReportedEarly { provider_id, numbers, report } => {
            Ok(early::keep(draft, provider_id, numbers, report))
        }
    }
}
