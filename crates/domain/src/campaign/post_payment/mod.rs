//! Rewards after payment (付款后营销, S2-R04 to R10): what a paid order brings its customer.
//!
//! Always holds: an order is rewarded once a campaign, when the last of its money has come, by what was actually paid
//! (A-S2-5, A-S2-6); a reward stands as long as its order is paid and not refunded whole; a draw goes by `draw` alone.

mod action;
mod chances;
mod check;
mod compare;
mod drawing;
mod early;
mod figures;
mod form;
mod judge;
mod offer;
mod play;
mod promise;
mod publish;
mod questions;
mod react;
mod repaid;
mod share;
mod standing;
mod terms;
mod ticket;
mod undo;
mod until;

pub use super::hours::{Day, Hours};
pub use action::{Action as TierAction, DrawTerms, NoticeTerms, Prize, PrizeKind, ReleaseTerms, Tier};
pub use drawing::{notice_of, prize_of};
pub use judge::{Around, judge};
pub use play::{Do, Done, Played};
pub use promise::{Found, draws_of, kept_by_others};
pub use questions::ever_asked;
pub use react::Kind;
pub use terms::Terms;
pub use ticket::stands;
pub use until::{has_lapsed, playable_until};

/// A campaign of rewards with one of its versions.
pub type Live<'a> = super::Live<'a, Terms>;

/// Since when the tool can be tried (S2-R09): 2016-06-20 00:00 in Shanghai.
pub const TRIED_FROM: crate::Instant = crate::Instant::from_micros(1_466_352_000_000_000);
