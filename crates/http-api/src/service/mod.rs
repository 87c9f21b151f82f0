//! Health, readiness, metrics, and the record of every request.

pub mod sandbox;

use crate::wire::auth::Caller;
use crate::wire::keys::Scope;
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::rate::Told;
use crate::wire::state::ApiState;
use axum::Json;
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::time::Instant;
use utoipa::ToSchema;

/// Logs and measures a request; adds the headers that every answer has.
pub async fn observe(mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let told = Told::default();
    request.extensions_mut().insert(told.clone());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    let status = response.status();
    let code = response.extensions_mut().remove::<ProblemCode>();
    let code = code.as_ref().map_or("", |code| code.0.as_ref());
    let elapsed = started.elapsed();
    let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    let route = route.unwrap_or_else(|| "unknown".into());
    if status.is_server_error() {
        tracing::error!(%method, route, status = status.as_u16(), code, micros, "request failed");
    } else {
        tracing::debug!(%method, route, status = status.as_u16(), code, micros, "request");
    }
    let labels = [("route", route), ("status", status.as_u16().to_string()), ("code", code.to_owned())];
    metrics::histogram!("promenade_http_seconds", &labels).record(elapsed.as_secs_f64());
    let headers = response.headers_mut();
    if let Some(standing) = told.standing() {
        standing.write(headers);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whether the service is there.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`.
    status: &'static str,
}

/// The process is alive.
#[utoipa::path(get, path = "/healthz", tag = "service", responses((status = 200, body = Health)))]
pub async fn healthz() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// The store answers and the writer runs: requests can be sent.
#[utoipa::path(get, path = "/readyz", tag = "service",
    responses((status = 200, body = Health), (status = 503, body = Problem)))]
pub async fn readyz(State(state): State<ApiState>) -> Result<Json<Health>, Problem> {
    state.read(|reader| reader.sandbox_clock()).await?;
    if !state.engine.is_running() {
        let title = "The writer has stopped; restart the service";
        return Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "not_ready",
            title,
            "写入线程已停止,请重启服务",
        ));
    }
    Ok(Json(Health { status: "ok" }))
}

/// Figures for Prometheus: of the whole service, and never of one shop. A setting asks for a key of the platform with
/// the scope `read`.
#[utoipa::path(get, path = "/metrics", tag = "service", responses((status = 200, content_type = "text/plain", body = String)))]
pub async fn metrics(State(state): State<ApiState>, request: Request) -> Result<Response, Problem> {
    if state.hides_metrics {
        let caller = Caller::from_request_parts(&mut request.into_parts().0, &state).await?;
        caller.may(Scope::Read)?;
        caller.is_platform()?;
    }
    let totals = state.read(|reader| reader.totals()).await?;
    #[allow(clippy::cast_precision_loss, reason = "a gauge is a float")]
    let gauge = |name: &'static str, value: u64| metrics::gauge!(name).set(value as f64);
    gauge("promenade_shops", totals.shops);
    gauge("promenade_timers_pending", totals.pending_timers);
    gauge("promenade_events_parked", totals.parked_events);
    gauge("promenade_deliveries_pending", totals.pending_deliveries);
    gauge("promenade_deliveries_dead", totals.dead_deliveries);
    gauge("promenade_messages_pending", totals.pending_dispatches);
    gauge("promenade_money_to_return", totals.money_to_return);
    gauge("promenade_coupon_conflicts", totals.coupon_conflicts);
    let text = state
        .edge
        .metrics
        .as_ref()
        .map(metrics_exporter_prometheus::PrometheusHandle::render)
        .unwrap_or_default();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}
