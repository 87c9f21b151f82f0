//! Within a group the first hit wins (A-S4-14).

use super::{Candidate, GiftStrategy, Run, Standing};
use crate::Code;

/// What the other strategies of a group have done to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// None gave.
    Free,
    /// One gave.
    Taken,
    /// One goes first and is not decided, or holds a rank whose amount is not final.
    Undecided,
}

impl GiftStrategy {
    /// Whether `other` stands in the same group. Group 0 stands alone.
    pub fn shares_group_with(&self, other: &Self) -> bool {
        self.group != 0 && other.group == self.group && other.strategy_id != self.strategy_id
    }

    /// Looks at what one other strategy of the group has made of the order: its run and the order's candidate
    /// there. Beyond the first N it is out.
    pub fn beside(&self, other: &Self, run: &Run, candidate: Option<&Candidate>) -> Group {
        let Some(candidate) = candidate.filter(|it| !run.is_beyond(other, &it.key)) else {
            return Group::Free;
        };
        match candidate.standing {
            Standing::Given => Group::Taken,
            // It works no more, or not yet: whoever is there takes the order.
            _ if candidate.code == Some(Code::OutsideValidity) => Group::Free,
            Standing::Open | Standing::Held if other.goes_before(self) => Group::Undecided,
            Standing::Open | Standing::Held | Standing::Waiting | Standing::Nothing | Standing::Void => {
                Group::Free
            }
        }
    }
}

impl Group {
    /// What two strategies of the group have done together: a gift counts more than a doubt.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Taken, _) | (_, Self::Taken) => Self::Taken,
            (Self::Undecided, _) | (_, Self::Undecided) => Self::Undecided,
            (Self::Free, Self::Free) => Self::Free,
        }
    }
}
