//! What may be used for which line, in which payment, and beside what: tables, not branches.
//!
//! Everything that S1-R05..R15 and A-S1-8..11 say about stacking stands in [`TABLE`] and [`PAIRS`]; the
//! layers ask [`allowed`] and [`together`] and know no rule of their own. To change a rule, change a cell.

use crate::cart::{CartLine, Stage};
use domain::{Code, coupon::CouponKind};
use money::Money;

/// What wants to change a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the words say it")]
pub enum What {
    ItemPromotion,
    /// An item promotion for members only (会员价, PLUS价).
    MemberPrice,
    /// Units in groups.
    UnitPromotion,
    OrderPromotion,
    /// Less freight without a coupon.
    FreightPromotion,
    /// Gifts that come with main items (主赠).
    MainGift,
    /// One gift out of a pool (赠品池).
    PoolGift,
    Coupon(CouponKind),
    RedPacket,
    Beans,
    ECard,
}

/// What a line is, as far as stacking cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineClass {
    /// No presale.
    Ordinary,
    /// A presale line whose balance joins the main process (S1-R02).
    PresaleMain,
    /// A presale line that settles in its own flow (S1-R01).
    PresaleOutside,
}

impl LineClass {
    /// Every class, in the order of the table's columns.
    pub const ALL: [Self; 3] = [Self::Ordinary, Self::PresaleMain, Self::PresaleOutside];

    /// The class of a line.
    pub const fn of(line: &CartLine) -> Self {
        match &line.presale {
            None => Self::Ordinary,
            Some(presale) if presale.main_process => Self::PresaleMain,
            Some(_) => Self::PresaleOutside,
        }
    }
}

/// A cell: `None` may be used, a code may not.
type Cell = Option<Code>;
const YES: Cell = None;
/// Not in this payment.
const STAGE: Cell = Some(Code::StageNotAllowed);
/// Not outside the main process.
const OUTSIDE: Cell = Some(Code::NotInMainProcess);
/// Presale goods ship free, in and outside the main process (S1-R12).
const SHIPS_FREE: Cell = Some(Code::NoFreightToReduce);

/// For each class the payments: normal, deposit, balance.
struct Row {
    what: What,
    ordinary: [Cell; 3],
    presale_main: [Cell; 3],
    presale_outside: [Cell; 3],
}

/// Ordinary goods: all of it, in a checkout of their own or beside balances; they have no deposit.
const ANY: [Cell; 3] = [YES, STAGE, YES];
/// A presale line has no normal payment; its balance takes this.
const BALANCE: [Cell; 3] = [STAGE, STAGE, YES];
/// A presale line takes this with its deposit only (S1-R11).
const DEPOSIT: [Cell; 3] = [STAGE, YES, STAGE];
/// In no payment of a presale line.
const NEVER: [Cell; 3] = [STAGE, STAGE, STAGE];
/// Would go at the balance, in the main process only.
const NOT_OUTSIDE: [Cell; 3] = [STAGE, STAGE, OUTSIDE];
/// Not even with the deposit outside the main process (S1-R15).
const NOWHERE_OUTSIDE: [Cell; 3] = [STAGE, OUTSIDE, OUTSIDE];
/// There is no freight on presale goods.
const FREE: [Cell; 3] = [STAGE, STAGE, SHIPS_FREE];

const fn row(what: What, ordinary: [Cell; 3], presale_main: [Cell; 3], presale_outside: [Cell; 3]) -> Row {
    Row { what, ordinary, presale_main, presale_outside }
}

const fn coupon(kind: CouponKind, presale_main: [Cell; 3], presale_outside: [Cell; 3]) -> Row {
    row(What::Coupon(kind), ANY, presale_main, presale_outside)
}

/// Which thing may be used for which line in which payment. Rows stand in the order of [`row_of`].
///
/// S1-R07, S1-R26: no assets with the deposit. S1-R08: in the main process order promotions, no item
/// promotions. S1-R09, S1-R10: all coupons and assets. S1-R11: gifts with the deposit. S1-R12: no freight
/// coupons. S1-R13: outside it Dong, spend-and-save and Jingtie, no Jing. S1-R14, A-S1-23: no member
/// price. S1-R15, A-S1-11: outside it only main-item gifts. A-S1-9: assets outside only by the switch of
/// [`PresaleLine`](crate::cart::PresaleLine). Payment coupons wait for the cashier.
const TABLE: [Row; 17] = [
    row(What::ItemPromotion, ANY, NEVER, NOT_OUTSIDE),
    row(What::MemberPrice, ANY, NEVER, NOT_OUTSIDE),
    row(What::UnitPromotion, ANY, NEVER, NOT_OUTSIDE),
    row(What::OrderPromotion, ANY, BALANCE, NOT_OUTSIDE),
    row(What::FreightPromotion, ANY, FREE, FREE),
    row(What::MainGift, ANY, DEPOSIT, DEPOSIT),
    row(What::PoolGift, ANY, DEPOSIT, NOWHERE_OUTSIDE),
    row(What::RedPacket, ANY, BALANCE, NOT_OUTSIDE),
    row(What::Beans, ANY, BALANCE, NOT_OUTSIDE),
    row(What::ECard, ANY, BALANCE, NOT_OUTSIDE),
    coupon(CouponKind::Shop, BALANCE, BALANCE),
    coupon(CouponKind::Product, BALANCE, NOT_OUTSIDE),
    coupon(CouponKind::Dong, BALANCE, BALANCE),
    coupon(CouponKind::Jing, BALANCE, NOT_OUTSIDE),
    coupon(CouponKind::Jingtie, BALANCE, BALANCE),
    coupon(CouponKind::Freight, FREE, FREE),
    row(What::Coupon(CouponKind::Payment), NEVER, NEVER, NEVER),
];

const fn row_of(what: What) -> usize {
    match what {
        What::ItemPromotion => 0,
        What::MemberPrice => 1,
        What::UnitPromotion => 2,
        What::OrderPromotion => 3,
        What::FreightPromotion => 4,
        What::MainGift => 5,
        What::PoolGift => 6,
        What::RedPacket => 7,
        What::Beans => 8,
        What::ECard => 9,
        What::Coupon(CouponKind::Shop) => 10,
        What::Coupon(CouponKind::Product) => 11,
        What::Coupon(CouponKind::Dong) => 12,
        What::Coupon(CouponKind::Jing) => 13,
        What::Coupon(CouponKind::Jingtie) => 14,
        What::Coupon(CouponKind::Freight) => 15,
        What::Coupon(CouponKind::Payment) => 16,
    }
}

/// Every row stands where it is looked up.
const _: () = {
    let mut place = 0;
    while place < TABLE.len() {
        assert!(row_of(TABLE[place].what) == place);
        place += 1;
    }
};

/// Whether something may be used for a line of a class in a payment; else why not: `stage_not_allowed`,
/// `not_in_main_process` or `no_freight_to_reduce`.
///
/// ```
/// use domain::{Code, coupon::CouponKind};
/// use pricing::{cart::Stage, stacking::{LineClass, What, allowed}};
///
/// let jing = What::Coupon(CouponKind::Jing);
/// assert_eq!(allowed(jing, LineClass::PresaleOutside, Stage::Balance), Err(Code::NotInMainProcess));
/// assert_eq!(allowed(jing, LineClass::PresaleMain, Stage::Balance), Ok(()));
/// ```
pub const fn allowed(what: What, class: LineClass, stage: Stage) -> Result<(), Code> {
    let row = &TABLE[row_of(what)];
    let cells = match class {
        LineClass::Ordinary => &row.ordinary,
        LineClass::PresaleMain => &row.presale_main,
        LineClass::PresaleOutside => &row.presale_outside,
    };
    let cell = match stage {
        Stage::Normal => cells[0],
        Stage::Deposit => cells[1],
        Stage::Balance => cells[2],
    };
    match cell {
        None => Ok(()),
        Some(code) => Err(code),
    }
}

/// Whether a coupon of a kind and with a threshold may be used for a line of a class in a payment; codes as
/// in [`allowed`]. Outside the main process a product coupon with a threshold counts as a Dong coupon, one
/// without as a Jing coupon (S1-R13, A-S1-26).
///
/// ```
/// use domain::{Code, coupon::CouponKind::Product};
/// use money::Money;
/// use pricing::{cart::Stage, stacking::{LineClass, coupon_allowed}};
///
/// let outside = |spend| coupon_allowed(Product, spend, LineClass::PresaleOutside, Stage::Balance);
/// assert_eq!(outside(Money::from_minor(1)), Ok(()));
/// assert_eq!(outside(Money::ZERO), Err(Code::NotInMainProcess));
/// ```
pub fn coupon_allowed(kind: CouponKind, spend: Money, class: LineClass, stage: Stage) -> Result<(), Code> {
    let counts_as = match (kind, class) {
        (CouponKind::Product, LineClass::PresaleOutside) if spend.is_positive() => CouponKind::Dong,
        _ => kind,
    };
    allowed(What::Coupon(counts_as), class, stage)
}

/// When two coupons may stand together in one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Together {
    /// Always.
    Yes,
    /// When no line lies in the scope of both.
    Disjoint,
    /// When their scopes are the same, or no line lies in both.
    SameOrDisjoint,
    /// Never in one order.
    Never,
}

/// Pairs of coupon kinds that do not simply stand together (A-S1-10); every other pair does.
const PAIRS: [(CouponKind, CouponKind, Together); 7] = [
    (CouponKind::Dong, CouponKind::Jing, Together::Never),
    (CouponKind::Dong, CouponKind::Dong, Together::Disjoint),
    (CouponKind::Jing, CouponKind::Jing, Together::SameOrDisjoint),
    (CouponKind::Shop, CouponKind::Shop, Together::Never),
    (CouponKind::Product, CouponKind::Product, Together::Disjoint),
    (CouponKind::Jingtie, CouponKind::Jingtie, Together::Never),
    (CouponKind::Freight, CouponKind::Freight, Together::Never),
];

/// Whether coupons of two kinds may stand together; the order of the two does not matter. A pair that
/// may not is `not_stackable`.
pub fn together(one: CouponKind, other: CouponKind) -> Together {
    let same = |pair: &&(CouponKind, CouponKind, Together)| {
        (pair.0, pair.1) == (one, other) || (pair.1, pair.0) == (one, other)
    };
    PAIRS.iter().find(same).map_or(Together::Yes, |pair| pair.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_s1_10_pairs_know_no_order() {
        for one in CouponKind::ALL {
            for other in CouponKind::ALL {
                assert_eq!(together(*one, *other), together(*other, *one));
            }
        }
        assert_eq!(together(CouponKind::Jing, CouponKind::Dong), Together::Never);
        assert_eq!(together(CouponKind::Dong, CouponKind::Jingtie), Together::Yes);
    }
}
