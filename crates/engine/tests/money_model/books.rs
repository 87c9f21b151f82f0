//! What the customer paid and the platform bore, by line, and what of both goes back (A-G-6, A-G-7, A-G-16).

use super::split::{over, round, span};
use super::story::{Bearer, Fen, Off, On, Order};

/// The money of some units, or of the freight.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Part {
    pub cash: Fen,
    pub platform: Fen,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goods {
    pub units: u64,
    pub back: u64,
    pub paid: Part,
}

/// The books of what was paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Books {
    pub goods: Vec<Goods>,
    pub freight: Part,
    freight_back: bool,
    by_amount: bool,
    pub came: Fen,
    /// What has not gone back.
    pub left: Part,
}

/// What is left to pay of lines and freight while discounts come off, one after the other.
#[derive(Debug, Clone)]
pub struct Bill {
    lines: Vec<Fen>,
    /// What is never touched of a line: its deposit (A-S1-5).
    kept: Vec<Fen>,
    freight: Fen,
    borne: Vec<Fen>,
    borne_freight: Fen,
}

impl Bill {
    pub fn of(order: &Order) -> Self {
        let lines = order.lines.iter();
        let mut bill = Self {
            lines: lines.map(super::story::Line::price_after_gain).collect(),
            kept: vec![0; order.lines.len()],
            freight: order.freight,
            borne: vec![0; order.lines.len()],
            borne_freight: 0,
        };
        for off in &order.offs {
            bill.take(off);
        }
        bill.kept = order.lines.iter().map(super::story::Line::deposit).collect();
        bill
    }
    pub fn total(&self) -> Fen {
        self.lines.iter().sum::<Fen>() + self.freight
    }
    /// Takes a discount off, as far as there is room; what it took.
    pub fn take(&mut self, off: &Off) -> Fen {
        let platform = off.bearer == Bearer::Platform;
        if off.on == On::Freight {
            let taken = off.amount.min(self.freight);
            self.freight -= taken;
            self.borne_freight += if platform { taken } else { 0 };
            return taken;
        }
        let only = |line: usize| off.on == On::Goods || off.on == On::Line(line);
        let some = |amounts: &mut dyn Iterator<Item = Fen>| -> Vec<Fen> {
            amounts.enumerate().map(|(line, amount)| if only(line) { amount } else { 0 }).collect()
        };
        let weights = some(&mut self.lines.iter().copied());
        let room = some(&mut self.lines.iter().zip(&self.kept).map(|(left, kept)| left - kept));
        let shares = over(off.amount.min(room.iter().sum()), &weights, &room);
        for (line, share) in shares.iter().enumerate() {
            self.lines[line] -= share;
            self.borne[line] += if platform { *share } else { 0 };
        }
        shares.iter().sum()
    }
    /// A coupon of the cashier comes off goods and freight alike; the merchant bears it (S0-R27).
    pub fn take_voucher(&mut self, save: Fen) {
        let mut all = self.lines.clone();
        all.push(self.freight);
        let shares = over(save, &all, &all);
        self.lines
            .iter_mut()
            .chain(std::iter::once(&mut self.freight))
            .zip(shares)
            .for_each(|(left, share)| *left -= share);
    }
    pub fn paid(self, order: &Order) -> Books {
        let goods = order.lines.iter().zip(self.lines.iter().zip(&self.borne));
        let goods = goods.map(|(line, (cash, borne))| Goods {
            units: line.units,
            back: 0,
            paid: Part { cash: *cash, platform: *borne },
        });
        Books::of(goods.collect(), Part { cash: self.freight, platform: self.borne_freight })
    }
}

impl Books {
    fn of(goods: Vec<Goods>, freight: Part) -> Self {
        let parts = || goods.iter().map(|line| line.paid).chain(std::iter::once(freight));
        let left = Part {
            cash: parts().map(|part| part.cash).sum(),
            platform: parts().map(|part| part.platform).sum(),
        };
        Self { goods, freight, freight_back: false, by_amount: false, came: left.cash, left }
    }
    /// Of a deposit: before the balance nothing was borne.
    pub fn deposit(order: &Order) -> Self {
        let goods = order.lines.iter().map(|line| Goods {
            units: line.units,
            back: 0,
            paid: Part { cash: line.deposit(), platform: 0 },
        });
        Self::of(goods.collect(), Part::default())
    }
    pub fn all_units_are_back(&self) -> bool {
        self.goods.iter().all(|line| line.back == line.units)
    }
    /// Whether everything that was paid went back; of what cost nothing, every unit.
    pub fn is_back(&self) -> bool {
        if self.came > 0 { self.left.cash == 0 } else { self.all_units_are_back() }
    }
    /// As a full refund would (A-G-14).
    pub fn undo(&mut self) {
        self.goods.iter_mut().for_each(|line| line.back = line.units);
        self.left = Part::default();
    }

    /// By amount: of every part what the amount is of the cash that is left.
    pub fn give_amount(&mut self, amount: Fen) -> bool {
        if amount <= 0 || amount > self.left.cash {
            return false;
        }
        let platform = round(self.left.platform * amount, self.left.cash);
        self.left.platform -= platform;
        self.left.cash -= amount;
        self.by_amount = true;
        true
    }

    /// By lines: what was paid for the units, and what was borne in them; with the last unit that cost something
    /// the freight. What went back by amount is not there any more.
    pub fn give_units(&mut self, asked: &[(usize, u64)]) -> bool {
        let mut goods = self.goods.clone();
        let mut back = Part::default();
        for &(line, count) in asked {
            let Some(line) = goods.get_mut(line) else { return false };
            let (from, to) = (line.back, line.back + count);
            if count == 0 || to > line.units {
                return false;
            }
            back.cash += span(line.paid.cash, line.units, from, to);
            back.platform += span(line.paid.platform, line.units, from, to);
            line.back = to;
        }
        let costs = |line: &Goods| line.paid.cash > 0;
        let is_free = !goods.iter().any(costs);
        let done = goods.iter().all(|line| line.back == line.units || !costs(line) && !is_free);
        let freight = done && !self.freight_back;
        if freight {
            back.cash += self.freight.cash;
            back.platform += self.freight.platform;
        }
        if self.by_amount {
            back.cash = back.cash.min(self.left.cash);
        }
        back.platform = back.platform.min(self.left.platform);
        if back.cash > 0 && back.cash == self.left.cash {
            let waiting = goods.iter().filter(|line| !costs(line));
            let waiting: Fen =
                waiting.map(|line| span(line.paid.platform, line.units, line.back, line.units)).sum();
            back.platform = self.left.platform - waiting.min(self.left.platform);
        }
        let all_free = asked.iter().all(|&(line, _)| !costs(&goods[line]));
        if back == Part::default() && !all_free {
            return false;
        }
        self.goods = goods;
        self.freight_back |= freight;
        self.left.cash -= back.cash;
        self.left.platform -= back.platform;
        true
    }

    /// All that is left.
    pub fn give_rest(&mut self) -> bool {
        let rest = self.goods.iter().enumerate().filter(|(_, line)| line.back < line.units);
        let rest: Vec<(usize, u64)> = rest.map(|(index, line)| (index, line.units - line.back)).collect();
        if rest.is_empty() && self.left.cash > 0 {
            return self.give_amount(self.left.cash);
        }
        !rest.is_empty() && self.give_units(&rest)
    }
}
