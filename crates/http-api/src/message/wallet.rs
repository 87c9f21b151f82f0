//! Prepaid SMS: packs, the wallet, and the bill of a day (S2-R14, A-S2-12, A-S2-13).

use crate::wire::auth::InShop;
use crate::wire::extract::{self, Unread};
use crate::wire::keys::Scope;
use crate::wire::page::{Cursor, List, PageQuery};
use crate::wire::problem::{Problem, Violation};
use crate::wire::state::{ApiState, unexpected};
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use domain::{
    Instant, PurchaseId,
    ends::Ends,
    message::{Channel, Charge, Kind, MessageStatus, office::chosen, wallet::Wallet},
};
use engine::{Command, Input, MessageCommand, Reply};
use port::BillRow;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A pack that is bought.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackRequest {
    /// The buyer's id of the purchase: the same again buys nothing.
    #[schema(value_type = String)]
    purchase_id: PurchaseId,
    /// Segments, 1 to 100,000,000.
    segments: u64,
    /// When what is left of it is lost, RFC 3339; never where it is not said. 23:59:59 means the next 00:00:00 (A-G-3).
    #[serde(default)]
    expires_at: Option<String>,
}

/// Segments of a shop: bought = free + reserved + sent + expired.
#[derive(Debug, Serialize, ToSchema)]
pub struct WalletView {
    free: u64,
    /// Of messages on their way, or not known to have arrived.
    reserved: u64,
    sent: u64,
    expired: u64,
    bought: u64,
    alert_below: u64,
    /// Whether the shop pays for its SMS.
    billed: bool,
    /// What was understood otherwise than it was written: `end_of_day`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Violation>,
}

fn view(wallet: &Wallet, alert_below: u64, now: Instant) -> WalletView {
    let wallet = wallet.at(now);
    WalletView {
        free: wallet.free(now),
        reserved: wallet.reserved,
        sent: wallet.sent,
        expired: wallet.expired,
        bought: wallet.bought,
        alert_below,
        billed: wallet.is_billed,
        warnings: Vec::new(),
    }
}

async fn alert_below(state: &ApiState, caller: &InShop) -> Result<u64, Problem> {
    let shop_id = caller.shop_id.clone();
    let found = state.read(move |reader| reader.centre(&shop_id)).await?;
    Ok(chosen(found.as_deref(), state.engine.now()).alert_below)
}

/// What the wallet holds.
#[utoipa::path(get, path = "/v1/shops/{shop}/sms-wallet", tag = "messages", params(("shop" = String, Path)),
    responses((status = 200, body = WalletView)))]
pub async fn get_one(State(state): State<ApiState>, caller: InShop) -> Result<Json<WalletView>, Problem> {
    caller.may(Scope::Read)?;
    state.shop(&caller.shop_id).await?;
    let below = alert_below(&state, &caller).await?;
    let wallet = state.read(move |reader| reader.wallet(&caller.shop_id)).await?;
    Ok(Json(view(&wallet, below, state.engine.now())))
}

/// Buys a pack. Messages that were left out before are not sent now.
#[utoipa::path(post, path = "/v1/shops/{shop}/sms-packs", tag = "messages", params(("shop" = String, Path)),
    request_body = PackRequest,
    responses((status = 200, body = WalletView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn buy(
    State(state): State<ApiState>,
    caller: InShop,
    body: Unread<PackRequest>,
) -> Result<Json<WalletView>, Problem> {
    let PackRequest { purchase_id, segments, expires_at } = caller.reads(Scope::Admin, body).await?.value;
    let shop = state.shop(&caller.shop_id).await?;
    let mut ends = Ends::new(&shop.time_zone);
    let expires_at = expires_at.as_deref().map(|text| time::read("expires_at", text)).transpose()?;
    let expires_at = expires_at.map(|given| ends.read("expires_at", given));
    let warnings = ends.into_warnings().into_iter().map(Violation::from).collect();
    let by = caller.name().to_owned();
    let command = Command::Messages(MessageCommand::BuyPack { purchase_id, segments, expires_at, by });
    let below = alert_below(&state, &caller).await?;
    match state.engine.submit(Input::new(caller.shop_id, command)).await? {
        Reply::Wallet { wallet } => {
            Ok(Json(WalletView { warnings, ..view(&wallet, below, state.engine.now()) }))
        }
        other => Err(unexpected(&other)),
    }
}

/// A pack that was bought.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackView {
    purchase_id: String,
    segments: u64,
    expires_at: Option<String>,
    bought_at: String,
    /// The key that bought it.
    bought_by: String,
}

/// Packs that were bought, by their ids.
#[utoipa::path(get, path = "/v1/shops/{shop}/sms-packs", tag = "messages", params(("shop" = String, Path), PageQuery),
    responses((status = 200, body = List<PackView>)))]
pub async fn packs(
    State(state): State<ApiState>,
    caller: InShop,
    query: extract::Query<PageQuery>,
) -> Result<Json<List<PackView>>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let page = query.0.read(Cursor::Chosen)?;
    let asked = page.clone();
    let rows = state.read(move |reader| reader.packs(&caller.shop_id, &asked)).await?;
    Ok(Json(List::of(
        rows,
        &page,
        |pack| pack.purchase_id.to_string(),
        |pack| PackView {
            purchase_id: pack.purchase_id.to_string(),
            segments: pack.segments,
            expires_at: time::show_some(&shop, pack.expires_at),
            bought_at: time::show(&shop, pack.bought_at),
            bought_by: pack.bought_by,
        },
    )))
}

/// Which day's bill.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BillQuery {
    /// From this moment, RFC 3339,
    #[param(required = true)]
    from: Option<String>,
    /// until before this one; 23:59:59 means the next 00:00:00 (A-G-3).
    #[param(required = true)]
    to: Option<String>,
}

/// Messages of one kind, channel and payer that came to the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct BillLine {
    #[schema(value_type = String)]
    kind: Kind,
    #[schema(value_type = String)]
    channel: Channel,
    /// Whether they are the shop's to pay.
    paid: bool,
    #[schema(value_type = String)]
    status: MessageStatus,
    /// What the packs had to do with them: `free`, `held` until the provider has answered, `charged`, or `given_back`.
    #[schema(value_type = String)]
    packs: Charge,
    messages: u64,
    /// By our own count.
    segments: u64,
    /// By the provider's, of those that it has counted.
    provider_segments: u64,
    /// Segments by our count of those that it has not.
    not_counted: u64,
    /// The provider's count beyond ours; other than 0 it wants an explanation.
    difference: i64,
}

/// What a span's messages cost.
#[derive(Debug, Serialize, ToSchema)]
pub struct BillView {
    from: String,
    to: String,
    lines: Vec<BillLine>,
    /// Segments that the packs paid for, or hold: of all messages the wallet's `sent` and `reserved`.
    segments: u64,
    /// The sum of the differences of these.
    difference: i64,
    /// Segments that the packs do not pay for: notices of the platform's.
    free_segments: u64,
    /// The sum of the differences of these.
    free_difference: i64,
    /// What was understood otherwise than it was written: `end_of_day`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Violation>,
}

fn line(row: &BillRow) -> BillLine {
    let counted = row.segments.saturating_sub(row.uncounted);
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    BillLine {
        kind: row.kind,
        channel: row.channel,
        paid: row.is_paid,
        status: row.status,
        packs: row.charge,
        messages: row.messages,
        segments: row.segments,
        provider_segments: row.provider_segments,
        not_counted: row.uncounted,
        difference: if row.channel == Channel::Sms {
            signed(row.provider_segments) - signed(counted)
        } else {
            0
        },
    }
}

/// The bill: what was sent in a span, by our count and the provider's.
#[utoipa::path(get, path = "/v1/shops/{shop}/sms-bill", tag = "messages", params(("shop" = String, Path), BillQuery),
    responses((status = 200, body = BillView), (status = 422, body = Problem)))]
pub async fn bill(
    State(state): State<ApiState>,
    caller: InShop,
    query: extract::Query<BillQuery>,
) -> Result<Json<BillView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let moment = |field, text: Option<String>| match text {
        Some(text) => time::read(field, &text),
        None => Err(Problem::invalid_body(field, "the span is named: from, to")),
    };
    let mut ends = Ends::new(&shop.time_zone);
    let (from, to) = (moment("from", query.0.from)?, moment("to", query.0.to)?);
    let to = ends.read("to", to);
    let warnings = ends.into_warnings().into_iter().map(Violation::from).collect();
    if to <= from {
        return Err(Problem::invalid_body("to", "the span ends after it begins"));
    }
    let rows = state.read(move |reader| reader.message_bill(&caller.shop_id, from, to)).await?;
    let lines: Vec<BillLine> = rows.iter().map(line).collect();
    let of = |charges: &[Charge]| {
        let counted =
            lines.iter().filter(|line| line.channel == Channel::Sms && charges.contains(&line.packs));
        counted.fold((0, 0), |(segments, difference), line| {
            (segments + line.segments, difference + line.difference)
        })
    };
    let ((segments, difference), (free_segments, free_difference)) =
        (of(&[Charge::Held, Charge::Charged]), of(&[Charge::Free]));
    let (from, to) = (time::show(&shop, from), time::show(&shop, to));
    Ok(Json(BillView { from, to, lines, segments, difference, free_segments, free_difference, warnings }))
}
