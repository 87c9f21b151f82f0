//! The archive of a draw: everything that is needed to check it, written out as it is read.

use super::found::find;
use super::kept::About;
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
    CampaignId, Code, Instant, ShopId,
    campaign::post_payment::has_lapsed,
    reward::{Announced, Drawing, Reward, RewardStatus},
    time::Zone,
};
use draw::{EntropyPolicy, Mode, archive, beacon::QUICKNET, law::LAW};
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
    announced: Announced,
    about: Arc<About>,
    zone: Zone,
    now: Instant,
    rests: Vec<archive::Rest>,
    closed_ms: Option<i64>,
    seed: Option<String>,
    step: Step,
    /// Whether the list that is being written has an item.
    began: bool,
}

/// What comes next. Each list is read on its own, so that none is held.
enum Step {
    Head,
    Plays { after: u64 },
    Undrawn { status: RewardStatus, after: Option<String> },
    Winners { after: u64 },
    End,
}

/// What stands between the lists.
const UNDRAWN: &str = "],\"undrawn\":[";
const WINNERS: &str = "],\"winners\":[";

fn millis(at: Instant) -> i64 {
    at.micros().div_euclid(1000)
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| unreachable!("it is only text: {error}"))
}

impl Writing {
    fn head(&self) -> String {
        let beacon = self.announced.round.as_ref().map(|round| archive::Round {
            name: QUICKNET.name.to_owned(),
            public_key: QUICKNET.key_in_digits(),
            round: round.round,
            signature: round.signature.clone(),
            randomness: round.randomness,
        });
        let beacon = beacon.map_or_else(String::new, |beacon| format!("\"beacon\":{},", text(&beacon)));
        let rests = Some(&self.rests).filter(|rests| !rests.is_empty());
        let rests = rests.map_or_else(String::new, |rests| format!("\"rests\":{},", text(rests)));
        let closed = self.closed_ms.map_or_else(String::new, |at| format!("\"closed_ms\":{at},"));
        format!(
            "{{\"format\":{},\"campaign\":{},\"commit\":{},\"seed\":{},{beacon}{rests}{closed}\"notices\":{},\"plays\":[",
            text(&archive::Format::V1),
            text(&self.campaign_id),
            text(&self.announced.commit),
            text(&self.seed),
            text(&self.announced.notices)
        )
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

    /// A page of the chances in that status for which nothing was drawn, and where the next one begins.
    async fn undrawn(
        &self,
        status: RewardStatus,
        after: Option<String>,
    ) -> Result<(Vec<archive::Undrawn>, Option<String>), StoreError> {
        let (reader, shop, campaign) = (self.reader.clone(), self.shop_id.clone(), self.campaign_id.clone());
        let (filter, limit) = (RewardFilter { status: Some(status) }, limits::EXPORT_STEP);
        let page = Page { after, limit };
        let make = move || reader.campaign_rewards(&shop, &campaign, &filter, &page);
        let rows = self.sending.piece::<Result<Vec<Reward>, StoreError>>(make).await?;
        let next = rows.last().filter(|_| rows.len() == limit).map(port::reward_key);
        let chances = rows.iter().filter(|reward| reward.action.is_draw() && reward.drawn.is_none());
        let told = |reward: &Reward| archive::Undrawn {
            chance: reward.chance(),
            paid_ms: millis(reward.arose_at()),
            reason: self.reason(reward),
        };
        Ok((chances.map(told).collect(), next))
    }

    /// Why nothing was drawn for a chance.
    fn reason(&self, reward: &Reward) -> archive::Reason {
        let notice = self.announced.notice();
        let needs_id = notice.is_some_and(|notice| notice.entropy == EntropyPolicy::Required);
        let needs_round = notice.is_some_and(|notice| notice.beacon_round.is_some());
        let is_empty = notice.is_some_and(|notice| {
            notice.table.mode == Mode::Urn && self.drawing.standing.plays >= notice.table.tickets()
        });
        if reward.status == RewardStatus::Void {
            archive::Reason::Lapsed
        } else if needs_id && reward.transaction_id.is_none() {
            archive::Reason::AwaitingTransactionId
        } else if needs_round && self.announced.round.is_none() {
            archive::Reason::AwaitingBeacon
        } else if is_empty {
            archive::Reason::SoldOut
        } else {
            archive::Reason::NotPlayed
        }
    }

    /// A play, of which it is said whether it was looked at in time.
    fn play(&self, reward: &Reward) -> Option<archive::Play> {
        let at = (&self.zone, self.now);
        play(reward, has_lapsed(self.about.ends_at, Some(&self.announced), reward, at))
    }

    /// Items of the list that is being written, and whether it is ended.
    fn items(&mut self, items: &[impl Serialize]) -> String {
        let mut out = String::new();
        for item in items {
            if std::mem::replace(&mut self.began, true) {
                out.push(',');
            }
            out += &text(item);
        }
        out
    }

    /// The next list begins.
    fn begin(&mut self, step: Step, between: &str) -> String {
        self.began = false;
        self.step = step;
        between.to_owned()
    }

    async fn next(&mut self) -> Result<Option<String>, StoreError> {
        let written = match std::mem::replace(&mut self.step, Step::End) {
            Step::Head => {
                let head = self.head();
                self.begin(Step::Plays { after: 0 }, &head)
            }
            Step::Plays { after } => {
                let rewards = self.plays(after).await?;
                match last_of(&rewards) {
                    Some(after) => {
                        self.step = Step::Plays { after };
                        let plays: Vec<archive::Play> =
                            rewards.iter().filter_map(|reward| self.play(reward)).collect();
                        self.items(&plays)
                    }
                    None => self.begin(Step::Undrawn { status: RewardStatus::Offered, after: None }, UNDRAWN),
                }
            }
            Step::Undrawn { status, after } => {
                let (found, next) = self.undrawn(status, after).await?;
                let mut out = self.items(&found);
                match (next, status) {
                    (Some(next), _) => self.step = Step::Undrawn { status, after: Some(next) },
                    (None, RewardStatus::Offered) => {
                        self.step = Step::Undrawn { status: RewardStatus::Void, after: None };
                    }
                    (None, RewardStatus::Void | RewardStatus::Done) => {
                        out += &self.begin(Step::Winners { after: 0 }, WINNERS);
                    }
                }
                out
            }
            Step::Winners { after } => {
                let rewards = self.plays(after).await?;
                match last_of(&rewards) {
                    Some(after) => {
                        self.step = Step::Winners { after };
                        let won = |play: archive::Play| {
                            archive::Winner::of(&play, self.announced.notice_of(play.n)?, LAW)
                        };
                        let plays = rewards.iter().filter_map(|reward| self.play(reward));
                        let winners: Vec<_> = plays.filter_map(won).collect();
                        self.items(&winners)
                    }
                    None => format!("],\"head\":{}}}\n", text(&self.drawing.standing.head)),
                }
            }
            Step::End => return Ok(None),
        };
        Ok(Some(written))
    }
}

/// The number of the last play of a page.
fn last_of(rewards: &[Reward]) -> Option<u64> {
    rewards.last()?.drawn.as_ref().map(|drawn| drawn.n)
}

/// A play as the archive tells it.
pub fn play(reward: &Reward, has_lapsed: bool) -> Option<archive::Play> {
    let drawn = reward.drawn.as_deref()?;
    let state = match (reward.status, reward.done_at) {
        (RewardStatus::Offered, _) if has_lapsed => archive::State::Lapsed,
        (RewardStatus::Offered, _) => archive::State::Drawn,
        (RewardStatus::Done, _) => archive::State::Played,
        (RewardStatus::Void, None) => archive::State::Lapsed,
        (RewardStatus::Void, Some(_)) => archive::State::Void,
    };
    Some(archive::Play {
        n: drawn.n,
        at_ms: millis(drawn.at),
        paid_ms: millis(reward.arose_at()),
        chance: reward.chance(),
        entropy: drawn.entropy.to_string(),
        r: drawn.r,
        prize_id: drawn.prize_id.to_string(),
        hash: drawn.head,
        state,
    })
}

/// Everything that `promenade verify-draw` needs: notices, every play in the chain's order, every other chance with its
/// reason, winners; after the end the seed (A-S2-16, A-S2-17). Refusals: `draw_running`, of an urn before the end.
#[utoipa::path(get, path = "/v1/shops/{shop}/campaigns/{campaign}/draw/archive", tag = "rewards",
    params(("shop" = String, Path), ("campaign" = String, Path)),
    responses((status = 200, body = String, content_type = "application/json"), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn get(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, campaign_id)): Names<(String, CampaignId)>,
) -> Result<Response, Problem> {
    caller.may(Scope::Read)?;
    let anyone = Anyone { shop_id: caller.shop_id.clone(), caller: Some(caller.clone()) };
    let found = find(&state, &anyone, &campaign_id).await?;
    let now = state.engine.now();
    let seed = found.revealed(now);
    let is_urn = found.announced.notice().is_some_and(|notice| notice.table.mode == Mode::Urn);
    if is_urn && seed.is_none() {
        return Err(Problem::from(engine::EngineError::Refused(Code::DrawRunning.into())));
    }
    let zone = state.shop(&caller.shop_id).await?.time_zone.clone();
    let closed_ms = found.closed_early().map(millis);
    let rests = found.rests.all.iter();
    let rests =
        rests.map(|(from, until)| archive::Rest { from_ms: millis(*from), until_ms: until.map(millis) });
    let writing = Writing {
        rests: rests.collect(),
        closed_ms,
        reader: state.engine.reader().clone(),
        sending: caller.share().file()?,
        shop_id: caller.shop_id,
        campaign_id,
        drawing: found.drawing,
        announced: found.announced,
        about: found.about,
        zone,
        now,
        seed,
        step: Step::Head,
        began: false,
    };
    let steps = stream::try_unfold(writing, |mut writing| async {
        let step = writing.next().await?;
        Ok::<_, StoreError>(step.map(|text| (text, writing)))
    });
    csv_out::file("draw-archive.json", "application/json", steps)
}
