//! A contact as it lies in a store: sealed for one customer of one shop (XChaCha20-Poly1305).
//!
//! Always holds: what was sealed opens only with its key, and only as what it is of whom it is; moved to another row it does
//! not. A sealed value is a byte of version, the key's id (8), the nonce (24), then the text and 16 bytes that prove it.

use crate::keys::{KeyId, Keys, MasterKey};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

/// Bytes of a nonce, drawn by chance for each value that is sealed.
pub const NONCE_BYTES: usize = 24;
const VERSION: u8 = 1;
const HEAD: usize = 1 + 8 + NONCE_BYTES;

/// Whose a contact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "two ids")]
pub struct Owner<'o> {
    pub shop: &'o str,
    pub customer: &'o str,
}

/// What is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum What {
    Phone,
    OpenId,
    Email,
    Address,
}

/// Why a sealed value does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It is too short, or of a version that is not known.
    #[error("this is no sealed contact")]
    Unknown,
    /// Its key is not in the key file.
    #[error("it was sealed with key {0}, which is not in the key file")]
    NoKey(KeyId),
    /// It is another customer's, or something else, or it was changed.
    #[error("it was sealed for another customer or as something else, or it is damaged")]
    NotTheirs,
    /// It is larger than any contact.
    #[error("it is larger than any contact")]
    TooLong,
}

/// Bytes of a text that is sealed: an e-mail address has 254.
const MOST_BYTES: usize = 1_024;

impl What {
    const fn byte(self) -> u8 {
        match self {
            Self::Phone => 1,
            Self::OpenId => 2,
            Self::Email => 3,
            Self::Address => 4,
        }
    }
}

/// What is proved along with the text. Each part has its length before it: two ids are never joined to one text.
fn bound(head: &[u8], owner: Owner<'_>, what: What) -> Vec<u8> {
    let mut bound = head.to_vec();
    bound.push(what.byte());
    for id in [owner.shop, owner.customer] {
        bound.extend_from_slice(&(id.len() as u64).to_le_bytes());
        bound.extend_from_slice(id.as_bytes());
    }
    bound
}

fn cipher(key: &MasterKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new((&*key.to_seal).into())
}

impl Keys {
    /// Seals a contact with the newest key. The nonce is drawn by chance, and never taken twice.
    pub fn seal(
        &self,
        owner: Owner<'_>,
        what: What,
        text: &str,
        nonce: [u8; NONCE_BYTES],
    ) -> Result<Vec<u8>, SealError> {
        if text.len() > MOST_BYTES {
            return Err(SealError::TooLong);
        }
        let mut sealed = vec![VERSION];
        sealed.extend_from_slice(&self.newest().id().0);
        sealed.extend_from_slice(&nonce);
        let aad = bound(&sealed, owner, what);
        let payload = Payload { msg: text.as_bytes(), aad: &aad };
        let told =
            cipher(self.newest()).encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::TooLong)?;
        sealed.extend_from_slice(&told);
        Ok(sealed)
    }

    /// Opens what was sealed, with whichever key it was.
    pub fn open(&self, owner: Owner<'_>, what: What, sealed: &[u8]) -> Result<Zeroizing<String>, SealError> {
        let (head, told) = sealed.split_at_checked(HEAD).ok_or(SealError::Unknown)?;
        let key = self.find(key_of(sealed)?).ok_or(SealError::NoKey(key_of(sealed)?))?;
        let nonce = XNonce::try_from(&head[9..]).map_err(|_| SealError::Unknown)?;
        let aad = bound(head, owner, what);
        let text = cipher(key).decrypt(&nonce, Payload { msg: told, aad: &aad });
        let text = text.map_err(|_| SealError::NotTheirs)?;
        String::from_utf8(text).map(Zeroizing::new).map_err(|_| SealError::NotTheirs)
    }

    /// Whether an older key sealed it, so that it is to be sealed anew.
    pub fn is_old(&self, sealed: &[u8]) -> Result<bool, SealError> {
        key_of(sealed).map(|id| id != self.newest().id())
    }
}

/// The key that a sealed value names.
fn key_of(sealed: &[u8]) -> Result<KeyId, SealError> {
    match sealed {
        [VERSION, rest @ ..] if rest.len() >= HEAD - 1 => {
            rest.first_chunk().map(|id| KeyId(*id)).ok_or(SealError::Unknown)
        }
        _ => Err(SealError::Unknown),
    }
}
