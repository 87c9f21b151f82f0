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
    /// Packs a value. A type that leaves fields out when it is written cannot be packed: a build with debug assertions,
    /// so every test, reads each value back and says so.
    pub fn pack<T: Serialize + DeserializeOwned>(&mut self, value: &T) -> Packed {
        let mut bytes = std::mem::take(&mut self.0);
        bytes.clear();
        // It refuses lists of unknown length alone, and nothing that is kept has one.
        self.0 = postcard::to_extend(value, bytes).expect("every list knows its length");
        debug_assert!(comes_back::<T>(&self.0), "{} leaves fields out", std::any::type_name::<T>());
        Packed(self.0.as_slice().into())
    }
}

fn comes_back<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> bool {
    let read = postcard::take_from_bytes::<T>(bytes);
    read.is_ok_and(|(value, rest)| {
        rest.is_empty() && postcard::to_extend(&value, Vec::new()).is_ok_and(|again| again == bytes)
    })
}

impl Packed {
    /// The value.
    pub fn unpack<T: DeserializeOwned>(&self) -> T {
        postcard::from_bytes(&self.0).expect("it was packed from a value of that type")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Serialize, Deserialize)]
    struct Shy {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first: Option<u8>,
        second: u8,
    }

    #[test]
    #[should_panic(expected = "Shy leaves fields out")]
    fn what_leaves_fields_out_is_not_packed() {
        Packer::default().pack(&Shy { first: None, second: 1 });
    }
}
