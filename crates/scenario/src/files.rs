//! The repository's scenario files, listed once for every test that runs them.

use std::path::{Path, PathBuf};

/// Where they lie.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

/// The text of one, by its name without the ending.
pub fn read(name: &str) -> String {
    let path = folder().join(format!("{name}.scenario"));
    std::fs::read_to_string(&path).unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()))
}

/// The names of those that are there, sorted.
pub fn on_disk() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("the folder of scenarios can be read");
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        let name = entry.ok()?.file_name().into_string().ok()?;
        name.strip_suffix(".scenario").map(ToOwned::to_owned)
    };
    let mut names: Vec<String> = entries.filter_map(name).collect();
    names.sort();
    names
}

/// Makes a `#[test]` for each scenario, which hands its name to a function; and `LISTED`, all names.
///
/// ```text
/// fn through_memory(name: &str) { scenario::check(name, &mut InProcessDoor::memory()) }
/// mod memory { scenario::tests!(super::through_memory); }
/// ```
#[macro_export]
macro_rules! tests {
    ($check:path) => {
        $crate::tests_of! { $check;
            t_f1_paid_twice = "T-F1-paid-twice",
            t_f1b_part_refunded = "T-F1b-part-refunded",
            t01_earliest_start = "T01-earliest-start",
            t03_trigger = "T03-trigger",
            t04_strength = "T04-strength",
            t05_settlement = "T05-settlement",
            t06_stacking = "T06-stacking",
            t07_frequency = "T07-frequency",
            t08_validity = "T08-validity",
            t09_quiet_hours = "T09-quiet-hours",
            t12_single_use = "T12-single-use",
            t14_closing = "T14-closing",
            t16_shop_kinds = "T16-shop-kinds",
            t17_presale_reduction = "T17-presale-reduction",
            t18_presale_expansion = "T18-presale-expansion",
            t19_presale_plain = "T19-presale-plain",
            t21_coupon_over_balance = "T21-coupon-over-balance",
            t22_merged_cart = "T22-merged-cart",
            t24_presale_freight = "T24-presale-freight",
            t25_main_process = "T25-main-process",
            t26_outside_main_process = "T26-outside-main-process",
            t27_presale_reminders = "T27-presale-reminders",
            t29_deposit_outcomes = "T29-deposit-outcomes",
            t37_partial_refunds = "T37-partial-refunds",
            t37_refund_windows = "T37-refund-windows",
            t31_rounding = "T31-rounding",
            t35_threshold = "T35-threshold",
            t36_presale = "T36-presale",
            t46_activation = "T46-activation",
            t47_first_n = "T47-first-n",
            t50_amount_tiers = "T50-amount-tiers",
            t51_transfer_out = "T51-transfer-out",
            t52_balance_basis = "T52-balance-basis",
            t54_going_back = "T54-going-back",
            t56_validity = "T56-validity",
            t_f2_balance_coupon_and_tier = "T-F2-balance-coupon-and-tier",
            t_f4_subsidy_and_refunds = "T-F4-subsidy-and-refunds",
            t_f5_coupon_on_one_line = "T-F5-coupon-on-one-line",
            bad_input = "bad-input",
            baitiao_cut_over = "baitiao-cut-over",
            bind_shop_scope = "bind-shop-scope",
            bought_elsewhere = "bought-elsewhere",
            cashier_labels = "cashier-labels",
            close_and_purchase_flow = "close-and-purchase-flow",
            coupon_conflicts = "coupon-conflicts",
            farming = "farming",
            frequency_scopes = "frequency-scopes",
            holdout = "holdout",
            last_door = "last-door",
            member_sprint = "member-sprint",
            platform_sprint = "platform-sprint",
            t41_quantities = "T41-quantities",
            t42_ratio = "T42-ratio",
            t45_closing_and_keys = "T45-closing-and-keys",
            t_w1_a_platforms_waves = "T-W1-a-platforms-waves",
            t_s1_when_a_member_has_qualified = "T-S1-when-a-member-has-qualified",
            late_and_doubled_events = "late-and-doubled-events",
            left_out_rows = "left-out-rows",
            older_download = "older-download",
            period = "period",
            presale_and_virtual = "presale-and-virtual",
            presale_stacking = "presale-stacking",
            promotion_needs = "promotion-needs",
            promotion_limits = "promotion-limits",
            promotion_units = "promotion-units",
            promotion_when = "promotion-when",
            promotions = "promotions",
            push_rules = "push-rules",
            refund = "refund",
            rewards = "rewards",
            rewards_who = "rewards-who",
            reward_draws = "reward-draws",
            reward_surveys = "reward-surveys",
            scope_lists = "scope-lists",
            several_campaigns = "several-campaigns",
            shared_coupon = "shared-coupon",
            split_orders = "split-orders",
            stages = "stages",
            stock = "stock",
            one_checkout = "one-checkout",
            t_f3_free_order = "T-F3-free-order",
            strategy_versions = "strategy-versions",
            tool_never_blocks = "tool-never-blocks",
            versions = "versions",
        }
    };
}

/// What [`tests!`] is made of.
#[doc(hidden)]
#[macro_export]
macro_rules! tests_of {
    ($check:path; $($test:ident = $name:literal,)+) => {
        /// Every scenario that has a test here.
        pub const LISTED: &[&str] = &[$($name),+];
        $(
            #[test]
            fn $test() {
                $check($name);
            }
        )+
    };
}
