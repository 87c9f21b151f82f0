//! Member sprints: what is kept of a member is what their orders say, what they have reached follows from it, and no more is
//! won than there is (A-S3-2, A-S3-3, A-S3-11).

use crate::checks::SPRINTS;
use crate::sieve::Balance;
use crate::walk::{Faults, LOOKS, Walk, first_page};
use domain::{
    CampaignId, CustomerId, WaveId,
    campaign::{
        Tally,
        sprint::{self, Live},
    },
    order::Order,
    sprint::{
        Along, Award, AwardStatus, CountsFrom, Given, Happened, Member, PlacesKey, Quarter, Spent,
        SprintBook, Wave, happened,
    },
};
use port::{CampaignRow, Members, Page, Read, Subject};
use std::collections::BTreeMap;

/// The shop's sprints that were published.
pub fn of_shop(rows: &BTreeMap<CampaignId, CampaignRow>) -> impl Iterator<Item = CampaignRow> {
    let is_one = |row: &&CampaignRow| Live::current(&row.campaign).is_some();
    rows.values().filter(is_one).cloned()
}

/// Walks the members of each sprint, then recounts it.
pub fn walk(walk: &mut Walk<'_>, balance: &mut Balance) -> Read<()> {
    for row in of_shop(&walk.campaigns).collect::<Vec<_>>() {
        let id = &row.campaign.campaign_id;
        let book = walk.reader.sprint(walk.id(), id)?.unwrap_or_default();
        if let Some(due_at) = book.wake_at {
            balance.add(&Subject::Sprint(id.clone()).parts(), &due_at);
        }
        let Some(live) = Live::current(&row.campaign) else { continue };
        for wave in &live.terms.waves {
            members(walk, live, wave)?;
            added_up(walk, live, wave)?;
        }
        recount(walk, live, &row)?;
        if walk.report.truncated {
            break;
        }
    }
    Ok(())
}

fn members(walk: &mut Walk<'_>, live: Live<'_>, wave: &Wave) -> Read<()> {
    let (id, part) = (live.campaign.campaign_id.clone(), wave.wave_id.clone());
    walk.pages(
        "sprint members",
        |reader, shop, page| reader.sprint_members(shop, (&id, &part), Members::All, page),
        |(customer, _)| customer.to_string(),
        |walk, (customer, member)| {
            walk.looked(SPRINTS);
            walk.confirm(
                member,
                |reader, shop| reader.sprint_member(shop, (&id, &part), &customer),
                |walk, member| of_member(walk, live, wave, (&customer, member)),
                || format!("member {customer} of wave {part} of {id}"),
            )
        },
    )
}

/// What happened in a wave is what its members bring; a wave that is written to meanwhile is looked at again.
fn added_up(walk: &mut Walk<'_>, live: Live<'_>, wave: &Wave) -> Read<()> {
    let (id, part) = (live.campaign.campaign_id.clone(), wave.wave_id.clone());
    for _ in 0..LOOKS {
        let kept = |walk: &Walk<'_>| walk.reader.sprint_happened(walk.id(), &id);
        let before = kept(walk)?;
        let Some(rows) = &before else { return Ok(()) };
        let mut sums: BTreeMap<Quarter, Happened> = BTreeMap::new();
        for (_, quarter, row) in rows.iter().filter(|(wave, ..)| *wave == part) {
            sums.entry(*quarter).or_default().add(row, 1);
        }
        let mut page = first_page();
        loop {
            let found = walk.reader.sprint_members(walk.id(), (&id, &part), Members::All, &page)?;
            let Some((last, _)) = found.last() else { break };
            page.after = Some(last.to_string());
            for (_, member) in &found {
                for (quarter, brought) in happened(wave, live.terms.counts_from, member) {
                    sums.entry(quarter).or_default().add(&brought, -1);
                }
            }
        }
        sums.retain(|_, left| !left.is_nothing());
        let Some((quarter, left)) = sums.first_key_value() else { return Ok(()) };
        if kept(walk)? != before {
            continue;
        }
        let detail =
            format!("wave {part} of {id}: from {} on its figures are off by {left:?}", quarter.starts_at());
        walk.find(SPRINTS, format!("sprint {id}"), detail);
        return Ok(());
    }
    walk.moved(SPRINTS, format!("sprint {id}"));
    Ok(())
}

fn of_member(
    walk: &Walk<'_>,
    live: Live<'_>,
    wave: &Wave,
    (customer, member): (&CustomerId, &Member),
) -> Read<Faults> {
    let mut found = Faults::new();
    let mut fault = |detail: String| found.push((SPRINTS, detail));
    for spent in &member.orders {
        let order = walk.reader.order(walk.id(), &spent.order_id)?;
        let is_theirs = |order: &Order| -> Read<bool> {
            Ok(order.customer_id == *customer || holder(walk, &order.customer_id, wave)? == *customer)
        };
        let now = order.as_ref().map(|order| is_theirs(order).map(|theirs| theirs.then_some(order)));
        let now = now.transpose()?.flatten();
        if now.and_then(|order| Spent::of(order, &live.version.scope)).as_ref() != Some(spent) {
            fault(format!("order {} is kept otherwise than it stands", spent.order_id));
        }
    }
    let reached = sprint::reached(live.terms, wave, member);
    if !wave.is_drawn(walk.now) && reached.is_some_and(|reached| reached != member.reached) {
        fault("what was reached is not what the orders say".to_owned());
    }
    let key = |tier| PlacesKey {
        shop_id: walk.id().clone(),
        campaign_id: live.campaign.campaign_id.clone(),
        wave_id: wave.wave_id.clone(),
        tier,
        along: Along::Rank,
        after: None,
        skip: 0,
        limit: usize::MAX,
    };
    for reached in &member.reached {
        let before =
            PlacesKey { after: Some(before(reached.qualified_at, customer)), limit: 1, ..key(reached.tier) };
        let place = walk.reader.sprint_places(&before)?;
        if place.first() != Some(&(reached.qualified_at, customer.clone())) {
            fault(format!("tier {} was reached, and its place is not there", reached.tier));
        }
    }
    for award in &member.awards {
        of_award(walk, live, (customer, award), &mut found)?;
    }
    Ok(found)
}

/// Who takes part in a wave for an account.
fn holder(walk: &Walk<'_>, account: &CustomerId, wave: &Wave) -> Read<CustomerId> {
    let merged = |account: &CustomerId| {
        let standing = walk.reader.standing(walk.id(), account)?;
        Ok(standing.and_then(|standing| standing.merged))
    };
    sprint::holder_by(merged, account, wave)
}

/// The place right before one.
fn before(at: domain::Instant, customer: &CustomerId) -> (domain::Instant, CustomerId) {
    let page = crate::walk::page_of(customer.as_str());
    let text = page.after.and_then(|text| CustomerId::try_new(&text).ok());
    match text {
        Some(id) => (at, id),
        None => (domain::Instant::from_micros(at.micros() - 1), customer.clone()),
    }
}

/// A coupon prize is two coupons of the member's, or none (A-S3-11).
fn of_award(
    walk: &Walk<'_>,
    live: Live<'_>,
    (customer, award): (&CustomerId, &Award),
    found: &mut Faults,
) -> Read<()> {
    if (award.status == AwardStatus::Given) != (award.given.is_some() && award.status != AwardStatus::Void) {
        found.push((
            SPRINTS,
            format!("the prize of tier {} is {:?}, given: {:?}", award.tier, award.status, award.given),
        ));
    }
    let Some(Given::Coupons(coupons)) = &award.given else { return Ok(()) };
    if coupons.len() != 2 {
        found.push((SPRINTS, format!("the prize of tier {} is {} coupons", award.tier, coupons.len())));
    }
    for id in coupons {
        let coupon = walk.reader.coupon(walk.id(), id)?;
        let is_theirs = coupon.is_some_and(|coupon| {
            coupon.customer_id == *customer && coupon.counted_for() == Some(&live.campaign.campaign_id)
        });
        if !is_theirs {
            found
                .push((SPRINTS, format!("coupon {id}, which was won, is not the member's from this sprint")));
        }
    }
    Ok(())
}

/// What is wrong with what sprints keep of an order's customer.
pub fn of_order(walk: &Walk<'_>, order: &Order, found: &mut Faults) -> Read<()> {
    for row in walk.campaigns.values() {
        let Some(live) = Live::current(&row.campaign) else { continue };
        let Some(wave) = live.terms.wave_of(order.placed_at) else { continue };
        let id = &live.campaign.campaign_id;
        let holder = holder(walk, &order.customer_id, wave)?;
        let member = walk.reader.sprint_member(walk.id(), (id, &wave.wave_id), &holder)?;
        let member = member.unwrap_or_default();
        if member.enrolled_at.is_none() && live.terms.counts_from == CountsFrom::Enrollment {
            continue;
        }
        let kept = member.orders.iter().find(|spent| spent.order_id == order.order_id);
        // One from before its customer enrolled counts for nothing there, and need not be kept.
        let is_before = live.terms.counts_from == CountsFrom::Enrollment
            && (member.enrolled_at.is_some_and(|at| order.placed_at < at)
                || !member.takes(&order.customer_id, order.placed_at));
        if kept.cloned() != Spent::of(order, &live.version.scope) && !(is_before && kept.is_none()) {
            found.push((SPRINTS, format!("sprint {id} keeps it otherwise than it stands")));
        }
    }
    Ok(())
}

/// What was won is what members have won and no more than there is, and the figures are a recount. The engine may be
/// writing: a difference counts when the figures stood still around the recount.
fn recount(walk: &mut Walk<'_>, live: Live<'_>, row: &CampaignRow) -> Read<()> {
    let id = &row.campaign.campaign_id;
    for _ in 0..LOOKS {
        let before = kept(walk, id)?;
        let (tally, won) = sums(walk, live)?;
        let mut wrong = Vec::new();
        for (wave, tier, count) in won {
            let run = before.0.waves.iter().find(|run| run.wave_id == wave);
            let said = run.and_then(|run| run.tiers.get(usize::from(tier))).map_or(0, |tier| tier.won);
            if said != count {
                wrong.push(format!("wave {wave} says that {said} won tier {tier}, the members say {count}"));
            }
        }
        for (tier, terms) in (0..).zip(&live.terms.tiers) {
            if before.0.won(tier) > terms.prize.winners() {
                wrong.push(format!(
                    "{} won tier {tier}, there are {}",
                    before.0.won(tier),
                    terms.prize.winners()
                ));
            }
        }
        for (figure, found) in sprint::sums(&tally) {
            let said = before.1.get(figure).copied().unwrap_or_default();
            if said != found {
                wrong.push(format!("{figure} says {said}, the members are {found}"));
            }
        }
        if wrong.is_empty() || kept(walk, id)? == before {
            for detail in wrong {
                walk.find(SPRINTS, format!("sprint {id}"), detail);
            }
            return Ok(());
        }
    }
    walk.find(
        SPRINTS,
        format!("sprint {id}"),
        "it does not stand still, so it was not recounted; audit a backup",
    );
    Ok(())
}

type Kept = (SprintBook, BTreeMap<String, i64>);

fn kept(walk: &Walk<'_>, id: &CampaignId) -> Read<Kept> {
    let book = walk.reader.sprint(walk.id(), id)?.unwrap_or_default();
    let row = walk.reader.campaign(walk.id(), id)?;
    let brought = row.map(|row| row.counters.brought).unwrap_or_default();
    Ok((book, brought.into_iter().map(|(name, by)| (name.to_string(), by)).collect()))
}

type Won = Vec<(WaveId, u8, u64)>;

fn sums(walk: &Walk<'_>, live: Live<'_>) -> Read<(Tally, Won)> {
    let (mut tally, mut won) = (Tally::default(), Won::new());
    for wave in &live.terms.waves {
        let mut of_wave = vec![0; live.terms.tiers.len()];
        let mut page: Page = first_page();
        loop {
            let part = (&live.campaign.campaign_id, &wave.wave_id);
            let rows = walk.reader.sprint_members(walk.id(), part, Members::All, &page)?;
            for (_, member) in &rows {
                for brought in sprint::tally(live, wave, member).0 {
                    tally.add(&brought.campaign_id, brought.figure, brought.amount);
                }
                for award in &member.awards {
                    of_wave[usize::from(award.tier)] += 1;
                }
            }
            match rows.last() {
                Some((last, _)) => page.after = Some(last.to_string()),
                None => break,
            }
        }
        won.extend((0..).zip(of_wave).map(|(tier, count)| (wave.wave_id.clone(), tier, count)));
    }
    Ok((tally, won))
}
