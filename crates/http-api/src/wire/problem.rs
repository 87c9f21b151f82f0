//! Problem documents (RFC 9457): `type, title, status, detail, code` and, where fields are at
//! fault, `violations`. `code` is stable; `title_zh` is the title for Chinese readers.

use crate::wire::rate::RateStanding;
use axum::Json;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use domain::{Code, Refusal, Sentence};
use engine::EngineError;
use port::{StoreError, StoreErrorKind};
use preview::PreviewError;
use serde::Serialize;
use std::borrow::Cow;
use utoipa::ToSchema;

/// One field at fault.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Violation {
    /// A path such as `terms.save`.
    pub field: String,
    /// Stable, `snake_case`.
    pub code: Cow<'static, str>,
    /// The rule in figures.
    pub message: String,
}

impl From<domain::Violation> for Violation {
    /// Of one whose amounts are told; of others they are told in minor units.
    fn from(v: domain::Violation) -> Self {
        Self { field: v.field, code: v.code.as_str().into(), message: v.message.in_minor_units() }
    }
}

/// Why one of many was rejected; nothing where it was not.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Reasons {
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// The same with figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The fields at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
}

impl From<Refusal> for Reasons {
    fn from(refusal: Refusal) -> Self {
        Self {
            code: Some(refusal.code.as_str()),
            detail: Some(refusal.detail.in_minor_units()),
            violations: refusal.violations.into_iter().map(Violation::from).collect(),
        }
    }
}

/// A failure, as the client gets it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// Where the code is described.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code in words.
    pub title: Cow<'static, str>,
    /// The same in Chinese.
    pub title_zh: Cow<'static, str>,
    /// The HTTP status.
    pub status: u16,
    /// What happened here, with figures and what to do next.
    pub detail: String,
    /// Stable, `snake_case`.
    pub code: Cow<'static, str>,
    /// The fields at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
    /// Where the key stands, of one that asks too fast; its headers tell it.
    #[serde(skip)]
    pub rate: Option<RateStanding>,
}

/// The code of a problem, left for the record.
#[derive(Debug, Clone)]
pub struct ProblemCode(pub Cow<'static, str>);

/// Codes of the edge itself, beside those of the domain: code, meaning, 含义.
pub const EDGE_CODES: &[(&str, &str, &str)] = &[
    ("malformed_body", "The body cannot be read", "请求内容无法解析"),
    ("malformed_query", "The query is not percent-encoded UTF-8", "查询参数无法解析"),
    ("invalid_body", "A field of the body is missing or not valid", "请求字段缺失或无效"),
    ("unauthorized", "A valid API key is needed", "需要有效的API密钥"),
    ("scope_missing", "The key lacks the scope for this", "密钥权限不足"),
    ("unknown_route", "There is no such address", "地址不存在"),
    ("wrong_method", "This address does not take this method", "不支持该请求方法"),
    ("body_too_large", "The body is too large; nothing was done", "请求内容过大"),
    ("body_too_slow", "The body came too slowly; nothing was done", "请求内容发送过慢"),
    ("too_many_requests", "The key asks too often; nothing was done", "该密钥请求过于频繁"),
    ("overloaded", "The service has too much to do; nothing was done", "服务过载,未做任何更改"),
    ("batch_too_large", "Too many events in one request; nothing was done", "单次事件过多"),
    ("too_many_columns", "The row has more columns than the file may have", "该行列数过多"),
    ("unsupported_media_type", "Events come as CloudEvents JSON or ndjson", "不支持的内容类型"),
    ("busy", "Too many requests are waiting; nothing was done", "请求过多,请稍后再试"),
    ("stopping", "The engine is stopping; nothing was done", "服务正在停止"),
    ("not_ready", "The writer has stopped; restart the service", "写入线程已停止,请重启服务"),
    ("storage_full", "The disk is full; nothing was changed", "磁盘已满,未做任何更改"),
    (
        "storage_busy",
        "The store is held by another process; nothing was changed",
        "数据库被占用,未做任何更改",
    ),
    ("storage_failed", "The store failed; nothing was changed", "存储失败,未做任何更改"),
    ("internal", "An internal mistake; nothing was done", "内部错误,未做任何更改"),
    ("url_invalid", "The webhook's address cannot be read", "地址无法解析"),
    ("url_scheme_not_allowed", "Webhooks go over https", "仅支持https地址"),
    ("address_not_allowed", "The webhook's address lies inside the network", "不允许使用内网地址"),
    (
        "callback_refused",
        "The callback is not signed by whom it should be, or not now",
        "回调缺少签名、签名不符或已过时",
    ),
    ("no_contact_keys", "This server keeps no contacts", "本服务未配置联系方式密钥"),
    ("host_not_resolved", "The webhook's host cannot be found", "无法解析主机名"),
];

impl Problem {
    /// A problem of the edge itself.
    pub fn new(status: StatusCode, code: &'static str, title: &'static str, zh: &'static str) -> Self {
        Self {
            kind: format!("/docs/problems#{code}"),
            title: title.into(),
            title_zh: zh.into(),
            status: status.as_u16(),
            detail: title.into(),
            code: code.into(),
            violations: Vec::new(),
            rate: None,
        }
    }
    /// With what happened here.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }
    /// With a field at fault.
    pub fn violation(mut self, field: impl Into<String>, code: Code, message: impl Into<Sentence>) -> Self {
        self.violations.push(domain::Violation::with(field, code, message).into());
        self
    }
    /// The thing does not exist here, or is not this key's to see.
    pub fn not_found(what: impl Into<Sentence>) -> Self {
        Refusal::with(Code::NotFound, what).into()
    }
    /// A JSON body that cannot be read.
    pub fn malformed(detail: impl Into<String>) -> Self {
        let title = "The body cannot be read";
        Self::new(StatusCode::BAD_REQUEST, "malformed_body", title, "请求内容无法解析").detail(detail)
    }
    /// A callback that is not signed as it should be.
    pub fn not_believed(detail: impl Into<String>) -> Self {
        let title = "The callback is not signed by whom it should be, or not now";
        Self::new(StatusCode::FORBIDDEN, "callback_refused", title, "回调缺少签名、签名不符或已过时")
            .detail(detail)
    }
    /// A query that is no text.
    pub fn malformed_query(part: &str) -> Self {
        let title = "The query is not percent-encoded UTF-8";
        Self::new(StatusCode::BAD_REQUEST, "malformed_query", title, "查询参数无法解析")
            .detail(format!("{part} cannot be read: parameters are percent-encoded UTF-8"))
    }
    /// A body of more bytes than the address takes.
    pub fn body_too_large(most: usize) -> Self {
        let title = "The body is too large; nothing was done";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", title, "请求内容过大")
            .detail(format!("at most {most} bytes"))
    }
    /// A body that is not waited for any longer.
    pub fn body_too_slow() -> Self {
        let title = "The body came too slowly; nothing was done";
        Self::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", title, "请求内容发送过慢")
    }
    /// A request that there is no turn for: too many wait already.
    pub fn no_turn() -> Self {
        let title = "The service has too much to do; nothing was done";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", title, "服务过载,未做任何更改")
    }
    /// A body that there is no memory for beside the others.
    pub fn no_room(whose: &str, most: usize) -> Self {
        Self::no_turn().detail(format!("{whose} in memory are at most {most} bytes; send it again later"))
    }
    /// A file for a key that is being sent so many at once.
    pub fn no_file(most: usize) -> Self {
        Self::no_turn().detail(format!("one key is sent at most {most} files at once; take those first"))
    }
    /// A key that asks more often than it may.
    pub fn too_fast(standing: RateStanding) -> Self {
        let title = "The key asks too often; nothing was done";
        let problem =
            Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", title, "该密钥请求过于频繁");
        let detail = format!("at most {} requests a second with one key", standing.limit);
        Self { rate: Some(standing), ..problem }.detail(detail)
    }
    /// A JSON body of the wrong shape.
    pub fn invalid_body(field: &str, message: &str) -> Self {
        let title = "A field of the body is missing or not valid";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_body", title, "请求字段缺失或无效")
            .detail(format!("{field}: {message}"))
            .violation(field, Code::InvalidValue, message)
    }
}

fn status_of(code: Code) -> StatusCode {
    match code {
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::InvalidTerms
        | Code::InvalidMessage
        | Code::InvalidAnswers
        | Code::InvalidValue
        | Code::PayableMismatch
        | Code::DiscountTooHigh
        | Code::OutOfRange
        | Code::Required
        | Code::TooMany
        | Code::TooLongText
        | Code::NegativeAmount => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::CONFLICT,
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let code = refusal.code;
        Self {
            kind: format!("/docs/problems#{code}"),
            title: code.en().into(),
            title_zh: code.zh().into(),
            status: status_of(code).as_u16(),
            detail: refusal.detail.in_minor_units(),
            code: code.as_str().into(),
            violations: refusal.violations.into_iter().map(Violation::from).collect(),
            rate: None,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let (status, code, title, zh) = match error.kind {
            StoreErrorKind::Full => (
                StatusCode::INSUFFICIENT_STORAGE,
                "storage_full",
                "The disk is full; nothing was changed",
                "磁盘已满,未做任何更改",
            ),
            StoreErrorKind::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "storage_busy",
                "The store is held by another process; nothing was changed",
                "数据库被占用,未做任何更改",
            ),
            StoreErrorKind::Corrupt | StoreErrorKind::Newer | StoreErrorKind::Other => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "storage_failed",
                "The store failed; nothing was changed",
                "存储失败,未做任何更改",
            ),
        };
        Self::new(status, code, title, zh).detail(error.message)
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Refused(refusal) => refusal.into(),
            EngineError::Store(error) => error.into(),
            EngineError::Busy => {
                let title = "Too many requests are waiting; nothing was done";
                Self::new(StatusCode::TOO_MANY_REQUESTS, "busy", title, "请求过多,请稍后再试")
            }
            EngineError::Stopped => {
                let title = "The engine is stopping; nothing was done";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", title, "服务正在停止")
            }
            EngineError::Internal(what) => internal().detail(format!("nothing was done: {what}")),
        }
    }
}

impl From<PreviewError> for Problem {
    fn from(error: PreviewError) -> Self {
        match error {
            PreviewError::Refused(refusal) => refusal.into(),
            PreviewError::Store(error) => error.into(),
        }
    }
}

fn internal() -> Problem {
    let title = "An internal mistake; nothing was done";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", title, "内部错误,未做任何更改")
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        let code = ProblemCode(self.code.clone());
        let rate = self.rate;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if retry {
            let seconds = rate.map_or(1, |standing| standing.reset_seconds);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(standing) = rate {
            standing.write(headers);
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(code);
        response
    }
}

/// What an unknown path gets.
pub async fn unknown_route(uri: Uri) -> Problem {
    let title = "There is no such address";
    Problem::new(StatusCode::NOT_FOUND, "unknown_route", title, "地址不存在")
        .detail(format!("{} is not an address of this API; /docs lists them", uri.path()))
}

/// What a known path with another method gets.
pub async fn wrong_method(method: Method, uri: Uri) -> Problem {
    let title = "This address does not take this method";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "wrong_method", title, "不支持该请求方法")
        .detail(format!("{method} {}", uri.path()))
}

/// What a client gets when a handler panicked.
pub fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    internal().into_response()
}
