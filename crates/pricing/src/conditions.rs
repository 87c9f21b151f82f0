//! What else has to hold for a promotion: other goods, facts of the order, the shop's clock.

use crate::{cart::Cart, goods::Named, stand::Stand};
use domain::{
    Code,
    campaign::{
        hours::Day,
        promotion::{Others, When},
    },
    order::Method,
};
use money::Money;

/// Compiled conditions; all of them have to hold.
#[derive(Debug, Clone)]
pub(crate) struct Conditions {
    others: Box<[Beside]>,
    /// What the goods in scope cost at most.
    pub most: i64,
    orders: Option<(u64, u64)>,
    methods: Box<[Method]>,
    sources: Box<[String]>,
    regions: Box<[String]>,
    shipping: Box<[String]>,
    days: Box<[Day]>,
    /// Minutes of the day, half-open.
    hours: Box<[(u32, u32)]>,
}

/// So many pieces, and so much, of some goods.
#[derive(Debug, Clone)]
struct Beside {
    goods: Named,
    pieces: i64,
    spend: i64,
}

impl Conditions {
    /// `named` gives goods their numbers.
    pub(crate) fn of(when: &When, mut named: impl FnMut(&Others) -> Named) -> Self {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let others = when.others.iter().map(|others| Beside {
            goods: named(others),
            pieces: others.quantity.map_or(i64::from(others.spend.is_none()), number),
            spend: others.spend.map_or(0, Money::minor),
        });
        let asks_order = when.order_from.is_some() || when.order_to.is_some();
        let orders = (when.order_from.unwrap_or(1), when.order_to.unwrap_or(u64::MAX));
        Self {
            others: others.collect(),
            most: when.spend_most.map_or(i64::MAX, Money::minor),
            orders: asks_order.then_some(orders),
            methods: when.methods.clone().into(),
            sources: when.sources.clone().into(),
            regions: when.regions.clone().into(),
            shipping: when.shipping_methods.clone().into(),
            days: when.days.clone().into(),
            hours: when.hours.iter().filter_map(domain::campaign::hours::Hours::minutes).collect(),
        }
    }

    /// Whether the shop's clock matters.
    pub(crate) fn is_by_clock(&self) -> bool {
        !self.days.is_empty() || !self.hours.is_empty()
    }

    /// The first that does not hold. A fact that the cart does not say holds for none; without a moment, no day or hour is
    /// a wrong one.
    pub(crate) fn unmet(&self, cart: &Cart, stand: Stand<'_>) -> Option<Code> {
        let said = |allowed: &[String], fact: Option<&String>| {
            allowed.is_empty() || fact.is_some_and(|fact| allowed.contains(fact))
        };
        let order = |(from, to): (u64, u64)| cart.order_number.is_some_and(|n| (from..=to).contains(&n));
        let method = || cart.method.is_some_and(|method| self.methods.contains(&method));
        let checks = [
            (self.orders.is_none_or(order), Code::OrderOnly),
            (self.methods.is_empty() || method(), Code::MethodOnly),
            (said(&self.sources, cart.source.as_ref()), Code::SourceOnly),
            (said(&self.regions, cart.region.as_ref()), Code::RegionOnly),
            (said(&self.shipping, cart.shipping_method.as_ref()), Code::ShippingOnly),
            (self.is_open(stand), Code::OutsideHours),
        ];
        let first = checks.into_iter().find(|(holds, _)| !holds).map(|(_, code)| code);
        first.or_else(|| {
            self.others.iter().any(|others| !others.is_there(stand)).then_some(Code::OthersMissing)
        })
    }

    fn is_open(&self, stand: Stand<'_>) -> bool {
        let Some((day, minute)) = stand.clock else { return true };
        let of_day = self.days.is_empty() || self.days.contains(&day);
        of_day
            && (self.hours.is_empty() || self.hours.iter().any(|(from, to)| (*from..*to).contains(&minute)))
    }
}

impl Beside {
    fn is_there(&self, stand: Stand<'_>) -> bool {
        let lines = stand.lines.iter().zip(stand.slots).filter(|(line, _)| self.goods.name(line));
        let sums = lines.fold((0, 0), |sums, (line, slot)| (sums.0 + line.quantity, sums.1 + slot.base));
        sums.0 >= self.pieces && sums.1 >= self.spend
    }
}
