-- Imports of downloaded orders on a running server: where each stands, and what came of it. The files that were
-- uploaded lie beside the database until the import has ended; those that are open are looked for at each start.

CREATE TABLE imports (
    shop_id     TEXT NOT NULL,
    import_id   TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state <> ''),
    created_at  INTEGER NOT NULL,
    finished_at INTEGER,
    doc         TEXT NOT NULL,
    PRIMARY KEY (shop_id, import_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX imports_open ON imports (shop_id, import_id) WHERE finished_at IS NULL;
