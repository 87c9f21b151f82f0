//! Reading the orders whose balances are asked for.
//!
//! A balance is what its order agreed on: each line stands at its list price, and all that came off it
//! at the placing, the presale's gain and any other discount, stands as its gain. So all lines of an order
//! with nothing else cost just [`Order::balance`]. An ordinary line of a presale order is such a line with
//! no deposit: agreed with the order, so that item promotions and the shop's freight are past it. The
//! freight that the order agreed on comes with its ordinary lines, once; nothing is taken off it.

use super::ask::{Ask, AskLine, fault};
use super::facts::{BalanceFacts, OrderFacts};
use super::rules::ShopRules;
use crate::PreviewError;
use domain::{
    Code, Instant, LineId, OrderId, Refusal,
    order::{self, Line, Order, Presale, PresaleStage},
};
use port::Reader;
use rustc_hash::FxHashMap;

/// What is read of one order, which is read once.
struct Read {
    order: Order,
    facts: OrderFacts,
}

/// The orders of the balances that are asked for, in the order in which they are named first. Refused
/// where one is not there, is another customer's, or is not to be paid now.
pub fn of(
    reader: &dyn Reader,
    rules: &ShopRules,
    ask: &Ask,
    now: Instant,
) -> Result<Vec<OrderFacts>, PreviewError> {
    let mut found: Vec<Read> = Vec::new();
    let mut places: FxHashMap<&OrderId, usize> = FxHashMap::default();
    for (index, line) in ask.lines.iter().enumerate() {
        let AskLine::Balance { order_id, line_id } = line else { continue };
        let place = if let Some(place) = places.get(order_id) {
            *place
        } else {
            let missing = || fault(index, "order_id", Code::NotFound, format!("no order {order_id}"));
            let order = reader.order(&rules.shop.shop_id, order_id)?.ok_or_else(missing)?;
            places.insert(order_id, found.len());
            found.push(Read::new(order));
            found.len() - 1
        };
        found[place].add(rules, line_id, (ask, index), now)?;
    }
    Ok(found.into_iter().map(|read| read.facts).collect())
}

impl Read {
    fn new(order: Order) -> Self {
        let order_id = order.order_id.clone();
        let none = money::Money::ZERO;
        Self { order, facts: OrderFacts { order_id, freight: none, freight_fee: none, lines: Vec::new() } }
    }

    /// Adds a line whose balance can be paid now.
    fn add(
        &mut self,
        rules: &ShopRules,
        line_id: &LineId,
        (ask, index): (&Ask, usize),
        now: Instant,
    ) -> Result<(), Refusal> {
        let order = &self.order;
        if ask.customer_id.as_ref().is_some_and(|customer| *customer != order.customer_id) {
            return Err(fault(index, "order_id", Code::NotOwner, "the order is another customer's"));
        }
        let place = order.lines.iter().position(|line| line.line_id == *line_id);
        let (Some(place), Some(presale)) = (place, &order.presale) else {
            return Err(fault(index, "line_id", Code::NotFound, "no presale order has a line of that name"));
        };
        check_stage(order, now)?;
        let line = &order.lines[place];
        if line.presale_campaign_id.is_none() {
            (self.facts.freight, self.facts.freight_fee) = (order.freight_payable(), order.freight);
        }
        self.facts.lines.push(balance(rules, line, presale, place));
        Ok(())
    }
}

fn check_stage(order: &Order, now: Instant) -> Result<(), Refusal> {
    match order.presale_stage() {
        Some(PresaleStage::AwaitingBalance) => order.check_stage(order::Stage::Balance, now),
        Some(PresaleStage::Paid) => Err(Code::OrderPaid.into()),
        Some(PresaleStage::AwaitingDeposit) | None => {
            Err(Refusal::with(Code::StageNotAllowed, "the deposit is not paid"))
        }
        Some(PresaleStage::Forfeited | PresaleStage::Closed) => Err(Code::OrderCancelled.into()),
    }
}

fn balance(rules: &ShopRules, line: &Line, presale: &Presale, place: usize) -> BalanceFacts {
    let deposit = presale.line(place).deposit;
    BalanceFacts {
        line_id: line.line_id.clone(),
        sku: line.sku.clone(),
        categories: line.categories.clone(),
        quantity: line.quantity,
        unit_price: line.unit_price,
        campaign_id: presale.campaign_id.clone(),
        deposit,
        gain: line.list() - line.payable(),
        main_process: presale.main_process,
        // A coupon may take an ordinary line whole, as it may at the payment.
        require_greater: presale.require_greater && deposit.is_positive(),
        no_resplit: presale.no_resplit,
        assets_outside: rules.presale_terms(presale).is_some_and(|terms| terms.assets_outside),
    }
}
