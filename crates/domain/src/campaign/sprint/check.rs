//! What holds between the fields of a sprint's terms.

use super::form;
use super::terms::{COUPONS_EACH, Prize, PrizeKind, Terms};
use crate::{
    Code, Instant, Violation,
    campaign::{
        field::Form,
        terms::{Frame, KindTerms},
    },
    sprint,
    time::Window,
};

/// Appends what does not go together.
fn together(terms: &Terms, found: &mut Vec<Violation>) {
    sprint::check_waves(&terms.waves, "terms.waves", found);
    for (index, tier) in terms.tiers.iter().enumerate() {
        let at = format!("terms.tiers[{index}]");
        if index > 0 && tier.threshold <= terms.tiers[index - 1].threshold {
            let message = "above the tier before";
            found.push(Violation::with(format!("{at}.threshold"), Code::OutOfRange, message));
        }
        prize(&tier.prize, &format!("{at}.prize"), found);
    }
}

/// A prize has the fields of its kind alone.
fn prize(prize: &Prize, at: &str, found: &mut Vec<Violation>) {
    let fields = [
        ("batch_id", prize.batch_id.is_some(), PrizeKind::Coupon),
        ("release_quantity", prize.release_quantity.is_some(), PrizeKind::Coupon),
        ("sku", prize.sku.is_some(), PrizeKind::Goods),
        ("stock", prize.stock.is_some(), PrizeKind::Goods),
    ];
    for (name, is_there, of) in fields {
        let field = format!("{at}.{name}");
        match (is_there, of == prize.kind) {
            (false, true) => found.push(Violation::new(field, Code::Required)),
            (true, false) => {
                found.push(Violation::with(field, Code::InvalidValue, "not of this kind of prize"));
            }
            (true, true) | (false, false) => {}
        }
    }
}

/// Appends waves that lie outside the campaign's period.
fn within(terms: &Terms, (starts_at, ends_at): (Instant, Instant), found: &mut Vec<Violation>) {
    for (index, wave) in terms.waves.iter().enumerate() {
        let (at, span) = (format!("terms.waves[{index}]"), wave.span());
        if span.starts_at < starts_at {
            let message = "at the start of the campaign or later";
            found.push(Violation::with(format!("{at}.enrollment.starts_at"), Code::OutOfRange, message));
        }
        if span.ends_at > ends_at {
            let message = "at the end of the campaign or before";
            found.push(Violation::with(format!("{at}.redemption.ends_at"), Code::OutOfRange, message));
        }
    }
}

/// Appends waves in which nobody can enroll any more when they are chosen.
fn over(terms: &Terms, now: Instant, found: &mut Vec<Violation>) {
    for (index, wave) in terms.waves.iter().enumerate() {
        if wave.enrollment.ends_at <= now && wave.enrollment.starts_at < wave.enrollment.ends_at {
            let field = format!("terms.waves[{index}].enrollment.ends_at");
            found.push(Violation::new(field, Code::EndedAlready));
        }
    }
}

/// An odd number of coupons leaves one that nobody wins (A-S3-4).
fn warnings(terms: &Terms) -> Vec<Violation> {
    let odd = terms.tiers.iter().enumerate().filter(|(_, tier)| {
        tier.prize.release_quantity.is_some_and(|quantity| quantity % u64::from(COUPONS_EACH) != 0)
    });
    let warn = |(index, _): (usize, _)| {
        let field = format!("terms.tiers[{index}].prize.release_quantity");
        Violation::with(field, Code::OddQuantity, "whoever wins gets two coupons; one is left over")
    };
    odd.map(warn).collect()
}

impl KindTerms for Terms {
    const NAME: &'static str = "sprint";
    const FORM: Form = form::FORM;

    fn check_together(&self, found: &mut Vec<Violation>) {
        together(self, found);
    }
    fn check(&self, frame: &Frame<'_>, found: &mut Vec<Violation>) {
        self.check_terms(found);
        frame.check_period(found);
        let Window { starts_at, ends_at } = frame.period;
        within(self, (starts_at, ends_at), found);
        over(self, frame.now, found);
    }
    fn warnings(&self, _: &Frame<'_>) -> Vec<Violation> {
        warnings(self)
    }
}
