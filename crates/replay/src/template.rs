//! Templates: `"{orders.order_id}:{items.seller_id|8}"`.
//!
//! Braces name a column as `table.column`; after it, each set off by a bar, a number keeps that many
//! first characters and `map:name` looks the value up in `[maps.name]`. `{{` and `}}` are braces.
//!
//! What always holds: a template with an empty column is empty as a whole, so that half an id is
//! never taken for an id.

use std::{collections::BTreeMap, sync::Arc};

/// The key in a value map that stands for every other value.
pub(crate) const ANY: &str = "*";
/// What a map makes of a state of which the mapping says that it does not know it.
pub(crate) const UNKNOWN: &str = "unknown";

/// A part of a template as it was written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part<'t> {
    Text(String),
    Cell { table: &'t str, column: &'t str, filters: Vec<Filter<'t>> },
}

/// What happens to a value on its way.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Filter<'t> {
    First(usize),
    Map(&'t str),
}

/// A map of values by name.
pub(crate) type ValueMap = Arc<BTreeMap<String, String>>;

/// Cuts a template into its parts, or says what is wrong with it.
pub(crate) fn parse(text: &str) -> Result<Vec<Part<'_>>, String> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        if let Some(after) = from.strip_prefix("{{") {
            plain.push('{');
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            plain.push('}');
            rest = after;
        } else if let Some(after) = from.strip_prefix('{') {
            let (inside, after) =
                after.split_once('}').ok_or_else(|| format!("`{text}` has a brace that is not closed"))?;
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(cell(inside)?);
            rest = after;
        } else {
            return Err(format!("`{text}` closes a brace that was not opened"));
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    Ok(parts)
}

fn cell(inside: &str) -> Result<Part<'_>, String> {
    let mut words = inside.split('|').map(str::trim);
    let name = words.next().unwrap_or_default();
    let (table, column) =
        name.split_once('.').ok_or_else(|| format!("`{{{inside}}}` is not written {{table.column}}"))?;
    let filters = words.map(filter).collect::<Result<_, _>>()?;
    Ok(Part::Cell { table, column, filters })
}

fn filter(word: &str) -> Result<Filter<'_>, String> {
    if let Some(name) = word.strip_prefix("map:") {
        return Ok(Filter::Map(name.trim()));
    }
    match word.parse() {
        Ok(count) if (1..=64).contains(&count) => Ok(Filter::First(count)),
        _ => Err(format!("`|{word}` is neither a number of characters from 1 to 64 nor `map:name`")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn parts_filters_and_braces() {
        let cell = |table, column, filters| Part::Cell { table, column, filters };
        assert_eq!(
            parse("{orders.order_id}:{items.seller_id|8}").unwrap(),
            [
                cell("orders", "order_id", vec![]),
                Part::Text(":".into()),
                cell("items", "seller_id", vec![Filter::First(8)]),
            ]
        );
        assert_eq!(
            parse("{p.type | map:method | 3}").unwrap(),
            [cell("p", "type", vec![Filter::Map("method"), Filter::First(3)])]
        );
        assert_eq!(parse("app").unwrap(), [Part::Text("app".into())]);
        assert_eq!(parse("{{x}}").unwrap(), [Part::Text("{x}".into())]);
        assert_eq!(parse("").unwrap(), []);
    }

    #[test]
    fn what_is_no_template_is_said() {
        for (text, said) in [
            ("{a.b", "not closed"),
            ("a.b}", "not opened"),
            ("{ab}", "{table.column}"),
            ("{a.b|0}", "1 to 64"),
            ("{a.b|65}", "1 to 64"),
            ("{a.b|upper}", "`|upper`"),
        ] {
            let found = parse(text).unwrap_err();
            assert!(found.contains(said), "{text}: {found}");
        }
    }
}
