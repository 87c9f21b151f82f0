//! Figures as they are reported: a table for people, JSON for machines.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};
use serde::Serialize;

use crate::{environment::Environment, quiet::QUIET_BELOW};

/// One measured figure, beside its floor and its target where it has them.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// What was measured, under which load.
    pub name: String,
    /// The median of the rounds.
    pub value: f64,
    /// Such as `claims/s` or `us`.
    pub unit: String,
    /// The floor that this figure stands beside.
    pub floor: Option<Floor>,
    /// `value` over the floor's value.
    pub ratio: Option<f64>,
    /// What the figure should reach, in words.
    pub target: Option<String>,
    /// Whether it does.
    pub met: Option<bool>,
    /// Others of the same run that do the same work, each with what our figure is of theirs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub peers: Vec<Comparison>,
    /// Every round, in the order they were run.
    pub rounds: Vec<f64>,
    /// The largest share of the machine that others used in any round; none where it cannot be told.
    pub foreign: Option<f64>,
    /// Whether others left the machine alone in every round.
    pub quiet: bool,
}

/// A figure beside one of another tool.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// The other's name.
    pub name: String,
    /// Its median, in the same unit.
    pub value: f64,
    /// The figure over it.
    pub ratio: Option<f64>,
    /// What the ratio should be, in words.
    pub target: Option<String>,
    /// Whether it is.
    pub met: Option<bool>,
}

/// The figure of a floor, by name.
#[derive(Debug, Clone, Serialize)]
pub struct Floor {
    /// The floor's own name.
    pub name: String,
    /// Its median, in the same unit.
    pub value: f64,
}

impl Figure {
    /// A figure on its own.
    pub fn new(name: &str, unit: &str, value: f64, rounds: Vec<f64>, foreign: Option<f64>) -> Self {
        Self {
            name: name.to_owned(),
            value,
            unit: unit.to_owned(),
            floor: None,
            ratio: None,
            target: None,
            met: None,
            peers: Vec::new(),
            rounds,
            foreign,
            quiet: foreign.is_some_and(|share| share < QUIET_BELOW),
        }
    }

    /// Puts the figure beside its floor.
    #[must_use]
    pub fn beside(mut self, floor: &Self) -> Self {
        assert_eq!(self.unit, floor.unit, "a ratio needs one unit");
        self.ratio = (floor.value > 0.0).then(|| self.value / floor.value);
        self.floor = Some(Floor { name: floor.name.clone(), value: floor.value });
        self
    }

    /// The figure should reach this share of its floor; not judged without a floor.
    #[must_use]
    pub fn at_least_of_floor(mut self, share: f64) -> Self {
        self.target = Some(format!(">= {:.0} % of floor", share * 100.0));
        self.met = self.ratio.map(|ratio| ratio >= share);
        self
    }

    /// The figure should be at most this many times its floor; not judged without a floor.
    #[must_use]
    pub fn at_most_of_floor(mut self, times: f64) -> Self {
        self.target = Some(format!("<= {times} of floor"));
        self.met = self.ratio.map(|ratio| ratio <= times);
        self
    }

    /// Puts the figure beside a peer's; it should reach `share` of it, where a share is given.
    #[must_use]
    pub fn compared_with(mut self, peer: &Self, share: Option<f64>) -> Self {
        assert_eq!(self.unit, peer.unit, "a ratio needs one unit");
        let ratio = (peer.value > 0.0).then(|| self.value / peer.value);
        self.peers.push(Comparison {
            name: peer.name.clone(),
            value: peer.value,
            ratio,
            target: share.map(|share| format!(">= {:.0} % of it", share * 100.0)),
            met: ratio.zip(share).map(|(ratio, share)| ratio >= share),
        });
        self
    }

    /// The figure should be at least this.
    #[must_use]
    pub fn at_least(mut self, bound: f64) -> Self {
        self.target = Some(format!(">= {bound}"));
        self.met = Some(self.value >= bound);
        self
    }

    /// The figure should be at most this.
    #[must_use]
    pub fn at_most(mut self, bound: f64) -> Self {
        self.target = Some(format!("<= {bound}"));
        self.met = Some(self.value <= bound);
        self
    }
}

/// Puts each figure beside the floor at the same place.
pub fn beside_each(figures: Vec<Figure>, floors: &[Figure]) -> Vec<Figure> {
    figures.into_iter().zip(floors).map(|(figure, floor)| figure.beside(floor)).collect()
}

/// A whole run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The machine and the build.
    pub environment: Environment,
    /// Every figure, in the order they were measured.
    pub figures: Vec<Figure>,
    /// What the figures cannot say, such as why one is missing.
    pub notes: Vec<String>,
}

impl Report {
    /// Writes the report as JSON, making the folder where needed.
    pub fn write_json(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let json = serde_json::to_string_pretty(self)?;
        fs::write(path, json + "\n").with_context(|| format!("write {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(value: f64) -> Figure {
        Figure::new("claims", "1/s", value, vec![value], Some(0.0))
    }

    #[test]
    fn a_target_is_judged_against_the_floor() {
        let judged = figure(60.0).beside(&figure(100.0)).at_least_of_floor(0.5);
        assert_eq!(judged.ratio, Some(0.6));
        assert_eq!(judged.met, Some(true));
        assert_eq!(figure(60.0).at_least_of_floor(0.5).met, None);
    }

    #[test]
    fn a_peer_is_judged_where_a_share_is_asked_for() {
        let figure = figure(60.0).compared_with(&figure(120.0), Some(0.5)).compared_with(&figure(20.0), None);
        let [half, free] = &figure.peers[..] else { panic!("two peers") };
        assert_eq!((half.ratio, half.met), (Some(0.5), Some(true)));
        assert_eq!((free.ratio, free.met, &free.target), (Some(3.0), None, &None));
        assert_eq!(figure.ratio, None, "a peer is no floor");
    }

    #[test]
    fn bounds_hold_at_the_bound() {
        assert_eq!(figure(5.0).at_least(5.0).met, Some(true));
        assert_eq!(figure(5.0).at_most(4.9).met, Some(false));
    }

    #[test]
    fn quiet_must_be_known() {
        let unknown = Figure::new("claims", "1/s", 1.0, vec![1.0], None);
        assert!(!unknown.quiet);
    }
}
