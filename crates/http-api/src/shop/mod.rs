//! Shops: create or change one, read one.

pub mod risk;
pub mod webhooks;

use crate::wire::auth::InShop;
use crate::wire::extract::Unread;
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use axum::Json;
use axum::extract::State;
use domain::shop::{FreeShipping, QuietHours, Shop, ShopKind};
use domain::time::Zone;
use domain::way_back::{Arrivals, Instrument, WorkingDays};
use engine::{Command, Input, Reply};
use money::Money;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Quiet hours on the shop's wall clock, `HH:MM`; `[from, to)`, may cross midnight.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHoursView {
    /// For example `22:00`.
    from: String,
    /// For example `07:00`.
    to: String,
}

/// Freight rule, in minor units.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FreeShippingView {
    /// Free from this sum on,
    threshold: i64,
    /// else this fee.
    fee: i64,
}

/// Settings of a shop; what is left out has its default.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShopRequest {
    /// The name that operators and customers see.
    name: String,
    /// `sop | fbp | fcs | sopl | lbp | self_operated`.
    #[schema(value_type = String)]
    kind: ShopKind,
    /// IANA name; `Asia/Shanghai` by default.
    time_zone: Option<String>,
    /// ISO 4217, with a minor unit; `CNY` by default. It stays once a campaign was published or an order or coupon
    /// holds amounts in it (`immutable_field`).
    currency: Option<String>,
    /// Unpaid orders are cancelled after this; 1440 by default.
    payment_timeout_minutes: Option<u32>,
    /// Orders whose deposit is unpaid close after this; 30 by default.
    deposit_timeout_minutes: Option<u32>,
    /// A started payment holds its coupon this long; 15 by default.
    payment_lock_minutes: Option<u32>,
    /// No push then; 22:00 to 07:00 by default.
    quiet_hours: Option<QuietHoursView>,
    /// The push goes out this long before the deadline; 60 by default.
    push_lead_minutes: Option<u32>,
    /// Freight rule.
    free_shipping: Option<FreeShippingView>,
    /// Whether an order whose goods its buyer has paid for in another one shows no coupon and gets no push; true by
    /// default.
    hide_bought_elsewhere: Option<bool>,
    /// How long refunds and cashback are on their way; what is left out is as usual
    /// (`GET /v1/shops/{shop}/refund-channels`).
    arrival_days: Option<ArrivalDaysView>,
}

/// A span of working days after the day on which the money left, both ends included.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkingDaysView {
    /// At the earliest; 0 is the day itself.
    pub from: u8,
    /// At the latest; up to 60.
    pub to: u8,
}

type DaysByInstrument = BTreeMap<Instrument, WorkingDaysView>;

/// A shop's own estimates, by `wechat | alipay | credit_card | debit_card | jd_pay | baitiao`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ArrivalDaysView {
    /// Of refunds.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = std::collections::HashMap<String, WorkingDaysView>)]
    refund: DaysByInstrument,
    /// Of cashback.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = std::collections::HashMap<String, WorkingDaysView>)]
    cashback: DaysByInstrument,
}

impl ArrivalDaysView {
    fn of(known: &Arrivals) -> Option<Self> {
        let days = |days: &BTreeMap<Instrument, WorkingDays>| {
            days.iter().map(|(of, days)| (*of, WorkingDaysView { from: days.from, to: days.to })).collect()
        };
        let view = || Self { refund: days(&known.refund), cashback: days(&known.cashback) };
        (!known.is_empty()).then(view)
    }
    fn read(self) -> Arrivals {
        let days = |days: DaysByInstrument| {
            days.into_iter().map(|(of, days)| (of, WorkingDays { from: days.from, to: days.to })).collect()
        };
        Arrivals { refund: days(self.refund), cashback: days(self.cashback) }
    }
}

/// A shop.
#[derive(Debug, Serialize, ToSchema)]
#[allow(missing_docs, reason = "as in the request")]
pub struct ShopView {
    shop_id: String,
    name: String,
    #[schema(value_type = String)]
    kind: ShopKind,
    time_zone: String,
    currency: String,
    payment_timeout_minutes: u32,
    deposit_timeout_minutes: u32,
    payment_lock_minutes: u32,
    #[schema(value_type = QuietHoursView)]
    quiet_hours: QuietHours,
    push_lead_minutes: u32,
    free_shipping: Option<FreeShippingView>,
    hide_bought_elsewhere: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    arrival_days: Option<ArrivalDaysView>,
}

impl From<&Shop> for ShopView {
    fn from(shop: &Shop) -> Self {
        let freight =
            |f: FreeShipping| FreeShippingView { threshold: f.threshold.minor(), fee: f.fee.minor() };
        Self {
            shop_id: shop.shop_id.to_string(),
            name: shop.name.clone(),
            kind: shop.kind,
            time_zone: shop.time_zone.name().to_owned(),
            currency: shop.currency.clone(),
            payment_timeout_minutes: shop.payment_timeout_minutes,
            deposit_timeout_minutes: shop.deposit_timeout_minutes,
            payment_lock_minutes: shop.payment_lock_minutes,
            quiet_hours: shop.quiet_hours,
            push_lead_minutes: shop.push_lead_minutes,
            free_shipping: shop.free_shipping.map(freight),
            hide_bought_elsewhere: shop.hide_bought_elsewhere,
            arrival_days: ArrivalDaysView::of(&shop.arrivals),
        }
    }
}

fn shop(id: domain::ShopId, asked: ShopRequest) -> Result<Shop, Problem> {
    let mut shop = Shop::with_defaults(id, asked.name, asked.kind);
    if let Some(name) = asked.time_zone {
        let missing = || Problem::invalid_body("time_zone", &format!("no time zone {name}"));
        shop.time_zone = Zone::find(&name).ok_or_else(missing)?;
    }
    if let Some(hours) = asked.quiet_hours {
        let wrong = || Problem::invalid_body("quiet_hours", "two times of day, HH:MM");
        shop.quiet_hours = QuietHours::try_new(&hours.from, &hours.to).ok_or_else(wrong)?;
    }
    shop.currency = asked.currency.unwrap_or(shop.currency);
    shop.payment_timeout_minutes = asked.payment_timeout_minutes.unwrap_or(shop.payment_timeout_minutes);
    shop.deposit_timeout_minutes = asked.deposit_timeout_minutes.unwrap_or(shop.deposit_timeout_minutes);
    shop.payment_lock_minutes = asked.payment_lock_minutes.unwrap_or(shop.payment_lock_minutes);
    shop.push_lead_minutes = asked.push_lead_minutes.unwrap_or(shop.push_lead_minutes);
    shop.hide_bought_elsewhere = asked.hide_bought_elsewhere.unwrap_or(shop.hide_bought_elsewhere);
    shop.arrivals = asked.arrival_days.unwrap_or_default().read();
    shop.free_shipping = asked
        .free_shipping
        .map(|f| FreeShipping { threshold: Money::from_minor(f.threshold), fee: Money::from_minor(f.fee) });
    Ok(shop)
}

/// Creates a shop or changes its settings. Orders keep the deadlines they were placed with.
#[utoipa::path(put, path = "/v1/shops/{shop}", tag = "shops", params(("shop" = String, Path)), request_body = ShopRequest,
    responses((status = 200, body = ShopView), (status = 422, body = Problem)))]
pub async fn put_shop(
    State(state): State<ApiState>,
    caller: InShop,
    body: Unread<ShopRequest>,
) -> Result<Json<ShopView>, Problem> {
    let body = caller.reads(Scope::Admin, body).await?;
    let shop = shop(caller.shop_id.clone(), body.value)?;
    let command = Command::PutShop(Box::new(shop));
    match state.engine.submit(Input::new(caller.shop_id, command)).await? {
        Reply::Shop { shop } => {
            state.keep_shop(shop.clone());
            Ok(Json(ShopView::from(&*shop)))
        }
        other => Err(crate::wire::state::unexpected(&other)),
    }
}

/// Reads a shop's settings.
#[utoipa::path(get, path = "/v1/shops/{shop}", tag = "shops", params(("shop" = String, Path)),
    responses((status = 200, body = ShopView), (status = 404, body = Problem)))]
pub async fn get_shop(State(state): State<ApiState>, caller: InShop) -> Result<Json<ShopView>, Problem> {
    caller.may(Scope::Read)?;
    Ok(Json(ShopView::from(&*state.shop(&caller.shop_id).await?)))
}
