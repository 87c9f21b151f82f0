//! What is shown of a platform's sprint and of a shop's part in it.

use crate::wire::time;
use domain::{
    Instant,
    campaign::sprint::{Conditions, Fixed, Invitation, Made, Plan, PrizeKind, Remark, Sheet, Tried},
    shop::Shop,
    sprint::Wave,
    time::{Window, Zone},
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// A moment in the shop's zone, or in that of the platform.
fn moment(shop: Option<&Shop>, at: Instant) -> String {
    shop.map_or_else(|| Zone::shanghai().format(at), |shop| time::show(shop, at))
}

/// A stage, its end not in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StageView {
    starts_at: String,
    ends_at: String,
}

impl StageView {
    fn of(shop: Option<&Shop>, window: Window) -> Self {
        Self { starts_at: moment(shop, window.starts_at), ends_at: moment(shop, window.ends_at) }
    }
}

/// A wave with its stages.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanWaveView {
    wave_id: String,
    enrollment: StageView,
    sprint: StageView,
    draw_at: String,
    award: StageView,
    redemption: StageView,
}

impl PlanWaveView {
    fn of(shop: Option<&Shop>, wave: &Wave) -> Self {
        Self {
            wave_id: wave.wave_id.to_string(),
            enrollment: StageView::of(shop, wave.enrollment),
            sprint: StageView::of(shop, wave.sprint),
            draw_at: moment(shop, wave.draw_at),
            award: StageView::of(shop, wave.award),
            redemption: StageView::of(shop, wave.redemption),
        }
    }
}

/// What a shop must have sold.
#[derive(Debug, Serialize, ToSchema)]
pub struct SalesView {
    /// Paid, in minor units.
    least: i64,
    /// In orders of so many days.
    days: u32,
}

/// Which shops are invited.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConditionsView {
    #[schema(value_type = Vec<String>)]
    shop_kinds: Vec<Value>,
    categories: Vec<String>,
    sales: Option<SalesView>,
    text: String,
}

impl ConditionsView {
    /// As the platform says.
    pub fn of(conditions: &Conditions) -> Self {
        Self {
            shop_kinds: conditions.shop_kinds.iter().map(|kind| json!(kind)).collect(),
            categories: conditions.categories.iter().map(|category| category.as_str().to_owned()).collect(),
            sales: conditions.sales.map(|sales| SalesView { least: sales.least.minor(), days: sales.days }),
            text: conditions.text.clone(),
        }
    }
}

/// What is asked of a prize.
#[derive(Debug, Serialize, ToSchema)]
pub struct RemarkView {
    /// Coupons that must be released at least.
    required_quantity: u64,
    /// What the customer pays at most, in percent of the quota.
    max_pay_percent: u32,
    /// What each coupon takes off at least, in minor units.
    face_value: Option<i64>,
}

impl RemarkView {
    fn of(remark: Remark) -> Self {
        let Remark { required_quantity, max_pay_percent, face_value } = remark;
        Self { required_quantity, max_pay_percent, face_value: face_value.map(money::Money::minor) }
    }
}

/// A threshold.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanTierView {
    /// Counted from 0.
    tier: u8,
    /// In minor units; none where it is not made known yet (S3-R04).
    threshold: Option<i64>,
    remark: RemarkView,
}

/// A platform's sprint at a revision.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanView {
    sprint_id: String,
    revision: u32,
    name: String,
    description: String,
    waves: Vec<PlanWaveView>,
    /// Of the amounts.
    currency: String,
    tiers: Vec<PlanTierView>,
    /// `highest | each`
    #[schema(value_type = String)]
    tier_rule: Value,
    /// `enrollment | sprint_start`
    #[schema(value_type = String)]
    counts_from: Value,
    /// `push | claim`
    #[schema(value_type = String)]
    award_by: Value,
    void_after_refund: bool,
    pre_submission: Option<StageView>,
    made_at: String,
}

impl PlanView {
    /// For the platform; or for a shop, as it stands at a moment.
    pub fn of(plan: &Plan, seen: Option<(&Shop, Instant)>) -> Self {
        let shop = seen.map(|(shop, _)| shop);
        let is_known = seen.is_none_or(|(_, now)| plan.is_announced(now));
        let tier = |(number, tier): (u8, &domain::campaign::sprint::PlanTier)| PlanTierView {
            tier: number,
            threshold: is_known.then(|| tier.threshold.minor()),
            remark: RemarkView::of(plan.remark_of(number)),
        };
        Self {
            sprint_id: plan.sprint_id.to_string(),
            revision: plan.revision,
            name: plan.name.clone(),
            description: plan.description.clone(),
            waves: plan.waves.iter().map(|wave| PlanWaveView::of(shop, wave)).collect(),
            tiers: (0..).zip(&plan.tiers).map(tier).collect(),
            currency: plan.currency.clone(),
            tier_rule: json!(plan.tier_rule),
            counts_from: json!(plan.counts_from),
            award_by: json!(plan.award_by),
            void_after_refund: plan.void_after_refund,
            pre_submission: plan.pre_submission.map(|open| StageView::of(shop, open)),
            made_at: moment(shop, plan.made_at),
        }
    }
}

/// The prize of a tier, with every field, those too that the plan settles.
#[derive(Debug, Serialize, ToSchema)]
pub struct SprintPrizeView {
    /// Counted from 0.
    tier: u8,
    /// `empty | filled_in | approved | bound`
    status: &'static str,
    /// Where it is filled in.
    link: String,
    /// The fields as they are sent; before it is filled in those that the plan settles.
    #[schema(value_type = Object)]
    prize: Map<String, Value>,
    /// The batch's id, once it is approved.
    key: Option<String>,
    author: Option<String>,
    approved_by: Option<String>,
    bound_at: Option<String>,
    /// `{field, code, message}`
    #[schema(value_type = Vec<Object>)]
    warnings: Vec<Value>,
}

impl SprintPrizeView {
    /// As it stands.
    pub fn of(shop: &Shop, plan: &Plan, tier: u8, tried: Option<&Tried>) -> Self {
        let path = domain::ids::path_part(plan.sprint_id.as_str());
        let status = match tried {
            None => "empty",
            Some(Tried { bound: Some(_), .. }) => "bound",
            Some(Tried { approved_by: Some(_), .. }) => "approved",
            Some(_) => "filled_in",
        };
        let bound = tried.and_then(|tried| tried.bound.as_ref());
        Self {
            tier,
            status,
            link: format!("/v1/shops/{}/sprints/{path}/prize?tier={tier}", shop.shop_id),
            prize: fields(shop, plan, tried.map(|tried| &tried.sheet)),
            key: tried.and_then(|tried| tried.key.as_ref()).map(ToString::to_string),
            author: tried.map(|tried| tried.author.clone()),
            approved_by: tried.and_then(|tried| tried.approved_by.clone()),
            bound_at: bound.map(|bound| time::show(shop, bound.at)),
            warnings: tried
                .map(|tried| tried.sheet.warnings())
                .unwrap_or_default()
                .iter()
                .map(|w| json!(w))
                .collect(),
        }
    }
}

/// What of a prize is filled in, with what the plan settles.
fn fields(shop: &Shop, plan: &Plan, sheet: Option<&Sheet>) -> Map<String, Value> {
    let mut fields = match sheet {
        None => Map::new(),
        Some(Sheet::Coupon { made, binding }) => own(made, json!(binding)),
        Some(Sheet::Key { key, release_quantity }) => {
            object(json!({ "kind": "key", "key": key, "release_quantity": release_quantity }))
        }
        Some(Sheet::Goods { name, sku, stock }) => {
            object(json!({ "kind": "goods", "name": name, "sku": sku, "stock": stock }))
        }
    };
    if sheet.is_none_or(|sheet| sheet.kind() == PrizeKind::Coupon) {
        fields.extend(
            Sheet::fixed(plan).into_iter().map(|(name, value)| (name.to_owned(), shown(shop, value))),
        );
    }
    fields
}

fn own(made: &Made, binding: Value) -> Map<String, Value> {
    let mut fields = object(json!(made));
    fields.insert("kind".into(), "coupon".into());
    fields.insert("binding".into(), binding);
    fields
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn shown(shop: &Shop, fixed: Fixed) -> Value {
    match fixed {
        Fixed::Text(text) => text.into(),
        Fixed::Count(count) => count.into(),
        Fixed::Flag(flag) => flag.into(),
        Fixed::At(at) => time::show(shop, at).into(),
    }
}

/// A shop's part in a platform's sprint.
#[derive(Debug, Serialize, ToSchema)]
pub struct TakingPartView {
    /// `invited | declined | prize_pending | prize_bound | enrolling | sprinting | awarding | redeeming | ended | closed`
    stage: &'static str,
    /// `invited | accepted | declined`
    standing: &'static str,
    invited_at: String,
    answered_at: Option<String>,
    /// Why it is closed, where nobody closed it.
    code: Option<&'static str>,
    closed_at: Option<String>,
    /// The plan as it was accepted; before, as it is.
    plan: PlanView,
    /// The platform's newest revision; accepting again takes it in, until the first enrollment.
    latest_revision: u32,
    prizes: Vec<SprintPrizeView>,
}

impl TakingPartView {
    /// As it stands at a moment.
    pub fn of(shop: &Shop, invitation: &Invitation, latest: Option<&Plan>, now: Instant) -> Self {
        let accepted = invitation.standing == domain::campaign::sprint::Answered::Accepted;
        let plan = latest.filter(|_| !accepted).unwrap_or(&invitation.plan);
        let closed = invitation.closed(now);
        let prizes = (0..).zip(&invitation.prizes);
        Self {
            stage: invitation.stage(now).as_str(),
            standing: invitation.standing.as_str(),
            invited_at: time::show(shop, invitation.invited_at),
            answered_at: time::show_some(shop, invitation.answered_at),
            code: closed.as_ref().and_then(|closed| closed.code).map(domain::Code::as_str),
            closed_at: time::show_some(shop, closed.map(|closed| closed.at)),
            plan: PlanView::of(plan, Some((shop, now))),
            latest_revision: latest.map_or(plan.revision, |latest| latest.revision),
            prizes: prizes
                .map(|(tier, tried)| SprintPrizeView::of(shop, plan, tier, tried.as_ref()))
                .collect(),
        }
    }
}
