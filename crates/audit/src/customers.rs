//! Customers: their claims are counted as their coupons are, and stay inside the limits.

use crate::checks;
use crate::walk::{Faults, PAGE, Walk};
use domain::{
    CouponId, CustomerId,
    campaign::recovery::FrequencyScope,
    coupon::Coupon,
    customer::{Counted, Standing},
    time::CivilDay,
};
use port::{Page, Read};
use std::collections::BTreeMap;

const PER_DAY: u32 = 1;
const IN_ALL: u32 = 6;

/// Walks the customers' standings.
pub fn walk(walk: &mut Walk<'_>) -> Read<()> {
    walk.pages(
        "customers",
        |reader, shop, page| reader.standings(shop, page),
        |(customer, _)| customer.to_string(),
        |walk, (customer, standing)| {
            walk.looked(checks::CLAIMS_COUNTED);
            walk.looked(checks::CLAIM_LIMITS);
            walk.confirm(
                standing,
                |reader, shop| reader.standing(shop, &customer),
                |walk, standing| faults(walk, &customer, standing),
                || format!("customer {customer}"),
            )
        },
    )
}

/// Claims in all and by day.
#[derive(Default)]
struct Owned {
    total: u32,
    days: BTreeMap<CivilDay, u32>,
}

fn faults(walk: &Walk<'_>, customer: &CustomerId, standing: &Standing) -> Read<Faults> {
    let mut owned: BTreeMap<Counted, Owned> = BTreeMap::new();
    let mut page = Page { after: None, limit: PAGE };
    loop {
        let coupons = walk.reader.customer_coupons(walk.id(), customer, None, &page)?;
        for coupon in &coupons {
            if let Some(counted) = counted(walk, coupon) {
                let owned = owned.entry(counted).or_default();
                owned.total += 1;
                let day = walk.shop.time_zone.day(coupon.claimed_at);
                *owned.days.entry(day).or_default() += 1;
            }
        }
        let id = |coupon: &Coupon| -> CouponId { coupon.coupon_id.clone() };
        match coupons.last().filter(|_| coupons.len() == page.limit) {
            Some(last) => page.after = Some(id(last).to_string()),
            None => break,
        }
    }
    let mut found = Faults::new();
    for (counted, claims) in &standing.claims {
        let coupons = owned.get(counted).map_or(0, |owned| owned.total);
        if claims.total != coupons {
            let detail = format!(
                "{} claims of {} are counted, there are {coupons} coupons",
                claims.total,
                name(counted)
            );
            found.push((checks::CLAIMS_COUNTED, detail));
        }
    }
    for (counted, owned) in owned {
        if owned.total > IN_ALL {
            found.push((
                checks::CLAIM_LIMITS,
                format!("{} coupons of {}, six are allowed", owned.total, name(&counted)),
            ));
        }
        if let Some((day, count)) = owned.days.iter().find(|(_, count)| **count > PER_DAY) {
            let detail =
                format!("{count} coupons of {} on civil day {}, one is allowed", name(&counted), day.0);
            found.push((checks::CLAIM_LIMITS, detail));
        }
    }
    Ok(found)
}

fn name(counted: &Counted) -> String {
    match counted {
        Counted::Campaign(id) => format!("campaign {id}"),
        Counted::All => "the shop".to_owned(),
    }
}

/// What a coupon was counted for in its shop; `None` when it counts over the platform.
fn counted(walk: &Walk<'_>, coupon: &Coupon) -> Option<Counted> {
    let offer = coupon.origin.offer()?;
    match walk.terms(&offer.campaign_id, offer.version)?.frequency_scope {
        FrequencyScope::Campaign => Some(Counted::Campaign(offer.campaign_id.clone())),
        FrequencyScope::Shop => Some(Counted::All),
        FrequencyScope::Platform => None,
    }
}

/// A coupon's claim is counted in its customer's standing.
pub fn of_coupon(walk: &Walk<'_>, coupon: &Coupon, found: &mut Faults) -> Read<()> {
    let Some(counted) = counted(walk, coupon) else {
        return Ok(());
    };
    let standing = walk.reader.standing(walk.id(), &coupon.customer_id)?;
    if !standing.is_some_and(|standing| standing.claims.contains_key(&counted)) {
        let detail = format!("customer {} has no claim counted for it", coupon.customer_id);
        found.push((checks::CLAIMS_COUNTED, detail));
    }
    Ok(())
}
