//! The API in this process, over an engine with a sandbox clock and a store of its own.

use super::{Door, read};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, header},
};
use engine::{Engine, EngineClock};
use http_api::{ApiKey, ApiState, Edge, KeyRing};
use port::Store;
use serde_json::Value;
use std::sync::Arc;
use tower::ServiceExt;

/// A door to an engine in this process; the engine stops with it.
pub struct InProcessDoor {
    runtime: tokio::runtime::Runtime,
    router: Router,
    engine: Engine,
    /// Holds the database's folder for as long as the engine runs.
    _folder: Option<tempfile::TempDir>,
}

impl InProcessDoor {
    /// Over a store in memory.
    pub fn memory() -> Self {
        Self::new(Box::new(store_memory::MemoryStore::new()), None)
    }

    /// Over an embedded store, in a folder that goes away with the door.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = store_sqlite::SqliteStore::open(&folder.path().join("scenario.db"));
        let store = store.expect("a new database opens");
        Self::new(Box::new(store), Some(folder))
    }

    /// Over a store of the caller's.
    pub fn over(store: Box<dyn Store>) -> Self {
        Self::new(store, None)
    }

    /// The engine behind the door, for what no request reaches.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    fn new(store: Box<dyn Store>, folder: Option<tempfile::TempDir>) -> Self {
        let clock = EngineClock::sandbox_of(&*store.reader()).expect("a new store can be read");
        let engine = Engine::start(store, clock).expect("the engine starts");
        let keys = Arc::new(KeyRing::new(vec![ApiKey::sandbox(), ApiKey::second_of_sandbox()]));
        let edge = Edge { random: || [7; 32], check_webhook_url: Arc::new(|_| Ok(())), metrics: None };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Self {
            runtime: runtime.expect("a runtime starts"),
            router: http_api::router(ApiState::new(engine.clone(), keys, edge)),
            engine,
            _folder: folder,
        }
    }
}

impl Drop for InProcessDoor {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

impl Door for InProcessDoor {
    fn call_with(&mut self, key: &str, method: &str, path: &str, kind: &str, body: &[u8]) -> (u16, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body.to_vec()));
        let request = match request {
            Ok(request) => request,
            Err(wrong) => return (0, Value::String(format!("{method} {path}: {wrong}"))),
        };
        let router = self.router.clone();
        self.runtime.block_on(async move {
            let Ok(response) = router.oneshot(request).await;
            let status = response.status().as_u16();
            match to_bytes(response.into_body(), usize::MAX).await {
                Ok(bytes) => (status, read(&bytes)),
                Err(wrong) => (0, Value::String(wrong.to_string())),
            }
        })
    }
}
