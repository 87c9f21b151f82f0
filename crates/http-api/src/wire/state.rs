//! What handlers share: the engine, the keys, the shops' zones, and what only the outside can give.

use crate::import::queue::{Imports, KeptIn};
use crate::import::work;
use crate::reward::kept::Kept;
use crate::wire::keys::KeyRing;
use crate::wire::problem::Problem;
use crate::wire::provider::Callbacks;
use crate::wire::share::Shares;
use domain::{ShopId, shop::Shop};
use engine::Engine;
use metrics_exporter_prometheus::PrometheusHandle;
use port::{Read, Reader, StoreError};
use preview::Quoting;
use std::collections::HashMap;
use std::num::NonZeroU32;
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
    /// What each key may take of the service.
    pub shares: Arc<Shares>,
    /// Whether figures are shown to keys of the platform only.
    pub hides_metrics: bool,
    /// Imports that wait or run.
    pub imports: Arc<Imports>,
    /// What contacts are sealed with, where any are kept.
    pub contacts: Option<Arc<contacts::Keys>>,
    /// How providers call back, where they do.
    pub callbacks: Option<Arc<Callbacks>>,
    /// What is kept of campaigns that draw.
    pub draws: Arc<Kept>,
    shops: Arc<RwLock<HashMap<ShopId, Arc<Shop>>>>,
}

impl ApiState {
    /// A state around a running engine.
    pub fn new(engine: Engine, keys: Arc<KeyRing>, edge: Edge) -> Self {
        let quoting = Quoting::new(engine.reader().clone(), engine.generations().clone());
        let imports = Imports::passing(engine.clone(), work::run);
        let (quoting, shares, shops) = (Arc::new(quoting), Arc::default(), Arc::default());
        Self {
            engine,
            keys,
            edge,
            quoting,
            shares,
            hides_metrics: false,
            imports,
            contacts: None,
            callbacks: None,
            draws: Arc::default(),
            shops,
        }
    }

    /// The same with so many requests a second for each key; any number without one.
    pub fn with_rate(self, rate: Option<NonZeroU32>) -> Self {
        Self { shares: Arc::new(Shares::new(rate)), ..self }
    }

    /// The same with figures that only keys of the platform are shown.
    pub fn hiding_metrics(self, hides_metrics: bool) -> Self {
        Self { hides_metrics, ..self }
    }

    /// The same with uploads that outlive the process: imports that it left off go on.
    pub fn keeping_imports(self, kept: KeptIn) -> Result<Self, StoreError> {
        let imports = Imports::open(self.engine.clone(), work::run, kept)?;
        Ok(Self { imports, ..self })
    }

    /// The same with keys that contacts are sealed with.
    pub fn with_contacts(self, contacts: Option<Arc<contacts::Keys>>) -> Self {
        Self { contacts, ..self }
    }

    /// The same with providers that call back.
    pub fn with_callbacks(self, callbacks: Option<Callbacks>) -> Self {
        Self { callbacks: callbacks.map(Arc::new), ..self }
    }

    /// Reads what is committed. The one door to the reader: handlers do not ask it themselves.
    pub async fn read<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn Reader) -> Read<T> + Send + 'static,
    ) -> Read<T> {
        let reader = self.engine.reader().clone();
        self.look(move || ask(&*reader)).await
    }

    /// The same for what holds a reader itself: here where the store is in this process, for then it answers at
    /// once; else from a thread that may wait, so that others are answered meanwhile.
    pub async fn look<T, E>(&self, look: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        if self.engine.reader().is_local() {
            return look();
        }
        match tokio::task::spawn_blocking(look).await {
            Ok(answer) => answer,
            // It ends as it would have ended here.
            Err(broken) => std::panic::resume_unwind(broken.into_panic()),
        }
    }

    /// A shop's settings, from memory after the first time: every answer formats times in its zone.
    pub async fn shop(&self, id: &ShopId) -> Result<Arc<Shop>, Problem> {
        if let Some(shop) = self.kept_shop(id) {
            return Ok(shop);
        }
        let asked = id.clone();
        let found = self.read(move |reader| reader.shop(&asked)).await?;
        let shop = found.ok_or_else(|| Problem::not_found(format!("no shop {id}")))?;
        self.keep_shop(shop.clone());
        Ok(shop)
    }

    fn kept_shop(&self, id: &ShopId) -> Option<Arc<Shop>> {
        let shops = self.shops.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        shops.get(id).cloned()
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

#[cfg(test)]
mod tests {
    use super::*;
    use engine::EngineClock;
    use port::{Store, StoreErrorKind};
    use std::thread;
    use store_memory::MemoryStore;

    fn state_on(store: MemoryStore) -> ApiState {
        let clock = EngineClock::sandbox_of(&*store.reader()).expect("it can be read");
        let engine = Engine::start(Box::new(store), clock).expect("it starts");
        let edge = Edge { random: || [7; 32], check_webhook_url: Arc::new(|_| Ok(())), metrics: None };
        ApiState::new(engine, Arc::new(KeyRing::default()), edge)
    }

    /// A store of this process is read where the question stands, another from a thread that may wait.
    #[tokio::test]
    async fn a_store_elsewhere_is_read_away_from_the_runtime() {
        for (store, is_here) in [(MemoryStore::new(), true), (MemoryStore::elsewhere(), false)] {
            let state = state_on(store);
            let asked_on = state.read(|_| Ok(thread::current().id())).await.expect("it is read");
            assert_eq!(asked_on == thread::current().id(), is_here);
            let missing = StoreError::new(StoreErrorKind::Other, "no such row");
            let failed = state.read(|_| Read::<()>::Err(missing)).await.expect_err("the error comes through");
            assert_eq!(failed.message, "no such row");
            state.engine.stop();
        }
    }

    /// What panics there ends as it would here, and not in silence.
    #[tokio::test]
    #[should_panic(expected = "a broken invariant")]
    async fn a_panic_comes_through_the_door() {
        let state = state_on(MemoryStore::elsewhere());
        let _ = state.look(|| -> Read<()> { panic!("a broken invariant") }).await;
    }
}
