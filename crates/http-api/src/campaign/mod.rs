//! Campaigns: create, check, list, change, publish, close, and their figures.

mod beside;
mod form;
mod holdout;
mod kinds;
mod promise;
mod schema;
pub mod scope_import;
pub mod stats;
pub mod stops;

use crate::campaign::beside::Beside;
use crate::campaign::form::{CampaignRequest, Form, invalid_terms};
use crate::campaign::kinds::{ByKind, CampaignChange, CampaignRequests};
use crate::campaign::stops::PauseView;
use crate::wire::auth::InShop;
use crate::wire::extract::{self, Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::page::{Cursor, List, PageQuery};
use crate::wire::problem::{Problem, Violation};
use crate::wire::state::{ApiState, unexpected};
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::{
    CampaignId, Instant,
    campaign::{Campaign, Status, Terms, post_payment::Found, recovery},
    ends::Ends,
    shop::Shop,
};
use engine::{Closing, Command, Input, Reply};
use port::CampaignRow;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// A campaign.
#[derive(Debug, Serialize, ToSchema)]
pub struct CampaignView {
    /// Its id within the shop.
    campaign_id: String,
    /// Its kind.
    kind: &'static str,
    /// `draft | scheduled | running | exhausted | ended | closed`.
    #[schema(value_type = String)]
    status: Status,
    /// Number of the version in force.
    version: u32,
    /// The operator's name for it.
    name: String,
    /// It runs from here,
    starts_at: String,
    /// to here.
    ends_at: String,
    /// The goods.
    #[schema(value_type = Object)]
    scope: Value,
    /// What the kind needs, amounts in minor units.
    #[schema(value_type = Object)]
    terms: Value,
    /// Coupons issued so far.
    issued: u64,
    /// When it was created.
    created_at: String,
    /// When it was published.
    published_at: Option<String>,
    /// When it was closed.
    closed_at: Option<String>,
    /// Of rewards after payment: since when it rests. Nothing new is given, whatever its status is.
    #[serde(skip_serializing_if = "Option::is_none")]
    paused_at: Option<String>,
    /// Every time in which it rested, the last 100, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pauses: Vec<PauseView>,
    /// Methods that its coupons work with; none where the kind shows no coupons.
    methods: Vec<&'static str>,
    /// What is allowed but deserves a second look; on the answer to a request also what was read otherwise than it
    /// was written (`end_of_day`).
    warnings: Vec<Violation>,
}

/// The same in the document: one branch a kind.
type CampaignViews = ByKind<CampaignView>;

fn view(shop: &Shop, row: &CampaignRow, beside: Beside, now: Instant) -> CampaignView {
    let CampaignRow { campaign, counters } = row;
    let version = campaign.current();
    let warnings = version.warnings(shop).into_iter().chain(beside.warnings);
    let warnings = warnings.map(|found| Violation::from(found.told_in(shop.money()))).collect();
    let baitiao = recovery::terms_allow_baitiao(campaign.created_at);
    CampaignView {
        campaign_id: campaign.campaign_id.to_string(),
        kind: version.terms.kind(),
        status: campaign.status(counters, now),
        version: campaign.version_number(),
        name: version.name.clone(),
        starts_at: time::show(shop, version.starts_at),
        ends_at: time::show(shop, version.ends_at),
        scope: serde_json::to_value(&version.scope).unwrap_or_default(),
        terms: crate::order::presale::terms(shop, &version.terms),
        issued: counters.issued,
        created_at: time::show(shop, campaign.created_at),
        published_at: time::show_some(shop, campaign.published_at),
        closed_at: time::show_some(shop, campaign.closed_at),
        paused_at: time::show_some(shop, beside.rests.paused_at),
        pauses: beside.rests.view(shop),
        methods: match version.terms.of::<recovery::Terms>() {
            Some(_) if baitiao => vec!["jd_pay", "baitiao"],
            Some(_) => vec!["jd_pay"],
            None => Vec::new(),
        },
        warnings,
    }
}

/// The answer, with what was read otherwise than it was written.
fn warned(mut view: CampaignView, ends: Ends<'_>) -> CampaignView {
    view.warnings.extend(ends.into_warnings().into_iter().map(Violation::from));
    view
}

async fn submit(state: &ApiState, caller: &InShop, input: Input) -> Result<Json<CampaignView>, Problem> {
    caller.may(Scope::Campaigns)?;
    let shop = state.shop(&caller.shop_id).await?;
    match state.engine.submit(input).await? {
        Reply::Campaign { campaign, counters, now } => {
            Ok(Json(shown(state, shop, CampaignRow { campaign, counters }, now).await?))
        }
        other => Err(unexpected(&other)),
    }
}

/// A campaign with what is shown beside its row.
async fn shown(
    state: &ApiState,
    shop: Arc<Shop>,
    row: CampaignRow,
    now: Instant,
) -> Result<CampaignView, Problem> {
    let read = move |reader: &dyn port::Reader| {
        let beside = Beside::read(reader, (&shop, now), &row, None)?;
        Ok(view(&shop, &row, beside, now))
    };
    Ok(state.read(read).await?)
}

/// Creates a campaign. The same request again answers the same; the same id with other contents is 409.
#[utoipa::path(post, path = "/v1/shops/{shop}/campaigns", tag = "campaigns", params(("shop" = String, Path)), request_body = CampaignRequests,
    responses((status = 201, body = CampaignViews), (status = 422, body = Problem), (status = 409, body = Problem)))]
pub async fn create(
    State(state): State<ApiState>,
    caller: InShop,
    headers: HeaderMap,
    body: Unread<CampaignRequest, { limits::LISTS }>,
) -> Result<(StatusCode, Json<CampaignView>), Problem> {
    let body = caller.reads(Scope::Campaigns, body).await?;
    let shop = state.shop(&caller.shop_id).await?;
    let mut ends = Ends::new(&shop.time_zone);
    let form = body.value.with_ends(&mut ends).read().map_err(|found| invalid_terms(&shop, found))?;
    let digest = body.digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let (campaign_id, version, publish) = (form.campaign_id, Box::new(form.version), form.publish);
    let command = Command::CreateCampaign { campaign_id, version, publish, digest };
    let idempotency = extract::idempotency(&headers, "campaigns", &body.digest)?;
    let input = Input { shop_id: caller.shop_id.clone(), idempotency, command, chance: Some(chance(&state)) };
    let Json(view) = submit(&state, &caller, input).await?;
    Ok((StatusCode::CREATED, Json(warned(view, ends))))
}

/// Fresh randomness: a draw that is published gets its seed of it (A-S2-16).
fn chance(state: &ApiState) -> engine::Chance {
    engine::Chance::from_bytes((state.edge.random)(), (state.edge.random)())
}

/// What is wrong and what deserves a second look.
#[derive(Debug, Serialize, ToSchema)]
pub struct ValidationView {
    /// What breaks a rule; a campaign with these is refused.
    violations: Vec<Violation>,
    /// What is allowed but may be a slip.
    warnings: Vec<Violation>,
}

impl ValidationView {
    /// Both as they are shown.
    pub fn new(shop: &Shop, violations: Vec<domain::Violation>, warnings: Vec<domain::Violation>) -> Self {
        let told = |found: domain::Violation| Violation::from(found.told_in(shop.money()));
        let all = |found: Vec<domain::Violation>| found.into_iter().map(told).collect();
        Self { violations: all(violations), warnings: all(warnings) }
    }
}

/// Checks a campaign without storing anything. With the `campaign_id` of one that runs, as its next version.
#[utoipa::path(post, path = "/v1/shops/{shop}/campaigns/validate", tag = "campaigns", params(("shop" = String, Path)), request_body = CampaignRequests,
    responses((status = 200, body = ValidationView)))]
pub async fn validate(
    State(state): State<ApiState>,
    caller: InShop,
    body: Unread<CampaignRequest, { limits::LISTS }>,
) -> Result<Json<ValidationView>, Problem> {
    let body = caller.reads(Scope::Campaigns, body).await?;
    let shop = state.shop(&caller.shop_id).await?;
    let mut ends = Ends::new(&shop.time_zone);
    let (violations, mut warnings) = match body.value.with_ends(&mut ends).read() {
        Err(found) => (found, Vec::new()),
        Ok(form) => {
            let Found { violations, mut warnings } = judged(&state, &shop, &form).await?;
            if violations.is_empty() {
                warnings.extend(floor_warnings(&state, &caller, form).await?);
            }
            (violations, warnings)
        }
    };
    warnings.extend(ends.into_warnings());
    Ok(Json(ValidationView::new(&shop, violations, warnings)))
}

/// What stands against a form, and what deserves a second look: of a campaign that is there as its next version, else as a new
/// one that is made, or published, now.
async fn judged(state: &ApiState, shop: &Arc<Shop>, form: &Form) -> Result<Found, Problem> {
    let (shop, version, now) = (shop.clone(), form.version.clone(), state.engine.now());
    let (id, publish) = (form.campaign_id.clone(), form.publish);
    let read = move |reader: &dyn port::Reader| {
        let rows = reader.campaigns(&shop.shop_id)?;
        let known = rows.iter().find(|row| Some(&row.campaign.campaign_id) == id.as_ref());
        let mut found = Found { violations: Vec::new(), warnings: version.warnings(&shop) };
        let campaign = if let Some(row) = known {
            let mut campaign = (*row.campaign).clone();
            if let Err(refusal) = campaign.revise(version, &shop, row.counters.issued, now) {
                found.violations = told(refusal);
            }
            campaign
        } else {
            let violations =
                if publish { version.violations(&shop, now) } else { version.draft_violations(&shop, now) };
            found.violations = violations;
            // An id of its own is made when it is created.
            Campaign::of_draft(id.unwrap_or_else(new_campaign), version, now)
        };
        if found.violations.is_empty() {
            let book = reader.book(&shop.shop_id, &campaign.campaign_id)?;
            let promised = promise::found(reader, (&shop, now), &campaign, (&rows, book.as_ref()))?;
            found.violations = promised.violations;
            found.warnings.extend(promised.warnings);
        }
        Ok(found)
    };
    Ok(state.read(read).await?)
}

/// What a change is refused for, field by field; what is of no field is of the campaign.
fn told(refusal: domain::Refusal) -> Vec<domain::Violation> {
    if refusal.violations.is_empty() {
        return vec![domain::Violation::with("campaign_id", refusal.code, refusal.detail)];
    }
    refusal.violations
}

/// The name under which a campaign without an id is looked at.
fn new_campaign() -> CampaignId {
    CampaignId::try_new("new").unwrap_or_else(|_| unreachable!("it is an id"))
}

/// Tries thousands of carts, so it runs beside the threads that answer.
async fn floor_warnings(
    state: &ApiState,
    caller: &InShop,
    form: Form,
) -> Result<Vec<domain::Violation>, Problem> {
    let (quoting, now, shop_id) = (state.quoting.clone(), state.engine.now(), caller.shop_id.clone());
    let look = move || {
        let campaign = form.campaign_id.as_ref();
        quoting.floor_warnings(&shop_id, campaign, &form.version, now)
    };
    Ok(caller.share().apart(look).await?)
}

/// Which campaigns to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Only this kind.
    kind: Option<String>,
    /// Only this status.
    #[param(value_type = Option<String>)]
    status: Option<Status>,
    /// Only those that rest, or only those that do not.
    paused: Option<bool>,
    /// Rows of the page, 1 to 200.
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists a shop's campaigns.
#[utoipa::path(get, path = "/v1/shops/{shop}/campaigns", tag = "campaigns", params(("shop" = String, Path), ListQuery),
    responses((status = 200, body = List<CampaignViews>)))]
pub async fn list(
    State(state): State<ApiState>,
    caller: InShop,
    query: extract::Query<ListQuery>,
) -> Result<Json<List<CampaignView>>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let now = state.engine.now();
    let ListQuery { kind, status, paused, limit, cursor } = query.0;
    if kind.as_deref().is_some_and(|kind| !Terms::KINDS.contains(&kind)) {
        return Err(Problem::invalid_body("kind", &format!("one of {}", Terms::KINDS.join(", "))));
    }
    let page = PageQuery { limit, cursor }.read(Cursor::Chosen)?;
    let (of, asked) = (shop.clone(), page.clone());
    let read = move |reader: &dyn port::Reader| {
        let all = reader.campaigns(&of.shop_id)?;
        let wanted = |row: &&CampaignRow| {
            let later = asked.after.as_deref().is_none_or(|after| row.campaign.campaign_id.as_str() > after);
            let kind = kind.as_deref().is_none_or(|kind| kind == row.campaign.current().terms.kind());
            later && kind && status.is_none_or(|status| status == row.campaign.status(&row.counters, now))
        };
        let mut rows: Vec<&CampaignRow> = all.iter().filter(wanted).collect();
        rows.sort_by(|a, b| a.campaign.campaign_id.cmp(&b.campaign.campaign_id));
        let mut found = Vec::new();
        for row in rows {
            if found.len() == asked.limit {
                break;
            }
            let beside = Beside::read(reader, (&of, now), row, Some(&all))?;
            if paused.is_none_or(|paused| paused == beside.rests.paused_at.is_some()) {
                found.push((row.clone(), beside));
            }
        }
        Ok(found)
    };
    let rows = state.read(read).await?;
    let key = |(row, _): &(CampaignRow, Beside)| row.campaign.campaign_id.to_string();
    Ok(Json(List::of(rows, &page, key, |(row, beside)| view(&shop, &row, beside, now))))
}

async fn find(state: &ApiState, caller: &InShop, id: &CampaignId) -> Result<CampaignRow, Problem> {
    let (shop, campaign) = (caller.shop_id.clone(), id.clone());
    let found = state.read(move |reader| reader.campaign(&shop, &campaign)).await?;
    found.ok_or_else(|| Problem::not_found(format!("no campaign {id}")))
}

/// Reads a campaign.
#[utoipa::path(get, path = "/v1/shops/{shop}/campaigns/{campaign}", tag = "campaigns", params(("shop" = String, Path), ("campaign" = String, Path)),
    responses((status = 200, body = CampaignViews), (status = 404, body = Problem)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, CampaignId)>,
) -> Result<Json<CampaignView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let row = find(&state, &caller, &id).await?;
    let now = state.engine.now();
    Ok(Json(shown(&state, shop, row, now).await?))
}

/// Changes a campaign: a new version, made of the old one and the fields sent. Orders keep theirs.
#[utoipa::path(patch, path = "/v1/shops/{shop}/campaigns/{campaign}", tag = "campaigns", params(("shop" = String, Path), ("campaign" = String, Path)),
    request_body = CampaignChange, responses((status = 200, body = CampaignViews), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn revise(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, CampaignId)>,
    body: Unread<CampaignRequest, { limits::LISTS }>,
) -> Result<Json<CampaignView>, Problem> {
    let body = caller.reads(Scope::Campaigns, body).await?;
    let row = find(&state, &caller, &id).await?;
    let shop = state.shop(&caller.shop_id).await?;
    if !body.value.campaign_id.is_null() && body.value.campaign_id != Value::String(id.to_string()) {
        let violation = domain::Violation::new("campaign_id", domain::Code::ImmutableField);
        return Err(invalid_terms(&shop, vec![violation]));
    }
    if !body.value.kind.is_null()
        && body.value.kind != Value::String(row.campaign.current().terms.kind().into())
    {
        let violation = domain::Violation::new("kind", domain::Code::ImmutableField);
        return Err(invalid_terms(&shop, vec![violation]));
    }
    if !body.value.publish.is_null() {
        let message = "a change neither publishes nor takes back; see POST .../publish and .../close";
        let violation = domain::Violation::with("publish", domain::Code::InvalidValue, message);
        return Err(invalid_terms(&shop, vec![violation]));
    }
    let mut ends = Ends::new(&shop.time_zone);
    let asked = body.value.with_ends(&mut ends);
    let form = asked.over(row.campaign.current()).read().map_err(|found| invalid_terms(&shop, found))?;
    let command = Command::ReviseCampaign { campaign_id: id, version: Box::new(form.version) };
    let input = Input { chance: Some(chance(&state)), ..Input::new(caller.shop_id.clone(), command) };
    let Json(view) = submit(&state, &caller, input).await?;
    Ok(Json(warned(view, ends)))
}

/// Publishes a draft; its start is checked against now.
#[utoipa::path(post, path = "/v1/shops/{shop}/campaigns/{campaign}/publish", tag = "campaigns", params(("shop" = String, Path), ("campaign" = String, Path)),
    responses((status = 200, body = CampaignViews), (status = 422, body = Problem)))]
pub async fn publish(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, campaign_id)): Names<(String, CampaignId)>,
) -> Result<Json<CampaignView>, Problem> {
    let command = Command::PublishCampaign { campaign_id };
    let input = Input { chance: Some(chance(&state)), ..Input::new(caller.shop_id.clone(), command) };
    submit(&state, &caller, input).await
}

/// Whether whoever closes a campaign knows what it has promised.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseRequest {
    /// A draw that runs is closed though its notice promises chances until its end.
    #[serde(default)]
    confirm: bool,
}

/// Closes a campaign for good: nothing more is shown, claimed, pushed or given; claimed coupons stay good, and chances that
/// were given can be played. Refusals: `confirmation_required`, of a draw that runs, with what its notice still promises.
#[utoipa::path(post, path = "/v1/shops/{shop}/campaigns/{campaign}/close", tag = "campaigns", params(("shop" = String, Path), ("campaign" = String, Path)),
    request_body = Option<CloseRequest>, responses((status = 200, body = CampaignViews), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn close(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, campaign_id)): Names<(String, CampaignId)>,
    body: Unread<CloseRequest>,
) -> Result<Json<CampaignView>, Problem> {
    let CloseRequest { confirm } = caller.reads_if_any(Scope::Campaigns, body).await?;
    let closing = if confirm { Closing::Confirmed } else { Closing::Asked };
    let command = Command::CloseCampaign { campaign_id, closing };
    submit(&state, &caller, Input::new(caller.shop_id.clone(), command)).await
}
