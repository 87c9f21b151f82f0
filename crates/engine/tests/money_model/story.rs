//! What is sold, and what happens to it. Amounts in fen, times in minutes after the start.

use std::fmt::Write as _;

pub type Fen = i64;
pub type Minute = i64;

/// Balances of presales are paid from then on (A-S1-22).
pub const OPEN: Minute = 1_200;
/// And before this.
pub const END: Minute = 4_200;
/// An ordinary order is cancelled after that.
pub const UNPAID: Minute = 1_440;
/// A presale order without its deposit ends after that (A-S1-19).
pub const UNDEPOSITED: Minute = 30;
/// How far two clocks may differ (A-S1-24).
pub const SKEW: Minute = 5;
/// How long a payment holds its coupon, and a checkout stays one (A-S1-28).
pub const LOCK: Minute = 15;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearer {
    Merchant,
    Platform,
}

/// What a discount comes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Goods,
    Line(usize),
    Freight,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Off {
    pub amount: Fen,
    pub bearer: Bearer,
    pub on: On,
    /// Which of the story's coupons it is of.
    pub coupon: Option<usize>,
}

/// What a unit of a presale is worth: a deposit, and what paying it takes off the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sale {
    pub item: usize,
    pub deposit: Fen,
    pub gain: Fen,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub price: Fen,
    pub units: u64,
    pub sale: Option<Sale>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Order {
    pub lines: Vec<Line>,
    pub freight: Fen,
    pub offs: Vec<Off>,
    pub placed: Minute,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Benefit {
    /// So much, over all orders of a checkout.
    Save(Fen),
    /// So many percent of each.
    Percent(u8),
    /// So much at the cashier, of one payment.
    AtCashier(Fen),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coupon {
    pub benefit: Benefit,
    /// Whether it comes back when everything went back.
    pub returns: bool,
    /// What the orders of a checkout must come to together.
    pub spend: Fen,
    /// When it ends, where that is before the story does.
    pub ends: Option<Minute>,
}

impl Coupon {
    /// One without a threshold that outlasts the story.
    pub fn of(benefit: Benefit, returns: bool) -> Self {
        Self { benefit, returns, spend: 0, ends: None }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Full,
    Deposit,
    Balance,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Customer,
    Merchant,
    Timeout,
}

/// What a refund says it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    Rest,
    Amount(Fen),
    Units(Vec<(usize, u64)>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    pub id: String,
    pub stage: Stage,
    pub amount: Fen,
    /// What comes off with a balance.
    pub offs: Vec<Off>,
    /// A coupon of the cashier.
    pub voucher: Option<usize>,
}

/// How a refund is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It went back, with what it is of.
    Went,
    /// It was asked for, granted and went back: only the first says what it is of.
    Steps,
    /// It went back without a word of what it is of; that is told after.
    Backwards,
    /// It was granted and went back, and both say what it is of.
    Twofold,
    /// The merchant asks for it here, after every payment known then (A-S1-24), and it goes back.
    Asked,
    /// The merchant says here of one that is known what it is of (A-G-15).
    Assigned,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    pub id: String,
    pub of: Of,
    pub payment: Option<String>,
    pub how: How,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The cashier starts a payment with a coupon (A-S0-24).
    Started {
        payment: String,
        voucher: usize,
    },
    Paid(Payment),
    Cancelled(By),
    Refunded(Refund),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub order: usize,
    pub at: Minute,
    pub what: What,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Story {
    pub orders: Vec<Order>,
    pub coupons: Vec<Coupon>,
    pub events: Vec<Event>,
    /// When we look.
    pub until: Minute,
}

impl Line {
    pub fn list(&self) -> Fen {
        self.price * units(self.units)
    }
    pub fn deposit(&self) -> Fen {
        self.sale.map_or(0, |sale| sale.deposit * units(self.units))
    }
    /// What it costs once the gain of its presale is off (A-S1-1).
    pub fn price_after_gain(&self) -> Fen {
        self.list() - self.sale.map_or(0, |sale| sale.gain * units(self.units))
    }
}

impl Order {
    pub fn is_presale(&self) -> bool {
        self.lines.iter().any(|line| line.sale.is_some())
    }
    pub fn deposit(&self) -> Fen {
        self.lines.iter().map(Line::deposit).sum()
    }
    /// What is to be paid in all, before what comes off with a payment.
    pub fn payable(&self) -> Fen {
        let goods: Fen = self.lines.iter().map(Line::price_after_gain).sum();
        goods + self.freight - self.offs.iter().map(|off| off.amount).sum::<Fen>()
    }
    pub fn deadline(&self) -> Minute {
        self.placed + if self.is_presale() { UNDEPOSITED } else { UNPAID }
    }
}

impl Event {
    pub fn refund(&self) -> Option<&Refund> {
        match &self.what {
            What::Refunded(refund) => Some(refund),
            What::Started { .. } | What::Paid(_) | What::Cancelled(_) => None,
        }
    }
}

impl Story {
    /// What happens to an order, as it happened: payments before cancellations before refunds (A-G-9).
    pub fn of(&self, order: usize) -> Vec<&Event> {
        let mut found: Vec<&Event> = self.events.iter().filter(|event| event.order == order).collect();
        let rank = |event: &Event| match &event.what {
            What::Started { payment, .. } => (0, payment.clone()),
            What::Paid(paid) => (0, paid.id.clone()),
            What::Cancelled(_) => (1, String::new()),
            What::Refunded(refund) => (2, refund.id.clone()),
        };
        found.sort_by_key(|event| (event.at, rank(event)));
        found
    }
    /// To be read beside a failure.
    pub fn tell(&self) -> String {
        let mut text = String::new();
        for (index, order) in self.orders.iter().enumerate() {
            let Order { lines, freight, offs, placed } = order;
            let _ = writeln!(
                text,
                "  o{index} placed at {placed}: payable {}, freight {freight}",
                order.payable()
            );
            for (line, of) in lines.iter().enumerate() {
                let _ = writeln!(text, "    l{line} {} x {} {:?}", of.units, of.price, of.sale);
            }
            for off in offs {
                let _ = writeln!(text, "    off {off:?}");
            }
        }
        for (index, coupon) in self.coupons.iter().enumerate() {
            let _ = writeln!(text, "  coupon {index}: {coupon:?}");
        }
        for event in &self.events {
            let _ = writeln!(text, "  {} o{} {:?}", event.at, event.order, event.what);
        }
        let _ = writeln!(text, "  seen at {}", self.until);
        text
    }
}

/// Units as a factor of money.
pub fn units(count: u64) -> Fen {
    Fen::try_from(count).expect("a few units")
}
