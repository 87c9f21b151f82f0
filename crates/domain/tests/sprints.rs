//! Sprints at a desk: stages, what a member has come to, the draw, claims, and what is heard too late.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::{
    self, Action, Answer, Campaign, KindTerms as _, Terms, Version,
    sprint::{self, Do, Done, Stands},
};
use domain::catalog::Scope;
use domain::order::{Order, Refund, RefundAsk, RefundOf, RefundStatus, State};
use domain::sprint::{AwardStatus, Counting, CountsFrom, Given, LateCode, Reached, Spent, Wave};
use domain::{Code, Instant, Refusal};
use given::desk::{Table, World};
use given::{at, fen, id};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A moment of the platform's calendar of 2022.
fn day(text: &str) -> Instant {
    Instant::parse(&format!("2022-{text}+08:00")).unwrap()
}

/// The waves of T-W1.
fn waves() -> Value {
    let window = |from: &str, to: &str| json!({ "starts_at": format!("2022-{from}+08:00"), "ends_at": format!("2022-{to}+08:00") });
    let moment = |text: &str| format!("2022-{text}+08:00");
    json!([
        { "wave_id": "w1", "enrollment": window("10-20T00:00:00", "11-04T00:00:00"),
          "sprint": window("10-31T20:00:00", "11-04T00:00:00"), "draw_at": moment("11-14T12:00:00"),
          "award": window("11-14T12:00:00", "11-22T00:00:00"),
          "redemption": window("11-14T12:00:00", "12-15T00:00:00") },
        { "wave_id": "w2", "enrollment": window("11-04T00:00:00", "11-12T00:00:00"),
          "sprint": window("11-10T20:00:00", "11-12T00:00:00"), "draw_at": moment("11-24T12:00:00"),
          "award": window("11-24T12:00:00", "12-02T00:00:00"),
          "redemption": window("11-24T12:00:00", "12-25T00:00:00") },
    ])
}

fn wave(place: usize) -> Wave {
    serde_json::from_value(waves()[place].clone()).unwrap()
}

/// 200.00 brings two coupons; so many are released.
fn terms(release: u64) -> Value {
    json!({ "waves": waves(), "tiers": [
        { "threshold": 200_00, "prize": { "kind": "coupon", "batch_id": "BA_1", "release_quantity": release } },
    ] })
}

fn campaign_of(terms: &Value) -> Campaign {
    let version = Version {
        name: "冲刺".into(),
        starts_at: day("10-20T00:00:00"),
        ends_at: day("12-25T00:00:00"),
        scope: Scope::default(),
        terms: Terms::Sprint(serde_json::from_value(terms.clone()).unwrap()),
        made_at: day("10-01T00:00:00"),
    };
    Campaign {
        campaign_id: id("plan"),
        created_at: day("10-01T00:00:00"),
        published_at: Some(day("10-01T00:00:00")),
        closed_at: None,
        versions: vec![version],
        revised_at: Vec::new(),
        in_force: Vec::new(),
        request_digest: String::new(),
    }
}

fn desk(world: &World) -> Table<'_> {
    let mut desk = Table::at(world, day("10-20T00:00:00"));
    desk.batches.insert(id("BA_1"), 1_000);
    desk.batches_until = day("12-31T00:00:00");
    desk
}

fn act(desk: &mut Table<'_>, what: Do) -> Result<Done, Refusal> {
    match campaign::act(desk, &Action::Sprint(what))? {
        Answer::Sprint(done) => Ok(done),
        other => panic!("{other:?}"),
    }
}

fn enroll(desk: &mut Table<'_>, customer: &str, now: Instant) -> Result<Done, Refusal> {
    desk.now = now;
    act(desk, Do::Enroll { campaign_id: id("plan"), wave_id: None, customer_id: id(customer) })
}

fn claim(desk: &mut Table<'_>, customer: &str, now: Instant) -> Result<Done, Refusal> {
    desk.now = now;
    act(desk, Do::Claim { campaign_id: id("plan"), wave_id: Some(id("w1")), customer_id: id(customer) })
}

/// An order of one thing that is paid.
fn bought(order: &str, customer: &str, price: i64, placed_at: Instant) -> Order {
    let mut bought = given::order(price);
    bought.order_id = id(order);
    bought.customer_id = id(customer);
    bought.placed_at = placed_at;
    bought.state = State::Paid { at: placed_at };
    bought
}

fn goes_back(order: &mut Order, refund: &str, amount: i64, when: Instant) {
    let ask = RefundAsk { lines: Vec::new(), amount: Some(fen(amount)), fault: None };
    order.refunds.push(Refund {
        of: RefundOf::Order,
        amount: fen(amount),
        status: RefundStatus::Succeeded,
        ..Refund::told(id(refund), ask, None, when)
    });
}

/// The order is heard of at a moment, as it stands then.
fn hear(desk: &mut Table<'_>, order: &Order, now: Instant) {
    desk.now = now;
    let mut order = order.clone();
    campaign::whole(desk, &mut order);
}

fn draw(desk: &mut Table<'_>, now: Instant) {
    desk.now = now;
    while desk.sprints[&id("plan")].wake_at.is_some_and(|due| due <= now) {
        campaign::moment(desk, &id("plan")).unwrap();
    }
}

fn published<'a>(world: &'a World) -> Table<'a> {
    let mut desk = desk(world);
    desk.now = day("10-01T00:00:00");
    campaign::published(&mut desk, &world.campaigns[0].campaign).unwrap();
    desk
}

/// A-S3-1: each rule of a wave's stages names the field that breaks it; the platform's own calendar, whose stages overlap,
/// is fine.
#[test]
fn a_s3_1_stages_have_windows_of_their_own() {
    let field = |found: Vec<domain::Violation>| found.into_iter().map(|fault| fault.field).collect::<Vec<_>>();
    let check = |change: &dyn Fn(&mut Wave)| {
        let mut wave = wave(0);
        change(&mut wave);
        let mut found = Vec::new();
        wave.check("w", &mut found);
        field(found)
    };
    assert_eq!(check(&|_| ()), [""; 0]);
    assert_eq!(check(&|wave| wave.sprint.starts_at = wave.enrollment.starts_at), ["w.sprint.starts_at"]);
    assert_eq!(check(&|wave| wave.enrollment.ends_at = by(wave.sprint.ends_at, 1)), ["w.enrollment.ends_at"]);
    assert_eq!(check(&|wave| wave.draw_at = by(wave.sprint.ends_at, -1)), ["w.draw_at"]);
    assert_eq!(check(&|wave| wave.draw_at = by(wave.award.starts_at, 1)), ["w.award.starts_at"]);
    assert_eq!(
        check(&|wave| wave.redemption.starts_at = by(wave.award.starts_at, -1)),
        ["w.redemption.starts_at"]
    );
    assert_eq!(check(&|wave| wave.award.ends_at = by(wave.redemption.ends_at, 1)), ["w.award.ends_at"]);
    assert_eq!(check(&|wave| wave.award.ends_at = wave.award.starts_at), ["w.award.ends_at"]);
}

fn by(at: Instant, micros: i64) -> Instant {
    given::by(at, micros)
}

/// A-S3-1: an order counts in one wave at most, a wave's name is its own, and waves lie within the campaign.
#[test]
fn a_s3_1_waves_do_not_share_an_order() {
    let mut found = Vec::new();
    let mut twice = terms(10);
    twice["waves"][1]["sprint"]["starts_at"] = json!("2022-11-03T23:59:58+08:00");
    twice["waves"][1]["enrollment"]["starts_at"] = json!("2022-11-01T00:00:00+08:00");
    twice["waves"][1]["wave_id"] = json!("w1");
    let of: sprint::Terms = serde_json::from_value(twice).unwrap();
    of.check_together(&mut found);
    let found: Vec<(String, Code)> = found.into_iter().map(|fault| (fault.field, fault.code)).collect();
    assert_eq!(
        found,
        [("terms.waves[1].wave_id".into(), Code::Duplicate), ("terms.waves[1].sprint".into(), Code::OutOfRange)]
    );
}

/// A-S3-15: prizes have the fields of their kind, thresholds rise; A-S3-4: an odd release is warned of.
#[test]
fn a_s3_4_a_s3_15_prizes_and_tiers() {
    let check = |tiers: Value| {
        let of: sprint::Terms = serde_json::from_value(json!({ "waves": waves(), "tiers": tiers })).unwrap();
        let mut found = Vec::new();
        of.check_terms(&mut found);
        found.into_iter().map(|fault| fault.field).collect::<Vec<_>>()
    };
    let coupons = |threshold: i64| {
        json!({ "threshold": threshold, "prize": { "kind": "coupon", "batch_id": "b", "release_quantity": 4 } })
    };
    let goods = json!({ "threshold": 300_00, "prize": { "kind": "goods", "sku": "POT", "stock": 3 } });
    assert_eq!(check(json!([coupons(200_00), goods])), [""; 0]);
    assert_eq!(check(json!([coupons(200_00), coupons(200_00)])), ["terms.tiers[1].threshold"]);
    let mixed = json!({ "threshold": 1, "prize": { "kind": "goods", "batch_id": "b", "sku": "POT" } });
    assert_eq!(check(json!([mixed])), ["terms.tiers[0].prize.batch_id", "terms.tiers[0].prize.stock"]);
    let odd = json!({ "threshold": 1, "prize": { "kind": "coupon", "batch_id": "b", "release_quantity": 401 } });
    let of: sprint::Terms = serde_json::from_value(json!({ "waves": waves(), "tiers": [odd] })).unwrap();
    assert_eq!(of.tiers[0].prize.winners(), 200);
    let world = World::of(vec![campaign_of(&json!({ "waves": waves(), "tiers": [odd] }))]);
    let warnings = world.campaigns[0].campaign.current().warnings(&world.shop);
    assert_eq!(warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(), [Code::OddQuantity]);
}

fn spent(order: &str, paid: i64, placed: &str, received: Option<&str>) -> Spent {
    Spent {
        order_id: id(order),
        placed_at: day(placed),
        received_at: received.map(day),
        paid: fen(paid),
        refunds: Vec::new(),
    }
}

/// T-S1 (A-S3-2): net amounts as they stand at the draw, in the order of receipt.
#[test]
fn t_s1_a_s3_2_when_a_member_has_qualified() {
    let counting = Counting::of(&wave(0), CountsFrom::SprintStart, day("10-20T00:00:00"));
    let mut orders = vec![
        spent("a1", 150_00, "11-01T00:00:00", Some("11-05T00:00:00")),
        spent("a2", 100_00, "11-01T00:00:00", Some("11-06T00:00:00")),
    ];
    let reached = |orders: &[Spent]| {
        let reached = counting.reached(orders, &[fen(200_00)]);
        reached.first().map(|Reached { qualified_at, .. }| *qualified_at)
    };
    orders[0].refunds = vec![(day("11-07T00:00:00"), fen(60_00))];
    assert_eq!(reached(&orders), None, "190.00");
    orders[0].refunds = vec![(day("11-07T00:00:00"), fen(40_00))];
    assert_eq!(reached(&orders), Some(day("11-06T00:00:00")), "210.00");
    orders[0].refunds = vec![(day("11-14T12:00:00"), fen(60_00))];
    assert_eq!(reached(&orders), Some(day("11-06T00:00:00")), "what goes back at the draw is later");
    orders[0].refunds = vec![(by(day("11-14T12:00:00"), -1), fen(60_00))];
    assert_eq!(reached(&orders), None);
    let progress = counting.progress(&orders);
    assert_eq!((progress.spent, progress.received, progress.refunded), (fen(250_00), fen(190_00), fen(60_00)));
    let b = [spent("b1", 200_00, "11-01T00:00:00", Some("11-06T12:00:00"))];
    assert_eq!(reached(&b), Some(day("11-06T12:00:00")), "inclusive");
}

/// T-W1 (A-S3-1, A-S3-2): what counts of a member who enrolls during the sprint, and receipts around the draw.
#[test]
fn t_w1_a_s3_2_what_counts_of_a_platforms_wave() {
    let enrolled_at = day("11-02T00:00:00");
    let orders = [
        spent("o1", 100_00, "11-01T10:00:00", Some("11-13T23:59:59")),
        spent("o3", 150_00, "11-03T10:00:00", Some("11-13T23:59:59")),
        spent("late", 500_00, "11-03T11:00:00", Some("11-14T12:00:00")),
        spent("out", 500_00, "11-04T00:00:00", Some("11-05T00:00:00")),
    ];
    for (from, received) in [(CountsFrom::Enrollment, 150_00), (CountsFrom::SprintStart, 250_00)] {
        let counting = Counting::of(&wave(0), from, enrolled_at);
        assert_eq!(counting.progress(&orders).received, fen(received));
        let reached = counting.reached(&orders, &[fen(200_00)]);
        assert_eq!(reached.len(), usize::from(received >= 200_00), "{from:?}");
    }
}

/// A-S3-3, A-S3-11, S3-R24: by the receipt that qualified them, then by their ids, as many win as there are pairs; each has
/// two coupons, and nobody more.
#[test]
fn a_s3_3_a_s3_11_the_first_to_qualify_win_two_coupons_each() {
    let world = World::of(vec![campaign_of(&terms(5))]);
    let mut desk = published(&world);
    for customer in ["c", "a", "b", "d"] {
        enroll(&mut desk, customer, day("10-21T00:00:00")).unwrap();
    }
    for (order, customer, received) in
        [("o1", "c", "11-06T00:00:00"), ("o2", "b", "11-06T00:00:00"), ("o3", "a", "11-06T00:00:01"), ("o4", "d", "11-05T00:00:00")]
    {
        let mut bought = bought(order, customer, 200_00, day("11-01T00:00:00"));
        hear(&mut desk, &bought, day("11-01T00:00:00"));
        bought.received_at = Some(day(received));
        hear(&mut desk, &bought, day(received));
    }
    draw(&mut desk, day("11-14T11:59:59"));
    assert!(desk.coupons.is_empty(), "not before its time");
    draw(&mut desk, day("11-14T12:00:00"));
    let won: Vec<&str> = desk
        .members
        .iter()
        .filter(|(_, member)| !member.awards.is_empty())
        .map(|((.., customer), _)| customer.as_str())
        .collect();
    assert_eq!(won, ["b", "d"], "two pairs of five; of b and c, who qualified together, b");
    assert_eq!(desk.coupons.len(), 4);
    draw(&mut desk, day("11-20T00:00:00"));
    assert_eq!(desk.coupons.len(), 4, "drawn once");
}

/// A-S3-14: who may claim, does so in the award window; it is given once.
#[test]
fn a_s3_14_a_prize_is_claimed_in_the_award_window() {
    let mut of = terms(4);
    of["award_by"] = json!("claim");
    of["waves"][0]["award"]["starts_at"] = json!("2022-11-15T00:00:00+08:00");
    of["waves"][0]["redemption"]["starts_at"] = json!("2022-11-16T00:00:00+08:00");
    let world = World::of(vec![campaign_of(&of)]);
    let mut desk = published(&world);
    enroll(&mut desk, "a", day("10-21T00:00:00")).unwrap();
    let mut bought = bought("o1", "a", 200_00, day("11-01T00:00:00"));
    bought.received_at = Some(day("11-05T00:00:00"));
    hear(&mut desk, &bought, day("11-05T00:00:00"));
    draw(&mut desk, day("11-14T12:00:00"));
    assert!(desk.coupons.is_empty());
    let code = |answer: Result<Done, Refusal>| answer.unwrap_err().code;
    assert_eq!(code(claim(&mut desk, "a", day("11-14T23:59:59"))), Code::NotStarted);
    assert_eq!(code(claim(&mut desk, "b", day("11-15T00:00:00"))), Code::NotFound);
    let done = claim(&mut desk, "a", day("11-15T00:00:00")).unwrap();
    let Done::Claimed { awards, .. } = &done else { panic!("{done:?}") };
    let Some(Given::Coupons(coupons)) = &awards[0].given else { panic!("{awards:?}") };
    assert_eq!(coupons.len(), 2);
    let coupon = desk.coupons[&coupons[0]].clone();
    assert_eq!((coupon.usable_from(), coupon.usable_until), (day("11-16T00:00:00"), day("12-15T00:00:00")));
    assert_eq!(claim(&mut desk, "a", day("11-15T00:00:01")).unwrap(), done, "once more is the same");
    assert_eq!(desk.coupons.len(), 2);
    let won = domain::sprint::Award::won(0, day("11-14T12:00:00"));
    let wave = &desk_wave(&world);
    assert_eq!(Stands::of(&won, wave, day("11-21T23:59:59")), Stands::Won);
    assert_eq!(Stands::of(&won, wave, day("11-22T00:00:00")), Stands::Lapsed);
}

fn desk_wave(world: &World) -> Wave {
    world.campaigns[0].campaign.current().terms.of::<sprint::Terms>().unwrap().waves[0].clone()
}

/// S3-R35, A-S3-16: enrollment has its window, once a wave; after the first one terms stay, name and description do not.
#[test]
fn a_s3_16_after_the_first_enrollment_terms_stay() {
    let world = World::of(vec![campaign_of(&terms(4))]);
    let mut desk = published(&world);
    let code = |answer: Result<Done, Refusal>| answer.unwrap_err().code;
    assert_eq!(code(enroll(&mut desk, "a", by(day("10-20T00:00:00"), -1))), Code::EnrollmentClosed);
    let next = |description: &str, threshold: i64| {
        let mut next = campaign_of(&terms(4));
        let mut of = terms(4);
        of["description"] = json!(description);
        of["tiers"][0]["threshold"] = json!(threshold);
        next.versions.push(Version { terms: Terms::Sprint(serde_json::from_value(of).unwrap()), ..next.versions[0].clone() });
        next
    };
    campaign::published(&mut desk, &next("", 100_00)).unwrap();
    enroll(&mut desk, "a", day("10-20T00:00:00")).unwrap();
    assert_eq!(code(enroll(&mut desk, "a", day("10-21T00:00:00"))), Code::AlreadyEnrolled);
    assert_eq!(code(enroll(&mut desk, "b", day("12-01T00:00:00"))), Code::EnrollmentClosed);
    campaign::published(&mut desk, &next("new words", 200_00)).unwrap();
    let refused = campaign::published(&mut desk, &next("", 100_00)).unwrap_err();
    assert_eq!(refused.violations[0].code, Code::ImmutableField);
}

/// A-S3-2: what happened in time and is heard after the draw is listed for a decision by hand, and changes nothing by
/// itself; what turns out not to differ is listed no more.
#[test]
fn a_s3_2_what_is_heard_too_late_waits_for_a_decision() {
    let world = World::of(vec![campaign_of(&terms(4))]);
    let mut desk = published(&world);
    for customer in ["a", "b"] {
        enroll(&mut desk, customer, day("10-21T00:00:00")).unwrap();
    }
    let mut won = bought("o1", "a", 200_00, day("11-01T00:00:00"));
    won.received_at = Some(day("11-05T00:00:00"));
    hear(&mut desk, &won, day("11-05T00:00:00"));
    let mut late = bought("o2", "b", 200_00, day("11-01T00:00:00"));
    hear(&mut desk, &late, day("11-01T00:00:00"));
    draw(&mut desk, day("11-14T12:00:00"));
    assert_eq!(desk.coupons.len(), 2);
    late.received_at = Some(day("11-13T00:00:00"));
    hear(&mut desk, &late, day("11-14T12:00:01"));
    goes_back(&mut won, "r1", 1, day("11-13T00:00:00"));
    hear(&mut desk, &won, day("11-14T12:00:02"));
    let of = |desk: &Table<'_>, customer: &str| desk.members[&(id("plan"), id("w1"), id(customer))].clone();
    assert_eq!(of(&desk, "a").late[0].code, LateCode::LateDisqualified);
    assert_eq!(of(&desk, "b").late[0].code, LateCode::LateQualified);
    assert_eq!(desk.coupons.len(), 2, "nothing by itself");
    let word = |customer: &str, award| Do::Decide {
        campaign_id: id("plan"),
        wave_id: id("w1"),
        tier: None,
        customer_id: id(customer),
        award,
        reason: "heard late".into(),
        by: "boss".into(),
    };
    act(&mut desk, word("b", true)).unwrap();
    act(&mut desk, word("a", false)).unwrap();
    assert_eq!(desk.coupons.len(), 4);
    assert_eq!(of(&desk, "b").award(0).unwrap().status, AwardStatus::Given);
    assert_eq!(of(&desk, "a").award(0).unwrap().status, AwardStatus::Void);
    assert_eq!(of(&desk, "a").late[0].decided.as_ref().unwrap().reason, "heard late");
    assert_eq!(act(&mut desk, word("a", true)).unwrap_err().code, Code::NotFound, "decided once");
}

/// A-S3-12: a refund after the draw takes nothing back unless the sprint says so; then unused coupons are void.
#[test]
fn a_s3_12_a_refund_after_the_draw() {
    for (voids, left) in [(false, AwardStatus::Given), (true, AwardStatus::Void)] {
        let mut of = terms(4);
        of["void_after_refund"] = json!(voids);
        let world = World::of(vec![campaign_of(&of)]);
        let mut desk = published(&world);
        enroll(&mut desk, "a", day("10-21T00:00:00")).unwrap();
        let mut won = bought("o1", "a", 250_00, day("11-01T00:00:00"));
        won.received_at = Some(day("11-05T00:00:00"));
        hear(&mut desk, &won, day("11-05T00:00:00"));
        draw(&mut desk, day("11-14T12:00:00"));
        goes_back(&mut won, "r1", 50_00, day("11-15T00:00:00"));
        hear(&mut desk, &won, day("11-15T00:00:00"));
        let status = |desk: &Table<'_>| desk.members[&(id("plan"), id("w1"), id("a"))].award(0).unwrap().status;
        assert_eq!(status(&desk), AwardStatus::Given, "200.00 is left");
        goes_back(&mut won, "r2", 1, day("11-16T00:00:00"));
        hear(&mut desk, &won, day("11-16T00:00:00"));
        assert_eq!(status(&desk), left);
        let void = desk.coupons.values().filter(|coupon| coupon.status == domain::coupon::CouponStatus::Void);
        assert_eq!(void.count(), if voids { 2 } else { 0 });
        assert_eq!(desk.members[&(id("plan"), id("w1"), id("a"))].late, [], "it happened after the draw");
    }
}

/// A-S3-2: goods of the scope alone count, without freight, after what came off and went back of them.
#[test]
fn a_s3_2_what_was_paid_for_goods_of_the_scope() {
    let mut order = given::order_of(&given::with_freight(
        given::less(given::placed(&[(100_00, 1), (300_00, 1)]), "order_promotion", 40_00, domain::order::Party::Merchant),
        12_00,
    ));
    order.state = State::Paid { at: at("10T10:00:00") };
    let scope: Scope = serde_json::from_value(json!({ "mode": "whitelist", "skus": ["s1"] })).unwrap();
    let paid = |order: &Order, scope: &Scope| Spent::of(order, scope).map(|spent| spent.paid);
    assert_eq!(paid(&order, &Scope::default()), Some(fen(360_00)));
    assert_eq!(paid(&order, &scope), Some(fen(270_00)));
    goes_back(&mut order, "r", 36_00, at("11T10:00:00"));
    let spent = Spent::of(&order, &scope).unwrap();
    assert_eq!(spent.net(at("12T10:00:00")), fen(243_00), "an amount without lines is of all of them");
    order.state = State::Open;
    assert_eq!(paid(&order, &scope), None);
}

/// An order of the property: what was paid, when it was placed and received, and what went back when, in hours.
type Drawn = (i64, i64, Option<i64>, Vec<(i64, i64)>);

fn orders_of(drawn: &[Drawn], zero: Instant) -> Vec<Spent> {
    let of = |(number, (paid, placed, received, refunds)): (usize, &Drawn)| {
        let mut refunds: Vec<(Instant, money::Money)> =
            refunds.iter().map(|(at, amount)| (zero.plus_hours(*at), fen(*amount))).collect();
        refunds.sort_unstable();
        Spent {
            order_id: id(&format!("o{number}")),
            placed_at: zero.plus_hours(*placed),
            received_at: received.map(|at| zero.plus_hours(at)),
            paid: fen(*paid),
            refunds,
        }
    };
    drawn.iter().enumerate().map(of).collect()
}

proptest! {
    #![proptest_config(given::cases(256))]
    /// A-S3-2: what was reached and when, beside a plain recomputation that tries every receipt as the last one.
    #[test]
    fn a_s3_2_what_was_reached_is_what_a_plain_recount_says(
        drawn in prop::collection::vec(
            (0_i64..300, -3_i64..8, prop::option::of(-2_i64..14), prop::collection::vec((0_i64..14, 0_i64..120), 0..3)),
            0..7,
        ),
        enrolled in -2_i64..8,
        threshold in 1_i64..600,
        from_start in any::<bool>(),
    ) {
        let zero = day("10-31T20:00:00");
        let mut wave = wave(0);
        wave.sprint = domain::time::Window { starts_at: zero, ends_at: zero.plus_hours(6) };
        wave.draw_at = zero.plus_hours(10);
        let orders = orders_of(&drawn, zero);
        let from = if from_start { CountsFrom::SprintStart } else { CountsFrom::Enrollment };
        let counting = Counting::of(&wave, from, zero.plus_hours(enrolled));
        let counts = |order: &&Spent| {
            let since = if from_start { zero } else { zero.max(zero.plus_hours(enrolled)) };
            order.placed_at >= since && order.placed_at < zero.plus_hours(6)
        };
        let net = |order: &Spent| {
            let gone: i64 = order.refunds.iter().filter(|(at, _)| *at < wave.draw_at).map(|(_, amount)| amount.minor()).sum();
            (order.paid.minor() - gone).max(0)
        };
        let in_time = |order: &&Spent| order.received_at.is_some_and(|at| at < wave.draw_at);
        let counted: Vec<&Spent> = orders.iter().filter(counts).filter(in_time).collect();
        let by_then = |last: Instant| -> i64 {
            counted.iter().filter(|order| order.received_at.unwrap() <= last).map(|order| net(order)).sum()
        };
        let plain = counted.iter().map(|order| order.received_at.unwrap()).filter(|at| by_then(*at) >= threshold).min();
        let found = counting.reached(&orders, &[fen(threshold)]);
        prop_assert_eq!(found.first().map(|reached| reached.qualified_at), plain);
        let progress = counting.progress(&orders);
        prop_assert_eq!(progress.received.minor(), counted.iter().map(|order| net(order)).sum::<i64>());
        prop_assert_eq!(progress.spent, progress.received + progress.awaiting + progress.refunded);
    }
}
