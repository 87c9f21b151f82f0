//! Encodings, and text from bytes in blocks.
//!
//! What always holds: what cannot be decoded leaves [`DAMAGE`] in its place and takes no separator, quote or line end
//! along.

use encoding_rs::DecoderResult;
use std::fmt;

/// Stands for bytes that are no text: a code point that the standard keeps for no character.
pub(crate) const DAMAGE: char = '\u{ffff}';

/// An encoding of text, by a label of the WHATWG Encoding Standard.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Encoding(pub(crate) &'static encoding_rs::Encoding);

impl Encoding {
    /// UTF-8.
    pub const UTF_8: Self = Self(encoding_rs::UTF_8);
    /// GB18030, which holds GBK and GB2312.
    pub const GB18030: Self = Self(encoding_rs::GB18030);

    /// The encoding of a label: `utf-8`, `gb18030`, `gbk`, `big5`, `shift_jis`, `windows-1252`, `utf-16le`.
    pub fn find(label: &str) -> Option<Self> {
        let found = encoding_rs::Encoding::for_label(label.trim().as_bytes())?;
        (found != encoding_rs::REPLACEMENT && found != encoding_rs::X_USER_DEFINED).then_some(Self(found))
    }

    /// Its name in small letters: `utf-8`, `gb18030`.
    pub fn name(self) -> String {
        self.0.name().to_ascii_lowercase()
    }
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

/// Decodes bytes as they come.
pub(crate) struct Decoder {
    decoder: encoding_rs::Decoder,
    /// How many places were no text so far.
    pub errors: u64,
}

impl Decoder {
    /// A byte order mark at the start is no part of the text.
    pub fn new(encoding: Encoding) -> Self {
        Self { decoder: encoding.0.new_decoder_with_bom_removal(), errors: 0 }
    }

    /// Adds the text of the bytes; `is_last` when no more come.
    pub fn add(&mut self, mut bytes: &[u8], is_last: bool, to: &mut String) {
        loop {
            let most = self.decoder.max_utf8_buffer_length_without_replacement(bytes.len());
            to.reserve(most.unwrap_or(bytes.len() * 3 + 16));
            let (result, read) = self.decoder.decode_to_string_without_replacement(bytes, to, is_last);
            bytes = &bytes[read..];
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    self.errors += 1;
                    to.push(DAMAGE);
                }
            }
        }
    }
}
