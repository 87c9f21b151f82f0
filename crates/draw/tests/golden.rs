//! The published test vectors of the draw (A-S2-16), as data: what any other program has to come to as well.

use draw::{Entropy, Given, Kind, Mode, Prize, Seed, Table, Words, beacon::QUICKNET, chain, walk, words};
use money::Money;
use serde_json::Value;
use std::num::NonZeroU64;

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors.json")).expect("the vectors are JSON")
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_else(|| panic!("{field} is a text: {value}"))
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is a number"))
}

fn numbers(value: &Value) -> Vec<u64> {
    value.as_array().expect("a list").iter().map(number).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn seed(vectors: &Value) -> Seed {
    Seed::from_revealed(text(vectors, "seed")).expect("a seed")
}

fn entropy(of: &Value) -> Entropy {
    match text(of, "entropy") {
        "" => Entropy::absent(),
        id => Entropy::of_transaction(id).expect("a line"),
    }
}

fn words_of(vectors: &Value, of: &Value) -> Words {
    words(&seed(vectors), text(vectors, "campaign"), text(of, "chance"), &entropy(of))
}

fn total(parts: &[u64]) -> NonZeroU64 {
    NonZeroU64::new(parts.iter().sum()).expect("some part")
}

#[test]
fn a_s2_16_the_commit_is_the_hash_of_the_seed() {
    let vectors = vectors();
    assert_eq!(seed(&vectors).commit().to_string(), text(&vectors, "commit"));
}

#[test]
fn a_s2_16_draws_by_odds() {
    let vectors = vectors();
    let odds = numbers(&vectors["odds"]);
    for draw in list(&vectors["draws"]) {
        let digest = words_of(&vectors, draw).take(4).map(|word| format!("{word:016x}"));
        assert_eq!(digest.collect::<Vec<_>>().concat(), text(draw, "digest"), "{draw}");
        assert_eq!(words_of(&vectors, draw).next(), draw["word"].as_u64(), "{draw}");
        let r = words_of(&vectors, draw).pick(total(&odds));
        assert_eq!(r, number(&draw["r"]), "{draw}");
        let prize = walk(r, odds.iter().copied()).expect("a prize");
        assert_eq!(prize as u64, number(&draw["prize"]), "{draw}");
    }
}

#[test]
fn a_s2_16_words_that_would_favour_the_first_are_skipped() {
    let vectors = vectors();
    let case = &vectors["skipping"];
    let odds = numbers(&case["odds"]);
    let expected = numbers(&case["words"]);
    let drawn: Vec<u64> = words_of(&vectors, case).take(expected.len()).collect();
    assert_eq!(drawn, expected);
    assert!(drawn[0] >= number(&case["first_skipped"]) && drawn[1] < number(&case["first_skipped"]));
    let r = words_of(&vectors, case).pick(total(&odds));
    assert_eq!(r, number(&case["r"]));
    assert_eq!(walk(r, odds).map(|prize| prize as u64), case["prize"].as_u64());
}

/// A-S2-15: tickets are drawn and not put back.
#[test]
fn a_s2_15_an_urn_of_ten_tickets() {
    let vectors = vectors();
    let ticket = |of: &Value| Prize {
        prize_id: of[0].as_str().expect("an id").into(),
        name: "a prize".into(),
        kind: Kind::Goods,
        value: Money::ZERO,
        stock: of[1].as_u64(),
        odds: None,
        fallback: None,
        release: None,
    };
    let prizes = list(&vectors["urn"]["tickets"]).iter().map(ticket).collect();
    let urn = Table { mode: Mode::Urn, prizes };
    let mut given = Given::default();
    let (mut numbers_drawn, mut prizes_drawn) = (Vec::new(), Vec::new());
    for n in 1..=10 {
        let entropy = Entropy::of_transaction(&format!("t-{n}")).expect("a line");
        let mut words = words(&seed(&vectors), "c-1", &format!("o-{n}"), &entropy);
        let (r, award) = urn.draw(&mut words, &given, 0).expect("a ticket is left");
        given.add(&award.prize.prize_id);
        numbers_drawn.push(r);
        prizes_drawn.push(Value::from(award.prize.prize_id.as_str()));
    }
    assert_eq!(numbers_drawn, numbers(&vectors["urn"]["r"]));
    assert_eq!(prizes_drawn, list(&vectors["urn"]["prizes"]));
    assert_eq!(urn.total(&given), None, "no ticket is left");
}

#[test]
fn a_s2_16_the_chain() {
    let vectors = vectors();
    let case = &vectors["chain"];
    let commit = seed(&vectors).commit();
    let mut head =
        chain::first_head(text(&vectors, "campaign"), &commit, &chain::notice_hash(text(case, "notice")));
    assert_eq!(head.to_string(), text(case, "first"));
    for play in list(&case["plays"]) {
        let link = chain::Link {
            n: number(&play["n"]),
            chance: text(play, "chance"),
            entropy: text(play, "entropy"),
            r: number(&play["r"]),
            prize_id: text(play, "prize_id"),
        };
        head = chain::after_play(&head, &link);
        assert_eq!(head.to_string(), text(play, "head"), "{play}");
    }
}

#[test]
fn a_s2_16_the_beacon() {
    let vectors = vectors();
    let case = &vectors["beacon"];
    let (round, signature) = (number(&case["round"]), text(case, "signature"));
    let randomness = QUICKNET.randomness(round, signature).expect("it is genuine");
    assert_eq!(randomness.to_string(), text(case, "randomness"));
    let since = i64::try_from(round - 1).expect("small") * case["period"].as_i64().expect("seconds");
    assert_eq!(QUICKNET.at_ms(round), Some((case["genesis"].as_i64().expect("a moment") + since) * 1000));
    assert_eq!(QUICKNET.key_in_digits(), text(case, "public_key"));
}
