//! Offers: what is shown on an order, and the claim.

use crate::coupon::CouponView;
use crate::wire::auth::InShop;
use crate::wire::extract::{self, Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::campaign::Status;
use domain::{
    CustomerId, Instant, OfferId, OrderId,
    campaign::{
        Action,
        recovery::{self, Claim},
    },
    coupon::Coupon,
    order::{Offer, OfferStatus, Order},
};
use engine::{Command, Input, Reply};
use port::{CampaignRow, Reader};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A coupon shown on an order; amounts in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferView {
    /// Its id.
    offer_id: String,
    /// The campaign.
    campaign_id: String,
    /// The campaign's version that the order was evaluated with.
    version: u32,
    /// From this amount on,
    spend: i64,
    /// this much comes off.
    save: i64,
    /// `displayed | claimed | withdrawn`.
    #[schema(value_type = String)]
    status: OfferStatus,
    /// When it was shown.
    shown_at: String,
    /// Until when the coupon can be used; of one that is shown, if it were claimed now.
    usable_until: Option<String>,
    /// The coupon it became.
    coupon_id: Option<String>,
}

/// A campaign that shows nothing on the order.
#[derive(Debug, Serialize, ToSchema)]
pub struct WithheldView {
    /// The campaign.
    campaign_id: String,
    /// Why.
    code: &'static str,
    /// What is missing, in minor units, where an amount is.
    #[serde(skip_serializing_if = "Option::is_none")]
    shortfall: Option<i64>,
}

/// What recovery decided for an order.
#[derive(Debug, Serialize, ToSchema)]
pub struct OffersView {
    /// Shown coupons; at most one an order.
    offers: Vec<OfferView>,
    /// Campaigns that were considered and left.
    withheld: Vec<WithheldView>,
    /// When a coupon will be shown, if the order stays unpaid.
    next_trigger_at: Option<String>,
}

/// Loads an order or says that there is none.
pub async fn find_order(state: &ApiState, caller: &InShop, id: &OrderId) -> Result<Order, Problem> {
    let (shop, order) = (caller.shop_id.clone(), id.clone());
    let found = state.read(move |reader| reader.order(&shop, &order)).await?;
    found.ok_or_else(|| Problem::not_found(format!("no order {id}")))
}

/// What an offer is shown with.
struct Around {
    coupon: Option<Coupon>,
    campaign: Option<CampaignRow>,
}

/// An offer of a campaign that was closed, is over or has no coupons left is withdrawn (A-S0-19), although
/// nothing was written on the order.
fn status(campaign: Option<&CampaignRow>, offer: &Offer, now: Instant) -> OfferStatus {
    if offer.status != OfferStatus::Displayed {
        return offer.status;
    }
    let status = campaign.map(|row| row.campaign.status(&row.counters, now));
    let over = status.is_none_or(|s| matches!(s, Status::Closed | Status::Ended | Status::Exhausted));
    if over { OfferStatus::Withdrawn } else { OfferStatus::Displayed }
}

/// Until when the coupon could be used if it were claimed now (A-S0-7, A-S0-8).
fn claimed_now(
    campaign: Option<&CampaignRow>,
    order: &Order,
    offer: &Offer,
    now: Instant,
) -> Option<Instant> {
    let version = campaign.and_then(|row| row.campaign.version(offer.version));
    let terms = version.and_then(|version| version.terms.of::<recovery::Terms>());
    terms.map(|terms| terms.usable_until(order.cancel_at, now))
}

async fn around(state: &ApiState, caller: &InShop, offer: &Offer) -> Result<Around, Problem> {
    let (shop, offer) = (caller.shop_id.clone(), offer.clone());
    let read = move |reader: &dyn Reader| {
        let coupon = offer.coupon_id.as_ref().map(|id| reader.coupon(&shop, id)).transpose()?.flatten();
        let is_shown = offer.status == OfferStatus::Displayed;
        let campaign = is_shown.then(|| reader.campaign(&shop, &offer.campaign_id)).transpose()?.flatten();
        Ok(Around { coupon, campaign })
    };
    Ok(state.read(read).await?)
}

/// What is shown on an order, and what is not and why.
#[utoipa::path(get, path = "/v1/shops/{shop}/orders/{order}/offers", tag = "offers", params(("shop" = String, Path), ("order" = String, Path)),
    responses((status = 200, body = OffersView), (status = 404, body = Problem)))]
pub async fn list(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, OrderId)>,
) -> Result<Json<OffersView>, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let order = find_order(&state, &caller, &id).await?;
    let mut offers = Vec::new();
    if let Some(offer) = &order.recovery.offer {
        let (Around { coupon, campaign }, now) = (around(&state, &caller, offer).await?, state.engine.now());
        let status = status(campaign.as_ref(), offer, now);
        let usable_until = match status {
            OfferStatus::Claimed => coupon.map(|coupon| coupon.usable_until),
            OfferStatus::Displayed => claimed_now(campaign.as_ref(), &order, offer, now),
            OfferStatus::Withdrawn => None,
        };
        offers.push(OfferView {
            offer_id: offer.offer_id.to_string(),
            campaign_id: offer.campaign_id.to_string(),
            version: offer.version,
            spend: offer.spend.minor(),
            save: offer.save.minor(),
            status,
            shown_at: time::show(&shop, offer.shown_at),
            usable_until: time::show_some(&shop, usable_until),
            coupon_id: offer.coupon_id.as_ref().map(ToString::to_string),
        });
    }
    let withheld = order.recovery.withheld.iter().map(|left| WithheldView {
        campaign_id: left.campaign_id.to_string(),
        code: left.code.as_str(),
        shortfall: left.shortfall.map(money::Money::minor),
    });
    let bought = order.recovery.bought_elsewhere.as_ref();
    let bought = bought.map(|bought| WithheldView {
        campaign_id: bought.campaign_id.to_string(),
        code: domain::Code::BoughtElsewhere.as_str(),
        shortfall: None,
    });
    let withheld = withheld.chain(bought);
    let next = recovery::next_trigger(&order);
    let next_trigger_at = time::show_some(&shop, next);
    Ok(Json(OffersView { offers, withheld: withheld.collect(), next_trigger_at }))
}

/// Who claims.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimRequest {
    /// The customer who placed the order.
    #[schema(value_type = String)]
    customer_id: CustomerId,
}

/// Claims the coupon shown on an order. Durable when answered. Refusals: `not_owner`, `order_paid`,
/// `order_cancelled`, `not_displayed`, `already_claimed`, `campaign_closed`, `sold_out`,
/// `customer_blocked`, `daily_limit`, `total_limit`.
#[utoipa::path(post, path = "/v1/shops/{shop}/orders/{order}/offers/{offer}/claim", tag = "offers",
    params(("shop" = String, Path), ("order" = String, Path), ("offer" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = ClaimRequest, responses((status = 201, body = CouponView), (status = 409, body = Problem)))]
pub async fn claim(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, order_id, offer_id)): Names<(String, OrderId, OfferId)>,
    headers: HeaderMap,
    body: Unread<ClaimRequest>,
) -> Result<(StatusCode, Json<CouponView>), Problem> {
    let body = caller.reads(Scope::Checkout, body).await?;
    let shop = state.shop(&caller.shop_id).await?;
    let idempotency = if headers.contains_key("idempotency-key") {
        extract::idempotency(&headers, &format!("claim {order_id} {offer_id}"), &body.digest)?
    } else {
        None
    };
    let claim = Claim { order_id, offer_id, customer_id: body.value.customer_id };
    let command = Command::Act(Action::Recovery(claim));
    let input = Input { shop_id: caller.shop_id, idempotency, command, chance: None };
    match state.engine.submit(input).await? {
        Reply::Coupon { coupon } => Ok((StatusCode::CREATED, Json(CouponView::new(&shop, &coupon)))),
        other => Err(unexpected(&other)),
    }
}
