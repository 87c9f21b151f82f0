//! What happened in a sprint: wave by wave and together, and day by day.

use super::members::live;
use crate::wire::auth::InShop;
use crate::wire::extract::Names;
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use axum::Json;
use axum::extract::State;
use domain::{
    CampaignId,
    sprint::{Happened, Quarter},
    time::{CivilDay, Zone},
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What happened. Amounts are minor units; all of them follow the orders as they are now.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct HappenedView {
    /// Members who enrolled.
    enrolled: i64,
    /// New members of the shop among them; the others are old ones.
    new_members: i64,
    /// Orders placed that count.
    orders: i64,
    /// Paid in these for goods of the scope.
    spent: i64,
    /// The part of new members.
    spent_by_new: i64,
    /// Orders that count whose receipt was confirmed in time.
    receipts: i64,
    /// What went back in time.
    refunded: i64,
    /// Members who reached their first tier.
    qualified: i64,
    /// Prizes won.
    won: i64,
    /// Prizes given, and not taken back.
    given: i64,
}

impl From<Happened> for HappenedView {
    fn from(sums: Happened) -> Self {
        let Happened {
            enrolled,
            new_members,
            orders,
            spent,
            spent_by_new,
            receipts,
            refunded,
            qualified,
            won,
            given,
        } = sums;
        Self { enrolled, new_members, orders, spent, spent_by_new, receipts, refunded, qualified, won, given }
    }
}

/// A day of the shop's zone.
#[derive(Debug, Serialize, ToSchema)]
pub struct SprintDayView {
    /// `2030-10-31`: enrollments count on the day on which they were made, orders on that on which they were placed, and what
    /// followed on its own.
    day: String,
    #[serde(flatten)]
    sums: HappenedView,
}

/// A wave.
#[derive(Debug, Serialize, ToSchema)]
pub struct SprintWaveView {
    wave_id: String,
    total: HappenedView,
    /// The days on which something happened, the earliest first; they add up to the total.
    days: Vec<SprintDayView>,
}

/// What happened in a sprint.
#[derive(Debug, Serialize, ToSchema)]
pub struct SprintFiguresView {
    campaign_id: String,
    /// Of all waves together; null of a sprint that is older than these figures.
    total: Option<HappenedView>,
    waves: Vec<SprintWaveView>,
}

fn wave(wave_id: String, quarters: &[(Quarter, Happened)], zone: &Zone) -> SprintWaveView {
    let (mut total, mut days) = (Happened::default(), BTreeMap::<CivilDay, Happened>::new());
    for (quarter, sums) in quarters {
        total.add(sums, 1);
        days.entry(zone.day(quarter.starts_at())).or_default().add(sums, 1);
    }
    let days = days.into_iter().filter(|(_, sums)| !sums.is_nothing());
    let days = days.map(|(day, sums)| SprintDayView { day: day.date().to_string(), sums: sums.into() });
    SprintWaveView { wave_id, total: total.into(), days: days.collect() }
}

/// What happened in a sprint, wave by wave and together, and day by day. Figures of its coupons are in the campaign's stats.
#[utoipa::path(get, path = "/v1/shops/{shop}/sprints/{sprint}/figures", tag = "sprints",
    params(("shop" = String, Path), ("sprint" = String, Path)),
    responses((status = 200, body = SprintFiguresView), (status = 404, body = Problem)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, CampaignId)>,
) -> Result<Json<SprintFiguresView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let (shop_id, asked) = (caller.shop_id.clone(), id.clone());
    let read = move |reader: &dyn port::Reader| {
        Ok((reader.campaign(&shop_id, &asked)?, reader.sprint_happened(&shop_id, &asked)?))
    };
    let (row, found) = state.read(read).await?;
    let live = live(row.as_ref(), &id)?;
    let Some(found) = found else {
        return Ok(Json(SprintFiguresView { campaign_id: id.to_string(), total: None, waves: Vec::new() }));
    };
    let mut total = Happened::default();
    for (_, _, sums) in &found {
        total.add(sums, 1);
    }
    let of_wave = |of: &domain::sprint::Wave| {
        let own = found.iter().filter(|(wave, ..)| *wave == of.wave_id);
        let quarters: Vec<(Quarter, Happened)> = own.map(|(_, quarter, sums)| (*quarter, *sums)).collect();
        wave(of.wave_id.to_string(), &quarters, &shop.time_zone)
    };
    let waves = live.terms.waves.iter().map(of_wave).collect();
    Ok(Json(SprintFiguresView { campaign_id: id.to_string(), total: Some(total.into()), waves }))
}
