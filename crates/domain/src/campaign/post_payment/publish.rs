//! A campaign of rewards is published, or gets other terms: its batches are there, its seed is made, its notice begins the
//! chain or adds to it.

use super::{Live, TRIED_FROM, drawing};
use crate::{
    Code, Refusal, Violation,
    campaign::{Campaign, Desk},
    reward::Book,
};
use draw::Seed;

/// Refuses a shop that may not try the tool yet (S2-R09, S2-R10, A-S2-8), batches that are not there, and changes against
/// the buyers (A-S2-17); else keeps what the campaign goes by.
pub fn published(desk: &mut dyn Desk<'_>, campaign: &Campaign) -> Result<(), Refusal> {
    let Some(live) = Live::current(campaign) else { return Ok(()) };
    let shop = desk.shop()?;
    if desk.now() < TRIED_FROM {
        let detail = format!("it can be tried from {} on", shop.time_zone.format(TRIED_FROM));
        return Err(Refusal::with(Code::NotStarted, detail));
    }
    if !shop.post_payment.is_open() {
        let detail = "apply for it, and have the platform approve it";
        return Err(Refusal::with(Code::BetaRequired, detail));
    }
    check_batches(desk, live)?;
    let notice = drawing::notice_of(live.terms, &live.version.name, live.version.period(), shop);
    let known = desk.book(&campaign.campaign_id);
    let mut book = match known {
        Some(book) => book,
        None => new_book(desk)?,
    };
    let tier = live.terms.tiers.iter().position(|tier| tier.action.draw.is_some()).unwrap_or_default();
    match (&mut book.drawing, notice) {
        (None, None) => {}
        (None, Some(notice)) => {
            let id = campaign.campaign_id.as_str();
            book.drawing = Some(drawing::begin(id, &book.seed, notice));
        }
        (Some(drawing), Some(notice)) => {
            let last = live.number.checked_sub(1).and_then(|number| Live::of_version(campaign, number));
            let mut found = Vec::new();
            if let Some((last, before)) = last.zip(drawing.notice()) {
                found = drawing::check_change(tier, (before, last.terms), (&notice, live.terms));
                if let Some((last, next)) = last.terms.draw().zip(live.terms.draw()) {
                    found.extend(drawing::check_kept(tier, last, next));
                }
            }
            Refusal::from_violations(Code::InvalidTerms, found)?;
            drawing::renew(drawing, notice);
        }
        (Some(_), None) => {
            let message = "a draw that was published stays";
            let field = "terms.tiers";
            let found = vec![Violation::with(field, Code::OddsChangedAgainstBuyer, message)];
            Refusal::from_violations(Code::InvalidTerms, found)?;
        }
    }
    desk.put_book(&campaign.campaign_id, book);
    Ok(())
}

fn new_book(desk: &dyn Desk<'_>) -> Result<Book, Refusal> {
    let bytes = desk.chance();
    let bytes = bytes.ok_or_else(|| Refusal::with(Code::Required, "no randomness came with the request"))?;
    Ok(Book::new(Seed::from_bytes(bytes)))
}

fn check_batches(desk: &dyn Desk<'_>, live: Live<'_>) -> Result<(), Refusal> {
    let mut found = Vec::new();
    for (index, tier) in live.terms.tiers.iter().enumerate() {
        for batch in tier.action.batches().filter(|batch| !desk.has_batch(batch)) {
            let field = format!("terms.tiers[{index}].action");
            found.push(Violation::with(field, Code::NotFound, format!("no coupon batch {batch}")));
        }
    }
    Refusal::from_violations(Code::InvalidTerms, found)
}
