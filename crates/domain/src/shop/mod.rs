//! The shop: its kind, zone, deadlines and quiet hours.

mod policy;
mod quiet;
pub use policy::Policy;
pub use quiet::QuietHours;

use crate::{Code, Instant, ShopId, Violation, limits, reward::Beta, time::Zone, way_back::Arrivals};
use money::{Currency, Money};
use serde::{Deserialize, Serialize};

/// The operating models of shops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the platform's own codes")]
pub enum ShopKind {
    Sop,
    Fbp,
    Fcs,
    Sopl,
    Lbp,
    SelfOperated,
}

impl ShopKind {
    /// Every kind and whether it may run recovery campaigns (S0-R20, S0-R21): the table to change
    /// when a platform opens the tool to more shops.
    pub const RECOVERY: &[(ShopKind, bool)] = &[
        (ShopKind::Sop, true),
        (ShopKind::Fbp, true),
        (ShopKind::Fcs, true),
        (ShopKind::Sopl, false),
        (ShopKind::Lbp, false),
        (ShopKind::SelfOperated, false),
    ];
    /// Whether shops of this kind may run recovery campaigns.
    pub fn supports_recovery(self) -> bool {
        Self::RECOVERY.iter().any(|&(kind, supported)| kind == self && supported)
    }
}

/// A shop and its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shop {
    /// The platform's id.
    pub shop_id: ShopId,
    /// The name shown to operators and customers.
    pub name: String,
    /// The operating model.
    pub kind: ShopKind,
    /// Civil-time rules use this zone (A-G-1).
    pub time_zone: Zone,
    /// ISO 4217 code; amounts are in its minor unit (A-G-12).
    pub currency: String,
    /// An unpaid order is cancelled after this many minutes (A-S0-12).
    pub payment_timeout_minutes: u32,
    /// An unpaid deposit closes its order after this many minutes (A-S1-19).
    pub deposit_timeout_minutes: u32,
    /// A started payment holds its coupon this many minutes (A-S0-11).
    pub payment_lock_minutes: u32,
    /// When no push goes out (S0-R38).
    pub quiet_hours: QuietHours,
    /// The push is planned this long before the order's deadline (A-S0-12).
    pub push_lead_minutes: u32,
    /// Free shipping from this sum on, else the fee; kept for quotes.
    pub free_shipping: Option<FreeShipping>,
    /// An order whose buyer has paid for its goods in another one shows no coupon and gets no push (A-S0-25).
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub hide_bought_elsewhere: bool,
    /// Where it stands with rewards after payment, which are tried by those that ask (S2-R10, A-S2-8).
    #[serde(default, skip_serializing_if = "Beta::is_off")]
    pub post_payment: Beta,
    /// How long refunds and cashback are on their way, where the shop knows better than what is usual (S2-R03).
    #[serde(default, skip_serializing_if = "Arrivals::is_empty")]
    pub arrivals: Arrivals,
    /// Orders or coupons are there whose amounts are in the shop's currency, which stays (A-G-12). Shops of older
    /// stores, which do not say, are taken to have some.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub holds_amounts: bool,
}

const fn yes() -> bool {
    true
}
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
const fn is_true(flag: &bool) -> bool {
    *flag
}

/// What there is of campaigns in a shop, drafts left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Campaigns {
    /// None was ever published.
    None,
    /// All are over or closed.
    Over,
    /// One is scheduled, running or exhausted.
    Live,
}

/// Freight rule of a shop, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "two amounts")]
pub struct FreeShipping {
    pub threshold: Money,
    pub fee: Money,
}

impl Shop {
    /// A shop with every default.
    pub fn with_defaults(shop_id: ShopId, name: impl Into<String>, kind: ShopKind) -> Self {
        Self {
            shop_id,
            name: name.into(),
            kind,
            time_zone: Zone::shanghai(),
            currency: "CNY".into(),
            payment_timeout_minutes: 1_440,
            deposit_timeout_minutes: 30,
            payment_lock_minutes: limits::PAYMENT_LOCK_MINUTES,
            quiet_hours: QuietHours::default(),
            push_lead_minutes: 60,
            free_shipping: None,
            hide_bought_elsewhere: true,
            post_payment: Beta::Off,
            arrivals: Arrivals::default(),
            holds_amounts: false,
        }
    }

    /// What is wrong with the settings, field by field.
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        let mut range = |field: &str, value: u32, low: u32, high: u32| {
            if !(low..=high).contains(&value) {
                found.push(Violation::with(field, Code::OutOfRange, format!("{low} to {high}")));
            }
        };
        range("payment_timeout_minutes", self.payment_timeout_minutes, 5, 60 * 24 * 60);
        range("deposit_timeout_minutes", self.deposit_timeout_minutes, 1, 60 * 24 * 60);
        range("payment_lock_minutes", self.payment_lock_minutes, 1, 24 * 60);
        range("push_lead_minutes", self.push_lead_minutes, 0, 60 * 24 * 60);
        if self.name.trim().is_empty() {
            found.push(Violation::new("name", Code::Required));
        } else if self.name.chars().any(char::is_control) {
            found.push(Violation::with("name", Code::InvalidValue, "no control characters"));
        }
        if self.name.chars().count() > limits::NAME_CHARS {
            found.push(Violation::new("name", Code::TooLongText));
        }
        if Currency::find(&self.currency).is_none() {
            let message = "a code of ISO 4217 with a minor unit, e.g. CNY, JPY, KWD";
            found.push(Violation::with("currency", Code::InvalidValue, message));
        }
        if self.free_shipping.is_some_and(|f| f.threshold.is_negative() || f.fee.is_negative()) {
            found.push(Violation::new("free_shipping", Code::NegativeAmount));
        }
        found.extend(self.arrivals.violations("arrival_days"));
        found
    }

    /// Settings that stand as long as something is counted by them: the zone and the kind while a
    /// campaign lies ahead or runs, the currency once a campaign was published or an order or coupon holds amounts in
    /// it (A-G-12).
    pub fn fixed(&self, next: &Self, campaigns: Campaigns) -> Vec<Violation> {
        let live = campaigns == Campaigns::Live;
        let amounts = campaigns != Campaigns::None || self.holds_amounts;
        let while_live = "close the campaigns that are ahead or running first";
        let for_good = "campaigns, coupons or orders hold amounts in this currency";
        let fields = [
            ("kind", self.kind != next.kind && live, while_live),
            ("time_zone", self.time_zone.name() != next.time_zone.name() && live, while_live),
            ("currency", self.currency != next.currency && amounts, for_good),
        ];
        let changed = fields.into_iter().filter(|(_, changed, _)| *changed);
        changed.map(|(field, _, why)| Violation::with(field, Code::ImmutableField, why)).collect()
    }

    /// The currency with its decimals.
    pub fn money(&self) -> Currency {
        Currency::of_stored(&self.currency)
    }
    /// An amount for people, with the shop's currency and its decimals (A-G-12).
    pub fn amount(&self, amount: Money) -> String {
        self.money().text(amount)
    }

    /// Whether the moment lies in the shop's quiet hours.
    pub fn is_quiet(&self, at: Instant) -> bool {
        self.quiet_hours.contains(&self.time_zone, at)
    }
}
