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

/// Room to work in, kept between splits so that a split allocates nothing.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    /// Of the lines of a round with a remainder: what is missing from it to the largest there could be,
    /// and which line; the smallest get the left-over fen.
    remainders: Vec<(u64, u32)>,
}

/// Splits `total` over `lines` by their bases, floored, the rest by largest remainder, ties to the
/// lowest line; no share above its line's room, the overflow split again over the others, what nobody
/// can take is lost (A-G-5). Writes a share for each of `lines` into `shares` and says how much was
/// taken. Lines stand in the order of their ids, so the lowest is the one of the smallest id, whatever
/// order they came in. `no_resplit` keeps a capped line's overflow from going to the others (A-S1-6).
///
/// The same result as `money::apportion`, on plain integers and without allocating; a property test
/// holds the two together.
pub fn split(total: i64, lines: &[u32], slots: &[Slot], no_resplit: bool, shares: &mut Vec<i64>) -> i64 {
    split_in(&mut Scratch::default(), total, lines, slots, no_resplit, shares)
}

/// [`split`] in a room of the caller's.
pub fn split_in(
    scratch: &mut Scratch,
    total: i64,
    lines: &[u32],
    slots: &[Slot],
    no_resplit: bool,
    shares: &mut Vec<i64>,
) -> i64 {
    shares.clear();
    let mut parts = [0; FEW];
    if split_few(total, lines, slots, &mut parts) {
        shares.extend_from_slice(&parts[..lines.len()]);
        return total;
    }
    shares.resize(lines.len(), 0);
    let mut left = total;
    loop {
        let open =
            lines.iter().zip(&*shares).filter(|(line, share)| is_open(**share, slots[**line as usize]));
        let weight: i64 = open.map(|(line, _)| slots[*line as usize].base).sum();
        if left <= 0 || weight <= 0 {
            return total.max(0) - left.max(0);
        }
        let granted = spread(scratch, left, weight, lines, slots, shares);
        let capped = granted < left;
        left -= granted;
        if !capped || no_resplit {
            return total - left;
        }
    }
}

/// How many lines are few.
pub(crate) const FEW: usize = 8;

/// The split over few lines of which none is capped, as most are: all of it fits into registers. Writes
/// the parts and says whether it was as simple as that.
#[inline]
pub(crate) fn split_few(total: i64, lines: &[u32], slots: &[Slot], parts: &mut [i64; FEW]) -> bool {
    match lines.len() {
        1 => split_one(total, slots[lines[0] as usize], &mut parts[0]),
        2 => split_exactly::<2>(total, lines, slots, parts),
        3 => split_exactly::<3>(total, lines, slots, parts),
        4 => split_exactly::<4>(total, lines, slots, parts),
        5 => split_exactly::<5>(total, lines, slots, parts),
        6 => split_exactly::<6>(total, lines, slots, parts),
        7 => split_exactly::<7>(total, lines, slots, parts),
        8 => split_exactly::<8>(total, lines, slots, parts),
        _ => false,
    }
}

const fn split_one(total: i64, slot: Slot, part: &mut i64) -> bool {
    *part = total;
    slot.base > 0 && total > 0 && total <= slot.room
}

/// For a number of lines that the compiler knows: every loop is unrolled.
fn split_exactly<const N: usize>(total: i64, lines: &[u32], slots: &[Slot], parts: &mut [i64; FEW]) -> bool {
    let Ok(lines) = <[u32; N]>::try_from(lines) else { return false };
    let lines = lines.map(|line| slots[line as usize]);
    let bases = lines.map(|slot| if is_open(0, slot) { slot.base } else { 0 });
    let weight: i64 = bases.iter().sum();
    // Then no product with a line's base overflows either, and there is room beside a remainder.
    if total <= 0 || weight <= 0 || weight >= 1 << 60 || total.checked_mul(weight).is_none() {
        return false;
    }
    let proportion = Proportion::of(total, weight);
    let mut over = total;
    let mut remainders = [0_u64; N];
    for at in 0..N {
        (parts[at], remainders[at]) = proportion.small_part(bases[at]);
        over -= parts[at];
    }
    // There are more remainders than fen left over, so each fen goes to one that is not zero. Counting
    // how many stand before each, larger or as large and of an earlier line, takes no branch that depends
    // on the amounts.
    let mut before = [0_i64; N];
    for at in 0..N {
        for later in at + 1..N {
            let overtakes = i64::from(remainders[later] > remainders[at]);
            before[at] += overtakes;
            before[later] += 1 - overtakes;
        }
    }
    let mut capped = false;
    for at in 0..N {
        parts[at] += i64::from(before[at] < over);
        capped |= parts[at] > lines[at].room.max(0);
    }
    !capped
}

fn is_open(share: i64, slot: Slot) -> bool {
    slot.base > 0 && share < slot.room
}

/// One round over the lines that still have room. Says how much they took; less than `left` when a line
/// was capped.
fn spread(
    scratch: &mut Scratch,
    left: i64,
    weight: i64,
    lines: &[u32],
    slots: &[Slot],
    shares: &mut [i64],
) -> i64 {
    let proportion = Proportion::of(left, weight);
    let remainders = &mut scratch.remainders;
    remainders.clear();
    let mut over = left;
    for (at, line) in lines.iter().enumerate() {
        let slot = slots[*line as usize];
        if !is_open(shares[at], slot) {
            continue;
        }
        let (floor, remainder) = proportion.part(slot.base);
        over -= floor;
        shares[at] += floor;
        if remainder > 0 {
            // A cart has at most 500 lines.
            #[allow(clippy::cast_possible_truncation, reason = "a place among the lines of a cart")]
            remainders.push((u64::MAX - remainder, at as u32));
        }
    }
    // The remainders sum to `over * weight` and each is under `weight`: there are more of them than fen.
    let over = usize::try_from(over).unwrap_or_default();
    if over > 0 && over < remainders.len() {
        remainders.select_nth_unstable(over - 1);
    }
    for (_, at) in remainders.iter().take(over) {
        shares[*at as usize] += 1;
    }
    let mut granted = left;
    for (share, line) in shares.iter_mut().zip(lines) {
        let past = *share - slots[*line as usize].room.max(0);
        if past > 0 {
            *share -= past;
            granted -= past;
        }
    }
    granted
}

/// `left / weight` as a factor, with the division done once where the products fit 64 bits.
struct Proportion {
    left: i64,
    weight: u64,
    /// `(2^64 - 1) / weight`.
    inverse: u64,
}

impl Proportion {
    fn of(left: i64, weight: i64) -> Self {
        let weight = weight.unsigned_abs();
        Self { left, weight, inverse: u64::MAX / weight }
    }

    /// As [`Proportion::part`], where `left * base` fits 64 bits.
    fn small_part(&self, base: i64) -> (i64, u64) {
        let product = (self.left * base).unsigned_abs();
        // The estimate is at most one too low, because the product is under 2^63.
        let floor = u64::try_from((u128::from(product) * u128::from(self.inverse)) >> 64).unwrap_or(0);
        let remainder = product - floor * self.weight;
        let low = u64::from(remainder >= self.weight);
        let (floor, remainder) = (floor + low, remainder - low * self.weight);
        debug_assert!(remainder < self.weight, "a remainder is under what it remains of");
        (i64::try_from(floor).unwrap_or(self.left), remainder)
    }

    /// The floor of `left * base / weight`, and the remainder.
    fn part(&self, base: i64) -> (i64, u64) {
        if self.left.checked_mul(base).is_some() {
            return self.small_part(base);
        }
        let product = i128::from(self.left) * i128::from(base);
        let weight = i128::from(self.weight);
        let floor = i64::try_from(product / weight).unwrap_or(self.left);
        (floor, u64::try_from(product % weight).unwrap_or_default())
    }
}
