//! What is replayed: the shop, the campaign, and how many customers are taken to claim.
//!
//! What always holds: the settings pass the domain's own rules for shops and terms, so the replay
//! never runs a campaign that the engine would refuse.

use super::amounts::Amounts;
use super::wrong::Wrong;
use domain::{
    ShopId, Violation,
    campaign::{KindTerms, recovery::Terms},
    order::Method,
    shop::{QuietHours, Shop, ShopKind},
    time::Zone,
};
use serde::{Deserialize, Serialize};

/// The settings of a replay, as the report states them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Settings {
    /// Every shop of the export runs with these.
    pub shop: ShopSettings,
    /// The campaign.
    pub campaign: CampaignSettings,
    /// Who claims and pays: stated, not measured.
    pub claims: ClaimModel,
    /// Digits of the currency's minor unit.
    pub minor_digits: u8,
}

/// `[shop]`: what every shop of the export runs with.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs, reason = "the fields of `domain::shop::Shop`")]
pub struct ShopSettings {
    pub kind: ShopKind,
    pub time_zone: Zone,
    pub currency: String,
    pub payment_timeout_minutes: u32,
    pub push_lead_minutes: u32,
    pub payment_lock_minutes: u32,
    pub quiet_hours: QuietHours,
}

/// `[shop]` as it is written; the engine's defaults for what is left out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShopText {
    kind: ShopKind,
    time_zone: Zone,
    currency: String,
    payment_timeout_minutes: Option<u32>,
    push_lead_minutes: Option<u32>,
    payment_lock_minutes: Option<u32>,
    quiet_hours: Option<QuietHours>,
}

/// `[campaign]`: a name and the terms of recovery, amounts in minor units.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs, reason = "the name, and `domain::campaign::recovery::Terms`")]
pub struct CampaignSettings {
    pub name: String,
    #[serde(flatten)]
    pub terms: Terms,
}

/// `[campaign]` as it is written; the terms are read by their form.
#[derive(Debug, Deserialize)]
pub(crate) struct CampaignText {
    name: String,
    #[serde(flatten)]
    terms: serde_json::Value,
}

/// `[claims]`: how many customers are taken to claim a coupon that they are shown, and what follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimModel {
    /// Of 100 customers who are shown a coupon, this many claim it.
    pub rate_percent: u8,
    /// They pay this long after they claimed, or at their own time where that is earlier.
    pub pays_after_minutes: u32,
    /// How they pay with the coupon, whatever the export says: it works with some methods only.
    #[serde(default = "jd_pay")]
    pub method: Method,
    /// Another number draws other customers.
    #[serde(default)]
    pub seed: u64,
}

fn jd_pay() -> Method {
    Method::JdPay
}

impl Settings {
    pub(super) fn try_new(
        shop: &ShopText,
        campaign: CampaignText,
        claims: ClaimModel,
        amounts: &mut Amounts,
    ) -> Result<Self, Wrong> {
        let shop = ShopSettings::new(shop);
        let facts = shop.shop(ShopId::platform());
        if let Some(found) = facts.violations().first() {
            return Err(Wrong::of(format!("shop.{}", found.field), found, facts.money()));
        }
        if !facts.kind.supports_recovery() {
            let message = "shops of this kind run no recovery campaigns; use sop, fbp or fcs";
            return Err(Wrong::new("shop.kind", message));
        }
        amounts.settle(facts.money())?;
        let campaign = CampaignSettings::try_new(campaign, &facts)?;
        if claims.rate_percent > 100 {
            return Err(Wrong::new("claims.rate_percent", "0 to 100"));
        }
        Ok(Self { shop, campaign, claims, minor_digits: amounts.digits() })
    }
}

impl ShopSettings {
    fn new(text: &ShopText) -> Self {
        let usual = Shop::with_defaults(ShopId::platform(), "", text.kind);
        Self {
            kind: text.kind,
            time_zone: text.time_zone.clone(),
            currency: text.currency.clone(),
            payment_timeout_minutes: text.payment_timeout_minutes.unwrap_or(usual.payment_timeout_minutes),
            push_lead_minutes: text.push_lead_minutes.unwrap_or(usual.push_lead_minutes),
            payment_lock_minutes: text.payment_lock_minutes.unwrap_or(usual.payment_lock_minutes),
            quiet_hours: text.quiet_hours.unwrap_or(usual.quiet_hours),
        }
    }

    /// The shop of that id with these settings; its name is its id.
    pub fn shop(&self, shop_id: ShopId) -> Shop {
        let name = shop_id.as_str().to_owned();
        Shop {
            time_zone: self.time_zone.clone(),
            currency: self.currency.clone(),
            payment_timeout_minutes: self.payment_timeout_minutes,
            push_lead_minutes: self.push_lead_minutes,
            payment_lock_minutes: self.payment_lock_minutes,
            quiet_hours: self.quiet_hours,
            ..Shop::with_defaults(shop_id, name, self.kind)
        }
    }
}

impl CampaignSettings {
    fn try_new(text: CampaignText, shop: &Shop) -> Result<Self, Wrong> {
        let field = |found: &Violation| found.field.replacen("terms.", "campaign.", 1);
        let wrong = |found: &Violation| Wrong::of(field(found), found, shop.money());
        let terms = Terms::read(&text.terms).map_err(|found| wrong(&found[0]))?;
        let mut found = Vec::new();
        terms.check_terms(&mut found);
        terms.check_cap(shop, &mut found);
        match found.first() {
            Some(found) => Err(wrong(found)),
            None => Ok(Self { name: text.name, terms }),
        }
    }
}
