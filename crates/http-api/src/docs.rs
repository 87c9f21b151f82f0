//! The list of routes, the `OpenAPI` document made from it, and the pages that show it.

use crate::wire::problem::EDGE_CODES;
use crate::wire::state::ApiState;
use crate::{campaign, coupon, event, import, message, order, pool, quote, reward, service, shop, sprint};
use std::fmt::Write as _;

use axum::Router;
use axum::body::Bytes;
use axum::http::header;
use axum::response::Html;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::Config;

#[derive(OpenApi)]
#[openapi(
    info(title = "Promenade", description = "Promotions along an order's life: unpaid-order recovery, promotions, presale with its order pool and gifts, coupon batches and quotes. Amounts are integers in minor units (fen), times RFC 3339, intervals half-open. Errors are RFC 9457 problem documents with a stable `code`; /docs/problems lists them.", license(name = "Apache-2.0", identifier = "Apache-2.0")),
    modifiers(&Bearer),
    security(("bearer" = []))
)]
struct Document;

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// Every route, once: adding one is a line here.
pub fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(service::healthz))
        .routes(routes!(service::readyz))
        .routes(routes!(service::metrics))
        .routes(routes!(service::sandbox::get_clock, service::sandbox::put_clock))
        .routes(routes!(shop::put_shop, shop::get_shop))
        .routes(routes!(event::post_events))
        .routes(routes!(event::get_parked))
        .routes(routes!(campaign::create, campaign::list))
        .routes(routes!(campaign::validate))
        .routes(routes!(campaign::get_one, campaign::revise))
        .routes(routes!(campaign::publish))
        .routes(routes!(campaign::close))
        .routes(routes!(campaign::stats::stats))
        .routes(routes!(campaign::scope_import::import))
        .routes(routes!(order::get_one))
        .routes(routes!(order::timeline))
        .routes(routes!(order::settlement))
        .routes(routes!(order::offers::list))
        .routes(routes!(order::offers::claim))
        .routes(routes!(coupon::get_one))
        .routes(routes!(coupon::of_customer))
        .routes(routes!(coupon::void))
        .routes(routes!(coupon::lock))
        .routes(routes!(coupon::release))
        .routes(routes!(coupon::conflicts::list))
        .routes(routes!(coupon::batches::create, coupon::batches::list))
        .routes(routes!(coupon::batches::validate))
        .routes(routes!(coupon::batches::get_one))
        .routes(routes!(coupon::batches::claim))
        .routes(routes!(coupon::batches::void))
        .routes(routes!(coupon::codes::generate))
        .routes(routes!(coupon::codes::redeem))
        .routes(routes!(coupon::files::import))
        .routes(routes!(coupon::files::export))
        .routes(routes!(order::cashier::get_one))
        .routes(routes!(order::cashier::start_payment))
        .routes(routes!(quote::create))
        .routes(routes!(order::refunds::create))
        .routes(routes!(order::refunds::assign))
        .routes(routes!(order::refunds::transfer))
        .routes(routes!(order::refund_channels::list))
        .routes(routes!(order::to_return::list))
        .routes(routes!(message::list, message::post::create))
        .merge(message_routes())
        .merge(reward_routes())
        .merge(sprint_routes())
        .routes(routes!(shop::risk::list))
        .routes(routes!(shop::risk::get_one, shop::risk::put))
        .merge(pool_routes())
        .routes(routes!(shop::webhooks::create, shop::webhooks::list))
        .routes(routes!(shop::webhooks::remove))
        .routes(routes!(shop::webhooks::dead_letters))
        .routes(routes!(shop::webhooks::replay))
        .routes(routes!(shop::webhooks::rotate_secret))
}

/// The message centre's routes.
fn message_routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(message::settings::get_one, message::settings::put))
        .routes(routes!(message::templates::get_one, message::templates::put, message::templates::remove))
        .routes(routes!(message::templates::preview))
        .routes(routes!(message::wallet::packs, message::wallet::buy))
        .routes(routes!(message::wallet::get_one))
        .routes(routes!(message::wallet::bill))
        .routes(routes!(message::contact::get_one, message::contact::put, message::contact::erase))
        .routes(routes!(message::customers::consents, message::customers::agree))
        .routes(routes!(message::customers::grant))
        .routes(routes!(message::callbacks::receipts))
        .routes(routes!(message::callbacks::replies))
}

/// The routes of rewards after payment.
fn reward_routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(reward::beta::get_one))
        .routes(routes!(reward::beta::apply))
        .routes(routes!(reward::beta::approve))
        .routes(routes!(reward::of_order))
        .routes(routes!(reward::of_customer))
        .routes(routes!(reward::of_campaign))
        .routes(routes!(reward::get_one))
        .routes(routes!(reward::play))
        .routes(routes!(reward::links::follow))
        .routes(routes!(reward::draw::get_one))
        .routes(routes!(reward::draw::beacon))
        .routes(routes!(reward::archive::get))
        .routes(routes!(reward::page::show))
        .routes(routes!(reward::draw::pause))
        .routes(routes!(reward::draw::resume))
        .routes(routes!(reward::survey::results))
        .routes(routes!(reward::survey::export))
}

/// The routes of member sprints.
fn sprint_routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(sprint::plans::create, sprint::plans::list))
        .routes(routes!(sprint::plans::revise, sprint::plans::get_one))
        .routes(routes!(sprint::invitations::invite, sprint::invitations::list))
        .routes(routes!(sprint::taking_part::list))
        .routes(routes!(sprint::taking_part::get_one))
        .routes(routes!(sprint::taking_part::accept))
        .routes(routes!(sprint::taking_part::decline))
        .routes(routes!(sprint::taking_part::close))
        .routes(routes!(sprint::prizes::put))
        .routes(routes!(sprint::prizes::approve))
        .routes(routes!(sprint::prizes::bind))
        .routes(routes!(sprint::members::enroll))
        .routes(routes!(sprint::enroll_file::import))
        .routes(routes!(sprint::members::get_one))
        .routes(routes!(sprint::members::claim))
        .routes(routes!(sprint::figures::get_one))
        .routes(routes!(sprint::report::get_one))
        .routes(routes!(sprint::exceptions::list))
        .routes(routes!(sprint::exceptions::decide))
}

/// The presale pool's routes.
fn pool_routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(pool::presale_strategies::list))
        .routes(routes!(pool::presale_strategies::put, pool::presale_strategies::get_one))
        .routes(routes!(pool::presale_strategies::rerun))
        .routes(routes!(pool::gift_strategies::list))
        .routes(routes!(pool::gift_strategies::put, pool::gift_strategies::get_one))
        .routes(routes!(pool::gift_strategies::override_run))
        .routes(routes!(pool::dry_run::create))
        .routes(routes!(pool::shop_orders::create))
        .routes(routes!(pool::watermark::put, pool::watermark::get_one))
        .routes(routes!(pool::gaps::note))
        .routes(routes!(pool::pool_orders::list))
        .routes(routes!(pool::pool_orders::get_one))
        .routes(routes!(pool::moves::submit))
        .routes(routes!(pool::moves::transfer_out))
        .routes(routes!(pool::moves::reject))
        .routes(routes!(pool::moves::recompute))
        .routes(routes!(pool::moves::fulfil))
        .routes(routes!(pool::moves::dismiss))
        .routes(routes!(pool::gifts::create))
        .routes(routes!(pool::gifts::remove))
        .routes(routes!(pool::gift_stock::list))
        .routes(routes!(pool::gift_stock::put, pool::gift_stock::get_one))
        .routes(routes!(pool::gift_list::export))
        .routes(routes!(import::routes::create, import::routes::list))
        .routes(routes!(import::routes::get_one))
        .routes(routes!(import::routes::cancel))
        .routes(routes!(import::rejects::list))
}

/// The `OpenAPI` document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes().into_openapi()
}

/// `/openapi.json`, the interactive page `/docs` and the list of problems `/docs/problems`.
pub fn pages(document: utoipa::openapi::OpenApi) -> Router<ApiState> {
    // Written once: it needs no key, so it may cost nothing.
    let json =
        Bytes::from(document.to_json().unwrap_or_else(|error| unreachable!("it is only text: {error}")));
    let send = move || async move { ([(header::CONTENT_TYPE, "application/json")], json) };
    let page = utoipa_swagger_ui::SwaggerUi::new("/docs").config(Config::from("/openapi.json"));
    Router::new()
        .route("/openapi.json", get(send))
        .route("/docs/problems", get(problems))
        .merge(page)
        .merge(reward::page::assets())
}

async fn problems() -> Html<String> {
    let mut rows = String::new();
    let domain = domain::Code::ALL.iter().map(|code| (code.as_str(), code.en(), code.zh()));
    for (code, en, zh) in domain.chain(EDGE_CODES.iter().copied()) {
        let _ =
            writeln!(rows, "<tr id=\"{code}\"><td><code>{code}</code></td><td>{en}</td><td>{zh}</td></tr>");
    }
    Html(format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>Promenade: codes</title><style>body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;\
         padding:0 1rem}}td,th{{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #ddd;vertical-align:top}}\
         table{{border-collapse:collapse}}tr:target{{background:#fff6d6}}</style><h1>Codes</h1>\
         <p>Every refusal, violation, withheld offer and suppressed message names one of these. They are stable.</p>\
         <table><tr><th>Code<th>Meaning<th>含义</tr>\n{rows}</table></html>"
    ))
}
