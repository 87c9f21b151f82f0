//! Shops and what the merchant set up in them.

use super::{Answer, all, load, refused, write};
use crate::build::{self, at, id};
use domain::{
    ShopId,
    message::{office::Centre, settings::Chosen, wallet::Wallet},
};
use port::{Keys, Store};
use std::sync::Arc;

fn s1() -> ShopId {
    id("s1")
}

/// A shop is put, changed, and told from others.
pub fn shops_keep_their_settings(store: &mut dyn Store) {
    write(store, |changes| {
        changes.shops.extend([build::shared_shop("s1"), build::shared_shop("s2")]);
    });
    let mut changed = build::shop("s1");
    changed.name = "新店 \"quoted\"".into();
    write(store, |changes| {
        changes.shops.push(Arc::new(changed.clone()));
    });
    let reader = store.reader();
    assert_eq!(reader.shop(&s1()).answer().as_deref(), Some(&changed));
    assert_eq!(reader.shop(&id("s3")).answer(), None);
    let names: Vec<String> =
        reader.shops(&all()).answer().iter().map(|shop| shop.shop_id.to_string()).collect();
    assert_eq!(names, ["s1", "s2"]);
}

/// Running numbers begin at zero and outlive a change of settings.
pub fn sequences_are_kept_for_known_shops(store: &mut dyn Store) {
    write(store, |changes| {
        changes.shops.push(build::shared_shop("s1"));
    });
    let keys = Keys { shops: vec![s1()], ..Keys::default() };
    let number =
        |store: &mut dyn Store| load(store, &keys).shops[0].1.as_ref().expect("the shop is there").sequence;
    let booked =
        |store: &mut dyn Store| load(store, &keys).shops[0].1.as_ref().expect("the shop is there").booked;
    assert_eq!((number(store), booked(store)), (0, 0));
    write(store, |changes| changes.sequences.push((s1(), 42)));
    write(store, |changes| changes.booked.push((s1(), 7)));
    write(store, |changes| {
        changes.shops.push(build::shared_shop("s1"));
    });
    assert_eq!((number(store), booked(store)), (42, 7));
    assert!(refused(store, |changes| changes.sequences.push((id("s2"), 1))).contains("s2"));
    assert!(refused(store, |changes| changes.booked.push((id("s2"), 1))).contains("s2"));
    write(store, |changes| {
        changes.shops.push(build::shared_shop("s2"));
    });
    write(store, |changes| changes.sequences.push((id("s2"), 7)));
    assert_eq!(number(store), 42);
}

/// Campaigns come sorted, each with its figures; figures wait for their campaign.
pub fn campaigns_and_their_figures(store: &mut dyn Store) {
    write(store, |changes| {
        changes.shops.push(build::shared_shop("s1"));
        changes.campaigns.extend(["c2", "c1"].map(|name| (s1(), Arc::new(build::campaign(name)))));
        changes.counters.push((s1(), id("c2"), build::counters(3)));
        changes.webhooks.push((s1(), build::webhook("w1")));
    });
    let keys = Keys { shops: vec![s1()], ..Keys::default() };
    let row = load(store, &keys).shops.remove(0).1.expect("the shop is there");
    let issued: Vec<(&str, u64)> =
        row.campaigns.iter().map(|c| (c.campaign.campaign_id.as_str(), c.counters.issued)).collect();
    assert_eq!(issued, [("c1", 0), ("c2", 3)]);
    assert_eq!(row.webhooks, [build::webhook("w1")]);

    let mut closed = build::campaign("c1");
    closed.close(at(9));
    write(store, |changes| {
        changes.campaigns.push((s1(), Arc::new(closed.clone())));
        changes.counters.push((s1(), id("c2"), build::counters(4)));
        changes.counters.push((s1(), id("c1"), build::counters(1)));
        changes.webhooks_removed.push((s1(), id("w1")));
    });
    let again = load(store, &keys).shops.remove(0).1.expect("the shop is there");
    assert_eq!(again.webhooks, []);
    let reader = store.reader();
    assert_eq!(reader.campaigns(&s1()).answer(), again.campaigns[..]);
    let one = reader.campaign(&s1(), &id("c1")).answer().expect("the campaign is there");
    assert_eq!((one.campaign.as_ref(), one.counters.issued), (&closed, 1));
    assert_eq!(reader.campaign(&s1(), &id("c3")).answer(), None);
    assert_eq!(reader.campaigns(&id("s2")).answer(), []);
    refused(store, |changes| {
        changes.counters.push((s1(), id("c9"), build::counters(1)));
    });
}

/// A wallet and message settings are as they were written last, however they are asked for, also after the shop was
/// loaded; a shop without them pays for nothing and asks for nothing.
pub fn wallets_and_message_settings(store: &mut dyn Store) {
    write(store, |changes| {
        changes.shops.push(build::shared_shop("s1"));
    });
    let keys = Keys { shops: vec![s1()], ..Keys::default() };
    let seen = |store: &mut dyn Store| {
        let row = load(store, &keys).shops.remove(0).1.expect("the shop is there");
        let reader = store.reader();
        assert_eq!(reader.wallet(&s1()).answer(), row.wallet);
        assert_eq!(reader.centre(&s1()).answer(), row.centre);
        (row.wallet, row.centre)
    };
    assert_eq!(seen(store), (Wallet::new(false), None));
    let (mut wallet, mut centre) = (Wallet::new(true), Centre::default());
    for step in 1..=2 {
        wallet.buy(10, None, at(step)).expect("a pack of ten can be bought");
        centre.settings.decide(Chosen::default(), None, "key".to_owned(), at(step));
        write(store, |changes| {
            changes.wallets.push(build::changed_wallet("s1", &wallet, None));
            changes.centres.push((s1(), Arc::new(centre.clone())));
        });
        assert_eq!(seen(store), (wallet.clone(), Some(Arc::new(centre.clone()))), "step {step}");
    }
    refused(store, |changes| changes.wallets.push(build::changed_wallet("s9", &wallet, None)));
    refused(store, |changes| changes.centres.push((id("s9"), Arc::new(centre.clone()))));
}
