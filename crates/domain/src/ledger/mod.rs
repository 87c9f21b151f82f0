//! The order's books: double entry, so that every fen of every discount has a party that bears it.
//!
//! Always holds: the entries of one order sum to zero; entries are only ever added (A-S0-22).
//! Positive means credited to that account, negative means borne or paid by it.

mod entry;
mod sources;

pub use entry::{Account, Booked, Entry, Source, Way};

use crate::{
    Instant, ShopId,
    order::{Order, Parts, Party, Payment, PaymentPart, Refund},
};
use money::Money;
use serde::{Deserialize, Serialize};

/// Numbers and collects the entries of one posting.
struct Posting<'a> {
    shop_id: &'a ShopId,
    order: &'a mut Order,
    at: Instant,
    entries: Vec<Entry>,
}

/// An entry before it has its number.
struct Sum {
    account: Account,
    amount: Money,
    reason: String,
    funded_by: Option<Party>,
    source: Source,
}

impl Sum {
    fn new(account: Account, amount: Money, reason: &str, source: Source) -> Self {
        Self { account, amount, reason: reason.into(), funded_by: None, source }
    }
    /// What a party bears of a discount, or gets back of it.
    fn of_party(party: Party, amount: Money, reason: &str, source: Source) -> Self {
        Self { funded_by: Some(party), ..Self::new(Account::of(party), amount, reason, source) }
    }
    /// The same taken back: of the same source, for another reason.
    fn undone(self, reason: &str) -> Self {
        Self { amount: -self.amount, reason: reason.into(), ..self }
    }
}

impl<'a> Posting<'a> {
    fn of(shop_id: &'a ShopId, order: &'a mut Order, at: Instant) -> Self {
        Self { shop_id, order, at, entries: Vec::new() }
    }
    /// The entries of these sums, which come to nothing together.
    fn book(mut self, sums: Vec<Sum>) -> Vec<Entry> {
        for Sum { account, amount, reason, funded_by, source } in sums {
            if amount.is_zero() {
                continue;
            }
            let number = self.order.ledger_entries;
            self.order.ledger_entries += 1;
            let (shop_id, order_id) = (self.shop_id.clone(), self.order.order_id.clone());
            let (at, booked) = (self.at, None);
            let entry =
                Entry { shop_id, order_id, number, account, amount, reason, funded_by, at, booked, source };
            self.entries.push(entry);
        }
        let sum: Money = self.entries.iter().map(|e| e.amount).sum();
        let (order, over) = (&self.order.order_id, sum.minor());
        assert!(sum.is_zero(), "a posting of order {order} does not balance: {over} in minor units");
        self.entries
    }
}

/// Books a payment in full or a balance: sales, each discount with its party, the coupon, the money.
/// `coupon_party` bears the payment coupon (S0-R27: the merchant).
pub fn post_payment(
    shop_id: &ShopId,
    order: &mut Order,
    payment: &Payment,
    coupon_party: Party,
) -> Vec<Entry> {
    let sums = of_payment(order, payment, coupon_party);
    Posting::of(shop_id, order, payment.at).book(sums)
}

/// Takes a posting back, entry by entry, for a payment that turned out to have come too late, and
/// with it what was refunded of it: nothing was sold, so nothing is settled. `booked` is the order as it was while the
/// payment counted: what is taken back has the sources that it was booked with (A-G-17).
pub fn undo_payment(
    shop_id: &ShopId,
    order: &mut Order,
    booked: &Order,
    payment: &Payment,
    coupon_party: Party,
    at: Instant,
) -> Vec<Entry> {
    let mut sums = of_payment(booked, payment, coupon_party);
    sums.extend(booked.live_refunds().flat_map(|refund| of_refund(booked, refund, Some(payment))));
    let undone = sums.into_iter().map(|sum| sum.undone("payment_undone")).collect();
    Posting::of(shop_id, order, at).book(undone)
}

fn of_payment(order: &Order, payment: &Payment, coupon_party: Party) -> Vec<Sum> {
    let from = || Source::default().paid(Some(payment));
    let mut sums = vec![
        Sum::new(Account::MerchantSales, order.gross() - order.freight, "goods", from()),
        Sum::new(Account::MerchantSales, order.freight, "freight", from()),
    ];
    let with_balance = payment.discounts.iter().map(|came_off| &came_off.discount);
    for discount in order.discounts.iter().chain(with_balance) {
        let from = sources::of_discount(order, discount).paid(Some(payment));
        sums.push(Sum::of_party(discount.funded_by, -discount.amount, &discount.kind, from));
    }
    let coupon = Source { coupon_id: payment.coupon_id.clone(), ..from() };
    sums.push(Sum::of_party(coupon_party, -payment.saving, "payment_coupon", coupon));
    // A deposit came before, with a payment of its own.
    let came = order.payable - payment.saving - payment.discounted();
    let before = came - payment.amount;
    let deposit = Source::default().paid(order.deposit_taken());
    sums.push(Sum::new(Account::CustomerCash, -before, "payment", deposit));
    sums.push(Sum::new(Account::CustomerCash, -payment.amount, "payment", from()));
    sums
}

/// Books so much of a presale order's deposit by itself: it stays with the merchant, or goes back. Until then
/// nobody is due it, so it is in no book; with the balance it is part of [`post_payment`].
pub fn post_deposit(
    shop_id: &ShopId,
    order: &mut Order,
    deposit: Money,
    reason: &str,
    at: Instant,
) -> Vec<Entry> {
    let from = Source::default().paid(order.booked_with());
    let sums = vec![
        Sum::new(Account::MerchantSales, deposit, reason, from.clone()),
        Sum::new(Account::CustomerCash, -deposit, "payment", from),
    ];
    Posting::of(shop_id, order, at).book(sums)
}

/// Takes the deposit's own books back, and what was refunded of it, because the balance came in time
/// after all.
pub fn undo_deposit(shop_id: &ShopId, order: &mut Order, deposit: Money, at: Instant) -> Vec<Entry> {
    let paid = order.booked_with();
    let from = Source::default().paid(paid);
    let mut sums = vec![
        Sum::new(Account::MerchantSales, deposit, "deposit", from.clone()),
        Sum::new(Account::CustomerCash, -deposit, "payment", from),
    ];
    sums.extend(order.live_refunds().flat_map(|refund| of_refund(order, refund, paid)));
    let undone = sums.into_iter().map(|sum| sum.undone("deposit_undone")).collect();
    Posting::of(shop_id, order, at).book(undone)
}

/// Books a refund that went back: the customer's money, and other parties' parts of what they bore.
pub fn post_refund(shop_id: &ShopId, order: &mut Order, refund: &Refund) -> Vec<Entry> {
    let sums = of_refund(order, refund, sources::of_refund(order));
    Posting::of(shop_id, order, refund.left_at()).book(sums)
}

/// Takes a refund's books back, because its figures turned out to be others.
pub fn undo_refund(shop_id: &ShopId, order: &mut Order, refund: &Refund) -> Vec<Entry> {
    let sums = of_refund(order, refund, sources::of_refund(order));
    let undone = sums.into_iter().map(|sum| sum.undone("refund_undone")).collect();
    Posting::of(shop_id, order, refund.left_at()).book(undone)
}

/// Books what other parties get back with a refund beyond what they were booked with, or less: a refund that was
/// granted before it was heard of later (A-G-8, A-G-16).
pub fn post_parts(shop_id: &ShopId, order: &mut Order, refund: &Refund, parts: &Parts) -> Vec<Entry> {
    let more = parts.with(&refund.parts, |now, before| now - before);
    let moved = Refund { amount: Money::ZERO, booked: Vec::new(), parts: more, ..refund.clone() };
    let sums = of_refund(order, &moved, sources::of_refund(order)).into_iter();
    let sums = sums.map(|sum| Sum { reason: "refund_part".into(), ..sum }).collect();
    Posting::of(shop_id, order, refund.left_at()).book(sums)
}

/// Books that a refund is of other payments' money than was booked: a refund that came before it was heard of later
/// (A-G-8, A-G-17).
pub fn move_refund(
    shop_id: &ShopId,
    order: &mut Order,
    refund: &Refund,
    booked: &[PaymentPart],
) -> Vec<Entry> {
    let payment = sources::of_refund(order);
    let now = Refund { booked: booked.to_vec(), ..refund.clone() };
    let mut sums = of_refund(order, &now, payment);
    for undone in of_refund(order, refund, payment) {
        let same = |sum: &&mut Sum| (sum.account, &sum.source) == (undone.account, &undone.source);
        match sums.iter_mut().find(same) {
            Some(sum) => sum.amount -= undone.amount,
            None => sums.push(Sum { amount: -undone.amount, ..undone }),
        }
    }
    let sums = sums.into_iter().map(|sum| Sum { reason: "refund_payment".into(), ..sum }).collect();
    Posting::of(shop_id, order, refund.left_at()).book(sums)
}

/// What a refund books: of each payment the money that is its own (A-G-17), by the way that it went, and other parties'
/// parts of what they bore.
/// `payment` is the one that paid the order last, or its deposit.
fn of_refund(order: &Order, refund: &Refund, payment: Option<&Payment>) -> Vec<Sum> {
    let from = |payment: Option<&Payment>, from: Source| {
        let paid = from.paid(payment);
        let outside = |way: Way| if refund.transfer().is_some() { Way::OfflineTransfer } else { way };
        let (refund_id, method) = (Some(refund.refund_id.clone()), paid.method.map(outside));
        Source { refund_id, method, ..paid }
    };
    let split = refund.booked.iter().map(|part| (order.payment(&part.payment_id), part.amount));
    let mut money: Vec<(Option<&Payment>, Money)> = split.collect();
    let same =
        |a: Option<&Payment>, b: Option<&Payment>| a.map(|p| &p.payment_id) == b.map(|p| &p.payment_id);
    let rest = refund.amount - money.iter().map(|(_, amount)| *amount).sum::<Money>();
    match money.iter_mut().find(|(of, _)| same(*of, payment)) {
        Some((_, amount)) => *amount += rest,
        None => money.push((payment, rest)),
    }
    let mut sums = Vec::new();
    for (of, amount) in &money {
        let parts = if same(*of, payment) { refund.parts.sum() } else { Money::ZERO };
        let back = *amount + parts;
        sums.push(Sum::new(Account::MerchantRefund, -back, "refund", from(*of, Source::default())));
    }
    for party in Party::OTHERS {
        let of_party = from(payment, sources::of_party(order, payment, party));
        sums.push(Sum::of_party(party, refund.parts.of(party), "refund", of_party));
    }
    let cash = |(of, amount): (Option<&Payment>, Money)| {
        Sum::new(Account::CustomerCash, amount, "refund", from(of, Source::default()))
    };
    sums.extend(money.into_iter().map(cash));
    sums
}

/// What finance reads of one order, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settlement {
    /// Goods at list price and freight.
    pub gross: Money,
    /// The customer's money, refunds taken off.
    pub paid: Money,
    /// What the merchant is due (S0-R27).
    pub settled: Money,
}

/// Adds the entries up.
pub fn settle(entries: &[Entry]) -> Settlement {
    let sum = |of: &dyn Fn(&Entry) -> bool| entries.iter().filter(|e| of(e)).map(|e| e.amount).sum::<Money>();
    Settlement {
        gross: sum(&|e| e.account == Account::MerchantSales),
        paid: -sum(&|e| e.account == Account::CustomerCash),
        settled: sum(&|e| e.account.is_merchant()),
    }
}
