//! Where a scenario's requests go. Every door leads to the same API over an engine of its own.

mod http;
mod in_process;

pub use http::HttpDoor;
pub use in_process::InProcessDoor;

use serde_json::Value;

/// The key that a sandbox accepts.
pub const KEY: &str = "sandbox";
/// The one that stands for somebody else.
pub const SECOND_KEY: &str = "sandbox-2";

/// A way to the API.
pub trait Door {
    /// Sends a request; status and body of the answer. A body that is not JSON comes as a string.
    /// Status 0 means that there was no answer, and why.
    fn call(&mut self, method: &str, path: &str, content_type: &str, body: &[u8]) -> (u16, Value) {
        self.call_with(KEY, method, path, content_type, body)
    }
    /// The same with another key.
    fn call_with(&mut self, key: &str, method: &str, path: &str, kind: &str, body: &[u8]) -> (u16, Value);
}

/// A body as JSON, or as a string where it is none.
fn read(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()))
}
