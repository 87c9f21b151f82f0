//! Limits of the edge, each with its reason.

/// Bytes of a request body; an ndjson batch of the largest size fits.
pub const BODY_BYTES: usize = 16 * 1024 * 1024;
/// Events of one request: a batch is one wait for the disk, and more would hold others up.
pub const BATCH_EVENTS: usize = 10_000;
/// Rows of an imported list: the largest scope twice over, so that duplicates can be reported.
pub const IMPORT_ROWS: usize = 40_000;
/// Rows of an import that one batch of inputs takes.
pub const IMPORT_STEP: usize = 1_000;
/// Coupons that one transaction makes void.
pub const VOID_STEP: usize = 500;
/// Coupons that one request makes void; the same request goes on with the rest.
pub const VOID_COUPONS: usize = 1_000_000;
/// Codes of one request.
pub const CODES: usize = 1_000_000;
/// Codes that one transaction makes.
pub const CODES_STEP: usize = 2_000;
/// Bytes of a typed code, with what was pasted along: 16 digits and their dashes are 19 letters, full-width ones of three
/// bytes or more.
pub const CODE_BYTES: usize = 256;
/// Rows of an export that are read at once.
pub const EXPORT_STEP: usize = 1_000;
/// Rows of a page.
pub const PAGE_ROWS: usize = 200;
/// Rows of a page when the client does not say.
pub const PAGE_DEFAULT: usize = 50;
/// Characters of an `Idempotency-Key`.
pub const IDEMPOTENCY_KEY: usize = 200;
/// Bytes of an event's id: it is the platform's own (A-G-11).
pub const EVENT_ID: usize = 128;
/// Bytes of an event's source, an address as `CloudEvents` has it.
pub const EVENT_SOURCE: usize = 200;
/// Orders that one request moves in the pool: a page of a screen, several times over.
pub const MOVED_ORDERS: usize = 1_000;
/// Downloaded orders of one request: as many as events.
pub const BATCH_ORDERS: usize = 10_000;
/// Bytes of a workbook that are sent at once.
pub const FILE_STEP: usize = 64 * 1024;
