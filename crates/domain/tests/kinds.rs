//! Kinds at a desk: what each does when an order moves, its time comes or somebody acts, without an engine.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::presale::Gain;
use domain::campaign::recovery::Claim;
use domain::campaign::{self, Action, Answer, Terms, order_wake};
use domain::coupon::CouponStatus;
use domain::order::{CancelReason, OfferStatus, Order, Stage, State};
use domain::{Code, Instant};
use given::desk::{Table, World};
use given::presale::{item, pay, presale, presale_placed, presale_terms};
use given::{at, fen, id};

/// 200.00, placed at noon on 10 June, to be paid by noon of the next day.
fn placed() -> Order {
    let mut order = given::order_of(&given::placed(&[(100_00, 2)]));
    order.placed_at = at("10T12:00:00");
    order.cancel_at = Some(at("11T12:00:00"));
    order.recovery = domain::order::Recovery::default();
    order
}

fn covered(desk: &mut Table<'_>) -> Order {
    let mut order = placed();
    let placed_at = order.placed_at;
    desk.follow(&mut order, None, placed_at);
    order
}

/// S0-R14, S0-R36: the coupon is shown when the trigger has come, the push is planned for the lead before the deadline,
/// and an order's next moment is the earlier of the two.
#[test]
fn s0_r14_s0_r36_recovery_wakes_for_its_coupon_and_its_push() {
    let world = World::of(vec![given::campaign("june", given::terms())]);
    let mut desk = Table::at(&world, at("10T12:00:00"));
    let mut order = covered(&mut desk);
    assert_eq!(order_wake(&order), Some(at("10T12:15:00")));

    desk.wait_until(&mut order, at("10T12:14:59"));
    assert!(order.recovery.offer.is_none(), "not before its time");
    desk.wait_until(&mut order, at("10T12:15:00"));
    assert_eq!(order.recovery.offer.as_ref().unwrap().status, OfferStatus::Displayed);
    assert_eq!(
        (desk.said(), &desk.published[..]),
        (vec!["offer.displayed"], &["offer.displayed".to_owned()][..])
    );
    assert_eq!(order_wake(&order), Some(at("11T11:00:00")));

    desk.wait_until(&mut order, at("11T11:00:00"));
    assert_eq!(desk.said(), ["offer.displayed", "push.sent"]);
    assert_eq!(desk.sent.len(), 1);
    assert_eq!(desk.sent[0].1, at("11T12:00:00"), "given up at the deadline");
    assert_eq!(order_wake(&order), order.cancel_at);
}

/// S0-R05, S0-R29: a claim is an action of the kind: it gives the coupon and is counted for its customer.
#[test]
fn s0_r05_s0_r29_a_claim_is_an_action() {
    let world = World::of(vec![given::campaign("june", given::terms())]);
    let mut desk = Table::at(&world, at("10T12:00:00"));
    let mut order = covered(&mut desk);
    desk.wait_until(&mut order, at("10T12:15:00"));
    let offer_id = order.recovery.offer.as_ref().unwrap().offer_id.clone();
    let (order_id, customer_id) = (order.order_id.clone(), order.customer_id.clone());
    desk.orders.insert(order_id.clone(), order);

    let claim = |by: &str| {
        Action::Recovery(Claim {
            order_id: order_id.clone(),
            offer_id: offer_id.clone(),
            customer_id: id(by),
        })
    };
    let stranger = campaign::act(&mut desk, &claim("somebody")).unwrap_err();
    assert_eq!(stranger.code, Code::NotOwner);
    assert!(desk.coupons.is_empty(), "a refusal gives nothing");
    let answer = campaign::act(&mut desk, &claim(customer_id.as_str())).unwrap();
    let coupon = match answer {
        Answer::Recovery(coupon) => coupon,
        #[allow(unreachable_patterns, reason = "so far no other kind answers anything")]
        other => panic!("not a coupon: {other:?}"),
    };
    assert_eq!((coupon.status, coupon.save), (CouponStatus::Available, fen(5_00)));
    assert_eq!(desk.coupons[&coupon.coupon_id], coupon);
    assert_eq!(desk.here[&customer_id].claims.len(), 1);
    let again = campaign::act(&mut desk, &claim(customer_id.as_str())).unwrap_err();
    assert_eq!(again.code, Code::AlreadyClaimed);
}

/// A-S0-8, A-S0-21: with its order the coupon ends; one that was shown and left unpaid is remembered, and forgotten
/// when the payment turns out to have been in time.
#[test]
fn a_s0_8_a_s0_21_recovery_ends_with_its_order() {
    let world = World::of(vec![given::campaign("june", given::terms())]);
    let mut desk = Table::at(&world, at("10T12:00:00"));
    let mut order = covered(&mut desk);
    desk.wait_until(&mut order, at("10T12:15:00"));
    let deadline = order.cancel_at.unwrap();
    let open = order.state;
    order.cancel(deadline, CancelReason::Timeout).unwrap();
    desk.follow(&mut order, Some(open), deadline);
    assert_eq!(order.recovery.offer.as_ref().unwrap().status, OfferStatus::Withdrawn);
    assert_eq!(desk.here[&order.customer_id].unpaid.len(), 1);
    assert_eq!(order_wake(&order), None);

    let cancelled = order.state;
    order.state = State::Paid { at: at("11T11:30:00") };
    desk.follow(&mut order, Some(cancelled), at("11T11:30:00"));
    assert!(desk.here[&order.customer_id].unpaid.is_empty());
}

fn presale_order(world: &World, now: Instant) -> (Table<'_>, Order) {
    let desk = Table::at(world, now);
    let placed = presale_placed(&[(100_00, 1)]);
    let order = campaign::place(&desk, &placed, now, &[]).unwrap().expect("its lines name a presale");
    (desk, order)
}

/// S1-R22, S1-R24: with its deposit a presale order plans its reminders; paid in whole, what waits is left out.
#[test]
fn s1_r22_s1_r24_a_presale_reminds_of_its_balance() {
    let world = World::of(vec![presale(presale_terms(vec![item("s0", 100_00, 10_00, Gain::default())]))]);
    let (mut desk, mut order) = presale_order(&world, at("10T12:00:00"));
    let placed_at = order.placed_at;
    desk.follow(&mut order, None, placed_at);
    assert_eq!(order_wake(&order), order.cancel_at, "nothing of it wakes before the deposit");

    let before = order.state;
    let deposit = pay(&order, "p1", Stage::Deposit, 10_00, at("10T12:05:00"), &[]);
    order.pay(deposit).unwrap();
    desk.follow(&mut order, Some(before), at("10T12:05:00"));
    assert_eq!(order_wake(&order), Some(at("20T20:00:00")));
    desk.wait_until(&mut order, at("20T20:00:00"));
    assert_eq!(desk.said(), ["reminder.sent"]);

    let before = order.state;
    let balance = pay(&order, "p2", Stage::Balance, 90_00, at("21T08:00:00"), &[]);
    order.pay(balance).unwrap();
    desk.now = at("21T08:00:00");
    desk.follow(&mut order, Some(before), at("21T08:00:00"));
    assert_eq!(desk.said(), ["reminder.sent", "reminder.suppressed", "reminder.suppressed"]);
    assert_eq!(order_wake(&order), None);
}

/// Figures are sums over orders as they are: what an order brings changes with it, and nothing else does.
#[test]
fn a_presale_counts_what_its_orders_bring() {
    let world = World::of(vec![presale(presale_terms(vec![item("s0", 100_00, 10_00, Gain::default())]))]);
    let (_, mut order) = presale_order(&world, at("10T12:00:00"));
    let brings = |order: &Order, figure: &str| {
        let tally = campaign::brings(order, &world.campaigns);
        tally.0.iter().find(|brought| brought.figure == figure).map_or(0, |brought| brought.amount)
    };
    let all = |order: &Order| {
        ["orders", "deposits", "balances", "converted", "paid", "forfeited"].map(|f| brings(order, f))
    };
    assert_eq!(all(&order), [1, 0, 0, 0, 0, 0]);
    order.pay(pay(&order, "p1", Stage::Deposit, 10_00, at("10T12:05:00"), &[])).unwrap();
    assert_eq!(all(&order), [1, 1, 0, 0, 10_00, 0]);
    let mut lost = order.clone();
    lost.cancel(at("24T00:00:00"), CancelReason::Timeout).unwrap();
    assert_eq!(all(&lost), [1, 1, 0, 0, 10_00, 1]);
    order.pay(pay(&order, "p2", Stage::Balance, 90_00, at("21T08:00:00"), &[])).unwrap();
    assert_eq!(all(&order), [1, 1, 1, 1, 100_00, 0]);
}

/// A promotion counts the paid orders whose discounts name it, once it was published; a price floor the lines that it
/// is for, and those that were sold for less.
#[test]
fn promotions_and_floors_count_paid_orders() {
    let of = |name: &str, terms: Terms| {
        let mut campaign = given::campaign(name, given::terms());
        campaign.versions[0].terms = terms;
        campaign
    };
    let tier = domain::campaign::promotion::Tier {
        spend: fen(100_00),
        save: Some(fen(20_00)),
        percent_off: None,
        cap: None,
    };
    let order_terms = domain::campaign::promotion::OrderTerms { tiers: vec![tier], ..Default::default() };
    let floor = domain::campaign::promotion::Floor { sku: id("s0"), floor: fen(95_00), list_price: None };
    let world = World::of(vec![
        of("twenty", Terms::OrderPromotion(order_terms)),
        of("cost", Terms::PriceFloor(vec![floor].into())),
    ]);
    let mut placed = given::less(
        given::placed(&[(100_00, 2), (50_00, 1)]),
        "order_promotion",
        20_00,
        domain::order::Party::Merchant,
    );
    placed.discounts[0].id = Some("twenty".into());
    let mut order = given::order_of(&placed);
    order.placed_at = at("10T12:00:00");
    assert!(campaign::brings(&order, &world.campaigns).0.is_empty(), "nothing before it is paid");
    order.pay(given::payment(&order, "p1", 0, at("10T12:05:00"))).unwrap();
    let tally = campaign::brings(&order, &world.campaigns);
    let of = |name: &str| {
        let own = tally.0.iter().filter(|brought| brought.campaign_id.as_str() == name);
        own.map(|brought| (brought.figure, brought.amount)).collect::<Vec<_>>()
    };
    assert_eq!(of("twenty"), [("saved", 20_00), ("orders", 1), ("lines", 2), ("units", 3), ("paid", 230_00)]);
    // Two units of s0 bear 16.00 of the saving: sold for 184.00, the floor is 190.00.
    assert_eq!(
        of("cost"),
        [
            ("lines_below", 1),
            ("shortfall", 6_00),
            ("orders", 1),
            ("lines", 1),
            ("units", 2),
            ("paid", 230_00)
        ]
    );
    order.placed_at = at("08T12:00:00");
    assert!(campaign::brings(&order, &world.campaigns).0.is_empty(), "it was not published then");
}

/// A-G-10, A-S0-4: of 120 campaigns, most of them over, some closed, some given another end, an order is covered by those and
/// left out by those that it is when all are looked at, also where it is told of long after they ended.
#[test]
fn a_g_10_campaigns_that_are_over_are_passed_over_and_late_orders_are_not() {
    let start = given::at("10T00:00:00");
    let campaigns = (0..120_i64).map(|number| {
        let mut campaign = given::campaign(&format!("c{number:03}"), given::terms());
        let version = &mut campaign.versions[0];
        version.starts_at = start.plus_hours(12 * number);
        version.ends_at = version.starts_at.plus_hours(24 + number % 5 * 24);
        (campaign.created_at, campaign.published_at) = (start, Some(start));
        campaign.closed_at = (number % 7 == 0).then(|| start.plus_hours(12 * number + 20));
        if number % 4 == 0 {
            let longer = domain::campaign::Version {
                ends_at: start.plus_hours(12 * number + 200),
                ..campaign.versions[0].clone()
            };
            campaign.versions.push(longer);
            campaign.revised_at.push(start.plus_hours(12 * number + 6));
        }
        campaign
    });
    let world = World::of(campaigns.collect());
    let told = start.plus_hours(24 * 365);
    let mut covered = 0;
    for hour in 0..24 * 80 {
        let placed_at = start.plus_hours(hour);
        let cancel_at = Some(placed_at.plus_hours(24));
        let mut order = Order { placed_at, cancel_at, ..given::order(100_00) };
        let all = world.campaigns.iter();
        let all = all.filter_map(|row| domain::campaign::recovery::Live::at(&row.campaign, placed_at));
        let expected = domain::campaign::recovery::cover(&order, all);
        let mut desk = Table::at(&world, told);
        desk.follow(&mut order, None, placed_at);
        assert_eq!(order.recovery.candidates, expected.candidates, "hour {hour}");
        assert_eq!(order.recovery.withheld, expected.withheld, "hour {hour}");
        covered += usize::from(!expected.candidates.is_empty() || !expected.withheld.is_empty());
    }
    assert!((1_400..1_700).contains(&covered), "{covered} orders lie in a campaign's days");
}
