//! A campaign of rewards is published, or gets other terms: its batches are there, its seed is made, its notice begins the
//! chain or adds to it.

use super::{
    Live, TRIED_FROM, drawing,
    judge::{Around, judge, notice_of},
    promise::{Won, kept_by_others},
};
use crate::{
    Code, Refusal,
    campaign::{Campaign, Desk},
    reward::{Announced, Book, Chance, Charter},
};

/// Refuses a shop that may not try the tool yet (S2-R09, S2-R10, A-S2-8), batches that cannot keep what it promises, and
/// changes against the buyers (A-S2-17); else keeps what the campaign goes by. What is published goes on where the shop may
/// not try it any more.
pub fn published(desk: &mut dyn Desk<'_>, campaign: &Campaign) -> Result<(), Refusal> {
    if Live::current(campaign).is_none() {
        return Ok(());
    }
    let (shop, id) = (desk.shop()?, &campaign.campaign_id);
    let known = desk.book(id).cloned().zip(desk.charter(id).cloned());
    if desk.now() < TRIED_FROM {
        let detail = format!("it can be tried from {} on", shop.time_zone.format(TRIED_FROM));
        return Err(Refusal::with(Code::NotStarted, detail));
    }
    if known.is_none() && !shop.post_payment.is_open() {
        let detail = "apply for it, and have the platform approve it";
        return Err(Refusal::with(Code::BetaRequired, detail));
    }
    let announced = known.as_ref().and_then(|(_, charter)| charter.announced.as_ref());
    let given = known.as_ref().map_or(0, |(book, _)| book.given);
    check(desk, campaign, (given, announced))?;
    let notice = notice_of(campaign, announced.and_then(Announced::notice), shop);
    let (mut book, mut charter) = match known {
        Some(known) => known,
        None => begun(desk)?,
    };
    match (book.drawing.as_mut().zip(charter.announced.as_mut()), notice) {
        (_, None) => {}
        (None, Some(notice)) => {
            let (drawing, announced) = drawing::begin(campaign.campaign_id.as_str(), &book.seed, notice);
            (book.drawing, charter.announced) = (Some(drawing), Some(announced));
        }
        (Some((drawing, announced)), Some(notice)) => drawing::renew(drawing, announced, notice),
    }
    desk.put_book(&campaign.campaign_id, book);
    desk.put_charter(&campaign.campaign_id, charter);
    Ok(())
}

/// What the notice of a draw has promised that is closed now: a chance to every order that is paid until its end. Before it
/// starts nobody has one (A-S2-17).
pub fn promised(desk: &dyn Desk<'_>, campaign: &Campaign) -> Option<String> {
    let live = Live::current(campaign)?;
    let book = desk.book(&campaign.campaign_id)?;
    let drawing = book.drawing.as_ref()?;
    let (now, version) = (desk.now(), live.version);
    let has_begun = now >= version.starts_at || book.given > 0;
    if !has_begun || now >= version.ends_at {
        return None;
    }
    // What is drawn and not shown yet is told to nobody.
    let left = |prize: &draw::Prize| {
        let left = prize.stock?.saturating_sub(drawing.shown.of(&prize.prize_id));
        (prize.kind != draw::Kind::Nothing).then(|| format!("{left} x {}", prize.prize_id))
    };
    let notice = desk.charter(&campaign.campaign_id)?.announced.as_ref()?.notice()?;
    let prizes = notice.table.prizes.iter().filter_map(left).collect::<Vec<_>>().join(", ");
    let until = desk.show(version.ends_at);
    Some(format!(
        "the notice promises a chance to orders that are paid until {until}, and still has {prizes}; with `confirm` no \
         more orders get one, and chances that were given can be played"
    ))
}

fn check(
    desk: &dyn Desk<'_>,
    campaign: &Campaign,
    (given, announced): (u64, Option<&Announced>),
) -> Result<(), Refusal> {
    let (shop, now, id) = (desk.shop()?, desk.now(), &campaign.campaign_id);
    let none = Won::new();
    let won = desk.campaign(id).map_or(&none, |row| &row.counters.won);
    let stock_of = |batch: &crate::BatchId| {
        let mut stock = desk.stock(batch)?;
        let kept = kept_by_others(desk.campaigns(), id, batch, (now, &shop.time_zone));
        stock.left = stock.left.saturating_sub(kept);
        Some(stock)
    };
    let found = judge(campaign, &Around { shop, now, announced, given, won, stock_of: &stock_of });
    Refusal::from_violations(Code::InvalidTerms, found.violations)
}

fn begun(desk: &dyn Desk<'_>) -> Result<(Book, Charter), Refusal> {
    let missing = || Refusal::with(Code::Required, "no randomness came with the request");
    let Chance { seed, secret } = desk.chance().ok_or_else(missing)?;
    Ok((Book::new(seed), Charter::new(secret)))
}
