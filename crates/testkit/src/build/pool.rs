//! The presale pool's rows for tests.

use super::{at, id, start};
use domain::{
    Instant,
    pool::{
        AmountState, Basis, BuyerLimit, Candidate, Gap, GiftRecord, GiftStrategy, GiftTier, GiftUnit,
        Missing, PoolLine, PoolOrder, PresaleRecord, PresaleStrategy, RankKey, Run, Said, ShopOrder, Since,
        Stage, Standing, Times, Timing,
    },
    time::Window,
};
use money::Money;
use std::sync::Arc;

fn month() -> Window {
    Window { starts_at: start(), ends_at: start().plus_hours(24 * 30) }
}

/// A presale strategy of `sku-1001` whose gift strategy is `g-1`, first version; it activates in a day.
pub fn presale(strategy_id: &str) -> PresaleRecord {
    let strategy = PresaleStrategy {
        strategy_id: id(strategy_id),
        name: format!("Presale {strategy_id}"),
        goods: vec![id("sku-1001")].into(),
        validity: month(),
        activation_at: at(86_400),
        balance_opens_at: Some(at(90_000)),
        timing: Timing::Activation,
        gift_strategies: vec![id("g-1")],
    };
    PresaleRecord { strategy: Arc::new(strategy), version: 1, activated_at: None, pass: None, entered: 3 }
}

/// A gift strategy of one version: a toy for the first 100 orders of `sku-1001`.
pub fn gift(strategy_id: &str) -> GiftRecord {
    let strategy = GiftStrategy {
        strategy_id: id(strategy_id),
        name: format!("Gift {strategy_id}"),
        group: 0,
        priority: 0,
        validity: month(),
        activity: month(),
        basis: Basis::FirstPayment,
        main_skus: vec![id("sku-1001")].into(),
        first_n: Some(100),
        buyers: BuyerLimit::EveryOrder,
        by_amount: false,
        tiers: vec![GiftTier { min: Money::ZERO, gifts: vec![GiftUnit { sku: id("toy"), quantity: 1 }] }],
    };
    GiftRecord { versions: vec![Arc::new(strategy)] }
}

/// A run that goes on at that moment.
pub fn run(strategy_id: &str, number: u64, wake_at: Option<Instant>) -> Run {
    Run { opened_at: Some(at(1)), wake_at, ..Run::new(id(strategy_id), number, 1) }
}

/// What a file could not say: an order of 30 s, two rows, and something of which nobody knows the order.
pub fn gap(source: &str) -> Gap {
    let mut gap = Gap::new(source, Some(at(90)));
    gap.add_row(7, "not_an_amount", Some(id("o-7")));
    gap.add_row(9, "field_count", None);
    gap.add_order(&id("o-7"), Since::At(at(30)), Missing::Whole);
    gap.add_unnamed(Since::At(at(40)));
    gap
}

/// An order of `sku-1001` whose deposit is paid, at a stage of the presale strategy `p-1`. Its balance may
/// be paid for a day.
pub fn pool_order(order_id: &str, stage: Stage) -> PoolOrder {
    let order = ShopOrder {
        order_id: id(order_id),
        customer_id: id("u-1"),
        times: Times {
            ordered_at: at(0),
            first_paid_at: Some(at(5)),
            balance_paid_at: None,
            balance_opens_at: Some(at(3_600)),
            balance_closes_at: Some(at(86_400)),
            closed_at: None,
        },
        goods_paid: Money::from_minor(5_000),
        lines: vec![PoolLine { sku: id("sku-1001"), quantity: 1, amount: Money::from_minor(5_000) }],
        said: Said::default(),
    };
    let mut order = PoolOrder::new(&order, at(6));
    order.presale_strategy = Some(id("p-1"));
    if stage != Stage::ShopOrder {
        order.go(stage, at(7));
    }
    order
}

/// The place of an order, so many seconds after the start.
pub fn place(seconds: i64, order_id: &str) -> RankKey {
    RankKey::new(at(seconds), &id(order_id))
}

/// A candidate that counts and waits.
pub fn candidate(seconds: i64, order_id: &str) -> Candidate {
    Candidate {
        key: place(seconds, order_id),
        order_id: id(order_id),
        customer_id: id("u-1"),
        amount: Money::from_minor(5_000),
        amount_state: AmountState::Open,
        counts: true,
        standing: Standing::Waiting,
        rank: None,
        tier: None,
        code: None,
    }
}
