//! What can be asked of imports and of a platform's sprints.

use domain::{
    BatchId, CampaignId, ImportId,
    campaign::sprint::{Plan, Sheet},
};
use port::{ImportOutcome, ImportState, Upload};

/// What is done with an import of downloaded orders.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are those of the API")]
pub enum ImportCommand {
    /// Files with downloaded orders were uploaded; they wait for their turn.
    Create(Box<Upload>),
    /// An import is begun, or goes on after a restart.
    Start { import_id: ImportId },
    /// The server stops in order while an import runs; it goes on with the next start.
    Leave { import_id: ImportId },
    /// Somebody ends an import: at once while it waits, else where it stops next.
    Cancel { import_id: ImportId },
    /// An import has ended.
    End { import_id: ImportId, state: ImportState, outcome: Box<ImportOutcome> },
}

impl ImportCommand {
    /// The import that it is about; none before there is one.
    pub fn import_id(&self) -> Option<&ImportId> {
        match self {
            Self::Create(_) => None,
            Self::Start { import_id }
            | Self::Leave { import_id }
            | Self::Cancel { import_id }
            | Self::End { import_id, .. } => Some(import_id),
        }
    }
}

/// What is done with a platform's sprint. `by` is the id of the key that asks, `tier` counts from 0.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields are those of the API")]
pub enum SprintCommand {
    /// The platform sets one up.
    Create {
        plan: Box<Plan>,
    },
    /// The platform changes it.
    Revise {
        plan: Box<Plan>,
    },
    /// The platform invites the shop.
    Invite {
        sprint: CampaignId,
    },
    /// The shop is told of a newer revision.
    Tell {
        sprint: CampaignId,
    },
    Accept {
        sprint: CampaignId,
    },
    Decline {
        sprint: CampaignId,
    },
    Close {
        sprint: CampaignId,
    },
    /// The merchant fills the prize of a tier in.
    PutPrize {
        sprint: CampaignId,
        tier: u8,
        sheet: Box<Sheet>,
        by: String,
    },
    /// Somebody else approves it.
    Approve {
        sprint: CampaignId,
        tier: u8,
        by: String,
    },
    /// An approved key is bound.
    Bind {
        sprint: CampaignId,
        tier: u8,
        key: BatchId,
        by: String,
    },
}

impl SprintCommand {
    /// The sprint that it is about.
    pub fn sprint(&self) -> &CampaignId {
        match self {
            Self::Create { plan } | Self::Revise { plan } => &plan.sprint_id,
            Self::Invite { sprint }
            | Self::Tell { sprint }
            | Self::Accept { sprint }
            | Self::Decline { sprint }
            | Self::Close { sprint }
            | Self::PutPrize { sprint, .. }
            | Self::Approve { sprint, .. }
            | Self::Bind { sprint, .. } => sprint,
        }
    }
}
