//! What a cart must be before it is priced. Amounts are bounded here, so that the layers can add and
//! multiply plain integers.

use crate::{
    cart::{Cart, CartLine, Stage},
    line::{CATEGORIES, Line},
    stacking::LineClass,
    work::Work,
};
use domain::{Code, Refusal, Violation, limits, sentence};
use money::Money;

/// Everything that is wrong with a cart, naming the fields: `out_of_range`, `negative_amount`,
/// `too_many`, `required`, `duplicate`, `stage_not_allowed`, `not_in_main_process`.
pub(crate) fn check(cart: &Cart) -> Result<(), Refusal> {
    let fine = (1..=limits::ORDER_LINES).contains(&cart.lines.len())
        && cart.segments.len() <= limits::SEGMENTS
        && cart.lines.iter().all(|line| is_fine(line, cart.stage))
        && fine_amounts(cart);
    // The list of what is wrong is made only where something is.
    if fine { Ok(()) } else { refuse(violations(cart)) }
}

/// What can be told only when the lines stand in the order of their ids: none is there twice. And a
/// presale outside the main process settles alone (S1-R01).
pub(crate) fn check_sorted(cart: &Cart, work: &Work) -> Result<(), Refusal> {
    // As in `check`: the list is made only where there may be something to list.
    if work.distinct && cart.stage != Stage::Balance {
        Ok(())
    } else {
        refuse(faults_of_sorted(cart, &work.lines))
    }
}

fn faults_of_sorted(cart: &Cart, lines: &[Line]) -> Vec<Violation> {
    let id = |line: &Line| cart.lines[line.place as usize].name();
    let twice = lines.windows(2).filter(|pair| id(&pair[0]) == id(&pair[1]));
    let at = |line: &Line, name: &str| format!("lines[{}].{name}", line.place);
    let mut found: Vec<Violation> =
        twice.map(|pair| Violation::new(at(&pair[1], "line_id"), Code::Duplicate)).collect();
    if cart.stage == Stage::Balance {
        let outside = |line: &&Line| line.class == LineClass::PresaleOutside;
        if let Some(line) = lines.iter().find(outside)
            && !lines.iter().all(|line| outside(&line))
        {
            let message = "a presale outside the main process is paid by itself";
            found.push(Violation::with(at(line, "presale"), Code::NotInMainProcess, message));
        }
    }
    found
}

fn refuse(found: Vec<Violation>) -> Result<(), Refusal> {
    Refusal::from_violations(Code::InvalidValue, found)
}

const fn is_amount(amount: Money) -> bool {
    amount.minor() >= 0 && amount.minor() <= limits::AMOUNT_MINOR
}

fn is_fine(line: &CartLine, stage: Stage) -> bool {
    let amount = is_amount(line.unit_price) && list(line).is_some_and(is_amount);
    let fine = amount && line.quantity >= 1 && line.categories.len() <= CATEGORIES;
    match (&line.presale, stage) {
        (None, Stage::Normal | Stage::Balance) => fine,
        (Some(_), Stage::Deposit | Stage::Balance) => fine && presale_fault(line).is_none(),
        (None, Stage::Deposit) | (Some(_), Stage::Normal) => false,
    }
}

fn fine_amounts(cart: &Cart) -> bool {
    let assets = [cart.assets.red_packet, cart.assets.beans, cart.assets.e_card];
    let freight = cart.freight.is_none_or(|freight| is_amount(freight.threshold) && is_amount(freight.fee));
    freight && assets.into_iter().all(is_amount)
}

fn list(line: &CartLine) -> Option<Money> {
    let quantity = (line.quantity <= limits::LINE_QUANTITY).then_some(line.quantity)?;
    line.unit_price.checked_mul(i64::try_from(quantity).ok()?)
}

/// Deposit and gain are no more than the price (A-S1-1, A-S1-2).
fn presale_fault(line: &CartLine) -> Option<(&'static str, Code)> {
    let presale = line.presale.as_ref()?;
    if presale.deposit.is_negative() {
        return Some(("presale.deposit", Code::NegativeAmount));
    }
    if presale.gain.is_negative() {
        return Some(("presale.gain", Code::NegativeAmount));
    }
    let sum = presale.deposit.checked_add(presale.gain);
    let within = sum.is_some_and(|sum| list(line).is_none_or(|list| sum <= list));
    (!within).then_some(("presale.deposit", Code::OutOfRange))
}

fn violations(cart: &Cart) -> Vec<Violation> {
    let mut found = Vec::new();
    if cart.lines.is_empty() {
        found.push(Violation::with("lines", Code::Required, "at least 1"));
    }
    if cart.lines.len() > limits::ORDER_LINES {
        found.push(Violation::with("lines", Code::TooMany, format!("at most {}", limits::ORDER_LINES)));
        return found;
    }
    if cart.segments.len() > limits::SEGMENTS {
        found.push(Violation::with("segments", Code::TooMany, format!("at most {}", limits::SEGMENTS)));
    }
    for (index, line) in cart.lines.iter().enumerate() {
        line_violations(index, line, cart.stage, &mut found);
    }
    let assets = &cart.assets;
    amount("assets.red_packet", assets.red_packet, &mut found);
    amount("assets.beans", assets.beans, &mut found);
    amount("assets.e_card", assets.e_card, &mut found);
    if let Some(freight) = cart.freight {
        amount("freight.threshold", freight.threshold, &mut found);
        amount("freight.fee", freight.fee, &mut found);
    }
    found
}

fn line_violations(index: usize, line: &CartLine, stage: Stage, found: &mut Vec<Violation>) {
    let field = |name: &str| format!("lines[{index}].{name}");
    if !(1..=limits::LINE_QUANTITY).contains(&line.quantity) {
        let message = format!("1 to {}", limits::LINE_QUANTITY);
        found.push(Violation::with(field("quantity"), Code::OutOfRange, message));
    }
    amount(&field("unit_price"), line.unit_price, found);
    if is_amount(line.unit_price) && list(line).is_some_and(|list| !is_amount(list)) {
        let message = sentence!["times quantity at most ", Money::from_minor(limits::AMOUNT_MINOR)];
        found.push(Violation::with(field("unit_price"), Code::OutOfRange, message));
    }
    if line.categories.len() > CATEGORIES {
        found.push(Violation::with(field("categories"), Code::TooMany, "three levels at most"));
    }
    match (&line.presale, stage) {
        (Some(_), Stage::Normal) => {
            let message = "presale lines are priced in stage deposit or balance";
            found.push(Violation::with(field("presale"), Code::StageNotAllowed, message));
        }
        (None, Stage::Deposit) => {
            let message = "stage deposit takes presale lines only";
            found.push(Violation::with(field("presale"), Code::StageNotAllowed, message));
        }
        (None, Stage::Normal | Stage::Balance) => {}
        (Some(_), Stage::Deposit | Stage::Balance) => {
            if let Some((name, code)) = presale_fault(line) {
                found.push(Violation::new(field(name), code));
            }
        }
    }
}

fn amount(field: &str, amount: Money, found: &mut Vec<Violation>) {
    if amount.is_negative() {
        found.push(Violation::new(field, Code::NegativeAmount));
    } else if !is_amount(amount) {
        let message = sentence!["at most ", Money::from_minor(limits::AMOUNT_MINOR)];
        found.push(Violation::with(field, Code::OutOfRange, message));
    }
}
