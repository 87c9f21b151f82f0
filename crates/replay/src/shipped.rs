//! Mappings that come with the program, by name: the files of `examples/pool`, as they stand there.

/// Names and texts, by name.
const MAPPINGS: [(&str, &str); 1] = [("olist", include_str!("../../../examples/pool/olist.toml"))];

/// The names.
pub fn names() -> impl Iterator<Item = &'static str> {
    MAPPINGS.into_iter().map(|(name, _)| name)
}

/// The text of a mapping; none where none has that name.
pub fn text(name: &str) -> Option<&'static str> {
    MAPPINGS.into_iter().find(|(known, _)| *known == name).map(|(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::PoolMapping;

    #[test]
    fn every_shipped_mapping_can_be_used() {
        for name in names() {
            let text = text(name).expect("it has a text");
            let read = PoolMapping::parse(text, name, None);
            assert!(read.is_ok(), "{name}: {:?}", read.err());
        }
        assert_eq!(text("no-such"), None);
    }
}
