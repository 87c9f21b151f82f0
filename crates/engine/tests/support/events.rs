//! Events and commands, from the few words that tests choose.

use super::{Deal, PAYABLE, fen, id};
use domain::{
    CustomerId, Instant, OfferId, OrderId,
    campaign::{Action, recovery::Claim},
    catalog::Category,
    coupon::Coupon,
    event::{
        Body, Cancelled, OrderEvent, OrderNamed, PaymentFailed, PaymentSucceeded, Placed, PlacedLine,
        RefundFacts, RefundLine,
    },
    order::{CancelReason, Discount, Goods, Method, OrderKind, Party, RefundAsk, Source, Stage},
};
use engine::Command;
use port::digest;

/// Two lines of kettles, 10.00 off by the merchant, 1.00 by the platform, freight 6.00: 295.00.
pub fn placing(order: &str, customer: &str) -> Placed {
    let categories = || {
        let names = ["appliances", "kitchen", "kettles"];
        names.iter().filter_map(|name| Category::try_new(name)).collect()
    };
    let line = |line_id: &str, sku: &str, quantity, minor| PlacedLine {
        line_id: id(line_id),
        sku: id(sku),
        title: None,
        categories: categories(),
        quantity,
        unit_price: fen(minor),
        presale_campaign_id: None,
    };
    let discount = |kind: &str, minor, funded_by| Discount {
        kind: kind.into(),
        id: None,
        amount: fen(minor),
        funded_by,
        lines: Vec::new(),
    };
    Placed {
        order_id: id(order),
        customer_id: id(customer),
        source: Source::App,
        kind: OrderKind::Normal,
        goods: Goods::Physical,
        lines: vec![line("l1", "sku-1", 2, 100_00), line("l2", "sku-2", 1, 100_00)],
        discounts: vec![
            discount("order_promotion", 10_00, Party::Merchant),
            discount("beans", 1_00, Party::Platform),
        ],
        freight: fen(6_00),
        payable: fen(PAYABLE),
        cancel_at: None,
        checkout_id: None,
    }
}

pub fn event(event_id: &str, body: Body, occurred_at: Instant) -> OrderEvent {
    OrderEvent { source: "platform".into(), event_id: event_id.into(), occurred_at, body }
}
pub fn placed(order: &str, customer: &str, when: Instant) -> OrderEvent {
    let body = Body::Placed(Box::new(placing(order, customer)));
    event(&format!("{order}.placed"), body, when)
}
pub fn paying(order: &str, payment: &str, amount: i64) -> PaymentSucceeded {
    PaymentSucceeded {
        order_id: id(order),
        payment_id: id(payment),
        stage: Stage::Full,
        method: Method::JdPay,
        amount: fen(amount),
        coupon_id: None,
        checkout_id: None,
        transaction_id: None,
        discounts: Vec::new(),
    }
}
pub fn paid(order: &str, payment: &str, amount: i64, when: Instant) -> OrderEvent {
    let body = Body::PaymentSucceeded(paying(order, payment, amount));
    event(&format!("{order}.{payment}.succeeded"), body, when)
}
pub fn failed(order: &str, payment: &str, when: Instant) -> OrderEvent {
    let body = Body::PaymentFailed(PaymentFailed { order_id: id(order), payment_id: id(payment) });
    event(&format!("{order}.{payment}.failed"), body, when)
}
pub fn cancelled(order: &str, when: Instant) -> OrderEvent {
    let body = Body::Cancelled(Cancelled { order_id: id(order), reason: CancelReason::Customer });
    event(&format!("{order}.cancelled.{}", when.micros()), body, when)
}
pub fn shipped(order: &str, when: Instant) -> OrderEvent {
    let body = Body::Shipped(OrderNamed { order_id: id(order) });
    event(&format!("{order}.shipped"), body, when)
}
pub fn received(order: &str, when: Instant) -> OrderEvent {
    let body = Body::Received(OrderNamed { order_id: id(order) });
    event(&format!("{order}.received"), body, when)
}
pub fn refunding(order: &str, refund: &str, ask: &RefundAsk) -> RefundFacts {
    RefundFacts {
        order_id: id(order),
        refund_id: id(refund),
        payment_id: None,
        amount: ask.amount,
        lines: ask.lines.clone(),
    }
}
pub fn amount(minor: i64) -> RefundAsk {
    RefundAsk { lines: Vec::new(), amount: Some(fen(minor)), fault: None }
}
pub fn units(line: &str, quantity: u64) -> RefundAsk {
    RefundAsk { lines: vec![RefundLine { line_id: id(line), quantity }], amount: None, fault: None }
}

/// The command that takes an event in, with the digest that the edge would give it.
pub fn ingest(event: &OrderEvent) -> Command {
    let bytes = serde_json::to_vec(event).unwrap();
    Command::Ingest { event: Box::new(event.clone()), digest: digest(&bytes) }
}
pub fn create(campaign: &str, deal: &Deal) -> Command {
    Command::CreateCampaign {
        campaign_id: Some(id(campaign)),
        version: Box::new(deal.version()),
        publish: true,
        digest: format!("{deal:?}"),
    }
}
pub fn claim(order: &str, offer: &OfferId, by: &CustomerId) -> Command {
    let claim = Claim { order_id: id::<OrderId>(order), offer_id: offer.clone(), customer_id: by.clone() };
    Command::Act(Action::Recovery(claim))
}
pub fn starting(order: &str, payment: &str, method: Method, coupon: Option<&Coupon>) -> Command {
    Command::StartPayment {
        order_id: id(order),
        payment_id: id(payment),
        method,
        coupon_id: coupon.map(|coupon| coupon.coupon_id.clone()),
        checkout_id: None,
    }
}
