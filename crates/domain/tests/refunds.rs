//! What holds for every order and every way of refunding it.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::Code;
use domain::event::{Placed, RefundLine};
use domain::ledger::{Account, Entry, post_payment, post_refund, settle, undo_payment};
use domain::order::{self, Order, Party, RefundAsk};
use given::{at, cases, fen, id, less, order_of, payment, placed, shop_id, with_freight};
use money::Money;
use proptest::collection::vec;
use proptest::prelude::*;

/// Lines of price and quantity, discounts as permille of what is left with their party, freight, and
/// the payment coupon as permille of half of what is payable.
#[derive(Debug, Clone)]
struct Drawn {
    lines: Vec<(i64, u64)>,
    discounts: Vec<(i64, Party)>,
    freight: i64,
    /// Of the freight, in permille, and who bears it.
    freight_coupon: (i64, Party),
    saving: i64,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let price = prop_oneof![0..=9_i64, 1..=50_000_i64, Just(1_000_000_i64)];
    let party_of = || prop_oneof![Just(Party::Merchant), Just(Party::Platform)];
    let party = party_of();
    let permille = || prop_oneof![Just(0), 0..=1000_i64, Just(1000)];
    (
        vec((price, 1..=7_u64), 1..=6),
        vec((permille(), party), 0..=4),
        prop_oneof![Just(0), 0..=2_000_i64],
        (permille(), party_of()),
        permille(),
    )
        .prop_map(|(lines, discounts, freight, freight_coupon, saving)| Drawn {
            lines,
            discounts,
            freight,
            freight_coupon,
            saving,
        })
}

/// What is asked back: so many units of a line, or permille of what is left.
#[derive(Debug, Clone, Copy)]
enum Wish {
    Units(usize, u64),
    Amount(i64),
}

fn units() -> impl Strategy<Value = Wish> {
    (0..6_usize, 1..=7_u64).prop_map(|(line, units)| Wish::Units(line, units))
}

fn wish() -> impl Strategy<Value = Wish> {
    prop_oneof![3 => units(), 1 => (1..=1000_i64).prop_map(Wish::Amount)]
}

fn place(drawn: &Drawn) -> Placed {
    let mut order = placed(&drawn.lines);
    for (permille, party) in &drawn.discounts {
        let amount = order.payable.minor() * permille / 1000;
        order = less(order, "promotion", amount, *party);
    }
    let (permille, party) = drawn.freight_coupon;
    let off = drawn.freight * permille / 1000;
    let order = with_freight(order, drawn.freight);
    if off > 0 { less(order, "freight_coupon", off, party) } else { order }
}

/// A paid order and its books.
struct Books {
    order: Order,
    entries: Vec<Entry>,
}

impl Books {
    fn open(drawn: &Drawn) -> Self {
        let mut order = order_of(&place(drawn));
        let saving = (order.payable.minor() / 2 * drawn.saving / 1000).min(200_00);
        order.pay(payment(&order, "p1", saving, at("10T11:00:00"))).unwrap();
        let payment = order.payments[0].clone();
        let entries = post_payment(&shop_id(), &mut order, &payment, Party::Merchant);
        Self { order, entries }
    }
    fn refund(&mut self, ask: RefundAsk) -> Result<Money, Code> {
        let name = format!("r{}", self.order.refunds.len());
        let refund = order::refund(&self.order, &id(&name), ask, at("11T00:00:00"));
        let refund = refund.map_err(|refusal| refusal.code)?;
        self.entries.extend(post_refund(&shop_id(), &mut self.order, &refund));
        let amount = refund.amount;
        self.order.refunds.push(refund);
        Ok(amount)
    }
    fn wish(&mut self, wish: Wish) -> Result<Money, Code> {
        let left = (self.order.paid() - self.order.refunded()).minor();
        let ask = match wish {
            Wish::Units(line, quantity) => {
                let line_id = self.order.lines[line % self.order.lines.len()].line_id.clone();
                RefundAsk { lines: vec![RefundLine { line_id, quantity }], amount: None, fault: None }
            }
            Wish::Amount(permille) => {
                RefundAsk { lines: vec![], amount: Some(fen(left * permille / 1000)), fault: None }
            }
        };
        self.refund(ask)
    }
    fn rest(&mut self) -> Result<Money, Code> {
        self.refund(RefundAsk { lines: vec![], amount: None, fault: None })
    }
    fn sum(&self, account: Account) -> Money {
        let of = self.entries.iter().filter(|e| e.account == account);
        of.map(|e| e.amount).sum()
    }
    /// What the customer paid for each line.
    fn cash(&self) -> Vec<Money> {
        let shares = &self.order.payments[0].shares;
        let share = |index: usize| shares.get(index).copied().unwrap_or_default();
        let lines = self.order.lines.iter().enumerate();
        lines.map(|(index, line)| line.payable() - share(index)).collect()
    }
    /// What went back for each line.
    fn back(&self) -> Vec<Money> {
        let parts = || self.order.refunds.iter().flat_map(|r| &r.lines);
        let of = |line: &order::Line| parts().filter(|p| p.line_id == line.line_id).map(|p| p.amount).sum();
        self.order.lines.iter().map(of).collect()
    }
    /// What holds after every step.
    fn check(&self) {
        let order = &self.order;
        assert!(self.entries.iter().map(|e| e.amount).sum::<Money>().is_zero());
        let numbers: Vec<u32> = self.entries.iter().map(|e| e.number).collect();
        assert_eq!(numbers, (0..order.ledger_entries).collect::<Vec<_>>());
        assert!(order.refunded() <= order.paid());
        for refund in order.refunds.iter().filter(|refund| !refund.lines.is_empty()) {
            let parts: Money = refund.lines.iter().map(|line| line.amount).sum();
            assert_eq!(parts + refund.freight, refund.amount, "the parts are the whole");
        }
        assert!(self.back().iter().zip(self.cash()).all(|(back, cash)| *back <= cash));
        let settlement = settle(&self.entries);
        assert_eq!(settlement.paid, order.paid() - order.refunded());
        assert!(!settlement.settled.is_negative(), "{settlement:?}");
        assert!(!self.sum(Account::PlatformSubsidy).is_positive(), "the platform gets back what it gave");
    }
    /// Everything is refunded: nobody has anything of this order any more.
    fn is_even(&self) {
        self.check();
        assert_eq!(self.order.refunded(), self.order.paid());
        let settlement = settle(&self.entries);
        assert_eq!((settlement.paid, settlement.settled), (fen(0), fen(0)));
        assert!(self.sum(Account::PlatformSubsidy).is_zero());
    }
}

proptest! {
    #![proptest_config(cases(512))]

    /// S0-R26, S0-R27, A-G-5, A-S0-22: shares sum to discounts, within each line's price; settled is
    /// gross less what the merchant bears; the posting sums to zero.
    #[test]
    fn s0_r26_s0_r27_a_g_5_a_s0_22_payment(drawn in drawn()) {
        let books = Books::open(&drawn);
        books.check();
        let order = &books.order;
        for (index, discount) in order.discounts.iter().enumerate() {
            let shares: Money = order.lines.iter().map(|line| line.shares[index]).sum();
            let on_lines = if &*discount.kind == "freight_coupon" { fen(0) } else { discount.amount };
            prop_assert_eq!(shares, on_lines);
        }
        let payment = &order.payments[0];
        prop_assert_eq!(payment.shares.iter().sum::<Money>(), payment.saving);
        prop_assert!(books.cash().iter().all(|cash| !cash.is_negative()));
        prop_assert!(order.lines.iter().flat_map(|l| &l.shares).all(|share| !share.is_negative()));
        let borne: Money = order.discounts.iter().filter(|d| d.funded_by == Party::Merchant).map(|d| d.amount).sum();
        let settlement = settle(&books.entries);
        prop_assert_eq!(settlement.gross, order.gross());
        prop_assert_eq!(settlement.settled, order.gross() - borne - payment.saving);
        prop_assert_eq!(settlement.paid, order.payable - payment.saving);
    }

    /// A-S0-22, A-G-6, A-G-7: by lines in any partition, then the rest: each line returns exactly what
    /// was paid for it, all of them what was paid, and nothing is left to settle.
    #[test]
    fn a_s0_22_a_g_6_a_g_7_any_partition(drawn in drawn(), wishes in vec(units(), 0..12)) {
        let mut books = Books::open(&drawn);
        for wish in wishes {
            let before = books.order.refunded();
            if let Ok(amount) = books.wish(wish) {
                prop_assert_eq!(books.order.refunded(), before + amount);
            }
            books.check();
        }
        let left = books.order.paid() - books.order.refunded();
        match books.rest() {
            Ok(amount) => prop_assert_eq!(amount, left),
            Err(code) => prop_assert_eq!(code, Code::NothingToRefund),
        }
        books.is_even();
        prop_assert_eq!(books.back(), books.cash());
        prop_assert_eq!(books.rest(), Err(Code::NothingToRefund));
    }

    /// A-G-6: unit by unit, in any order, everything comes back, also where so much was taken off that the share of a unit
    /// is less than half a fen.
    #[test]
    fn a_g_6_unit_by_unit(drawn in drawn(), order in vec(0..6_usize, 0..200), paid in 1..=40_i64) {
        let mut drawn = drawn;
        let goods = place(&drawn).payable.minor() - drawn.freight;
        if goods > paid {
            drawn.discounts.push(((goods - paid) * 1000 / goods, Party::Merchant));
        }
        let mut books = Books::open(&drawn);
        if books.order.paid().is_zero() {
            return Ok(());
        }
        let every = (0..books.order.lines.len()).flat_map(|line| std::iter::repeat_n(line, 200));
        for line in order.into_iter().chain(every) {
            match books.wish(Wish::Units(line, 1)) {
                Ok(_) => books.check(),
                Err(code) => prop_assert_eq!(code, Code::ExceedsPaid, "of line {}", line),
            }
        }
        books.is_even();
    }

    /// A-S0-22, S0-R27: amounts and lines in any mixture never return more than was paid, never take
    /// the merchant below zero, and can always be brought to an end.
    #[test]
    fn a_s0_22_s0_r27_amounts_and_lines(drawn in drawn(), wishes in vec(wish(), 0..12)) {
        let mut books = Books::open(&drawn);
        for wish in wishes {
            let _ = books.wish(wish);
            books.check();
        }
        let _ = books.rest();
        books.is_even();
    }

    /// A-S0-22: an undone payment leaves no trace in any account, whatever was refunded of it.
    #[test]
    fn a_s0_22_undone(drawn in drawn(), wishes in vec(wish(), 0..4)) {
        let mut books = Books::open(&drawn);
        for wish in wishes {
            let _ = books.wish(wish);
        }
        let payment = books.order.payments[0].clone();
        let was = books.order.clone();
        let when = at("10T10:30:00");
        let undone = undo_payment(&shop_id(), &mut books.order, &was, &payment, Party::Merchant, when);
        books.entries.extend(undone);
        for account in [
            Account::MerchantSales,
            Account::PlatformSubsidy,
            Account::CustomerCash,
        ] {
            prop_assert!(books.sum(account).is_zero(), "{:?}", account);
        }
        prop_assert!(settle(&books.entries).settled.is_zero());
    }
}
