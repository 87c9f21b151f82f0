//! Random stories that can be true: money that goes back has come, and what is told says nothing impossible.

use super::goods::{self, chance, pick};
use crate::money_model::{
    books::Bill,
    course::{Course, State, course},
    money::Fate,
    story::{
        Benefit, By, Coupon, Event, Fen, How, Minute, OPEN, Of, Off, Payment, Refund, SKEW, Stage, Story,
        UNDEPOSITED, What,
    },
};
use crate::support::random::Random;

/// How a story is told: by events alone, which may be heard in any order, or also by what is asked for here, where it is
/// asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doors {
    Events,
    All,
}

struct Teller {
    doors: Doors,
    random: Random,
    story: Story,
    /// What comes off with the balance of each order.
    beside: Vec<Vec<Off>>,
    /// The coupon of the cashier that each order may be paid with.
    vouchers: Vec<Option<usize>>,
}

/// A story of that seed.
pub fn story(seed: u64, doors: Doors) -> Story {
    let mut teller = Teller {
        doors,
        random: Random::of(seed),
        story: Story::default(),
        beside: Vec::new(),
        vouchers: Vec::new(),
    };
    for _ in 0..=teller.random.below(2) {
        teller.orders();
    }
    for order in 0..teller.story.orders.len() {
        teller.course(order);
    }
    teller.clear_up();
    let last = teller.story.events.iter().map(|event| event.at).max().unwrap_or_default();
    teller.story.until = pick(&mut teller.random, &[last.max(OPEN) + 700, 20_000]);
    teller.story
}

impl Teller {
    fn orders(&mut self) {
        let (random, story) = (&mut self.random, &mut self.story);
        let placed = Minute::from(random.byte());
        let mut push = |story: &mut Story, order, beside, voucher| {
            story.orders.push(order);
            self.beside.push(beside);
            self.vouchers.push(voucher);
        };
        match random.below(10) {
            0..4 => {
                let order = goods::ordinary(random, story, placed);
                let voucher = (order.payable() > 20_00 && chance(random, 3)).then(|| {
                    let ends = (self.doors == Doors::All && chance(random, 8))
                        .then(|| placed + pick(random, &[3, 8, 10, 20]));
                    story.coupons.push(Coupon { ends, ..Coupon::of(Benefit::AtCashier(5_00), false) });
                    story.coupons.len() - 1
                });
                push(story, order, Vec::new(), voucher);
            }
            4 => {
                let order = goods::free(random, story, placed);
                push(story, order, Vec::new(), None);
            }
            5..8 => {
                let order = goods::presale(random, placed, goods::ITEMS.len());
                let beside = goods::at_balance(random, story, &order);
                push(story, order, beside, None);
            }
            _ => {
                let balance = goods::presale(random, placed, goods::ITEMS.len() - 1);
                let percent = chance(random, 4);
                let (goods, beside) = goods::merged(random, story, &balance, percent);
                push(story, balance, vec![beside], None);
                push(story, goods, Vec::new(), None);
            }
        }
    }

    /// What happens to an order, step by step.
    fn course(&mut self, order: usize) {
        let (placed, is_presale) = (self.story.orders[order].placed, self.story.orders[order].is_presale());
        let mut at = placed;
        for turn in 0..4 + self.random.below(5) {
            at += pick(&mut self.random, &[0, 1, 1, 4, 9, 40]);
            // Clocks differ: what follows a refund follows it by more than that.
            let is_of = |event: &&Event| event.order == order && matches!(event.what, What::Refunded(_));
            let refunded = self.story.events.iter().filter(is_of).map(|event| event.at).max();
            at = at.max(refunded.map_or(at, |refunded| refunded + SKEW + 1));
            if is_presale && turn == 0 {
                self.pay(order, at.min(placed + UNDEPOSITED - 1), Pay::Due);
            } else if is_presale && at < OPEN && chance(&mut self.random, 6) {
                at = OPEN + Minute::from(self.random.byte());
                self.pay(order, at, Pay::Due);
            } else {
                self.something(order, at);
            }
        }
    }

    fn something(&mut self, order: usize, at: Minute) {
        match self.random.below(12) {
            0..4 => self.pay(order, at, Pay::Due),
            4 => self.pay(order, at, Pay::Wrong),
            5 => {
                let by = pick(&mut self.random, &[By::Customer, By::Customer, By::Merchant]);
                self.say(order, at, What::Cancelled(by));
            }
            _ => self.refund(order, at),
        }
    }

    /// Adds it, unless something that was told before or now became impossible.
    fn say(&mut self, order: usize, at: Minute, what: What) {
        self.story.until = Minute::MAX;
        self.story.events.push(Event { order, at, what });
        let course = course(&self.story, order);
        if course.fates.values().any(|fate| *fate == Fate::Impossible) {
            self.story.events.pop();
        }
    }

    fn pay(&mut self, order: usize, at: Minute, how: Pay) {
        let what = &self.story.orders[order];
        let stage = match (what.is_presale(), at < OPEN) {
            (false, _) => Stage::Full,
            (true, true) => Stage::Deposit,
            (true, false) => Stage::Balance,
        };
        self.story.until = at;
        let so_far = course(&self.story, order);
        // A balance without its deposit waits, for ever if need be.
        if stage == Stage::Balance && so_far.money.books.is_none() {
            return;
        }
        let (mut bill, mut offs, mut voucher) = (Bill::of(what), Vec::new(), None);
        if stage == Stage::Balance {
            offs.clone_from(&self.beside[order]);
            for off in &offs {
                bill.take(off);
            }
        } else if stage == Stage::Full {
            voucher =
                self.vouchers[order].filter(|_| so_far.state == State::Open && self.random.below(3) > 0);
            if voucher.is_some() {
                bill.take_voucher(5_00);
            }
        }
        let due = match stage {
            Stage::Full => bill.total(),
            Stage::Deposit => what.deposit(),
            Stage::Balance => bill.total() - what.deposit(),
        };
        let amount = match how {
            Pay::Due => due,
            Pay::Wrong => due + 1,
        };
        // Nothing is no money where it is not what was to be paid.
        let is_first = matches!(so_far.state, State::Open | State::Deposited);
        if amount == 0 && !(is_first && stage == Stage::Balance && !offs.is_empty()) {
            return;
        }
        let mut id = format!("o{order}-b{}", self.story.events.len());
        if let Some(voucher) = voucher {
            id = self.start(order, at, id, voucher);
        }
        self.say(order, at, What::Paid(Payment { id, stage, amount, offs, voucher }));
    }

    /// Often the cashier has started it a little before, or long before; sometimes that comes to nothing.
    fn start(&mut self, order: usize, at: Minute, id: String, voucher: usize) -> String {
        let is_started = |event: &Event| event.order == order && matches!(event.what, What::Started { .. });
        if self.doors == Doors::Events
            || self.story.events.iter().any(is_started)
            || !chance(&mut self.random, 7)
        {
            return id;
        }
        let before = pick(&mut self.random, &[3, 9, 14, 20]);
        let ends = self.story.coupons[voucher].ends.filter(|ends| (at - 12..=at).contains(ends));
        let started = ends.map_or(at - before, |ends| ends - 1).max(self.story.orders[order].placed);
        self.say(order, started, What::Started { payment: id.clone(), voucher });
        let is_left = self.story.coupons[voucher].ends.is_none() && chance(&mut self.random, 3);
        if is_left { format!("{id}-again") } else { id }
    }

    fn how(&mut self) -> How {
        if self.doors == Doors::All && chance(&mut self.random, 3) {
            return How::Asked;
        }
        pick(&mut self.random, &[How::Went, How::Went, How::Twofold, How::Steps, How::Backwards])
    }

    fn refund(&mut self, order: usize, at: Minute) {
        self.story.until = at;
        let known = course(&self.story, order);
        let amounts = amounts(&known);
        if amounts.is_empty() && known.money.books.is_none() {
            return;
        }
        let behind = self.story.orders[order].is_presale() && known.money.refused.is_empty();
        let of = match self.random.below(8) {
            0..4 if !amounts.is_empty() => Of::Amount(pick(&mut self.random, &amounts)),
            7 => Of::Rest,
            _ => Of::Units(self.units(order)),
        };
        let payments: Vec<String> = payments(&self.story, order, at).into_iter().collect();
        // Units say no more by it than which way the money went.
        let may_name = match of {
            Of::Amount(_) => true,
            Of::Units(_) => !self.story.orders[order].is_presale(),
            Of::Rest => false,
        };
        let names = may_name && !payments.is_empty() && chance(&mut self.random, 5);
        let payment = names.then(|| pick(&mut self.random, &payments));
        let how = self.how();
        // Sometimes it says that it was a little before what it is of.
        let behind = behind && how != How::Asked;
        let at = if behind && self.random.below(4) == 0 { at - pick(&mut self.random, &[2, 7]) } else { at };
        let id = format!("o{order}-r{}", self.story.events.len());
        self.say(
            order,
            at.max(self.story.orders[order].placed + 1),
            What::Refunded(Refund { id, of, payment, how }),
        );
    }

    fn units(&mut self, order: usize) -> Vec<(usize, u64)> {
        let lines = self.story.orders[order].lines.clone();
        let mut some = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            if chance(&mut self.random, 6) {
                some.push((index, 1 + self.random.next() % line.units));
            }
        }
        if some.is_empty() { vec![(0, 1)] } else { some }
    }

    /// Somebody says of some ambiguous refunds what they are of.
    fn clear_up(&mut self) {
        for order in 0..self.story.orders.len() {
            self.story.until = Minute::MAX;
            let kept = course(&self.story, order).money.kept;
            for (_, id, amount) in kept {
                if chance(&mut self.random, 2) {
                    continue;
                }
                let last = self.story.events.iter().map(|event| event.at).max().unwrap_or_default();
                let payments = payments(&self.story, order, last);
                let payment = Some(pick(&mut self.random, &payments));
                let how = if self.doors == Doors::All { How::Assigned } else { How::Went };
                let refund = Refund { id, of: Of::Amount(amount), payment, how };
                self.say(order, last + 1, What::Refunded(refund));
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Pay {
    Due,
    Wrong,
}

/// Amounts that are worth a try.
fn amounts(course: &Course<'_>) -> Vec<Fen> {
    let good = course.money.books.iter().map(|books| books.left.cash);
    let left = good.chain(course.money.refused.iter().map(|refused| refused.left));
    let found: Vec<Fen> = left.flat_map(|left| [left, left, left / 2, left / 3, left - 1, 1]).collect();
    found.into_iter().filter(|amount| *amount > 0).collect()
}

/// Payments that were told by then.
fn payments(story: &Story, order: usize, by: Minute) -> Vec<String> {
    let of = story.events.iter().filter(|event| event.order == order && event.at <= by);
    let paid = of.filter_map(|event| match &event.what {
        What::Paid(payment) if payment.amount > 0 => Some(payment.id.clone()),
        What::Started { .. } | What::Paid(_) | What::Cancelled(_) | What::Refunded(_) => None,
    });
    paid.collect()
}
