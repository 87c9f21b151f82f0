//! A-G-12: whoever is refused reads amounts in the shop's currency and with its decimals, wherever the refusal was made.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod support;

use domain::{
    campaign::Terms,
    coupon::CouponKind,
    event::{Body, PaymentSucceeded, Placed},
    order::{Discount, Fault, LineShare, Method, PRESALE_GAIN, Party, RefundAsk, Stage},
    shop::Shop,
};
use engine::{Assigned, Command, EngineError, Reply};
use money::Currency;
use support::{batch::*, presale::*, refunds::went, *};

/// A shop with a presale that wants every discount to be smaller than the balance of its line.
fn opened(currency: &str) -> Run {
    let run = Run::in_memory().0;
    run.ok(Command::PutShop(Box::new(Shop { currency: currency.into(), ..shop("s1") })));
    let mut version =
        Offer { balances: (at(60), at(600)), deposits: (at(0), at(30)), ..Offer::default() }.version();
    let Terms::Presale(terms) = &mut version.terms else { unreachable!("a presale") };
    terms.require_greater = true;
    let (version, digest) = (Box::new(version), "presale".into());
    run.ok(Command::CreateCampaign { campaign_id: Some(id("p1")), version, publish: true, digest });
    run.advance(START);
    run
}

fn place(run: &Run, change: impl FnOnce(&mut Placed)) -> Outcome {
    let mut body = placing("o1", "u1");
    change(&mut body);
    run.send(ingest(&event("placed", Body::Placed(Box::new(body)), at(0))))
}
fn place_presale(run: &Run, change: impl FnOnce(&mut Placed)) -> Outcome {
    let mut body = presale_placing("o1", "u1");
    change(&mut body);
    run.send(ingest(&event("placed", Body::Placed(Box::new(body)), at(0))))
}
fn discount(kind: &str, minor: i64, line: Option<i64>) -> Discount {
    let lines = line.map(|minor| LineShare { line_id: id("l1"), amount: fen(minor) });
    Discount {
        kind: kind.into(),
        id: None,
        amount: fen(minor),
        funded_by: Party::Merchant,
        lines: lines.into_iter().collect(),
    }
}
fn pay(run: &Run, payment: &str, minor: i64) -> Outcome {
    run.send(ingest(&paid("o1", payment, minor, at(1))))
}
fn refund(run: &Run, name: &str, ask: &RefundAsk) -> Outcome {
    run.refund("o1", name, ask)
}
/// Paid, and paid again.
fn paid_twice(run: &Run) {
    run.apply(&placed("o1", "u1", at(0)));
    run.advance(at(2));
    pay(run, "b1", PAYABLE).unwrap();
    pay(run, "b2", PAYABLE).unwrap();
}
fn with_coupon(run: &Run, deal: &BatchDeal, minor: i64, times: usize) -> Outcome {
    run.ok(deal.create("b"));
    let coupon = run.claim_batch("b", "u1", 1).remove(0);
    let named =
        Discount { id: Some(coupon.coupon_id.as_str().into()), ..discount("shop_coupon", minor, None) };
    place(run, |placed| {
        placed.payable = fen(306_00 - minor * i64::try_from(times).unwrap());
        placed.discounts = vec![named; times];
    })
}
/// The last conflict of a coupon that the order's timeline tells of.
fn conflict(run: &Run) -> String {
    let entries = run.reader().timeline(&run.shop, &id("o1")).unwrap();
    let told = entries.into_iter().rfind(|entry| entry.what == "coupon.conflict").unwrap();
    told.detail.unwrap()["detail"].as_str().unwrap().to_owned()
}

/// What is told of a refusal.
fn said(outcome: &Outcome) -> String {
    let (detail, violations) = match outcome {
        Ok(Reply::Event { result }) => (result.detail.clone().unwrap_or_default(), &result.violations),
        Err(EngineError::Refused(refusal)) => (refusal.detail.in_minor_units(), &refusal.violations),
        other => panic!("{other:?} is no refusal"),
    };
    let more = violations.iter().map(|found| found.message.in_minor_units());
    more.fold(detail, |text, message| format!("{text}; {message}"))
}

/// A text in which `<500>` stands for so many minor units.
fn told(template: &str, currency: Currency) -> String {
    let mut parts = template.split('<');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (minor, rest) = part.split_once('>').unwrap();
        text + &currency.text(fen(minor.parse().unwrap())) + rest
    })
}

type Case = (&'static str, fn(&Run) -> String);

const CASES: &[Case] = &[
    ("lines + freight - discounts is <29500>, payable says <29499>", |run| {
        said(&place(run, |placed| placed.payable = fen(294_99)))
    }),
    ("beans takes <70100> more than the goods cost", |run| {
        said(&place(run, |placed| placed.discounts[1].amount = fen(991_00)))
    }),
    ("freight_coupon takes <100> more than the freight", |run| {
        said(&place(run, |placed| placed.discounts.push(discount("freight_coupon", 7_00, None))))
    }),
    ("the shares sum to <500>, the discount takes <1000>", |run| {
        said(&place(run, |placed| placed.discounts[0] = discount("product_coupon", 10_00, Some(5_00))))
    }),
    ("the presale takes <20000> off, the order says <19999>", |run| {
        said(&place_presale(run, |placed| placed.discounts = vec![discount(PRESALE_GAIN, 199_99, None)]))
    }),
    ("the presale price is <100000>", |run| {
        said(&place_presale(run, |placed| placed.lines[0].unit_price = fen(999_99)))
    }),
    ("order_promotion takes <80000> more than the balance", |run| {
        said(&place_presale(run, |placed| {
            placed.discounts = vec![discount("order_promotion", 1500_00, None)];
        }))
    }),
    ("<29500> was to be paid, <29400> came", |run| {
        run.apply(&placed("o1", "u1", at(0)));
        run.advance(at(1));
        said(&pay(run, "b1", 294_00))
    }),
    ("order_promotion takes <70000> off a line with <70000> left to pay", |run| {
        run.deposit("o1", "u1", at(0));
        run.advance(at(61));
        let paid = PaymentSucceeded {
            stage: Stage::Balance,
            discounts: vec![discount("order_promotion", 700_00, None)],
            ..paying("o1", "b", 1)
        };
        said(&run.send(ingest(&event("b", Body::PaymentSucceeded(paid), at(61)))))
    }),
    ("the deposit goes back whole: <10000>", |run| {
        run.deposit("o1", "u1", at(0));
        run.advance(at(6));
        said(&refund(run, "r1", &RefundAsk { fault: Some(Fault::Merchant), ..amount(1_00) }))
    }),
    ("<29500> is left to refund", |run| {
        run.apply(&placed("o1", "u1", at(0)));
        run.advance(at(1));
        pay(run, "b1", PAYABLE).unwrap();
        said(&refund(run, "r1", &amount(295_01)))
    }),
    ("refund r1 is booked with <5000>", |run| {
        run.apply(&placed("o1", "u1", at(0)));
        run.advance(at(6));
        pay(run, "b1", PAYABLE).unwrap();
        run.apply(&went("r1", &amount(50_00), None, 5));
        let mut other = went("r1", &amount(60_00), None, 5);
        other.event_id = "again".into();
        said(&run.send(ingest(&other)))
    }),
    ("<29500> is left of payment b2", |run| {
        paid_twice(run);
        let (order_id, refund_id, payment_id) = (id("o1"), id("r1"), id("b2"));
        said(&run.send(Command::RefundPayment { order_id, refund_id, payment_id, ask: amount(295_01) }))
    }),
    ("<29500> is left to refund", |run| {
        paid_twice(run);
        said(&refund(run, "r1", &amount(590_01)))
    }),
    ("<29500> went back, those lines come to <9633>", |run| {
        paid_twice(run);
        run.advance(at(6));
        run.apply(&went("r1", &amount(PAYABLE), None, 5));
        let (order_id, refund_id, of) = (id("o1"), id("r1"), Assigned::Lines(units("l1", 1).lines));
        said(&run.send(Command::AssignRefund { order_id, refund_id, of }))
    }),
    ("<500> more reaches <30000>", |run| {
        let deal = BatchDeal { kind: CouponKind::Payment, spend: 300_00, ..BatchDeal::default() };
        run.ok(deal.create("b"));
        let coupon = run.claim_batch("b", "u1", 1).remove(0);
        run.apply(&placed("o1", "u1", at(0)));
        said(&run.send(starting("o1", "b1", Method::JdPay, Some(&coupon))))
    }),
    ("<600> came off, it gives <500>", |run| {
        with_coupon(run, &BatchDeal::default(), 6_00, 1).unwrap();
        conflict(run)
    }),
    ("it is named twice, its <500> count again", |run| {
        with_coupon(run, &BatchDeal::default(), 5_00, 2).unwrap();
        conflict(run)
    }),
    ("<20000> more reaches <50000>, over all orders of the checkout", |run| {
        with_coupon(run, &BatchDeal { spend: 500_00, ..BatchDeal::default() }, 5_00, 1).unwrap();
        run.advance(at(1));
        pay(run, "b1", 301_00).unwrap();
        run.advance(at(60));
        conflict(run)
    }),
];

#[test]
fn a_g_12_every_refusal_tells_amounts_in_the_shops_currency() {
    for code in ["CNY", "JPY", "KWD", "CLF"] {
        let currency = Currency::find(code).unwrap();
        for (template, refuse) in CASES {
            let (text, expected) = (refuse(&opened(code)), told(template, currency));
            assert!(text.contains(&expected), "{code}: `{text}` should say `{expected}`");
            assert!(!text.contains("minor units"), "{code}: {text}");
            assert_eq!(text.matches(code).count() % expected.matches(code).count(), 0, "{code}: {text}");
        }
    }
}
