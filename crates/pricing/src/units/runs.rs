//! The units of a cart in the order of their prices.

use crate::{line::Line, slots::Slot};

/// Units of one line that cost the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub line: u32,
    /// What one of them costs, in minor units.
    pub price: i64,
    /// How many are left.
    pub count: i64,
}

/// All units: a line is one run, or two that differ by the smallest amount where its price is no multiple of its units.
#[derive(Debug, Clone, Default)]
pub(crate) struct Runs {
    /// By rising price, then line.
    pub all: Vec<Run>,
    /// Places in `all` by falling price, then rising line.
    pub dearest: Vec<u32>,
}

impl Runs {
    /// The units of these lines at what they cost now.
    pub(crate) fn fill(&mut self, lines: &[Line], slots: &[Slot], of: impl Iterator<Item = u32>) {
        self.all.clear();
        for line in of {
            let (quantity, base) = (lines[line as usize].quantity, slots[line as usize].base);
            let (price, more) = (base / quantity, base % quantity);
            self.all.push(Run { line, price, count: quantity - more });
            if more > 0 {
                self.all.push(Run { line, price: price + 1, count: more });
            }
        }
        self.all.sort_unstable_by_key(|run| (run.price, run.line));
        let all = &self.all;
        self.dearest.clear();
        self.dearest.extend((0..).take(all.len()));
        self.dearest.sort_unstable_by_key(|at| {
            let run = all[*at as usize];
            (std::cmp::Reverse(run.price), run.line)
        });
    }
}
