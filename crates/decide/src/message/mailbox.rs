//! The mailbox that hears a shop's alerts: a receiver of what is published, beside the shop's webhooks, that is written to
//! by mail.
//!
//! Always holds: whom the shop's settings name at the moment at which something is told is told, and nobody else; what
//! waits for a mailbox that is named no more is dropped with it. No other event goes to it.

use crate::book::Draft;
use domain::message::{
    alerts::Alert,
    office::{Office, chosen},
};
use port::Webhook;

/// Brings the receiver in line with what the shop has chosen.
pub fn align(draft: &mut Draft<'_>) {
    let chosen = chosen(draft.centre(), draft.now);
    let wanted = chosen.alerts.email.as_deref();
    if draft.webhooks().find_map(Webhook::mailbox) == wanted {
        return;
    }
    match wanted.map(|address| Webhook::of_mailbox(address, &Alert::TYPES, draft.now)) {
        Some(mailbox) => draft.changes().webhooks.push(mailbox),
        None => draft.changes().webhooks_removed.push(Webhook::mailbox_id()),
    }
}
