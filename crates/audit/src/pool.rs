//! The presale pool: gifts given against N and stock, places against orders, ranks against a recount.

use crate::checks;
use crate::sieve::Balance;
use crate::walk::{LOOKS, PAGE, Walk};
use domain::{
    GiftStrategyId, OrderId, Sku, limits,
    pool::{Candidate, Entered, GiftStrategy, PoolOrder, RankKey, Run, Stage, Standing},
};
use port::{PoolRow, Read, WalkKey, last_of_second};
use std::collections::{BTreeMap, BTreeSet};

/// What a walk over everything found, while nothing moved.
#[derive(Default)]
struct Recount {
    given: BTreeMap<Sku, u64>,
    /// Who has a strategy's gift for its parent, by the strategy and the parent's number in the ranking.
    of_parents: BTreeMap<(GiftStrategyId, Box<str>), OrderId>,
    faults: Vec<(&'static str, String, String)>,
}

/// Walks the shop's pool. Orders and candidates come in pages; a pool that moves meanwhile is walked
/// again, and one that never stands still is said to have moved.
pub fn walk(walk: &mut Walk<'_>) -> Read<()> {
    check_gaps(walk)?;
    for _ in 0..LOOKS {
        let before = walk.reader.pool(walk.id())?;
        if before.is_unused() {
            return Ok(());
        }
        let mut recount = Recount::default();
        for run in before.runs.values() {
            check_run(walk, &before, run, &mut recount)?;
        }
        check_orders(walk, &before, &mut recount)?;
        if walk.reader.pool(walk.id())? != before {
            continue;
        }
        check_stock(walk, &before, &mut recount);
        for (check, subject, detail) in recount.faults {
            walk.find(check, subject, detail);
        }
        return Ok(());
    }
    walk.moved(checks::POOL_PLACES, "pool".to_owned());
    Ok(())
}

/// A gap that is kept holds ranks up, so it says what is missing.
fn check_gaps(walk: &mut Walk<'_>) -> Read<()> {
    for (source, gap) in walk.reader.pool(walk.id())?.gaps {
        walk.looked(checks::DOWNLOAD_GAPS);
        let told = gap.rows.len() as u64;
        let fault = if gap.is_closed() {
            "nothing of it is missing, but it is kept".to_owned()
        } else if gap.source != source {
            format!("it is the gap of {}", gap.source)
        } else if told > gap.rows_in_all
            || gap.rows.len() > limits::GAP_ROWS
            || gap.orders.len() > limits::GAP_ORDERS
        {
            format!("{told} rows of {} and {} orders", gap.rows_in_all, gap.orders.len())
        } else {
            continue;
        };
        walk.find(checks::DOWNLOAD_GAPS, format!("gap {source}"), fault);
    }
    Ok(())
}

/// What the pool's rows want to be looked at.
pub fn add_timers(walk: &mut Walk<'_>, balance: &mut Balance) -> Read<()> {
    let pool = walk.reader.pool(walk.id())?;
    for (id, record) in &pool.presales {
        if let Some(due_at) = record.wake_at() {
            balance.add(&("presale_strategy", id.as_str()), &due_at);
        }
    }
    for (id, run) in &pool.runs {
        if let Some(due_at) = run.wake_at {
            balance.add(&("gift_run", id.as_str()), &due_at);
        }
    }
    walk.pages(
        "pool orders",
        |reader, shop, page| reader.pool_orders(shop, None, page),
        |order| order.order_id.to_string(),
        |_, order| {
            if let Some(due_at) = order.wake_at() {
                balance.add(&("pool_order", order.order_id.as_str()), &due_at);
            }
            Ok(())
        },
    )
}

fn check_run(walk: &mut Walk<'_>, row: &PoolRow, run: &Run, recount: &mut Recount) -> Read<()> {
    let Some(strategy) = row.lead_of(run) else {
        let detail = format!("there is no version {} of it", run.version);
        recount.faults.push((checks::GIFTS_GIVEN, format!("gift strategy {}", run.strategy_id), detail));
        return Ok(());
    };
    let (mut given, mut candidates, mut counted) = (0, 0, 0);
    let (mut ranks, mut after) = (BTreeSet::new(), None);
    loop {
        let (shop_id, limit) = (walk.id().clone(), PAGE);
        let key = WalkKey { shop_id, run: run.number, after: after.clone(), through: i64::MAX, limit };
        let found = walk.reader.walk(&key)?;
        for candidate in &found {
            walk.looked(checks::GIFTS_GIVEN);
            candidates += u64::from(candidate.standing != Standing::Void);
            counted += u64::from(candidate.counts);
            if candidate.standing == Standing::Given {
                given += 1;
                check_rank(&strategy, candidate, &mut ranks, recount);
            }
        }
        after = found.last().map(|candidate| candidate.key.clone());
        if found.len() < PAGE {
            break;
        }
    }
    let end = (walk.id().clone(), run.number, last_of_second(i64::MAX));
    let by_rank = walk.reader.rank(&end)?;
    let mut say = |detail: String| {
        recount.faults.push((checks::GIFTS_GIVEN, format!("gift strategy {}", run.strategy_id), detail));
    };
    if given != run.given {
        say(format!("{given} orders have its gift, but it counts {}", run.given));
    }
    if strategy.first_n.is_some_and(|n| given > n) {
        say(format!("{given} gifts are more than the first {}", strategy.first_n.unwrap_or_default()));
    }
    if by_rank != counted {
        say(format!("{counted} orders take a place, but the last rank is {by_rank}"));
    }
    if candidates > run.candidates {
        say(format!("{candidates} orders stand in it, but it counts {}", run.candidates));
    }
    Ok(())
}

fn check_rank(
    strategy: &GiftStrategy,
    candidate: &Candidate,
    ranks: &mut BTreeSet<u64>,
    recount: &mut Recount,
) {
    let subject = || format!("pool order {}", candidate.order_id);
    let Some(n) = strategy.first_n else { return };
    match candidate.rank {
        Some(rank) if rank > n || rank == 0 => {
            recount.faults.push((
                checks::GIFTS_GIVEN,
                subject(),
                format!("rank {rank} is not among the first {n}"),
            ));
        }
        Some(rank) if !ranks.insert(rank) => {
            recount.faults.push((checks::GIFTS_GIVEN, subject(), format!("rank {rank} was given twice")));
        }
        // A gift that was carried over a re-run keeps the rank of then.
        Some(_) | None => {}
    }
}

/// Counts what an order has of a strategy, by the version that it entered under.
fn note_given(row: &PoolRow, order: &PoolOrder, entered: &Entered, candidate: &Candidate, to: &mut Recount) {
    if candidate.standing != Standing::Given {
        return;
    }
    if entered.key.is_of_parent() {
        let parent = (entered.strategy_id.clone(), entered.key.number.as_str().into());
        if let Some(other) = to.of_parents.insert(parent, order.order_id.clone()) {
            let detail =
                format!("order {other}, split from the same, has the gift of {} too", entered.strategy_id);
            to.faults.push((checks::GIFT_ONCE_A_PARENT, format!("pool order {}", order.order_id), detail));
        }
    }
    let gifts = row.given(order, candidate, &entered.strategy_id);
    if gifts.is_empty() {
        let subject = format!("pool order {}", order.order_id);
        to.faults.push((checks::GIFTS_GIVEN, subject, "it has a gift of no tier".to_owned()));
    }
    for gift in gifts {
        *to.given.entry(gift.sku.clone()).or_default() += gift.quantity;
    }
}

/// Every place that an order names is there, and is its own.
fn check_orders(walk: &mut Walk<'_>, row: &PoolRow, recount: &mut Recount) -> Read<()> {
    walk.pages(
        "pool orders",
        |reader, shop, page| reader.pool_orders(shop, None, page),
        |order| order.order_id.to_string(),
        |walk, order| {
            walk.looked(checks::POOL_PLACES);
            walk.looked(checks::GIFT_ONCE_A_PARENT);
            for gift in order.manual.iter().filter(|_| order.stage != Stage::Closed) {
                *recount.given.entry(gift.sku.clone()).or_default() += gift.quantity;
            }
            for entered in &order.entered {
                let key = (walk.id().clone(), entered.run, entered.key.clone());
                let found = walk.reader.candidate(&key)?;
                if let Some(candidate) = &found {
                    note_given(row, &order, entered, candidate, recount);
                }
                if found.is_none_or(|candidate| candidate.order_id != order.order_id) {
                    let detail =
                        format!("its place {} in run {} is not there", place(&entered.key), entered.run);
                    recount.faults.push((
                        checks::POOL_PLACES,
                        format!("pool order {}", order.order_id),
                        detail,
                    ));
                }
            }
            Ok(())
        },
    )
}

fn place(key: &RankKey) -> String {
    format!("{}/{}", key.second, key.number)
}

fn check_stock(walk: &mut Walk<'_>, row: &PoolRow, recount: &mut Recount) {
    for (sku, stock) in &row.stock {
        walk.looked(checks::GIFT_STOCK);
        let given = recount.given.get(sku).copied().unwrap_or_default();
        if stock.given > stock.quantity {
            let detail = format!("{} were given of {}", stock.given, stock.quantity);
            recount.faults.push((checks::GIFT_STOCK, format!("gift {sku}"), detail));
        }
        if given != stock.given {
            let detail = format!("orders have {given}, but the stock counts {}", stock.given);
            recount.faults.push((checks::GIFT_STOCK, format!("gift {sku}"), detail));
        }
    }
}
