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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::{
        bad::{BadCode, Fault},
        cells::TimeDoubt,
        lost::{Goods, Lost, Says},
        order::{OrderHead, OrderLine},
        parts::{Part, Told},
        roles::{Discount, RowLine},
    };
    use super::*;
    use crate::plan::ReplayRoles;
    use domain::{Instant, catalog::Category, order::Method};
    use money::Money;

    const AT: RowAt = RowAt { file: 3, row: 70_000 };

    fn head() -> OrderHead {
        OrderHead {
            shop_id: "tea".parse().unwrap(),
            order_id: "4100000000000100001".parse().unwrap(),
            customer_id: "张三丰88".parse().unwrap(),
            source: serde_json::from_str("\"微信\"").unwrap(),
            freight: Money::from_minor(500),
            placed_at: Instant::from_micros(1_762_000_000_000_000),
            paid_at: Some((Instant::from_micros(-1), Method::Alipay)),
            cancelled_at: None,
            shipped_at: Some(Instant::from_micros(i64::MAX)),
            received_at: None,
            times_left_out: 1,
        }
    }

    fn line(sku: &str) -> RowLine<OrderLine> {
        RowLine::Line(OrderLine {
            line_id: "1".parse().unwrap(),
            sku: sku.parse().unwrap(),
            categories: vec![Category::try_new("茶").unwrap()],
            quantity: 2,
            unit_price: Money::from_minor(5_900),
            freight: Money::ZERO,
        })
    }

    fn told(whole: u128, id: Option<&str>, line: RowLine<OrderLine>) -> Told<RowLine<OrderLine>> {
        Told { at: AT, whole, id: id.map(Into::into), line }
    }

    fn fault() -> Fault {
        Fault { at: AT, column: "数量".into(), value: "0".into(), code: BadCode::ZeroQuantity }
    }

    /// An order of which everything is there that there may be.
    fn full() -> Group<ReplayRoles> {
        let mut group = Group::new(AT);
        let mut part = Part::new(head(), AT, 70_000);
        part.push(told(u128::MAX, None, line("TEA-250")), false);
        part.push(told(7, Some("#1"), line("CUP-01")), false);
        part.extend(70_009);
        part.push(told(7, None, line("TEA-250")), false);
        part.push(told(0, None, RowLine::Nothing("数量".into(), "0".into())), true);
        let off = Discount { off: Money::from_minor(99), is_closed: true };
        part.push(told(1, None, RowLine::Discount(off)), true);
        group.parts.push(part);
        group.nothing.push(fault());
        let (since, until) = (Instant::from_micros(1), Instant::from_micros(2));
        group.doubt = Some(Box::new(TimeDoubt { fault: fault(), since, until }));
        let goods = Goods { sku: "TEA-250".into(), units: Some(2), amount: None };
        for says in [Says::Nothing, Says::Goods(goods), Says::Loose(["a".into(), "b".into()].into())] {
            group.leave_out(Lost { at: AT, code: BadCode::TooLong, file: 3, ordinal: 9, says });
        }
        group
            .leave_out(Lost { at: AT, code: BadCode::CutOff, file: 0, ordinal: 0, says: Says::Nothing })
            .order_id = Some("x".parse().unwrap());
        group
    }

    #[test]
    fn an_order_is_unpacked_as_it_was_packed() {
        let (packer, group) = (&mut Packer::default(), full());
        let kept = packer.pack(&group);
        let back: Group<ReplayRoles> = kept.unpack();
        assert_eq!(packer.pack(&back), kept);
        assert_eq!((back.at, back.kept(), back.parts[0].again.clone()), (AT, 10, vec![2]));
        for (one, other) in group.parts[0].rows.iter().zip(&back.parts[0].rows) {
            assert_eq!(
                (one.at, one.whole, &one.id, &one.line),
                (other.at, other.whole, &other.id, &other.line)
            );
        }
        assert_eq!(format!("{:?}", back.parts[0].head), format!("{:?}", head()));
        let (out, of) = (back.out.unwrap(), group.out.unwrap());
        assert_eq!(format!("{:?}", out.lost), format!("{:?}", of.lost));
        assert_eq!(out.order_id, of.order_id);
        assert_eq!(
            format!("{:?} {:?}", back.doubt, back.nothing),
            format!("{:?} {:?}", group.doubt, group.nothing)
        );
    }

    #[test]
    fn one_order_lies_open_and_those_of_many_rows() {
        let mut groups: Groups<ReplayRoles> = Groups::default();
        let is_open = |groups: &Groups<ReplayRoles>| -> Vec<bool> {
            groups.kept.iter().map(|kept| matches!(kept, Kept::Open(_))).collect()
        };
        let add = |groups: &mut Groups<ReplayRoles>, key: &str, rows: u64| {
            let number = groups.number(key.to_owned(), AT);
            let group = groups.open(number);
            for _ in 0..rows {
                group.nothing.push(fault());
            }
            number
        };
        assert_eq!(
            [add(&mut groups, "a", 1), add(&mut groups, "b", FEW), add(&mut groups, "a", 1)],
            [0, 1, 0]
        );
        assert_eq!(is_open(&groups), [true, false]);
        assert_eq!([add(&mut groups, "b", 1), add(&mut groups, "c", 1)], [1, 2]);
        assert_eq!(is_open(&groups), [false, true, true], "of more rows than are packed, and the last");
        let mut keys: Vec<(&str, usize)> = groups.keys().collect();
        keys.sort_unstable();
        assert_eq!(keys, [("a", 0), ("b", 1), ("c", 2)]);
        let mut shown = Vec::new();
        groups.each(&mut |number, group| shown.push((number, group.rows())));
        assert_eq!(shown, [(0, 2), (1, FEW + 1), (2, 1)]);
        let rows: Vec<u64> = groups.take().map(|group| group.rows()).collect();
        assert_eq!(rows, [2, FEW + 1, 1]);
        assert_eq!(groups.number("c".to_owned(), AT), 0, "numbers begin anew");
    }
}
