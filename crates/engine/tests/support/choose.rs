//! What an action takes: an order's shape, a coupon that might do, what goes back.

use super::{Run, all, amount, fen, id, placing, play::SHOPS, units};
use domain::{
    Code, ShopId,
    catalog::Category,
    coupon::{Coupon, CouponStatus},
    message::MessageStatus,
    order::{Goods, Order, OrderKind, PaymentStatus, RefundAsk, Source},
};
use engine::{Command, MessageCommand};
use port::MessageFilter;

pub fn asked(what: u8) -> RefundAsk {
    match what % 4 {
        0 => units("l1", 1),
        1 => units("l2", 1),
        2 => amount(7_33),
        _ => RefundAsk { lines: Vec::new(), amount: None, fault: None },
    }
}

pub fn started(order: &Order) -> Option<String> {
    let held = order.payments.iter().find(|p| p.status == PaymentStatus::Started)?;
    Some(held.payment_id.to_string())
}

/// A coupon of the customer that might do for the order.
pub fn usable(run: &Run, shop: &ShopId, order: &Order) -> Option<Coupon> {
    let owned = run.reader().customer_coupons(shop, &order.customer_id, None, &all()).unwrap();
    let live = |c: &&Coupon| matches!(c.status, CouponStatus::Available | CouponStatus::Locked);
    let claimed = order.claimed_coupon();
    let own = owned.iter().find(|c| Some(&c.coupon_id) == claimed);
    own.or_else(|| owned.iter().find(live)).cloned()
}

/// A push that was sent did not reach its provider, or reached it in quiet hours.
pub fn undelivered(run: &Run, which: u8) -> Option<(ShopId, Command)> {
    let shop: ShopId = id(SHOPS[usize::from(which % 2)]);
    let filter = MessageFilter { status: Some(MessageStatus::Sent), ..MessageFilter::default() };
    let sent = run.reader().messages(&shop, &filter, &all()).unwrap();
    let message_id = sent.last()?.message_id.clone();
    let code = [Code::ProviderFailed, Code::QuietHours][usize::from(which / 2 % 2)];
    Some((shop, Command::Messages(MessageCommand::refused(message_id, code))))
}

/// An order of one of several shapes.
pub fn shaped(number: usize, customer: u8, shape: u8) -> domain::event::Placed {
    let mut placed = placing(&format!("o{number}"), &format!("u{customer}"));
    match shape % 16 {
        8 => placed.source = Source::Pc,
        9 => placed.goods = Goods::Virtual,
        10 => placed.kind = OrderKind::Presale,
        11 => {
            // Under the threshold.
            placed.lines.truncate(1);
            placed.discounts.clear();
            placed.lines[0].quantity = 1;
            placed.payable = fen(106_00);
        }
        12 | 13 => {
            let toys = Category::try_new("toys");
            placed.lines[0].categories = toys.into_iter().collect();
        }
        _ => {}
    }
    placed
}
