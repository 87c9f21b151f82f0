//! A-S2-21: what holds of every comparison.

use evidence::{Counts, Group, Plan, Verdict, half_width, weigh};
use proptest::{prelude::*, test_runner::RngSeed};

fn cases() -> ProptestConfig {
    ProptestConfig {
        cases: 512,
        rng_seed: RngSeed::Fixed(20_260_801),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn group(most: u64) -> impl Strategy<Value = Group> {
    (0..=most, 0..=most).prop_map(|(orders, reached)| Group::new(orders, reached))
}
fn any_counts() -> impl Strategy<Value = Counts> {
    let size = prop_oneof![Just(20), Just(1_000), Just(1_000_000), Just(u64::MAX)];
    size.prop_flat_map(|most| (group(most), group(most)))
        .prop_map(|(treated, holdout)| Counts { treated, holdout })
}
fn any_plan() -> impl Strategy<Value = Plan> {
    (100_u32..=9_000, 100_u64..=1_000_000, 100_u32..=5_000)
        .prop_map(|(h, planned, t)| Plan::new(h, planned, t))
}
/// Groups that are divided as planned, to the order.
fn as_planned() -> impl Strategy<Value = (Counts, Plan)> {
    (any_plan(), 0_u64..=100_000, 0_u64..=100, 0_u64..=100).prop_map(|(plan, orders, one, other)| {
        let held = orders * u64::from(plan.holdout_bp()) / 10_000;
        let of = |orders: u64, percent: u64| Group::new(orders, orders * percent / 100);
        (Counts { treated: of(orders - held, one), holdout: of(held, other) }, plan)
    })
}

proptest! {
    #![proptest_config(cases())]

    /// A-S2-21: what is said follows from the figures that are shown, and they hang together.
    #[test]
    fn a_s2_21_a_verdict_is_what_the_figures_say(counts in any_counts(), plan in any_plan()) {
        let found = weigh(&counts, &plan);
        let [low, high] = found.interval_bp;
        prop_assert!(-10_000 <= low && low <= high && high <= 10_000);
        if let Some(seen) = found.difference_bp {
            prop_assert!(low <= seen && seen <= high);
        }
        prop_assert!((1..=10_000).contains(&found.half_width_bp));
        prop_assert_eq!(found.reason.is_some(), found.verdict == Verdict::NoneYet);
        match found.verdict {
            Verdict::Better => prop_assert!(low > 0),
            Verdict::Worse => prop_assert!(high < 0),
            Verdict::NoDifferenceSeen => {
                prop_assert!(low <= 0 && 0 <= high && found.orders_needed == 0);
            }
            Verdict::NoneYet => {}
        }
        if found.verdict != Verdict::NoneYet {
            prop_assert!(found.split_ok);
        }
    }

    /// A-S2-21: who is called what does not matter: groups that change places turn the difference around.
    #[test]
    fn a_s2_21_both_groups_are_treated_alike(counts in any_counts(), plan in any_plan()) {
        let turned = Counts { treated: counts.holdout, holdout: counts.treated };
        let other = Plan::new(10_000 - plan.holdout_bp(), plan.planned_orders(), plan.target_bp());
        let (found, turned) = (weigh(&counts, &plan), weigh(&turned, &other));
        prop_assert_eq!(found.difference_bp, turned.difference_bp.map(|seen| -seen));
        prop_assert_eq!(found.interval_bp, [-turned.interval_bp[1], -turned.interval_bp[0]]);
        prop_assert_eq!((found.split_ok, found.reason), (turned.split_ok, turned.reason));
    }

    /// A-S2-21: no orders are needed exactly where the interval is as narrow as it is to be, and fewer for a wider one.
    #[test]
    fn a_s2_21_orders_needed_goes_with_the_width((counts, plan) in as_planned()) {
        let needed = weigh(&counts, &plan).orders_needed;
        let found = weigh(&counts, &plan);
        let target = i32::try_from(plan.target_bp()).unwrap_or(i32::MAX);
        prop_assert_eq!(needed == 0, found.half_width_bp <= target);
        let wider = Plan::new(plan.holdout_bp(), plan.planned_orders(), plan.target_bp() + 1);
        prop_assert!(weigh(&counts, &wider).orders_needed <= needed, "a wider interval needs no more");
    }

    /// A-S2-21: with the same rates, more orders make the interval narrower.
    #[test]
    fn a_s2_21_more_orders_narrow_the_interval((counts, plan) in as_planned(), times in 2_u64..10) {
        let more = |group: Group| Group::new(group.customers() * times, group.reached() * times);
        let grown = Counts { treated: more(counts.treated), holdout: more(counts.holdout) };
        let (before, after) = (half_width(&counts, plan.planned_orders()), half_width(&grown, plan.planned_orders()));
        prop_assert!(before.is_infinite() || after < before, "{before} {after}");
        prop_assert!(weigh(&grown, &plan).orders_needed <= weigh(&counts, &plan).orders_needed);
    }
}
