//! Random lives of two shops over a running engine: the auditor is clean after each, and a model
//! that only hears the answers agrees (trust.md, Invariants).
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    CampaignId, CouponId, CustomerId, Instant, OrderId, ShopId,
    campaign::recovery::FrequencyScope,
    campaign::{self, recovery},
    coupon::Coupon,
    event::Body,
    order::{Order, PaymentStatus, State},
    time::CivilDay,
};
use engine::{Command, EngineError, EventOutcome, Input, Reply};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use support::{
    action::Action,
    play::{Move, Play, SHOPS, orders, set_up},
    *,
};

/// What the answers said, and what must follow.
#[derive(Default)]
struct Model {
    issued: BTreeMap<(ShopId, CampaignId), u64>,
    claims: BTreeMap<(String, CustomerId), Vec<CivilDay>>,
    claimed: BTreeMap<(ShopId, OrderId), CouponId>,
    coupons: BTreeSet<(ShopId, CouponId)>,
    /// Orders whose payment was taken in before any coupon was shown: none may be shown (A-G-9).
    silent: BTreeSet<(ShopId, OrderId)>,
    answers: Vec<(Input, Reply)>,
}

impl Model {
    fn hear(&mut self, run: &Run, input: &Input, reply: &Reply, before: Option<&Order>) {
        match (&input.command, reply) {
            (Command::Act(campaign::Action::Recovery(claim)), Reply::Coupon { coupon }) => {
                self.claim(run, &input.shop_id, &claim.order_id, coupon);
            }
            (Command::Ingest { event, .. }, Reply::Event { result }) => {
                let paid = matches!(&event.body, Body::PaymentSucceeded(_));
                let shown = before.is_none_or(|order| order.recovery.offer.is_some());
                if paid && result.outcome == EventOutcome::Applied && !shown {
                    let order = event.body.order_id().unwrap().clone();
                    self.silent.insert((input.shop_id.clone(), order));
                }
            }
            (Command::StartPayment { order_id, .. }, Reply::Payment { amount, saving, .. }) => {
                let order = run.reader().order(&input.shop_id, order_id).unwrap().unwrap();
                assert!(!amount.is_negative() && !saving.is_negative());
                assert!(*amount + *saving <= order.payable, "{input:?}");
            }
            _ => {}
        }
        self.answers.push((input.clone(), reply.clone()));
    }

    fn claim(&mut self, run: &Run, shop: &ShopId, order: &OrderId, coupon: &Coupon) {
        let campaign = coupon.campaign_id().unwrap();
        let row = run.reader().campaign(shop, campaign).unwrap().unwrap();
        let issued = self.issued.entry((shop.clone(), campaign.clone())).or_default();
        *issued += 1;
        let most = row.campaign.versions.iter().map(|version| {
            let terms = version.terms.of::<recovery::Terms>().unwrap();
            terms.quantity
        });
        assert!(*issued <= most.max().unwrap(), "S0-R19: never more than the quantity");
        assert!(*issued <= row.counters.issued, "what is answered is committed");
        let terms = row
            .campaign
            .version(coupon.origin.offer().unwrap().version)
            .unwrap()
            .terms
            .of::<recovery::Terms>()
            .unwrap();
        let counted = match terms.frequency_scope {
            FrequencyScope::Campaign => format!("{shop}/{campaign}"),
            FrequencyScope::Shop => format!("{shop}"),
            FrequencyScope::Platform => "platform".to_owned(),
        };
        let zone = domain::time::Zone::shanghai();
        let days = self.claims.entry((counted, coupon.customer_id.clone())).or_default();
        let today = zone.day(coupon.claimed_at);
        assert!(!days.contains(&today), "S0-R29: one a civil day");
        days.push(today);
        assert!(days.len() <= 6, "S0-R30: six in all");
        let earlier = self.claimed.insert((shop.clone(), order.clone()), coupon.coupon_id.clone());
        assert_eq!(earlier, None, "one coupon an order (A-S0-10)");
        let named = (shop.clone(), coupon.coupon_id.clone());
        assert!(self.coupons.insert(named), "a coupon is one order's");
    }

    /// What the whole store has to say at the end.
    fn check(&self, run: &Run) {
        for (shop, order) in orders(run.reader()) {
            let key = (shop.clone(), order.order_id.clone());
            if self.silent.contains(&key) {
                assert_eq!(order.recovery.offer, None, "A-G-9: {key:?} was paid before");
            }
            if let (Some(offer), State::Paid { .. }) = (&order.recovery.offer, order.state) {
                assert_ne!(offer.status, domain::order::OfferStatus::Displayed, "{key:?}");
            }
            assert_eq!(order.claimed_coupon(), self.claimed.get(&key), "{key:?}");
        }
        let stored: usize =
            SHOPS.iter().map(|shop| run.reader().coupons(&id(shop), &all()).unwrap().len()).sum();
        assert_eq!(stored, self.claimed.len(), "every coupon was an answer");
        for ((shop, campaign), issued) in &self.issued {
            let row = run.reader().campaign(shop, campaign).unwrap().unwrap();
            assert_eq!(row.counters.issued, *issued);
        }
        // The same again: known, or refused as before, and nothing moves (A-G-8).
        let before: Vec<_> = orders(run.reader());
        // An event that was rejected was not written down: it is decided again, and may be possible.
        let rejected = |reply: &Reply| matches!(reply, Reply::Event { result } if result.outcome == EventOutcome::Rejected);
        for (input, reply) in self.answers.iter().filter(|(_, reply)| !rejected(reply)) {
            let again = run.engine.submit_many_blocking(vec![input.clone()]).unwrap().remove(0);
            repeated(run, input, reply, &again);
        }
        for (now, before) in orders(run.reader()).iter().zip(&before) {
            assert_eq!(now, before, "repetitions change nothing");
        }
    }
}

/// A repetition of what was answered.
fn repeated(run: &Run, input: &Input, reply: &Reply, again: &Outcome) {
    match (reply, again) {
        (Reply::Event { .. }, Ok(Reply::Event { result })) => {
            assert_eq!(result.outcome, EventOutcome::Duplicate, "{input:?}");
        }
        (Reply::Coupon { .. }, again) => {
            let code = code(again);
            let known = ["already_claimed", "order_paid", "order_cancelled"];
            assert!(known.contains(&&*code), "{input:?}: {code}");
        }
        (Reply::Payment { amount, .. }, Ok(Reply::Payment { amount: now, .. })) => {
            assert_eq!(amount, now);
        }
        (Reply::Refund { refund }, Ok(Reply::Refund { refund: now })) => {
            assert_eq!(refund.ask, now.ask);
            // Only a payment found to have come first changes what was paid, and with it what goes back.
            let Command::CreateRefund { order_id, .. } = &input.command else { unreachable!("a refund") };
            let order = run.reader().order(&input.shop_id, order_id).unwrap().unwrap();
            let displaced = order.payments.iter().any(|payment| payment.status == PaymentStatus::Late);
            assert!(
                displaced || refund.amount == now.amount,
                "{input:?}: {:?} then {:?}",
                refund.amount,
                now.amount
            );
        }
        _ => {}
    }
}

fn play(deals: &[[u8; 4]], batches: &[Vec<[u8; 4]>]) {
    let (run, _store) = Run::in_memory();
    set_up(&run, deals);
    let (mut play, mut model) = (Play::default(), Model::default());
    for batch in batches {
        let (mut inputs, mut leaps): (Vec<Input>, Vec<Instant>) = Default::default();
        for bytes in batch {
            match play.turn(&run, Action::of(*bytes)) {
                Move::Input(input) => inputs.push(*input),
                Move::Advance(to) => leaps.push(to),
                Move::Nothing => {}
            }
        }
        let befores: Vec<Option<Order>> = inputs
            .iter()
            .map(|input| {
                let order = play::order_of(&input.command)?;
                run.reader().order(&input.shop_id, &order).unwrap()
            })
            .collect();
        let outcomes = run.engine.submit_many_blocking(inputs.clone()).unwrap();
        for ((input, outcome), before) in inputs.iter().zip(&outcomes).zip(&befores) {
            match outcome {
                Ok(reply) => model.hear(&run, input, reply, before.as_ref()),
                Err(EngineError::Refused(_)) => {}
                Err(error) => panic!("{input:?}: {error}"),
            }
        }
        for to in leaps {
            run.advance(to.max(run.engine.now()));
        }
    }
    run.assert_clean();
    model.check(&run);
    run.advance(run.engine.now().plus_hours(24 * 20));
    run.assert_clean();
    let totals = run.reader().totals().unwrap();
    assert_eq!(totals.pending_timers, 0, "trust.md 47: nothing waits for ever");
}

fn cases() -> ProptestConfig {
    ProptestConfig { cases: testkit::seeds(96), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    /// S0-R19, S0-R24, S0-R27, S0-R29, S0-R30, S0-R36..R40, A-S0-8..A-S0-22, A-G-5..A-G-9.
    #[test]
    fn s0_a_random_life_keeps_every_invariant(
        deals in prop::collection::vec(any::<[u8; 4]>(), 1..4),
        batches in prop::collection::vec(prop::collection::vec(any::<[u8; 4]>(), 1..4), 10..400),
    ) {
        play(&deals, &batches);
    }
}
