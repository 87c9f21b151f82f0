//! Where a sprint stands: which waves are drawn, and how far.

use crate::{CustomerId, Instant, WaveId};
use serde::{Deserialize, Serialize};

/// How far the prizes of a tier have been given out in a wave.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TierRun {
    /// Members who have won, those by hand among them.
    pub won: u64,
    /// Behind whom it goes on: by when they qualified, then by their id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<(Instant, CustomerId)>,
    /// Everybody who has reached it wins: then it goes by their ids, for neighbours are stored together.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all_win: bool,
    /// Nobody else wins by the draw.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_done: bool,
}

/// How far a wave has been drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaveRun {
    /// The wave.
    pub wave_id: WaveId,
    /// Its tiers, in the order of the terms.
    pub tiers: Vec<TierRun>,
}

/// What members are reminded of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remind {
    /// To spend what is missing, before the sprint ends.
    Spend,
    /// To confirm receipt, before the draw.
    Receipt,
}

/// How far members of a wave have been reminded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReminderRun {
    /// The wave.
    pub wave_id: WaveId,
    /// Of what.
    pub of: Remind,
    /// Behind whom it goes on, by their ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<CustomerId>,
    /// Everybody has been looked at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_done: bool,
}

/// What a sprint keeps beside its members. One row a campaign, with a timer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SprintBook {
    /// The waves, in the order of the terms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waves: Vec<WaveRun>,
    /// When the first member enrolled: from then on only name and description change (A-S3-16).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_enrolled_at: Option<Instant>,
    /// How far members have been reminded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminded: Vec<ReminderRun>,
    /// When something is to be done next: the next draw or reminder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wake_at: Option<Instant>,
}

impl SprintBook {
    /// The run of a wave; made where there is none yet.
    pub fn run(&mut self, wave: &WaveId, tiers: usize) -> &mut WaveRun {
        let place = self.waves.iter().position(|run| run.wave_id == *wave).unwrap_or_else(|| {
            self.waves.push(WaveRun { wave_id: wave.clone(), tiers: vec![TierRun::default(); tiers] });
            self.waves.len() - 1
        });
        &mut self.waves[place]
    }
    /// Prizes of a tier that were won, over all waves: they share its stock.
    pub fn won(&self, tier: u8) -> u64 {
        let runs = self.waves.iter().filter_map(|run| run.tiers.get(usize::from(tier)));
        runs.map(|run| run.won).sum()
    }
    /// Whether a wave has been drawn to its end.
    pub fn is_done(&self, wave: &WaveId) -> bool {
        let run = self.waves.iter().find(|run| run.wave_id == *wave);
        run.is_some_and(|run| run.tiers.iter().all(|tier| tier.is_done))
    }
}
