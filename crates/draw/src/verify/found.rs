//! What is gathered on the way through an archive.

use super::finding::{Finding, FindingCode};

/// Findings that are told one by one; of more, how many there are.
pub const TOLD: usize = 1_000;

/// What is gathered on the way.
#[derive(Debug, Default)]
pub struct Found {
    pub findings: Vec<Finding>,
    pub more: u64,
    pub notes: Vec<Finding>,
}

impl Found {
    pub fn add(&mut self, finding: Finding) {
        if self.findings.len() < TOLD {
            self.findings.push(finding);
        } else {
            self.more += 1;
        }
    }
    pub fn at(&mut self, n: u64, code: FindingCode) {
        self.add(Finding::new(code, Some(n)));
    }
    pub fn whole(&mut self, code: FindingCode) {
        self.add(Finding::new(code, None));
    }
}
