//! Until when money can go back by its payment, and when it can be there: the borders as a table, and the calendar against a
//! model of its own (S2-R01, S2-R03, A-S2-1 to A-S2-3).
#![allow(clippy::unwrap_used, reason = "tests")]

mod given;

use domain::order::Method;
use domain::time::Zone;
use domain::way_back::{Arrivals, Back, Ends, Instrument, Limits, WorkingDays};
use domain::{Code, Instant};
use given::{at, by, cases};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn closed(zone: &Zone, method: Method, paid_at: Instant, now: Instant) -> Option<Code> {
    Ends::of(zone, method, paid_at).closed(now)
}

/// The last moment at which each payment can be refunded, and why not at the next.
#[test]
fn s2_r01_a_s2_1_a_s2_2_a_s2_3_borders() {
    let (platform, channel) = (Code::WindowClosed, Code::ChannelWindowClosed);
    for (method, paid_at, until, why) in [
        // T37: a calendar year by date, 365 days to the second; 2016 has a 29 February.
        (Method::Card, "2015-06-12T10:00:00", "2016-06-13T00:00:00", platform),
        (Method::Wechat, "2015-06-12T10:00:00", "2016-06-11T10:00:00", channel),
        (Method::Card, "2015-06-12T00:00:00", "2016-06-13T00:00:00", platform),
        (Method::Card, "2015-06-12T23:59:59", "2016-06-13T00:00:00", platform),
        // 29 February ends on 28 February, 28 February as well.
        (Method::Card, "2016-02-29T10:00:00", "2017-03-01T00:00:00", platform),
        (Method::Wechat, "2016-02-29T10:00:00", "2017-02-28T10:00:00", channel),
        (Method::Alipay, "2016-02-28T10:00:00", "2017-03-01T00:00:00", platform),
        (Method::JdPay, "2019-02-28T10:00:00", "2020-02-29T00:00:00", platform),
        (Method::Baitiao, "2019-03-01T10:00:00", "2020-03-02T00:00:00", platform),
        // A-S2-2: 11 June 2015 is outside from the first moment of the rule on, 12 June is not.
        (Method::Card, "2015-06-11T23:59:59", "2016-06-12T00:00:00", platform),
        (Method::Card, "2013-01-01T10:00:00", "2016-06-12T00:00:00", platform),
        // The rule was not there yet, the channel's limit was.
        (Method::Wechat, "2013-01-01T10:00:00", "2014-01-01T10:00:00", channel),
    ] {
        let (zone, paid_at, until) = (Zone::shanghai(), at(paid_at), at(until));
        assert_eq!(
            closed(&zone, method, paid_at, by(until, -1)),
            None,
            "{method:?} {paid_at} just before {until}"
        );
        assert_eq!(closed(&zone, method, paid_at, until), Some(why), "{method:?} {paid_at} at {until}");
        assert_eq!(Ends::of(&zone, method, paid_at).first(), until);
    }
}

/// Another zone has another date: the same moment is 1 March in Shanghai and 29 February in New York (A-G-1).
#[test]
fn a_s2_1_dates_are_the_shops_own() {
    let paid_at = at("2016-03-01T08:00:00+08:00");
    for (zone, until) in [
        ("Asia/Shanghai", "2017-03-02T00:00:00+08:00"),
        ("America/New_York", "2017-03-01T00:00:00-05:00"),
        ("UTC", "2017-03-02T00:00:00Z"),
        ("Pacific/Kiritimati", "2017-03-02T00:00:00+14:00"),
    ] {
        let ends = Ends::of(&Zone::find(zone).unwrap(), Method::Card, paid_at);
        assert_eq!(ends.first(), at(until), "{zone}");
    }
}

/// The channel's table: only `WeChat` names limits of its own.
#[test]
fn a_s2_3_limits_of_channels() {
    for method in Method::ALL {
        let limits = Limits::of(method);
        let is_wechat = method == Method::Wechat;
        assert_eq!(
            (limits.days, limits.refunds),
            (is_wechat.then_some(365), is_wechat.then_some(50)),
            "{method:?}"
        );
    }
}

/// A calendar of its own: days since 1970 to year, month and day and back, by counting the days of months.
mod calendar {
    fn is_leap(year: i64) -> bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }
    fn days_of(year: i64, month: i64) -> i64 {
        match month {
            2 => 28 + i64::from(is_leap(year)),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }
    pub fn of(mut day: i64) -> (i64, i64, i64) {
        let (mut year, mut month) = (1970, 1);
        while day >= days_of(year, month) {
            day -= days_of(year, month);
            (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        }
        (year, month, day + 1)
    }
    pub fn day((year, month, day): (i64, i64, i64)) -> i64 {
        let whole: i64 = (1970..year).map(|year| 365 + i64::from(is_leap(year))).sum();
        let months: i64 = (1..month).map(|month| days_of(year, month)).sum();
        whole + months + day - 1
    }
    /// The same date of the next year.
    pub fn a_year_later(today: i64) -> i64 {
        let (year, month, date) = of(today);
        day((year + 1, month, if (month, date) == (2, 29) { 28 } else { date }))
    }
}

const ZONES: [&str; 7] = [
    "Asia/Shanghai",
    "UTC",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Pacific/Kiritimati",
];

/// What the rules say of a payment, told by days and microseconds alone.
fn model(zone: &Zone, method: Method, paid_at: Instant, now: Instant) -> Option<Code> {
    let day = |at: Instant| i64::from(zone.day(at).0);
    let since = calendar::day((2016, 6, 12));
    let platform = |now: Instant| day(now) >= since && day(now) > calendar::a_year_later(day(paid_at));
    let ends = Instant::from_micros(paid_at.micros() + 365 * 86_400_000_000);
    let has_days = method == Method::Wechat;
    match (platform(now), has_days && now >= ends) {
        (false, false) => None,
        (true, false) => Some(Code::WindowClosed),
        // The one that was first.
        (true, true) if platform(ends) => Some(Code::WindowClosed),
        (true | false, true) => Some(Code::ChannelWindowClosed),
    }
}

/// Moments of 2012 to 2024, most of them around the turns that matter: midnights, leap days, the day of the rule.
fn moment() -> impl Strategy<Value = i64> {
    let second = 1_000_000_i64;
    let any = 1_325_376_000..1_735_689_600_i64;
    let leap =
        prop_oneof![Just(1_330_473_600), Just(1_456_704_000), Just(1_582_934_400), Just(1_709_164_800)];
    let rule = prop_oneof![Just(1_465_660_800), Just(1_434_038_400), Just(1_434_124_800)];
    let near = -100_000..100_000_i64;
    prop_oneof![
        any.clone(),
        (leap, near.clone()).prop_map(|(at, by)| at + by),
        (rule, near).prop_map(|(at, by)| at + by)
    ]
    .prop_map(move |seconds| seconds * second)
}

proptest! {
    #![proptest_config(cases(2_000))]

    /// A-S2-1, A-S2-2, A-S2-3: against the model, at any moment and at the moments around both ends.
    #[test]
    fn a_s2_1_a_s2_3_the_calendar(
        zone in proptest::sample::select(&ZONES[..]),
        method in proptest::sample::select(&Method::ALL[..]),
        paid_at in moment(),
        days in 0..800_i64,
        near in -2..=2_i64,
    ) {
        let (zone, paid_at) = (Zone::find(zone).unwrap(), Instant::from_micros(paid_at));
        let ends = Ends::of(&zone, method, paid_at);
        let looked_at = [
            Some(paid_at.plus_hours(24 * days)),
            Some(by(ends.platform, near)),
            ends.channel.map(|end| by(end, near)),
        ];
        for now in looked_at.into_iter().flatten() {
            prop_assert_eq!(ends.closed(now), model(&zone, method, paid_at, now), "{:?} at {}", ends, now);
        }
    }

    /// Once closed it stays closed, and the first end is where it closes.
    #[test]
    fn a_s2_3_the_smaller_limit(method in proptest::sample::select(&Method::ALL[..]), paid_at in moment()) {
        let paid_at = Instant::from_micros(paid_at);
        let ends = Ends::of(&Zone::shanghai(), method, paid_at);
        let first = ends.first();
        prop_assert!(ends.closed(by(first, -1)).is_none() && ends.closed(first).is_some());
        prop_assert_eq!(ends.closed(first), ends.closed(first.plus_hours(24 * 400)));
        prop_assert!(first <= ends.platform && ends.channel.is_none_or(|channel| first <= channel));
    }
}

/// S2-R03: estimates are dates in the shop's zone, weekends are passed over; a card may be of either kind.
#[test]
fn s2_r03_when_money_arrives() {
    let zone = Zone::shanghai();
    // A Friday afternoon.
    let left_at = at("2022-06-10T15:00:00");
    let usual = Arrivals::default();
    for (method, earliest, latest, text) in [
        (
            Method::Wechat,
            "2022-06-10",
            "2022-06-15",
            "WeChat Pay: expected the same day or within 3 working days",
        ),
        (
            Method::Alipay,
            "2022-06-10",
            "2022-06-21",
            "Alipay: expected the same day or within 7 working days",
        ),
        (
            Method::Card,
            "2022-06-13",
            "2022-07-04",
            "Credit card: expected in 1 to 16 working days; Debit card: expected in 1 to 8 working days",
        ),
        (
            Method::JdPay,
            "2022-06-10",
            "2022-07-04",
            "JD Pay: expected the same day or within 16 working days",
        ),
        (Method::Baitiao, "2022-06-13", "2022-07-01", "Baitiao: expected in 1 to 15 working days"),
    ] {
        let found = usual.expect(Back::Refund, method, &zone, left_at);
        let told = (found.earliest.to_string(), found.latest.to_string(), found.text);
        assert_eq!(told, (earliest.into(), latest.into(), text.into()), "{method:?}");
        let cashback = usual.expect(Back::Cashback, method, &zone, left_at);
        assert_eq!((found.earliest, found.latest), (cashback.earliest, cashback.latest));
    }
    // It is still the tenth in New York, and the eleventh in Shanghai.
    let late = at("2022-06-10T20:00:00Z");
    let day =
        |zone: &str| usual.expect(Back::Refund, Method::Wechat, &Zone::find(zone).unwrap(), late).earliest;
    assert_eq!((day("Asia/Shanghai").day(), day("America/New_York").day()), (11, 10));
}

/// S2-R03: a shop's own figures stand before the usual ones, for refunds and cashback apart; both languages tell them.
#[test]
fn s2_r03_a_shop_sets_its_own() {
    let days = |from, to| BTreeMap::from([(Instrument::Wechat, WorkingDays { from, to })]);
    let own = Arrivals { refund: days(0, 0), cashback: days(2, 2) };
    let zone = Zone::shanghai();
    let left_at = at("2022-06-10T15:00:00");
    let refund = own.expect(Back::Refund, Method::Wechat, &zone, left_at);
    assert_eq!((refund.earliest, &*refund.text_zh), (refund.latest, "微信支付：预计当日到账"));
    let cashback = own.expect(Back::Cashback, Method::Wechat, &zone, left_at);
    assert_eq!(cashback.earliest.to_string(), "2022-06-14");
    assert_eq!(
        (&*cashback.text_zh, &*cashback.text),
        ("微信支付：预计2个工作日到账", "WeChat Pay: expected after 2 working days",)
    );
    assert_eq!(
        own.expect(Back::Refund, Method::Card, &zone, left_at).text_zh,
        "信用卡：预计1至16个工作日到账；储蓄卡：预计1至8个工作日到账"
    );
    let both = refund.and(cashback);
    assert_eq!(both.text, "WeChat Pay: expected the same day; WeChat Pay: expected after 2 working days");
    assert!(own.violations("arrival_days").is_empty());
    for (from, to) in [(3, 2), (0, 61), (255, 255)] {
        let wrong = Arrivals { refund: BTreeMap::new(), cashback: days(from, to) };
        let found: Vec<_> = wrong.violations("arrival_days").into_iter().map(|v| (v.field, v.code)).collect();
        assert_eq!(found, [("arrival_days.cashback.wechat".to_owned(), Code::OutOfRange)]);
    }
}
