//! Random lives of members in a sprint of two waves: they enroll, become members of the shop, go up in one another, buy,
//! confirm receipt and get money back, around every border; it is heard late, twice and in no order, and the engine is
//! opened again on the way. Beside it a plain recount of what was told (S3-R02, A-S3-2, A-S3-3, A-S3-11).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::campaign::{Action, Terms, Version, sprint::Do};
use domain::catalog::Scope;
use domain::event::{Body, MemberJoined, MemberMerged, OrderEvent};
use domain::sprint::{AwardStatus, LateCode, Member};
use engine::Command;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use store_sqlite::SqliteStore;
use support::{batch::*, random::Random, *};

const CUSTOMERS: [&str; 5] = ["c0", "c1", "c2", "c3", "c4"];
const ORDERS: usize = 12;
/// Two orders of 289.00 come to it as long as little goes back.
const THRESHOLD: i64 = 400_00;
const GOODS: i64 = 289_00;
/// Pairs of coupons over both waves.
const PRIZES: usize = 3;

/// A wave, in minutes after the start.
struct Wave {
    name: &'static str,
    enrollment: (i64, i64),
    sprint: (i64, i64),
    draw_at: i64,
}

const WAVES: [Wave; 2] = [
    Wave { name: "w1", enrollment: (2, 60), sprint: (10, 60), draw_at: 120 },
    Wave { name: "w2", enrollment: (40, 110), sprint: (60, 110), draw_at: 180 },
];
const END: i64 = 300;

fn terms(from: &str) -> Value {
    let window =
        |(from, to): (i64, i64)| json!({ "starts_at": at(from).to_string(), "ends_at": at(to).to_string() });
    let wave = |wave: &Wave| {
        json!({ "wave_id": wave.name, "enrollment": window(wave.enrollment), "sprint": window(wave.sprint),
            "draw_at": at(wave.draw_at).to_string(), "award": window((wave.draw_at, END)),
            "redemption": window((wave.draw_at, END)) })
    };
    json!({
        "waves": WAVES.iter().map(wave).collect::<Vec<_>>(), "counts_from": from,
        "tiers": [{ "threshold": THRESHOLD,
            "prize": { "kind": "coupon", "batch_id": "BA_1", "release_quantity": 2 * PRIZES } }],
    })
}

/// What is told, and when it is heard.
#[derive(Debug, Clone)]
enum Told {
    Enrolls(usize, &'static str),
    Placed(usize),
    Paid(usize),
    Received(usize, i64),
    Refunded(usize, i64, i64),
    Joined(usize, i64),
    Merged(usize, usize, i64),
}

#[derive(Debug, Clone)]
struct Order {
    customer: usize,
    placed_at: i64,
}

/// A life: orders, and all that is told with the minute in which it is heard, rising.
struct Life {
    orders: Vec<Order>,
    told: Vec<(i64, Told)>,
}

fn pick(random: &mut Random, from: &[i64]) -> i64 {
    from[random.below(from.len())]
}

impl Life {
    fn of(random: &mut Random, merges: bool) -> Self {
        let (mut orders, mut told) = (Vec::new(), Vec::new());
        for customer in 0..CUSTOMERS.len() {
            for (wave, hours) in [("w1", [2, 5, 11, 30, 59]), ("w2", [40, 59, 60, 80, 109])] {
                if random.below(4) > 0 {
                    told.push((pick(random, &hours), Told::Enrolls(customer, wave)));
                }
            }
            if random.below(2) > 0 {
                let joined = pick(random, &[-5, 1, 2, 3, 39, 40, 41, 100]);
                told.push((heard(random, joined), Told::Joined(customer, joined)));
            }
        }
        for order in 0..ORDERS {
            let placed_at = pick(random, &[9, 10, 11, 30, 58, 59, 60, 61, 80, 109, 110]);
            orders.push(Order { customer: random.below(CUSTOMERS.len()), placed_at });
            told.push((heard(random, placed_at), Told::Placed(order)));
            told.push((heard(random, placed_at), Told::Paid(order)));
            if random.below(5) > 0 {
                let received =
                    pick(random, &[placed_at + 3, 119, 120, 121, 150, 179, 180]).max(placed_at + 1);
                told.push((heard(random, received), Told::Received(order, received)));
            }
            if random.below(3) == 0 {
                let gone = pick(random, &[placed_at + 4, 119, 120, 179, 180]).max(placed_at + 1);
                let amount = pick(random, &[50_00, 89_00, 178_00, 250_00]);
                told.push((heard(random, gone), Told::Refunded(order, amount, gone)));
            }
        }
        for _ in 0..if merges { random.below(4) } else { 0 } {
            let (from, into) = (random.below(CUSTOMERS.len()), random.below(CUSTOMERS.len()));
            let when = pick(random, &[4, 20, 60, 100, 119, 120, 150, 180]);
            told.push((heard(random, when), Told::Merged(from, into, when)));
        }
        // What is heard in the same minute comes in any order.
        let mut dice: Vec<u64> = told.iter().map(|_| random.next()).collect();
        told.sort_by_key(|(minute, _)| (*minute, dice.pop()));
        Self { orders, told }
    }
}

/// Most is heard at once, some late, some after everything.
fn heard(random: &mut Random, happened: i64) -> i64 {
    let late = [0, 0, 0, 1, 7, 40, 100][random.below(7)];
    happened.max(1) + late
}

/// What of all that has come to be known, and counts.
#[derive(Default, Clone)]
struct Known {
    enrolled: BTreeMap<(usize, &'static str), i64>,
    placed: BTreeSet<usize>,
    paid: BTreeSet<usize>,
    received: BTreeMap<usize, i64>,
    refunded: Vec<(usize, i64, i64)>,
    joined: Vec<(usize, i64)>,
    merged: BTreeMap<usize, (usize, i64)>,
}

impl Known {
    /// Who takes part for an account by then.
    fn holder(&self, account: usize, by: i64) -> usize {
        match self.merged.get(&account) {
            Some((into, when)) if *when < by => self.holder(*into, by),
            _ => account,
        }
    }
    fn accounts(&self, holder: usize, by: i64) -> Vec<usize> {
        (0..CUSTOMERS.len()).filter(|account| self.holder(*account, by) == holder).collect()
    }
    /// When a customer has enrolled in a wave, with any of their accounts.
    fn enrolled_at(&self, holder: usize, wave: &Wave) -> Option<i64> {
        let accounts = self.accounts(holder, wave.draw_at);
        accounts.iter().filter_map(|account| self.enrolled.get(&(*account, wave.name)).copied()).min()
    }
    /// When they came to the threshold.
    fn reached(&self, life: &Life, holder: usize, wave: &Wave, from_sprint: bool) -> Option<i64> {
        let enrolled_at = self.enrolled_at(holder, wave)?;
        let from = if from_sprint { wave.sprint.0 } else { wave.sprint.0.max(enrolled_at) };
        let accounts = self.accounts(holder, wave.draw_at);
        let counts = |order: &usize| {
            let Order { customer, placed_at } = &life.orders[*order];
            accounts.contains(customer)
                && (from..wave.sprint.1).contains(placed_at)
                && self.placed.contains(order)
        };
        let mut received: Vec<(i64, String, i64)> = Vec::new();
        for order in self.paid.iter().copied().filter(counts) {
            let Some(at) = self.received.get(&order).copied().filter(|at| *at < wave.draw_at) else {
                continue;
            };
            let gone = self.refunded.iter().filter(|(of, _, when)| *of == order && *when < wave.draw_at);
            let gone: i64 = gone.map(|(_, amount, _)| *amount).sum();
            received.push((at, name(order), GOODS - gone));
        }
        received.sort_unstable();
        let mut sum = 0;
        received.into_iter().find_map(|(at, _, left)| {
            sum += left;
            (sum >= THRESHOLD).then_some(at)
        })
    }
    /// Since when an account is known as a member's, with those that went up in it.
    fn member_since(&self, account: usize) -> Option<i64> {
        let is_of = |of: usize| {
            let mut last = of;
            while last != account {
                match self.merged.get(&last) {
                    Some((into, _)) => last = *into,
                    None => return false,
                }
            }
            true
        };
        self.joined.iter().filter(|(of, _)| is_of(*of)).map(|(_, at)| *at).min()
    }
}

fn name(order: usize) -> String {
    format!("o{order:02}")
}

fn heard_as(life: &Life, told: &Told, number: usize) -> OrderEvent {
    let event_id = format!("e{number}");
    match told {
        Told::Enrolls(..) => unreachable!("no event"),
        Told::Placed(order) => {
            let Order { customer, placed_at } = &life.orders[*order];
            placed(&name(*order), CUSTOMERS[*customer], at(*placed_at))
        }
        Told::Paid(order) => {
            paid(&name(*order), &format!("p{order}"), PAYABLE, at(life.orders[*order].placed_at))
        }
        Told::Received(order, when) => received(&name(*order), at(*when)),
        Told::Refunded(order, minor, when) => {
            let facts = refunding(&name(*order), &format!("r{number}"), &amount(*minor));
            event(&event_id, Body::RefundSucceeded(facts), at(*when))
        }
        Told::Joined(customer, when) => {
            let joined = MemberJoined { customer_id: id(CUSTOMERS[*customer]), member_id: None };
            event(&event_id, Body::MemberJoined(joined), at(*when))
        }
        Told::Merged(from, into, when) => {
            let merged = MemberMerged { from: id(CUSTOMERS[*from]), into: id(CUSTOMERS[*into]) };
            event(&event_id, Body::MemberMerged(merged), at(*when))
        }
    }
}

fn set_up(run: Run, from: &str) -> Run {
    run.ok(Command::PutShop(Box::new(shop("s1"))));
    run.ok(BatchDeal { quantity: 1_000, per_customer: 4, until: 500, ..BatchDeal::default() }.create("BA_1"));
    let version = Version {
        name: "冲刺".into(),
        starts_at: at(0),
        ends_at: at(END),
        scope: Scope::default(),
        terms: Terms::Sprint(serde_json::from_value(terms(from)).unwrap()),
        made_at: at(0),
    };
    run.ok(Command::CreateCampaign {
        campaign_id: Some(id("plan")),
        version: Box::new(version),
        publish: true,
        digest: String::new(),
    });
    run
}

fn member(run: &Run, wave: &Wave, customer: usize) -> Member {
    let key = (&id("plan"), &id(wave.name));
    run.reader().sprint_member(&run.shop, key, &id(CUSTOMERS[customer])).unwrap().unwrap_or_default()
}

/// Lives one life and compares it at each draw and at its end.
struct Trial<'a> {
    life: &'a Life,
    from_sprint: bool,
    known: Known,
    at_draws: Vec<Known>,
}

impl Trial<'_> {
    /// What was acknowledged is known from now on.
    fn hear(&mut self, run: &Run, number: usize) {
        let (minute, told) = &self.life.told[number];
        if let Told::Enrolls(customer, wave) = told {
            let enroll = Do::Enroll {
                campaign_id: id("plan"),
                wave_id: Some(id(wave)),
                customer_id: id(CUSTOMERS[*customer]),
            };
            if run.send(Command::Act(Action::Sprint(enroll))).is_ok() {
                self.known.enrolled.insert((*customer, wave), *minute);
            }
            return;
        }
        let event = heard_as(self.life, told, number);
        let first = run.event(&event);
        assert_ne!(run.event(&event).outcome, engine::EventOutcome::Applied, "{told:?} counts once");
        let is_refused = first.outcome == engine::EventOutcome::Rejected;
        match told {
            Told::Merged(from, into, when) => {
                let chained = |mut last: usize| loop {
                    match self.known.merged.get(&last) {
                        Some((next, _)) if next == from => break true,
                        Some((next, _)) => last = *next,
                        None => break false,
                    }
                };
                let other = self.known.merged.get(from).is_some_and(|(known, _)| known != into);
                assert_eq!(is_refused, from == into || other || chained(*into), "{told:?}: {first:?}");
                if !is_refused {
                    let earliest = self.known.merged.get(from).map_or(*when, |(_, known)| *known.min(when));
                    self.known.merged.insert(*from, (*into, earliest));
                }
            }
            _ => assert!(!is_refused, "{told:?}: {first:?}"),
        }
        match told {
            Told::Placed(order) => drop(self.known.placed.insert(*order)),
            Told::Paid(order) => drop(self.known.paid.insert(*order)),
            Told::Received(order, when) => drop(self.known.received.insert(*order, *when)),
            Told::Refunded(order, minor, when) => self.known.refunded.push((*order, *minor, *when)),
            Told::Joined(customer, when) => self.known.joined.push((*customer, *when)),
            Told::Merged(..) | Told::Enrolls(..) => {}
        }
    }

    /// Who had reached the threshold at the draw of a wave, in the order in which they win.
    fn ranking(&self, place: usize) -> Vec<(i64, usize)> {
        let (known, wave) = (&self.at_draws[place], &WAVES[place]);
        let holders = (0..CUSTOMERS.len()).filter(|account| known.holder(*account, wave.draw_at) == *account);
        let reached =
            |holder: usize| Some((known.reached(self.life, holder, wave, self.from_sprint)?, holder));
        let mut ranking: Vec<(i64, usize)> = holders.filter_map(reached).collect();
        ranking.sort_unstable();
        ranking
    }

    /// Everybody stands as the recount says.
    fn compare(&self, run: &Run) {
        let mut left = PRIZES;
        for (place, wave) in WAVES.iter().enumerate() {
            let ranking = self.ranking(place);
            for (rank, (at_minute, customer)) in ranking.iter().enumerate() {
                let member = member(run, wave, *customer);
                assert_eq!(member.reached[0].qualified_at, at(*at_minute), "{} {customer}", wave.name);
                let coupons = member.awards.first().map(|award| (award.status, &award.given));
                assert_eq!(coupons.is_some(), rank < left, "{} {customer}: {member:?}", wave.name);
                assert!(coupons.is_none_or(|(status, _)| status == AwardStatus::Given));
            }
            left -= ranking.len().min(left);
            for customer in 0..CUSTOMERS.len() {
                self.compare_member(run, place, customer, ranking.iter().any(|(_, who)| *who == customer));
            }
        }
        let batch = run.reader().batch(&run.shop, &id("BA_1")).unwrap().unwrap();
        assert_eq!(batch.counters.issued, 2 * (PRIZES - left) as u64);
        run.assert_clean();
    }

    fn compare_member(&self, run: &Run, place: usize, customer: usize, had_reached: bool) {
        let (wave, member) = (&WAVES[place], member(run, &WAVES[place], customer));
        let is_holder = self.known.holder(customer, wave.draw_at) == customer;
        let reaches = is_holder && self.known.reached(self.life, customer, wave, self.from_sprint).is_some();
        assert_eq!(!member.reached.is_empty(), had_reached, "{} {customer}: {member:?}", wave.name);
        let has_won = !member.awards.is_empty();
        let late = match (had_reached, reaches) {
            (false, true) => Some(LateCode::LateQualified),
            (true, false) if has_won => Some(LateCode::LateDisqualified),
            _ => None,
        };
        let said = member.late.first().map(|late| late.code);
        assert_eq!(
            (said, member.late.len()),
            (late, usize::from(late.is_some())),
            "{} {customer}",
            wave.name
        );
        if is_holder {
            let enrolled_at = self.known.enrolled_at(customer, wave).map(at);
            assert_eq!(member.enrolled_at, enrolled_at, "{} {customer}", wave.name);
            let since = self.known.member_since(customer);
            let is_new = enrolled_at.is_some() && since.is_none_or(|since| since >= wave.enrollment.0);
            assert_eq!(member.is_new, is_new, "{} {customer}: {since:?}", wave.name);
        }
    }
}

fn live(life: &Life, from: &str, mut run: Run, mut again: impl FnMut(Run) -> Run) {
    let mut trial =
        Trial { life, from_sprint: from == "sprint_start", known: Known::default(), at_draws: Vec::new() };
    for (number, (minute, _)) in life.told.iter().enumerate() {
        for wave in &WAVES[trial.at_draws.len()..] {
            if wave.draw_at <= *minute {
                run.advance(at(wave.draw_at));
                trial.at_draws.push(trial.known.clone());
            }
        }
        run.advance(at(*minute));
        trial.hear(&run, number);
        run = again(run);
    }
    run.advance(at(END - 1));
    trial.at_draws.resize(WAVES.len(), trial.known.clone());
    trial.compare(&run);
}

fn open(path: &Path) -> Run {
    Run::on(Box::new(SqliteStore::open(path).unwrap()))
}

/// A-S3-2, A-S3-3, S3-R02: what members come to is a recount of what was told, whatever order it was heard in.
#[test]
fn a_s3_2_a_sprint_is_a_recount_of_what_was_told() {
    for seed in 0..u64::from(testkit::seeds(150)) {
        let mut random = Random::of(seed);
        let from = if seed % 3 == 0 { "enrollment" } else { "sprint_start" };
        let life = Life::of(&mut random, from == "sprint_start");
        let run = set_up(Run::in_memory().0, from);
        println!("seed {seed}, {from}: {:?}\n{:?}", life.orders, life.told);
        live(&life, from, run, |run| run);
    }
}

/// A-S3-2: and however often the engine is opened again on the way.
#[test]
fn a_s3_2_a_sprint_goes_on_where_it_stood() {
    for seed in 1_000..1_000 + u64::from(testkit::seeds(8)) {
        let mut random = Random::of(seed);
        let life = Life::of(&mut random, true);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.db");
        let run = set_up(open(&path), "sprint_start");
        live(&life, "sprint_start", run, |run| {
            if random.below(4) > 0 {
                return run;
            }
            drop(run);
            open(&path)
        });
    }
}
