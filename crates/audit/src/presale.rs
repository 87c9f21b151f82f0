//! Presale orders: the deposit's own books, what came off with the balance, and reminders.

use crate::checks;
use crate::sums::fits;
use crate::walk::Faults;
use domain::order::{Order, PaymentStatus, Stage, State};
use domain::sentence;
use money::Money;

/// What came off with the balance is spread over the lines, and never touches a deposit (A-S1-5).
pub fn balance_shares(order: &Order, found: &mut Faults) {
    for payment in order.payments.iter().filter(|p| p.status == PaymentStatus::Succeeded) {
        for came_off in &payment.discounts {
            let shares: Money = came_off.shares.iter().copied().sum();
            if !fits(&came_off.discount, shares) || came_off.shares.len() != order.lines.len() {
                let (kind, amount) = (&came_off.discount.kind, came_off.discount.amount);
                found.push((
                    checks::ORDER_AMOUNTS,
                    sentence![format!("the shares of {kind} sum to "), shares, ", it takes ", amount, " off"],
                ));
            }
        }
        for (index, line) in order.lines.iter().enumerate() {
            let deposit = order.presale.as_ref().map_or(Money::ZERO, |presale| presale.line(index).deposit);
            if line.payable() - payment.discounted_of(index) < deposit {
                let detail =
                    format!("what came off line {} with the balance touches its deposit", line.line_id);
                found.push((checks::ORDER_AMOUNTS, detail));
            }
        }
    }
}

/// The deposit is what the presale asks for, its books are what its fate asks for, and no reminder waits
/// on an order that has ended.
pub fn stages(order: &Order, found: &mut Faults) {
    let (booked, fits) = (order.booked_deposit(), order.deposit_to_book());
    if booked != fits {
        let detail = sentence!["of its deposit ", booked, " is booked by itself, by its fate it is ", fits];
        found.push((checks::LEDGER, detail));
    }
    let Some(presale) = &order.presale else {
        return;
    };
    let deposits = order.payments.iter().filter(|p| p.stage == Stage::Deposit);
    let deposits: Money = deposits.filter(|p| p.status == PaymentStatus::Succeeded).map(|p| p.amount).sum();
    let wanted = order.deposit_paid_at.map_or(Money::ZERO, |_| presale.deposit);
    if deposits != wanted {
        found.push((
            checks::ORDER_STAGES,
            sentence!["deposits of ", deposits, " came, the presale asks for ", wanted],
        ));
    }
    if !matches!(order.state, State::Open) && presale.next_reminder().is_some() {
        found.push((checks::ORDER_STAGES, "a reminder still waits, though the order has ended".to_owned()));
    }
}
