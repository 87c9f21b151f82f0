//! Members of a sprint: enrolling, where they stand, claiming what they have won.

use super::act::act;
use crate::wire::auth::InShop;
use crate::wire::extract::{self, Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{
    CampaignId, CustomerId, Instant, ShopId, WaveId,
    campaign::{
        CampaignRow,
        sprint::{self, Do, Done, Live, Stands, Terms, holder_by},
    },
    shop::Shop,
    sprint::{Award, Given, Member, Wave},
};
use engine::Reply;
use port::{Read, Reader};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Who enrolls.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrollRequest {
    #[schema(value_type = String)]
    customer_id: CustomerId,
    /// The wave; left out, the one whose enrollment it is.
    #[schema(value_type = Option<String>)]
    wave_id: Option<WaveId>,
}

/// A member who has enrolled.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnrolledView {
    customer_id: String,
    wave_id: String,
    enrolled_at: String,
    /// Whether they became a member of the shop since the enrollment began.
    new_member: bool,
}

/// A member takes part, once a wave. Refusals: `enrollment_closed`, `already_enrolled`, `campaign_closed`, `not_started`.
#[utoipa::path(post, path = "/v1/shops/{shop}/sprints/{sprint}/enrollments", tag = "sprints",
    params(("shop" = String, Path), ("sprint" = String, Path)), request_body = EnrollRequest,
    responses((status = 201, body = EnrolledView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn enroll(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, campaign_id)): Names<(String, CampaignId)>,
    body: Unread<EnrollRequest>,
) -> Result<(StatusCode, Json<EnrolledView>), Problem> {
    let EnrollRequest { customer_id, wave_id } = caller.reads(Scope::Checkout, body).await?.value;
    let shop = state.shop(&caller.shop_id).await?;
    let what = Do::Enroll { campaign_id, wave_id, customer_id: customer_id.clone() };
    match act(&state, &caller, what).await? {
        Done::Enrolled { wave_id, enrolled_at, is_new } => {
            let view = EnrolledView {
                customer_id: customer_id.to_string(),
                wave_id: wave_id.to_string(),
                enrolled_at: time::show(&shop, enrolled_at),
                new_member: is_new,
            };
            Ok((StatusCode::CREATED, Json(view)))
        }
        other => Err(unlike(other)),
    }
}

/// The kind answered what was not asked.
pub fn unlike(done: Done) -> Problem {
    crate::wire::state::unexpected(&Reply::Acted { answer: domain::campaign::Answer::Sprint(done) })
}

/// A prize that was won.
#[derive(Debug, Serialize, ToSchema)]
pub struct AwardView {
    wave_id: String,
    /// Its tier, counted from 0.
    tier: u8,
    /// `won | given | lapsed | void`: `won` waits to be claimed, or to be given again where `code` says what stood against it.
    status: &'static str,
    won_at: String,
    given_at: Option<String>,
    /// Two coupons, or none.
    coupons: Vec<String>,
    /// Goods that are sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    /// What stood against giving it.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
}

impl AwardView {
    /// As it stands at a moment.
    pub fn new(shop: &Shop, wave: &Wave, award: &Award, now: Instant) -> Self {
        let (coupons, sku) = match &award.given {
            Some(Given::Coupons(coupons)) => (coupons.iter().map(ToString::to_string).collect(), None),
            Some(Given::Goods(sku)) => (Vec::new(), Some(sku.to_string())),
            None => (Vec::new(), None),
        };
        Self {
            wave_id: wave.wave_id.to_string(),
            tier: award.tier,
            status: Stands::of(award, wave, now).as_str(),
            won_at: time::show(shop, award.won_at),
            given_at: time::show_some(shop, award.given_at),
            coupons,
            sku,
            code: award.withheld.map(domain::Code::as_str),
        }
    }
}

/// A threshold that was reached.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReachedView {
    /// Its tier, counted from 0.
    tier: u8,
    /// In minor units.
    threshold: i64,
    /// The receipt at which it was reached.
    qualified_at: String,
}

/// Where a member stands in a wave. Amounts are minor units of what was paid for goods of the scope; spent = received +
/// awaiting + refunded.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaveStandingView {
    wave_id: String,
    enrolled_at: String,
    new_member: bool,
    /// Paid in orders that count.
    spent: i64,
    /// What stays of orders whose receipt was confirmed in time: this is held against the threshold.
    received: i64,
    /// What stays of orders whose receipt is not confirmed yet.
    awaiting: i64,
    /// What went back in time.
    refunded: i64,
    /// What `received` is short of the next threshold; none once the highest is reached.
    missing: Option<i64>,
    qualified: bool,
    reached: Vec<ReachedView>,
    awards: Vec<AwardView>,
    /// Whether it is settled who has won.
    drawn: bool,
}

impl WaveStandingView {
    fn new(shop: &Shop, terms: &Terms, (wave, member): (&Wave, &Member), now: Instant) -> Option<Self> {
        let shown = sprint::shown(terms, wave, member)?;
        let reached = member.reached.iter().map(|reached| ReachedView {
            tier: reached.tier,
            threshold: terms.tiers.get(usize::from(reached.tier)).map_or(0, |tier| tier.threshold.minor()),
            qualified_at: time::show(shop, reached.qualified_at),
        });
        Some(Self {
            wave_id: wave.wave_id.to_string(),
            enrolled_at: time::show(shop, member.enrolled_at?),
            new_member: member.is_new,
            spent: shown.progress.spent.minor(),
            received: shown.progress.received.minor(),
            awaiting: shown.progress.awaiting.minor(),
            refunded: shown.progress.refunded.minor(),
            missing: shown.missing.map(money::Money::minor),
            qualified: !member.reached.is_empty(),
            reached: reached.collect(),
            awards: member.awards.iter().map(|award| AwardView::new(shop, wave, award, now)).collect(),
            drawn: wave.is_drawn(now),
        })
    }
}

/// Where a member stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberView {
    customer_id: String,
    waves: Vec<WaveStandingView>,
}

/// A sprint that is published, with its terms.
pub fn live<'a>(row: Option<&'a CampaignRow>, id: &CampaignId) -> Result<Live<'a>, Problem> {
    let found = row.and_then(|row| Live::current(&row.campaign));
    found.ok_or_else(|| Problem::not_found(format!("no sprint {id}")))
}

/// Where a member stands: what counts of their orders, what is missing, what they have won.
#[utoipa::path(get, path = "/v1/shops/{shop}/sprints/{sprint}/members/{customer}", tag = "sprints",
    params(("shop" = String, Path), ("sprint" = String, Path), ("customer" = String, Path)),
    responses((status = 200, body = MemberView), (status = 404, body = Problem)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id, customer)): Names<(String, CampaignId, CustomerId)>,
) -> Result<Json<MemberView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let (shop_id, asked, who) = (caller.shop_id.clone(), id.clone(), customer.clone());
    let read = move |reader: &dyn Reader| {
        let row = reader.campaign(&shop_id, &asked)?;
        let waves =
            row.as_ref().and_then(|row| Live::current(&row.campaign)).map(|live| live.terms.waves.clone());
        let mut members = Vec::new();
        for wave in waves.unwrap_or_default() {
            let part = part(reader, &shop_id, (&asked, &wave), &who)?;
            members.extend(part.map(|member| (wave, member)));
        }
        Ok((row, members))
    };
    let (row, members) = state.read(read).await?;
    let (live, now) = (live(row.as_ref(), &id)?, state.engine.now());
    let of_wave =
        |(wave, member): &(Wave, Member)| WaveStandingView::new(&shop, live.terms, (wave, member), now);
    let waves: Vec<WaveStandingView> = members.iter().filter_map(of_wave).collect();
    if waves.is_empty() {
        return Err(Problem::not_found(format!("{customer} has not enrolled in {id}")));
    }
    Ok(Json(MemberView { customer_id: customer.to_string(), waves }))
}

/// Who takes part in a wave for an account.
pub fn holder(reader: &dyn Reader, shop: &ShopId, wave: &Wave, account: &CustomerId) -> Read<CustomerId> {
    let merged = |account: &CustomerId| Ok(reader.standing(shop, account)?.and_then(|found| found.merged));
    holder_by(merged, account, wave)
}

/// A customer's part in a wave: that of the account which theirs went up in, where it has won nothing itself.
fn part(
    reader: &dyn Reader,
    shop: &ShopId,
    (id, wave): (&CampaignId, &Wave),
    who: &CustomerId,
) -> Read<Option<Member>> {
    let own = reader.sprint_member(shop, (id, &wave.wave_id), who)?;
    if own.as_ref().is_some_and(|own| !own.awards.is_empty()) {
        return Ok(own);
    }
    let holder = holder(reader, shop, wave, who)?;
    if holder == *who { Ok(own) } else { reader.sprint_member(shop, (id, &wave.wave_id), &holder) }
}

/// In which wave to claim.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ClaimQuery {
    /// The wave; left out, the one whose award window it is.
    #[param(value_type = Option<String>)]
    wave: Option<WaveId>,
}

/// What a member has won.
#[derive(Debug, Serialize, ToSchema)]
pub struct AwardsView {
    data: Vec<AwardView>,
}

/// A winner claims what they have won; once more answers the same. Refusals: `not_started`, `expired`, and what stands
/// against giving it.
#[utoipa::path(post, path = "/v1/shops/{shop}/sprints/{sprint}/members/{customer}/claim", tag = "sprints",
    params(("shop" = String, Path), ("sprint" = String, Path), ("customer" = String, Path), ClaimQuery),
    responses((status = 200, body = AwardsView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn claim(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id, customer_id)): Names<(String, CampaignId, CustomerId)>,
    query: extract::Query<ClaimQuery>,
) -> Result<Json<AwardsView>, Problem> {
    caller.may(Scope::Checkout)?;
    let shop = state.shop(&caller.shop_id).await?;
    let what = Do::Claim { campaign_id: id.clone(), wave_id: query.0.wave, customer_id };
    let (wave_id, awards) = match act(&state, &caller, what).await? {
        Done::Claimed { wave_id, awards } => (wave_id, awards),
        other => return Err(unlike(other)),
    };
    let (shop_id, asked) = (caller.shop_id.clone(), id.clone());
    let row = state.read(move |reader: &dyn Reader| reader.campaign(&shop_id, &asked)).await?;
    let (live, now) = (live(row.as_ref(), &id)?, state.engine.now());
    let wave = live.terms.wave(&wave_id).ok_or_else(|| Problem::not_found(format!("no wave {wave_id}")))?;
    Ok(Json(AwardsView {
        data: awards.iter().map(|award| AwardView::new(&shop, wave, award, now)).collect(),
    }))
}
