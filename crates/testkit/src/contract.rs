//! The contract that every store keeps. A store's crate runs it with one line:
//!
//! ```text
//! testkit::store_contract!(|| Box::new(MemoryStore::new()) as Box<dyn Store>);
//! ```
//!
//! Every case gets an empty store and says in its name what holds.

pub mod arrivals;
pub mod atomic;
pub mod batches;
pub mod dump;
pub mod ids;
pub mod lists;
pub mod pool;
pub mod queues;
pub mod random;
pub mod rewards;
pub mod rows;
pub mod settings;
pub mod sprints;
mod steps;
pub mod tables;
pub mod timers;

pub use steps::{Answer, Make, all, load, new_order, new_order_of, page, refused, write};

use port::Store;

/// A case: its name and what it does with an empty store.
pub type Case = (&'static str, fn(&mut dyn Store));

macro_rules! cases {
    ($($module:ident :: $case:ident),+ $(,)?) => {
        /// Every case.
        pub const CASES: &[Case] = &[$((stringify!($case), $module::$case)),+];

        /// One `#[test]` for every case of the contract, on the stores that the expression makes.
        #[macro_export]
        macro_rules! store_contract {
            ($make:expr) => {
                $(#[test]
                fn $case() {
                    let make: &dyn Fn() -> Box<dyn port::Store> = &$make;
                    $crate::contract::$module::$case(&mut *make());
                })+
            };
        }
    };
}

cases! {
    settings::shops_keep_their_settings,
    settings::sequences_are_kept_for_known_shops,
    settings::campaigns_and_their_figures,
    settings::wallets_and_message_settings,
    tables::every_table_keeps_its_rows,
    rows::orders_and_their_timelines,
    rows::coupons_in_every_state,
    rows::standings_of_shops_and_of_the_platform,
    arrivals::an_event_is_taken_in_once,
    arrivals::parked_events_wait_for_their_order,
    rows::ledger_entries_are_only_added,
    rows::a_message_is_made_once,
    rows::messages_change,
    rewards::a_s2_17_the_last_winners,
    sprints::a_s3_3_places_go_by_receipt_then_by_customer,
    sprints::members_of_a_wave,
    arrivals::the_sandbox_clock_is_kept,
    ids::a_g_11_ids_are_the_platforms_own_text,
    ids::a_g_11_lists_go_on_after_any_id,
    ids::a_g_11_places_of_any_order_are_apart,
    atomic::every_key_is_answered_in_its_place,
    atomic::a_load_sees_the_writes_of_its_transaction,
    atomic::a_failing_work_leaves_nothing,
    atomic::a_failing_write_leaves_nothing,
    atomic::a_panic_leaves_nothing,
    atomic::readers_see_only_what_is_committed,
    atomic::what_is_not_there_cannot_be_changed,
    timers::timers_fire_in_order,
    timers::timers_move_with_their_order,
    timers::timers_of_coupons,
    timers::timers_of_wallets,
    sprints::a_s3_13_invitations_by_how_far_they_are,
    sprints::timers_of_sprints,
    lists::lists_are_cut_into_pages,
    lists::a_page_may_begin_anywhere,
    lists::open_imports_are_found_over_all_shops,
    lists::messages_are_filtered,
    lists::a_customers_coupons,
    lists::a_conflict_that_is_over_is_gone,
    batches::batches_and_their_figures,
    batches::coupons_of_batches,
    batches::claims_are_counted_by_customer_and_batch,
    batches::codes_are_known_by_their_digest,
    batches::what_a_customer_holds,
    pool::what_a_shop_sets_up_for_its_pool,
    pool::a_s4_24_children_are_found_by_their_parent,
    pool::a_pool_belongs_to_a_shop,
    pool::pooled_orders_by_id_stage_and_exception,
    pool::pages_of_a_strategys_orders,
    pool::pages_of_orders_that_are_due,
    pool::candidates_come_change_and_go,
    pool::walks_go_by_place,
    pool::ranks_count_the_places_before,
    pool::many_orders_of_one_transaction,
    pool::buyers_places,
    pool::timers_of_the_pool_fire_in_order,
    pool::a_change_must_fit_what_is_stored,
    queues::deliveries_fan_out,
    queues::deliveries_are_tried_again,
    queues::dead_deliveries_are_revived,
    queues::receivers_take_turns,
    queues::a_shop_has_its_share_of_turns,
    queues::who_fails_comes_last,
    queues::deliveries_are_due_when_it_is_said,
    queues::a_removed_webhook_takes_its_deliveries_along,
    queues::dispatches_wait_for_their_time,
    queues::a_message_is_handed_over_once,
    queues::totals_count_what_is_pending,
}

/// Runs every case, each on a new store.
pub fn run(make: Make<'_>) {
    for (name, case) in CASES {
        println!("{name}");
        case(&mut *make());
    }
}
