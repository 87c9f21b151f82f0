//! A platform's sprints: setting one up, changing it, looking at it.

use super::standing::{ConditionsView, PlanView, RemarkView};
use crate::wire::auth::Caller;
use crate::wire::extract::{Names, Query, Unread};
use crate::wire::keys::Scope;
use crate::wire::page::{Cursor, List, PageQuery};
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{
    CampaignId, Code, Instant, Refusal, ShopId, Violation, WaveId,
    campaign::sprint::{AwardBy, Conditions, Plan, PlanTier, Remark, TierRule},
    sprint::{CountsFrom, Wave},
    time::{Window, text},
};
use engine::{Command, Input, Reply, SprintCommand};
use money::Money;
use port::{InvitedAs, Reader};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A sprint as the platform sets it up. Its stages are `waves`, or those of one wave (`enrollment`, `sprint`, `draw_at`, `award`,
/// `redemption`), or five instants of stages that follow each other.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanRequest {
    /// The sprint's id; the campaign of each shop that takes part has the same. Where the path has it, it may be left out.
    #[schema(value_type = Option<String>)]
    sprint_id: Option<CampaignId>,
    /// For people.
    name: String,
    /// Shown to members.
    #[serde(default)]
    description: String,
    #[schema(value_type = Option<Vec<PlanWaveForm>>)]
    waves: Option<Vec<Wave>>,
    #[schema(value_type = Option<StageForm>)]
    enrollment: Option<Window>,
    #[schema(value_type = Option<StageForm>)]
    sprint: Option<Window>,
    #[schema(value_type = Option<String>)]
    draw_at: Option<Moment>,
    #[schema(value_type = Option<StageForm>)]
    award: Option<Window>,
    #[schema(value_type = Option<StageForm>)]
    redemption: Option<Window>,
    #[schema(value_type = Option<String>)]
    enrollment_starts_at: Option<Moment>,
    #[schema(value_type = Option<String>)]
    sprint_starts_at: Option<Moment>,
    #[schema(value_type = Option<String>)]
    award_starts_at: Option<Moment>,
    #[schema(value_type = Option<String>)]
    redemption_starts_at: Option<Moment>,
    #[schema(value_type = Option<String>)]
    ends_at: Option<Moment>,
    /// Of the amounts, `CNY` where it is left out; shops of other currencies are not invited.
    currency: Option<String>,
    /// What a member must have spent, in minor units; or `tiers`.
    #[schema(value_type = Option<i64>)]
    threshold: Option<Money>,
    /// `{threshold, remark?}`, rising.
    #[schema(value_type = Option<Vec<PlanTierForm>>)]
    tiers: Option<Vec<PlanTier>>,
    /// `{required_quantity, max_pay_percent, face_value?}`.
    #[schema(value_type = RemarkView)]
    remark: Remark,
    /// `highest | each`
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    tier_rule: TierRule,
    /// `enrollment | sprint_start`
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    counts_from: CountsFrom,
    /// `push | claim`
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    award_by: AwardBy,
    /// Whether a refund after the draw voids unused coupons.
    #[serde(default)]
    void_after_refund: bool,
    /// When the thresholds are made known to merchants; left out, at once.
    #[schema(value_type = Option<StageForm>)]
    pre_submission: Option<Window>,
    /// `{shop_kinds?, categories?, sales?: {least, days}, text?}`
    #[serde(default)]
    #[schema(value_type = Option<ConditionsView>)]
    conditions: Conditions,
}

/// A stage: from, and to, which is not in it; 23:59:59 means the next 00:00:00.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what is read as a window")]
pub struct StageForm {
    starts_at: String,
    ends_at: String,
}

/// A wave with its stages.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what is read as a wave")]
pub struct PlanWaveForm {
    wave_id: String,
    enrollment: StageForm,
    sprint: StageForm,
    draw_at: String,
    award: StageForm,
    redemption: StageForm,
}

/// A threshold, in minor units.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape of what is read as a tier")]
pub struct PlanTierForm {
    threshold: i64,
    remark: Option<RemarkView>,
}

/// A moment as it is written.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Moment(#[serde(with = "text")] Instant);

impl PlanRequest {
    fn plan(self, sprint_id: CampaignId) -> Result<Plan, Refusal> {
        let tiers = match (self.threshold, &self.tiers) {
            (Some(threshold), None) => vec![PlanTier { threshold, remark: None }],
            (None, Some(tiers)) => tiers.clone(),
            (Some(_), Some(_)) => return Err(either("tiers", "beside `threshold`; say one of them")),
            (None, None) => return Err(Refusal::of(Violation::new("threshold", Code::Required))),
        };
        Ok(Plan {
            waves: self.waves()?,
            tiers,
            currency: self.currency.unwrap_or_else(|| "CNY".into()),
            sprint_id,
            revision: 1,
            name: self.name,
            description: self.description,
            remark: self.remark,
            tier_rule: self.tier_rule,
            counts_from: self.counts_from,
            award_by: self.award_by,
            void_after_refund: self.void_after_refund,
            pre_submission: self.pre_submission,
            conditions: self.conditions,
            made_at: Instant::from_micros(0),
        })
    }

    /// The waves, in whichever of the three ways they are said; in one of them alone.
    fn waves(&self) -> Result<Vec<Wave>, Refusal> {
        let stages = [self.enrollment, self.sprint, self.award, self.redemption];
        let instants = [
            self.enrollment_starts_at,
            self.sprint_starts_at,
            self.award_starts_at,
            self.redemption_starts_at,
            self.ends_at,
        ];
        let by_stages = self.draw_at.is_some() || stages.iter().any(Option::is_some);
        let by_instants = instants.iter().any(Option::is_some);
        let ways = [self.waves.is_some(), by_stages, by_instants].into_iter().filter(|way| *way).count();
        if ways > 1 {
            return Err(either("waves", "said in two ways: by waves, by stages, or by five instants"));
        }
        if let Some(waves) = &self.waves {
            return Ok(waves.clone());
        }
        if let ([Some(a), Some(b), Some(c), Some(d), Some(e)], false) = (instants, by_stages) {
            return Ok(vec![in_a_row([a, b, c, d, e].map(|moment| moment.0))]);
        }
        if let ([Some(enrollment), Some(sprint), Some(award), Some(redemption)], Some(Moment(draw_at))) =
            (stages, self.draw_at)
        {
            return Ok(vec![Wave { wave_id: first_wave(), enrollment, sprint, draw_at, award, redemption }]);
        }
        let missing = [
            ("enrollment", self.enrollment.is_none() && !by_instants),
            ("sprint", self.sprint.is_none() && !by_instants),
            ("draw_at", self.draw_at.is_none() && !by_instants),
            ("award", self.award.is_none() && !by_instants),
            ("redemption", self.redemption.is_none() && !by_instants),
            ("enrollment_starts_at", by_instants && self.enrollment_starts_at.is_none()),
            ("sprint_starts_at", by_instants && self.sprint_starts_at.is_none()),
            ("award_starts_at", by_instants && self.award_starts_at.is_none()),
            ("redemption_starts_at", by_instants && self.redemption_starts_at.is_none()),
            ("ends_at", by_instants && self.ends_at.is_none()),
        ];
        let found = missing.into_iter().filter(|(_, is_missing)| *is_missing);
        let found = found.map(|(field, _)| Violation::new(field, Code::Required)).collect();
        Refusal::from_violations(Code::InvalidTerms, found).map(|()| Vec::new())
    }
}

fn either(field: &str, message: &str) -> Refusal {
    Refusal::of(Violation::with(field, Code::InvalidValue, message))
}

fn first_wave() -> WaveId {
    WaveId::try_new("w1").unwrap_or_else(|_| unreachable!("w1 is an id"))
}

/// Stages that follow each other: each begins where the one before ends, and the draw is with the award.
fn in_a_row([enrollment, sprint, award, redemption, end]: [Instant; 5]) -> Wave {
    let window = |starts_at, ends_at| Window { starts_at, ends_at };
    Wave {
        wave_id: first_wave(),
        enrollment: window(enrollment, sprint),
        sprint: window(sprint, award),
        draw_at: award,
        award: window(award, redemption),
        redemption: window(redemption, end),
    }
}

/// How many shops are invited, by how far they are.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct InvitedView {
    invited: u64,
    accepted: u64,
    declined: u64,
    closed: u64,
}

/// A platform's sprint.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanStandingView {
    #[serde(flatten)]
    plan: PlanView,
    conditions: ConditionsView,
    /// Shops, by how far they are.
    invitations: InvitedView,
}

async fn shown(state: &ApiState, plan: Plan) -> Result<Json<PlanStandingView>, Problem> {
    let asked = plan.sprint_id.clone();
    let count = move |reader: &dyn Reader| {
        let of = |like| reader.count_invited(&asked, like);
        Ok(InvitedView {
            invited: of(InvitedAs::Invited)?,
            accepted: of(InvitedAs::Accepted)?,
            declined: of(InvitedAs::Declined)?,
            closed: of(InvitedAs::Closed)?,
        })
    };
    let invitations = state.read(count).await?;
    let conditions = ConditionsView::of(&plan.conditions);
    Ok(Json(PlanStandingView { plan: PlanView::of(&plan, None), conditions, invitations }))
}

async fn submit(state: &ApiState, command: SprintCommand) -> Result<Plan, Problem> {
    match state.engine.submit(Input::new(ShopId::platform(), Command::Sprint(command))).await? {
        Reply::Plan { plan } => Ok(plan),
        other => Err(unexpected(&other)),
    }
}

/// Sets a sprint up. The same again answers the same; the same id for something else is 409 `idempotency_conflict`.
#[utoipa::path(post, path = "/v1/sprints", tag = "sprints", request_body = PlanRequest,
    responses((status = 201, body = PlanStandingView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    body: Unread<PlanRequest>,
) -> Result<(StatusCode, Json<PlanStandingView>), Problem> {
    let plan = caller.reads(Scope::Admin, body).await?.value;
    caller.is_platform()?;
    let missing = || Refusal::of(Violation::new("sprint_id", Code::Required));
    let sprint_id = plan.sprint_id.clone().ok_or_else(missing)?;
    let plan = Box::new(plan.plan(sprint_id)?);
    let plan = submit(&state, SprintCommand::Create { plan }).await?;
    Ok((StatusCode::CREATED, shown(&state, plan).await?))
}

/// Gives a sprint its next revision, until its first enrollment begins: `started_already`. Shops that accepted keep what
/// they accepted until they accept again; each is told (`sprint.revised`).
#[utoipa::path(put, path = "/v1/sprints/{sprint}", tag = "sprints", params(("sprint" = String, Path)), request_body = PlanRequest,
    responses((status = 200, body = PlanStandingView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn revise(
    State(state): State<ApiState>,
    caller: Caller,
    Names(sprint): Names<CampaignId>,
    body: Unread<PlanRequest>,
) -> Result<Json<PlanStandingView>, Problem> {
    let plan = caller.reads(Scope::Admin, body).await?.value;
    caller.is_platform()?;
    if plan.sprint_id.as_ref().is_some_and(|named| *named != sprint) {
        return Err(either("sprint_id", "as in the path").into());
    }
    let plan = Box::new(plan.plan(sprint.clone())?);
    let plan = submit(&state, SprintCommand::Revise { plan }).await?;
    tell(&state, &sprint).await?;
    shown(&state, plan).await
}

/// Tells every shop that is invited. One that was told is not told again, so whoever asks again after a break goes on.
async fn tell(state: &ApiState, sprint: &CampaignId) -> Result<(), Problem> {
    for like in [InvitedAs::Invited, InvitedAs::Accepted, InvitedAs::Declined] {
        let mut after = None;
        loop {
            let (asked, page) = (sprint.clone(), port::Page { after: after.take(), limit: STEP });
            let found = state.read(move |reader| reader.invited_shops(&asked, like, &page)).await?;
            let Some((last, _)) = found.last() else { break };
            after = Some(last.to_string());
            let tell = |(shop, _): &(ShopId, _)| {
                Input::new(shop.clone(), Command::Sprint(SprintCommand::Tell { sprint: sprint.clone() }))
            };
            for outcome in state.engine.submit_many(found.iter().map(tell).collect()).await? {
                outcome?;
            }
        }
    }
    Ok(())
}

/// Shops that are asked at a time.
pub const STEP: usize = 500;

/// A sprint with its revision, and how many shops are invited.
#[utoipa::path(get, path = "/v1/sprints/{sprint}", tag = "sprints", params(("sprint" = String, Path)),
    responses((status = 200, body = PlanStandingView), (status = 404, body = Problem)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: Caller,
    Names(sprint): Names<CampaignId>,
) -> Result<Json<PlanStandingView>, Problem> {
    caller.may(Scope::Read)?;
    caller.is_platform()?;
    let plan = find(&state, &sprint).await?;
    shown(&state, plan).await
}

/// A sprint that is there.
pub async fn find(state: &ApiState, sprint: &CampaignId) -> Result<Plan, Problem> {
    let asked = sprint.clone();
    let found = state.read(move |reader| reader.sprint_plan(&asked)).await?;
    found.ok_or_else(|| Problem::not_found(format!("no sprint {sprint}")))
}

/// The platform's sprints, by their ids.
#[utoipa::path(get, path = "/v1/sprints", tag = "sprints", params(PageQuery),
    responses((status = 200, body = List<PlanView>)))]
pub async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<List<PlanView>>, Problem> {
    caller.may(Scope::Read)?;
    caller.is_platform()?;
    let page = query.0.read(Cursor::Chosen)?;
    let within = page.clone();
    let rows = state.read(move |reader| reader.sprint_plans(&within)).await?;
    Ok(Json(List::of(rows, &page, |plan| plan.sprint_id.to_string(), |plan| PlanView::of(&plan, None))))
}
