//! The draw of `examples/draw/archive.json` and of the docs: made again here, so that what readers check is a real one.

mod given;

use draw::{
    archive::{Archive, State},
    law::MAINLAND_CHINA,
    verify::{Known, verify},
};
use given::{OPENS_MS, Story, notice, seed};
use serde_json::{Value, json};
use std::path::Path;

fn example_notice() -> Value {
    notice(
        "odds",
        json!([
            { "prize_id": "teapot", "name": "紫砂壶一把", "kind": "goods", "value": 68_800, "stock": 2, "odds": 150_000,
              "fallback": "coupon10",
              "release": { "from": "2026-12-01T00:00:00+08:00", "until": "2026-12-08T00:00:00+08:00" } },
            { "prize_id": "coupon10", "name": "10元优惠券", "kind": "coupon", "value": 1_000, "stock": 3, "odds": 250_000,
              "fallback": "coupon2" },
            { "prize_id": "coupon2", "name": "2元优惠券", "kind": "coupon", "value": 200, "odds": 300_000 },
            { "prize_id": "none", "name": "谢谢参与", "kind": "none", "odds": 300_000 }
        ]),
    )
}

/// Twenty orders of a week; behind the twelfth play there are more coupons, and one order was undone.
fn example() -> Archive {
    let mut story = Story::open(seed(0), example_notice());
    let draw = |story: &mut Story, from: i64, to: i64| {
        for n in from..=to {
            let entropy = draw::Entropy::of_transaction(&format!("42000011562021081162202675{n:02}"));
            let at_ms = OPENS_MS + n * 8 * 3_600_000 - 1_234_567;
            let play = story.draw(&format!("20301104-{n:04}"), &entropy.expect("a line"), at_ms);
            play.paid_ms = at_ms - 95_000;
        }
    };
    draw(&mut story, 1, 12);
    let mut more = example_notice();
    more["table"]["prizes"][1]["stock"] = 10.into();
    story.change(more);
    draw(&mut story, 13, 20);
    story.archive.plays[6].state = State::Void;
    story.end()
}

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
}

#[test]
fn the_example_is_made_again() {
    let told = serde_json::to_string_pretty(&example()).expect("it is written") + "\n";
    assert_eq!(told, read("examples/draw/archive.json"));
    let report = verify(&example(), &MAINLAND_CHINA, &Known { head: Some(example().head), seen: Vec::new() });
    assert!(report.is_verified(), "{report:?}");
}
