//! Templates of messages: saved when they render, shown as they would be sent.

use super::settings::WarningView;
use crate::wire::auth::InShop;
use crate::wire::extract::{Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use domain::{
    Code, Refusal, Violation,
    message::{
        Channel, Kind, Payer,
        office::{Centre, TemplateVersion},
        template::{Rendered, Template},
    },
    shop::Shop,
};
use engine::{Command, Input, MessageCommand, Reply};
use money::Currency;
use serde::Serialize;
use utoipa::ToSchema;

/// One version of a template.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateView {
    version: u32,
    made_at: String,
    /// The key that saved it.
    made_by: String,
    /// Since when its provider refuses it.
    blocked_at: Option<String>,
    /// In the provider's words.
    blocked_by: Option<String>,
    #[schema(value_type = Object)]
    template: Template,
    /// What may not be meant.
    warnings: Vec<WarningView>,
}

/// A template with its versions.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplatesView {
    /// What is sent by; nothing: our own text.
    in_use: Option<u32>,
    /// Since when none is in use any more.
    removed_at: Option<String>,
    /// The key that took it out of use.
    removed_by: Option<String>,
    /// The last first.
    versions: Vec<TemplateView>,
}

/// A message as it would be sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewView {
    /// All that the customer reads.
    text: String,
    /// SMS that it costs.
    segments: u32,
    /// What providers get.
    #[schema(value_type = Object)]
    sent: Rendered,
}

/// What a template brings that nobody may have meant.
fn warnings(kind: Kind, channel: Channel, template: &Template) -> Vec<WarningView> {
    let mut found = Vec::new();
    if channel == Channel::Sms && kind.about().payer == Payer::Free {
        found.push(WarningView {
            field: "text".to_owned(),
            code: "template_costs",
            message: "this notice is free with the built-in text; with a template of the shop's own each SMS is paid from its packs, and without one it is not sent. DELETE goes back",
            message_zh: "该通知使用内置文案时免费；使用商家自己的模板后,每条短信从短信包扣费,没有余额则不发送。可用DELETE恢复",
        });
    }
    if template.says_a_unit_twice(kind) {
        found.push(WarningView {
            field: "text".to_owned(),
            code: "unit_twice",
            message: "an amount brings its currency itself: 1.00元, so a 元 or ¥ beside it stands there twice",
            message_zh: "金额变量自带币种(如1.00元),旁边再写“元”或“¥”会重复",
        });
    }
    found
}

fn view(shop: &Shop, (kind, channel): (Kind, Channel), one: &TemplateVersion) -> TemplateView {
    let blocked = one.blocked.as_ref();
    TemplateView {
        version: one.number,
        made_at: time::show(shop, one.made_at),
        made_by: one.made_by.clone(),
        blocked_at: time::show_some(shop, blocked.map(|(at, _)| *at)),
        blocked_by: blocked.map(|(_, why)| why.clone()),
        template: one.template.clone(),
        warnings: warnings(kind, channel, &one.template),
    }
}

/// The kind and the channel of a path.
fn named(kind: &str, channel: &str) -> Result<(Kind, Channel), Problem> {
    let kind = Kind::parse(kind).ok_or_else(|| Problem::not_found("no notice of that name"))?;
    let channel = Channel::parse(channel).filter(|channel| kind.about().channels.contains(channel));
    Ok((kind, channel.ok_or_else(|| Problem::not_found("this notice does not take that channel"))?))
}

/// A template's versions.
#[utoipa::path(get, path = "/v1/shops/{shop}/message-templates/{kind}/{channel}", tag = "messages",
    params(("shop" = String, Path), ("kind" = String, Path), ("channel" = String, Path)),
    responses((status = 200, body = TemplatesView)))]
pub async fn get_one(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, kind, channel)): Names<(String, String, String)>,
) -> Result<Json<TemplatesView>, Problem> {
    caller.may(Scope::Read)?;
    let (kind, channel) = named(&kind, &channel)?;
    let shop = state.shop(&caller.shop_id).await?;
    let centre = state.read(move |reader| reader.centre(&caller.shop_id)).await?.unwrap_or_default();
    Ok(Json(all(&shop, &centre, (kind, channel))))
}

fn all(shop: &Shop, centre: &Centre, named: (Kind, Channel)) -> TemplatesView {
    let (kind, channel) = named;
    let removed = centre.removed(kind, channel);
    TemplatesView {
        in_use: centre.template(kind, channel).map(|one| one.number),
        removed_at: time::show_some(shop, removed.map(|(at, _)| at)),
        removed_by: removed.map(|(_, by)| by.to_owned()),
        versions: centre.versions(kind, channel).iter().rev().map(|one| view(shop, named, one)).collect(),
    }
}

/// Takes a template out of use: the built-in text is sent again, at its own price; by `WeChat`, which has none, nothing.
/// Said again it changes nothing.
#[utoipa::path(delete, path = "/v1/shops/{shop}/message-templates/{kind}/{channel}", tag = "messages",
    params(("shop" = String, Path), ("kind" = String, Path), ("channel" = String, Path)),
    responses((status = 200, body = TemplatesView)))]
pub async fn remove(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, kind, channel)): Names<(String, String, String)>,
) -> Result<Json<TemplatesView>, Problem> {
    caller.may(Scope::Campaigns)?;
    let (kind, channel) = named(&kind, &channel)?;
    let shop = state.shop(&caller.shop_id).await?;
    let (shop_id, by) = (caller.shop_id.clone(), caller.name().to_owned());
    let command = Command::Messages(MessageCommand::RemoveTemplate { kind, channel, by });
    state.engine.submit(Input::new(shop_id.clone(), command)).await?;
    let centre = state.read(move |reader| reader.centre(&shop_id)).await?.unwrap_or_default();
    Ok(Json(all(&shop, &centre, (kind, channel))))
}

/// Saves a template; it is in use from now on. One that could not be sent is refused.
#[utoipa::path(put, path = "/v1/shops/{shop}/message-templates/{kind}/{channel}", tag = "messages",
    params(("shop" = String, Path), ("kind" = String, Path), ("channel" = String, Path)), request_body = Object,
    responses((status = 200, body = TemplateView), (status = 422, body = Problem)))]
pub async fn put(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, kind, channel)): Names<(String, String, String)>,
    body: Unread<Template>,
) -> Result<Json<TemplateView>, Problem> {
    let template = caller.reads(Scope::Campaigns, body).await?.value;
    let (kind, channel) = named(&kind, &channel)?;
    let shop = state.shop(&caller.shop_id).await?;
    let (shop_id, by) = (caller.shop_id.clone(), caller.name().to_owned());
    let command = MessageCommand::PutTemplate { kind, channel, template: Box::new(template), by };
    let number = match state.engine.submit(Input::new(shop_id.clone(), Command::Messages(command))).await? {
        Reply::Template { number } => number,
        other => return Err(unexpected(&other)),
    };
    let centre = state.read(move |reader| reader.centre(&shop_id)).await?.unwrap_or_default();
    let saved = centre.versions(kind, channel).iter().find(|one| one.number == number);
    saved
        .map(|one| Json(view(&shop, (kind, channel), one)))
        .ok_or_else(|| Problem::not_found("it was replaced meanwhile"))
}

/// Shows a template with example values; nothing is saved.
#[utoipa::path(post, path = "/v1/shops/{shop}/message-templates/{kind}/{channel}/preview", tag = "messages",
    params(("shop" = String, Path), ("kind" = String, Path), ("channel" = String, Path)), request_body = Object,
    responses((status = 200, body = PreviewView), (status = 422, body = Problem)))]
pub async fn preview(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, kind, channel)): Names<(String, String, String)>,
    body: Unread<Template>,
) -> Result<Json<PreviewView>, Problem> {
    let template = caller.reads(Scope::Read, body).await?.value;
    let (kind, channel) = named(&kind, &channel)?;
    Refusal::from_violations(Code::InvalidMessage, template.violations(kind, channel))?;
    let shop = state.shop(&caller.shop_id).await?;
    let currency = Currency::of_stored(&shop.currency);
    let sent = template.preview(kind, channel, currency).map_err(|unfit| {
        Refusal::of(Violation::with(format!("text.{}", unfit.variable), unfit.code(), unfit.to_string()))
    })?;
    Ok(Json(PreviewView { text: sent.text.clone(), segments: sent.segments, sent }))
}
