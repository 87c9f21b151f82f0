//! What a caller asks to be priced, before the shop's facts are added to it.

use super::facts::Facts;
use domain::{
    CampaignId, Code, CouponId, CustomerId, Instant, LineId, OrderId, Refusal, Sentence, Sku, Violation,
    catalog::Category, limits, order::Method,
};
use money::Money;
use pricing::{
    cart::{Assets, Stage},
    coupons::MOST_COUPONS,
};
use rustc_hash::FxHashSet;

/// A cart as a caller describes it; amounts are minor units.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// Whose coupons may be used; `None` for a visitor.
    pub customer_id: Option<CustomerId>,
    /// Which payment.
    pub stage: Stage,
    /// The lines.
    pub lines: Vec<AskLine>,
    /// Coupons to use.
    pub coupons: AskCoupons,
    /// Virtual assets to use.
    pub assets: Assets,
    /// Whether the customer is a member.
    pub member: bool,
    /// The customer's segments, by the platform's own names.
    pub segments: Vec<String>,
    /// Which order of the customer this is; 1 is the first.
    pub order_number: Option<u64>,
    /// How it is paid.
    pub method: Option<Method>,
    /// In which channel it is placed.
    pub source: Option<String>,
    /// Where it is sent.
    pub region: Option<String>,
    /// How it is sent.
    pub shipping_method: Option<String>,
    /// The moment to price; the engine's clock otherwise.
    pub now: Option<Instant>,
    /// The revision of the shop's rules to price by; the newest otherwise.
    pub rule_version: Option<u64>,
    /// The facts of an earlier quote, to be evaluated again by them, at its moment and by its revision;
    /// read from the store otherwise.
    pub facts: Option<Facts>,
}

/// A line.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are those of the API")]
pub enum AskLine {
    /// Goods of the cart; in the deposit stage of the presale that is named, or that runs for the SKU.
    Goods {
        line_id: LineId,
        sku: Sku,
        categories: Vec<Category>,
        quantity: u64,
        unit_price: Money,
        presale: Option<CampaignId>,
    },
    /// A presale line whose deposit is paid.
    Balance { order_id: OrderId, line_id: LineId },
}

/// Coupons of a quote.
#[derive(Debug, Clone, Default)]
pub enum AskCoupons {
    /// None.
    #[default]
    None,
    /// These.
    Listed(Vec<CouponId>),
    /// The best of all that the customer holds; of more than can be priced together, of those that could
    /// save most, and then not proven.
    Best,
}

impl Ask {
    /// What can be refused before anything is read: too many lines or coupons, balances in another stage,
    /// the same twice, and facts without the moment and the revision that they belong to. The rest is
    /// for [`pricing`].
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let mut found = Vec::new();
        if self.lines.len() > limits::ORDER_LINES {
            let message = format!("at most {}", limits::ORDER_LINES);
            found.push(Violation::with("lines", Code::TooMany, message));
            return Refusal::from_violations(Code::InvalidValue, found);
        }
        let mut seen = FxHashSet::default();
        for (index, line) in self.lines.iter().enumerate() {
            let AskLine::Balance { order_id, line_id } = line else { continue };
            if self.stage != Stage::Balance {
                return Err(fault(index, "order_id", Code::StageNotAllowed, "in the balance stage only"));
            }
            if !seen.insert((order_id, line_id)) {
                found.push(Violation::new(format!("lines[{index}].line_id"), Code::Duplicate));
            }
        }
        if matches!(self.coupons, AskCoupons::Best) && self.customer_id.is_none() {
            let mut refusal = Refusal::with(Code::Required, "the best coupons of whom?");
            refusal.violations.push(Violation::new("customer_id", Code::Required));
            return Err(refusal);
        }
        let listed = matches!(&self.coupons, AskCoupons::Listed(ids) if !ids.is_empty());
        if (listed || !seen.is_empty()) && self.customer_id.is_none() {
            found.push(Violation::with("customer_id", Code::Required, "coupons and balances are somebody's"));
        }
        if let AskCoupons::Listed(ids) = &self.coupons {
            if ids.len() > MOST_COUPONS {
                let message = format!("at most {MOST_COUPONS} coupons");
                found.push(Violation::with("coupons", Code::TooMany, message));
            } else {
                let mut seen = FxHashSet::default();
                let twice = ids.iter().enumerate().filter(|(_, id)| !seen.insert(*id));
                found.extend(twice.map(|(at, _)| Violation::new(format!("coupons[{at}]"), Code::Duplicate)));
            }
        }
        for (field, word) in
            [("source", &self.source), ("region", &self.region), ("shipping_method", &self.shipping_method)]
        {
            if word.as_ref().is_some_and(|word| !(1..=64).contains(&word.chars().count())) {
                found.push(Violation::with(field, Code::InvalidValue, "1 to 64 characters"));
            }
        }
        if self.order_number == Some(0) {
            found.push(Violation::with("order_number", Code::OutOfRange, "1 is the first"));
        }
        if self.facts.is_some() {
            for (field, missing) in
                [("now", self.now.is_none()), ("rule_version", self.rule_version.is_none())]
            {
                if missing {
                    found.push(Violation::with(field, Code::Required, "facts belong to it"));
                }
            }
        }
        Refusal::from_violations(Code::InvalidValue, found)
    }
}

/// A refusal for a field of a line.
pub(super) fn fault(index: usize, field: &str, code: Code, message: impl Into<Sentence>) -> Refusal {
    let violation = Violation::with(format!("lines[{index}].{field}"), code, message);
    let mut refusal = Refusal::with(code, violation.message.clone());
    refusal.violations.push(violation);
    refusal
}
