//! What a mailbox gets of an event: a mail, written when it leaves.

use crate::state::Outbox;
use domain::{ShopId, message::alerts::Alert};
use port::Delivery;
use relay::Mail;

impl Outbox {
    /// The mail of an event, as the relay takes it; nothing that anybody could read where it is no alert.
    pub(crate) fn mail(&self, shop: &ShopId, delivery: &Delivery) -> Result<String, String> {
        let body = serde_json::from_str(&delivery.body).unwrap_or_default();
        let alert = Alert::read(&delivery.event_type, &body);
        let shop = self.engine.reader().shop(shop).map_err(|error| error.to_string())?;
        let mail = alert.zip(shop).map(|(alert, shop)| alert.mail(&shop));
        let mail = mail.map(|mail| Mail { subject: mail.subject, zh: mail.zh, en: mail.en });
        serde_json::to_string(&mail).map_err(|error| error.to_string())
    }
}
