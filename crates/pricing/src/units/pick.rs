//! Which units serve.

use super::{Counts, Demand, Run, Runs};

/// Units of a run that were taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken {
    /// The place of the run among all.
    pub run: usize,
    pub line: u32,
    pub price: i64,
    pub units: i64,
}

/// Until when units are taken.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Room {
    /// While so many groups of that demand can still be filled with what is left; so many at most.
    Leaving(Demand, i64, i64),
    /// While so many groups of that demand have places for them.
    Filling(Demand, i64),
}

/// Takes units in the order of their prices, as many as there is room for, of the parts `of`; `sets` says which parts a
/// line would do for. Appends to `taken` and takes them off the runs.
pub(crate) fn take(
    runs: &mut Runs,
    dearest: bool,
    of: usize,
    sets: impl Fn(u32) -> usize,
    room: Room,
    taken: &mut Vec<Taken>,
) {
    let (demand, mut most) = match room {
        Room::Leaving(demand, _, most) => (demand, most),
        Room::Filling(demand, groups) => (demand, groups.saturating_mul(demand.units())),
    };
    // What is left, or what was taken.
    let mut counts = Counts::none(demand);
    if let Room::Leaving(..) = room {
        for run in &runs.all {
            counts.add(sets(run.line), run.count);
        }
    }
    for place in 0..runs.all.len() {
        if most <= 0 {
            break;
        }
        let at = if dearest { runs.dearest[place] as usize } else { place };
        let Run { line, price, count } = runs.all[at];
        let set = sets(line);
        if set & of == 0 || count == 0 {
            continue;
        }
        let fits = match room {
            Room::Leaving(_, groups, _) => counts.spare(demand, groups, set),
            Room::Filling(_, groups) => counts.places(demand, groups, set & of),
        };
        let units = count.min(most).min(fits);
        if units <= 0 {
            continue;
        }
        match room {
            Room::Leaving(..) => counts.add(set, -units),
            Room::Filling(..) => counts.add(set & of, units),
        }
        most -= units;
        runs.all[at].count -= units;
        taken.push(Taken { run: at, line, price, units });
    }
}
