//! Reads an upload: `multipart/form-data`, each file straight to the disk as it comes.
//!
//! What always holds: memory stays the same whatever is sent; nothing stays on the disk of a form that is refused or
//! breaks off; fields that are not known are refused, and so is one that stands twice, but for `file`.

use super::folder::{Kept, Part};
use super::queue::Imports;
use super::work;
use crate::wire::extract;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use crate::wire::time;
use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use domain::ShopId;
use futures_util::Stream;
use port::{Digest, ImportFile, Upload};
use replay::MappingError;
use replay::read::ReadError;
use replay::shipped;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

/// Bytes of a mapping.
pub const MAPPING_BYTES: usize = 256 << 10;
/// Bytes of every other field that is no file.
const FIELD_BYTES: usize = 1 << 10;
/// Files of one import: an export cut by days, for a year.
pub const FILES: usize = 400;
/// Bytes that may come before a part is understood: its head is a few hundred.
const HELD_BYTES: u64 = 1 << 20;
/// Characters of what is said of files that do not fit.
const SAID: usize = 600;
/// How long nothing may come.
const STILL: Duration = Duration::from_mins(1);
/// Bytes that are written at once.
const STEP: usize = 256 << 10;

/// An upload that is whole.
pub struct Received {
    /// What it is.
    pub upload: Upload,
    /// Of everything that was said, the files by their digests.
    pub digest: Digest,
    /// Its files.
    pub kept: Kept,
}

/// Receives a form for a shop.
pub async fn receive(
    state: &ApiState,
    shop: &ShopId,
    by: &str,
    request: Request,
) -> Result<Received, Problem> {
    let imports = &state.imports;
    refuse_by_length(imports, &request)?;
    let (mut form, held) = open(request, state).await?;
    let part = imports.folder.begin(&(state.edge.random)()).map_err(|error| unwritten(&error))?;
    let mut coming = Coming::new(imports, shop, part);
    while let Some(field) = patient(form.next_field()).await? {
        held.store(0, Ordering::Relaxed);
        coming.take(field, &held).await?;
    }
    coming.finish(by).await
}

/// What says itself that it is too large is not waited for.
fn refuse_by_length(imports: &Imports, request: &Request) -> Result<(), Problem> {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let length = length.and_then(|text| text.parse::<u64>().ok());
    let beside = (MAPPING_BYTES as u64) + (1 << 20);
    match length {
        Some(length) if length > imports.upload_bytes + beside => Err(too_large(imports)),
        Some(_) | None => Ok(()),
    }
}

fn too_large(imports: &Imports) -> Problem {
    let title = "The body is too large; nothing was done";
    let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", title, "请求内容过大");
    problem.detail(format!("the files of an import are at most {} bytes together", imports.upload_bytes))
}

async fn open(request: Request, state: &ApiState) -> Result<(Multipart, Arc<AtomicU64>), Problem> {
    let held = Arc::new(AtomicU64::new(0));
    let (parts, body) = request.into_parts();
    let paced = Paced { body: body.into_data_stream(), rests: false, held: held.clone() };
    let mut request = Request::from_parts(parts, Body::from_stream(paced));
    DefaultBodyLimit::disable().apply(&mut request);
    let form = Multipart::from_request(request, state).await.map_err(|rejection| {
        let title = "An import is a form with files";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let problem = Problem::new(status, "unsupported_media_type", title, "不支持的内容类型");
        problem.detail(format!("send multipart/form-data: {}", rejection.body_text()))
    })?;
    Ok((form, held))
}

/// Waits for what comes next, but not for ever.
async fn patient<T>(
    next: impl Future<Output = Result<T, axum::extract::multipart::MultipartError>>,
) -> Result<T, Problem> {
    match tokio::time::timeout(STILL, next).await {
        Ok(Ok(next)) => Ok(next),
        Ok(Err(error)) => Err(extract::ended_here(&error)
            .unwrap_or_else(|| Problem::malformed(format!("the form broke off: {}", error.body_text())))),
        Err(_) => Err(Problem::malformed(format!("nothing came for {} seconds", STILL.as_secs()))),
    }
}

/// What the disk said, without a place of ours.
fn unwritten(error: &io::Error) -> Problem {
    if error.kind() == ErrorKind::StorageFull {
        let title = "The disk is full; nothing was changed";
        let status = StatusCode::INSUFFICIENT_STORAGE;
        return Problem::new(status, "storage_full", title, "磁盘已满,未做任何更改");
    }
    tracing::error!(%error, "an upload cannot be written");
    let title = "The store failed; nothing was changed";
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    let problem = Problem::new(status, "storage_failed", title, "存储失败,未做任何更改");
    problem.detail(format!("the upload could not be written: {}", error.kind()))
}

/// A form as far as it has come.
struct Coming<'a> {
    imports: &'a Imports,
    shop: &'a ShopId,
    part: Part,
    files: Vec<ImportFile>,
    bytes: u64,
    mapping: Option<String>,
    mapping_name: Option<String>,
    as_of: Option<domain::Instant>,
    submit: Option<bool>,
}

impl<'a> Coming<'a> {
    fn new(imports: &'a Imports, shop: &'a ShopId, part: Part) -> Self {
        let (files, bytes) = (Vec::new(), 0);
        let (mapping, mapping_name, as_of, submit) = (None, None, None, None);
        Self { imports, shop, part, files, bytes, mapping, mapping_name, as_of, submit }
    }

    async fn take(&mut self, field: Field<'_>, held: &AtomicU64) -> Result<(), Problem> {
        let name = field.name().unwrap_or_default().to_owned();
        let is_twice = match name.as_str() {
            "file" => return self.file(field, held).await,
            "mapping" => self.mapping.is_some(),
            "mapping_name" => self.mapping_name.is_some(),
            "as_of" => self.as_of.is_some(),
            "submit" => self.submit.is_some(),
            other => {
                let shown: String = other.chars().take(80).collect();
                let known = "not one of file, mapping, mapping_name, as_of, submit";
                return Err(Problem::invalid_body(&shown, known));
            }
        };
        if is_twice {
            return Err(Problem::invalid_body(&name, "it stands twice"));
        }
        let most = if name == "mapping" { MAPPING_BYTES } else { FIELD_BYTES };
        let text = text(&name, field, most, held).await?;
        match name.as_str() {
            "mapping" => {
                self.mapping = Some(read(text, self.shop.clone(), Vec::new()).await?.0);
            }
            "mapping_name" => {
                known_mapping(&text)?;
                self.mapping_name = Some(text);
            }
            "as_of" => self.as_of = Some(time::read("as_of", &text)?),
            _ => {
                let wrong = || Problem::invalid_body("submit", "true or false");
                self.submit = Some(text.parse().map_err(|_| wrong())?);
            }
        }
        Ok(())
    }

    /// Writes a file as it comes.
    async fn file(&mut self, mut field: Field<'_>, held: &AtomicU64) -> Result<(), Problem> {
        if self.files.len() >= FILES {
            return Err(Problem::invalid_body("file", &format!("at most {FILES} files an import")));
        }
        let made = self.part.file(field.file_name());
        let (mut file, name) = made.map_err(|error| unwritten(&error))?;
        let (mut digest, mut bytes, mut step) = (blake3::Hasher::new(), 0, Vec::with_capacity(STEP));
        while let Some(piece) = patient(field.chunk()).await? {
            held.store(0, Ordering::Relaxed);
            bytes += piece.len() as u64;
            self.bytes += piece.len() as u64;
            if self.bytes > self.imports.upload_bytes {
                return Err(too_large(self.imports));
            }
            digest.update(&piece);
            step.extend_from_slice(&piece);
            if step.len() >= STEP {
                (file, step) = write(file, step).await?;
            }
        }
        let (file, _) = write(file, step).await?;
        let synced = tokio::task::spawn_blocking(move || file.sync_all()).await;
        synced.map_err(io::Error::other).flatten().map_err(|error| unwritten(&error))?;
        self.files.push(ImportFile { name, bytes, blake3: digest.finalize().to_hex().to_string() });
        Ok(())
    }

    /// Everything has come: whether it fits together, and then it is kept.
    async fn finish(self, by: &str) -> Result<Received, Problem> {
        if self.files.is_empty() {
            return Err(Problem::invalid_body("file", "at least one file"));
        }
        let text = match (&self.mapping, &self.mapping_name) {
            (Some(text), None) => text.clone(),
            (None, Some(name)) => known_mapping(name)?.to_owned(),
            (None, None) | (Some(_), Some(_)) => {
                return Err(Problem::invalid_body("mapping", "either mapping or mapping_name"));
            }
        };
        let inputs = self.part.inputs().map_err(|error| unwritten(&error))?;
        let (text, mapping) = read(text, self.shop.clone(), inputs).await?;
        let digest = self.digest(&text);
        let Self { part, files, mapping_name, as_of, submit, .. } = self;
        let upload = Upload {
            folder: part.name.clone(),
            files,
            mapping,
            mapping_name,
            as_of,
            submit: submit == Some(true),
            by: by.to_owned(),
        };
        let kept = tokio::task::spawn_blocking(move || part.keep(&text)).await;
        let kept = kept.map_err(io::Error::other).flatten().map_err(|error| unwritten(&error))?;
        Ok(Received { upload, digest, kept })
    }

    /// Of what is asked for: the same files in the same order, read in the same way.
    fn digest(&self, mapping: &str) -> Digest {
        let files: Vec<_> = self.files.iter().map(|file| (&file.name, file.bytes, &file.blake3)).collect();
        let as_of = self.as_of.map(domain::Instant::micros);
        let said = serde_json::json!([files, mapping, as_of, self.submit == Some(true)]);
        port::digest(said.to_string().as_bytes())
    }
}

async fn write(mut file: File, mut step: Vec<u8>) -> Result<(File, Vec<u8>), Problem> {
    let written = tokio::task::spawn_blocking(move || {
        file.write_all(&step)?;
        step.clear();
        Ok((file, step))
    });
    written.await.map_err(io::Error::other).flatten().map_err(|error| unwritten(&error))
}

/// A field that is no file.
async fn text(name: &str, mut field: Field<'_>, most: usize, held: &AtomicU64) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = patient(field.chunk()).await? {
        held.store(0, Ordering::Relaxed);
        if bytes.len() + piece.len() > most {
            return Err(Problem::invalid_body(name, &format!("at most {most} bytes")));
        }
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes).map_err(|_| Problem::invalid_body(name, "text in UTF-8"))
}

/// Checks a mapping, and where files have come whether its tables read them, on a thread that may be busy. Answers the
/// text again, and what the mapping calls the export.
async fn read(text: String, shop: ShopId, inputs: Vec<PathBuf>) -> Result<(String, String), Problem> {
    let read = tokio::task::spawn_blocking(move || {
        let mapping = work::read_mapping(&text, &shop, inputs.len()).map_err(unfit)?;
        if !inputs.is_empty() {
            mapping.files(&inputs).map_err(|error| unread(&error, &inputs))?;
        }
        Ok((text, mapping.name))
    });
    read.await.unwrap_or_else(|error| Err(unwritten(&io::Error::other(error))))
}

fn unfit(error: MappingError) -> Problem {
    match error {
        MappingError::Field { field, message, .. } => {
            Problem::invalid_body(&format!("mapping.{field}"), &message)
        }
        MappingError::Syntax { message, .. } => Problem::invalid_body("mapping", &message),
        MappingError::Open { source, .. } => Problem::invalid_body("mapping", &source.to_string()),
        // Of names on a command line: here a text is read.
        named @ (MappingError::Unknown { .. } | MappingError::NoReplay { .. }) => {
            Problem::invalid_body("mapping", &named.to_string())
        }
    }
}

/// Why the files do not fit the mapping, without a place of ours.
fn unread(error: &ReadError, inputs: &[PathBuf]) -> Problem {
    let folders = inputs.iter().filter_map(|path| path.parent());
    let said =
        folders.fold(error.to_string(), |said, folder| said.replace(&format!("{}/", folder.display()), ""));
    Problem::invalid_body("file", &said.chars().take(SAID).collect::<String>())
}

fn known_mapping(name: &str) -> Result<&'static str, Problem> {
    let names = || shipped::names().collect::<Vec<_>>().join(", ");
    let unknown = || Problem::invalid_body("mapping_name", &format!("not one of {}", names()));
    shipped::text(name).ok_or_else(unknown)
}

/// A body that is handed on piece by piece: what reads it takes all that is there before it looks at any of it.
struct Paced {
    body: BodyDataStream,
    rests: bool,
    /// Bytes since the last part that was understood.
    held: Arc<AtomicU64>,
}

impl Stream for Paced {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.rests) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let next = std::task::ready!(Pin::new(&mut self.body).poll_next(context));
        let Some(Ok(piece)) = next else { return Poll::Ready(next) };
        self.rests = true;
        if self.held.fetch_add(piece.len() as u64, Ordering::Relaxed) > HELD_BYTES {
            return Poll::Ready(Some(Err(axum::Error::new("the head of a part does not end"))));
        }
        Poll::Ready(Some(Ok(piece)))
    }
}
