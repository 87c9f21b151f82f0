//! An event that goes to a mailbox: the sender of e-mail gets it as a message of the shop's.
//!
//! A mail server drops no repetition, and an alert that comes twice does less harm than one that does not come: where
//! nobody knows whether it was taken it is sent again, under the same `Message-ID`.

use crate::message::{Moment, OutgoingMessage, Providers, Recipient, SendOutcome, Senders};
use crate::queue::{Delivery, Receiver};
use crate::webhook::DeliveryResult;
use crate::webhook::Mail;

/// The channel whose sender carries mail.
const CHANNEL: &str = "email";

/// Send it once.
pub(super) async fn deliver(
    senders: &Senders,
    receiver: &Receiver,
    address: &str,
    delivery: &Delivery,
) -> DeliveryResult {
    let Ok(mail) = serde_json::from_str::<Mail>(&delivery.body) else {
        return DeliveryResult::Dead { reason: "not_a_mail".to_owned() };
    };
    let shop = &receiver.shop_id;
    let id = delivery.event_id.strip_prefix(&format!("{shop}:")).unwrap_or(&delivery.event_id);
    let message = OutgoingMessage {
        message_id: id.to_owned(),
        shop_id: shop.clone(),
        order_id: None,
        customer_id: String::new(),
        kind: delivery.event_type.clone(),
        channel: CHANNEL.to_owned(),
        link: None,
        subject: Some(mail.subject),
        body_zh: mail.zh,
        body_en: mail.en,
        deliver_until: Moment::utc(i64::MAX),
        to: Some(Recipient::new(address)),
        signature: None,
        providers: Providers::default(),
        wechat: None,
        text: None,
    };
    match senders.for_channel(CHANNEL).send(&message).await {
        SendOutcome::Accepted { .. } => DeliveryResult::Delivered { status: 250 },
        SendOutcome::Refused { code, detail, .. } => DeliveryResult::Dead {
            reason: if detail.is_empty() { code } else { format!("{code}: {detail}") },
        },
        SendOutcome::Later { code, not_before, .. } => {
            DeliveryResult::Retry { reason: code, retry_after: not_before.length() }
        }
        SendOutcome::Unknown { code } => DeliveryResult::Retry { reason: code, retry_after: None },
    }
}
