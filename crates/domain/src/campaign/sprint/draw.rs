//! A wave is drawn: who qualified first wins, as long as there are prizes (A-S3-3).
//!
//! Always holds: it goes on where it stood, whatever happens in between, for the place that it has come to and the prizes
//! that were won are written together.

use super::{AwardBy, Live, Terms, figures, follow, give, say};
use crate::{
    CampaignId, CustomerId, Instant,
    campaign::Desk,
    sprint::{Along, Award, PlacesKey, SprintBook, TierRun, Wave},
};

/// Members who win in one step.
pub const STEP: usize = 128;

/// What is drawn next: the wave and the tier.
fn next<'a>(terms: &'a Terms, book: &SprintBook, now: Instant) -> Option<(&'a Wave, u8)> {
    let due = terms.waves.iter().filter(|wave| wave.is_drawn(now));
    let mut due: Vec<&Wave> = due.collect();
    due.sort_by_key(|wave| wave.draw_at);
    let open = |wave: &&'a Wave| {
        let run = book.waves.iter().find(|run| run.wave_id == wave.wave_id);
        let is_open =
            |tier: &u8| run.and_then(|run| run.tiers.get(usize::from(*tier))).is_none_or(|run| !run.is_done);
        (0..).zip(&terms.tiers).map(|(tier, _)| tier).find(is_open)
    };
    due.into_iter().find_map(|wave| Some((wave, open(&wave)?)))
}

/// When something is to be drawn or reminded of next, as the book stands.
pub fn wake(desk: &dyn Desk<'_>, terms: &Terms, book: &SprintBook) -> Option<Instant> {
    let open = terms.waves.iter().filter(|wave| !book.is_done(&wave.wave_id));
    open.map(|wave| wave.draw_at).chain(say::wake(desk, terms, book)).min()
}

/// One step.
pub fn step(desk: &mut dyn Desk<'_>, id: &CampaignId) {
    let now = desk.now();
    let Some(live) = desk.campaign(id).and_then(|row| Live::current(&row.campaign)) else { return };
    let mut book = desk.sprint(id);
    if live.campaign.is_closed(now) {
        book.wake_at = None;
        desk.put_sprint(id, book);
        return;
    }
    if let Some((wave, tier)) = next(live.terms, &book, now) {
        draw(desk, live, wave, (tier, &mut book));
    } else {
        say::step(desk, live, &mut book);
    }
    book.wake_at = wake(desk, live.terms, &book);
    desk.put_sprint(id, book);
}

fn draw(desk: &mut dyn Desk<'_>, live: Live<'_>, wave: &Wave, (tier, book): (u8, &mut SprintBook)) {
    let place = usize::from(tier);
    let prize = &live.terms.tiers[place].prize;
    let left = prize.winners().saturating_sub(book.won(tier));
    let limit = usize::try_from(left).unwrap_or(usize::MAX).min(STEP);
    let run = book.run(&wave.wave_id, live.terms.tiers.len()).tiers[place].clone();
    let key = PlacesKey {
        shop_id: desk.shop_id().clone(),
        campaign_id: live.campaign.campaign_id.clone(),
        wave_id: wave.wave_id.clone(),
        tier,
        along: Along::Rank,
        after: run.after.clone(),
        skip: 0,
        limit,
    };
    let begins = run.after.is_none();
    let nobody_loses =
        |desk: &dyn Desk<'_>| desk.places(&PlacesKey { skip: left, limit: 1, ..key.clone() }).is_empty();
    let all = if begins { nobody_loses(desk) } else { run.all_win };
    let along = if all { Along::Ids } else { Along::Rank };
    let winners = if limit == 0 { Vec::new() } else { desk.places(&PlacesKey { along, ..key }) };
    for (_, customer) in &winners {
        win(desk, live, wave, (tier, customer));
    }
    let run = &mut book.run(&wave.wave_id, live.terms.tiers.len()).tiers[place];
    let TierRun { won, after, all_win, is_done } = run;
    *all_win = all;
    *won += winners.len() as u64;
    *is_done = winners.len() < STEP;
    *after = winners.into_iter().next_back().or(after.take());
}

/// A member wins a tier.
pub fn win(desk: &mut dyn Desk<'_>, live: Live<'_>, wave: &Wave, (tier, customer): (u8, &CustomerId)) {
    let (id, now) = (&live.campaign.campaign_id, desk.now());
    let before = desk.member(id, &wave.wave_id, customer);
    let mut member = before.clone();
    member.awards.push(Award::won(tier, now));
    if live.terms.award_by == AwardBy::Push {
        give::give(desk, live, wave, customer, (&mut member, tier));
    }
    // What was heard between the draw's moment and this step concerns a winner from now on.
    follow::settle(desk, live, wave, &mut member);
    give::tell(desk, live, wave, customer, (&member, tier));
    say::won(desk, live, wave, customer);
    figures::put(desk, live, wave, customer, (&before, member));
}
