//! Presale figures. With the deposit nothing but the deposit is paid. At the balance a line counts with
//! deposit + balance = price - gain toward thresholds (S1-R16..R20, A-S1-1), and no more than the balance
//! can come off it (A-S1-5).

use super::Inputs;
use crate::{
    cart::{PresaleLine, Stage},
    quote::{AdjustmentKind, Funder},
    work::{Applied, Source, Work},
};

pub(super) fn run(inputs: Inputs<'_>, work: &mut Work) {
    if inputs.cart.stage == Stage::Normal {
        return;
    }
    for line in 0..work.lines.len() {
        let place = work.lines[line].place as usize;
        let Some(presale) = &inputs.cart.lines[place].presale else { continue };
        match inputs.cart.stage {
            Stage::Normal => {}
            Stage::Deposit => deposit(work, line, presale),
            Stage::Balance => balance(work, line, presale),
        }
    }
}

fn deposit(work: &mut Work, line: usize, presale: &PresaleLine) {
    let deposit = presale.deposit.minor();
    let later = work.lines[line].list - deposit;
    note(work, line, AdjustmentKind::BalanceLater, Funder::Customer, later);
    let slot = &mut work.slots[line];
    (slot.base, slot.room) = (deposit, 0);
}

fn balance(work: &mut Work, line: usize, presale: &PresaleLine) {
    let (deposit, gain) = (presale.deposit.minor(), presale.gain.minor());
    note(work, line, AdjustmentKind::PresaleGain, Funder::Merchant, gain);
    note(work, line, AdjustmentKind::DepositPaid, Funder::Customer, deposit);
    let entry = &mut work.lines[line];
    entry.held = deposit;
    let slot = &mut work.slots[line];
    slot.base = entry.list - gain;
    slot.room = (slot.base - deposit.max(entry.floor)).max(0);
}

fn note(work: &mut Work, line: usize, kind: AdjustmentKind, funder: Funder, amount: i64) {
    if amount > 0 {
        let base = work.lines[line].list;
        let line = crate::index::count(line);
        let source = Source::Presale(line);
        work.applied.push(Applied { source, kind, funder, amount, base, lost: 0 });
        work.note(line, amount);
    }
}
