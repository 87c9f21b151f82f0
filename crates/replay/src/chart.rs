//! Small charts as inline SVG: nested bars, lying or standing.
//!
//! What always holds: coordinates are whole numbers, so the same figures draw the same bytes; colours
//! are classes of the page's style; bars stretch with the page, and their words stand outside of the
//! SVG as text of the page, so that nothing shrinks on a phone.
//!
//! What it never does: scale a bar by anything but zero at its foot.

use std::fmt::Write;

/// One of the bars that lie over each other: each is a part of the one before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    /// The class that gives its colour.
    pub class: &'static str,
    pub value: u64,
}

/// The width of a lying bar and the height of a standing one, in units of the drawing.
const LENGTH: u64 = 1_000;
/// The room of a standing bar, and the bar in it.
const SLOT: u64 = 20;
const BAR: u64 = 14;

/// The first of 1, 2, 5, 10, 20, 50 ... that is not below the value.
pub(crate) fn top(value: u64) -> u64 {
    let mut step = 1_u64;
    loop {
        for times in [1, 2, 5] {
            let top = step.saturating_mul(times);
            if top >= value {
                return top;
            }
        }
        step = step.saturating_mul(10);
    }
}

/// A lying bar, full at `full`; `title` is what it says when it is pointed at, already escaped.
pub(crate) fn lying(parts: &[Part], full: u64, title: &str) -> String {
    let mut svg = format!(
        "<svg class=\"bar\" viewBox=\"0 0 {LENGTH} 10\" preserveAspectRatio=\"none\" role=\"img\">\
         <title>{title}</title><rect class=\"rail\" width=\"{LENGTH}\" height=\"10\"/>"
    );
    for part in parts {
        let (class, width) = (part.class, length(part.value, full));
        let _ = write!(svg, "<rect class=\"{class}\" width=\"{width}\" height=\"10\"/>");
    }
    svg.push_str("</svg>");
    svg
}

/// Standing bars side by side over a grid of quarters.
pub(crate) fn standing(bars: &[(Vec<Part>, String)], full: u64) -> String {
    let width = SLOT * bars.len() as u64;
    let mut svg = format!(
        "<svg class=\"columns\" viewBox=\"0 0 {width} {LENGTH}\" preserveAspectRatio=\"none\" \
         role=\"img\">"
    );
    for quarter in 0..=4 {
        let y = LENGTH * quarter / 4;
        let _ = write!(svg, "<line class=\"grid\" x1=\"0\" x2=\"{width}\" y1=\"{y}\" y2=\"{y}\"/>");
    }
    for (slot, (parts, title)) in bars.iter().enumerate() {
        let x = SLOT * slot as u64 + (SLOT - BAR) / 2;
        let _ = write!(svg, "<g><title>{title}</title>");
        for part in parts {
            let (class, height) = (part.class, length(part.value, full));
            let y = LENGTH - height;
            let _ = write!(
                svg,
                "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{BAR}\" height=\"{height}\"/>"
            );
        }
        svg.push_str("</g>");
    }
    svg.push_str("</svg>");
    svg
}

/// What is there is seen: a value above zero is at least two units long.
fn length(value: u64, full: u64) -> u64 {
    if value == 0 || full == 0 {
        return 0;
    }
    let exact = u128::from(value) * u128::from(LENGTH) / u128::from(full);
    u64::try_from(exact).unwrap_or(LENGTH).clamp(2, LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_in_proportion_and_seen() {
        for (value, full, expected) in [
            (0, 10, 0),
            (0, 0, 0),
            (1, 1_000_000, 2),
            (5, 10, 500),
            (10, 10, 1_000),
            (11, 10, 1_000),
            (u64::MAX, u64::MAX, 1_000),
        ] {
            assert_eq!(length(value, full), expected, "{value} of {full}");
        }
    }

    #[test]
    fn the_top_is_round() {
        for (value, expected) in [(0, 1), (1, 1), (3, 5), (5, 5), (51, 100), (101, 200)] {
            assert_eq!(top(value), expected);
        }
        assert_eq!(top(u64::MAX), u64::MAX);
    }
}
