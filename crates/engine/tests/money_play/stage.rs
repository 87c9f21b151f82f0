//! The shop that stories happen in: its presale, its pool and its coupons; and their events as the engine reads them.

use super::goods::{ITEMS, MULTIPLIERS};
use crate::money_model::story::{
    Bearer, Benefit, By, END, Event, How, Line, OPEN, Of, Off, On, Order, Refund, Stage, Story, What,
};
use crate::support::{batch::BatchDeal, presale::Offer, *};
use domain::{
    campaign::{
        Terms,
        presale::{Gain, GainKind, Item, Multiplier, Window},
        promotion::PercentOff,
    },
    coupon::{Coupon, CouponKind},
    event::{Body, Cancelled, OrderEvent, PlacedLine, RefundFacts, RefundLine},
    order::{CancelReason, Discount, LineShare, Method, OrderKind, Party, RefundAsk},
    pool::{PresaleStrategy, Timing},
};
use engine::{Assigned, Command};

/// A shop that is set up for a story, at its start.
pub struct Shop {
    pub run: Run,
    pub coupons: Vec<Coupon>,
}

pub fn name(order: usize) -> String {
    format!("o{order}")
}
fn sku(item: usize) -> String {
    format!("presale-{item}")
}

fn presale() -> Command {
    let window = |from, to| Window { starts_at: at(from), ends_at: at(to) };
    let offer = Offer { deposits: (at(0), at(600)), balances: (at(OPEN), at(END)), ..Offer::default() };
    let mut version = offer.version();
    let Terms::Presale(terms) = &mut version.terms else { unreachable!("a presale") };
    let items = ITEMS.iter().zip(MULTIPLIERS).enumerate();
    let items = items.map(|(index, ((price, deposit, gain), tenths))| Item {
        sku: id(&sku(index)),
        presale_price: fen(*price),
        deposit: fen(*deposit),
        gain: gain_of(*gain, tenths),
        global_buy: false,
    });
    terms.items = items.collect::<Vec<_>>().into();
    (terms.deposit_window, terms.balance_window) = (window(0, 600), window(OPEN, END));
    Command::CreateCampaign {
        campaign_id: Some(id("p1")),
        version: Box::new(version),
        publish: true,
        digest: "presale".into(),
    }
}

fn gain_of(gain: i64, tenths: u32) -> Gain {
    let multiplier = (tenths > 0).then(|| format!("{}.{}", tenths / 10, tenths % 10));
    let (kind, amount) = match (gain, &multiplier) {
        (_, Some(_)) => (GainKind::Expansion, None),
        (0, None) => (GainKind::None, None),
        (gain, None) => (GainKind::Reduction, Some(fen(gain))),
    };
    Gain { kind, multiplier: multiplier.and_then(|text| Multiplier::read(&text)), amount }
}

fn pool() -> Command {
    Command::PutPresaleStrategy(Box::new(PresaleStrategy {
        strategy_id: id("pool"),
        name: "Pool".into(),
        goods: (0..ITEMS.len()).map(|item| id(&sku(item))).collect::<Vec<_>>().into(),
        validity: Window { starts_at: at(-60), ends_at: at(60 * 24 * 30) },
        activation_at: at(700),
        balance_opens_at: Some(at(OPEN)),
        timing: Timing::TransferOut,
        gift_strategies: Vec::new(),
    }))
}

impl Shop {
    pub fn of(story: &Story) -> Self {
        let run = Run::in_memory().0;
        run.ok(Command::PutShop(Box::new(shop("s1"))));
        run.ok(presale());
        run.ok(pool());
        run.advance(START);
        let coupons = story.coupons.iter().enumerate().map(|(index, coupon)| {
            let batch = format!("batch-{index}");
            let kind = match coupon.benefit {
                Benefit::AtCashier(_) => CouponKind::Payment,
                Benefit::Save(_) | Benefit::Percent(_) => CouponKind::Shop,
            };
            let spend = if kind == CouponKind::Payment { 10_00 } else { coupon.spend };
            let until = coupon.ends.unwrap_or(BatchDeal::default().until);
            let deal = BatchDeal { kind, spend, until, returns: coupon.returns, ..BatchDeal::default() };
            let mut create = deal.create(&batch);
            let Command::CreateBatch { batch: terms, .. } = &mut create else { unreachable!("a batch") };
            match coupon.benefit {
                Benefit::AtCashier(save) | Benefit::Save(save) => terms.benefit.save = Some(fen(save.max(1))),
                Benefit::Percent(percent) => {
                    terms.benefit.save = None;
                    terms.benefit.percent_off = PercentOff::from_basis_points(u32::from(percent) * 100);
                }
            }
            run.ok(create);
            run.claim_batch(&batch, "u1", 1).remove(0)
        });
        let coupons = coupons.collect();
        Self { run, coupons }
    }

    fn discounts(&self, offs: &[Off]) -> Vec<Discount> {
        offs.iter().map(|off| self.discount(off)).collect()
    }
    fn discount(&self, off: &Off) -> Discount {
        let lines = match off.on {
            On::Line(line) => vec![LineShare { line_id: id(&line_name(line)), amount: fen(off.amount) }],
            On::Goods | On::Freight => Vec::new(),
        };
        let kind = match (off.coupon, off.on, off.bearer) {
            (Some(_), ..) => "shop_coupon",
            (None, On::Freight, _) => "freight_coupon",
            (None, On::Line(_), _) => "product_coupon",
            (None, On::Goods, Bearer::Platform) => "beans",
            (None, On::Goods, Bearer::Merchant) => "order_promotion",
        };
        let funded_by = match off.bearer {
            Bearer::Merchant => Party::Merchant,
            Bearer::Platform => Party::Platform,
        };
        let coupon = off.coupon.map(|coupon| self.coupons[coupon].coupon_id.as_str().into());
        Discount { kind: kind.into(), id: coupon, amount: fen(off.amount), funded_by, lines }
    }

    pub fn placed(&self, index: usize, order: &Order) -> OrderEvent {
        let mut placed = placing(&name(index), "u1");
        placed.lines = order.lines.iter().enumerate().map(line).collect();
        placed.kind = if order.is_presale() { OrderKind::Presale } else { OrderKind::Normal };
        (placed.freight, placed.payable) = (fen(order.freight), fen(order.payable()));
        placed.discounts = self.discounts(&order.offs);
        event(&format!("{}.placed", name(index)), Body::Placed(Box::new(placed)), at(order.placed))
    }

    /// What is told of an event, or asked for, one after the other.
    pub fn event(&self, index: usize, told: &Event) -> Vec<Command> {
        let order = name(told.order);
        let body = match &told.what {
            What::Started { payment, voucher } => {
                return vec![starting(&order, payment, Method::JdPay, Some(&self.coupons[*voucher]))];
            }
            What::Paid(payment) => {
                let mut paid = paying(&order, &payment.id, payment.amount);
                paid.stage = match payment.stage {
                    Stage::Full => domain::order::Stage::Full,
                    Stage::Deposit => domain::order::Stage::Deposit,
                    Stage::Balance => domain::order::Stage::Balance,
                };
                paid.coupon_id = payment.voucher.map(|voucher| self.coupons[voucher].coupon_id.clone());
                paid.discounts = self.discounts(&payment.offs);
                Body::PaymentSucceeded(paid)
            }
            What::Cancelled(by) => {
                let reason = match by {
                    By::Customer => CancelReason::Customer,
                    By::Merchant => CancelReason::Merchant,
                    By::Timeout => CancelReason::Timeout,
                };
                Body::Cancelled(Cancelled { order_id: id(&order), reason })
            }
            What::Refunded(refund) => return refunded(index, told, refund),
        };
        vec![ingest(&event(&format!("e{index}"), body, at(told.at)))]
    }
}

fn refunded(index: usize, told: &Event, refund: &Refund) -> Vec<Command> {
    let order = name(told.order);
    let (ask, payment) = (ask(&refund.of), refund.payment.as_deref().map(id));
    let facts = RefundFacts { payment_id: payment.clone(), ..refunding(&order, &refund.id, &ask) };
    let bare = RefundFacts { lines: Vec::new(), amount: None, ..facts.clone() };
    let (order_id, refund_id) = (id(&order), id(&refund.id));
    let mut commands = match (refund.how, payment) {
        (How::Asked, Some(payment_id)) => {
            vec![Command::RefundPayment { order_id, refund_id, payment_id, ask }]
        }
        (How::Asked, None) => vec![Command::CreateRefund { order_id, refund_id, ask }],
        (How::Assigned, Some(payment)) => {
            return vec![Command::AssignRefund { order_id, refund_id, of: Assigned::Payment(payment) }];
        }
        (_, _) => Vec::new(),
    };
    let bodies = match refund.how {
        How::Went | How::Asked | How::Assigned => vec![Body::RefundSucceeded(facts)],
        How::Twofold => vec![Body::RefundApproved(facts.clone()), Body::RefundSucceeded(facts)],
        How::Steps => vec![
            Body::RefundRequested(facts),
            Body::RefundApproved(bare.clone()),
            Body::RefundSucceeded(bare),
        ],
        How::Backwards => vec![Body::RefundSucceeded(bare), Body::RefundApproved(facts)],
    };
    let events = bodies.into_iter().zip(0..);
    commands
        .extend(events.map(|(body, step)| ingest(&event(&format!("e{index}.{step}"), body, at(told.at)))));
    commands
}

fn line_name(line: usize) -> String {
    format!("l{line}")
}

fn line((index, line): (usize, &Line)) -> PlacedLine {
    PlacedLine {
        line_id: id(&line_name(index)),
        sku: id(&line.sale.map_or(format!("sku-{index}"), |sale| sku(sale.item))),
        title: None,
        categories: Vec::new(),
        quantity: line.units,
        unit_price: fen(line.price),
        presale_campaign_id: line.sale.map(|_| id("p1")),
    }
}

fn ask(of: &Of) -> RefundAsk {
    let (lines, amount) = match of {
        Of::Rest => (Vec::new(), None),
        Of::Amount(amount) => (Vec::new(), Some(fen(*amount))),
        Of::Units(units) => {
            let lines = units
                .iter()
                .map(|(line, quantity)| RefundLine { line_id: id(&line_name(*line)), quantity: *quantity });
            (lines.collect(), None)
        }
    };
    RefundAsk { lines, amount, fault: None }
}
