//! Gift strategies: put, read, list, and let run although the download has not come through.

use super::gaps::{GapRowView, waited_for};
use super::presale_strategies::fault;
use super::strategies::Strategies;
use super::window::Period;
use crate::wire::auth::InShop;
use crate::wire::extract::{Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::page::List;
use crate::wire::problem::{Problem, Violation};
use crate::wire::state::{ApiState, unexpected};
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use domain::{
    Code, GiftStrategyId, Sku,
    ends::Ends,
    pool::{Basis, BuyerLimit, GiftRecord, GiftStrategy, GiftTier, GiftUnit, Run, Waits},
    shop::Shop,
};
use engine::{Command, Input, Reply};
use money::Money;
use port::PoolRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A gift strategy. Exactly one of `tiers` and `gifts`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiftStrategyRequest {
    /// For people.
    name: String,
    /// Within a group the first hit wins, groups add up; 0 stands alone.
    #[serde(default)]
    group: u32,
    /// Within a group the higher goes first.
    #[serde(default)]
    priority: u32,
    /// When it works.
    validity: Period,
    /// Which orders it is for, by the time that `basis` names; inside the validity.
    activity: Period,
    /// `order | first_payment | balance_payment`: the customer's time that counts.
    #[schema(value_type = String)]
    basis: Basis,
    /// An order with one of these takes part.
    #[schema(value_type = Vec<String>)]
    main_skus: Vec<Sku>,
    /// Only the first so many orders.
    first_n: Option<u64>,
    /// Whether only the earliest order of a buyer counts.
    #[serde(default)]
    one_per_customer: Option<bool>,
    /// `[{min, gifts: [{sku, quantity}]}]`: from that amount on, in minor units. Only the highest tier
    /// that is reached counts.
    #[schema(value_type = Option<Vec<Object>>)]
    tiers: Option<Vec<GiftTier>>,
    /// `[{sku, quantity}]`, whatever was paid.
    #[schema(value_type = Option<Vec<Object>>)]
    gifts: Option<Vec<GiftUnit>>,
}

impl GiftStrategyRequest {
    fn read(self, strategy_id: GiftStrategyId, ends: &mut Ends<'_>) -> Result<GiftStrategy, Problem> {
        let by_amount = self.tiers.is_some();
        let tiers = match (self.tiers, self.gifts) {
            (Some(tiers), None) => tiers,
            (None, Some(gifts)) => vec![GiftTier { min: Money::ZERO, gifts }],
            (Some(_), Some(_)) => {
                return Err(fault("gifts", Code::InvalidValue, "either tiers or gifts, not both"));
            }
            (None, None) => return Err(fault("gifts", Code::Required, "name the gifts, or tiers of them")),
        };
        let mut main_skus = self.main_skus;
        main_skus.sort_unstable();
        main_skus.dedup();
        let once = self.one_per_customer == Some(true);
        Ok(GiftStrategy {
            strategy_id,
            name: self.name,
            group: self.group,
            priority: self.priority,
            validity: self.validity.read("validity", ends)?,
            activity: self.activity.read("activity", ends)?,
            basis: self.basis,
            main_skus: main_skus.into(),
            first_n: self.first_n,
            buyers: if once { BuyerLimit::OncePerBuyer } else { BuyerLimit::EveryOrder },
            by_amount,
            tiers,
        })
    }
}

/// What a run waits for.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitsView {
    /// `pool_incomplete | group_undecided`.
    pub code: &'static str,
    /// The download must come through this moment, or far enough to be sure of the first N.
    pub needs_through: String,
    /// Orders whose rank is certain so far.
    pub certain: u64,
    /// Rows of downloads that could not be read and that ranks may depend on: the first, at most 100 (A-S4-25).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<GapRowView>,
    /// How many they are in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows_in_all: Option<u64>,
}

impl WaitsView {
    pub fn new(shop: &Shop, waits: &Waits) -> Self {
        let needs_through = time::show(shop, waits.needs_through);
        Self {
            code: waits.code.as_str(),
            needs_through,
            certain: waits.certain,
            rows: Vec::new(),
            rows_in_all: None,
        }
    }

    /// With the rows that could not be read, where it waits for orders.
    #[must_use]
    pub fn with_gaps(self, pool: &PoolRow) -> Self {
        if self.code != Code::PoolIncomplete.as_str() {
            return self;
        }
        let (rows, all) = waited_for(pool);
        Self { rows, rows_in_all: Some(all).filter(|all| *all > 0), ..self }
    }
}

/// A strategy's present run.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunView {
    /// Its number within the shop.
    number: u64,
    /// The strategy's version by which orders enter.
    version: u32,
    /// The oldest version that orders of it may still go by, where it has gone on to another.
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_version: Option<u32>,
    /// When its moment came.
    #[serde(skip_serializing_if = "Option::is_none")]
    opened_at: Option<String>,
    /// Orders that take part.
    candidates: u64,
    /// Gifts given and not taken back.
    given: u64,
    /// Places counted.
    ranked: u64,
    /// Whether there is nothing left to decide by rank.
    finished: bool,
    /// Whether an operator let it run before the download had come through.
    overridden: bool,
    /// Why it stands still.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits: Option<WaitsView>,
}

impl RunView {
    fn new(shop: &Shop, run: &Run) -> Self {
        Self {
            number: run.number,
            version: run.version,
            oldest_version: run.oldest,
            opened_at: time::show_some(shop, run.opened_at),
            candidates: run.candidates,
            given: run.given,
            ranked: run.walked,
            finished: run.finished,
            overridden: run.overridden,
            waits: run.waits.as_ref().map(|waits| WaitsView::new(shop, waits)),
        }
    }
}

/// A gift strategy, its newest version, and its present run.
#[derive(Debug, Serialize, ToSchema)]
pub struct GiftStrategyView {
    /// Its id within the shop.
    strategy_id: String,
    /// For people.
    name: String,
    /// Its group; 0 stands alone.
    group: u32,
    /// Within a group the higher goes first.
    priority: u32,
    /// When it works.
    validity: Period,
    /// Which orders it is for.
    activity: Period,
    /// The customer's time that counts.
    #[schema(value_type = String)]
    basis: Basis,
    /// An order with one of these takes part.
    main_skus: Vec<String>,
    /// Only the first so many orders.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_n: Option<u64>,
    /// Whether only the earliest order of a buyer counts.
    one_per_customer: bool,
    /// By the amount paid,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    tiers: Option<Vec<GiftTier>>,
    /// or whatever was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    gifts: Option<Vec<GiftUnit>>,
    /// Raised with each change, from 1; `run.version` is the one that orders enter by.
    version: u32,
    /// The present run.
    run: RunView,
    /// What an operator should look at, as things stand now.
    warnings: Vec<Violation>,
}

impl GiftStrategyView {
    fn new(shop: &Shop, record: &GiftRecord, run: &Run, warnings: Vec<domain::Violation>) -> Self {
        let strategy = record.newest();
        let gifts = strategy.tiers.first().map(|tier| tier.gifts.clone()).unwrap_or_default();
        Self {
            strategy_id: strategy.strategy_id.to_string(),
            name: strategy.name.clone(),
            group: strategy.group,
            priority: strategy.priority,
            validity: Period::show(shop, strategy.validity),
            activity: Period::show(shop, strategy.activity),
            basis: strategy.basis,
            main_skus: strategy.main_skus.iter().map(ToString::to_string).collect(),
            first_n: strategy.first_n,
            one_per_customer: strategy.buyers == BuyerLimit::OncePerBuyer,
            tiers: strategy.by_amount.then(|| strategy.tiers.clone()),
            gifts: (!strategy.by_amount).then_some(gifts),
            version: record.newest_number(),
            run: RunView::new(shop, run),
            warnings: warnings.into_iter().map(Violation::from).collect(),
        }
    }
}

fn answer(shop: &Shop, reply: Reply) -> Result<Json<GiftStrategyView>, Problem> {
    match reply {
        Reply::GiftStrategy { record, run, warnings } => {
            Ok(Json(GiftStrategyView::new(shop, &record, &run, warnings)))
        }
        other => Err(unexpected(&other)),
    }
}

/// Creates or changes a gift strategy. Whoever enters from now on goes by it; orders that have entered keep theirs
/// until a re-run, a reject and submit, or a recompute in review (A-S4-22).
#[utoipa::path(put, path = "/v1/shops/{shop}/gift-strategies/{strategy}", tag = "pool",
    params(("shop" = String, Path), ("strategy" = String, Path)), request_body = GiftStrategyRequest,
    responses((status = 200, body = GiftStrategyView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn put(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, GiftStrategyId)>,
    body: Unread<GiftStrategyRequest, { limits::LISTS }>,
) -> Result<Json<GiftStrategyView>, Problem> {
    let body = caller.reads(Scope::Campaigns, body).await?;
    let shop = state.shop(&caller.shop_id).await?;
    let mut ends = Ends::new(&shop.time_zone);
    let command = Command::PutGiftStrategy(Box::new(body.value.read(id, &mut ends)?));
    let Json(mut view) = answer(&shop, state.engine.submit(Input::new(caller.shop_id, command)).await?)?;
    view.warnings.extend(ends.into_warnings().into_iter().map(Violation::from));
    Ok(Json(view))
}

/// What a strategy that is not here gets.
pub fn missing(id: &GiftStrategyId) -> Problem {
    Problem::not_found(format!("no gift strategy {id}"))
}

/// Reads a gift strategy with its present run.
#[utoipa::path(get, path = "/v1/shops/{shop}/gift-strategies/{strategy}", tag = "pool",
    params(("shop" = String, Path), ("strategy" = String, Path)),
    responses((status = 200, body = GiftStrategyView), (status = 404, body = Problem)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, GiftStrategyId)>,
) -> Result<Json<GiftStrategyView>, Problem> {
    caller.may(Scope::Read)?;
    let known = Strategies::read(&state, &caller.shop_id).await?;
    let found = known.pool.gifts.get(&id).zip(known.pool.runs.get(&id));
    let (record, run) = found.ok_or_else(|| missing(&id))?;
    Ok(Json(show(&known, record, run)))
}

/// A shop's gift strategies, by their ids; they come whole.
#[utoipa::path(get, path = "/v1/shops/{shop}/gift-strategies", tag = "pool", params(("shop" = String, Path)),
    responses((status = 200, body = List<GiftStrategyView>)))]
pub async fn list(
    State(state): State<ApiState>,
    caller: InShop,
) -> Result<Json<List<GiftStrategyView>>, Problem> {
    caller.may(Scope::Read)?;
    let known = Strategies::read(&state, &caller.shop_id).await?;
    let both = known.pool.gifts.iter().filter_map(|(id, record)| Some((record, known.pool.runs.get(id)?)));
    Ok(Json(List::whole(both.map(|(record, run)| show(&known, record, run)).collect())))
}

fn show(known: &Strategies, record: &GiftRecord, run: &Run) -> GiftStrategyView {
    let warnings = known.around().gift_warnings(record, run);
    let mut view = GiftStrategyView::new(&known.shop, record, run, warnings);
    view.run.waits = view.run.waits.map(|waits| waits.with_gaps(&known.pool));
    view
}

/// Lets ranks be given out although the download has not come through: the operator answers for it.
#[utoipa::path(post, path = "/v1/shops/{shop}/gift-strategies/{strategy}/override", tag = "pool",
    params(("shop" = String, Path), ("strategy" = String, Path)),
    responses((status = 200, body = GiftStrategyView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn override_run(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, strategy_id)): Names<(String, GiftStrategyId)>,
) -> Result<Json<GiftStrategyView>, Problem> {
    caller.may(Scope::Campaigns)?;
    let shop = state.shop(&caller.shop_id).await?;
    let command = Command::OverrideRun { strategy_id };
    answer(&shop, state.engine.submit(Input::new(caller.shop_id, command)).await?)
}
