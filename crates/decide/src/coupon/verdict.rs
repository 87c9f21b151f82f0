//! Judges what an order came with by the terms of the batches whose coupons it names, and by the stacking
//! table, as a quote would (S1-R07..R15, A-S1-9..11). What it finds is noted with the quote's code: what
//! the platform has sold stays a fact (S0-R31).
//!
//! Bases are what a line costs after the steps before a coupon's own (A-S1-7); of discounts whose kind it
//! does not know, it assumes that they came later.

use super::conflicts::{self, Found};
use crate::book::Draft;
use domain::{
    Code, CouponId, CustomerId, PaymentId, Refusal,
    campaign::presale,
    coupon::{Batch, CouponKind},
    order::{Discount, Order, PRESALE_GAIN, PaymentStatus, coupons},
    sentence,
};
use money::Money;
use pricing::{
    cart::Stage,
    stacking::{LineClass, Together, What, allowed, coupon_allowed, together},
};
use serde_json::json;

/// A discount as it stands with an order.
struct Piece<'a> {
    discount: Discount,
    /// Of each line.
    shares: Vec<Money>,
    /// The payment of the balance that it came with; none of those of the placing.
    payment: Option<PaymentId>,
    /// The coupon of ours that it names, when it is the order's owner's, and its batch.
    ours: Option<(CouponId, &'a Batch)>,
}

/// The batch of a coupon that a discount names, when the coupon is that customer's.
fn batch<'a>(draft: &Draft<'a>, discount: &Discount, customer: &CustomerId) -> Option<(CouponId, &'a Batch)> {
    let found = draft.coupon(&coupons::coupon(discount)?).filter(|coupon| coupon.customer_id == *customer)?;
    let row = draft.batch(found.batch_id()?)?;
    Some((found.coupon_id, &row.record.batch))
}

/// The discounts, each borne by whom the batch of its coupon says.
pub fn borne(draft: &Draft<'_>, discounts: &[Discount], customer: &CustomerId) -> Vec<Discount> {
    let borne = |discount: &Discount| {
        let party = batch(draft, discount, customer).map_or(discount.funded_by, |(_, batch)| batch.funded_by);
        Discount { funded_by: party, ..discount.clone() }
    };
    discounts.iter().map(borne).collect()
}

/// Notes what is odd about the discounts that an order was placed with; `told` is what was said of them.
pub fn note_placed(draft: &mut Draft<'_>, order: &mut Order, told: &[Discount]) {
    note(draft, order, None);
    note_borne(draft, order, told);
}

/// Notes what is odd about the discounts that a balance was paid with.
pub fn note_balance(draft: &mut Draft<'_>, order: &mut Order, payment: &PaymentId, told: &[Discount]) {
    if !told.is_empty() {
        note(draft, order, Some(payment));
        note_borne(draft, order, told);
    }
}

fn note_borne(draft: &mut Draft<'_>, order: &mut Order, told: &[Discount]) {
    for discount in told {
        let found = batch(draft, discount, &order.customer_id);
        if let Some((id, batch)) = found.filter(|(_, batch)| batch.funded_by != discount.funded_by) {
            let detail = json!({ "coupon_id": id, "funded_by": batch.funded_by,
                "detail": "its batch says who bears it, and so do the books" });
            let code = Code::InvalidValue;
            conflicts::note(draft, order, Found { coupon_id: Some(&id), kind: "", code, detail });
        }
    }
}

fn note(draft: &mut Draft<'_>, order: &mut Order, payment: Option<&PaymentId>) {
    let pieces = pieces(draft, order);
    for (index, piece) in pieces.iter().enumerate().filter(|(_, piece)| piece.payment.as_ref() == payment) {
        let earlier = &pieces[..index];
        let id = coupons::coupon(&piece.discount);
        let twice = id.is_some() && earlier.iter().any(|other| coupons::coupon(&other.discount) == id);
        let judged = if twice {
            let detail = sentence!["it is named twice, its ", piece.discount.amount, " count again"];
            Err(Refusal::with(Code::Duplicate, detail))
        } else if let Some((_, batch)) = &piece.ours {
            Judged { order, pieces: &pieces, piece, batch }.judge(earlier)
        } else if id.is_none() {
            asset(draft, order, piece)
        } else {
            Ok(())
        };
        if let Err(refusal) = judged {
            let kind = if id.is_some() { "" } else { &*piece.discount.kind };
            let detail = if let Some(id) = &id {
                json!({ "coupon_id": id, "detail": draft.say(&refusal.detail) })
            } else {
                json!({ "kind": kind, "detail": draft.say(&refusal.detail) })
            };
            let found = Found { coupon_id: id.as_ref(), kind, code: refusal.code, detail };
            conflicts::note(draft, order, found);
        }
    }
}

/// Every discount that stands with the order, those of the placing first.
fn pieces<'a>(draft: &Draft<'a>, order: &Order) -> Vec<Piece<'a>> {
    let piece = |discount: &Discount, shares: Vec<Money>, payment: Option<&PaymentId>| Piece {
        ours: batch(draft, discount, &order.customer_id),
        discount: discount.clone(),
        shares,
        payment: payment.cloned(),
    };
    let share = |index: usize| order.lines.iter().map(move |line| line.shares.get(index).copied());
    let placed = order.discounts.iter().enumerate();
    let placed = placed.map(|(index, discount)| {
        piece(discount, share(index).map(Option::unwrap_or_default).collect(), None)
    });
    let paid = order.payments.iter().filter(|payment| payment.status == PaymentStatus::Succeeded);
    let paid = paid.flat_map(|payment| payment.discounts.iter().map(move |came_off| (payment, came_off)));
    let paid = paid.map(|(payment, came_off)| {
        piece(&came_off.discount, came_off.shares.clone(), Some(&payment.payment_id))
    });
    placed.chain(paid).collect()
}

/// The step of the price in which a discount takes effect; the last of all where that is not known.
fn step(piece: &Piece<'_>) -> u8 {
    if let Some((_, batch)) = &piece.ours {
        return step_of(batch.kind);
    }
    match &*piece.discount.kind {
        PRESALE_GAIN | "item_promotion" | "member_price" | "unit_promotion" | "order_promotion" => 0,
        "shop_coupon" => step_of(CouponKind::Shop),
        "product_coupon" => step_of(CouponKind::Product),
        "dong_coupon" | "jing_coupon" => step_of(CouponKind::Dong),
        "jingtie" => step_of(CouponKind::Jingtie),
        _ => u8::MAX,
    }
}

const fn step_of(kind: CouponKind) -> u8 {
    match kind {
        CouponKind::Shop => 1,
        CouponKind::Product => 2,
        CouponKind::Dong | CouponKind::Jing => 3,
        CouponKind::Jingtie => 4,
        CouponKind::Freight | CouponKind::Payment => 5,
    }
}

/// What a line of the order is.
fn class(order: &Order, line: usize) -> LineClass {
    let presale = order.presale.as_ref().filter(|_| order.lines[line].presale_campaign_id.is_some());
    match presale {
        None => LineClass::Ordinary,
        Some(presale) if presale.main_process => LineClass::PresaleMain,
        Some(_) => LineClass::PresaleOutside,
    }
}

/// A coupon of ours comes off a presale line with its balance, whenever it is named.
fn may_use(order: &Order, batch: &Batch, line: usize) -> Result<(), Code> {
    let class = class(order, line);
    let stage = if class == LineClass::Ordinary { Stage::Normal } else { Stage::Balance };
    coupon_allowed(batch.kind, batch.benefit.spend, class, stage)
}

/// The lines that a coupon works on; why there is none.
fn usable(order: &Order, batch: &Batch) -> Result<Vec<usize>, Code> {
    let mut why = Code::OutOfScope;
    let mut lines = Vec::new();
    for (index, line) in order.lines.iter().enumerate() {
        if !batch.scope.covers(&line.sku, &line.categories) {
            continue;
        }
        match may_use(order, batch, index) {
            Ok(()) => lines.push(index),
            Err(code) if why == Code::OutOfScope => why = code,
            Err(_) => {}
        }
    }
    if lines.is_empty() { Err(why) } else { Ok(lines) }
}

/// What lines count toward the threshold of a coupon of that step.
fn base(order: &Order, pieces: &[Piece<'_>], lines: &[usize], before: u8) -> Money {
    let earlier = |line: usize| {
        let earlier = pieces.iter().filter(|piece| step(piece) < before);
        earlier.map(|piece| piece.shares.get(line).copied().unwrap_or_default()).sum::<Money>()
    };
    lines.iter().map(|line| order.lines[*line].list() - earlier(*line)).sum()
}

/// What an order's goods count toward the threshold of a coupon of that batch; `None` where the coupon works on none of
/// them. The orders of a checkout reach it together: see `checkout`.
pub fn base_of(draft: &Draft<'_>, order: &Order, batch: &Batch) -> Option<Money> {
    let lines = usable(order, batch).ok()?;
    Some(base(order, &pieces(draft, order), &lines, step_of(batch.kind)))
}

/// A coupon of ours on an order.
struct Judged<'a> {
    order: &'a Order,
    pieces: &'a [Piece<'a>],
    piece: &'a Piece<'a>,
    batch: &'a Batch,
}

impl Judged<'_> {
    fn judge(&self, earlier: &[Piece<'_>]) -> Result<(), Refusal> {
        let Self { order, batch, piece, .. } = self;
        if batch.kind == CouponKind::Payment {
            return Err(Refusal::with(Code::StageNotAllowed, "payment coupons work at the cashier"));
        }
        let lines = usable(order, batch)?;
        let of_freight = batch.kind == CouponKind::Freight;
        if !piece.discount.amount.is_positive() {
            let code = if of_freight { Code::NoFreightToReduce } else { Code::NoSaving };
            return Err(Refusal::with(code, "nothing came off, and the coupon is not used"));
        }
        if of_freight != piece.discount.comes_off_freight() {
            let detail =
                if of_freight { "it comes off the freight alone" } else { "it comes off goods alone" };
            return Err(Refusal::with(Code::OutOfScope, detail));
        }
        let mut borne = piece.shares.iter().enumerate().filter(|(_, share)| share.is_positive());
        if let Some((line, _)) = borne.find(|(line, _)| !lines.contains(line)) {
            let code = may_use(order, batch, line).err().unwrap_or(Code::OutOfScope);
            let detail = format!("line {} bears a part of it", order.lines[line].line_id);
            return Err(Refusal::with(code, detail));
        }
        self.stacks(&lines, earlier)?;
        let base = base(order, self.pieces, &lines, step_of(batch.kind));
        let over = if of_freight { order.freight } else { base };
        let most = batch.benefit.fixed().unwrap_or_else(|| batch.benefit.off(over));
        if piece.discount.amount > most {
            let detail = sentence![piece.discount.amount, " came off, it gives ", most];
            return Err(Refusal::with(Code::DiscountTooHigh, detail));
        }
        Ok(())
    }

    fn stacks(&self, lines: &[usize], earlier: &[Piece<'_>]) -> Result<(), Refusal> {
        for other in earlier.iter().filter(|other| other.discount.amount.is_positive()) {
            let Some((id, batch)) = &other.ours else { continue };
            let theirs = usable(self.order, batch).unwrap_or_default();
            let meets = lines.iter().any(|line| theirs.contains(line));
            let stands = match together(self.batch.kind, batch.kind) {
                Together::Yes => true,
                Together::Never => false,
                Together::Disjoint => !meets,
                Together::SameOrDisjoint => !meets || theirs == lines,
            };
            if !stands {
                return Err(Refusal::with(Code::NotStackable, format!("it stands beside coupon {id}")));
            }
        }
        Ok(())
    }
}

/// Assets and promotions on presale lines: with the placing in the stage of the deposit, in which none of
/// them is allowed, with the balance in its own (S1-R08, S1-R10, S1-R26).
fn asset(draft: &Draft<'_>, order: &Order, piece: &Piece<'_>) -> Result<(), Refusal> {
    let Some(presale) = &order.presale else { return Ok(()) };
    let what = match &*piece.discount.kind {
        "item_promotion" => What::ItemPromotion,
        "member_price" => What::MemberPrice,
        "unit_promotion" => What::UnitPromotion,
        "order_promotion" if piece.payment.is_some() => What::OrderPromotion,
        "red_packet" => What::RedPacket,
        "beans" => What::Beans,
        "e_card" => What::ECard,
        _ => return Ok(()),
    };
    let is_asset = matches!(what, What::RedPacket | What::Beans | What::ECard);
    let stage = if piece.payment.is_some() || presale.in_full { Stage::Balance } else { Stage::Deposit };
    let row = draft.campaign(&presale.campaign_id);
    let by_switch = row
        .and_then(|row| row.campaign.version(presale.version))
        .and_then(|version| version.terms.of::<presale::Terms>())
        .is_some_and(|terms| terms.assets_outside);
    if is_asset && stage == Stage::Balance && by_switch {
        return Ok(());
    }
    let borne = piece.shares.iter().enumerate().filter(|(_, share)| share.is_positive());
    for (line, class) in borne.map(|(line, _)| (line, class(order, line))) {
        if class != LineClass::Ordinary {
            let wrong =
                |code| Refusal::with(code, format!("presale line {} bears it", order.lines[line].line_id));
            allowed(what, class, stage).map_err(wrong)?;
        }
    }
    Ok(())
}
