//! What a gift strategy would give now, to whom, and why. Nothing is stored.

use super::gift_strategies::{WaitsView, missing};
use crate::wire::auth::InShop;
use crate::wire::extract::{self, Names};
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use crate::wire::time;
use axum::Json;
use axum::extract::{Request, State};
use domain::{GiftStrategyId, Instant, pool::GiftUnit, shop::Shop};
use preview::dry_run::{self, Downloaded, DryRun, Outcome, Row, Trial};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What to assume; everything may be left out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DryRunRequest {
    /// The processing clock, RFC 3339; the present moment when left out.
    now: Option<String>,
    /// How far the download is taken to have come, in place of the shop's watermark.
    watermark: Option<String>,
    /// Whether everything is taken to be downloaded, as an override does.
    assume_downloaded: bool,
    /// Rows of the answer, at most 200.
    limit: Option<usize>,
    /// `next_cursor` of the answer before.
    cursor: Option<String>,
}

impl DryRunRequest {
    fn rows(&self) -> Result<usize, Problem> {
        let limit = self.limit.unwrap_or(limits::PAGE_DEFAULT);
        let bad = || Problem::invalid_body("limit", &format!("1 to {}", limits::PAGE_ROWS));
        (1..=limits::PAGE_ROWS).contains(&limit).then_some(limit).ok_or_else(bad)
    }

    fn read(self, now: Instant, caller: &InShop, strategy_id: GiftStrategyId) -> Result<Trial, Problem> {
        let at = |field, text: Option<&str>| text.map(|text| time::read(field, text)).transpose();
        let read = |text: &str| {
            dry_run::read_cursor(text)
                .ok_or_else(|| Problem::invalid_body("cursor", "not a cursor of this list"))
        };
        Ok(Trial {
            shop_id: caller.shop_id.clone(),
            strategy_id,
            now: at("now", self.now.as_deref())?.unwrap_or(now),
            watermark: at("watermark", self.watermark.as_deref())?,
            downloaded: if self.assume_downloaded {
                Downloaded::Everything
            } else {
                Downloaded::ThroughWatermark
            },
            after: self.cursor.as_deref().map(read).transpose()?,
            limit: self.rows()?,
        })
    }
}

/// A gift whose stock would not last.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShortageView {
    /// The gift.
    sku: String,
    /// Units that would be given if there were enough.
    needed: u64,
    /// Units left in store.
    left: u64,
}

/// What would become of one order.
#[derive(Debug, Serialize, ToSchema)]
pub struct DryRunRow {
    /// The order.
    order_id: String,
    /// The buyer.
    customer_id: String,
    /// The customer's time that counts, to the second.
    basis_at: String,
    /// Its place, where the strategy ranks and the order takes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    rank: Option<u64>,
    /// `give | hold | nothing | not_yet`.
    outcome: &'static str,
    /// Why it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// What it would get; of one that is `already_executed`, what it got.
    #[schema(value_type = Vec<Object>)]
    gifts: Vec<GiftUnit>,
}

impl DryRunRow {
    fn new(shop: &Shop, row: Row) -> Self {
        let basis_at = row.candidate.key.at();
        Self {
            order_id: row.candidate.order_id.to_string(),
            customer_id: row.candidate.customer_id.to_string(),
            basis_at: time::show(shop, basis_at),
            rank: row.rank,
            outcome: match row.outcome {
                Outcome::Give => "give",
                Outcome::Hold => "hold",
                Outcome::Nothing => "nothing",
                Outcome::NotYet => "not_yet",
            },
            code: row.code.map(domain::Code::as_str),
            gifts: row.gifts,
        }
    }
}

/// What would be given; the figures are of the whole, the rows a page of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DryRunView {
    /// Orders that would get their gifts.
    would_give: u64,
    /// Orders that would not, by the reason.
    #[schema(value_type = Object)]
    would_not: BTreeMap<&'static str, u64>,
    /// Gifts whose stock would not last.
    stock_short: Vec<ShortageView>,
    /// What the download lacks for the first N to be certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    incomplete: Option<WaitsView>,
    /// Orders in the order of their places.
    data: Vec<DryRunRow>,
    /// Where the next page begins; absent on the last one.
    next_cursor: Option<String>,
}

impl DryRunView {
    fn new(shop: &Shop, found: DryRun) -> Self {
        let short = found.stock_short.into_iter();
        let short =
            short.map(|it| ShortageView { sku: it.sku.to_string(), needed: it.needed, left: it.left });
        Self {
            would_give: found.would_give,
            would_not: found.would_not.into_iter().map(|(code, count)| (code.as_str(), count)).collect(),
            stock_short: short.collect(),
            incomplete: found.incomplete.as_ref().map(|waits| WaitsView::new(shop, waits)),
            data: found.rows.into_iter().map(|row| DryRunRow::new(shop, row)).collect(),
            next_cursor: found.next.as_ref().map(dry_run::cursor),
        }
    }
}

/// Tries a gift strategy's present run on its orders as if their moment had come: what it would give now,
/// to whom, and why. Nothing is stored. Each page is tried anew.
#[utoipa::path(post, path = "/v1/shops/{shop}/gift-strategies/{strategy}/dry-run", tag = "pool",
    params(("shop" = String, Path), ("strategy" = String, Path)), request_body = DryRunRequest,
    responses((status = 200, body = DryRunView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn create(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, GiftStrategyId)>,
    request: Request,
) -> Result<Json<DryRunView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let bytes = extract::read_bytes(request, limits::BODY_BYTES, caller.share()).await?.bytes;
    let body: DryRunRequest =
        if bytes.trim_ascii().is_empty() { DryRunRequest::default() } else { extract::read_json(&bytes)? };
    let trial = body.read(state.engine.now(), &caller, id.clone())?;
    let reader = state.engine.reader().clone();
    // A pool of a million orders takes a while: others are answered meanwhile.
    let found = caller.share().apart(move || dry_run::dry_run(&*reader, &trial)).await?;
    let mut view = DryRunView::new(&shop, found.ok_or_else(|| missing(&id))?);
    if let Some(waits) = view.incomplete.take() {
        let pool = state.read(move |reader| reader.pool(&caller.shop_id)).await?;
        view.incomplete = Some(waits.with_gaps(&pool));
    }
    Ok(Json(view))
}
