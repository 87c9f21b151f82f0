//! A customer plays: answers a survey, scratches a card, draws. The same call again answers the same (A-S2-16).

use super::{
    Live, Prize, Terms, action::Action as TierAction, drawing, early, standing, until::playable_until,
};
use crate::{
    CampaignId, Code, CustomerId, Refusal, RewardId,
    campaign::{Campaign, Count, Desk},
    reward::{
        ActionKind, Announced, Answers, Course, Reward, RewardStatus, Round, check_answers, is_same_answer,
    },
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
        /// and the reward whose link it is.
        reward_id: RewardId,
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
    let action = own.tiers.get(reward.tier as usize).map(|tier| &tier.action).ok_or_else(missing)?;
    if reward.action != ActionKind::Survey {
        Refusal::from_violations(Code::InvalidAnswers, check_answers(&[], answers))?;
    }
    match reward.status {
        RewardStatus::Done if reward.answers.as_ref().is_some_and(|said| !is_same_answer(said, answers)) => {
            return Err(Refusal::with(Code::IdempotencyConflict, "it was answered before, otherwise"));
        }
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
        standing::put(desk, reward.clone(), Some(Course::Open));
        return Ok(shown(desk, reward, campaign));
    }
    if reward.action.is_draw() {
        draw(desk, &mut reward, live)?;
    } else {
        answer(desk, &mut reward, action, answers)?;
    }
    reward.status = RewardStatus::Done;
    reward.done_at = Some(desk.now());
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
    standing::put(desk, reward, Some(Course::Open));
    Ok(played)
}

/// Keeps answers that fit, counts them, and thanks for them.
fn answer(
    desk: &mut dyn Desk<'_>,
    reward: &mut Reward,
    action: &TierAction,
    answers: &Answers,
) -> Result<(), Refusal> {
    Refusal::from_violations(Code::InvalidAnswers, check_answers(&action.questions, answers))?;
    if let Some(mut book) = desk.book(&reward.campaign_id).cloned() {
        book.tallies.add(answers, &action.questions);
        desk.put_book(&reward.campaign_id, book);
    }
    reward.answers = Some(answers.clone());
    if let Some(batch) = &action.batch_id {
        give(desk, reward, batch);
    }
    Ok(())
}

/// Nothing is played before the start, by the engine's clock, nor once the reward has lapsed.
fn check_time(desk: &dyn Desk<'_>, reward: &Reward, live: Live<'_>) -> Result<(), Refusal> {
    let shop = desk.shop()?;
    let (now, version) = (desk.now(), live.version);
    if now < version.starts_at {
        let detail = format!("the campaign starts at {}", desk.show(version.starts_at));
        return Err(Refusal::with(Code::NotStarted, detail));
    }
    let until =
        playable_until(version.ends_at, announced(desk, &reward.campaign_id), reward, &shop.time_zone);
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
    let announced = announced(desk, campaign).ok_or_else(missing)?;
    let mut book = desk.book(campaign).ok_or_else(missing)?.clone();
    let drawing = book.drawing.as_mut().ok_or_else(missing)?;
    if reward.drawn.is_none() {
        let seeded = (campaign.as_str(), &book.seed);
        let drawn = drawing::draw(&mut drawing.standing, announced, seeded, reward, desk.now())?;
        reward.drawn = Some(Box::new(drawn));
    }
    if let Some(drawn) = &reward.drawn {
        drawing.shown.add(&drawn.prize_id);
    }
    let prize = prize_of(reward, live.campaign, announced);
    desk.put_book(campaign, book);
    let Some(prize) = prize else { return Ok(()) };
    if let Some(batch) = &prize.batch_id {
        give(desk, reward, batch);
    }
    reward.listed = Some(prize.value).filter(|value| *value > draw::law::LAW.listed_above);
    let value = standing::costs(&prize);
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

fn prize_of(reward: &Reward, campaign: &Campaign, announced: &Announced) -> Option<Prize> {
    drawing::prize_of(campaign, announced, reward.drawn.as_ref()?)
}

/// What was announced of a campaign's draw.
fn announced<'d>(desk: &'d dyn Desk<'_>, campaign: &CampaignId) -> Option<&'d Announced> {
    desk.charter(campaign)?.announced.as_ref()
}

fn shown(desk: &dyn Desk<'_>, reward: Reward, campaign: &Campaign) -> Played {
    let announced = announced(desk, &reward.campaign_id).filter(|_| reward.drawn.is_some());
    let prize = announced.and_then(|announced| prize_of(&reward, campaign, announced));
    let commit = announced.map(|announced| announced.commit);
    Played { reward, prize, commit }
}

/// The beacon's round is posted: once, the one that the notice names, and not before its moment (A-S2-16).
pub fn post(desk: &mut dyn Desk<'_>, campaign: &CampaignId, round: &Round) -> Result<(), Refusal> {
    let missing = || Refusal::with(Code::NotFound, format!("no draw of campaign {campaign}"));
    let mut charter = desk.charter(campaign).ok_or_else(missing)?.clone();
    let announced = charter.announced.as_mut().ok_or_else(missing)?;
    let named = announced.notice().and_then(|notice| notice.beacon_round);
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
    if announced.round.is_none() {
        announced.round = Some(round.clone());
        desk.put_charter(campaign, charter);
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
    let mut book = desk.book(campaign).ok_or_else(missing)?.clone();
    if book.rest(paused, desk.now()) {
        desk.put_book(campaign, book);
        let body = json!({ "campaign_id": campaign, "paused": paused });
        desk.publish("campaign.paused", campaign.as_str(), body);
    }
    Ok(())
}
