//! Files as answers, sent as they come; cells of CSV are those of [`gift_list::csv`].

use crate::wire::problem::Problem;
use axum::BoxError;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures_util::{Stream, StreamExt, stream};
use gift_list::csv::MARK;

pub use gift_list::csv::{cell, row};

/// A CSV file to save that people open in a spreadsheet, in pieces: see [`file`] and [`MARK`].
pub fn attachment<E>(
    name: &'static str,
    pieces: impl Stream<Item = Result<String, E>> + Send + 'static,
) -> Result<Response, Problem>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    let mark = stream::iter([Ok::<_, BoxError>(MARK.to_owned())]);
    let pieces = pieces.map(|piece| piece.map_err(Into::into));
    file(name, "text/csv; charset=utf-8", mark.chain(pieces))
}

/// A file to save, in pieces. An error after the first piece breaks the connection off, so that what
/// has arrived is never taken for the whole.
pub fn file<P, E>(
    name: &'static str,
    kind: &'static str,
    pieces: impl Stream<Item = Result<P, E>> + Send + 'static,
) -> Result<Response, Problem>
where
    P: Into<Bytes> + 'static,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    let mut response = Response::new(Body::from_stream(pieces));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let name = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    let name = name.map_err(|error| Problem::malformed(error.to_string()))?;
    headers.insert(header::CONTENT_DISPOSITION, name);
    // What only its receiver may know does not lie in caches.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
