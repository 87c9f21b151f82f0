//! Sprints through the engine: a platform's calendar from enrollment to the claim on both stores, members by the hundreds,
//! orders of arrival, and what the auditor finds.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::campaign::{
    Action, Answer, Terms, Version,
    sprint::{Binding, Closed, Do, Done, Invitation, Made, Sheet, Tried},
};
use domain::catalog::{Category, Scope};
use domain::event::{Body, MemberMerged, OrderEvent};
use domain::sprint::{AwardStatus, Happened, Member, Quarter};
use engine::{Closing, Command, Input, Reply, SprintCommand};
use port::{Change, Changes};
use serde_json::{Value, json};
use store_sqlite::SqliteStore;
use support::{batch::*, planter::Planter, rewards::*, *};

/// Enrollment 0 to 100, sprint 10 to 100, draw at 200, award to 300, redemption to 400: minutes after the start.
fn terms(release: u64) -> Value {
    let window =
        |from: i64, to: i64| json!({ "starts_at": at(from).to_string(), "ends_at": at(to).to_string() });
    json!({
        "waves": [{ "wave_id": "w1", "enrollment": window(0, 100), "sprint": window(10, 100),
            "draw_at": at(200).to_string(), "award": window(200, 300), "redemption": window(200, 400) }],
        "tiers": [{ "threshold": 200_00, "prize": { "kind": "coupon", "batch_id": "BA_1", "release_quantity": release } }],
    })
}

fn sprinting(terms: &Value) -> Command {
    let version = Version {
        name: "冲刺".into(),
        starts_at: at(0),
        ends_at: at(400),
        scope: Scope::default(),
        terms: Terms::Sprint(serde_json::from_value(terms.clone()).unwrap()),
        made_at: at(0),
    };
    Command::CreateCampaign {
        campaign_id: Some(id("plan")),
        version: Box::new(version),
        publish: true,
        digest: terms.to_string(),
    }
}

fn enrolling(customer: &str) -> Command {
    Command::Act(Action::Sprint(Do::Enroll {
        campaign_id: id("plan"),
        wave_id: None,
        customer_id: id(customer),
    }))
}

fn member(run: &Run, customer: &str) -> Member {
    run.reader()
        .sprint_member(&run.shop, (&id("plan"), &id("w1")), &id(customer))
        .unwrap()
        .unwrap_or_default()
}

/// A shop with the batch and the sprint of such terms, at the start.
fn ready(run: Run, terms: &Value) -> Run {
    run.ok(Command::PutShop(Box::new(shop("s1"))));
    run.ok(BatchDeal { quantity: 1_000, per_customer: 4, until: 500, ..BatchDeal::default() }.create("BA_1"));
    run.ok(sprinting(terms));
    run.advance(at(1));
    run
}

/// Each order is of its own customer: 295.00 paid, 289.00 of it for goods.
fn life(order: &str, customer: &str, received_at: i64) -> Vec<OrderEvent> {
    vec![
        placed(order, customer, at(20)),
        paid(order, &format!("p.{order}"), PAYABLE, at(21)),
        received(order, at(received_at)),
    ]
}

fn figures(run: &Run) -> domain::campaign::Counters {
    run.reader().campaign(&run.shop, &id("plan")).unwrap().unwrap().counters
}

/// A-S3-2, A-S3-3, A-S3-11: from the enrollment to two coupons each, on both stores; the auditor finds nothing.
#[test]
fn a_s3_3_from_enrollment_to_two_coupons_each() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = Run::on(Box::new(SqliteStore::open(&folder.path().join("s.db")).unwrap()));
    for run in [Run::in_memory().0, sqlite] {
        let run = ready(run, &terms(600));
        let customers: Vec<String> = (0..400).map(|number| format!("c{number:03}")).collect();
        for answer in run.many(customers.iter().map(|customer| enrolling(customer)).collect()) {
            assert!(matches!(
                answer.unwrap(),
                Reply::Acted { answer: Answer::Sprint(Done::Enrolled { .. }) }
            ));
        }
        run.advance(at(150));
        for (number, customer) in customers.iter().enumerate() {
            let order = format!("o{number:03}");
            // The last come first.
            for event in life(&order, customer, 149 - i64::try_from(number).unwrap() / 10) {
                run.apply(&event);
            }
        }
        assert_eq!(run.audit().findings, []);
        run.advance(at(250));
        let won: Vec<usize> =
            (0..400).filter(|number| !member(&run, &customers[*number]).awards.is_empty()).collect();
        assert_eq!(won, (100..400).collect::<Vec<_>>(), "three hundred pairs, the earliest receipts");
        for number in won {
            let awards = member(&run, &customers[number]).awards;
            assert_eq!((awards.len(), awards[0].status), (1, AwardStatus::Given));
        }
        let figures = figures(&run);
        assert_eq!(figures.issued, 600);
        let said = ["enrolled", "active", "qualified", "won", "given"].map(|name| figures.brought(name));
        assert_eq!(said, [400, 400, 400, 300, 300]);
        assert_eq!(run.audit().findings, []);
    }
}

/// A-S3-2: the end is the same in whatever order enrolled members' events come, and however often.
#[test]
fn a_s3_2_any_order_of_arrival_comes_to_the_same() {
    let mut events = life("o1", "c1", 140);
    events.extend(life("o2", "c1", 120));
    let facts = refunding("o1", "r1", &amount(100_00));
    events.push(event("o1.r1", Body::RefundSucceeded(facts), at(150)));
    let came = |order: &[usize]| {
        let run = ready(Run::in_memory().0, &terms(10));
        run.ok(enrolling("c1"));
        run.advance(at(190));
        for place in order {
            run.event(&events[*place]);
            run.event(&events[*place]);
        }
        let before = member(&run, "c1");
        assert_eq!(run.audit().findings, []);
        run.advance(at(250));
        assert_eq!(member(&run, "c1").awards.len(), 1);
        assert_eq!(run.audit().findings, []);
        let sums = run.reader().sprint_happened(&run.shop, &id("plan")).unwrap().unwrap();
        let sums: Vec<_> = sums.into_iter().filter(|(.., sums)| !sums.is_nothing()).collect();
        (before, figures(&run).brought, sums)
    };
    let straight = came(&[0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(straight.0.reached.len(), 1);
    assert_eq!(straight.0.reached[0].qualified_at, at(120), "289.00 of the second");
    for order in [[6, 5, 4, 3, 2, 1, 0], [2, 5, 6, 1, 4, 0, 3], [3, 0, 6, 2, 1, 5, 4]] {
        assert_eq!(came(&order), straight, "{order:?}");
    }
}

/// A-S3-2: orders placed before their customer enrolled count from the sprint's start on where the sprint says so, and not
/// otherwise.
#[test]
fn a_s3_2_orders_before_the_enrollment() {
    for (from, reached) in [("enrollment", 0), ("sprint_start", 1)] {
        let mut of = terms(10);
        of["counts_from"] = json!(from);
        let run = ready(Run::in_memory().0, &of);
        run.advance(at(30));
        for event in life("o1", "c1", 25) {
            run.apply(&event);
        }
        assert_eq!(run.audit().findings, []);
        run.ok(enrolling("c1"));
        assert_eq!(member(&run, "c1").reached.len(), reached, "{from}");
        assert_eq!(run.audit().findings, []);
    }
}

/// A-S3-2: of accounts that become one the orders of each count from its own enrollment on, and of one that had not enrolled
/// from when that is heard on.
#[test]
fn a_s3_2_each_account_counts_from_its_own_enrollment() {
    let run = ready(Run::in_memory().0, &terms(10));
    let merging = |from: &str, into: &str, when: i64| {
        let merged = MemberMerged { from: id(from), into: id(into) };
        event(&format!("{from}.{into}.{when}"), Body::MemberMerged(merged), at(when))
    };
    let buys = |order: &str, customer: &str, when: i64| {
        run.apply(&placed(order, customer, at(when)));
        run.apply(&paid(order, &format!("p.{order}"), PAYABLE, at(when)));
    };
    run.ok(enrolling("old"));
    run.advance(at(20));
    buys("o1", "new", 15);
    run.apply(&merging("old", "new", 18));
    assert_eq!(run.event(&merging("old", "new", 19)).outcome, engine::EventOutcome::Duplicate);
    buys("o2", "old", 16);
    buys("o3", "new", 20);
    for order in ["o1", "o2", "o3"] {
        run.apply(&received(order, at(20)));
    }
    let orders: Vec<String> =
        member(&run, "new").orders.iter().map(|spent| spent.order_id.to_string()).collect();
    assert_eq!(orders, ["o2", "o3"], "the new account had not enrolled when it placed o1");
    assert_eq!(member(&run, "old"), Member::default());
    let code = |event: &OrderEvent| run.event(event).code.map(domain::Code::as_str);
    assert_eq!(code(&merging("new", "old", 20)), Some("already_merged"), "not round in a circle");
    assert_eq!(code(&merging("old", "other", 20)), Some("already_merged"));
    assert_eq!(code(&merging("x", "x", 20)), Some("invalid_value"));
    assert_eq!(run.refused(enrolling("old")), "already_enrolled");
    assert_eq!(run.audit().findings, []);
}

/// S3-R13: what a sprint gives is promised by no campaign of rewards beside it.
#[test]
fn s3_r13_rewards_do_not_promise_a_sprints_coupons() {
    let run = Run::in_memory().0.that_rewards();
    for batch in ["BA_1", "BA_2"] {
        run.ok(BatchDeal { quantity: 1_000, per_customer: 4, until: 30 * 24 * 60, ..BatchDeal::default() }
            .create(batch));
    }
    run.ok(sprinting(&terms(10)));
    run.advance(at(1));
    let promising = |batch: &str| {
        let terms = tier(&json!({ "kind": "coupon", "batch_id": batch }));
        let publishing = rewarding_from(&format!("thanks-{batch}"), &terms, at(2));
        let chance = Some(domain::reward::Chance::from_bytes([7; 32], [8; 32]));
        let input = Input { chance, ..run.input(publishing) };
        run.engine.submit_many_blocking(vec![input]).unwrap().remove(0)
    };
    let Err(engine::EngineError::Refused(refusal)) = promising("BA_1") else { panic!("it is refused") };
    assert_eq!(refusal.violations[0].code, domain::Code::SprintOnly);
    let promised = promising("BA_2");
    assert!(promised.is_ok(), "{promised:?}");
}

/// A-S3-2, A-S3-13: one customer's orders in two shops of one sprint count in each shop alone.
#[test]
fn a_s3_13_orders_of_two_shops_in_one_sprint() {
    let run = ready(Run::in_memory().0, &terms(10));
    let other = Run::of(run.engine.clone(), "s2");
    other.ok(Command::PutShop(Box::new(shop("s2"))));
    let deal = BatchDeal { quantity: 1_000, per_customer: 4, until: 500, ..BatchDeal::default() };
    other.ok(deal.create("BA_1"));
    other.ok(sprinting(&terms(10)));
    run.ok(enrolling("c1"));
    other.ok(enrolling("c1"));
    run.advance(at(150));
    for event in life("o1", "c1", 140) {
        run.apply(&event);
    }
    assert_eq!((member(&run, "c1").orders.len(), member(&other, "c1").orders.len()), (1, 0));
    run.advance(at(250));
    assert_eq!((member(&run, "c1").awards.len(), member(&other, "c1").awards.len()), (1, 0));
    assert_eq!(run.batch_coupons("BA_1").len(), 2);
    assert_eq!(other.batch_coupons("BA_1").len(), 0);
    assert_eq!((run.audit().findings, other.audit().findings), (vec![], vec![]));
}

/// What the auditor finds: an order that is kept otherwise than it stands, a place that is not there, coupons that are not
/// two, a figure that drifted.
#[test]
fn the_auditor_recounts_a_sprint() {
    let (run, store) = Run::in_memory();
    let run = ready(run, &terms(10));
    run.ok(enrolling("c1"));
    run.advance(at(150));
    for event in life("o1", "c1", 140) {
        run.apply(&event);
    }
    run.advance(at(250));
    let sound = member(&run, "c1");
    let mut planter = Planter::of(run, store);
    let mut spoil = |change: &dyn Fn(&mut Member)| {
        let mut member = sound.clone();
        change(&mut member);
        let key = (planter.run.shop.clone(), id("plan"), id("w1"), id("c1"));
        let row =
            |member| Changes { members: vec![Change::of(key.clone(), member, None)], ..Changes::default() };
        planter.write(&row(member));
        let findings = planter.run.audit().findings;
        planter.write(&row(sound.clone()));
        findings.into_iter().map(|finding| (finding.check, finding.subject)).collect::<Vec<_>>()
    };
    assert_eq!(spoil(&|_| ()), []);
    let subject = "member c1 of wave w1 of plan".to_owned();
    assert!(spoil(&|member| member.orders[0].paid += fen(1)).contains(&("sprints", subject.clone())));
    assert!(spoil(&|member| member.orders.clear()).iter().any(|(check, _)| *check == "sprints"));
    assert!(spoil(&|member| member.awards.clear()).contains(&("sprints", "sprint plan".into())));
    assert!(spoil(&|member| member.awards[0].given = None).contains(&("sprints", subject)));
    let key = (planter.run.shop.clone(), id("plan"), id("w1"), Quarter::of(at(1)));
    let more = Happened { spent: 1, ..Happened::default() };
    planter.write(&Changes { happened: vec![(key, more)], ..Changes::default() });
    let found = planter.run.audit().findings;
    assert_eq!((found.len(), found[0].check, &*found[0].subject), (1, "sprints", "sprint plan"), "{found:?}");
}

/// A-S3-9, A-S3-13: the auditor finds an invitation whose coupons are not what was approved, whose approval was nobody
/// else's, or that is closed while its coupons are not.
#[test]
fn a_s3_13_the_auditor_looks_at_invitations() {
    let (run, store) = Run::in_memory();
    run.ok(Command::PutShop(Box::new(shop("s1"))));
    let plan = testkit::build::plan("double11");
    let platform = Input::new(
        domain::ShopId::platform(),
        Command::Sprint(SprintCommand::Create { plan: Box::new(plan) }),
    );
    run.engine.submit_many_blocking(vec![platform]).unwrap().remove(0).unwrap();
    let sprint = || id("double11");
    run.ok(Command::Sprint(SprintCommand::Invite { sprint: sprint() }));
    run.ok(Command::Sprint(SprintCommand::Accept { sprint: sprint() }));
    let made = Made {
        name: "Coupons".into(),
        release_quantity: 500,
        applied_quantity: 501,
        categories: [Category::try_new("tea").unwrap()].into(),
        face_value: fen(40_00),
        quota: fen(200_00),
        erp: None,
        rebate: None,
    };
    let sheet = Box::new(Sheet::Coupon { made, binding: Binding::Auto });
    run.ok(Command::Sprint(SprintCommand::PutPrize { sprint: sprint(), tier: 0, sheet, by: "a".into() }));
    assert_eq!(
        run.refused(Command::Sprint(SprintCommand::Approve { sprint: sprint(), tier: 0, by: "a".into() })),
        "same_key"
    );
    run.ok(Command::Sprint(SprintCommand::Approve { sprint: sprint(), tier: 0, by: "b".into() }));
    assert_eq!(run.audit().findings, []);
    let sound = run.reader().sprint_invitation(&run.shop, &sprint()).unwrap().unwrap();
    let mut planter = Planter::of(run, store);
    let mut spoil = |change: &dyn Fn(&mut Invitation)| {
        let mut invitation = sound.clone();
        change(&mut invitation);
        let key = (planter.run.shop.clone(), sprint());
        let row =
            |row| Changes { invitations: vec![Change::of(key.clone(), row, None)], ..Changes::default() };
        planter.write(&row(invitation));
        let findings = planter.run.audit().findings;
        planter.write(&row(sound.clone()));
        findings.iter().filter(|finding| finding.check == "invitations").count()
    };
    assert_eq!(spoil(&|_| ()), 0);
    let prize = |invitation: &mut Invitation, change: &dyn Fn(&mut Tried)| {
        change(invitation.prizes[0].as_mut().unwrap());
    };
    assert!(spoil(&|row| prize(row, &|tried| tried.approved_by = Some("a".into()))) > 0);
    assert!(spoil(&|row| prize(row, &|tried| tried.key = Some(id("BA_other")))) > 0);
    assert!(spoil(&|row| prize(row, &|tried| tried.bound.as_mut().unwrap().at = row_start())) > 0);
    assert!(spoil(&|row| row.plan.tiers[0].threshold = fen(100_00)) > 0, "not what the campaign says");
    assert!(
        spoil(&|row| row.closed = Some(Closed { at: at(1), code: None })) > 0,
        "its coupons are not void"
    );
}

/// When the first enrollment of the plan begins.
fn row_start() -> domain::Instant {
    testkit::build::plan("double11").starts_at()
}

/// S3-R32, S3-R35 (T45): a sprint can be closed until its enrollment begins, not from that moment on; its batch and its coupons
/// cannot be taken back alone.
#[test]
fn s3_r32_s3_r35_a_sprint_is_closed_before_its_enrollment_or_not_at_all() {
    let closing = || Command::CloseCampaign { campaign_id: id("plan"), closing: Closing::Confirmed };
    let mut of = terms(10);
    of["waves"][0]["enrollment"]["starts_at"] = json!(at(5).to_string());
    let run = ready(Run::in_memory().0, &of);
    run.advance(at(5));
    assert_eq!(run.refused(closing()), "not_closable");
    assert_eq!(run.refused(Command::VoidBatch { batch_id: id("BA_1") }), "not_closable");
    run.ok(enrolling("c1"));
    run.advance(at(150));
    for event in life("o1", "c1", 140) {
        run.apply(&event);
    }
    run.advance(at(250));
    let coupon = run.batch_coupons("BA_1").remove(0);
    assert_eq!(run.refused(Command::VoidCoupons { coupon_ids: vec![coupon.coupon_id] }), "not_closable");

    let run = ready(Run::in_memory().0, &of);
    run.ok(closing());
    run.ok(Command::VoidBatch { batch_id: id("BA_1") });
    assert_eq!(run.audit().findings, []);
    run.advance(at(250));
    assert_eq!(run.audit().findings, [], "nothing is drawn");
}

/// A-S3-2, A-S3-3: a prize that is taken back by hand, or for a refund, and given again is won once.
#[test]
fn a_s3_3_a_prize_that_is_given_again_is_won_once() {
    let mut of = terms(2);
    of["void_after_refund"] = json!(true);
    let run = ready(Run::in_memory().0, &of);
    run.ok(enrolling("c1"));
    run.advance(at(150));
    for event in life("o1", "c1", 140) {
        run.apply(&event);
    }
    run.advance(at(250));
    let gone = |refund: &str, minor: i64, when: i64| {
        let facts = refunding("o1", refund, &amount(minor));
        event(&format!("o1.{refund}"), Body::RefundSucceeded(facts), at(when))
    };
    run.apply(&gone("r1", 100_00, 240));
    assert_eq!(member(&run, "c1").awards[0].status, AwardStatus::Void, "189.00 are left");
    assert_eq!(run.audit().findings, []);
    run.apply(&gone("r2", 150_00, 150));
    let waits = member(&run, "c1").late;
    assert_eq!(waits.len(), 1, "39.00 were left at the draw");
    run.ok(Command::Act(Action::Sprint(Do::Decide {
        campaign_id: id("plan"),
        wave_id: id("w1"),
        tier: None,
        customer_id: id("c1"),
        award: true,
        reason: "a good customer".into(),
        by: "boss".into(),
    })));
    assert_eq!(member(&run, "c1").awards[0].status, AwardStatus::Given);
    run.apply(&gone("r3", 1_00, 241));
    assert_eq!(member(&run, "c1").awards[0].status, AwardStatus::Given, "what was decided by hand stays");
    let book = run.reader().sprint(&run.shop, &id("plan")).unwrap().unwrap();
    assert_eq!(book.won(0), 1, "of one prize");
    assert_eq!(run.audit().findings, []);
}
