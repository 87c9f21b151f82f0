//! Orders to tell stories about: ordinary, free, of a presale, and merged checkouts.

use crate::money_model::books::Bill;
use crate::money_model::story::{
    Bearer, Benefit, Coupon, Fen, Line, Minute, OPEN, Off, On, Order, Sale, Story,
};
use crate::support::random::Random;

/// The presale's items: price, deposit and gain of a unit (A-S1-1, A-S1-2). The last one's deposit is worth all.
pub const ITEMS: [(Fen, Fen, Fen); 5] = [
    (100_00, 10_00, 20_00),
    (100_00, 10_00, 20_00),
    (33_33, 3_33, 0),
    (250_01, 50_00, 75_00),
    (100_00, 20_00, 80_00),
];
/// How often the deposits of the same items count, in tenths; 0 where the gain is a reduction.
pub const MULTIPLIERS: [u32; 5] = [0, 30, 0, 25, 50];

pub fn pick<T: Clone>(random: &mut Random, from: &[T]) -> T {
    from[random.below(from.len())].clone()
}
/// So many times out of ten.
pub fn chance(random: &mut Random, tenths: usize) -> bool {
    random.below(10) < tenths
}

fn off(amount: Fen, bearer: Bearer, on: On) -> Off {
    Off { amount, bearer, on, coupon: None }
}
fn goods_left(order: &Order) -> Fen {
    Bill::of(&Order { freight: 0, offs: goods_only(order), ..order.clone() }).total()
}
fn goods_only(order: &Order) -> Vec<Off> {
    order.offs.iter().filter(|off| off.on != On::Freight).cloned().collect()
}

/// A coupon of that benefit; its discount names it.
pub fn coupon(random: &mut Random, story: &mut Story, benefit: Benefit, amount: Fen) -> Off {
    story.coupons.push(Coupon::of(benefit, chance(random, 6)));
    let coupon = Some(story.coupons.len() - 1);
    Off { amount, bearer: Bearer::Merchant, on: On::Goods, coupon }
}

/// One to three lines with discounts of several bearers.
pub fn ordinary(random: &mut Random, story: &mut Story, placed: Minute) -> Order {
    let line = |random: &mut Random| {
        let price = pick(random, &[1_00, 3_33, 25_00, 33_33, 99_99, 100_00]);
        Line { price, units: 1 + random.below(4) as u64, sale: None }
    };
    let lines = (0..=random.below(3)).map(|_| line(random)).collect();
    let mut order = Order { lines, freight: 0, offs: Vec::new(), placed };
    if chance(random, 3) {
        let list = order.lines[0].list();
        let amount = pick(random, &[list / 2, list / 3, list]);
        order.offs.push(off(amount, Bearer::Platform, On::Line(0)));
    }
    if chance(random, 4) {
        let amount = goods_left(&order) / 10;
        order.offs.push(off(amount, Bearer::Merchant, On::Goods));
    }
    if chance(random, 5) {
        let amount = goods_left(&order) / pick(random, &[5, 7, 20]);
        order.offs.push(off(amount, Bearer::Platform, On::Goods));
    }
    if chance(random, 3) {
        let amount = goods_left(&order) / 4;
        let named = coupon(random, story, Benefit::Save(amount), amount);
        order.offs.push(named);
    }
    if chance(random, 4) {
        order.freight = 6_00;
        let amount = pick(random, &[0, 2_50, 6_00]);
        order.offs.push(off(amount, Bearer::Platform, On::Freight));
    }
    order.offs.retain(|off| off.amount > 0);
    order
}

/// All of it comes off.
pub fn free(random: &mut Random, story: &mut Story, placed: Minute) -> Order {
    let mut order = ordinary(random, story, placed);
    order.offs.retain(|off| off.on != On::Freight);
    if order.freight > 0 {
        order.offs.push(off(order.freight, Bearer::Platform, On::Freight));
    }
    let left = goods_left(&order);
    if left > 0 && chance(random, 5) {
        let named = coupon(random, story, Benefit::Save(left), left);
        order.offs.push(named);
    } else if left > 0 {
        order.offs.push(off(left, Bearer::Platform, On::Goods));
    }
    order
}

/// One or two lines of a presale.
pub fn presale(random: &mut Random, placed: Minute, items: usize) -> Order {
    let line = |item: usize, random: &mut Random| {
        let (price, deposit, gain) = ITEMS[item];
        Line { price, units: 1 + random.below(3) as u64, sale: Some(Sale { item, deposit, gain }) }
    };
    let first = random.below(items);
    let mut lines = vec![line(first, random)];
    if chance(random, 3) {
        lines.push(line((first + 1) % items, random));
    }
    Order { lines, freight: 0, offs: Vec::new(), placed }
}

/// What comes off with a balance.
pub fn at_balance(random: &mut Random, story: &mut Story, order: &Order) -> Vec<Off> {
    let balance = Bill::of(order).total() - order.deposit();
    let mut offs = Vec::new();
    if chance(random, 4) {
        let amount = pick(random, &[balance / 7, balance / 2, balance, balance + 5_00]);
        offs.push(off(amount, Bearer::Platform, On::Goods));
    }
    if chance(random, 4) {
        let amount = balance / 10;
        let named = coupon(random, story, Benefit::Save(amount), amount);
        offs.push(named);
    }
    if chance(random, 2) {
        offs.push(off(balance / 9, Bearer::Merchant, On::Goods));
    }
    offs.retain(|off| off.amount > 0);
    offs
}

/// The ordinary goods of a merged checkout, and what its coupon takes off the balance beside them (A-S1-6).
pub fn merged(random: &mut Random, story: &mut Story, balance_of: &Order, percent: bool) -> (Order, Off) {
    let placed = OPEN + 20 + Minute::from(random.byte() % 40);
    let mut goods = ordinary(random, story, placed);
    let (left, contribution) = (goods_left(&goods), balance_of.payable());
    let room = contribution - balance_of.deposit();
    let (benefit, ours) = if percent {
        (Benefit::Percent(10), left / 10)
    } else {
        let save = (left + contribution) / 10;
        (Benefit::Save(save), save * left / (left + contribution))
    };
    let theirs = match benefit {
        Benefit::Save(save) => (save - ours).min(room),
        Benefit::Percent(_) | Benefit::AtCashier(_) => (contribution / 10).min(room),
    };
    let named = coupon(random, story, benefit, ours);
    // Reached by each alone, by both together, or not even by both, whatever else comes off.
    let (list, least) = (goods.lines.iter().map(Line::list).sum::<Fen>(), left.min(contribution));
    let both = Some(left + contribution).filter(|both| *both > list.max(contribution)).unwrap_or(least);
    let save = if let Benefit::Save(save) = benefit { save } else { 0 };
    let spends = [0, least, both, both, list + contribution + 1];
    // No coupon saves more than is to be spent.
    let spend = Some(pick(random, &spends)).filter(|spend| *spend >= save).unwrap_or(0);
    story.coupons.last_mut().expect("it was just added").spend = spend;
    let beside = Off { amount: theirs, ..named.clone() };
    if ours > 0 {
        goods.offs.push(named);
    }
    (goods, beside)
}
