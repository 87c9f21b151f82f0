//! How a presale reacts: its orders are placed by its terms, their buyers hear of the balance, deposits are ranked.

use super::{Live, Terms, figures, reminders};
use crate::{
    Code, Instant, Refusal, Violation,
    campaign::{About, Asked, CampaignKind, Count, Desk, Figure, Nothing, Roster, Step, Tally, Wants},
    event::Placed,
    message::Message,
    order::{self, Order, OrderKind, Scopes, State},
};

/// Presale.
#[derive(Debug)]
pub struct Kind;

impl CampaignKind for Kind {
    type Terms = Terms;
    type Action = Nothing;
    type Answer = Nothing;
    const FIGURES: &'static [Figure] = figures::FIGURES;

    /// Reminders of the balance are counted over all shops (A-S1-16).
    fn wants(asked: &Asked<'_>, wants: &mut Wants) {
        let customer = match asked.about {
            About::Order(order) => order.presale.as_ref().map(|_| &order.customer_id),
            About::Placed(placed) => names_presale(placed).then_some(&placed.customer_id),
            About::Paying(..) => None,
        };
        wants.everywhere.extend(customer.cloned());
    }

    fn place(
        desk: &dyn Desk<'_>,
        placed: &Placed,
        at: Instant,
        scopes: &Scopes<'_>,
    ) -> Result<Option<Order>, Refusal> {
        if !names_presale(placed) || placed.kind != OrderKind::Presale {
            return Ok(None);
        }
        let live = named(desk, placed, at)?;
        order::place_by(desk.shop()?, placed, at, Some(live), scopes).map(Some)
    }

    /// Brings ranks and reminders after the order.
    fn follow(desk: &mut dyn Desk<'_>, order: &mut Order, step: Step) -> Result<(), Refusal> {
        let Some(presale) = order.presale.as_ref().filter(|_| step.before.is_some()) else {
            return Ok(());
        };
        if let Some(keep) = presale.ranks_kept() {
            let count = Count::Ranked { order: order.order_id.clone(), paid_at: order.deposit_paid_at, keep };
            desk.count(&presale.campaign_id, count);
        }
        let planned = !presale.reminders.is_empty();
        match (order.state, order.deposit_paid_at) {
            (State::Open, Some(deposit_at)) if !planned => reminders::plan(desk, order, deposit_at)?,
            (State::Open, _) => {}
            (State::Paid { .. } | State::Cancelled { .. }, _) => reminders::end(desk, order, step.at),
        }
        Ok(())
    }

    fn brings(order: &Order, _: &Roster, tally: &mut Tally) {
        figures::brings(order, tally);
    }

    fn wake(order: &Order) -> Option<Instant> {
        let reminder = order.presale.as_ref()?.next_reminder()?;
        Some(reminder.due_at)
    }

    fn due(desk: &mut dyn Desk<'_>, order: &mut Order) -> Result<(), Refusal> {
        reminders::fire(desk, order)
    }

    fn undelivered(desk: &mut dyn Desk<'_>, message: &Message, code: Code) -> Result<(), Refusal> {
        reminders::undelivered(desk, message, code);
        Ok(())
    }

    fn act(_: &mut dyn Desk<'_>, action: &Nothing) -> Result<Nothing, Refusal> {
        match *action {}
    }
}

fn names_presale(placed: &Placed) -> bool {
    placed.lines.iter().any(|line| line.presale_campaign_id.is_some())
}

/// The presale that the lines name, as it is in force at a moment.
fn named<'a>(desk: &dyn Desk<'a>, placed: &Placed, at: Instant) -> Result<Live<'a>, Refusal> {
    let mut named = placed.lines.iter().zip(0..);
    let named = named.find_map(|(line, index)| Some((index, line.presale_campaign_id.as_ref()?)));
    let (index, id) = named.ok_or_else(|| Refusal::new(Code::NotFound))?;
    desk.campaign(id).and_then(|row| Live::at(&row.campaign, at)).ok_or_else(|| {
        let field = format!("lines[{index}].presale_campaign_id");
        let violation = Violation::with(field, Code::NotFound, format!("no published presale {id}"));
        let mut refusal = Refusal::with(Code::InvalidValue, violation.message.clone());
        refusal.violations.push(violation);
        refusal
    })
}
