//! Events in: one, a batch, or one a line. Each has its own outcome; a bad one fails alone.

mod envelope;

use crate::event::envelope::Incoming;
use crate::wire::auth::InShop;
use crate::wire::batch::{self, Limit};
use crate::wire::extract;
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::page::{Cursor, List, PageQuery};
use crate::wire::problem::{Problem, Reasons, Violation};
use crate::wire::state::ApiState;
use crate::wire::time;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use domain::Refusal;
use engine::{Command, EventOutcome, EventResult, Input, Reply};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// What became of one event.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventResultView {
    /// The sender's id.
    id: String,
    /// `applied | duplicate | parked | rejected`.
    #[schema(value_type = String)]
    outcome: EventOutcome,
    #[serde(flatten)]
    reasons: Reasons,
}

impl EventResultView {
    fn new(id: String, result: EventResult) -> Self {
        Self {
            id,
            outcome: result.outcome,
            reasons: Reasons {
                code: result.code.map(domain::Code::as_str),
                detail: result.detail,
                violations: result.violations.into_iter().map(in_event).collect(),
            },
        }
    }
}

/// A violation as the sender knows its field: the facts of an event lie in its `data`.
fn in_event(violation: domain::Violation) -> Violation {
    let mut violation = Violation::from(violation);
    let outside = ["specversion", "id", "source", "type", "time", "data"];
    let first = violation.field.split(['.', '[']).next().unwrap_or_default();
    if !outside.contains(&first) {
        violation.field = format!("data.{}", violation.field);
    }
    violation
}

/// The outcomes, in the order of the events.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResultsView {
    results: Vec<EventResultView>,
}

/// Splits the body into events by its content type.
fn split<'a>(content_type: &str, bytes: &'a [u8]) -> Result<Vec<&'a [u8]>, Problem> {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "application/x-ndjson" | "application/jsonl" => {
            let lines = bytes.split(|byte| *byte == b'\n');
            Ok(lines.filter(|line| !line.trim_ascii().is_empty()).collect())
        }
        "application/cloudevents-batch+json" => {
            let events: Vec<&RawValue> = serde_json::from_slice(bytes)
                .map_err(|e| Problem::malformed(format!("not an array of JSON: {e}")))?;
            Ok(events.into_iter().map(|event| event.get().as_bytes()).collect())
        }
        "application/cloudevents+json" | "application/json" | "" => {
            // Alone it has no neighbours that it must not take along.
            let wrong = |what: &dyn std::fmt::Display| {
                Problem::malformed(format!("not a CloudEvent in JSON: {what}"))
            };
            let read: &RawValue = serde_json::from_slice(bytes).map_err(|error| wrong(&error))?;
            if read.get().starts_with('{') { Ok(vec![bytes]) } else { Err(wrong(&"it is no object")) }
        }
        other => {
            let title = "Events come as CloudEvents JSON or ndjson";
            let problem = Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                title,
                "不支持的内容类型",
            );
            Err(problem.detail(format!(
                "{other} is not one of application/cloudevents+json, application/cloudevents-batch+json, application/x-ndjson"
            )))
        }
    }
}

const MANY: Limit = Limit {
    most: limits::BATCH_EVENTS,
    noun: "events",
    title: "Too many events in one request; nothing was done",
    title_zh: "单次事件过多",
};

/// Takes order events in. A batch is durable when it is answered.
#[utoipa::path(post, path = "/v1/shops/{shop}/events", tag = "events", params(("shop" = String, Path)),
    request_body(content = String, description = "CloudEvents 1.0: one, a batch, or one a line", content_type = "application/cloudevents+json"),
    responses((status = 200, body = ResultsView), (status = 400, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
pub async fn post_events(
    State(state): State<ApiState>,
    caller: InShop,
    request: Request,
) -> Result<Json<ResultsView>, Problem> {
    let received = batch::receive(&state, &caller, request).await?;
    let bytes = received.len();
    let now = state.engine.now();
    let read = move || {
        let parts = received.parts(split, &MANY)?;
        Ok::<Vec<Incoming>, Problem>(parts.into_iter().map(|part| envelope::read(part, now)).collect())
    };
    let incoming = caller.share().read(bytes, read).await?;
    Ok(Json(ResultsView { results: ingest(&state, &caller, incoming).await? }))
}

async fn ingest(
    state: &ApiState,
    caller: &InShop,
    incoming: Vec<Incoming>,
) -> Result<Vec<EventResultView>, Problem> {
    let mut inputs = Vec::with_capacity(incoming.len());
    let mut waiting: Vec<(String, Option<Refusal>)> = Vec::with_capacity(incoming.len());
    for Incoming { id, event } in incoming {
        match event {
            Ok((event, digest)) => {
                inputs.push(Input::new(caller.shop_id.clone(), Command::Ingest { event, digest }));
                waiting.push((id, None));
            }
            Err(refusal) => waiting.push((id, Some(refusal))),
        }
    }
    let mut outcomes = state.engine.submit_many(inputs).await?.into_iter();
    let mut results = Vec::with_capacity(waiting.len());
    for (id, refused) in waiting {
        let result = match refused {
            Some(refusal) => EventResult::rejected(refusal),
            None => match outcomes.next() {
                Some(Ok(Reply::Event { result })) => result,
                Some(Ok(other)) => return Err(crate::wire::state::unexpected(&other)),
                // The store failed: the client sends all of them again, those done are duplicates.
                Some(Err(error)) => return Err(error.into()),
                None => return Err(engine::EngineError::Stopped.into()),
            },
        };
        results.push(EventResultView::new(id, result));
    }
    Ok(results)
}

/// An event that waits for its predecessor.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParkedView {
    /// Who sent it.
    source: String,
    /// The sender's id.
    id: String,
    /// Which order it is about.
    order_id: Option<String>,
    /// When it happened.
    occurred_at: String,
    /// When it arrived.
    received_at: String,
}

/// Events that wait for an order or a payment that has not arrived.
#[utoipa::path(get, path = "/v1/shops/{shop}/events/parked", tag = "events", params(("shop" = String, Path), PageQuery),
    responses((status = 200, body = List<ParkedView>)))]
pub async fn get_parked(
    State(state): State<ApiState>,
    caller: InShop,
    query: extract::Query<PageQuery>,
) -> Result<Json<List<ParkedView>>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let page = query.0.read(Cursor::Parked)?;
    let asked = page.clone();
    let rows = state.read(move |reader| reader.parked(&caller.shop_id, &asked)).await?;
    let order = |p: &port::Parked| p.event.body.order_id().map(ToString::to_string);
    Ok(Json(List::of(rows, &page, port::Parked::cursor, |p| ParkedView {
        order_id: order(&p),
        occurred_at: time::show(&shop, p.event.occurred_at),
        received_at: time::show(&shop, p.received_at),
        source: p.event.source,
        id: p.event.event_id,
    })))
}
