//! A reward of a draw as everybody may see it, and what makes its play again once the seed is revealed (A-S2-16).
//!
//! Always holds: nothing of the customer is told, and nothing of a ticket before it was played. What is read does not grow
//! with the draw: every so many plays say what was given before them.

use super::archive;
use super::found::Found;
use domain::{
    CampaignId, Instant, RewardId,
    campaign::post_payment::has_lapsed,
    reward::{Announced, Drawn, Reward, RewardStatus},
    shop::Shop,
};
use draw::{Given, Hash, Table, archive::Play};
use port::{Read, Reader};
use serde::Serialize;

/// What is said of a reward's number.
pub enum Said {
    /// No draw of this campaign has it.
    Foreign,
    /// It was not played yet.
    Waiting,
    /// It became void with its order before it was played.
    Void,
    /// It was not played in time.
    Lapsed,
    /// It was played.
    Played(Box<Shown>),
}

/// A play as it is shown.
pub struct Shown {
    pub play: Play,
    /// What the prize is called.
    pub prize: String,
    pub drawn_at: Instant,
    /// It was undone with its payment; it stays in the chain.
    pub is_void: bool,
    /// What makes it again, once the seed is revealed.
    pub again: Option<Again>,
}

/// Everything that a play is made of, for the script of the page.
#[derive(Debug, Serialize)]
pub struct Again {
    campaign: String,
    seed: String,
    commit: Hash,
    /// Under which it was drawn.
    table: Table,
    /// What was given of each prize before it.
    given: Given,
    /// The chain's head before it.
    head: Hash,
    play: Play,
}

/// Where a draw is read.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub reader: &'a dyn Reader,
    pub shop: &'a Shop,
    pub now: Instant,
}

/// What is said of a reward of a draw.
pub fn look(place: Place<'_>, found: &Found, id: &RewardId) -> Read<Said> {
    let reward = place.reader.reward(&place.shop.shop_id, id)?;
    let of_it = |reward: &Reward| reward.campaign_id == found.campaign_id && reward.action.is_draw();
    let Some(reward) = reward.filter(of_it) else { return Ok(Said::Foreign) };
    let at = (&place.shop.time_zone, place.now);
    let has_lapsed = has_lapsed(found.about.ends_at, Some(&found.announced), &reward, at);
    let play = archive::play(&reward, has_lapsed);
    match (reward.status, reward.done_at, play, reward.drawn.as_deref()) {
        (_, Some(_), Some(play), Some(drawn)) => {
            let again = again(place, found, &play)?;
            let notice = found.announced.notice_of(play.n);
            let prize =
                notice.and_then(|notice| notice.table.find(&play.prize_id)).map(|prize| prize.name.clone());
            let is_void = reward.status == RewardStatus::Void;
            let prize = prize.unwrap_or_default();
            Ok(Said::Played(Box::new(Shown { prize, drawn_at: drawn.at, is_void, again, play })))
        }
        (RewardStatus::Void, ..) => Ok(Said::Void),
        (RewardStatus::Offered, ..) if has_lapsed => Ok(Said::Lapsed),
        (RewardStatus::Offered | RewardStatus::Done, ..) => Ok(Said::Waiting),
    }
}

fn again(place: Place<'_>, found: &Found, play: &Play) -> Read<Option<Again>> {
    let Some(seed) = found.revealed(place.now) else { return Ok(None) };
    let before = before(place, (&found.campaign_id, &found.announced), play.n)?;
    Ok(before.zip(found.announced.notice_of(play.n)).map(|((given, head), notice)| Again {
        campaign: found.campaign_id.to_string(),
        seed,
        commit: found.announced.commit,
        table: notice.table.clone(),
        given,
        head,
        play: play.clone(),
    }))
}

/// What was given before a play, and the chain's head before it. `None` where a play before it is missing.
fn before(
    Place { reader, shop, .. }: Place<'_>,
    (campaign, announced): (&CampaignId, &Announced),
    n: u64,
) -> Read<Option<(Given, Hash)>> {
    let mark = Drawn::mark_of(n);
    let after = mark.saturating_sub(2);
    let most = usize::try_from(n - after).unwrap_or(usize::MAX);
    let rewards = reader.plays(&shop.shop_id, campaign, after, most)?;
    let at = |n: u64| rewards.iter().filter_map(|reward| reward.drawn.as_deref()).find(|drawn| drawn.n == n);
    let Some(mut given) = at(mark).and_then(|drawn| drawn.given.clone()) else { return Ok(None) };
    for earlier in mark..n {
        let Some(drawn) = at(earlier) else { return Ok(None) };
        given.add(&drawn.prize_id);
    }
    let changed = announced.notices.iter().rev().find(|link| link.after + 1 == n).map(|link| link.head);
    let head = changed.or_else(|| at(n - 1).map(|drawn| drawn.head));
    Ok(head.map(|head| (given, head)))
}
