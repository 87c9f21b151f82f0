//! A service with shops `tea` and `mugs`, and forms to send to it.

use super::gate::{Gate, Gated};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, header};
use domain::Instant;
use engine::{Engine, EngineClock};
use http_api::{ApiKey, ApiState, Edge, KeptIn, KeyRing, Scope};
use serde_json::{Value, json};
use std::fmt::Write;
use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};
use store_memory::MemoryStore;
use tempfile::TempDir;
use tower::ServiceExt;

pub const MAPPING: &str = include_str!("../../../replay/tests/data/pool.toml");
pub const ORDERS: &str = include_str!("../../../replay/tests/data/pool-orders.csv");
/// Bytes of the files of one import here.
pub const UPLOAD_BYTES: u64 = 4 << 20;
/// How long an import may take before a test calls it hung.
const PATIENCE: Duration = Duration::from_mins(1);

pub struct Service {
    pub runtime: tokio::runtime::Runtime,
    pub router: Router,
    pub gate: Gate,
    pub folder: TempDir,
    pub engine: Engine,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.gate.let_pass(u64::MAX);
        self.engine.stop();
    }
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    /// Status, code and the field at fault.
    pub fn problem(&self) -> (u16, String, String) {
        let said = self.json();
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (self.status, word(&said["code"]), word(&said["violations"][0]["field"]))
    }
}

fn key(text: &str, shop: Option<&str>, scopes: &[Scope]) -> ApiKey {
    let hash = blake3::hash(text.as_bytes()).to_hex().to_string();
    let (name, shop) = (text.to_owned(), shop.map(|shop| shop.parse().unwrap()));
    let created_at = Instant::from_micros(0);
    ApiKey { name, hash, shop, scopes: scopes.to_vec(), created_at, expires_at: None, revoked_at: None }
}

impl Service {
    /// Its keys are `all`, `of-mugs`, `reads` and `events`.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let gate = Gate::open();
        let store = Gated { store: MemoryStore::new(), gate: gate.clone() };
        let engine = Engine::start(Box::new(store), EngineClock::system()).unwrap();
        let keys = Arc::new(KeyRing::new(vec![
            key("all", None, &Scope::ALL),
            key("of-mugs", Some("mugs"), &Scope::ALL),
            key("reads", Some("tea"), &[Scope::Read]),
            key("events", Some("tea"), &[Scope::Events]),
        ]));
        let edge = Edge { random: || [7; 32], check_webhook_url: Arc::new(|_| Ok(())), metrics: None };
        let kept = KeptIn { folder: folder.path().join("imports"), upload_bytes: Some(UPLOAD_BYTES) };
        let state = ApiState::new(engine.clone(), keys, edge).keeping_imports(kept).unwrap();
        let router = http_api::router(state);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let service = Self { runtime, router, gate, folder, engine };
        for shop in ["tea", "mugs"] {
            let shop =
                service.ask("PUT", &format!("/v1/shops/{shop}"), &json!({"name": shop, "kind": "sop"}));
            assert_eq!(shop.status, 200, "{}", shop.text());
        }
        service
    }

    pub async fn send(router: Router, request: Request<Body>) -> Answer {
        let Ok(response) = router.oneshot(request).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
        Answer { status, headers, body }
    }

    pub fn call(&self, request: Request<Body>) -> Answer {
        self.runtime.block_on(Self::send(self.router.clone(), request))
    }

    pub fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        self.call(
            asked(method, path).header(header::CONTENT_TYPE, "application/json").body(text.into()).unwrap(),
        )
    }

    pub fn get(&self, rest: &str) -> Answer {
        self.ask("GET", &format!("/v1/shops/tea/imports{rest}"), &Value::Null)
    }

    /// The imports of the store go on, as where a server starts again that lost their uploads.
    pub fn begin_again(&self) {
        let keys = Arc::new(KeyRing::new(Vec::new()));
        let edge = Edge { random: || [8; 32], check_webhook_url: Arc::new(|_| Ok(())), metrics: None };
        let kept = KeptIn { folder: self.folder.path().join("lost"), upload_bytes: Some(UPLOAD_BYTES) };
        ApiState::new(self.engine.clone(), keys, edge).keeping_imports(kept).unwrap();
    }

    /// The id of an import that was received.
    #[track_caller]
    pub fn import(&self, form: &Form) -> String {
        let answer = self.call(form.request());
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.json()["import_id"].as_str().unwrap().to_owned()
    }

    /// An import once it has ended.
    #[track_caller]
    pub fn ended(&self, id: &str) -> Value {
        self.until(id, |import| !matches!(import["state"].as_str(), Some("received" | "running")))
    }

    #[track_caller]
    pub fn until(&self, id: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let begun = Stopwatch::now();
        loop {
            let answer = self.get(&format!("/{id}"));
            assert_eq!(answer.status, 200, "{}", answer.text());
            let import = answer.json();
            if is_so(&import) {
                return import;
            }
            assert!(begun.elapsed() < PATIENCE, "it hangs: {import}");
            std::thread::yield_now();
        }
    }

    /// What lies in the folder of imports, once those that ended have been put away.
    #[track_caller]
    pub fn keeps(&self, names: &[&str]) {
        let begun = Stopwatch::now();
        while self.kept() != names {
            assert!(begun.elapsed() < PATIENCE, "it keeps {:?}", self.kept());
            std::thread::yield_now();
        }
    }

    fn kept(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut folders = vec![self.folder.path().join("imports")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    names.push(path.file_name().unwrap().to_string_lossy().into_owned());
                }
            }
        }
        names.sort();
        names
    }

    /// How many orders the shop has in the pool's books.
    pub fn orders(&self) -> usize {
        let page = port::Page { after: None, limit: 100_000 };
        self.engine.reader().pool_orders(&"tea".parse().unwrap(), None, &page).unwrap().len()
    }

    /// Types and bodies of what was published.
    pub fn published(&self) -> Vec<(String, Value)> {
        let page = port::Page { after: None, limit: 1_000 };
        let rows = self.engine.reader().outbox(&"tea".parse().unwrap(), &page).unwrap();
        let read = |row: port::OutboxRow| (row.event_type, serde_json::from_str(&row.body).unwrap());
        rows.into_iter().map(read).collect()
    }
}

pub fn asked(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header(header::AUTHORIZATION, "Bearer all")
}

pub const BOUNDARY: &str = "--=_boundary";

/// A form to send.
#[derive(Clone, Default)]
pub struct Form {
    body: Vec<u8>,
    key: Option<&'static str>,
    bearer: Option<&'static str>,
    shop: Option<&'static str>,
}

impl Form {
    /// The mapping of a tea shop's export, and no file yet.
    pub fn tea() -> Self {
        Self::default().field("mapping", MAPPING)
    }
    fn part(mut self, head: &str, value: &[u8]) -> Self {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n");
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(value);
        self.body.extend_from_slice(b"\r\n");
        self
    }
    pub fn field(self, name: &str, value: &str) -> Self {
        self.part(&format!("name=\"{name}\""), value.as_bytes())
    }
    pub fn file(self, name: &str, bytes: &[u8]) -> Self {
        self.part(&format!("name=\"file\"; filename=\"{name}\""), bytes)
    }
    pub fn key(self, key: &'static str) -> Self {
        Self { key: Some(key), ..self }
    }
    pub fn by(self, bearer: &'static str, shop: &'static str) -> Self {
        Self { bearer: Some(bearer), shop: Some(shop), ..self }
    }
    pub fn bytes(&self) -> Vec<u8> {
        [&self.body[..], format!("--{BOUNDARY}--\r\n").as_bytes()].concat()
    }
    pub fn request(&self) -> Request<Body> {
        self.with(Body::from(self.bytes()))
    }
    pub fn with(&self, body: Body) -> Request<Body> {
        let bearer = format!("Bearer {}", self.bearer.unwrap_or("all"));
        let request = Request::builder()
            .method("POST")
            .uri(format!("/v1/shops/{}/imports", self.shop.unwrap_or("tea")))
            .header(header::AUTHORIZATION, bearer)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary=\"{BOUNDARY}\""));
        let request = match self.key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        };
        request.body(body).unwrap()
    }
}

/// An export of so many orders, each by a buyer of its own.
pub fn export(orders: usize) -> String {
    let (heading, _) = ORDERS.split_once('\n').unwrap();
    let mut text = format!("{heading}\n");
    for number in 0..orders {
        let (minute, second) = (number / 60 % 60, number % 60);
        let _ = writeln!(
            text,
            "n{number},u{number},2020-10-20T20:{minute:02}:{second:02},,,2020-11-01T00:00:00,tea,1,320.00"
        );
    }
    text
}
