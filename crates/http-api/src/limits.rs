//! Limits of the edge, each with its reason.

/// Bytes of a request body; an ndjson batch of the largest size fits.
pub const BODY_BYTES: usize = 16 * 1024 * 1024;
/// Events of one request: a batch is one wait for the disk, and more would hold others up.
pub const BATCH_EVENTS: usize = 10_000;
/// Rows of an imported list: the largest scope twice over, so that duplicates can be reported.
pub const IMPORT_ROWS: usize = 40_000;
/// Rows of a page.
pub const PAGE_ROWS: usize = 200;
/// Rows of a page when the client does not say.
pub const PAGE_DEFAULT: usize = 50;
/// Characters of an `Idempotency-Key`.
pub const IDEMPOTENCY_KEY: usize = 200;
/// Characters of an event's source and of its id.
pub const EVENT_NAME: usize = 200;
