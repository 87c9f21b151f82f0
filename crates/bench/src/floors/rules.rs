//! The bare loop over promotions: plain structs, plain integers, no names, no reasons, no limits.
//!
//! Ported in spirit from the shared harness (`rules_floor`): once over every promotion in the order of
//! priorities, and once over those that bitsets by category, segment and threshold leave. Shares are
//! rounded cumulatively, which is less work than by largest remainder.

/// What a promotion does; `value` is fen or hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum BareKind {
    OrderFixed,
    OrderPercent,
    CategoryFixed,
    CategoryPercent,
}

/// A promotion.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the words say it")]
pub struct BarePromotion {
    pub kind: BareKind,
    pub category: u32,
    pub segment: u32,
    pub threshold: i64,
    pub value: i64,
}

/// A cart of at most eight lines.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the words say it")]
pub struct BareCart {
    pub segment: u32,
    pub lines: usize,
    pub categories: [u32; 8],
    pub subtotals: [i64; 8],
}

#[derive(Debug, Clone, Copy)]
struct Share {
    promotion: u32,
    line: u32,
    amount: i64,
}

/// Where an evaluation stands.
#[derive(Debug)]
struct Standing {
    left: [i64; 8],
    total: i64,
}

/// Promotions, their bitsets, and room to work in.
#[derive(Debug)]
pub struct BareLoop {
    promotions: Vec<BarePromotion>,
    by_category: Vec<Vec<u64>>,
    by_segment: Vec<Vec<u64>>,
    by_threshold: Vec<(i64, Vec<u64>)>,
    candidates: Vec<u64>,
    shares: Vec<Share>,
}

impl BareLoop {
    /// Indexes promotions over so many categories and segments.
    pub fn new(promotions: Vec<BarePromotion>, categories: usize, segments: usize) -> Self {
        let none = vec![0_u64; promotions.len().div_ceil(64)];
        let mut by_category = vec![none.clone(); categories];
        let mut by_segment = vec![none.clone(); segments];
        let mut thresholds = Vec::new();
        for (at, promotion) in promotions.iter().enumerate() {
            let bit = 1 << (at % 64);
            match promotion.kind {
                BareKind::OrderFixed => thresholds.push((promotion.threshold, at)),
                BareKind::OrderPercent => by_segment[promotion.segment as usize][at / 64] |= bit,
                BareKind::CategoryFixed | BareKind::CategoryPercent => {
                    by_category[promotion.category as usize][at / 64] |= bit;
                }
            }
        }
        thresholds.sort_unstable();
        let mut so_far = none.clone();
        let mut by_threshold: Vec<(i64, Vec<u64>)> = Vec::new();
        for (threshold, at) in thresholds {
            so_far[at / 64] |= 1 << (at % 64);
            match by_threshold.last_mut() {
                Some(last) if last.0 == threshold => last.1.clone_from(&so_far),
                _ => by_threshold.push((threshold, so_far.clone())),
            }
        }
        let shares = Vec::with_capacity(8_192);
        Self { promotions, by_category, by_segment, by_threshold, candidates: none, shares }
    }

    /// The discount of a cart, looking at every promotion.
    pub fn naive(&mut self, cart: &BareCart) -> i64 {
        let (mut standing, before) = start(cart);
        self.shares.clear();
        for (at, promotion) in (0_u32..).zip(&self.promotions) {
            apply(at, promotion, cart, &mut standing, &mut self.shares);
        }
        before - standing.total
    }

    /// The discount of a cart, looking at those that the bitsets leave.
    pub fn indexed(&mut self, cart: &BareCart) -> i64 {
        let (mut standing, before) = start(cart);
        self.shares.clear();
        self.candidates.copy_from_slice(&self.by_segment[cart.segment as usize]);
        for category in &cart.categories[..cart.lines] {
            join(&mut self.candidates, &self.by_category[*category as usize]);
        }
        let reached = self.by_threshold.partition_point(|known| known.0 <= before);
        if let Some(known) = reached.checked_sub(1).map(|last| &self.by_threshold[last]) {
            join(&mut self.candidates, &known.1);
        }
        for (word, mut bits) in (0_u32..).zip(self.candidates.iter().copied()) {
            while bits != 0 {
                let at = word * 64 + bits.trailing_zeros();
                bits &= bits - 1;
                apply(at, &self.promotions[at as usize], cart, &mut standing, &mut self.shares);
            }
        }
        before - standing.total
    }

    /// What the last evaluation took, summed over its shares, and how many shares it was.
    pub fn shares(&self) -> (i64, usize) {
        let amounts = self.shares.iter().filter(|share| share.line < 8 && share.promotion < u32::MAX);
        (amounts.map(|share| share.amount).sum(), self.shares.len())
    }
}

fn join(candidates: &mut [u64], more: &[u64]) {
    for (bits, more) in candidates.iter_mut().zip(more) {
        *bits |= more;
    }
}

fn start(cart: &BareCart) -> (Standing, i64) {
    let total = cart.subtotals[..cart.lines].iter().sum();
    (Standing { left: cart.subtotals, total }, total)
}

fn percent(amount: i64, hundredths: i64) -> i64 {
    (amount * hundredths + 5_000) / 10_000
}

#[inline]
fn apply(
    at: u32,
    promotion: &BarePromotion,
    cart: &BareCart,
    standing: &mut Standing,
    shares: &mut Vec<Share>,
) {
    let all = (1_u32 << cart.lines) - 1;
    let total = standing.total;
    let (lines, base, amount) = match promotion.kind {
        BareKind::OrderFixed if total >= promotion.threshold => (all, total, promotion.value.min(total)),
        BareKind::OrderPercent if cart.segment == promotion.segment => {
            (all, total, percent(total, promotion.value))
        }
        BareKind::OrderFixed | BareKind::OrderPercent => return,
        BareKind::CategoryFixed | BareKind::CategoryPercent => {
            let (mut lines, mut base) = (0, 0);
            for line in 0..cart.lines {
                if cart.categories[line] == promotion.category {
                    lines |= 1 << line;
                    base += standing.left[line];
                }
            }
            let fixed = promotion.kind == BareKind::CategoryFixed;
            let amount = if fixed { promotion.value.min(base) } else { percent(base, promotion.value) };
            (lines, base, amount)
        }
    };
    if base > 0 && amount > 0 {
        spread(at, amount, base, lines, cart, standing, shares);
        standing.total -= amount;
    }
}

#[inline]
fn spread(
    promotion: u32,
    amount: i64,
    base: i64,
    lines: u32,
    cart: &BareCart,
    standing: &mut Standing,
    shares: &mut Vec<Share>,
) {
    let (mut running, mut given) = (0, 0);
    for (line, left) in (0_u32..).zip(&mut standing.left[..cart.lines]) {
        if (lines >> line) & 1 == 1 && *left > 0 {
            running += *left;
            let so_far = amount * running / base;
            let share = (so_far - given).min(*left);
            given = so_far;
            if share > 0 {
                *left -= share;
                shares.push(Share { promotion, line, amount: share });
            }
        }
    }
}
