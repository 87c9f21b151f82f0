//! Which notices a shop sends, how much one number hears, and when (S2-R12, S2-R15, S2-R16).

use crate::wire::auth::InShop;
use crate::wire::extract::Unread;
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use contacts::Email;
use domain::{
    Code, CustomerId, Refusal,
    message::{
        Channel, Kind, Payer,
        settings::{Alerts, Caps, Chosen, MessageSettings, Switch, Version, Wish},
    },
    shop::{QuietHours, Shop},
};
use engine::{Command, Input, MessageCommand};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// What a shop chooses about its messages.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsRequest {
    /// `{kind: {sms, wechat}}`; a notice or a channel that is not named is off where the merchant pays for it.
    #[serde(default)]
    #[schema(value_type = Object)]
    kinds: BTreeMap<Kind, Wish>,
    /// From when on, RFC 3339; at once where it is not said. Never before 2016-06-15.
    #[serde(default)]
    effective_from: Option<String>,
    /// How the shop signs its SMS, without brackets; its name where it is not said.
    #[serde(default)]
    signature: Option<String>,
    /// `{minute, hour, day}`: SMS that one number gets in any such span.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    caps: Option<Caps>,
    /// `{sms: {from, to}, wechat: {from, to}}`, HH:MM in the shop's zone: notices wait for their end.
    #[serde(default)]
    #[schema(value_type = Object)]
    quiet_hours: BTreeMap<Channel, QuietHours>,
    /// Minutes after which an unpaid order is reminded of.
    #[serde(default)]
    reminder_after_minutes: Option<u32>,
    /// Free segments below which the shop is told (`sms.low_balance`).
    #[serde(default)]
    alert_below: Option<u64>,
    /// `{email}`: a mailbox of the merchant's that gets alerts beside the shop's webhooks (`sms.low_balance`,
    /// `sms.difference`, `template.blocked`); no mail where it is not said.
    #[serde(default)]
    #[schema(value_type = Object)]
    alerts: Alerts,
    /// Who is told of supplier orders and purchase orders, at most 200: nobody else may be then. Where nobody is named, the
    /// first 20 people.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    suppliers: BTreeSet<CustomerId>,
}

impl SettingsRequest {
    fn chosen(self) -> Result<Chosen, Problem> {
        let usual = Chosen::default();
        let email = self.alerts.email.as_deref().map(Email::parse).transpose();
        let email = email.map_err(|invalid| Problem::invalid_body("alerts.email", &invalid.to_string()))?;
        let (mut switches, mut wrong) = (BTreeMap::new(), Vec::new());
        for (kind, wish) in self.kinds {
            match wish.switch(kind) {
                Ok(switch) => drop(switches.insert(kind, switch)),
                Err(more) => wrong.extend(more),
            }
        }
        Refusal::from_violations(Code::InvalidMessage, wrong)?;
        Ok(Chosen {
            switches,
            signature: self.signature,
            caps: self.caps.unwrap_or(usual.caps),
            quiet_hours: self.quiet_hours,
            reminder_after_minutes: self.reminder_after_minutes.unwrap_or(usual.reminder_after_minutes),
            alert_below: self.alert_below.unwrap_or(usual.alert_below),
            alerts: Alerts { email: email.map(|email| email.as_str().to_owned()) },
            suppliers: self.suppliers,
        })
    }
}

/// A notice: what it is, and whether it goes out.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindView {
    name: &'static str,
    name_zh: &'static str,
    /// `free | merchant`.
    payer: &'static str,
    /// The channels that it can take.
    #[schema(value_type = Vec<String>)]
    channels: &'static [Channel],
    sms: bool,
    wechat: bool,
}

/// Settings with when they count, when they were made, and by whom.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionView {
    effective_from: String,
    made_at: String,
    /// The key that made them.
    made_by: String,
    /// Every notice.
    kinds: BTreeMap<&'static str, KindView>,
    signature: Option<String>,
    #[schema(value_type = Object)]
    caps: Caps,
    #[schema(value_type = Object)]
    quiet_hours: BTreeMap<Channel, QuietHours>,
    reminder_after_minutes: u32,
    alert_below: u64,
    #[schema(value_type = Object)]
    alerts: Alerts,
    #[schema(value_type = Vec<String>)]
    suppliers: BTreeSet<CustomerId>,
    /// What an operator should know of them.
    warnings: Vec<WarningView>,
}

/// Something that is allowed and may not be meant.
#[derive(Debug, Serialize, ToSchema)]
pub struct WarningView {
    pub field: String,
    pub code: &'static str,
    pub message: &'static str,
    pub message_zh: &'static str,
}

/// A shop's message settings.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingsView {
    /// What counts now; nothing before the shop has decided, when only free notices would be on and none is sent.
    now: Option<VersionView>,
    /// What will count later.
    later: Vec<VersionView>,
}

fn kinds(chosen: &Chosen) -> BTreeMap<&'static str, KindView> {
    let view = |kind: Kind| {
        let about = kind.about();
        let payer = match about.payer {
            Payer::Free => "free",
            Payer::Merchant => "merchant",
        };
        let on = |channel| about.channels.contains(&channel) && chosen.is_on(kind, channel);
        let (sms, wechat) = (on(Channel::Sms), on(Channel::Wechat));
        KindView { name: about.name.en, name_zh: about.name.zh, payer, channels: about.channels, sms, wechat }
    };
    Kind::ALL.iter().map(|kind| (kind.as_str(), view(*kind))).collect()
}

/// Both channels of one notice say the same thing twice (A-S2-10).
fn warnings(chosen: &Chosen) -> Vec<WarningView> {
    let both = chosen
        .switches
        .iter()
        .filter(|(kind, switch)| switch.sms && switch.wechat && kind.about().payer == Payer::Merchant);
    let warning = |(kind, _): (&Kind, &Switch)| WarningView {
        field: format!("kinds.{}", kind.as_str()),
        code: "both_channels",
        message: "customers get this notice twice: by SMS, which costs, and by WeChat",
        message_zh: "短信和微信同时开启,用户会收到两次,短信照常扣费",
    };
    both.map(warning).collect()
}

fn version(shop: &Shop, version: &Version) -> VersionView {
    let chosen = &version.chosen;
    VersionView {
        effective_from: time::show(shop, version.effective_from),
        made_at: time::show(shop, version.made_at),
        made_by: version.made_by.clone(),
        kinds: kinds(chosen),
        signature: chosen.signature.clone(),
        caps: chosen.caps,
        quiet_hours: chosen.quiet_hours.clone(),
        reminder_after_minutes: chosen.reminder_after_minutes,
        alert_below: chosen.alert_below,
        alerts: chosen.alerts.clone(),
        suppliers: chosen.suppliers.clone(),
        warnings: warnings(chosen),
    }
}

async fn view(state: &ApiState, caller: &InShop) -> Result<Json<SettingsView>, Problem> {
    let shop = state.shop(&caller.shop_id).await?;
    let shop_id = caller.shop_id.clone();
    let centre = state.read(move |reader| reader.centre(&shop_id)).await?;
    let settings = centre.map_or_else(MessageSettings::default, |centre| centre.settings.clone());
    let now = state.engine.now();
    Ok(Json(SettingsView {
        now: settings.at(now).map(|counts| version(&shop, counts)),
        later: settings.ahead(now).iter().map(|one| version(&shop, one)).collect(),
    }))
}

/// What the shop has decided about its messages.
#[utoipa::path(get, path = "/v1/shops/{shop}/message-settings", tag = "messages", params(("shop" = String, Path)),
    responses((status = 200, body = SettingsView)))]
pub async fn get_one(State(state): State<ApiState>, caller: InShop) -> Result<Json<SettingsView>, Problem> {
    caller.may(Scope::Read)?;
    view(&state, &caller).await
}

/// Decides them anew, all of them at once.
#[utoipa::path(put, path = "/v1/shops/{shop}/message-settings", tag = "messages", params(("shop" = String, Path)),
    request_body = SettingsRequest, responses((status = 200, body = SettingsView), (status = 422, body = Problem)))]
pub async fn put(
    State(state): State<ApiState>,
    caller: InShop,
    body: Unread<SettingsRequest>,
) -> Result<Json<SettingsView>, Problem> {
    let body = caller.reads(Scope::Admin, body).await?;
    let from =
        body.value.effective_from.as_deref().map(|text| time::read("effective_from", text)).transpose()?;
    let (chosen, by) = (Box::new(body.value.chosen()?), caller.name().to_owned());
    let command = Command::Messages(MessageCommand::PutSettings { chosen, from, by });
    state.engine.submit(Input::new(caller.shop_id.clone(), command)).await?;
    view(&state, &caller).await
}
