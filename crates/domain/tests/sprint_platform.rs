//! A platform's sprint: its plan, what is asked of a prize, and how far an invited shop is.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

use domain::campaign::sprint::{
    Answered, AwardBy, Binding, Bound, Conditions, Fixed, Invitation, Made, Plan, PlanTier, Remark, Sheet,
    Stage, TierRule, Tried,
};
use domain::catalog::{Category, Scope, ScopeMode};
use domain::coupon::CouponKind;
use domain::sprint::CountsFrom;
use domain::time::Zone;
use domain::{Code, Instant, Violation};
use money::Money;
use serde_json::json;

fn at(text: &str) -> Instant {
    Instant::parse(&format!("2030-{text}+08:00")).unwrap()
}

fn fen(amount: i64) -> Money {
    Money::from_minor(amount)
}

/// The platform's calendar of 2022, in 2030; 200.00 brings coupons of which the customer pays at most 80 %.
fn plan() -> Plan {
    let window = |from: &str, to: &str| json!({ "starts_at": format!("2030-{from}+08:00"), "ends_at": format!("2030-{to}+08:00") });
    let wave = json!({
        "wave_id": "w1", "enrollment": window("10-20T00:00:00", "11-04T00:00:00"),
        "sprint": window("10-31T20:00:00", "11-04T00:00:00"), "draw_at": "2030-11-14T12:00:00+08:00",
        "award": window("11-14T12:00:00", "11-22T00:00:00"), "redemption": window("11-14T12:00:00", "12-15T00:00:00"),
    });
    Plan {
        sprint_id: "plan".parse().unwrap(),
        revision: 1,
        name: "双11冲刺".into(),
        description: String::new(),
        waves: vec![serde_json::from_value(wave).unwrap()],
        currency: "CNY".into(),
        tiers: vec![PlanTier { threshold: fen(200_00), remark: None }],
        remark: Remark { required_quantity: 500, max_pay_percent: 80, face_value: None },
        tier_rule: TierRule::Highest,
        counts_from: CountsFrom::Enrollment,
        award_by: AwardBy::Push,
        void_after_refund: false,
        pre_submission: None,
        conditions: Conditions::default(),
        made_at: at("10-01T00:00:00"),
    }
}

fn made() -> Made {
    Made {
        name: "gives".into(),
        release_quantity: 500,
        applied_quantity: 501,
        categories: [Category::try_new("phones").unwrap()].into(),
        face_value: fen(40_00),
        quota: fen(200_00),
        erp: None,
        rebate: None,
    }
}

fn faults(found: Vec<Violation>) -> Vec<(String, Code)> {
    found.into_iter().map(|fault| (fault.field, fault.code)).collect()
}

fn of(change: impl FnOnce(&mut Made)) -> Vec<(String, Code)> {
    let mut made = made();
    change(&mut made);
    faults(Sheet::Coupon { made, binding: Binding::Auto }.violations(&plan(), 0))
}

/// T41, T42; S3-R10, S3-R14, S3-R16, S3-R19, S3-R21, S3-R22, S3-R23, S3-R30; A-S3-4, A-S3-5, A-S3-6: each field of a prize
/// at its borders.
#[test]
fn t41_t42_a_s3_4_a_s3_5_a_s3_6_a_prize_at_its_borders() {
    let bad = |field: &str, code: Code| vec![(field.to_owned(), code)];
    let range = |field: &str| bad(field, Code::OutOfRange);
    assert_eq!(of(|_| ()), []);
    assert_eq!(of(|made| made.release_quantity = 499), range("release_quantity"));
    assert_eq!(of(|made| made.applied_quantity = 500), range("applied_quantity"));
    assert_eq!(of(|made| made.applied_quantity = 10_000_001), range("applied_quantity"));
    assert_eq!(of(|made| made.face_value = fen(39_99)), bad("face_value", Code::RatioTooHigh));
    assert_eq!(of(|made| made.face_value = fen(199_99)), []);
    assert_eq!(of(|made| made.face_value = fen(200_00)), range("face_value"));
    assert_eq!(
        of(|made| made.quota = fen(200_01)),
        [range("quota"), bad("face_value", Code::RatioTooHigh)].concat()
    );
    assert_eq!(of(|made| made.categories.clear()), range("categories"));
    assert_eq!(of(|made| made.name.clear()), bad("name", Code::InvalidValue));
    assert_eq!(of(|made| made.erp = Some("x".repeat(101))), bad("erp", Code::TooLongText));
    assert_eq!(of(|made| made.rebate = Some("5% back".into())), []);
    let sheet = Sheet::Coupon {
        made: Made { release_quantity: 501, applied_quantity: 600, ..made() },
        binding: Binding::Auto,
    };
    assert_eq!(faults(sheet.warnings()), bad("release_quantity", Code::OddQuantity));
    // A remark below 401 does not lower what the plan asks of every sprint; a tier may ask for more.
    let mut low = plan();
    low.remark.required_quantity = 1;
    let released = |quantity: u64, plan: &Plan| {
        let made = Made { release_quantity: quantity, applied_quantity: 2_000, ..made() };
        faults(Sheet::Coupon { made, binding: Binding::Auto }.violations(plan, 0))
    };
    assert_eq!((released(400, &low), released(401, &low)), (range("release_quantity"), vec![]));
    low.tiers[0].remark =
        Some(Remark { required_quantity: 1_000, max_pay_percent: 80, face_value: Some(fen(41_00)) });
    assert_eq!(released(999, &low), [range("release_quantity"), range("face_value")].concat());
}

/// Ratios that no float could tell: of a quota of 3.33 the customer pays 80 % at most.
#[test]
fn a_s3_5_the_ratio_is_exact() {
    let mut odd = plan();
    odd.tiers[0].threshold = fen(3_33);
    let pays = |face: i64| {
        let made = Made { quota: fen(3_33), face_value: fen(face), ..made() };
        Sheet::Coupon { made, binding: Binding::Auto }.violations(&odd, 0).is_empty()
    };
    // 80 % of 333 are 266.4: 66 off leave 267, 67 leave 266.
    assert_eq!((pays(66), pays(67)), (false, true));
}

/// S3-R08, S3-R09, S3-R11, S3-R12, S3-R13, S3-R15, S3-R17, S3-R18, S3-R20, S3-R24, S3-R25, S3-R26, S3-R27, S3-R28, S3-R29;
/// A-S3-8, A-S3-10: what the plan settles, and the batch that comes of it.
#[test]
fn a_s3_8_a_s3_10_what_the_plan_settles() {
    let fixed = Sheet::fixed(&plan());
    let is = |name: &str| fixed.iter().find(|(field, _)| *field == name).unwrap().1.clone();
    let text = |text: &str| Fixed::Text(text.into());
    assert_eq!(is("channel"), text("brand_member_sprint"));
    assert_eq!(is("activity_id"), text("plan"));
    assert_eq!(
        (is("starts_at"), is("ends_at")),
        (Fixed::At(at("10-20T00:00:00")), Fixed::At(at("12-15T00:00:00")))
    );
    assert_eq!((is("release_channel"), is("per_user_limit")), (text("sprint_plan"), text("unlimited")));
    assert_eq!((is("system"), is("region")), (text("mall"), text("all")));
    assert_eq!((is("category_type"), is("coupon_type")), (text("categories"), text("product")));
    assert_eq!((is("coupons_per_issue"), is("giftable")), (Fixed::Count(2), Fixed::Flag(false)));
    assert_eq!((is("validity_type"), is("set_to_hour")), (text("absolute"), Fixed::Flag(true)));
    assert_eq!(is("coupon_starts_at"), Fixed::At(at("11-14T12:00:00")));
    assert_eq!(is("coupon_ends_at"), Fixed::At(at("12-15T00:00:00")));
    let batch = made().batch("BA_1".parse().unwrap(), &plan());
    assert_eq!((batch.kind, batch.scope.mode), (CouponKind::Product, ScopeMode::Whitelist));
    assert_eq!(
        (batch.quantity, batch.benefit.spend, batch.benefit.save),
        (501, fen(200_00), Some(fen(40_00)))
    );
    assert_eq!((batch.starts_at, batch.ends_at), (at("11-14T12:00:00"), at("12-15T00:00:00")));
    assert_eq!(batch.sprint, Some("plan".parse().unwrap()), "S3-R13: it gives them alone");
    assert!(batch.violations().is_empty());
    // A redemption that is not set to the hour is none.
    let mut late = plan();
    late.waves[0].redemption.starts_at = at("11-14T12:00:01");
    let found = faults(late.violations(&Zone::shanghai(), at("10-01T00:00:00")));
    assert_eq!(found, [("waves[0].redemption.starts_at".into(), Code::NotWholeHour)]);
}

/// T45, A-S3-7: keys begin with BA.
#[test]
fn t45_a_s3_7_keys_begin_with_ba() {
    let key = |text: &str| {
        let sheet = Sheet::Key { key: text.parse().unwrap(), release_quantity: 500 };
        sheet.violations(&plan(), 0).is_empty()
    };
    for good in ["BA_zv2bmpn", "BAzv2bmpn", "BA_1", "BA__x"] {
        assert!(key(good), "{good}");
    }
    for bad in ["AB_zv2bmpn", "BA", "BA_", "ba_zv2bmpn", "BA-zv2bmpn", "xBA_1"] {
        assert!(!key(bad), "{bad}");
    }
}

/// S3-R33: a batch that was made elsewhere is held against the plan by its own values.
#[test]
fn s3_r33_a_batch_from_elsewhere() {
    let sheet = Sheet::Key { key: "BA_1".parse().unwrap(), release_quantity: 500 };
    let batch = |change: &dyn Fn(&mut domain::coupon::Batch)| {
        let mut batch = made().batch("BA_1".parse().unwrap(), &plan());
        change(&mut batch);
        faults(sheet.batch_violations(&batch, &plan(), 0))
    };
    let field = |found: Vec<(String, Code)>| found.into_iter().map(|(field, _)| field).collect::<Vec<_>>();
    assert_eq!(batch(&|_| ()), []);
    assert_eq!(field(batch(&|batch| batch.quantity = 500)), ["key.applied_quantity"]);
    assert_eq!(field(batch(&|batch| batch.per_customer_limit = 1)), ["key.per_user_limit"]);
    assert_eq!(field(batch(&|batch| batch.kind = CouponKind::Shop)), ["key.coupon_type"]);
    assert_eq!(field(batch(&|batch| batch.scope = Scope::default())), ["key.categories"]);
    assert_eq!(field(batch(&|batch| batch.starts_at = at("11-14T12:00:01"))), ["key.coupon_starts_at"]);
    assert_eq!(field(batch(&|batch| batch.ends_at = at("12-14T23:59:59"))), ["key.coupon_ends_at"]);
    assert_eq!(field(batch(&|batch| batch.benefit.save = Some(fen(39_99)))), ["key.face_value"]);
    assert_eq!(
        field(batch(&|batch| batch.benefit.save = None)),
        ["key.face_value"],
        "a percentage is no face value"
    );
}

/// S3-R03, S3-R04: the plan's own rules.
#[test]
fn s3_r03_s3_r04_a_plan_at_its_borders() {
    let check = |change: &dyn Fn(&mut Plan)| {
        let mut plan = plan();
        change(&mut plan);
        let found = faults(plan.violations(&Zone::shanghai(), at("10-19T23:59:59")));
        found.into_iter().map(|(field, _)| field).collect::<Vec<_>>()
    };
    let window = |from: &str, to: &str| Some(domain::time::Window { starts_at: at(from), ends_at: at(to) });
    assert_eq!(check(&|_| ()), [""; 0]);
    assert_eq!(
        check(&|plan| plan.tiers.push(PlanTier { threshold: fen(200_00), remark: None })),
        ["tiers[1].threshold"]
    );
    assert_eq!(check(&|plan| plan.tiers.clear()), ["tiers"]);
    assert_eq!(check(&|plan| plan.currency = "XXY".into()), ["currency"]);
    assert_eq!(check(&|plan| plan.remark.max_pay_percent = 100), ["remark.max_pay_percent"]);
    assert_eq!(check(&|plan| plan.name = " ".into()), ["name"]);
    assert_eq!(check(&|plan| plan.waves.clear()), ["waves"]);
    assert_eq!(check(&|plan| plan.pre_submission = window("10-10T00:00:00", "10-20T00:00:00")), [""; 0]);
    assert_eq!(
        check(&|plan| plan.pre_submission = window("10-10T00:00:00", "10-20T00:00:01")),
        ["pre_submission.ends_at"]
    );
    let begun = plan().violations(&Zone::shanghai(), at("10-20T00:00:00"));
    assert_eq!(faults(begun), [("waves".into(), Code::StartedAlready)]);
    let mut hidden = plan();
    hidden.pre_submission = window("10-10T00:00:00", "10-15T00:00:00");
    assert_eq!(
        (hidden.is_announced(at("10-09T23:59:59")), hidden.is_announced(at("10-10T00:00:00"))),
        (false, true)
    );
}

fn accepted() -> Invitation {
    let mut invitation = Invitation::of(&plan(), at("10-02T00:00:00"));
    invitation.standing = Answered::Accepted;
    invitation.look_ahead();
    invitation
}

fn bound() -> Invitation {
    let mut invitation = accepted();
    invitation.prizes[0] = Some(Tried {
        sheet: Sheet::Goods { name: "pot".into(), sku: "POT".parse().unwrap(), stock: 250 },
        author: "a".into(),
        key: None,
        approved_by: Some("b".into()),
        bound: Some(Bound { at: at("10-05T00:00:00"), by: "b".into() }),
    });
    invitation.look_ahead();
    invitation
}

/// A-S3-9, A-S3-13: what is not bound at the first enrollment is closed, whenever that is looked at; a second before it is not.
#[test]
fn a_s3_9_a_s3_13_it_is_settled_at_the_first_enrollment() {
    let (before, begun) = (at("10-19T23:59:59"), at("10-20T00:00:00"));
    let missed = accepted().closed(begun).unwrap();
    assert_eq!((missed.at, missed.code), (begun, Some(Code::PrizeMissing)));
    assert_eq!(accepted().closed(at("12-01T00:00:00")), Some(missed));
    assert_eq!((accepted().closed(before), bound().closed(begun)), (None, None));
    assert_eq!(accepted().check_open(before), Ok(()));
    assert_eq!(accepted().check_open(begun).unwrap_err().code, Code::PrizeMissing);
    assert_eq!(bound().check_open(begun).unwrap_err().code, Code::StartedAlready);
    let invited = Invitation::of(&plan(), at("10-02T00:00:00"));
    assert_eq!(invited.check_open(before).unwrap_err().code, Code::NotInvited);
    assert_eq!(invited.closed(begun), None, "who did not answer has nothing to close");
}

/// S3-R02: what a sprint is doing, as people call it.
#[test]
fn s3_r02_the_stages_of_a_sprint() {
    let stages = [
        ("10-19T23:59:59", Stage::PrizeBound),
        ("10-20T00:00:00", Stage::Enrolling),
        ("10-31T20:00:00", Stage::Sprinting),
        ("11-04T00:00:00", Stage::Awarding),
        ("11-21T23:59:59", Stage::Awarding),
        ("11-22T00:00:00", Stage::Redeeming),
        ("12-15T00:00:00", Stage::Ended),
    ];
    for (moment, stage) in stages {
        assert_eq!(bound().stage(at(moment)), stage, "{moment}");
    }
    assert_eq!(accepted().stage(at("10-19T00:00:00")), Stage::PrizePending);
    assert_eq!(accepted().stage(at("10-20T00:00:00")), Stage::Closed);
}

/// Merchants are reminded three days and one day before, as long as something is missing; nothing wakes who is done.
#[test]
fn s3_r31_reminders_come_as_long_as_something_is_missing() {
    let mut invitation = accepted();
    assert_eq!(invitation.wake_at, Some(at("10-17T00:00:00")));
    invitation.reminders = invitation.reminders_due(at("10-17T00:00:00"));
    invitation.look_ahead();
    assert_eq!(invitation.wake_at, Some(at("10-19T00:00:00")));
    invitation.reminders = invitation.reminders_due(at("10-19T00:00:00"));
    invitation.look_ahead();
    assert_eq!(invitation.wake_at, Some(at("10-20T00:00:00")), "then it is closed");
    assert_eq!(bound().wake_at, None);
    let late = Invitation::of(&plan(), at("10-18T00:00:00"));
    assert_eq!(
        (late.reminders, late.wake_at),
        (1, Some(at("10-19T00:00:00"))),
        "what has passed is not made up for"
    );
}
