//! Downloaded orders in: an array, an object around one, or one a line. Each has its own outcome; a bad
//! one fails alone.

use crate::wire::auth::InShop;
use crate::wire::batch::{self, Limit};
use crate::wire::extract;
use crate::wire::limits;
use crate::wire::names::Named;
use crate::wire::problem::{Problem, Reasons, Violation};
use crate::wire::state::{ApiState, unexpected};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use domain::{
    Code, CustomerId, Instant, OrderId, Refusal,
    ends::Ends,
    pool::{PoolLine, Said, ShopOrder, Stage, Times},
};
use engine::{Command, EngineError, Input, Intake, Reply};
use money::Money;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// A downloaded order; amounts in minor units, times RFC 3339.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShopOrderRequest {
    /// The platform's number.
    #[schema(value_type = String)]
    order_id: OrderId,
    /// The buyer.
    #[schema(value_type = String)]
    customer_id: CustomerId,
    /// When it was placed.
    ordered_at: String,
    /// When the first payment came.
    first_paid_at: Option<String>,
    /// When the balance came.
    balance_paid_at: Option<String>,
    /// When the balance may be paid; of orders with two stages.
    balance_opens_at: Option<String>,
    /// When an unpaid balance closes the order; 23:59:59 in the shop's zone is taken as the next 00:00:00 (A-G-3).
    balance_closes_at: Option<String>,
    /// When it was cancelled or refunded on the platform.
    closed_at: Option<String>,
    /// `true`: it is paid at once. `false`: a balance comes after the first payment. Left out, that is told from its
    /// balance times, then from its presale strategy (A-S4-20).
    single_stage: Option<bool>,
    /// The order that it was split from: in ranks, tiers and buyers' limits its children count as one.
    #[schema(value_type = Option<String>)]
    parent_id: Option<OrderId>,
    /// Goods amount paid so far: all stages, discounts removed, freight excluded.
    #[schema(value_type = i64)]
    goods_paid: Money,
    /// `[{sku, quantity, amount}]`: what was bought, and what it costs, paid or not.
    #[schema(value_type = Vec<Object>)]
    lines: Vec<PoolLine>,
}

/// The end of an order.
const CLOSES: &str = "balance_closes_at";

fn fault(field: &str, code: Code, message: &str) -> Refusal {
    let violations = vec![domain::Violation::with(field, code, message)];
    Refusal { code, detail: format!("{field}: {message}").into(), violations }
}

impl ShopOrderRequest {
    fn read(self, as_of: Option<Instant>, ends: &mut Ends<'_>) -> Result<ShopOrder, Refusal> {
        let read = |field: &str, text: &str| {
            let wrong = || fault(field, Code::InvalidValue, "a time is written in RFC 3339");
            Instant::parse(text).ok_or_else(wrong)
        };
        let some = |field, text: Option<&str>| text.map(|text| read(field, text)).transpose();
        let closes = some(CLOSES, self.balance_closes_at.as_deref())?;
        let times = Times {
            ordered_at: read("ordered_at", &self.ordered_at)?,
            first_paid_at: some("first_paid_at", self.first_paid_at.as_deref())?,
            balance_paid_at: some("balance_paid_at", self.balance_paid_at.as_deref())?,
            balance_opens_at: some("balance_opens_at", self.balance_opens_at.as_deref())?,
            balance_closes_at: closes.map(|at| ends.read(CLOSES, at)),
            closed_at: some("closed_at", self.closed_at.as_deref())?,
        };
        let (order_id, customer_id, goods_paid) = (self.order_id, self.customer_id, self.goods_paid);
        let said =
            Said { single_stage: self.single_stage, as_of, parent_id: self.parent_id, refund_open: false };
        Ok(ShopOrder { order_id, customer_id, times, goods_paid, lines: self.lines, said })
    }
}

/// One element of a download: the order, or why it cannot be read; its id as far as it is known.
struct Incoming {
    order_id: String,
    order: Result<Arc<ShopOrder>, Refusal>,
}

fn incoming(text: &[u8], as_of: Option<Instant>, ends: &mut Ends<'_>) -> Incoming {
    /// As much as is needed to name an order that cannot be read.
    #[derive(Deserialize)]
    struct Numbered {
        order_id: String,
    }
    let order = typed(text).and_then(|order| order.read(as_of, ends)).map(Arc::new);
    let order_id = if let Ok(order) = &order {
        order.order_id.to_string()
    } else {
        let numbered = serde_json::from_slice(text).map(|known: Numbered| known.order_id);
        numbered.unwrap_or_default().chars().take(128).collect()
    };
    Incoming { order_id, order }
}

fn typed(text: &[u8]) -> Result<ShopOrderRequest, Refusal> {
    extract::by_name(text).map_err(|error| {
        if !error.is_data() {
            return Refusal::with(Code::InvalidValue, format!("not an order in JSON: {error}"));
        }
        // Only what is wrong is read again, to name the field.
        let mut reader = serde_json::Deserializer::from_slice(text);
        let read = serde_path_to_error::deserialize::<_, ShopOrderRequest>(Named(&mut reader));
        let Some(error) = read.err() else { return Refusal::with(Code::InvalidValue, error.to_string()) };
        let message = error.inner().to_string();
        let (field, code) = extract::field_at_fault(&error.path().to_string(), &message);
        fault(&field, code, &message)
    })
}

/// An array under a name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Around<'a> {
    #[serde(borrow)]
    orders: Vec<&'a RawValue>,
}

/// Splits the body into orders by its content type and its first character.
fn split<'a>(content_type: &str, bytes: &'a [u8]) -> Result<Vec<&'a [u8]>, Problem> {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let wrong = |error: serde_json::Error| {
        Problem::malformed(format!("neither an array of orders nor {{\"orders\": [...]}}: {error}"))
    };
    match kind.as_str() {
        "application/x-ndjson" | "application/jsonl" => {
            let lines = bytes.split(|byte| *byte == b'\n');
            Ok(lines.filter(|line| !line.trim_ascii().is_empty()).collect())
        }
        "application/json" | "" => {
            let orders: Vec<&RawValue> = if bytes.trim_ascii_start().starts_with(b"{") {
                extract::by_name::<Around<'_>>(bytes).map_err(wrong)?.orders
            } else {
                serde_json::from_slice(bytes).map_err(wrong)?
            };
            Ok(orders.into_iter().map(|order| order.get().as_bytes()).collect())
        }
        other => {
            let title = "Orders come as JSON or ndjson";
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            let problem = Problem::new(status, "unsupported_media_type", title, "不支持的内容类型");
            Err(problem.detail(format!("{other} is not one of application/json, application/x-ndjson")))
        }
    }
}

/// What to do beside taking in.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShopOrdersQuery {
    /// `true`: orders that are shop orders are submitted too.
    submit: Option<bool>,
    /// When the download was made, in RFC 3339. An older one than is known of an order only fills times that are
    /// not known; a newer one corrects times too (A-S4-23). Without it the order of the requests counts.
    as_of: Option<String>,
}

impl ShopOrdersQuery {
    fn as_of(&self) -> Result<Option<Instant>, Problem> {
        let read = |text: &String| {
            let wrong = || Problem::invalid_body("as_of", "a time is written in RFC 3339");
            // In an address a plus sign that is not escaped arrives as a space.
            let offset = text.len().saturating_sub("+08:00".len());
            let text = match (text.get(..offset), text.get(offset..)) {
                (Some(moment), Some(offset)) => format!("{moment}{}", offset.replace(' ', "+")),
                _ => text.clone(),
            };
            Instant::parse(&text).ok_or_else(wrong)
        };
        self.as_of.as_ref().map(read).transpose()
    }
}

const MANY: Limit = Limit {
    most: limits::BATCH_ORDERS,
    noun: "orders",
    title: "Too many orders in one request; nothing was done",
    title_zh: "单次订单过多",
};

/// What became of one order.
#[derive(Debug, Serialize, ToSchema)]
pub struct TakenView {
    /// The platform's number.
    order_id: String,
    /// `created | updated | duplicate | rejected`.
    outcome: &'static str,
    /// Where it stands now; told with `submit=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'static str>,
    #[serde(flatten)]
    reasons: Reasons,
}

impl TakenView {
    fn taken(order_id: String, intake: Intake) -> Self {
        let outcome = match intake {
            Intake::Created => "created",
            Intake::Updated => "updated",
            Intake::Duplicate => "duplicate",
        };
        Self { order_id, outcome, stage: None, reasons: Reasons::default() }
    }
    fn rejected(order_id: String, refusal: Refusal) -> Self {
        Self { order_id, outcome: "rejected", stage: None, reasons: refusal.into() }
    }
}

/// The outcomes, in the order of the download.
#[derive(Debug, Serialize, ToSchema)]
pub struct TakenViews {
    results: Vec<TakenView>,
    /// What was understood otherwise than it was written: `end_of_day`, once for all orders.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Violation>,
}

/// One warning for all ends that were moved: thousands of orders close with the same day.
fn moved(ends: &[domain::Violation]) -> Vec<Violation> {
    let Some(first) = ends.first() else { return Vec::new() };
    let message = format!("of {} orders, such as: {}", ends.len(), first.message.in_minor_units());
    vec![domain::Violation::with(CLOSES, Code::EndOfDay, message).into()]
}

/// Takes downloaded orders in, durable when answered. The same order again with a later stage updates it;
/// nothing that was known is forgotten. At most 10,000 a request.
#[utoipa::path(post, path = "/v1/shops/{shop}/shop-orders", tag = "pool", params(("shop" = String, Path), ShopOrdersQuery),
    request_body = Vec<ShopOrderRequest>,
    responses((status = 200, body = TakenViews), (status = 400, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
pub async fn create(
    State(state): State<ApiState>,
    caller: InShop,
    query: extract::Query<ShopOrdersQuery>,
    request: Request,
) -> Result<Json<TakenViews>, Problem> {
    let as_of = query.0.as_of()?;
    let received = batch::receive(&state, &caller, request).await?;
    let bytes = received.len();
    let shop = state.shop(&caller.shop_id).await?;
    let read = move || {
        let (parts, mut ends) = (received.parts(split, &MANY)?, Ends::new(&shop.time_zone));
        let orders: Vec<Incoming> = parts.into_iter().map(|part| incoming(part, as_of, &mut ends)).collect();
        Ok::<_, Problem>((orders, moved(&ends.into_warnings())))
    };
    let (orders, warnings) = caller.share().read(bytes, read).await?;
    let mut results = take(&state, &caller, orders).await?;
    if query.0.submit == Some(true) {
        submit(&state, &caller, &mut results).await?;
    }
    Ok(Json(TakenViews { results, warnings }))
}

async fn take(state: &ApiState, caller: &InShop, orders: Vec<Incoming>) -> Result<Vec<TakenView>, Problem> {
    let good = orders.iter().filter_map(|incoming| incoming.order.as_ref().ok());
    let input =
        |order: &Arc<ShopOrder>| Input::new(caller.shop_id.clone(), Command::TakeShopOrder(order.clone()));
    let mut outcomes = state.engine.submit_many(good.map(input).collect()).await?.into_iter();
    let mut results = Vec::with_capacity(orders.len());
    for Incoming { order_id, order } in orders {
        let outcome = match order {
            Err(refusal) => Err(EngineError::Refused(refusal)),
            Ok(_) => outcomes.next().ok_or(EngineError::Stopped)?,
        };
        results.push(match outcome {
            Ok(Reply::Taken { outcome }) => TakenView::taken(order_id, outcome),
            Ok(other) => return Err(unexpected(&other)),
            Err(EngineError::Refused(refusal)) => TakenView::rejected(order_id, refusal),
            // The store failed: the client sends all of them again, those done are duplicates.
            Err(error) => return Err(error.into()),
        });
    }
    Ok(results)
}

/// Submits what was taken and is a shop order, and tells where each stands.
async fn submit(state: &ApiState, caller: &InShop, results: &mut [TakenView]) -> Result<(), Problem> {
    let mut taken = Vec::with_capacity(results.len());
    for result in results.iter_mut().filter(|result| result.reasons.code.is_none()) {
        if let Ok(order_id) = OrderId::try_new(&result.order_id) {
            taken.push((order_id, result));
        }
    }
    let input = |order_id: &OrderId| {
        Input::new(caller.shop_id.clone(), Command::SubmitOrder { order_id: order_id.clone() })
    };
    let inputs = taken.iter().map(|(order_id, _)| input(order_id)).collect();
    let outcomes = state.engine.submit_many(inputs).await?;
    for ((order_id, result), outcome) in taken.into_iter().zip(outcomes) {
        let stands = match outcome {
            Ok(Reply::PoolOrder { order }) => Some(order.stage),
            Ok(other) => return Err(unexpected(&other)),
            // It was submitted before.
            Err(EngineError::Refused(_)) => {
                let shop = caller.shop_id.clone();
                let order = state.read(move |reader| reader.pool_order(&shop, &order_id)).await?;
                order.map(|order| order.stage)
            }
            Err(error) => return Err(error.into()),
        };
        result.stage = stands.map(Stage::as_str);
    }
    Ok(())
}
