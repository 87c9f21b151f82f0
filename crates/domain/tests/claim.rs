//! The claim: one a day, six in all, while there is stock and the campaign runs.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::recovery::{ClaimFacts, FrequencyScope, Terms, claim};
use domain::campaign::{Campaign, Counters};
use domain::coupon::{Bind, Coupon};
use domain::customer::{Counted, Standing};
use domain::order::Order;
use domain::shop::Shop;
use domain::time::Zone;
use domain::{Code, Instant};
use given::{at, by, campaign, id, live, order, shop, terms};

/// Claims on a fresh order placed a minute earlier, and counts the claim when it is granted.
fn take(shop: &Shop, campaign: &Campaign, standing: &mut Standing, now: Instant) -> Result<Coupon, Code> {
    let order =
        Order { placed_at: now.plus_minutes(-1), cancel_at: Some(now.plus_hours(24)), ..order(100_00) };
    let facts = ClaimFacts {
        shop,
        platform_zone: &Zone::shanghai(),
        order: &order,
        live: live(campaign),
        counters: &Counters::default(),
        counted_in: standing,
        blocked: false,
    };
    let coupon = claim(&facts, id("cp1"), now).map_err(|refusal| refusal.code)?;
    let (counted, day) = (facts.counted(), facts.day(now));
    standing.count_claim(counted, day);
    Ok(coupon)
}

/// What happens to a claim on 10 June at 12:00, when these facts hold.
fn once(
    campaign: &Campaign,
    issued: u64,
    blocked: bool,
    order: &Order,
    now: Instant,
) -> Result<Coupon, Code> {
    let facts = ClaimFacts {
        shop: &shop(),
        platform_zone: &Zone::shanghai(),
        order,
        live: live(campaign),
        counters: &Counters { issued, ..Counters::default() },
        counted_in: &Standing::default(),
        blocked,
    };
    claim(&facts, id("cp1"), now).map_err(|refusal| refusal.code)
}

/// T07, S0-R28, S0-R29, S0-R30, A-G-2, A-S0-9: one a civil day, six in all, the seventh refused on any
/// day; another campaign counts for itself.
#[test]
fn t07_s0_r28_s0_r29_s0_r30_a_g_2_a_s0_9_frequency() {
    let (june, other) = (campaign("june", terms()), campaign("other", terms()));
    let mut standing = Standing::default();
    for (now, campaign, expected) in [
        ("10T23:59:59.999999", &june, None),
        ("11T00:00:00", &june, None),
        ("11T00:00:01", &june, Some(Code::DailyLimit)),
        ("11T23:59:59.999999", &june, Some(Code::DailyLimit)),
        ("11T23:59:59.999999", &other, None),
        ("12T00:00:00", &june, None),
        ("13T10:00:00", &june, None),
        ("14T10:00:00", &june, None),
        ("15T10:00:00", &june, None),
        ("15T10:00:01", &june, Some(Code::TotalLimit)),
        ("16T10:00:00", &june, Some(Code::TotalLimit)),
        ("29T10:00:00", &june, Some(Code::TotalLimit)),
        ("16T10:00:00", &other, None),
    ] {
        let answer = take(&shop(), campaign, &mut standing, at(now));
        assert_eq!(answer.err(), expected, "{now} {}", campaign.campaign_id);
    }
    let day = shop().time_zone.day(at("15T10:00:00"));
    let june = Counted::Campaign(june.campaign_id);
    assert_eq!(standing.claims(&june, day), (1, 6), "what was refused is not counted");
}

/// A-S0-9: counted over the shop or the platform, two campaigns share the limits of one.
#[test]
fn a_s0_9_wider_scopes() {
    for frequency_scope in [FrequencyScope::Shop, FrequencyScope::Platform] {
        let terms = Terms { frequency_scope, ..terms() };
        let (june, other) = (campaign("june", terms.clone()), campaign("other", terms));
        let mut standing = Standing::default();
        assert!(take(&shop(), &june, &mut standing, at("10T10:00:00")).is_ok());
        let second = take(&shop(), &other, &mut standing, at("10T11:00:00"));
        assert_eq!(second.err(), Some(Code::DailyLimit), "{frequency_scope:?}");
        for day in 11..=15 {
            let now = at(&format!("{day}T10:00:00"));
            assert!(take(&shop(), if day % 2 == 0 { &june } else { &other }, &mut standing, now).is_ok());
        }
        let seventh = take(&shop(), &other, &mut standing, at("16T10:00:00"));
        assert_eq!(seventh.err(), Some(Code::TotalLimit), "{frequency_scope:?}");
        assert_eq!(live(&june).is_platform_wide(), frequency_scope == FrequencyScope::Platform);
    }
}

/// A-G-13: what is counted over shops goes by the platform's days, whichever shop it is done in; what a shop counts
/// goes by its own.
#[test]
fn a_g_13_counts_over_shops_go_by_the_platforms_days() {
    let wide = campaign("june", Terms { frequency_scope: FrequencyScope::Platform, ..terms() });
    let here = shop();
    let there = Shop { time_zone: Zone::find("America/Los_Angeles").unwrap(), ..shop() };
    let mut standing = Standing::default();
    // In Los Angeles the day changes at 15:00 in Shanghai.
    for (now, shop, expected) in [
        ("12T14:50:00", &here, None),
        ("12T14:55:00", &there, Some(Code::DailyLimit)),
        ("12T15:05:00", &there, Some(Code::DailyLimit)),
        ("12T15:10:00", &here, Some(Code::DailyLimit)),
        ("12T23:59:59", &there, Some(Code::DailyLimit)),
        ("13T00:00:00", &there, None),
        ("13T15:00:00", &there, Some(Code::DailyLimit)),
    ] {
        assert_eq!(take(shop, &wide, &mut standing, at(now)).err(), expected, "{now}");
    }
    let own = campaign("june", terms());
    let mut standing = Standing::default();
    assert!(take(&there, &own, &mut standing, at("12T14:50:00")).is_ok());
    assert!(take(&there, &own, &mut standing, at("12T15:05:00")).is_ok(), "the next day in Los Angeles");
    // A claim that an older program counted for a later day, by its shop's zone, still counts today.
    let ahead = Zone::find("Pacific/Auckland").unwrap().day(at("14T21:00:00"));
    let mut standing = Standing::default();
    standing.count_claim(Counted::All, ahead);
    assert_eq!(take(&here, &wide, &mut standing, at("14T21:00:00")).err(), Some(Code::DailyLimit));
}

/// A-G-1, A-G-2: the day changes at midnight on the shop's wall, also on a day of 23 hours.
#[test]
fn a_g_1_a_g_2_days_of_other_zones() {
    let mut june = campaign("june", terms());
    (june.versions[0].starts_at, june.versions[0].ends_at) =
        (at("2022-01-01T00:00:00"), at("2023-01-01T00:00:00"));
    for (zone, first, same_day, next_day) in [
        ("UTC", "2022-06-10T00:00:00Z", "2022-06-10T23:59:59Z", "2022-06-11T00:00:00Z"),
        (
            "America/New_York",
            "2022-03-13T00:00:00-05:00",
            "2022-03-13T23:59:59-04:00",
            "2022-03-14T00:00:00-04:00",
        ),
        (
            "America/New_York",
            "2022-11-06T00:00:00-04:00",
            "2022-11-06T23:59:59-05:00",
            "2022-11-07T00:00:00-05:00",
        ),
    ] {
        let shop = Shop { time_zone: Zone::find(zone).unwrap(), ..shop() };
        let mut standing = Standing::default();
        assert!(take(&shop, &june, &mut standing, at(first)).is_ok(), "{first}");
        assert_eq!(
            take(&shop, &june, &mut standing, at(same_day)).err(),
            Some(Code::DailyLimit),
            "{same_day}"
        );
        assert!(take(&shop, &june, &mut standing, at(next_day)).is_ok(), "{next_day}");
    }
}

/// T14, S0-R33, A-S0-19, A-S0-20, A-S0-21, A-G-3: refused from the closing or the end on, when all are
/// issued, and to a blocked customer.
#[test]
fn t14_s0_r33_a_s0_19_a_s0_20_a_s0_21_what_stands_against_a_claim() {
    let open = campaign("june", terms());
    let closed = Campaign { closed_at: Some(at("10T12:00:00")), ..open.clone() };
    let (noon, end) = (at("10T12:00:00"), at("30T00:00:00"));
    let waiting = Order { cancel_at: Some(at("30T10:00:00")), ..order(100_00) };
    let off = Some(Code::CampaignClosed);
    for (campaign, issued, blocked, now, expected) in [
        (&closed, 0, false, by(noon, -1), None),
        (&closed, 0, false, noon, off),
        (&closed, 0, false, by(noon, 1), off),
        (&open, 0, false, by(end, -1), None),
        (&open, 0, false, end, off),
        (&open, 9, false, noon, None),
        (&open, 10, false, noon, Some(Code::SoldOut)),
        (&open, u64::MAX, false, noon, Some(Code::SoldOut)),
        (&open, 0, true, noon, Some(Code::CustomerBlocked)),
    ] {
        let answer = once(campaign, issued, blocked, &waiting, now);
        assert_eq!(answer.err(), expected, "{issued} {blocked} {now}");
    }
}

/// S0-R18, A-S0-7, A-S0-8, T08: 48 hours from the claim, or the order's deadline if that is sooner;
/// only a coupon for the whole shop outlives its order.
#[test]
fn s0_r18_a_s0_7_a_s0_8_t08_usable_until() {
    use Bind::{OriginOrder, ShopScope};
    for (bind, hours, cancel_at, expected) in [
        (OriginOrder, 48, "11T11:45:00", "11T11:45:00"),
        (OriginOrder, 48, "12T11:59:59.999999", "12T11:59:59.999999"),
        (OriginOrder, 48, "12T12:00:00", "12T12:00:00"),
        (OriginOrder, 48, "20T00:00:00", "12T12:00:00"),
        (OriginOrder, 1, "11T11:45:00", "10T13:00:00"),
        (ShopScope, 48, "11T11:45:00", "12T12:00:00"),
    ] {
        let june = campaign("june", Terms { bind, coupon_valid_hours: hours, ..terms() });
        let order = Order { cancel_at: Some(at(cancel_at)), ..order(100_00) };
        let coupon = once(&june, 0, false, &order, at("10T12:00:00")).unwrap();
        assert_eq!(coupon.usable_until, at(expected), "{bind:?} {cancel_at}");
        // Its own timer, unless the order's ends it at that very moment.
        let own_timer = coupon.wake_at.is_some();
        assert_eq!(own_timer, expected != cancel_at || bind == ShopScope, "{bind:?} {cancel_at}");
    }
}
