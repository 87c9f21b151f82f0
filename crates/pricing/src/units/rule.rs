//! A unit promotion in plain integers.

use super::Demand;
use crate::{goods::Named, head::Head, line::Line, needs::Needs};
use domain::campaign::promotion::{Pick, UnitBenefit, UnitTerms};
use money::Money;

/// A compiled unit promotion.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "switches of the terms")]
pub(crate) struct Units {
    pub head: Head,
    /// A group; where all units of the scope get the benefit, what is there at least.
    pub demand: Demand,
    /// Of what is bought, in the order of the parts: its own goods, or none where it is of the scope.
    pub goods: Box<[Option<Box<Named>>]>,
    /// The goods of the scope, where the index names the rule by others too.
    pub scope: Option<Box<Named>>,
    pub off: Off,
    /// Units that are bought get it too.
    pub buy_too: bool,
    pub dearest: bool,
    /// Groups, or units, at most.
    pub most: i64,
    /// All units of the scope, once.
    pub all: bool,
    pub spend: i64,
    pub needs: Needs,
    pub undiscounted: bool,
    pub stacks: bool,
    pub group: u32,
}

/// What comes off units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Off {
    /// So many hundredths of a percent.
    Percent(i64),
    /// Of the first unit, of each further one.
    Amount(i64, i64),
    /// What goes over this price.
    Price(i64),
    /// What a group costs beyond this.
    Group(i64),
}

impl Units {
    /// Everything but which lines it covers; `None` where it has not exactly one benefit.
    pub(crate) fn of(
        head: Head,
        goods: Box<[Option<Box<Named>>]>,
        scope: Option<Box<Named>>,
        terms: &UnitTerms,
        group: u32,
    ) -> Option<Self> {
        let units = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let off = match terms.benefit()? {
            UnitBenefit::PercentOff(percent) => Off::Percent(percent.basis_points().into()),
            UnitBenefit::AmountOff(first, further) => Off::Amount(first.minor(), further.minor()),
            UnitBenefit::Price(price) => Off::Price(price.minor()),
            UnitBenefit::GroupPrice(price) => Off::Group(price.minor()),
        };
        let bought = terms.buy.iter().map(|goods| units(goods.quantity));
        Some(Self {
            head,
            demand: Demand::of(terms.quantity.map_or(i64::from(!terms.buy_too), units), bought),
            goods,
            scope,
            off,
            buy_too: terms.buy_too,
            dearest: terms.pick == Pick::Dearest,
            most: terms.times.or(terms.max_units).map_or(i64::MAX, units),
            all: terms.quantity.is_none(),
            spend: terms.spend.map_or(0, Money::minor),
            needs: Needs::of(terms.min_quantity, terms.min_goods),
            undiscounted: terms.exclude_discounted,
            stacks: terms.stacks,
            group,
        })
    }
    /// The bought parts that a line's units would do for by their own goods, as bits.
    pub(crate) fn parts(&self, line: &Line) -> u8 {
        let named = |goods: &Option<Box<Named>>| goods.as_ref().is_some_and(|goods| goods.name(line));
        let parts = self.goods.iter().enumerate().filter(|(_, goods)| named(goods));
        parts.fold(0, |set, (part, _)| set | 2 << part)
    }
    /// Whether all of its parts are of the scope.
    pub(crate) fn is_of_scope(&self) -> bool {
        self.goods.iter().all(Option::is_none)
    }
}

impl Off {
    /// What comes off one unit of this price; the first, or a further one. Nothing of a group's price: that is of all.
    pub(crate) fn of_unit(self, price: i64, first: bool) -> i64 {
        match self {
            Self::Percent(points) => (price * points + 5_000) / 10_000,
            Self::Amount(off, further) => price.min(if first { off } else { further }),
            Self::Price(most) => (price - most).max(0),
            Self::Group(_) => 0,
        }
    }
}
