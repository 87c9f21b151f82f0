//! Draws of a campaign of rewards at a desk: urn and odds, what a chance waits for, the chain, and what may change.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::{
    self, Action, Campaign, Count,
    post_payment::{Do, Played},
};
use domain::order::Order;
use domain::reward::{Beta, Course, Reward, RewardStatus, Round};
use domain::{Code, Refusal};
use draw::{Entropy, beacon::QUICKNET, words};
use given::desk::Table;
use given::rewards::{
    announced, book, draw_terms, got, head, odds, open, pay, play, play_as, refund, revised, rewards, urn,
    world, world_of,
};
use given::{at, id};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::num::NonZeroU64;

fn prize(played: &Played) -> &str {
    played.prize.as_ref().map_or("", |prize| prize.prize_id.as_str())
}

/// Pays and plays an order of 50.00.
fn drawn(desk: &mut Table<'_>, name: &str) -> Played {
    let order = pay(desk, name, 50_00);
    let reward = got(desk, &order).unwrap();
    play(desk, &reward).unwrap()
}

/// A-S2-15: an urn draws when the chance arises and tells it when it is played; the counts are exact, then it is empty.
#[test]
fn a_s2_15_an_urn_draws_its_ticket_at_the_payment() {
    let world = world_of(&draw_terms(urn(4)));
    let mut desk = open(&world);
    let orders: Vec<Order> = (1..=7).map(|n| pay(&mut desk, &format!("o{n}"), 50_00)).collect();
    let rewards: Vec<Reward> = orders.iter().map(|order| got(&desk, order).unwrap()).collect();
    assert!(rewards.iter().all(|reward| reward.status == RewardStatus::Offered && reward.drawn.is_some()));
    let late = pay(&mut desk, "o8", 50_00);
    assert_eq!(got(&desk, &late).unwrap_err(), Some(Code::SoldOut));
    let mut counts = BTreeMap::new();
    for reward in rewards.iter().rev() {
        let played = play(&mut desk, reward).unwrap();
        assert_eq!(played.reward.drawn, reward.drawn, "the play only shows it");
        *counts.entry(prize(&played).to_owned()).or_insert(0) += 1;
    }
    assert_eq!(counts, BTreeMap::from([("cup".into(), 1), ("c10".into(), 2), ("none".into(), 4)]));
    assert_eq!((book(&desk).drawing.unwrap().standing.plays, desk.coupons.len()), (7, 2));
    assert_eq!(head(&desk), book(&desk).drawing.unwrap().standing.head);
}

/// A-S2-15: a ticket whose order is refunded before its play lapses: it stays in the chain and is nobody's; one that was
/// played is void with its coupon. Neither goes back into the urn.
#[test]
fn a_s2_15_a_ticket_of_a_refunded_order_lapses() {
    let world = world_of(&draw_terms(urn(4)));
    let mut desk = open(&world);
    let mut unplayed = pay(&mut desk, "o1", 50_00);
    refund(&mut desk, &mut unplayed);
    let reward = got(&desk, &unplayed).unwrap();
    assert_eq!((reward.status, reward.done_at, reward.drawn.is_some()), (RewardStatus::Void, None, true));
    assert_eq!(play(&mut desk, &reward).unwrap_err().code, Code::RewardVoid);
    let mut orders: Vec<Order> = (2..=7).map(|n| pay(&mut desk, &format!("o{n}"), 50_00)).collect();
    for order in &mut orders {
        let reward = got(&desk, order).unwrap();
        play(&mut desk, &reward).unwrap();
        refund(&mut desk, order);
        assert_eq!(got(&desk, order).unwrap().status, RewardStatus::Void);
    }
    assert!(desk.coupons.values().all(|coupon| coupon.status == domain::coupon::CouponStatus::Void));
    let drawing = book(&desk).drawing.unwrap();
    assert_eq!((drawing.standing.plays, head(&desk)), (7, drawing.standing.head));
    let late = pay(&mut desk, "o8", 50_00);
    assert_eq!(got(&desk, &late).unwrap_err(), Some(Code::SoldOut));
}

/// A-S2-15, A-S2-16: by odds a chance is drawn when it is played, by the words of the seed; what is gone falls to what the
/// notice names; the same call answers the same for ever.
#[test]
fn a_s2_15_a_s2_16_by_odds_a_prize_that_is_gone_falls_to_another() {
    let world = world_of(&draw_terms(odds(2)));
    let mut desk = open(&world);
    let order = pay(&mut desk, "o1", 50_00);
    let reward = got(&desk, &order).unwrap();
    assert_eq!(reward.drawn, None, "nothing is drawn before the play");
    assert_eq!(play_as(&mut desk, &reward, "c2", &json!({})).unwrap_err().code, Code::NotOwner);
    let played = play(&mut desk, &reward).unwrap();
    let first = played.reward.drawn.clone().unwrap();
    let mut expected = words(&book(&desk).seed, "c", "o1", &Entropy::of_transaction("t-o1").unwrap());
    assert_eq!((first.n, first.r), (1, expected.pick(NonZeroU64::new(1_000_000).unwrap())));
    assert_eq!(played.reward.listed, Some(given::fen(600_00)), "worth more than 500.00");
    let prizes: Vec<String> = ["o2", "o3"].map(|name| prize(&drawn(&mut desk, name)).to_owned()).into();
    assert_eq!((prize(&played), &prizes[..]), ("phone", &["phone".to_owned(), "c10".to_owned()][..]));
    let counted = desk.counts.len();
    assert_eq!(play(&mut desk, &reward).unwrap(), played);
    assert_eq!(desk.counts.len(), counted, "and counts nothing more");
    let won = Count::Won { prize: "phone".into(), value: given::fen(600_00) };
    assert_eq!(desk.counts.iter().filter(|(_, count)| *count == won).count(), 2);
    assert_eq!(
        desk.counts
            .iter()
            .filter(|(_, count)| matches!(count, Count::Rewarded { to: Course::Played, .. }))
            .count(),
        3
    );
    assert_eq!(head(&desk), book(&desk).drawing.unwrap().standing.head);
}

/// A-S2-15: with a release, of ten phones floor(10 x elapsed share) are there: none in the first hour, one after a tenth.
#[test]
fn a_s2_15_stock_is_released_over_time() {
    let mut draw = odds(10);
    draw["release"] = json!({ "until": "2022-06-20T00:00:00+08:00" });
    let world = world_of(&draw_terms(draw));
    let mut desk = open(&world);
    for (name, moment, expected) in [
        ("o1", "10T10:00:00", "c10"),
        ("o2", "10T23:59:59", "c10"),
        ("o3", "11T00:00:00", "phone"),
        ("o4", "11T00:00:01", "c10"),
        ("o5", "12T00:00:00", "phone"),
    ] {
        desk.now = at(moment);
        assert_eq!(prize(&drawn(&mut desk, name)), expected, "{moment}");
    }
}

/// A-S2-16: without the payment's transaction id a chance waits, and is drawn once it is told; where the campaign says so
/// it is drawn without.
#[test]
fn a_s2_16_a_chance_waits_for_its_transaction_id() {
    for draw in [odds(2), urn(4)] {
        let world = world_of(&draw_terms(draw));
        let mut desk = open(&world);
        let mut order = given::rewards::paid_order("o1", "c1", 50_00, desk.now);
        order.payments[0].transaction_id = None;
        campaign::whole(&mut desk, &mut order);
        let reward = got(&desk, &order).unwrap();
        assert_eq!(play(&mut desk, &reward).unwrap_err().code, Code::AwaitingTransactionId);
        assert_eq!(
            (got(&desk, &order).unwrap(), book(&desk).drawing.unwrap().standing.plays),
            (reward.clone(), 0)
        );
        order.payments[0].transaction_id = Some("t-late".parse().unwrap());
        campaign::whole(&mut desk, &mut order);
        assert_eq!(play(&mut desk, &reward).unwrap().reward.drawn.unwrap().entropy, "t-late");
    }
    let mut draw = odds(2);
    draw["entropy"] = json!("optional");
    let world = world_of(&draw_terms(draw));
    let mut desk = open(&world);
    let mut order = given::rewards::paid_order("o1", "c1", 50_00, desk.now);
    order.payments[0].transaction_id = None;
    campaign::whole(&mut desk, &mut order);
    let reward = got(&desk, &order).unwrap();
    assert_eq!(play(&mut desk, &reward).unwrap().reward.drawn.unwrap().entropy, "");
}

/// A-S2-16: nothing is drawn once the seed is told: not at a play, not for a payment heard of late, not for an id.
#[test]
fn a_s2_16_nothing_is_drawn_after_the_end() {
    let world = world_of(&draw_terms(urn(4)));
    let mut desk = open(&world);
    let order = pay(&mut desk, "o1", 50_00);
    let mut waiting = given::rewards::paid_order("o2", "c2", 50_00, desk.now);
    waiting.payments[0].transaction_id = None;
    campaign::whole(&mut desk, &mut waiting);
    let before = book(&desk);
    desk.now = at("30T00:00:00");
    let reward = got(&desk, &order).unwrap();
    assert_eq!(
        play(&mut desk, &reward).unwrap().reward.drawn,
        reward.drawn,
        "what was drawn before is shown"
    );
    let waits = got(&desk, &waiting).unwrap();
    assert_eq!(play(&mut desk, &waits).unwrap_err().code, Code::CampaignClosed);
    waiting.payments[0].transaction_id = Some("t-late".parse().unwrap());
    campaign::whole(&mut desk, &mut waiting);
    let mut late = given::rewards::paid_order("o3", "c3", 50_00, at("29T23:59:59"));
    campaign::whole(&mut desk, &mut late);
    assert_eq!(got(&desk, &late).unwrap_err(), Some(Code::CampaignClosed));
    let (after, before) = (book(&desk).drawing.unwrap(), before.drawing.unwrap());
    assert_eq!((after.standing, after.shown.total(), before.shown.total()), (before.standing, 1, 0));
}

const ROUND: u64 = 657_413;
const SIGNATURE: &str =
    "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b";

fn post(desk: &mut Table<'_>, number: u64) -> Result<(), Refusal> {
    let randomness = QUICKNET.randomness(ROUND, SIGNATURE).unwrap();
    let round = Round { round: number, signature: SIGNATURE.into(), randomness };
    let post = Do::Post { campaign_id: id("c"), round };
    campaign::act(desk, &Action::PostPayment(post)).map(drop)
}

/// A-S2-16: where the notice names a round of the beacon nothing is drawn before it is posted, no other round is taken,
/// and its randomness goes in behind the transaction id.
#[test]
fn a_s2_16_a_beacon_goes_into_every_draw() {
    for mut draw in [odds(2), urn(4)] {
        draw["beacon_round"] = json!(ROUND);
        let world = world_of(&draw_terms(draw));
        let mut desk = open(&world);
        let order = pay(&mut desk, "o1", 50_00);
        let reward = got(&desk, &order).unwrap();
        assert_eq!((reward.status, &reward.drawn), (RewardStatus::Offered, &None));
        assert_eq!(play(&mut desk, &reward).unwrap_err().code, Code::BeaconAwaited);
        assert_eq!(post(&mut desk, ROUND + 1).unwrap_err().code, Code::WrongRound);
        assert_eq!(post(&mut desk, ROUND).unwrap_err().code, Code::BeaconAwaited, "its moment has not come");
        // The round was signed in 2023, the draws of these tests are of 2022.
        let mut desk = desk.in_world(&world, at("2023-09-16T00:00:00+08:00"));
        post(&mut desk, ROUND).unwrap();
        post(&mut desk, ROUND).unwrap();
        let mut desk = desk.in_world(&world, at("12T00:00:00"));
        let entropy = play(&mut desk, &reward).unwrap().reward.drawn.unwrap().entropy;
        let randomness = "fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587";
        assert_eq!(entropy, format!("t-o1 {randomness}"));
        assert_eq!(head(&desk), book(&desk).drawing.unwrap().standing.head);
    }
    let world = world_of(&draw_terms(odds(2)));
    assert_eq!(post(&mut open(&world), ROUND).unwrap_err().code, Code::WrongRound, "it names none");
}

/// What a change of these terms into those is answered, on 12 June after a play.
fn changed(before: &Value, after: &Value) -> Vec<(String, Code)> {
    let first = world_of(&draw_terms(before.clone()));
    let second = world(vec![revised(
        rewards("c", &draw_terms(before.clone())),
        &draw_terms(after.clone()),
        at("12T00:00:00"),
    )]);
    let mut desk = open(&first);
    drawn(&mut desk, "o1");
    desk.batches.insert(id("b2"), 9);
    let mut desk = desk.in_world(&second, at("12T00:00:00"));
    let (kept, before_it) = (book(&desk), announced(&desk));
    match campaign::published(&mut desk, &second.campaigns[0].campaign) {
        Ok(()) => {
            let drawing = book(&desk).drawing.unwrap();
            let links = before_it.notices.len() + usize::from(before != after);
            let notices = announced(&desk).notices.len();
            assert_eq!((notices, head(&desk)), (links, drawing.standing.head));
            Vec::new()
        }
        Err(refused) => {
            assert_eq!((refused.code, book(&desk)), (Code::InvalidTerms, kept), "nothing changed");
            assert_eq!(announced(&desk), before_it);
            let field = |field: &str| field.rsplit_once("draw.").map_or(field, |(_, field)| field).to_owned();
            refused.violations.iter().map(|v| (field(&v.field), v.code)).collect()
        }
    }
}

/// A-S2-17: a running draw changes only in the buyers' favour; a change is a link of the chain.
#[test]
fn a_s2_17_a_running_draw_changes_only_in_the_buyers_favour() {
    let before = odds(2);
    let edit = |path: &str, value: Value| {
        let mut after = before.clone();
        *after.pointer_mut(path).unwrap_or_else(|| panic!("{path}")) = value;
        changed(&before, &after)
    };
    assert_eq!(changed(&before, &before), []);
    for (path, value) in [
        ("/prizes/0/stock", json!(3)),
        ("/prizes/0/value", json!(60_001)),
        ("/notice/claim_days", json!(31)),
        ("/notice/contact", json!("400-000-0001")),
    ] {
        assert_eq!(edit(path, value), [], "{path}");
    }
    for (path, value, field, code) in [
        ("/prizes/0/stock", json!(1), "prizes[0].stock", Code::OddsChangedAgainstBuyer),
        ("/prizes/0/value", json!(59_999), "prizes[0].value", Code::OddsChangedAgainstBuyer),
        ("/prizes/0/sku", json!("OLD-PHONE"), "prizes[0].sku", Code::ImmutableField),
        ("/prizes/1/batch_id", json!("b2"), "prizes[1].batch_id", Code::ImmutableField),
        ("/notice/claim_days", json!(29), "notice.claim_days", Code::OddsChangedAgainstBuyer),
        ("/notice/organiser", json!("别人"), "notice.organiser", Code::ImmutableField),
    ] {
        let found = edit(path, value);
        assert!(found.contains(&(field.to_owned(), code)), "{path}: {found:?}");
    }
    let mut hidden = before.clone();
    hidden["public"] = json!(false);
    assert_eq!(changed(&before, &hidden), [("public".to_owned(), Code::ImmutableField)]);
    let mut shared = urn(4);
    shared["prizes"][2]["stock"] = json!(3);
    let found = changed(&urn(4), &shared);
    assert_eq!(
        found,
        [("prizes[2].stock".to_owned(), Code::ImmutableField)],
        "an urn has exactly its tickets"
    );
}

/// A-S2-16: what was drawn is told as it was when it was drawn, though the prize is worth more by now, or told no more.
#[test]
fn a_s2_16_a_play_answers_the_same_after_a_change() {
    let mut before = odds(1);
    before["prizes"][0]["value"] = json!(40_000);
    let mut after = before.clone();
    after["prizes"][0]["value"] = json!(60_000);
    let second = world(vec![revised(
        rewards("c", &draw_terms(before.clone())),
        &draw_terms(after),
        at("12T00:00:00"),
    )]);
    let first = world_of(&draw_terms(before));
    let mut desk = open(&first);
    let order = pay(&mut desk, "o1", 50_00);
    let reward = got(&desk, &order).unwrap();
    let played = play(&mut desk, &reward).unwrap();
    let mut desk = desk.in_world(&second, at("12T00:00:00"));
    campaign::published(&mut desk, &second.campaigns[0].campaign).unwrap();
    assert_eq!(play(&mut desk, &reward).unwrap(), played);
    assert_eq!(played.reward.listed, None, "400.00 is not listed");
}

/// S2-R04: while a campaign rests nothing new is given, and what was given can be played; what was paid before it rested
/// counts.
#[test]
fn s2_r04_a_campaign_that_rests_gives_nothing_new() {
    let world = world_of(&draw_terms(odds(2)));
    let mut desk = open(&world);
    let before = pay(&mut desk, "o1", 50_00);
    desk.now = at("11T00:00:00");
    let pause = |paused| Action::PostPayment(Do::Pause { campaign_id: id("c"), paused });
    campaign::act(&mut desk, &pause(true)).unwrap();
    campaign::act(&mut desk, &pause(true)).unwrap();
    assert_eq!(desk.published.iter().filter(|what| *what == "campaign.paused").count(), 1);
    let resting = pay(&mut desk, "o2", 50_00);
    assert_eq!(got(&desk, &resting).unwrap_err(), Some(Code::CampaignPaused));
    let mut late = given::rewards::paid_order("o3", "c3", 50_00, at("10T23:59:59"));
    campaign::whole(&mut desk, &mut late);
    assert!(got(&desk, &late).is_ok());
    let reward = got(&desk, &before).unwrap();
    assert_eq!(prize(&play(&mut desk, &reward).unwrap()), "phone");
    desk.now = at("12T00:00:00");
    campaign::act(&mut desk, &pause(false)).unwrap();
    let after = pay(&mut desk, "o4", 50_00);
    assert!(got(&desk, &after).is_ok());
    let mut late = given::rewards::paid_order("o5", "c5", 50_00, at("11T12:00:00"));
    campaign::whole(&mut desk, &mut late);
    assert_eq!(
        got(&desk, &late).unwrap_err(),
        Some(Code::CampaignPaused),
        "paid while it rested, heard of later"
    );
}

/// S2-R09, S2-R10, A-S2-8: nothing is published before the closed beta began, nor by a shop that the platform has not let
/// in: applying alone opens nothing.
#[test]
fn s2_r09_s2_r10_a_s2_8_only_shops_that_were_let_in_publish() {
    let mut world = world_of(&draw_terms(odds(2)));
    let publish = |world: &given::desk::World, now: &str| {
        let mut desk = Table::at(world, at(now));
        desk.batches.insert(id("b1"), 90);
        campaign::published(&mut desk, &world.campaigns[0].campaign).map_err(|refusal| refusal.code)
    };
    for (beta, expected) in [
        (Beta::Off, Err(Code::BetaRequired)),
        (Beta::Applied, Err(Code::BetaRequired)),
        (Beta::Beta, Ok(())),
        (Beta::On, Ok(())),
    ] {
        world.shop.post_payment = beta;
        assert_eq!(publish(&world, "09T00:00:00"), expected, "{beta:?}");
    }
    assert_eq!(publish(&world, "2016-06-19T23:59:59"), Err(Code::NotStarted));
    assert_eq!(publish(&world, "2016-06-20T00:00:00"), Ok(()));
    let mut desk = Table::at(&world, at("09T00:00:00"));
    let refused = campaign::published(&mut desk, &world.campaigns[0].campaign).unwrap_err();
    let at_fault: Vec<_> = refused.violations.iter().map(|v| (v.field.as_str(), v.code)).collect();
    assert_eq!(
        at_fault,
        [("terms.tiers[0].action.draw.prizes[1].batch_id", Code::NotFound)],
        "its batch is not there"
    );
}

fn violations(campaign: &Campaign) -> Vec<(String, Code)> {
    let found = campaign.current().violations(&given::shop(), at("09T00:00:00"));
    found.into_iter().map(|violation| (violation.field, violation.code)).collect()
}

/// A-S2-15, A-S2-17: odds that do not sum, prizes over the cap and a notice that is not complete are refused field by
/// field; the notice says who takes part, and when.
#[test]
fn a_s2_15_a_s2_17_terms_of_a_draw_that_may_not_start() {
    assert_eq!(violations(&rewards("c", &draw_terms(odds(2)))), []);
    for (path, value, field, code) in [
        ("/prizes/0/odds", json!(999_999), "prizes", Code::OddsDoNotSum),
        ("/prizes/0/value", json!(5_000_001), "prizes[0].value", Code::PrizeOverCap),
        ("/notice/organiser", json!(""), "notice.organiser", Code::NoticeIncomplete),
        ("/notice/lapse", json!(" "), "notice.lapse", Code::NoticeIncomplete),
        ("/prizes/0/fallback", json!("gone"), "prizes[0].fallback", Code::FallbackUnknown),
        ("/prizes/1/fallback", json!("phone"), "prizes[1].fallback", Code::FallbackCycle),
    ] {
        let mut draw = odds(2);
        *draw.pointer_mut(path).unwrap() = value;
        let found = violations(&rewards("c", &draw_terms(draw)));
        let at = format!("terms.tiers[0].action.draw.{field}");
        assert!(found.contains(&(at, code)), "{path}: {found:?}");
    }
    let mut terms = draw_terms(odds(2));
    terms["days"] = json!(["saturday", "sunday"]);
    terms["hours"] = json!([{ "from": "10:00", "to": "14:00" }]);
    (terms["total_limit"], terms["holdout_percent"]) = (json!(500), json!(10));
    let above = json!({ "min_paid": 10_000, "action": { "kind": "coupon", "batch_id": "b1" } });
    terms["tiers"].as_array_mut().unwrap().insert(0, above);
    let campaign = rewards("c", &terms);
    let version = campaign.current();
    let notice = domain::campaign::post_payment::notice_of(
        &given::rewards::terms(&terms),
        &version.name,
        version.period(),
        &given::shop(),
    );
    assert_eq!(
        notice.unwrap().conditions,
        "活动期间付清且实付满50.00元不满100.00元的订单，每单一次抽奖机会，限前500单，仅限周六、周日付款，仅限10:00至14:00付款，另有10%的顾客作为对照组不参加，机会须在活动结束前使用"
    );
}
