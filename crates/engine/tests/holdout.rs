//! A-S2-21: both groups of a campaign are counted at one point, by the first order of each customer, once its own time is
//! over.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    Code,
    campaign::{Terms, Version, recovery},
    event::OrderEvent,
    holdout::Group,
};
use engine::Command;
use port::Store;
use store_memory::MemoryStore;
use store_sqlite::SqliteStore;
use support::*;

/// Half of the customers are compared with.
fn half() -> Deal {
    Deal { holdout: 50, ..Deal::default() }
}
fn run() -> Run {
    Run::in_memory().0.with_campaign(&half())
}
/// Of customers `u0`, `u1`, ... the first so many of a group.
fn customers(group: Group, count: usize) -> Vec<String> {
    let all = (0..).map(|n| format!("u{n}"));
    all.filter(|name| Group::of(&id("c1"), &id(name), 50) == group).take(count).collect()
}
fn one(group: Group) -> String {
    customers(group, 1).remove(0)
}

/// Orders and paid ones of the treated, then of the comparison group.
fn counted(run: &Run) -> [i64; 4] {
    let figures = run.counters("c1").as_of(run.engine.now());
    ["treated_orders", "treated_paid", "holdout_orders", "holdout_paid"].map(|name| figures.brought(name))
}
/// A day after the order was placed, when the last may have paid.
const OVER: i64 = 24 * 60;

/// A-S2-21: three of each group; one of each pays after the groups have parted, one before, one never does.
fn three_of_each(run: &Run) {
    for group in [Group::Treated, Group::Holdout] {
        let names = customers(group, 3);
        for name in &names {
            run.apply(&placed(&format!("o-{name}"), name, at(0)));
        }
        run.apply(&paid(&format!("o-{}", names[0]), &format!("early-{}", names[0]), PAYABLE, at(10)));
    }
    run.advance(at(15));
    for group in [Group::Treated, Group::Holdout] {
        let name = &customers(group, 3)[1];
        run.apply(&paid(&format!("o-{name}"), &format!("late-{name}"), PAYABLE, at(20)));
    }
}

/// A-S2-21: unpaid at the trigger both groups count alike; who had paid by then is in neither; nothing counts before the
/// order's own time is over.
#[test]
fn a_s2_21_both_groups_count_from_the_trigger_and_not_before_their_time_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let stores: [Box<dyn Store>; 2] = [
        Box::new(MemoryStore::new()),
        Box::new(SqliteStore::open(&folder.path().join("shop.sqlite")).unwrap()),
    ];
    for store in stores {
        let run = Run::on(store).with_campaign(&half());
        three_of_each(&run);
        assert_eq!(counted(&run), [0; 4], "a quick payment is not one more");
        run.advance(at(OVER - 1));
        assert_eq!(counted(&run), [0; 4]);
        run.advance(at(OVER));
        assert_eq!(counted(&run), [2, 1, 2, 1]);
        let shown = run.counters("c1");
        assert_eq!((shown.displayed, shown.withheld[&Code::Holdout]), (2, 2));
        run.assert_clean();
    }
}

/// A-S2-21: news that is late changes both sums as if it had come in time: a payment that was made before the groups parted
/// takes the order out, one that was made in time counts, one that is undone no more.
#[test]
fn a_s2_21_late_news_is_counted_as_if_it_had_come_in_time() {
    for group in [Group::Treated, Group::Holdout] {
        let name = one(group);
        let of = |orders: i64, paid: i64| match group {
            Group::Treated => [orders, paid, 0, 0],
            Group::Holdout => [0, 0, orders, paid],
        };
        let story = |events: &[OrderEvent]| {
            let run = run();
            run.apply(&placed("o1", &name, at(0)));
            run.advance(at(OVER + 60));
            assert_eq!(counted(&run), of(1, 0));
            for event in events {
                run.event(event);
                run.event(event);
            }
            run.assert_clean();
            counted(&run)
        };
        assert_eq!(story(&[paid("o1", "p1", PAYABLE, at(10))]), of(0, 0), "paid before");
        assert_eq!(story(&[paid("o1", "p1", PAYABLE, at(30))]), of(1, 1), "paid in time");
        assert_eq!(story(&[paid("o1", "p1", PAYABLE, at(OVER + 1))]), of(1, 0), "paid too late");
        let undone = [paid("o1", "p1", PAYABLE, at(30)), cancelled("o1", at(20))];
        assert_eq!(story(&undone), of(1, 0), "cancelled before the payment");
        assert_eq!(story(&[cancelled("o1", at(10))]), of(0, 0), "cancelled before the groups parted");
    }
}

/// A-S2-21: orders of one customer tell the same again. The first that is unpaid at its trigger counts.
#[test]
fn a_s2_21_a_customer_counts_once() {
    let run = run();
    for group in [Group::Treated, Group::Holdout] {
        let name = one(group);
        for (order, when) in [("a", 0), ("b", 30), ("c", 60)] {
            run.apply(&placed(&format!("{order}-{name}"), &name, at(when)));
        }
        run.apply(&paid(&format!("a-{name}"), &format!("p-{name}"), PAYABLE, at(1)));
    }
    run.advance(at(90));
    for group in [Group::Treated, Group::Holdout] {
        let name = one(group);
        run.apply(&paid(&format!("c-{name}"), &format!("pc-{name}"), PAYABLE, at(91)));
        let compared = |order: &str| run.order(&format!("{order}-{name}")).recovery.compared.len();
        assert_eq!(["a", "b", "c"].map(compared), [0, 1, 1], "what was paid before came to no point");
    }
    run.advance(at(OVER + 180));
    assert_eq!(counted(&run), [1, 0, 1, 0]);
    run.assert_clean();
}

/// A-S2-21, A-G-8: an order of which it turns out that it was paid before the groups parted is in neither, and its customer
/// counts by the next, whether that came to its point before that was known or after.
#[test]
fn a_s2_21_a_g_8_a_customer_whose_first_order_was_none_counts_by_the_next() {
    for known_at in [20, 60] {
        for group in [Group::Treated, Group::Holdout] {
            let (run, name) = (run(), one(group));
            run.apply(&placed("first", &name, at(0)));
            run.apply(&placed("next", &name, at(30)));
            run.advance(at(known_at));
            run.apply(&paid("first", "p1", PAYABLE, at(10)));
            run.advance(at(60));
            run.apply(&paid("next", "p2", PAYABLE, at(50)));
            run.advance(at(OVER + 180));
            let expected = match group {
                Group::Treated => [1, 1, 0, 0],
                Group::Holdout => [0, 0, 1, 1],
            };
            assert_eq!(counted(&run), expected, "{group:?}, known at {known_at}");
            run.assert_clean();
        }
    }
}

/// A-S2-21, A-S0-21: only who was shown coupons is ever blocked for leaving orders unpaid. Were blocked customers left out,
/// the treated would lose those who never pay, and look better for it.
#[test]
fn a_s2_21_a_s0_21_blocked_customers_count_in_their_group() {
    let (run, name) = (Run::in_memory().0, one(Group::Treated));
    run.ok(Command::PutShop(Box::new(shop("s1"))));
    // Another campaign shows its better coupon on five orders, which are left unpaid.
    run.ok(create("c2", &Deal { trigger: 5, save: 30_00, ..Deal::default() }));
    let run = run.with_campaign(&half());
    for n in 0..5 {
        run.apply(&placed(&format!("left-{n}"), &name, at(n)));
    }
    run.advance(at(OVER + 10));
    assert!(run.customer(&name).blocked_until.is_some());
    assert_eq!(counted(&run), [0; 4], "the better coupon of c2 was shown, c1 was not asked");
    run.ok(Command::CloseCampaign { campaign_id: id("c2"), closing: engine::Closing::Asked });

    run.apply(&placed("o1", &name, at(OVER + 10)));
    run.advance(at(OVER + 25));
    let order = run.order("o1");
    assert!(order.recovery.offer.is_none());
    assert!(order.recovery.withheld.iter().any(|w| w.code == Code::CustomerBlocked));
    run.advance(at(3 * OVER));
    assert_eq!(counted(&run), [1, 0, 0, 0]);
    run.assert_clean();
}

/// A-S2-21: while nothing is shown to anybody, nobody is compared: sold out, closed.
#[test]
fn a_s2_21_a_campaign_that_shows_nothing_compares_nothing() {
    let run = Run::in_memory().0.with_campaign(&Deal { quantity: 10, ..half() });
    let treated = customers(Group::Treated, 11);
    for name in &treated[..10] {
        run.apply(&placed(&format!("o-{name}"), name, at(0)));
    }
    run.advance(at(15));
    for name in &treated[..10] {
        run.claim(&format!("o-{name}"));
    }
    for name in [&treated[10], &one(Group::Holdout)] {
        run.apply(&placed(&format!("o-{name}"), name, at(20)));
    }
    run.advance(at(OVER + 60));
    assert_eq!(counted(&run), [10, 0, 0, 0], "sold out for both groups alike");
    run.ok(Command::CloseCampaign { campaign_id: id("c1"), closing: engine::Closing::Asked });
    run.apply(&placed("late", &customers(Group::Holdout, 2)[1], at(OVER + 60)));
    run.advance(at(3 * OVER));
    assert_eq!(counted(&run), [10, 0, 0, 0]);
    run.assert_clean();
}

fn revised(deal: &Deal, change: impl FnOnce(&mut recovery::Terms)) -> Command {
    let mut version: Version = deal.version();
    let Terms::Recovery(terms) = &mut version.terms else { unreachable!() };
    change(terms);
    Command::ReviseCampaign { campaign_id: id("c1"), version: Box::new(version) }
}

/// A-S2-21: what was planned stands once the campaign is published. The group can be given up, so that everybody is shown
/// the coupon once it is known to be good, and not taken up again: customers who were shown it since would be among those
/// to whom nothing was shown. Its share cannot be another, or early orders of one group would be compared with late ones
/// of the other.
#[test]
fn a_s2_21_what_was_planned_stands() {
    let run = run();
    three_of_each(&run);
    for change in [
        (|terms| terms.holdout_percent = 40) as fn(&mut recovery::Terms),
        |terms| terms.holdout_planned_orders = 500,
        |terms| terms.holdout_precision_points = 50,
    ] {
        let Err(engine::EngineError::Refused(refusal)) = run.send(revised(&half(), change)) else { panic!() };
        assert_eq!((refusal.code, refusal.violations.len()), (Code::InvalidTerms, 1));
        assert_eq!(refusal.violations[0].code, Code::ImmutableField);
        assert!(refusal.violations[0].field.starts_with("terms.holdout_"), "{refusal:?}");
    }
    run.ok(revised(&half(), |terms| terms.holdout_percent = 0));
    for percent in [40, half().holdout] {
        let again = run.send(revised(&half(), |terms| terms.holdout_percent = percent));
        assert_eq!(code(&again), "invalid_terms", "{percent}");
    }
    let names = [Group::Treated, Group::Holdout].map(|group| customers(group, 4).remove(3));
    for name in &names {
        run.apply(&placed(&format!("free-{name}"), name, at(60)));
    }
    run.advance(at(80));
    for name in &names {
        let recovery = run.order(&format!("free-{name}")).recovery;
        assert!(
            recovery.offer.is_some() && recovery.compared.is_empty(),
            "everybody is shown it, nobody compared"
        );
    }
    run.advance(at(3 * OVER));
    assert_eq!(counted(&run), [2, 1, 2, 1], "what was compared stays");
    run.assert_clean();
}

/// A-S2-21: the audit recounts the comparison, what counts later too.
#[test]
fn a_s2_21_the_audit_recounts_both_groups() {
    for later in [false, true] {
        let (run, store) = Run::in_memory();
        let run = run.with_campaign(&half());
        three_of_each(&run);
        if !later {
            run.advance(at(OVER));
            run.apply(&placed("next", &customers(Group::Treated, 5)[4], at(OVER)));
            run.advance(at(OVER + 15));
        }
        let mut planter = planter::Planter::of(run, store);
        planter.counters_of("c1", |figures| {
            assert!(!figures.later.is_empty());
            if later {
                figures.later.add(at(OVER), "holdout_orders", 1);
            } else {
                *figures.brought.get_mut("holdout_paid").unwrap() -= 1;
            }
        });
        let found = planter.run.audit().findings;
        assert!(found.iter().any(|finding| finding.check == "campaign_figures"), "{found:?}");
    }
}
