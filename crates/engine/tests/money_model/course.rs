//! The course of one order: which of its money is good, by when things happened (A-G-8, A-G-9, A-G-14, A-S1-20,
//! A-S1-22, A-S1-24).

use super::OrderEnd;
use super::books::{Bill, Books};
use super::money::{Fate, Money};
use super::story::{
    Benefit, By, Coupon, END, Event, Fen, How, LOCK, Minute, OPEN, Of, Order, Payment, Refund, SKEW, Stage,
    Story, What,
};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Open,
    /// A presale order that waits for its balance.
    Deposited,
    Paid,
    Ended(By),
}

#[derive(Debug, Clone)]
enum Step {
    Started(String),
    Paid(Payment),
    Cancelled(By),
    Refunded(Refund),
    /// Unpaid until then, it ends.
    Deadline(State),
    /// Balances open: one of 0 is paid (A-G-14).
    Opens,
}

/// A step with its time and its place among those of one minute.
type Timed = (Minute, u8, Step);

#[derive(Debug, Clone)]
pub struct Course<'a> {
    order: &'a Order,
    coupons: &'a [Coupon],
    pub state: State,
    pub money: Money,
    known: BTreeSet<String>,
    /// What the cashier has started with a coupon, and when.
    started: BTreeMap<String, Minute>,
    /// What the order was paid by, with the time: by nothing where it cost nothing.
    pub paid_by: Option<(Minute, Option<Payment>)>,
    pub fates: BTreeMap<String, Fate>,
    /// The deposit that was taken.
    deposit: Option<String>,
    /// Refunds that ended a presale order before its balance.
    closing: BTreeSet<String>,
    /// When it ended unpaid, or everything had gone back.
    pub gone_at: Option<Minute>,
    /// A balance came without a deposit: it waits for that, for ever if need be.
    pub waits: bool,
    /// It had cost nothing and was cancelled: as unpaid, it keeps no coupon.
    pub called_off: bool,
}

impl<'a> Course<'a> {
    fn new(order: &'a Order, coupons: &'a [Coupon]) -> Self {
        let mut course = Self {
            order,
            coupons,
            state: State::Open,
            money: Money::default(),
            known: BTreeSet::new(),
            started: BTreeMap::new(),
            paid_by: None,
            fates: BTreeMap::new(),
            deposit: None,
            closing: BTreeSet::new(),
            gone_at: None,
            waits: false,
            called_off: false,
        };
        if order.payable() == 0 {
            course.pay(Bill::of(order), order.placed, None);
        }
        course
    }

    fn pay(&mut self, bill: Bill, at: Minute, by: Option<Payment>) {
        self.state = State::Paid;
        self.money.books = Some(bill.paid(self.order));
        self.money.good_at = self.money.good_at.or(Some(at));
        self.paid_by = Some((at, by));
    }

    fn step(&mut self, at: Minute, step: &Step) {
        match step {
            Step::Started(payment) if self.state == State::Open => {
                self.started.insert(payment.clone(), at);
            }
            Step::Paid(payment) if self.known.insert(payment.id.clone()) => self.money_came(at, payment),
            Step::Cancelled(by) => self.cancel(*by),
            Step::Refunded(refund) => self.refund(at, refund),
            Step::Deadline(of) if self.state == *of => self.state = State::Ended(By::Timeout),
            Step::Started(_) | Step::Paid(_) | Step::Deadline(_) => {}
            Step::Opens => {
                let bill = Bill::of(self.order);
                if self.state == State::Deposited && bill.total() == self.order.deposit() {
                    self.pay(bill, at, None);
                }
            }
        }
        let resolved = self.money.settle_kept();
        if let Some(id) = resolved.into_iter().next().filter(|_| self.state == State::Deposited) {
            self.state = State::Ended(By::Merchant);
            self.closing.insert(id);
        }
        let is_gone = match self.state {
            State::Open | State::Deposited => false,
            State::Paid => self.is_back(),
            State::Ended(_) => true,
        };
        self.gone_at = self.gone_at.or(Some(at)).filter(|_| is_gone);
    }

    fn money_came(&mut self, at: Minute, payment: &Payment) {
        let mut bill = Bill::of(self.order);
        for off in &payment.offs {
            bill.take(off);
        }
        if let Some(Benefit::AtCashier(save)) = payment.voucher.map(|voucher| self.coupons[voucher].benefit) {
            bill.take_voucher(save);
        }
        let promised = payment.voucher.is_none_or(|voucher| self.is_promised(voucher, &payment.id, at));
        self.waits |= payment.stage == Stage::Balance && self.money.books.is_none();
        let due = match (payment.stage, self.state) {
            (Stage::Full, State::Open) if !self.order.is_presale() => Some(bill.total()),
            (Stage::Deposit, State::Open) if self.order.is_presale() => Some(self.order.deposit()),
            (Stage::Balance, State::Deposited) if (OPEN..END).contains(&at) => {
                Some(bill.total() - self.order.deposit())
            }
            _ => None,
        };
        if due != Some(payment.amount) || !promised {
            self.money.refuse(&payment.id, at, payment.amount);
        } else if payment.stage == Stage::Deposit {
            self.state = State::Deposited;
            self.money.books = Some(Books::deposit(self.order));
            self.deposit = Some(payment.id.clone());
            self.money.good_at = Some(at);
        } else {
            self.pay(bill, at, Some(payment.clone()));
        }
    }

    /// Until its end a coupon of the cashier works, and beyond it for a payment that was started before, as long as that
    /// holds it (A-S0-24).
    fn is_promised(&self, voucher: usize, payment: &str, at: Minute) -> bool {
        let Some(ends) = self.coupons[voucher].ends else { return true };
        let started = self.started.get(payment).filter(|started| **started < ends);
        at < ends || started.is_some_and(|started| at < started + LOCK)
    }

    /// A paid order is cancelled no more; one that cost nothing comes back by it, as by a full refund (A-G-14).
    fn cancel(&mut self, by: By) {
        match self.state {
            State::Open | State::Deposited => self.state = State::Ended(by),
            State::Paid => {
                let free = self.money.books.as_mut().filter(|books| books.came == 0);
                if let Some(books) = free {
                    books.undo();
                    self.called_off = true;
                }
            }
            State::Ended(_) => {}
        }
    }

    /// A refund of the deposit ends the order.
    fn refund(&mut self, at: Minute, refund: &Refund) {
        let is_known = refund.payment.as_ref().is_none_or(|payment| self.known.contains(payment));
        let fate = if is_known { self.money.give(refund, at) } else { Fate::Impossible };
        if fate == Fate::OfOrder && self.state == State::Deposited {
            self.state = State::Ended(By::Merchant);
            self.closing.insert(refund.id.clone());
        }
        self.fates.insert(refund.id.clone(), fate);
    }

    pub fn is_back(&self) -> bool {
        self.money.books.as_ref().is_some_and(Books::is_back)
    }

    pub fn end(&self) -> OrderEnd {
        let books = self.money.books.as_ref();
        let left = books.map(|books| books.left).unwrap_or_default();
        // The merchant ended it, and agreed on no part (A-S1-20).
        let owes = self.state == State::Ended(By::Merchant) && self.closing.is_empty();
        let given_back = books.is_some_and(|books| books.left.cash < books.came);
        // A deposit stands in the books when its fate is known: it is forfeited, or goes back.
        let paid = match self.state {
            State::Paid | State::Ended(By::Customer | By::Timeout) => left.cash,
            // What has to go back is nobody's but the customer's.
            State::Ended(By::Merchant) if given_back && !owes => left.cash,
            State::Ended(By::Merchant) | State::Open | State::Deposited => 0,
        };
        let subsidy = if self.state == State::Paid { left.platform } else { 0 };
        let is_pooled = self.order.is_presale() && self.state == State::Paid && !self.is_back();
        let waiting = self.money.refused.iter().filter(|refused| refused.left > 0);
        let deposit = self.deposit.clone().filter(|_| owes && left.cash > 0);
        OrderEnd {
            state: match self.state {
                State::Open | State::Deposited => "open",
                State::Paid => "paid",
                State::Ended(_) => "cancelled",
            },
            paid,
            settled: paid + subsidy,
            subsidy,
            units: books.map_or(vec![0; self.order.lines.len()], |books| {
                books.goods.iter().map(|line| line.back).collect()
            }),
            to_return: waiting
                .map(|refused| (refused.payment.clone(), refused.left))
                .chain(deposit.map(|deposit| (deposit, left.cash)))
                .collect(),
            ambiguous: self.money.kept.iter().map(|(_, id, amount)| (id.clone(), *amount)).collect(),
            pool: is_pooled.then_some(left.cash),
        }
    }
}

/// One order of a story, as things happened.
pub fn course(story: &Story, order: usize) -> Course<'_> {
    play(story, order, &in_time(story, order))
}

fn play<'a>(story: &'a Story, order: usize, steps: &[Timed]) -> Course<'a> {
    let mut course = Course::new(&story.orders[order], &story.coupons);
    for (at, _, step) in steps {
        course.step(*at, step);
    }
    course
}

fn in_time(story: &Story, index: usize) -> Vec<Timed> {
    let order = &story.orders[index];
    let mut steps: Vec<Timed> = vec![(order.deadline(), 0, Step::Deadline(State::Open))];
    if order.is_presale() {
        steps.push((OPEN, 1, Step::Opens));
        steps.push((END, 0, Step::Deadline(State::Deposited)));
    }
    let mut refunds: Vec<(Minute, Refund)> = Vec::new();
    for Event { at, what, .. } in story.of(index) {
        match what {
            What::Started { payment, .. } => steps.push((*at, 2, Step::Started(payment.clone()))),
            What::Paid(payment) => steps.push((*at, 2, Step::Paid(payment.clone()))),
            What::Cancelled(by) => steps.push((*at, 3, Step::Cancelled(*by))),
            What::Refunded(refund) => tell(&mut refunds, *at, refund),
        }
    }
    steps.retain(|(at, ..)| *at <= story.until);
    steps.sort_by_key(|(at, rank, _)| (*at, *rank));
    let balance = play(story, index, &steps).paid_by.filter(|_| order.is_presale());
    for (at, refund) in refunds {
        let at = balance.as_ref().map_or(at, |balance| after_balance(order, balance, at, &refund));
        steps.push((at, 4, Step::Refunded(refund)));
    }
    steps.sort_by_key(|(at, rank, _)| (*at, *rank));
    steps
}

/// Told again with its payment, a refund is no other.
fn tell(refunds: &mut Vec<(Minute, Refund)>, at: Minute, told: &Refund) {
    match refunds.iter_mut().find(|(_, known)| known.id == told.id) {
        Some((_, known)) => known.payment = known.payment.take().or_else(|| told.payment.clone()),
        None => refunds.push((at, told.clone())),
    }
}

/// A-S1-24: whether a refund that says it was before the balance was after it.
fn after_balance(order: &Order, balance: &(Minute, Option<Payment>), at: Minute, refund: &Refund) -> Minute {
    let (paid_at, payment) = balance;
    let names_it = refund.payment.is_some() && refund.payment == payment.as_ref().map(|paid| paid.id.clone());
    let above = matches!(refund.of, Of::Amount(amount) if amount > order.deposit());
    let is_event = refund.how != How::Asked;
    if is_event && (at > paid_at - SKEW || names_it || above) { at.max(*paid_at) } else { at }
}

/// The coupons that the order has a share of, since when and how much: with its placing, or with the balance that paid
/// it. What finds no room takes nothing, and its coupon stays.
pub fn named(course: &Course<'_>) -> Vec<(Minute, usize, Fen)> {
    let mut bill = Bill::of(course.order);
    let placed = course.order.offs.iter().map(|off| (course.order.placed, off.coupon, off.amount));
    let mut found: Vec<_> = placed.collect();
    if let Some((at, Some(paid))) = &course.paid_by {
        found.extend(paid.offs.iter().map(|off| (*at, off.coupon, bill.take(off))));
    }
    let took =
        |(at, coupon, took): (Minute, Option<usize>, Fen)| Some((at, coupon.filter(|_| took > 0)?, took));
    found.into_iter().filter_map(took).collect()
}
