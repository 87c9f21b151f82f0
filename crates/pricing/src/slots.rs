//! Where every line stands between two steps: what counts toward thresholds and what may still come off.

/// A line between two steps, in minor units. `i64` arithmetic on checked inputs: a cart's sums stay
/// under 5e14.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// What counts toward thresholds and as the weight of a share: the price after earlier steps; of a
    /// presale line deposit + balance (A-S1-6).
    pub base: i64,
    /// What may still come off: the price after earlier steps above the price floor; of a presale line
    /// no more than its balance (A-S1-5).
    pub room: i64,
}

impl Slot {
    /// Takes a share off; the caller has kept it within `room`.
    pub const fn take(&mut self, share: i64) {
        self.base -= share;
        self.room -= share;
    }
}

/// Splits `total` over `lines` by their bases, floored, the rest by largest remainder, ties to the
/// lowest line; no share above its line's room, the overflow split again over the others, what nobody
/// can take is lost (A-G-5). Writes a share for each of `lines` into `shares` and says how much was
/// taken. `no_resplit` keeps a capped line's overflow from going to the others (A-S1-6).
///
/// The same result as `money::apportion`, on plain integers and without allocating; a property test
/// holds the two together.
pub fn split(total: i64, lines: &[u32], slots: &[Slot], no_resplit: bool, shares: &mut Vec<i64>) -> i64 {
    shares.clear();
    shares.resize(lines.len(), 0);
    let mut left = total;
    loop {
        let open = |i: usize| shares_open(shares[i], slots[lines[i] as usize]);
        let weight: i64 = (0..lines.len()).filter(|i| open(*i)).map(|i| slots[lines[i] as usize].base).sum();
        if left <= 0 || weight <= 0 {
            return total - left.max(0);
        }
        let capped = spread(left, weight, lines, slots, shares);
        let taken: i64 = shares.iter().sum();
        left = total - taken;
        if !capped || no_resplit {
            return taken;
        }
    }
}

fn shares_open(share: i64, slot: Slot) -> bool {
    slot.base > 0 && share < slot.room
}

/// One round over the lines that still have room. Says whether a line was capped.
fn spread(left: i64, weight: i64, lines: &[u32], slots: &[Slot], shares: &mut [i64]) -> bool {
    let open: Vec<bool> =
        lines.iter().zip(&*shares).map(|(line, share)| shares_open(*share, slots[*line as usize])).collect();
    let mut given = 0;
    let mut remainders: Vec<(i128, usize)> = Vec::new();
    let mut capped = false;
    for (i, line) in lines.iter().enumerate().filter(|(i, _)| open[*i]) {
        let slot = slots[*line as usize];
        let product = i128::from(left) * i128::from(slot.base);
        let floor = i64::try_from(product / i128::from(weight)).unwrap_or(left);
        given += floor;
        remainders.push((product % i128::from(weight), i));
        shares[i] += floor;
    }
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, i) in remainders.iter().take(usize::try_from(left - given).unwrap_or_default()) {
        shares[*i] += 1;
    }
    for (i, line) in lines.iter().enumerate() {
        let room = slots[*line as usize].room;
        if shares[i] > room {
            shares[i] = room;
            capped = true;
        }
    }
    capped
}
