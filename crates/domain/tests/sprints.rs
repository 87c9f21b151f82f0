//! Sprints at a desk: stages, what a member has come to, the draw, claims, and what is heard too late.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::{
    self, Action, Answer, Campaign, KindTerms as _, Terms, Version,
    sprint::{self, Do, Done, Stands},
};
use domain::catalog::Scope;
use domain::order::Order;
use domain::sprint::{AwardStatus, Given, LateCode, Wave};
use domain::{Code, Instant, Refusal};
use given::desk::{Table, World};
use given::sprints::{bought, day, goes_back, wave, waves};
use given::{by, id};
use serde_json::{Value, json};

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

fn published(world: &World) -> Table<'_> {
    let mut desk = desk(world);
    desk.now = day("10-01T00:00:00");
    campaign::published(&mut desk, &world.campaigns[0].campaign).unwrap();
    desk
}

/// A-S3-1: each rule of a wave's stages names the field that breaks it; the platform's own calendar, whose stages overlap,
/// is fine.
#[test]
fn a_s3_1_stages_have_windows_of_their_own() {
    let field =
        |found: Vec<domain::Violation>| found.into_iter().map(|fault| fault.field).collect::<Vec<_>>();
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
        [
            ("terms.waves[1].wave_id".into(), Code::Duplicate),
            ("terms.waves[1].sprint".into(), Code::OutOfRange)
        ]
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
    let coupons = |threshold: i64| json!({ "threshold": threshold, "prize": { "kind": "coupon", "batch_id": "b", "release_quantity": 4 } });
    let goods = json!({ "threshold": 300_00, "prize": { "kind": "goods", "sku": "POT", "stock": 3 } });
    assert_eq!(check(json!([coupons(200_00), goods])), [""; 0]);
    assert_eq!(check(json!([coupons(200_00), coupons(200_00)])), ["terms.tiers[1].threshold"]);
    let mixed = json!({ "threshold": 1, "prize": { "kind": "goods", "batch_id": "b", "sku": "POT" } });
    assert_eq!(check(json!([mixed])), ["terms.tiers[0].prize.batch_id", "terms.tiers[0].prize.stock"]);
    let odd =
        json!({ "threshold": 1, "prize": { "kind": "coupon", "batch_id": "b", "release_quantity": 401 } });
    let of: sprint::Terms = serde_json::from_value(json!({ "waves": waves(), "tiers": [odd] })).unwrap();
    assert_eq!(of.tiers[0].prize.winners(), 200);
    let world = World::of(vec![campaign_of(&json!({ "waves": waves(), "tiers": [odd] }))]);
    let warnings = world.campaigns[0].campaign.current().warnings(&world.shop);
    assert_eq!(warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(), [Code::OddQuantity]);
}

/// A-S3-3, A-S3-11, S3-R05, S3-R24: by the receipt that qualified them, then by their ids, as many win as there are pairs; each has
/// two coupons, and nobody more.
#[test]
fn a_s3_3_a_s3_11_the_first_to_qualify_win_two_coupons_each() {
    let world = World::of(vec![campaign_of(&terms(5))]);
    let mut desk = published(&world);
    for customer in ["c", "a", "b", "d"] {
        enroll(&mut desk, customer, day("10-21T00:00:00")).unwrap();
    }
    for (order, customer, received) in [
        ("o1", "c", "11-06T00:00:00"),
        ("o2", "b", "11-06T00:00:00"),
        ("o3", "a", "11-06T00:00:01"),
        ("o4", "d", "11-05T00:00:00"),
    ] {
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
        next.versions.push(Version {
            terms: Terms::Sprint(serde_json::from_value(of).unwrap()),
            ..next.versions[0].clone()
        });
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
    let decision = |customer: &str, award| Do::Decide {
        campaign_id: id("plan"),
        wave_id: id("w1"),
        tier: None,
        customer_id: id(customer),
        award,
        reason: "heard late".into(),
        by: "boss".into(),
    };
    act(&mut desk, decision("b", true)).unwrap();
    act(&mut desk, decision("a", false)).unwrap();
    assert_eq!(desk.coupons.len(), 4);
    assert_eq!(of(&desk, "b").award(0).unwrap().status, AwardStatus::Given);
    assert_eq!(of(&desk, "a").award(0).unwrap().status, AwardStatus::Void);
    assert_eq!(of(&desk, "a").late[0].decided.as_ref().unwrap().reason, "heard late");
    assert_eq!(act(&mut desk, decision("a", true)).unwrap_err().code, Code::NotFound, "decided once");
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
        let status =
            |desk: &Table<'_>| desk.members[&(id("plan"), id("w1"), id("a"))].award(0).unwrap().status;
        assert_eq!(status(&desk), AwardStatus::Given, "200.00 is left");
        goes_back(&mut won, "r2", 1, day("11-16T00:00:00"));
        hear(&mut desk, &won, day("11-16T00:00:00"));
        assert_eq!(status(&desk), left);
        let void = desk.coupons.values().filter(|coupon| coupon.status == domain::coupon::CouponStatus::Void);
        assert_eq!(void.count(), if voids { 2 } else { 0 });
        assert_eq!(desk.members[&(id("plan"), id("w1"), id("a"))].late, [], "it happened after the draw");
    }
}

/// A-S3-2: what is heard between the draw's moment and the step that gives a member their prize is listed too.
#[test]
fn a_s3_2_what_is_heard_before_the_step_that_gives_is_listed() {
    let world = World::of(vec![campaign_of(&terms(4))]);
    let mut desk = published(&world);
    enroll(&mut desk, "a", day("10-21T00:00:00")).unwrap();
    let mut won = bought("o1", "a", 200_00, day("11-01T00:00:00"));
    won.received_at = Some(day("11-05T00:00:00"));
    hear(&mut desk, &won, day("11-05T00:00:00"));
    goes_back(&mut won, "r1", 1, day("11-13T00:00:00"));
    hear(&mut desk, &won, day("11-14T12:00:00"));
    draw(&mut desk, day("11-14T12:00:01"));
    let member = &desk.members[&(id("plan"), id("w1"), id("a"))];
    assert_eq!(member.award(0).unwrap().status, AwardStatus::Given, "it was known to be theirs at the draw");
    assert_eq!(member.late.iter().map(|late| late.code).collect::<Vec<_>>(), [LateCode::LateDisqualified]);
}

/// A-S3-3, A-S3-11: tiers that share a batch need coupons for both; a batch lets a customer have what they may win; a new name
/// is no matter of the prizes, which may be given by then.
#[test]
fn a_s3_11_a_batch_has_coupons_for_every_winner() {
    let mut of = terms(600);
    let second = json!({ "threshold": 300_00, "prize": of["tiers"][0]["prize"] });
    of["tiers"].as_array_mut().unwrap().push(second);
    let world = World::of(vec![campaign_of(&of)]);
    let mut desk = desk(&world);
    let world_before = World::of(Vec::new());
    let mut first = Table::at(&world_before, day("10-01T00:00:00"));
    (first.batches_until, first.batches_each) = (day("12-31T00:00:00"), 4);
    first.batches.insert(id("BA_1"), 1_199);
    let campaign = &world.campaigns[0].campaign;
    let faults = |desk: &mut Table<'_>| {
        let refused = campaign::published(desk, campaign).err();
        let found = refused.into_iter().flat_map(|refused| refused.violations);
        found.map(|fault| (fault.field, fault.code)).collect::<Vec<_>>()
    };
    let short = ("terms.tiers[1].prize.release_quantity".to_owned(), Code::BatchShort);
    assert_eq!(faults(&mut first), [short], "1,200 are needed");
    first.batches.insert(id("BA_1"), 1_200);
    assert_eq!(faults(&mut first), []);
    first.batches_each = 3;
    let each = |tier: usize| (format!("terms.tiers[{tier}].prize.batch_id"), Code::BatchShort);
    assert_eq!(faults(&mut first), [each(0), each(1)], "two waves, two coupons each");
    desk.now = day("11-20T00:00:00");
    desk.batches.insert(id("BA_1"), 0);
    assert_eq!(faults(&mut desk), [], "the same terms, after they were given");
}

/// A-S3-14: award windows of two waves may overlap; without a wave the one is meant in which the member has won.
#[test]
fn a_s3_14_a_claim_without_a_wave_finds_what_was_won() {
    let mut of = terms(4);
    of["award_by"] = json!("claim");
    of["waves"][0]["award"]["ends_at"] = json!("2022-12-10T00:00:00+08:00");
    let world = World::of(vec![campaign_of(&of)]);
    let mut desk = published(&world);
    enroll(&mut desk, "a", day("11-05T00:00:00")).unwrap();
    let mut bought = bought("o1", "a", 200_00, day("11-11T00:00:00"));
    bought.received_at = Some(day("11-15T00:00:00"));
    hear(&mut desk, &bought, day("11-15T00:00:00"));
    draw(&mut desk, day("11-24T12:00:00"));
    let asked = Do::Claim { campaign_id: id("plan"), wave_id: None, customer_id: id("a") };
    desk.now = day("12-10T00:00:00");
    let refused = act(&mut desk, asked.clone()).unwrap_err();
    assert_eq!(refused.code, Code::Expired, "none is open; theirs was");
    desk.now = day("11-24T12:00:00");
    let done = act(&mut desk, asked).unwrap();
    assert!(matches!(&done, Done::Claimed { wave_id, .. } if *wave_id == id("w2")), "{done:?}");
}
