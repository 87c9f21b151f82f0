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
mod checks;
mod conflicts;
mod coupons;
mod customers;
mod figures;
mod imports;
mod invitations;
mod ledger;
mod messages;
mod orders;
mod parts;
mod pool;
mod presale;
mod promises;
mod reward_books;
mod rewards;
mod sieve;
mod sprints;
mod sums;
mod takers;
mod tally;
mod timers;
mod to_return;
mod waiting;
mod walk;

pub use walk::{AuditReport, Finding};

use domain::{Instant, time::Zone};
use port::{Read, Reader, StoreError};
use std::collections::BTreeMap;
use walk::{PAGE, Walk, first_page};

/// Walks the whole store of a platform whose days are those of Asia/Shanghai. `progress` hears what is being walked and
/// how many rows of it so far.
pub fn audit(
    reader: &dyn Reader,
    now: Instant,
    progress: &mut dyn FnMut(&str, u64),
) -> Result<AuditReport, StoreError> {
    audit_in(reader, now, &Zone::shanghai(), progress)
}

/// The same in a zone of the platform's own: it decides the days of what spans shops (A-G-13).
pub fn audit_in(
    reader: &dyn Reader,
    now: Instant,
    platform_zone: &Zone,
    progress: &mut dyn FnMut(&str, u64),
) -> Result<AuditReport, StoreError> {
    let mut report = AuditReport::default();
    for check in checks::CHECKS {
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
                platform_zone,
                report: &mut report,
                progress,
                counts: &mut counts,
            };
            walk_shop(&mut walk, &mut seen, &mut balance)?;
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

/// Every check of one shop.
fn walk_shop(walk: &mut Walk<'_>, seen: &mut sieve::Seen, balance: &mut sieve::Balance) -> Read<()> {
    balance.clear();
    let counters = walk.read_campaigns()?;
    walk.batch_limits = batches::limits(walk)?;
    let (recount, of_batches) = coupons::walk(walk, balance)?;
    campaigns::check(walk, counters, recount)?;
    batches::walk(walk, &of_batches)?;
    orders::walk(walk, balance)?;
    to_return::walk(walk)?;
    waiting::walk(walk)?;
    conflicts::walk(walk)?;
    figures::check(walk)?;
    customers::walk(walk)?;
    messages::walk(walk, seen, balance)?;
    rewards::walk(walk)?;
    sprints::walk(walk, balance)?;
    invitations::walk(walk, balance)?;
    pool::walk(walk)?;
    pool::add_timers(walk, balance)?;
    imports::walk(walk)?;
    timers::walk(walk, balance)
}
