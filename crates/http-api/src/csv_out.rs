//! CSV answers, sent as they come. Cells that a spreadsheet would run as a formula are made text.

use crate::problem::Problem;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures_util::Stream;
use std::borrow::Cow;

/// A file to save, in pieces. An error after the first piece breaks the connection off, so that what
/// has arrived is never taken for the whole.
pub fn attachment<E>(
    name: &'static str,
    pieces: impl Stream<Item = Result<String, E>> + Send + 'static,
) -> Result<Response, Problem>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    let mut response = Response::new(Body::from_stream(pieces));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let name = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    let name = name.map_err(|error| Problem::malformed(error.to_string()))?;
    headers.insert(header::CONTENT_DISPOSITION, name);
    // What only its receiver may know does not lie in caches.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// A cell that no spreadsheet runs: a leading `'` shows the rest as text.
pub fn cell(text: &str) -> Cow<'_, str> {
    let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if runs { format!("'{text}").into() } else { text.into() }
}

/// A row.
pub fn row<'a>(cells: impl IntoIterator<Item = Cow<'a, str>>, to: &mut String) {
    for (index, text) in cells.into_iter().enumerate() {
        if index > 0 {
            to.push(',');
        }
        if text.contains([',', '"', '\n', '\r']) {
            to.push('"');
            to.push_str(&text.replace('"', "\"\""));
            to.push('"');
        } else {
            to.push_str(&text);
        }
    }
    to.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        let mut text = String::new();
        let cells = ["a", "=1+1", "-u1", "@x", "b,c", "say \"no\"", "1-2"];
        row(cells.into_iter().map(cell), &mut text);
        assert_eq!(text, "a,'=1+1,'-u1,'@x,\"b,c\",\"say \"\"no\"\"\",1-2\n");
    }
}
