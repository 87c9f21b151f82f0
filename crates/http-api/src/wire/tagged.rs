//! Answers that carry a tag of their bytes: who has them already is told so, and gets none of them again.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

/// The answer, or that it has not changed since the caller got it. It may be kept, and is asked after each time.
pub fn tagged(asked: &HeaderMap, kind: &'static str, body: impl Into<Bytes>) -> Response {
    let body = body.into();
    let tag = format!("\"{}\"", &blake3::hash(&body).to_hex()[..32]);
    let is_known = asked.get_all(header::IF_NONE_MATCH).iter().any(|known| names(known, &tag));
    let mut response = Response::new(if is_known { Body::empty() } else { Body::from(body) });
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// Whether a list of tags names this one; a proxy that packs answers calls them weak.
fn names(known: &HeaderValue, tag: &str) -> bool {
    let known = known.to_str().unwrap_or_default();
    known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_not_sent_again() {
        let first = tagged(&HeaderMap::new(), "text/plain", "tea");
        let tag = first.headers()[header::ETAG].clone();
        let text = tag.to_str().expect("it is text").to_owned();
        assert_eq!(first.status(), StatusCode::OK);
        for (known, status) in [
            (text.clone(), StatusCode::NOT_MODIFIED),
            (format!("W/{text}"), StatusCode::NOT_MODIFIED),
            (format!("\"other\", {text}"), StatusCode::NOT_MODIFIED),
            ("*".to_owned(), StatusCode::NOT_MODIFIED),
            ("\"other\"".to_owned(), StatusCode::OK),
            (String::new(), StatusCode::OK),
        ] {
            let asked = [(header::IF_NONE_MATCH, HeaderValue::try_from(known).expect("a value"))];
            let answer = tagged(&asked.into_iter().collect(), "text/plain", "tea");
            assert_eq!((answer.status(), answer.headers().get(header::ETAG)), (status, Some(&tag)));
        }
    }
}
