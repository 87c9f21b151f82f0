//! Orders: their stages and stored shares, their timeline, their settlement.

pub mod cashier;
mod entries;
pub mod offers;
pub mod presale;
pub mod refund_channels;
mod refund_view;
pub mod refunds;
mod shares;
pub mod to_return;

use crate::order::entries::EntryView;
use crate::order::offers::find_order;
use crate::order::presale::PresaleView;
use crate::order::refund_view::RefundView;
use crate::order::shares::ShareView;
use crate::wire::auth::InShop;
use crate::wire::extract::Names;
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use domain::{
    OrderId, ledger,
    order::{CancelReason, Goods, Method, OrderKind, PaymentStatus, State as OrderState},
    shop::Shop,
    way_back::Ends,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// When the order reached its stages.
#[derive(Debug, Serialize, ToSchema)]
pub struct StagesView {
    /// Placed.
    placed_at: String,
    /// Unpaid at this moment, it is cancelled.
    cancel_at: Option<String>,
    /// The deposit came in.
    deposit_paid_at: Option<String>,
    /// The balance came in.
    balance_paid_at: Option<String>,
    /// Paid in full.
    paid_at: Option<String>,
    /// Cancelled.
    cancelled_at: Option<String>,
    /// The parcel left.
    shipped_at: Option<String>,
    /// The customer confirmed receipt.
    received_at: Option<String>,
}

/// A line with its stored shares, in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineView {
    line_id: String,
    sku: String,
    /// What customers know the goods by, as it was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    quantity: u64,
    unit_price: i64,
    /// Unit price times quantity.
    list: i64,
    /// After the discounts that the order came with, and what came off with the balance once it is paid.
    payable: i64,
    /// Its share of each discount, and of the payment coupon once it is used.
    shares: Vec<ShareView>,
    /// Units refunded.
    refunded_quantity: u64,
}

/// An attempt to pay, in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptView {
    payment_id: String,
    #[schema(value_type = String)]
    method: Method,
    coupon_id: Option<String>,
    amount: i64,
    saving: i64,
    /// `started | succeeded | failed | late`.
    #[schema(value_type = String)]
    status: PaymentStatus,
    at: String,
    /// From this moment on a merchant cannot send its money back through its channel (S2-R01); of money that came.
    #[serde(skip_serializing_if = "Option::is_none")]
    refundable_until: Option<String>,
}

/// An order; amounts in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderView {
    order_id: String,
    customer_id: String,
    /// `open | paid | cancelled`.
    status: &'static str,
    source: String,
    #[schema(value_type = String)]
    kind: OrderKind,
    #[schema(value_type = String)]
    goods: Goods,
    stages: StagesView,
    /// Why it was cancelled.
    #[schema(value_type = Option<String>)]
    cancel_reason: Option<CancelReason>,
    /// Asked by the cashier before the payment coupon; once a balance is paid, less what came off with it.
    payable: i64,
    /// Money that came in.
    paid: i64,
    /// Money that went back.
    refunded: i64,
    freight: i64,
    lines: Vec<LineView>,
    payments: Vec<AttemptView>,
    /// Refunds, with what each is of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refunds: Vec<RefundView>,
    /// Of orders of a presale campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    presale: Option<PresaleView>,
}

/// Reads an order.
#[utoipa::path(get, path = "/v1/shops/{shop}/orders/{order}", tag = "orders", params(("shop" = String, Path), ("order" = String, Path)),
    responses((status = 200, body = OrderView), (status = 404, body = Problem)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, OrderId)>,
) -> Result<Json<OrderView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let mut order = find_order(&state, &caller, &id).await?;
    // An older document does not say them.
    order.tell_ways_back();
    let ranked = order.presale.as_ref().filter(|presale| presale.ranks_kept().is_some());
    let campaign = match ranked {
        Some(presale) => {
            let campaign = presale.campaign_id.clone();
            state.read(move |reader| reader.campaign(&caller.shop_id, &campaign)).await?
        }
        None => None,
    };
    let presale = presale::view(&shop, &order, campaign.as_ref(), state.engine.now());
    Ok(Json(view(&shop, &order, presale)))
}

fn view(shop: &Shop, order: &domain::order::Order, presale: Option<PresaleView>) -> OrderView {
    let (status, ended) = match (order.state, order.called_off) {
        (OrderState::Open, _) => ("open", None),
        // It had cost nothing (A-G-14).
        (OrderState::Paid { .. }, Some(off)) => ("cancelled", Some(off.reason)),
        (OrderState::Paid { .. }, None) => ("paid", None),
        (OrderState::Cancelled { reason, .. }, _) => ("cancelled", Some(reason)),
    };
    let paid_at = match order.state {
        OrderState::Paid { at } => Some(at),
        OrderState::Open | OrderState::Cancelled { .. } => None,
    };
    let balance = paid_at.filter(|_| order.deposit_paid_at.is_some());
    let moment = |at| time::show_some(shop, at);
    OrderView {
        order_id: order.order_id.to_string(),
        customer_id: order.customer_id.to_string(),
        status,
        source: order.source.as_str().to_owned(),
        kind: order.kind,
        goods: order.goods,
        stages: StagesView {
            placed_at: time::show(shop, order.placed_at),
            cancel_at: moment(order.cancel_at),
            deposit_paid_at: moment(order.deposit_paid_at),
            balance_paid_at: moment(balance),
            paid_at: moment(paid_at),
            cancelled_at: moment(order.called_off.map(|off| off.at).or(order.cancelled_at())),
            shipped_at: moment(order.shipped_at),
            received_at: moment(order.received_at),
        },
        cancel_reason: ended,
        payable: order.payable_in_all().minor(),
        paid: order.paid().minor(),
        refunded: order.refunded().minor(),
        freight: order.freight.minor(),
        lines: (0..order.lines.len()).map(|index| line(order, index)).collect(),
        payments: order.payments.iter().filter(|p| !p.is_of_nothing()).map(|p| attempt(shop, p)).collect(),
        refunds: order.refunds.iter().map(|refund| RefundView::of(shop, order, refund)).collect(),
        presale,
    }
}

fn attempt(shop: &Shop, payment: &domain::order::Payment) -> AttemptView {
    let ends = || Ends::of(&shop.time_zone, payment.method, payment.at);
    AttemptView {
        payment_id: payment.payment_id.to_string(),
        method: payment.method,
        coupon_id: payment.coupon_id.as_ref().map(ToString::to_string),
        amount: payment.amount.minor(),
        saving: payment.saving.minor(),
        status: payment.status,
        at: time::show(shop, payment.at),
        refundable_until: payment.status.has_money().then(|| time::show(shop, ends().first())),
    }
}

fn line(order: &domain::order::Order, index: usize) -> LineView {
    let line = &order.lines[index];
    LineView {
        line_id: line.line_id.to_string(),
        sku: line.sku.to_string(),
        title: line.title.clone(),
        quantity: line.quantity,
        unit_price: line.unit_price.minor(),
        list: line.list().minor(),
        payable: order.payable_of(index).minor(),
        shares: shares::of_line(order, index),
        refunded_quantity: order.refunded_units(&line.line_id),
    }
}

/// One entry of a timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineView {
    /// When it happened.
    at: String,
    /// What: an event's type or a decision such as `offer.displayed`.
    what: String,
    /// The reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// The reason in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// The reason in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_zh: Option<&'static str>,
    /// The campaign concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign_id: Option<String>,
    /// Figures and ids; amounts in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    detail: Option<Value>,
}

/// Everything decided about an order.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineListView {
    /// In the order of deciding.
    data: Vec<TimelineView>,
}

/// Everything decided about an order, with reasons.
#[utoipa::path(get, path = "/v1/shops/{shop}/orders/{order}/timeline", tag = "orders", params(("shop" = String, Path), ("order" = String, Path)),
    responses((status = 200, body = TimelineListView), (status = 404, body = Problem)))]
pub async fn timeline(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, OrderId)>,
) -> Result<Json<TimelineListView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    find_order(&state, &caller, &id).await?;
    let entries = state.read(move |reader| reader.timeline(&caller.shop_id, &id)).await?;
    let data = entries.into_iter().map(|entry| TimelineView {
        at: time::show(&shop, entry.at),
        what: entry.what,
        code: entry.code.map(domain::Code::as_str),
        reason: entry.code.map(domain::Code::en),
        reason_zh: entry.code.map(domain::Code::zh),
        campaign_id: entry.campaign_id.map(|id| id.to_string()),
        detail: entry.detail,
    });
    Ok(Json(TimelineListView { data: data.collect() }))
}

/// An order's settlement, in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettlementView {
    /// Goods at list price and freight.
    gross: i64,
    /// The customer's money, refunds taken off.
    paid: i64,
    /// What the merchant is due.
    settled: i64,
    /// The books; they sum to zero.
    entries: Vec<EntryView>,
}

/// What the merchant is due for an order, with every entry behind it.
#[utoipa::path(get, path = "/v1/shops/{shop}/orders/{order}/settlement", tag = "orders", params(("shop" = String, Path), ("order" = String, Path)),
    responses((status = 200, body = SettlementView), (status = 404, body = Problem)))]
pub async fn settlement(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, OrderId)>,
) -> Result<Json<SettlementView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    find_order(&state, &caller, &id).await?;
    let entries = state.read(move |reader| reader.entries(&caller.shop_id, &id)).await?;
    let sums = ledger::settle(&entries);
    let entries = entries.into_iter().map(|entry| EntryView::of(&shop, entry));
    Ok(Json(SettlementView {
        gross: sums.gross.minor(),
        paid: sums.paid.minor(),
        settled: sums.settled.minor(),
        entries: entries.collect(),
    }))
}
