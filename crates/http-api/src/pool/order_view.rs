//! An order of the pool as it is shown: its times, its gifts, its places in rankings.

use crate::wire::time;
use domain::{
    Code, ShopId,
    pool::{
        Candidate, Correction, Entered, Exception, GiftStrategy, Moved, PoolOrder, Run, Stage, Stages,
        Standing, Times,
    },
    shop::Shop,
};
use port::{PoolRow, Read, Reader};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// When what happened to an order, as far as it is known.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimesView {
    /// Placed.
    ordered_at: String,
    /// First payment: the deposit, or all of it where there is one stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_paid_at: Option<String>,
    /// Balance payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance_paid_at: Option<String>,
    /// When the balance may be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance_opens_at: Option<String>,
    /// When an unpaid balance closes the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance_closes_at: Option<String>,
    /// Cancelled or refunded on the platform, or closed by its unpaid balance.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<String>,
}

impl TimesView {
    fn new(shop: &Shop, known: Times) -> Self {
        let some = |at| time::show_some(shop, at);
        Self {
            ordered_at: time::show(shop, known.ordered_at),
            first_paid_at: some(known.first_paid_at),
            balance_paid_at: some(known.balance_paid_at),
            balance_opens_at: some(known.balance_opens_at),
            balance_closes_at: some(known.balance_closes_at),
            closed_at: some(known.closed_at),
        }
    }
}

/// One line.
#[derive(Debug, Serialize, ToSchema)]
pub struct PoolLineView {
    sku: String,
    quantity: u64,
    /// What it costs, in minor units, as the download has it.
    amount: i64,
}

/// A gift of the order.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderGiftView {
    /// The strategy that gave it; absent where a person did.
    #[serde(skip_serializing_if = "Option::is_none")]
    strategy_id: Option<String>,
    sku: String,
    quantity: u64,
    /// The order's place, where the strategy ranks.
    #[serde(skip_serializing_if = "Option::is_none")]
    rank: Option<u64>,
    /// Whether a person added it.
    manual: bool,
    /// Why they did.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// The order's place in a strategy's ranking.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceView {
    strategy_id: String,
    /// The customer's time that counts, to the second.
    basis_at: String,
    /// `waiting | open | held | given | nothing | void`.
    #[schema(value_type = String)]
    standing: Standing,
    /// Its rank, once it was judged by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    rank: Option<u64>,
    /// Its rank as things stand, before that; others may still come before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    provisional_rank: Option<u64>,
    /// Whether it is still to be judged.
    provisional: bool,
    /// Why there is no gift.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
}

/// A strategy that is for the order, but not this order for it.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeftOutView {
    strategy_id: String,
    /// `no_main_item | basis_unknown | outside_activity | needs_presale_strategy | late_earlier_order`.
    code: &'static str,
}

/// Something that people must look at.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExceptionView {
    /// `late_earlier_order | gift_out_of_stock | amount_changed | gifts_undecided | looks_partly_paid |
    /// stages_unknown`.
    code: &'static str,
    /// The strategy concerned; absent where it is the order itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    strategy_id: Option<String>,
    at: String,
}

/// A step.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepView {
    at: String,
    stage: &'static str,
    /// What somebody accepted for it: `unpaid | looks_partly_paid | gifts_undecided`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accepted: Vec<&'static str>,
    /// Why they did.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Gift strategies that were not settled then.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    strategies: Vec<String>,
}

/// A time that a newer download told otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub struct CorrectionView {
    /// Which time.
    field: String,
    /// What was known.
    from: String,
    /// What is known now.
    to: String,
    /// When that came in.
    at: String,
}

/// An order of the pool.
#[derive(Debug, Serialize, ToSchema)]
pub struct PoolOrderView {
    order_id: String,
    customer_id: String,
    /// The order that it was split from.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<String>,
    /// `shop_order | presale_pool | review | fulfilment | closed`.
    stage: &'static str,
    times: TimesView,
    /// Goods amount paid so far, in minor units: all stages, discounts removed, freight excluded.
    goods_paid: i64,
    /// Whether that is final.
    fully_paid: bool,
    /// `one | two | two_by_strategy`: the last, because it was placed before the balance of its presale strategy
    /// opens and no download says otherwise.
    payment_stages: &'static str,
    /// Whether a refund of it is asked for and not decided; known of orders of our own presales.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    refund_open: bool,
    /// When the newest download of it was made, or came in where it did not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
    lines: Vec<PoolLineView>,
    /// The presale strategy that covers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    presale_strategy: Option<String>,
    /// When it leaves the pool by itself; absent while its balance is unpaid, and outside the pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    activates_at: Option<String>,
    gifts: Vec<OrderGiftView>,
    places: Vec<PlaceView>,
    /// Strategies in whose ranking it has no place, and why.
    left_out: Vec<LeftOutView>,
    exceptions: Vec<ExceptionView>,
    /// Times that newer downloads corrected, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    corrections: Vec<CorrectionView>,
    /// Its steps, oldest first.
    moves: Vec<StepView>,
}

/// What orders of a shop are shown with.
pub struct Views<'a> {
    shop: Arc<Shop>,
    shop_id: ShopId,
    settings: PoolRow,
    reader: &'a dyn Reader,
}

impl<'a> Views<'a> {
    /// Reads the shop's strategies.
    pub fn open(reader: &'a dyn Reader, shop: Arc<Shop>, shop_id: ShopId) -> Read<Self> {
        let settings = reader.pool(&shop_id)?;
        Ok(Self { shop, shop_id, settings, reader })
    }

    /// Shows an order.
    pub fn view(&self, order: PoolOrder) -> Read<PoolOrderView> {
        let (mut gifts, mut places) = (Vec::new(), Vec::new());
        for entered in &order.entered {
            let key = (self.shop_id.clone(), entered.run, entered.key.clone());
            let Some(candidate) = self.reader.candidate(&key)? else { continue };
            self.gifts(&order, entered, &candidate, &mut gifts);
            places.push(self.place(entered, &candidate)?);
        }
        gifts.extend(order.manual.iter().map(|gift| OrderGiftView {
            strategy_id: None,
            sku: gift.sku.to_string(),
            quantity: gift.quantity,
            rank: None,
            manual: true,
            reason: Some(gift.reason.clone()),
        }));
        if order.stage == Stage::Closed {
            gifts.clear();
        }
        let lines = order.lines.iter();
        Ok(PoolOrderView {
            order_id: order.order_id.to_string(),
            customer_id: order.customer_id.to_string(),
            parent_id: order.parent_id.as_ref().map(ToString::to_string),
            stage: order.stage.as_str(),
            times: TimesView::new(&self.shop, order.times),
            goods_paid: order.goods_paid.minor(),
            fully_paid: order.is_fully_paid(),
            payment_stages: match order.stages() {
                Stages::One => "one",
                Stages::Two => "two",
                Stages::TwoByStrategy => "two_by_strategy",
            },
            refund_open: order.refund_open,
            as_of: time::show_some(&self.shop, order.as_of),
            lines: lines
                .map(|line| PoolLineView {
                    sku: line.sku.to_string(),
                    quantity: line.quantity,
                    amount: line.amount.minor(),
                })
                .collect(),
            presale_strategy: order.presale_strategy.as_ref().map(ToString::to_string),
            activates_at: self.activates_at(&order),
            gifts,
            places,
            left_out: self.left_out(&order),
            exceptions: order.exceptions.iter().map(|known| self.exception(known)).collect(),
            corrections: order.corrections.iter().map(|known| self.correction(known)).collect(),
            moves: order.moves.iter().map(|step| self.step(step)).collect(),
        })
    }

    fn gifts(
        &self,
        order: &PoolOrder,
        entered: &Entered,
        candidate: &Candidate,
        to: &mut Vec<OrderGiftView>,
    ) {
        let found = self.settings.given(order, candidate, &entered.strategy_id);
        to.extend(found.iter().map(|gift| OrderGiftView {
            strategy_id: Some(entered.strategy_id.to_string()),
            sku: gift.sku.to_string(),
            quantity: gift.quantity,
            rank: candidate.rank,
            manual: false,
            reason: None,
        }));
    }

    fn place(&self, entered: &Entered, candidate: &Candidate) -> Read<PlaceView> {
        let judged = candidate.standing.is_judged();
        let run = self.settings.runs.get(&entered.strategy_id).filter(|run| run.number == entered.run);
        let record = self.settings.gifts.get(&entered.strategy_id);
        let strategy = record.and_then(|record| record.version(entered.version));
        let both = run.zip(strategy).filter(|_| !judged);
        let is_beyond = |(run, strategy): (&Run, &Arc<GiftStrategy>)| run.is_beyond(strategy, &entered.key);
        let beyond = both.is_some_and(is_beyond);
        let ranks = both.is_some_and(|(_, strategy)| strategy.first_n.is_some());
        let key = (self.shop_id.clone(), entered.run, entered.key.clone());
        let provisional_rank = if ranks && candidate.counts { Some(self.reader.rank(&key)?) } else { None };
        let code = if beyond { Some(Code::BeyondFirstN) } else { candidate.code };
        let second = entered.key.at();
        Ok(PlaceView {
            strategy_id: entered.strategy_id.to_string(),
            basis_at: time::show(&self.shop, second),
            standing: candidate.standing,
            rank: candidate.rank,
            provisional_rank,
            provisional: !judged && !beyond,
            code: code.map(Code::as_str),
        })
    }

    fn left_out(&self, order: &PoolOrder) -> Vec<LeftOutView> {
        // Where an order was split, another child may hold the place.
        if order.stage == Stage::Closed || order.parent_id.is_some() {
            return Vec::new();
        }
        let runs = self.settings.runs_for(order).into_iter();
        let without = runs.filter(|(run, _)| order.place(&run.strategy_id).is_none());
        without
            .filter_map(|(run, strategy)| {
                let code = match strategy.find_place(order) {
                    Err(code) => code,
                    Ok(_) if strategy.first_n.is_some() && order.presale_strategy.is_none() => {
                        Code::NeedsPresaleStrategy
                    }
                    Ok(key) if strategy.first_n.is_some() && run.is_frozen(&key) => Code::LateEarlierOrder,
                    // It takes its place when it is next looked at.
                    Ok(_) => return None,
                };
                Some(LeftOutView { strategy_id: run.strategy_id.to_string(), code: code.as_str() })
            })
            .collect()
    }

    fn activates_at(&self, order: &PoolOrder) -> Option<String> {
        let id = order.presale_strategy.as_ref().filter(|_| order.stage == Stage::PresalePool)?;
        let record = self.settings.presales.get(id)?;
        time::show_some(&self.shop, order.activates_at(record.strategy.activation_at))
    }

    fn exception(&self, known: &Exception) -> ExceptionView {
        ExceptionView {
            code: known.code.as_str(),
            strategy_id: known.strategy_id.as_ref().map(ToString::to_string),
            at: time::show(&self.shop, known.at),
        }
    }

    fn step(&self, step: &Moved) -> StepView {
        StepView {
            at: time::show(&self.shop, step.at),
            stage: step.stage.as_str(),
            accepted: step.accepted.iter().map(|code| code.as_str()).collect(),
            reason: step.reason.clone(),
            strategies: step.strategies.iter().map(ToString::to_string).collect(),
        }
    }

    fn correction(&self, known: &Correction) -> CorrectionView {
        let show = |at| time::show(&self.shop, at);
        let (from, to, at) = (show(known.from), show(known.to), show(known.at));
        CorrectionView { field: known.field.clone(), from, to, at }
    }
}
