//! A campaign's draw: what everybody may see of it, the beacon's round, and a rest.

use super::act::act;
use super::found::{Found, find, missing};
use crate::campaign::stops::PauseView;
use crate::wire::auth::{Anyone, InShop};
use crate::wire::extract::{Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::masked::masked;
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use crate::wire::tagged::tagged;
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::{
    CampaignId, Code, Instant,
    campaign::post_payment::{Do, Done},
    reward::{Reward, Round},
    shop::Shop,
};
use draw::{Hash, Mode, beacon::QUICKNET};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A prize of a draw as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrawPrizeView {
    pub prize_id: String,
    pub name: String,
    /// `coupon | goods | points | none`.
    #[schema(value_type = String)]
    pub kind: ::draw::Kind,
    /// In minor units.
    pub value: i64,
    /// How many there are; null where there are as many as are drawn.
    pub stock: Option<u64>,
    /// How many are left; of an urn the tickets that nobody has seen, until the end.
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
    /// Which play of the chain.
    pub n: u64,
    /// The first letter of the customer's id, and stars.
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
    /// Since when it rests: orders that are paid now bring no chance. What was given can be played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<String>,
    /// Every time in which it rested, the last 100.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<PauseView>,
    /// When it was closed, before its end: orders that were paid from then on brought no chance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<String>,
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
    /// Winners above 500 yuan, the last 200, the latest first.
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

impl DrawView {
    /// What is shown of it at a moment.
    pub fn new(shop: &Shop, found: &Found, now: Instant) -> Option<Self> {
        let Found { campaign_id, about, drawing, announced, winners, .. } = found;
        let link = announced.notices.last()?;
        let table = &link.notice.table;
        // A ticket that was drawn and not looked at is told when its customer looks, or after the end.
        let is_over = now >= about.ends_at;
        let gone = if is_over { &drawing.standing.given } else { &drawing.shown };
        let prizes = table.prizes.iter().map(|prize| DrawPrizeView {
            prize_id: prize.prize_id.clone(),
            name: prize.name.clone(),
            kind: prize.kind,
            value: prize.value.minor(),
            stock: prize.stock,
            left: prize.stock.map(|stock| stock.saturating_sub(gone.of(&prize.prize_id))),
            odds: prize.odds,
            fallback: prize.fallback.clone(),
        });
        let winner = |reward: &Reward| {
            let drawn = reward.drawn.as_deref()?;
            Some(WinnerView {
                n: drawn.n,
                customer: masked(reward.customer_id.as_str()),
                prize_id: drawn.prize_id.to_string(),
                name: table.find(&drawn.prize_id).map(|prize| prize.name.clone()).unwrap_or_default(),
                value: reward.listed?.minor(),
                at: time::show(shop, reward.done_at?),
            })
        };
        Some(Self {
            campaign_id: campaign_id.to_string(),
            name: about.name.clone(),
            starts_at: time::show(shop, about.starts_at),
            ends_at: time::show(shop, about.ends_at),
            paused_at: time::show_some(shop, found.rests.paused_at),
            pauses: found.rests.view(shop),
            closed_at: time::show_some(shop, found.closed_early()),
            notice: link.text.clone(),
            notice_hash: link.hash,
            commit: announced.commit,
            mode: table.mode,
            prizes: prizes.collect(),
            plays: drawing.standing.plays,
            chain_head: drawing.standing.head,
            winners_over_500: winners.iter().filter_map(winner).collect(),
            beacon_round: link.notice.beacon_round,
            beacon_randomness: announced.round.as_ref().map(|round| round.randomness),
            revealed_seed: found.revealed(now),
        })
    }
}

/// A campaign's draw: notice, odds, stock left, the chain's head, winners above 500 yuan; after the end the seed. Public
/// without a key where the campaign says so.
#[utoipa::path(get, path = "/v1/shops/{shop}/campaigns/{campaign}/draw", tag = "rewards", security((), ("bearer" = [])),
    params(("shop" = String, Path), ("campaign" = String, Path)), responses((status = 200, body = DrawView), (status = 304, description = "It has not changed since the answer that `If-None-Match` names"), (status = 404, body = Problem)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: Anyone,
    Names((_, id)): Names<(String, CampaignId)>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let found = find(&state, &caller, &id).await?;
    let shop = state.shop(&caller.shop_id).await?;
    let view = DrawView::new(&shop, &found, state.engine.now()).ok_or_else(|| missing(&id))?;
    let bytes = serde_json::to_vec(&view).map_err(|error| Problem::malformed(error.to_string()))?;
    Ok(tagged(&asked, "application/json", bytes))
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
