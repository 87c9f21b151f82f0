//! Cuts a page out of a table: rows strictly after a key, in key order, at most so many.

use port::Page;
use std::collections::BTreeMap;
use std::ops::Bound;

/// Rows after the page's key. `parse` reads a key and `text` writes it; text that is no key still
/// has its place in the order, which is then looked for row by row.
pub fn after<'t, K: Ord + Clone, V>(
    table: &'t BTreeMap<K, V>,
    page: &'t Page,
    parse: impl Fn(&str) -> Option<K>,
    text: impl Fn(&K) -> &str + 't,
) -> Box<dyn Iterator<Item = (&'t K, &'t V)> + 't> {
    let Some(last) = page.after.as_deref() else {
        return Box::new(table.iter());
    };
    match parse(last) {
        Some(key) => Box::new(table.range((Bound::Excluded(key), Bound::Unbounded))),
        None => Box::new(table.iter().skip_while(move |(key, _)| text(key) <= last)),
    }
}

/// A page's key of three parts, `a|b|c`; what is missing is empty. Only the third may hold a `|`.
pub fn three_parts(key: &str) -> (&str, &str, &str) {
    let mut parts = key.splitn(3, '|');
    let mut next = || parts.next().unwrap_or_default();
    (next(), next(), next())
}
