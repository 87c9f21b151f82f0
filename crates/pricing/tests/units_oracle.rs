//! Units in groups beside trying everything: every way to name the units of a small cart as bought, given or neither.
#![allow(clippy::unwrap_used, reason = "tests")]

mod core_carts;

use core_carts::*;
use domain::{
    Sku,
    campaign::promotion::{Goods, PercentOff, Pick, UnitTerms},
    catalog::ScopeMode,
};
use money::{Money, apportion};
use pricing::{
    Rule, RuleTerms,
    cart::{CartLine, Stage},
};
use proptest::prelude::*;

const SKUS: [&str; 3] = ["A", "B", "C"];

/// A unit: its line and what it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unit {
    line: usize,
    price: i64,
}

/// A promotion as its words say it: the goods of each part of a group, the scope's first.
#[derive(Debug, Clone)]
struct Asked {
    scope: Vec<&'static str>,
    terms: UnitTerms,
}

/// What a promotion takes off each line, and the units that served.
struct Served {
    off: Vec<i64>,
    used: Vec<usize>,
}

fn goods_of(asked: &Asked, part: usize) -> Vec<String> {
    let own = part.checked_sub(1).map(|part| &asked.terms.buy[part]).filter(|goods| !goods.are_of_scope());
    own.map_or_else(
        || asked.scope.iter().map(ToString::to_string).collect(),
        |goods| goods.skus.iter().map(ToString::to_string).collect(),
    )
}

/// Whether units can be dealt out to parts so that each has exactly as many as it wants: by trying.
fn can_fill(units: &[usize], wants: &mut [i64], fits: &dyn Fn(usize, usize) -> bool) -> bool {
    let Some((unit, rest)) = units.split_first() else { return wants.iter().all(|left| *left <= 0) };
    (0..wants.len()).any(|part| {
        if !fits(*unit, part) || wants[part] == 0 {
            return false;
        }
        wants[part] -= 1;
        let fine = can_fill(rest, wants, fits);
        wants[part] += 1;
        fine
    })
}

fn subsets(of: &[usize], size: usize) -> Vec<Vec<usize>> {
    let all = (0_u32..1 << of.len()).filter(|set| set.count_ones() as usize == size);
    all.map(|set| (0..of.len()).filter(|at| set >> at & 1 == 1).map(|at| of[at]).collect()).collect()
}

/// Units by the order of a pick.
fn ranked(units: &[Unit], free: &[usize], dearest: bool) -> Vec<usize> {
    let mut order = free.to_vec();
    order
        .sort_by_key(|at| (if dearest { -units[*at].price } else { units[*at].price }, units[*at].line, *at));
    order
}

/// The first of these sets in the order of a pick: the one whose best unit is best, then the second best.
fn best(order: &[usize], sets: Vec<Vec<usize>>) -> Option<Vec<usize>> {
    let ranks = |set: &Vec<usize>| {
        let mut ranks: Vec<usize> =
            set.iter().map(|unit| order.iter().position(|known| known == unit).unwrap()).collect();
        ranks.sort_unstable();
        ranks
    };
    sets.into_iter().min_by_key(ranks)
}

fn serve(asked: &Asked, cart: &[CartLine], units: &[Unit], free: &[usize]) -> Option<Served> {
    let terms = &asked.terms;
    let parts = 1 + terms.buy.len();
    let names: Vec<Vec<String>> = (0..parts).map(|part| goods_of(asked, part)).collect();
    let fits = |unit: usize, part: usize| names[part].contains(&cart[units[unit].line].sku.to_string());
    let bought = |groups: i64| -> Vec<i64> {
        let buy = terms.buy.iter().map(|goods| groups * i64::try_from(goods.quantity).unwrap());
        std::iter::once(0).chain(buy).collect()
    };
    let is_bought =
        |set: &[usize], groups: i64| can_fill(set, &mut bought(groups), &|u, part| part > 0 && fits(u, part));
    let any_bought = |left: &[usize], groups: i64| {
        let count = bought(groups).iter().sum::<i64>();
        subsets(left, usize::try_from(count).unwrap_or(usize::MAX))
            .into_iter()
            .filter(|set| is_bought(set, groups))
            .collect::<Vec<_>>()
    };
    let without = |set: &[usize]| free.iter().copied().filter(|unit| !set.contains(unit)).collect::<Vec<_>>();
    let in_scope: Vec<usize> = free.iter().copied().filter(|unit| fits(*unit, 0)).collect();
    // Sets of units with the benefit that leave enough to be bought.
    let given = |groups: i64, count: usize| {
        let sets = subsets(&in_scope, count).into_iter();
        sets.filter(|set| !any_bought(&without(set), groups).is_empty()).collect::<Vec<_>>()
    };
    let order = ranked(units, free, terms.pick == Pick::Dearest);
    let dearest = ranked(units, free, true);
    if let Some(price) = terms.group_price {
        return whole(asked, cart, units, free, &dearest, price.minor(), &fits);
    }
    let (groups, set) = if let Some(quantity) = terms.quantity {
        let quantity = usize::try_from(quantity).unwrap();
        let most = usize::try_from(terms.times.unwrap_or(99)).unwrap();
        let groups = (1..=free.len().min(most)).rev().find(|groups| {
            groups * quantity <= in_scope.len()
                && !given(i64::try_from(*groups).unwrap(), groups * quantity).is_empty()
        })?;
        let whole = i64::try_from(groups).unwrap();
        (whole, best(&order, given(whole, groups * quantity))?)
    } else {
        let most = usize::try_from(terms.max_units.unwrap_or(99)).unwrap().min(in_scope.len());
        let least = usize::from(!terms.buy_too);
        let count = (least..=most).rev().find(|count| !given(1, *count).is_empty())?;
        (1, best(&order, given(1, count))?)
    };
    let buys = best(&dearest, any_bought(&without(&set), groups))?;
    let mut cut: Vec<usize> = order.iter().copied().filter(|unit| set.contains(unit)).collect();
    if terms.buy_too {
        cut.extend(dearest.iter().copied().filter(|unit| buys.contains(unit)));
    }
    let mut off = vec![0; cart.len()];
    for (index, unit) in cut.iter().enumerate() {
        let price = units[*unit].price;
        let amount = if index > 0 { terms.further_off.or(terms.amount_off) } else { terms.amount_off };
        off[units[*unit].line] += match (amount, terms.price) {
            (Some(amount), _) => amount.minor().min(price),
            (_, Some(most)) => (price - most.minor()).max(0),
            _ => 0,
        };
    }
    if let Some(percent) = terms.percent_off {
        for (line, off) in off.iter_mut().enumerate() {
            let cost =
                cut.iter().map(|unit| units[*unit]).filter(|unit| unit.line == line).map(|unit| unit.price);
            *off = percent.of(Money::from_minor(cost.sum())).minor();
        }
    }
    let used = set.iter().chain(&buys).copied().collect();
    off.iter().any(|off| *off > 0).then_some(Served { off, used })
}

/// Groups at a price of their own: of all ways and numbers of groups the one that saves most.
fn whole(
    asked: &Asked,
    cart: &[CartLine],
    units: &[Unit],
    free: &[usize],
    dearest: &[usize],
    price: i64,
    fits: &dyn Fn(usize, usize) -> bool,
) -> Option<Served> {
    let terms = &asked.terms;
    let wants: Vec<i64> = terms
        .quantity
        .iter()
        .copied()
        .chain(terms.buy.iter().map(|goods| goods.quantity))
        .map(|n| i64::try_from(n).unwrap())
        .collect();
    let a_group: i64 = wants.iter().sum();
    let most = i64::try_from(free.len()).unwrap() / a_group;
    let mut found: Option<(i64, Vec<usize>)> = None;
    for groups in 1..=most.min(i64::try_from(terms.times.unwrap_or(99)).unwrap()) {
        let sets = subsets(free, usize::try_from(groups * a_group).unwrap()).into_iter().filter(|set| {
            let mut left: Vec<i64> = wants.iter().map(|want| want * groups).collect();
            can_fill(set, &mut left, fits)
        });
        let Some(set) = best(dearest, sets.collect()) else { break };
        let saves = set.iter().map(|unit| units[*unit].price).sum::<i64>() - price * groups;
        if saves > found.as_ref().map_or(0, |found| found.0) {
            found = Some((saves, set));
        }
    }
    let (saves, used) = found?;
    let cost = |line: usize| {
        used.iter().filter(|unit| units[**unit].line == line).map(|unit| units[*unit].price).sum()
    };
    let costs: Vec<Money> = (0..cart.len()).map(|line| Money::from_minor(cost(line))).collect();
    let split = apportion(Money::from_minor(saves), &costs, &costs).unwrap();
    let off = split.shares.iter().map(|share| share.minor()).collect();
    Some(Served { off, used })
}

/// What all promotions take off each line, one after the other.
fn tried(asked: &[Asked], cart: &[CartLine]) -> Vec<i64> {
    let of_line = |(line, of): (usize, &CartLine)| {
        (0..of.quantity).map(move |_| Unit { line, price: of.unit_price.minor() }).collect::<Vec<_>>()
    };
    let units: Vec<Unit> = cart.iter().enumerate().flat_map(of_line).collect();
    let mut free: Vec<usize> = (0..units.len()).collect();
    let mut off = vec![0; cart.len()];
    for asked in asked {
        if let Some(served) = serve(asked, cart, &units, &free) {
            off.iter_mut().zip(&served.off).for_each(|(sum, off)| *sum += off);
            free.retain(|unit| !served.used.contains(unit));
        }
    }
    off
}

fn carts() -> impl Strategy<Value = Vec<CartLine>> {
    let a_line = (proptest::sample::select(&SKUS[..]), 1..=4_u64, 0..=6_i64);
    proptest::collection::vec(a_line, 1..=4).prop_map(|lines| {
        let mut left = 8;
        let all = lines.into_iter().enumerate().map(move |(at, (sku, quantity, price))| {
            let quantity = quantity.min(left);
            left -= quantity;
            CartLine {
                sku: Sku::try_new(sku).unwrap(),
                ..times(quantity, line(&format!("l{at}"), price * 35))
            }
        });
        all.filter(|line| line.quantity > 0).collect()
    })
}

fn some_goods() -> impl Strategy<Value = Goods> {
    let own = proptest::option::of(proptest::sample::subsequence(&SKUS[..], 1..=2));
    (1..=2_u64, own).prop_map(|(quantity, own)| {
        let skus = own.unwrap_or_default().into_iter().map(|sku| Sku::try_new(sku).unwrap()).collect();
        Goods { quantity, skus, categories: vec![] }
    })
}

fn promotions() -> impl Strategy<Value = Asked> {
    let scope = proptest::sample::subsequence(&SKUS[..], 1..=3);
    let groups = (
        proptest::collection::vec(some_goods(), 0..=2),
        proptest::option::of(1..=2_u64),
        proptest::option::of(1..=3_u64),
    );
    let benefit = (0..4, 1..=150_i64, proptest::option::of(1..=150_i64));
    (scope, groups, benefit, any::<(bool, bool)>()).prop_map(
        |(scope, (buy, quantity, most), (which, amount, further), (dear, too))| {
            let grouped = quantity.is_some();
            let which = if which == 3 && !grouped { 0 } else { which };
            let terms = UnitTerms {
                buy_too: too && !buy.is_empty() && which != 3,
                buy,
                quantity,
                percent_off: PercentOff::from_basis_points(u32::try_from(amount * 66).unwrap())
                    .filter(|_| which == 0),
                amount_off: (which == 1).then_some(fen(amount)),
                further_off: further.map(fen).filter(|_| which == 1 && !grouped),
                price: (which == 2).then_some(fen(amount)),
                group_price: (which == 3).then_some(fen(amount * 2)),
                pick: if dear && which != 3 { Pick::Dearest } else { Pick::Cheapest },
                times: most.filter(|_| grouped),
                max_units: most.filter(|_| !grouped),
                ..UnitTerms::default()
            };
            Asked { scope, terms }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 1_500 } else { 20_000 }))]

    /// A-S1-7, issue of units: which units serve and what comes off them is what trying everything finds.
    #[test]
    fn units_are_those_that_trying_everything_finds(lines in carts(), asked in proptest::collection::vec(promotions(), 1..=2)) {
        let all: Vec<Rule> = asked
            .iter()
            .enumerate()
            .map(|(at, asked)| rule(&format!("p{at}"), skus(ScopeMode::Whitelist, &asked.scope), RuleTerms::Units(asked.terms.clone())))
            .collect();
        let set = rules(all);
        let wanted = tried(&asked, &lines);
        let told = quote(&set, &cart(Stage::Normal, lines.clone()));
        let off: Vec<i64> = told.lines.iter().map(|line| (line.list - line.payable).minor()).collect();
        prop_assert_eq!(&off, &wanted, "{:?}", told);
        // The order of the lines changes nothing.
        let turned: Vec<CartLine> = lines.iter().rev().cloned().collect();
        let told = quote(&set, &cart(Stage::Normal, turned));
        let back: Vec<i64> = told.lines.iter().rev().map(|line| (line.list - line.payable).minor()).collect();
        prop_assert_eq!(back, wanted);
    }
}
