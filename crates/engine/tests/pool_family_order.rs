//! Whatever the order of arrival of what was split from one, each purchase has the gift of the ideal ranking (A-S4-24).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::pool::{ShopOrder, Timing};
use engine::Command;
use std::collections::BTreeMap;
use store_sqlite::SqliteStore;
use support::{families::*, pool::*, random::Random, *};

fn shuffle<T>(random: &mut Random, all: &mut [T]) {
    for last in (1..all.len()).rev() {
        all.swap(last, random.below(last + 1));
    }
}

/// One by one, some before they are paid; or all of them in one batch.
fn bring_somehow(run: &Run, random: &mut Random, all: &[(usize, ShopOrder)]) {
    let take = |order: &ShopOrder| Command::TakeShopOrder(std::sync::Arc::new(order.clone()));
    let submit = |order: &ShopOrder| Command::SubmitOrder { order_id: order.order_id.clone() };
    let orders = all.iter().map(|(_, order)| order);
    if random.below(3) == 0 {
        let mut commands: Vec<_> = orders.clone().map(take).collect();
        commands.extend(orders.map(submit));
        assert!(run.many(commands).iter().all(Result::is_ok));
        return;
    }
    for order in orders {
        if random.below(2) == 0 {
            run.take(&unpaid(order));
            run.submit(order.order_id.as_str());
            run.take(order);
        } else {
            run.bring(std::slice::from_ref(order));
        }
    }
}

/// A world of purchases, some split, brought in any order: each purchase has the gift that the ideal ranking of
/// purchases gives it.
#[test]
fn a_s4_24_the_order_of_arrival_does_not_matter() {
    for seed in 0..u64::from(testkit::seeds(80)) {
        let mut random = Random::of(seed);
        let n = 1 + random.below(5) as u64;
        let count = 3 + random.below(6);
        let mut all = Vec::new();
        let mut ideal = Vec::new();
        for number in 0..count {
            let second = i64::try_from(random.below(5)).unwrap();
            let (children, mut sum) = (1 + random.below(3), 0);
            for index in 0..children {
                let amount = [50_00, 100_00, 150_00, 200_00][random.below(4)];
                sum += amount;
                let name = format!("{}{}", 50 - number, index);
                let mut order = child(&name, &format!("{}", 90 + number), "10-20 20:00:00", amount);
                order.customer_id = id(&format!("u{number}"));
                let later = if index == 0 { 0 } else { i64::try_from(random.below(2)).unwrap() };
                let paid = t("10-20 20:00:00").plus_seconds(second + later);
                (order.times.ordered_at, order.times.first_paid_at) = (paid, Some(paid));
                all.push((number, order));
            }
            ideal.push((second, number, sum));
        }
        ideal.sort_unstable();
        let strategy = first(n, tiers());
        let wanted: BTreeMap<usize, Vec<String>> = ideal
            .iter()
            .enumerate()
            .map(|(rank, (_, number, sum))| {
                let gift = match sum {
                    _ if rank as u64 >= n => None,
                    300_00.. => Some("y"),
                    200_00.. => Some("x"),
                    _ => None,
                };
                (*number, gift.map(String::from).into_iter().collect())
            })
            .collect();
        let folder = tempfile::tempdir().unwrap();
        let run = match seed % 8 {
            0 => pool_on(Box::new(SqliteStore::open(&folder.path().join("shop.db")).unwrap())),
            _ => pool_on(Box::new(store_memory::MemoryStore::new())),
        };
        run.ok(Command::PutGiftStrategy(Box::new(strategy)));
        let timing = [Timing::Activation, Timing::ToReview, Timing::TransferOut][random.below(3)];
        run.ok(Command::PutPresaleStrategy(Box::new(presale(timing, &["g"]))));
        run.advance(t("10-21"));
        shuffle(&mut random, &mut all);
        bring_somehow(&run, &mut random, &all);
        activate(&run);
        let mut found: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (number, order) in &all {
            found.entry(*number).or_default().extend(run.gifts(order.order_id.as_str()));
        }
        assert_eq!(found, wanted, "seed {seed} {timing:?}");
        // Whoever leaves first takes the gift along, and it is there once.
        shuffle(&mut random, &mut all);
        let mut left = std::collections::BTreeSet::new();
        for (number, order) in &all {
            fulfil(&run, order.order_id.as_str());
            if left.insert(*number) {
                assert_eq!(run.gifts(order.order_id.as_str()), wanted[number], "seed {seed}");
            }
        }
        run.assert_clean();
    }
}
