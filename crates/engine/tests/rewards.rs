//! Rewards after payment through the engine: many plays at once, and what the auditor finds of them.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::coupon::{CouponKind, CouponStatus};
use domain::event::{Body, OrderEvent};
use domain::reward::{Answers, Bought, Charter, Reward, RewardStatus, Taker, TakerKey};
use domain::{Code, Instant};
use port::{Change, Changes};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use support::{batch::*, planter::Planter, presale::*, rewards::*, *};

/// Paid with a transaction id of its own.
fn paid_for(order: &str, when: Instant) -> OrderEvent {
    let mut paying = paying(order, &format!("p.{order}"), PAYABLE);
    paying.transaction_id = Some(id(&format!("t.{order}")));
    event(&format!("{order}.paid"), Body::PaymentSucceeded(paying), when)
}

fn buy(run: &Run, order: &str) {
    run.apply(&placed(order, &format!("of.{order}"), at(0)));
    run.apply(&paid_for(order, at(1)));
}

/// A-S2-15, A-S2-16: ten thousand plays at once on ten prizes give exactly ten; each has its own place in the chain.
#[test]
fn a_s2_15_ten_thousand_plays_at_once_on_ten_prizes_give_ten() {
    const PLAYS: usize = 10_000;
    let (run, _store) = Run::in_memory();
    let run = run.that_rewards();
    let prizes = json!([
        { "prize_id": "tv", "name": "TV", "kind": "goods", "sku": "TV", "value": 60_000, "stock": 10, "odds": 500_000,
          "fallback": "none" },
        { "prize_id": "none", "name": "none", "kind": "none", "odds": 500_000 },
    ]);
    run.rewards("c", &tier(&drawing("odds", &prizes)));
    run.advance(at(2));
    let names: Vec<String> = (0..PLAYS).map(|n| format!("o{n:05}")).collect();
    for names in names.chunks(500) {
        run.many(names.iter().map(|name| ingest(&placed(name, &format!("of.{name}"), at(0)))).collect());
        run.many(names.iter().map(|name| ingest(&paid_for(name, at(1)))).collect());
    }
    let rewards = run.rewards_of("c");
    assert_eq!(rewards.len(), PLAYS);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
    let won: BTreeMap<String, usize> = runtime.block_on(async {
        let tasks = rewards.chunks(PLAYS / 64 + 1).map(|share| {
            let (engine, shop, share) = (run.engine.clone(), run.shop.clone(), share.to_vec());
            tokio::spawn(async move {
                let mut won = Vec::new();
                for reward in &share {
                    let input = engine::Input::new(shop.clone(), playing(reward, Answers::new()));
                    let played = played(engine.submit(input).await.unwrap());
                    won.push(played.prize.unwrap().prize_id);
                }
                won
            })
        });
        let mut counts = BTreeMap::new();
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap().into_iter().for_each(|prize| *counts.entry(prize).or_default() += 1);
        }
        counts
    });
    assert_eq!(won, BTreeMap::from([("tv".into(), 10), ("none".into(), PLAYS - 10)]));
    let places: BTreeSet<u64> =
        run.rewards_of("c").iter().map(|reward| reward.drawn.as_ref().unwrap().n).collect();
    assert_eq!(places.into_iter().collect::<Vec<_>>(), (1..=PLAYS as u64).collect::<Vec<_>>());
    run.assert_clean();
}

/// A shop with a coupon, an urn and a survey: `won` has played, `open` has not, `void` was refunded whole.
fn stocked() -> Planter {
    let (run, store) = Run::in_memory();
    let run = run.that_rewards();
    run.ok(BatchDeal { quantity: 100, per_customer: 9, ..BatchDeal::default() }.create("b1"));
    run.advance(at(0));
    let prizes = json!([
        { "prize_id": "cup", "name": "cup", "kind": "goods", "sku": "CUP", "value": 3_900, "stock": 2 },
        { "prize_id": "none", "name": "none", "kind": "none", "stock": 2 },
    ]);
    run.rewards("coupon", &tier(&json!({ "kind": "coupon", "batch_id": "b1" })));
    run.rewards("urn", &tier(&drawing("urn", &prizes)));
    run.advance(at(5));
    for order in ["won", "open", "void"] {
        buy(&run, order);
    }
    run.play(&run.reward_of("won", "urn").unwrap()).unwrap();
    run.play(&run.reward_of("void", "urn").unwrap()).unwrap();
    run.ok(engine::Command::CreateRefund { order_id: id("void"), refund_id: id("r1"), ask: amount(PAYABLE) });
    assert_eq!(run.reward_of("void", "coupon").unwrap().status, RewardStatus::Void);
    run.assert_clean();
    Planter::of(run, store)
}

fn finds(subject: &str, says: &str, plant: impl FnOnce(&mut Planter)) {
    let mut planter = stocked();
    plant(&mut planter);
    let report = planter.run.audit();
    let is_such = |f: &&audit::Finding| {
        f.check == "rewards" && f.subject.starts_with(subject) && f.detail.contains(says)
    };
    assert!(report.findings.iter().any(|f| is_such(&f)), "{subject}, {says}: {:#?}", report.findings);
}

/// Changes a reward behind the engine.
fn doctored(planter: &mut Planter, order: &str, campaign: &str, doctor: impl FnOnce(&mut Reward)) {
    let mut reward = planter.run.reward_of(order, campaign).unwrap();
    let key = (planter.run.shop.clone(), reward.reward_id.clone());
    doctor(&mut reward);
    planter.write(&Changes { rewards: vec![Change::of(key, reward, None)], ..Changes::default() });
}

/// Changes what a campaign keeps.
fn book(planter: &mut Planter, campaign: &str, doctor: impl FnOnce(&mut domain::reward::Book)) {
    let mut book = planter.run.book_of(campaign);
    doctor(&mut book);
    let key = (planter.run.shop.clone(), id(campaign));
    planter.write(&Changes { books: vec![Change::of(key, book, None)], ..Changes::default() });
}

/// Changes what stands of a campaign.
fn charter(planter: &mut Planter, campaign: &str, doctor: impl FnOnce(&mut Charter)) {
    let (reader, key) = (planter.run.reader(), (planter.run.shop.clone(), id(campaign)));
    let mut charter = reader.charter(&key.0, &key.1).unwrap().unwrap();
    doctor(&mut charter);
    planter.write(&Changes { charters: vec![Change::of(key, charter, None)], ..Changes::default() });
}

/// Changes what is counted of a customer.
fn taker(planter: &mut Planter, campaign: &str, customer: &str, doctor: impl FnOnce(&mut Taker)) {
    let key: TakerKey = (planter.run.shop.clone(), id(campaign), id(customer));
    let mut taker = planter.run.reader().taker(&key.0, &key.1, &key.2).unwrap().unwrap_or_default();
    doctor(&mut taker);
    planter.write(&Changes { takers: vec![Change::of(key, taker, None)], ..Changes::default() });
}

/// S2-R04, S2-R07, A-S2-21: what is counted of customers is a recount of their rewards.
#[test]
fn s2_r04_s2_r07_customers_that_are_miscounted_are_found() {
    let of_open = |doctor: fn(&mut Taker)| move |p: &mut Planter| taker(p, "coupon", "of.open", doctor);
    finds("customer of.open", "says 2 rewards, there are 1", of_open(|taker| taker.total = 2));
    finds("customer of.open", "says 1 extra chances, there are 0", of_open(|taker| taker.extra = 1));
    finds("customer of.open", "the days", of_open(|taker| taker.days.clear()));
    finds("customer of.open", "the days", of_open(|taker| taker.days[0].0.0 -= 1));
    finds("customer of.open", "is not another's", of_open(|taker| taker.helped = Some(id("rw-none"))));
    finds("customer of.open", "is not its own", |p| {
        let of_another =
            Bought { paid_at: at(1), order_id: id("won"), checkout_id: None, opens: None, refunded: false };
        taker(p, "coupon", "of.open", |taker| taker.bought = vec![of_another]);
    });
    finds("customer of.nobody", "says 1 rewards, there are 0", |p| {
        taker(p, "coupon", "of.nobody", |taker| taker.total = 1);
    });
    finds("reward", "nothing is counted for customer of.unknown", |p| {
        doctored(p, "open", "coupon", |reward| reward.customer_id = id("of.unknown"));
    });
    finds("campaign urn", "1 customers helped, and 0 extra chances", |p| {
        let won = p.run.reward_of("won", "urn").unwrap().reward_id;
        taker(p, "urn", "of.friend", |taker| taker.helped = Some(won));
    });
}

#[test]
fn a_s2_6_rewards_that_are_not_their_orders_are_found() {
    finds("reward", "its order stands", |p| {
        doctored(p, "won", "coupon", |reward| reward.status = RewardStatus::Void);
    });
    finds("reward", "was refunded", |p| {
        doctored(p, "void", "coupon", |reward| (reward.status, reward.code) = (RewardStatus::Done, None));
    });
    finds("reward", "does not exist", |p| {
        doctored(p, "open", "coupon", |reward| reward.order_id = id("nowhere"));
    });
    finds("reward", "which it brought", |p| {
        doctored(p, "open", "coupon", |reward| reward.coupon_id = Some(id("cp-none")));
    });
    finds("reward", "does not name it", |p| p.order("open", |order| order.rewards[0].reward_id = None));
    finds("order open", "not its own", |p| {
        p.order("open", |order| order.rewards[0].reward_id = Some(id("rw-none")));
    });
    finds("order open", "twice", |p| {
        p.order("open", |order| order.rewards.push(order.rewards[0].clone()));
    });
}

#[test]
fn a_s2_15_a_s2_16_draws_that_do_not_add_up_are_found() {
    finds("campaign urn", "not that of the plays before it", |p| {
        doctored(p, "open", "urn", |reward| {
            reward.drawn.as_mut().unwrap().r += 1;
        });
    });
    finds("campaign urn", "is missing from its chain", |p| {
        doctored(p, "void", "urn", |reward| reward.drawn.as_mut().unwrap().n = 9);
    });
    finds("campaign urn", "given before it is not", |p| {
        doctored(p, "won", "urn", |reward| reward.drawn.as_mut().unwrap().given = None);
    });
    finds("campaign urn", "its head", |p| {
        book(p, "urn", |book| {
            book.drawing.as_mut().unwrap().standing.head = book.seed.commit();
        });
    });
    finds("campaign urn", "given in all", |p| {
        book(p, "urn", |book| book.drawing.as_mut().unwrap().standing.given.add("cup"));
    });
    finds("campaign urn", "there were 1", |p| {
        charter(p, "urn", |charter| {
            let announced = charter.announced.as_mut().unwrap();
            let link = std::sync::Arc::make_mut(&mut announced.notices[0]);
            link.notice.table.prizes.iter_mut().for_each(|prize| prize.stock = Some(1));
        });
    });
    finds("campaign coupon", "given says 9", |p| book(p, "coupon", |book| book.given = 9));
    finds("campaign urn", "played says 7", |p| p.counters_of("urn", |counters| counters.played = 7));
    finds("campaign urn", "won of", |p| p.counters_of("urn", |counters| counters.won.clear()));
    finds("campaign urn", "open says 7", |p| p.counters_of("urn", |counters| counters.open = 7));
    finds("campaign coupon", "given at once says 7", |p| {
        p.counters_of("coupon", |counters| counters.given = 7);
    });
    finds("campaign urn", "extra chances says 7", |p| p.counters_of("urn", |counters| counters.extra = 7));
    finds("campaign urn", "undone says 7", |p| p.counters_of("urn", |counters| counters.undone = 7));
    finds("campaign urn", "undone of", |p| p.counters_of("urn", |counters| counters.unwon.clear()));
    finds("campaign coupon", "answered", |p| book(p, "coupon", |book| book.tallies.answered = 1));
    finds("campaign coupon", "answers to taste of strong", |p| {
        book(p, "coupon", |book| {
            let of = book.tallies.by_question.entry("taste".into()).or_default();
            of.insert("strong".into(), 1);
        });
    });
    finds("campaign urn", "shown in all says 3", |p| {
        book(p, "urn", |book| book.drawing.as_mut().unwrap().shown.add("none"));
    });
    finds("campaign urn", "shown of", |p| {
        book(p, "urn", |book| drop(std::mem::take(&mut book.drawing.as_mut().unwrap().shown)));
    });
    finds("campaign urn", "prize_value says 1", |p| {
        p.counters_of("urn", |counters| counters.prize_value = 1);
    });
    finds("campaign urn", "a draw without a notice", |p| {
        charter(p, "urn", |charter| charter.announced = None);
    });
}

/// What is written to each time it is looked at is neither clean nor broken: it is said to have moved.
#[test]
fn what_never_stands_still_is_said_to_have_moved() {
    for (pages, check) in [("rewards again", "rewards"), ("coupons again", "campaign_counters")] {
        let mut planter = stocked();
        let (reader, now) = (planter.run.engine.reader().clone(), planter.run.engine.now());
        let move_on = |planter: &mut Planter| match check {
            "rewards" => book(planter, "urn", |book| book.given += 1),
            _ => planter.counters_of("coupon", |counters| counters.issued += 1),
        };
        move_on(&mut planter);
        let report = audit::audit(&*reader, now, &mut |what, _| {
            if what == pages {
                move_on(&mut planter);
            }
        });
        let report = report.unwrap();
        let named = |found: &[audit::Finding]| found.iter().any(|found| found.check == check);
        assert!(named(&report.moved) && !named(&report.findings), "{check}: {report:#?}");
    }
}

/// A-S2-7: a coupon that another order holds when its own is refunded goes with that order, and is void once it is let
/// go; a used one stays used.
#[test]
fn a_s2_7_a_held_coupon_is_void_once_it_is_let_go() {
    for kind in [CouponKind::Shop, CouponKind::Payment] {
        let (run, _store) = Run::in_memory();
        let run = run.that_rewards();
        run.ok(BatchDeal { kind, returns: true, ..BatchDeal::default() }.create("b1"));
        run.advance(at(0));
        run.rewards("c", &tier(&json!({ "kind": "coupon", "batch_id": "b1" })));
        run.advance(at(5));
        buy(&run, "o1");
        let coupon = run.coupons().remove(0);
        let (held_by, customer) = ("o2", "of.o1");
        if kind == CouponKind::Shop {
            run.apply(&placed_with(held_by, customer, &coupon, at(4)));
        } else {
            run.apply(&placed(held_by, customer, at(4)));
            run.start_payment(held_by, "p2", Some(&coupon));
        }
        assert_eq!(run.coupon(&coupon).status, CouponStatus::Locked, "{kind:?}");
        run.ok(engine::Command::CreateRefund {
            order_id: id("o1"),
            refund_id: id("r1"),
            ask: amount(PAYABLE),
        });
        assert_eq!(run.coupon(&coupon).status, CouponStatus::Locked, "{kind:?}");
        let reward = run.reward_of("o1", "c").unwrap();
        assert_eq!((reward.status, reward.code), (RewardStatus::Void, Some(Code::OrderRefunded)));
        assert_eq!(run.listed(), [(held_by.to_owned(), "reward_void".to_owned())], "{kind:?}");
        run.assert_clean();
        run.advance(at(10));
        run.apply(&cancelled(held_by, at(9)));
        run.advance(at(60));
        assert_eq!(run.coupon(&coupon).status, CouponStatus::Void, "{kind:?}");
        assert_eq!(run.listed(), [], "{kind:?}");
        run.assert_clean();
        if kind == CouponKind::Shop {
            run.apply(&placed_with("o3", customer, &coupon, at(11)));
            assert_eq!(run.coupon(&coupon).status, CouponStatus::Void, "and nobody else gets it");
            assert_eq!(run.timeline("o3").iter().filter(|what| *what == "coupon.conflict").count(), 1);
        }
    }
}

/// A-S2-7, S0-R31: an order that holds the coupon when its reward becomes void keeps what it was sold, and stays listed when it
/// is paid with it; where it lets go unpaid the coupon is void, and where the reward stands again nothing is odd any more.
#[test]
fn a_s2_7_s0_r31_a_coupon_of_a_void_reward_is_listed_for_who_has_it() {
    for kind in [CouponKind::Shop, CouponKind::Payment] {
        for fate in ["paid", "let go", "again"] {
            let (run, _store) = Run::in_memory();
            let run = run.that_rewards();
            run.ok(BatchDeal { kind, ..BatchDeal::default() }.create("b1"));
            run.advance(at(0));
            run.rewards("c", &tier(&json!({ "kind": "coupon", "batch_id": "b1" })));
            run.advance(at(5));
            buy(&run, "o1");
            let coupon = run.coupons().remove(0);
            let saved = if kind == CouponKind::Shop {
                run.apply(&placed_with("o2", "of.o1", &coupon, at(4)));
                0
            } else {
                run.apply(&placed("o2", "of.o1", at(4)));
                run.start_payment("o2", "p2", Some(&coupon));
                coupon.save.minor()
            };
            if fate == "again" {
                run.apply(&cancelled("o1", at(0)));
            } else {
                let (order_id, refund_id) = (id("o1"), id("r1"));
                run.ok(engine::Command::CreateRefund { order_id, refund_id, ask: amount(PAYABLE) });
            }
            let listed = vec![("o2".to_owned(), "reward_void".to_owned())];
            assert_eq!(run.listed(), listed, "{kind:?} {fate}");
            let (status, left) = match fate {
                "paid" => {
                    let mut paying = paying("o2", "p2", PAYABLE - saved);
                    paying.coupon_id = Some(coupon.coupon_id.clone()).filter(|_| saved > 0);
                    run.apply(&event("o2.paid", Body::PaymentSucceeded(paying), at(5)));
                    (CouponStatus::Used, listed)
                }
                "let go" => {
                    // A payment lets go by itself, an order when it ends.
                    run.advance(at(60));
                    if kind == CouponKind::Shop {
                        run.apply(&cancelled("o2", at(59)));
                    }
                    (CouponStatus::Void, Vec::new())
                }
                _ => {
                    let earlier = Body::PaymentSucceeded(paying("o1", "p.o1", PAYABLE));
                    run.apply(&event("o1.earlier", earlier, at(0)));
                    assert_eq!(run.reward_of("o1", "c").unwrap().status, RewardStatus::Done);
                    (CouponStatus::Locked, Vec::new())
                }
            };
            assert_eq!((run.coupon(&coupon).status, run.listed()), (status, left), "{kind:?} {fate}");
            run.assert_clean();
        }
    }
}

/// Two campaigns that give of one batch with one order count together: the quantity and the customer's limit hold.
#[test]
fn two_campaigns_of_one_batch_count_together() {
    for (quantity, per_customer, code) in
        [(1, 9, Code::SoldOut), (9, 1, Code::TotalLimit), (9, 2, Code::Required)]
    {
        let (run, _store) = Run::in_memory();
        let run = run.that_rewards();
        run.ok(BatchDeal { quantity, per_customer, ..BatchDeal::default() }.create("b1"));
        run.advance(at(0));
        let terms = tier(&json!({ "kind": "coupon", "batch_id": "b1" }));
        run.rewards("c", &terms);
        run.rewards("d", &terms);
        run.advance(at(5));
        buy(&run, "o1");
        let codes: Vec<_> = run.order("o1").rewards.iter().map(|rewarded| rewarded.code).collect();
        let fits = code == Code::Required;
        assert_eq!(codes, [None, (!fits).then_some(code)]);
        assert_eq!(run.coupons().len(), 1 + usize::from(fits));
        run.assert_clean();
    }
}

/// A-S2-21, S2-R06: what a customer had is read when a later order is paid too, of little money and after the campaign.
#[test]
fn a_s2_21_s2_r06_repurchases_are_counted_after_the_campaign_too() {
    const DAY: i64 = 60 * 24;
    let (run, _store) = Run::in_memory();
    let run = run.that_rewards();
    run.ok(BatchDeal { quantity: 100, per_customer: 9, ..BatchDeal::default() }.create("b1"));
    run.advance(at(0));
    let mut terms = tier(&json!({ "kind": "coupon", "batch_id": "b1" }));
    terms["holdout_percent"] = json!(50);
    run.rewards("c", &terms);
    run.advance(at(5));
    let buy = |order: &str, customer: &str, when: i64| {
        run.advance(at(when));
        run.apply(&placed(order, customer, at(when)));
        run.apply(&event(
            &format!("{order}.paid"),
            Body::PaymentSucceeded(paying(order, order, PAYABLE)),
            at(when),
        ));
    };
    for n in 0..20 {
        buy(&format!("a{n}"), &format!("u{n}"), 10 * DAY);
    }
    for n in 0..7 {
        buy(&format!("b{n}"), &format!("u{n}"), 25 * DAY);
    }
    buy("late", "u19", 41 * DAY);
    run.advance(at(42 * DAY));
    let figures = run.counters("c").as_of(run.engine.now());
    let of = |name: &str| figures.brought(name);
    assert_eq!(of("treated_customers") + of("holdout_customers"), 20);
    assert_eq!(of("treated_again") + of("holdout_again"), 7);
    assert!(of("holdout_customers") > 0 && of("treated_customers") > 0);
    assert_eq!(of("offered"), of("treated_customers"));
    run.assert_clean();
}

/// A-G-8, S2-R04, A-S2-6: whatever of a presale order is heard first, and in however many batches, it is paid and brings
/// its reward once.
#[test]
fn a_g_8_a_s2_6_a_presale_order_is_rewarded_however_it_is_heard() {
    let survey = json!([{ "question_id": "q", "text": "q", "kind": "single", "options": ["a", "b"] }]);
    let told = hours(24 * 10 + 21);
    let events = [
        presale_placed("o1", "u1", at(0)),
        deposit_paid("o1", at(5)),
        balance_paid("o1", 700_00, &[], told.plus_minutes(-30)),
    ];
    for order in permutations(3) {
        for cuts in 0..4 {
            let (run, _store) = Run::in_memory();
            let run = run.with_presale(&Offer::default()).that_rewards();
            run.rewards("c", &tier(&json!({ "kind": "survey", "questions": survey })));
            run.advance(told);
            let mut batch = Vec::new();
            for (place, event) in order.iter().map(|number| &events[*number]).enumerate() {
                batch.push(ingest(event));
                if place == 2 || cuts & (1 << place) != 0 {
                    run.many(std::mem::take(&mut batch)).into_iter().for_each(|done| drop(done.unwrap()));
                }
            }
            let what = format!("{order:?}, cut at {cuts:02b}");
            assert_eq!(run.order("o1").paid(), fen(800_00), "{what}");
            assert_eq!(run.rewards_of("c").len(), 1, "{what}");
        }
    }
}

/// A campaign that is published as it is made needs no name of its own (S0-R02).
#[test]
fn a_campaign_of_rewards_may_be_named_by_the_server() {
    let (run, _store) = Run::in_memory();
    let run = run.that_rewards();
    let mut nameless = rewarding("c", &tier(&json!({ "kind": "draw", "draw": drawn_by_lot() })));
    let engine::Command::CreateCampaign { campaign_id, .. } = &mut nameless else { panic!("it makes one") };
    *campaign_id = None;
    let input =
        engine::Input { chance: Some(engine::Chance::from_bytes([7; 32], [8; 32])), ..run.input(nameless) };
    let made = run.engine.submit_many_blocking(vec![input]).unwrap().remove(0).unwrap();
    let engine::Reply::Campaign { campaign, .. } = made else { panic!("{made:?}") };
    assert!(run.book_of(campaign.campaign_id.as_str()).drawing.is_some());
}

/// One cup among ten tickets.
fn drawn_by_lot() -> serde_json::Value {
    let prizes = json!([
        { "prize_id": "cup", "name": "cup", "kind": "goods", "sku": "CUP", "value": 3_900, "stock": 1 },
        { "prize_id": "none", "name": "none", "kind": "none", "stock": 9 },
    ]);
    drawing("urn", &prizes)["draw"].clone()
}
