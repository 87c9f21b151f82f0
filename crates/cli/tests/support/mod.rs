//! What the tests of the program share: running it, talking to it, and a shop to talk about.
//!
//! Everything happens in a temporary folder and on loopback; what was started is stopped when it
//! goes out of scope, by its own handle.
#![allow(dead_code, unused_imports, reason = "each test uses a part of it")]

pub mod client;
pub mod dice;
pub mod mail;
pub mod provider;
pub mod receiver;
pub mod server;
pub mod shop;

pub use client::{Answer, Client, Request};
pub use mail::MailServer;
pub use provider::Provider;
pub use server::{Server, finish, program, run};
