//! Who was heard of too late: lists for a decision by hand (A-S3-2).

use super::act::act;
use super::members::{live, unlike};
use crate::wire::auth::InShop;
use crate::wire::extract::{self, Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::page::{Cursor, List, PageQuery};
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use domain::{
    CampaignId, CustomerId, WaveId,
    campaign::sprint::{Do, Done},
    limits,
    shop::Shop,
    sprint::{Late, LateCode},
};
use port::{Members, Reader};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What was decided by hand.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecidedView {
    /// Whether the member has the prize.
    award: bool,
    reason: String,
    /// The key's id.
    by: String,
    at: String,
}

/// One tier of a member that would have come out otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub struct LateView {
    customer_id: String,
    wave_id: String,
    /// Counted from 0.
    tier: u8,
    /// `late_qualified | late_disqualified`.
    code: &'static str,
    /// When the tier was reached, by what is known now.
    qualified_at: Option<String>,
    /// Since when that is known.
    heard_at: String,
    decided: Option<DecidedView>,
}

impl LateView {
    fn new(shop: &Shop, customer: &CustomerId, wave: &WaveId, late: &Late) -> Self {
        let decided = late.decided.as_ref().map(|decided| DecidedView {
            award: decided.award,
            reason: decided.reason.clone(),
            by: decided.by.clone(),
            at: time::show(shop, decided.at),
        });
        Self {
            customer_id: customer.to_string(),
            wave_id: wave.to_string(),
            tier: late.tier,
            code: late.code.as_str(),
            qualified_at: time::show_some(shop, late.qualified_at),
            heard_at: time::show(shop, late.heard_at),
            decided,
        }
    }
}

/// Which exceptions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LateQuery {
    /// The wave; left out, the first one.
    #[param(value_type = Option<String>)]
    wave: Option<WaveId>,
    /// `late_qualified | late_disqualified`; left out, both.
    code: Option<String>,
    /// Rows of the page, 1 to 200.
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Members of a wave of whom something was heard after the draw that would have changed it, and that waits for a decision.
#[utoipa::path(get, path = "/v1/shops/{shop}/sprints/{sprint}/exceptions", tag = "sprints",
    params(("shop" = String, Path), ("sprint" = String, Path), LateQuery),
    responses((status = 200, body = List<LateView>), (status = 404, body = Problem)))]
pub async fn list(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, CampaignId)>,
    query: extract::Query<LateQuery>,
) -> Result<Json<List<LateView>>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let LateQuery { wave, code, limit, cursor } = query.0;
    let code = code.map(|text| {
        LateCode::parse(&text)
            .ok_or_else(|| Problem::invalid_body("code", "late_qualified or late_disqualified"))
    });
    let code = code.transpose()?;
    let page = PageQuery { limit, cursor }.read(Cursor::Own)?;
    let (shop_id, asked, named, within) = (caller.shop_id.clone(), id.clone(), wave, page.clone());
    let read = move |reader: &dyn Reader| {
        let row = reader.campaign(&shop_id, &asked)?;
        let terms =
            row.as_ref().and_then(|row| row.campaign.current().terms.of::<domain::campaign::sprint::Terms>());
        let first = terms.and_then(|terms| terms.waves.first()).map(|wave| wave.wave_id.clone());
        let Some(wave) = named.or(first) else { return Ok((row, None)) };
        let rows = reader.sprint_members(&shop_id, (&asked, &wave), Members::Late, &within)?;
        Ok((row, Some((wave, rows))))
    };
    let (row, found) = state.read(read).await?;
    let terms = live(row.as_ref(), &id)?.terms;
    let Some((wave, rows)) = found.filter(|(wave, _)| terms.wave(wave).is_some()) else {
        return Err(Problem::not_found(format!("no such wave of {id}")));
    };
    let views = |(customer, member): (CustomerId, domain::sprint::Member)| {
        let waits = member.late.into_iter().filter(|late| late.decided.is_none());
        let wanted = waits.filter(|late| code.is_none_or(|code| late.code == code));
        let view = |late: Late| LateView::new(&shop, &customer, &wave, &late);
        wanted.map(view).collect::<Vec<_>>()
    };
    let List { data, next_cursor } = List::of(rows, &page, |(customer, _)| customer.to_string(), views);
    Ok(Json(List { data: data.into_iter().flatten().collect(), next_cursor }))
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionRequest {
    /// Whether the member has the prize.
    award: bool,
    /// Why, 1 to 500 characters.
    reason: String,
    /// The wave.
    #[schema(value_type = String)]
    wave_id: WaveId,
    /// The tier, counted from 0; it may be left out where one alone waits.
    tier: Option<u8>,
}

/// What is decided of a member.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionsView {
    data: Vec<LateView>,
}

/// Decides by hand whether a member who was heard of too late has the prize. What was decided once stays. Refusals:
/// `sold_out` where every prize of the tier is won.
#[utoipa::path(post, path = "/v1/shops/{shop}/sprints/{sprint}/exceptions/{customer}", tag = "sprints",
    params(("shop" = String, Path), ("sprint" = String, Path), ("customer" = String, Path)), request_body = DecisionRequest,
    responses((status = 200, body = DecisionsView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn decide(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, campaign_id, customer_id)): Names<(String, CampaignId, CustomerId)>,
    body: Unread<DecisionRequest>,
) -> Result<Json<DecisionsView>, Problem> {
    let DecisionRequest { award, reason, wave_id, tier } = caller.reads(Scope::Campaigns, body).await?.value;
    let reason = reason.trim().to_owned();
    if !(1..=limits::REASON_CHARS).contains(&reason.chars().count()) {
        return Err(Problem::invalid_body("reason", "1 to 500 characters"));
    }
    let shop = state.shop(&caller.shop_id).await?;
    let by = caller.name().to_owned();
    let (wave, customer) = (wave_id.clone(), customer_id.clone());
    let what = Do::Decide { campaign_id, wave_id, tier, customer_id, award, reason, by };
    match act(&state, &caller, what).await? {
        Done::Decided(late) => {
            let view = |late: &Late| LateView::new(&shop, &customer, &wave, late);
            Ok(Json(DecisionsView { data: late.iter().map(view).collect() }))
        }
        other => Err(unlike(other)),
    }
}
