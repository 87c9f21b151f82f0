//! Imports asked for, looked at and ended.

use super::form::{self, Received};
use super::queue::{OF_A_SHOP, OF_ALL, Place};
use super::view::OrderImportView;
use crate::wire::auth::InShop;
use crate::wire::extract::{self, Names, Query};
use crate::wire::keys::Scope;
use crate::wire::page::{Cursor, List, PageQuery};
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use domain::{ImportId, shop::Shop};
use engine::{Command, EngineError, Input, Reply};
use port::Import;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// What to take in: files, and how they are read.
#[derive(ToSchema)]
#[allow(dead_code, reason = "it stands in the document; the form is read as it comes")]
pub struct ImportForm {
    /// A file of the export, CSV or XLSX; may be given again. Its name is matched with the mapping's tables, but for one
    /// file and one table. All of them together: 512 MiB.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<String>,
    /// The mapping's text in TOML, up to 256 KiB; or `mapping_name`.
    mapping: Option<String>,
    /// The name of a mapping that comes with the program.
    mapping_name: Option<String>,
    /// When the export was made, RFC 3339; else as the mapping says (A-S4-23).
    as_of: Option<String>,
    /// `true`: the orders are submitted too.
    submit: Option<bool>,
}

/// An import that was received.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportReceived {
    /// Its id.
    import_id: String,
    /// Where it stands now.
    state: &'static str,
}

/// Uploads files with downloaded orders; they are taken in after the answer, one import of a shop at a time. The same
/// files again change nothing. With an `Idempotency-Key` the same request again is the same import.
#[utoipa::path(post, path = "/v1/shops/{shop}/imports", tag = "pool",
    params(("shop" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = ImportForm, content_type = "multipart/form-data"),
    responses((status = 202, body = ImportReceived), (status = 409, body = Problem), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn create(
    State(state): State<ApiState>,
    caller: InShop,
    request: Request,
) -> Result<(StatusCode, Json<ImportReceived>), Problem> {
    caller.may(Scope::Events)?;
    state.shop(&caller.shop_id).await?;
    let place = state.imports.place(&caller.shop_id).ok_or_else(busy)?;
    let headers = request.headers().clone();
    // A key that cannot be one is refused before the files come.
    extract::idempotency(&headers, "imports", &port::digest(b""))?;
    let received = Box::pin(form::receive(&state, &caller.shop_id, caller.name(), request)).await?;
    let idempotency = extract::idempotency(&headers, "imports", &received.digest)?;
    // Who asked may go away; what is in the store is begun all the same.
    let kept = tokio::spawn(keep(state, caller, place, received, idempotency));
    let import = kept.await.map_err(|error| EngineError::Internal(error.to_string()))??;
    let (import_id, state) = (import.import_id.to_string(), import.state.as_str());
    Ok((StatusCode::ACCEPTED, Json(ImportReceived { import_id, state })))
}

fn busy() -> Problem {
    let detail = format!("{OF_A_SHOP} imports of a shop wait or run, {OF_ALL} of all shops, at most");
    Problem::from(EngineError::Busy).detail(detail)
}

/// Writes the import down and begins it. Of a request that was answered before the files are here already.
async fn keep(
    state: ApiState,
    caller: InShop,
    place: Place,
    received: Received,
    idempotency: Option<(String, port::Digest)>,
) -> Result<Import, Problem> {
    let Received { upload, kept, .. } = received;
    let command = Command::Import(engine::ImportCommand::Create(Box::new(upload)));
    let input = Input { shop_id: caller.shop_id.clone(), idempotency, command, chance: None };
    let import = match state.engine.submit(input).await? {
        Reply::Import { import } => *import,
        other => return Err(unexpected(&other)),
    };
    if import.upload.folder != kept.name {
        return find(&state, &caller, &import.import_id).await;
    }
    kept.needed();
    place.take(&import);
    Ok(import)
}

/// An import of the caller's shop.
pub async fn find(state: &ApiState, caller: &InShop, id: &ImportId) -> Result<Import, Problem> {
    let (shop, asked) = (caller.shop_id.clone(), id.clone());
    let found = state.read(move |reader| reader.import(&shop, &asked)).await?;
    found.ok_or_else(|| Problem::not_found(format!("no import {id}")))
}

fn view(state: &ApiState, shop: &Arc<Shop>, import: Import) -> OrderImportView {
    let live = state.imports.live(&import.shop_id, &import.import_id);
    OrderImportView::new(shop, import, live.as_deref())
}

/// Reads an import: how far it has come, and its report once it has ended.
#[utoipa::path(get, path = "/v1/shops/{shop}/imports/{import}", tag = "pool",
    params(("shop" = String, Path), ("import" = String, Path)),
    responses((status = 200, body = OrderImportView), (status = 404, body = Problem)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, ImportId)>,
) -> Result<Json<OrderImportView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let import = find(&state, &caller, &id).await?;
    Ok(Json(view(&state, &shop, import)))
}

/// The shop's imports, the earliest first.
#[utoipa::path(get, path = "/v1/shops/{shop}/imports", tag = "pool", params(("shop" = String, Path), PageQuery),
    responses((status = 200, body = List<OrderImportView>)))]
pub async fn list(
    State(state): State<ApiState>,
    caller: InShop,
    query: Query<PageQuery>,
) -> Result<Json<List<OrderImportView>>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let page = query.0.read(Cursor::Chosen)?;
    let asked = page.clone();
    let rows = state.read(move |reader| reader.imports(&caller.shop_id, &asked)).await?;
    Ok(Json(List::of(rows, &page, |row| row.import_id.to_string(), |row| view(&state, &shop, row))))
}

/// Ends an import: at once while it waits, else before its next batch, or while its files are read. What it has taken in stays, and is told.
#[utoipa::path(post, path = "/v1/shops/{shop}/imports/{import}/cancel", tag = "pool",
    params(("shop" = String, Path), ("import" = String, Path)),
    responses((status = 200, body = OrderImportView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn cancel(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, import_id)): Names<(String, ImportId)>,
) -> Result<Json<OrderImportView>, Problem> {
    caller.may(Scope::Events)?;
    let shop = state.shop(&caller.shop_id).await?;
    let input =
        Input::new(caller.shop_id.clone(), Command::Import(engine::ImportCommand::Cancel { import_id }));
    let import = match state.engine.submit(input).await? {
        Reply::Import { import } => *import,
        other => return Err(unexpected(&other)),
    };
    state.imports.cancelled(&import);
    Ok(Json(view(&state, &shop, import)))
}
