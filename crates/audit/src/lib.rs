//! The auditor: walks every shop of a store and names each row that breaks an invariant.
//!
//! It only reads, and it may run while the engine writes: where two rows disagree, the first is
//! read again until it stands still between two readings, so a row that is just being changed is
//! no finding. Memory does not grow with the orders: rows come in pages, and what must be compared
//! across pages goes through tables of a fixed size (`sieve.rs`). Every row is read once or twice,
//! none is compared with every other.
//!
//! What it cannot know: settings of the past. Quiet hours and civil days are judged by the shop as
//! it is now. Claims counted over the whole platform are not recounted.

mod batches;
mod campaigns;
mod coupons;
mod customers;
mod ledger;
mod messages;
mod orders;
mod pool;
mod presale;
mod sieve;
mod timers;

use domain::{BatchId, CampaignId, Instant, ShopId, campaign::recovery, shop::Shop};
use port::{CampaignRow, Page, Read, Reader, StoreError};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows of one page.
const PAGE: usize = 1_000;
/// Findings that a report holds; a store with more is broken enough.
const FINDINGS: usize = 1_000;
/// How often a row that keeps changing is looked at again.
const LOOKS: usize = 5;

/// What was looked at and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct AuditReport {
    /// Rows looked at, by check.
    pub checked: BTreeMap<&'static str, u64>,
    /// What is wrong.
    pub findings: Vec<Finding>,
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
type Faults = Vec<(&'static str, String)>;

/// Walks the whole store. `progress` hears what is being walked and how many rows of it so far.
pub fn audit(
    reader: &dyn Reader,
    now: Instant,
    progress: &mut dyn FnMut(&str, u64),
) -> Result<AuditReport, StoreError> {
    let mut report = AuditReport::default();
    for check in CHECKS {
        report.checked.insert(check, 0);
    }
    let mut seen = sieve::Seen::default();
    let mut balance = sieve::Balance::default();
    let mut counts = BTreeMap::new();
    let mut page = first_page();
    loop {
        let shops = reader.shops(&page)?;
        for shop in &shops {
            let mut walk = Walk {
                reader,
                shop: shop.clone(),
                campaigns: BTreeMap::new(),
                batch_limits: BTreeMap::new(),
                now,
                report: &mut report,
                progress,
                counts: &mut counts,
            };
            walk.shop(&mut seen, &mut balance)?;
            if report.truncated {
                return Ok(report);
            }
        }
        match shops.last().filter(|_| shops.len() == PAGE) {
            Some(last) => page.after = Some(last.shop_id.to_string()),
            None => return Ok(report),
        }
    }
}

/// Every check, so that a report says of each how much it looked at.
const CHECKS: [&str; 21] = [
    batches::COUNTERS,
    batches::LIMITS,
    campaigns::COUNTERS,
    campaigns::QUANTITY,
    coupons::ORIGIN,
    coupons::STATE,
    coupons::LOCK,
    coupons::USED_ONCE,
    customers::CLAIMS,
    customers::LIMITS,
    ledger::LEDGER,
    messages::ONCE,
    messages::QUIET,
    messages::CATEGORY,
    orders::AMOUNTS,
    orders::STAGES,
    orders::REFUNDS,
    pool::GIVEN,
    pool::PLACES,
    pool::STOCK,
    timers::TIMERS,
];

fn first_page() -> Page {
    Page { after: None, limit: PAGE }
}

/// One shop being walked.
struct Walk<'a> {
    reader: &'a dyn Reader,
    shop: Arc<Shop>,
    campaigns: BTreeMap<CampaignId, CampaignRow>,
    batch_limits: BTreeMap<BatchId, u32>,
    now: Instant,
    report: &'a mut AuditReport,
    progress: &'a mut dyn FnMut(&str, u64),
    counts: &'a mut BTreeMap<&'static str, u64>,
}

impl Walk<'_> {
    fn shop(&mut self, seen: &mut sieve::Seen, balance: &mut sieve::Balance) -> Read<()> {
        balance.clear();
        let counters = self.read_campaigns()?;
        self.batch_limits = batches::limits(self)?;
        let (recount, of_batches) = coupons::walk(self, balance)?;
        campaigns::check(self, counters, recount)?;
        batches::walk(self, &of_batches)?;
        orders::walk(self, balance)?;
        customers::walk(self)?;
        messages::walk(self, seen)?;
        pool::walk(self)?;
        pool::add_timers(self, balance)?;
        timers::walk(self, balance)
    }

    /// Reads the campaigns anew; answers their figures.
    fn read_campaigns(&mut self) -> Read<campaigns::Figures> {
        let rows = self.reader.campaigns(self.id())?;
        let by_id = |row: CampaignRow| (row.campaign.campaign_id.clone(), row);
        self.campaigns = rows.into_iter().map(by_id).collect();
        let figures = self.campaigns.iter();
        Ok(figures.map(|(id, row)| (id.clone(), row.counters.clone())).collect())
    }

    fn id(&self) -> &ShopId {
        &self.shop.shop_id
    }

    /// The terms that a row of that campaign and version goes by.
    fn terms(&self, campaign: &CampaignId, version: u32) -> Option<&recovery::Terms> {
        let row = self.campaigns.get(campaign)?;
        row.campaign.version(version)?.terms.of()
    }

    /// Counts rows that a check looked at.
    fn looked(&mut self, check: &'static str) {
        *self.report.checked.entry(check).or_default() += 1;
    }

    fn find(&mut self, check: &'static str, subject: String, detail: String) {
        if self.report.findings.len() >= FINDINGS {
            self.report.truncated = true;
            return;
        }
        let shop = self.id().clone();
        self.report.findings.push(Finding { check, shop, subject, detail });
    }

    /// Walks a list page by page. Stops early once the report is full.
    fn pages<T>(
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
    fn confirm<T: PartialEq>(
        &mut self,
        row: T,
        again: impl Fn(&dyn Reader, &ShopId) -> Read<Option<T>>,
        faults_of: impl Fn(&Self, &T) -> Read<Faults>,
        subject: impl FnOnce() -> String,
    ) -> Read<()> {
        let mut row = row;
        for _ in 0..LOOKS {
            let faults = faults_of(self, &row)?;
            if faults.is_empty() {
                return Ok(());
            }
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
        Ok(())
    }
}
