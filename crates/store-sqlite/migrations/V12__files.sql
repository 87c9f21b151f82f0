-- What downloads could not say, by their sources, for the most part files (A-S4-25): ranks are final before the earliest
-- of it only. A row goes when nothing of its source is missing any more.
CREATE TABLE pool_gaps (
    shop_id TEXT NOT NULL,
    source  TEXT NOT NULL CHECK (source <> ''),
    doc     TEXT NOT NULL,
    PRIMARY KEY (shop_id, source)
) STRICT, WITHOUT ROWID;
