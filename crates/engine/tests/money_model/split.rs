//! A-G-5 and A-G-6: an amount over lines, and a line over its units.

use super::story::{Fen, units};

/// `n / d`, rounded half up; neither is below zero.
pub fn round(n: Fen, d: Fen) -> Fen {
    (2 * n + d) / (2 * d)
}

/// A-G-6: units `from..to` of a line of `of` units.
pub fn span(amount: Fen, of: u64, from: u64, to: u64) -> Fen {
    let up_to = |unit: u64| round(amount * units(unit), units(of));
    up_to(to) - up_to(from)
}

/// A-G-5: in proportion to the weights, floored, the fen that are left by largest remainder, the first line of
/// equals. What is above a line's cap goes over the others, and what finds no room is lost.
pub fn over(amount: Fen, weights: &[Fen], caps: &[Fen]) -> Vec<Fen> {
    let mut shares: Vec<Option<Fen>> = vec![None; weights.len()];
    loop {
        let open: Vec<usize> = (0..weights.len()).filter(|&line| shares[line].is_none()).collect();
        let fixed: Fen = shares.iter().flatten().sum();
        let proposed =
            largest_remainder(amount - fixed, &open.iter().map(|&l| weights[l]).collect::<Vec<_>>());
        let full: Vec<usize> = (0..open.len()).filter(|&nth| proposed[nth] > caps[open[nth]]).collect();
        if full.is_empty() {
            open.iter().zip(proposed).for_each(|(&line, share)| shares[line] = Some(share));
            return shares.into_iter().map(Option::unwrap_or_default).collect();
        }
        for nth in full {
            shares[open[nth]] = Some(caps[open[nth]]);
        }
    }
}

fn largest_remainder(amount: Fen, weights: &[Fen]) -> Vec<Fen> {
    let all: Fen = weights.iter().sum();
    if all == 0 {
        return vec![0; weights.len()];
    }
    let mut shares: Vec<Fen> = weights.iter().map(|weight| amount * weight / all).collect();
    let mut by_rest: Vec<usize> = (0..weights.len()).collect();
    by_rest.sort_by_key(|&line| (-(amount * weights[line] % all), line));
    let left = amount - shares.iter().sum::<Fen>();
    by_rest.iter().take(usize::try_from(left).expect("fewer than lines")).for_each(|&line| shares[line] += 1);
    shares
}
