//! What a paid order brings, to whom, and what becomes of it when the order is undone: at a desk.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::Code;
use domain::campaign::{self, Count, brings};
use domain::coupon::{CouponStatus, Lock};
use domain::order::{CancelReason, PaymentStatus, Stage, State};
use domain::reward::{ActionKind, Course, RewardStatus};
use given::desk::Table;
use given::rewards::{
    coupon_terms, got, open, paid_order, pay, pay_by, play_as, refund, revised, rewards, world, world_of,
};
use given::{at, fen, id, payment};
use serde_json::{Value, json};

const CLOSED: Option<Code> = Some(Code::CampaignClosed);

/// The coupon terms with more said.
fn with(name: &str, value: Value) -> Value {
    let mut terms = coupon_terms();
    terms[name] = value;
    terms
}

/// Why an order of 100.00 that is paid now brings nothing; none where it brings something.
fn withheld(desk: &mut Table<'_>, name: &str, customer: &str) -> Option<Code> {
    let order = pay_by(desk, name, customer, 100_00);
    got(desk, &order).err().map(|code| code.expect("it reached the tier"))
}

/// S2-R08, A-S2-5: what was paid in all counts, the threshold too: 99.99 brings nothing, 100.00 does; freight is in it,
/// what was taken off is not; all stages count together.
#[test]
fn s2_r08_a_s2_5_what_was_actually_paid_counts() {
    let world = world_of(&coupon_terms());
    for (amount, tier) in [(99_99, false), (100_00, true), (100_01, true)] {
        let mut desk = open(&world);
        let order = pay(&mut desk, "o1", amount);
        assert_eq!(order.rewards.len(), usize::from(tier), "{amount}");
    }
    let mut desk = open(&world);
    let mut order = paid_order("o1", "c1", 120_00, desk.now);
    order.payments[0].amount = fen(95_00);
    campaign::whole(&mut desk, &mut order);
    assert_eq!(order.rewards, [], "120.00 less coupons of 25.00: 95.00 were paid");
    let mut order = paid_order("o2", "c1", 80_00, desk.now);
    (order.payments[0].stage, order.payments[0].amount) = (Stage::Balance, fen(70_00));
    let mut deposit = payment(&order, "d", 0, desk.now);
    (deposit.stage, deposit.amount) = (Stage::Deposit, fen(30_00));
    order.payments.push(deposit);
    campaign::whole(&mut desk, &mut order);
    assert!(got(&desk, &order).is_ok(), "30.00 and 70.00 are 100.00");
}

/// A-S2-6: of tiers 100, 200 and 500 an order of 350.00 brings that of 200 alone, whatever their order in the form; a
/// payment of 0 brings nothing.
#[test]
fn a_s2_6_the_highest_tier_alone_counts() {
    let tier = |least: i64, batch: &str| json!({ "min_paid": least, "action": { "kind": "coupon", "batch_id": batch } });
    let terms = json!({ "tiers": [tier(500_00, "b5"), tier(100_00, "b1"), tier(200_00, "b2")] });
    let campaign = rewards("c", &terms);
    let world = world(vec![campaign]);
    let mut desk = Table::at(&world, at("09T00:00:00"));
    for batch in ["b1", "b2", "b5"] {
        desk.batches.insert(id(batch), 9);
    }
    campaign::published(&mut desk, &world.campaigns[0].campaign).unwrap();
    desk.now = at("10T10:00:00");
    for (paid, batch) in
        [(350_00, "b2"), (199_99, "b1"), (200_00, "b2"), (500_00, "b5"), (99_99, ""), (0, "")]
    {
        let order = pay(&mut desk, &format!("o{paid}"), paid);
        let coupon = got(&desk, &order).ok().and_then(|reward| reward.coupon_id);
        let of = coupon.map(|id| desk.coupons[&id].batch_id().unwrap().to_string());
        assert_eq!(of.unwrap_or_default(), batch, "{paid}");
    }
}

/// A-S2-6: an order is rewarded once a campaign, however often it is looked at, and of each campaign by itself; on the
/// last of its money, a deposit brings nothing.
#[test]
fn a_s2_6_an_order_is_rewarded_once_a_campaign() {
    let world = world(vec![rewards("c", &coupon_terms()), rewards("d", &coupon_terms())]);
    let mut desk = open(&world);
    let mut order = paid_order("o1", "c1", 100_00, desk.now);
    order.state = State::Open;
    campaign::whole(&mut desk, &mut order);
    assert_eq!(order.rewards, [], "nothing before the whole is paid");
    order.state = State::Paid { at: desk.now };
    for _ in 0..3 {
        campaign::whole(&mut desk, &mut order);
    }
    assert_eq!((order.rewards.len(), desk.rewards.len(), desk.coupons.len()), (2, 2, 2));
    assert_eq!(desk.published.iter().filter(|what| *what == "reward.offered").count(), 2);
}

/// S2-R04: what counts is when the last money came, as its channel says: not before the start, not from the end on, not
/// after the closing; an order that was paid in time and is heard of later is rewarded by the version of that time.
#[test]
fn s2_r04_an_order_is_rewarded_by_the_moment_at_which_it_was_paid() {
    let world = world_of(&coupon_terms());
    for (paid_at, brings) in
        [("09T23:59:59", false), ("10T00:00:00", true), ("29T23:59:59", true), ("30T00:00:00", false)]
    {
        let mut desk = open(&world);
        let mut order = paid_order("o1", "c1", 100_00, at(paid_at));
        desk.now = at("2022-07-01T00:00:00");
        campaign::whole(&mut desk, &mut order);
        assert_eq!(order.rewards.len(), usize::from(brings), "{paid_at}");
    }
    let mut closed = rewards("c", &coupon_terms());
    closed.closed_at = Some(at("12T00:00:00"));
    let higher =
        json!({ "tiers": [{ "min_paid": 200_00, "action": { "kind": "coupon", "batch_id": "b1" } }] });
    let revised = revised(rewards("d", &coupon_terms()), &higher, at("12T00:00:00"));
    let world = given::rewards::world(vec![closed, revised]);
    for (paid_at, rewards) in [("11T23:59:59", [None, None].as_slice()), ("12T00:00:00", &[CLOSED])] {
        let mut desk = open(&world);
        let mut order = paid_order("o1", "c1", 100_00, at(paid_at));
        desk.now = at("13T00:00:00");
        campaign::whole(&mut desk, &mut order);
        let codes: Vec<_> = order.rewards.iter().map(|rewarded| rewarded.code).collect();
        assert_eq!(codes, rewards, "{paid_at}");
    }
}

/// S2-R04: limits per customer, per civil day and in all, members, days and hours in the shop's zone, risk and the
/// comparison group: each withholds with its reason, and spends nothing.
#[test]
fn s2_r04_limits_members_days_and_hours_withhold() {
    let once = world_of(&with("per_customer_limit", json!(1)));
    let mut desk = open(&once);
    assert_eq!(withheld(&mut desk, "o1", "c1"), None);
    assert_eq!(withheld(&mut desk, "o2", "c1"), Some(Code::TotalLimit));
    assert_eq!(withheld(&mut desk, "o3", "c2"), None, "others have their own");

    let daily = world_of(&with("per_day_limit", json!(1)));
    let mut desk = open(&daily);
    desk.now = at("10T23:59:59");
    assert_eq!(withheld(&mut desk, "o1", "c1"), None);
    assert_eq!(withheld(&mut desk, "o2", "c1"), Some(Code::DailyLimit));
    desk.now = at("11T00:00:00");
    assert_eq!(withheld(&mut desk, "o3", "c1"), None, "another day");

    // A-G-8: it goes by the day of the payment, whichever day was heard of first.
    let mut desk = open(&daily);
    desk.now = at("14T10:00:00");
    let mut heard = |name: &str, when: &str| {
        let mut order = paid_order(name, "c1", 100_00, at(when));
        campaign::whole(&mut desk, &mut order);
        got(&desk, &order).err().flatten()
    };
    let days = [("o1", "12T09:00:00"), ("o2", "11T09:00:00"), ("o3", "11T08:00:00"), ("o4", "12T08:00:00")];
    let limit = Some(Code::DailyLimit);
    assert_eq!(days.map(|(name, when)| heard(name, when)), [None, None, limit, limit]);

    let in_all = world_of(&with("total_limit", json!(2)));
    let mut desk = open(&in_all);
    let all = ["o1", "o2", "o3"].map(|name| withheld(&mut desk, name, name));
    assert_eq!(all, [None, None, Some(Code::SoldOut)]);

    let members = world_of(&with("members_only", json!(true)));
    let mut desk = open(&members);
    assert_eq!(withheld(&mut desk, "o1", "c1"), Some(Code::MembersOnly));
    desk.here.entry(id("c1")).or_default().member_since = Some(at("10T10:00:00"));
    assert_eq!(withheld(&mut desk, "o2", "c1"), None);

    // 10 June 2022 is a Friday.
    let mut terms = with("days", json!(["friday"]));
    terms["hours"] = json!([{ "from": "10:00", "to": "12:00" }, { "from": "20:00", "to": "24:00" }]);
    let evenings = world_of(&terms);
    let mut desk = open(&evenings);
    for (number, (moment, brings)) in [
        ("10T09:59:59", false),
        ("10T10:00:00", true),
        ("10T11:59:59", true),
        ("10T12:00:00", false),
        ("10T23:59:59", true),
        ("11T10:30:00", false),
    ]
    .into_iter()
    .enumerate()
    {
        desk.now = at(moment);
        let code = withheld(&mut desk, &format!("o{number}"), "c1");
        assert_eq!(code, (!brings).then_some(Code::OutsideHours), "{moment}");
    }

    let held = world_of(&with("holdout_percent", json!(90)));
    let mut desk = open(&held);
    let codes: Vec<_> = (0..20).map(|n| withheld(&mut desk, &format!("o{n}"), &format!("c{n}"))).collect();
    assert!(
        codes.contains(&Some(Code::Holdout))
            && codes.iter().all(|code| matches!(code, None | Some(Code::Holdout)))
    );
}

/// A batch that is sold out withholds, whichever campaign asks for it; nothing is half given.
#[test]
fn s2_r05_a_batch_that_is_sold_out_withholds() {
    let world = world(vec![rewards("c", &coupon_terms()), rewards("d", &coupon_terms())]);
    let mut desk = open(&world);
    desk.batches.insert(id("b1"), 1);
    let order = pay(&mut desk, "o1", 100_00);
    let codes: Vec<_> = order.rewards.iter().map(|rewarded| rewarded.code).collect();
    assert_eq!(codes, [None, Some(Code::SoldOut)]);
    assert_eq!((desk.coupons.len(), desk.takers[&(id("d"), id("c-o1"))].total), (1, 0));
}

/// A-S2-7: a full refund voids the coupon while it is unused; a part of the money does not.
#[test]
fn a_s2_7_a_full_refund_voids_the_coupon_while_it_is_unused() {
    let world = world_of(&coupon_terms());
    let mut desk = open(&world);
    let mut order = pay(&mut desk, "o1", 100_00);
    let coupon = got(&desk, &order).unwrap().coupon_id.unwrap();
    given::rewards::refund_of(&mut desk, &mut order, 99_99);
    assert_eq!(desk.coupons[&coupon].status, CouponStatus::Available, "a fen is still paid");
    assert_eq!(got(&desk, &order).unwrap().status, RewardStatus::Done);
    refund(&mut desk, &mut order);
    assert_eq!(desk.coupons[&coupon].status, CouponStatus::Void);
    assert_eq!(got(&desk, &order).unwrap().status, RewardStatus::Void);
    assert_eq!(desk.published[1..], ["coupon.void", "reward.void"]);
}

/// A-S2-7: what another order holds stays with it, and is void once that lets go; what was used stays used, and is void
/// if it comes back; what had run out stays so.
#[test]
fn a_s2_7_a_coupon_that_is_held_or_used_is_forfeited() {
    let world = world_of(&coupon_terms());
    for status in [CouponStatus::Locked, CouponStatus::Used, CouponStatus::Expired] {
        let mut desk = open(&world);
        let mut order = pay(&mut desk, "o1", 100_00);
        let coupon = desk.coupons.values_mut().next().unwrap();
        coupon.status = status;
        coupon.lock = (status == CouponStatus::Locked).then(|| Lock {
            order_id: id("o2"),
            payment_id: None,
            until: at("11T00:00:00"),
        });
        refund(&mut desk, &mut order);
        let coupon = desk.coupons.values().next().unwrap();
        let forfeited = status != CouponStatus::Expired;
        assert_eq!((coupon.status, coupon.forfeited_at.is_some()), (status, forfeited));
        assert_eq!(got(&desk, &order).unwrap().code, Some(Code::OrderRefunded));

        order.refunds.clear();
        campaign::whole(&mut desk, &mut order);
        let coupon = desk.coupons.values().next().unwrap();
        assert_eq!(
            (coupon.status, coupon.forfeited_at, desk.coupons.len()),
            (status, None, 1),
            "theirs again"
        );
    }
}

/// S2-R07: an order that is paid no more takes its reward along, and has it again when it stands after all; a coupon that
/// went with it is given anew, one that the merchant took back is not.
#[test]
fn s2_r07_a_reward_follows_its_order() {
    let world = world_of(&coupon_terms());
    let mut desk = open(&world);
    let mut order = pay(&mut desk, "o1", 100_00);
    let first = got(&desk, &order).unwrap().coupon_id.unwrap();
    order.payments[0].status = PaymentStatus::Late;
    order.state = State::Cancelled { at: desk.now, reason: CancelReason::Customer };
    campaign::whole(&mut desk, &mut order);
    let reward = got(&desk, &order).unwrap();
    assert_eq!((reward.status, reward.code), (RewardStatus::Void, Some(Code::OrderUnpaid)));
    assert_eq!(desk.coupons[&first].status, CouponStatus::Void);
    order.payments[0].status = PaymentStatus::Succeeded;
    order.state = State::Paid { at: desk.now };
    campaign::whole(&mut desk, &mut order);
    let again = got(&desk, &order).unwrap();
    assert_eq!((again.status, again.code), (RewardStatus::Done, None));
    let second = again.coupon_id.unwrap();
    assert!(second != first && desk.coupons[&second].status == CouponStatus::Available);
    assert_eq!(desk.rewards.len(), 1, "the same reward");

    let taken_back = desk.coupons.get_mut(&second).unwrap();
    taken_back.void(at("10T10:00:00"));
    refund(&mut desk, &mut order);
    order.refunds.clear();
    campaign::whole(&mut desk, &mut order);
    assert_eq!((got(&desk, &order).unwrap().coupon_id, desk.coupons.len()), (Some(second), 2));
}

/// S2-R06: what an order brings to the figures goes with it.
#[test]
fn s2_r06_figures_are_those_of_orders_that_stand() {
    let world = world_of(&coupon_terms());
    let mut desk = open(&world);
    let mut order = pay(&mut desk, "o1", 150_00);
    let of = |order: &domain::order::Order| {
        let brought = brings(order, &world.campaigns).since(&campaign::Tally::default()).0;
        let mut brought: Vec<_> = brought.into_iter().map(|b| (b.figure, b.amount)).collect();
        brought.sort_unstable();
        brought
    };
    assert_eq!(of(&order), [("offered", 1), ("orders", 1), ("paid", 150_00)]);
    refund(&mut desk, &mut order);
    assert_eq!(of(&order), []);
}

fn survey() -> Value {
    json!({ "tiers": [{ "min_paid": 100, "action": { "kind": "survey", "batch_id": "b1", "questions": [
        { "question_id": "taste", "text": "口味", "kind": "single", "options": ["浓", "淡"] },
        { "question_id": "more", "text": "还想买", "kind": "multiple", "options": ["茶", "杯", "壶"], "optional": true },
        { "question_id": "why", "text": "为什么", "kind": "free", "optional": true },
    ] } }] })
}

/// S2-R05: answers that do not fit are refused field by field and change nothing; those that do are counted, kept, and
/// thanked for with the coupon; the same call again answers the same.
#[test]
fn s2_r05_survey_answers_that_do_not_fit_are_refused() {
    let world = world_of(&survey());
    let mut desk = open(&world);
    let order = pay(&mut desk, "o1", 100_00);
    let reward = got(&desk, &order).unwrap();
    assert_eq!(reward.status, RewardStatus::Offered);
    let long = "长".repeat(501);
    for (answers, field, code) in [
        (json!({}), "answers.taste", Code::Required),
        (json!({ "taste": "酸" }), "answers.taste", Code::InvalidValue),
        (json!({ "taste": ["浓"] }), "answers.taste", Code::InvalidValue),
        (json!({ "taste": "浓", "more": ["茶", "盘"] }), "answers.more", Code::InvalidValue),
        (json!({ "taste": "浓", "why": long }), "answers.why", Code::TooLongText),
        (json!({ "taste": "浓", "why": " " }), "answers.why", Code::Required),
        (json!({ "taste": "浓", "why": "" }), "answers.why", Code::Required),
        (json!({ "taste": "浓", "why": ["a"] }), "answers.why", Code::InvalidValue),
        (json!({ "taste": "浓", "colour": "red" }), "answers.colour", Code::NotFound),
    ] {
        let refused = play_as(&mut desk, &reward, "c-o1", &answers).unwrap_err();
        let at_fault: Vec<_> = refused.violations.iter().map(|v| (v.field.as_str(), v.code)).collect();
        assert_eq!((refused.code, &at_fault[..]), (Code::InvalidAnswers, &[(field, code)][..]), "{answers}");
    }
    assert_eq!(
        play_as(&mut desk, &reward, "c2", &json!({ "taste": "浓" })).unwrap_err().code,
        Code::NotOwner
    );
    assert_eq!((got(&desk, &order).unwrap(), desk.coupons.len(), desk.counts.len()), (reward.clone(), 0, 1));

    let answers = json!({ "taste": "浓", "more": ["茶", "壶"], "why": "香" });
    let first = play_as(&mut desk, &reward, "c-o1", &answers).unwrap();
    let kept = (desk.rewards.clone(), given::rewards::book(&desk), desk.coupons.len());
    let again = play_as(&mut desk, &reward, "c-o1", &answers).unwrap();
    assert_eq!(first, again);
    for other in [json!({ "taste": "淡" }), json!({}), json!({ "taste": "浓", "more": ["茶"], "why": "香" })]
    {
        let refused = play_as(&mut desk, &reward, "c-o1", &other).unwrap_err();
        assert_eq!(refused.code, Code::IdempotencyConflict, "{other}");
    }
    assert_eq!((desk.rewards.clone(), given::rewards::book(&desk), desk.coupons.len()), kept);
    assert!(first.reward.coupon_id.is_some() && desk.coupons.len() == 1);
    let tallies = given::rewards::book(&desk).tallies;
    let of = |question: &str| serde_json::to_value(&tallies.by_question[question]).unwrap();
    assert_eq!((of("taste"), of("why")), (json!({ "浓": 1 }), json!({ "": 1 })));
    assert_eq!((of("more"), tallies.answered), (json!({ "茶": 1, "壶": 1 }), 1));
    let moved = |from, to| (id("c"), Count::Rewarded { from, to, extra: 0 });
    let (open, played) = (Course::Open, Course::Played);
    assert_eq!(desk.counts, [moved(None, open), moved(Some(open), played)]);
}

/// A-G-8, A-G-10: the version in force when the order was paid decides. Where it is heard of late that it was paid earlier, a
/// reward that waits for its customer follows; one that was answered stands.
#[test]
fn a_g_10_a_reward_that_waits_follows_the_version_of_an_earlier_payment() {
    let survey = |min_paid: i64| {
        let questions = json!([{ "question_id": "q", "text": "q", "kind": "free", "optional": true }]);
        let of =
            |from: i64| json!({ "min_paid": from, "action": { "kind": "survey", "questions": questions } });
        json!({ "tiers": [of(1_00), of(min_paid)], "per_day_limit": 1 })
    };
    let two = given::rewards::revised(rewards("c", &survey(200_00)), &survey(50_00), at("12T00:00:00"));
    let world = world(vec![two]);
    for answered in [false, true] {
        let mut desk = open(&world);
        desk.now = at("13T10:00:00");
        let mut order = pay_by(&mut desk, "o1", "c1", 100_00);
        let first = got(&desk, &order).unwrap();
        assert_eq!((first.version, first.tier), (2, 1));
        if answered {
            given::rewards::play(&mut desk, &first).unwrap();
        }
        let earlier = at("11T10:00:00");
        order.payments[0].at = earlier;
        order.state = State::Paid { at: earlier };
        for _ in 0..2 {
            campaign::whole(&mut desk, &mut order);
        }
        let reward = got(&desk, &order).unwrap();
        assert_eq!(reward.reward_id, first.reward_id);
        let expected = if answered { (2, 1, at("13T10:00:00")) } else { (1, 0, earlier) };
        assert_eq!((reward.version, reward.tier, reward.earned_at), expected, "answered: {answered}");
        // The day of the payment is that which the limit counts.
        let again = pay_by(&mut desk, "o2", "c1", 100_00);
        assert_eq!(got(&desk, &again).err().flatten(), answered.then_some(Code::DailyLimit));
    }
}

/// A-G-10: the earlier version may have brought something else: what it brings is given or drawn then.
#[test]
fn a_g_10_a_reward_that_follows_is_given_what_that_version_gives() {
    let questions = json!([{ "question_id": "q", "text": "q", "kind": "free", "optional": true }]);
    let survey =
        json!({ "tiers": [{ "min_paid": 1_00, "action": { "kind": "survey", "questions": questions } }] });
    let two = given::rewards::revised(rewards("c", &coupon_terms()), &survey, at("12T00:00:00"));
    let world = world(vec![two]);
    let mut desk = open(&world);
    desk.now = at("13T10:00:00");
    let mut order = pay_by(&mut desk, "o1", "c1", 100_00);
    assert_eq!(got(&desk, &order).unwrap().status, RewardStatus::Offered);
    order.state = State::Paid { at: at("11T10:00:00") };
    campaign::whole(&mut desk, &mut order);
    let reward = got(&desk, &order).unwrap();
    assert_eq!((reward.version, reward.action, reward.status), (1, ActionKind::Coupon, RewardStatus::Done));
    assert!(reward.coupon_id.is_some());
    assert_eq!(order.rewards[0].waits_until, None);
}

/// S2-R10, A-S2-21: a reward counts where it stands: with its order undone it is undone, what was won with it is not won, and
/// both are again when the order stands again.
#[test]
fn s2_r10_a_s2_21_a_reward_counts_where_it_stands() {
    let world = world_of(&given::rewards::draw_terms(given::rewards::odds(1)));
    let mut desk = open(&world);
    let mut order = pay(&mut desk, "o1", 100_00);
    let figures = |desk: &Table<'_>| {
        let mut counters = campaign::Counters::default();
        desk.counts.iter().for_each(|(_, count)| count.add_to(&mut counters));
        let of =
            |prizes: &std::collections::BTreeMap<_, u64>| prizes.get("phone").copied().unwrap_or_default();
        let won = of(&counters.won) - of(&counters.unwon);
        ([counters.open, counters.played, counters.undone, won], counters.prize_value)
    };
    assert_eq!(figures(&desk), ([1, 0, 0, 0], 0));
    let reward = got(&desk, &order).unwrap();
    given::rewards::play(&mut desk, &reward).unwrap();
    assert_eq!(figures(&desk), ([0, 1, 0, 1], 600_00));
    for _ in 0..2 {
        refund(&mut desk, &mut order);
        assert_eq!(figures(&desk), ([0, 0, 1, 0], 0));
        order.refunds.clear();
        campaign::whole(&mut desk, &mut order);
        assert_eq!(figures(&desk), ([0, 1, 0, 1], 600_00));
    }
}
