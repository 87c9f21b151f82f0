//! Contacts, consents and grants of a customer.

use crate::book::Draft;
use crate::command::Reply;
use domain::{
    Code, CustomerId, Instant, Refusal, Violation,
    message::{
        addressee::{Consent, Contact},
        numbers::NumberKey,
        office::Office,
    },
};

/// Keeps a contact, or erases it. What the customer agreed to stays.
pub fn put_contact(
    draft: &mut Draft<'_>,
    customer: &CustomerId,
    contact: Option<&Contact>,
) -> Result<Reply, Refusal> {
    draft.shop_row()?;
    let mut addressee = draft.addressee(customer);
    addressee.contact = contact.cloned();
    draft.put_addressee(customer, addressee);
    Ok(Reply::Done)
}

/// Writes down what a customer said about marketing.
pub fn agree(draft: &mut Draft<'_>, customer: &CustomerId, consent: &Consent) -> Result<Reply, Refusal> {
    draft.shop_row()?;
    let mut addressee = draft.addressee(customer);
    addressee.agree(consent.clone());
    draft.put_addressee(customer, addressee);
    Ok(Reply::Done)
}

/// Adds grants of a `WeChat` template.
pub fn grant(
    draft: &mut Draft<'_>,
    customer: &CustomerId,
    template: &str,
    count: u32,
) -> Result<Reply, Refusal> {
    draft.shop_row()?;
    let mut addressee = draft.addressee(customer);
    if count == 0 || !addressee.grant(template, count) {
        let message = "1 or more, at most 1000 in all of 50 templates";
        return Err(Refusal::of(Violation::with("count", Code::OutOfRange, message)));
    }
    draft.put_addressee(customer, addressee);
    Ok(Reply::Done)
}

/// The owner of a number has replied that they want no more of it. The last reply counts; a consent that is given after it
/// counts again.
pub fn opt_out(draft: &mut Draft<'_>, key: &NumberKey, at: Instant) -> Result<Reply, Refusal> {
    draft.shop_row()?;
    let mut number = draft.number(key);
    number.opted_out_at = number.opted_out_at.max(Some(at));
    draft.put_number(key, number);
    Ok(Reply::Done)
}
