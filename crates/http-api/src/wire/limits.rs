//! Limits of the edge, each with its reason.

/// Bytes of a request body where the address says nothing else: one thing and its names.
pub const BODY_BYTES: usize = 64 * 1024;
/// Bytes of a body with lists in it: a cart with its facts, terms with the largest scope, a page of orders to move.
pub const LISTS: usize = 4 * 1024 * 1024;
/// Bytes of a batch or a file: an ndjson batch of the largest size fits.
pub const BATCH: usize = 16 * 1024 * 1024;
/// Bytes of all bodies that are in memory at once: requests beyond it are refused, the newest first.
pub const BODIES_BYTES: usize = 256 * 1024 * 1024;
/// Bytes of them that are kept for the first [`READ_AT_ONCE`] of each body.
pub const SMALL_BODIES_BYTES: usize = 32 * 1024 * 1024;
/// Files that one key is sent at once; each holds what its client has not taken yet.
pub const FILES_OF_A_KEY: usize = 16;
/// Bytes of one key's bodies in memory: four batches, so that no key takes everybody's room.
pub const BODIES_OF_A_KEY: usize = 64 * 1024 * 1024;
/// Bytes of a body that is read where it arrives; a larger one is read apart, so that it holds up nobody.
pub const READ_AT_ONCE: usize = 64 * 1024;
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
