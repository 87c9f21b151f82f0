//! What the law wants of prize draws, as data (A-S2-17): mainland China's, in force since 2020-12-01.

use money::Money;

/// A country's rules for prize draws. Amounts are fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Law {
    /// Where it comes from.
    pub source: &'static str,
    /// No prize is worth more.
    pub top_prize: Money,
    /// Winners of more than this are listed while the draw runs.
    pub listed_above: Money,
    /// Years that the terms, the notice, the plays and the winners are kept.
    pub archive_years: i16,
}

/// The law by which draws are judged, by whoever makes them and whoever checks them; the one place to change for another
/// country's.
pub const LAW: &Law = &MAINLAND_CHINA;

/// 规范促销行为暂行规定: a top prize of 50,000 yuan, winners above 500 yuan, an archive of two years.
pub const MAINLAND_CHINA: Law = Law {
    source: "规范促销行为暂行规定（2020-12-01起施行）",
    top_prize: Money::from_minor(5_000_000),
    listed_above: Money::from_minor(50_000),
    archive_years: 2,
};
