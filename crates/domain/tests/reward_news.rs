//! News that come late: an order turns out to have been paid at another moment than was thought. What a campaign gave
//! stands; what it withheld is decided anew.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::{self, Action, post_payment::Do};
use domain::order::{Order, State};
use domain::reward::RewardStatus;
use domain::{Code, Instant};
use given::desk::Table;
use given::rewards::{
    book, coupon_terms, draw_terms, got, odds, open, paid_order, pay_by, rewards, urn, world, world_of,
};
use given::{at, id};
use serde_json::json;

/// The order was paid then after all.
fn told(desk: &mut Table<'_>, order: &mut Order, paid_at: Instant) {
    order.payments[0].at = paid_at;
    order.state = State::Paid { at: paid_at };
    for _ in 0..2 {
        campaign::whole(desk, order);
    }
}

fn code(desk: &Table<'_>, order: &Order) -> Option<Code> {
    got(desk, order).err().flatten()
}

/// A-G-8, A-S2-6: an order that brought nothing is looked at again by the moment at which it was paid, whatever stood against
/// it then: hours, a rest, the closing. Heard in that order it would have brought the same.
#[test]
fn a_g_8_a_s2_6_what_was_withheld_is_decided_anew() {
    let mut terms = coupon_terms();
    terms["hours"] = json!([{ "from": "10:00", "to": "12:00" }]);
    let hours = world_of(&terms);
    let mut closed = rewards("c", &coupon_terms());
    closed.closed_at = Some(at("10T12:00:00"));
    let closed = world(vec![closed]);
    let plain = world_of(&coupon_terms());
    for (world, is_paused, expected) in [
        (&hours, false, Code::OutsideHours),
        (&plain, true, Code::CampaignPaused),
        (&closed, false, Code::CampaignClosed),
    ] {
        let mut desk = open(world);
        if is_paused {
            desk.now = at("10T12:00:00");
            let pause = Do::Pause { campaign_id: id("c"), paused: true };
            campaign::act(&mut desk, &Action::PostPayment(pause)).unwrap();
        }
        desk.now = at("10T13:00:00");
        let mut order = pay_by(&mut desk, "o1", "c1", 100_00);
        assert_eq!(code(&desk, &order), Some(expected));
        told(&mut desk, &mut order, at("10T12:30:00"));
        assert_eq!(code(&desk, &order), Some(expected), "still so half an hour earlier");
        told(&mut desk, &mut order, at("10T11:59:59"));
        let reward = got(&desk, &order).unwrap();
        assert_eq!((reward.status, reward.earned_at), (RewardStatus::Done, at("10T11:59:59")), "{expected}");
        assert_eq!((order.rewards.len(), desk.coupons.len(), book(&desk).given), (1, 1, 1), "once");
    }
}

/// A-S2-6: it is the moment that makes it anew, not that somebody looks again; and a moment outside the campaign leaves
/// nothing to say.
#[test]
fn a_s2_6_the_same_moment_is_decided_once() {
    let mut terms = coupon_terms();
    terms["members_only"] = json!(true);
    let world = world_of(&terms);
    let mut desk = open(&world);
    let mut order = pay_by(&mut desk, "o1", "c1", 100_00);
    assert_eq!(code(&desk, &order), Some(Code::MembersOnly));
    desk.here.entry(id("c1")).or_default().member_since = Some(at("09T00:00:00"));
    let paid_at = desk.now;
    told(&mut desk, &mut order, paid_at);
    assert_eq!(code(&desk, &order), Some(Code::MembersOnly));
    told(&mut desk, &mut order, at("09T23:59:59"));
    assert_eq!(order.rewards, [], "before the start");
    told(&mut desk, &mut order, at("10T09:00:00"));
    assert!(got(&desk, &order).is_ok(), "a member by then");
}

/// A-G-10, A-S2-6: what was given, drawn or offered is not taken away by news of another moment, though it lie before the
/// start, outside the hours, in a rest, or after the closing.
#[test]
fn a_g_10_what_was_given_stands_whatever_moment_is_told() {
    for terms in [coupon_terms(), draw_terms(urn(4)), draw_terms(odds(1))] {
        let mut terms = terms;
        terms["hours"] = json!([{ "from": "10:00", "to": "12:00" }]);
        let mut campaign = rewards("c", &terms);
        campaign.closed_at = Some(at("12T00:00:00"));
        let world = world(vec![campaign]);
        for moment in ["09T08:00:00", "10T09:00:00", "10T11:00:00", "13T11:00:00"] {
            let mut desk = open(&world);
            desk.now = at("10T11:00:00");
            for paused in [true, false] {
                let rest = Do::Pause { campaign_id: id("c"), paused };
                campaign::act(&mut desk, &Action::PostPayment(rest)).unwrap();
                desk.now = at("10T11:30:00");
            }
            let mut order = paid_order("o1", "c1", 100_00, at("10T11:30:00"));
            campaign::whole(&mut desk, &mut order);
            let before = got(&desk, &order).unwrap();
            told(&mut desk, &mut order, at(moment));
            let after = got(&desk, &order).unwrap();
            let kept = |reward: &domain::reward::Reward| {
                (reward.reward_id.clone(), reward.status, reward.drawn.clone(), reward.coupon_id.clone())
            };
            assert_eq!(kept(&after), kept(&before), "{moment}");
            assert_eq!((order.rewards.len(), book(&desk).given), (1, 1), "{moment}");
        }
    }
}
