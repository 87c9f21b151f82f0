//! Quotes: what a cart costs, and why.

use crate::wire::auth::InShop;
use crate::wire::extract::Unread;
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use crate::wire::time;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::{
    CampaignId, Code, CouponId, CustomerId, Instant, InvalidId, LineId, OrderId, Refusal, Sku, Violation,
    catalog::Category, order::Method,
};
use engine::EngineError;
use money::Money;
use preview::{Ask, AskCoupons, AskLine, Facts};
use pricing::cart::{Assets, Stage};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Room for a usual answer.
const ANSWER_BYTES: usize = 4_096;

/// A cart to price; amounts in minor units.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteRequest {
    /// Whose coupons may be used.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    customer_id: Option<CustomerId>,
    /// 1 to 500 lines, each id once.
    lines: Vec<LineRequest>,
    /// `normal | deposit | balance`.
    #[serde(default)]
    stage: StageName,
    /// Coupon ids, or `"best"`: the best of all that the customer holds.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    coupons: Option<CouponsRequest>,
    /// What to pay with besides money.
    #[serde(default)]
    assets: AssetsRequest,
    /// Whether the customer is a member.
    #[serde(default)]
    member: bool,
    /// The customer's segments, by your own names.
    #[serde(default)]
    segments: Vec<String>,
    /// Which order of the customer this is, by your count; 1 is the first. Asked by promotions for the first, or the n-th.
    #[serde(default)]
    order_number: Option<u64>,
    /// How it is to be paid: `jd_pay | baitiao | wechat | alipay | card`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    method: Option<Method>,
    /// Where it is placed: `app`, `pc`, `mini_program` or your own word, as of orders.
    #[serde(default)]
    source: Option<String>,
    /// Where it is sent, by your own words.
    #[serde(default)]
    region: Option<String>,
    /// How it is sent, by your own words.
    #[serde(default)]
    shipping_method: Option<String>,
    /// The moment to price, RFC 3339; now otherwise.
    #[serde(default)]
    now: Option<String>,
    /// An earlier quote's `rule_version`: priced again by the rules of then.
    #[serde(default)]
    rule_version: Option<u64>,
    /// An earlier quote's `facts`, with its `now` and `rule_version`: the same quote again, whatever has
    /// happened to coupons, orders and settings since. Nothing but the rules is read then.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    facts: Option<Facts>,
}

/// A line: goods, or `{order_id, line_id}` of a presale whose deposit is paid.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineRequest {
    /// Your id of the line.
    #[schema(value_type = String)]
    line_id: LineId,
    /// The presale order, for a balance.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    order_id: Option<OrderId>,
    /// The SKU.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    sku: Option<Sku>,
    /// Up to three levels.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    categories: Vec<Category>,
    /// Units.
    #[serde(default)]
    quantity: Option<u64>,
    /// A unit's list price; of a presale line the presale price.
    #[serde(default)]
    unit_price: Option<i64>,
    /// The presale that a deposit is for; found by the SKU otherwise.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    presale_campaign_id: Option<CampaignId>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum StageName {
    #[default]
    Normal,
    Deposit,
    Balance,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum CouponsRequest {
    Word(String),
    Listed(Vec<CouponId>),
}

/// Virtual assets, in minor units.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AssetsRequest {
    beans: i64,
    red_packet: i64,
    e_card: i64,
}

fn wrong(field: impl Into<String>, code: Code, message: &str) -> Problem {
    let mut refusal = Refusal::with(Code::InvalidValue, message);
    refusal.violations.push(Violation::with(field, code, message));
    refusal.into()
}

impl LineRequest {
    fn read(self, index: usize) -> Result<AskLine, Problem> {
        if let Some(order_id) = self.order_id {
            return Ok(AskLine::Balance { order_id, line_id: self.line_id });
        }
        let missing =
            |name: &str| wrong(format!("lines[{index}].{name}"), Code::Required, "this field is required");
        if !self.categories.iter().all(Category::is_well_formed) {
            let message = InvalidId::Text.to_string();
            return Err(wrong(format!("lines[{index}].categories"), Code::InvalidValue, &message));
        }
        Ok(AskLine::Goods {
            line_id: self.line_id,
            sku: self.sku.ok_or_else(|| missing("sku"))?,
            categories: self.categories,
            quantity: self.quantity.ok_or_else(|| missing("quantity"))?,
            unit_price: Money::from_minor(self.unit_price.ok_or_else(|| missing("unit_price"))?),
            presale: self.presale_campaign_id,
        })
    }
}

impl QuoteRequest {
    fn read(self) -> Result<Ask, Problem> {
        let coupons = match self.coupons {
            None => AskCoupons::None,
            Some(CouponsRequest::Listed(ids)) => AskCoupons::Listed(ids),
            Some(CouponsRequest::Word(word)) if word == "best" => AskCoupons::Best,
            Some(CouponsRequest::Word(_)) => {
                return Err(wrong("coupons", Code::InvalidValue, "a list of coupon ids, or \"best\""));
            }
        };
        let now = match self.now {
            None => None,
            Some(text) => Some(Instant::parse(&text).ok_or_else(|| {
                wrong("now", Code::InvalidValue, "RFC 3339, e.g. 2022-06-10T12:00:00+08:00")
            })?),
        };
        let lines = self.lines.into_iter().enumerate().map(|(index, line)| line.read(index));
        let of = |minor| Money::from_minor(minor);
        Ok(Ask {
            customer_id: self.customer_id,
            stage: match self.stage {
                StageName::Normal => Stage::Normal,
                StageName::Deposit => Stage::Deposit,
                StageName::Balance => Stage::Balance,
            },
            lines: lines.collect::<Result<_, _>>()?,
            coupons,
            assets: Assets {
                red_packet: of(self.assets.red_packet),
                beans: of(self.assets.beans),
                e_card: of(self.assets.e_card),
            },
            member: self.member,
            segments: self.segments,
            order_number: self.order_number,
            method: self.method,
            source: self.source,
            region: self.region,
            shipping_method: self.shipping_method,
            now,
            rule_version: self.rule_version,
            facts: self.facts,
        })
    }
}

/// A priced cart: the quote, and by what it was priced.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuoteView {
    /// The moment that was priced; of a quote by given facts as the request wrote it.
    now: String,
    #[serde(flatten)]
    #[schema(value_type = Object)]
    quote: pricing::Quote,
    /// What was read of the shop for it, beyond the request and the rules of `rule_version`.
    #[schema(value_type = Object)]
    facts: Facts,
    /// True when the request gave the facts: a quote evaluated again, not an offer. Left out otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    facts_given: bool,
}

/// Prices a cart and explains every fen; stores nothing. The same cart with the answer's `now`,
/// `rule_version` and `facts` gets the same answer again, whatever has happened since.
#[utoipa::path(post, path = "/v1/shops/{shop}/quotes", tag = "quotes", params(("shop" = String, Path)), request_body = QuoteRequest,
    responses((status = 200, body = QuoteView), (status = 422, body = Problem)))]
pub async fn create(
    State(state): State<ApiState>,
    caller: InShop,
    body: Unread<QuoteRequest, { limits::LISTS }>,
) -> Result<Response, Problem> {
    let body = caller.reads(Scope::Read, body).await?;
    let facts_given = body.value.facts.is_some();
    // The shop's zone may be another by now; what is evaluated again keeps its text.
    let said = if facts_given { body.value.now.clone() } else { None };
    let ask = body.value.read()?;
    let now = ask.now.unwrap_or_else(|| state.engine.now());
    let quoting = state.quoting.clone();
    let quoted = state.look(move || quoting.quote(&caller.shop_id, &ask, now)).await?;
    let now = said.unwrap_or_else(|| time::show(&quoted.shop, now));
    let view = QuoteView { now, quote: quoted.quote, facts: quoted.facts, facts_given };
    // An answer of some KiB, written at once instead of grown from nothing.
    let mut text = Vec::with_capacity(ANSWER_BYTES);
    serde_json::to_writer(&mut text, &view).map_err(|error| EngineError::Internal(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}
