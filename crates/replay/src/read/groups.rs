//! The orders whose rows are not all read, each packed while no row of it comes.
//!
//! Any row of the files may be one more of any order, so all of them are kept. What is kept of one of a single line is a
//! hundred bytes: its rows as they were understood, without the room and the pointers of a form that can be worked on.
//!
//! What always holds: of the packed ones one at most lies open, and it is packed before the next is opened. An order of
//! many rows stays open: it would be packed and unpacked at each of them, and its rows are most of it in either form.

use super::{
    bad::RowAt,
    group::Group,
    packed::{Packed, Packer},
    roles::Roles,
};
use std::collections::HashMap;

/// Rows of an order that is packed.
const FEW: u64 = 16;

/// The orders so far, numbered as their first rows came.
pub(super) struct Groups<R: Roles> {
    by_key: HashMap<Box<str>, u32>,
    kept: Vec<Kept<R>>,
    /// The one of which a row came last.
    open: Option<usize>,
    packer: Packer,
}

/// An order of which rows may still come.
enum Kept<R: Roles> {
    Packed(Packed),
    Open(Box<Group<R>>),
}

impl<R: Roles> Default for Groups<R> {
    fn default() -> Self {
        Self { by_key: HashMap::new(), kept: Vec::new(), open: None, packer: Packer::default() }
    }
}

impl<R: Roles> Groups<R> {
    /// The number of the order of that key; of a new one, whose first row stands there.
    pub fn number(&mut self, key: String, at: RowAt) -> usize {
        if let Some(&known) = self.by_key.get(&*key) {
            return known as usize;
        }
        let number = self.kept.len();
        self.close();
        self.kept.push(Kept::Open(Box::new(Group::new(at))));
        self.open = Some(number);
        self.by_key.insert(key.into(), u32::try_from(number).expect("rows are counted in 32 bits"));
        number
    }

    /// The order of that number, to work on.
    pub fn open(&mut self, number: usize) -> &mut Group<R> {
        if self.open != Some(number) {
            self.close();
            if let Kept::Packed(packed) = &self.kept[number] {
                self.kept[number] = Kept::Open(Box::new(packed.unpack()));
            }
            self.open = Some(number);
        }
        match &mut self.kept[number] {
            Kept::Open(group) => group,
            Kept::Packed(_) => unreachable!("it was opened"),
        }
    }

    fn close(&mut self) {
        let Some(kept) = self.open.take().map(|number| &mut self.kept[number]) else { return };
        if let Kept::Open(group) = kept
            && group.kept() <= FEW
        {
            *kept = Kept::Packed(self.packer.pack(&**group));
        }
    }

    /// Shows each order, as they are numbered.
    pub fn each(&self, show: &mut dyn FnMut(usize, &Group<R>)) {
        for (number, kept) in self.kept.iter().enumerate() {
            match kept {
                Kept::Packed(packed) => show(number, &packed.unpack()),
                Kept::Open(group) => show(number, group),
            }
        }
    }

    /// The keys, with the numbers of their orders.
    pub fn keys(&self) -> impl Iterator<Item = (&str, usize)> {
        self.by_key.iter().map(|(key, &number)| (&**key, number as usize))
    }

    /// Takes all of them out; each is unpacked as it comes.
    pub fn take(&mut self) -> impl Iterator<Item = Group<R>> + use<R> {
        self.by_key.clear();
        // Orders that stand together are taken out one by one: the room of one is used for the next.
        self.by_key.shrink_to(1);
        self.open = None;
        std::mem::take(&mut self.kept).into_iter().map(|kept| match kept {
            Kept::Packed(packed) => packed.unpack(),
            Kept::Open(group) => *group,
        })
    }
}
