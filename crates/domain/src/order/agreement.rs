//! What a placed order and its presale campaign agree on.

use super::{
    Discount, Line, PRESALE_GAIN, Party, Presale, PresaleLine, Scopes,
    shares::{self, Left, Overflow},
};
use crate::{
    Code, Instant, Refusal, Sentence, Violation,
    campaign::presale::{LinePrice, Live},
    event::Placed,
    sentence,
};
use money::Money;
use std::collections::{HashMap, HashSet};

/// What a placed presale order comes to.
pub(super) struct Agreed {
    pub discounts: Vec<Discount>,
    pub presale: Presale,
}

/// Compares a placed order with its campaign and gives the lines their shares: of the gain first, then
/// of each discount, none of which touches a deposit. Refused with the lines at fault when a price is
/// not the presale price, a SKU is not on presale, or the order was not placed in the deposit window.
pub(super) fn agree(
    live: Live<'_>,
    placed: &Placed,
    lines: &mut [Line],
    at: Instant,
    scopes: &Scopes<'_>,
) -> Result<Agreed, Refusal> {
    let terms = live.terms;
    if live.campaign.is_closed(at) {
        return Err(Code::CampaignClosed.into());
    }
    if !terms.deposit_window.contains(at) {
        let detail = "the order was not placed in the deposit window of its presale";
        return Err(Refusal::with(Code::OutsidePeriod, detail));
    }
    let prices = prices(live, placed)?;
    let sum = |part: fn(&LinePrice) -> Money| prices.iter().map(part).sum::<Money>();
    let (deposit, gain) = (sum(|p| p.deposit), sum(|p| p.gain));
    let mut discounts = Vec::new();
    if gain.is_positive() {
        let (kind, id) = (PRESALE_GAIN.into(), Some(live.campaign.campaign_id.as_str().into()));
        discounts.push(Discount { kind, id, amount: gain, funded_by: Party::Merchant, lines: Vec::new() });
        lines.iter_mut().zip(&prices).for_each(|(line, price)| line.shares.push(price.gain));
    }
    let mut left = Left::of(lines, |index| prices[index].deposit, placed.freight, Overflow::Resplit);
    let mut all = Vec::with_capacity(placed.discounts.len());
    for (index, discount) in placed.discounts.iter().enumerate() {
        // The platform may name the gain itself.
        if &*discount.kind == PRESALE_GAIN {
            if discount.amount != gain {
                let detail = sentence!["the presale takes ", gain, " off, the order says ", discount.amount];
                return Err(Refusal::with(Code::AmountMismatch, detail));
            }
            continue;
        }
        all.push(left.take_whole(index, discount, scopes, "the balance")?);
        discounts.push(discount.taken_in());
    }
    shares::store(lines, all);
    let presale = Presale {
        campaign_id: live.campaign.campaign_id.clone(),
        version: live.number,
        in_full: terms.in_full(),
        main_process: terms.joins_main_process(),
        deposit,
        gain,
        balance_window: terms.balance_window,
        lines: prices.iter().map(|p| PresaleLine { deposit: p.deposit, gain: p.gain }).collect(),
        require_greater: terms.require_greater,
        no_resplit: terms.no_resplit,
        gifts: terms.gifts.clone(),
        reminders: Vec::new(),
        deposit_booked: false,
        deposit_part: None,
    };
    Ok(Agreed { discounts, presale })
}

/// The figures of each line; of an ordinary line there is nothing to be said but its price.
fn prices(live: Live<'_>, placed: &Placed) -> Result<Vec<LinePrice>, Refusal> {
    let mut found = Vec::new();
    let mut prices = Vec::new();
    // The list is long and a cart is short: one walk over the list.
    let wanted: HashSet<_> = placed.lines.iter().map(|line| &line.sku).collect();
    let listed = live.terms.items.iter().filter(|item| wanted.contains(&item.sku));
    let items: HashMap<_, _> = listed.map(|item| (&item.sku, item)).collect();
    for (index, line) in placed.lines.iter().enumerate() {
        let mut price = LinePrice::default();
        let mut fault = |name: &str, code: Code, message: Sentence| {
            found.push(Violation::with(format!("lines[{index}].{name}"), code, message));
        };
        match (&line.presale_campaign_id, items.get(&line.sku)) {
            (None, _) => {}
            (Some(other), _) if *other != live.campaign.campaign_id => {
                fault("presale_campaign_id", Code::InvalidValue, "one presale an order".into());
            }
            (Some(_), None) => fault("sku", Code::OutOfScope, "this SKU is not on presale".into()),
            (Some(_), Some(item)) if line.unit_price != item.presale_price => {
                let message = sentence!["the presale price is ", item.presale_price];
                fault("unit_price", Code::AmountMismatch, message);
            }
            (Some(_), Some(item)) => match live.terms.line(item, line.quantity) {
                Some(known) => price = known,
                None => fault("quantity", Code::OutOfRange, "the line costs too much".into()),
            },
        }
        prices.push(price);
    }
    if placed.freight.is_positive() && placed.lines.iter().all(|line| line.presale_campaign_id.is_some()) {
        found.push(Violation::with("freight", Code::OutOfRange, "presale goods ship free"));
    }
    let code = found.first().map_or(Code::InvalidValue, |violation| violation.code);
    Refusal::from_violations(code, found).map(|()| prices)
}
