//! Member sprints (会员冲刺计划, S3): members enroll, spend up to a threshold, confirm receipt and win.
//!
//! Always holds: what a member has come to follows from their orders (`follow.rs`) and is settled at the draw (`draw.rs`),
//! in the order in which they qualified; nothing is won beyond the prizes that there are, and a coupon prize is two coupons
//! or none (A-S3-11).

mod accounts;
mod act;
mod check;
mod draw;
mod enroll;
mod exceptions;
mod figures;
mod follow;
mod form;
mod give;
mod holder;
mod open;
mod platform;
mod publish;
mod reached;
mod react;
mod say;
mod standing;
mod terms;

pub use act::{Do, Done};
pub use figures::{sums, tally};
pub use holder::holder_by;
pub use platform::{
    Binding, Bound, Closed, Conditions, Fixed, Invitation, Made, Plan, PlanTier, Remark, Sales, Sheet, Stage,
    Standing as Answered, Tried,
};
pub use publish::prizes_of;
pub use reached::reached;
pub use react::Kind;
pub use standing::{Shown, Stands, shown};
pub use terms::{AwardBy, Prize, PrizeKind, Terms, Tier, TierRule};

/// A sprint with one of its versions.
pub type Live<'a> = super::Live<'a, Terms>;
