//! The archive of a draw: everything that is needed to check it, written out as it is read.

use super::found::find;
use crate::wire::auth::{Anyone, InShop};
use crate::wire::csv_out;
use crate::wire::extract::Names;
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::problem::Problem;
use crate::wire::share::Sending;
use crate::wire::state::ApiState;
use axum::extract::State;
use axum::response::Response;
use domain::{
    CampaignId, Instant, ShopId,
    reward::{Drawing, Reward, RewardStatus},
};
use draw::{archive, beacon::QUICKNET};
use futures_util::stream;
use port::{Page, Reader, RewardFilter, StoreError};
use serde::Serialize;
use std::sync::Arc;

/// An archive that is being written out, up to a head.
struct Writing {
    reader: Arc<dyn Reader>,
    sending: Sending,
    shop_id: ShopId,
    campaign_id: CampaignId,
    drawing: Drawing,
    seed: Option<String>,
    step: Step,
}

/// What comes next.
enum Step {
    Head,
    Plays { after: u64, winners: Vec<archive::Winner> },
    End,
}

fn millis(at: Instant) -> i64 {
    at.micros().div_euclid(1000)
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| unreachable!("it is only text: {error}"))
}

impl Writing {
    fn head(&self) -> String {
        let beacon = self.drawing.round.as_ref().map(|round| archive::Round {
            name: QUICKNET.name.to_owned(),
            public_key: QUICKNET.key_in_digits(),
            round: round.round,
            signature: round.signature.clone(),
            randomness: round.randomness,
        });
        let beacon = beacon.map_or_else(String::new, |beacon| format!("\"beacon\":{},", text(&beacon)));
        format!(
            "{{\"format\":{},\"campaign\":{},\"commit\":{},\"seed\":{},{beacon}\"notices\":{},\"plays\":[",
            text(&archive::Format::V1),
            text(&self.campaign_id),
            text(&self.drawing.commit),
            text(&self.seed),
            text(&self.drawing.notices)
        )
    }

    fn winner(&self, play: &archive::Play) -> Option<archive::Winner> {
        let value = self.drawing.notice_of(play.n)?.table.find(&play.prize_id)?.value;
        let listed = play.state.wins() && value > draw::law::MAINLAND_CHINA.listed_above;
        let (chance, prize_id) = (play.chance.clone(), play.prize_id.clone());
        listed.then_some(archive::Winner { n: play.n, chance, prize_id, value })
    }

    async fn plays(&self, after: u64) -> Result<Vec<Reward>, StoreError> {
        let (reader, shop, campaign) = (self.reader.clone(), self.shop_id.clone(), self.campaign_id.clone());
        let make = move || reader.plays(&shop, &campaign, after, limits::EXPORT_STEP);
        let mut plays = self.sending.piece::<Result<_, StoreError>>(make).await?;
        plays.retain(|reward| {
            reward.drawn.as_ref().is_some_and(|drawn| drawn.n <= self.drawing.standing.plays)
        });
        Ok(plays)
    }

    /// Chances that wait for the id of their payment.
    async fn waiting(&self) -> Result<Vec<archive::Waiting>, StoreError> {
        let policy = self.drawing.notice().map(|notice| notice.entropy);
        let needed = policy == Some(draw::EntropyPolicy::Required);
        let mut found = Vec::new();
        let mut page = Some(Page { after: None, limit: limits::EXPORT_STEP }).filter(|_| needed);
        while let Some(asked) = page {
            let (reader, shop, campaign) =
                (self.reader.clone(), self.shop_id.clone(), self.campaign_id.clone());
            let filter = RewardFilter { status: Some(RewardStatus::Offered) };
            let limit = asked.limit;
            let make = move || reader.campaign_rewards(&shop, &campaign, &filter, &asked);
            let rows = self.sending.piece::<Result<Vec<Reward>, StoreError>>(make).await?;
            page = rows
                .last()
                .filter(|_| rows.len() == limit)
                .map(|last| Page { after: Some(port::reward_key(last)), limit });
            let waits = |reward: &&Reward| {
                reward.action.is_draw() && reward.drawn.is_none() && reward.transaction_id.is_none()
            };
            found.extend(rows.iter().filter(waits).map(|reward| archive::Waiting {
                chance: reward.chance(),
                since_ms: millis(reward.offered_at),
            }));
        }
        Ok(found)
    }

    async fn next(&mut self) -> Result<Option<String>, StoreError> {
        match std::mem::replace(&mut self.step, Step::End) {
            Step::Head => {
                self.step = Step::Plays { after: 0, winners: Vec::new() };
                Ok(Some(self.head()))
            }
            Step::Plays { after, mut winners } => {
                let rewards = self.plays(after).await?;
                let mut out = String::new();
                for reward in &rewards {
                    let Some(play) = play(reward) else { continue };
                    if play.n > 1 {
                        out.push(',');
                    }
                    out += &text(&play);
                    winners.extend(self.winner(&play));
                }
                let last = rewards.last().and_then(|reward| reward.drawn.as_ref()).map(|drawn| drawn.n);
                if let Some(last) = last {
                    self.step = Step::Plays { after: last, winners };
                    return Ok(Some(out));
                }
                let waiting = self.waiting().await?;
                let (waiting, winners, head) =
                    (text(&waiting), text(&winners), text(&self.drawing.standing.head));
                Ok(Some(format!(
                    "],\"awaiting_transaction_id\":{waiting},\"winners\":{winners},\"head\":{head}}}\n"
                )))
            }
            Step::End => Ok(None),
        }
    }
}

/// A play as the archive tells it.
pub fn play(reward: &Reward) -> Option<archive::Play> {
    let drawn = reward.drawn.as_deref()?;
    let state = match (reward.status, reward.done_at) {
        (RewardStatus::Offered, _) => archive::State::Drawn,
        (RewardStatus::Done, _) => archive::State::Played,
        (RewardStatus::Void, None) => archive::State::Lapsed,
        (RewardStatus::Void, Some(_)) => archive::State::Void,
    };
    Some(archive::Play {
        n: drawn.n,
        at_ms: millis(drawn.at),
        chance: reward.chance(),
        entropy: drawn.entropy.to_string(),
        r: drawn.r,
        prize_id: drawn.prize_id.to_string(),
        hash: drawn.head,
        state,
    })
}

/// Everything that `promenade verify-draw` needs: terms, notices, every play in the chain's order, winners; after the end
/// the seed (A-S2-16, A-S2-17).
#[utoipa::path(get, path = "/v1/shops/{shop}/campaigns/{campaign}/draw/archive", tag = "rewards",
    params(("shop" = String, Path), ("campaign" = String, Path)),
    responses((status = 200, body = String, content_type = "application/json"), (status = 404, body = Problem)))]
pub async fn get(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, campaign_id)): Names<(String, CampaignId)>,
) -> Result<Response, Problem> {
    caller.may(Scope::Read)?;
    let anyone = Anyone { shop_id: caller.shop_id.clone(), caller: Some(caller.clone()) };
    let found = find(&state, &anyone, &campaign_id).await?;
    let seed = found.revealed(state.engine.now());
    let drawing = found.drawing;
    let (reader, sending) = (state.engine.reader().clone(), caller.share().file()?);
    let shop_id = caller.shop_id;
    let writing = Writing { reader, sending, shop_id, campaign_id, drawing, seed, step: Step::Head };
    let steps = stream::try_unfold(writing, |mut writing| async {
        let step = writing.next().await?;
        Ok::<_, StoreError>(step.map(|text| (text, writing)))
    });
    csv_out::file("draw-archive.json", "application/json", steps)
}
