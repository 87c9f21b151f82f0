//! A campaign's draw: what everybody may see of it, the beacon's round, a rest, and the archive that checks it.

use super::act::act;
use crate::wire::auth::{Anyone, InShop};
use crate::wire::csv_out;
use crate::wire::extract::{Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::problem::Problem;
use crate::wire::share::Sending;
use crate::wire::state::{ApiState, unexpected};
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::{
    CampaignId, Code, CustomerId, Instant, ShopId,
    campaign::{
        CampaignRow,
        post_payment::{Do, Done, DrawTerms, Terms},
    },
    reward::{Book, Drawing, Reward, RewardStatus, Round},
    shop::Shop,
};
use draw::{Hash, Mode, archive, beacon::QUICKNET};
use futures_util::stream;
use port::{Page, Reader, RewardFilter, StoreError};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Winners that a page of the draw lists, the last ones; the archive has all.
const WINNERS: usize = 200;

/// A prize of a draw as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrawPrizeView {
    pub prize_id: String,
    pub name: String,
    /// `coupon | goods | points | nothing`.
    #[schema(value_type = String)]
    pub kind: ::draw::Kind,
    /// In minor units.
    pub value: i64,
    /// How many there are; null where there are as many as are drawn.
    pub stock: Option<u64>,
    /// How many are left; in an urn tickets.
    pub left: Option<u64>,
    /// By odds: parts of 1,000,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub odds: Option<u32>,
    /// By odds: what is given once it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
}

/// A winner that the law wants listed.
#[derive(Debug, Serialize, ToSchema)]
pub struct WinnerView {
    pub reward_id: String,
    /// The customer's id with its middle hidden.
    pub customer: String,
    pub prize_id: String,
    pub name: String,
    /// In minor units.
    pub value: i64,
    pub at: String,
}

/// A draw as everybody may see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrawView {
    pub campaign_id: String,
    pub name: String,
    pub starts_at: String,
    pub ends_at: String,
    /// The notice as it was published.
    pub notice: String,
    /// SHA-256 of it.
    #[schema(value_type = String)]
    pub notice_hash: Hash,
    /// SHA-256 of the seed.
    #[schema(value_type = String)]
    pub commit: Hash,
    /// `odds | urn`.
    #[schema(value_type = String)]
    pub mode: Mode,
    pub prizes: Vec<DrawPrizeView>,
    /// Draws so far.
    pub plays: u64,
    /// Stands for all of them, in their order.
    #[schema(value_type = String)]
    pub chain_head: Hash,
    /// Winners above 500 yuan, the last 200.
    pub winners_over_500: Vec<WinnerView>,
    /// The round of the beacon that goes into every draw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beacon_round: Option<u64>,
    /// Its randomness, once it was posted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub beacon_randomness: Option<Hash>,
    /// The seed, after the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revealed_seed: Option<String>,
}

/// A draw as it is read.
pub struct Found {
    pub row: CampaignRow,
    pub book: Book,
    pub winners: Vec<Reward>,
}

/// Reads a draw; one that is not public, for a caller without a key, is not there.
pub async fn find(state: &ApiState, caller: &Anyone, id: &CampaignId) -> Result<Found, Problem> {
    if let Some(caller) = &caller.caller {
        caller.may(Scope::Read)?;
    }
    let missing = || Problem::not_found(format!("no draw of a campaign {id}"));
    let (shop, asked) = (caller.shop_id.clone(), id.clone());
    let read = move |reader: &dyn Reader| {
        let row = reader.campaign(&shop, &asked)?;
        let book = reader.book(&shop, &asked)?;
        let winners = reader.winners(&shop, &asked, 0, usize::MAX >> 1)?;
        Ok(row.zip(book).map(|(row, book)| Found { row, book, winners }))
    };
    let found = state.read(read).await?.ok_or_else(missing)?;
    let public = terms(&found.row).and_then(Terms::draw).is_some_and(|draw| draw.public);
    if found.book.drawing.is_none() || (caller.caller.is_none() && !public) {
        return Err(missing());
    }
    Ok(found)
}

fn terms(row: &CampaignRow) -> Option<&Terms> {
    row.campaign.current().terms.of()
}

/// The seed, once nothing more is drawn.
fn revealed(row: &CampaignRow, book: &Book, now: Instant) -> Option<String> {
    (now >= row.campaign.current().ends_at).then(|| book.seed.reveal())
}

/// An id with its middle hidden: as much is left as its owner needs to know it by.
pub fn masked(customer: &CustomerId) -> String {
    let letters: Vec<char> = customer.as_str().chars().collect();
    let shown = if letters.len() > 6 { 2 } else { usize::from(letters.len() > 1) };
    let (first, last) = (&letters[..shown], &letters[letters.len() - shown..]);
    first.iter().chain(&['*', '*', '*']).chain(last).collect()
}

impl DrawView {
    /// What is shown of it at a moment.
    pub fn new(shop: &Shop, found: &Found, drawing: &Drawing, now: Instant) -> Option<Self> {
        let Found { row, book, winners } = found;
        let link = drawing.notices.last()?;
        let table = &link.notice.table;
        let version = row.campaign.current();
        let prizes = table.prizes.iter().map(|prize| DrawPrizeView {
            prize_id: prize.prize_id.clone(),
            name: prize.name.clone(),
            kind: prize.kind,
            value: prize.value.minor(),
            stock: prize.stock,
            left: prize.stock.map(|stock| stock.saturating_sub(drawing.standing.given.of(&prize.prize_id))),
            odds: prize.odds,
            fallback: prize.fallback.clone(),
        });
        let winner = |reward: &Reward| {
            let drawn = reward.drawn.as_deref()?;
            Some(WinnerView {
                reward_id: reward.reward_id.to_string(),
                customer: masked(&reward.customer_id),
                prize_id: drawn.prize_id.to_string(),
                name: table.find(&drawn.prize_id).map(|prize| prize.name.clone()).unwrap_or_default(),
                value: reward.listed?.minor(),
                at: time::show(shop, reward.done_at?),
            })
        };
        let late = winners.iter().rev().take(WINNERS);
        Some(Self {
            campaign_id: row.campaign.campaign_id.to_string(),
            name: version.name.clone(),
            starts_at: time::show(shop, version.starts_at),
            ends_at: time::show(shop, version.ends_at),
            notice: link.text.clone(),
            notice_hash: link.hash,
            commit: drawing.commit,
            mode: table.mode,
            prizes: prizes.collect(),
            plays: drawing.standing.plays,
            chain_head: drawing.standing.head,
            winners_over_500: late.filter_map(winner).collect(),
            beacon_round: link.notice.beacon_round,
            beacon_randomness: drawing.round.as_ref().map(|round| round.randomness),
            revealed_seed: revealed(row, book, now),
        })
    }
}

/// A campaign's draw: notice, odds, stock left, the chain's head, winners above 500 yuan; after the end the seed. Public
/// without a key where the campaign says so.
#[utoipa::path(get, path = "/v1/shops/{shop}/campaigns/{campaign}/draw", tag = "rewards", security((), ("bearer" = [])),
    params(("shop" = String, Path), ("campaign" = String, Path)), responses((status = 200, body = DrawView), (status = 404, body = Problem)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: Anyone,
    Names((_, id)): Names<(String, CampaignId)>,
) -> Result<Json<DrawView>, Problem> {
    let found = find(&state, &caller, &id).await?;
    let shop = state.shop(&caller.shop_id).await?;
    let view = found.book.drawing.as_ref().and_then(|drawing| {
        let now = state.engine.now();
        DrawView::new(&shop, &found, drawing, now)
    });
    view.map(Json).ok_or_else(|| Problem::not_found(format!("no draw of a campaign {id}")))
}

/// A round of the beacon.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeaconRequest {
    /// Which; the notice names it.
    round: u64,
    /// The beacon's signature of it: 96 hexadecimal digits.
    signature: String,
}

/// Posts the round of the public beacon (drand quicknet) that the notice names; it is verified here, never fetched.
/// Refusals: `wrong_signature`, `wrong_round`.
#[utoipa::path(post, path = "/v1/shops/{shop}/campaigns/{campaign}/draw/beacon", tag = "rewards",
    params(("shop" = String, Path), ("campaign" = String, Path)), request_body = BeaconRequest,
    responses((status = 204), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn beacon(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, campaign_id)): Names<(String, CampaignId)>,
    body: Unread<BeaconRequest>,
) -> Result<axum::http::StatusCode, Problem> {
    let BeaconRequest { round, signature } = caller.reads(Scope::Campaigns, body).await?.value;
    let signature = signature.to_ascii_lowercase();
    let randomness = QUICKNET.randomness(round, &signature).map_err(|wrong| {
        let refusal = domain::Refusal::with(Code::WrongSignature, wrong.to_string());
        Problem::from(engine::EngineError::Refused(refusal)).violation(
            "signature",
            Code::WrongSignature,
            wrong.to_string(),
        )
    })?;
    act(&state, &caller, Do::Post { campaign_id, round: Round { round, signature, randomness } }).await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// Whether a campaign rests.
#[derive(Debug, Serialize, ToSchema)]
pub struct PausedView {
    paused: bool,
}

async fn rest(
    state: &ApiState,
    caller: &InShop,
    campaign_id: CampaignId,
    paused: bool,
) -> Result<Json<PausedView>, Problem> {
    caller.may(Scope::Campaigns)?;
    match act(state, caller, Do::Pause { campaign_id, paused }).await? {
        Done::Paused { paused } => Ok(Json(PausedView { paused })),
        Done::Played(_) | Done::Followed | Done::Posted => Err(unexpected(&engine::Reply::Done)),
    }
}

/// A campaign of rewards rests: nothing new is given; what was given can be played.
#[utoipa::path(post, path = "/v1/shops/{shop}/campaigns/{campaign}/pause", tag = "rewards", params(("shop" = String, Path), ("campaign" = String, Path)),
    responses((status = 200, body = PausedView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn pause(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, campaign_id)): Names<(String, CampaignId)>,
) -> Result<Json<PausedView>, Problem> {
    rest(&state, &caller, campaign_id, true).await
}

/// It goes on.
#[utoipa::path(post, path = "/v1/shops/{shop}/campaigns/{campaign}/resume", tag = "rewards", params(("shop" = String, Path), ("campaign" = String, Path)),
    responses((status = 200, body = PausedView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn resume(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, campaign_id)): Names<(String, CampaignId)>,
) -> Result<Json<PausedView>, Problem> {
    rest(&state, &caller, campaign_id, false).await
}

/// An archive that is being written out, up to a head.
struct Writing {
    reader: Arc<dyn Reader>,
    sending: Sending,
    shop_id: ShopId,
    campaign_id: CampaignId,
    drawing: Drawing,
    seed: Option<String>,
    terms: Option<DrawTerms>,
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
        let needed = self.terms.as_ref().is_some_and(|draw| draw.entropy == draw::EntropyPolicy::Required);
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
fn play(reward: &Reward) -> Option<archive::Play> {
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
pub async fn archive(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, campaign_id)): Names<(String, CampaignId)>,
) -> Result<Response, Problem> {
    let anyone = Anyone { shop_id: caller.shop_id.clone(), caller: Some(caller.clone()) };
    let found = find(&state, &anyone, &campaign_id).await?;
    let missing = || Problem::not_found(format!("no draw of a campaign {campaign_id}"));
    let seed = revealed(&found.row, &found.book, state.engine.now());
    let terms = terms(&found.row).and_then(Terms::draw).cloned();
    let drawing = found.book.drawing.ok_or_else(missing)?;
    let (reader, sending) = (state.engine.reader().clone(), caller.share().file()?);
    let shop_id = caller.shop_id;
    let writing = Writing { reader, sending, shop_id, campaign_id, drawing, seed, terms, step: Step::Head };
    let steps = stream::try_unfold(writing, |mut writing| async {
        let step = writing.next().await?;
        Ok::<_, StoreError>(step.map(|text| (text, writing)))
    });
    csv_out::file("draw-archive.json", "application/json", steps)
}
