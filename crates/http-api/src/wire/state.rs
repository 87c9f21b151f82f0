//! What handlers share: the engine, the keys, the shops' zones, and what only the outside can give.

use crate::wire::keys::KeyRing;
use crate::wire::problem::Problem;
use domain::{ShopId, shop::Shop};
use engine::Engine;
use metrics_exporter_prometheus::PrometheusHandle;
use preview::Quoting;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

/// Checks an address; a stable code and a sentence when it is refused.
pub type UrlCheck = dyn Fn(&str) -> Result<(), (&'static str, String)> + Send + Sync;

/// What only the program that runs the API can give.
#[derive(Clone)]
pub struct Edge {
    /// 32 random bytes of the operating system.
    pub random: fn() -> [u8; 32],
    /// Whether a webhook may be sent to that address; the code and sentence when not.
    pub check_webhook_url: Arc<UrlCheck>,
    /// Figures for Prometheus.
    pub metrics: Option<PrometheusHandle>,
}

/// Shared by all handlers.
#[derive(Clone)]
pub struct ApiState {
    /// The engine.
    pub engine: Engine,
    /// The keys in force.
    pub keys: Arc<KeyRing>,
    /// What the outside gives.
    pub edge: Edge,
    /// Prices carts by what is committed.
    pub quoting: Arc<Quoting>,
    shops: Arc<RwLock<HashMap<ShopId, Arc<Shop>>>>,
}

impl ApiState {
    /// A state around a running engine.
    pub fn new(engine: Engine, keys: Arc<KeyRing>, edge: Edge) -> Self {
        let quoting = Quoting::new(engine.reader().clone(), engine.generations().clone());
        Self { engine, keys, edge, quoting: Arc::new(quoting), shops: Arc::default() }
    }

    /// A shop's settings, from memory after the first time: every answer formats times in its zone.
    pub fn shop(&self, id: &ShopId) -> Result<Arc<Shop>, Problem> {
        let shops = self.shops.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(shop) = shops.get(id) {
            return Ok(shop.clone());
        }
        drop(shops);
        let found = self.engine.reader().shop(id)?;
        let shop = found.ok_or_else(|| Problem::not_found(format!("no shop {id}")))?;
        self.keep_shop(shop.clone());
        Ok(shop)
    }

    /// Remembers changed settings.
    pub fn keep_shop(&self, shop: Arc<Shop>) {
        let mut shops = self.shops.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        shops.insert(shop.shop_id.clone(), shop);
    }
}

/// The engine answered something that the route does not expect: our mistake.
pub fn unexpected(reply: &engine::Reply) -> Problem {
    engine::EngineError::Internal(format!("an answer of another kind: {reply:?}")).into()
}
