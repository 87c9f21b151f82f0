//! What groups ask for, and how many of them units are there for.

/// Parts of a group: the units that are bought, and those of the scope.
pub(crate) const PARTS: usize = domain::limits::GROUP_GOODS + 1;
/// Sets of parts.
const SETS: usize = 1 << PARTS;

/// So many units of each part; the scope's part is the first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Demand {
    parts: [i64; PARTS],
    count: usize,
}

/// How many units there are by the set of parts that they would do for: a bit a part.
#[derive(Debug, Clone)]
pub(crate) struct Counts {
    by_set: [i64; SETS],
    sets: usize,
}

impl Demand {
    /// Of the scope so many, and of what is bought.
    pub(crate) fn of(scope: i64, bought: impl Iterator<Item = i64>) -> Self {
        let mut parts = [scope, 0, 0, 0, 0];
        let mut count = 1;
        for (part, quantity) in parts[1..].iter_mut().zip(bought) {
            *part = quantity;
            count += 1;
        }
        Self { parts, count }
    }
    /// Without the units of the scope.
    pub(crate) const fn bought(mut self) -> Self {
        self.parts[0] = 0;
        self
    }
    /// Without those that are bought.
    pub(crate) fn of_scope(self) -> Self {
        Self::of(self.parts[0], std::iter::empty())
    }
    /// Every set of parts but the empty one.
    pub(crate) fn sets(self) -> impl Iterator<Item = usize> {
        1..1 << self.count
    }
    /// Units that a set of parts asks for in one group.
    pub(crate) fn of_set(self, set: usize) -> i64 {
        (0..self.count).filter(|part| set >> part & 1 == 1).map(|part| self.parts[part]).sum()
    }
    /// Units of a group.
    pub(crate) fn units(self) -> i64 {
        self.parts.iter().sum()
    }
    /// Full groups that the units are enough for; as many as anybody wants where nothing is asked for.
    pub(crate) fn groups(self, counts: &Counts) -> i64 {
        let asked = self.sets().map(|set| (self.of_set(set), set)).filter(|(asked, _)| *asked > 0);
        asked.map(|(asked, set)| counts.touching(set) / asked).min().unwrap_or(i64::MAX)
    }
    /// Units that are missing to so many groups, at best.
    pub(crate) fn missing(self, groups: i64, counts: &Counts) -> i64 {
        let lacks = self.sets().map(|set| groups * self.of_set(set) - counts.touching(set));
        lacks.max().unwrap_or(0).max(0)
    }
}

impl Counts {
    /// None yet, of so many parts.
    pub(crate) const fn none(demand: Demand) -> Self {
        Self { by_set: [0; SETS], sets: 1 << demand.count }
    }
    /// Adds units that would do for these parts.
    pub(crate) const fn add(&mut self, set: usize, units: i64) {
        self.by_set[set] += units;
    }
    /// Units that would do for one of these parts at least.
    fn touching(&self, parts: usize) -> i64 {
        let sets = self.by_set[..self.sets].iter().enumerate();
        sets.filter(|(set, _)| set & parts != 0).map(|(_, units)| units).sum()
    }
    /// Units that would do for these parts and no others.
    fn within(&self, parts: usize) -> i64 {
        let sets = self.by_set[..self.sets].iter().enumerate().skip(1);
        sets.filter(|(set, _)| set & !parts == 0).map(|(_, units)| units).sum()
    }
    /// Units of a set that may go while so many groups can still be filled.
    pub(crate) fn spare(&self, demand: Demand, groups: i64, set: usize) -> i64 {
        let asked = demand.sets().filter(|parts| parts & set != 0 && demand.of_set(*parts) > 0);
        asked.map(|parts| self.touching(parts) - groups * demand.of_set(parts)).min().unwrap_or(i64::MAX)
    }
    /// Units of a set for which so many groups still have a place, where these are the ones that were taken.
    pub(crate) fn places(&self, demand: Demand, groups: i64, set: usize) -> i64 {
        let around = demand.sets().filter(|parts| set & !parts == 0);
        around.map(|parts| groups * demand.of_set(parts) - self.within(parts)).min().unwrap_or(0)
    }
}
