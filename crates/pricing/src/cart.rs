//! What is to be priced: a cart, its customer, and what the customer wants to use. Amounts are minor
//! units; every fact that a price depends on is in here or in the rule set.

use domain::{
    CampaignId, CouponId, CustomerId, Instant, LineId, OrderId, Sku,
    campaign::promotion::{Spent, Tier},
    catalog::{Category, Scope},
    coupon::CouponKind,
    order::{Method, Party},
    time::Zone,
};
use money::Money;

/// Which payment is being priced (A-S1-7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Stage {
    /// Everything at once; presale lines may not be among it.
    #[default]
    Normal,
    /// The deposits of presale lines.
    Deposit,
    /// The balances of presale lines, with ordinary lines beside them (merged checkout, S1-R02).
    Balance,
}

/// A cart.
#[derive(Debug, Clone, Default)]
pub struct Cart {
    /// Which payment.
    pub stage: Stage,
    /// Whose cart it is; without one, coupons of any owner pass.
    pub customer_id: Option<CustomerId>,
    /// The lines; at most 500, each id once among those of one order and among those of none.
    pub lines: Vec<CartLine>,
    /// Whether the customer is a member.
    pub member: bool,
    /// The customer's segments.
    pub segments: Vec<String>,
    /// Coupons to use, or to choose among.
    pub coupons: Coupons,
    /// What the customer wants to pay with besides money.
    pub assets: Assets,
    /// Freight by the sum of the ordinary lines; `None` ships free.
    pub freight: Option<Freight>,
    /// Which order of the customer it is; 1 is the first.
    pub order_number: Option<u64>,
    /// How it is paid.
    pub method: Option<Method>,
    /// In which channel it is placed.
    pub source: Option<String>,
    /// Where it is sent.
    pub region: Option<String>,
    /// How it is sent.
    pub shipping_method: Option<String>,
    /// What was taken of the limits of promotions, by campaign.
    pub spent: Vec<(CampaignId, Spent)>,
    /// The shop's zone: days and hours of promotions go by its clock; without it they are not asked.
    pub zone: Option<Zone>,
    /// The moment that is priced; without one, nothing is too early or too late.
    pub now: Option<Instant>,
}

/// A line.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the platform's own field names")]
pub struct CartLine {
    /// The order whose line it is: of a balance. Each order names its lines by itself.
    pub order_id: Option<OrderId>,
    pub line_id: LineId,
    pub sku: Sku,
    pub categories: Vec<Category>,
    pub quantity: u64,
    pub unit_price: Money,
    /// A presale line; `unit_price` is then the presale price.
    pub presale: Option<PresaleLine>,
}

impl CartLine {
    /// By what it is known among the lines of its cart, and in which order they are priced.
    pub(crate) fn name(&self) -> (&LineId, Option<&OrderId>) {
        (&self.line_id, self.order_id.as_ref())
    }
}

/// The presale side of a line: figures of the whole line, not of a unit.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "switches of the presale, each on its own")]
pub struct PresaleLine {
    /// The presale campaign.
    pub campaign_id: CampaignId,
    /// The deposit of the line.
    pub deposit: Money,
    /// What expansion or reduction takes off the presale price (A-S1-1, A-S1-2).
    pub gain: Money,
    /// Whether the balance joins the main process (S1-R02).
    pub main_process: bool,
    /// A coupon must be smaller than the balance (A-S1-5, `REQUIRE_GREATER`).
    pub require_greater: bool,
    /// What a coupon cannot take off this line is lost, not split again (A-S1-6, `NO_RESPLIT`).
    pub no_resplit: bool,
    /// Virtual assets may pay the balance outside the main process too (A-S1-9's switch).
    pub assets_outside: bool,
}

/// The coupons of a quote.
#[derive(Debug, Clone, Default)]
pub enum Coupons {
    /// None.
    #[default]
    None,
    /// Exactly these, each taken when it may be, in the order of their kinds.
    Listed(Vec<Held>),
    /// The best of these: the smallest payable; ties by fewer coupons, then the smallest ids.
    Best(Vec<Held>),
}

impl Coupons {
    /// The coupons, whatever is to be done with them.
    pub fn held(&self) -> &[Held] {
        match self {
            Self::None => &[],
            Self::Listed(held) | Self::Best(held) => held,
        }
    }
}

/// A coupon that a customer holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// The coupon.
    pub coupon_id: CouponId,
    /// Whose it is.
    pub owner: Option<CustomerId>,
    /// What it is.
    pub kind: CouponKind,
    /// What it takes off, from which amount on.
    pub benefit: Tier,
    /// The goods it works on.
    pub scope: Scope,
    /// Usable from here,
    pub starts_at: Instant,
    /// to here.
    pub ends_at: Instant,
    /// Who bears it.
    pub funded_by: Party,
    /// A reason why it cannot be used at all: used, locked, void, another's.
    pub barred: Option<domain::Code>,
}

/// Virtual assets offered for payment, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Assets {
    pub red_packet: Money,
    pub beans: Money,
    pub e_card: Money,
}

/// The shop's freight: `fee` under `threshold` (S1-R25: presale lines count for nothing).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub struct Freight {
    pub threshold: Money,
    pub fee: Money,
}
