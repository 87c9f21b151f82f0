-- What downloads could not say, by their sources, for the most part files (A-S4-25): ranks are final before the earliest
-- of it only. A row goes when nothing of its source is missing any more.
CREATE TABLE pool_gaps (
    shop_id TEXT NOT NULL,
    source  TEXT NOT NULL CHECK (source <> ''),
    doc     TEXT NOT NULL,
    PRIMARY KEY (shop_id, source)
) STRICT, WITHOUT ROWID;

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
