//! One shop being walked: its rows page by page, a second look at what seems wrong, and the report that
//! findings go into.

use crate::tally::CampaignFigures;
use domain::{BatchId, CampaignId, Instant, Sentence, ShopId, campaign::recovery, shop::Shop, time::Zone};
use port::{CampaignRow, Page, Read, Reader};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows of one page.
pub const PAGE: usize = 1_000;
/// Findings that a report holds; a store with more is broken enough.
const FINDINGS: usize = 1_000;
/// How often a row that keeps changing is looked at again.
pub const LOOKS: usize = 5;

/// What was looked at and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct AuditReport {
    /// Rows looked at, by check.
    pub checked: BTreeMap<&'static str, u64>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What was written to each time it was looked at, so that nothing can be said of it. On a backup nothing moves.
    pub moved: Vec<Finding>,
    /// More was wrong than the report holds; the rest of the store was not walked.
    pub truncated: bool,
}

/// One row that breaks an invariant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The check's stable name.
    pub check: &'static str,
    /// The shop.
    pub shop: ShopId,
    /// The row: kind and id, such as `order o-1`.
    pub subject: String,
    /// What is wrong with it, a sentence.
    pub detail: String,
}

/// What is wrong with one row: the check and the sentence.
#[derive(Default)]
pub struct Faults(Vec<(&'static str, Sentence)>);

impl Faults {
    pub fn new() -> Self {
        Self::default()
    }
    pub fn push(&mut self, (check, detail): (&'static str, impl Into<Sentence>)) {
        self.0.push((check, detail.into()));
    }
}

impl<D: Into<Sentence>> FromIterator<(&'static str, D)> for Faults {
    fn from_iter<I: IntoIterator<Item = (&'static str, D)>>(found: I) -> Self {
        Self(found.into_iter().map(|(check, detail)| (check, detail.into())).collect())
    }
}

/// The first page of a list.
pub fn first_page() -> Page {
    Page { after: None, limit: PAGE }
}

/// The page of one row that begins where a row of that id would be: after the largest text that is less than it.
pub fn page_of(id: &str) -> Page {
    let mut before = id.to_owned();
    let last = before.pop().map_or(0, u32::from);
    let lower = (0..last).rev().find_map(char::from_u32);
    before.extend(lower.into_iter().chain(lower.map(|_| char::MAX)));
    Page { after: Some(before).filter(|text| !text.is_empty()), limit: 1 }
}

/// One shop being walked.
pub struct Walk<'a> {
    pub reader: &'a dyn Reader,
    pub shop: Arc<Shop>,
    pub campaigns: BTreeMap<CampaignId, CampaignRow>,
    pub batch_limits: BTreeMap<BatchId, u32>,
    pub now: Instant,
    /// Its days count what spans shops.
    pub platform_zone: &'a Zone,
    pub report: &'a mut AuditReport,
    pub progress: &'a mut dyn FnMut(&str, u64),
    pub counts: &'a mut BTreeMap<&'static str, u64>,
}

impl Walk<'_> {
    /// Reads the campaigns anew; answers their figures.
    pub fn read_campaigns(&mut self) -> Read<CampaignFigures> {
        let rows = self.reader.campaigns(self.id())?;
        let by_id = |row: CampaignRow| (row.campaign.campaign_id.clone(), row);
        self.campaigns = rows.into_iter().map(by_id).collect();
        let figures = self.campaigns.iter();
        Ok(figures.map(|(id, row)| (id.clone(), row.counters.clone())).collect())
    }

    pub fn id(&self) -> &ShopId {
        &self.shop.shop_id
    }

    /// The terms that a row of that campaign and version goes by.
    pub fn terms(&self, campaign: &CampaignId, version: u32) -> Option<&recovery::Terms> {
        let row = self.campaigns.get(campaign)?;
        row.campaign.version(version)?.terms.of()
    }

    /// Counts rows that a check looked at.
    pub fn looked(&mut self, check: &'static str) {
        *self.report.checked.entry(check).or_default() += 1;
    }

    /// Notes a finding; amounts are told in the shop's currency (A-G-12).
    pub fn find(&mut self, check: &'static str, subject: String, detail: impl Into<Sentence>) {
        if self.report.findings.len() >= FINDINGS {
            self.report.truncated = true;
            return;
        }
        let (shop, detail) = (self.id().clone(), detail.into().text(self.shop.money()));
        self.report.findings.push(Finding { check, shop, subject, detail });
    }

    /// Notes what never stood still, which says nothing of what it is.
    pub fn moved(&mut self, check: &'static str, subject: String) {
        if self.report.moved.len() < FINDINGS {
            let shop = self.id().clone();
            let detail = format!("it changed each of the {LOOKS} times that it was looked at");
            self.report.moved.push(Finding { check, shop, subject, detail });
        }
    }

    /// Walks a list page by page. Stops early once the report is full.
    pub fn pages<T>(
        &mut self,
        what: &'static str,
        list: impl Fn(&dyn Reader, &ShopId, &Page) -> Read<Vec<T>>,
        key: impl Fn(&T) -> String,
        mut each: impl FnMut(&mut Self, T) -> Read<()>,
    ) -> Read<()> {
        let mut page = first_page();
        loop {
            let rows = list(self.reader, &self.shop.shop_id, &page)?;
            let count = rows.len();
            page.after = rows.last().map(&key);
            for row in rows {
                each(self, row)?;
            }
            let so_far = self.counts.entry(what).or_default();
            *so_far += count as u64;
            (self.progress)(what, *so_far);
            if count < PAGE || self.report.truncated {
                return Ok(());
            }
        }
    }

    /// Checks a row against others. When something is wrong the row is read again: only if it
    /// stood still meanwhile is the fault in the store and not in the moment.
    pub fn confirm<T: PartialEq>(
        &mut self,
        row: T,
        again: impl Fn(&dyn Reader, &ShopId) -> Read<Option<T>>,
        faults_of: impl Fn(&Self, &T) -> Read<Faults>,
        subject: impl FnOnce() -> String,
    ) -> Read<()> {
        let mut row = row;
        let mut suspected = None;
        for _ in 0..LOOKS {
            let Faults(faults) = faults_of(self, &row)?;
            let Some((check, _)) = faults.first() else {
                return Ok(());
            };
            suspected = Some(*check);
            let Some(now) = again(self.reader, self.id())? else {
                return Ok(());
            };
            if now == row {
                let subject = subject();
                for (check, detail) in faults {
                    self.find(check, subject.clone(), detail);
                }
                return Ok(());
            }
            row = now;
            // A version may have been added since the campaigns were read.
            self.read_campaigns()?;
        }
        if let Some(check) = suspected {
            self.moved(check, subject());
        }
        Ok(())
    }
}
