//! Coupon batches: create, list, claim and take back.

use crate::campaign::ValidationView;
use crate::coupon::CouponView;
use crate::wire::auth::InShop;
use crate::wire::extract::{self, Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::page::{Cursor, List, PageQuery};
use crate::wire::problem::{Problem, Violation};
use crate::wire::state::{ApiState, unexpected};
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::{
    BatchId, CouponId, CustomerId, Instant,
    campaign::promotion::{PercentOff, Tier},
    catalog,
    coupon::{Batch, BatchStatus, CouponKind, CouponStatus},
    ends::Ends,
    order::Party,
    shop::Shop,
};
use engine::{Command, EngineError, Input, Reply};
use money::Money;
use port::{BatchRow, Page};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A batch to create; amounts in minor units. Exactly one of `save` and `percent_off`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchRequest {
    /// Your own id; made by the server otherwise.
    #[schema(value_type = Option<String>)]
    batch_id: Option<BatchId>,
    /// For people.
    name: String,
    /// `dong | jing | shop | product | jingtie | freight | payment`.
    #[schema(value_type = String)]
    kind: CouponKind,
    /// From this amount on.
    #[serde(default)]
    #[schema(value_type = i64)]
    spend: Money,
    /// This much comes off,
    #[schema(value_type = Option<i64>)]
    save: Option<Money>,
    /// or this part: a whole number, or a text such as `"12.5"`,
    #[schema(value_type = Option<Object>)]
    percent_off: Option<PercentOff>,
    /// and no more than this.
    #[schema(value_type = Option<i64>)]
    cap: Option<Money>,
    /// Coupons to give: 1 to 10,000,000.
    quantity: u64,
    /// Coupons that one customer may have: 1 to 100.
    #[serde(default = "one")]
    per_customer_limit: u32,
    /// `{mode: all | whitelist | blacklist, skus: [...], categories: [...]}`; the whole shop by default.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    scope: catalog::Scope,
    /// Claimed and used from here, RFC 3339,
    starts_at: String,
    /// to here; 23:59:59 in the shop's zone is taken as the next 00:00:00.
    ends_at: String,
    /// `merchant | platform`.
    #[schema(value_type = String)]
    funded_by: Party,
    /// Whether a full refund gives an unexpired coupon back.
    #[serde(default)]
    return_on_full_refund: bool,
}

const fn one() -> u32 {
    1
}

impl BatchRequest {
    fn read(self, ends: &mut Ends<'_>) -> Result<(Option<BatchId>, Batch), Problem> {
        let placeholder = || BatchId::try_new("new").unwrap_or_else(|_| unreachable!("new is an id"));
        let batch = Batch {
            batch_id: self.batch_id.clone().unwrap_or_else(placeholder),
            name: self.name,
            kind: self.kind,
            benefit: Tier {
                spend: self.spend,
                save: self.save,
                percent_off: self.percent_off,
                cap: self.cap,
            },
            quantity: self.quantity,
            per_customer_limit: self.per_customer_limit,
            scope: self.scope,
            starts_at: time::read("starts_at", &self.starts_at)?,
            ends_at: ends.read("ends_at", time::read("ends_at", &self.ends_at)?),
            funded_by: self.funded_by,
            return_on_full_refund: self.return_on_full_refund,
            sprint: None,
        };
        Ok((self.batch_id, batch))
    }
}

/// A batch and its figures; amounts in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchView {
    /// Its id within the shop.
    batch_id: String,
    /// For people.
    name: String,
    /// `dong | jing | shop | product | jingtie | freight | payment`.
    #[schema(value_type = String)]
    kind: CouponKind,
    /// From this amount on,
    spend: i64,
    /// this much comes off,
    save: Option<i64>,
    /// or this part,
    #[schema(value_type = Option<Object>)]
    percent_off: Option<PercentOff>,
    /// and no more than this.
    cap: Option<i64>,
    /// Coupons to give.
    quantity: u64,
    /// Coupons that one customer may have.
    per_customer_limit: u32,
    /// The goods.
    #[schema(value_type = Object)]
    scope: catalog::Scope,
    /// From here,
    starts_at: String,
    /// to here.
    ends_at: String,
    /// `merchant | platform`.
    #[schema(value_type = String)]
    funded_by: Party,
    /// Whether a full refund gives an unexpired coupon back.
    return_on_full_refund: bool,
    /// The member sprint that alone gives its coupons.
    #[serde(skip_serializing_if = "Option::is_none")]
    sprint: Option<String>,
    /// `scheduled | running | exhausted | ended | void`.
    #[schema(value_type = String)]
    status: BatchStatus,
    /// When it was created.
    created_at: String,
    /// When it was taken back.
    voided_at: Option<String>,
    /// What came of it.
    counters: CountersView,
    /// What was read otherwise than it was written (`end_of_day`), on the answer to the request.
    warnings: Vec<Violation>,
}

/// Figures of a batch: `issued` is the sum of the five states.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountersView {
    /// Coupons given.
    issued: u64,
    /// Ready to be used.
    available: u64,
    /// Held by an order or a payment.
    locked: u64,
    /// Used.
    used: u64,
    /// Ran out of time.
    expired: u64,
    /// Taken back.
    void: u64,
    /// Codes made.
    codes: u64,
    /// Codes that became a coupon.
    redeemed: u64,
    /// Left to be claimed.
    free: u64,
}

impl BatchView {
    fn new(shop: &Shop, row: &BatchRow, now: Instant) -> Self {
        let (record, batch, c) = (&row.record, &row.record.batch, &row.counters);
        Self {
            batch_id: batch.batch_id.to_string(),
            name: batch.name.clone(),
            kind: batch.kind,
            spend: batch.benefit.spend.minor(),
            save: batch.benefit.save.map(Money::minor),
            percent_off: batch.benefit.percent_off,
            cap: batch.benefit.cap.map(Money::minor),
            quantity: batch.quantity,
            per_customer_limit: batch.per_customer_limit,
            scope: batch.scope.clone(),
            starts_at: time::show(shop, batch.starts_at),
            ends_at: time::show(shop, batch.ends_at),
            funded_by: batch.funded_by,
            return_on_full_refund: batch.return_on_full_refund,
            sprint: batch.sprint.as_ref().map(ToString::to_string),
            status: record.status(c, now),
            created_at: time::show(shop, record.created_at),
            voided_at: time::show_some(shop, record.voided_at),
            counters: CountersView {
                issued: c.issued,
                available: c.available,
                locked: c.locked,
                used: c.used,
                expired: c.expired,
                void: c.void,
                codes: c.codes,
                redeemed: c.redeemed,
                free: record.claimable(c, now),
            },
            warnings: Vec::new(),
        }
    }
}

/// Creates a batch. The same request again answers the same; the same id with other contents is 409.
#[utoipa::path(post, path = "/v1/shops/{shop}/coupon-batches", tag = "coupons",
    params(("shop" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = BatchRequest,
    responses((status = 201, body = BatchView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn create(
    State(state): State<ApiState>,
    caller: InShop,
    headers: HeaderMap,
    body: Unread<BatchRequest, { limits::LISTS }>,
) -> Result<(StatusCode, Json<BatchView>), Problem> {
    let body = caller.reads(Scope::Campaigns, body).await?;
    let shop = state.shop(&caller.shop_id).await?;
    let idempotency = extract::idempotency(&headers, "coupon-batches", &body.digest)?;
    let digest = body.digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let mut ends = Ends::new(&shop.time_zone);
    let (batch_id, batch) = body.value.read(&mut ends)?;
    let warnings = ends.into_warnings().into_iter().map(Violation::from).collect();
    let command = Command::CreateBatch { batch_id, batch: Box::new(batch), digest };
    let input = Input { shop_id: caller.shop_id, idempotency, command, chance: None };
    match state.engine.submit(input).await? {
        Reply::Batch { batch, now } => {
            let view = BatchView { warnings, ..BatchView::new(&shop, &batch, now) };
            Ok((StatusCode::CREATED, Json(view)))
        }
        other => Err(unexpected(&other)),
    }
}

/// Checks a batch and creates nothing: what breaks a rule, and carts in which its coupons, with what runs,
/// would sell below a price floor.
#[utoipa::path(post, path = "/v1/shops/{shop}/coupon-batches/validate", tag = "coupons", params(("shop" = String, Path)),
    request_body = BatchRequest, responses((status = 200, body = ValidationView)))]
pub async fn validate(
    State(state): State<ApiState>,
    caller: InShop,
    body: Unread<BatchRequest, { limits::LISTS }>,
) -> Result<Json<ValidationView>, Problem> {
    let body = caller.reads(Scope::Campaigns, body).await?;
    let shop = state.shop(&caller.shop_id).await?;
    let mut ends = Ends::new(&shop.time_zone);
    let (id, batch) = body.value.read(&mut ends)?;
    let batch = Batch { batch_id: id.unwrap_or(batch.batch_id), ..batch };
    let violations = batch.violations();
    let (quoting, now, shop_id) = (state.quoting.clone(), state.engine.now(), caller.shop_id.clone());
    let fine = violations.is_empty();
    let look = move || if fine { quoting.batch_warnings(&shop_id, &batch, now) } else { Ok(Vec::new()) };
    let mut warnings = caller.share().apart(look).await?;
    warnings.extend(ends.into_warnings());
    Ok(Json(ValidationView::new(&shop, violations, warnings)))
}

/// A shop's batches, by their ids.
#[utoipa::path(get, path = "/v1/shops/{shop}/coupon-batches", tag = "coupons", params(("shop" = String, Path), PageQuery),
    responses((status = 200, body = List<BatchView>)))]
pub async fn list(
    State(state): State<ApiState>,
    caller: InShop,
    page: extract::Query<PageQuery>,
) -> Result<Json<List<BatchView>>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let (page, now) = (page.0.read(Cursor::Chosen)?, state.engine.now());
    let asked = page.clone();
    let rows = state.read(move |reader| reader.batches(&caller.shop_id, &asked)).await?;
    let key = |row: &BatchRow| row.record.batch.batch_id.to_string();
    Ok(Json(List::of(rows, &page, key, |row| BatchView::new(&shop, &row, now))))
}

/// The batch, or 404.
pub async fn find(state: &ApiState, caller: &InShop, id: &BatchId) -> Result<BatchRow, Problem> {
    let (shop, batch) = (caller.shop_id.clone(), id.clone());
    let found = state.read(move |reader| reader.batch(&shop, &batch)).await?;
    found.ok_or_else(|| Problem::not_found(format!("no coupon batch {id}")))
}

/// Reads a batch with its figures.
#[utoipa::path(get, path = "/v1/shops/{shop}/coupon-batches/{batch}", tag = "coupons",
    params(("shop" = String, Path), ("batch" = String, Path)), responses((status = 200, body = BatchView), (status = 404, body = Problem)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, BatchId)>,
) -> Result<Json<BatchView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let row = find(&state, &caller, &id).await?;
    Ok(Json(BatchView::new(&shop, &row, state.engine.now())))
}

/// Who claims, and how many.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchClaimRequest {
    /// The customer.
    #[schema(value_type = String)]
    customer_id: CustomerId,
    /// How many; all of them or none.
    #[serde(default = "one")]
    count: u32,
}

/// Coupons given.
#[derive(Debug, Serialize, ToSchema)]
pub struct CouponsView {
    /// The coupons.
    coupons: Vec<CouponView>,
}

/// Gives a customer coupons of a batch. Durable when answered. Refusals: `sold_out`, `total_limit`,
/// `customer_blocked`, `campaign_closed`, `not_started`, `expired`.
#[utoipa::path(post, path = "/v1/shops/{shop}/coupon-batches/{batch}/claim", tag = "coupons",
    params(("shop" = String, Path), ("batch" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = BatchClaimRequest, responses((status = 201, body = CouponsView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn claim(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, batch_id)): Names<(String, BatchId)>,
    headers: HeaderMap,
    body: Unread<BatchClaimRequest>,
) -> Result<(StatusCode, Json<CouponsView>), Problem> {
    let body = caller.reads(Scope::Checkout, body).await?;
    let shop = state.shop(&caller.shop_id).await?;
    let idempotency = extract::idempotency(&headers, &format!("batch claim {batch_id}"), &body.digest)?;
    let BatchClaimRequest { customer_id, count } = body.value;
    let command = Command::ClaimBatch { batch_id, customer_id, count };
    let input = Input { shop_id: caller.shop_id, idempotency, command, chance: None };
    match state.engine.submit(input).await? {
        Reply::Coupons { coupons } => {
            let coupons = coupons.iter().map(|coupon| CouponView::new(&shop, coupon)).collect();
            Ok((StatusCode::CREATED, Json(CouponsView { coupons })))
        }
        other => Err(unexpected(&other)),
    }
}

/// Takes a batch back: from the answer on nothing of it can be claimed, redeemed or put on an order.
/// Its unused coupons become void, up to 1,000,000 in one request; while `counters.available` is not 0
/// the same request goes on. Coupons that an order holds stay with it.
#[utoipa::path(post, path = "/v1/shops/{shop}/coupon-batches/{batch}/void", tag = "coupons",
    params(("shop" = String, Path), ("batch" = String, Path)), responses((status = 200, body = BatchView), (status = 404, body = Problem)))]
pub async fn void(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, batch_id)): Names<(String, BatchId)>,
) -> Result<Json<BatchView>, Problem> {
    caller.may(Scope::Campaigns)?;
    let shop = state.shop(&caller.shop_id).await?;
    let command = Command::VoidBatch { batch_id: batch_id.clone() };
    state.engine.submit(Input::new(caller.shop_id.clone(), command)).await?;
    let unused = find(&state, &caller, &batch_id).await?.counters.available;
    if unused > 0 {
        sweep(&state, &caller, &batch_id).await?;
    }
    let row = find(&state, &caller, &batch_id).await?;
    Ok(Json(BatchView::new(&shop, &row, state.engine.now())))
}

/// Makes a voided batch's unused coupons void, a bounded number in each transaction.
async fn sweep(state: &ApiState, caller: &InShop, batch: &BatchId) -> Result<(), Problem> {
    let mut page = Page { after: None, limit: limits::VOID_STEP };
    let mut voided = 0;
    while voided < limits::VOID_COUPONS {
        let (shop, id, asked) = (caller.shop_id.clone(), batch.clone(), page.clone());
        let rows = state.read(move |reader| reader.batch_coupons(&shop, &id, &asked)).await?;
        let Some(last) = rows.last().map(|coupon| coupon.coupon_id.to_string()) else {
            return Ok(());
        };
        page.after = Some(last);
        let unused = rows.into_iter().filter(|coupon| coupon.status == CouponStatus::Available);
        let coupon_ids: Vec<CouponId> = unused.map(|coupon| coupon.coupon_id).collect();
        voided += coupon_ids.len();
        // One alone would be refused, where others are passed over, if it was used meanwhile.
        if !coupon_ids.is_empty() {
            let command = Command::VoidCoupons { coupon_ids };
            match state.engine.submit(Input::new(caller.shop_id.clone(), command)).await {
                Ok(_) | Err(EngineError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}
