//! The order's books: double entry, so that every fen of every discount has a party that bears it.
//!
//! Always holds: the entries of one order sum to zero; entries are only ever added (A-S0-22).
//! Positive means credited to that account, negative means borne or paid by it.

use crate::{
    Instant, OrderId, ShopId,
    order::{Order, Party, Payment, Refund},
};
use money::Money;
use serde::{Deserialize, Serialize};

/// Whose money an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// The merchant's proceeds: goods and freight.
    MerchantSales,
    /// Discounts that the merchant bears.
    MerchantDiscount,
    /// Sales taken back by refunds.
    MerchantRefund,
    /// Discounts that the platform bears.
    PlatformSubsidy,
    /// The customer's money.
    CustomerCash,
}

impl Account {
    /// Whether the account is the merchant's: their sum is what is settled.
    pub fn is_merchant(self) -> bool {
        matches!(self, Self::MerchantSales | Self::MerchantDiscount | Self::MerchantRefund)
    }
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MerchantSales => "merchant_sales",
            Self::MerchantDiscount => "merchant_discount",
            Self::MerchantRefund => "merchant_refund",
            Self::PlatformSubsidy => "platform_subsidy",
            Self::CustomerCash => "customer_cash",
        }
    }
}

/// One line of the books, in minor units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Entry {
    pub shop_id: ShopId,
    pub order_id: OrderId,
    /// Running number within the order.
    pub number: u32,
    pub account: Account,
    pub amount: Money,
    /// What for: `goods`, `freight`, `payment`, `payment_coupon`, a discount's kind, `refund`, ...
    pub reason: String,
    pub funded_by: Option<Party>,
    pub at: Instant,
}

/// Numbers and collects the entries of one posting.
struct Posting<'a> {
    shop_id: &'a ShopId,
    order: &'a mut Order,
    at: Instant,
    entries: Vec<Entry>,
}

impl Posting<'_> {
    fn add(&mut self, account: Account, amount: Money, reason: &str, funded_by: Option<Party>) {
        if amount.is_zero() {
            return;
        }
        let number = self.order.ledger_entries;
        self.order.ledger_entries += 1;
        self.entries.push(Entry {
            shop_id: self.shop_id.clone(),
            order_id: self.order.order_id.clone(),
            number,
            account,
            amount,
            reason: reason.into(),
            funded_by,
            at: self.at,
        });
    }
    fn done(self) -> Vec<Entry> {
        let sum: Money = self.entries.iter().map(|e| e.amount).sum();
        assert!(sum.is_zero(), "a posting of order {} does not balance: {sum}", self.order.order_id);
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
    let lines = payment_lines(order, payment, coupon_party);
    let mut posting = Posting { shop_id, order, at: payment.at, entries: Vec::new() };
    for (account, amount, reason, party) in lines {
        posting.add(account, amount, &reason, party);
    }
    posting.done()
}

/// Takes a posting back, entry by entry, for a payment that turned out to have come too late, and
/// with it what was refunded of it: nothing was sold, so nothing is settled.
pub fn undo_payment(
    shop_id: &ShopId,
    order: &mut Order,
    payment: &Payment,
    coupon_party: Party,
    at: Instant,
) -> Vec<Entry> {
    let mut lines = payment_lines(order, payment, coupon_party);
    lines.extend(order.live_refunds().flat_map(refund_lines));
    let mut posting = Posting { shop_id, order, at, entries: Vec::new() };
    for (account, amount, _, party) in lines {
        posting.add(account, -amount, "payment_undone", party);
    }
    posting.done()
}

type PostingLine = (Account, Money, String, Option<Party>);

fn payment_lines(order: &Order, payment: &Payment, coupon_party: Party) -> Vec<PostingLine> {
    let mut lines = vec![
        (Account::MerchantSales, order.gross() - order.freight, "goods".to_owned(), None),
        (Account::MerchantSales, order.freight, "freight".to_owned(), None),
    ];
    for discount in &order.discounts {
        let party = discount.funded_by;
        lines.push((account_of(party), -discount.amount, discount.kind.to_string(), Some(party)));
    }
    for discount in payment.discounts.iter().map(|came_off| &came_off.discount) {
        let party = discount.funded_by;
        lines.push((account_of(party), -discount.amount, discount.kind.to_string(), Some(party)));
    }
    lines.push((account_of(coupon_party), -payment.saving, "payment_coupon".to_owned(), Some(coupon_party)));
    let came_off = payment.saving + payment.discounted();
    lines.push((Account::CustomerCash, came_off - order.payable, "payment".to_owned(), None));
    lines
}

/// Books a presale order's deposit by itself: it stays with the merchant, or goes back. Until then
/// nobody is due it, so it is in no book; with the balance it is part of [`post_payment`].
pub fn post_deposit(
    shop_id: &ShopId,
    order: &mut Order,
    deposit: Money,
    reason: &str,
    at: Instant,
) -> Vec<Entry> {
    let mut posting = Posting { shop_id, order, at, entries: Vec::new() };
    posting.add(Account::MerchantSales, deposit, reason, None);
    posting.add(Account::CustomerCash, -deposit, "payment", None);
    posting.done()
}

/// Takes the deposit's own books back, and what was refunded of it, because the balance came in time
/// after all.
pub fn undo_deposit(shop_id: &ShopId, order: &mut Order, deposit: Money, at: Instant) -> Vec<Entry> {
    let refunds: Vec<PostingLine> = order.live_refunds().flat_map(refund_lines).collect();
    let mut posting = Posting { shop_id, order, at, entries: Vec::new() };
    posting.add(Account::MerchantSales, -deposit, "deposit_undone", None);
    posting.add(Account::CustomerCash, deposit, "deposit_undone", None);
    for (account, amount, _, party) in refunds {
        posting.add(account, -amount, "deposit_undone", party);
    }
    posting.done()
}

fn account_of(party: Party) -> Account {
    match party {
        Party::Merchant => Account::MerchantDiscount,
        Party::Platform => Account::PlatformSubsidy,
    }
}

/// Books a refund that went back: the customer's money, and the platform's part of what it bore.
pub fn post_refund(shop_id: &ShopId, order: &mut Order, refund: &Refund) -> Vec<Entry> {
    let mut posting = Posting { shop_id, order, at: refund.at, entries: Vec::new() };
    for (account, amount, reason, party) in refund_lines(refund) {
        posting.add(account, amount, &reason, party);
    }
    posting.done()
}

/// Takes a refund's books back, because its figures turned out to be others.
pub fn undo_refund(shop_id: &ShopId, order: &mut Order, refund: &Refund) -> Vec<Entry> {
    let mut posting = Posting { shop_id, order, at: refund.at, entries: Vec::new() };
    for (account, amount, _, party) in refund_lines(refund) {
        posting.add(account, -amount, "refund_undone", party);
    }
    posting.done()
}

fn refund_lines(refund: &Refund) -> Vec<PostingLine> {
    let (cash, subsidy) = (refund.amount, refund.platform_share);
    let line = |account, amount, party| (account, amount, "refund".to_owned(), party);
    vec![
        line(Account::MerchantRefund, -(cash + subsidy), None),
        line(Account::PlatformSubsidy, subsidy, Some(Party::Platform)),
        line(Account::CustomerCash, cash, None),
    ]
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
