//! A-G-16: what goes back to other parties with any sequence of refunds, beside a model that knows units alone.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::Code;
use domain::event::RefundLine;
use domain::ledger::{Account, Entry, post_payment, post_refund, settle};
use domain::order::{self, Order, Party, Refund, RefundAsk, RefundStatus};
use given::{at, by, cases, fen, id, less, order_of, payment, placed, shop_id, with_freight};
use money::Money;
use proptest::collection::vec;
use proptest::prelude::*;

/// Lines of price and quantity; of each the permille that the platform and the merchant take off; freight and the
/// permille of it that the platform takes off; the payment coupon as permille of half of what is payable.
#[derive(Debug, Clone)]
struct Drawn {
    lines: Vec<(i64, u64)>,
    off: Vec<(i64, i64)>,
    freight: (i64, i64),
    saving: i64,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let price = prop_oneof![0..=9_i64, 1..=50_000_i64];
    let permille = || prop_oneof![Just(0), 0..=1000_i64, Just(1000)];
    let lines = vec((price, 1..=6_u64), 1..=4);
    let freight = (prop_oneof![Just(0), 0..=2_000_i64], permille());
    (lines, vec((permille(), permille()), 4), freight, permille())
        .prop_map(|(lines, off, freight, saving)| Drawn { lines, off, freight, saving })
}

/// An order whose discounts are of single lines, so that parties differ from line to line.
fn paid(drawn: &Drawn) -> Order {
    let mut order = with_freight(placed(&drawn.lines), drawn.freight.0);
    for (index, (&(price, quantity), &(platform, merchant))) in drawn.lines.iter().zip(&drawn.off).enumerate()
    {
        let list = price * i64::try_from(quantity).unwrap();
        let first = list * platform / 1000;
        let second = (list - first) * merchant / 1000;
        for (amount, party) in [(first, Party::Platform), (second, Party::Merchant)] {
            order = less(order, "promotion", amount, party);
            let share = order::LineShare { line_id: id(&format!("l{index}")), amount: fen(amount) };
            order.discounts.last_mut().unwrap().lines = vec![share];
        }
    }
    let off = drawn.freight.0 * drawn.freight.1 / 1000;
    if off > 0 {
        order = less(order, "freight_coupon", off, Party::Platform);
    }
    let mut order = order_of(&order);
    let saving = (order.payable.minor() / 2 * drawn.saving / 1000).min(200_00);
    order.pay(payment(&order, "p1", saving, at("10T11:00:00"))).unwrap();
    order
}

/// A unit: what the customer paid for it, what the platform bore of it, whether it is back.
#[derive(Debug, Clone, Copy)]
struct Unit {
    cash: i64,
    part: i64,
    back: bool,
}

/// The rule said once more, unit by unit.
#[derive(Debug)]
struct Model {
    lines: Vec<Vec<Unit>>,
    freight: Option<i64>,
    paid: i64,
    cash_left: i64,
    left: i64,
}

fn half_up(amount: i64, numerator: i64, denominator: i64) -> i64 {
    let twice = 2 * i128::from(amount) * i128::from(numerator) + i128::from(denominator);
    i64::try_from(twice.div_euclid(2 * i128::from(denominator))).unwrap()
}

impl Model {
    fn of(order: &Order) -> Self {
        let payment = &order.payments[0];
        let line = |(index, line): (usize, &order::Line)| {
            let of = |party| {
                let shares = order.discounts.iter().zip(&line.shares);
                shares.filter(|(d, _)| d.funded_by == party).map(|(_, share)| share.minor()).sum::<i64>()
            };
            let part = of(Party::Platform);
            let coupon = payment.shares.get(index).map_or(0, |share| share.minor());
            let cash = line.list().minor() - part - of(Party::Merchant) - coupon;
            let all = i64::try_from(line.quantity).unwrap();
            let unit = |whole, nth| half_up(whole, nth, all) - half_up(whole, nth - 1, all);
            (1..=all).map(|nth| Unit { cash: unit(cash, nth), part: unit(part, nth), back: false }).collect()
        };
        let lines: Vec<Vec<Unit>> = order.lines.iter().enumerate().map(line).collect();
        let coupons = order.discounts.iter().filter(|d| &*d.kind == "freight_coupon");
        let freight: i64 = coupons.map(|d| d.amount.minor()).sum();
        let left = lines.iter().flatten().map(|unit| unit.part).sum::<i64>() + freight;
        let paid = order.paid().minor();
        Self { lines, freight: Some(freight), paid, cash_left: paid, left }
    }

    fn take(&mut self, refund: &Refund) -> i64 {
        let amount = refund.amount.minor();
        let last = self.cash_left > 0 && amount == self.cash_left;
        let share = if refund.lines.is_empty() {
            if last { self.left } else { half_up(self.left, amount, self.cash_left) }
        } else {
            let units = self.give_back(refund);
            let stay: i64 = self.free().map(|unit| unit.part).sum();
            if last { (self.left - stay).max(0) } else { units.min(self.left) }
        };
        self.cash_left -= amount;
        self.left -= share;
        share
    }

    fn give_back(&mut self, refund: &Refund) -> i64 {
        let counts = |unit: &Unit, cash_left: i64| cash_left > 0 || unit.cash == 0;
        let mut sum = 0;
        for part in &refund.lines {
            let index: usize = part.line_id.as_str()[1..].parse().unwrap();
            let units = self.lines[index].iter_mut().filter(|unit| !unit.back);
            for unit in units.take(usize::try_from(part.quantity).unwrap()) {
                unit.back = true;
                sum += if counts(unit, self.cash_left) { unit.part } else { 0 };
            }
        }
        let free = |line: &Vec<Unit>| line.iter().all(|unit| unit.cash == 0);
        let all_free = self.lines.iter().all(free);
        let over = |line: &Vec<Unit>| line.iter().all(|unit| unit.back) || free(line) && !all_free;
        if self.lines.iter().all(over)
            && let Some(freight) = self.freight.take()
        {
            sum += if self.cash_left > 0 || self.paid == 0 { freight } else { 0 };
        }
        sum
    }

    /// Units that cost nothing and are not back.
    fn free(&self) -> impl Iterator<Item = &Unit> {
        self.lines.iter().flatten().filter(|unit| unit.cash == 0 && !unit.back)
    }
}

/// What is asked back: so many units of a line, permille of the cash that is left, or a fen of it.
#[derive(Debug, Clone, Copy)]
enum Wish {
    Units(usize, u64),
    Amount(i64),
    Fen,
}

fn units() -> impl Strategy<Value = Wish> {
    (0..4_usize, 1..=6_u64).prop_map(|(line, units)| Wish::Units(line, units))
}

fn wish() -> impl Strategy<Value = Wish> {
    prop_oneof![4 => units(), 2 => (1..=1000_i64).prop_map(Wish::Amount), 1 => Just(Wish::Fen)]
}

fn ask(order: &Order, wish: Wish) -> RefundAsk {
    let left = (order.paid() - order.refunded()).minor();
    let amount = |minor| RefundAsk { lines: vec![], amount: Some(fen(minor)), fault: None };
    match wish {
        Wish::Units(line, quantity) => {
            let line_id = order.lines[line % order.lines.len()].line_id.clone();
            RefundAsk { lines: vec![RefundLine { line_id, quantity }], amount: None, fault: None }
        }
        Wish::Amount(permille) => amount(left * permille / 1000),
        Wish::Fen => amount(1),
    }
}

const REST: RefundAsk = RefundAsk { lines: Vec::new(), amount: None, fault: None };

struct Books {
    order: Order,
    entries: Vec<Entry>,
    model: Model,
}

impl Books {
    fn open(drawn: &Drawn) -> Self {
        let mut order = paid(drawn);
        let payment = order.payments[0].clone();
        let entries = post_payment(&shop_id(), &mut order, &payment, Party::Merchant);
        let model = Model::of(&order);
        Self { order, entries, model }
    }
    /// Refunds, and compares with the model.
    fn refund(&mut self, ask: RefundAsk) -> Result<Refund, Code> {
        let (turn, name) = (self.order.refunds.len(), format!("r{}", self.order.refunds.len()));
        let when = by(at("11T00:00:00"), i64::try_from(turn).unwrap());
        let refund = order::refund(&self.order, &id(&name), ask, when).map_err(|refusal| refusal.code)?;
        assert_eq!(refund.parts.of(Party::Platform).minor(), self.model.take(&refund), "{name}");
        self.entries.extend(post_refund(&shop_id(), &mut self.order, &refund));
        self.order.refunds.push(refund.clone());
        let parts: Vec<_> = self.order.refunds.iter().map(|refund| refund.parts.clone()).collect();
        assert_eq!(order::parts(&self.order), parts, "as the auditor computes them");
        self.check();
        Ok(refund)
    }
    fn subsidy(&self) -> Money {
        let of_platform = self.entries.iter().filter(|entry| entry.account == Account::PlatformSubsidy);
        -of_platform.map(|entry| entry.amount).sum::<Money>()
    }
    /// What is left to the parties, and to the customer.
    fn check(&self) {
        let (left, stays) = (self.subsidy().minor(), self.model.free().map(|unit| unit.part).sum::<i64>());
        assert!(left >= 0, "a party gets no more than it bore");
        assert_eq!(left, self.model.left);
        let settlement = settle(&self.entries);
        assert_eq!(settlement.settled, settlement.paid + fen(left), "the merchant holds what others paid");
        if self.model.cash_left == 0 && self.order.paid().is_positive() {
            assert!(left <= stays, "the cash is gone, and with it all but what stays with free units");
        }
    }
}

proptest! {
    #![proptest_config(cases(4096))]

    /// A-G-16, A-G-6: any sequence by lines and by amount, then the rest, ends with nothing for anybody.
    #[test]
    fn a_g_16_any_sequence_of_refunds(drawn in drawn(), wishes in vec(wish(), 0..14)) {
        let mut books = Books::open(&drawn);
        for wish in wishes {
            let _ = books.refund(ask(&books.order, wish));
        }
        let _ = books.refund(REST);
        prop_assert!(books.subsidy().is_zero());
        prop_assert_eq!(settle(&books.entries).settled, fen(0));
        prop_assert_eq!(books.order.refunded(), books.order.paid());
    }

    /// A-G-16, A-G-6: by lines alone each unit brings its own, in whatever groups; the sums are exact.
    #[test]
    fn a_g_16_a_g_6_lines_bring_their_own(drawn in drawn(), wishes in vec(units(), 0..10)) {
        let mut books = Books::open(&drawn);
        for wish in wishes {
            let _ = books.refund(ask(&books.order, wish));
        }
        let back = books.model.lines.iter().flatten().filter(|unit| unit.back);
        let units: i64 = back.map(|unit| unit.part).sum();
        // The freight's goes with the freight, or, where that cost nothing, with the last of the cash.
        let coupons = books.order.discounts.iter().filter(|d| &*d.kind == "freight_coupon");
        let freight: i64 = coupons.map(|d| d.amount.minor()).sum();
        let gone = books.model.cash_left == 0 && books.model.paid > 0;
        let freight = if gone || books.model.freight.is_none() { freight } else { 0 };
        let parts: i64 = books.order.refunds.iter().map(|refund| refund.parts.sum().minor()).sum();
        prop_assert_eq!(parts, units + freight);
    }

    /// A-G-8, A-G-16: what goes back with each does not depend on the order in which refunds are heard of.
    #[test]
    fn a_g_8_a_g_16_heard_in_another_order(drawn in drawn(), wishes in vec(wish(), 0..8), turn in 0..8_usize) {
        let mut books = Books::open(&drawn);
        for wish in wishes {
            let _ = books.refund(ask(&books.order, wish));
        }
        let mut heard = books.order.clone();
        let count = heard.refunds.len().max(1);
        heard.refunds.rotate_left(turn % count);
        let by_id = |order: &Order| {
            let mut parts: Vec<_> = order.refunds.iter().map(|r| r.refund_id.clone()).zip(order::parts(order)).collect();
            parts.sort_by(|a, b| a.0.cmp(&b.0));
            parts
        };
        prop_assert_eq!(by_id(&heard), by_id(&books.order));
    }
}

/// A-G-16: wholly refunded fen by fen, each step within half a fen of its share of what is left.
#[test]
fn a_g_16_fen_by_fen() {
    let order = less(placed(&[(30, 1)]), "beans", 11, Party::Platform);
    let mut order = order_of(&order);
    order.pay(payment(&order, "p1", 0, at("10T11:00:00"))).unwrap();
    let mut left = 11;
    for turn in 1..=19 {
        let ask = RefundAsk { lines: vec![], amount: Some(fen(1)), fault: None };
        let refund = order::refund(&order, &id(&format!("r{turn}")), ask, at("11T00:00:00")).unwrap();
        let (part, cash_left) = (refund.parts.sum().minor(), 20 - turn);
        assert!(
            2 * (part * cash_left - left).abs() <= cash_left,
            "{part} of {left} for a fen of {cash_left}"
        );
        left -= part;
        order.refunds.push(refund);
    }
    assert_eq!(left, 0);
}

/// A-G-16: what is only asked for takes nothing, and nothing from others.
#[test]
fn a_g_16_requests_take_nothing_until_they_are_granted() {
    let mut order = order_of(&less(placed(&[(100_00, 1)]), "beans", 20_00, Party::Platform));
    order.pay(payment(&order, "p1", 0, at("10T11:00:00"))).unwrap();
    let half = RefundAsk { lines: vec![], amount: Some(fen(40_00)), fault: None };
    let mut asked = order::refund(&order, &id("r1"), half.clone(), at("11T00:00:00")).unwrap();
    asked.status = RefundStatus::Requested;
    order.refunds.push(asked);
    let granted = order::refund(&order, &id("r2"), half, at("11T01:00:00")).unwrap();
    assert_eq!(granted.parts.of(Party::Platform), fen(10_00));
    order.refunds.push(granted);
    assert_eq!(order::parts(&order)[0].sum(), fen(0));
}
