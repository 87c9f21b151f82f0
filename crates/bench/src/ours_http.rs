//! Our server, in this process on its own runtime, for the load generator.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use anyhow::Result;
use axum::serve::ListenerExt as _;
use engine::Engine;
use http_api::{ApiKey, ApiState, Edge, KeyRing};
use tokio::{net::TcpListener, runtime::Runtime};

/// The key that the requests carry.
pub const KEY_HEADER: &str = "Authorization: Bearer sandbox";

/// A running server; dropping it stops it.
pub struct Server {
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Server {
    /// Serves an engine on a free port with a runtime of `threads` threads.
    pub fn start(engine: Engine, threads: usize) -> Result<Self> {
        let edge = Edge { random: || [7; 32], check_webhook_url: Arc::new(|_| Ok(())), metrics: None };
        let keys = Arc::new(KeyRing::new(vec![ApiKey::sandbox()]));
        Self::start_with(ApiState::new(engine, keys, edge), threads)
    }

    /// The same of what it serves from.
    pub fn start_with(state: ApiState, threads: usize) -> Result<Self> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        let routes = http_api::service(state);
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { address, runtime: Some(runtime) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
