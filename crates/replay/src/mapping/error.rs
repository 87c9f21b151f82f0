//! Why a mapping cannot be used.

use super::Wrong;

/// Characters of what is said of a mapping: its own text is in it, and may be long.
const SAID: usize = 300;

/// Why a mapping cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// The file cannot be read.
    #[error("{file}: {source}")]
    Open {
        /// The file as it was named.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// Neither a file nor a mapping that comes with the program.
    #[error("{name}: no such file, and no mapping of that name comes with the program; these do: {names}")]
    Unknown {
        /// What was named.
        name: String,
        /// The shipped mappings.
        names: String,
    },
    /// The shipped mapping is for a pool only.
    #[error("{name}: it comes without a mapping for a replay, because its export lacks what one needs")]
    NoReplay {
        /// The shipped mapping.
        name: String,
    },
    /// The file is not TOML, or a key in it is unknown, missing or of the wrong type.
    #[error("{file}: {message}")]
    Syntax {
        /// The file as it was named.
        file: String,
        /// Line, column and the key.
        message: String,
    },
    /// A key is there and readable, but says something that cannot be.
    #[error("{file}: {field}: {message}")]
    Field {
        /// The file as it was named.
        file: String,
        /// The key, such as `order.id`.
        field: String,
        /// What is wrong and what would do.
        message: String,
    },
}

impl MappingError {
    /// What the reader of TOML says, without the line that it quotes where that is long.
    pub(crate) fn syntax(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let mut message = error.to_string();
        if message.chars().count() > SAID {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = 1 + before.matches('\n').count();
            message = format!("line {line}: {}", error.message());
        }
        Self::Syntax { file: file.to_owned(), message: cut(message) }
    }

    pub(crate) fn field(file: &str, wrong: Wrong) -> Self {
        Self::Field { file: file.to_owned(), field: cut(wrong.field), message: cut(wrong.message) }
    }
}

/// What is said, up to [`SAID`] characters of it.
fn cut(mut said: String) -> String {
    if let Some((end, _)) = said.char_indices().nth(SAID) {
        said.truncate(end);
        said.push_str("...");
    }
    said
}
