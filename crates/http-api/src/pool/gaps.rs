//! What downloads could not say (A-S4-25): ranks that may depend on it wait.

use crate::wire::auth::InShop;
use crate::wire::extract::Unread;
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use domain::{
    Code, OrderId, Refusal, Violation, limits,
    pool::{Gap, Missing, Since},
    shop::Shop,
};
use engine::{Command, Input, Reply};
use port::PoolRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Orders of a gap that are told one by one.
const ORDERS: usize = 100;

/// What a source of downloads could not say, in the place of what it could not before. Nothing in it: it is whole.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GapRequest {
    /// The file or the page of the download: 1 to 256 characters.
    source: String,
    /// When the download was made; an older order does not fill the gap.
    as_of: Option<String>,
    /// Rows that could not be read: at most 1,000.
    #[serde(default)]
    rows: Vec<GapRowRequest>,
}

/// A row that could not be read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GapRowRequest {
    /// Its number.
    row: u64,
    /// Why, in a word of yours: 1 to 64 characters.
    code: String,
    /// Its order, where that is known: it is missing until it is taken in.
    order_id: Option<String>,
    /// The earliest moment at which it could count; before everything where it is left out.
    since: Option<String>,
}

/// What is missing of a source of downloads.
#[derive(Debug, Serialize, ToSchema)]
pub struct GapView {
    /// The file, for the most part.
    source: String,
    /// When the download was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
    /// The earliest moment at which something of it could count; null where nobody can tell. No rank at or behind it
    /// is final.
    since: Option<String>,
    /// The first rows, at most 100.
    rows: Vec<GapRowView>,
    /// How many they are in all.
    rows_in_all: u64,
    /// The first orders that are missing or in doubt, at most 100.
    order_ids: Vec<String>,
    /// How many they are in all.
    orders_in_all: usize,
    /// Whether it is being taken in, or was broken off: what is missing is not known yet.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unfinished: bool,
    /// Why an operator answers for it: then nothing waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted_because: Option<String>,
}

/// A row that was left out, or is in doubt.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GapRowView {
    /// The file.
    file: String,
    /// As a spreadsheet counts.
    row: u64,
    /// Why.
    code: String,
    /// Its order, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
}

impl GapView {
    pub fn new(shop: &Shop, gap: &Gap) -> Self {
        let orders = gap.orders.keys();
        let all = gap.orders.values().map(|order| order.since).chain(gap.unnamed).min();
        Self {
            source: gap.source.clone(),
            as_of: time::show_some(shop, gap.as_of),
            since: time::show_some(shop, all.and_then(Since::at)),
            rows: rows(gap).collect(),
            rows_in_all: gap.rows_in_all,
            order_ids: orders.take(ORDERS).map(ToString::to_string).collect(),
            orders_in_all: gap.orders.len(),
            unfinished: gap.unfinished,
            accepted_because: gap.accepted.as_ref().map(|accepted| accepted.reason.clone()),
        }
    }
}

fn rows(gap: &Gap) -> impl Iterator<Item = GapRowView> {
    gap.rows.iter().map(|row| GapRowView {
        file: gap.source.clone(),
        row: row.row,
        code: row.code.clone(),
        order_id: row.order_id.as_ref().map(ToString::to_string),
    })
}

/// The rows that ranks of a shop wait for: the first of them, and how many they are.
pub fn waited_for(pool: &PoolRow) -> (Vec<GapRowView>, u64) {
    let open = || pool.gaps.values().filter(|gap| gap.since().is_some());
    let first = open().flat_map(|gap| rows(gap)).take(limits::GAP_ROWS).collect();
    (first, open().map(|gap| gap.rows_in_all).sum())
}

impl GapRequest {
    fn read(self) -> Result<Gap, Problem> {
        let wrong = |field: String, message: &str| -> Problem {
            let violation = Violation::with(field, Code::InvalidValue, message);
            Refusal::from_violations(Code::InvalidValue, vec![violation])
                .err()
                .map_or_else(|| unreachable!("a violation is a refusal"), Into::into)
        };
        if self.rows.len() > limits::GAP_ORDERS {
            return Err(wrong("rows".into(), "at most 1000; name one source for each page"));
        }
        let as_of = self.as_of.as_deref().map(|at| time::read("as_of", at)).transpose()?;
        let mut gap = Gap::new(self.source, as_of);
        for (index, row) in self.rows.into_iter().enumerate() {
            let at = |field: &str| format!("rows[{index}].{field}");
            if row.code.is_empty() || row.code.chars().count() > 64 || row.code.chars().any(char::is_control)
            {
                return Err(wrong(at("code"), "1 to 64 characters"));
            }
            let since = row.since.as_deref().map(|text| time::read(&at("since"), text)).transpose()?;
            let order_id = row.order_id.as_deref().map(OrderId::try_new).transpose();
            let order_id = order_id.map_err(|_| wrong(at("order_id"), "no id of an order"))?;
            match &order_id {
                Some(order_id) => gap.add_order(order_id, Since::new(since), Missing::Whole),
                None => gap.add_unnamed(Since::new(since)),
            }
            gap.add_row(row.row, &row.code, order_id);
        }
        Ok(gap)
    }
}

/// Says what a download could not say. Ranks that may depend on it wait until its orders are taken in, or the source
/// is told again without unnamed rows, or somebody answers for it.
#[utoipa::path(post, path = "/v1/shops/{shop}/download-gaps", tag = "pool", params(("shop" = String, Path)),
    request_body = GapRequest, responses((status = 200, body = GapView), (status = 422, body = Problem)))]
pub async fn note(
    State(state): State<ApiState>,
    caller: InShop,
    body: Unread<GapRequest>,
) -> Result<Json<GapView>, Problem> {
    let body = caller.reads(Scope::Events, body).await?;
    let shop = state.shop(&caller.shop_id).await?;
    let gap = Box::new(body.value.read()?);
    match state.engine.submit(Input::new(caller.shop_id, Command::NoteGap(gap))).await? {
        Reply::Gap { gap } => Ok(Json(GapView::new(&shop, &gap))),
        other => Err(unexpected(&other)),
    }
}
