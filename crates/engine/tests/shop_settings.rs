//! What a shop may change, and what its campaigns hold fast.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use domain::{
    shop::{Shop, ShopKind},
    time::Zone,
};
use engine::{Command, EngineError};
use support::*;

/// The field that a change of the shop is refused for; `None` when it is taken, or changes nothing.
fn refused(run: &Run, change: fn(&mut Shop)) -> Option<String> {
    let before = run.reader().shop(&run.shop).unwrap().unwrap();
    let mut shop = Shop::clone(&before);
    change(&mut shop);
    let refusal = match run.send(Command::PutShop(Box::new(shop))) {
        Ok(_) => {
            run.ok(Command::PutShop(Box::new(Shop::clone(&before))));
            return None;
        }
        Err(EngineError::Refused(refusal)) => refusal,
        Err(other) => panic!("{other}"),
    };
    assert_eq!(refusal.code, domain::Code::ImmutableField);
    assert_eq!(*run.reader().shop(&run.shop).unwrap().unwrap(), *before);
    let fields: Vec<_> = refusal.violations.into_iter().map(|violation| violation.field).collect();
    Some(fields.join(","))
}

/// What is refused of kind, zone and currency, in this order.
fn held(run: &Run) -> [bool; 3] {
    let kind: fn(&mut Shop) = |shop| shop.kind = ShopKind::Lbp;
    let zone: fn(&mut Shop) = |shop| shop.time_zone = Zone::find("Asia/Tokyo").unwrap();
    let currency: fn(&mut Shop) = |shop| shop.currency = "JPY".into();
    let name: fn(&mut Shop) = |shop| shop.name = "Another".into();
    assert_eq!(refused(run, name), None);
    [(kind, "kind"), (zone, "time_zone"), (currency, "currency")].map(|(change, field)| {
        let found = refused(run, change);
        assert!(found.is_none() || found.as_deref() == Some(field), "{found:?}");
        found.is_some()
    })
}

#[test]
fn a_g_1_a_g_10_settings_that_campaigns_are_counted_by_stand() {
    let run = Run::in_memory().0;
    run.ok(Command::PutShop(Box::new(shop("s1"))));
    assert_eq!(held(&run), [false; 3], "no campaign");
    let deal = Deal { quantity: 10, ..Deal::default() };
    let Command::CreateCampaign { campaign_id, version, digest, .. } = create("c1", &deal) else {
        unreachable!("it creates a campaign")
    };
    run.ok(Command::CreateCampaign { campaign_id, version, publish: false, digest });
    assert_eq!(held(&run), [false; 3], "a draft");
    run.ok(Command::PublishCampaign { campaign_id: id("c1") });
    assert_eq!(held(&run), [true; 3], "scheduled");
    run.advance(START);
    assert_eq!(held(&run), [true; 3], "running");
    for n in 0..10 {
        run.apply(&placed(&format!("o{n}"), &format!("u{n}"), at(0)));
    }
    run.advance(at(15));
    for n in 0..10 {
        run.claim(&format!("o{n}"));
    }
    assert_eq!(held(&run), [true; 3], "exhausted");
    run.ok(Command::CloseCampaign { campaign_id: id("c1"), closing: engine::Closing::Asked });
    assert_eq!(held(&run), [false, false, true], "closed: amounts stay in their currency");
    run.assert_clean();
}
