//! Why a mapping cannot be used.

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
