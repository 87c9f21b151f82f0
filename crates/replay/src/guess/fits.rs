//! Which shipped mappings read a file of these headings.

use crate::{pool::PoolMapping, shipped};

/// Shipped mappings of a pool with a table whose columns are all among the headings, by name, with the table; the one that
/// names most columns first. A mapping of several files fits by the file of one of its tables.
pub(super) fn fits(headings: &[&str]) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for known in shipped::ALL {
        // Every shipped mapping is read by a test.
        let Ok(mapping) = PoolMapping::parse(known.pool, known.name, None) else { continue };
        let table = mapping
            .columns()
            .find(|(_, columns)| columns.iter().all(|name| headings.contains(&tabular::name(name).as_str())));
        if let Some((table, columns)) = table {
            found.push((columns.len(), known.name, table.to_owned()));
        }
    }
    found.sort_by_key(|(columns, ..)| std::cmp::Reverse(*columns));
    found.into_iter().map(|(_, name, table)| (name, table)).collect()
}
