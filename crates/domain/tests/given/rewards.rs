//! Campaigns of rewards, and orders that are paid, at a desk.

use super::desk::{Table, World};
use super::{at, id, order_of, payment, placed};
use domain::campaign::{
    self, Action, Answer, Campaign, Terms, Version,
    post_payment::{self, Do, Done, Played},
};
use domain::catalog::Scope;
use domain::order::{Order, Refund, RefundAsk, RefundOf, RefundStatus, State};
use domain::reward::{Announced, Answers, Beta, Book, Reward};
use domain::{Code, Instant, Refusal};
use draw::{Hash, chain};
use money::Money;
use serde_json::{Value, json};

/// A coupon of `b1` from 100.00 on.
pub fn coupon_terms() -> Value {
    json!({ "tiers": [{ "min_paid": 10_000, "action": { "kind": "coupon", "batch_id": "b1" } }] })
}

/// A notice that is complete.
pub fn notice() -> Value {
    json!({ "organiser": "老街茶铺", "contact": "400-000-0000", "claim_days": 30, "claim_how": "包邮寄出", "lapse": "视为放弃" })
}

/// A draw from 50.00 on.
pub fn draw_terms(draw: Value) -> Value {
    json!({ "tiers": [{ "min_paid": 5_000, "action": { "kind": "draw", "draw": draw } }] })
}

/// An urn of a cup, two coupons, and some tickets of nothing.
pub fn urn(nothing: u64) -> Value {
    json!({ "notice": notice(), "prizes": [
        { "prize_id": "cup", "name": "茶杯", "kind": "goods", "sku": "CUP", "value": 3_900, "stock": 1 },
        { "prize_id": "c10", "name": "10元券", "kind": "coupon", "batch_id": "b1", "value": 1_000, "stock": 2 },
        { "prize_id": "none", "name": "谢谢参与", "kind": "none", "stock": nothing },
    ] })
}

/// Everybody wins the phone as long as there is one, then a coupon.
pub fn odds(phones: u64) -> Value {
    json!({ "mode": "odds", "notice": notice(), "prizes": [
        { "prize_id": "phone", "name": "手机", "kind": "goods", "sku": "PHONE", "value": 60_000, "stock": phones,
          "odds": 1_000_000, "fallback": "c10" },
        { "prize_id": "c10", "name": "10元券", "kind": "coupon", "batch_id": "b1", "value": 1_000, "stock": 50,
          "odds": 0, "fallback": "none" },
        { "prize_id": "none", "name": "谢谢参与", "kind": "none", "odds": 0 },
    ] })
}

/// Terms as the form's reader has them.
pub fn terms(terms: &Value) -> post_payment::Terms {
    serde_json::from_value(terms.clone()).unwrap_or_else(|wrong| panic!("{wrong}: {terms}"))
}

/// One version, 10 to 30 June.
pub fn version(of: &Value) -> Version {
    Version {
        name: "付款有礼".into(),
        starts_at: at("10T00:00:00"),
        ends_at: at("30T00:00:00"),
        scope: Scope::default(),
        terms: Terms::PostPayment(terms(of)),
        made_at: at("09T00:00:00"),
    }
}

/// A campaign, published on 9 June.
pub fn rewards(name: &str, of: &Value) -> Campaign {
    Campaign {
        campaign_id: id(name),
        created_at: at("09T00:00:00"),
        published_at: Some(at("09T00:00:00")),
        closed_at: None,
        versions: vec![version(of)],
        revised_at: Vec::new(),
        in_force: Vec::new(),
        request_digest: String::new(),
    }
}

/// The same with other terms from a moment on.
pub fn revised(mut campaign: Campaign, of: &Value, since: Instant) -> Campaign {
    campaign.versions.push(version(of));
    campaign.revised_at.push(since);
    campaign
}

/// A shop that may try rewards, with these campaigns.
pub fn world(campaigns: Vec<Campaign>) -> World {
    let mut world = World::of(campaigns);
    world.shop.post_payment = Beta::Beta;
    world
}

/// A world of one campaign, called `c`.
pub fn world_of(of: &Value) -> World {
    world(vec![rewards("c", of)])
}

/// The desk on 10 June at 10:00, every campaign published, a hundred coupons of `b1`.
pub fn open(world: &World) -> Table<'_> {
    let mut desk = Table::at(world, at("09T00:00:00"));
    desk.batches.insert(id("b1"), 100);
    desk.batches.insert(id("b2"), 100);
    for row in world.campaigns.iter() {
        campaign::published(&mut desk, &row.campaign).unwrap();
    }
    desk.now = at("10T10:00:00");
    desk
}

/// An order of that amount, paid whole at the desk's moment, with the transaction id `t-NAME`.
pub fn paid_order(name: &str, customer: &str, amount: i64, at: Instant) -> Order {
    let mut order = order_of(&placed(&[(amount, 1)]));
    (order.order_id, order.customer_id) = (id(name), id(customer));
    let mut money = payment(&order, &format!("p-{name}"), 0, at);
    money.transaction_id = Some(format!("t-{name}").parse().unwrap());
    order.payments.push(money);
    order.state = State::Paid { at };
    order
}

/// Pays an order of `c-NAME`, and has the campaigns look at it.
pub fn pay(desk: &mut Table<'_>, name: &str, amount: i64) -> Order {
    pay_by(desk, name, &format!("c-{name}"), amount)
}

/// The same of a customer.
pub fn pay_by(desk: &mut Table<'_>, name: &str, customer: &str, amount: i64) -> Order {
    let mut order = paid_order(name, customer, amount, desk.now);
    campaign::whole(desk, &mut order);
    order
}

/// What the order has of its first campaign: the reward, or why there is none.
pub fn got(desk: &Table<'_>, order: &Order) -> Result<Reward, Option<Code>> {
    let rewarded = order.rewards.first().ok_or(None)?;
    match &rewarded.reward_id {
        Some(id) => Ok(desk.rewards[id].clone()),
        None => Err(rewarded.code),
    }
}

/// Everything that was paid goes back.
pub fn refund(desk: &mut Table<'_>, order: &mut Order) {
    let left = order.paid() - order.refunded();
    refund_of(desk, order, left.minor());
}

/// So much goes back.
pub fn refund_of(desk: &mut Table<'_>, order: &mut Order, amount: i64) {
    let amount = Money::from_minor(amount);
    let ask = RefundAsk { lines: Vec::new(), amount: Some(amount), fault: None };
    let told = Refund::told(id("r1"), ask, None, desk.now);
    order.refunds.push(Refund { status: RefundStatus::Succeeded, of: RefundOf::Order, amount, ..told });
    campaign::whole(desk, order);
}

/// Its customer plays it.
pub fn play(desk: &mut Table<'_>, reward: &Reward) -> Result<Played, Refusal> {
    play_as(desk, reward, reward.customer_id.as_str(), &json!({}))
}

/// Somebody plays it, with answers.
pub fn play_as(desk: &mut Table<'_>, reward: &Reward, by: &str, answers: &Value) -> Result<Played, Refusal> {
    let answers: Answers = serde_json::from_value(answers.clone()).unwrap();
    let play = Do::Play { reward_id: reward.reward_id.clone(), customer_id: id(by), answers };
    match campaign::act(desk, &Action::PostPayment(play))? {
        Answer::PostPayment(Done::Played(played)) => Ok(*played),
        other => panic!("a play answers {other:?}"),
    }
}

/// Somebody follows its link.
pub fn follow(desk: &mut Table<'_>, reward: &Reward, by: &str) -> Result<(), Code> {
    let (campaign_id, reward_id) = (reward.campaign_id.clone(), reward.reward_id.clone());
    let follow = Do::Follow { campaign_id, reward_id, customer_id: id(by) };
    let done = campaign::act(desk, &Action::PostPayment(follow)).map_err(|refusal| refusal.code)?;
    assert_eq!(done, Answer::PostPayment(Done::Followed));
    Ok(())
}

/// What was announced of the draw of the campaign `c`.
pub fn announced(desk: &Table<'_>) -> Announced {
    desk.charters[&id("c")].announced.clone().unwrap()
}

/// What the campaign `c` keeps.
pub fn book(desk: &Table<'_>) -> Book {
    desk.books[&id("c")].clone()
}

/// Every link of the chain from the first notice on, computed from the plays: the head that is kept.
pub fn head(desk: &Table<'_>) -> Hash {
    let announced = announced(desk);
    let mut plays: Vec<&Reward> = desk.rewards.values().filter(|reward| reward.drawn.is_some()).collect();
    plays.sort_by_key(|reward| reward.drawn.as_ref().unwrap().n);
    let mut notices = announced.notices.iter();
    let first = notices.next().unwrap();
    let mut head = chain::first_head("c", &announced.commit, &chain::notice_hash(&first.text));
    let mut later = notices.peekable();
    for reward in plays {
        let drawn = reward.drawn.as_ref().unwrap();
        while later.peek().is_some_and(|link| link.after < drawn.n) {
            head = chain::after_notice(&head, &chain::notice_hash(&later.next().unwrap().text));
        }
        let (chance, entropy) = (reward.chance(), drawn.entropy.as_str());
        let (n, r, prize_id) = (drawn.n, drawn.r, drawn.prize_id.as_str());
        head = chain::after_play(&head, &chain::Link { n, chance: &chance, entropy, r, prize_id });
        assert_eq!(drawn.head, head);
    }
    later.fold(head, |head, link| chain::after_notice(&head, &chain::notice_hash(&link.text)))
}
