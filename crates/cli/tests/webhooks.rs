//! What leaves the program: webhooks to receivers on loopback, and messages to a file of JSON lines.

mod support;

#[path = "webhooks/addresses.rs"]
mod addresses;
#[path = "webhooks/deliveries.rs"]
mod deliveries;
#[path = "webhooks/fairness.rs"]
mod fairness;
#[path = "webhooks/mail.rs"]
mod mail;
#[path = "webhooks/messages.rs"]
mod messages;
#[path = "webhooks/providers.rs"]
mod providers;
#[path = "webhooks/secrets.rs"]
mod secrets;

use serde_json::{Value, json};
use std::path::Path;
use support::{Client, Request, Server, shop};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// A sandbox that may send webhooks to this machine, with further arguments.
fn serve(folder: &Path, more: &[&str]) -> Server {
    let allowed = ["--sandbox", "--webhook-allow", "127.0.0.1", "--webhook-allow-http"];
    Server::start(folder, &[&["--store", "sqlite:shop.db"], &allowed[..], more].concat())
}

/// Registers a receiver for these types, all when there are none; the answer with its secret.
fn register(client: &mut Client, url: &str, types: &[&str]) -> Value {
    let hook = json!({ "url": url, "types": types });
    client.call(&Request::post(shop::path("webhooks"), &hook)).expect(201)
}

/// Places orders at ten o'clock and lets their coupons be shown.
fn place(client: &mut Client, orders: &[&str]) {
    let placed = orders.iter().map(|order| shop::placed(order, &order.replace('o', "u"), shop::TEN));
    shop::tell(client, &placed.collect::<Vec<_>>());
    client.call(&shop::clock(shop::TEN + shop::TRIGGER)).expect(200);
}
