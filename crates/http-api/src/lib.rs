//! The HTTP API: it reads requests, asks the engine, and writes answers. No rule lives here.
//!
//! Always holds: every failure is a problem document with a stable code; a request outside its
//! key's shop is answered as if the thing did not exist; bodies, batches and pages are bounded.

mod campaign;
mod coupon;
mod docs;
mod event;
mod import;
mod message;
mod order;
mod pool;
mod quote;
mod reward;
mod service;
mod shop;
mod sprint;
mod wire;

pub use docs::openapi;
pub use import::queue::{Imports, KeptIn};
pub use message::told::store as store_told;
pub use wire::extract::BodyEnded;
pub use wire::keys::{ApiKey, KeyRing, Scope};
pub use wire::problem::Problem;
pub use wire::provider::{Callbacks, Caller as CallbackCaller, Peer};
pub use wire::state::{ApiState, Edge};

use axum::routing::IntoMakeService;
use axum::{Extension, Router};
use tower_http::catch_panic::CatchPanicLayer;
use wire::{problem, query};

/// The whole service, to be served. Made once: a [`Router`] handed to `axum::serve` as it is would be made
/// anew for every connection, with every route and document in it.
pub fn service(state: ApiState) -> IntoMakeService<Router> {
    router(state).into_make_service()
}

/// The whole service: API, health, metrics, documents. For calls without a listener; see [`service`].
pub fn router(state: ApiState) -> Router {
    let (routes, document) = docs::routes().split_for_parts();
    let known = query::Known::of(&document);
    Router::new()
        .merge(routes)
        .merge(docs::pages(document))
        .fallback(problem::unknown_route)
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(Extension(known))
        .layer(axum::middleware::from_fn(service::observe))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .with_state(state)
}
