//! What stands against publishing a campaign of rewards, or against its next terms: its batches, its draw, its questions.

use super::{
    Live, drawing,
    promise::{self, Found, Promises, Won},
    questions,
};
use crate::{
    BatchId, Code, Instant, Violation,
    campaign::Campaign,
    reward::{Announced, Stock},
    shop::Shop,
};
use draw::Notice;

/// What stands around a campaign that is published.
pub struct Around<'a> {
    /// The shop.
    pub shop: &'a Shop,
    /// When.
    pub now: Instant,
    /// What was announced of its draw, where it was published before.
    pub announced: Option<&'a Announced>,
    /// How many orders had something of it.
    pub given: u64,
    /// What was given of its prizes.
    pub won: &'a Won,
    /// What is left of a batch.
    pub stock_of: &'a dyn Fn(&BatchId) -> Option<Stock>,
}

/// Everything that stands against the campaign's current version, and what deserves a second look.
pub fn judge(campaign: &Campaign, around: &Around<'_>) -> Found {
    let mut found = Found::default();
    let Some(live) = Live::of_version(campaign, campaign.version_number()) else { return found };
    let Around { shop, won, stock_of, .. } = *around;
    let given = around.given;
    let asked = Promises { terms: live.terms, period: live.version.period(), shop, won, given, stock_of };
    promise::check(&asked, &mut found);
    let kept = around.announced.and_then(Announced::notice);
    found.violations.extend(of_draw(campaign, live, kept, around));
    // Nobody can have been asked before something was given.
    if given > 0 {
        found.violations.extend(questions::check_kept(last(campaign, live).terms, live.terms));
    }
    found
}

/// The notice that a version makes here and now.
fn made(live: Live<'_>, shop: &Shop) -> Option<Notice> {
    drawing::notice_of(live.terms, &live.version.name, live.version.period(), shop)
}

/// The version that was published last: the one before, or the same again.
fn last<'a>(campaign: &'a Campaign, live: Live<'a>) -> Live<'a> {
    let before = live.number.checked_sub(1).and_then(|number| Live::of_version(campaign, number));
    before.unwrap_or(live)
}

/// The notice that the current version is published with, in the words that were published where it says the same.
pub fn notice_of(campaign: &Campaign, kept: Option<&Notice>, shop: &Shop) -> Option<Notice> {
    let live = Live::of_version(campaign, campaign.version_number())?;
    let next = made(live, shop)?;
    Some(match kept.zip(made(last(campaign, live), shop)) {
        Some((kept, last)) => drawing::in_known_words(kept, &last, next),
        None => next,
    })
}

fn of_draw(
    campaign: &Campaign,
    live: Live<'_>,
    kept: Option<&Notice>,
    Around { shop, now, .. }: &Around<'_>,
) -> Vec<Violation> {
    let tier = live.terms.tiers.iter().position(|tier| tier.action.draw.is_some()).unwrap_or_default();
    match (kept, notice_of(campaign, kept, shop)) {
        // What proves it is published before the start (A-S2-16, A-S2-17).
        (None, Some(_)) if live.version.starts_at < *now => {
            let field = if campaign.versions.len() > 1 {
                format!("terms.tiers[{tier}].action")
            } else {
                "starts_at".into()
            };
            vec![Violation::new(field, Code::StartedAlready)]
        }
        (None, _) => Vec::new(),
        (Some(before), Some(notice)) => {
            let last = last(campaign, live);
            let mut found = drawing::check_change(tier, (before, last.terms), (&notice, live.terms));
            if let Some((last, next)) = last.terms.draw().zip(live.terms.draw()) {
                found.extend(drawing::check_kept(tier, last, next));
            }
            found
        }
        (Some(_), None) => {
            let message = "a draw that was published stays";
            vec![Violation::with("terms.tiers", Code::OddsChangedAgainstBuyer, message)]
        }
    }
}
