//! The few shapes in which statements are run: one row by its key, keys in a batch, a page of a list.

use crate::error::Doing;
use port::{Page, StoreError};
use rusqlite::{Connection, Params, Row, Statement};

/// The first row, read.
pub fn first<T>(
    statement: &mut Statement<'_>,
    parameters: impl Params,
    what: &str,
    read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut rows = statement.query(parameters).doing(what)?;
    rows.next().doing(what)?.map(read).transpose()
}

/// The one row of a query.
pub fn one<T>(
    db: &Connection,
    sql: &str,
    parameters: impl Params,
    what: &str,
    read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut statement = db.prepare_cached(sql).doing(what)?;
    first(&mut statement, parameters, what, read)
}

/// All rows of a query.
pub fn all<T>(
    db: &Connection,
    sql: &str,
    parameters: impl Params,
    what: &str,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = db.prepare_cached(sql).doing(what)?;
    let mut rows = statement.query(parameters).doing(what)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().doing(what)? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// Reads for every key, in the order of the keys on disk, so that neighbours are read together; the
/// answers are in the order of the keys given.
pub fn each<K: Ord, T>(
    keys: &[K],
    mut read: impl FnMut(&K) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    if keys.is_sorted() {
        return keys.iter().map(read).collect();
    }
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_unstable_by(|a, b| keys[*a].cmp(&keys[*b]));
    let mut found: Vec<Option<T>> = keys.iter().map(|_| None).collect();
    for index in order {
        found[index] = Some(read(&keys[index])?);
    }
    Ok(found.into_iter().flatten().collect())
}

/// The key after which a page begins; no key of ours is empty.
pub fn after(page: &Page) -> &str {
    page.after.as_deref().unwrap_or_default()
}

/// How many rows to read at most.
pub fn at_most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A page's key of three parts, `a|b|c`; what is missing is empty. Only the third may hold a `|`.
pub fn three_parts(key: &str) -> (&str, &str, &str) {
    let mut parts = key.splitn(3, '|');
    let mut next = || parts.next().unwrap_or_default();
    (next(), next(), next())
}
