//! A customer plays: answers a survey, scratches a card, draws. The same call again answers the same (A-S2-16).

use super::{Live, Prize, PrizeKind, Terms, drawing, early, until::playable_until};
use crate::{
    CampaignId, Code, CustomerId, Refusal, RewardId,
    campaign::{Campaign, Count, Desk},
    reward::{ActionKind, Answers, Book, Reward, RewardStatus, Round, check_answers},
};
use draw::{Hash, beacon::QUICKNET};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What a customer or a merchant does.
#[derive(Debug, Clone)]
pub enum Do {
    /// A customer has a reward played, with answers where it is a survey.
    Play {
        /// Which.
        reward_id: RewardId,
        /// Who asks.
        customer_id: CustomerId,
        /// What is answered.
        answers: Answers,
    },
    /// Somebody follows the link of a reward.
    Follow {
        /// The campaign,
        campaign_id: CampaignId,
        /// the reward whose link it is,
        reward_id: RewardId,
        /// and what shows that it was given out.
        tag: String,
        /// Who follows it.
        customer_id: CustomerId,
    },
    /// The beacon's round is posted; it was verified at the door.
    Post {
        /// The campaign.
        campaign_id: CampaignId,
        /// The round.
        round: Round,
    },
    /// Nothing new is given for a while, or again.
    Pause {
        /// The campaign.
        campaign_id: CampaignId,
        /// Whether it rests from now on.
        paused: bool,
    },
}

/// What that is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Done {
    /// A reward as it is now.
    Played(Box<Played>),
    /// The link was followed; its owner has another chance.
    Followed,
    /// The round stands.
    Posted,
    /// It rests, or goes on.
    Paused {
        /// Whether it rests.
        paused: bool,
    },
}

/// A reward after it was played.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Played {
    /// The reward.
    pub reward: Reward,
    /// The prize, where one was drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prize: Option<Prize>,
    /// The hash of the campaign's seed, as it was published before the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Hash>,
}

/// Plays a reward.
pub fn play(
    desk: &mut dyn Desk<'_>,
    id: &RewardId,
    by: &CustomerId,
    answers: &Answers,
) -> Result<Played, Refusal> {
    let missing = || Refusal::with(Code::NotFound, format!("no reward {id}"));
    let mut reward = desk.reward(id).ok_or_else(missing)?;
    if reward.customer_id != *by {
        return Err(Code::NotOwner.into());
    }
    let row = desk.campaign(&reward.campaign_id).ok_or_else(missing)?;
    let campaign = &row.campaign;
    let live = Live::of_version(campaign, campaign.version_number()).ok_or_else(missing)?;
    let own = campaign
        .version(reward.version)
        .and_then(|version| version.terms.of::<Terms>())
        .ok_or_else(missing)?;
    match reward.status {
        RewardStatus::Done => return Ok(shown(desk, reward, campaign)),
        RewardStatus::Void => {
            let why = reward.code.map(Code::en).unwrap_or_default();
            return Err(Refusal::with(Code::RewardVoid, why));
        }
        RewardStatus::Offered => {}
    }
    check_time(desk, &reward, live)?;
    if reward.action == ActionKind::Coupon {
        // It waited for the start, and is given now.
        early::open_one(desk, &mut reward);
        desk.put_reward(reward.clone());
        return Ok(shown(desk, reward, campaign));
    }
    if reward.action.is_draw() {
        draw(desk, &mut reward, live)?;
    } else {
        let action = own.tiers.get(reward.tier as usize).map(|tier| &tier.action).ok_or_else(missing)?;
        let found = check_answers(&action.questions, answers);
        Refusal::from_violations(Code::InvalidAnswers, found)?;
        if let Some(mut book) = desk.book(&reward.campaign_id) {
            book.tallies.add(answers, &action.questions);
            desk.put_book(&reward.campaign_id, book);
        }
        reward.answers = Some(answers.clone());
        if let Some(batch) = &action.batch_id {
            give(desk, &mut reward, batch);
        }
    }
    reward.status = RewardStatus::Done;
    reward.done_at = Some(desk.now());
    desk.count(&reward.campaign_id, Count::Played);
    let played = shown(desk, reward.clone(), campaign);
    let prize = played.prize.as_ref().map(|prize| {
        json!({
            "prize_id": prize.prize_id, "kind": prize.kind, "name": prize.name, "sku": prize.sku,
            "points": prize.points, "value": prize.value,
        })
    });
    let body = json!({
        "reward_id": reward.reward_id, "campaign_id": reward.campaign_id, "order_id": reward.order_id,
        "customer_id": reward.customer_id, "action": reward.action, "prize": prize, "coupon_id": reward.coupon_id,
    });
    desk.publish("reward.played", reward.reward_id.as_str(), body);
    desk.put_reward(reward);
    Ok(played)
}

/// Nothing is played before the start, by the engine's clock, nor once the reward has lapsed.
fn check_time(desk: &dyn Desk<'_>, reward: &Reward, live: Live<'_>) -> Result<(), Refusal> {
    let shop = desk.shop()?;
    let (now, version) = (desk.now(), live.version);
    if now < version.starts_at {
        let detail = format!("the campaign starts at {}", desk.show(version.starts_at));
        return Err(Refusal::with(Code::NotStarted, detail));
    }
    let book = desk.book(&reward.campaign_id);
    let drawing = book.as_ref().and_then(|book| book.drawing.as_ref());
    let until = playable_until(version.ends_at, drawing, reward, &shop.time_zone);
    if now < until {
        return Ok(());
    }
    Err(match &reward.drawn {
        Some(_) => Refusal::with(Code::Lapsed, format!("it could be played until {}", desk.show(until))),
        None => Refusal::with(Code::CampaignClosed, "the campaign is over"),
    })
}

/// Draws where no ticket was drawn before, and hands over what came out.
fn draw(desk: &mut dyn Desk<'_>, reward: &mut Reward, live: Live<'_>) -> Result<(), Refusal> {
    let campaign = &live.campaign.campaign_id;
    let missing = || Refusal::new(Code::NotFound);
    let mut book = desk.book(campaign).ok_or_else(missing)?;
    if reward.drawn.is_none() {
        let drawing = book.drawing.as_mut().ok_or_else(missing)?;
        let drawn = drawing::draw(drawing, (campaign.as_str(), &book.seed), reward, desk.now())?;
        reward.drawn = Some(Box::new(drawn));
    }
    if let (Some(drawing), Some(drawn)) = (&mut book.drawing, &reward.drawn) {
        drawing.shown.add(&drawn.prize_id);
    }
    desk.put_book(campaign, book.clone());
    let Some(prize) = prize_of(reward, live.campaign, &book) else { return Ok(()) };
    if let Some(batch) = &prize.batch_id {
        give(desk, reward, batch);
    }
    reward.listed = Some(prize.value).filter(|value| *value > draw::law::LAW.listed_above);
    let costs = matches!(prize.kind, PrizeKind::Goods | PrizeKind::Points);
    let value = if costs { prize.value } else { money::Money::ZERO };
    desk.count(campaign, Count::Won { prize: prize.prize_id.as_str().into(), value });
    Ok(())
}

/// A coupon that cannot be given any more is missed, with its reason: the play stands.
fn give(desk: &mut dyn Desk<'_>, reward: &mut Reward, batch: &crate::BatchId) {
    let (customer, campaign) = (reward.customer_id.clone(), reward.campaign_id.clone());
    match desk.give_coupon(batch, &customer, &campaign) {
        Ok(coupon) => reward.coupon_id = Some(coupon.coupon_id),
        Err(refusal) => reward.missed = Some(refusal.code),
    }
}

fn prize_of(reward: &Reward, campaign: &Campaign, book: &Book) -> Option<Prize> {
    drawing::prize_of(campaign, book.drawing.as_ref()?, reward.drawn.as_ref()?)
}

fn shown(desk: &dyn Desk<'_>, reward: Reward, campaign: &Campaign) -> Played {
    let book = desk.book(&reward.campaign_id);
    let prize = book.as_ref().and_then(|book| prize_of(&reward, campaign, book));
    let drawing = book.and_then(|book| book.drawing);
    let commit = drawing.filter(|_| reward.drawn.is_some()).map(|drawing| drawing.commit);
    Played { reward, prize, commit }
}

/// The beacon's round is posted: once, the one that the notice names, and not before its moment (A-S2-16).
pub fn post(desk: &mut dyn Desk<'_>, campaign: &CampaignId, round: &Round) -> Result<(), Refusal> {
    let missing = || Refusal::with(Code::NotFound, format!("no draw of campaign {campaign}"));
    let mut book = desk.book(campaign).ok_or_else(missing)?;
    let drawing = book.drawing.as_mut().ok_or_else(missing)?;
    let named = drawing.notice().and_then(|notice| notice.beacon_round);
    if named != Some(round.round) {
        let detail = named.map_or_else(
            || "the notice names no round".to_owned(),
            |named| format!("the notice names round {named}"),
        );
        return Err(Refusal::with(Code::WrongRound, detail));
    }
    let now_ms = desk.now().micros().div_euclid(1000);
    if QUICKNET.at_ms(round.round).is_none_or(|at| now_ms < at) {
        return Err(Refusal::with(Code::BeaconAwaited, "the round's moment has not come yet"));
    }
    if drawing.round.is_none() {
        drawing.round = Some(round.clone());
        desk.put_book(campaign, book);
    }
    Ok(())
}

/// Nothing new is given while a campaign rests; what was given can be played.
pub fn pause(desk: &mut dyn Desk<'_>, campaign: &CampaignId, paused: bool) -> Result<(), Refusal> {
    let missing = || Refusal::with(Code::NotFound, format!("no campaign of rewards {campaign}"));
    let row = desk.campaign(campaign).ok_or_else(missing)?;
    if row.campaign.is_closed(desk.now()) || desk.now() >= row.campaign.current().ends_at {
        return Err(Code::CampaignClosed.into());
    }
    let mut book = desk.book(campaign).ok_or_else(missing)?;
    if book.rest(paused, desk.now()) {
        desk.put_book(campaign, book);
        let body = json!({ "campaign_id": campaign, "paused": paused });
        desk.publish("campaign.paused", campaign.as_str(), body);
    }
    Ok(())
}
