//! A set of a cart's lines, as bits.

/// Which lines a coupon works on, by their indexes under 512.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LineSet([u64; 8]);

impl LineSet {
    /// The set of these lines.
    pub(super) fn of(lines: &[u32]) -> Self {
        let mut set = Self::default();
        for line in lines {
            let word = *line as usize / 64;
            assert!(word < set.0.len(), "a cart has at most 500 lines");
            set.0[word] |= 1 << (line % 64);
        }
        set
    }

    /// Whether a line is in it.
    pub(super) const fn has(&self, line: u32) -> bool {
        self.0[line as usize / 64] >> (line % 64) & 1 == 1
    }

    /// Whether a line is in both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).any(|(a, b)| a & b != 0)
    }

    /// Whether every line of it is in the other.
    pub(super) fn within(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).all(|(a, b)| a & !b == 0)
    }
}
