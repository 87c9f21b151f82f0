//! Rewards after payment: what orders brought, playing it, links, surveys, and the public side of draws.

mod act;
pub mod archive;
mod around;
pub mod beta;
pub mod draw;
mod found;
pub mod kept;
pub mod links;
pub mod page;
mod proof;
mod shown;
pub mod survey;

use self::around::{Around, around};
use self::shown::Shown;
use crate::order::offers::find_order;
use crate::wire::auth::InShop;
use crate::wire::extract::{self, Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::page::{Cursor, List, PageQuery};
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use domain::{
    CampaignId, CustomerId, Instant, OrderId, RewardId,
    campaign::{
        CampaignRow,
        post_payment::{self, Do, Done, Played, Prize, Terms},
    },
    reward::{ActionKind, Answers, Question, RewardStatus},
    shop::Shop,
};
use engine::Reply;
use port::Reader;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A prize that was drawn.
#[derive(Debug, Serialize, ToSchema)]
pub struct PrizeView {
    prize_id: String,
    name: String,
    /// `coupon | goods | points | none`.
    #[schema(value_type = String)]
    kind: post_payment::PrizeKind,
    /// What it is worth, in minor units.
    value: i64,
    /// Of goods: what is sent, to the address of the customer's contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    /// Of points: how many; a webhook has told of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<u64>,
}

impl From<&Prize> for PrizeView {
    fn from(prize: &Prize) -> Self {
        Self {
            prize_id: prize.prize_id.clone(),
            name: prize.name.clone(),
            kind: prize.kind,
            value: prize.value.minor(),
            sku: prize.sku.as_ref().map(ToString::to_string),
            points: prize.points,
        }
    }
}

/// What a reward came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResultView {
    /// The prize, where one was drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    prize: Option<PrizeView>,
    /// The coupon that it brought.
    #[serde(skip_serializing_if = "Option::is_none")]
    coupon_id: Option<String>,
    /// Why a coupon that it should have brought could not be given.
    #[serde(skip_serializing_if = "Option::is_none")]
    missed: Option<&'static str>,
    /// What was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    answers: Option<Answers>,
}

/// What shows that a play was drawn as it was announced: with the seed, which is told at the end, everybody can draw it
/// again.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProofView {
    /// Which draw of the campaign.
    n: u64,
    /// Whose chance it was: the order, or the order with the number of an extra chance.
    chance: String,
    /// What neither side chose.
    entropy: String,
    /// The number that came out.
    r: u64,
    prize_id: String,
    /// The chain's head after it.
    #[schema(value_type = String)]
    head: ::draw::Hash,
    /// The hash of the seed, published before the start.
    #[schema(value_type = Option<String>)]
    commit: Option<::draw::Hash>,
}

/// A reward.
#[derive(Debug, Serialize, ToSchema)]
pub struct RewardView {
    reward_id: String,
    campaign_id: String,
    /// The campaign's version that it came with.
    version: u32,
    order_id: String,
    customer_id: String,
    /// What it is: its kind, and of a survey its questions.
    action: ActionView,
    /// `offered | done | void | lapsed`: one that was not played in time has lapsed.
    #[schema(value_type = String)]
    status: Shown,
    /// Why it is void.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// When the payment came that brought it.
    earned_at: String,
    offered_at: String,
    done_at: Option<String>,
    /// Until when it can be played: the campaign's end; of a ticket that was drawn the end of its days to claim, where that
    /// is later.
    playable_until: Option<String>,
    /// 0 for the order's own; an extra chance has its number.
    extra: u32,
    /// What its customer may share, where the campaign gives extra chances for it; it carries no personal data.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    /// What came of it, once it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<ResultView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<ProofView>,
}

/// What a reward is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActionView {
    /// `coupon | survey | scratch_card | draw`.
    #[schema(value_type = String)]
    kind: ActionKind,
    /// Of a survey.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    questions: Vec<Question>,
}

fn terms_of(row: &CampaignRow, version: u32) -> Option<&Terms> {
    row.campaign.version(version)?.terms.of()
}

impl RewardView {
    /// A reward as its shop sees it. What an urn's ticket brings is not told before it is played.
    pub fn new(shop: &Shop, around: Around, now: Instant) -> Self {
        let (status, playable_until) = (around.shown(shop, now), around.playable_until(shop));
        let Around { reward, row, charter } = around;
        let current = row.as_ref().map(|row| row.campaign.current());
        let own = row.as_ref().and_then(|row| terms_of(row, reward.version));
        let tier = own.and_then(|terms| terms.tiers.get(reward.tier as usize));
        let questions = tier.map(|tier| tier.action.questions.clone()).unwrap_or_default();
        let terms = current.and_then(|version| version.terms.of::<Terms>());
        let shares = terms.is_some_and(|terms| terms.extra_chances > 0) && reward.action.is_draw();
        let live = shares && reward.extra == 0 && reward.status != RewardStatus::Void;
        let charter = charter.as_ref();
        let link = charter.filter(|_| live);
        let link = link.map(|charter| links::link(&shop.shop_id, &charter.secret, &reward));
        let is_done = reward.status == RewardStatus::Done || reward.done_at.is_some();
        let drawn = reward.drawn.as_deref().filter(|_| is_done);
        let announced = charter.and_then(|charter| charter.announced.as_ref());
        let prize = drawn.zip(row.as_ref()).and_then(|(drawn, row)| {
            post_payment::prize_of(&row.campaign, announced?, drawn).as_ref().map(PrizeView::from)
        });
        let commit = announced.map(|announced| announced.commit);
        let proof = drawn.map(|drawn| ProofView {
            n: drawn.n,
            chance: reward.chance(),
            entropy: drawn.entropy.to_string(),
            r: drawn.r,
            prize_id: drawn.prize_id.to_string(),
            head: drawn.head,
            commit,
        });
        let result = is_done.then(|| ResultView {
            prize,
            coupon_id: reward.coupon_id.as_ref().map(ToString::to_string),
            missed: reward.missed.map(domain::Code::as_str),
            answers: reward.answers.clone(),
        });
        Self {
            reward_id: reward.reward_id.to_string(),
            campaign_id: reward.campaign_id.to_string(),
            version: reward.version,
            order_id: reward.order_id.to_string(),
            customer_id: reward.customer_id.to_string(),
            action: ActionView { kind: reward.action, questions },
            status,
            code: reward.code.map(domain::Code::as_str),
            earned_at: time::show(shop, reward.earned_at),
            offered_at: time::show(shop, reward.offered_at),
            done_at: time::show_some(shop, reward.done_at),
            playable_until: time::show_some(shop, playable_until),
            extra: reward.extra,
            link,
            result,
            proof,
        }
    }
}

/// A campaign that brought an order nothing.
#[derive(Debug, Serialize, ToSchema)]
pub struct RewardWithheldView {
    campaign_id: String,
    /// Why.
    code: &'static str,
}

/// What a paid order brought.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderRewardsView {
    /// Its rewards, and those of extra chances.
    data: Vec<RewardView>,
    /// Campaigns whose tier it reached that brought nothing.
    withheld: Vec<RewardWithheldView>,
}

/// What a paid order brought.
#[utoipa::path(get, path = "/v1/shops/{shop}/orders/{order}/rewards", tag = "rewards", params(("shop" = String, Path), ("order" = String, Path)),
    responses((status = 200, body = OrderRewardsView), (status = 404, body = Problem)))]
pub async fn of_order(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, OrderId)>,
) -> Result<Json<OrderRewardsView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let order = find_order(&state, &caller, &id).await?;
    let withheld = order.rewards.iter().filter_map(|rewarded| {
        let (campaign_id, code) = (rewarded.campaign_id.to_string(), rewarded.code?.as_str());
        Some(RewardWithheldView { campaign_id, code })
    });
    let withheld = withheld.collect();
    let ids: Vec<RewardId> = order.rewards.iter().filter_map(|rewarded| rewarded.reward_id.clone()).collect();
    let shop_id = caller.shop_id.clone();
    let read = move |reader: &dyn Reader| {
        let mut rewards = Vec::new();
        for id in &ids {
            let Some(reward) = reader.reward(&shop_id, id)? else { continue };
            let extras = reward.extras.clone();
            rewards.push(reward);
            for extra in &extras {
                rewards.extend(reader.reward(&shop_id, extra)?);
            }
        }
        around(reader, &shop_id, rewards)
    };
    let (rewards, now) = (state.read(read).await?, state.engine.now());
    Ok(Json(OrderRewardsView {
        data: rewards.into_iter().map(|of| RewardView::new(&shop, of, now)).collect(),
        withheld,
    }))
}

/// One reward.
#[utoipa::path(get, path = "/v1/shops/{shop}/rewards/{reward}", tag = "rewards", params(("shop" = String, Path), ("reward" = String, Path)),
    responses((status = 200, body = RewardView), (status = 404, body = Problem)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, RewardId)>,
) -> Result<Json<RewardView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let (shop_id, asked) = (caller.shop_id.clone(), id.clone());
    let read = move |reader: &dyn Reader| {
        let found = reader.reward(&shop_id, &asked)?;
        around(reader, &shop_id, found.into_iter().collect())
    };
    let found = state.read(read).await?.pop();
    let found = found.ok_or_else(|| Problem::not_found(format!("no reward {id}")))?;
    Ok(Json(RewardView::new(&shop, found, state.engine.now())))
}

/// What a customer's orders brought.
#[utoipa::path(get, path = "/v1/shops/{shop}/customers/{customer}/rewards", tag = "rewards",
    params(("shop" = String, Path), ("customer" = String, Path), PageQuery), responses((status = 200, body = List<RewardView>)))]
pub async fn of_customer(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, customer)): Names<(String, CustomerId)>,
    query: extract::Query<PageQuery>,
) -> Result<Json<List<RewardView>>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let page = query.0.read(Cursor::Chosen)?;
    let (shop_id, asked) = (caller.shop_id.clone(), page.clone());
    let read = move |reader: &dyn Reader| {
        let rewards = reader.customer_rewards(&shop_id, &customer, &asked)?;
        around(reader, &shop_id, rewards)
    };
    let rows = state.read(read).await?;
    let now = state.engine.now();
    let view = |of| RewardView::new(&shop, of, now);
    Ok(Json(List::of(rows, &page, |of| of.reward.reward_id.to_string(), view)))
}

/// Which rewards to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RewardQuery {
    /// Only in this status.
    #[param(value_type = Option<String>)]
    status: Option<Shown>,
    /// Rows of the page, 1 to 200.
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What a campaign brought, by order. After an urn's end a page in one status may hold fewer than were asked for, or none,
/// and still have a `next_cursor`.
#[utoipa::path(get, path = "/v1/shops/{shop}/campaigns/{campaign}/rewards", tag = "rewards",
    params(("shop" = String, Path), ("campaign" = String, Path), RewardQuery), responses((status = 200, body = List<RewardView>)))]
pub async fn of_campaign(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, campaign)): Names<(String, CampaignId)>,
    query: extract::Query<RewardQuery>,
) -> Result<Json<List<RewardView>>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let RewardQuery { status, limit, cursor } = query.0;
    let page = PageQuery { limit, cursor }.read(Cursor::Reward)?;
    let shop_id = caller.shop_id.clone();
    let (now, of_shop) = (state.engine.now(), shop.clone());
    let read = move |reader: &dyn Reader| {
        shown::of_campaign(reader, (&shop_id, &of_shop), &campaign, (status, now), &page)
    };
    let (rows, next) = state.read(read).await?;
    Ok(Json(List::going_on(rows.into_iter().map(|of| RewardView::new(&shop, of, now)).collect(), next)))
}

/// Who plays, and with which answers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlayRequest {
    /// Whose reward it is.
    #[schema(value_type = String)]
    customer_id: CustomerId,
    /// Of a survey: an object from `question_id` to an option (`single`), a list of options (`multiple`, or one alone), or own
    /// words of 1 to 500 characters (`free`). A question that is optional may be left out.
    #[serde(default)]
    #[schema(value_type = Object)]
    answers: Answers,
}

/// What came out.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlayedView {
    reward_id: String,
    /// `done`.
    #[schema(value_type = String)]
    status: RewardStatus,
    result: ResultView,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<ProofView>,
}

impl From<Played> for PlayedView {
    fn from(played: Played) -> Self {
        let Played { reward, prize, commit } = played;
        let proof = reward.drawn.as_deref().map(|drawn| ProofView {
            n: drawn.n,
            chance: reward.chance(),
            entropy: drawn.entropy.to_string(),
            r: drawn.r,
            prize_id: drawn.prize_id.to_string(),
            head: drawn.head,
            commit,
        });
        let result = ResultView {
            prize: prize.as_ref().map(PrizeView::from),
            coupon_id: reward.coupon_id.as_ref().map(ToString::to_string),
            missed: reward.missed.map(domain::Code::as_str),
            answers: reward.answers,
        };
        Self { reward_id: reward.reward_id.to_string(), status: reward.status, result, proof }
    }
}

/// Plays a reward. The same call again answers the same. Refusals: `not_owner`, `reward_void`, `not_started`,
/// `campaign_closed`, `lapsed`, `awaiting_transaction_id`, `beacon_awaited`, `sold_out`; of answers `invalid_answers` (422),
/// and `idempotency_conflict` where other ones were given before.
#[utoipa::path(post, path = "/v1/shops/{shop}/rewards/{reward}/play", tag = "rewards", params(("shop" = String, Path), ("reward" = String, Path)),
    request_body = PlayRequest, responses((status = 200, body = PlayedView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn play(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, reward_id)): Names<(String, RewardId)>,
    body: Unread<PlayRequest>,
) -> Result<Json<PlayedView>, Problem> {
    let PlayRequest { customer_id, answers } = caller.reads(Scope::Checkout, body).await?.value;
    match act::act(&state, &caller, Do::Play { reward_id, customer_id, answers }).await? {
        Done::Played(played) => Ok(Json(PlayedView::from(*played))),
        Done::Followed | Done::Posted | Done::Paused { .. } => Err(unexpected(&Reply::Done)),
    }
}
