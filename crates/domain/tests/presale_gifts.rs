//! Gifts of the deposit period: who gets them, by rank and by what became of the order.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::presale::{Gain, Gift, Ranks};
use domain::campaign::{Campaign, Terms, Version};
use domain::order::{CancelReason, GiftStatus, Order, Stage};
use given::presale::*;
use given::{at, id};

fn gift(first_n: Option<u32>) -> Gift {
    Gift { sku: id("mug"), quantity: 1, first_n }
}

/// Deposits are taken to the 20th, balances from then on.
fn campaign() -> Campaign {
    presale(presale_terms(vec![item("s0", 100_00, 10_00, Gain::default())]))
}

/// The order `o1` after the deposit, the balance, or its end.
fn order(campaign: &Campaign, steps: &[&str]) -> Order {
    let mut order = place(campaign, &presale_placed(&[(100_00, 1)]), at("10T10:00:00")).unwrap();
    for step in steps {
        match *step {
            "deposit" => {
                let paid = pay(&order, "d", Stage::Deposit, 10_00, at("10T10:05:00"), &[]);
                order.pay(paid).unwrap();
            }
            "balance" => {
                let paid = pay(&order, "b", Stage::Balance, 90_00, at("21T10:00:00"), &[]);
                order.pay(paid).unwrap();
            }
            _ => drop(order.cancel(at("12T10:00:00"), CancelReason::Customer).unwrap()),
        }
    }
    order
}

/// The order's deposit was the third.
fn third() -> Ranks {
    let mut ranks = Ranks::default();
    for (name, paid) in [("x", "10T10:01:00"), ("y", "10T10:02:00"), ("o1", "10T10:05:00")] {
        ranks.put(&id(name), Some(at(paid)), 100);
    }
    ranks
}

/// A-S1-12: by rank and by the order; an unpaid balance cancels the gift.
#[test]
fn a_s1_12_what_becomes_of_a_gift() {
    use GiftStatus::{Cancelled, Due, Missed, Open, Promised};
    let (campaign, ranks) = (campaign(), third());
    for (steps, first_n, expected) in [
        (&[][..], None, Open),
        (&[], Some(2), Open),
        (&["deposit"], None, Promised),
        (&["deposit"], Some(3), Promised),
        (&["deposit"], Some(2), Missed),
        (&["deposit", "balance"], None, Due),
        (&["deposit", "balance"], Some(3), Due),
        (&["deposit", "balance"], Some(2), Missed),
        (&["gone"], None, Cancelled),
        (&["deposit", "gone"], Some(3), Cancelled),
        (&["deposit", "gone"], Some(2), Cancelled),
    ] {
        let order = order(&campaign, steps);
        let found = order.gift_standing(&gift(first_n), Some((&campaign, &ranks)), at("22T00:00:00"));
        assert_eq!(found.unwrap().status, expected, "{steps:?} {first_n:?}");
    }
    let plain = given::order(100_00);
    assert_eq!(plain.gift_standing(&gift(None), Some((&campaign, &ranks)), at("22T00:00:00")), None);
}

/// A-S1-12, A-G-10: a rank is final a day after the deposit window of the version that the order
/// remembers, whatever became of the campaign later.
#[test]
fn a_s1_12_a_g_10_a_rank_is_provisional_for_a_day() {
    let mut campaign = campaign();
    let order = order(&campaign, &["deposit"]);
    let mut longer = presale_terms(vec![item("s0", 100_00, 10_00, Gain::default())]);
    longer.deposit_window = window("10T10:00:00", "25T00:00:00");
    let next = Version { terms: Terms::Presale(longer), ..campaign.versions[0].clone() };
    campaign.versions.push(next);
    let ranks = third();
    for (first_n, now, rank, provisional) in [
        (Some(3), "20T23:59:59.999999", Some(3), true),
        (Some(3), "21T00:00:00", Some(3), false),
        (None, "10T10:06:00", None, false),
    ] {
        let found = order.gift_standing(&gift(first_n), Some((&campaign, &ranks)), at(now)).unwrap();
        assert_eq!((found.rank, found.provisional), (rank, provisional), "{first_n:?} {now}");
    }
}
