//! Virtual assets, last: red packets, beans, e-cards, each up to what is left of the lines that may take
//! it. Red packets and beans are the platform's subsidies and stop at the price floor; an e-card is the
//! customer's own money and pays what is due.

use super::inputs::{Inputs, Verdicts};
use crate::{
    quote::{AdjustmentKind, Funder},
    reasons::{Left, Watch},
    slots::Slot,
    stacking::{LineClass, What, allowed},
    work::{Cause, Source, Work},
};
use domain::Code;

pub(super) fn run<W: Watch>(inputs: Inputs<'_>, work: &mut Work, watch: &mut W) {
    let assets = &inputs.cart.assets;
    for (what, source, funder, offered) in [
        (What::RedPacket, Source::RedPacket, Funder::Platform, assets.red_packet),
        (What::Beans, Source::Beans, Funder::Platform, assets.beans),
        (What::ECard, Source::ECard, Funder::Customer, assets.e_card),
    ] {
        if !offered.is_positive() {
            continue;
        }
        let kind = AdjustmentKind::from(what);
        let mut lines = std::mem::take(&mut work.chosen);
        lines.clear();
        let refused = open_lines(inputs, work, what, &mut lines);
        if what == What::ECard {
            pay_what_is_due(work, &lines);
        }
        let amount = offered.minor();
        let base = lines.iter().map(|line| work.slots[*line as usize].base).sum();
        if work.take(amount, &lines, Cause { source, kind, funder, base }) == 0 {
            let code = refused.filter(|_| lines.is_empty()).unwrap_or(Code::NoSaving);
            watch.left(Left::new(source, kind, code));
        } else if let Some(applied) = work.applied.last_mut() {
            // What an asset does not pay stays with the customer.
            applied.lost = 0;
        }
        lines.clear();
        work.chosen = lines;
    }
}

/// The lines that may take an asset, and why the first that may not does not.
fn open_lines(inputs: Inputs<'_>, work: &Work, what: What, lines: &mut Vec<u32>) -> Option<Code> {
    let verdicts = Verdicts::of(what, inputs.cart);
    let mut refused = None;
    for (line, at) in work.lines.iter().zip(0_u32..) {
        let presale = inputs.cart.lines[line.place as usize].presale.as_ref();
        // A-S1-9's switch: outside as within the main process.
        let verdict = match line.class {
            LineClass::PresaleOutside if presale.is_some_and(|presale| presale.assets_outside) => {
                allowed(what, LineClass::PresaleMain, inputs.cart.stage)
            }
            class => verdicts.on(class),
        };
        match verdict {
            Ok(()) => lines.push(at),
            Err(code) => refused = refused.or(Some(code)),
        }
    }
    refused
}

/// From here on slots count what is due now, floors or not: money pays it all.
fn pay_what_is_due(work: &mut Work, lines: &[u32]) {
    for line in lines {
        let at = *line as usize;
        let due = work.due(at);
        work.slots[at] = Slot { base: due, room: due };
        work.lines[at].held = 0;
    }
}
