//! The presale side of an order: the deposit, the gain, the balance and its window, kept with the order
//! as its campaign's version had them when it was placed (A-G-10).
//!
//! Always holds: the gain is a discount of the order, so `payable` = deposit + balance; what comes off
//! with the balance never touches the deposit (A-S1-5); shares are stored and never computed again.

use super::{
    CancelReason, Discount, Line, Order, Party, Payment, PaymentStatus, Scopes, Stage, State,
    shares::{self, Left, Overflow, Took},
};
use crate::{
    CampaignId, Code, Instant, MessageId, Refusal, Violation,
    campaign::presale::{Gift, LinePrice, Live, ranks},
    event::Placed,
    limits,
    message::Kind,
    time::Window,
};
use money::Money;
use serde::{Deserialize, Serialize};

/// The kind under which a gain stands among the order's discounts.
pub const PRESALE_GAIN: &str = "presale_gain";

/// What a presale order keeps of its campaign, and how far it has come. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "the campaign's switches, and one of its own")]
pub struct Presale {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Its version.
    pub version: u32,
    /// Whether everything is paid at once: then there is no deposit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_full: bool,
    /// Whether the balance joins the main process (S1-R02).
    pub main_process: bool,
    /// What is paid first, over all lines.
    pub deposit: Money,
    /// What expansion or reduction takes off, over all lines.
    pub gain: Money,
    /// When the balance is paid, half-open (A-S1-22).
    pub balance_window: Window,
    /// Each line's part, in the order of the lines; of ordinary lines both are zero.
    pub lines: Vec<PresaleLine>,
    /// A coupon must be smaller than the balance (A-S1-5).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub require_greater: bool,
    /// What a coupon cannot take off a line is lost (A-S1-6).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_resplit: bool,
    /// Gifts that come with the deposit; those by rank are given or not by the campaign's ranks
    /// (A-S1-12). They are the order's while it lives: see [`Order::presale_stage`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gifts: Vec<Gift>,
    /// Reminders of the balance, from the deposit on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<Reminder>,
    /// Whether the deposit stands in the books by itself: because it is forfeited, or because some of
    /// it goes back. Before that nobody is due it; with the balance it is part of the whole.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deposit_booked: bool,
}

/// A line's part of a presale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "two amounts")]
pub struct PresaleLine {
    pub deposit: Money,
    pub gain: Money,
}

/// A reminder of the balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the words say it; the others are described")]
pub struct Reminder {
    pub kind: Kind,
    pub message_id: MessageId,
    pub due_at: Instant,
    /// What became of it; nothing while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<ReminderOutcome>,
}

/// What became of a reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReminderOutcome {
    /// It went out then.
    Sent(Instant),
    /// It was left out, or did not arrive.
    LeftOut(Code),
}

/// Where a presale order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PresaleStage {
    /// The deposit is to come; where everything is paid at once, all of it.
    AwaitingDeposit,
    /// The balance is to come.
    AwaitingBalance,
    /// Both are in.
    Paid,
    /// The balance did not come, or the customer went: the deposit stays with the merchant (A-S1-20).
    Forfeited,
    /// Ended without a deposit, or with the deposit given back.
    Closed,
}

/// A discount that came with the balance, with its share of each line (A-S1-6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BalanceDiscount {
    /// The discount; its amount is what it took off, which is less than its face where the balance is.
    #[serde(flatten)]
    pub discount: Discount,
    /// A share for each line.
    pub shares: Vec<Money>,
}

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
                let detail = format!("the presale takes {gain} off, the order says {}", discount.amount);
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
    };
    Ok(Agreed { discounts, presale })
}

/// The figures of each line; of an ordinary line there is nothing to be said but its price.
fn prices(live: Live<'_>, placed: &Placed) -> Result<Vec<LinePrice>, Refusal> {
    let mut found = Vec::new();
    let mut prices = Vec::new();
    // The list is long and a cart is short: one walk over the list.
    let wanted: std::collections::HashSet<_> = placed.lines.iter().map(|line| &line.sku).collect();
    let listed = live.terms.items.iter().filter(|item| wanted.contains(&item.sku));
    let items: std::collections::HashMap<_, _> = listed.map(|item| (&item.sku, item)).collect();
    for (index, line) in placed.lines.iter().enumerate() {
        let mut price = LinePrice::default();
        let mut fault = |name: &str, code: Code, message: String| {
            found.push(Violation::with(format!("lines[{index}].{name}"), code, message));
        };
        match (&line.presale_campaign_id, items.get(&line.sku)) {
            (None, _) => {}
            (Some(other), _) if *other != live.campaign.campaign_id => {
                fault("presale_campaign_id", Code::InvalidValue, "one presale an order".into());
            }
            (Some(_), None) => fault("sku", Code::OutOfScope, "this SKU is not on presale".into()),
            (Some(_), Some(item)) if line.unit_price != item.presale_price => {
                let message = format!("the presale price is {}", item.presale_price);
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

impl Presale {
    /// Whether the order is about that line's goods.
    pub fn line(&self, index: usize) -> PresaleLine {
        self.lines.get(index).copied().unwrap_or_default()
    }
    /// How many deposits of the campaign are to be ranked for its gifts; `None` without such gifts.
    pub fn ranks_kept(&self) -> Option<usize> {
        let last = self.gifts.iter().filter_map(|gift| gift.first_n).max()?;
        usize::try_from(last.saturating_add(ranks::SPARE)).ok()
    }
    /// With `require_greater` each presale line's share must be smaller than what the line has left to
    /// pay, as in a quote (A-S1-5). Ordinary lines may be taken whole.
    fn check_greater(&self, discount: &Discount, shares: &[Money], room: &[Money]) -> Result<(), Refusal> {
        if !self.require_greater {
            return Ok(());
        }
        let lost = shares.iter().copied().sum::<Money>() < discount.amount;
        // A line that the discount is not for has no share; one with nothing left may lose it.
        let small = (0..shares.len())
            .filter(|index| self.line(*index).deposit.is_positive())
            .find(|index| shares[*index] >= room[*index] && (shares[*index].is_positive() || lost));
        let Some(index) = small else { return Ok(()) };
        let detail =
            format!("{} takes {} off a line with {} left to pay", discount.kind, shares[index], room[index]);
        Err(Refusal::with(Code::BalanceTooSmall, detail))
    }
    /// The next reminder that waits.
    pub fn next_reminder(&self) -> Option<&Reminder> {
        let waiting = self.reminders.iter().filter(|reminder| reminder.outcome.is_none());
        waiting.min_by_key(|reminder| reminder.due_at)
    }
}

impl Order {
    /// Where a presale order stands; `None` for orders without a presale campaign.
    pub fn presale_stage(&self) -> Option<PresaleStage> {
        let presale = self.presale.as_ref()?;
        Some(match (self.state, self.deposit_paid_at) {
            (State::Paid { .. }, _) => PresaleStage::Paid,
            (State::Open, None) => PresaleStage::AwaitingDeposit,
            (State::Open, Some(_)) => PresaleStage::AwaitingBalance,
            (State::Cancelled { .. }, None) => PresaleStage::Closed,
            (State::Cancelled { reason, .. }, Some(_)) => match reason {
                CancelReason::Timeout | CancelReason::Customer if self.refunded() < presale.deposit => {
                    PresaleStage::Forfeited
                }
                CancelReason::Timeout | CancelReason::Customer | CancelReason::Merchant => {
                    PresaleStage::Closed
                }
            },
        })
    }
    /// What is left to pay after the deposit, before anything that comes off with the balance.
    pub fn balance(&self) -> Money {
        self.payable - self.presale.as_ref().map_or(Money::ZERO, |presale| presale.deposit)
    }
    /// What is to be paid next of a presale order; `None` for orders without a presale campaign, and
    /// when nothing is.
    pub fn due_now(&self) -> Option<Money> {
        let presale = self.presale.as_ref()?;
        match self.presale_stage()? {
            PresaleStage::AwaitingDeposit if presale.in_full => Some(self.payable),
            PresaleStage::AwaitingDeposit => Some(presale.deposit),
            PresaleStage::AwaitingBalance => Some(self.balance()),
            PresaleStage::Paid | PresaleStage::Forfeited | PresaleStage::Closed => None,
        }
    }
    /// What the order counts toward thresholds: deposit + balance, freight left out (A-S1-1, A-S1-6).
    pub fn threshold_base(&self) -> Money {
        self.payable - self.freight_payable()
    }

    /// Refuses a stage that a presale order does not have, and a balance outside its window: accepted
    /// iff its start <= t < its end (A-S1-22).
    pub fn check_stage(&self, stage: Stage, at: Instant) -> Result<(), Refusal> {
        let Some(presale) = &self.presale else {
            return Ok(());
        };
        let refused = |detail: &str| Err(Refusal::with(Code::StageNotAllowed, detail));
        match stage {
            Stage::Full if !presale.in_full => refused("the deposit comes first, then the balance"),
            Stage::Deposit | Stage::Balance if presale.in_full => refused("everything is paid at once"),
            Stage::Balance if !presale.balance_window.contains(at) => {
                let Window { starts_at, ends_at } = presale.balance_window;
                let detail = format!("the balance is paid from {starts_at} to {ends_at}");
                Err(Refusal::with(Code::OutsidePeriod, detail))
            }
            Stage::Full | Stage::Deposit | Stage::Balance => Ok(()),
        }
    }

    /// The deposit must be exactly what the presale asks for; `None` for orders without a campaign.
    pub(super) fn deposit_due(&self) -> Option<Money> {
        self.presale.as_ref().map(|presale| presale.deposit)
    }

    /// Gives each line its share of what came off with the balance: in the order given, by deposit +
    /// balance as the earlier ones left it, never more than the balance of the line; what finds no room
    /// is lost (A-S1-5, A-S1-6, A-G-5). A freight coupon comes off the freight in the same way. Only the
    /// balance of a presale has such discounts (S1-R07).
    pub fn spread_at_balance(
        &self,
        discounts: &[Discount],
        stage: Stage,
        scopes: &Scopes<'_>,
    ) -> Result<Vec<BalanceDiscount>, Refusal> {
        if discounts.is_empty() {
            return Ok(Vec::new());
        }
        let Some(presale) = self.presale.as_ref().filter(|_| stage == Stage::Balance) else {
            let detail = "only the balance of a presale has discounts of its own";
            return Err(Refusal::with(Code::StageNotAllowed, detail));
        };
        check_discounts(discounts)?;
        let overflow = if presale.no_resplit { Overflow::Lost } else { Overflow::Resplit };
        let deposit = |index| presale.line(index).deposit;
        let mut left = Left::of(&self.lines, deposit, self.freight_payable(), overflow);
        let mut found = Vec::with_capacity(discounts.len());
        for (index, discount) in discounts.iter().enumerate() {
            let room = left.room.clone();
            let Took { amount, shares } = left.take(index, discount, scopes)?;
            if !discount.comes_off_freight() {
                presale.check_greater(discount, &shares, &room)?;
            }
            found.push(BalanceDiscount { discount: Discount { amount, ..discount.taken_in() }, shares });
        }
        Ok(found)
    }

    /// The deposit came: the order now waits for the balance, until its end.
    pub(super) fn take_deposit(&mut self, at: Instant) {
        self.deposit_paid_at = Some(at);
        let deadline = self.cancel_at.take();
        self.cancel_at = self.presale.as_ref().map(|presale| presale.balance_window.ends_at);
        self.deposit_deadline = deadline;
        // A deposit in time lifts its own deadline; any other cancellation came after it and stands.
        if let State::Cancelled { at, .. } = self.state
            && deadline == Some(at)
        {
            self.state = State::Open;
        }
    }

    /// The order was cancelled before its deposit came, though the deposit was heard of first: it came
    /// too late (A-G-8).
    pub(super) fn undo_later_deposit(&mut self, cancelled_at: Instant) {
        if self.deposit_paid_at.is_none_or(|paid_at| paid_at <= cancelled_at) {
            return;
        }
        self.deposit_paid_at = None;
        self.cancel_at = self.deposit_deadline.take();
        let deposits = self.payments.iter_mut().filter(|p| p.stage == Stage::Deposit);
        deposits.filter(|p| p.status == PaymentStatus::Succeeded).for_each(Payment::make_late);
    }

    /// Whether the deposit must stand in the books by itself: forfeited, or given back in part or all.
    pub fn deposit_to_book(&self) -> bool {
        let ended = matches!(self.state, State::Cancelled { .. }) && self.deposit_paid_at.is_some();
        let given_back = self.live_refunds().next().is_some();
        ended && (given_back || self.presale_stage() == Some(PresaleStage::Forfeited))
    }
}

fn check_discounts(discounts: &[Discount]) -> Result<(), Refusal> {
    if discounts.len() > limits::ORDER_DISCOUNTS {
        let violation = Violation::new("discounts", Code::TooMany);
        return Refusal::from_violations(Code::InvalidValue, vec![violation]);
    }
    let mut found = Vec::new();
    for (index, discount) in discounts.iter().enumerate() {
        if !(0..=limits::AMOUNT_MINOR).contains(&discount.amount.minor()) {
            found.push(Violation::new(format!("discounts[{index}].amount"), Code::OutOfRange));
        }
        let words = discount.kind.chars().chain(discount.id.iter().flat_map(|id| id.chars()));
        if words.into_iter().any(char::is_control) {
            let field = format!("discounts[{index}]");
            found.push(Violation::with(field, Code::InvalidValue, "no control characters"));
        }
    }
    Refusal::from_violations(Code::InvalidValue, found)
}
