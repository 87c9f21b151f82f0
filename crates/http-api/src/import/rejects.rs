//! What was left out of an import: in pages, or as the file that it is kept in.
//!
//! It is a file beside the store, not rows in it: 100,000 of them would hold up the one writer for what the same files
//! make again. Pages go by places in the file, so that a late one costs what the first does.

use super::routes::find;
use crate::wire::auth::InShop;
use crate::wire::csv_out;
use crate::wire::extract::{Names, Query};
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::page::{Cursor, List, PageQuery};
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use domain::ImportId;
use engine::EngineError;
use futures_util::stream;
use port::Page;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use utoipa::{IntoParams, ToSchema};

/// Which of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BadRowsQuery {
    /// `json | csv`; otherwise as `Accept` says, and JSON when that does not say. CSV comes whole.
    format: Option<String>,
    /// Rows of the page, at most 200.
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A row that was left out, or the first row of an order that was refused. Cells are as in the CSV: one that a
/// spreadsheet would run has a `'` before it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BadRowView {
    /// The file's name.
    file: String,
    /// Its row, as a spreadsheet counts.
    row: u64,
    /// The column, or the key of the mapping for what is no column.
    column: String,
    /// What stands there; of a refused order its id.
    value: String,
    /// Why it was left out.
    code: String,
    /// The same in words.
    message: String,
    /// The same in Chinese.
    message_zh: String,
}

impl BadRowsQuery {
    fn wants_csv(&self, headers: &HeaderMap) -> Result<bool, Problem> {
        match self.format.as_deref() {
            Some("csv") => Ok(true),
            Some("json") => Ok(false),
            Some(other) => {
                Err(Problem::invalid_body("format", &format!("{other:.80} is not one of json, csv")))
            }
            None => {
                let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
                Ok(accepts.is_some_and(|text| text.contains("text/csv")))
            }
        }
    }
}

/// The rows of an import that were left out and the orders that were refused, each with its place and its reason; kept
/// for 30 days.
#[utoipa::path(get, path = "/v1/shops/{shop}/imports/{import}/bad-rows", tag = "pool",
    params(("shop" = String, Path), ("import" = String, Path), BadRowsQuery),
    responses((status = 200, body = List<BadRowView>), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn list(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, ImportId)>,
    headers: HeaderMap,
    query: Query<BadRowsQuery>,
) -> Result<Response, Problem> {
    caller.may(Scope::Read)?;
    state.shop(&caller.shop_id).await?;
    let wants_csv = query.0.wants_csv(&headers)?;
    let page = PageQuery { limit: query.0.limit, cursor: query.0.cursor }.read(Cursor::Number)?;
    let import = find(&state, &caller, &id).await?;
    let rejects = import.outcome.as_ref().map_or(0, |outcome| outcome.rejects);
    let path = state.imports.folder.rejects(&import.upload.folder);
    let file = match path.and_then(File::open) {
        Ok(file) => Some(file),
        Err(_) if rejects == 0 => None,
        Err(error) => {
            tracing::warn!(%error, import = %id, "the list of what was left out is gone");
            let detail =
                format!("the bad rows of import {id} are not kept any more; take the same files again");
            return Err(Problem::not_found(detail));
        }
    };
    if wants_csv {
        return whole(file);
    }
    let Some(file) = file else { return Ok(Json(List::<BadRowView>::whole(Vec::new())).into_response()) };
    let read = tokio::task::spawn_blocking(move || cut(file, &page)).await;
    let rows = read.map_err(|error| EngineError::Internal(error.to_string()))??;
    Ok(Json(rows).into_response())
}

fn whole(file: Option<File>) -> Result<Response, Problem> {
    let steps = stream::try_unfold(file, |file| async {
        let Some(mut file) = file else { return Ok(None) };
        let mut piece = vec![0; limits::FILE_STEP];
        let read = file.read(&mut piece)?;
        piece.truncate(read);
        Ok::<_, io::Error>((read > 0).then_some((piece, Some(file))))
    });
    csv_out::file("bad-rows.csv", "text/csv; charset=utf-8", steps)
}

fn no_cursor() -> Problem {
    Problem::invalid_body("cursor", "the next_cursor of the page before")
}

fn unread(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "a list of bad rows cannot be read");
    EngineError::Internal("the list of bad rows cannot be read".to_owned()).into()
}

/// A page of the file, from the heading or from a place on where a row begins.
fn cut(mut file: File, page: &Page) -> Result<List<BadRowView>, Problem> {
    let at = page.after.as_deref().and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    if at > 0 {
        let mut before = [0; 1];
        file.seek(SeekFrom::Start(at - 1)).map_err(unread)?;
        let read = file.read(&mut before).map_err(unread)?;
        if read == 0 || before != *b"\n" {
            return Err(no_cursor());
        }
    }
    file.rewind().map_err(unread)?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let heading = reader.headers().map_err(unread)?.clone();
    if at > 0 {
        let mut place = reader.position().clone();
        place.set_byte(at);
        reader.seek(place).map_err(unread)?;
    }
    let (mut data, mut record) = (Vec::new(), csv::StringRecord::new());
    while data.len() < page.limit && reader.read_record(&mut record).map_err(unread)? {
        // A place inside of a cell was never a cursor.
        data.push(
            record
                .deserialize(Some(&heading))
                .map_err(|error| if at > 0 { no_cursor() } else { unread(error) })?,
        );
    }
    let end = reader.position().byte();
    let more = data.len() == page.limit && reader.read_record(&mut record).map_err(unread)?;
    Ok(List { data, next_cursor: more.then(|| end.to_string()) })
}
