//! Messages: one push an order, none in quiet hours, a category once a day for each customer; and what they hold and
//! cost of the shop's SMS.

use crate::checks;
use crate::sieve::{Balance, Seen};
use crate::walk::{PAGE, Walk};
use domain::{
    MessageId,
    catalog::Category,
    message::{Channel, Kind, Message},
    order::Order,
};
use port::{MessageFilter, Page, Read, Subject};

/// Walks the messages. What was sent never changes, so nothing needs a second look.
pub fn walk(walk: &mut Walk<'_>, seen: &mut Seen, balance: &mut Balance) -> Read<()> {
    let all = MessageFilter::default();
    let before = walk.reader.wallet(walk.id())?;
    let (mut held, mut charged) = (0, 0);
    walk.pages(
        "messages",
        |reader, shop, page| reader.messages(shop, &all, page),
        |message| message.message_id.to_string(),
        |walk, message| {
            held += message.sending.as_ref().map_or(0, |sending| sending.held());
            charged += message.sending.as_ref().map_or(0, |sending| sending.charged());
            one(walk, seen, &message)
        },
    )?;
    let wallet = walk.reader.wallet(walk.id())?;
    walk.looked(checks::SMS_WALLET);
    if let Some(due_at) = wallet.differences.tell_at {
        balance.add(&Subject::Wallet.parts(), &due_at);
    }
    if let Some(fault) = wallet.fault() {
        walk.find(checks::SMS_WALLET, "wallet".into(), fault);
    }
    // A store in use sends meanwhile: then the sums are of another moment.
    if wallet == before && (wallet.reserved, wallet.sent) != (held, charged) {
        let detail = format!(
            "its messages hold {held} segments and cost {charged}, the wallet says {} and {}",
            wallet.reserved, wallet.sent
        );
        walk.find(checks::SMS_WALLET, "wallet".into(), detail);
    }
    Ok(())
}

fn one(walk: &mut Walk<'_>, seen: &mut Seen, message: &Message) -> Read<()> {
    // Balance reminders have rules of their own (S1-R22, S1-R24, A-S1-17).
    let is_push = message.kind == Kind::PaymentReminder && message.channel == Channel::Push;
    let (Some(sent_at), Some(order_id)) = (message.sent_at.filter(|_| is_push), &message.order_id) else {
        return Ok(());
    };
    for check in [checks::PUSH_ONCE, checks::PUSH_QUIET_HOURS, checks::PUSH_CATEGORY_DAY] {
        walk.looked(check);
    }
    let shop = walk.shop.clone();
    let subject = || format!("message {}", message.message_id);
    if shop.is_quiet(sent_at) {
        let detail = format!("it went out at {}, in quiet hours", shop.time_zone.format(sent_at));
        walk.find(checks::PUSH_QUIET_HOURS, subject(), detail);
    }
    if seen.put(&(shop.shop_id.as_str(), order_id.as_str()))
        && let Some(other) = sent_before(walk, message)?
    {
        let detail = format!("order {order_id} had its push with message {other}");
        walk.find(checks::PUSH_ONCE, subject(), detail);
    }
    let Some(order) = walk.reader.order(walk.id(), order_id)? else {
        let detail = format!("order {order_id}, which it is about, does not exist");
        walk.find(checks::PUSH_ONCE, subject(), detail);
        return Ok(());
    };
    let (day, customer) = (walk.platform_zone.day(sent_at), message.customer_id.as_str());
    let mut suspect = false;
    for category in order.categories() {
        suspect |= seen.put(&(shop.shop_id.as_str(), customer, category.as_str(), day));
    }
    if suspect && let Some((other, category)) = reminded_before(walk, message, &order)? {
        let detail = format!(
            "customer {customer} was reminded of {} on the same day with message {other}",
            category.as_str()
        );
        walk.find(checks::PUSH_CATEGORY_DAY, subject(), detail);
    }
    Ok(())
}

/// Another message of the same order that was sent, with a smaller id.
fn sent_before(walk: &Walk<'_>, message: &Message) -> Read<Option<MessageId>> {
    let filter = MessageFilter { order_id: message.order_id.clone(), ..MessageFilter::default() };
    let mut found = None;
    earlier(walk, &filter, message, |other| {
        found = Some(other.message_id.clone());
        Ok(true)
    })?;
    Ok(found)
}

/// Another message to the same customer on the same day about one of the order's categories.
fn reminded_before(walk: &Walk<'_>, message: &Message, order: &Order) -> Read<Option<(MessageId, Category)>> {
    let filter = MessageFilter { customer_id: Some(message.customer_id.clone()), ..MessageFilter::default() };
    let day = |message: &Message| message.sent_at.map(|at| walk.platform_zone.day(at));
    let mut found = None;
    earlier(walk, &filter, message, |other| {
        if day(other) != day(message) {
            return Ok(false);
        }
        let Some(order_id) = &other.order_id else { return Ok(false) };
        let about = walk.reader.order(walk.id(), order_id)?;
        let categories = order.categories();
        let shared = about.as_ref().and_then(|about| {
            let shared = about.categories().into_iter().find(|c| categories.contains(c));
            shared.cloned()
        });
        found = shared.map(|category| (other.message_id.clone(), category));
        Ok(found.is_some())
    })?;
    Ok(found)
}

/// Shows `each` the sent messages of a filter before this one, until it answers `true`.
fn earlier(
    walk: &Walk<'_>,
    filter: &MessageFilter,
    message: &Message,
    mut each: impl FnMut(&Message) -> Read<bool>,
) -> Read<()> {
    let mut page = Page { after: None, limit: PAGE };
    loop {
        let rows = walk.reader.messages(walk.id(), filter, &page)?;
        for other in &rows {
            if other.message_id >= message.message_id {
                return Ok(());
            }
            let is_such = (other.kind, other.channel) == (message.kind, message.channel);
            if other.sent_at.is_some() && is_such && each(other)? {
                return Ok(());
            }
        }
        match rows.last().filter(|_| rows.len() == page.limit) {
            Some(last) => page.after = Some(last.message_id.to_string()),
            None => return Ok(()),
        }
    }
}
