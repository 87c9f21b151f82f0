//! What a shop does with its invitation: accept, decline, close, and look.

use super::plans;
use super::standing::TakingPartView;
use crate::wire::auth::InShop;
use crate::wire::extract::{Names, Query};
use crate::wire::keys::Scope;
use crate::wire::page::{Cursor, List, PageQuery};
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use axum::Json;
use axum::extract::State;
use domain::{CampaignId, campaign::sprint::Invitation};
use engine::{Command, Input, Reply, SprintCommand};

/// Has it done, and shows where the shop stands then.
pub async fn submit(
    state: &ApiState,
    caller: &InShop,
    command: SprintCommand,
) -> Result<(Invitation, Json<TakingPartView>), Problem> {
    let (shop, sprint) = (state.shop(&caller.shop_id).await?, command.sprint().clone());
    let (invitation, now) =
        match state.engine.submit(Input::new(caller.shop_id.clone(), Command::Sprint(command))).await? {
            Reply::Invitation { invitation, now, .. } => (invitation, now),
            other => return Err(unexpected(&other)),
        };
    let latest = plans::find(state, &sprint).await?;
    let view = TakingPartView::of(&shop, &invitation, Some(&latest), now);
    Ok((invitation, Json(view)))
}

/// The shop accepts, or takes the newest revision in (A-S3-13). Refusals: `not_invited`, `not_started` before the thresholds are
/// made known, `started_already` once the first enrollment has begun, `prize_missing`, `campaign_closed`.
#[utoipa::path(post, path = "/v1/shops/{shop}/sprints/{sprint}/accept", tag = "sprints",
    params(("shop" = String, Path), ("sprint" = String, Path)),
    responses((status = 200, body = TakingPartView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn accept(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, sprint)): Names<(String, CampaignId)>,
) -> Result<Json<TakingPartView>, Problem> {
    caller.may(Scope::Campaigns)?;
    Ok(submit(&state, &caller, SprintCommand::Accept { sprint }).await?.1)
}

/// The shop declines; it may still accept until the first enrollment. Refusals: `not_invited`, `already_bound`.
#[utoipa::path(post, path = "/v1/shops/{shop}/sprints/{sprint}/decline", tag = "sprints",
    params(("shop" = String, Path), ("sprint" = String, Path)),
    responses((status = 200, body = TakingPartView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn decline(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, sprint)): Names<(String, CampaignId)>,
) -> Result<Json<TakingPartView>, Problem> {
    caller.may(Scope::Campaigns)?;
    Ok(submit(&state, &caller, SprintCommand::Decline { sprint }).await?.1)
}

/// The shop closes the sprint, before its first enrollment alone: `not_closable`. Its coupon batches are void with it
/// (S3-R35, A-S3-9).
#[utoipa::path(post, path = "/v1/shops/{shop}/sprints/{sprint}/close", tag = "sprints",
    params(("shop" = String, Path), ("sprint" = String, Path)),
    responses((status = 200, body = TakingPartView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn close(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, sprint)): Names<(String, CampaignId)>,
) -> Result<Json<TakingPartView>, Problem> {
    caller.may(Scope::Campaigns)?;
    Ok(submit(&state, &caller, SprintCommand::Close { sprint }).await?.1)
}

/// Where the shop stands with a platform's sprint: its plan, stage, prizes and their links.
#[utoipa::path(get, path = "/v1/shops/{shop}/sprints/{sprint}", tag = "sprints",
    params(("shop" = String, Path), ("sprint" = String, Path)),
    responses((status = 200, body = TakingPartView), (status = 404, body = Problem)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, sprint)): Names<(String, CampaignId)>,
) -> Result<Json<TakingPartView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let (shop_id, asked) = (caller.shop_id.clone(), sprint.clone());
    let read = move |reader: &dyn port::Reader| {
        Ok((reader.sprint_invitation(&shop_id, &asked)?, reader.sprint_plan(&asked)?))
    };
    let (found, latest) = state.read(read).await?;
    let invitation = found.ok_or_else(|| Problem::not_found(format!("no invitation to {sprint}")))?;
    Ok(Json(TakingPartView::of(&shop, &invitation, latest.as_ref(), state.engine.now())))
}

/// The platform's sprints that the shop is invited to, by their ids.
#[utoipa::path(get, path = "/v1/shops/{shop}/sprints", tag = "sprints", params(("shop" = String, Path), PageQuery),
    responses((status = 200, body = List<TakingPartView>)))]
pub async fn list(
    State(state): State<ApiState>,
    caller: InShop,
    query: Query<PageQuery>,
) -> Result<Json<List<TakingPartView>>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let page = query.0.read(Cursor::Chosen)?;
    let (shop_id, within) = (caller.shop_id.clone(), page.clone());
    let read = move |reader: &dyn port::Reader| {
        let found = reader.sprint_invitations(&shop_id, &within)?;
        let with_plan = |invitation: Invitation| {
            let latest = reader.sprint_plan(&invitation.plan.sprint_id)?;
            Ok((invitation, latest))
        };
        found.into_iter().map(with_plan).collect::<port::Read<Vec<_>>>()
    };
    let (rows, now) = (state.read(read).await?, state.engine.now());
    let view = |(invitation, latest): (Invitation, Option<_>)| {
        TakingPartView::of(&shop, &invitation, latest.as_ref(), now)
    };
    Ok(Json(List::of(rows, &page, |(invitation, _)| invitation.plan.sprint_id.to_string(), view)))
}
