//! Whether a reminder goes out: asked when it is planned and again when it is sent.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::recovery::{SendFacts, may_send, plan_push, replan_push};
use domain::campaign::{Campaign, Counters};
use domain::catalog::Category;
use domain::customer::Standing;
use domain::message::order_link;
use domain::order::{CancelReason, Goods, OfferStatus, Order, OrderKind, Source, State};
use domain::shop::Shop;
use domain::time::Zone;
use domain::{Code, Instant};
use given::{at, by, campaign, id, order, shop, shown, terms};

/// The offered order of these categories, each on a line of its own, and a customer's standing.
fn of(categories: &[&str]) -> Order {
    let goods = given::placed(&vec![(100_00, 1); categories.len().max(1)]);
    let mut order = shown(given::order_of(&goods));
    for (line, category) in order.lines.iter_mut().zip(categories) {
        let path = ["food", "drinks", category];
        line.categories = path.map(|name| Category::try_new(name).unwrap()).to_vec();
    }
    order.cancel_at = Some(at("20T00:00:00"));
    order
}

/// Everything that lets a push out on 10 June at 12:00.
struct Facts {
    shop: Shop,
    order: Order,
    campaign: Option<Campaign>,
    counters: Counters,
    standing: Standing,
    blocked: bool,
}

impl Facts {
    fn fine() -> Self {
        Self {
            shop: shop(),
            order: of(&["tea"]),
            campaign: Some(campaign("june", terms())),
            counters: Counters::default(),
            standing: Standing::default(),
            blocked: false,
        }
    }
    fn send(&self, now: Instant) -> Result<(), Code> {
        let facts = SendFacts {
            shop: &self.shop,
            platform_zone: &Zone::shanghai(),
            order: &self.order,
            campaign: self.campaign.as_ref(),
            counters: &self.counters,
            everywhere: &self.standing,
            blocked: self.blocked,
        };
        may_send(&facts, now)
    }
}

/// What a change of the facts answers on 10 June at 12:00.
fn after(change: impl Fn(&mut Facts)) -> Result<(), Code> {
    let mut facts = Facts::fine();
    change(&mut facts);
    facts.send(at("10T12:00:00"))
}

fn offer(facts: &mut Facts, status: OfferStatus) {
    facts.order.recovery.offer.as_mut().unwrap().status = status;
}

/// S0-R34, S0-R35, S0-R40, A-S0-16, A-S0-17, A-S0-18: planned for physical, ordinary orders from the
/// app whose coupon is not claimed.
#[test]
fn s0_r34_s0_r35_s0_r40_a_s0_16_a_s0_17_a_s0_18_which_orders_are_planned() {
    let plan = |order: &Order| plan_push(&shop(), order, order.placed_at.plus_minutes(15)).err();
    let fine = shown(order(100_00));
    assert_eq!(plan(&fine), None);
    for source in [Source::Pc, Source::MiniProgram, Source::Other("kiosk".into())] {
        assert_eq!(plan(&Order { source, ..fine.clone() }), Some(Code::SourceNotApp));
    }
    assert_eq!(plan(&Order { kind: OrderKind::Presale, ..fine.clone() }), Some(Code::PresaleOrder));
    assert_eq!(plan(&Order { goods: Goods::Virtual, ..fine.clone() }), Some(Code::VirtualGoods));
    assert_eq!(plan(&Order { cancel_at: None, ..fine.clone() }), Some(Code::OrderClosed));
    let mut claimed = fine;
    claimed.recovery.offer.as_mut().unwrap().status = OfferStatus::Claimed;
    assert_eq!(plan(&claimed), Some(Code::Claimed));
    let again = replan_push(&shop(), &claimed, at("10T12:00:00"));
    assert_eq!(again, Err(Code::Claimed));
}

/// S0-R34, S0-R35, S0-R36, S0-R40, A-S0-16, A-S0-18, A-S0-19, A-S0-20, A-S0-21: everything is asked
/// again when it is sent.
#[test]
fn s0_r34_s0_r35_s0_r36_s0_r40_a_s0_16_a_s0_18_a_s0_19_a_s0_20_a_s0_21_sending() {
    assert_eq!(after(|_| ()), Ok(()));
    let refused = |code, change: &dyn Fn(&mut Facts)| assert_eq!(after(change), Err(code));
    refused(Code::AlreadyPushed, &|f| {
        f.order.recovery.push.sent_at = Some(at("10T11:00:00"));
    });
    refused(Code::SourceNotApp, &|f| f.order.source = Source::Pc);
    refused(Code::PresaleOrder, &|f| f.order.kind = OrderKind::Presale);
    refused(Code::VirtualGoods, &|f| f.order.goods = Goods::Virtual);
    refused(Code::Claimed, &|f| offer(f, OfferStatus::Claimed));
    refused(Code::OrderClosed, &|f| offer(f, OfferStatus::Withdrawn));
    refused(Code::OrderClosed, &|f| f.order.recovery.offer = None);
    refused(Code::OrderClosed, &|f| {
        f.order.cancel_at = Some(at("10T12:00:00"));
    });
    refused(Code::OrderClosed, &|f| f.order.state = State::Paid { at: at("10T11:00:00") });
    refused(Code::OrderClosed, &|f| {
        f.order.cancel(at("10T11:00:00"), CancelReason::Customer).unwrap();
    });
    refused(Code::CampaignClosed, &|f| f.campaign = None);
    refused(Code::CampaignClosed, &|f| {
        f.campaign.as_mut().unwrap().close(at("10T12:00:00"));
    });
    assert_eq!(after(|f| f.campaign.as_mut().unwrap().close(by(at("10T12:00:00"), 1))), Ok(()));
    refused(Code::CampaignClosed, &|f| {
        f.campaign.as_mut().unwrap().versions[0].ends_at = at("10T12:00:00");
    });
    refused(Code::SoldOut, &|f| f.counters.issued = 10);
    assert_eq!(after(|f| f.counters.issued = 9), Ok(()));
    refused(Code::CustomerBlocked, &|f| f.blocked = true);
}

/// T09, S0-R38, A-S0-13, A-G-3: a sender that is late drops the push in [22:00, 07:00).
#[test]
fn t09_s0_r38_a_s0_13_a_g_3_quiet_when_sent() {
    for (now, quiet) in [
        ("10T21:59:59.999999", false),
        ("10T22:00:00", true),
        ("11T00:00:00", true),
        ("11T06:59:59", true),
        ("11T06:59:59.999999", true),
        ("11T07:00:00", false),
    ] {
        let expected = if quiet { Err(Code::QuietHours) } else { Ok(()) };
        assert_eq!(Facts::fine().send(at(now)), expected, "{now}");
    }
}

/// S0-R37, A-S0-14, A-G-2: none of the order's third-level categories may have been reminded that day;
/// a sent push marks all of them, until midnight.
#[test]
fn s0_r37_a_s0_14_a_g_2_categories() {
    let mut standing = Standing::default();
    for (categories, now, sent) in [
        (&["tea", "cups"][..], "10T10:00:00", true),
        (&["tea"], "10T21:59:59", false),
        (&["cups", "milk"], "10T21:59:59", false),
        // What was suppressed marked nothing: milk is free.
        (&["milk"], "10T21:59:59", true),
        (&["tea", "milk"], "11T07:00:00", true),
        (&["milk"], "11T12:00:00", false),
        (&["cups"], "11T12:00:00", true),
        (&[], "11T12:00:00", true),
        (&[], "11T12:00:01", true),
    ] {
        let now = at(now);
        let facts = Facts { order: of(categories), standing: standing.clone(), ..Facts::fine() };
        let expected = if sent { Ok(()) } else { Err(Code::CategoryDay) };
        assert_eq!(facts.send(now), expected, "{categories:?} {now}");
        if sent {
            standing.remind(&facts.order.categories(), facts.shop.time_zone.day(now));
        }
    }
    assert_eq!(standing.reminded.len(), 3, "days gone by are forgotten");
}

/// S0-R36, A-S0-15: what was suppressed does not use up the order's push; what was sent does.
#[test]
fn s0_r36_a_s0_15_suppressed_is_not_sent() {
    let mut facts = Facts::fine();
    facts.order.cancel_at = Some(at("11T10:00:00"));
    assert_eq!(facts.send(at("10T23:00:00")), Err(Code::QuietHours));
    let again = replan_push(&facts.shop, &facts.order, at("10T23:00:00"));
    assert_eq!(again, Ok(at("11T07:00:00")));
    assert_eq!(facts.send(again.unwrap()), Ok(()));
    facts.order.recovery.push.sent_at = Some(again.unwrap());
    assert_eq!(facts.send(at("11T08:00:00")), Err(Code::AlreadyPushed));
}

/// S0-R39: a tap opens the order, at claim and pay.
#[test]
fn s0_r39_link() {
    let link = order_link(&id("shop"), &id("o1"));
    assert_eq!(link, "/shops/shop/orders/o1?action=claim_and_pay");
}
