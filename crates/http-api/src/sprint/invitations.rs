//! The platform invites shops: by a list, or all that meet the sprint's conditions (S3-R03).

use super::plans::{self, STEP};
use crate::wire::auth::Caller;
use crate::wire::extract::{Names, Query, Unread};
use crate::wire::keys::Scope;
use crate::wire::page::{Cursor, List, PageQuery};
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use axum::Json;
use axum::extract::State;
use domain::{
    CampaignId, Code, Instant, ShopId,
    campaign::sprint::{Conditions, Invitation, Plan},
    limits,
    order::{Order, State as OrderState},
    shop::Shop,
};
use engine::{Command, EngineError, Input, Reply, SprintCommand};
use money::Money;
use port::{InvitedAs, Page, Read, Reader};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Whom to invite: one of the three.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteRequest {
    /// One shop.
    shop_id: Option<String>,
    /// At most 10,000.
    shop_ids: Option<Vec<String>>,
    /// A list as CSV: a shop a line, `shop_id` as its heading may be left out.
    csv: Option<String>,
    /// All shops that meet the sprint's conditions.
    #[serde(default)]
    by_conditions: bool,
    /// Those of the list too that do not meet the conditions.
    #[serde(default)]
    regardless: bool,
}

/// Whether to do it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InviteQuery {
    /// Only says what would be done.
    #[serde(default)]
    dry_run: bool,
}

/// What became of a shop.
#[derive(Debug, Serialize, ToSchema)]
pub struct InviteOutcomeView {
    shop_id: String,
    /// `invited | already | rejected`
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
}

/// What became of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitedShopsView {
    /// Invited now; with `dry_run`, those that would be.
    invited: usize,
    /// Invited before.
    already: usize,
    rejected: usize,
    dry_run: bool,
    data: Vec<InviteOutcomeView>,
}

impl InviteRequest {
    /// The shops of the list; none where the conditions choose.
    fn list(&self) -> Result<Option<Vec<String>>, Problem> {
        let ways = [self.shop_id.is_some(), self.shop_ids.is_some(), self.csv.is_some(), self.by_conditions];
        if ways.into_iter().filter(|way| *way).count() != 1 {
            let message = "one of shop_id, shop_ids, csv and by_conditions";
            return Err(Problem::invalid_body("shop_ids", message));
        }
        let list = match (&self.shop_id, &self.shop_ids, &self.csv) {
            (Some(shop), ..) => vec![shop.clone()],
            (_, Some(shops), _) => shops.clone(),
            (.., Some(csv)) => of_csv(csv),
            (None, None, None) => return Ok(None),
        };
        if list.len() > limits::SPRINT_INVITED {
            let message = format!("at most {}", limits::SPRINT_INVITED);
            return Err(Problem::invalid_body("shop_ids", &message));
        }
        Ok(Some(list))
    }
}

/// The first column; a heading and empty lines are passed over.
fn of_csv(text: &str) -> Vec<String> {
    let lines = text.trim_start_matches('\u{feff}').lines();
    let first =
        lines.map(|line| line.split(',').next().unwrap_or_default().trim().trim_matches('"').to_owned());
    first.filter(|shop| !shop.is_empty() && shop != "shop_id").collect()
}

/// Shops that are told apart before they are asked.
enum Seen {
    Meets(ShopId),
    Rejected(String, Code),
}

/// Invites shops to a sprint, each once. What the conditions ask is held against the shops' own orders.
#[utoipa::path(post, path = "/v1/sprints/{sprint}/invitations", tag = "sprints", params(("sprint" = String, Path), InviteQuery),
    request_body = InviteRequest,
    responses((status = 200, body = InvitedShopsView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn invite(
    State(state): State<ApiState>,
    caller: Caller,
    Names(sprint): Names<CampaignId>,
    query: Query<InviteQuery>,
    body: Unread<InviteRequest>,
) -> Result<Json<InvitedShopsView>, Problem> {
    let asked = caller.reads(Scope::Admin, body).await?.value;
    caller.is_platform()?;
    let plan = plans::find(&state, &sprint).await?;
    let (list, now, regardless) = (asked.list()?, state.engine.now(), asked.regardless);
    let of_plan = plan.clone();
    let seen = state.read(move |reader| match list {
        Some(list) => listed(reader, list, (&of_plan, now), regardless),
        None => met(reader, &of_plan, now),
    });
    let mut data = Vec::new();
    for seen in seen.await?.chunks(STEP) {
        data.extend(answered(&state, &sprint, seen, query.0.dry_run).await?);
    }
    let count =
        |outcome: &str| data.iter().filter(|view: &&InviteOutcomeView| view.outcome == outcome).count();
    let (invited, already, rejected) = (count("invited"), count("already"), count("rejected"));
    Ok(Json(InvitedShopsView { invited, already, rejected, dry_run: query.0.dry_run, data }))
}

/// Invites those that may be, or says whether they would be.
async fn answered(
    state: &ApiState,
    sprint: &CampaignId,
    seen: &[Seen],
    dry_run: bool,
) -> Result<Vec<InviteOutcomeView>, Problem> {
    let meets: Vec<ShopId> = seen
        .iter()
        .filter_map(|seen| if let Seen::Meets(shop) = seen { Some(shop.clone()) } else { None })
        .collect();
    let mut outcomes = if dry_run {
        let (asked, shops) = (sprint.clone(), meets.clone());
        let known = move |reader: &dyn Reader| {
            let known = |shop: &ShopId| Ok(reader.sprint_invitation(shop, &asked)?.is_some());
            shops.iter().map(known).collect::<Read<Vec<bool>>>()
        };
        state.read(known).await?.into_iter().map(|known| Ok(!known)).collect::<Vec<Result<bool, Code>>>()
    } else {
        let input = |shop: &ShopId| {
            Input::new(shop.clone(), Command::Sprint(SprintCommand::Invite { sprint: sprint.clone() }))
        };
        let mut outcomes = Vec::new();
        for outcome in state.engine.submit_many(meets.iter().map(input).collect()).await? {
            outcomes.push(match outcome {
                Ok(Reply::Invitation { new, .. }) => Ok(new),
                Err(EngineError::Refused(refusal)) => Err(refusal.code),
                Ok(other) => return Err(crate::wire::state::unexpected(&other)),
                Err(error) => return Err(error.into()),
            });
        }
        outcomes
    }
    .into_iter();
    let view = |seen: &Seen| match seen {
        Seen::Rejected(shop, code) => {
            InviteOutcomeView { shop_id: shop.clone(), outcome: "rejected", code: Some(code.as_str()) }
        }
        Seen::Meets(shop) => {
            let (outcome, code) = match outcomes.next() {
                Some(Ok(true)) => ("invited", None),
                Some(Ok(false)) | None => ("already", None),
                Some(Err(code)) => ("rejected", Some(code.as_str())),
            };
            InviteOutcomeView { shop_id: shop.to_string(), outcome, code }
        }
    };
    Ok(seen.iter().map(view).collect())
}

/// The shops of a list, each once.
fn listed(
    reader: &dyn Reader,
    list: Vec<String>,
    (plan, now): (&Plan, Instant),
    regardless: bool,
) -> Read<Vec<Seen>> {
    let mut seen = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    for text in list {
        if !known.insert(text.clone()) {
            continue;
        }
        let shop = match ShopId::try_new(&text) {
            Ok(id) => reader.shop(&id)?,
            Err(_) => None,
        };
        seen.push(match shop {
            None => Seen::Rejected(text, Code::NotFound),
            Some(shop) if shop.currency != plan.currency => Seen::Rejected(text, Code::ConditionsUnmet),
            Some(shop) if regardless || meets(reader, &shop, &plan.conditions, now)? => {
                Seen::Meets(shop.shop_id.clone())
            }
            Some(_) => Seen::Rejected(text, Code::ConditionsUnmet),
        });
    }
    Ok(seen)
}

/// Every shop that meets the conditions.
fn met(reader: &dyn Reader, plan: &Plan, now: Instant) -> Read<Vec<Seen>> {
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let shops = reader.shops(&Page { after, limit: STEP })?;
        let Some(last) = shops.last() else { return Ok(seen) };
        after = Some(last.shop_id.to_string());
        for shop in &shops {
            if shop.currency == plan.currency && meets(reader, shop, &plan.conditions, now)? {
                seen.push(Seen::Meets(shop.shop_id.clone()));
            }
        }
    }
}

/// Whether a shop meets them: its kind, what it sold and for how much, of its own orders that are paid.
fn meets(reader: &dyn Reader, shop: &Arc<Shop>, conditions: &Conditions, now: Instant) -> Read<bool> {
    let of_kind = conditions.shop_kinds.is_empty() || conditions.shop_kinds.contains(&shop.kind);
    if !of_kind || !conditions.asks_orders() {
        return Ok(of_kind);
    }
    let from = now.plus_hours(-24 * i64::from(conditions.days()));
    let (mut sold, mut has_category) = (Money::ZERO, conditions.categories.is_empty());
    let is_enough = |sold: Money| conditions.sales.is_none_or(|sales| sold >= sales.least);
    let mut after = None;
    loop {
        let orders = reader.orders(&shop.shop_id, &Page { after, limit: STEP })?;
        let Some(last) = orders.last() else { return Ok(false) };
        after = Some(last.order_id.to_string());
        let paid = |order: &&Order| matches!(order.state, OrderState::Paid { .. }) && order.placed_at >= from;
        for order in orders.iter().filter(paid) {
            sold += order.paid() - order.refunded();
            has_category |= order
                .lines
                .iter()
                .any(|line| line.categories.iter().any(|category| conditions.categories.contains(category)));
        }
        if has_category && is_enough(sold) {
            return Ok(true);
        }
    }
}

/// An invited shop.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitedShopView {
    shop_id: String,
    /// `invited | accepted | declined | closed`
    standing: &'static str,
    /// What it is doing, as in the shop's own view.
    stage: &'static str,
    /// The revision that it goes by.
    revision: u32,
    invited_at: String,
    answered_at: Option<String>,
    code: Option<&'static str>,
    /// Whether every tier's prize is bound.
    bound: bool,
}

impl InvitedShopView {
    fn of(shop: &ShopId, invitation: &Invitation, now: Instant) -> Self {
        let zone = domain::time::Zone::shanghai();
        let closed = invitation.closed(now);
        Self {
            shop_id: shop.to_string(),
            standing: InvitedAs::of(invitation).as_str(),
            stage: invitation.stage(now).as_str(),
            revision: invitation.plan.revision,
            invited_at: zone.format(invitation.invited_at),
            answered_at: invitation.answered_at.map(|at| zone.format(at)),
            code: closed.and_then(|closed| closed.code).map(Code::as_str),
            bound: invitation.is_bound(),
        }
    }
}

/// Which of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InvitedQuery {
    /// `invited | accepted | declined | closed`; left out, those that have not answered.
    standing: Option<String>,
    /// Rows of the page, at most 200.
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The shops that are invited to a sprint and stand like this, by their ids.
#[utoipa::path(get, path = "/v1/sprints/{sprint}/invitations", tag = "sprints", params(("sprint" = String, Path), InvitedQuery),
    responses((status = 200, body = List<InvitedShopView>), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Names(sprint): Names<CampaignId>,
    query: Query<InvitedQuery>,
) -> Result<Json<List<InvitedShopView>>, Problem> {
    caller.may(Scope::Read)?;
    caller.is_platform()?;
    let InvitedQuery { standing, limit, cursor } = query.0;
    let standing = standing.as_deref().unwrap_or(InvitedAs::Invited.as_str());
    let like = InvitedAs::ALL.into_iter().find(|like| like.as_str() == standing);
    let like =
        like.ok_or_else(|| Problem::invalid_body("standing", "invited, accepted, declined or closed"))?;
    let page = PageQuery { limit, cursor }.read(Cursor::Chosen)?;
    plans::find(&state, &sprint).await?;
    let (asked, within) = (sprint.clone(), page.clone());
    let rows = state.read(move |reader| reader.invited_shops(&asked, like, &within)).await?;
    let now = state.engine.now();
    let view = |(shop, invitation): (ShopId, Invitation)| InvitedShopView::of(&shop, &invitation, now);
    Ok(Json(List::of(rows, &page, |(shop, _)| shop.to_string(), view)))
}
