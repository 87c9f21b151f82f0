//! Rows that do not say which order they are of, and the orders that may therefore lack a row.
//!
//! What always holds: an order that may lack a row is left out. Which those are follows from what can be read of the
//! row: cells that may stand in other columns name every order that they hold the number of, and the one above or below if they
//! hold all that it says of itself; a row without a number
//! may be of the order above it unless it says other things of its order, and of the one below only where it says the
//! same.

use super::{
    above::{Cells, Columns},
    bad::{BadCode, RowAt},
    groups::Groups,
    lost::{Goods, Lost, Says},
    roles::Roles,
};
use domain::{CustomerId, Instant, ShopId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Such rows that are kept until all orders are known. A file with more has none that can be trusted.
const STRAYS: usize = 100_000;

/// Bytes of their cells that are kept in all: wide rows would make a file of some MiB many times as large.
const STRAY_BYTES: usize = 32 << 20;
/// What a text costs beside its bytes.
const TEXT_COST: usize = 64;

/// How much room is left for such rows. One for which there is none counts as a row of which nothing is known.
#[derive(Debug)]
pub(super) struct Room {
    rows: usize,
    bytes: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self { rows: STRAYS, bytes: STRAY_BYTES }
    }
}

impl Room {
    /// Takes the room of a row of so many bytes; whether there was enough.
    pub fn takes(&mut self, bytes: usize) -> bool {
        let fits = self.rows > 0 && bytes <= self.bytes;
        if fits {
            self.rows -= 1;
            self.bytes -= bytes;
        }
        fits
    }
}

/// How far it is known which order a row is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Known {
    /// Nothing tells.
    Not,
    /// It looks like the orders that are named with it, and may be of none of them.
    Guessed,
    /// Its cells hold the number of one.
    Named,
}

/// A row whose order is not known for sure.
pub(super) struct Stray {
    pub at: RowAt,
    /// Its place among the rows of its file.
    pub ordinal: u64,
    pub code: BadCode,
    /// Cells that may stand in other columns.
    pub loose: BTreeSet<String>,
    /// What it says of its order in the columns that it says them in.
    pub cells: Cells,
    pub shop_id: Option<ShopId>,
    pub placed_at: Option<Instant>,
    pub customer_id: Option<CustomerId>,
    /// What it says of its goods, in the columns that it says them in.
    pub goods: Option<Goods>,
    /// It holds the text of other rows too, and who knows which.
    pub swallows: bool,
    /// Orders that it may be of.
    pub orders: BTreeSet<usize>,
    /// The orders right above and below it that it may be of where nothing else tells.
    pub near: BTreeSet<usize>,
    /// How far it is known whose row it is.
    pub known: Known,
    /// Whether the order before it was handed over.
    pub is_old: bool,
}

impl Stray {
    /// That it is missing of an order.
    pub fn lost(&self) -> Lost {
        let Self { at, code, ordinal, .. } = *self;
        let says = match (&self.goods, self.loose.is_empty()) {
            (_, false) => Says::Loose(self.loose.clone()),
            (Some(goods), true) => Says::Goods(goods.clone()),
            (None, true) => Says::Nothing,
        };
        Lost { at, code, file: at.file, ordinal, says }
    }

    /// How much of memory it takes, about.
    pub fn bytes(&self) -> usize {
        let loose: usize = self.loose.iter().map(|text| text.len() + TEXT_COST).sum();
        let cells: usize = self.cells.iter().map(|text| text.len() + TEXT_COST).sum();
        loose + cells + size_of::<Self>()
    }

    /// Whether it may be of the order above, whose row said this.
    pub fn may_follow(&self, above: &Cells, columns: &Columns) -> bool {
        if self.loose.is_empty() {
            Columns::agree(&self.cells, above).0
        } else {
            columns.are_among(&self.loose, above)
        }
    }

    /// Whether it may be of an order beside it whose number its cells have lost: none looks like it.
    pub fn may_hide(&self, beside: &Cells, columns: &Columns) -> bool {
        let alike = |number: &str| self.loose.iter().any(|text| is_alike(text, number));
        !self.loose.is_empty() && !columns.numbers(beside).all(alike)
    }

    /// Whether it is of the order below, whose row says this.
    pub fn leads(&self, below: &Cells, columns: &Columns) -> bool {
        if self.loose.is_empty() {
            Columns::agree(&self.cells, below) == (true, true)
        } else {
            columns.are_among(&self.loose, below)
        }
    }
}

/// So many orders may share one of several values of their groups for it to name them: what more share is no number.
const SHARED: usize = 4;

/// Whether two texts may be numbers of the same sort: as long, and of digits both or neither; digits may differ by some.
fn is_alike(one: &str, other: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let both = digits(one) && digits(other);
    let long = both && one.len().min(other.len()) > 9;
    digits(one) == digits(other) && (long || one.chars().count() == other.chars().count())
}

/// What a cell may say that was cut without regard to quotes: its text without blanks, and without quotes and the signs
/// that keep a number as text.
pub(super) fn texts(cell: &str) -> impl Iterator<Item = String> {
    let bare = cell.replace('"', "");
    let bare = tabular::cell::plain(bare.trim().trim_start_matches('=')).to_owned();
    [tabular::cell::plain(cell).to_owned(), bare].into_iter().filter(|text| !text.is_empty())
}

/// Which of the rows with loose cells name which orders, by the `width` values of the orders' groups.
pub(super) fn named<R: Roles>(
    strays: &[Stray],
    groups: &Groups<R>,
    width: usize,
) -> BTreeMap<usize, BTreeSet<usize>> {
    let mut by_cell: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, stray) in strays.iter().enumerate() {
        for cell in &stray.loose {
            by_cell.entry(cell).or_default().push(index);
        }
    }
    // With all its values an order is meant; with one of several only where no other is.
    let mut all: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let mut some: BTreeMap<(usize, String), BTreeSet<usize>> = BTreeMap::new();
    if by_cell.is_empty() {
        return all;
    }
    for (group, order) in groups.keys() {
        let values = values(group, width);
        for value in &values {
            for &stray in by_cell.get(value).map(Vec::as_slice).unwrap_or_default() {
                if values.iter().all(|value| strays[stray].loose.contains(*value)) {
                    all.entry(stray).or_default().insert(order);
                } else {
                    some.entry((stray, (*value).to_owned())).or_default().insert(order);
                }
            }
        }
    }
    let with_all: BTreeSet<usize> = all.keys().copied().collect();
    for ((stray, _), orders) in some {
        if orders.len() <= SHARED && !with_all.contains(&stray) {
            all.entry(stray).or_default().extend(orders);
        }
    }
    all
}

/// The orders that rows may be of which say nothing of it: those that the same customer placed at the same moment, or, where cells may
/// stand in other columns and none looks like an order's number, those right above and below.
pub(super) fn guessed<R: Roles>(
    roles: &R,
    groups: &Groups<R>,
    strays: &mut [Stray],
) -> BTreeMap<usize, BTreeSet<usize>> {
    let (mut guessed, mut by_time) = (BTreeMap::new(), HashMap::<Instant, Vec<usize>>::new());
    for (index, stray) in strays.iter_mut().enumerate() {
        let is_lost = stray.orders.is_empty() && stray.known == Known::Not;
        match stray.placed_at.filter(|_| is_lost && stray.loose.is_empty()) {
            Some(at) => by_time.entry(at).or_default().push(index),
            None if is_lost => {
                guessed.insert(index, std::mem::take(&mut stray.near));
            }
            None => {}
        }
    }
    if by_time.is_empty() {
        return guessed;
    }
    groups.each(&mut |number, group| {
        let Some(part) = group.parts.first() else { return };
        let (shop_id, _, placed_at) = roles.names(&part.head);
        for &stray in by_time.get(&placed_at).into_iter().flatten() {
            let stray_row = &strays[stray];
            let same_shop = stray_row.shop_id.as_ref().is_none_or(|known| known == shop_id);
            let customer = roles.customer(&part.head);
            if same_shop && stray_row.customer_id.as_ref().is_none_or(|known| known == customer) {
                guessed.entry(stray).or_default().insert(number);
            }
        }
    });
    guessed
}

/// The values that a group's key was made of.
fn values(mut key: &str, width: usize) -> Vec<&str> {
    let mut values = Vec::with_capacity(width);
    while values.len() + 1 < width {
        let next = key.split_once(' ').and_then(|(length, rest)| {
            let length: usize = length.parse().ok()?;
            Some((rest.get(..length)?, rest.get(length..)?))
        });
        let Some((value, rest)) = next else { break };
        values.push(value);
        key = rest;
    }
    values.push(key);
    values
}

#[cfg(test)]
mod tests {
    use super::{super::table::key, Room, STRAY_BYTES, STRAYS, values};

    /// A-S4-25: what is not kept leaves a gap, so memory is bounded whatever a file holds.
    #[test]
    fn a_s4_25_rows_are_kept_up_to_a_number_and_a_size() {
        let mut room = Room::default();
        assert!((0..STRAYS).all(|_| room.takes(100)) && !room.takes(100));
        let (mut room, wide) = (Room::default(), 1_024 * 100);
        let kept = (0..STRAYS).take_while(|_| room.takes(wide)).count();
        assert!(kept > 100 && kept * wide <= STRAY_BYTES, "{kept}");
        assert!(room.takes(100), "a small one may still fit");
    }

    #[test]
    fn a_key_gives_its_values_back() {
        for cells in [&["1001"][..], &["3 abc"], &["1001", "alpha"], &["", "5 x", "y"]] {
            assert_eq!(values(&key(cells.iter().copied()), cells.len()), cells);
        }
    }
}
