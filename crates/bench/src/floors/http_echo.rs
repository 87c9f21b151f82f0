//! A bare axum server: it parses a cart of five lines and answers a small priced JSON, nothing else.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Result;
use axum::{Json, Router, routing::post};
use serde::{Deserialize, Serialize};
use tokio::{net::TcpListener, runtime::Runtime};

/// Where the echo answers.
pub const PATH: &str = "/quotes";

/// A running server on loopback; dropping it stops it.
pub struct Echo {
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Echo {
    /// Starts on a free port with its own runtime of `threads` threads.
    pub fn start(threads: usize) -> Result<Self> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        let routes = Router::new().route(PATH, post(async |Json(cart)| Json(price(cart))));
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { address, runtime: Some(runtime) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The cart of [`crate::samples::cart`]; every field is parsed, so that our server parses no more than this.
#[derive(Deserialize)]
struct Cart {
    customer_id: String,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    line_id: String,
    sku: String,
    categories: Vec<String>,
    quantity: i64,
    unit_price: i64,
}

#[derive(Serialize)]
struct Quote {
    customer_id: String,
    payable: i64,
    lines: Vec<PricedLine>,
}

#[derive(Serialize)]
struct PricedLine {
    line_id: String,
    sku: String,
    categories: usize,
    payable: i64,
}

fn price(cart: Cart) -> Quote {
    let lines: Vec<PricedLine> = cart
        .lines
        .into_iter()
        .map(|line| PricedLine {
            payable: line.unit_price.saturating_mul(line.quantity),
            line_id: line.line_id,
            sku: line.sku,
            categories: line.categories.len(),
        })
        .collect();
    Quote { customer_id: cart.customer_id, payable: lines.iter().map(|line| line.payable).sum(), lines }
}
