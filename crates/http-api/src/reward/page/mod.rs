//! The page of a draw for everybody (A-S2-16, A-S2-17): HTML that works without a script; with one the reader's own play is
//! made again in their browser once the seed is revealed.
//!
//! Always holds: it is shown where the campaign says so, and else as if there were none; every text of a merchant is
//! escaped, and the page may load nothing but its own style and script.

mod draw;
mod frame;
mod play;
mod told;
mod words;

use super::found::{Asking, Sees};
use super::proof::{self, Place, Said};
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use crate::wire::tagged::tagged;
use ::draw::RECOMPUTE_JS;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use axum::routing::get;
use domain::{CampaignId, RewardId, ShopId};
use maud::Markup;
use words::Asked;

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// What a browser may do with the page: show it, take its style and script from here, send its form here.
const GUARDS: [(HeaderName, &str); 3] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::VARY, "Accept-Language"),
];

/// The page's style and scripts, the same for every draw.
pub fn assets() -> Router<ApiState> {
    let file = |kind: &'static str, text: &'static str| {
        get(move |asked: HeaderMap| async move { tagged(&asked, kind, text) })
    };
    Router::new()
        .route("/draws/style.css", file("text/css; charset=utf-8", include_str!("style.css")))
        .route("/draws/check.js", file(SCRIPT, include_str!("check.js")))
        .route("/draws/recompute.js", file(SCRIPT, RECOMPUTE_JS))
}

fn html(headers: &HeaderMap, status: StatusCode, page: Markup) -> Response {
    let mut response = tagged(headers, HTML, page.into_string());
    if status != StatusCode::OK {
        *response.status_mut() = status;
    }
    for (name, value) in GUARDS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The page of a draw: notice, prizes with odds or tickets and what is left, the chain's head, winners above 500 yuan, after
/// the end the seed; `?reward=` checks a reward's number. No key; there is none where the campaign is not public.
#[utoipa::path(get, path = "/draws/{shop}/{campaign}", tag = "rewards", security(()),
    params(("shop" = String, Path), ("campaign" = String, Path),
        ("reward" = Option<String>, Query, description = "A reward's id, to be checked"),
        ("lang" = Option<String>, Query, description = "`zh | en`; without it the browser's language")),
    responses((status = 200, content_type = "text/html", body = String),
        (status = 304, description = "It has not changed since the answer that `If-None-Match` names"),
        (status = 404, content_type = "text/html", body = String)))]
pub async fn show(
    State(state): State<ApiState>,
    names: Result<Path<(String, String)>, axum::extract::rejection::PathRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::read(uri.query(), &headers);
    let names = names.ok().and_then(|Path((shop, campaign))| {
        Some((ShopId::try_new(&shop).ok()?, CampaignId::try_new(&campaign).ok()?))
    });
    let page = match names {
        Some((shop, campaign)) => of_draw(&state, (shop, campaign), &asked).await,
        None => Ok(None),
    };
    match page {
        Ok(Some(page)) => html(&headers, StatusCode::OK, page),
        Ok(None) => html(&HeaderMap::new(), StatusCode::NOT_FOUND, frame::missing(asked.lang)),
        Err(problem) => {
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            html(&HeaderMap::new(), status, frame::broken(asked.lang, &problem.code))
        }
    }
}

/// The page; `None` where there is no such draw, or it is not public.
async fn of_draw(
    state: &ApiState,
    (shop_id, campaign): (ShopId, CampaignId),
    asked: &Asked,
) -> Result<Option<Markup>, Problem> {
    let asking = Asking::new(state, &shop_id, &campaign, Sees::Public);
    let now = state.engine.now();
    let shop = match state.shop(&shop_id).await {
        Ok(shop) => shop,
        Err(problem) if problem.status == StatusCode::NOT_FOUND.as_u16() => return Ok(None),
        Err(problem) => return Err(problem),
    };
    let (of_shop, reward) = (shop.clone(), asked.reward.clone());
    let read = move |reader: &dyn port::Reader| {
        let Some(found) = asking.find(reader)? else { return Ok(None) };
        let place = Place { reader, shop: &of_shop, now };
        let said = match reward.as_deref().map(RewardId::try_new) {
            None => None,
            Some(Err(_)) => Some(Said::Foreign),
            Some(Ok(id)) => Some(proof::look(place, &found, &id)?),
        };
        Ok(Some((found, said)))
    };
    let Some((found, said)) = state.read(read).await? else { return Ok(None) };
    Ok(draw::page(told::Page { shop: &shop, found: &found, said: said.as_ref(), asked, now }))
}
