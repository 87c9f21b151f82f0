//! The keys: a file of 32 bytes for each, the newest first; from each master key one to seal with and one to hash with.
//!
//! Always holds: what was sealed names its key, so that a new one can be put before the others without losing anything; keys
//! are wiped from memory, and nothing here shows one.

use crate::Phone;
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;
/// Keys of one file: whoever changes them every year has room for a working life.
const MOST_KEYS: usize = 64;

// Each purpose has its own key: they are part of what is stored and never change.
const TO_SEAL: &str = "promenade 2026 contacts: seal";
const TO_HASH: &str = "promenade 2026 contacts: number key";
const TO_NAME: &str = "promenade 2026 contacts: key id";

/// Why a file holds no keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// It has no whole keys in it.
    #[error("a key file is 32 bytes for each key, the newest first; this one has {0}")]
    Size(usize),
    /// It has more of them than can be meant.
    #[error("a key file holds at most 64 keys; this one has {0}")]
    TooMany(usize),
    /// Some byte stands in all places of a key: nobody drew that by chance.
    #[error("key {0} of the file is no key drawn by chance")]
    Weak(usize),
    /// One stands there twice.
    #[error("key {0} of the file stands there twice")]
    Twice(usize),
}

/// Whether a file of that mode is its owner's alone (0600 or less), as one with keys has to be.
pub const fn is_private(mode: u32) -> bool {
    mode.trailing_zeros() >= 6
}

/// The name of a key, which says nothing about it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// A number's name for caps and for the matching of reports: whoever has it and not the key cannot tell the number, few
/// as there are of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NumberKey(pub [u8; 32]);

/// One master key with what comes from it.
pub struct MasterKey {
    id: KeyId,
    pub(crate) to_seal: Zeroizing<[u8; KEY_BYTES]>,
    to_hash: Zeroizing<[u8; KEY_BYTES]>,
}

impl MasterKey {
    /// The key of 32 bytes that were drawn by chance.
    pub fn new(master: &[u8; KEY_BYTES]) -> Self {
        let derived = |purpose: &str| Zeroizing::new(blake3::derive_key(purpose, master));
        let mut id = [0; 8];
        id.copy_from_slice(&derived(TO_NAME)[..8]);
        Self { id: KeyId(id), to_seal: derived(TO_SEAL), to_hash: derived(TO_HASH) }
    }

    /// Its name.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    fn number_key(&self, phone: &Phone) -> NumberKey {
        NumberKey(*blake3::keyed_hash(&self.to_hash, phone.e164().as_bytes()).as_bytes())
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

/// The keys of a server: the newest seals, all of them open.
#[derive(Debug)]
pub struct Keys {
    newest: MasterKey,
    older: Vec<MasterKey>,
}

impl Keys {
    /// The keys of a file's bytes.
    pub fn of_file(bytes: &[u8]) -> Result<Self, KeyFileError> {
        let (masters, rest) = bytes.as_chunks::<KEY_BYTES>();
        let [newest, older @ ..] = masters else { return Err(KeyFileError::Size(bytes.len())) };
        if !rest.is_empty() {
            return Err(KeyFileError::Size(bytes.len()));
        }
        if masters.len() > MOST_KEYS {
            return Err(KeyFileError::TooMany(masters.len()));
        }
        for (index, master) in masters.iter().enumerate() {
            if master.iter().all(|byte| *byte == master[0]) {
                return Err(KeyFileError::Weak(index + 1));
            }
            if masters[..index].contains(master) {
                return Err(KeyFileError::Twice(index + 1));
            }
        }
        Ok(Self { newest: MasterKey::new(newest), older: older.iter().map(MasterKey::new).collect() })
    }

    /// What a file holds once a new key is put before those that it has; an empty one gets its first.
    pub fn file_with(mut fresh: [u8; KEY_BYTES], bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
        let mut file = Zeroizing::new(Vec::with_capacity(KEY_BYTES + bytes.len()));
        file.extend_from_slice(&fresh);
        file.extend_from_slice(bytes);
        fresh.zeroize();
        Self::of_file(&file).map(|_| file)
    }

    /// The one that seals.
    pub const fn newest(&self) -> &MasterKey {
        &self.newest
    }

    /// The one of that name.
    pub fn find(&self, id: KeyId) -> Option<&MasterKey> {
        self.all().find(|key| key.id == id)
    }

    /// All of them, the newest first.
    pub fn all(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// A number's name under the newest key.
    pub fn number_key(&self, phone: &Phone) -> NumberKey {
        self.newest.number_key(phone)
    }

    /// Its names under every key, the newest first: what was counted or sent before a new key came is found by these.
    pub fn number_keys(&self, phone: &Phone) -> Vec<NumberKey> {
        self.all().map(|key| key.number_key(phone)).collect()
    }
}
