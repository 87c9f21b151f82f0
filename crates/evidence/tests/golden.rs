//! A-S2-21: the interval beside figures that were computed by another program, and what is said at the edges.

use evidence::{Counts, Evidence, Group, Plan, Reason, Verdict, half_width, weigh};

/// 25 % of the treated and 20 % of the comparison group paid.
fn counts(orders: u64, holdout_percent: u64) -> Counts {
    let held = orders * holdout_percent / 100;
    let treated = orders - held;
    Counts { treated: Group::new(treated, treated / 4), holdout: Group::new(held, held / 5) }
}

/// The interval that holds at one look only.
#[allow(clippy::cast_precision_loss, reason = "small counts")]
fn fixed_half_width(counts: &Counts) -> f64 {
    let variance = |group: Group| {
        let (orders, reached) = (group.customers() as f64, group.reached() as f64);
        reached / orders * (1.0 - reached / orders) / orders
    };
    1.959_964 * (variance(counts.treated) + variance(counts.holdout)).sqrt()
}

/// Both pages have the rows.
fn told(rows: &str) {
    for page in ["holdout.md", "holdout.zh-CN.md"] {
        let path = format!("{}/../../docs/{page}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap_or_default();
        assert!(text.contains(rows), "docs/{page} has not\n{rows}");
    }
}

/// A-S2-21: half widths in points, fixed and always valid, with as many orders as were planned.
#[test]
fn a_s2_21_half_widths_are_those_of_the_table() {
    let mut rows = Vec::new();
    for (orders, called, points) in [
        (300, "300", [(15.2, 23.6), (11.5, 17.8), (9.4, 14.6)]),
        (1_000, "1,000", [(8.3, 12.9), (6.3, 9.8), (5.2, 8.0)]),
        (5_000, "5,000", [(3.7, 5.8), (2.8, 4.4), (2.3, 3.6)]),
        (20_000, "20,000", [(1.9, 2.9), (1.4, 2.2), (1.2, 1.8)]),
    ] {
        let mut row = vec![called.to_owned()];
        for (holdout, (fixed, always_valid)) in [10, 20, 50].into_iter().zip(points) {
            let counts = counts(orders, holdout);
            let found = [100.0 * fixed_half_width(&counts), 100.0 * half_width(&counts, orders)];
            for (found, told) in found.into_iter().zip([fixed, always_valid]) {
                assert!((found - told).abs() <= 0.1, "{orders} orders, {holdout} %: {found}, not {told}");
            }
            row.push(format!("{fixed:.1} / {always_valid:.1}"));
        }
        rows.push(format!("| {} |\n", row.join(" | ")));
    }
    told(&rows.concat());
}

fn of(treated: (u64, u64), holdout: (u64, u64)) -> Counts {
    Counts { treated: Group::new(treated.0, treated.1), holdout: Group::new(holdout.0, holdout.1) }
}
fn weighed(treated: (u64, u64), holdout: (u64, u64), holdout_percent: u32) -> Evidence {
    weigh(&of(treated, holdout), &Plan::new(holdout_percent * 100, 5_000, 1_000))
}

/// A-S2-21: a verdict comes when the interval leaves zero out, or is as narrow as it was to be, and not before.
#[test]
fn a_s2_21_verdicts() {
    for (treated, holdout, verdict, reason) in [
        ((4_000, 1_000), (1_000, 200), Verdict::Better, None),
        ((4_000, 800), (1_000, 250), Verdict::Worse, None),
        ((4_000, 800), (1_000, 200), Verdict::NoDifferenceSeen, None),
        ((4_000, 840), (1_000, 200), Verdict::NoDifferenceSeen, None),
        ((800, 200), (200, 40), Verdict::NoneYet, Some(Reason::TooWide)),
        ((240, 60), (60, 12), Verdict::NoneYet, Some(Reason::TooWide)),
        ((40, 20), (10, 0), Verdict::NoneYet, Some(Reason::TooFew)),
        ((0, 0), (0, 0), Verdict::NoneYet, Some(Reason::TooFew)),
        // 5,000 orders, a quarter of them in a group of a fifth.
        ((3_750, 1_000), (1_250, 200), Verdict::NoneYet, Some(Reason::SplitOff)),
        ((4_250, 1_000), (750, 100), Verdict::NoneYet, Some(Reason::SplitOff)),
    ] {
        let found = weighed(treated, holdout, 20);
        assert_eq!((found.verdict, found.reason), (verdict, reason), "{treated:?} {holdout:?}");
    }
}

/// A-S2-21: how many orders it takes where nothing is known of the rates, by the default plan, as the pages tell it.
#[test]
fn a_s2_21_orders_that_a_comparison_takes() {
    let needed = |percent: u32, points: u32| {
        let plan = Plan::new(percent * 100, 5_000, points * 100);
        weigh(&Counts::default(), &plan).orders_needed
    };
    let row = |percent| {
        let [ten, five, three] = [10, 5, 3].map(|points| needed(percent, points));
        format!("| {percent} % | {ten} | {five} | {three} |\n")
    };
    told(&[10, 20, 30, 50].map(row).concat());
}

/// What stands in the document of the decision: 1,000 orders, a holdout of 20 %, 1,000 planned.
#[test]
fn a_s2_21_the_example_of_the_decision() {
    let found = weigh(&of((800, 200), (200, 40)), &Plan::new(2_000, 1_000, 1_000));
    assert_eq!(
        (found.treated_bp, found.holdout_bp, found.difference_bp),
        (Some(2_500), Some(2_000), Some(500))
    );
    assert_eq!((found.half_width_bp, found.interval_bp), (977, [-477, 1_477]));
    assert_eq!((found.orders_needed, found.verdict), (0, Verdict::NoDifferenceSeen));
}

/// A-S2-21: nothing is certain where a group has no orders, or all of them had one outcome.
#[test]
fn a_s2_21_no_certainty_from_nothing() {
    for (treated, holdout) in [((0, 0), (0, 0)), ((10, 5), (0, 0)), ((0, 0), (10, 5))] {
        let found = weighed(treated, holdout, 50);
        assert_eq!((found.difference_bp, found.interval_bp), (None, [-10_000, 10_000]));
        assert_eq!((found.half_width_bp, found.verdict), (10_000, Verdict::NoneYet));
        // By the worst rate where none is known.
        assert_eq!(found.orders_needed, weighed((0, 0), (0, 0), 50).orders_needed - treated.0 - holdout.0);
    }
    for (treated, holdout) in [((500, 500), (500, 0)), ((500, 0), (500, 0)), ((500, 500), (500, 500))] {
        let found = weighed(treated, holdout, 50);
        assert!(found.half_width_bp > 0 && found.interval_bp[0] < found.interval_bp[1]);
    }
    let all = weighed((500, 500), (500, 500), 50);
    assert_eq!((all.verdict, all.reason), (Verdict::NoneYet, Some(Reason::TooFew)), "none was left unpaid");
    let clear = weighed((500, 500), (500, 0), 50);
    assert_eq!((clear.difference_bp, clear.verdict), (Some(10_000), Verdict::Better));
    assert!(clear.interval_bp[0] < 10_000, "not even then is it certain");
}

/// Counts beyond any shop, and counts that cannot be.
#[test]
fn a_s2_21_huge_counts_and_odd_plans() {
    let most = u64::MAX;
    let found = weighed((most, most / 2), (most, most / 2), 50);
    assert_eq!((found.difference_bp, found.interval_bp), (Some(0), [-1, 1]));
    assert_eq!((found.orders_needed, found.verdict), (0, Verdict::NoDifferenceSeen));
    let one_sided = weighed((most, 0), (0, 0), 50);
    assert_eq!((one_sided.verdict, one_sided.split_ok), (Verdict::NoneYet, false));
    let more_than_all = weighed((10, 11), (10, 5), 50);
    assert_eq!(more_than_all.treated_bp, Some(10_000));
    for holdout_bp in [0, 10_000, u32::MAX] {
        let found = weigh(&of((10, 5), (10, 5)), &Plan::new(holdout_bp, 0, 0));
        assert_eq!(found.verdict, Verdict::NoneYet);
    }
}

/// The sentences, in both languages.
#[test]
fn a_s2_21_sentences() {
    let plan = Plan::new(2_000, 5_000, 1_000);
    for (treated, holdout, en, zh) in [
        (
            (4_000, 1_000),
            (1_000, 200),
            "With the campaign the share of customers who paid is higher by 5 points, between 0.63 and 9.37.",
            "活动组的支付率高5个百分点，区间为0.63到9.37。",
        ),
        (
            (4_000, 800),
            (1_000, 250),
            "With the campaign the share of customers who paid is lower by 5 points, between 0.42 and 9.58.",
            "活动组的支付率低5个百分点，区间为0.42到9.58。",
        ),
        (
            (4_000, 800),
            (1_000, 200),
            "No difference is seen: with the campaign the share of customers who paid is at most 4.3 points lower and at most \
             4.3 higher.",
            "未见差异：活动组的支付率最多低4.3个百分点，最多高4.3个百分点。",
        ),
        (
            (800, 200),
            (200, 40),
            "No verdict yet: the difference lies between -5.82 and 15.82 points. About 131 more customers until it is known \
             to ±10 points.",
            "暂无结论：差异在-5.82到15.82个百分点之间。约再有131位顾客，可精确到±10个百分点。",
        ),
        (
            (40, 20),
            (10, 0),
            "No verdict yet: in each group at least 10 customers of either outcome are needed.",
            "暂无结论：每组达成与未达成的顾客各需至少10位。",
        ),
        (
            (3_750, 1_000),
            (1_250, 200),
            "No verdict: 25 % of the customers are in the comparison group, 20 % were to be. Find out why before you trust \
             these figures.",
            "不下结论：对照组占顾客的25%，应为20%。请先查明原因，再看这些数据。",
        ),
    ] {
        let found = weigh(&of(treated, holdout), &plan);
        assert_eq!(found.told_en(&plan, "customers who paid"), en);
        assert_eq!(found.told_zh(&plan, "支付率"), zh);
    }
}

/// A-S2-21: a group with more customers who reached it than it has is nothing that was counted right. It is not hidden: it
/// is shown as it is, and there is no verdict.
#[test]
fn a_s2_21_groups_that_do_not_add_up_are_told() {
    let plan = Plan::new(5_000, 1_000, 1_000);
    for (treated, holdout) in [((20, 40), (20, 10)), ((20, 10), (0, 1)), ((0, 1), (0, 0))] {
        let counts =
            Counts { treated: Group::new(treated.0, treated.1), holdout: Group::new(holdout.0, holdout.1) };
        let found = weigh(&counts, &plan);
        assert_eq!(
            (found.verdict, found.reason, found.split_ok, found.adds_up),
            (Verdict::NoneYet, Some(Reason::SplitOff), false, false),
            "{treated:?} {holdout:?}"
        );
        assert_eq!(counts.treated.reached(), treated.1);
        assert!(found.told_en(&plan, "customers who paid").contains("These figures are wrong"));
        assert!(found.told_zh(&plan, "支付率").contains("数据有误"));
    }
}
