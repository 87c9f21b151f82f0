//! What stands against publishing a campaign of rewards, or against its next terms: its batches, its draw, its questions.

use super::{
    Live, drawing,
    promise::{self, Found, Promises, Won},
};
use crate::{
    BatchId, Code, Instant, Violation,
    campaign::Campaign,
    reward::{Book, Stock},
    shop::Shop,
};
use draw::Notice;

/// What stands around a campaign that is published.
pub struct Around<'a> {
    /// The shop.
    pub shop: &'a Shop,
    /// When.
    pub now: Instant,
    /// What the campaign keeps, where it was published before.
    pub book: Option<&'a Book>,
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
    let asked = Promises { terms: live.terms, period: live.version.period(), shop, won, stock_of };
    promise::check(&asked, &mut found);
    let notice = drawing::notice_of(live.terms, &live.version.name, live.version.period(), shop);
    let drawing = around.book.and_then(|book| book.drawing.as_ref());
    let kept = drawing.and_then(|drawing| drawing.notice());
    found.violations.extend(of_draw(campaign, live, (kept, notice.as_ref()), around.now));
    found
}

fn of_draw(
    campaign: &Campaign,
    live: Live<'_>,
    notices: (Option<&Notice>, Option<&Notice>),
    now: Instant,
) -> Vec<Violation> {
    let tier = live.terms.tiers.iter().position(|tier| tier.action.draw.is_some()).unwrap_or_default();
    match notices {
        // What proves it is published before the start (A-S2-16, A-S2-17).
        (None, Some(_)) if live.version.starts_at < now => {
            let field = if campaign.versions.len() > 1 {
                format!("terms.tiers[{tier}].action")
            } else {
                "starts_at".into()
            };
            vec![Violation::new(field, Code::StartedAlready)]
        }
        (None, _) => Vec::new(),
        (Some(before), Some(notice)) => {
            let last = live.number.checked_sub(1).and_then(|number| Live::of_version(campaign, number));
            let Some(last) = last else { return Vec::new() };
            let mut found = drawing::check_change(tier, (before, last.terms), (notice, live.terms));
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
