//! What one claim of ours says in its rows, as text: the peers write the same.

use domain::time::Zone;

use crate::{
    closed_loop::Answer,
    ours::{self, Shown},
};

/// A customer's claims in a campaign: so many in all (A-S0-9).
pub const IN_ALL: i32 = 6;
/// And so many on one civil day (A-S0-9).
pub const PER_DAY: i32 = 1;

/// The moment of every claim of a run, as rows have it.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Microseconds since 1970.
    pub now: i64,
    /// The civil day, counted from 1970.
    pub day: i32,
    /// `now`, for people.
    pub now_shown: String,
    /// Until when the coupon is good.
    pub until: i64,
    /// `until`, for people.
    pub until_shown: String,
}

impl Moment {
    /// The moment at which orders show their coupons.
    pub fn of_claims() -> Self {
        let (zone, now) = (Zone::shanghai(), ours::shown_at());
        let until = now.plus_hours(ours::COUPON_HOURS);
        Self {
            now: now.micros(),
            day: zone.day(now).0,
            now_shown: zone.format(now),
            until: until.micros(),
            until_shown: zone.format(until),
        }
    }
}

/// The texts of a claim.
#[derive(Debug)]
pub struct Texts {
    /// The order's line in its timeline.
    pub line: String,
    /// What the caller is answered, kept with the idempotency key.
    pub reply: String,
    /// What receivers of webhooks get.
    pub body: String,
}

impl Texts {
    /// Those of a claim that makes the coupon `coupon`.
    pub fn of(shown: &Shown, coupon: &str, at: &Moment) -> Self {
        let Moment { now, now_shown, until, until_shown, .. } = at;
        let (order, customer) = (&shown.order, &shown.customer);
        Self {
            line: format!(
                r#"{{"at":{now},"what":"coupon.claimed","campaign_id":"hot","detail":{{"coupon_id":"{coupon}","save":50,"usable_until":"{until_shown}"}}}}"#
            ) + "\n",
            reply: format!(
                r#"{{"reply":"coupon","coupon":{{"coupon_id":"{coupon}","campaign_id":"hot","version":1,"bind":"origin_order","origin_order_id":"{order}","allow_baitiao":true,"customer_id":"{customer}","spend":100,"save":50,"claimed_at":{now},"usable_until":{until},"status":"available","wake_at":{until}}}}}"#
            ),
            body: format!(
                r#"{{"coupon_id":"{coupon}","campaign_id":"hot","customer_id":"{customer}","order_id":"{order}","spend":100,"save":50,"status":"available","usable_from":"{now_shown}","usable_until":"{until_shown}"}}"#
            ),
        }
    }
}

/// What a script or a function answered: a word, and behind it the reply of a claim that was granted.
pub fn answer(text: &str) -> Option<Answer> {
    let word = text.split_once(' ').map_or(text, |(word, _)| word);
    Some(match word {
        "granted" => Answer::Granted,
        "repeated" => Answer::Repeated,
        "sold_out" => Answer::SoldOut,
        "already_claimed" => Answer::AlreadyClaimed,
        _ => return None,
    })
}
