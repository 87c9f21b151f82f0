//! What a reminder says, in Chinese and English.
//!
//! Always holds: a reminder names the moment of its deadline on the shop's wall and no distance in time, so that one
//! which leaves late is as true as one which leaves at once (A-S1-27). It is written when it is handed over.

use super::{Kind, values::moment};
use crate::{order::Order, time::Zone};

/// The text in Chinese and in English. The deadline is the order's: the end of its balance, or when it is cancelled
/// unpaid; an order that is not there, or never ends so, is
/// reminded without one.
pub fn text(kind: Kind, order: Option<&Order>, zone: &Zone) -> (String, String) {
    let by = order.and_then(|order| kind.order_ends(order)).map(|at| moment(at, zone));
    let (zh, en) = match &by {
        Some((zh, en)) => (format!("请在{zh}前"), format!(" by {en}")),
        None => ("请尽快".to_owned(), String::new()),
    };
    match kind {
        Kind::PaymentReminder => (
            format!("您有一笔订单待支付,专属支付优惠券等你领取,{zh}点击领券支付"),
            format!(
                "Your order awaits payment and a coupon is waiting for you: tap to claim it and pay{en}."
            ),
        ),
        Kind::BalanceOpening => (
            format!("您预订的商品已开始支付尾款,{zh}支付"),
            format!("The balance of your presale order can be paid now; please pay it{en}."),
        ),
        Kind::BalanceClosing => (
            format!("您预订的商品尚未支付尾款,逾期定金不退,{zh}支付"),
            format!("Please pay the balance of your presale order{en}; after that the deposit is lost."),
        ),
        Kind::BalanceReminder => (
            format!("您预订的商品尚未支付尾款,{zh}点击支付"),
            format!("The balance of your presale order is still to be paid: tap to pay{en}."),
        ),
        Kind::PaymentSucceeded => both("您的订单已支付成功。", "Your order is paid."),
        Kind::Shipped => both("您的订单已发货。", "Your order has been shipped."),
        Kind::Received => both("您的订单已签收。", "Your order has been signed for."),
        Kind::RefundApproved => both(
            "商家已同意您的退款,款项将原路退回。",
            "Your refund is approved and goes back the way you paid.",
        ),
        Kind::RefundRejected => both("商家未同意您的退款申请。", "Your request for a refund was rejected."),
        Kind::SupplierOrder => both("您有新的供应商订单,请处理。", "A supplier order waits for you."),
        Kind::PurchaseOrder => both("您有新的采购单,请处理。", "A purchase order waits for you."),
        Kind::Dispute => both("您的维权有新进展,请查看。", "There is news of your dispute."),
        Kind::Marketing => {
            both("本店有新的优惠,请查看。拒收请回复R", "Our shop has new offers. Reply R to opt out.")
        }
    }
}

fn both(zh: &str, en: &str) -> (String, String) {
    (zh.to_owned(), en.to_owned())
}
