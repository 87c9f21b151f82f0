//! The chain of hashes that binds a campaign's notice and every play, in their order (A-S2-16).
//!
//! Always holds: a head stands for everything before it. Whoever noted one can tell later that nothing of it was changed,
//! dropped, added or moved.

use crate::hash::Hash;

/// SHA-256 of a notice's text.
pub fn notice_hash(text: &str) -> Hash {
    Hash::of(&[text.as_bytes()])
}

/// The first head: the campaign, what is published of its seed, and its notice.
pub fn first_head(campaign: &str, commit: &Hash, notice: &Hash) -> Hash {
    let text = format!("promenade-chain-v1\n{campaign}\n{commit}\n{notice}");
    Hash::of(&[text.as_bytes()])
}

/// What a play adds to the chain.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    /// Which play of the campaign, from 1 on.
    pub n: u64,
    /// Whose chance it is.
    pub chance: &'a str,
    /// What neither side chose.
    pub entropy: &'a str,
    /// The number that was drawn.
    pub r: u64,
    /// The prize that was given for it.
    pub prize_id: &'a str,
}

/// The head after a play.
pub fn after_play(head: &Hash, link: &Link<'_>) -> Hash {
    let Link { n, chance, entropy, r, prize_id } = link;
    let (n, r) = (n.to_string(), r.to_string());
    let end = b"\n".as_slice();
    Hash::of(&[
        head.bytes(),
        end,
        n.as_bytes(),
        end,
        chance.as_bytes(),
        end,
        entropy.as_bytes(),
        end,
        r.as_bytes(),
        end,
        prize_id.as_bytes(),
    ])
}

/// The head after a notice that changed, or stock that was added: a link of its own between plays.
pub fn after_notice(head: &Hash, notice: &Hash) -> Hash {
    Hash::of(&[head.bytes(), b"\nnotice\n", notice.to_string().as_bytes()])
}
