//! Rounds of one measurement, and the figure that their median makes.

use crate::median::median;
use crate::report::Figure;

/// One run and the share of the machine that others used during it.
#[derive(Debug, Clone, Copy)]
pub struct Measured<T> {
    /// What the run gave.
    pub value: T,
    /// From 0 to 1, none where it cannot be told; see [`crate::quiet`].
    pub foreign: Option<f64>,
}

/// The rounds of one measurement, in the order they were run.
#[derive(Debug)]
pub struct Rounds<T>(Vec<Measured<T>>);

impl<T> Rounds<T> {
    /// No rounds yet.
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a round.
    pub fn push(&mut self, round: Measured<T>) {
        self.0.push(round);
    }

    /// Adds a round if there was one.
    pub fn extend(&mut self, round: Option<Measured<T>>) {
        self.0.extend(round);
    }

    /// The median of what `pick` reads from each round; none when nothing was run.
    pub fn figure(&self, name: &str, unit: &str, pick: impl Fn(&T) -> f64) -> Option<Figure> {
        let rounds: Vec<f64> = self.0.iter().map(|round| pick(&round.value)).collect();
        let shares: Option<Vec<f64>> = self.0.iter().map(|round| round.foreign).collect();
        let worst = shares.and_then(|shares| shares.into_iter().max_by(f64::total_cmp));
        median(&rounds).map(|value| Figure::new(name, unit, value, rounds, worst))
    }
}

impl<T> Default for Rounds<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_carries_its_worst_disturbance() {
        let mut rounds = Rounds::new();
        for (value, foreign) in [(10.0, 0.01), (30.0, 0.4), (20.0, 0.0)] {
            rounds.push(Measured { value, foreign: Some(foreign) });
        }
        let figure = rounds.figure("claims", "1/s", |value| *value).expect("three rounds");
        assert!((figure.value - 20.0).abs() < f64::EPSILON);
        assert_eq!(figure.foreign, Some(0.4));
        assert!(!figure.quiet);
    }

    #[test]
    fn no_rounds_make_no_figure() {
        assert!(Rounds::<f64>::new().figure("claims", "1/s", |value| *value).is_none());
    }
}
