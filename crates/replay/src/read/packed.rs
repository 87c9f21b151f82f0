//! What is kept of many rows at once, packed: numbers in as few bytes as they need, texts without room to grow.
//!
//! What always holds: what is unpacked is what was packed. It never leaves the process, so its form is nobody's business.

use serde::{Serialize, de::DeserializeOwned};

/// A packed value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Packed(Box<[u8]>);

/// Packs values; its room is used again for the next one.
#[derive(Debug, Default)]
pub(crate) struct Packer(Vec<u8>);

impl Packer {
    /// Packs a value.
    pub fn pack<T: Serialize + ?Sized>(&mut self, value: &T) -> Packed {
        let mut bytes = std::mem::take(&mut self.0);
        bytes.clear();
        // It refuses lists of unknown length alone, and nothing that is kept has one.
        self.0 = postcard::to_extend(value, bytes).expect("every list knows its length");
        Packed(self.0.as_slice().into())
    }
}

impl Packed {
    /// The value.
    pub fn unpack<T: DeserializeOwned>(&self) -> T {
        postcard::from_bytes(&self.0).expect("it was packed from a value of that type")
    }
}
