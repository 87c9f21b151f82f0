//! A campaign of rewards is published, or gets other terms: its batches are there, its seed is made, its notice begins the
//! chain or adds to it.

use super::{
    Live, TRIED_FROM, drawing,
    judge::{Around, judge},
    promise::{Won, kept_by_others},
};
use crate::{
    Code, Refusal,
    campaign::{Campaign, Desk},
    reward::Book,
};
use draw::Seed;

/// Refuses a shop that may not try the tool yet (S2-R09, S2-R10, A-S2-8), batches that cannot keep what it promises, and
/// changes against the buyers (A-S2-17); else keeps what the campaign goes by. What is published goes on where the shop may
/// not try it any more.
pub fn published(desk: &mut dyn Desk<'_>, campaign: &Campaign) -> Result<(), Refusal> {
    let Some(live) = Live::current(campaign) else { return Ok(()) };
    let shop = desk.shop()?;
    let known = desk.book(&campaign.campaign_id);
    if desk.now() < TRIED_FROM {
        let detail = format!("it can be tried from {} on", shop.time_zone.format(TRIED_FROM));
        return Err(Refusal::with(Code::NotStarted, detail));
    }
    if known.is_none() && !shop.post_payment.is_open() {
        let detail = "apply for it, and have the platform approve it";
        return Err(Refusal::with(Code::BetaRequired, detail));
    }
    check(desk, campaign, known.as_ref())?;
    let notice = drawing::notice_of(live.terms, &live.version.name, live.version.period(), shop);
    let mut book = match known {
        Some(book) => book,
        None => new_book(desk)?,
    };
    match (&mut book.drawing, notice) {
        (_, None) => {}
        (None, Some(notice)) => {
            let id = campaign.campaign_id.as_str();
            book.drawing = Some(drawing::begin(id, &book.seed, notice));
        }
        (Some(drawing), Some(notice)) => drawing::renew(drawing, notice),
    }
    desk.put_book(&campaign.campaign_id, book);
    Ok(())
}

fn check(desk: &dyn Desk<'_>, campaign: &Campaign, book: Option<&Book>) -> Result<(), Refusal> {
    let (shop, now, id) = (desk.shop()?, desk.now(), &campaign.campaign_id);
    let none = Won::new();
    let won = desk.campaign(id).map_or(&none, |row| &row.counters.won);
    let stock_of = |batch: &crate::BatchId| {
        let mut stock = desk.stock(batch)?;
        let kept = kept_by_others(desk.campaigns(), id, batch, (now, &shop.time_zone));
        stock.left = stock.left.saturating_sub(kept);
        Some(stock)
    };
    let found = judge(campaign, &Around { shop, now, book, won, stock_of: &stock_of });
    Refusal::from_violations(Code::InvalidTerms, found.violations)
}

fn new_book(desk: &dyn Desk<'_>) -> Result<Book, Refusal> {
    let bytes = desk.chance();
    let bytes = bytes.ok_or_else(|| Refusal::with(Code::Required, "no randomness came with the request"))?;
    Ok(Book::new(Seed::from_bytes(bytes)))
}
