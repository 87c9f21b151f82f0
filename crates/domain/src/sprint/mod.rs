//! Member sprints (会员冲刺计划, S3): the waves of a sprint, who takes part in them, and what they have come to.
//!
//! Always holds: what a member has come to is a function of their orders and of when they enrolled, whatever order that
//! was heard in (A-S3-2); what stood when a wave was drawn is never changed by what is heard later, which is listed beside
//! it (`late.rs`).

mod book;
mod calendar;
mod happened;
mod late;
mod member;
mod office;
mod progress;
mod spent;

pub use book::{Remind, ReminderRun, SprintBook, TierRun, WaveRun};
pub use calendar::{Wave, check_all as check_waves};
pub use happened::{Happened, Quarter, happened};
pub use late::{Decided, Late, LateCode};
pub use member::{Award, AwardStatus, Given, Member};
pub use office::{Along, PlacesKey, Sprints};
pub use progress::{Counting, CountsFrom, Progress, Reached};
pub use spent::Spent;

use crate::{CampaignId, CustomerId, ShopId, WaveId};

/// What a member's part in a wave is found by.
pub type MemberKey = (ShopId, CampaignId, WaveId, CustomerId);
