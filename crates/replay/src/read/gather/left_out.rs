//! Orders that are left out or in doubt: named, and kept as what is missing (A-S4-25).

use super::Gather;
use crate::read::{
    bad::{Bad, BadCode, Fault, RowAt},
    cells::TimeDoubt,
    group::{Group, Out},
    roles::Roles,
};
use domain::{
    Instant, OrderId, ShopId,
    pool::{GapOrder, Missing, Since},
};

impl<R: Roles> Gather<'_, R> {
    pub(super) fn too_many(&self, at: RowAt, id: &OrderId) -> Fault {
        let column = self.roles.id().field.to_owned();
        Fault { at, column, value: id.to_string(), code: BadCode::TooManyLines }
    }

    /// Names an order that counts once although its rows may be units.
    pub(super) fn doubt(&mut self, at: RowAt, names: (ShopId, OrderId, Instant), bad: &mut Bad<'_>) {
        let (shop, id, placed_at) = names;
        self.in_doubt += 1;
        let (code, column) = (BadCode::MaybeRepeated, self.roles.id().field.to_owned());
        bad.note(Fault { at, column, value: id.to_string(), code }, Some(id.as_str()));
        self.gaps.add_row(at, Some(&shop), code, Some(&id));
        self.gaps.add_order(at, Some(&shop), &id, Since::At(placed_at), Missing::Perhaps);
    }

    /// Names an order that counts at a time which its zone has twice or never.
    pub(super) fn doubt_times(
        &mut self,
        doubt: TimeDoubt,
        (shop, id): (&ShopId, &OrderId),
        bad: &mut Bad<'_>,
    ) {
        let TimeDoubt { fault, since, until } = doubt;
        self.gaps.add_row(fault.at, Some(shop), fault.code, Some(id));
        let order = GapOrder { until: Some(until), ..GapOrder::new(Since::At(since), Missing::Perhaps) };
        self.gaps.add(fault.at, Some(shop), id, order);
        bad.note(fault, Some(id.as_str()));
    }

    /// Leaves an order out of which every row could be read.
    pub(super) fn drop_order(
        &mut self,
        fault: Fault,
        rows: u64,
        names: (ShopId, OrderId, Instant),
        bad: &mut Bad<'_>,
    ) {
        let (shop, id, placed_at) = names;
        self.left_out += 1;
        self.counts.of_orders_left_out += rows.saturating_sub(1);
        self.gaps.add_row(fault.at, Some(&shop), fault.code, Some(&id));
        self.gaps.add_order(fault.at, Some(&shop), &id, Since::At(placed_at), Missing::Whole);
        bad.add_of(fault, Some(id.as_str()));
    }

    /// Leaves an order out of which a row cannot be read.
    pub(super) fn leave_out(&mut self, mut group: Group<R>, bad: &mut Bad<'_>) {
        let rows = group.rows();
        let Some(out) = group.out.take() else { return };
        self.left_out += 1;
        self.counts.of_orders_left_out += rows;
        let Out { faults, mut shop_id, mut order_id, mut placed_at } = *out;
        if let Some(part) = group.parts.first() {
            let (shop, id, at) = self.roles.names(&part.head);
            (shop_id, order_id) = (Some(shop.clone()), Some(id.clone()));
            let heads = group.parts.iter().map(|part| self.roles.names(&part.head).2);
            placed_at = heads.chain(placed_at).min().or(Some(at));
        }
        let since = Since::new(placed_at);
        let first = faults.first().map_or(group.at, |(at, _)| *at);
        let (shop, id) = (shop_id.as_ref(), order_id.as_ref());
        for (at, code) in faults {
            self.gaps.add_row(at, shop, code, id);
            if let Some(id) = id {
                bad.belongs_to(at, id.as_str());
            }
        }
        match id {
            Some(id) => self.gaps.add_order(first, shop, id, since, Missing::Whole),
            None => self.gaps.add_unnamed(first, shop, since),
        }
    }
}
