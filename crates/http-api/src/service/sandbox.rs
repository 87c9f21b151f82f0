//! The sandbox clock: moving it fires everything due, in order, before it answers.

use crate::wire::auth::Caller;
use crate::wire::extract::Unread;
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use axum::Json;
use axum::extract::State;
use domain::time::Zone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where the clock stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClockView {
    /// RFC 3339, in the default zone.
    now: String,
    /// Timers that fired on the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    fired: Option<u64>,
}

/// Where to move it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockRequest {
    /// RFC 3339.
    now: String,
}

fn sandbox_only(state: &ApiState) -> Result<(), Problem> {
    match state.engine.clock().sandbox() {
        Some(_) => Ok(()),
        None => Err(Problem::not_found("this service runs on the machine's clock; start it with --sandbox")),
    }
}

/// Reads the sandbox clock.
#[utoipa::path(get, path = "/v1/sandbox/clock", tag = "sandbox", responses((status = 200, body = ClockView), (status = 404, body = Problem)))]
pub async fn get_clock(State(state): State<ApiState>, _: Caller) -> Result<Json<ClockView>, Problem> {
    sandbox_only(&state)?;
    Ok(Json(ClockView { now: Zone::shanghai().format(state.engine.now()), fired: None }))
}

/// Moves the sandbox clock. Everything due up to then fires first, in order, each at its own time.
/// The first setting of a new store may go anywhere; going back later is 409 `clock_backwards`.
#[utoipa::path(put, path = "/v1/sandbox/clock", tag = "sandbox", request_body = ClockRequest,
    responses((status = 200, body = ClockView), (status = 409, body = Problem)))]
pub async fn put_clock(
    State(state): State<ApiState>,
    caller: Caller,
    body: Unread<ClockRequest>,
) -> Result<Json<ClockView>, Problem> {
    let body = caller.reads(Scope::Admin, body).await?;
    caller.is_platform()?;
    sandbox_only(&state)?;
    let to = crate::wire::time::read("now", &body.value.now)?;
    let fired = state.engine.advance(to).await?;
    Ok(Json(ClockView { now: Zone::shanghai().format(state.engine.now()), fired: Some(fired) }))
}
