//! Presale strategies: put, read, list, and run again (S4-R01..R06, R15, R19).

use super::strategies::Strategies;
use super::window::Period;
use crate::wire::auth::InShop;
use crate::wire::extract::{self, Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::page::List;
use crate::wire::problem::{Problem, Violation};
use crate::wire::state::{ApiState, unexpected};
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::{
    Code, GiftStrategyId, PresaleStrategyId, Refusal, Sku,
    ends::Ends,
    pool::{Pass, PassKind, PresaleRecord, PresaleStrategy, Timing},
    shop::Shop,
    time::Window,
};
use engine::{Command, Input, Reply};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `{starts_at, ends_at}`, or `{same_as}`: the validity of that gift strategy is copied (S4-R19).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ValidityRequest {
    /// The first moment, RFC 3339.
    starts_at: Option<String>,
    /// The first moment after it.
    ends_at: Option<String>,
    /// A gift strategy.
    #[schema(value_type = Option<String>)]
    same_as: Option<GiftStrategyId>,
}

/// A presale strategy.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PresaleStrategyRequest {
    /// For people.
    name: String,
    /// The presale goods.
    #[schema(value_type = Vec<String>)]
    goods: Vec<Sku>,
    /// Orders that are submitted in it settle in the pool.
    validity: ValidityRequest,
    /// When gifts run and paid orders move on: in the future, before the balance opens.
    activation_at: String,
    /// `to_review | transfer_in | transfer_out | transfer_in_and_out | activation`: when gifts run.
    #[serde(default = "to_review")]
    #[schema(value_type = Option<String>)]
    timing: Timing,
    /// The gift strategies; each belongs to one presale strategy at most.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    gift_strategies: Vec<GiftStrategyId>,
    /// When the balance may be paid; otherwise known from presale campaigns and downloaded orders.
    balance_opens_at: Option<String>,
}

const fn to_review() -> Timing {
    Timing::ToReview
}

impl ValidityRequest {
    async fn read(self, state: &ApiState, caller: &InShop, ends: &mut Ends<'_>) -> Result<Window, Problem> {
        match (self.starts_at, self.ends_at, self.same_as) {
            (Some(starts_at), Some(ends_at), None) => Period { starts_at, ends_at }.read("validity", ends),
            (None, None, Some(id)) => {
                let shop = caller.shop_id.clone();
                let settings = state.read(move |reader| reader.pool(&shop)).await?;
                let record = settings.gifts.get(&id);
                let missing = || fault("validity.same_as", Code::NotFound, &format!("no gift strategy {id}"));
                Ok(record.ok_or_else(missing)?.newest().validity)
            }
            (Some(_), None, None) => Err(fault("validity.ends_at", Code::Required, "when does it end?")),
            (None, Some(_), None) => Err(fault("validity.starts_at", Code::Required, "when does it start?")),
            (None, None, None) => {
                Err(fault("validity", Code::Required, "name starts_at and ends_at, or same_as"))
            }
            (_, _, Some(_)) => Err(fault(
                "validity.same_as",
                Code::InvalidValue,
                "it stands alone, without starts_at and ends_at",
            )),
        }
    }
}

/// Terms that break a rule in one field.
pub fn fault(field: &str, code: Code, message: &str) -> Problem {
    let detail = format!("{field}: {message}").into();
    let violations = vec![domain::Violation::with(field, code, message)];
    Refusal { code: Code::InvalidTerms, detail, violations }.into()
}

impl PresaleStrategyRequest {
    async fn read(
        self,
        id: PresaleStrategyId,
        state: &ApiState,
        caller: &InShop,
        ends: &mut Ends<'_>,
    ) -> Result<PresaleStrategy, Problem> {
        let mut goods = self.goods;
        goods.sort_unstable();
        goods.dedup();
        let opens = self.balance_opens_at.as_deref();
        Ok(PresaleStrategy {
            strategy_id: id,
            name: self.name,
            goods: goods.into(),
            validity: self.validity.read(state, caller, ends).await?,
            activation_at: time::read("activation_at", &self.activation_at)?,
            balance_opens_at: opens.map(|at| time::read("balance_opens_at", at)).transpose()?,
            timing: self.timing,
            gift_strategies: self.gift_strategies,
        })
    }
}

/// A presale strategy and where it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct PresaleStrategyView {
    /// Its id within the shop.
    strategy_id: String,
    /// For people.
    name: String,
    /// The presale goods.
    goods: Vec<String>,
    /// Orders that are submitted in it settle in the pool.
    validity: Period,
    /// When gifts run and paid orders move on.
    activation_at: String,
    /// When gifts run.
    #[schema(value_type = String)]
    timing: Timing,
    /// The gift strategies.
    gift_strategies: Vec<String>,
    /// When the balance may be paid, where the operator said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance_opens_at: Option<String>,
    /// Raised with each change, from 1.
    version: u32,
    /// `settling | activated | rerunning`.
    status: &'static str,
    /// When the activation time was reached and acted on.
    #[serde(skip_serializing_if = "Option::is_none")]
    activated_at: Option<String>,
    /// What an operator should look at, as things stand now.
    warnings: Vec<Violation>,
}

impl PresaleStrategyView {
    fn new(shop: &Shop, record: &PresaleRecord, warnings: Vec<domain::Violation>) -> Self {
        let strategy = &record.strategy;
        let status = match (&record.pass, record.activated_at) {
            (Some(Pass { kind: PassKind::Rerun, .. }), _) => "rerunning",
            (_, Some(_)) => "activated",
            (_, None) => "settling",
        };
        Self {
            strategy_id: strategy.strategy_id.to_string(),
            name: strategy.name.clone(),
            goods: strategy.goods.iter().map(ToString::to_string).collect(),
            validity: Period::show(shop, strategy.validity),
            activation_at: time::show(shop, strategy.activation_at),
            timing: strategy.timing,
            gift_strategies: strategy.gift_strategies.iter().map(ToString::to_string).collect(),
            balance_opens_at: time::show_some(shop, strategy.balance_opens_at),
            version: record.version,
            status,
            activated_at: time::show_some(shop, record.activated_at),
            warnings: warnings.into_iter().map(Violation::from).collect(),
        }
    }
}

fn answer(shop: &Shop, reply: Reply) -> Result<Json<PresaleStrategyView>, Problem> {
    match reply {
        Reply::PresaleStrategy { record, warnings } => {
            Ok(Json(PresaleStrategyView::new(shop, &record, warnings)))
        }
        other => Err(unexpected(&other)),
    }
}

/// Creates or changes a presale strategy. Once orders have entered its timing and gifts stay
/// (`orders_in_pool`), once it was activated its activation time too (`already_executed`): a re-run
/// changes them.
#[utoipa::path(put, path = "/v1/shops/{shop}/presale-strategies/{strategy}", tag = "pool",
    params(("shop" = String, Path), ("strategy" = String, Path)), request_body = PresaleStrategyRequest,
    responses((status = 200, body = PresaleStrategyView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn put(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, PresaleStrategyId)>,
    body: Unread<PresaleStrategyRequest, { limits::LISTS }>,
) -> Result<Json<PresaleStrategyView>, Problem> {
    let body = caller.reads(Scope::Campaigns, body).await?;
    let shop = state.shop(&caller.shop_id).await?;
    let mut ends = Ends::new(&shop.time_zone);
    let strategy = body.value.read(id, &state, &caller, &mut ends).await?;
    let command = Command::PutPresaleStrategy(Box::new(strategy));
    let Json(mut view) = answer(&shop, state.engine.submit(Input::new(caller.shop_id, command)).await?)?;
    view.warnings.extend(ends.into_warnings().into_iter().map(Violation::from));
    Ok(Json(view))
}

/// Reads a presale strategy.
#[utoipa::path(get, path = "/v1/shops/{shop}/presale-strategies/{strategy}", tag = "pool",
    params(("shop" = String, Path), ("strategy" = String, Path)),
    responses((status = 200, body = PresaleStrategyView), (status = 404, body = Problem)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, PresaleStrategyId)>,
) -> Result<Json<PresaleStrategyView>, Problem> {
    caller.may(Scope::Read)?;
    let known = Strategies::read(&state, &caller.shop_id).await?;
    let record = known.pool.presales.get(&id);
    let record = record.ok_or_else(|| Problem::not_found(format!("no presale strategy {id}")))?;
    Ok(Json(show(&known, record)))
}

/// A shop's presale strategies, by their ids; they come whole.
#[utoipa::path(get, path = "/v1/shops/{shop}/presale-strategies", tag = "pool", params(("shop" = String, Path)),
    responses((status = 200, body = List<PresaleStrategyView>)))]
pub async fn list(
    State(state): State<ApiState>,
    caller: InShop,
) -> Result<Json<List<PresaleStrategyView>>, Problem> {
    caller.may(Scope::Read)?;
    let known = Strategies::read(&state, &caller.shop_id).await?;
    Ok(Json(List::whole(known.pool.presales.values().map(|record| show(&known, record)).collect())))
}

fn show(known: &Strategies, record: &PresaleRecord) -> PresaleStrategyView {
    PresaleStrategyView::new(&known.shop, record, known.around().presale_warnings(&record.strategy))
}

/// A new activation time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RerunRequest {
    /// In the future, before the balance opens.
    activation_at: String,
}

/// Takes the strategy's orders back and in again, into new runs, and waits for the new activation time
/// (S4-R06). What the warehouse has keeps its gifts.
#[utoipa::path(post, path = "/v1/shops/{shop}/presale-strategies/{strategy}/rerun", tag = "pool",
    params(("shop" = String, Path), ("strategy" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = RerunRequest,
    responses((status = 200, body = PresaleStrategyView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn rerun(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, strategy_id)): Names<(String, PresaleStrategyId)>,
    headers: HeaderMap,
    body: Unread<RerunRequest>,
) -> Result<Json<PresaleStrategyView>, Problem> {
    let body = caller.reads(Scope::Campaigns, body).await?;
    let shop = state.shop(&caller.shop_id).await?;
    let idempotency = extract::idempotency(&headers, &format!("rerun {strategy_id}"), &body.digest)?;
    let activation_at = time::read("activation_at", &body.value.activation_at)?;
    let command = Command::Rerun { strategy_id, activation_at };
    let input = Input { shop_id: caller.shop_id, idempotency, command, chance: None };
    answer(&shop, state.engine.submit(input).await?)
}
