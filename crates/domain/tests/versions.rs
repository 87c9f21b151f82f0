//! The versions of a campaign: what an order keeps, what a change may not do, and where it stands.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::Code;
use domain::campaign::recovery::{FrequencyScope, Live, Terms, cover, show};
use domain::campaign::{Campaign, Counters, Status, Version};
use domain::order::OfferStatus;
use given::{at, by, campaign, fen, id, live, order, shop, terms};

/// A-S0-20, S0-R33: where a campaign stands follows from its facts and the moment.
#[test]
fn a_s0_20_s0_r33_status() {
    let published = campaign("june", terms());
    let draft = Campaign { published_at: None, ..published.clone() };
    let closed = Campaign { closed_at: Some(at("12T00:00:00")), ..published.clone() };
    for (campaign, issued, now, expected) in [
        (&draft, 0, "11T00:00:00", Status::Draft),
        (&published, 0, "09T23:59:59.999999", Status::Scheduled),
        (&published, 0, "10T00:00:00", Status::Running),
        (&published, 9, "29T23:59:59.999999", Status::Running),
        (&published, 10, "29T23:59:59.999999", Status::Exhausted),
        (&published, 10, "30T00:00:00", Status::Ended),
        (&closed, 10, "11T23:59:59", Status::Exhausted),
        (&closed, 10, "12T00:00:00", Status::Closed),
    ] {
        let counters = Counters { issued, ..Counters::default() };
        assert_eq!(campaign.status(&counters, at(now)), expected, "{now}");
    }
    assert!(Live::current(&draft).is_none(), "a draft shows nothing");
}

/// A-G-10, S0-R08: an order keeps the version that covered it; the offer bears that version's figures
/// and never the campaign's name. The stock and an earlier end are the campaign's.
#[test]
fn a_g_10_s0_r08_orders_keep_their_version() {
    let mut june = campaign("june", terms());
    let before = cover(&order(100_00), std::iter::once(live(&june)));
    let next = Terms { save: fen(9_00), quantity: 20, trigger_after_minutes: 60, ..terms() };
    let shorter = Version { ends_at: at("20T00:00:00"), name: "secret plan".into(), ..given::version(next) };
    june.revise(shorter, &shop(), 10, at("11T00:00:00")).unwrap();
    let kept = Live::of_version(&june, before.candidates[0].version).unwrap();
    let counters = Counters { issued: 19, ..Counters::default() };
    let shown = |now| show(&order(100_00), kept, &counters, false, id("of1"), now);
    let offer = shown(at("12T00:00:00")).unwrap();
    assert_eq!((offer.version, offer.spend, offer.save), (1, fen(100_00), fen(5_00)));
    assert_eq!((offer.status, offer.shown_at), (OfferStatus::Displayed, at("12T00:00:00")));
    assert!(!serde_json::to_string(&offer).unwrap().contains("secret"));
    assert_eq!(shown(at("20T00:00:00")).err(), Some(Code::CampaignClosed));
    let now = cover(&order(100_00), std::iter::once(live(&june)));
    assert_eq!((before.candidates[0].version, now.candidates[0].version), (1, 2));
    assert_eq!(now.candidates[0].trigger_at, at("10T11:00:00"));
    assert!(Live::of_version(&june, 0).is_none() && Live::of_version(&june, 3).is_none());
}

/// A-G-10, A-S0-9, A-S0-20, S0-R09: what a new version may not do.
#[test]
fn a_g_10_a_s0_20_s0_r09_revising() {
    let code = |change: &dyn Fn(&mut Version), issued: u64, now: &str| {
        let mut june = campaign("june", terms());
        let mut next = given::version(terms());
        change(&mut next);
        let answer = june.revise(next, &shop(), issued, at(now));
        let first = answer.err().map(|r| r.violations.first().map_or(r.code, |v| v.code));
        assert_eq!(june.versions.len(), if first.is_none() { 2 } else { 1 });
        first
    };
    let running = "11T00:00:00";
    let quantity = |n| {
        move |v: &mut Version| {
            v.terms = domain::campaign::Terms::Recovery(Terms { quantity: n, ..terms() });
        }
    };
    assert_eq!(code(&quantity(20), 20, running), None);
    assert_eq!(code(&quantity(20), 21, running), Some(Code::OutOfRange));
    assert_eq!(code(&|v| v.starts_at = at("11T05:00:00"), 0, running), Some(Code::ImmutableField));
    assert_eq!(code(&|v| v.ends_at = at("11T00:00:00"), 0, running), Some(Code::OutOfRange));
    assert_eq!(code(&|v| v.ends_at = by(at("11T00:00:00"), 1), 0, running), None);
    let by_shop = |v: &mut Version| {
        let frequency_scope = FrequencyScope::Shop;
        v.terms = domain::campaign::Terms::Recovery(Terms { frequency_scope, ..terms() });
    };
    assert_eq!(code(&by_shop, 0, running), Some(Code::ImmutableField), "A-S0-9: claims are counted");
    assert_eq!(code(&by_shop, 0, "09T23:00:01"), Some(Code::ImmutableField));
    let mut draft = Campaign { published_at: None, ..campaign("june", terms()) };
    let mut next = given::version(terms());
    by_shop(&mut next);
    draft.revise(next, &shop(), 0, at("09T20:00:00")).unwrap();
    assert_eq!(code(&|_| (), 0, "30T00:00:00"), Some(Code::CampaignClosed));
    assert_eq!(code(&|v| v.starts_at = at("10T01:00:00"), 0, "09T23:00:01"), Some(Code::TooSoon));
    assert_eq!(code(&|v| v.starts_at = at("10T02:00:00"), 0, "09T23:00:01"), None);
}
