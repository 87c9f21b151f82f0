//! What may not start, and what may not change while it runs: each with its field and its code (A-S2-15, A-S2-17).

mod given;

use draw::{
    Code, Notice, Problem,
    check::{beacon_ahead, before_start, changed},
    law::MAINLAND_CHINA,
};
use given::{by_odds, in_an_urn, notice, read};
use serde_json::{Value, json};

/// Where a notice is written over, and with what; `null` takes a field away.
type Patch = (&'static str, Value);

fn patched(mut notice: Value, patches: &[Patch]) -> Notice {
    for (pointer, value) in patches {
        let (parent, field) = pointer.rsplit_once('/').expect("a pointer");
        let parent = notice.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer} is there"));
        match parent {
            Value::Object(fields) if value.is_null() => drop(fields.remove(field)),
            Value::Object(fields) => drop(fields.insert(field.into(), value.clone())),
            Value::Array(items) if value.is_null() => drop(items.remove(field.parse().expect("an index"))),
            Value::Array(items) => items.insert(field.parse().expect("an index"), value.clone()),
            other => panic!("{pointer}: {other} has no fields"),
        }
    }
    read(notice)
}

fn told(problems: &[Problem]) -> Vec<(&str, Code)> {
    for problem in problems {
        assert!(!problem.en.is_empty() && !problem.zh.is_ascii(), "{problem:?}");
    }
    problems.iter().map(|problem| (problem.path.as_str(), problem.code)).collect()
}

#[track_caller]
fn starts(honest: fn() -> Value, patches: &[Patch], expected: &[(&str, Code)]) {
    let problems = before_start(&patched(honest(), patches), &MAINLAND_CHINA);
    assert_eq!(told(&problems), expected, "{patches:?}: {problems:#?}");
}

#[track_caller]
fn changes(honest: fn() -> Value, patches: &[Patch], expected: &[(&str, Code)]) {
    let problems = changed(&read(honest()), &patched(honest(), patches), &MAINLAND_CHINA);
    assert_eq!(told(&problems), expected, "{patches:?}: {problems:#?}");
}

const PHONE: &str = "/table/prizes/0";

fn at(prize: usize, field: &str) -> &'static str {
    // Pointers of a test live as long as it.
    Box::leak(format!("/table/prizes/{prize}/{field}").into_boxed_str())
}

#[test]
fn complete_notices_may_start() {
    starts(by_odds, &[], &[]);
    starts(in_an_urn, &[], &[]);
    starts(given::with_a_beacon, &[], &[]);
}

/// Signs that nobody sees, or that turn a line round, could make a price read as another.
#[test]
fn a_s2_17_what_is_told_is_seen() {
    let fields = ["title", "organiser", "contact", "conditions", "claim_how", "lapse"]
        .map(|field| format!("/{field}"));
    let pointers = fields.into_iter().chain([at(0, "name").to_owned(), at(3, "prize_id").to_owned()]);
    for pointer in pointers {
        let field = pointer[1..].replace("/prizes/0/", ".prizes[0].").replace("/prizes/3/", ".prizes[3].");
        let pointer: &'static str = Box::leak(pointer.into_boxed_str());
        for sign in
            ["\u{202e}", "\u{200b}", "\u{2066}", "\u{feff}", "\u{ad}", "\u{200d}", "\u{fe0f}", "\u{e0041}"]
        {
            let told = json!(format!("元00.886{sign}值价"));
            starts(by_odds, &[(pointer, told)], &[(&field, Code::InvalidValue)]);
        }
        starts(by_odds, &[(pointer, json!("❤️ 👨‍👩‍👧 茶"))], &[]);
    }
}

#[test]
fn a_s2_17_a_notice_that_is_not_complete_is_refused() {
    for field in ["title", "organiser", "contact", "conditions", "claim_how", "lapse"] {
        let pointer: &'static str = Box::leak(format!("/{field}").into_boxed_str());
        starts(by_odds, &[(pointer, json!(" "))], &[(field, Code::NoticeIncomplete)]);
        starts(by_odds, &[(pointer, json!("a\nb"))], &[(field, Code::InvalidValue)]);
        starts(by_odds, &[(pointer, json!("字".repeat(1_001)))], &[(field, Code::TooLongText)]);
        starts(by_odds, &[(pointer, json!("字".repeat(1_000)))], &[]);
    }
    starts(by_odds, &[(at(0, "name"), json!(""))], &[("table.prizes[0].name", Code::NoticeIncomplete)]);
    starts(
        by_odds,
        &[(at(0, "name"), json!("手机\u{2028}"))],
        &[("table.prizes[0].name", Code::InvalidValue)],
    );
    starts(
        by_odds,
        &[(at(0, "name"), json!("字".repeat(101)))],
        &[("table.prizes[0].name", Code::TooLongText)],
    );
    starts(by_odds, &[(at(0, "value"), json!(0))], &[("table.prizes[0].value", Code::NoticeIncomplete)]);
    starts(in_an_urn, &[(at(0, "stock"), Value::Null)], &[("table.prizes[0].stock", Code::NoticeIncomplete)]);
    starts(
        || notice("urn", json!([{ "prize_id": "none", "name": "谢谢参与", "kind": "none", "stock": 5 }])),
        &[],
        &[("table.prizes", Code::NoticeIncomplete)],
    );
    starts(|| notice("urn", json!([])), &[], &[("table.prizes", Code::NoticeIncomplete)]);
    starts(by_odds, &[("/claim_days", json!(0))], &[("claim_days", Code::OutOfRange)]);
    let opens = json!("2026-12-01T00:00:00+08:00");
    starts(in_an_urn, &[("/closes_at", opens)], &[("closes_at", Code::OutOfRange)]);
}

#[test]
fn a_s2_17_no_prize_is_worth_more_than_the_cap() {
    starts(by_odds, &[(at(0, "value"), json!(5_000_000))], &[]);
    starts(by_odds, &[(at(0, "value"), json!(5_000_001))], &[("table.prizes[0].value", Code::PrizeOverCap)]);
    starts(by_odds, &[(at(0, "value"), json!(-1))], &[("table.prizes[0].value", Code::OutOfRange)]);
    starts(by_odds, &[(at(3, "value"), json!(1))], &[("table.prizes[3].value", Code::OutOfRange)]);
    let problems = before_start(&patched(by_odds(), &[(at(0, "value"), json!(5_000_001))]), &MAINLAND_CHINA);
    assert_eq!(problems[0].zh, "手机价值50000.01元，依法不得超过50000.00元");
}

#[test]
fn a_s2_15_odds_are_whole_parts_that_sum_exactly() {
    let sums = ("table.prizes", Code::OddsDoNotSum);
    starts(by_odds, &[(at(3, "odds"), json!(299_999))], &[sums]);
    starts(by_odds, &[(at(3, "odds"), json!(300_001))], &[sums]);
    starts(
        by_odds,
        &[(at(3, "odds"), Value::Null)],
        &[("table.prizes[3].odds", Code::NoticeIncomplete), sums],
    );
    starts(
        by_odds,
        &[(at(3, "odds"), json!(1_300_000))],
        &[("table.prizes[3].odds", Code::OutOfRange), sums],
    );
    // Nobody can win what has no odds and nothing falls to.
    let none = [(at(2, "odds"), json!(600_000)), (at(3, "odds"), json!(0))];
    starts(by_odds, &none, &[("table.prizes[3].odds", Code::InvalidValue)]);
    let only_a_fallback = [(at(1, "odds"), json!(0)), (at(3, "odds"), json!(500_000))];
    starts(by_odds, &only_a_fallback, &[]);
    let second = json!({ "prize_id": "again", "name": "再来", "kind": "none", "odds": 0 });
    let wrong = [("table.prizes[4].kind", Code::Duplicate), ("table.prizes[4].odds", Code::InvalidValue)];
    starts(by_odds, &[("/table/prizes/4", second)], &wrong);
}

#[test]
fn a_s2_15_fallbacks_are_named_before_and_lead_to_an_end() {
    let field = "table.prizes[0].fallback";
    starts(by_odds, &[(at(0, "fallback"), Value::Null)], &[(field, Code::FallbackMissing)]);
    starts(by_odds, &[(at(0, "fallback"), json!("car"))], &[(field, Code::FallbackUnknown)]);
    starts(by_odds, &[(at(0, "fallback"), json!("phone"))], &[(field, Code::FallbackCycle)]);
    let round = [(field, Code::FallbackCycle), ("table.prizes[1].fallback", Code::FallbackCycle)];
    starts(by_odds, &[(at(1, "fallback"), json!("phone"))], &round);
    starts(
        by_odds,
        &[(at(2, "fallback"), json!("none"))],
        &[("table.prizes[2].fallback", Code::InvalidValue)],
    );
    starts(by_odds, &[(at(0, "fallback"), json!("none"))], &[]);
    // A longer circle, and one that is led to.
    let third = [(at(2, "stock"), json!(9)), (at(2, "fallback"), json!("cup"))];
    let led = [0, 1, 2].map(|prize| {
        (
            ["table.prizes[0].fallback", "table.prizes[1].fallback", "table.prizes[2].fallback"][prize],
            Code::FallbackCycle,
        )
    });
    starts(by_odds, &third, &led);
}

#[test]
fn a_s2_15_stock_and_its_release() {
    let field = "table.prizes[0].stock";
    starts(by_odds, &[(at(0, "stock"), json!(0))], &[(field, Code::OutOfRange)]);
    starts(by_odds, &[(at(0, "stock"), json!(1_000_000_001))], &[(field, Code::OutOfRange)]);
    let endless = [(at(3, "stock"), json!(5)), (at(3, "fallback"), json!("coupon"))];
    starts(by_odds, &endless, &[("table.prizes[3].stock", Code::InvalidValue)]);
    let release = |from: &str, until: &str| json!({ "from": from, "until": until });
    let (opens, closes) = ("2026-12-01T00:00:00+08:00", "2026-12-08T00:00:00+08:00");
    let until = "table.prizes[0].release.until";
    starts(by_odds, &[(at(0, "release"), release(closes, closes))], &[(until, Code::OutOfRange)]);
    let late = release(opens, "2026-12-08T00:00:01+08:00");
    starts(by_odds, &[(at(0, "release"), late)], &[(until, Code::OutOfRange)]);
    let wrong = [("table.prizes[2].release", Code::InvalidValue)];
    starts(by_odds, &[(at(2, "release"), release(opens, closes))], &wrong);
}

#[test]
fn a_s2_15_an_urn_has_tickets_and_nothing_else() {
    for (field, value) in [
        ("odds", json!(1)),
        ("fallback", json!("B")),
        ("release", json!({ "from": "2026-12-01T00:00:00+08:00", "until": "2026-12-02T00:00:00+08:00" })),
    ] {
        let path = format!("table.prizes[0].{field}");
        starts(in_an_urn, &[(at(0, field), value)], &[(path.as_str(), Code::InvalidValue)]);
    }
    let most = [(at(0, "stock"), json!(500_000_000)), (at(1, "stock"), json!(500_000_000))];
    starts(in_an_urn, &most, &[("table.prizes", Code::TooMany)]);
}

#[test]
fn ids_of_prizes_stand_on_a_line_and_are_each_another() {
    let field = "table.prizes[3].prize_id";
    starts(by_odds, &[(at(3, "prize_id"), json!("phone"))], &[(field, Code::Duplicate)]);
    for wrong in ["", "a\nb", &"x".repeat(501)] {
        starts(by_odds, &[(at(3, "prize_id"), json!(wrong))], &[(field, Code::InvalidValue)]);
    }
    let many: Vec<Value> = (0..51)
        .map(|n| json!({ "prize_id": n.to_string(), "name": "券", "kind": "coupon", "value": 1, "stock": 1 }))
        .collect();
    let problems = before_start(&read(notice("urn", many.into())), &MAINLAND_CHINA);
    assert_eq!(told(&problems), [("table.prizes", Code::TooMany)]);
}

/// A-S2-16: the round is one that nobody knows yet, and comes while the draw is open.
#[test]
fn a_s2_16_the_beacons_round_is_still_to_come() {
    let honest = given::with_a_beacon;
    let round = read(honest());
    let at_ms = 1_694_775_603_000;
    assert_eq!(beacon_ahead(&round, at_ms - 1), None);
    assert_eq!(beacon_ahead(&round, at_ms).map(|problem| problem.code), Some(Code::BeaconRoundPast));
    assert_eq!(beacon_ahead(&read(by_odds()), at_ms), None);
    for wrong in [0, u64::MAX, given::ROUND + 1_000_000] {
        starts(honest, &[("/beacon_round", json!(wrong))], &[("beacon_round", Code::OutOfRange)]);
    }
}

#[test]
fn a_s2_17_a_running_draw_changes_in_the_buyers_favour() {
    let release = json!({ "from": "2026-12-01T00:00:00+08:00", "until": "2026-12-07T00:00:00+08:00" });
    let car = json!({ "prize_id": "car", "name": "旅行", "kind": "goods", "value": 900_000, "stock": 1, "odds": 100,
                      "fallback": "none" });
    let for_the_buyer: &[&[Patch]] = &[
        &[],
        &[(at(0, "stock"), json!(5))],
        &[(at(0, "stock"), Value::Null), (at(0, "fallback"), Value::Null), (at(0, "release"), Value::Null)],
        &[(at(0, "odds"), json!(200_001)), (at(3, "odds"), json!(299_999))],
        &[(at(0, "value"), json!(699_900))],
        &[(at(0, "release"), Value::Null)],
        &[(at(0, "release"), release)],
        &[("/closes_at", json!("2026-12-09T00:00:00+08:00"))],
        &[("/claim_days", json!(31))],
        &[("/contact", json!("400-765-4321"))],
        &[(PHONE, car), (at(4, "odds"), json!(299_900))],
        &[("/table/prizes/3", Value::Null), (at(2, "odds"), json!(600_000))],
    ];
    for patches in for_the_buyer {
        changes(by_odds, patches, &[]);
    }
    changes(in_an_urn, &[("/closes_at", json!("2026-12-09T00:00:00+08:00"))], &[]);
}

#[test]
fn a_s2_17_a_running_draw_does_not_change_against_the_buyer() {
    let against = Code::OddsChangedAgainstBuyer;
    changes(by_odds, &[(at(0, "stock"), json!(3))], &[("table.prizes[0].stock", against)]);
    let end = [(at(2, "stock"), json!(1_000)), (at(2, "fallback"), json!("none"))];
    changes(by_odds, &end, &[("table.prizes[2].stock", against)]);
    let shifted = [(at(0, "odds"), json!(199_999)), (at(1, "odds"), json!(200_001))];
    changes(by_odds, &shifted, &[("table.prizes[0].odds", against)]);
    changes(by_odds, &[(at(0, "value"), json!(599_899))], &[("table.prizes[0].value", against)]);
    let release = |from: &str, until: &str| json!({ "from": from, "until": until });
    let (opens, noon) = ("2026-12-01T00:00:00+08:00", "2026-12-01T12:00:00+08:00");
    let later = release(noon, "2026-12-08T00:00:00+08:00");
    changes(by_odds, &[(at(0, "release"), later)], &[("table.prizes[0].release", against)]);
    changes(by_odds, &[(at(1, "release"), release(opens, noon))], &[("table.prizes[1].release", against)]);
    changes(by_odds, &[("/claim_days", json!(29))], &[("claim_days", against)]);
    let earlier = [("/closes_at", json!("2026-12-07T00:00:00+08:00")), (at(0, "release"), Value::Null)];
    changes(by_odds, &earlier, &[("closes_at", against)]);
    let gone = [("/table/prizes/0", Value::Null), (at(2, "odds"), json!(500_000))];
    changes(by_odds, &gone, &[("table.prizes", against)]);
    let car = json!({ "prize_id": "car", "name": "旅行", "kind": "goods", "value": 900_000, "stock": 1, "odds": 100,
                      "fallback": "cup" });
    let takes_cups = [("/table/prizes/4", car), (at(3, "odds"), json!(299_900))];
    changes(by_odds, &takes_cups, &[("table.prizes[4].fallback", against)]);
}

#[test]
fn a_s2_17_what_a_running_draw_is_stays() {
    let fixed = Code::ImmutableField;
    for (field, value) in [
        ("title", json!("另一个")),
        ("organiser", json!("另一家")),
        ("opens_at", json!("2026-11-30T00:00:00+08:00")),
        ("conditions", json!("实付满200.00元")),
        ("entropy", json!("optional")),
        ("beacon_round", json!(33_000_000)),
        ("claim_how", json!("到店自取")),
        ("lapse", json!("捐赠")),
    ] {
        let pointer: &'static str = Box::leak(format!("/{field}").into_boxed_str());
        let expected: &[(&str, Code)] = &[(field, fixed)];
        let problems = changed(&read(by_odds()), &patched(by_odds(), &[(pointer, value)]), &MAINLAND_CHINA);
        let told = told(&problems);
        assert!(told.ends_with(expected) || told == expected, "{field}: {problems:#?}");
    }
    changes(by_odds, &[(at(0, "name"), json!("平板"))], &[("table.prizes[0].name", fixed)]);
    changes(by_odds, &[(at(0, "kind"), json!("coupon"))], &[("table.prizes[0].kind", fixed)]);
    changes(by_odds, &[(at(0, "fallback"), json!("coupon"))], &[("table.prizes[0].fallback", fixed)]);
    let cup = by_odds()["table"]["prizes"][1].clone();
    let swapped = [("/table/prizes/1", Value::Null), (PHONE, cup)];
    changes(by_odds, &swapped, &[("table.prizes[0].prize_id", fixed)]);
    // An urn's tickets are exactly what they were.
    for stock in [2, 4] {
        changes(in_an_urn, &[(at(1, "stock"), json!(stock))], &[("table.prizes[1].stock", fixed)]);
    }
    let car = json!({ "prize_id": "car", "name": "旅行", "kind": "goods", "value": 900_000, "stock": 1 });
    changes(in_an_urn, &[(PHONE, car)], &[("table.prizes[0].prize_id", fixed)]);
    let gone = [("/table/prizes/2", Value::Null)];
    changes(in_an_urn, &gone, &[("table.prizes", Code::OddsChangedAgainstBuyer)]);
}
