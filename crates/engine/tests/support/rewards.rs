//! Campaigns of rewards, what orders have of them, and plays.

use super::{Run, all, at, id};
use domain::{
    CampaignId, Instant, OrderId, RewardId,
    campaign::{
        Action, Answer, Terms, Version,
        post_payment::{Do, Done, Played},
    },
    catalog::Scope,
    reward::{Announced, Answers, Beta, Book, Reward},
};
use engine::{Chance, Command, EngineError, Reply};
use port::RewardFilter;
use serde_json::{Value, json};

/// From the start on for twenty days.
pub fn rewarding(campaign: &str, terms: &Value) -> Command {
    rewarding_from(campaign, terms, at(0))
}
/// From a moment on for twenty days.
pub fn rewarding_from(campaign: &str, terms: &Value, starts_at: Instant) -> Command {
    let version = Version {
        name: campaign.into(),
        starts_at,
        ends_at: starts_at.plus_hours(24 * 20),
        scope: Scope::default(),
        terms: Terms::PostPayment(serde_json::from_value(terms.clone()).unwrap()),
        made_at: starts_at,
    };
    Command::CreateCampaign {
        campaign_id: Some(id(campaign)),
        version: Box::new(version),
        publish: true,
        digest: terms.to_string(),
    }
}

/// A tier from 100.00 on.
pub fn tier(action: &Value) -> Value {
    json!({ "tiers": [{ "min_paid": 100_00, "action": action }] })
}

/// A draw of such prizes.
pub fn drawing(mode: &str, prizes: &Value) -> Value {
    let notice = json!({
        "organiser": "Tea House", "contact": "400-000-0000", "claim_days": 5, "claim_how": "sent", "lapse": "gone",
    });
    json!({ "kind": "draw", "draw": { "mode": mode, "prizes": prizes, "notice": notice } })
}

pub fn playing(reward: &Reward, answers: Answers) -> Command {
    let (reward_id, customer_id) = (reward.reward_id.clone(), reward.customer_id.clone());
    Command::Act(Action::PostPayment(Do::Play { reward_id, customer_id, answers }))
}

pub fn played(reply: Reply) -> Played {
    match reply {
        Reply::Acted { answer: Answer::PostPayment(Done::Played(played)) } => *played,
        other => panic!("a play answers {other:?}"),
    }
}

impl Run {
    /// A shop that may try rewards.
    pub fn that_rewards(self) -> Self {
        self.ok(Command::PutShop(Box::new(super::shop(self.shop.as_str()))));
        self.ok(Command::Try(Beta::Applied));
        self.ok(Command::Try(Beta::Beta));
        self
    }
    /// Publishes a campaign of rewards; its seed counts up.
    pub fn rewards(&self, campaign: &str, terms: &Value) {
        self.rewards_from(campaign, terms, at(0));
    }
    /// The same, in force from a moment on.
    pub fn rewards_from(&self, campaign: &str, terms: &Value, starts_at: Instant) {
        let seed = std::array::from_fn(|at| u8::try_from(at).unwrap());
        let input = engine::Input {
            chance: Some(Chance::from_bytes(seed, [8; 32])),
            ..self.input(rewarding_from(campaign, terms, starts_at))
        };
        self.engine.submit_many_blocking(vec![input]).unwrap().remove(0).unwrap();
    }
    /// Every reward of a campaign.
    pub fn rewards_of(&self, campaign: &str) -> Vec<Reward> {
        let filter = RewardFilter { status: None };
        self.reader().campaign_rewards(&self.shop, &id::<CampaignId>(campaign), &filter, &all()).unwrap()
    }
    /// What the order has of a campaign.
    pub fn reward_of(&self, order: &str, campaign: &str) -> Option<Reward> {
        let order = self.reader().order(&self.shop, &id::<OrderId>(order)).unwrap()?;
        let own = order.rewards.into_iter().find(|own| own.campaign_id.as_str() == campaign)?;
        self.reader().reward(&self.shop, &own.reward_id?).unwrap()
    }
    pub fn reward(&self, reward: &RewardId) -> Reward {
        self.reader().reward(&self.shop, reward).unwrap().unwrap()
    }
    pub fn book_of(&self, campaign: &str) -> Book {
        self.reader().book(&self.shop, &id(campaign)).unwrap().unwrap()
    }
    pub fn announced(&self, campaign: &str) -> Option<Announced> {
        self.reader().charter(&self.shop, &id(campaign)).unwrap()?.announced
    }
    pub fn play(&self, reward: &Reward) -> Result<Played, EngineError> {
        self.send(playing(reward, Answers::new())).map(played)
    }
}
