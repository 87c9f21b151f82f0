//! Makes the small store of a schema that the tests of `store-sqlite` upgrade from then on.
//!
//! `cargo run -p scenario --example kept_store -- crates/store-sqlite/tests/stores/schema-NN.sqlite`, run with the
//! build whose newest migration is NN, before the next one is added. The day of `story.scenario` is played
//! through the API into a new store; what no request reaches is put in behind it: what senders and receivers
//! answered, and answers by idempotency key. The file is a backup of that store, with small pages.

use domain::customer::List;
use domain::message::{
    Channel, Kind,
    addressee::{Contact, Sealed},
    numbers::NumberKey,
    sending::Report,
};
use engine::{Answered, Command, Engine, Input, MessageCommand, Settled};
use port::{
    Before, DeliveryStatus, DeliveryUpdate, DispatchUpdate, Handing, ImportFile, MessageFilter, Page, Pick,
    Repeats, Upload, Webhook, digest,
};
use scenario::InProcessDoor;
use std::collections::BTreeSet;
use std::path::PathBuf;
use store_sqlite::{Options, SqliteStore};

const STORY: &str = include_str!("story.scenario");
const SHOP: &str = "s1";
/// Half of the tables hold a row or two, so that small pages make a small file.
const PAGE: u32 = 1_024;

fn main() {
    let target = std::env::args().nth(1).map(PathBuf::from).expect("say which file to make");
    assert!(!target.exists(), "{} is there; a kept store is never made again", target.display());
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let live = folder.path().join("live.sqlite");
    let options = Options { page_size: PAGE, ..Options::default() };
    let store = SqliteStore::open_with(&live, &options).expect("a new database opens");
    let mut door = InProcessDoor::over(Box::new(store));
    match scenario::run("story.scenario", STORY, &mut door) {
        Ok(steps) => println!("played {steps} steps"),
        Err(report) => panic!("{report}"),
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
    runtime.block_on(answer(door.engine()));
    drop(door);
    store_sqlite::backup(&live, &target, &mut |_, _| ()).expect("the store is copied");
    println!("kept {}", target.display());
}

/// What comes from outside: of the webhook's deliveries one arrived, one is given up and the others wait; the
/// oldest message was sent, the next is tried again; two answers are kept by their keys, the
/// second of a receiver with its secret; an import waits for its turn.
async fn answer(engine: &Engine) {
    let (reader, now) = (engine.reader(), engine.now());
    let (receivers, each, many) = (1, 2, usize::MAX);
    let now_outside = engine.clock().outside();
    let pick =
        Pick { now: now_outside, receivers, failing: many, each, of_shop: many, busy: BTreeSet::new() };
    let due = reader.due_receivers(&pick).expect("the store is read");
    let deliveries = due.into_iter().flat_map(|due| due.deliveries);
    let came =
        [(DeliveryStatus::Delivered, 1, None), (DeliveryStatus::Dead, 10, Some("status 500".to_owned()))];
    let settled = deliveries.zip(came).map(|(delivery, (status, attempt, reason))| DeliveryUpdate {
        delivery_id: delivery.delivery_id,
        status,
        attempt,
        next_at: now,
        reason,
    });
    let dispatches = reader.due_dispatches(Channel::Push, now, 2).expect("the store is read");
    let sent = dispatches.iter().enumerate().map(|(place, dispatch)| {
        let (shop_id, message_id) = (dispatch.message.shop_id.clone(), dispatch.message.message_id.clone());
        if place == 0 {
            return DispatchUpdate::Done { shop_id, message_id };
        }
        let (next_at, before) = (now.plus_minutes(5), Before::PerhapsTaken);
        DispatchUpdate::Retry { shop_id, message_id, attempt: 1, next_at, before }
    });
    let settled = Settled { deliveries: settled.collect(), dispatches: sent.collect(), ..Settled::default() };
    engine.settle(settled).await.expect("what came is written");
    messages(engine).await;
    let block = Command::PutRisk {
        customer_id: "u9".parse().expect("an id"),
        list: Some(List::Block),
        reason: "resells coupons".into(),
        by: "ops".into(),
    };
    let asked = Some(("risk-1".to_owned(), digest(b"block u9")));
    let input = Input { idempotency: asked, ..Input::new(SHOP.parse().expect("an id"), block) };
    engine.submit(input).await.expect("the customer is blocked");
    let hook = Webhook {
        webhook_id: "wh_kept".parse().expect("an id"),
        url: "https://erp.example/used".into(),
        types: vec!["coupon.used".into()],
        secrets: vec!["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()],
        created_at: now,
        old_until: None,
    };
    let asked = Some(("hook-1".to_owned(), digest(b"a second receiver")));
    let put = Command::PutWebhook(Box::new(hook));
    let input = Input { idempotency: asked, ..Input::new(SHOP.parse().expect("an id"), put) };
    engine.submit(input).await.expect("the receiver is registered");
    let file = ImportFile { name: "orders.csv".into(), bytes: 120, blake3: "ab".repeat(32) };
    let upload = Upload {
        folder: "00ff".into(),
        files: vec![file],
        mapping: "Tea".into(),
        mapping_name: None,
        as_of: Some(now),
        submit: true,
        by: "erp".into(),
    };
    let import = Input::new(
        SHOP.parse().expect("an id"),
        Command::Import(engine::ImportCommand::Create(Box::new(upload))),
    );
    engine.submit(import).await.expect("an import waits");
}

/// A customer is reached by phone; of the notices by SMS one was taken and reported on, one was handed over and nothing
/// was heard of it.
async fn messages(engine: &Engine) {
    let (reader, now, shop_id) = (engine.reader(), engine.now(), SHOP.parse().expect("an id"));
    let contact = Contact {
        phone: Some(Sealed { sealed: "AbCd".repeat(16), masked: "138****8000".into() }),
        number: NumberKey::try_new(&"0a".repeat(16)),
        numbers_before: Vec::new(),
        wechat_openid: None,
        email: None,
        address: None,
        told_at: now,
        told_by: "erp".into(),
    };
    let command = MessageCommand::PutContact {
        customer_id: "u31".parse().expect("an id"),
        contact: Some(Box::new(contact)),
    };
    let submit = async |command: MessageCommand| {
        let input = Input::new(SHOP.parse().expect("an id"), Command::Messages(command));
        engine.submit(input).await.expect("it is taken");
    };
    submit(command).await;
    let filter = MessageFilter { order_id: Some("o31".parse().expect("an id")), ..MessageFilter::default() };
    let all = Page { after: None, limit: 100 };
    let sent = reader.messages(&shop_id, &filter, &all).expect("the store is read");
    let of = |kind: Kind, channel: Channel| {
        let found = sent.iter().find(|one| (one.kind, one.channel) == (kind, channel));
        found.expect("it was let out").message_id.clone()
    };
    let message_id = of(Kind::PaymentSucceeded, Channel::Sms);
    let answer = Answered::Taken { provider_id: Some("biz-1".into()), segments: Some(1) };
    submit(MessageCommand::Answered { message_id: message_id.clone(), answer }).await;
    let report = Report {
        part: None,
        is_delivered: true,
        code: "DELIVRD".into(),
        segments: Some(1),
        at: now,
        is_charged: true,
    };
    let report = Box::new(report);
    submit(MessageCommand::Reported { message_id, numbers: None, report: report.clone() }).await;
    // One more is of a message whose provider has not told its id yet.
    let early = MessageCommand::ReportedEarly { provider_id: "biz-2".into(), numbers: Vec::new(), report };
    let early = Input::new(domain::ShopId::platform(), Command::Messages(early));
    engine.submit(early).await.expect("it is kept");
    let message_id = of(Kind::Shipped, Channel::Sms);
    let repeats = Repeats::Sent { ask_at: now.plus_minutes(2) };
    let (until, before) = (now.plus_minutes(60), Before::NotTaken);
    let handing =
        Handing { shop_id, message_id, at: now, judged_by: now, until, before, signature: None, repeats };
    engine.hand_over(vec![handing]).await.expect("it is marked");
}
