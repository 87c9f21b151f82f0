//! Campaigns: create, check, list, change, publish, close, and their figures.

mod form;
mod holdout;
mod kinds;
mod promise;
mod schema;
pub mod scope_import;
pub mod stats;

use crate::campaign::form::{CampaignRequest, Form, invalid_terms};
use crate::campaign::kinds::{ByKind, CampaignChange, CampaignRequests};
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
    campaign::{Campaign, Counters, Status, Terms, recovery},
    ends::Ends,
    shop::Shop,
};
use engine::{Command, Input, Reply};
use serde::{Deserialize, Serialize};
use serde_json::Value;
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
    /// Methods that its coupons work with; none where the kind shows no coupons.
    methods: Vec<&'static str>,
    /// What is allowed but deserves a second look; on the answer to a request also what was read otherwise than it
    /// was written (`end_of_day`).
    warnings: Vec<Violation>,
}

/// The same in the document: one branch a kind.
type CampaignViews = ByKind<CampaignView>;

fn view(shop: &Shop, campaign: &Campaign, counters: &Counters, now: Instant) -> CampaignView {
    let version = campaign.current();
    let warnings = version.warnings(shop).into_iter().map(Violation::from).collect();
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
        Reply::Campaign { campaign, counters, now } => Ok(Json(view(&shop, &campaign, &counters, now))),
        other => Err(unexpected(&other)),
    }
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
            let now = state.engine.now();
            let draft = !form.publish;
            let version = &form.version;
            let mut violations =
                if draft { version.draft_violations(&shop, now) } else { version.violations(&shop, now) };
            let mut warnings = form.version.warnings(&shop);
            if violations.is_empty() {
                let found = promised(&state, &shop, &form).await?;
                violations.extend(found.violations);
                warnings.extend(found.warnings);
                warnings.extend(floor_warnings(&state, &caller, form).await?);
            }
            (violations, warnings)
        }
    };
    warnings.extend(ends.into_warnings());
    Ok(Json(ValidationView::new(&shop, violations, warnings)))
}

/// What publishing would find beyond the terms. Of a campaign that is there the next version is looked at.
async fn promised(
    state: &ApiState,
    shop: &std::sync::Arc<Shop>,
    form: &Form,
) -> Result<domain::campaign::post_payment::Found, Problem> {
    let (shop, version, now) = (shop.clone(), form.version.clone(), state.engine.now());
    let id = form.campaign_id.clone();
    let read = move |reader: &dyn port::Reader| {
        let known = match &id {
            Some(id) => reader.campaign(&shop.shop_id, id)?,
            None => None,
        };
        let campaign = match known {
            Some(row) => {
                let mut campaign = (*row.campaign).clone();
                campaign.versions.push(version);
                campaign
            }
            None => Campaign {
                // An id of its own is made when it is created.
                campaign_id: id.unwrap_or_else(new_campaign),
                created_at: now,
                published_at: None,
                closed_at: None,
                versions: vec![version],
                revised_at: Vec::new(),
                in_force: Vec::new(),
                request_digest: String::new(),
            },
        };
        promise::found(reader, &shop, &campaign, now)
    };
    Ok(state.read(read).await?)
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
    let ListQuery { kind, status, limit, cursor } = query.0;
    if kind.as_deref().is_some_and(|kind| !Terms::KINDS.contains(&kind)) {
        return Err(Problem::invalid_body("kind", &format!("one of {}", Terms::KINDS.join(", "))));
    }
    let page = PageQuery { limit, cursor }.read(Cursor::Chosen)?;
    let mut rows = state.read(move |reader| reader.campaigns(&caller.shop_id)).await?;
    rows.sort_by(|a, b| a.campaign.campaign_id.cmp(&b.campaign.campaign_id));
    rows.retain(|row| {
        let later = page.after.as_deref().is_none_or(|after| row.campaign.campaign_id.as_str() > after);
        let kind = kind.as_deref().is_none_or(|kind| kind == row.campaign.current().terms.kind());
        later && kind && status.is_none_or(|status| status == row.campaign.status(&row.counters, now))
    });
    rows.truncate(page.limit);
    let key = |row: &port::CampaignRow| row.campaign.campaign_id.to_string();
    Ok(Json(List::of(rows, &page, key, |row| view(&shop, &row.campaign, &row.counters, now))))
}

async fn find(state: &ApiState, caller: &InShop, id: &CampaignId) -> Result<port::CampaignRow, Problem> {
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
    Ok(Json(view(&shop, &row.campaign, &row.counters, state.engine.now())))
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

/// Closes a campaign for good: nothing more is shown, claimed or pushed; claimed coupons stay good.
#[utoipa::path(post, path = "/v1/shops/{shop}/campaigns/{campaign}/close", tag = "campaigns", params(("shop" = String, Path), ("campaign" = String, Path)),
    responses((status = 200, body = CampaignViews), (status = 404, body = Problem)))]
pub async fn close(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, campaign_id)): Names<(String, CampaignId)>,
) -> Result<Json<CampaignView>, Problem> {
    let command = Command::CloseCampaign { campaign_id };
    submit(&state, &caller, Input::new(caller.shop_id.clone(), command)).await
}
