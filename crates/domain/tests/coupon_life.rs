//! The life of a coupon: every operation in every state, and any sequence of them.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::coupon::{Coupon, CouponStatus, Lock};
use domain::{Instant, Refusal};
use given::{at, cases, coupon, id};
use proptest::prelude::*;

/// Something that happens to a coupon.
#[derive(Debug, Clone, Copy)]
enum Operation {
    /// Order and payment.
    Lock(&'static str, &'static str),
    Unlock(&'static str),
    Redeem(&'static str, Instant),
    Void(Instant),
    Expire(Instant),
}

use Operation::{Expire, Lock as Hold, Redeem, Unlock, Void};

fn lock(order: &str, payment: &str) -> Lock {
    Lock { order_id: id(order), payment_id: Some(id(payment)), until: at("10T13:15:00") }
}

/// Does it, and says in a word what came of it.
fn operate(coupon: &mut Coupon, operation: Operation) -> &'static str {
    let word = |answer: Result<(), Refusal>| answer.map_or_else(|no| no.code.as_str(), |()| "yes");
    let yes = |changed| if changed { "yes" } else { "no" };
    match operation {
        Hold(order, payment) => word(coupon.lock(lock(order, payment))),
        Unlock(payment) => yes(coupon.unlock(&id(payment))),
        Redeem(order, at) => word(coupon.redeem(&id(order), at)),
        Void(at) => yes(coupon.void(at)),
        Expire(now) => yes(coupon.expire(now)),
    }
}

/// A coupon in a state: locked by payment `p1` of `o1`, used on `o1`, or void since 11 June 11:45.
fn in_state(status: CouponStatus) -> Coupon {
    let mut coupon = coupon();
    let word = match status {
        CouponStatus::Available => "yes",
        CouponStatus::Locked => operate(&mut coupon, Hold("o1", "p1")),
        CouponStatus::Used => operate(&mut coupon, Redeem("o1", at("10T13:00:00"))),
        CouponStatus::Expired => operate(&mut coupon, Expire(at("12T12:00:00"))),
        CouponStatus::Void => operate(&mut coupon, Void(at("11T11:45:00"))),
    };
    assert_eq!((word, coupon.status), ("yes", status));
    coupon
}

/// What each operation answers in each state; behind the answer stands the state it leads to, where
/// that is another one. The void coupon has been so since 11 June 11:45; all end on 12 June at 12:00.
const TABLE: &str = "
                        | available      | locked         | used        | expired        | void
lock o1 p1              | yes locked     | yes            | coupon_used | coupon_expired | coupon_void
lock o1 p2              | yes locked     | yes            | coupon_used | coupon_expired | coupon_void
lock o2 p3              | yes locked     | coupon_locked  | coupon_used | coupon_expired | coupon_void
unlock p1               | no             | yes available  | no          | no             | no
unlock p2               | no             | no             | no          | no             | no
redeem o1 10T14:00:00   | yes used       | yes used       | coupon_used | yes used       | yes used
redeem o1 11T11:45:00   | yes used       | yes used       | coupon_used | yes used       | yes used
redeem o1 11T11:45:01   | yes used       | yes used       | coupon_used | yes used       | coupon_void
redeem o1 12T11:59:59   | yes used       | yes used       | coupon_used | yes used       | coupon_void
redeem o1 12T12:00:00   | coupon_expired | coupon_expired | coupon_used | coupon_expired | coupon_void
redeem o2 10T14:00:00   | yes used       | coupon_locked  | coupon_used | yes used       | yes used
void 10T14:00:00        | yes void       | yes void       | yes void    | no             | no
expire 12T11:59:59      | no             | no             | no          | no             | no
expire 12T12:00:00      | yes expired    | yes expired    | no          | no             | no
";

fn read(text: &'static str) -> Operation {
    match text.split_whitespace().collect::<Vec<_>>()[..] {
        ["lock", order, payment] => Hold(order, payment),
        ["unlock", payment] => Unlock(payment),
        ["redeem", order, moment] => Redeem(order, at(moment)),
        ["void", moment] => Void(at(moment)),
        ["expire", moment] => Expire(at(moment)),
        _ => panic!("{text} is not an operation"),
    }
}

/// What holds in every state.
fn is_whole(coupon: &Coupon) {
    let (status, live) = (coupon.status, coupon.ended_at.is_none());
    let of = |states: &[CouponStatus]| states.contains(&status);
    assert_eq!(live, of(&[CouponStatus::Available, CouponStatus::Locked]), "{coupon:?}");
    assert_eq!(coupon.lock.is_some(), of(&[CouponStatus::Locked]), "{coupon:?}");
    assert_eq!(coupon.used_on.is_some(), of(&[CouponStatus::Used]), "{coupon:?}");
    let next = coupon.lock.as_ref().map_or(coupon.usable_until, |lock| lock.until);
    assert_eq!(coupon.wake_at, live.then_some(next), "every lock and every coupon ends: {coupon:?}");
}

/// S0-R24, A-S0-11, A-S0-7, A-G-3: every pair of state and operation. What is refused changes nothing.
#[test]
fn s0_r24_a_s0_11_a_s0_7_a_g_3_every_pair() {
    let mut rows = TABLE.trim_matches('\n').lines();
    let cells = |row: &'static str| row.split('|').map(str::trim).collect::<Vec<_>>();
    let heads = cells(rows.next().unwrap());
    assert_eq!(heads.len(), 6);
    for row in rows.map(cells) {
        let operation = read(row[0]);
        for (status, expected) in heads.iter().zip(&row).skip(1) {
            let status = CouponStatus::parse(status).unwrap();
            let before = in_state(status);
            let mut coupon = before.clone();
            let answer = operate(&mut coupon, operation);
            is_whole(&coupon);
            let found = if coupon.status == status {
                answer.to_owned()
            } else {
                format!("{answer} {}", coupon.status.as_str())
            };
            assert_eq!(found, *expected, "{operation:?} when {}", status.as_str());
            if !expected.starts_with("yes") {
                assert_eq!(coupon, before, "{operation:?} when {}", status.as_str());
            }
        }
    }
}

fn any_operation() -> impl Strategy<Value = Operation> {
    let order = || prop::sample::select(vec!["o1", "o2"]);
    let payment = || prop::sample::select(vec!["p1", "p2", "p3"]);
    let moment = || (-3_i64..=3).prop_map(|hours| at("12T12:00:00").plus_hours(hours));
    prop_oneof![
        (order(), payment()).prop_map(|(order, payment)| Hold(order, payment)),
        payment().prop_map(Unlock),
        (order(), moment()).prop_map(|(order, at)| Redeem(order, at)),
        moment().prop_map(Void),
        moment().prop_map(Expire),
    ]
}

proptest! {
    #![proptest_config(cases(512))]

    /// S0-R24, A-S0-11: whatever happens, a coupon is used by one order at a time and at most once, has
    /// at most one lock, and leaves its last states only by the two documented ways.
    #[test]
    fn s0_r24_a_s0_11_any_sequence(operations in prop::collection::vec(any_operation(), 0..40)) {
        let mut coupon = coupon();
        let (mut used, mut undone) = (0, 0);
        for operation in operations {
            let before = coupon.clone();
            let answer = operate(&mut coupon, operation);
            is_whole(&coupon);
            if answer != "yes" {
                prop_assert_eq!(&coupon, &before);
            }
            let moved = (before.status, coupon.status);
            used += i32::from(moved.1 == CouponStatus::Used && moved.0 != moved.1);
            undone += i32::from(moved.0 == CouponStatus::Used && moved.0 != moved.1);
            prop_assert!((0..=1).contains(&(used - undone)));
            let fine = match moved {
                (CouponStatus::Used, CouponStatus::Void) => matches!(operation, Void(_)),
                (CouponStatus::Expired | CouponStatus::Void, CouponStatus::Used) => {
                    matches!(operation, Redeem(_, at) if at < coupon.usable_until && Some(at) <= before.ended_at)
                }
                (CouponStatus::Available | CouponStatus::Locked, _) => true,
                (from, to) => from == to,
            };
            prop_assert!(fine, "{:?} by {:?}", moved, operation);
            prop_assert_eq!((coupon.save, coupon.spend, coupon.usable_until), (before.save, before.spend, before.usable_until));
        }
    }
}
