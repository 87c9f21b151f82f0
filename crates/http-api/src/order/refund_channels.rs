//! What each payment method's channel takes of refunds, and how long money is on its way: the tables as the shop has them.

use crate::wire::auth::InShop;
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use axum::Json;
use axum::extract::State;
use domain::{
    order::Method,
    shop::Shop,
    way_back::{Back, Instrument, Limits, PLATFORM_YEARS},
};
use serde::Serialize;
use utoipa::ToSchema;

/// How long money is on its way back, by what the customer paid with: working days after the day on which it left.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstrumentView {
    /// `wechat | alipay | credit_card | debit_card | jd_pay | baitiao`.
    #[schema(value_type = String)]
    instrument: Instrument,
    label: &'static str,
    label_zh: &'static str,
    /// Of a refund.
    refund: crate::shop::WorkingDaysView,
    /// Of cashback.
    cashback: crate::shop::WorkingDaysView,
}

/// A payment method's channel.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelView {
    #[schema(value_type = String)]
    method: Method,
    label: &'static str,
    label_zh: &'static str,
    /// The platform's limit: calendar years after the payment, by dates of the shop's zone; the last day is in.
    platform_years: i16,
    /// The channel's own limit: days of 24 hours after the payment; null where it names none.
    channel_days: Option<i64>,
    /// Refunds that it takes of one payment; null where it names no limit.
    partial_refunds: Option<u32>,
    /// What the method can stand for: of a bank card nobody says which kind it is.
    instruments: Vec<InstrumentView>,
}

/// Every payment method.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelListView {
    data: Vec<ChannelView>,
}

/// Until when refunds can go back by each payment method, how many, and how long they are on their way.
#[utoipa::path(get, path = "/v1/shops/{shop}/refund-channels", tag = "orders", params(("shop" = String, Path)),
    responses((status = 200, body = ChannelListView), (status = 404, body = Problem)))]
pub async fn list(State(state): State<ApiState>, caller: InShop) -> Result<Json<ChannelListView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let data = Method::ALL.into_iter().map(|method| channel(&shop, method)).collect();
    Ok(Json(ChannelListView { data }))
}

fn channel(shop: &Shop, method: Method) -> ChannelView {
    let ((label_zh, label), limits) = (method.label(), Limits::of(method));
    let instruments = Instrument::of(method).iter().map(|instrument| instrument_view(shop, *instrument));
    ChannelView {
        method,
        label,
        label_zh,
        platform_years: PLATFORM_YEARS,
        channel_days: limits.days,
        partial_refunds: limits.refunds,
        instruments: instruments.collect(),
    }
}

fn instrument_view(shop: &Shop, instrument: Instrument) -> InstrumentView {
    let (label_zh, label) = instrument.label();
    let days = |back| {
        let days = shop.arrivals.days(back, instrument);
        crate::shop::WorkingDaysView { from: days.from, to: days.to }
    };
    InstrumentView { instrument, label, label_zh, refund: days(Back::Refund), cashback: days(Back::Cashback) }
}
